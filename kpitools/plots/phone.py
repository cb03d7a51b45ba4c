"""Figures of the phone: one set of calls with three service levels, and a share by the hour of the day."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kpitools.kpi import Kpi
from kpitools.plots import style
from kpitools.plots.data import KPI, shows
from kpitools.words import number, quantity, say

_LEVELS = (
    ("offered", style.INK),
    ("offered_minus_short_abandons", style.BLUE),
    ("answered", style.ORANGE),
)


@shows(
    period=None,
    offered="share",
    offered_minus_short_abandons="share",
    answered="share",
    in_target="count",
    n="count",
    complete=None,
)
def service_levels(levels: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None) -> Axes:
    """A line for each denominator of the service level over the same calls. `levels`: see `views.service_levels`."""
    ax = style.axes(ax)
    if levels.empty:
        return style.nothing(ax, kpi.title(language), language)
    for name, colour in _LEVELS:
        if levels[name].notna().any():
            style.line_of(ax, levels, name, colour, say(f"plots.levels.{name}", language))
    style.percent_axis(ax.yaxis, language)
    style.label(ax, say("plots.levels.axis", language))
    style.period_ticks(ax, levels.period, language)
    style.legend_below(ax, columns=3, drop=54)
    return style.headline(ax, service_levels_headline(levels, kpi, language))


def service_levels_headline(levels: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """The three figures over all complete periods, each a sum over a sum."""
    whole = style.whole_rows(levels)
    if whole.empty:
        return say("plots.empty", language, title=kpi.title(language))
    pooled = {name: pooled_level(whole, name) for name, _ in _LEVELS}
    said = {name: quantity(value, "share", language) for name, value in pooled.items()}
    key = "plots.levels" if np.isfinite(pooled["offered_minus_short_abandons"]) else "plots.levels.two"
    return say(key, language, n=number(whole.n.sum(), language, 0), **said)


def pooled_level(levels: pd.DataFrame, name: str) -> float:
    """A service level over several periods: the denominators come back from the shares, so that sums are divided."""
    known = levels[levels[name].notna() & (levels[name] > 0)]
    below = (known.in_target / known[name]).sum()
    # A period in which nothing was answered in time hides its denominator, except where it is the calls offered.
    below = levels.n.sum() if name == "offered" else below
    return float(levels.in_target.sum() / below) if below > 0 else float("nan")


@shows(hour="count", k="count", n="count", value=KPI, low=KPI, high=KPI)
def by_hour(hours: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None) -> Axes:
    """A dot and its interval for each local hour, over bars of how many there were. `hours`: see `views.by_hour`."""
    if hours.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax, below = (style.axes(ax), None) if ax is not None else style.stacked((3, 1), height=4.6)
    faint = np.where(style.small(hours.n), 0.35, 1)
    ax.vlines(hours.hour, hours.low, hours.high, color=style.GREY, lw=2, alpha=faint)
    ax.scatter(hours.hour, hours.value, color=style.INK, s=36, alpha=faint, zorder=3, gid="hour")
    overall = hours.k.sum() / hours.n.sum()
    ax.axhline(overall, color=style.BLUE, lw=1.3, ls=(0, (4, 2)), gid="overall")
    words = say("plots.line.overall", language, value=quantity(overall, kpi.unit, language))
    style.right_labels(ax, [(overall, words.replace(" ", "\n", 1), style.BLUE_TEXT)])
    style.percent_axis(ax.yaxis, language)
    style.label(ax, kpi.title(language))
    if below is not None:
        below.bar(hours.hour, hours.n, color="#bcd9e6", width=0.8)
        style.number_axis(below.yaxis, "count", language)
        style.label(below, say("plots.axis.contacts", language))
    last = below or ax
    last.set_xticks(hours.hour, [f"{int(hour):02d}" for hour in hours.hour], fontsize=9)
    style.label(last, say("plots.axis.hour", language), "x")
    return style.headline(ax, by_hour_headline(hours, kpi, language))


def by_hour_headline(hours: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """The highest and lowest hour among those with 20 and more, and how many intervals leave the whole out."""
    large = hours[~style.small(hours.n)]
    if len(large) < 2:
        return say("plots.hour_of_week.few", language, title=kpi.title(language), n=style.SMALL)
    overall = hours.k.sum() / hours.n.sum()
    top, low = large.loc[large.value.idxmax()], large.loc[large.value.idxmin()]
    return say(
        "plots.by_hour",
        language,
        title=kpi.title(language),
        high=quantity(top.value, kpi.unit, language),
        hour_high=_hour(top.hour),
        low=quantity(low.value, kpi.unit, language),
        hour_low=_hour(low.hour),
        k=int(((large.low > overall) | (large.high < overall)).sum()),
        n=len(large),
    )


def _hour(hour: float) -> str:
    return f"{int(hour):02d}:00–{(int(hour) + 1) % 24:02d}:00"
