"""Leads, what was spent on them, brand surveys and engagement."""

import numpy as np
import pandas as pd

from kpitools.sample.chance import between, draw, pick, skewed
from kpitools.sample.clock import World, as_text, seconds, whole
from kpitools.sample.stories import BRAND_WAVE_DAY, CAMPAIGN, DAY, SPRING_FAIR, TET

SOURCES = np.array(["Facebook", "Google", "Zalo", "Giới thiệu", "TikTok 11.11", "Hội chợ xuân"])
FACEBOOK, GOOGLE, ZALO, REFERRAL, TIKTOK, FAIR = range(6)
SHARES = [0.40, 0.30, 0.18, 0.12]  # of everyday leads
QUALIFIED = np.array([0.55, 0.65, 0.60, 0.80, 0.75, 0.85])
WON = np.array([0.19, 0.23, 0.21, 0.38, 0.05, 0.26])  # of the qualified, in the end
TO_WIN_D = np.array([12, 10, 12, 8, 14, 65])  # median days from qualification to the win
A_LEAD = np.array([118_000, 150_000, 90_000, 20_000, 40_000, 310_000])  # VND spent on advertising for each lead
SALARY = 15_000  # VND of marketing salaries a month for each ticket a month: a fixed cost
SPEND_PART = {"Facebook": "Quảng cáo", "Google": "Quảng cáo", "Zalo": "Quảng cáo", "Giới thiệu": "Hoa hồng"}


def make_leads(world: World, count: int) -> pd.DataFrame:
    """Leads as they really went: created, source, qualified (NaN: never) and won, known or not yet."""
    rng = world.rng(20)
    fair, campaign = seconds(SPRING_FAIR), [seconds(day) for day in CAMPAIGN]
    everyday = world.start + rng.random(count) * (world.end - world.start)
    quiet = np.zeros(count, dtype=bool)
    for span in TET:
        quiet |= between(everyday, span)
    everyday = everyday[~quiet | (rng.random(count) < 0.4)]
    parts = [
        (everyday, rng.choice(4, len(everyday), p=SHARES)),
        (fair + rng.random(count // 14) * 4 * DAY, FAIR),
        (campaign[0] + rng.random(count // 7) * (campaign[1] - campaign[0]), TIKTOK),
    ]
    t = pd.concat([pd.DataFrame({"created": np.floor(at), "source": source}) for at, source in parts])
    t = t[t["created"].between(world.start, world.end, inclusive="left")]
    t = t.sort_values("created", kind="stable", ignore_index=True)
    source = t["source"].to_numpy()
    month = np.floor((t["created"] - world.start) / (30.4 * DAY)).to_numpy()
    later = t["created"] + np.floor(skewed(rng, np.full(len(t), 1.5 * DAY), 0.8))
    qualified = draw(rng, QUALIFIED[source], source, month)
    t["qualified"] = later.where(qualified)
    won = draw(rng, np.where(qualified, WON[source], 0), source, month)
    t["won"] = (t["qualified"] + np.floor(skewed(rng, TO_WIN_D[source] * float(DAY), 0.55))).where(won)
    return t


def leads_csv(world: World, t: pd.DataFrame) -> pd.DataFrame:
    """What the shop's CRM exports: nothing that lies after its end."""
    known = t[["qualified", "won"]].where(t[["qualified", "won"]] < world.end)
    return pd.DataFrame(
        {
            "lead_id": [f"L{i:06d}" for i in range(1, len(t) + 1)],
            "created_at": as_text(t["created"]),
            "qualified_at": as_text(known["qualified"]),
            "won_at": as_text(known["won"]),
            "source": SOURCES[t["source"]],
        }
    )


def spend_csv(world: World, t: pd.DataFrame, tickets: int) -> pd.DataFrame:
    """Advertising by source and week, salaries by month: what a ledger shows, with Vietnamese headers."""
    rng = world.rng(21)
    week = world.start + np.floor((t["created"] - world.start) / (7 * DAY)) * 7 * DAY
    ads = t.assign(week=week).groupby(["week", "source"]).size().reset_index(name="leads")
    ads["amount"] = ads["leads"] * A_LEAD[ads["source"]] * np.exp(0.08 * rng.standard_normal(len(ads)))
    months = pd.date_range(pd.Timestamp(world.start, unit="s"), pd.Timestamp(world.end, unit="s"), freq="MS")[:-1]
    pay = pd.DataFrame({"at": [seconds(month) for month in months], "source": "", "kind": "Lương"})
    pay["amount"] = SALARY * tickets / max(len(months), 1)
    names = SOURCES[ads["source"]]
    kinds = [SPEND_PART.get(name, "Chiến dịch") for name in names]
    rows = pd.concat([pd.DataFrame({"at": ads["week"], "source": names, "kind": kinds, "amount": ads["amount"]}), pay])
    rows = rows.sort_values("at", kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "Ngày": pd.Series(as_text(rows["at"])).str[:10],
            "Nguồn": rows["source"],
            "Loại chi phí": rows["kind"],
            "Số tiền": whole(np.round(rows["amount"] / 1000) * 1000),
        }
    )


AGES = np.array(["18-29", "30-44", "45+"])
ASKED = [0.50, 0.32, 0.18]  # who answers an online panel
LIVING = np.array([0.30, 0.38, 0.32])  # who lives there
UNAIDED = np.array([0.24, 0.15, 0.07])
AIDED = np.array([0.62, 0.48, 0.33])
AFTER_CAMPAIGN = np.array([0.12, 0.02, 0.0])


def brand_surveys_csv(world: World, each: int = 250) -> pd.DataFrame:
    """A panel of 250 asked once a quarter, unprompted and then shown the name; weights mend the panel's age."""
    rng = world.rng(22)
    months = pd.date_range(pd.Timestamp(world.start, unit="s"), pd.Timestamp(world.end, unit="s"), freq="QS")[:-1]
    waves = [seconds(day) + BRAND_WAVE_DAY * DAY for day in months]
    at = np.repeat(np.array(waves), each)
    age = pick(rng, np.tile(ASKED, (len(at), 1)), at)
    lift = AFTER_CAMPAIGN[age] * (at >= seconds(CAMPAIGN[0]))
    unaided = draw(rng, UNAIDED[age] + lift, at, age)
    aided = unaided | draw(rng, (AIDED + 0.6 * AFTER_CAMPAIGN)[age] * ~unaided, at, age)
    one = {
        "respondent_id": [f"R{i:05d}" for i in range(1, len(at) + 1)],
        "at": pd.Series(as_text(at)).str[:10],
        "segment": AGES[age],
        "weight": np.round((LIVING / np.array(ASKED))[age], 4),
    }
    answers = (("unaided", unaided), ("aided", aided))
    rows = [
        pd.DataFrame({**one, "kind": kind, "is_aware": np.where(knows, "true", "false")}) for kind, knows in answers
    ]
    return pd.concat(rows).sort_values(["respondent_id", "kind"], ascending=[True, False], ignore_index=True)


PAGES = {"Facebook": (5200, 0.042), "Zalo": (1900, 0.055), "TikTok": (3100, 0.065)}  # daily reach, interactions a reach


def engagement_csv(world: World) -> pd.DataFrame:
    """Each page's day; in the campaign TikTok reaches five times as many, of whom fewer react."""
    rng = world.rng(23)
    days = np.arange(world.start, world.end, DAY)
    pushed = between(days, CAMPAIGN)
    parts = []
    for name, (people, rate) in PAGES.items():
        paid = pushed if name == "TikTok" else np.zeros(len(days), dtype=bool)
        reach = rng.poisson(people * np.exp(0.25 * rng.standard_normal(len(days))) * np.where(paid, 5, 1))
        interactions = rng.poisson(reach * rate * np.where(paid, 0.42, 1))
        followers = np.floor(people * 4 + np.cumsum(rng.poisson(people * 0.004 * np.where(paid, 3, 1), len(days))))
        parts.append(
            pd.DataFrame(
                {
                    "at": pd.Series(as_text(days)).str[:10],
                    "source": name,
                    "interactions": interactions,
                    "reach": reach,
                    "impressions": np.floor(reach * 1.35).astype(int),
                    "followers": followers.astype(int),
                }
            )
        )
    return pd.concat(parts).sort_values(["at", "source"], kind="stable", ignore_index=True)
