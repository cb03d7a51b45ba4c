"""Resolution time: from the creation to the last solution, and the three other ends that are printed under its name."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import HOUR, balanced, halves, hours, moments, numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work
from kpitools.tables import UNCOUNTED, UNSOLVED

NOW = dt.datetime(2025, 3, 11, 9, 0)
MONDAY = pd.Timestamp("2025-03-03 08:00")
AUTOMATIC = pd.Timedelta(days=3)  # after which the helpdesk closes a solved request by itself
OPENS, CLOSES = 8, 17  # o'clock, Monday to Friday, in res-3


def board() -> dict[str, Rows]:
    """Ten requests: solved after 4, 103, 2, 6, 24 (the first time after 5), 3, 10 and 8 hours, one spam, one open for
    48 hours; closed automatically three days after the solution."""
    created = moments("08:00 08:00 09:00 09:30 10:00 11:00 13:00 +1 08:00 +1 09:00 +6 09:00")
    took = [4, 103, 2, 1, 6, 24, 3, 10, 8, np.nan]
    status = ["closed"] * 3 + ["spam"] + ["closed"] * 5 + ["open"]
    rows = pd.DataFrame({"created_at": created, "took": took, "status": status})
    rows["first"] = rows.took.where(rows.took != 24, 5)
    return {"tickets": dated(rows)}


def dated(rows: Rows) -> Rows:
    """Rows of created_at, took, first (hours) and status as requests with their four instants."""
    made = rows[["created_at"]].copy()
    made["first_resolved_at"] = rows.created_at + pd.to_timedelta(rows["first"], unit="h")
    made["resolved_at"] = rows.created_at + pd.to_timedelta(rows.took, unit="h")
    made["closed_at"] = (made.resolved_at + AUTOMATIC).where(rows.status == "closed")
    return numbered(made.assign(status=rows.status))


# The rows of the exercises ----------------------------------------------------------------------------------


def tickets(generator: np.random.Generator) -> Rows:
    """Ten requests: eight closed (two of them slow, one reopened), a spam that lay about, one open for longer than
    most took."""
    took = np.concatenate([halves(generator, 1, 9, 5), halves(generator, 9.5, 16, 1), halves(generator, 30, 80, 2)])
    first = took.copy()
    first[5] = halves(generator, 0.5, 2, 1)[0]
    rows = pd.DataFrame({"took": [*took, 20, np.nan], "first": [*first, 20, np.nan]})
    rows["created_at"] = MONDAY + pd.to_timedelta(halves(generator, 0, 9, 10), unit="h")
    rows["status"] = ["closed"] * 8 + ["spam", "open"]
    return dated(rows.sort_values("created_at", ignore_index=True))


def pool(desk: Desk) -> Rows:
    """Requests of a desk that were solved; of the open ones those older than most solutions took."""
    columns = ["created_at", "first_resolved_at", "resolved_at", "closed_at", "status"]
    rows = desk.table("tickets").to_pandas().reindex(columns=columns)
    took, age = lasted(rows), hours(pd.Timestamp(desk.as_of) - rows.created_at)
    still = rows.resolved_at.isna() & rows.status.isin(UNSOLVED) & (age > took.quantile(0.75))
    return numbered(balanced(rows[took >= 0], rows[still]))


def log(generator: np.random.Generator) -> Rows:
    """The statuses of one request that was solved, reopened, solved again and closed automatically."""
    status = ["new", "open", "pending", "open", "resolved", "open", "resolved", "closed"]
    gaps = np.cumsum([0.0, *halves(generator, 0.5, 3, 4), *halves(generator, 10, 30, 1), *halves(generator, 1, 5, 1)])
    at = [*(MONDAY + pd.to_timedelta(gaps, unit="h"))]
    return pd.DataFrame({"step_id": [str(i + 1) for i in range(8)], "at": [*at, at[-1] + AUTOMATIC], "status": status})


def spans(generator: np.random.Generator) -> Rows:
    """Four requests: within a day, over a night, over the weekend, written after closing time."""
    begun = np.array([0, 24, 96, 59]) + np.array([*halves(generator, 0.5, 3, 1), *halves(generator, 4, 8, 2), 0.0])
    ended = np.array([0, 48, 168, 72]) + np.array([*halves(generator, 4, 8, 1), *halves(generator, 0.5, 5, 3)])
    both = {"created_at": begun, "resolved_at": ended}
    return numbered(pd.DataFrame({name: MONDAY + pd.to_timedelta(at, unit="h") for name, at in both.items()}))


# Ways of counting -------------------------------------------------------------------------------------------


def lasted(rows: Rows, end: str = "resolved_at") -> pd.Series:
    """Hours from the creation to `end`; missing where it has not come."""
    return hours(rows[end] - rows.created_at)


def counted(rows: Rows) -> Rows:
    return rows[~rows.status.isin(UNCOUNTED)]


def middle(rows: Rows, end: str = "resolved_at") -> float:
    """The median, with those that go on at the end of the row."""
    return lasted(rows, end).fillna(np.inf).median()


def computed(rows: Rows) -> float:
    from kpitools.compute import compute

    return compute("resolution_time", LESSON.desk({"tickets": rows}), every=None).value.iloc[0]


def until(rows: Rows, status: str, last: bool = True, since: int = 0) -> float:
    """Hours from a row of the log (the first) to the last (or first) one of a status."""
    found = rows[rows.status == status]["at"]
    return (found.iloc[-1 if last else 0] - rows["at"].iloc[since]) / HOUR


def from_log(rows: Rows) -> float:
    from kpitools.compute import compute

    desk = LESSON.desk({"status_changes": rows[["at", "status"]].assign(ticket_id="1")})
    return compute("resolution_time", desk, every=None).value.iloc[0]


def opening(rows: Rows, nights: bool = True, weekends: bool = True) -> pd.Series:
    """Hours of each span that lie within opening times; with nights (or weekends) False these count as open."""
    days = pd.date_range(rows.created_at.min().normalize(), rows.resolved_at.max().normalize())
    days = days[days.day_of_week < 5] if weekends else days
    found = pd.Series(0.0, index=rows.index)
    for day in days:
        begins, ends = (OPENS, CLOSES) if nights else (0, 24)
        start = rows.created_at.clip(lower=day + begins * HOUR)
        end = rows.resolved_at.clip(upper=day + ends * HOUR)
        found += hours(end - start).clip(lower=0)
    return found


def by_half_hours(rows: Rows) -> float:
    """The mean of the half hours of each span that begin on a working day within opening times."""
    found = []
    for begun, ended in zip(rows.created_at, rows.resolved_at, strict=True):
        marks = pd.date_range(begun, ended, freq="30min", inclusive="left")
        found.append(((marks.day_of_week < 5) & (marks.hour >= OPENS) & (marks.hour < CLOSES)).sum() / 2)
    return float(np.mean(found))


MEDIAN = Work(
    draw=tickets,
    right=lambda rows: middle(counted(rows)),
    truth=computed,
    unit="h",
    pool=pool,
    mistakes={
        "mean": lambda rows: lasted(counted(rows)).mean(),
        "closed": lambda rows: middle(counted(rows), "closed_at"),
        "first": lambda rows: middle(counted(rows), "first_resolved_at"),
        "solved_only": lambda rows: lasted(counted(rows)).median(),
        "spam": middle,
    },
)
LOG = Work(
    kind="code",
    draw=log,
    right=lambda rows: until(rows, "resolved"),
    truth=from_log,
    unit="h",
    made_up="history",
    mistakes={
        "first": lambda rows: until(rows, "resolved", last=False),
        "closed": lambda rows: until(rows, "closed"),
        "since_open": lambda rows: until(rows, "resolved", since=1),
        "since_reopened": lambda rows: until(rows, "resolved", since=5),
    },
)
OPENING = Work(
    draw=spans,
    right=lambda rows: opening(rows).mean(),
    truth=by_half_hours,
    unit="h",
    made_up="schedule",
    mistakes={
        "calendar": lambda rows: lasted(rows).mean(),
        "nights_in": lambda rows: opening(rows, nights=False).mean(),
        "weekends_in": lambda rows: opening(rows, weekends=False).mean(),
        "added_up": lambda rows: opening(rows).sum(),
    },
)

LESSON = read_lesson(
    __name__,
    order=130,
    part="service",
    minutes=35,
    board=board,
    now=NOW,
    kpi="resolution_time",
    work={"res-1": MEDIAN, "res-2": LOG, "res-3": OPENING},
)
