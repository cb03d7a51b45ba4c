"""Targets with dates: which one was in force, was it met, how often of late.

A target is a value, or a low and a high for a band; it belongs to a KPI, from a date to a date, for all or
for one team. Each period is judged by the target in force on its first day. A target never moves the process
limits.
"""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from kpitools.analysis import intervals
from kpitools.errors import ConfigError

SPAN = 12  # periods that attainment looks back on


class Target(NamedTuple):
    """A goal: a value to reach or stay under, or a band; None where that part is not set."""

    target: float | None = None
    low: float | None = None
    high: float | None = None


class Attainment(NamedTuple):
    """Periods that met their target, of those that had one, with Wilson's interval of the share."""

    k: int
    n: int
    low: float
    high: float


def target_for(
    targets: pd.DataFrame | None, kpi: str, team: str | None, period, hours: str = "calendar"
) -> Target | None:
    """The target in force for a KPI on the first day of a period; None where there is none.

    Parameters
    ----------
    targets : columns kpi, valid_from, valid_to (inclusive), team, target, low, high; all but kpi may be
        missing
    team : a team's own target wins over the general one; None (the whole desk) looks at general ones only
    hours : the clock the KPI was measured by; a target that names a clock is for that one only

    Notes
    -----
    Of several in force the one that began last wins.
    """
    return targets_for(targets, kpi, team, [period], hours)[0]


def targets_for(
    targets: pd.DataFrame | None, kpi: str, team: str | None, periods: Iterable, hours: str = "calendar"
) -> list[Target | None]:
    """`target_for` each of `periods`."""
    goals = _goals(targets, kpi, team, hours)
    days = [pd.Timestamp(period) for period in periods]
    return [next((goal.target for goal in goals if goal.begins <= day <= goal.ends), None) for day in days]


class _Goal(NamedTuple):
    is_own: bool
    begins: pd.Timestamp
    ends: pd.Timestamp
    target: Target


def _goals(targets: pd.DataFrame | None, kpi: str, team: str | None, hours: str) -> list[_Goal]:
    """The goals that can apply, the one that wins first: a team's own, then the one that began last."""
    if targets is None or targets.empty:
        return []
    rows = targets[targets["kpi"] == kpi]
    whose = _text(rows, "team")
    rows = rows[whose.isin(["", team or ""]) & _text(rows, "hours").isin(["", hours])]
    begins = _days(rows, "valid_from", pd.Timestamp.min)
    ends = _days(rows, "valid_to", pd.Timestamp.max)
    goals = [
        _Goal(
            whose[index] != "", begins[index], ends[index], Target(*(_number(row.get(part)) for part in Target._fields))
        )
        for index, row in rows.iterrows()
    ]
    return sorted(goals, key=lambda goal: (goal.is_own, goal.begins), reverse=True)


def _days(rows: pd.DataFrame, column: str, default: pd.Timestamp) -> pd.Series:
    given = rows[column] if column in rows else pd.Series(pd.NaT, index=rows.index)
    return pd.to_datetime(given).astype("datetime64[ns]").fillna(default)


def _text(rows: pd.DataFrame, column: str) -> pd.Series:
    if column not in rows:
        return pd.Series("", index=rows.index, dtype=object)
    return rows[column].astype(object).where(rows[column].notna(), "").astype(str).str.strip()


def _number(value) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def bounds(target: Target | float | None, better: str) -> tuple[float | None, float | None]:
    """What a target allows, as (lowest, highest); None leaves a side open, (None, None) judges nothing.

    A KPI to raise has a lowest, one to cut a highest, a band both; a neutral KPI is never judged.

    Raises
    ------
    ConfigError
        If a band's low lies above its high, or a band has only a single value, which has no good side.
    """
    if target is None or better == "neutral":
        return None, None
    value, low, high = target if isinstance(target, tuple) else (_number(target), None, None)
    if low is not None and high is not None and low > high:
        raise ConfigError(f"a target's low {low:g} lies above its high {high:g}: exchange them.")
    if low is not None or high is not None:
        return low, high
    if better == "band" and value is not None:
        raise ConfigError(f"a band needs low, high or both; the targets give only the value {value:g}.")
    return (value, None) if better == "higher" else (None, value)


def met(value: float | None, target: Target | float | None, better: str) -> bool | None:
    """Whether a value meets its target (exactly on it does); None without a value or anything to meet."""
    low, high = bounds(target, better)
    if _number(value) is None or (low is None and high is None):
        return None
    return bool((low is None or value >= low) and (high is None or value <= high))


def attainment(met: pd.Series, span: int = SPAN) -> Attainment:
    """How many of the last `span` periods met their target, of those that had one.

    Parameters
    ----------
    met : True, False or missing per complete period, in order
    """
    judged = [bool(item) for item in list(met)[-span:] if not (item is None or pd.isna(item))]
    low, high = intervals.wilson(sum(judged), len(judged))
    return Attainment(sum(judged), len(judged), float(low), float(high))
