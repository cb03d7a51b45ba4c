"""Surveys: NPS by e-mail and telephone, effort after requests."""

import numpy as np
import pandas as pd

from kpitools.sample import texts
from kpitools.sample.chance import arrivals, draw, open_instants, pick, skewed
from kpitools.sample.clock import World, seconds, utc, whole
from kpitools.sample.customers import customers_at
from kpitools.sample.stories import DAY, HOUR, PHONE_ROUND, TEAMS


def surveys_csv(world: World, count: int, customers: pd.DataFrame, t: pd.DataFrame) -> pd.DataFrame:
    """NPS invitations by e-mail, effort questions after tickets, and one NPS round by telephone."""
    rng = world.rng(10)
    sent = arrivals(rng, count, world.start, world.end)
    mail = _nps(world, rng, sent, customers, phone=False)
    call = open_instants(World(0, seconds(PHONE_ROUND), seconds(PHONE_ROUND) + 5 * DAY), rng, max(20, count // 24))
    call = call[call < world.end]
    frame = pd.concat(
        [mail, _nps(world, rng, call, customers, phone=True), _efforts(world, rng, count // 4, t, customers)]
    )
    frame = frame.sort_values("sent_at", kind="stable", ignore_index=True)
    frame.insert(0, "survey_id", [f"S{i:06d}" for i in range(1, len(frame) + 1)])
    for i, comment in enumerate(texts.HOSTILE[:2]):
        frame.loc[frame["score"].notna().to_numpy().nonzero()[0][5 + i], "comment"] = comment
    return frame


def _nps(world: World, rng, sent, customers: pd.DataFrame, *, phone: bool) -> pd.DataFrame:
    """Everybody feels alike; by e-mail detractors answer twice as often as promoters."""
    count = len(sent)
    feels = np.array([1, 0, -1])[pick(rng, np.tile([0.56, 0.26, 0.18], (count, 1)), np.zeros(count))]
    score = np.select(
        [feels > 0, feels == 0],
        [rng.integers(9, 11, count), rng.integers(7, 9, count)],
        rng.integers(0, 7, count),
    )
    chance = 0.92 if phone else np.select([feels > 0, feels == 0], [0.24, 0.22], 0.46)
    answers = draw(rng, np.broadcast_to(chance, count), feels)
    later = sent + (60 if phone else 1) * np.ceil(
        skewed(rng, np.full(count, 5.0 if phone else 9.0 * HOUR), 0.8 if phone else 1.0)
    )
    answers &= later < world.end
    who = customers.iloc[customers_at(rng, sent, customers)]
    comment = np.where(feels > 0, "Giao nhanh, cảm ơn shop", np.where(feels < 0, "Chờ lâu, trả lời qua loa", ""))
    comment = np.where(answers & (rng.random(count) < 0.3), comment, "")
    return survey_rows(
        "nps",
        "0-10",
        sent,
        np.where(answers, later, np.nan),
        score,
        comment,
        who,
        "phone" if phone else "email",
    )


def _efforts(world: World, rng, count: int, t: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """The 1-7 question 'Shop đã giúp tôi dễ dàng' after solved tickets."""
    solved = t[t["solved"].notna()]
    asked = solved.iloc[np.sort(rng.choice(len(solved), min(count, len(solved)), replace=False))]
    sent = asked["solved"].to_numpy() + HOUR
    asked, sent = asked[sent < world.end], sent[sent < world.end]
    score = np.clip(
        np.round(5.6 - 0.6 * (asked["touches"] > 1) - 0.8 * asked["slow"] + rng.normal(0, 1.2, len(asked))),
        1,
        7,
    )
    answered = sent + np.ceil(skewed(rng, np.full(len(sent), 6.0 * HOUR)))
    answered = np.where((rng.random(len(sent)) < 0.3) & (answered < world.end), answered, np.nan)
    frame = survey_rows("ces", "1-7", sent, answered, score.to_numpy(), "", customers.iloc[asked["customer"]], "email")
    frame["ticket_id"] = asked["ticket"].astype(str).to_numpy()
    frame["team"] = TEAMS[asked["team"]]
    return frame


def survey_rows(kind, scale, sent, answered, score, comment, who: pd.DataFrame, channel) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": kind,
            "sent_at": utc(sent),
            "answered_at": utc(answered),
            "score": whole(np.where(np.isnan(answered), np.nan, score)),
            "scale": scale,
            "comment": comment,
            "customer_id": who["customer"].to_numpy(),
            "ticket_id": "",
            "team": "",
            "channel": channel,
        }
    )
