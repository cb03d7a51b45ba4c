"""A KPI's series judged: its usual range, what is news, whether it keeps its target; and that in words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpitools import words
from kpitools.analysis import lines, xmr
from kpitools.analysis.series import inside, rebase_dates, regular, windowed
from kpitools.analysis.targets import (
    Target,
    attainment,
    bounds,
    is_for_no_period,
    met,
    targets_for,
    targets_in_force,
)
from kpitools.kpi import Kpi

EXPECTED_FALSE = 0.016  # chance that a stable series' latest point is flagged (simulated, 12 to 36 periods)
SMALL = 20  # cases below which a period is drawn faint
_GOAL_NOTES = ("trend.note.goal_of_other_period", "trend.note.goal_of_no_period")
FEWEST_MET = 8  # periods with a target, to say how it mostly went
WINDOW = 36  # periods; longer windows flag old points by chance (any flag in 36: 29 %, in 104: 69 %)


@dataclass(frozen=True, eq=False)
class Trend:
    """What `judge` found.

    Attributes
    ----------
    points : one row per period of the window, gaps and incomplete periods among them: period, value, n,
        complete, centre, lower, upper, near_lower, near_upper, label, verdict, target, target_low,
        target_high, met, segment, small, and whatever else the series had. ``label``, ``verdict`` and ``met``
        are None where not judged; ``target_low`` and ``target_high`` are what the target allows.
    chart : "xmr", "p_prime" or "run" (no limits, no icons)
    scale : "log" or "linear"
    variation : common_cause, improvement_high, improvement_low, concern_high ..., neutral_low; None if not
        judged. That of the last complete period with a value.
    assurance : consistent_pass, consistent_fail, inconsistent, or None (no target, or no limits)
    met_k, met_n, met_low, met_high : periods that met their target, of those of the last 12 that had one;
        Wilson
    provisional : the limits rest on 8 to 12 values, or the last segment is moving (a trend or a shift)
    notes : keys in words/trend.yml that a reader should see
    awaited : the last complete period of the desk where it has no value: what is shown is older, and its course
        is not judged (see `views.current`). None where the last complete period has one.
    """

    points: pd.DataFrame
    chart: str
    scale: str
    variation: str | None
    assurance: str | None
    met_k: int
    met_n: int
    met_low: float
    met_high: float
    provisional: bool
    notes: tuple[str, ...]
    every: str
    unit: str
    better: str
    expected_false: float = EXPECTED_FALSE
    awaited: pd.Timestamp | None = None

    @property
    def last(self) -> pd.Series | None:
        """The last complete period with a value, None if there is none."""
        known = self.points[self.points["complete"] & self.points["value"].notna()]
        return None if known.empty else known.iloc[-1]

    @property
    def mostly_missed(self) -> bool:
        """Whether it met its target in fewer than half of the last 12 periods that had one (8 at least), while its
        limits promise neither that it will meet nor that it will miss it."""
        return self.assurance in (None, "inconsistent") and self.met_n >= FEWEST_MET and 2 * self.met_k < self.met_n


def judge(
    series: pd.DataFrame,
    kpi: Kpi,
    *,
    targets: pd.DataFrame | None = None,
    interventions: pd.DataFrame | None = None,
    team: str | None = None,
    every: str = "week",
    hours: str = "calendar",
    window: int | None = WINDOW,
    rebase_outside: str = "raise",
) -> Trend:
    """One group's series with its process limits, verdicts and targets.

    Parameters
    ----------
    series : one group of what `compute` returns: period, value, n, complete; k for shares
    targets : columns kpi, valid_from, valid_to, team, target, low, high, hours, every
    interventions : columns on, kpi, team, what, rebase; a row with ``rebase`` starts new limits at the next
        period
    team : whose targets and interventions apply besides the general ones
    every : the spacing of the series; periods it lacks become visible gaps
    hours : the clock of the series; a target that names the other one does not apply
    window : how many of the last complete periods to judge; None for all
    rebase_outside : "raise" for a rebase that lies outside the series, or "note" to say so in the notes, for
        series cut by a report to a part of the time

    Raises
    ------
    TooFewError
        If the series has no period at all.
    ConfigError
        If it holds several groups or is not spaced by `every`; if a rebase lies outside it or has no reason.
    """
    rows, dates = regular(series, every), rebase_dates(interventions, kpi.name, team)
    kept = inside(dates, rows) if rebase_outside == "note" else dates
    rows["segment"] = xmr.segments(rows["period"], kept)
    found = lines.charted(windowed(rows, window), kpi)
    points = _with_targets(found.points, kpi, targets, team, hours, every)
    verdicts = [label and xmr.verdict(label, kpi.better) for label in points["label"]]
    points["verdict"] = pd.Series(verdicts, index=points.index, dtype=object)
    reached = attainment(points["met"][points["complete"]])
    notes = (*found.notes, *_more_notes(points, found))
    notes += ("trend.note.rebase_outside",) if len(kept) < len(dates) else ()
    last = points[points["complete"] & points["value"].notna()].tail(1)
    notes += _other_periods(points, kpi, targets, team, hours)
    return Trend(
        points=points,
        chart=found.chart,
        scale=found.scale,
        variation=next((xmr.variation(label, kpi.better) for label in last["label"] if label), None),
        assurance=next((_assurance(row) for _, row in last.iterrows()), None),
        met_k=reached.k,
        met_n=reached.n,
        met_low=reached.low,
        met_high=reached.high,
        provisional=bool({"trend.note.provisional", "trend.note.moving"} & set(notes)),
        notes=notes,
        every=every,
        unit=kpi.unit,
        better=kpi.better,
    )


def expected_false_icons(k: int) -> float:
    """How many of `k` icons to expect coloured by chance alone: print it above a scorecard."""
    return EXPECTED_FALSE * k


def _with_targets(points: pd.DataFrame, kpi: Kpi, targets, team: str | None, hours: str, every: str) -> pd.DataFrame:
    found = targets_for(targets, kpi, team, points["period"], hours, every)
    allowed = [bounds(target, kpi.better) for target in found]
    hits = [
        met(value, target, kpi.better) if complete else None
        for value, target, complete in zip(points["value"], found, points["complete"], strict=True)
    ]
    return points.assign(
        target=np.array([(target or Target()).target for target in found], dtype=float),
        target_low=np.array([low for low, _ in allowed], dtype=float),
        target_high=np.array([high for _, high in allowed], dtype=float),
        met=pd.Series(hits, index=points.index, dtype=object),
        small=(points["n"] < SMALL) & (kpi.statistic not in ("total", "level")) & (kpi.interval != "none"),
    )


def _other_periods(points: pd.DataFrame, kpi: Kpi, targets, team: str | None, hours: str) -> tuple[str, ...]:
    """That the newest period has no target, though one for periods of another length, or of none, is there."""
    if targets is None or points["target_low"].iloc[-1:].notna().any() or points["target_high"].iloc[-1:].notna().any():
        return ()
    if targets_in_force(targets, kpi, team, points["period"].iloc[-1], hours):
        return ("trend.note.goal_of_other_period",)
    is_there = (targets["kpi"] == kpi.name).any() and is_for_no_period(kpi, "")
    return ("trend.note.goal_of_no_period",) if is_there else ()


def _assurance(row: pd.Series) -> str | None:
    low, high = (None if np.isnan(row[side]) else row[side] for side in ("target_low", "target_high"))
    return xmr.assurance(row["lower"], row["upper"], low, high)


def _more_notes(points: pd.DataFrame, found: lines.Charted) -> list[str]:
    notes = []
    judged = points[points["label"].notna()]
    newest = judged[judged["segment"] == points["segment"].iloc[-1]]
    if found.chart != "run" and (newest["trend"] | newest["shift"]).any():
        notes.append("trend.note.moving")
    carried, bound = lines.autocorrelation(points, found.scale)
    if carried > bound and "trend.note.level" not in found.notes:
        notes.append("trend.note.autocorrelated")
    known = points[points["complete"] & points["value"].notna()]
    if len(known) and known["small"].iloc[-1]:
        notes.append("trend.note.small_n")
    if points["value"][points["complete"]].isna().any():
        notes.append("trend.note.gaps")
    return notes


# In words ---------------------------------------------------------------------------------------------------


def describe(trend: Trend, kpi: Kpi, language: str) -> str:
    """The finding in one sentence: the latest complete figure, and how it stands to what is usual."""
    row, title = trend.last, kpi.title(language)
    if row is None:
        return words.say("trend.find.nothing", language, title=title, periods=_periods(trend, language))
    finding = _finding(trend, kpi, lines.drawable(trend.points, kpi).loc[row.name], language)
    if "trend.note.provisional" in trend.notes:
        finding = words.say("trend.find.provisional", language, finding=finding)
    return words.say(
        "trend.find.sentence",
        language,
        title=title,
        value=words.quantity(row["value"], kpi.unit, language),
        when=_when(row["period"], trend.every, language),
        finding=finding,
    )


def variation_words(trend: Trend, language: str) -> str:
    """What the variation icon says."""
    if trend.awaited is not None:
        return words.say("trend.variation.awaited", language)
    return words.say(f"trend.variation.{trend.variation or 'none'}", language)


def awaited_words(trend: Trend, language: str) -> str:
    """That the last complete period has no value, so that an older one is shown; empty where it has one."""
    if trend.awaited is None:
        return ""
    return words.say("trend.awaited", language, period=words.period(trend.awaited, trend.every, language))


def assurance_words(trend: Trend, language: str) -> str:
    """What the assurance icon says about the target in force, and that it is provisional where it is."""
    target = _target(trend, language)
    if target is None:
        other = next((note for note in trend.notes if note in _GOAL_NOTES), "trend.assurance.no_target")
        return words.say(other.replace(".note.", ".assurance."), language)
    key = f"trend.assurance.{trend.assurance or 'none'}"
    text = words.say(key, language, target=target, periods=_periods(trend, language))
    if trend.assurance and trend.provisional:
        return words.say("trend.assurance.provisional", language, text=text)
    return text


def met_words(trend: Trend, language: str) -> str:
    """In how many of the last 12 periods the target was met, with the interval of that share."""
    if not trend.met_n:
        return words.say("trend.met.none", language)
    return words.say(
        "trend.met.some",
        language,
        k=trend.met_k,
        n=trend.met_n,
        periods=_periods(trend, language),
        low=words.number(100 * trend.met_low, language, 0),
        high=words.number(100 * trend.met_high, language, 0),
    )


def note_words(trend: Trend, language: str) -> list[str]:
    """The notes as sentences."""
    return [words.say(key, language) for key in trend.notes]


def _finding(trend: Trend, kpi: Kpi, row: pd.Series, language: str) -> str:
    fill = {
        "usual": _span(row["lower"], row["upper"], kpi.unit, language, row["value"]),
        "centre": words.with_bounds(row["value"], row["centre"], None, kpi.unit, language)[1],
        "periods": _periods(trend, language),
    }
    if row["label"] is None:
        return words.say("trend.find.unjudged", language, **fill)
    if row["label"] == xmr.COMMON:
        same = row["lower"] == row["upper"]
        return words.say("trend.find.constant" if same else "trend.find.common", language, **fill)
    side = "high" if xmr.SIGN[row["label"]] > 0 else "low"
    rule = next(name for name, labels in _RULES.items() if row["label"] in labels.values())
    meaning = words.say(f"trend.meaning.{row['verdict'].partition('_')[0]}", language)
    return words.say(f"trend.find.{rule}_{side}", language, **fill) + f" ({meaning})"


_RULES = {"outside": xmr.OUTSIDE, "trend": xmr.TREND, "two": xmr.TWO_IN_THREE, "shift": xmr.SHIFT}


def _span(low: float, high: float, unit: str, language: str, value: float | None = None) -> str:
    """Two quantities with their unit once: 3.2 to 5.6 h; in the unit of the `value` that they stand beside."""
    _, first, last = words.with_bounds(value, low, high, unit, language)
    if first.partition(" ")[2] == last.partition(" ")[2]:
        first = first.partition(" ")[0]
    return words.say("trend.span", language, low=first, high=last)


def _target(trend: Trend, language: str) -> str | None:
    row = trend.last
    if row is None or np.isnan([row["target_low"], row["target_high"]]).all():
        return None
    low, high = row["target_low"], row["target_high"]
    if np.isnan(high):
        return words.say("trend.target.low", language, low=words.quantity(low, trend.unit, language))
    if np.isnan(low):
        return words.say("trend.target.high", language, high=words.quantity(high, trend.unit, language))
    return _span(low, high, trend.unit, language)


def _periods(trend: Trend, language: str) -> str:
    return words.say(f"trend.periods.{trend.every}", language)


def _when(start: pd.Timestamp, every: str, language: str) -> str:
    return words.say(f"trend.when.{every}", language, period=words.period(start, every, language))
