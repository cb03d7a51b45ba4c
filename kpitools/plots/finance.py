"""Figures of money: two meanings of one word, movements of recurring revenue, and the bridge they make."""

import re

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kpitools.kpi import Kpi
from kpitools.plots import style
from kpitools.plots.data import shows
from kpitools.words import day, is_currency, number, period, quantity, say


@shows(period=None, current="number", quick="number", complete=None)
def liquidity(ratios: pd.DataFrame, language: str = "en", ax: Axes | None = None) -> Axes:
    """Current and quick ratio against 1, below which what falls due is not covered (see `views.liquidity`)."""
    if ratios.empty:
        return style.nothing(style.axes(ax, height=0.8), say("plots.liquidity.title", language), language)
    ax = style.axes(ax)
    for name, colour in (("current", style.BLUE), ("quick", style.INK)):
        if ratios[name].notna().any():
            style.line_of(ax, ratios, name, colour, say(f"plots.liquidity.{name}", language))
    ax.set_ylim(bottom=0)
    ax.axhspan(0, 1, color=style.ORANGE, alpha=0.08, lw=0)
    ax.axhline(1, color=style.TARGET, lw=1.3, ls=(0, (1, 1.5)), gid="one")
    style.number_axis(ax.yaxis, "number", language)
    style.label(ax, say("plots.liquidity.axis", language))
    style.period_ticks(ax, ratios.period, language)
    style.legend_below(ax, columns=2, drop=54)
    return style.headline(ax, liquidity_headline(ratios, language))


def liquidity_headline(ratios: pd.DataFrame, language: str) -> str:
    """Both ratios at the last date, and in how many periods only the stock kept the one above 1."""
    last = ratios.iloc[-1]
    hidden = int(((ratios.quick < 1) & (ratios.current >= 1)).sum())
    return say(
        "plots.liquidity",
        language,
        period=period(last.period, style.every_of(ratios.period), language),
        current=quantity(last.current, "number", language),
        quick=quantity(last.quick, "number", language),
        k=hidden,
        n=len(ratios),
    )


_MOVES = (("new", 1, "#0072b2"), ("expansion", 1, "#9ecae1"), ("contraction", -1, "#f2c894"), ("churn", -1, "#d55e00"))


@shows(
    period=None,
    new="money",
    expansion="money",
    contraction="money",
    churn="money",
    value="number",
    without_expansion="number",
    complete=None,
)
def revenue_movements(
    moves: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None, *, currency: str = ""
) -> Axes:
    """Gains above the line and losses below it; under them the SaaS quick ratio (see `views.revenue_movements`)."""
    if moves.empty:
        return style.nothing(style.axes(ax, height=0.8), kpi.title(language), language)
    ax, below = (style.axes(ax), None) if ax is not None else style.stacked((3, 2), height=5.8)
    ends, width = {1: np.zeros(len(moves)), -1: np.zeros(len(moves))}, style.bar_days(moves.period)
    for name, sign, colour in _MOVES:
        sizes = sign * moves[name].to_numpy(dtype=float)
        bars = ax.bar(
            moves.period, sizes, bottom=ends[sign], width=width, color=colour, label=say(f"plots.step.{name}", language)
        )
        style.fade(bars, moves.complete.astype(bool))
        ends[sign] = ends[sign] + sizes
    ax.axhline(0, color=style.INK, lw=0.8)
    style.number_axis(ax.yaxis, "money", language)
    style.label(ax, say("plots.moves.axis", language, currency=currency or say("plots.axis.money", language)))
    ax.set_ylim(1.12 * ends[-1].min(), 1.35 * max(ends[1].max(), 1e-9))
    ax.legend(loc="upper left", ncols=4, frameon=False, fontsize=9)
    if below is not None:
        style.line_of(below, moves, "value", style.INK, say("plots.moves.value", language))
        style.line_of(below, moves, "without_expansion", "#0072b2", say("plots.moves.without_expansion", language))
        below.axhline(1, color=style.TARGET, lw=1.3, ls=(0, (1, 1.5)))
        below.set_ylim(bottom=0)
        style.number_axis(below.yaxis, "number", language)
        style.label(below, say("plots.moves.ratio", language))
        style.legend_below(below, columns=2, drop=54)
    style.period_ticks(below or ax, moves.period, language)
    return style.headline(ax, movements_headline(moves, kpi, language))


def movements_headline(moves: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """The ratio over all complete periods, that of new customers alone, and how often expansion hid the loss."""
    whole = style.whole_rows(moves)
    lost = (whole.contraction + whole.churn).sum()
    hidden = int(((whole.value >= 1) & (whole.without_expansion < 1)).sum())
    ratio, alone = ((whole.new + whole.expansion).sum() / lost, whole.new.sum() / lost) if lost else (None, None)
    return say(
        "plots.moves",
        language,
        title=kpi.title(language),
        value=quantity(ratio, "number", language),
        alone=quantity(alone, "number", language),
        k=hidden,
        n=len(whole),
    )


# The locale's abbreviations of thousand, million, billion and trillion, as they are said.
_VIETNAMESE = {"N": "nghìn", "Tr": "triệu", "T": "tỷ", "NT": "nghìn tỷ"}


def _short(amount: float, currency: str, language: str) -> str:
    """An amount in four figures: ₫988M, 988 triệu ₫."""
    from babel.numbers import format_compact_currency

    if not is_currency(currency) or abs(amount) < 10_000:
        return quantity(amount, currency, language)
    locale = {"en": "en_GB", "vi": "vi_VN"}[language]
    text = format_compact_currency(amount, currency, locale=locale, fraction_digits=2).replace("-", "−")
    return re.sub(r"\b(N|Tr|T|NT)\b", lambda found: _VIETNAMESE[found[0]], text) if language == "vi" else text


_COLOURS = {name: colour for name, _, colour in _MOVES} | {"at_start": style.GREY, "at_end": style.GREY}


@shows(step=None, amount="money")
def revenue_bridge(
    steps: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None, *, currency: str = "money"
) -> Axes:
    """A waterfall from the recurring revenue at the start to that at the end (see `views.revenue_bridge`).

    `currency`: the unit of the amounts, a currency's code or "money".
    """
    if steps.empty:
        return style.nothing(style.axes(ax, height=0.8), say("plots.bridge.title", language), language)
    ax, places = style.axes(ax, height=3.8), np.arange(len(steps))
    colours = [_COLOURS[step] for step in steps.step]
    ax.bar(places, steps.above - steps.below, bottom=steps.below, color=colours, width=0.62, gid="steps")
    ends = np.cumsum(steps.amount[:-1])
    for place, end in enumerate(ends):
        ax.plot([place + 0.31, place + 0.69], [end, end], color=style.GREY, lw=1)
    for place, step in steps.iterrows():
        text = _short(step.amount, currency, language)
        ax.annotate(
            text,
            (place, step.above),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
            color=style.INK,
        )
    inside = steps[~steps.step.isin(["at_start", "at_end"])]
    reach = max(inside.above.max() - inside.below.min(), 1e-9)
    # Movements are small against the level: the axis starts near them, and says so.
    low = max(0.0, inside.below.min() - 1.2 * reach)
    ax.set_ylim(low, max(steps.above) + 0.25 * reach)
    ax.set_xticks(places, [say(f"plots.step.{step}", language) for step in steps.step], fontsize=9)
    style.number_axis(ax.yaxis, "money", language)
    key = "plots.bridge.axis.cut" if low > 0 else "plots.bridge.axis"
    style.label(ax, say(key, language, currency=currency if currency != "money" else say("plots.axis.money", language)))
    return style.headline(ax, bridge_headline(steps, kpi, language, currency))


def bridge_headline(steps: pd.DataFrame, kpi: Kpi, language: str, currency: str = "money") -> str:
    """From which level to which, and the gains and losses between."""
    amount = steps.set_index("step").amount
    last = pd.Timestamp(steps.attrs["end"]) - pd.Timedelta(days=1)
    return say(
        "plots.bridge",
        language,
        first=day(pd.Timestamp(steps.attrs["start"]), language),
        last=day(last, language),
        before=_short(amount["at_start"], currency, language),
        after=_short(amount["at_end"], currency, language),
        change=number(100 * (amount["at_end"] / amount["at_start"] - 1), language) if amount["at_start"] else "–",
        gained=_short(amount["new"] + amount["expansion"], currency, language),
        lost=_short(-(amount["contraction"] + amount["churn"]), currency, language),
    )
