"""Open tickets: what is known of a time that is not over yet (censoring), and how it is counted."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.analysis.survival import km, km_quantile
from kpitools.desk import Desk
from kpitools.lessons.exercises._made import HOUR, balanced, halves, hours, numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work
from kpitools.tables import UNSOLVED

NOW = dt.datetime(2025, 3, 5, 17, 0)
GOAL = 24.0  # hours within which open-4 wants a solution


def board() -> dict[str, Rows]:
    """Ten requests: six solved after 2, 4, 6, 6, 10 and 24 hours, four still open after 3, 8, 12 and 30."""
    lasted = pd.Series([2, 3, 4, 6, 6, 8, 10, 12, 24, 30], dtype=float)
    solved = pd.Series([True, False, True, True, True, False, True, False, True, False])
    return {"tickets": as_tickets(pd.DataFrame({"hours": lasted, "is_resolved": solved}))}


def as_tickets(rows: Rows) -> Rows:
    """Requests that lasted so long: solved ones ended at noon of the last day, open ones go on at the export."""
    span = pd.to_timedelta(rows.hours, unit="h")
    end = pd.Series(np.where(rows.is_resolved, pd.Timestamp("2025-03-05 12:00"), pd.Timestamp(NOW)))
    made = pd.DataFrame({"created_at": pd.to_datetime(end) - span})
    made["resolved_at"] = (made.created_at + span).where(rows.is_resolved)
    made["status"] = np.where(rows.is_resolved, "resolved", "open")
    return numbered(made)


# The rows of the exercises ----------------------------------------------------------------------------------


def statuses(generator: np.random.Generator) -> Rows:
    """Ten requests: unsolved ones in four statuses, solved and closed ones, one closed without a time of solution."""
    status = ["new", "open", "open", "pending", "on_hold", "resolved", "resolved", "closed", "closed", "closed"]
    created = pd.Timestamp("2025-03-03 08:00") + pd.to_timedelta(halves(generator, 0, 24, 10), unit="h")
    solved = created + pd.to_timedelta(halves(generator, 1, 24, 10), unit="h")
    has_time = np.array([False] * 5 + [True] * 4 + [False])
    rows = pd.DataFrame({"created_at": created, "resolved_at": pd.Series(solved).where(has_time), "status": status})
    return numbered(rows.iloc[generator.permutation(10)])


def lengths(generator: np.random.Generator) -> Rows:
    """Ten requests: six solved, four still open, some of them younger than most solutions took."""
    solved = [*halves(generator, 1, 12, 4), *halves(generator, 12.5, 40, 2)]
    running = [*halves(generator, 1, 8, 2), *halves(generator, 8, 40, 2)]
    rows = pd.DataFrame({"hours": [*solved, *running], "is_resolved": [True] * 6 + [False] * 4})
    return numbered(rows.sort_values("hours", kind="stable"))


def pool(desk: Desk) -> Rows:
    """Requests of a desk as they stood on a day in its past on which many of them were still open."""
    rows = _tickets(desk)
    took = hours(rows.resolved_at - rows.created_at)
    then = pd.Timestamp(desk.as_of) - pd.Timedelta(days=14)
    seen = rows[(rows.created_at <= then) & (rows.created_at > then - 4 * took.median() * HOUR)]
    is_resolved = seen.resolved_at <= then
    lasted = hours(seen.resolved_at.where(is_resolved, then) - seen.created_at).round(1)
    found = pd.DataFrame({"hours": lasted, "is_resolved": is_resolved})
    return numbered(found[(lasted > 0) & (is_resolved | seen.status.notna())].sort_values("hours"))


def pool_of_statuses(desk: Desk) -> Rows:
    """Requests of a desk in any status that counts."""
    rows = _tickets(desk)
    unsolved, over = rows[rows.status.isin(UNSOLVED)], rows[rows.status.isin(["resolved", "closed"])]
    return numbered(balanced(over, unsolved)[["created_at", "resolved_at", "status"]])


def pool_as_of(desk: Desk) -> Rows:
    """Requests of a desk's last days, with the instant of the export."""
    rows = _tickets(desk)
    now = pd.Timestamp(desk.as_of)
    rows = rows[(now - rows.created_at) / HOUR < 5 * GOAL]
    kept = rows.resolved_at.notna() | rows.status.isin(UNSOLVED)
    return numbered(rows.loc[kept, ["created_at", "resolved_at"]].assign(as_of=now))


def _tickets(desk: Desk) -> Rows:
    rows = desk.table("tickets").to_pandas().reindex(columns=["created_at", "resolved_at", "status"])
    return rows[rows.created_at.notna() & ~(rows.resolved_at < rows.created_at)]


def exported(generator: np.random.Generator) -> Rows:
    """Ten requests at the moment of an export: six old ones, of which two to four met the goal and one was late, and
    four young ones."""
    age = np.concatenate([halves(generator, 26, 70, 6), halves(generator, 2, 22, 4)])
    met = int(generator.integers(2, 5))
    took = np.concatenate([halves(generator, 1, 23, met), halves(generator, 24.5, 26, 1), [np.nan] * (5 - met)])
    took = np.concatenate([took, [generator.integers(1, 4) / 2], [np.nan] * 3])
    created = pd.Timestamp(NOW) - pd.to_timedelta(age, unit="h")
    rows = pd.DataFrame({"created_at": created, "resolved_at": created + pd.to_timedelta(took, unit="h")})
    return numbered(rows.sort_values("created_at").assign(as_of=pd.Timestamp(NOW)))


# Ways of counting -------------------------------------------------------------------------------------------


def after(rows: Rows) -> float:
    """The hours that open-2 asks about: the time of the third solution."""
    return float(rows[rows.is_resolved].hours.sort_values().iloc[2])


def still_open(rows: Rows) -> float:
    """The Kaplan-Meier curve by hand: at each solution, the share of those under observation that goes on."""
    left = 1.0
    for time in sorted(rows[rows.is_resolved & (rows.hours <= after(rows))].hours.unique()):
        watched = (rows.hours >= time).sum()
        left *= 1 - (rows.is_resolved & (rows.hours == time)).sum() / watched
    return left


def middle(rows: Rows) -> float:
    return km_quantile(rows.hours, rows.is_resolved).value


def solved_in_time(rows: Rows, denominator: pd.Series) -> float:
    in_time = hours(rows.resolved_at - rows.created_at) <= GOAL
    return float((in_time & denominator).sum() / denominator.sum())


def had_time(rows: Rows) -> pd.Series:
    """Whether a request is old enough to be judged by the goal."""
    return hours(rows.as_of - rows.created_at) >= GOAL


def curve_at(rows: Rows) -> float:
    curve = km(rows.hours, rows.is_resolved)
    return curve[curve.time <= after(rows)].survival.iloc[-1]


def computed_median(rows: Rows) -> float:
    from kpitools.compute import compute

    return compute("resolution_time", LESSON.desk({"tickets": as_tickets(rows)}), every=None).value.iloc[0]


def curve_of_old(rows: Rows) -> float:
    rows = rows[had_time(rows)]
    lasted = hours(rows.resolved_at.fillna(rows.as_of) - rows.created_at)
    curve = km(lasted, rows.resolved_at.notna())
    return 1 - curve[curve.time <= GOAL].survival.iloc[-1]


def ids(rows: Rows, wanted: pd.Series) -> frozenset[str]:
    return frozenset(rows[wanted].ticket_id)


CENSORED = Work(
    kind="ids",
    draw=statuses,
    right=lambda rows: ids(rows, rows.status.isin(UNSOLVED)),
    truth=lambda rows: ids(rows, ~rows.status.isin(["resolved", "closed"])),
    pool=pool_of_statuses,
    mistakes={
        "only_open": lambda rows: ids(rows, rows.status == "open"),
        "no_time": lambda rows: ids(rows, rows.resolved_at.isna()),
        "not_waiting": lambda rows: ids(rows, rows.status.isin(["new", "open"])),
        "the_others": lambda rows: ids(rows, ~rows.status.isin(UNSOLVED)),
    },
)
CURVE = Work(
    draw=lengths,
    given=lambda rows: {"after": after(rows)},
    right=still_open,
    truth=curve_at,
    unit="share",
    decimals=2,
    pool=pool,
    mistakes={
        "finished_only": lambda rows: float((rows[rows.is_resolved].hours > after(rows)).mean()),
        "open_as_finished": lambda rows: float((rows.hours > after(rows)).mean()),
        "open_forever": lambda rows: float(((rows.hours > after(rows)) | ~rows.is_resolved).mean()),
    },
)
MIDDLE = Work(
    draw=lengths,
    right=middle,
    truth=computed_median,
    unit="h",
    pool=pool,
    mistakes={
        "finished_only": lambda rows: rows[rows.is_resolved].hours.median(),
        "open_as_finished": lambda rows: rows.hours.median(),
        "open_forever": lambda rows: rows.hours.where(rows.is_resolved, np.inf).median(),
    },
)
MATURE = Work(
    kind="code",
    draw=exported,
    given=lambda rows: {"goal": GOAL},
    right=lambda rows: solved_in_time(rows, had_time(rows)),
    truth=curve_of_old,
    unit="share",
    decimals=2,
    pool=pool_as_of,
    mistakes={
        "all_requests": lambda rows: solved_in_time(rows, rows.created_at.notna()),
        "finished_only": lambda rows: solved_in_time(rows, rows.resolved_at.notna()),
        "young_if_solved": lambda rows: solved_in_time(rows, had_time(rows) | rows.resolved_at.notna()),
    },
)

LESSON = read_lesson(
    __name__,
    order=340,
    part="capstone",
    minutes=40,
    board=board,
    now=NOW,
    kpi="resolution_time",
    work={"open-1": CENSORED, "open-2": CURVE, "open-3": MIDDLE, "open-4": MATURE},
)
