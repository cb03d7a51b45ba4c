"""Figures of fair comparison: the funnel, what chance does to a ranking, the mix of work, a change taken apart."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kpitools.analysis import funnel as funnels
from kpitools.kpi import Kpi
from kpitools.plots import style
from kpitools.plots.data import KPI, shows
from kpitools.plots.distribution import say_column
from kpitools.words import day, number, quantity, say

_FLAGS = {"above": "higher", "below": "lower"}


@shows(by=None, k="count", n="count", value=KPI, lower95=KPI, upper95=KPI, lower998=KPI, upper998=KPI, flag=None)
def group_funnel(points: pd.DataFrame, kpi: Kpi, by: str, language: str = "en", ax: Axes | None = None) -> Axes:
    """Each group's share against how many cases it has, with the limits of chance and of the usual spread.

    `points`: see `views.group_funnel`. Groups of fewer than 20 cases are faint and never flagged.
    """
    if points.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax = style.axes(ax, height=4.4)
    _lines(ax, points, language)
    for flag, rows in points.groupby(points.flag.fillna(""), sort=False):
        verdict = _verdict(flag, kpi)
        colour, marker = style.VERDICTS[verdict]
        faint = np.where(rows.small.astype(bool), 0.35, 1)
        ax.scatter(rows.n, rows.value, s=44, color=colour, marker=marker, alpha=faint, zorder=3, gid=verdict)
    _name(ax, points, by)
    style.percent_axis(ax.yaxis, language)
    ax.set_ylim(*_room(points))
    style.number_axis(ax.xaxis, "count", language)
    style.label(ax, kpi.title(language))
    style.label(ax, say("plots.funnel.axis", language), "x")
    style.legend_below(ax, columns=3)
    return style.headline(ax, funnel_headline(points, kpi, by, language))


def _verdict(flag: str, kpi: Kpi) -> str:
    if not flag:
        return "common_cause"
    if kpi.better not in ("higher", "lower"):
        return "neutral"
    return "improvement" if _FLAGS[flag] == kpi.better else "concern"


def _lines(ax: Axes, points: pd.DataFrame, language: str) -> None:
    sizes = np.unique(np.linspace(max(points.n.min(), 5), points.n.max() * 1.05, 200).round())
    limits = funnels.limits(sizes, points.attrs["target"], points.attrs["tau2"])
    for level, dash in (("95", (0, (4, 3))), ("998", "-")):
        for side in ("lower", "upper"):
            label = say(f"plots.funnel.{level}", language) if side == "lower" else None
            ax.plot(
                sizes, limits[f"{side}{level}"], color=style.LINE, lw=1.2, ls=dash, label=label, gid=f"{side}{level}"
            )
    label = say("plots.line.overall", language, value=quantity(points.attrs["target"], "share", language))
    ax.axhline(points.attrs["target"], color=style.BLUE, lw=1.3, ls=(0, (4, 2)), label=label, gid="target")


def _room(points: pd.DataFrame) -> tuple[float, float]:
    large = points[~points.small.astype(bool)]
    values = pd.concat([points.value, large.lower998, large.upper998])
    pad = 0.08 * max(values.max() - values.min(), 0.02)
    return max(values.min() - pad, -0.02), min(values.max() + pad, 1.02)


def _name(ax: Axes, points: pd.DataFrame, by: str) -> None:
    """Names beside the flagged, or beside all where they are few enough to be read."""
    named = points if len(points) <= 12 else points[points.flag.notna()]
    for point in named.itertuples():
        spot = {"xytext": (6, 4), "textcoords": "offset points", "fontsize": 8.5, "color": style.INK}
        ax.annotate(style.plain_text(getattr(point, by)), (point.n, point.value), **spot)


def funnel_headline(points: pd.DataFrame, kpi: Kpi, by: str, language: str) -> str:
    """How many were tested and flagged, against the common share, and what testing each by itself had said."""
    said = points.attrs
    if not said["tested"]:
        return say("plots.hour_of_week.few", language, title=kpi.title(language), n=style.SMALL)
    text = say(
        "plots.funnel",
        language,
        title=kpi.title(language),
        by=say_column(by, language),
        groups=_groups(by, language),
        tested=said["tested"],
        flagged=said["flagged"],
        overall=quantity(said["target"], "share", language),
    )
    if said["alone"] > said["flagged"]:
        text += " " + say("plots.funnel.alone", language, n=said["alone"])
    few = int(points.small.sum())
    return text + (" " + say("plots.breakdown.small", language, k=few, n=style.SMALL) if few else "")


def _groups(by: str, language: str) -> str:
    """What is compared, in a word: people, or groups."""
    return say(f"plots.groups.{'agents' if by == 'agent_id' else 'others'}", language)


@shows(by=None, value=KPI, n="count", rank="count", rank_low="count", rank_high="count", last_by_chance="share")
def ranking(ranks: pd.DataFrame, kpi: Kpi, by: str, language: str = "en", ax: Axes | None = None) -> Axes:
    """The rank of each group over the ranks that chance alone would give it (see `views.ranking`); ordered by name."""
    if ranks.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax, rows = style.axes(ax, height=max(2.6, 1.5 + 0.36 * len(ranks))), np.arange(len(ranks))
    label = say("plots.ranking.chance", language)
    ax.hlines(rows, ranks.rank_low, ranks.rank_high, color="#cfdfe8", lw=9, label=label, gid="chance")
    ax.plot(ranks["rank"], rows, "o", color=style.INK, ms=7, label=say("plots.ranking.rank", language), gid="rank")
    names = [
        f"{style.plain_text(name)}  (n = {number(n, language, 0)})" for name, n in zip(ranks[by], ranks.n, strict=True)
    ]
    ax.set_yticks(rows, names, fontsize=9)
    ax.set_ylim(len(ranks) - 0.5, -0.6)
    ax.set_xlim(0.5, len(ranks) + 0.5)
    ax.xaxis.set_major_locator(style.MaxNLocator(10, integer=True))
    style.label(ax, say("plots.ranking.axis", language), "x")
    style.legend_below(ax, columns=2)
    return style.headline(ax, ranking_headline(ranks, kpi, by, language))


def ranking_headline(ranks: pd.DataFrame, kpi: Kpi, by: str, language: str) -> str:
    """Who stands last on how few cases, how often chance alone puts it there, and how many ranks are chance."""
    last = ranks.loc[ranks["rank"].idxmax()]
    inside = int(((ranks["rank"] >= ranks.rank_low) & (ranks["rank"] <= ranks.rank_high)).sum())
    return say(
        "plots.ranking",
        language,
        name=str(last[by]),
        value=quantity(last.value, kpi.unit, language),
        n=number(last.n, language, 0),
        chance=quantity(last.last_by_chance, "share", language),
        k=inside,
        all=len(ranks),
    )


@shows(by=None, n="count", value=KPI, expected=KPI, adjusted=KPI)
def mix_adjusted(groups: pd.DataFrame, kpi: Kpi, by: str, language: str = "en", ax: Axes | None = None) -> Axes:
    """Each group's own share (ring) and the one with its mix of work taken into account (dot), joined."""
    if groups.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax, rows = style.axes(ax, height=max(2.6, 1.6 + 0.34 * len(groups))), np.arange(len(groups))
    ax.hlines(rows, groups.value, groups.adjusted, color=style.LINE, lw=2)
    for column, fill in (("value", "white"), ("adjusted", style.INK)):
        label = say(f"plots.adjusted.{column}", language)
        ax.plot(groups[column], rows, "o", color=style.INK, mfc=fill, ms=6.5, label=label, gid=column)
    ax.axvline(groups.attrs["overall"], color=style.BLUE, lw=1.3, ls=(0, (4, 2)), gid="overall")
    names = [
        f"{style.plain_text(name)}  (n = {number(n, language, 0)})"
        for name, n in zip(groups[by], groups.n, strict=True)
    ]
    ax.set_yticks(rows, names, fontsize=9)
    ax.set_ylim(len(groups) - 0.5, -0.6)
    style.percent_axis(ax.xaxis, language)
    style.label(ax, kpi.title(language), "x")
    style.legend_below(ax, columns=2)
    return style.headline(ax, adjusted_headline(groups, kpi, language))


def adjusted_headline(groups: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """How far the adjustment moves figures at most, and how the spread between groups changes."""
    moved = (groups.adjusted - groups.value).abs().max()
    spread = {name: groups[name].max() - groups[name].min() for name in ("value", "adjusted")}
    mix = ", ".join(say_column(name, language) for name in groups.attrs["mix"]) or "–"
    return say(
        "plots.adjusted",
        language,
        title=kpi.title(language),
        mix=mix,
        moved=quantity(moved, "points", language),
        before=quantity(spread["value"], "points", language),
        after=quantity(spread["adjusted"], "points", language),
    )


@shows(segment=None, n_before="count", n_after="count", value_before=KPI, value_after=KPI, rate="points", mix="points")
def change_parts(parts: pd.DataFrame, kpi: Kpi, by: str, language: str = "en", ax: Axes | None = None) -> Axes:
    """For each segment what its own change and what its changed weight add to the whole (see `views.change_parts`)."""
    if parts.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax, rows = style.axes(ax, height=max(2.6, 1.6 + 0.5 * len(parts))), np.arange(len(parts))
    for shift, name, colour in ((-0.19, "rate", "#0072b2"), (0.19, "mix", "#e69f00")):
        bars = ax.barh(
            rows + shift, parts[name], height=0.36, color=colour, label=say(f"plots.change.{name}", language)
        )
        ax.bar_label(bars, [number(100 * v, language) for v in parts[name]], fontsize=8.5, padding=2, color=style.INK)
    ax.axvline(0, color=style.INK, lw=0.8)
    ax.set_yticks(rows, [style.plain_text(name) for name in parts.segment], fontsize=9)
    ax.invert_yaxis()
    ax.margins(x=0.15)
    ax.xaxis.set_major_formatter(lambda value, _: number(100 * value, language))
    style.label(ax, say("plots.change.axis", language), "x")
    style.legend_below(ax, columns=2)
    return style.headline(ax, change_headline(parts, kpi, by, language))


def _span(start: str, end: str, language: str) -> str:
    """Two local days as words, the last one included."""
    last = pd.Timestamp(end) - pd.Timedelta(days=1)
    return f"{day(pd.Timestamp(start), language)} – {day(last, language)}"


def change_headline(parts: pd.DataFrame, kpi: Kpi, by: str, language: str) -> str:
    """Both figures, the change, and its two parts."""
    told = parts.attrs
    unit = "points" if kpi.unit in ("share", "percent") else kpi.unit
    spans = [_span(start, end, language) for start, end in told["spans"]]
    return say(
        "plots.change",
        language,
        title=kpi.title(language),
        by=say_column(by, language),
        first=spans[0],
        second=spans[1],
        before=quantity(told["before"], kpi.unit, language),
        after=quantity(told["after"], kpi.unit, language),
        **{name: quantity(told[name], unit, language) for name in ("change", "rate", "mix")},
    )
