"""Requests as they really went: who asked, when a person answered, when it was solved, who was content."""

import numpy as np
import pandas as pd
from scipy.special import ndtri

from kpitools.sample import texts
from kpitools.sample.chance import arrivals, between, draw, even, pick, skewed
from kpitools.sample.clock import World, seconds
from kpitools.sample.customers import customers_at
from kpitools.sample.stories import (
    AGENTS_OF,
    ANSWERS,
    CHATBOT,
    DAY,
    FIRST_REPLY_H,
    HOUR,
    MACRO,
    MIX,
    ONE_TOUCH,
    PROMISE_H,
    PURGE,
    REOPENED,
    REOPENED_BY_MACRO,
    RETURNS,
    SALES,
    SATISFIED,
    TECHNICAL,
    TECHNICAL_REPLY_H,
    TET,
    TOOL,
    TRAINED,
    TRAINING,
    URGENCY,
    VIP,
    VIP_LUCK,
    WORK_H,
)


def make_tickets(world: World, count: int, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per request, as it really went."""
    rng = world.rng(2)
    t = pd.DataFrame({"created": arrivals(rng, count, world.start, world.end)})
    t["ticket"] = 10_001 + np.arange(count)
    _who(rng, t, customers)
    _what_happened(world, world.rng(3), t)
    _opinion(world.rng(4), t)
    return t


def _who(rng, t: pd.DataFrame, customers: pd.DataFrame) -> None:
    """Customer, team, topic, channel, agent, priority; some customers come back soon with the same topic."""
    count = len(t)
    created = t["created"].to_numpy()
    customer = customers_at(rng, created, customers)
    is_vip = (customers["segment"] == "VIP").to_numpy()
    plain = rng.choice(3, size=count, p=[0.46, 0.28, 0.26])
    topic = rng.integers(0, 4, count)
    first = np.flatnonzero(draw(rng, np.full(count, 0.04)))
    again = np.searchsorted(created, created[first] + (0.8 + 5 * rng.random(len(first))) * DAY)
    first, again = first[again < count], again[again < count]
    customer[again], plain[again], topic[again] = customer[first], plain[first], topic[first]
    team = np.where(is_vip[customer], VIP, plain)
    bot = (created >= seconds(CHATBOT)).astype(int)
    t["customer"], t["team"], t["bot"] = customer, team, bot
    t["topic"] = np.array(texts.TOPICS, dtype=object)[team, topic]
    t["channel"] = pick(rng, MIX[bot], bot, team)
    low, high = np.array(AGENTS_OF)[team].T
    t["agent"] = low + (rng.random(count) * (high - low)).astype(int)
    t["priority"] = pick(rng, URGENCY[(team == VIP).astype(int)], team)
    t["by_agent"] = draw(rng, np.where(t["channel"] < 2, 0.03, 0))


def _slow(rng, created) -> np.ndarray:
    """Working seconds that a reply is late because of Tết: a full queue, back to normal in a fortnight."""
    late = np.zeros(len(created))
    for since, until in TET:
        reopened = seconds(until)
        late += np.where(between(created, (since, until)), (3 + 11 * rng.random(len(created))) * HOUR, 0)
        left = np.clip(1 - (created - reopened) / (14 * DAY), 0, 1) * (created >= reopened)
        late += left * 9 * HOUR * (0.4 + 1.2 * rng.random(len(created)))
    return late


def by_team(world: World, team, method: str, values) -> np.ndarray:
    """`Hours.elapsed` or `Hours.at` with each team's own hours."""
    office, extended = world.hours(SALES), world.hours(VIP)
    return np.where(team == VIP, getattr(extended, method)(values), getattr(office, method)(values))


def _what_happened(world: World, rng, t: pd.DataFrame) -> None:
    """First reply, solving and reopening, with the stories about time; what lies after the end is missing."""
    count = len(t)
    team, channel, created = (t[name].to_numpy() for name in ("team", "channel", "created"))
    macro = (team == SALES) & (created >= seconds(MACRO))
    trained = (team == RETURNS) & (created >= seconds(TRAINING))
    slow = _slow(rng, created)
    usual = np.where(team == TECHNICAL, TECHNICAL_REPLY_H, FIRST_REPLY_H[channel])
    quick = skewed(rng, usual * HOUR) * np.where(macro, 0.3, 1) + 20
    t["asked_b"] = by_team(world, team, "elapsed", created)
    t["first_b"] = t["asked_b"] + quick + slow
    season = np.floor((created - seconds(TOOL)) / (91 * DAY))
    t["work_b"] = t["first_b"] + WORK_H[team] * HOUR * np.exp(ndtri(even(rng, season, team))) + 60
    t["touches"] = np.where(
        draw(rng, np.where(trained, TRAINED, ONE_TOUCH[team]), trained, team), 1, 2 + rng.poisson(0.8, count)
    )
    t.loc[draw(rng, np.full(count, 0.02), team), "touches"] = 0
    t["slow"] = slow > 0
    t["first"] = by_team(world, team, "at", t["first_b"].to_numpy())
    solved = by_team(world, team, "at", t["work_b"].to_numpy())
    forgotten = _forget(world, rng, t, solved)
    reopens = (
        draw(rng, np.where(macro, REOPENED_BY_MACRO, REOPENED[team]), macro, team)
        & ~forgotten
        & (t["touches"] > 0).to_numpy()
    )
    reopened = np.where(reopens, np.floor(solved + (4 + 76 * rng.random(count)) * HOUR), np.nan)
    again_b = by_team(world, team, "elapsed", reopened) + skewed(rng, np.full(count, 4.0 * HOUR)) + 60
    again = by_team(world, team, "at", again_b)
    end = world.end
    t.loc[(t["touches"] == 0) | (t["first"] >= end), "first"] = np.nan
    t["first_solved"] = np.where(solved < end, solved, np.nan)
    t["reopened"] = np.where(reopened < end, reopened, np.nan)
    t["again"] = np.where(again < end, again, np.nan)
    t["solved"] = np.where(t["reopened"].notna(), t["again"], t["first_solved"])
    t["due"] = by_team(world, team, "at", t["asked_b"].to_numpy() + PROMISE_H[t["priority"]] * HOUR)
    t.loc[~draw(rng, np.where(team == VIP, 1.0, 0.85), team), "due"] = np.nan


def _forget(world: World, rng, t: pd.DataFrame, solved) -> np.ndarray:
    """Hold some old tickets back until the purge week, some recent ones for ever; True where held back."""
    since = t["created"].between(seconds("2024-10-01"), seconds("2025-09-15")) & t["team"].isin([SALES, RETURNS])
    held = draw(rng, np.where(since & (t["touches"] > 0), 0.028, 0))
    opens, closes = (world.hours(SALES).elapsed(np.array([seconds(day)]))[0] for day in PURGE)
    solved[held] = world.hours(SALES).at(opens + rng.random(held.sum()) * (closes - opens))
    recent = draw(rng, np.where(t["created"] > world.end - 120 * DAY, 0.015, 0))
    solved[recent] = np.inf
    return held | recent


def _opinion(rng, t: pd.DataFrame) -> None:
    """Whether the customer is content, was asked and answered; the content answer less often."""
    chance = SATISFIED[t["bot"], t["channel"]] - np.where(t["slow"], 0.30, 0)
    chance = chance + np.where(t["team"] == VIP, VIP_LUCK, 0)
    groups = (t["channel"], t["slow"], t["bot"], t["team"] == VIP)
    content = draw(rng, chance, *groups)
    asked = draw(rng, np.where(t["solved"].notna(), 0.85, 0), content, *groups)
    answers = draw(rng, np.where(content, ANSWERS["good"], ANSWERS["bad"]) * asked, content, *groups)
    t["score"] = np.select([answers & content, answers, asked], ["Good", "Bad", "Offered"], default="Not Offered")
