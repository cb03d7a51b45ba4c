"""Whether targets and interventions name KPIs that exist, in values that can be met; needs the catalogue, as `goals`
does not."""

from collections.abc import Iterable

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
        _check_side(goal, known[goal.kpi].better)


def _check_side(goal, better: str) -> None:
    """ConfigError for a band that is open on the good side's wrong end: it would praise what gets worse."""
    wrong = {"lower": ("low", "high"), "higher": ("high", "low")}.get(better)
    if wrong and not pd.isna(getattr(goal, wrong[0])) and pd.isna(getattr(goal, wrong[1])):
        better = told(f"better_{better}")
        raise ConfigError(told("wrong_side", kpi=goal.kpi, given=wrong[0], wanted=wrong[1], better=better))


def goals_of_no_period(settings) -> list[str]:
    """The KPIs whose targets judge nothing, since they do not say for which periods they are."""
    goals, known = settings.targets, CATALOGUE | settings.kpis
    every = goals["every"].fillna("") if "every" in goals else [""] * len(goals)
    return sorted({kpi for kpi, each in zip(goals.kpi, every, strict=True) if is_for_no_period(known[kpi], each)})


def goals_of_no_team(settings, teams: Iterable[str]) -> list[str]:
    """The teams of targets that nothing in the data belongs to."""
    named = settings.targets.get("team", pd.Series(dtype=object)).dropna()
    return sorted(set(named) - set(teams))


def goals_of_no_clock(settings) -> list[str]:
    """The KPIs whose targets are for business hours, though they are no durations and know the calendar only."""
    goals, known = settings.targets, CATALOGUE | settings.kpis
    hours = goals["hours"] if "hours" in goals else [None] * len(goals)
    both = zip(goals.kpi, hours, strict=True)
    return sorted({kpi for kpi, clock in both if clock == "business" and not known[kpi].is_duration})


def _check_value(name: str, unit: str, value: float) -> None:
    if unit == "share" and not 0 <= value <= 1:
        meant = told("as_share", value=f"{value:g}", share=f"{value / 100:g}") if 1 < value <= 100 else ""
        raise ConfigError(told("no_share", kpi=name, value=f"{value:g}", meant=meant))
    if unit == "score" and not -100 <= value <= 100:
        raise ConfigError(told("no_score", kpi=name, value=f"{value:g}"))
    if unit not in ("share", "score", "percent") and value < 0:
        raise ConfigError(told("below_zero", kpi=name, value=f"{value:g}"))
