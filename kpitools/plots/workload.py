"""Figures of the work: what comes and goes, how old the rest is, which promises were kept, where paid time goes."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kpitools.kpi import Kpi
from kpitools.plots import style
from kpitools.plots.data import KPI, shows
from kpitools.plots.distribution import say_column
from kpitools.words import number, period, quantity, say, together

# From fresh to old: the older, the darker.
_AGES = {
    "under 1 day": "#dbe9f1",
    "1-3 days": "#a9cfe2",
    "3-7 days": "#5fa8cc",
    "1-4 weeks": "#e69f00",
    "over 4 weeks": "#a34a00",
}
_OLD = ("1-4 weeks", "over 4 weeks")


@shows(period=None, arrived="count", done="count", level="count", complete=None)
def flow(moves: pd.DataFrame, language: str = "en", ax: Axes | None = None) -> Axes:
    """Arrivals and departures above, the level they leave below. `moves`: see `views.flow`."""
    title = say("plots.flow.title", language)
    if moves.empty:
        return style.nothing(style.axes(ax, height=0.8), title, language)
    ax, below = (style.axes(ax), None) if ax is not None else style.stacked((3, 2))
    over = (moves.arrived > moves.done).to_numpy()
    for more, colour in ((over, style.ORANGE), (~over, style.BLUE)):
        ax.fill_between(moves.period, moves.arrived, moves.done, where=more, color=colour, alpha=0.2, lw=0)
    style.line_of(ax, moves, "arrived", style.ORANGE, say("plots.flow.arrived", language))
    style.line_of(ax, moves, "done", style.BLUE, say("plots.flow.done", language))
    ax.set_ylim(bottom=0)
    style.number_axis(ax.yaxis, "count", language)
    style.label(ax, say("plots.axis.tickets", language))
    ax.legend(loc="upper left", ncols=2, frameon=False, fontsize=9)
    if below is not None:
        style.line_of(below, moves, "level", style.INK, "")
        below.set_ylim(bottom=0)
        style.number_axis(below.yaxis, "count", language)
        style.label(below, say("plots.axis.open_tickets", language))
    style.period_ticks(below or ax, moves.period, language)
    return style.headline(ax, flow_headline(moves, language))


def flow_headline(moves: pd.DataFrame, language: str) -> str:
    """How many came and went over the complete periods, the level now, and the period that added most."""
    whole = style.whole_rows(moves)
    added = whole.arrived - whole.done
    worst = whole.loc[added.idxmax()]
    said = {name: number(whole[name].sum(), language, 0) for name in ("arrived", "done")}
    return say(
        "plots.flow",
        language,
        level=number(whole.level.iloc[-1], language, 0),
        most=number(added.max(), language, 0),
        period=period(worst.period, style.every_of(moves.period), language),
        **said,
    )


@shows(period=None, **dict.fromkeys(_AGES, "count"), n="count", complete=None)
def age_bands(bands: pd.DataFrame, language: str = "en", ax: Axes | None = None) -> Axes:
    """Stacked bars: open tickets at the end of each period by how long they had been open (see `views.age_bands`)."""
    if bands.empty:
        return style.nothing(style.axes(ax, height=0.8), say("plots.bands.title", language), language)
    ax, bottom = style.axes(ax), np.zeros(len(bands))
    for band, colour in _AGES.items():
        bars = ax.bar(
            bands.period,
            bands[band],
            bottom=bottom,
            width=style.bar_days(bands.period),
            color=colour,
            label=say(f"plots.age.{band}", language),
        )
        style.fade(bars, bands.complete.astype(bool))
        bottom += bands[band].to_numpy(dtype=float)
    style.number_axis(ax.yaxis, "count", language)
    style.label(ax, say("plots.axis.open_tickets", language))
    style.period_ticks(ax, bands.period, language)
    style.legend_below(ax, columns=5, drop=54)
    return style.headline(ax, age_bands_headline(bands, language))


def age_bands_headline(bands: pd.DataFrame, language: str) -> str:
    """The share older than a week at the end of the last complete period, and when it was highest."""
    whole = style.whole_rows(bands)
    old = whole[list(_OLD)].sum(axis=1)
    share, every = old / whole.n.where(whole.n > 0), style.every_of(bands.period)
    last, top = whole.index[-1], share.idxmax() if share.notna().any() else whole.index[-1]
    return say(
        "plots.bands",
        language,
        k=number(old[last], language, 0),
        n=number(whole.n[last], language, 0),
        share=quantity(share[last], "share", language),
        period=period(whole.period[last], every, language),
        top=quantity(share[top], "share", language),
        period_top=period(whole.period[top], every, language),
    )


@shows(
    period=None,
    kept="count",
    late="count",
    overdue="count",
    value="share",
    closed_only="share",
    n="count",
    complete=None,
)
def sla_outcomes(outcomes: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None) -> Axes:
    """The attainment beside the one of done tickets only, and below the promises broken: late, or open past due.

    `outcomes`: see `views.sla_outcomes`.
    """
    if outcomes.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax, below = (style.axes(ax), None) if ax is not None else style.stacked((3, 2))
    style.line_of(ax, outcomes, "closed_only", style.ORANGE, say("plots.sla.closed_only", language))
    style.line_of(ax, outcomes, "value", style.INK, say("plots.sla.value", language))
    style.percent_axis(ax.yaxis, language)
    style.label(ax, say("plots.sla.axis", language))
    ax.margins(y=0.22)
    ax.legend(loc="upper left", ncols=2, frameon=False, fontsize=9)
    if below is not None:
        _broken(below, outcomes, language)
    style.period_ticks(below or ax, outcomes.period, language)
    return style.headline(ax, sla_headline(outcomes, kpi, language))


def _broken(ax: Axes, outcomes: pd.DataFrame, language: str) -> None:
    bottom = np.zeros(len(outcomes))
    for name, colour in (("late", "#bcd9e6"), ("overdue", style.ORANGE)):
        label, width = say(f"plots.sla.{name}", language), style.bar_days(outcomes.period)
        ax.bar(outcomes.period, outcomes[name], bottom=bottom, width=width, color=colour, label=label)
        bottom += outcomes[name].to_numpy(dtype=float)
    style.headroom(ax, bottom.max())
    style.number_axis(ax.yaxis, "count", language)
    style.label(ax, say("plots.sla.broken", language))
    ax.legend(loc="upper left", ncols=2, frameon=False, fontsize=9)


def sla_headline(outcomes: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """The share kept over all periods, the one without open tickets, and where the two are furthest apart."""
    kept, done, n = outcomes.kept.sum(), (outcomes.kept + outcomes.late).sum(), outcomes.n.sum()
    apart = (outcomes.closed_only - outcomes.value).fillna(1.0).where(outcomes.n > 0)
    at = apart.idxmax()
    return say(
        "plots.sla",
        language,
        title=kpi.title(language),
        value=quantity(kept / n if n else None, "share", language),
        closed=quantity(kept / done if done else None, "share", language),
        overdue=number(outcomes.overdue.sum(), language, 0),
        n=number(n, language, 0),
        period=period(outcomes.period[at], style.every_of(outcomes.period), language),
        value_at=quantity(outcomes.value[at], "share", language),
        closed_at=quantity(outcomes.closed_only[at], "share", language),
    )


_PARTS = (("handling", "#0072b2"), ("available", "#9ecae1"), ("other", "#d9d9d9"))


@shows(by=None, handling="share", available="share", other="share", n="count")
def time_parts(parts: pd.DataFrame, by: str, language: str = "en", ax: Axes | None = None) -> Axes:
    """Stacked bars: the shares of paid time that are handling, waiting for a contact, or neither (see `views`)."""
    if parts.empty:
        return style.nothing(style.axes(ax, height=0.8), say("plots.time_parts.title", language), language)
    ax, left = style.axes(ax, height=max(2.4, 1.5 + 0.42 * len(parts))), np.zeros(len(parts))
    for name, colour in _PARTS:
        values, label = parts[name].fillna(0).to_numpy(dtype=float), say(f"plots.time_parts.{name}", language)
        bars = ax.barh(range(len(parts)), values, left=left, height=0.62, color=colour, label=label)
        dark = name == "handling"
        ax.bar_label(
            bars,
            [quantity(v, "share", language) if v > 0.05 else "" for v in values],
            label_type="center",
            fontsize=9,
            color="white" if dark else style.INK,
        )
        left += values
    names = [
        f"{style.plain_text(name)}  (n = {number(n, language, 0)})" for name, n in zip(parts[by], parts.n, strict=True)
    ]
    ax.set_yticks(range(len(parts)), names, fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    style.percent_axis(ax.xaxis, language)
    style.label(ax, say("plots.time_parts.axis", language), "x")
    style.legend_below(ax, columns=3)
    return style.headline(ax, time_parts_headline(parts, by, language))


def time_parts_headline(parts: pd.DataFrame, by: str, language: str) -> str:
    """The groups with the most and the least handling."""
    most, least = parts.loc[parts.handling.idxmax()], parts.loc[parts.handling.idxmin()]
    return say(
        "plots.time_parts",
        language,
        by=say_column(by, language),
        most=str(most[by]),
        high=quantity(most.handling, "share", language),
        least=str(least[by]),
        low=quantity(least.handling, "share", language),
    )


@shows(by=None, agent_id=None, value=KPI, low=KPI, high=KPI, n="count")
def people_in_groups(
    people: pd.DataFrame,
    kpi: Kpi,
    by: str,
    language: str = "en",
    ax: Axes | None = None,
    *,
    band: tuple[float, float] | None = None,
) -> Axes:
    """A dot a person, in the row of the group, without a name; the band shaded (see `views.people_in_groups`).

    People with fewer than 20 rows are faint.
    """
    if people.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    groups = sorted(people[by].astype(str).unique())
    ax = style.axes(ax, height=max(2.6, 1.6 + 0.5 * len(groups)))
    if band:
        ax.axvspan(*band, color=style.PALE, lw=0, zorder=0, gid="band")
    for row, name in enumerate(groups):
        own = people[people[by].astype(str) == name]
        # Spread out by place in the list, so that no dot covers another.
        height = row + np.linspace(-0.22, 0.22, len(own)) if len(own) > 1 else [row]
        faint = np.where(style.small(own.n), 0.35, 0.9)
        ax.hlines(height, own.low, own.high, color=style.LINE, lw=1.5)
        ax.scatter(own.value, height, s=32, color=style.INK, alpha=faint, zorder=3, gid="person")
    style.value_axis(ax.xaxis, kpi, language)
    ax.set_yticks(range(len(groups)), [style.plain_text(name) for name in groups], fontsize=9)
    ax.set_ylim(len(groups) - 0.5, -0.6)
    words = kpi.title(language) + ("; " + _band_words(band, kpi, language) if band else "")
    style.label(ax, words, "x")
    return style.headline(ax, people_headline(people, kpi, language, band))


def _band_words(band: tuple[float, float], kpi: Kpi, language: str) -> str:
    low, high = together(band, kpi.unit, language)
    return say("plots.people.band", language, low=low, high=high)


def people_headline(people: pd.DataFrame, kpi: Kpi, language: str, band: tuple[float, float] | None = None) -> str:
    """The range over all people with 20 rows, and how many stand over and under the band."""
    large = people[~style.small(people.n) & people.value.notna()]
    if large.empty:
        return say("plots.people.few", language, title=kpi.title(language), n=style.SMALL)
    low, high = together((large.value.min(), large.value.max()), kpi.unit, language)
    text = say("plots.people", language, title=kpi.title(language), n=len(large), low=low, high=high)
    if band:
        over, under = int((large.value > band[1]).sum()), int((large.value < band[0]).sum())
        text += " " + say("plots.people.outside", language, over=over, under=under)
    return text
