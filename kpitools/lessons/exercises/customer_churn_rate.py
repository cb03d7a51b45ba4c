"""Customer churn rate: a month, several months together, and a year."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.exercises._own import blocks, customer_months, windows
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 5, 1)
MONTHS = ["2025-01", "2025-02", "2025-03"]


def board() -> dict[str, Rows]:
    """Ten members of January: two leave in February, one in March, two in April; five are there on 1 May."""
    started = ["01-06", "01-08", "01-09", "01-13", "01-15", "01-20", "01-21", "01-22", "01-27", "01-28"]
    ended = [None, "02-14", None, "04-09", "03-20", None, "02-26", None, "04-22", None]
    rows = pd.DataFrame({"started_at": pd.to_datetime([f"2025-{day}" for day in started])})
    rows["ended_at"] = pd.to_datetime([day and f"2025-{day}" for day in ended])
    return {"customers": numbered(rows, "customer_id")}


# The rows of the exercises ----------------------------------------------------------------------------------


def months(generator: np.random.Generator) -> Rows:
    """Three months of a growing shop: customers at the start, lost and won in each."""
    at_start, lost, won = int(generator.integers(40, 70)), [], []
    found = []
    for share in generator.permutation([0.03, 0.08, 0.16]):
        lost = max(1, round(at_start * (share + generator.uniform(0, 0.03))))
        won = int(generator.integers(at_start // 2, at_start))
        found.append((at_start, lost, won))
        at_start += won - lost
    return pd.DataFrame(found, columns=["at_start", "lost", "won"]).assign(month=MONTHS)[
        ["month", "at_start", "lost", "won"]
    ]


def one_month(generator: np.random.Generator) -> Rows:
    at_start = int(generator.integers(20, 60)) * 20
    return pd.DataFrame({"month": MONTHS[-1:], "at_start": [at_start], "lost": [int(at_start * _share(generator))]})


def _share(generator: np.random.Generator) -> float:
    return generator.uniform(0.015, 0.06)


def goal(generator: np.random.Generator) -> Rows:
    return pd.DataFrame({"year": ["2026"], "allowed_percent": [int(generator.integers(12, 41))]})


def pool(desk: Desk) -> Rows:
    """Three neighbouring months of a desk, a block each."""
    return blocks(windows(customer_months(desk), 3))


def pool_of_months(desk: Desk) -> Rows:
    """Months of a desk, a block each."""
    return blocks(windows(customer_months(desk)[["month", "at_start", "lost"]], 1))


# Ways of counting -------------------------------------------------------------------------------------------


def pooled(rows: Rows) -> float:
    return float(rows.lost.sum() / rows.at_start.sum())


def over_mean_base(rows: Rows) -> float:
    """Lost by the mean of start and end, which new customers raise."""
    return float(rows.lost.sum() / (rows.at_start + (rows.won - rows.lost) / 2).sum())


def monthly(rows: Rows) -> float:
    return float(rows.lost.iloc[0] / rows.at_start.iloc[0])


def computed(rows: Rows) -> float:
    """The same by `compute`, from a relationship a customer: the oldest leave, on the fifteenth."""
    from kpitools.compute import compute

    start = pd.Timestamp(f"{MONTHS[0]}-01")
    came = [start - pd.Timedelta(days=5)] * int(rows.at_start.iloc[0])
    gone = []
    for i, month in enumerate(rows.itertuples()):
        middle = start + pd.DateOffset(months=i) + pd.Timedelta(days=14)
        came += [middle] * month.won
        gone += [middle] * month.lost
    people = pd.DataFrame({"started_at": came, "ended_at": [*gone, *[pd.NaT] * (len(came) - len(gone))]})
    desk = LESSON.desk({"customers": numbered(people, "customer_id")})
    series = compute("customer_churn_rate", desk, every="month").head(len(rows))
    return series.k.sum() / series.n.sum()


def after_a_year(rows: Rows) -> float:
    """Twelve months counted one after the other."""
    left = 1.0
    for _ in range(12):
        left -= left * monthly(rows)
    return 1 - left


def allowed(rows: Rows) -> float:
    return rows.allowed_percent.iloc[0] / 100


def month_for(rows: Rows) -> float:
    return float(1 - (1 - allowed(rows)) ** (1 / 12))


def by_logarithm(rows: Rows) -> float:
    return float(-np.expm1(np.log1p(-allowed(rows)) / 12))


QUARTER = Work(
    draw=months,
    right=pooled,
    truth=computed,
    unit="share",
    decimals=3,
    pool=pool,
    size=1,
    mistakes={
        "mean_of_months": lambda rows: (rows.lost / rows.at_start).mean(),
        "over_first": lambda rows: rows.lost.sum() / rows.at_start.iloc[0],
        "over_mean_base": over_mean_base,
        "net": lambda rows: (rows.won - rows.lost).sum() / rows.at_start.sum(),
        "everybody": lambda rows: rows.lost.sum() / (rows.at_start + rows.won).sum(),
    },
)
YEAR = Work(
    draw=one_month,
    right=lambda rows: 1 - (1 - monthly(rows)) ** 12,
    truth=after_a_year,
    unit="share",
    decimals=3,
    pool=pool_of_months,
    size=1,
    mistakes={
        "times_twelve": lambda rows: 12 * monthly(rows),
        "only_month": monthly,
        "quarter": lambda rows: 1 - (1 - monthly(rows)) ** 4,
        "power_of_churn": lambda rows: monthly(rows) ** 12,
    },
)
PLAN = Work(
    kind="code",
    draw=goal,
    right=month_for,
    truth=by_logarithm,
    unit="share",
    decimals=4,
    made_up="plan",
    mistakes={
        "divided": lambda rows: allowed(rows) / 12,
        "root_of_churn": lambda rows: allowed(rows) ** (1 / 12),
        "forwards": lambda rows: 1 - (1 - allowed(rows)) ** 12,
    },
)

LESSON = read_lesson(
    __name__,
    order=190,
    part="service",
    minutes=30,
    board=board,
    now=NOW,
    kpi="customer_churn_rate",
    work={"churn-1": QUARTER, "churn-2": YEAR, "churn-3": PLAN},
)
