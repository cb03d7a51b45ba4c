"""Recurring revenue: what is gained and lost, what is kept, and two ratios that share a name."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import balanced, numbered
from kpitools.lessons.exercises._own import rounded
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 3, 2)
GAINS, LOSSES = ["new", "expansion"], ["contraction", "churn"]


def board() -> dict[str, Rows]:
    """Ten movements. January: four new customers, 400 together. February: 70 new, 50 expansion, 20 contraction, 40
    churn. Beside them a balance sheet: current assets 500, of which stock 200; 250 due."""
    customer = ["A", "B", "C", "D", "E", "F", "A", "C", "B", "D"]
    kind = ["new"] * 6 + ["expansion"] * 2 + ["contraction", "churn"]
    amount = [100.0, 200, 60, 40, 50, 20, 30, 20, 20, 40]
    day = ["2025-01-06"] * 4 + ["2025-02-03", "2025-02-10", "2025-02-12", "2025-02-14", "2025-02-20", "2025-02-24"]
    rows = pd.DataFrame({"at": pd.to_datetime(day), "customer_id": customer, "kind": kind, "amount": amount})
    balance = {"as_of": [pd.Timestamp("2025-02-28")], "current_assets": [500.0], "inventory": [200.0]}
    return {"revenue_changes": rows, "balances": pd.DataFrame(balance | {"current_liabilities": [250.0]})}


# The rows of the exercises ----------------------------------------------------------------------------------


def movements(generator: np.random.Generator) -> Rows:
    """Ten movements of a month, of all four kinds."""
    kind = [*["new"] * 3, *["expansion"] * 3, *["contraction"] * 2, *["churn"] * 2]
    amount = [*generator.integers(3, 9, 6) * 10, *generator.integers(1, 4, 2) * 10, *generator.integers(2, 6, 2) * 10]
    rows = pd.DataFrame({"kind": kind, "amount": np.array(amount, float)})
    return numbered(rows.iloc[generator.permutation(10)], "movement_id")


def customers(generator: np.random.Generator) -> Rows:
    """Ten customers with their monthly fee at the start and at the end of a month; two of them are new."""
    start = np.array([*generator.integers(20, 40, 2) * 10, *generator.integers(2, 9, 6) * 10, 0, 0], float)
    change = np.zeros(10)
    change[1] = generator.integers(1, 4) * 10
    change[2:4] = -start[2:4]
    change[4] = -10
    change[5] = 10
    change[8:] = generator.integers(4, 12, 2) * 10
    rows = pd.DataFrame({"at_start": start, "at_end": start + change})
    return numbered(rows.iloc[generator.permutation(10)], "customer_id")


def pool(desk: Desk) -> Rows:
    """Movements of a desk's recurring revenue."""
    rows = desk.table("revenue_changes").to_pandas()[["kind", "amount"]]
    parts = [rows[rows.kind == kind].head(90) for kind in (*GAINS, *LOSSES)]
    made = pd.concat(parts).sort_index()
    return numbered(made.assign(amount=rounded(made.amount.abs())), "movement_id")


def pool_of_customers(desk: Desk) -> Rows:
    """Customers' fees at the start and at the end of each of the last six months, by number; most fees that do not
    change are left out."""
    rows = desk.table("revenue_changes").to_pandas()[["customer_id", "at_local", "gained", "lost"]]
    rows["net"] = rows.gained - rows.lost
    last = pd.Timestamp(desk.as_of).normalize().replace(day=1)
    ends = [last - pd.DateOffset(months=back) for back in range(7)]
    fees = pd.DataFrame({end: rows[rows.at_local < end].groupby("customer_id").net.sum() for end in ends}).fillna(0)
    both = [pd.DataFrame({"at_start": fees[ends[i + 1]], "at_end": fees[ends[i]]}) for i in range(6)]
    made = pd.concat(both).query("at_start > 0 or at_end > 0").reset_index(drop=True)
    changed = made.at_start != made.at_end
    return numbered(rounded(balanced(made[~changed], made[changed])), "customer_id")


# Ways of counting -------------------------------------------------------------------------------------------


def total(rows: Rows, kinds: list[str]) -> float:
    return float(rows[rows.kind.isin(kinds)].amount.sum())


def computed_ratio(rows: Rows) -> float:
    from kpitools.compute import compute

    changes = rows.assign(at=pd.Timestamp("2025-02-10"), customer_id=rows.movement_id)
    desk = LESSON.desk({"revenue_changes": changes.drop(columns="movement_id")})
    return compute("saas_quick_ratio", desk, every=None).value.iloc[0]


def computed(kpi: str, rows: Rows) -> float:
    """A KPI of February by `compute`, from the movements that lead from the start to the end."""
    from kpitools.compute import compute

    begin = rows[rows.at_start > 0].assign(at=pd.Timestamp("2025-01-06"), kind="new", amount=lambda t: t.at_start)
    moved = rows[rows.at_start != rows.at_end].assign(at=pd.Timestamp("2025-02-10"))
    change = moved.at_end - moved.at_start
    kind = np.select([moved.at_start == 0, change > 0, moved.at_end == 0], ["new", "expansion", "churn"], "contraction")
    changes = pd.concat([begin, moved.assign(kind=kind, amount=change.abs())])[["at", "customer_id", "kind", "amount"]]
    series = compute(kpi, LESSON.desk({"revenue_changes": changes}), every="month")
    return series[series.period == pd.Timestamp("2025-02-01")].value.iloc[0]


def there(rows: Rows) -> Rows:
    return rows[rows.at_start > 0]


def kept(rows: Rows) -> float:
    return there(rows).at_end.sum() / rows.at_start.sum()


def lost(rows: Rows) -> float:
    return (there(rows).at_start - there(rows).at_end).clip(lower=0).sum() / rows.at_start.sum()


RATIO = Work(
    draw=movements,
    right=lambda rows: total(rows, GAINS) / total(rows, LOSSES),
    truth=computed_ratio,
    unit="ratio",
    decimals=2,
    pool=pool,
    mistakes={
        "new_only": lambda rows: total(rows, ["new"]) / total(rows, LOSSES),
        "churn_only": lambda rows: total(rows, GAINS) / total(rows, ["churn"]),
        "new_to_churn": lambda rows: total(rows, ["new"]) / total(rows, ["churn"]),
        "upside_down": lambda rows: total(rows, LOSSES) / total(rows, GAINS),
        "counted": lambda rows: rows.kind.isin(GAINS).sum() / rows.kind.isin(LOSSES).sum(),
    },
)
KEPT = Work(
    draw=customers,
    right=kept,
    truth=lambda rows: computed("net_revenue_retention", rows),
    unit="share",
    decimals=2,
    pool=pool_of_customers,
    mistakes={
        "newcomers": lambda rows: rows.at_end.sum() / rows.at_start.sum(),
        "customers": lambda rows: float((there(rows).at_end > 0).mean()),
        "no_expansion": lambda rows: 1 - lost(rows),
        "mean_of_customers": lambda rows: (there(rows).at_end / there(rows).at_start).mean(),
    },
)
LOST = Work(
    kind="code",
    draw=customers,
    right=lost,
    truth=lambda rows: computed("revenue_churn_rate", rows),
    unit="share",
    decimals=2,
    pool=pool_of_customers,
    mistakes={
        "net": lambda rows: 1 - kept(rows),
        "customers": lambda rows: float((there(rows).at_end == 0).mean()),
        "leavers_only": lambda rows: there(rows)[there(rows).at_end == 0].at_start.sum() / rows.at_start.sum(),
    },
)

LESSON = read_lesson(
    __name__,
    order=230,
    part="business",
    minutes=35,
    board=board,
    now=NOW,
    kpi="saas_quick_ratio",
    work={"saas-1": RATIO, "saas-2": KEPT, "saas-4": LOST},
)
