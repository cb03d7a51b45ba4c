"""Who was there at the start of each period, and who still is at its end."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from kpitools import periods
from kpitools.errors import NotSupportedError
from kpitools.facts.columns import complete_columns
from kpitools.tables import UNCOUNTED


def customer_periods(desk, every: str = "month") -> ir.Table:
    """One row for each customer and period at whose start the customer was there, with ``is_retained``.

    There: started before the period's start and not ended by then; retained: still there at its end. Without a table
    of relationships: active in the period before, and retained if active in this one.
    """
    every = every or "month"
    by = desk.option("retention_by")
    is_related = "started_at" in desk.filled_base("customers") if by == "auto" else by == "relationship"
    return from_relationships(desk, every) if is_related else _from_activity(desk, every)


def lacks_basis(desk) -> str:
    """The table that the desk wants to count customers by, where it is not there."""
    wanted = {"relationship": ("customers", "started_at"), "activity": ("activity", "customer_id")}
    table, column = wanted.get(desk.option("retention_by"), (None, None))
    return f"{table}.{column}" if table and column not in desk.filled_base(table) else ""


def customer_contacts(desk, every: str = "month") -> ir.Table:
    """The rows of `customer_periods` by relationship with ``contacts``: countable tickets that the customer sent in
    the period."""
    every = every or "month"
    base = from_relationships(desk, every)
    sent = desk.table("tickets")
    sent = sent.filter(sent.customer_id.notnull() & sent.created_at.notnull())
    sent = sent.filter((~sent.status.fill_null("").isin(UNCOUNTED)) & ~sent.is_test)
    period = periods.truncated(desk.wall_clock(sent, "created_at"), every)
    sent = sent.mutate(period_local=period).group_by("customer_id", "period_local").agg(sent=lambda t: t.count())
    joined = base.left_join(sent, ["customer_id", "period_local"])
    joined = joined.mutate(contacts=joined.sent.fill_null(0).cast("float64"))
    return joined.drop(*[c for c in joined.columns if c.endswith("_right")], "sent")


def period_table(desk, first, last, every: str) -> ir.Table:
    """Every period from that of `first` to that of `last`: ``period_local`` and ``period_end``."""
    starts = periods.grid(periods.floor(first, every), last, every)
    frame = pd.DataFrame({"period_local": starts, "period_end": periods.following(starts, every)})
    return ibis.memtable(frame.astype("datetime64[us]"))


def from_relationships(desk, every: str) -> ir.Table:
    """The rows of `customer_periods` by relationship, with every column of `customers`."""
    rows = complete_columns(desk.base("customers"), "customers")
    rows = rows.mutate(started_local=desk.wall_clock(rows, "started_at"), ended_local=desk.wall_clock(rows, "ended_at"))
    first = rows.started_local.min().to_pandas()
    if pd.isna(first):
        raise NotSupportedError("customers: no relationship has a start")
    spans = period_table(desk, first, desk.last_moment, every)
    joined = rows.cross_join(spans)
    there = (joined.started_local < joined.period_local) & (
        joined.ended_local.isnull() | (joined.ended_local > joined.period_local)
    )
    rows = joined.filter(there)
    return rows.mutate(is_retained=rows.ended_local.isnull() | (rows.ended_local > rows.period_end))


def _from_activity(desk, every: str) -> ir.Table:
    rows = desk.base("activity")
    rows = rows.mutate(period_local=periods.truncated(desk.wall_clock(rows, "at"), every))
    active = rows.select("customer_id", "period_local").distinct()
    first, last = rows.period_local.min().to_pandas(), desk.last_moment
    spans = period_table(desk, first, last, every)
    base = active.join(spans, "period_local").select("customer_id", period_local="period_end")
    now = active.select("customer_id", "period_local", is_active=ibis.literal(True))
    joined = base.left_join(now, ["customer_id", "period_local"])
    joined = joined.drop(*[c for c in joined.columns if c.endswith("_right")])
    joined = joined.mutate(segment=ibis.null("string"), is_retained=joined.is_active.fill_null(False))
    return joined.filter(joined.period_local <= ibis.literal(last.to_pydatetime(), type="timestamp(6)"))
