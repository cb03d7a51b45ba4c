"""The phone by the hour, and the three service levels that one set of calls has."""

import numpy as np
import pandas as pd

from kpitools.analysis import intervals
from kpitools.compute import counted_rows
from kpitools.desk import Desk
from kpitools.kpi import Kpi
from kpitools.views.common import between, completeness

_LEVELS = ("offered", "offered_minus_short_abandons", "answered")


def service_levels(
    desk: Desk, *, every: str = "week", start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """The service level by each denominator: period, ``offered``, ``offered_minus_short_abandons``, ``answered``
    (shares; the second is missing where short abandons are not known), ``in_target`` and ``n`` (contacts answered in
    time, and offered), ``complete``."""
    kpi = desk.kpi("service_level")
    if desk.missing(kpi):
        return pd.DataFrame(columns=["period", *_LEVELS, "in_target", "n", "complete"])
    rows = between(counted_rows(kpi, desk, every=every), start, end)
    sums = {c: rows[c].sum() for c in ("answered_in_target", "offered", "answered", "short_abandoned")}
    found = rows.group_by("period").agg(**sums).to_pandas().sort_values("period", ignore_index=True)
    found = found.astype(dict.fromkeys(sums, float))
    known = found.short_abandoned.notna().any()
    below = {
        "offered": found.offered,
        "offered_minus_short_abandons": found.offered - found.short_abandoned.fillna(0 if known else np.nan),
        "answered": found.answered,
    }
    levels = {name: found.answered_in_target / n.where(n > 0) for name, n in below.items()}
    frame = pd.DataFrame(
        {"period": found.period, **levels, "in_target": found.answered_in_target, "n": found.offered.astype("int64")}
    )
    return completeness(frame, kpi, desk, every, start, end)


def by_hour(kpi: Kpi | str, desk: Desk, *, start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """A ratio of counts, such as abandoned of offered, by local hour of the day: ``hour, k, n, value, low, high``
    with Wilson's interval."""
    kpi = desk.kpi(kpi)
    columns = ["hour", "k", "n", "value", "low", "high"]
    if desk.missing(kpi):
        return pd.DataFrame(columns=columns)
    rows = between(counted_rows(kpi, desk), start, end)
    rows = rows.mutate(hour=rows.local.hour().cast("int64"))
    found = rows.group_by("hour").agg(k=rows.value.sum(), n=rows.per.sum()).to_pandas()
    found = found[found.n > 0].sort_values("hour", ignore_index=True)
    low, high = intervals.wilson(found.k, found.n)
    return found.assign(value=found.k / found.n, low=low, high=high)[columns]
