"""Figures of customer opinion: how answers spread, and who promotes or detracts."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from kpitools.kpi import Kpi
from kpitools.plots import style
from kpitools.plots.data import KPI, shows
from kpitools.words import number, quantity, say


@shows(score=None, n="count", is_good=None)
def answer_distribution(answers: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None) -> Axes:
    """Bars of the answers on their scale; those that count as good are blue.

    `answers`: ``score``, ``n``, ``is_good``; `answers.attrs` holds ``sent`` and ``answered`` where invitations are
    known (see `views.answers`).
    """
    ax = style.axes(ax, height=3.4)
    total = answers.n.sum()
    shares = answers.n / total if total else answers.n.astype(float)
    colours = _colours(answers, kpi)
    names = _score_names(answers, language)
    bars = ax.bar(names, shares, color=colours, width=0.75)
    ax.bar_label(bars, [number(n, language, 0) for n in answers.n], fontsize=9, padding=2, color=style.INK)
    style.percent_axis(ax.yaxis, language)
    ax.set_xlabel(say("plots.answers.axis", language), fontsize=9)
    ax.set_ylabel(say("plots.answers.share", language), fontsize=9)
    ax.margins(y=0.12)
    if kpi.statistic == "nps":
        patches = [Patch(color=colour, label=say(f"plots.nps.{name}", language)) for name, colour in _GROUPS]
        ax.legend(handles=patches, loc="upper left", frameon=False, fontsize=9)
    return style.headline(ax, answers_headline(answers, kpi, language))


def _colours(answers: pd.DataFrame, kpi: Kpi) -> list[str]:
    """A colour a score: of the three groups for NPS, else of good and other answers."""
    if kpi.statistic != "nps":
        return [style.BLUE if good else "#c9c9c9" for good in answers.is_good.astype(bool)]
    return [_GROUPS[0 if score >= 9 else 1 if score >= 7 else 2][1] for score in answers.score]


def _score_names(answers: pd.DataFrame, language: str) -> list[str]:
    names = [style.plain_tick(float(score), language) for score in answers.score]
    if answers.attrs.get("scale") != "0-1":
        return names
    return [say("plots.answers.good" if good else "plots.answers.bad", language) for good in answers.is_good]


def answers_headline(answers: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """The share of good answers with n, and how many of those asked answered."""
    total = int(answers.n.sum())
    if not total:
        return say("plots.empty", language, title=kpi.title(language))
    good = answers[answers.is_good.astype(bool)].n.sum()
    said = {"k": number(good, language, 0), "n": number(total, language, 0)}
    key = "plots.answers.nps" if kpi.statistic == "nps" else "plots.answers"
    text = say(key, language, title=kpi.title(language), share=quantity(good / total, "share", language), **said)
    text += _other_scales(answers, language)
    sent = answers.attrs.get("sent")
    if not sent:
        return text + " " + say("plots.answers.unknown", language)
    answered = answers.attrs["answered"]
    rate = quantity(answered / sent, "share", language)
    return text + " " + say("plots.answers.rate", language, rate=rate, sent=number(sent, language, 0))


def _other_scales(answers: pd.DataFrame, language: str) -> str:
    """Which scale the figure shows and how many answers are on others; empty where there are none."""
    other = answers.attrs.get("other_scales")
    if not other:
        return ""
    scale = answers.attrs.get("scale")
    known = {"": "plots.answers.scale.unstated", "0-1": "plots.answers.scale.two"}
    shown = say(known[scale], language) if scale in known else scale.replace("-", "–")
    return " " + say("plots.answers.others", language, scale=shown, n=number(other, language, 0))


_GROUPS = (("promoters", "#56b4e9"), ("passives", "#dcdcdc"), ("detractors", "#e69f00"))


@shows(
    period=None,
    value=KPI,
    low=KPI,
    high=KPI,
    promoters="count",
    passives="count",
    detractors="count",
    n="count",
    complete=None,
)
def nps_groups(series: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None) -> Axes:
    """Shares of promoters, passives and detractors over time, and the score as a line on its own axis below.

    `series`: what `compute` gives for ``nps``. Given no `ax`, two stacked axes are made and the upper is returned.
    """
    given = series[series.n > 0]
    ax, below = _two_axes(ax)
    width = style.bar_days(series.period)
    bottom = np.zeros(len(given))
    for name, colour in _GROUPS:
        share = (given[name] / given.n).to_numpy(dtype=float)
        ax.bar(given.period, share, bottom=bottom, width=width, color=colour, label=say(f"plots.nps.{name}", language))
        bottom += share
    for bars in ax.containers:
        for bar, whole in zip(bars, given.complete, strict=True):
            bar.set_alpha(1 if whole else 0.45)
    style.percent_axis(ax.yaxis, language)
    ax.set_ylim(0, 1)
    ax.set_ylabel(say("plots.answers.share", language), fontsize=9)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, fontsize=9, borderaxespad=0.2)
    if below is not None:
        _score_line(below, series, language)
    else:
        style.period_ticks(ax, series.period, language)
    style.headline(ax, nps_headline(series, kpi, language))
    ax.title.set_position((0, 1))
    ax.set_title(ax.get_title(loc="left"), loc="left", fontsize=11, pad=24)
    return ax


def _two_axes(ax: Axes | None) -> tuple[Axes, Axes | None]:
    return (style.axes(ax), None) if ax is not None else style.stacked((3, 2))


def _score_line(ax: Axes, series: pd.DataFrame, language: str) -> None:
    ax.vlines(series.period, series.low, series.high, color=style.LINE, lw=2)
    ax.plot(series.period, series.value, "o-", color=style.INK, ms=4, lw=1.2, gid="value")
    unfinished = series[~series.complete.astype(bool)]
    ax.plot(unfinished.period, unfinished.value, "o", color=style.INK, mfc="white", ms=5, gid="incomplete")
    ax.axhline(0, color=style.LINE, lw=0.8)
    ax.yaxis.set_major_formatter(lambda value, _: style.plain_tick(value, language))
    ax.set_ylabel(say("plots.nps.score", language), fontsize=9)
    style.period_ticks(ax, series.period, language)


def nps_headline(series: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """The score over all complete periods from its counts, with the three shares and n."""
    whole = series[series.complete.astype(bool)]
    total = int(whole.n.sum())
    if not total:
        return say("plots.empty", language, title=kpi.title(language))
    shares = {name: quantity(whole[name].sum() / total, "share", language) for name, _ in _GROUPS}
    score = 100 * (whole.promoters.sum() - whole.detractors.sum()) / total
    return say("plots.nps", language, score=number(score, language), n=number(total, language, 0), **shares)
