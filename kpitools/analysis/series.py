"""A KPI's series made ready to judge: on its full grid of periods, cut to a window, with its rebase dates."""

import numpy as np
import pandas as pd

from kpitools.analysis.xmr import covers
from kpitools.errors import ConfigError, TooFewError


def rebase_dates(interventions: pd.DataFrame | None, kpi: str, team: str | None = None) -> list[pd.Timestamp]:
    """When new limits start for a KPI: the dates of interventions that say so. Nothing is rebased on its own.

    A row without a team is for all teams; a row that names no KPI rebases none.

    Raises
    ------
    ConfigError
        If such a row does not say what was changed.
    """
    if interventions is None or interventions.empty or "rebase" not in interventions:
        return []
    rows = interventions[[_yes(value) for value in interventions["rebase"]]]
    rows = rows[rows["kpi"] == kpi]
    if "team" in rows:
        rows = rows[rows["team"].isna() | rows["team"].isin(["", team])]
    for _, row in rows.iterrows():
        if not _said(row.get("what")):
            when = f"{pd.Timestamp(row['on']):%Y-%m-%d}"
            raise ConfigError(f"the rebase of {kpi} on {when} gives no reason: fill in 'what'.")
    return sorted(pd.to_datetime(rows["on"]))


def inside(dates: list[pd.Timestamp], rows: pd.DataFrame) -> list[pd.Timestamp]:
    """Those of `dates` that lie within the periods of `rows`."""
    return [date for date in dates if covers(date, pd.DatetimeIndex(rows["period"]))]


def _yes(value) -> bool:
    return str(value).strip().lower() in ("yes", "y", "true", "1", "1.0", "có")


def _said(value) -> bool:
    return value is not None and not pd.isna(value) and bool(str(value).strip())


def regular(series: pd.DataFrame, every: str) -> pd.DataFrame:
    """`series` on its full grid of periods: those it lacks have n = 0 and no value."""
    from kpitools import periods

    known = series[series["period"].notna()].sort_values("period")
    if known.empty:
        raise TooFewError("a trend needs periods: compute the KPI with every='week', 'month' or so.")
    if known["period"].duplicated().any():
        raise ConfigError("a trend is of one group, and this series has several rows a period: split it first.")
    grid = periods.grid(known["period"].iloc[0], known["period"].iloc[-1], every)
    if not known["period"].isin(grid).all():
        raise ConfigError(f"the series is not spaced by {every}: pass the `every` it was computed with.")
    rows = known.set_index("period").reindex(grid).rename_axis("period").reset_index()
    rows["n"] = rows["n"].astype(float).fillna(0)
    rows["value"] = rows["value"].astype(float)
    given = rows["complete"].astype("boolean")
    rows["complete"] = given.fillna(given.bfill().fillna(False)).astype(bool)
    return rows


def windowed(rows: pd.DataFrame, window: int | None) -> pd.DataFrame:
    """The last `window` complete periods and the incomplete ones after them."""
    complete = np.flatnonzero(rows["complete"])
    first = complete[-window] if window and len(complete) > window else 0
    return rows.iloc[first:].reset_index(drop=True)
