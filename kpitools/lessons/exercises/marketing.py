"""Leads, conversion and the cost of a customer: cohorts that are still maturing."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.analysis.survival import km
from kpitools.desk import Desk
from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 4, 1)
DAYS = 30  # that mkt-2 gives every lead
JANUARY, FEBRUARY = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-02-01")


def board() -> dict[str, Rows]:
    """Ten leads: four qualified in January (two won, after 56 and 20 days), five in February (one won, after 26 days),
    one never qualified. Spent: 300, 900 and 300 in January, February and March."""
    qualified = ["01-06", "01-10", "01-14", "01-20", "02-03", "02-05", "02-10", "02-17", "02-24"]
    rows = pd.DataFrame({"qualified_at": pd.to_datetime([*(f"2025-{day}" for day in qualified), None])})
    rows.insert(0, "created_at", (rows.qualified_at - pd.Timedelta(days=3)).fillna(pd.Timestamp("2025-02-12")))
    rows["won_at"] = pd.to_datetime(pd.Series({0: "2025-03-03", 2: "2025-02-03", 5: "2025-03-03"}).reindex(range(10)))
    spent = pd.to_datetime(["2025-01-15", "2025-02-15", "2025-03-15"])
    return {"leads": numbered(rows, "lead_id"), "spend": pd.DataFrame({"at": spent, "amount": [300.0, 900.0, 300.0]})}


# The rows of the exercises ----------------------------------------------------------------------------------


def leads(generator: np.random.Generator) -> Rows:
    """Ten leads: five to seven qualified in January, some won then, some later, some never; the others in February, two
    not at all."""
    many = int(generator.integers(5, 8))
    created = JANUARY + pd.to_timedelta(generator.integers(1, 15, 10), unit="D")
    wait = pd.Series(generator.integers(1, 6, 10)).mask(lambda s: s.index > 7)
    qualified = pd.Series(created + pd.to_timedelta(wait, unit="D"))
    qualified.loc[many:7] = FEBRUARY + pd.to_timedelta(generator.integers(2, 12, 8 - many), unit="D")
    took = [4, *generator.integers(30, 60, int(generator.integers(1, 4)))]
    took = pd.Series([*took, *[np.nan] * (many - len(took)), 20, *[np.nan] * (9 - many)])
    rows = pd.DataFrame({"created_at": created, "qualified_at": qualified})
    rows["won_at"] = qualified + pd.to_timedelta(took, unit="D")
    return numbered(rows.iloc[generator.permutation(10)], "lead_id")


def maturing(generator: np.random.Generator) -> Rows:
    """Ten qualified leads: five to seven old ones, won soon, late or not; young ones won or not yet."""
    many, soon = int(generator.integers(5, 8)), int(generator.integers(2, 4))
    age = [*generator.integers(45, 85, many), *generator.integers(3, 28, 10 - many)]
    took = [*generator.integers(3, DAYS, soon), *generator.integers(DAYS + 2, 44, 2)]
    took = [*took, *[np.nan] * (many - len(took)), 2, *[np.nan] * (9 - many)]
    qualified = pd.Series(pd.Timestamp(NOW) - pd.to_timedelta(age, unit="D"))
    rows = pd.DataFrame({"qualified_at": qualified, "won_at": qualified + pd.to_timedelta(took, unit="D")})
    return numbered(rows.sort_values("qualified_at").assign(as_of=pd.Timestamp(NOW)), "lead_id")


def pool(desk: Desk) -> Rows:
    """Qualified leads of a desk's last quarter, with the instant of the export."""
    rows = desk.table("leads").to_pandas()[["qualified_at", "won_at"]]
    now = pd.Timestamp(desk.as_of)
    rows = rows[(rows.qualified_at <= now) & (rows.qualified_at > now - pd.Timedelta(days=4 * DAYS))]
    return numbered(rows.assign(won_at=rows.won_at.where(rows.won_at <= now), as_of=now), "lead_id")


def quarter(generator: np.random.Generator) -> Rows:
    """Spending and customers of four months; in one of them nobody was won."""
    won = generator.permutation([0, generator.integers(2, 5), generator.integers(8, 12), generator.integers(18, 25)])
    money = generator.integers(3, 16, (4, 2)) * 10
    rows = pd.DataFrame({"month": ["2025-01", "2025-02", "2025-03", "2025-04"], "advertising": money[:, 0]})
    return rows.assign(salaries=money[:, 1] + 40, customers_won=won)


# Ways of counting -------------------------------------------------------------------------------------------


def in_january(at: pd.Series) -> pd.Series:
    return (at >= JANUARY) & (at < FEBRUARY)


def cohort(rows: Rows) -> float:
    return float(rows[in_january(rows.qualified_at)].won_at.notna().mean())


def computed(rows: Rows) -> float:
    from kpitools.compute import compute

    series = compute("mql_conversion_rate", LESSON.desk({"leads": rows}), every="month")
    return series[series.period == JANUARY].value.iloc[0]


def in_time(rows: Rows, denominator: pd.Series, limited: bool = True) -> float:
    days = (rows.won_at - rows.qualified_at) / pd.Timedelta(days=1)
    won = days <= DAYS if limited else days.notna()
    return float((won & denominator).sum() / denominator.sum())


def is_old(rows: Rows) -> pd.Series:
    return rows.as_of - rows.qualified_at >= pd.Timedelta(days=DAYS)


def by_curve(rows: Rows) -> float:
    rows = rows[is_old(rows)]
    lasted = (rows.won_at.fillna(rows.as_of) - rows.qualified_at) / pd.Timedelta(days=1)
    curve = km(lasted, rows.won_at.notna())
    return 1 - curve[curve.time <= DAYS].survival.iloc[-1]


def cost(rows: Rows) -> pd.Series:
    """Spending by month, salaries included."""
    return rows.advertising + rows.salaries


def computed_cost(rows: Rows) -> float:
    from kpitools.compute import compute

    month = pd.to_datetime(rows.month)
    won = month.repeat(rows.customers_won).reset_index(drop=True) + pd.Timedelta(days=3)
    people = numbered(pd.DataFrame({"created_at": won, "qualified_at": won, "won_at": won}), "lead_id")
    spend = pd.DataFrame({"at": month, "amount": cost(rows).astype(float)})
    desk = LESSON.desk({"leads": people, "spend": spend})
    return compute("customer_acquisition_cost", desk, every=None).value.iloc[0]


def monthly(rows: Rows) -> pd.Series:
    return cost(rows) / rows.customers_won.where(rows.customers_won > 0)


COHORT = Work(
    draw=leads,
    right=cohort,
    truth=computed,
    unit="share",
    decimals=2,
    made_up="month",
    mistakes={
        "same_month": lambda rows: float(in_january(rows.won_at)[in_january(rows.qualified_at)].mean()),
        "by_creation": lambda rows: float(rows.won_at.notna()[in_january(rows.created_at)].mean()),
        "all_wins": lambda rows: rows.won_at.notna().sum() / in_january(rows.qualified_at).sum(),
        "all_qualified": lambda rows: rows.won_at.notna().sum() / rows.qualified_at.notna().sum(),
    },
)
EQUAL_TIME = Work(
    draw=maturing,
    given=lambda rows: {"days": DAYS},
    right=lambda rows: in_time(rows, is_old(rows)),
    truth=by_curve,
    unit="share",
    decimals=2,
    pool=pool,
    mistakes={
        "any_time": lambda rows: in_time(rows, is_old(rows), limited=False),
        "young_in": lambda rows: in_time(rows, rows.qualified_at.notna()),
        "young_if_won": lambda rows: in_time(rows, is_old(rows) | rows.won_at.notna()),
        "simple": lambda rows: in_time(rows, rows.qualified_at.notna(), limited=False),
    },
)
COST = Work(
    kind="code",
    draw=quarter,
    right=lambda rows: cost(rows).sum() / rows.customers_won.sum(),
    truth=computed_cost,
    made_up="spend",
    mistakes={
        "mean_of_months": lambda rows: monthly(rows).mean(),
        "none_as_zero": lambda rows: monthly(rows).fillna(0).mean(),
        "advertising_only": lambda rows: rows.advertising.sum() / rows.customers_won.sum(),
        "empty_month_out": lambda rows: cost(rows)[rows.customers_won > 0].sum() / rows.customers_won.sum(),
    },
)

LESSON = read_lesson(
    __name__,
    order=210,
    part="business",
    minutes=40,
    board=board,
    now=NOW,
    kpi="mql_conversion_rate",
    work={"mkt-1": COHORT, "mkt-2": EQUAL_TIME, "mkt-4": COST},
)
