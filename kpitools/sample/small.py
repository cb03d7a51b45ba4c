"""The small desks: LiveAgent, Freshdesk, a process log."""

import numpy as np
import pandas as pd

from kpitools.sample import texts
from kpitools.sample.chance import arrivals, draw, skewed
from kpitools.sample.clock import World, as_text, clock_text, whole
from kpitools.sample.opinion import survey_rows
from kpitools.sample.stories import AGENTS, AGENTS_OF, DAY, HOUR, PRIORITIES, SALES, TEAMS, TECHNICAL, UTC_OFFSET
from kpitools.sample.zendesk import make_subjects


def _small(world: World, number: int) -> tuple[World, np.random.Generator, pd.DataFrame]:
    """Three hundred tickets in the last six months, answered, mostly solved, now and then reopened."""
    last = World(world.seed, max(world.start, world.end - 181 * DAY), world.end)
    rng = world.rng(number)
    t = pd.DataFrame({"created": arrivals(rng, 300, last.start, last.end)})
    hours = world.hours(SALES)
    asked = hours.elapsed(t["created"].to_numpy())
    first = asked + skewed(rng, np.full(300, 1.5 * HOUR))
    solved = first + skewed(rng, np.full(300, 7.0 * HOUR), 1.1)
    back = solved + np.where(draw(rng, np.full(300, 0.09)), 8 * HOUR, np.nan)
    done = back + skewed(rng, np.full(300, 4.0 * HOUR))
    for name, values in (("first", first), ("solved", solved), ("back", back), ("done", done)):
        t[name] = hours.at(values)
        t.loc[t[name] >= world.end, name] = np.nan
    t["last"] = np.where(t["back"].notna(), t["done"], t["solved"])
    t["team"] = rng.choice(3, 300, p=[0.5, 0.3, 0.2])
    t["agent"] = np.array([low for low, _ in AGENTS_OF])[t["team"]] + rng.integers(0, 4, 300)
    t["topic"] = np.array(texts.TOPICS, dtype=object)[t["team"], rng.integers(0, 4, 300)]
    t["subject"] = make_subjects(rng, t["topic"].to_numpy())
    t["customer"] = rng.integers(1, 200, 300)
    return last, rng, t


def liveagent_csvs(world: World) -> dict[str, pd.DataFrame]:
    """The Facebook and Zalo shop: one-letter status, UTC, and the history of statuses."""
    last, rng, t = _small(world, 12)
    t["code"] = [f"SEN-{i:05d}" for i in range(1, 301)]
    t["id"] = [f"la{i:06d}" for i in range(1, 301)]
    closed = t["last"] + 7 * DAY < last.end
    letter = np.select([closed, t["last"].notna(), t["back"].notna(), t["first"].notna()], ["L", "R", "C", "A"], "N")
    letter[[17, 81, 130]], letter[[44, 200]] = "B", "X"
    t.loc[[5, 6], "subject"] = texts.HOSTILE[:2]
    changed = np.fmax(np.fmax(t["created"], t["first"]), np.fmax(t["back"], t["last"]))
    tickets = pd.DataFrame(
        {
            "id": t["id"],
            "code": t["code"],
            "subject": t["subject"],
            "status": letter,
            "channel_type": rng.choice(["F", "A", "E", "B"], 300, p=[0.4, 0.35, 0.15, 0.1]),
            "departmentname": TEAMS[t["team"]],
            "agentname": np.where(t["first"].notna(), AGENTS[t["agent"]], ""),
            "owner_contactid": [f"lc{i:05d}" for i in t["customer"]],
            "owner_email": [f"zalo{i:05d}@example.com" for i in t["customer"]],
            "tags": t["topic"].map(texts.TAGS),
            "date_created": as_text(t["created"] - UTC_OFFSET),
            "date_changed": as_text(changed - UTC_OFFSET),
            "date_resolved": as_text(t["last"] - UTC_OFFSET),
            "date_due": as_text(t["created"] + 2 * DAY - UTC_OFFSET),
        }
    )
    return {
        "liveagent/liveagent_tickets.csv": tickets,
        "liveagent/liveagent_history.csv": _history(t),
        "liveagent/liveagent_transfers.csv": _history(_escalated(world, t), (("moved", "N"),)),
        "liveagent/rewards.csv": _rewards(world, t),
    }


def _escalated(world: World, t: pd.DataFrame) -> pd.DataFrame:
    """One request in nine goes to Kỹ thuật, the second level, before its first answer; it comes back answered."""
    rng = world.rng(28)
    some = draw(rng, np.where((t["team"] != TECHNICAL) & (t["first"] - t["created"] > HOUR), 0.14, 0), t["team"])
    moved = np.floor(t["created"] + 0.4 * (t["first"] - t["created"]))
    return t.assign(moved=moved, team=TECHNICAL)[some]


def _rewards(world: World, t: pd.DataFrame) -> pd.DataFrame:
    """LiveAgent's rewards (1) and rebukes (0) after solved requests; most customers give neither."""
    rng = world.rng(29)
    solved = t[t["last"].notna()].reset_index(drop=True)
    at = solved["last"].to_numpy() + np.ceil(skewed(rng, np.full(len(solved), 3.0 * HOUR)))
    gives = draw(rng, np.full(len(solved), 0.38), solved["team"]) & (at < world.end)
    given = np.where(gives, at, np.nan)
    score = draw(rng, np.full(len(solved), 0.84), solved["team"]).astype(int)
    who = pd.DataFrame({"customer": [f"lc{i:05d}" for i in solved["customer"]]})
    frame = survey_rows("rewards", "0-1", solved["last"].to_numpy(), given, score, "", who, "facebook")
    frame["ticket_id"], frame["team"] = solved["code"], TEAMS[solved["team"]]
    frame = frame[gives].reset_index(drop=True)
    frame.insert(0, "survey_id", [f"W{i:04d}" for i in range(1, len(frame) + 1)])
    return frame


STEPS = (("created", "N"), ("first", "A"), ("solved", "R"), ("back", "C"), ("done", "R"))


def _history(t: pd.DataFrame, steps=STEPS) -> pd.DataFrame:
    """One row per ticket and status: New, Answered, Resolved, Open again, Resolved."""
    parts = [t[["id", "code", "team", "agent"]].assign(at=t[name], status=letter) for name, letter in steps]
    h = pd.concat(parts).dropna(subset="at").sort_values(["id", "at"], kind="stable", ignore_index=True)
    until = h["at"].shift(-1).where(h["id"].eq(h["id"].shift(-1)))
    return pd.DataFrame(
        {
            "conversation_id": h["id"],
            "conversation_code": h["code"],
            "department_name": TEAMS[h["team"]],
            "agent_id": np.where(h["status"] == "N", "", AGENTS[h["agent"]]),
            "status": h["status"],
            "date_from": as_text(h["at"] - UTC_OFFSET),
            "date_to": as_text(until - UTC_OFFSET),
            "elapsed_time": whole(until - h["at"]),
        }
    )


def freshdesk_csvs(world: World) -> dict[str, pd.DataFrame]:
    """The spare-parts shop: HH:MM:SS of working time under '(in hrs)', automatic close, CSAT 1-5."""
    last, rng, t = _small(world, 13)
    hours = world.hours(SALES)
    asked = hours.elapsed(t["created"].to_numpy())
    due = hours.at(asked + 16.0 * HOUR)
    closed = t["last"] + rng.choice([3, 7, 14, 30], 300) * DAY
    closed = closed.where(closed < last.end)
    status = np.select(
        [closed.notna(), t["last"].notna(), t["first"].notna()], ["Closed", "Resolved", "Pending"], "Open"
    )
    t.loc[[8, 9], "subject"] = texts.HOSTILE[2:4]
    number = np.arange(501, 801)
    email = [f"phutung{i:04d}@example.com" for i in t["customer"]]
    tickets = pd.DataFrame(
        {
            "Ticket ID": number,
            "Subject": t["subject"],
            "Status": status,
            "Priority": rng.choice(PRIORITIES, 300, p=[0.3, 0.5, 0.15, 0.05]),
            "Source": rng.choice(["Email", "Portal", "Phone", "Chat"], 300, p=[0.5, 0.3, 0.1, 0.1]),
            "Type": t["topic"],
            "Agent": np.where(t["first"].notna(), AGENTS[t["agent"]], "No Agent"),
            "Group": TEAMS[t["team"]],
            "Created time": as_text(t["created"]),
            "Due by Time": as_text(due),
            "Resolved time": as_text(t["last"]),
            "Closed time": as_text(closed),
            "Last update time": as_text(closed.fillna(t["last"]).fillna(t["first"]).fillna(t["created"])),
            "Initial response time": as_text(t["first"]),
            "Time tracked": clock_text(skewed(rng, np.full(300, 700.0), 0.6)),
            "First response time (in hrs)": clock_text(hours.elapsed(t["first"].to_numpy()) - asked),
            "Resolution time (in hrs)": clock_text(hours.elapsed(t["last"].to_numpy()) - asked),
            "Agent interactions": np.where(t["first"].isna(), 0, 1 + rng.poisson(0.8, 300)),
            "Customer interactions": rng.poisson(0.9, 300),
            "Resolution status": np.where(
                t["last"].isna(), "", np.where(t["last"] <= due, "Within SLA", "SLA Violated")
            ),
            "Tags": t["topic"].map(texts.TAGS),
            "Full name": "Khách " + t["customer"].astype(str),
            "Email": email,
            "Contact ID": 70_000 + t["customer"],
        }
    )
    return {"freshdesk/freshdesk_tickets.csv": tickets, "freshdesk/surveys.csv": _csat(last, rng, t, number)}


def _csat(world: World, rng, t: pd.DataFrame, number) -> pd.DataFrame:
    """One question after each solved ticket, 1 to 5."""
    sent = t["last"].to_numpy() + HOUR
    answered = np.where(rng.random(300) < 0.4, np.ceil(sent + skewed(rng, np.full(300, 8.0 * HOUR))), np.nan)
    answered = np.where(answered < world.end, answered, np.nan)
    score = rng.choice([1, 2, 3, 4, 5], 300, p=[0.08, 0.07, 0.12, 0.33, 0.40])
    keep = sent < world.end
    who = pd.DataFrame({"customer": 70_000 + t["customer"]})
    frame = survey_rows("csat", "1-5", sent, answered, score, "", who, "email")
    frame["ticket_id"], frame["team"] = number, TEAMS[t["team"]]
    frame = frame[keep].reset_index(drop=True)
    frame.insert(0, "survey_id", [f"F{i:04d}" for i in range(1, len(frame) + 1)])
    return frame


def event_log_csv(world: World) -> pd.DataFrame:
    """The workshop's process log: one row per step, nothing else."""
    last, rng, t = _small(world, 14)
    t["case"] = [f"Case {i}" for i in range(1, 301)]
    t["seen"] = np.floor(t["created"] + 0.5 * (t["first"] - t["created"]))
    t["closed"] = (t["last"] + 15 * DAY).where(t["last"] + 15 * DAY < last.end)
    waits = rng.random(300) < 0.25
    t["wait"] = np.floor(t["first"] + 0.5 * (t["solved"] - t["first"])).where(waits)
    steps = (
        ("created", "Assign seriousness"),
        ("first", "Take in charge ticket"),
        ("wait", "Wait"),
        ("solved", "Resolve ticket"),
        ("back", "Take in charge ticket"),
        ("done", "Resolve ticket"),
        ("closed", "Closed"),
    )
    parts = [t[["case", "agent"]].assign(at=t[name], activity=step, order=t.index) for name, step in steps]
    log = pd.concat(parts).dropna(subset="at").sort_values(["order", "at"], kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "Case ID": log["case"],
            "Activity": log["activity"],
            "Resource": AGENTS[log["agent"]],
            "Complete Timestamp": as_text(log["at"]),
        }
    )
