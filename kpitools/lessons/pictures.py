"""Pictures of a few rows, for the board: every row is a mark, and the title says what is to be seen."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

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
