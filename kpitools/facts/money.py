"""Revenue against its base, movements of recurring revenue, and the last balance of each period."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from kpitools import periods, tables
from kpitools.facts.columns import complete_columns

GAINS, LOSSES = ("new", "expansion"), ("contraction", "churn")
# The same period a year before; weeks and days keep their weekday.
_YEAR = {
    "day": {"days": 364},
    "week": {"days": 364},
    "month": {"months": 12},
    "quarter": {"months": 12},
}
_PERIOD = {"day": {"days": 1}, "week": {"days": 7}, "month": {"months": 1}, "quarter": {"months": 3}}


def sales_periods(desk, every: str | None = "month") -> ir.Table:
    """Revenue and the revenue it is compared with, by period, product and region; their sums give the growth.

    Columns: period_local, product, region, revenue (0 in a row of the base), base (0 in a row of the period), lines
    (order lines of the period), is_comparable (the data covers the whole of the base). Each sum of a period
    stands twice: in its own period, and as the base of the one that is compared with it.
    """
    every = every or "month"
    step = (_YEAR if desk.option("sales_growth_base") == "year" else _PERIOD)[every]
    rows = complete_columns(desk.base("sales"), "sales")
    rows = rows.filter((rows.sold_at <= ibis.literal(desk.as_of, type="timestamp(6)")) & rows.revenue.notnull())
    rows = rows.mutate(local=_local(rows, "sold_at", desk))
    rows = rows.mutate(period_local=periods.truncated(rows.local, every))
    sums = rows.group_by("period_local", "product", "region").agg(revenue=rows.revenue.sum(), lines=rows.count())
    own = sums.mutate(base=ibis.literal(0.0))
    base = sums.mutate(
        period_local=(sums.period_local + ibis.interval(**step)).cast("timestamp(6)"),
        base=sums.revenue,
        revenue=ibis.literal(0.0),
        lines=ibis.literal(0, type="int64"),
    )
    both = own.union(base.select(*own.columns))
    both = both.filter(both.period_local <= _moment(desk.last_moment))
    return both.mutate(is_comparable=both.period_local >= _moment(_first_with_base(rows, every, step)))


def _first_with_base(rows: ir.Table, every: str, step: dict[str, int]) -> pd.Timestamp:
    """The first period whose base the data covers from its first day."""
    first = rows.local.min().to_pandas()
    if pd.isna(first):
        return pd.Timestamp("1970-01-01")
    whole = periods.floor(first, every)
    if whole < pd.Timestamp(first).normalize():
        whole = periods.following(whole, every)
    return whole + pd.DateOffset(**step)


def revenue_changes(desk) -> ir.Table:
    """Canonical movements of recurring revenue with ``effective_at``, ``gained`` (new and expansion) and ``lost``
    (contraction and churn), both as sizes: whether an export writes a loss with a minus does not matter."""
    rows = complete_columns(desk.base("revenue_changes"), "revenue_changes")
    size = rows.amount.abs()
    return rows.mutate(
        effective_at=rows["at"],
        effective_local=_local(rows, "at", desk),
        gained=ibis.ifelse(rows.kind.isin(GAINS), size, 0.0),
        lost=ibis.ifelse(rows.kind.isin(LOSSES), size, 0.0),
    )


def balance_periods(desk, every: str | None = None) -> ir.Table:
    """The balances of the last balance-sheet date in each period (of all, when `every` is None): a balance is a level,
    and a quarter's is not the sum of its months'."""
    rows = complete_columns(desk.base("balances"), "balances")
    rows = rows.filter(rows.as_of <= ibis.literal(desk.as_of, type="timestamp(6)"))
    rows = rows.mutate(as_of_local=_local(rows, "as_of", desk))
    keys = [periods.truncated(rows.as_of_local, every)] if every else []
    last = rows.as_of.max().over(ibis.window(group_by=keys))
    return rows.mutate(last_as_of=last).filter(lambda t: t.as_of == t.last_as_of).drop("last_as_of")


def _local(rows: ir.Table, column: str, desk) -> ir.Value:
    """The wall clock of an instant: stored beside it on loaded desks."""
    ready = tables.local(column)
    return rows[ready] if ready in rows.columns else desk.local(rows[column])


def _moment(day: pd.Timestamp) -> ir.Value:
    return ibis.literal(pd.Timestamp(day).to_pydatetime(), type="timestamp(6)")
