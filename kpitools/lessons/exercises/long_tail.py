"""The long tail: mean, median and the slow end of durations."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.lessons.exercises._made import HOUR, hours, numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 3, 10, 17, 0)
LASTED = [1, 8, 2, 60, 3, 1, 12, 2, 5, 6]  # hours; sorted: 1 1 2 2 3 5 6 8 12 60


def board() -> dict[str, Rows]:
    """Ten solved requests of a Monday: 1 to 60 hours, 100 in all."""
    created = pd.Timestamp("2025-03-03 08:00") + pd.to_timedelta(np.arange(10) * 0.5, unit="h")
    return {"tickets": as_tickets(pd.DataFrame({"created_at": created, "hours": LASTED}))}


def as_tickets(rows: Rows) -> Rows:
    rows = rows.reset_index(drop=True)
    made = pd.DataFrame({"created_at": rows.created_at, "resolved_at": rows.created_at + rows.hours * HOUR})
    return numbered(made.assign(status="resolved"))


# The rows of the exercises ----------------------------------------------------------------------------------


def fifteen(generator: np.random.Generator) -> Rows:
    """Fifteen solved requests, two of them very slow."""
    short = generator.choice(np.arange(1, 40), 12, replace=False) / 2
    long = generator.choice(np.arange(25, 45), 1) * 1.0
    slowest = generator.choice(np.arange(60, 160), 2, replace=False) * 1.0
    return shuffled(generator, [*short, *long, *slowest])


def some(generator: np.random.Generator) -> Rows:
    """Twelve to sixteen solved requests, of which two to four are very slow."""
    short = generator.choice(np.arange(1, 40), generator.integers(10, 13), replace=False) / 2
    slow = generator.choice(np.arange(60, 160), generator.integers(2, 5), replace=False) * 1.0
    return shuffled(generator, [*short, *slow])


def ten(generator: np.random.Generator) -> Rows:
    """Ten solved requests, two of them slow."""
    short = generator.choice(np.arange(1, 24), 8, replace=False) / 2
    return shuffled(generator, [*short, *generator.choice(np.arange(25, 80), 2, replace=False) * 1.0])


def shuffled(generator: np.random.Generator, lasted: list[float]) -> Rows:
    return numbered(pd.DataFrame({"hours": generator.permutation(lasted)}))


def pool(desk) -> Rows:
    """Solved requests of a desk with the hours they lasted."""
    rows = desk.table("tickets").to_pandas().reindex(columns=["created_at", "resolved_at"])
    lasted = hours(rows.resolved_at - rows.created_at).round(1)
    return numbered(pd.DataFrame({"hours": lasted[lasted > 0]}))


# Ways of counting -------------------------------------------------------------------------------------------


def nine_in_ten(rows: Rows) -> float:
    """The shortest time within which at least nine in ten were solved."""
    ordered = rows.hours.sort_values().to_numpy()
    return float(ordered[int(np.ceil(0.9 * len(ordered) - 1e-9)) - 1])


def tail_share(rows: Rows, most: int = 2) -> float:
    return float(rows.hours.nlargest(most).sum() / rows.hours.sum())


def computed_p90(rows: Rows) -> float:
    from kpitools.compute import compute

    created = pd.Timestamp("2025-03-03 08:00")
    desk = LESSON.desk({"tickets": as_tickets(rows.assign(created_at=created))})
    return compute("resolution_time", desk, every=None).p90.iloc[0]


def by_sum(rows: Rows) -> float:
    """One minus what the others took."""
    return 1 - rows.hours.sort_values().head(len(rows) - 2).sum() / rows.hours.sum()


P90 = Work(
    draw=fifteen,
    right=nine_in_ten,
    truth=computed_p90,
    unit="h",
    pool=pool,
    size=15,
    mistakes={
        "one_too_low": lambda rows: rows.hours.sort_values().iloc[int(0.9 * len(rows)) - 1],
        "interpolated": lambda rows: float(np.quantile(rows.hours, 0.9)),
        "of_the_longest": lambda rows: 0.9 * rows.hours.max(),
        "unsorted": lambda rows: rows.hours.iloc[int(np.ceil(0.9 * len(rows))) - 1],
        "longest": lambda rows: rows.hours.max(),
        "mean": lambda rows: rows.hours.mean(),
    },
)
TAIL = Work(
    draw=ten,
    right=tail_share,
    truth=by_sum,
    unit="share",
    decimals=2,
    pool=pool,
    mistakes={
        "of_the_rows": lambda rows: 2 / len(rows),
        "only_one": lambda rows: tail_share(rows, 1),
        "over_the_rest": lambda rows: rows.hours.nlargest(2).sum() / rows.hours.nsmallest(len(rows) - 2).sum(),
    },
)
SLOWER = Work(
    kind="code",
    draw=some,
    right=lambda rows: float((rows.hours > rows.hours.mean()).mean()),
    truth=lambda rows: float(sum(hour > sum(rows.hours) / len(rows) for hour in rows.hours) / len(rows)),
    unit="share",
    decimals=2,
    pool=pool,
    size=14,
    mistakes={
        "median": lambda rows: (rows.hours > rows.hours.median()).mean(),
        "middle_of_the_range": lambda rows: (rows.hours > (rows.hours.min() + rows.hours.max()) / 2).mean(),
        "above_p90": lambda rows: (rows.hours > nine_in_ten(rows)).mean(),
    },
)

LESSON = read_lesson(
    __name__,
    order=330,
    part="capstone",
    minutes=30,
    board=board,
    now=NOW,
    kpi="resolution_time",
    work={"tail-1": P90, "tail-2": TAIL, "tail-4": SLOWER},
)
