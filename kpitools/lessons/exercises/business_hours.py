"""Business hours and time zones: the same wait by the customer's clock and by the desk's."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.clock import Schedule, business_seconds_between
from kpitools.desk import Desk
from kpitools.hours import parse_weekly
from kpitools.lessons.exercises._made import HOUR, numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

ZONE = "Asia/Ho_Chi_Minh"
AHEAD = pd.Timedelta(hours=7)  # of UTC, all year: Vietnam has no summer time
NOW = dt.datetime(2025, 5, 6, 10, 0)  # UTC
WEEK = parse_weekly({"mon-fri": ["08:00-12:00", "13:00-17:00"]})
OFFICE = Schedule("office", ZONE, ((None, WEEK),))
HOLIDAYS = frozenset({dt.date(2025, 4, 30), dt.date(2025, 5, 1)})
SHIFTS = ((8, 12), (13, 17))


def board() -> dict[str, Rows]:
    """Ten requests around the holidays, in UTC.

    By the calendar they waited 2, 4, 65, 61, 49, 4, 66, 2, 5 and 18 hours, by the office's hours 2, 3, 2, 1, 3, 3, 3,
    0, 4 and 3.
    """
    asked = "29T08 29T10 29T16 29T20 30T10 02T11 02T16 03T09 05T07 05T15"
    replied = "29T10 29T14 02T09 02T09 02T11 02T15 05T10 03T11 05T12 06T09"
    rows = pd.DataFrame({"created_at": _local(asked) - AHEAD, "first_reply_at": _local(replied) - AHEAD})
    return {"tickets": numbered(rows.assign(opened_by="customer", status="resolved"))}


def _local(texts: str) -> pd.Series:
    """ "29T08" is 29 April at eight, "02T09" 2 May at nine."""
    return pd.Series([pd.Timestamp(f"2025-0{4 if text > '1' else 5}-{text}:00") for text in texts.split()])


# The rows of the exercises ----------------------------------------------------------------------------------


def over_a_weekend(generator: np.random.Generator) -> Rows:
    """One request of a Thursday or Friday, answered on Monday or Tuesday, on the shop's clock."""
    asked = pd.Timestamp("2025-03-06") + int(generator.integers(2)) * 24 * HOUR + _hour(generator, 8.5, 16.5)
    replied = pd.Timestamp("2025-03-10") + int(generator.integers(2)) * 24 * HOUR + _hour(generator, 9, 16.5)
    return numbered(pd.DataFrame({"asked": [asked], "replied": [replied]}))


def _hour(generator: np.random.Generator, low: float, high: float) -> pd.Timedelta:
    """An hour of the day in halves, not within the lunch break."""
    halves = [half / 2 for half in range(round(low * 2), round(high * 2) + 1) if not 12 < half / 2 < 13]
    return float(generator.choice(halves)) * HOUR


def arrivals(generator: np.random.Generator) -> Rows:
    """Ten requests in UTC that on the shop's clock came in open hours, at lunch, in the evening, early, on Saturday."""
    days = pd.Series(pd.Timestamp("2025-03-03") + pd.to_timedelta(generator.integers(0, 5, 10), unit="D"))
    days[6] = pd.Timestamp("2025-03-08")  # Saturday
    spans = [(8, 11.5), (8, 10), (13, 14.5), (15, 16.5), (12, 12.5), (18, 23.5), (9, 11), (20, 22), (5, 7), (0, 6)]
    at = days + pd.Series([_half(generator, low, high) for low, high in spans])
    rows = pd.DataFrame({"created_at": at - AHEAD})
    return numbered(rows.iloc[generator.permutation(10)])


def _half(generator: np.random.Generator, low: float, high: float) -> pd.Timedelta:
    return generator.integers(round(low * 2), round(high * 2) + 1) / 2 * HOUR


def pool(desk: Desk) -> Rows:
    """Requests of a desk: when they arrived."""
    return numbered(desk.table("tickets").to_pandas()[["created_at"]].dropna())


def meetings(generator: np.random.Generator) -> Rows:
    """One wait beside each open stretch of its week: ten rows, some before it, some after it."""
    asked = pd.Timestamp("2025-03-04") + _hour(generator, 8.5, 16)
    replied = pd.Timestamp("2025-03-06") + _hour(generator, 8.5, 16.5)
    rows = stretches("2025-03-03", "2025-03-07").rename(columns={"opens": "opens_at", "closes": "closes_at"})
    rows.insert(0, "replied_at", replied)
    rows.insert(0, "asked_at", asked)
    return numbered(rows, "stretch_id")


# Ways of counting -------------------------------------------------------------------------------------------


def stretches(first, last, shifts=SHIFTS, weekend: bool = False) -> Rows:
    """The open stretches of the days from `first` to `last`: opens, closes."""
    days = pd.Series(pd.date_range(first, last, freq="D" if weekend else "B"))
    parts = [pd.DataFrame({"opens": days + a * HOUR, "closes": days + b * HOUR}) for a, b in shifts]
    return pd.concat(parts).sort_values("opens", ignore_index=True)


def overlap(asked, replied, opens: pd.Series, closes: pd.Series) -> pd.Series:
    """Hours of the wait in each stretch, below zero where they do not meet."""
    return (np.minimum(closes, replied) - np.maximum(opens, asked)) / HOUR


def in_hours(rows: Rows, **how) -> float:
    asked, replied = rows.asked.iloc[0], rows.replied.iloc[0]
    found = stretches(asked.normalize(), replied.normalize(), **how)
    return float(overlap(asked, replied, found.opens, found.closes).clip(lower=0).sum())


def calendar(rows: Rows) -> float:
    return (rows.replied.iloc[0] - rows.asked.iloc[0]) / HOUR


def computed(rows: Rows) -> float:
    from kpitools.compute import compute

    created, replied = rows.asked - AHEAD, rows.replied - AHEAD
    tickets = rows[["ticket_id"]].assign(created_at=created, first_reply_at=replied, status="resolved")
    desk = LESSON.desk({"tickets": tickets})
    return compute("first_response_time", desk, every=None, hours="business").value.iloc[0]


def came(rows: Rows, ahead: pd.Timedelta = AHEAD, lunch: bool = False, weekend: bool = False) -> frozenset[str]:
    """The requests that came while the shop was open."""
    local = rows.created_at + ahead
    hour = local.dt.hour + local.dt.minute / 60
    is_open = (hour >= 8) & (hour < 17) & (lunch | (hour < 12) | (hour >= 13)) & (weekend | (local.dt.day_of_week < 5))
    return frozenset(rows[is_open].ticket_id)


def came_by_clock(rows: Rows) -> frozenset[str]:
    """The same by the toolkit's clock: a minute that begins with the request holds working time."""
    minute = pd.Timedelta(minutes=1)
    moments = rows.created_at.dt.tz_localize("UTC")
    found = [business_seconds_between(at, at + minute, OFFICE) for at in moments]
    return frozenset(rows[[bool(seconds) for seconds in found]].ticket_id)


def met(rows: Rows) -> pd.Series:
    return overlap(rows.asked_at, rows.replied_at, rows.opens_at, rows.closes_at)


def stretch_hours(rows: Rows) -> pd.Series:
    return (rows.closes_at - rows.opens_at) / HOUR


def by_clock(rows: Rows) -> float:
    start, end = (rows[name].iloc[0].tz_localize(ZONE) for name in ("asked_at", "replied_at"))
    return business_seconds_between(start, end, OFFICE) / 3600


WEEKEND = Work(
    draw=over_a_weekend,
    right=in_hours,
    truth=computed,
    unit="h",
    made_up="schedule",
    mistakes={
        "calendar": calendar,
        "lunch_in": lambda rows: in_hours(rows, shifts=((8, 17),)),
        "weekend_in": lambda rows: in_hours(rows, weekend=True),
        "thirds": lambda rows: calendar(rows) * 8 / 24,
    },
)
OPEN = Work(
    kind="ids",
    draw=arrivals,
    right=came,
    truth=came_by_clock,
    pool=pool,
    mistakes={
        "as_utc": lambda rows: came(rows, ahead=0 * HOUR),
        "wrong_way": lambda rows: came(rows, ahead=-AHEAD),
        "lunch_in": lambda rows: came(rows, lunch=True),
        "weekend_in": lambda rows: came(rows, weekend=True),
    },
)
OVERLAP = Work(
    kind="code",
    draw=meetings,
    right=lambda rows: float(met(rows).clip(lower=0).sum()),
    truth=by_clock,
    unit="h",
    made_up="schedule",
    mistakes={
        "negatives": lambda rows: float(met(rows).sum()),
        "whole_stretches": lambda rows: float(stretch_hours(rows)[met(rows) > 0].sum()),
        "only_inside": lambda rows: float(met(rows)[met(rows) == stretch_hours(rows)].sum()),
        "whole_wait": lambda rows: (rows.replied_at.iloc[0] - rows.asked_at.iloc[0]) / HOUR,
    },
)

LESSON = read_lesson(
    __name__,
    order=375,
    part="capstone",
    minutes=40,
    board=board,
    now=NOW,
    kpi="first_response_time",
    settings={
        "timezone": ZONE,
        "schedules": {"office": Schedule("office", ZONE, ((None, WEEK),), closed=HOLIDAYS)},
        "default_schedule": "office",
    },
    work={"hours-1": WEEKEND, "hours-2": OPEN, "hours-3": OVERLAP},
)
