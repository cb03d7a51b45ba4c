"""Figures of brand, leads, sales and product."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kpitools.kpi import Kpi
from kpitools.plots import style
from kpitools.plots.data import KPI, shows
from kpitools.plots.distribution import say_column
from kpitools.words import number, period, quantity, say

_QUESTIONS = (("unaided", style.INK), ("aided", style.BLUE))


def _period(frame: pd.DataFrame, at, language: str) -> str:
    return period(frame.period[at], style.every_of(frame.period), language)


# Brand ------------------------------------------------------------------------------------------------------


@shows(
    period=None, question=None, value="share", low="share", high="share", unweighted="share", n="count", complete=None
)
def awareness(answers: pd.DataFrame, language: str = "en", ax: Axes | None = None) -> Axes:
    """Both questions with their intervals; crosses show the figures without weights (see `views.awareness`)."""
    if answers.empty:
        return style.nothing(style.axes(ax, height=0.8), say("plots.awareness.title", language), language)
    ax, crossed = style.axes(ax), False
    for question, colour in _QUESTIONS:
        rows = answers[answers.question == question].reset_index(drop=True)
        if rows.empty:
            continue
        ax.vlines(rows.period, rows.low, rows.high, color=colour, lw=5, alpha=0.2)
        style.line_of(ax, rows, "value", colour, say(f"plots.question.{question}", language))
        apart = rows[(rows.unweighted - rows.value).abs() > 1e-9]
        label = "" if crossed else say("plots.awareness.unweighted", language)
        crossed = crossed or len(apart) > 0
        ax.plot(apart.period, apart.unweighted, "x", color=colour, ms=6, label=label, gid="unweighted")
    ax.set_ylim(bottom=0)
    style.percent_axis(ax.yaxis, language)
    style.label(ax, say("plots.awareness.axis", language))
    style.period_ticks(ax, answers.period, language)
    style.legend_below(ax, columns=3, drop=54)
    return style.headline(ax, awareness_headline(answers, language))


def awareness_headline(answers: pd.DataFrame, language: str) -> str:
    """Both figures of the last complete period, and the unaided one without weights."""
    whole = style.whole_rows(answers)
    last = whole[whole.period == whole.period.max()].set_index("question")
    said = {
        name: quantity(last.value.get(name), "share", language) if name in last.index else "–" for name, _ in _QUESTIONS
    }
    text = say("plots.awareness", language, period=_period(whole, whole.index[-1], language), **said)
    plain = last.unweighted.get("unaided")
    if plain is None or abs(plain - last.value["unaided"]) < 1e-9:
        return text
    return text + " " + say("plots.awareness.plain", language, value=quantity(plain, "share", language))


@shows(
    period=None,
    interactions="count",
    reach="count",
    impressions="count",
    followers="count",
    by_reach="percent",
    by_impressions="percent",
    by_followers="percent",
    complete=None,
)
def engagement(days: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None) -> Axes:
    """How many people were reached, and below which part of them reacted (see `views.engagement`)."""
    if days.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax, below = (style.axes(ax), None) if ax is not None else style.stacked((2, 3))
    bars = ax.bar(days.period, days.reach, width=style.bar_days(days.period), color="#bcd9e6")
    style.fade(bars, days.complete.astype(bool))
    style.number_axis(ax.yaxis, "count", language)
    style.label(ax, say("plots.engagement.reach", language))
    if below is not None:
        for name, colour in (("by_reach", style.INK), ("by_impressions", style.BLUE)):
            if days[name].notna().any():
                style.line_of(below, days, name, colour, say(f"plots.engagement.{name}", language))
        style.percent_axis(below.yaxis, language)
        style.label(below, say("plots.engagement.axis", language))
        below.set_ylim(bottom=0)
        style.legend_below(below, columns=2, drop=54)
    style.period_ticks(below or ax, days.period, language)
    return style.headline(ax, engagement_headline(days, kpi, language))


def engagement_headline(days: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """The period of the widest reach against the usual one, and the rate then against the usual one."""
    whole = style.whole_rows(days)
    if not whole.reach.notna().any():
        return say("plots.empty", language, title=kpi.title(language))
    at = whole.reach.idxmax()
    return say(
        "plots.engagement",
        language,
        period=_period(whole, at, language),
        times=number(whole.reach[at] / whole.reach.median(), language),
        rate=quantity(whole.by_reach[at], "percent", language),
        usual=quantity(whole.by_reach.median(), "percent", language),
    )


# Leads ------------------------------------------------------------------------------------------------------

_FATES = (("won", "#0072b2"), ("not_won", "#c9c9c9"), ("maturing", "#fbe3b5"))


@shows(period=None, qualified="count", won="count", not_won="count", maturing="count", value="share", complete=None)
def lead_cohorts(cohorts: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None) -> Axes:
    """Leads by the period of their qualification and what became of them; below, the share won (see `views`)."""
    if cohorts.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax, below = (style.axes(ax), None) if ax is not None else style.stacked((3, 2))
    bottom, width = np.zeros(len(cohorts)), style.bar_days(cohorts.period)
    for name, colour in _FATES:
        ax.bar(
            cohorts.period,
            cohorts[name],
            bottom=bottom,
            width=width,
            color=colour,
            label=say(f"plots.leads.{name}", language),
        )
        bottom += cohorts[name].to_numpy(dtype=float)
    style.headroom(ax, bottom.max())
    style.number_axis(ax.yaxis, "count", language)
    style.label(ax, say("plots.leads.axis", language))
    ax.legend(loc="upper left", ncols=3, frameon=False, fontsize=9)
    if below is not None:
        style.line_of(below, cohorts, "value", style.INK, "")
        below.set_ylim(bottom=0)
        style.percent_axis(below.yaxis, language)
        style.label(below, say("plots.leads.share", language))
    style.period_ticks(below or ax, cohorts.period, language)
    return style.headline(ax, lead_cohorts_headline(cohorts, kpi, language))


def lead_cohorts_headline(cohorts: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """The largest mature cohort and its share won, against all mature ones; and how many leads are still maturing."""
    mature = cohorts[cohorts.complete.astype(bool) & (cohorts.qualified > 0)]
    waiting = number(cohorts.maturing.sum(), language, 0)
    if mature.empty:
        return say("plots.leads.young", language, n=waiting)
    at = mature.qualified.idxmax()
    return say(
        "plots.leads",
        language,
        period=_period(cohorts, at, language),
        n=number(mature.qualified[at], language, 0),
        share=quantity(mature.value[at], "share", language),
        overall=quantity(mature.won.sum() / mature.qualified.sum(), "share", language),
        waiting=waiting,
    )


@shows(days="number", won="share", low="share", high="share", at_risk="count")
def win_curve(curve: pd.DataFrame, language: str = "en", ax: Axes | None = None, *, mature: float = 90) -> Axes:
    """The share of qualified leads won by each day since, with its interval; `mature` marks the maturity window."""
    if curve.empty:
        return style.nothing(style.axes(ax, height=0.8), say("plots.wins.title", language), language)
    ax = style.axes(ax, height=3.6)
    ax.fill_between(curve.days, curve.low, curve.high, step="post", color=style.BLUE, alpha=0.18, lw=0)
    ax.step(curve.days, curve.won, where="post", color=style.BLUE, lw=1.8, gid="won")
    ax.axvline(mature, color=style.INK, lw=1, ls=(0, (2, 2)), gid="mature")
    words = say("plots.wins.mature", language, n=number(mature, language, 0))
    ax.annotate(words, (mature, 0), xytext=(5, 6), textcoords="offset points", fontsize=9, color=style.INK)
    ax.set_xlim(0, min(curve.days.max(), 4 * mature))
    ax.set_ylim(0, max(float(curve.high.max()) * 1.08, 0.01))
    style.percent_axis(ax.yaxis, language)
    style.label(ax, say("plots.wins.axis", language))
    style.label(ax, say("plots.wins.days", language), "x")
    ax.xaxis.set_major_formatter(lambda value, _: style.plain_tick(value, language))
    return style.headline(ax, win_curve_headline(curve, language, mature))


def win_curve_headline(curve: pd.DataFrame, language: str, mature: float = 90) -> str:
    """The share won at a third of the window, at its end, and at the end of what is known."""

    def won(day: float) -> str:
        before = curve[curve.days <= day]
        return quantity(float(before.won.iloc[-1]) if len(before) else 0.0, "share", language)

    early = mature / 3
    said = {"early": number(early, language, 0), "late": number(mature, language, 0)}
    return say("plots.wins", language, share_early=won(early), share=won(mature), end=won(np.inf), **said)


@shows(period=None, spend=KPI, won="count", value=KPI, low=KPI, high=KPI, complete=None)
def spend_and_wins(costs: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None) -> Axes:
    """Three panels: spending, customers won, and what one cost with its interval (see `views.spend_and_wins`)."""
    if costs.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax, wins, each = (style.axes(ax), None, None) if ax is not None else style.stacked((2, 2, 3), height=6.2)
    width, whole = style.bar_days(costs.period), costs.complete.astype(bool)
    for one, column, colour, unit in ((ax, "spend", "#e5c494", kpi.unit), (wins, "won", "#bcd9e6", "count")):
        if one is not None:
            style.fade(one.bar(costs.period, costs[column], width=width, color=colour), whole)
            style.number_axis(one.yaxis, unit, language)
            style.label(one, say(f"plots.costs.{column}", language))
    if each is not None:
        each.vlines(costs.period, costs.low, costs.high, color=style.LINE, lw=3)
        style.line_of(each, costs, "value", style.INK, "")
        style.number_axis(each.yaxis, kpi.unit, language)
        style.label(each, say("plots.costs.value", language))
    style.period_ticks(each if each is not None else ax, costs.period, language)
    return style.headline(ax, spend_headline(costs, kpi, language))


def spend_headline(costs: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """What a customer cost over all complete periods, and the dearest and the cheapest of them."""
    whole = style.whole_rows(costs)
    known = whole[whole.value.notna()]
    if known.empty:
        return say("plots.empty", language, title=kpi.title(language))
    high, low = known.value.idxmax(), known.value.idxmin()
    return say(
        "plots.costs",
        language,
        value=quantity(whole.spend.sum() / whole.won.sum(), kpi.unit, language),
        high=quantity(known.value[high], kpi.unit, language),
        period_high=_period(costs, high, language),
        low=quantity(known.value[low], kpi.unit, language),
        period_low=_period(costs, low, language),
    )


# Sales and product ------------------------------------------------------------------------------------------


@shows(period=None, revenue="money", profit="money", growth="percent", margin="percent", complete=None)
def growth_and_margin(
    sales: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None, *, currency: str = ""
) -> Axes:
    """Three panels: revenue and what is left of it, growth, margin (see `views.growth_and_margin`)."""
    if sales.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax, grows, margin = (style.axes(ax), None, None) if ax is not None else style.stacked((3, 2, 2), height=6.4)
    width, whole = style.bar_days(sales.period), sales.complete.astype(bool)
    for column, colour in (("revenue", "#d3e4ee"), ("profit", "#0072b2")):
        label = say(f"plots.sales.{column}", language)
        style.fade(ax.bar(sales.period, sales[column], width=width, color=colour, label=label), whole)
    style.number_axis(ax.yaxis, "money", language)
    style.label(ax, currency or say("plots.axis.money", language))
    ax.margins(y=0.2)
    ax.legend(loc="upper left", ncols=2, frameon=False, fontsize=9)
    if grows is not None:
        style.fade(grows.bar(sales.period, sales.growth, width=width, color="#c9c9c9"), whole)
        grows.axhline(0, color=style.LINE, lw=0.8)
        style.line_of(margin, sales, "margin", style.INK, "")
        for one, name in ((grows, "growth"), (margin, "margin")):
            style.percent_axis(one.yaxis, language)
            style.label(one, say(f"plots.sales.{name}", language))
    style.period_ticks(margin if margin is not None else ax, sales.period, language)
    return style.headline(ax, growth_headline(sales, kpi, language))


def growth_headline(sales: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """The period of the lowest margin: what it grew by and what it earned, against all complete periods together."""
    whole = style.whole_rows(sales)
    known = whole[whole.margin.notna()]
    if known.empty:
        return say("plots.empty", language, title=kpi.title(language))
    at = known.margin.idxmin()
    return say(
        "plots.sales",
        language,
        period=_period(sales, at, language),
        margin=quantity(known.margin[at], "percent", language),
        growth=quantity(known.growth[at], "percent", language),
        overall=quantity(whole.profit.sum() / whole.revenue.sum(), "percent", language),
    )


@shows(by=None, value="percent", mean_of_margins="percent", revenue="money", n="count")
def margin_two_ways(margins: pd.DataFrame, kpi: Kpi, by: str, language: str = "en", ax: Axes | None = None) -> Axes:
    """For each group the ratio of sums (dot) and the mean of the lines' own margins (ring), joined."""
    if margins.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax = style.axes(ax, height=max(2.6, 1.6 + 0.36 * len(margins)))
    rows = np.arange(len(margins))
    ax.hlines(rows, margins.value, margins.mean_of_margins, color=style.LINE, lw=2)
    for column, fill in (("value", style.INK), ("mean_of_margins", "white")):
        label = say(f"plots.margins.{column}", language)
        ax.plot(margins[column], rows, "o", color=style.INK, mfc=fill, ms=7, label=label, gid=column)
    names = [str(name) or say("plots.margins.all", language) for name in margins[by]]
    names = [
        f"{style.plain_text(name)}  (n = {number(n, language, 0)})" for name, n in zip(names, margins.n, strict=True)
    ]
    ax.set_yticks(rows, names, fontsize=9)
    ax.set_ylim(len(margins) - 0.5, -0.6)
    style.percent_axis(ax.xaxis, language)
    style.label(ax, say("plots.sales.margin", language), "x")
    style.legend_below(ax, columns=1)
    return style.headline(ax, margins_headline(margins, kpi, by, language))


def margins_headline(margins: pd.DataFrame, kpi: Kpi, by: str, language: str) -> str:
    """Both figures of all together, how far they part, and the group where they part most."""
    whole, groups = margins.iloc[-1], margins.iloc[:-1]
    text = say(
        "plots.margins",
        language,
        value=quantity(whole.value, "percent", language),
        mean=quantity(whole.mean_of_margins, "percent", language),
        apart=quantity(abs(whole.mean_of_margins - whole.value), "points", language),
    )
    gap = (groups.mean_of_margins - groups.value).abs()
    if not gap.notna().any():
        return text
    most = quantity(gap.max(), "points", language)
    return text + " " + say("plots.margins.most", language, by=str(groups[by][gap.idxmax()]), apart=most)


@shows(by=None, period=None, defective="count", units="count", value="share", low="share", high="share", complete=None)
def defect_grid(cells: pd.DataFrame, kpi: Kpi, by: str, language: str = "en", ax: Axes | None = None) -> Axes:
    """A grid of shares defective or returned, one row a group, one column a period of sale; cells of which returns are
    still to come are hatched, cells of fewer than 20 units blank (see `views.defect_grid`)."""
    if cells.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    shown = cells.assign(**{by: cells[by].astype(str)})
    grid = shown.assign(value=shown.value.where(~style.small(shown.units)))
    grid = grid.pivot(index=by, columns="period", values="value").sort_index().astype(float)
    ax = style.axes(ax, height=max(2.6, 1.7 + 0.34 * len(grid)))
    top = max(float(np.nanmax(grid.to_numpy())) if grid.notna().any().any() else 0.01, 0.01)
    picture = ax.imshow(grid, aspect="auto", cmap="Oranges", vmin=0, vmax=top)
    _hatch(ax, shown, grid, by)
    ax.set_yticks(range(len(grid)), [style.plain_text(name) for name in grid.index], fontsize=9)
    step = -(-grid.shape[1] // 9)
    every = style.every_of(cells.period)
    places = range(0, grid.shape[1], step)
    ax.set_xticks(places, [style.date_label(grid.columns[i], every, language, True) for i in places], fontsize=9)
    ax.tick_params(length=0)
    style.label(ax, say("plots.defects.axis", language, every=say(f"plots.axis.{every}", language)), "x")
    bar = ax.figure.colorbar(picture, ax=ax, pad=0.01, aspect=18)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=9, length=2)
    style.percent_axis(bar.ax.yaxis, language)
    bar.set_label(say("plots.defects.share", language), fontsize=9)
    return style.headline(ax, defect_headline(cells, kpi, by, language))


def _hatch(ax: Axes, cells: pd.DataFrame, grid: pd.DataFrame, by: str) -> None:
    from matplotlib.patches import Rectangle

    rows, columns = list(grid.index), list(grid.columns)
    for cell in cells[~cells.complete.astype(bool)].itertuples():
        at = (columns.index(cell.period) - 0.5, rows.index(getattr(cell, by)) - 0.5)
        ax.add_patch(Rectangle(at, 1, 1, fill=False, hatch="///", edgecolor=style.LINE, lw=0, gid="maturing"))


def defect_headline(cells: pd.DataFrame, kpi: Kpi, by: str, language: str) -> str:
    """The worst complete cell with its interval and n, and the share over all complete cells."""
    whole = style.whole_rows(cells)
    large = whole[~style.small(whole.units)]
    if large.empty:
        return say("plots.hour_of_week.few", language, title=kpi.title(language), n=style.SMALL)
    worst = large.loc[large.value.idxmax()]
    return say(
        "plots.defects",
        language,
        by=say_column(by, language),
        name=str(worst[by]),
        period=period(worst.period, style.every_of(cells.period), language),
        n=number(worst.units, language, 0),
        overall=quantity(whole.defective.sum() / whole.units.sum(), "share", language),
        **{end: quantity(worst[end], "share", language) for end in ("value", "low", "high")},
    )
