"""What comes, what goes, what lies there and for how long, and which promises were kept."""

import ibis
import numpy as np
import pandas as pd

from kpitools.compute import compute, counted_rows
from kpitools.desk import Desk
from kpitools.views.common import AGE_BANDS, between, completeness


def flow(desk: Desk, *, every: str = "week", start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """Tickets that came and went, and the level they leave: ``period, arrived, done, level, complete``.

    The level changes by exactly ``arrived - done``: all three are counted from the rows behind the backlog.
    """
    kpi = desk.kpi("backlog")
    if desk.missing(kpi):
        return pd.DataFrame(columns=["period", "arrived", "done", "level", "complete"])
    level = compute(kpi, desk, every=every, start=start, end=end)
    rows = between(counted_rows(kpi, desk, every=every), start, end)
    moves = {"arrived": (rows.value > 0).sum(), "done": (rows.value < 0).sum()}
    moves = rows.group_by("period").agg(**moves).to_pandas()
    moves["period"] = moves.period.astype("datetime64[us]")
    found = level[["period", "value", "complete"]].rename(columns={"value": "level"}).merge(moves, "left", "period")
    found[["arrived", "done"]] = found[["arrived", "done"]].fillna(0).astype("int64")
    return found[["period", "arrived", "done", "level", "complete"]]


def age_bands(desk: Desk, *, every: str = "week", start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """Open tickets at the end of each period by how long they had been open: ``period``, a column a band of
    AGE_BANDS, ``n`` and ``complete``."""
    kpi, names = desk.kpi("backlog_age"), list(AGE_BANDS)
    if desk.missing(kpi):
        return pd.DataFrame(columns=["period", *names, "n", "complete"])
    rows = between(counted_rows(kpi, desk, every=every), start, end)
    days, edges = rows.value / 24, list(AGE_BANDS.items())
    band = ibis.cases(*[(days < top, name) for name, top in edges[:-1]], else_=edges[-1][0])
    counted = rows.group_by("period", band=band).agg(n=rows.count()).to_pandas()
    wide = counted.pivot(index="period", columns="band", values="n").reindex(columns=names).fillna(0).astype("int64")
    wide = wide.rename_axis(columns=None).reset_index()
    return completeness(wide.assign(n=wide[names].sum(axis=1)), kpi, desk, every, start, end)


def sla_outcomes(desk: Desk, *, every: str = "week", start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """What became of the promises that fell due: ``period, kept, late`` (done too late), ``overdue`` (open still),
    ``value`` (kept of all), ``closed_only`` (kept of those that are done), ``n, complete``."""
    kpi = desk.kpi("sla_attainment")
    columns = ["period", "kept", "late", "overdue", "value", "closed_only", "n", "complete"]
    if desk.missing(kpi):
        return pd.DataFrame(columns=columns)
    rows = between(counted_rows(kpi, desk, every=every), start, end)
    broken = rows.value <= 0
    counts = {"kept": rows.value > 0, "late": broken & ~rows.is_open, "overdue": broken & rows.is_open}
    counts = {name: test.sum().fill_null(0) for name, test in counts.items()}
    found = rows.group_by("period").agg(**counts).to_pandas().sort_values("period", ignore_index=True)
    found = found.astype(dict.fromkeys(counts, "int64"))
    done = found.kept + found.late
    found = found.assign(n=done + found.overdue, closed_only=found.kept / done.where(done > 0))
    found["value"] = found.kept / found.n.where(found.n > 0)
    return completeness(found, kpi, desk, every, start, end)[columns]


def time_parts(desk: Desk, by: str = "team", *, start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """Where paid time goes, by group: the column `by`, ``handling``, ``available`` and ``other`` (breaks, training,
    meetings) as shares of it, ``n`` (agent days)."""
    columns = [by, "handling", "available", "other", "n"]
    if desk.missing(desk.kpi("utilization")):
        return pd.DataFrame(columns=columns)
    from kpitools.people import hide

    rows = between(counted_rows("utilization", desk), start, end)
    rows = rows.mutate(**{by: rows[by].cast("string").fill_null("–")})
    sums = {"handling": rows.handling_s.sum(), "available": rows.available_s.sum(), "paid": rows.paid_s.sum()}
    found = rows.group_by(by).agg(**sums, n=rows.count()).to_pandas()
    parts = {name: found[name] / found.paid.where(found.paid > 0) for name in ("handling", "available")}
    found = found.assign(**parts)
    found["other"] = np.clip(1 - found.handling - found.available, 0, None)
    return hide(found, desk).sort_values(by, ignore_index=True)[columns]
