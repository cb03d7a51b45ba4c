"""Pictures of a few rows, for the board: every row is a mark, and the title says what is to be seen."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kpitools.analysis.funnel import Funnel, limits
from kpitools.plots import style
from kpitools.words import number, quantity, say

HOUR = pd.Timedelta(hours=1)


def waits(ended: pd.Series, running: pd.Series, median: float, language: str = "en", unit: str = "h") -> Axes:
    """Each wait as a dot on a line of time, with the median and the mean of those that have ended.

    `ended` and `running` hold durations in `unit`; those running are drawn hollow, at their age so far.
    """
    ax = style.axes(height=2.6)
    both = pd.concat([ended, running]).astype(float)
    heights = _stacked(both)
    over = np.arange(len(both)) < len(ended)
    ax.scatter(both[over], heights[over], s=70, color=style.BLUE, label=say("lessons.picture.ended", language))
    if len(running):
        label = say("lessons.picture.running", language)
        ax.scatter(both[~over], heights[~over], s=70, facecolor="white", edgecolor=style.BLUE, label=label)
    for value, name, colour in ((median, "median", style.INK), (ended.mean(), "mean", style.ORANGE)):
        text = say(f"plots.mark.{name}", language, value=quantity(value, unit, language))
        ax.axvline(value, color=colour, ls="-" if name == "median" else "--", lw=1.4, label=text)
    style.time_axis(ax.xaxis, 0, both.max() * 1.08, unit, language, log=False)
    ax.set_ylim(0, heights.max() + 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    style.legend_below(ax, drop=24)
    return style.headline(ax, waits_headline(ended, running, median, language, unit))


def waits_headline(ended: pd.Series, running: pd.Series, median: float, language: str, unit: str = "h") -> str:
    """What `waits` shows."""
    figures = {"median": median, "mean": ended.mean(), "longest": ended.max()}
    said = {name: quantity(float(value), unit, language) for name, value in figures.items()}
    text = say("lessons.picture.strip", language, **said)
    more = say("lessons.picture.strip.running", language, n=number(len(running), language, 0)) if len(running) else ""
    return f"{text} {more}".strip()


def _stacked(values: pd.Series) -> np.ndarray:
    """Heights that put equal values on top of each other."""
    return values.round(6).groupby(values.round(6)).cumcount().to_numpy() + 1.0


def lifelines(age: pd.Series, is_over: pd.Series, language: str = "en", unit: str = "h", names=None) -> Axes:
    """Each row as a line from its start: a dot where it ended, an arrow where it goes on.

    `age` holds how long each lasted, or has lasted so far, in `unit`; `names` what to write at its left.
    """
    rows = pd.DataFrame({"age": age.astype(float), "over": is_over.astype(bool)})
    rows["name"] = list(names) if names is not None else [str(i + 1) for i in range(len(rows))]
    rows = rows.sort_values("age", ascending=False, ignore_index=True)
    ax = style.axes(height=0.6 + 0.3 * len(rows))
    for over, marker, face in ((True, "o", style.BLUE), (False, ">", "white")):
        part = rows[rows.over == over]
        ax.hlines(part.index, 0, part.age, color=style.BLUE if over else style.LINE, lw=2)
        label = say("lessons.picture.ended" if over else "lessons.picture.running", language)
        ax.scatter(
            part.age, part.index, marker=marker, s=55, facecolor=face, edgecolor=style.BLUE, zorder=3, label=label
        )
    ax.set_yticks(rows.index, rows.name, fontsize=9)
    ax.set_xlabel(say("lessons.picture.age", language), fontsize=9)
    style.time_axis(ax.xaxis, 0, rows.age.max() * 1.08, unit, language, log=False)
    style.legend_below(ax)
    return style.headline(ax, lifelines_headline(rows.over, language))


def lifelines_headline(is_over: pd.Series, language: str) -> str:
    """How many are over, and that the others are known in part."""
    counts = {"ended": int(is_over.sum()), "running": int((~is_over).sum()), "n": len(is_over)}
    return say("lessons.picture.lines", language, **{k: number(v, language, 0) for k, v in counts.items()})


def slopes(parts: pd.DataFrame, before: float, after: float, language: str = "en") -> Axes:
    """Each group as a line from its share before to its share after, with a dot as large as its part of the cases; the
    total as a thick one.

    `parts` as in `analysis.mix`: segment, value_before, value_after, weight_before, weight_after.
    """
    ax = style.axes(height=4.0)
    for row in parts.itertuples():
        ends = [row.value_before, row.value_after]
        ax.plot([0, 1], ends, color=style.LINE, lw=1.4, zorder=1)
        ax.scatter([0, 1], ends, s=[900 * row.weight_before, 900 * row.weight_after], color=style.BLUE, alpha=0.6)
    ax.plot([0, 1], [before, after], color=style.INK, lw=3, marker="s", ms=7, zorder=3)
    ax.set_xlim(-0.15, 1.1)
    ax.set_xticks([0, 1], [say(f"lessons.picture.slopes.{when}", language) for when in ("before", "after")])
    style.percent_axis(ax.yaxis, language)
    said = [
        (row.value_after, f"{row.segment} {_percent(row.value_after, language)}", style.INK)
        for row in parts.itertuples()
    ]
    total = f"{say('lessons.picture.slopes.total', language)} {_percent(after, language)}"
    style.right_labels(ax, [*said, (after, total.upper(), style.INK)])
    return style.headline(ax, slopes_headline(parts, before, after, language))


def slopes_headline(parts: pd.DataFrame, before: float, after: float, language: str) -> str:
    """How many groups have risen, and where the total went."""
    counts = {"up": int((parts.value_after > parts.value_before).sum()), "n": len(parts)}
    said = {name: number(count, language, 0) for name, count in counts.items()}
    return say(
        "lessons.picture.slopes", language, **said, before=_percent(before, language), after=_percent(after, language)
    )


def funnel(found: Funnel, language: str = "en") -> Axes:
    """Groups by size and share inside the lines that chance draws for each size (see `analysis.funnel`).

    Groups beyond the outer lines are orange; those of fewer than ten cases stay without their name.
    """
    ax = style.axes(height=4.4)
    points, sizes = found.points, np.linspace(3, found.points.n.max() * 1.1, 300)
    lines = limits(sizes, found.target, found.tau2)
    for level, dashes in (("95", (0, (2, 2))), ("998", "-")):
        label = say(f"lessons.picture.funnel.{level}", language)
        ax.plot(sizes, lines[f"lower{level}"], color=style.GREY, ls=dashes, lw=1.2, label=label)
        ax.plot(sizes, lines[f"upper{level}"], color=style.GREY, ls=dashes, lw=1.2)
    common = say("lessons.picture.funnel.common", language, target=_percent(found.target, language))
    ax.axhline(found.target, color=style.BLUE, lw=1.3, label=common)
    flagged = points.flag.notna()
    ax.scatter(points.n, points.value, s=45, color=np.where(flagged, style.ORANGE, style.INK), zorder=3)
    for row in points[points.labelled].itertuples():
        name = str(row.group).replace("$", r"\$")
        ax.annotate(name, (row.n, row.value), xytext=(5, 4), textcoords="offset points", fontsize=8)
    ax.set_ylim(max(0, points.value.min() - 0.15), 1.03)
    ax.set_xlabel(say("lessons.picture.funnel.cases", language), fontsize=9)
    style.percent_axis(ax.yaxis, language)
    style.legend_below(ax)
    return style.headline(ax, funnel_headline(found, language))


def funnel_headline(found: Funnel, language: str) -> str:
    """How many groups lie outside the lines."""
    points = found.points
    out95 = ((points.value < points.lower95) | (points.value > points.upper95)).sum()
    out998 = ((points.value < points.lower998) | (points.value > points.upper998)).sum()
    counts = {"n": len(points), "out95": out95, "out998": out998}
    said = {name: number(int(count), language, 0) for name, count in counts.items()}
    return say("lessons.picture.funnel", language, target=_percent(found.target, language), **said)


def _percent(share: float, language: str) -> str:
    return quantity(float(share), "share", language)
