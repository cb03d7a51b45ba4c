"""The run chart of a KPI with its limits, target and interventions, and the sentence that states its finding."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from kpitools.analysis.lines import drawable
from kpitools.analysis.trend import Trend, describe, met_words
from kpitools.kpi import Kpi
from kpitools.plots import style
from kpitools.plots.data import KPI, shows
from kpitools.words import quantity, say

_AIMS = ("target_low", "target_high")  # what a target allows: one of them, for a band both
_DOTTED = (0, (1, 1.5))
_HEADROOM = 0.08  # part of the height kept free above the data for the numbers of interventions


@shows(
    period=None, value=KPI, n="count", centre=KPI, lower=KPI, upper=KPI, target_low=KPI, target_high=KPI, complete=None
)
def trend(
    trend: Trend | None,
    kpi: Kpi,
    language: str = "en",
    ax: Axes | None = None,
    *,
    interventions: pd.DataFrame | None = None,
    clock: str = "calendar",
) -> Axes:
    """The run chart of a judged series.

    Parameters
    ----------
    trend : what `analysis.trend.judge` found; None where the data has nothing of the KPI
    interventions : DataFrame with ``on``, ``kpi`` and ``what``; those of this KPI inside the chart are numbered,
        their words stand in the legend
    clock : calendar or business, for the axis of a duration
    """
    if trend is None:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax, points = style.axes(ax), drawable(trend.points, kpi)
    log = trend.scale == "log"
    marked = marked_interventions(points, interventions, kpi)
    _set_range(ax, points, kpi, language, log, len(marked) > 0)
    _limits(ax, points)
    _line_and_points(ax, points)
    _target(ax, points)
    style.period_ticks(ax, points.period, language)
    ax.set_ylabel(axis_label(kpi, language, clock, log), fontsize=9, color=style.INK)
    style.right_labels(ax, _labels(points, kpi, language, log))
    _legend(ax, points, language, _mark(ax, points, marked))
    return style.headline(ax, trend_headline(trend, kpi, language))


def axis_label(kpi: Kpi, language: str, clock: str = "calendar", log: bool = False) -> str:
    """Statistic and unit of a KPI for its axis."""
    text = say(f"plots.statistic.{kpi.statistic}", language)
    if kpi.is_duration:
        text = say("plots.axis.duration", language, statistic=text, clock=say(f"plots.clock.{clock}", language))
    elif kpi.unit in style.SECONDS:
        text = say("plots.axis.time", language, statistic=text)
    return say("plots.axis.log", language, text=text) if log else text


def trend_headline(trend: Trend, kpi: Kpi, language: str) -> str:
    """What the chart shows: the last complete period against its usual range, and how often the target was met."""
    text = describe(trend, kpi, language) + "."
    if trend.met_n:
        met = met_words(trend, language)
        text += " " + met[:1].upper() + met[1:] + "."
    return text


def _set_range(ax: Axes, points: pd.DataFrame, kpi: Kpi, language: str, log: bool, headroom: bool) -> None:
    columns = [c for c in ("value", "lower", "upper", *_AIMS) if c in points]
    values = points[columns].to_numpy(dtype=float).ravel()
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    low, high = (values.min(), values.max()) if len(values) else (0.5 if log else 0.0, 1.0)
    low, high = _padded(low, high, log, headroom)
    if not log and kpi.unit not in ("score", "percent") and not (len(values) and values.min() < 0):
        low = max(low, -0.02 if kpi.unit == "share" else 0.0)
    if log and kpi.unit in style.SECONDS:
        style.time_axis(ax.yaxis, low, high, kpi.unit, language)
        return
    if log:
        ax.set_yscale("log")
        ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_ylim(low, high)
    style.value_axis(ax.yaxis, kpi, language)


def _padded(low: float, high: float, log: bool, headroom: bool) -> tuple[float, float]:
    if log:
        low, high = np.log(low), np.log(high)
    pad = max(high - low, 0.1 if log else 0.02 * max(abs(high), 1e-6), 1e-9) * 0.08
    low, high = low - pad, high + pad
    high += (high - low) * _HEADROOM if headroom else 0
    return (float(np.exp(low)), float(np.exp(high))) if log else (float(low), float(high))


def _limits(ax: Axes, points: pd.DataFrame) -> None:
    segments = points["segment"] if "segment" in points else pd.Series(0, index=points.index)
    for _, part in points.groupby(segments, sort=False):
        if {"near_lower", "near_upper"} <= set(part):
            near = part[["near_lower", "near_upper"]].astype(float)
            ax.fill_between(part.period, near.near_lower, near.near_upper, color=style.PALE, lw=0, zorder=0)
        for column, dash in (("lower", (0, (4, 3))), ("upper", (0, (4, 3))), ("centre", "-")):
            ax.plot(part.period, part[column].astype(float), color=style.LINE, lw=1.1, ls=dash, zorder=1, gid=column)


def _line_and_points(ax: Axes, points: pd.DataFrame) -> None:
    ax.plot(points.period, points.value, color=style.LINE, lw=1.2, zorder=2, gid="value")
    complete, faint = points.complete.astype(bool), _is_small(points)
    verdicts = points.verdict.map(style.verdict_of).where(complete, "common_cause")
    for (verdict, whole, few), part in points.groupby([verdicts, complete, faint]):
        colour, marker = style.VERDICTS[verdict]
        ax.scatter(
            part.period,
            part.value,
            s=46 if marker != "o" else 34,
            marker=marker,
            facecolor=colour if whole else "white",
            edgecolor=colour if whole else style.GREY,
            alpha=0.4 if few else 1,
            zorder=3,
            gid=f"{verdict}{'' if whole else ' incomplete'}{' small' if few else ''}",
        )


def _is_small(points: pd.DataFrame) -> pd.Series:
    """Which points rest on few rows: by the trend, which knows that counts and balances are no samples."""
    found = points["small"] if "small" in points else style.small(points.n)
    return pd.Series(found, index=points.index).astype(bool)


def _target(ax: Axes, points: pd.DataFrame) -> None:
    for side in _AIMS:
        if side in points and points[side].notna().any():
            aim = points[side].astype(float)
            ax.plot(points.period, aim, color=style.TARGET, lw=1.3, ls=_DOTTED, drawstyle="steps-mid", gid="target")


def _labels(points: pd.DataFrame, kpi: Kpi, language: str, log: bool) -> list[tuple[float, str, str]]:
    whole = points[points.complete.astype(bool)]
    last = whole.iloc[-1] if len(whole) else pd.Series(dtype=float)
    found = []
    for column, colour in (("centre", style.GREY_TEXT), ("lower", style.GREY_TEXT), ("upper", style.GREY_TEXT)):
        if not pd.isna(last.get(column, np.nan)):
            said = quantity(last[column], kpi.unit, language)
            found.append(
                (
                    max(last[column], 1e-9) if log else last[column],
                    say(f"plots.line.{column}", language, value=said),
                    colour,
                )
            )
    for aim in (last.get(side, np.nan) for side in _AIMS):
        if not pd.isna(aim):
            said = say("plots.line.target", language, value=quantity(aim, kpi.unit, language))
            found.append((float(aim), said, style.TARGET))
    return found


def _legend(ax: Axes, points: pd.DataFrame, language: str, marks: list[Line2D]) -> None:
    complete = points.complete.astype(bool)
    present = set(points[complete & points.value.notna()].verdict.map(style.verdict_of))
    handles = [
        _marker(style.VERDICTS[name][1], style.VERDICTS[name][0], say(f"plots.legend.{name}", language))
        for name in style.VERDICTS
        if name in present
    ]
    if (~complete & points.value.notna()).any():
        handles.append(_marker("o", style.GREY, say("plots.legend.incomplete", language), fill="white"))
    if (_is_small(points) & points.value.notna()).any():
        handles.append(_marker("o", style.GREY, say("plots.legend.small", language, n=style.SMALL), alpha=0.4))
    if handles or marks:
        columns = 2 if marks else 3 if len(handles) > 4 else 4
        style.legend_below(ax, handles=handles + marks, columns=columns, drop=54)


def _marker(marker: str, colour: str, label: str, fill: str | None = None, alpha: float = 1) -> Line2D:
    return Line2D([], [], ls="", marker=marker, color=colour, markerfacecolor=fill or colour, alpha=alpha, label=label)


def marked_interventions(points: pd.DataFrame, interventions: pd.DataFrame | None, kpi: Kpi) -> pd.DataFrame:
    """The interventions that concern this KPI and fall inside the chart, in order: ``on``, ``what``."""
    if interventions is None or not len(interventions) or not len(points):
        return pd.DataFrame(columns=["on", "what"])
    rows = interventions.assign(on=pd.to_datetime(interventions["on"]))
    if "kpi" in rows:
        rows = rows[rows.kpi.isna() | rows.kpi.isin(["", kpi.name])]
    last = points.period.max() + pd.Timedelta(days=31)
    rows = rows[(rows["on"] >= points.period.min()) & (rows["on"] <= last)]
    return rows.sort_values("on").drop_duplicates(["on", "what"])[["on", "what"]].reset_index(drop=True)


def _mark(ax: Axes, points: pd.DataFrame, marked: pd.DataFrame) -> list[Line2D]:
    """A dotted line and a number for each intervention; gives the legend's entries, which hold the words."""
    handles = []
    for place, one in marked.iterrows():
        at = min(one["on"], points.period.max())
        ax.axvline(at, ymax=0.94, color=style.INK, lw=0.9, ls=(0, (1, 2)), zorder=1, gid="intervention")
        spot = {"xytext": (0, -9 * (place % 2)), "textcoords": "offset points", "ha": "center", "va": "top"}
        ax.annotate(str(place + 1), (at, 0.995), xycoords=("data", "axes fraction"), fontsize=8, **spot)
        words = str(one["what"]) if len(str(one["what"])) <= 48 else str(one["what"])[:47] + "…"
        label = f"{place + 1}: " + words.replace("$", r"\$")
        handles.append(Line2D([], [], color=style.INK, lw=0.9, ls=(0, (1, 2)), label=label))
    return handles
