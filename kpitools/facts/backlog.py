"""Which tickets lay open at the end of each period."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from kpitools import lacking, periods
from kpitools.facts.columns import TICKET_DIMENSIONS
from kpitools.kpi import Words
from kpitools.tables import UNCOUNTED

MANY = 0.05  # of the tickets: the share of lost rows over which a load refuses a file, too


def backlog_periods(desk, every: str | None = None) -> ir.Table:
    """A row for each ticket and period at whose end it was open: ``period_local``, ``snapshot_at`` (that end, or the
    desk's "now" in the period that still runs) and ``age_s``. Without `every`, one snapshot: now."""
    rows = desk.table("tickets").filter(lambda t: t.created_at.notnull())
    rows = rows.mutate(has_known_end=rows.is_open | rows.done_at.notnull())
    rows = rows.select("ticket_id", *TICKET_DIMENSIONS, "status", "is_test", "has_known_end", "created_at", "done_at")
    rows = rows.cross_join(ibis.memtable(_snapshots(desk, rows, every)))
    # A period ends just before the next begins; "now" is a moment whose own events have happened.
    rows = rows.mutate(is_now=rows.ends_at > rows.snapshot_at)
    came = (rows.created_at < rows.snapshot_at) | (rows.is_now & (rows.created_at == rows.snapshot_at))
    went = (rows.done_at < rows.snapshot_at) | (rows.is_now & (rows.done_at == rows.snapshot_at))
    rows = rows.filter(came & ~went.fill_null(False))
    return rows.mutate(age_s=rows.snapshot_at.delta(rows.created_at, unit="microsecond") / 1e6)


def lacks_ends(desk) -> Words:
    """Of how many tickets it is not known when they were done, where that is more than `MANY`: they lay open for a
    time, so a past backlog without them is too low. What is open now is known all the same."""
    rows = desk.table("tickets").filter(lambda t: t.created_at.notnull())
    rows = rows.filter(~rows.status.fill_null("").isin(UNCOUNTED) & ~rows.is_test)
    found = rows.agg(known=rows.count(), unknown=(~rows.is_open & rows.done_at.isnull()).sum()).to_pandas().iloc[0]
    n, all_of_them = int(found.unknown or 0), int(found.known)
    return lacking.ends(n, all_of_them) if n > MANY * all_of_them else lacking.NOTHING


def _snapshots(desk, rows: ir.Table, every: str | None) -> pd.DataFrame:
    now = pd.Timestamp(desk.as_of)
    if every is None:
        starts = pd.DatetimeIndex([pd.Timestamp(desk.as_of_local).normalize()])
        ends = pd.Series([now + pd.Timedelta(days=1)])
    else:
        first = rows.created_at.min().to_pandas()
        first = now if pd.isna(first) else min(pd.Timestamp(first), now)
        zoned = first.tz_localize("UTC").tz_convert(desk.timezone).tz_localize(None)
        starts = periods.grid(periods.floor(zoned, every), desk.last_moment, every)
        local = pd.Series(periods.following(starts, every))
        ends = local.dt.tz_localize(desk.timezone, ambiguous=True, nonexistent="shift_forward")
        ends = ends.dt.tz_convert("UTC").dt.tz_localize(None)
    frame = {"period_local": starts, "snapshot_at": ends.clip(upper=now).to_numpy(), "ends_at": ends.to_numpy()}
    return pd.DataFrame(frame).astype("datetime64[us]")
