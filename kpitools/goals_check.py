"""Whether targets and interventions name KPIs that exist, in values that can be met; needs the catalogue, as `goals`
does not."""

import pandas as pd

from kpitools.analysis.targets import is_for_no_period
from kpitools.errors import ConfigError, told, unknown
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
            raise ConfigError(told("no_good_side", kpi=goal.kpi, value=f"{goal.target:g}"))


def goals_of_no_period(settings) -> list[str]:
    """The KPIs whose targets judge nothing, since they do not say for which periods they are."""
    goals, known = settings.targets, CATALOGUE | settings.kpis
    every = goals["every"].fillna("") if "every" in goals else [""] * len(goals)
    return sorted({kpi for kpi, each in zip(goals.kpi, every, strict=True) if is_for_no_period(known[kpi], each)})


def _check_value(name: str, unit: str, value: float) -> None:
    if unit == "share" and not 0 <= value <= 1:
        meant = told("as_share", value=f"{value:g}", share=f"{value / 100:g}") if 1 < value <= 100 else ""
        raise ConfigError(told("no_share", kpi=name, value=f"{value:g}", meant=meant))
    if unit == "score" and not -100 <= value <= 100:
        raise ConfigError(told("no_score", kpi=name, value=f"{value:g}"))
    if unit not in ("share", "score", "percent") and value < 0:
        raise ConfigError(told("below_zero", kpi=name, value=f"{value:g}"))
