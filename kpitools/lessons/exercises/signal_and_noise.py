"""Signal and noise: the usual range of a figure, from its own ups and downs (XmR chart)."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.analysis import xmr
from kpitools.desk import Desk
from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.exercises._own import blocks, weekly_requests
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 7, 14)
COMPLAINTS = [20, 24, 21, 25, 19, 23, 20, 24, 22, 42]
PULL, SCREEN, RUN = 2.66, 3.267, 7


def board() -> dict[str, Rows]:
    """Complaints about deliveries in ten weeks: nine of the usual kind and one that is not."""
    weeks = pd.date_range("2025-05-05", periods=10, freq="7D")
    return {"weeks": pd.DataFrame({"week": weeks, "complaints": COMPLAINTS})}


# The rows of the exercises ----------------------------------------------------------------------------------


def usual(generator: np.random.Generator) -> Rows:
    """Ten weeks of a stable process, not two alike in a row."""
    values = generator.integers(30, 60) + generator.integers(-7, 8, 10)
    return numbered(pd.DataFrame({"complaints": values}), "week")


def with_outlier(generator: np.random.Generator) -> Rows:
    """Twelve weeks, one of them far out."""
    values = generator.integers(30, 60) + generator.integers(-5, 6, 12)
    values[generator.integers(3, 11)] += generator.integers(28, 40)
    return numbered(pd.DataFrame({"complaints": values}), "week")


def with_run(generator: np.random.Generator) -> Rows:
    """Some sixteen weeks with their lines: one beyond a limit, ups and downs, then seven or eight below the centre."""
    centre, reach = int(generator.integers(40, 60)), 12
    ups = [centre + (1 if i % 3 else -1) * int(generator.integers(1, 10)) for i in range(9)]
    ups[int(generator.integers(2, 6))] = centre + reach + int(generator.integers(4, 12))
    low = [centre - int(generator.integers(1, 7)) for _ in range(int(generator.integers(7, 9)))]
    rows = pd.DataFrame({"complaints": [*ups[:-1], centre + 2, *low]})
    return numbered(rows.assign(lower=centre - reach, centre=centre, upper=centre + reach), "week")


def two_weeks(generator: np.random.Generator) -> Rows:
    """This week and the last with the usual range: a large step inside it, or a smaller one that leaves it."""
    centre, reach, is_news = int(generator.integers(50, 80)), 20, bool(generator.integers(0, 2))
    last = centre + int(generator.integers(10, 15)) if is_news else centre - int(generator.integers(12, 18))
    now = centre + reach + int(generator.integers(1, 4)) if is_news else centre + int(generator.integers(12, 18))
    week = {"last_week": [last], "this_week": [now], "lower": [centre - reach], "upper": [centre + reach]}
    return pd.DataFrame(week)


def pool(desk: Desk, weeks: int = 10) -> Rows:
    """Some weeks of the requests of one team, a block each."""
    return blocks([numbered(part, "week") for part in weekly_requests(desk, weeks)])


def pool_of_twelve(desk: Desk) -> Rows:
    """Twelve weeks a block."""
    return pool(desk, 12)


# Ways of counting -------------------------------------------------------------------------------------------


def steps(rows: Rows) -> pd.Series:
    return rows.complaints.diff().abs().dropna()


def upper(rows: Rows, screened: bool = False) -> float:
    """The upper limit: the mean and 2.66 mean steps; a step that is news itself left out once if `screened`."""
    found = steps(rows)
    found = found[found < SCREEN * found.mean()] if screened else found
    return float(rows.complaints.mean() + PULL * found.mean())


def signals(rows: Rows) -> frozenset[str]:
    """Weeks beyond a limit, or in a run of seven on one side of the centre."""
    return ids(rows, outside(rows) | (run_lengths(rows) >= RUN))


def outside(rows: Rows) -> pd.Series:
    return (rows.complaints > rows.upper) | (rows.complaints < rows.lower)


def run_lengths(rows: Rows) -> pd.Series:
    side = np.sign(rows.complaints - rows.centre)
    run = (side != side.shift()).cumsum()
    return run.groupby(run).transform("size").where(side != 0, 0)


def ids(rows: Rows, wanted: pd.Series) -> frozenset[str]:
    return frozenset(rows[wanted].week)


def signals_by_toolkit(rows: Rows) -> frozenset[str]:
    value, centre = rows.complaints.to_numpy(float), rows.centre.to_numpy(float)
    beyond = xmr.beyond(value, rows.upper.to_numpy(float)) | xmr.beyond(rows.lower.to_numpy(float), value)
    return ids(rows, pd.Series(beyond | xmr.shift(xmr.sides(value, centre))))


def is_news(rows: Rows) -> bool:
    return bool(rows.this_week.iloc[0] > rows.upper.iloc[0])


LIMIT = Work(
    draw=usual,
    right=upper,
    truth=lambda rows: xmr.limits(rows.complaints.to_numpy(float), screen=False).upper,
    decimals=1,
    pool=pool,
    size=1,
    mistakes={
        "signed": lambda rows: rows.complaints.mean() + PULL * rows.complaints.diff().mean(),
        "by_ten": lambda rows: rows.complaints.mean() + PULL * steps(rows).sum() / len(rows),
        "one_step": lambda rows: rows.complaints.mean() + steps(rows).mean(),
        "three_sd": lambda rows: rows.complaints.mean() + 3 * rows.complaints.std(),
        "two_sd": lambda rows: rows.complaints.mean() + 2 * rows.complaints.std(),
        "highest": lambda rows: rows.complaints.max(),
    },
)
WEEKS = Work(
    kind="ids",
    draw=with_run,
    right=signals,
    truth=signals_by_toolkit,
    made_up="kinds",
    mistakes={
        "only_outside": lambda rows: ids(rows, outside(rows)),
        "only_run": lambda rows: ids(rows, run_lengths(rows) >= RUN),
        "all_above": lambda rows: ids(rows, rows.complaints > rows.centre),
        "last_of_run": lambda rows: ids(rows, outside(rows)) | frozenset(rows.week.tail(1)),
    },
)
SCREENED = Work(
    kind="code",
    draw=with_outlier,
    right=lambda rows: upper(rows, screened=True),
    truth=lambda rows: xmr.limits(rows.complaints.to_numpy(float)).upper,
    decimals=1,
    pool=pool_of_twelve,
    size=1,
    mistakes={
        "unscreened": upper,
        "signed": lambda rows: rows.complaints.mean() + PULL * rows.complaints.diff().mean(),
        "three_sd": lambda rows: rows.complaints.mean() + 3 * rows.complaints.std(),
        "median_step": lambda rows: rows.complaints.mean() + PULL * steps(rows).median(),
    },
)

LESSON = read_lesson(
    __name__,
    order=310,
    part="capstone",
    minutes=40,
    board=board,
    now=NOW,
    work={"xmr-1": LIMIT, "xmr-2": WEEKS, "xmr-4": SCREENED},
    draws={"xmr-3": two_weeks},
    rights={"is_news": is_news, "is_usual": lambda rows: not is_news(rows)},
)
