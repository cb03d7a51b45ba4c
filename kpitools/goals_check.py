"""Whether targets and interventions name KPIs that exist, in values that can be met; needs the catalogue, as `goals`
does not."""

import pandas as pd

from kpitools.analysis.targets import is_for_no_period
from kpitools.errors import ConfigError, unknown
from kpitools.kpis import CATALOGUE


def check_goals(settings) -> None:
    """UnknownNameError for a KPI that does not exist; ConfigError for a target outside what its KPI can be."""
    known = CATALOGUE | settings.kpis
    for file, goals in (("targets.csv", settings.targets), ("interventions.csv", settings.interventions)):
        for name in goals.kpi.dropna().unique() if "kpi" in goals else ():
            if name not in known:
                raise unknown("KPI", name, known, where=file)
    for goal in settings.targets.itertuples():
        for value in (goal.target, goal.low, goal.high):
            if not pd.isna(value):
                _check_value(goal.kpi, known[goal.kpi].unit, float(value))
        if pd.isna(goal.low) and pd.isna(goal.high) and known[goal.kpi].better in ("band", "neutral"):
            raise ConfigError(
                f"targets.csv: {goal.kpi} has no good side, so {goal.target:g} is no goal. Fill in low, high or both."
            )


def goals_of_no_period(settings) -> list[str]:
    """The KPIs whose targets judge nothing, since they do not say for which periods they are."""
    goals, known = settings.targets, CATALOGUE | settings.kpis
    every = goals["every"].fillna("") if "every" in goals else [""] * len(goals)
    return sorted({kpi for kpi, each in zip(goals.kpi, every, strict=True) if is_for_no_period(known[kpi], each)})


def _check_value(name: str, unit: str, value: float) -> None:
    if unit == "share" and not 0 <= value <= 1:
        meant = f" For {value:g} % write {value / 100:g}." if 1 < value <= 100 else ""
        raise ConfigError(f"targets.csv: {name} is a share from 0 to 1, its target is {value:g}.{meant}")
    if unit == "score" and not -100 <= value <= 100:
        raise ConfigError(f"targets.csv: {name} runs from -100 to 100, its target is {value:g}.")
    if unit not in ("share", "score", "percent") and value < 0:
        raise ConfigError(f"targets.csv: {name} cannot be below 0, its target is {value:g}.")
