"""Growth against margin: what a discount does, and a feast that moves from month to month."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.exercises._own import blocks, month_of, rounded, windows
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 7, 1)


def board() -> dict[str, Rows]:
    """Ten order lines. May: revenue 500, cost 320. June, with a discount: revenue 600, cost 480."""
    revenue = [100, 100, 200, 50, 50, 150, 150, 200, 50, 50]
    cost = [70, 70, 140, 20, 20, 140, 140, 150, 25, 25]
    product = ["speaker", "speaker", "speaker", "cable", "cable"] * 2
    days = ["2025-05-01", "2025-05-12", "2025-05-19", "2025-05-23", "2025-05-28"]
    days += ["2025-06-03", "2025-06-09", "2025-06-14", "2025-06-20", "2025-06-27"]
    rows = pd.DataFrame({"sold_at": pd.to_datetime(days), "product": product, "revenue": revenue, "cost": cost})
    return {"sales": numbered(rows.astype({"revenue": float, "cost": float}), "order_id")}


# The rows of the exercises ----------------------------------------------------------------------------------


def lines(generator: np.random.Generator) -> Rows:
    """Ten order lines: a few large ones of small margin, many small ones of large margin, one of unknown cost."""
    revenue = np.concatenate([generator.integers(20, 50, 3) * 10, generator.integers(3, 12, 7) * 10]).astype(float)
    share = np.concatenate([generator.uniform(0.75, 0.9, 3), generator.uniform(0.3, 0.6, 7)])
    cost = np.round(revenue * share / 5) * 5
    cost[int(generator.integers(0, 3))] = np.nan
    return numbered(pd.DataFrame({"revenue": revenue, "cost": cost}).iloc[generator.permutation(10)], "line_id")


def pool(desk: Desk) -> Rows:
    """Order lines of a desk: revenue and cost."""
    rows = desk.table("sales").to_pandas().reindex(columns=["revenue", "cost"])
    return numbered(rounded(rows[rows.revenue > 0]), "line_id")


def months(generator: np.random.Generator) -> Rows:
    """Revenue of thirteen months, with a rise over the year."""
    season = generator.uniform(0.85, 1.15, 13)
    revenue = generator.integers(380, 460) * season * np.linspace(1, generator.uniform(1.2, 1.35), 13)
    revenue[12] = revenue[0] * generator.uniform(1.15, 1.4)
    names = pd.period_range("2024-06", periods=13, freq="M").astype(str)
    return pd.DataFrame({"month": names, "revenue": np.round(revenue)})


def around_tet(generator: np.random.Generator) -> Rows:
    """January and February of two years; the shopping before Tết lies in January, then in February."""
    plain, feast = generator.integers(180, 220), generator.integers(300, 360)
    growth = generator.uniform(1.06, 1.16)
    then = [feast, plain]
    now = [round(plain * growth), round(feast * growth * generator.uniform(0.95, 1.05))]
    return pd.DataFrame({"month": ["January", "February"], "year_2025": then, "year_2026": now})


def pool_of_months(desk: Desk) -> Rows:
    """The revenue of one product in thirteen neighbouring months, a block each."""
    rows = desk.table("sales").to_pandas().reindex(columns=["sold_local", "revenue", "product"])
    rows = rows.assign(month=month_of(rows.sold_local, desk), product=rows["product"].fillna(""))
    sums = rows.dropna(subset="month").groupby(["product", "month"]).revenue.sum().reset_index()
    parts = [part[["month"]].assign(revenue=rounded(part.revenue)) for _, part in sums.groupby("product")]
    return blocks([run for part in parts for run in windows(part, 13) if (run.revenue > 0).all()])


# Ways of counting -------------------------------------------------------------------------------------------


def margin(rows: Rows) -> float:
    known = rows.dropna(subset="cost")
    return (known.revenue - known.cost).sum() / known.revenue.sum()


def computed_margin(rows: Rows) -> float:
    from kpitools.compute import compute

    sales = rows.rename(columns={"line_id": "order_id"}).assign(sold_at=pd.Timestamp("2025-06-01"))
    return compute("average_profit_margin", LESSON.desk({"sales": sales}), every=None).value.iloc[0]


def growth(rows: Rows, months_back: int) -> float:
    return rows.revenue.iloc[-1] / rows.revenue.iloc[-1 - months_back] - 1


def computed_growth(rows: Rows) -> float:
    from kpitools.compute import compute

    sales = pd.DataFrame({"sold_at": pd.to_datetime(rows.month), "revenue": rows.revenue})
    later = replace(LESSON, now=sales.sold_at.max() + pd.DateOffset(months=1))
    desk = later.desk({"sales": numbered(sales, "order_id")}).with_options(sales_growth_base="year")
    series = compute("sales_growth", desk, every="month")
    return series[series.period == pd.Timestamp(rows.month.iloc[-1])].value.iloc[0]


def each(rows: Rows) -> pd.Series:
    return rows.year_2026 / rows.year_2025 - 1


MARGIN = Work(
    draw=lines,
    right=margin,
    truth=computed_margin,
    unit="share",
    decimals=2,
    pool=pool,
    mistakes={
        "mean_of_margins": lambda rows: ((rows.revenue - rows.cost) / rows.revenue).mean(),
        "markup": lambda rows: (rows.revenue - rows.cost).sum() / rows.cost.sum(),
        "free_goods": lambda rows: (rows.revenue - rows.cost.fillna(0)).sum() / rows.revenue.sum(),
        "all_revenue": lambda rows: (rows.revenue - rows.cost).sum() / rows.revenue.sum(),
    },
)
GROWTH = Work(
    draw=months,
    right=lambda rows: growth(rows, 12),
    truth=computed_growth,
    unit="share",
    decimals=2,
    pool=pool_of_months,
    size=1,
    mistakes={
        "month_before": lambda rows: growth(rows, 1),
        "of_the_new": lambda rows: 1 - rows.revenue.iloc[0] / rows.revenue.iloc[-1],
        "not_less_one": lambda rows: rows.revenue.iloc[-1] / rows.revenue.iloc[0],
    },
)
TET = Work(
    kind="code",
    draw=around_tet,
    right=lambda rows: rows.year_2026.sum() / rows.year_2025.sum() - 1,
    truth=lambda rows: float(np.average(each(rows), weights=rows.year_2025)),
    unit="share",
    decimals=2,
    made_up="feast",
    mistakes={
        "mean_of_growths": lambda rows: each(rows).mean(),
        "january": lambda rows: each(rows).iloc[0],
        "february": lambda rows: each(rows).iloc[1],
        "not_less_one": lambda rows: rows.year_2026.sum() / rows.year_2025.sum(),
    },
)

LESSON = read_lesson(
    __name__,
    order=220,
    part="business",
    minutes=35,
    board=board,
    now=NOW,
    kpi="average_profit_margin",
    work={"sales-1": MARGIN, "sales-2": GROWTH, "sales-4": TET},
)
