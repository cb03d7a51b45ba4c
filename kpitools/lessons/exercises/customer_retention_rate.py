"""Customer retention rate: of those who were there at the start, how many still are at the end."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.exercises._own import blocks, customer_months, windows
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 3, 1)
START, END = pd.Timestamp("2025-03-01"), pd.Timestamp("2025-04-01")  # the month of ret-1 and ret-4
MONTHS = ["2025-01", "2025-02", "2025-03"]


def board() -> dict[str, Rows]:
    """Ten members: eight there on 1 February, of whom two leave in it; two join in it, of whom one leaves again."""
    started = ["01-06", "01-08", "01-09", "01-13", "01-15", "01-20", "01-22", "01-27", "02-05", "02-10"]
    ended = ["-", "02-14", "-", "-", "02-21", "-", "-", "-", "-", "02-24"]
    rows = pd.DataFrame({"started_at": days(started), "ended_at": days(ended)})
    return {"customers": numbered(rows, "customer_id")}


def days(texts: list[str]) -> list[pd.Timestamp]:
    return [pd.NaT if text == "-" else pd.Timestamp(f"2025-{text}") for text in texts]


# The rows of the exercises ----------------------------------------------------------------------------------


def members(generator: np.random.Generator) -> Rows:
    """Members at the end of April: some there before March, some of whom left in it, one in April; one who left before
    March; three who joined in March, of whom one left again."""
    stay, leave = generator.integers(3, 7), generator.integers(1, 4)
    started = START - pd.to_timedelta(generator.integers(10, 60, stay + leave + 2), unit="D")
    joined = START + pd.to_timedelta(generator.integers(2, 12, 3), unit="D")
    left = START + pd.to_timedelta(generator.integers(3, 27, leave), unit="D")
    later = END + pd.Timedelta(days=int(generator.integers(4, 20)))
    before = START - pd.Timedelta(days=int(generator.integers(2, 8)))
    gone_again = START + pd.Timedelta(days=int(generator.integers(18, 27)))
    ended = [*[pd.NaT] * stay, *left, later, before, pd.NaT, pd.NaT, gone_again]
    rows = pd.DataFrame({"started_at": [*started, *joined], "ended_at": ended})
    return numbered(rows.sort_values("started_at", kind="stable"), "customer_id")


def monthly(generator: np.random.Generator) -> Rows:
    """Retention of the same customers in three months, one after the other."""
    return pd.DataFrame({"month": MONTHS, "kept_percent": generator.integers(78, 97, 3)})


def pool(desk: Desk) -> Rows:
    """Three neighbouring months of a desk, a block each, in whole per cent."""
    months = customer_months(desk)
    percent = (100 * (1 - months.lost / months.at_start)).round().astype(int)
    return blocks(windows(months[["month"]].assign(kept_percent=percent), 3))


# Ways of counting -------------------------------------------------------------------------------------------


def there(rows: Rows, at: pd.Timestamp) -> pd.Series:
    """Whether each customer had come before `at` and had not left by then."""
    return (rows.started_at < at) & ~(rows.ended_at <= at)


def rate(rows: Rows) -> float:
    return float(there(rows, END)[there(rows, START)].mean())


def ever_before(rows: Rows) -> float:
    """With those who had left before the month among those to keep."""
    return float((there(rows, START) & there(rows, END)).sum() / (rows.started_at < START).sum())


def still_today(rows: Rows) -> float:
    """Whoever has an end counts as lost, also if it came after the month."""
    return float(rows[there(rows, START)].ended_at.isna().mean())


def computed(rows: Rows) -> float:
    from kpitools.compute import compute

    desk = replace(LESSON, now=dt.datetime(2025, 5, 1)).desk({"customers": rows})
    series = compute("customer_retention_rate", desk, every="month").set_index("period")
    return series.value[START]


def kept(rows: Rows) -> pd.Series:
    return rows.kept_percent / 100


def people_left(rows: Rows) -> float:
    """A million customers counted month by month."""
    left = 1e6
    for percent in rows.kept_percent:
        left -= left * (100 - percent) / 100
    return left / 1e6


FIRST = Work(
    draw=members,
    right=rate,
    truth=computed,
    unit="share",
    decimals=2,
    made_up="month",
    mistakes={
        "end_over_start": lambda rows: there(rows, END).sum() / there(rows, START).sum(),
        "new_in_both": lambda rows: there(rows, END).sum() / (rows.started_at < END)[~(rows.ended_at <= START)].sum(),
        "gone_later": still_today,
        "gone_before": ever_before,
        "everybody": lambda rows: there(rows, END).mean(),
    },
)
QUARTER = Work(
    draw=monthly,
    right=lambda rows: float(kept(rows).prod()),
    truth=people_left,
    unit="share",
    decimals=3,
    pool=pool,
    size=1,
    mistakes={
        "mean": lambda rows: kept(rows).mean(),
        "sum_of_losses": lambda rows: 1 - (1 - kept(rows)).sum(),
        "last": lambda rows: kept(rows).iloc[-1],
        "worst": lambda rows: kept(rows).min(),
    },
)

LESSON = read_lesson(
    __name__,
    order=180,
    part="service",
    minutes=30,
    board=board,
    now=NOW,
    kpi="customer_retention_rate",
    work={"ret-1": FIRST, "ret-2": QUARTER, "ret-4": replace(FIRST, kind="code")},
)
