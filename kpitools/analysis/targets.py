"""Targets with dates: which one was in force, was it met, how often of late.

A target is a value, or a low and a high for a band; it belongs to a KPI, from a date to a date, for all or
for one team. Each period is judged by the target in force on its first day. A target never moves the process
limits.

A target may be for periods of one length (``every``). One that names none judges every period, except of a KPI whose
figure is of its period (`Kpi.is_of_its_period`): 100 tickets may be a week's goal or a month's. There it is for the
KPI's own period where it has one (retention: the month), and else judges nothing.
"""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from kpitools.analysis import intervals
from kpitools.errors import ConfigError
from kpitools.kpi import Kpi
from kpitools.periods import UNITS

SPAN = 12  # periods that attainment looks back on


class Target(NamedTuple):
    """A goal: a value to reach or stay under, or a band; None where that part is not set. `every`: the length of the
    periods it is for, None where it holds for any."""

    target: float | None = None
    low: float | None = None
    high: float | None = None
    every: str | None = None


class Attainment(NamedTuple):
    """Periods that met their target, of those that had one, with Wilson's interval of the share."""

    k: int
    n: int
    low: float
    high: float


def target_for(
    targets: pd.DataFrame | None, kpi: Kpi, team: str | None, period, hours: str = "calendar", every: str = "week"
) -> Target | None:
    """The target in force for a KPI on the first day of a period; None where there is none.

    Parameters
    ----------
    targets : columns kpi, valid_from, valid_to (inclusive), team, target, low, high, hours, every; all but kpi may be
        missing
    team : a team's own target wins over the general one; None (the whole desk) looks at general ones only
    hours : the clock the KPI was measured by; a target that names a clock is for that one only
    every : the length of the period, see above

    Notes
    -----
    Of several in force the one that began last wins.
    """
    return targets_for(targets, kpi, team, [period], hours, every)[0]


def targets_in_force(
    targets: pd.DataFrame | None, kpi: Kpi, team: str | None, day, hours: str = "calendar"
) -> list[Target]:
    """The targets in force on a day, for whichever length of period; those that judge nothing are not among them."""
    found = [target_for(targets, kpi, team, day, hours, every) for every in UNITS]
    return list(dict.fromkeys(target for target in found if target is not None))


def is_for_no_period(kpi: Kpi, every: str) -> bool:
    """Whether a target with this ``every`` ("": none) judges nothing, since nobody can tell a week's from a month's."""
    return not every and kpi.is_of_its_period and "every" not in kpi.parameters


def targets_for(
    targets: pd.DataFrame | None,
    kpi: Kpi,
    team: str | None,
    periods: Iterable,
    hours: str = "calendar",
    every: str = "week",
) -> list[Target | None]:
    """`target_for` each of `periods`."""
    goals = _goals(targets, kpi, team, hours, every)
    days = [pd.Timestamp(period) for period in periods]
    return [next((goal.target for goal in goals if goal.begins <= day <= goal.ends), None) for day in days]


_EVER = tuple(pd.Timestamp(day).as_unit("s") for day in ("0001-01-01", "9999-12-31"))


class _Goal(NamedTuple):
    is_own: bool
    begins: pd.Timestamp
    ends: pd.Timestamp
    target: Target


def _goals(targets: pd.DataFrame | None, kpi: Kpi, team: str | None, hours: str, every: str) -> list[_Goal]:
    """The goals that can apply, the one that wins first: a team's own, then the one that began last."""
    if targets is None or targets.empty:
        return []
    rows = targets[targets["kpi"] == kpi.name]
    whose, said = _text(rows, "team"), _text(rows, "every")
    meant = said.where(said != "", kpi.parameters.get("every", "") if kpi.is_of_its_period else "any")
    rows = rows[whose.isin(["", team or ""]) & _text(rows, "hours").isin(["", hours]) & meant.isin(["any", every])]
    begins = _days(rows, "valid_from", _EVER[0])
    ends = _days(rows, "valid_to", _EVER[1])
    goals = [
        _Goal(
            whose[index] != "",
            begins[index],
            ends[index],
            Target(*(_number(row.get(part)) for part in ("target", "low", "high")), _length(meant[index])),
        )
        for index, row in rows.iterrows()
    ]
    return sorted(goals, key=lambda goal: (goal.is_own, goal.begins), reverse=True)


def _length(meant: str) -> str | None:
    return None if meant == "any" else meant


def _days(rows: pd.DataFrame, column: str, default: pd.Timestamp) -> pd.Series:
    given = rows[column] if column in rows else pd.Series(pd.NaT, index=rows.index)
    # Not in nanoseconds, whose years end in 2262: goals without an end are often written as valid to 9999-12-31.
    return pd.to_datetime(given).astype("datetime64[s]").fillna(default)


def _text(rows: pd.DataFrame, column: str) -> pd.Series:
    if column not in rows:
        return pd.Series("", index=rows.index, dtype=object)
    return rows[column].astype(object).where(rows[column].notna(), "").astype(str).str.strip()


def _number(value) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def bounds(target: Target | float | None, better: str) -> tuple[float | None, float | None]:
    """What a target allows, as (lowest, highest); None leaves a side open, (None, None) judges nothing.

    A KPI to raise has a lowest, one to cut a highest, a band both. A neutral KPI is judged by a band alone: no single
    value has a good side.

    Raises
    ------
    ConfigError
        If a band's low lies above its high, or a band has only a single value, which has no good side.
    """
    if target is None:
        return None, None
    value, low, high = target[:3] if isinstance(target, tuple) else (_number(target), None, None)
    if low is not None and high is not None and low > high:
        raise ConfigError(f"a target's low {low:g} lies above its high {high:g}: exchange them.")
    if low is not None or high is not None:
        return low, high
    if better == "band" and value is not None:
        raise ConfigError(f"a band needs low, high or both; the targets give only the value {value:g}.")
    if better == "neutral":
        return None, None
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
