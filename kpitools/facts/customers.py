"""Who was there at the start of each period, and who still is at its end."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from kpitools import periods
from kpitools.errors import NotSupportedError
from kpitools.facts.columns import complete_columns


def customer_periods(desk, every: str = "month") -> ir.Table:
    """One row for each customer and period at whose start the customer was there, with ``is_retained``.

    There: started before the period's start and not ended by then; retained: still there at its end. Without a table
    of relationships: active in the period before, and retained if active in this one.
    """
    every = every or "month"
    return _from_relationships(desk, every) if desk.has("customers") else _from_activity(desk, every)


def _period_table(desk, first, last, every: str) -> ir.Table:
    starts = periods.grid(periods.floor(first, every), last, every)
    frame = pd.DataFrame({"period_local": starts, "period_end": periods.following(starts, every)})
    return ibis.memtable(frame.astype("datetime64[us]"))


def _from_relationships(desk, every: str) -> ir.Table:
    rows = complete_columns(desk.base("customers"), "customers")
    rows = rows.mutate(started_local=desk.local(rows.started_at), ended_local=desk.local(rows.ended_at))
    first = rows.started_local.min().to_pandas()
    if pd.isna(first):
        raise NotSupportedError("customers: no relationship has a start")
    spans = _period_table(desk, first, desk.last_moment, every)
    joined = rows.cross_join(spans)
    there = (joined.started_local < joined.period_local) & (
        joined.ended_local.isnull() | (joined.ended_local > joined.period_local)
    )
    rows = joined.filter(there)
    return rows.mutate(is_retained=rows.ended_local.isnull() | (rows.ended_local > rows.period_end))


def _from_activity(desk, every: str) -> ir.Table:
    rows = desk.base("activity")
    rows = rows.mutate(period_local=periods.truncated(desk.local(rows["at"]), every))
    active = rows.select("customer_id", "period_local").distinct()
    first, last = rows.period_local.min().to_pandas(), desk.last_moment
    spans = _period_table(desk, first, last, every)
    base = active.join(spans, "period_local").select("customer_id", period_local="period_end")
    now = active.select("customer_id", "period_local", is_active=ibis.literal(True))
    joined = base.left_join(now, ["customer_id", "period_local"])
    joined = joined.drop(*[c for c in joined.columns if c.endswith("_right")])
    joined = joined.mutate(segment=ibis.null("string"), is_retained=joined.is_active.fill_null(False))
    return joined.filter(joined.period_local <= ibis.literal(last.to_pydatetime(), type="timestamp(6)"))
