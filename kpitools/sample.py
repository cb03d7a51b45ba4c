"""A made-up online shop, "Cửa hàng Sen", as the exports its helpdesks would give, with known stories in it.

`make` draws the truth first (who asked, when a person answered, when it was solved), then writes what each
system would export about it, dirt included. Times are seconds of the shop's wall clock (UTC+7, no summer
time) as floats, NaN where something has not happened; every chance comes from a generator of its own, so that
changing one file leaves the others as they are. The stories and their dates are the constants below;
`sample_texts.README` tells them to trainers.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import holidays
import numpy as np
import pandas as pd
from scipy.special import ndtri

from kpitools import sample_texts as texts

DAY = 86_400
HOUR = 3_600
UTC_OFFSET = 7 * HOUR
AUTOMATIC_CLOSE = 96 * HOUR  # Zendesk closes a solved ticket four days later

# The stories.
TET = (
    ("2025-01-25", "2025-02-03"),
    ("2026-02-14", "2026-02-23"),
)  # closed from .. until, and a slow fortnight after
CHATBOT = "2025-09-01"  # chat grows from 12 % to 60 % of tickets; each channel gets better, the whole worse
TRAINING = "2025-05-12"  # Đổi trả: solved at first contact steps up
TOOL = "2025-10-13"  # Kỹ thuật: nothing happens
PURGE = ("2025-12-01", "2025-12-06")  # forgotten tickets are solved in one week
MACRO = "2026-03-23"  # Bán hàng: fast empty replies, more reopenings
NEW_HOURS = "2025-07-01"  # half an hour more a day
PHONE_ROUND = "2026-06-08"  # the NPS question asked by telephone: nearly everybody answers

TEAMS = np.array(["Bán hàng", "Đổi trả", "Kỹ thuật", "VIP"])
SALES, RETURNS, TECHNICAL, VIP = range(4)
AGENTS = np.array(texts.AGENTS)
AGENTS_OF = ((0, 5), (5, 9), (9, 13), (13, 15))  # slices of AGENTS, by team
CHANNELS = np.array(["Mail", "Web form", "Facebook Message", "Chat", "Phone call (incoming)"])
CHAT, PHONE = 3, 4
MIX = np.array([[0.33, 0.20, 0.23, 0.12, 0.12], [0.14, 0.09, 0.11, 0.60, 0.06]])  # before, with the chatbot
SATISFIED = np.array([[0.90, 0.89, 0.90, 0.66, 0.91], [0.95, 0.94, 0.95, 0.74, 0.96]])
VIP_LUCK = -0.035  # VIP customers are as content as others; its few answers are drawn this much lower, in any seed
ANSWERS = {"good": 0.34, "bad": 0.62}  # the discontented answer the survey more often
FIRST_REPLY_H = np.array([2.2, 2.5, 1.2, 0.25, 0.10])  # medians by channel, working hours
TECHNICAL_REPLY_H = 1.5  # one queue, whatever the channel
WORK_H = np.array([4.0, 8.0, 9.0, 4.0])  # medians by team, working hours after the first reply
ONE_TOUCH = np.array([0.62, 0.46, 0.52, 0.60])
TRAINED = 0.66
REOPENED = np.array([0.07, 0.08, 0.08, 0.07])
REOPENED_BY_MACRO = 0.19
DURATIONS = ("First reply time", "First resolution time", "Full resolution time")
DURATIONS += ("Agent wait time", "Requester wait time", "On hold time")
PRIORITIES = np.array(["Low", "Normal", "High", "Urgent"])
URGENCY = np.array([[0.18, 0.57, 0.17, 0.08], [0, 0, 0.75, 0.25]])  # shares of the priorities: others, VIP
PROMISE_H = np.array([40, 24, 16, 8])  # working hours, by priority
WEEKDAYS = np.array([1.30, 1.20, 1.15, 1.15, 1.15, 0.65, 0.40])  # Monday first
DAYTIME = np.array([0.3, 0.2, 0.1, 0.1, 0.1, 0.3, 1, 4, 12, 14, 13, 10, 4, 10, 13, 13, 11, 6, 2, 2, 3, 3, 2, 1])


def make(folder, *, tickets: int = 6000, seed: int = 7, start: str = "2024-07-01", months: int = 24) -> Path:
    """Write the made-up shop's exports and return their folder; one seed gives the same bytes every time.

    Parameters
    ----------
    folder : str or Path
        Created if missing; files of the same names are overwritten.
    tickets : int
        At least 40. Requests in the main helpdesk; calls, surveys and customers grow with it. The three small desks
        (``liveagent``, ``freshdesk``, ``eventlog``) stay at 300 tickets.
    start, months : str, int
        First day and length. The stories stand at fixed dates in the default span.
    """
    folder = Path(folder)
    begin = pd.Timestamp(start)
    world = World(seed, _seconds(begin), _seconds(begin + pd.DateOffset(months=months)))
    customers = _customers(world, max(40, tickets // 4))
    truth = _tickets(world, tickets, customers)
    messages = _messages(world, truth)
    rows = {
        "zendesk_tickets.csv": _zendesk(world, truth, messages, customers),
        "messages.csv": _messages_csv(messages),
        "calls.csv": _calls(world, int(tickets * 0.6)),
        "surveys.csv": _surveys(world, int(tickets * 0.6), customers, truth),
        "customers.csv": _customers_csv(customers),
        "activity.csv": _activity(world, int(tickets * 1.2), customers),
        "phone/phone_intervals.csv": _phone_intervals(world),
        **_liveagent(world),
        **_freshdesk(world),
        "eventlog/event_log.csv": _event_log(world),
    }
    for name, frame in rows.items():
        _write(folder / name, frame)
    as_of = f"{_text(np.array([world.end]), 'T')[0]}+07:00"
    counts = {name: f"{len(frame):,}" for name, frame in rows.items()}
    for name, text in texts.files(as_of=as_of, seed=seed, tickets=tickets, start=start, months=months, rows=counts):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder


# Time -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """The seed and the span of the shop's wall clock, in seconds; ``end`` is when the exports were taken."""

    seed: int
    start: float
    end: float

    def rng(self, *purpose: int) -> np.random.Generator:
        """A generator for one purpose."""
        return np.random.default_rng([self.seed, *purpose])

    def hours(self, team: int) -> "Hours":
        """The working hours of a team."""
        return Hours(texts.EXTENDED if team == VIP else texts.OFFICE, self.start, self.end)


class Hours:
    """Working hours as a running count of open seconds: `elapsed` reads it, `at` reads it backwards."""

    def __init__(self, weeks, start: float, end: float):
        first = date.fromisoformat("1970-01-01") + timedelta(days=start // DAY - 30)
        days = [first + timedelta(days=i) for i in range(int((end - start) // DAY) + 430)]
        off = holidays.country_holidays("VN", years=range(days[0].year, days[-1].year + 1))
        closed = set(texts.CLOSED)
        spans = [
            (_seconds(day) + opens * HOUR, _seconds(day) + closes * HOUR)
            for day in days
            if day not in off and day.isoformat() not in closed
            for opens, closes in weeks[day.isoformat() >= NEW_HOURS][day.weekday()]
        ]
        self.opens, self.closes = np.array(spans).T
        self.before = np.concatenate([[0], np.cumsum(self.closes - self.opens)[:-1]])

    def elapsed(self, instant):
        """Open seconds until each instant; NaN stays NaN."""
        i = np.clip(np.searchsorted(self.opens, instant, "right") - 1, 0, None)
        return self.before[i] + np.clip(instant - self.opens[i], 0, self.closes[i] - self.opens[i])

    def at(self, seconds):
        """The instant by which so many open seconds have passed; after the last span: NaN."""
        i = np.clip(np.searchsorted(self.before, seconds, "right") - 1, 0, None)
        instant = self.opens[i] + seconds - self.before[i]
        return np.where(instant > self.closes[i] + 1, np.nan, np.floor(instant))


def _seconds(day) -> float:
    """Seconds of the wall clock at a day's start."""
    return float(pd.Timestamp(day).timestamp())


def _text(instant, between: str = " ", end: str = "") -> np.ndarray:
    """Instants as 'YYYY-MM-DD HH:MM:SS'; '' where missing."""
    instant = np.asarray(instant, dtype=float)
    missing = np.isnan(instant)
    stamps = np.datetime_as_string(np.where(missing, 0, instant).astype("int64").astype("datetime64[s]"))
    stamps = np.ascontiguousarray(stamps, dtype="U19")
    stamps.view("U1").reshape(-1, 19)[:, 10] = between
    stamps = stamps.astype(object)
    if end:
        stamps = stamps + end
    stamps[missing] = ""
    return stamps


def _utc(instant) -> np.ndarray:
    return _text(np.asarray(instant) - UTC_OFFSET, "T", "Z")


def _whole(values) -> pd.array:
    """Whole numbers, missing where NaN."""
    return pd.array(np.floor(np.asarray(values, dtype=float)), dtype="Float64").astype("Int64")


def _write(path: Path, frame: pd.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


# Chance -----------------------------------------------------------------------------------------------------


def _draw(rng, chance, *groups) -> np.ndarray:
    """True with each row's chance, and as many in each group as the chances add up to.

    Systematic sampling in random order: a story's size depends on the design, not on luck.
    """
    chance = np.asarray(chance, dtype=float)
    order = np.lexsort((rng.random(len(chance)), *groups))
    steps = np.floor(np.cumsum(chance[order]) + rng.random())
    hit = np.empty(len(chance), dtype=bool)
    hit[order] = np.diff(steps, prepend=0) > 0
    return hit


def _even(rng, *groups) -> np.ndarray:
    """Values between 0 and 1, spread evenly within each group, in random order."""
    keys = pd.DataFrame(dict(enumerate(groups)))
    groups = keys.assign(luck=rng.random(len(keys))).groupby(list(keys))["luck"]
    return ((groups.rank() - 0.5) / groups.transform("size")).to_numpy()


def _pick(rng, shares, *groups) -> np.ndarray:
    """One index for each row of shares (rows add up to 1), as even as may be within each group."""
    bounds = np.cumsum(shares, axis=1)[:, :-1]
    return (_even(rng, *groups)[:, None] > bounds).sum(axis=1)


def _skewed(rng, median, spread: float = 0.9, size=None) -> np.ndarray:
    """Lognormal around a median."""
    return median * np.exp(spread * rng.standard_normal(np.shape(median) if size is None else size))


def _between(instant, span) -> np.ndarray:
    return (instant >= _seconds(span[0])) & (instant < _seconds(span[1]))


def _arrivals(rng, count: int, start: float, end: float, *, closed: float = 0.85) -> np.ndarray:
    """Sorted instants shaped by weekday, hour, growth and sales; ``closed``: the share left at Tết."""
    days = np.arange(start, end, DAY)
    stamps = pd.to_datetime(days, unit="s")
    weights = WEEKDAYS[stamps.day_of_week] * np.linspace(0.95, 1.05, len(days))
    for month in (11, 12):
        weights[(stamps.month == month) & (stamps.day >= month) & (stamps.day <= month + 2)] *= 1.7
    for since, until in TET:
        weights[_between(days + 14 * DAY, (since, until))] *= 1.15
        weights[_between(days, (since, until))] *= closed
    per_day = rng.multinomial(count, weights / weights.sum())
    hour = rng.choice(24, size=count, p=DAYTIME / DAYTIME.sum())
    return np.sort(np.repeat(days, per_day) + hour * HOUR + np.floor(rng.random(count) * HOUR))


# The truth --------------------------------------------------------------------------------------------------


def _customers(world: World, count: int) -> pd.DataFrame:
    """Customers by start: six in ten were there before; about 2.2 % leave a month."""
    rng = world.rng(1)
    early = rng.random(count) < 0.6
    started = np.where(
        early,
        world.start - rng.random(count) * 730 * DAY,
        world.start + rng.random(count) * (world.end - world.start),
    )
    started = np.sort(np.floor(started / DAY) * DAY)
    segment = rng.choice(["Lẻ", "Sỉ", "VIP"], size=count, p=[0.82, 0.145, 0.035])
    monthly = np.where(segment == "Lẻ", 0.3, np.where(segment == "Sỉ", 4.0, 2.0))
    stay = rng.exponential(1 / np.where(segment == "Lẻ", 0.024, 0.012), count) * 30.4 * DAY
    gone = np.floor((started + stay) / DAY) * DAY + DAY
    return pd.DataFrame(
        {
            "customer": 900_000_001 + np.arange(count),
            "code": [f"KH{i:06d}" for i in range(1, count + 1)],
            "name": rng.choice(texts.FAMILY, count).astype(object)
            + " "
            + rng.choice(texts.GIVEN, count).astype(object),
            "segment": segment,
            "started": started,
            "ended": np.where(gone < world.end, gone, np.nan),
            "monthly": np.round(_skewed(rng, monthly, 0.4), 1) * 1_000_000,
        }
    )


def _customers_at(rng, instant, customers: pd.DataFrame) -> np.ndarray:
    """The index of a customer who was there at each instant."""
    started, ended = customers["started"].to_numpy(), customers["ended"].to_numpy()
    there = np.maximum(np.searchsorted(started, instant, "right"), 1)
    chosen = (rng.random(len(instant)) * there).astype(int)
    for _ in range(12):
        gone = np.flatnonzero(ended[chosen] <= instant)
        chosen[gone] = (rng.random(len(gone)) * there[gone]).astype(int)
    return chosen


def _tickets(world: World, count: int, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per request, as it really went."""
    rng = world.rng(2)
    t = pd.DataFrame({"created": _arrivals(rng, count, world.start, world.end)})
    t["ticket"] = 10_001 + np.arange(count)
    _who(rng, t, customers)
    _what_happened(world, world.rng(3), t)
    _opinion(world.rng(4), t)
    return t


def _who(rng, t: pd.DataFrame, customers: pd.DataFrame) -> None:
    """Customer, team, topic, channel, agent, priority; some customers come back soon with the same topic."""
    count = len(t)
    created = t["created"].to_numpy()
    customer = _customers_at(rng, created, customers)
    is_vip = (customers["segment"] == "VIP").to_numpy()
    plain = rng.choice(3, size=count, p=[0.46, 0.28, 0.26])
    topic = rng.integers(0, 4, count)
    first = np.flatnonzero(_draw(rng, np.full(count, 0.04)))
    again = np.searchsorted(created, created[first] + (0.8 + 5 * rng.random(len(first))) * DAY)
    first, again = first[again < count], again[again < count]
    customer[again], plain[again], topic[again] = customer[first], plain[first], topic[first]
    team = np.where(is_vip[customer], VIP, plain)
    bot = (created >= _seconds(CHATBOT)).astype(int)
    t["customer"], t["team"], t["bot"] = customer, team, bot
    t["topic"] = np.array(texts.TOPICS, dtype=object)[team, topic]
    t["channel"] = _pick(rng, MIX[bot], bot, team)
    low, high = np.array(AGENTS_OF)[team].T
    t["agent"] = low + (rng.random(count) * (high - low)).astype(int)
    t["priority"] = _pick(rng, URGENCY[(team == VIP).astype(int)], team)
    t["by_agent"] = _draw(rng, np.where(t["channel"] < 2, 0.03, 0))


def _slow(rng, created) -> np.ndarray:
    """Working seconds that a reply is late because of Tết: a full queue, back to normal in a fortnight."""
    late = np.zeros(len(created))
    for since, until in TET:
        reopened = _seconds(until)
        late += np.where(_between(created, (since, until)), (3 + 11 * rng.random(len(created))) * HOUR, 0)
        left = np.clip(1 - (created - reopened) / (14 * DAY), 0, 1) * (created >= reopened)
        late += left * 9 * HOUR * (0.4 + 1.2 * rng.random(len(created)))
    return late


def _by_team(world: World, team, method: str, values) -> np.ndarray:
    """`Hours.elapsed` or `Hours.at` with each team's own hours."""
    office, extended = world.hours(SALES), world.hours(VIP)
    return np.where(team == VIP, getattr(extended, method)(values), getattr(office, method)(values))


def _what_happened(world: World, rng, t: pd.DataFrame) -> None:
    """First reply, solving and reopening, with the stories about time; what lies after the end is missing."""
    count = len(t)
    team, channel, created = (t[name].to_numpy() for name in ("team", "channel", "created"))
    macro = (team == SALES) & (created >= _seconds(MACRO))
    trained = (team == RETURNS) & (created >= _seconds(TRAINING))
    slow = _slow(rng, created)
    usual = np.where(team == TECHNICAL, TECHNICAL_REPLY_H, FIRST_REPLY_H[channel])
    quick = _skewed(rng, usual * HOUR) * np.where(macro, 0.3, 1) + 20
    t["asked_b"] = _by_team(world, team, "elapsed", created)
    t["first_b"] = t["asked_b"] + quick + slow
    season = np.floor((created - _seconds(TOOL)) / (91 * DAY))
    t["work_b"] = t["first_b"] + WORK_H[team] * HOUR * np.exp(ndtri(_even(rng, season, team))) + 60
    t["touches"] = np.where(
        _draw(rng, np.where(trained, TRAINED, ONE_TOUCH[team]), trained, team), 1, 2 + rng.poisson(0.8, count)
    )
    t.loc[_draw(rng, np.full(count, 0.02), team), "touches"] = 0
    t["slow"] = slow > 0
    t["first"] = _by_team(world, team, "at", t["first_b"].to_numpy())
    solved = _by_team(world, team, "at", t["work_b"].to_numpy())
    forgotten = _forget(world, rng, t, solved)
    reopens = (
        _draw(rng, np.where(macro, REOPENED_BY_MACRO, REOPENED[team]), macro, team)
        & ~forgotten
        & (t["touches"] > 0).to_numpy()
    )
    reopened = np.where(reopens, np.floor(solved + (4 + 76 * rng.random(count)) * HOUR), np.nan)
    again_b = _by_team(world, team, "elapsed", reopened) + _skewed(rng, np.full(count, 4.0 * HOUR)) + 60
    again = _by_team(world, team, "at", again_b)
    end = world.end
    t.loc[(t["touches"] == 0) | (t["first"] >= end), "first"] = np.nan
    t["first_solved"] = np.where(solved < end, solved, np.nan)
    t["reopened"] = np.where(reopened < end, reopened, np.nan)
    t["again"] = np.where(again < end, again, np.nan)
    t["solved"] = np.where(t["reopened"].notna(), t["again"], t["first_solved"])
    t["due"] = _by_team(world, team, "at", t["asked_b"].to_numpy() + PROMISE_H[t["priority"]] * HOUR)
    t.loc[~_draw(rng, np.where(team == VIP, 1.0, 0.85), team), "due"] = np.nan


def _forget(world: World, rng, t: pd.DataFrame, solved) -> np.ndarray:
    """Hold some old tickets back until the purge week, some recent ones for ever; True where held back."""
    since = t["created"].between(_seconds("2024-10-01"), _seconds("2025-09-15")) & t["team"].isin([SALES, RETURNS])
    held = _draw(rng, np.where(since & (t["touches"] > 0), 0.028, 0))
    opens, closes = (world.hours(SALES).elapsed(np.array([_seconds(day)]))[0] for day in PURGE)
    solved[held] = world.hours(SALES).at(opens + rng.random(held.sum()) * (closes - opens))
    recent = _draw(rng, np.where(t["created"] > world.end - 120 * DAY, 0.015, 0))
    solved[recent] = np.inf
    return held | recent


def _opinion(rng, t: pd.DataFrame) -> None:
    """Whether the customer is content, was asked and answered; the content answer less often."""
    chance = SATISFIED[t["bot"], t["channel"]] - np.where(t["slow"], 0.30, 0)
    chance = chance + np.where(t["team"] == VIP, VIP_LUCK, 0)
    groups = (t["channel"], t["slow"], t["bot"], t["team"] == VIP)
    content = _draw(rng, chance, *groups)
    asked = _draw(rng, np.where(t["solved"].notna(), 0.85, 0), content, *groups)
    answers = _draw(rng, np.where(content, ANSWERS["good"], ANSWERS["bad"]) * asked, content, *groups)
    t["score"] = np.select([answers & content, answers, asked], ["Good", "Bad", "Offered"], default="Not Offered")


# Messages ---------------------------------------------------------------------------------------------------


def _replies(world: World, rng, t: pd.DataFrame) -> pd.DataFrame:
    """Public replies by people, each after the first with the customer's message before it."""
    touches = t["touches"].to_numpy()
    of = np.repeat(np.arange(len(t)), touches)
    number = np.arange(len(of)) - np.repeat(np.cumsum(touches) - touches, touches)
    row = t.iloc[of]
    part = np.where(number, (number - 0.5 * rng.random(len(of))) / np.maximum(row["touches"] - 1, 1), 0)
    at = row["first_b"].to_numpy() + part * (row["work_b"] - row["first_b"]).to_numpy()
    at = _by_team(world, row["team"].to_numpy(), "at", at)
    before = np.where(number, np.roll(at, 1), np.nan)
    asked = np.floor(before + (0.1 + 0.8 * rng.random(len(of))) * (at - before))
    return pd.concat([_said(of, at, "agent"), _said(of[number > 0], asked[number > 0], "customer")])


def _said(of, at, author: str, public: bool = True) -> pd.DataFrame:
    return pd.DataFrame({"of": of, "at": at, "author": author, "public": public})


def _messages(world: World, t: pd.DataFrame) -> pd.DataFrame:
    """Every message, by ticket and time: ``of`` is the ticket's position, agents as positions in AGENTS."""
    rng = world.rng(5)
    every, created = np.arange(len(t)), t["created"].to_numpy()
    first, again, reopened = (t[name].to_numpy() for name in ("first", "again", "reopened"))
    channel, bot = t["channel"].to_numpy(), t["bot"].to_numpy().astype(bool)
    opened = _said(every, created, "customer")
    opened.loc[t["by_agent"].to_numpy(), "author"] = "agent"
    pushes = _draw(rng, np.full(len(t), 0.12)) & (first - created > 300)
    notes = _draw(rng, np.full(len(t), 0.22)) & (first - created > 300)
    chatbot = (channel == CHAT) & bot
    automatic = channel < 2
    back = ~np.isnan(reopened)
    replied = np.where(np.isnan(again), np.nan, np.maximum(reopened + 60, again - 30))
    parts = [
        opened,
        _said(every[chatbot], created[chatbot] + rng.integers(2, 9, chatbot.sum()), "bot"),
        _said(every[automatic], created[automatic] + rng.integers(20, 70, automatic.sum()), "system"),
        _said(every[pushes], np.floor(created + 0.6 * (first - created))[pushes], "customer"),
        _said(every[notes], np.floor(created + 0.8 * (first - created))[notes], "agent", False),
        _replies(world, rng, t),
        _said(every[back], reopened[back], "customer"),
        _said(every[back], replied[back], "agent"),
    ]
    m = pd.concat(parts, ignore_index=True)
    m = m[m["at"] < world.end].sort_values(["of", "at"], kind="stable", ignore_index=True)
    m["ticket"] = t["ticket"].to_numpy()[m["of"]]
    m["agent"] = np.where(m["author"] == "agent", t["agent"].to_numpy()[m["of"]], -1)
    return m


def _names(agent) -> np.ndarray:
    """Agents' names; '' for -1."""
    return np.append(AGENTS.astype(object), "")[agent]


def _messages_csv(m: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Message ID": np.arange(1, len(m) + 1),
            "Ticket ID": m["ticket"],
            "Created at": _utc(m["at"]),
            "Author": m["author"],
            "Agent": _names(m["agent"]),
            "Public": np.where(m["public"], "true", "false"),
        }
    )


# The main helpdesk ------------------------------------------------------------------------------------------


def _zendesk(world: World, t: pd.DataFrame, messages: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """The account export: one row per ticket, the account's clock, durations in minutes; with dirt."""
    rng = world.rng(6)
    count = len(t)
    who = customers.iloc[t["customer"]].reset_index(drop=True)
    spoken = messages[(messages["author"] == "agent") & messages["public"]]
    replies = np.bincount(spoken["of"], minlength=count) - t["by_agent"]
    assigned = np.floor(t["created"] + 0.3 * (t["first"] - t["created"]))
    agent = np.where(assigned.isna() & t["solved"].isna(), -1, t["agent"])
    moves = _draw(rng, np.full(count, 0.11), t["team"])
    pending = 0.35 * rng.random(count)
    hold = np.where(_draw(rng, np.full(count, 0.07)), 0.2, 0)
    status = _status(world, rng, t)
    touched = np.fmax(np.fmax(t["created"] + 30, t["first"]), np.fmax(t["reopened"], t["solved"]))
    closed = t["solved"] + AUTOMATIC_CLOSE
    email = who["code"].str.lower() + "@example.com"
    frame = pd.DataFrame(
        {
            "ID": t["ticket"],
            "Requester": who["name"],
            "Requester ID": who["customer"],
            "Requester external id": who["code"],
            "Requester email": email,
            "Requester domain": "example.com",
            "Submitter": np.where(t["by_agent"], _names(t["agent"]), who["name"]),
            "Assignee": _names(agent),
            "Group": TEAMS.astype(object)[t["team"]],
            "Subject": _subjects(rng, t["topic"].to_numpy()),
            "Tags": t["topic"].map(texts.TAGS) + np.where((t["channel"] == CHAT) & (t["bot"] == 1), " chatbot", ""),
            "Status": status,
            "Priority": PRIORITIES.astype(object)[t["priority"]],
            "Via": CHANNELS.astype(object)[t["channel"]],
            "Ticket type": rng.choice(["Question", "Problem", "Incident", "Task"], count, p=[0.6, 0.25, 0.1, 0.05]),
            "Created at": _text(t["created"]),
            "Updated at": _text(np.where(closed < world.end, closed, touched)),
            "Assigned at": _text(assigned),
            "Organization": np.where(who["segment"] == "Sỉ", "Đại lý " + who["name"], ""),
            "Due date": _text(t["due"]),
            "Initially assigned at": _text(assigned),
            "Solved at": _text(t["solved"]),
            "Resolution time": _whole((t["solved"] - t["created"]) / HOUR + 0.5),
            "Satisfaction Score": t["score"],
            "Group stations": np.where(agent < 0, 1, 1 + moves),
            "Assignee stations": np.where(agent < 0, 0, 1 + moves),
            "Reopens": t["reopened"].notna().astype(int),
            "Replies": replies,
            **_minutes(world, t, pending, hold),
            "Ticket Category [list]": t["topic"],
            "Total time spent (sec) [int]": _whole(_skewed(rng, 240 + 260.0 * replies, 0.4)),
        }
    )
    return _dirty(world, frame)


def _minutes(world: World, t: pd.DataFrame, pending, hold) -> dict:
    """The helpdesk's own durations, whole minutes, calendar and within business hours."""
    team = t["team"].to_numpy()
    ends = {
        "First reply time": t["first"],
        "First resolution time": t["first_solved"],
        "Full resolution time": t["solved"],
    }
    columns = {}
    for name, instant in ends.items():
        business = _by_team(world, team, "elapsed", instant.to_numpy()) - t["asked_b"]
        columns[f"{name} in minutes"] = (instant - t["created"]) / 60
        columns[f"{name} in minutes within business hours"] = business / 60
    for suffix in ("", " within business hours"):
        reply = columns[f"First reply time in minutes{suffix}"].fillna(0)
        rest = columns[f"Full resolution time in minutes{suffix}"] - reply
        columns[f"Agent wait time in minutes{suffix}"] = rest * pending
        columns[f"Requester wait time in minutes{suffix}"] = reply + rest * (1 - pending)
        columns[f"On hold time in minutes{suffix}"] = rest * hold
    order = [f"{name} in minutes{suffix}" for name in DURATIONS for suffix in ("", " within business hours")]
    return {name: _whole(columns[name]) for name in order}


def _status(world: World, rng, t: pd.DataFrame) -> np.ndarray:
    """The status on the day of the export."""
    waiting = rng.choice(["Open", "Pending", "On-hold"], len(t), p=[0.6, 0.3, 0.1])
    closed = t["solved"] + AUTOMATIC_CLOSE < world.end
    return np.select(
        [closed, t["solved"].notna(), t["reopened"].notna(), t["first"].notna()],
        ["Closed", "Solved", "Open", waiting],
        default="New",
    )


def _subjects(rng, topic) -> np.ndarray:
    """Made-up subjects with made-up order numbers."""
    subjects = np.empty(len(topic), dtype=object)
    order = " – đơn S" + pd.Series(rng.integers(100_000, 999_999, len(topic))).astype(str).to_numpy(dtype=object)
    kind = rng.integers(0, 3, len(topic))
    for name, phrases in texts.SUBJECTS.items():
        here = topic == name
        subjects[here] = np.array(phrases, dtype=object)[kind[here]] + order[here]
    return subjects


BAD_DATES = ("31/02/2025 10:15", "0000-00-00 00:00:00", "chưa rõ", "2062-05-01 08:00:00")


def _dirty(world: World, frame: pd.DataFrame) -> pd.DataFrame:
    """What real exports have: under 3 % of rows in all."""
    rng = world.rng(7)
    frame = frame.astype({"Group": object, "Tags": object, "Status": object})
    place = iter(np.array_split(rng.permutation(len(frame)), 40))

    def some(share: float) -> np.ndarray:
        return next(place)[: max(1, round(share * len(frame)))]

    for value, share in (("Deleted", 0.004),):
        frame.loc[some(share), "Status"] = value
    for tag, share in (("spam", 0.004), ("closed_by_merge", 0.005), ("test", 0.002)):
        frame.loc[some(share), "Tags"] += f" {tag}"
    frame.loc[frame["Tags"].str.endswith(" test"), "Subject"] = "TEST – bỏ qua"
    for column, share in (("Group", 0.006), ("Priority", 0.008), ("Ticket Category [list]", 0.008)):
        frame.loc[some(share), column] = ""
    frame.loc[some(0.002), "Group"] = "\u0110\u006f\u0302\u0309i tra\u0309"  # "Đổi trả" in decomposed letters
    # A small desk keeps fewer of them, or loading would rightly refuse it.
    for bad in BAD_DATES[: len(frame) // 50]:
        frame.loc[some(0)[0], "Created at"] = bad
    backwards = [i for i in some(0.01) if frame.loc[i, "Solved at"]][:4]
    frame.loc[backwards, "Solved at"] = "2024-06-01 09:00:00"
    for subject in texts.HOSTILE:
        frame.loc[some(0)[0], "Subject"] = subject
    older = frame.loc[some(0.004)].copy()
    older["Status"], older["Solved at"], older["Satisfaction Score"] = "Open", "", "Not Offered"
    older["Updated at"] = older["Created at"]
    older[[name for name in frame if "esolution time" in name]] = pd.NA
    twice = frame.loc[some(0.002)]
    return pd.concat([frame, older, twice]).sort_values("ID", kind="stable", ignore_index=True)


# The telephone ----------------------------------------------------------------------------------------------


def _open_instants(world: World, rng, count: int) -> np.ndarray:
    """Sorted instants within the office's working hours."""
    hours = world.hours(SALES)
    first, last = hours.elapsed(np.array([world.start, world.end]))
    return np.sort(hours.at(first + rng.random(count) * (last - first - 2 * HOUR)))


def _calls(world: World, count: int) -> pd.DataFrame:
    """One row per call offered; whoever waits past patience gives up."""
    rng = world.rng(8)
    offered = _open_instants(world, rng, count)
    queue = rng.choice(3, count, p=[0.5, 0.3, 0.2])
    queued = np.ceil(rng.exponential(15, count))
    patience = np.ceil(rng.exponential(190, count)) + 4
    lost = queued > patience
    wait = np.minimum(queued, patience)
    talk, hold, wrap = (
        np.ceil(_skewed(rng, np.full(count, m), s)) for m, s in ((210.0, 0.6), (25.0, 0.9), (60.0, 0.5))
    )
    hold = hold * (rng.random(count) < 0.3)
    low, high = np.array(AGENTS_OF)[queue].T
    agent = np.where(lost, -1, low + (rng.random(count) * (high - low)).astype(int))

    def stamp(instant):
        return _text(instant, "T", "+07:00")

    def answered(values):
        return _whole(np.where(lost, np.nan, values))

    return pd.DataFrame(
        {
            "Call ID": [f"C{i:07d}" for i in range(1, count + 1)],
            "Queue": TEAMS[queue],
            "Offered at": stamp(offered),
            "Answered at": stamp(np.where(lost, np.nan, offered + wait)),
            "Ended at": stamp(np.where(lost, offered + wait, offered + wait + talk + hold)),
            "Wait seconds": _whole(wait),
            "Talk seconds": answered(talk),
            "Hold seconds": answered(hold),
            "Wrap seconds": answered(wrap),
            "Agent": _names(agent),
            "Abandoned": np.where(lost, "true", "false"),
        }
    )


def _phone_intervals(world: World) -> pd.DataFrame:
    """Half-hours of another hotline in its last 26 weeks, as a telephone exchange prints them."""
    rng = world.rng(9)
    hours = world.hours(SALES)
    halves = np.arange(world.end - 182 * DAY, world.end, HOUR // 2)
    halves = halves[hours.elapsed(halves + HOUR // 2) - hours.elapsed(halves) == HOUR // 2]
    offered = rng.poisson(6, len(halves))
    abandoned = rng.binomial(offered, 0.07)
    answered = offered - abandoned
    level = rng.binomial(answered, 0.82) / np.maximum(answered, 1)
    wait = level * 8 + (1 - level) * 55
    return pd.DataFrame(
        {
            "Interval start": _text(halves),
            "Queue": "Tổng đài Sen",
            "Offered": offered,
            "Answered": answered,
            "Abandoned": abandoned,
            "Service Level (20 Seconds)": [
                f"{share:.2%}" if a else "" for share, a in zip(level, answered, strict=True)
            ],
            "Answer Speed (AVG)": _clock_text(np.where(answered, wait, np.nan)),
            "Talk Duration (AVG)": _clock_text(np.where(answered, rng.normal(215, 20, len(halves)), np.nan)),
        }
    )


# Customers and their opinion --------------------------------------------------------------------------------


def _surveys(world: World, count: int, customers: pd.DataFrame, t: pd.DataFrame) -> pd.DataFrame:
    """NPS invitations by e-mail, effort questions after tickets, and one NPS round by telephone."""
    rng = world.rng(10)
    sent = _arrivals(rng, count, world.start, world.end)
    mail = _nps(world, rng, sent, customers, phone=False)
    call = _open_instants(World(0, _seconds(PHONE_ROUND), _seconds(PHONE_ROUND) + 5 * DAY), rng, max(20, count // 24))
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
    feels = np.array([1, 0, -1])[_pick(rng, np.tile([0.56, 0.26, 0.18], (count, 1)), np.zeros(count))]
    score = np.select(
        [feels > 0, feels == 0],
        [rng.integers(9, 11, count), rng.integers(7, 9, count)],
        rng.integers(0, 7, count),
    )
    chance = 0.92 if phone else np.select([feels > 0, feels == 0], [0.24, 0.22], 0.46)
    answers = _draw(rng, np.broadcast_to(chance, count), feels)
    later = sent + (60 if phone else 1) * np.ceil(
        _skewed(rng, np.full(count, 5.0 if phone else 9.0 * HOUR), 0.8 if phone else 1.0)
    )
    answers &= later < world.end
    who = customers.iloc[_customers_at(rng, sent, customers)]
    comment = np.where(feels > 0, "Giao nhanh, cảm ơn shop", np.where(feels < 0, "Chờ lâu, trả lời qua loa", ""))
    comment = np.where(answers & (rng.random(count) < 0.3), comment, "")
    return _answers(
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
    answered = sent + np.ceil(_skewed(rng, np.full(len(sent), 6.0 * HOUR)))
    answered = np.where((rng.random(len(sent)) < 0.3) & (answered < world.end), answered, np.nan)
    frame = _answers("ces", "1-7", sent, answered, score.to_numpy(), "", customers.iloc[asked["customer"]], "email")
    frame["ticket_id"] = asked["ticket"].astype(str).to_numpy()
    frame["team"] = TEAMS[asked["team"]]
    return frame


def _answers(kind, scale, sent, answered, score, comment, who: pd.DataFrame, channel) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": kind,
            "sent_at": _utc(sent),
            "answered_at": _utc(answered),
            "score": _whole(np.where(np.isnan(answered), np.nan, score)),
            "scale": scale,
            "comment": comment,
            "customer_id": who["customer"].to_numpy(),
            "ticket_id": "",
            "team": "",
            "channel": channel,
        }
    )


def _customers_csv(customers: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": customers["customer"],
            "started_at": pd.Series(_text(customers["started"])).str[:10],
            "ended_at": pd.Series(_text(customers["ended"])).str[:10],
            "segment": customers["segment"],
            "mrr": customers["monthly"].astype("int64"),
        }
    )


def _activity(world: World, count: int, customers: pd.DataFrame) -> pd.DataFrame:
    """Purchases of customers who were there."""
    rng = world.rng(11)
    at = _arrivals(rng, count, world.start, world.end, closed=0.5)
    who = customers.iloc[_customers_at(rng, at, customers)]
    amount = np.round(_skewed(rng, who["monthly"].to_numpy() * 1.1, 0.5) / 1000) * 1000
    return pd.DataFrame(
        {
            "customer_id": who["customer"].to_numpy(),
            "at": _utc(at),
            "amount": amount.astype("int64"),
        }
    )


# The small desks --------------------------------------------------------------------------------------------


def _small(world: World, number: int) -> tuple[World, np.random.Generator, pd.DataFrame]:
    """Three hundred tickets in the last six months, answered, mostly solved, now and then reopened."""
    last = World(world.seed, max(world.start, world.end - 181 * DAY), world.end)
    rng = world.rng(number)
    t = pd.DataFrame({"created": _arrivals(rng, 300, last.start, last.end)})
    hours = world.hours(SALES)
    asked = hours.elapsed(t["created"].to_numpy())
    first = asked + _skewed(rng, np.full(300, 1.5 * HOUR))
    solved = first + _skewed(rng, np.full(300, 7.0 * HOUR), 1.1)
    back = solved + np.where(_draw(rng, np.full(300, 0.09)), 8 * HOUR, np.nan)
    done = back + _skewed(rng, np.full(300, 4.0 * HOUR))
    for name, values in (("first", first), ("solved", solved), ("back", back), ("done", done)):
        t[name] = hours.at(values)
        t.loc[t[name] >= world.end, name] = np.nan
    t["last"] = np.where(t["back"].notna(), t["done"], t["solved"])
    t["team"] = rng.choice(3, 300, p=[0.5, 0.3, 0.2])
    t["agent"] = np.array([low for low, _ in AGENTS_OF])[t["team"]] + rng.integers(0, 4, 300)
    t["topic"] = np.array(texts.TOPICS, dtype=object)[t["team"], rng.integers(0, 4, 300)]
    t["subject"] = _subjects(rng, t["topic"].to_numpy())
    t["customer"] = rng.integers(1, 200, 300)
    return last, rng, t


def _liveagent(world: World) -> dict[str, pd.DataFrame]:
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
            "date_created": _text(t["created"] - UTC_OFFSET),
            "date_changed": _text(changed - UTC_OFFSET),
            "date_resolved": _text(t["last"] - UTC_OFFSET),
            "date_due": _text(t["created"] + 2 * DAY - UTC_OFFSET),
        }
    )
    return {"liveagent/liveagent_tickets.csv": tickets, "liveagent/liveagent_history.csv": _history(t)}


def _history(t: pd.DataFrame) -> pd.DataFrame:
    """One row per ticket and status: New, Answered, Resolved, Open again, Resolved."""
    steps = (("created", "N"), ("first", "A"), ("solved", "R"), ("back", "C"), ("done", "R"))
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
            "date_from": _text(h["at"] - UTC_OFFSET),
            "date_to": _text(until - UTC_OFFSET),
            "elapsed_time": _whole(until - h["at"]),
        }
    )


def _clock_text(seconds) -> list[str]:
    """HH:MM:SS, hours past 24; '' where missing."""
    return ["" if np.isnan(s) else f"{int(s) // 3600:02d}:{int(s) // 60 % 60:02d}:{int(s) % 60:02d}" for s in seconds]


def _freshdesk(world: World) -> dict[str, pd.DataFrame]:
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
            "Created time": _text(t["created"]),
            "Due by Time": _text(due),
            "Resolved time": _text(t["last"]),
            "Closed time": _text(closed),
            "Last update time": _text(closed.fillna(t["last"]).fillna(t["first"]).fillna(t["created"])),
            "Initial response time": _text(t["first"]),
            "Time tracked": _clock_text(_skewed(rng, np.full(300, 700.0), 0.6)),
            "First response time (in hrs)": _clock_text(hours.elapsed(t["first"].to_numpy()) - asked),
            "Resolution time (in hrs)": _clock_text(hours.elapsed(t["last"].to_numpy()) - asked),
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
    answered = np.where(rng.random(300) < 0.4, np.ceil(sent + _skewed(rng, np.full(300, 8.0 * HOUR))), np.nan)
    answered = np.where(answered < world.end, answered, np.nan)
    score = rng.choice([1, 2, 3, 4, 5], 300, p=[0.08, 0.07, 0.12, 0.33, 0.40])
    keep = sent < world.end
    who = pd.DataFrame({"customer": 70_000 + t["customer"]})
    frame = _answers("csat", "1-5", sent, answered, score, "", who, "email")
    frame["ticket_id"], frame["team"] = number, TEAMS[t["team"]]
    frame = frame[keep].reset_index(drop=True)
    frame.insert(0, "survey_id", [f"F{i:04d}" for i in range(1, len(frame) + 1)])
    return frame


def _event_log(world: World) -> pd.DataFrame:
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
            "Complete Timestamp": _text(log["at"]),
        }
    )
