"""Figures of the service KPIs: the week by hour, survival of open tickets, waits, first contact, age of the backlog."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kpitools.kpi import Kpi
from kpitools.plots import style
from kpitools.plots.data import KPI, shows
from kpitools.words import number, quantity, say

_DAYS = range(7)


@shows(weekday=None, hour="count", n="count", value=KPI)
def hour_of_week(cells: pd.DataFrame, kpi: Kpi | None = None, language: str = "en", ax: Axes | None = None) -> Axes:
    """Heatmap of the week: arrivals (no `kpi`) or the KPI's median by the local weekday and hour of arrival.

    `cells`: ``weekday`` (0 is Monday), ``hour``, ``n``, ``value`` (see `views.hour_of_week`). Cells of fewer than
    20 rows stay blank where a median is shown.
    """
    ax = style.axes(ax, height=3.5)
    if kpi is not None and not (~style.small(cells.n) & cells.value.notna()).any():
        ax.set_axis_off()
        return style.headline(ax, hour_of_week_headline(cells, kpi, language))
    what = "n" if kpi is None else "value"
    shown = cells if kpi is None else cells[~style.small(cells.n)]
    grid = shown.pivot_table(index="weekday", columns="hour", values=what, aggfunc="sum" if kpi is None else "first")
    grid = grid.reindex(index=_DAYS, columns=range(24)).astype(float)
    if kpi is None:
        grid = grid.fillna(0)
    picture = ax.imshow(_levels(grid, kpi), aspect="auto", cmap="Blues" if kpi is None else "Oranges")
    ax.set_yticks(list(_DAYS), [say(f"plots.weekday.{day}", language) for day in _DAYS], fontsize=9)
    ax.set_xticks(range(0, 24, 3), [f"{hour:02d}:00" for hour in range(0, 24, 3)], fontsize=9)
    ax.set_xlabel(say("plots.axis.hour", language), fontsize=9)
    ax.tick_params(length=0)
    _colour_bar(ax, picture, grid, kpi, language)
    return style.headline(ax, hour_of_week_headline(cells, kpi, language))


def _levels(grid: pd.DataFrame, kpi: Kpi | None) -> np.ndarray:
    """Colour by the value, for times by its logarithm: a few very long ones would wash out the rest."""
    values = grid.to_numpy(dtype=float)
    if kpi is None or kpi.unit not in style.SECONDS:
        return values
    return np.log10(np.where(values > 0, values, np.nan))


def _colour_bar(ax: Axes, picture, grid: pd.DataFrame, kpi: Kpi | None, language: str) -> None:
    values = grid.to_numpy(dtype=float)
    if not np.isfinite(_levels(grid, kpi)).any():
        return
    bar = ax.figure.colorbar(picture, ax=ax, pad=0.01, aspect=18)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=9, length=2)
    if kpi is None:
        bar.ax.yaxis.set_major_locator(style.MaxNLocator(5, integer=True))
        bar.ax.yaxis.set_major_formatter(lambda value, _: style.plain_tick(value, language))
        bar.set_label(say("plots.axis.arrivals", language), fontsize=9)
    elif kpi.unit in style.SECONDS:
        positive = values[np.isfinite(values) & (values > 0)]
        ticks = style.natural_ticks(positive.min(), positive.max(), kpi.unit, most=6)
        bar.set_ticks(np.log10(ticks), labels=[style.time_tick(tick, kpi.unit, language) for tick in ticks])
        bar.ax.minorticks_off()
        bar.set_label(say(f"plots.statistic.{kpi.statistic}", language), fontsize=9)
    else:
        style.value_axis(bar.ax.yaxis, kpi, language)
        bar.set_label(kpi.title(language), fontsize=9)


def hour_of_week_headline(cells: pd.DataFrame, kpi: Kpi | None, language: str) -> str:
    """The busiest hour and the share outside weekdays 8 to 18; or the slowest and quickest hour."""
    if cells.empty:
        if kpi is None:
            return say("plots.arrivals.none", language)
        return say("plots.empty", language, title=kpi.title(language))
    if kpi is None:
        top, total = cells.loc[cells.n.idxmax()], cells.n.sum()
        inside = cells[(cells.weekday < 5) & cells.hour.between(8, 17)].n.sum()
        outside = quantity(1 - inside / total, "share", language)
        return say("plots.arrivals", language, n=number(total, language, 0), outside=outside, **_hour(top, language))
    large = cells[~style.small(cells.n) & cells.value.notna()]
    if len(large) < 2:
        return say("plots.hour_of_week.few", language, title=kpi.title(language), n=style.SMALL)
    slow, quick = large.loc[large.value.idxmax()], large.loc[large.value.idxmin()]
    said = {f"{key}_slow": value for key, value in _hour(slow, language).items()}
    said |= {f"{key}_quick": value for key, value in _hour(quick, language).items()}
    said |= {"slow": quantity(slow.value, kpi.unit, language), "quick": quantity(quick.value, kpi.unit, language)}
    key = "plots.hour_of_week" if kpi.unit in style.SECONDS else "plots.hour_of_week.share"
    return say(key, language, title=kpi.title(language), **said)


def _hour(cell: pd.Series, language: str) -> dict[str, str]:
    hour = int(cell.hour)
    return {
        "day": say(f"plots.weekday_long.{int(cell.weekday)}", language),
        "hour": f"{hour:02d}:00–{(hour + 1) % 24:02d}:00",
    }


@shows(time=KPI, survival="share", low="share", high="share", at_risk="count")
def km_curve(
    curve: pd.DataFrame,
    what: str,
    unit: str = "h",
    language: str = "en",
    ax: Axes | None = None,
    *,
    log: bool = True,
    clock: str = "calendar",
) -> Axes:
    """The share still going after each time, with its interval, the median and the 90th percentile marked.

    `curve`: ``time`` (in `unit`), ``survival``, ``low``, ``high``; `what`: a KPI's name or "customers", for the words.
    """
    ax = style.axes(ax, height=3.8)
    headline = km_headline(curve, what, unit, language)
    if curve.empty:
        return style.headline(ax, headline)
    ax.fill_between(curve.time, curve.low, curve.high, step="post", color=style.BLUE, alpha=0.18, lw=0)
    ax.step(curve.time, curve.survival, where="post", color=style.BLUE, lw=1.8, gid="survival")
    start = curve.time[curve.time > 0].quantile(0.01) if log else 0
    style.time_axis(ax.xaxis, start, curve.time.max() * (1.15 if log else 1.02), unit, language, log)
    for share in (0.5, 0.1):
        _mark_quantile(ax, curve, share, unit, language)
    ax.set_ylim(0, 1.02)
    style.percent_axis(ax.yaxis, language)
    ax.set_ylabel(say(f"plots.km.axis.{_kind(what)}", language), fontsize=9)
    key = "plots.axis.tenure" if what == "customers" else "plots.axis.since"
    ax.set_xlabel(say(key, language, clock=say(f"plots.clock.{clock}", language)), fontsize=9)
    return style.headline(ax, headline)


def _kind(what: str) -> str:
    known = {
        "first_response_time": "reply",
        "next_reply_time": "reply",
        "average_wait_time": "reply",
        "customers": "customers",
    }
    return known.get(what, "ticket")


def _reached(curve: pd.DataFrame, share: float) -> float | None:
    """The first time at which no more than `share` are still going; None where the curve never falls so far."""
    below = curve[curve.survival <= share + 1e-12]
    return float(below.time.iloc[0]) if len(below) else None


def _mark_quantile(ax: Axes, curve: pd.DataFrame, share: float, unit: str, language: str) -> None:
    at = _reached(curve, share)
    if at is None or at <= 0:
        return
    ax.plot([at, at], [0, share], color=style.INK, lw=1, ls=(0, (2, 2)), gid=f"at {share}")
    ax.plot([at], [share], "o", color=style.INK, ms=5)
    name = "median" if share == 0.5 else "p90"
    words = say(f"plots.mark.{name}", language, value=_written(at, unit, language))
    ax.annotate(words, (at, share), xytext=(6, 5), textcoords="offset points", fontsize=9, color=style.INK)


def _written(value: float, unit: str, language: str) -> str:
    return (
        say("unit.days", language, n=number(value, language, 0)) if unit == "day" else quantity(value, unit, language)
    )


def km_headline(curve: pd.DataFrame, what: str, unit: str, language: str) -> str:
    """The median, or that it is not reached, and the share still going at the end."""
    kind = _kind(what)
    if curve.empty:
        return say("plots.empty", language, title=say("plots.km.title", language))
    at, last = _reached(curve, 0.5), curve.iloc[-1]
    end = {"share": quantity(last.survival, "share", language), "time": _written(last.time, unit, language)}
    if at is None:
        return say(f"plots.km.not_reached.{kind}", language, **end)
    text, tenth = say(f"plots.km.median.{kind}", language, time=_written(at, unit, language)), _reached(curve, 0.1)
    if tenth is None:
        return text + " " + say("plots.km.no_tail", language, **end)
    return text + " " + say("plots.km.tail", language, time=_written(tenth, unit, language))


@shows(condition=None, failed="count", only="count", n="count")
def first_contact_parts(parts: pd.DataFrame, language: str = "en", ax: Axes | None = None) -> Axes:
    """Bars: of the resolved tickets, the share that failed each condition of first contact resolution.

    `parts`: ``condition``, ``failed``, ``only`` (failed this one alone), ``n`` (see `views.first_contact_parts`).
    """
    ax = style.axes(ax, height=2.8)
    rows = np.arange(len(parts))
    total = parts.n.where(parts.n > 0)
    several, only = ((parts.failed - parts.only) / total).fillna(0), (parts.only / total).fillna(0)
    ax.barh(rows, only, color=style.BLUE, height=0.6, label=say("plots.fcr.only", language))
    ax.barh(rows, several, left=only, color="#b9d8e6", height=0.6, label=say("plots.fcr.several", language))
    for row, (share, count) in enumerate(zip(only + several, parts.failed, strict=True)):
        text = f"  {quantity(share, 'share', language)}  ({number(count, language, 0)})"
        ax.text(share, row, text, va="center", fontsize=9, color=style.INK)
    ax.set_yticks(rows, [say(f"plots.fcr.{name}", language) for name in parts.condition], fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, max(float((only + several).max()), 0.01) * 1.25)
    style.percent_axis(ax.xaxis, language)
    ax.set_xlabel(say("plots.fcr.axis", language), fontsize=9)
    style.legend_below(ax)
    return style.headline(ax, first_contact_headline(parts, language))


def first_contact_headline(parts: pd.DataFrame, language: str) -> str:
    """Which condition fails most often, and in how many of the resolved tickets."""
    if parts.empty or not parts.n.max():
        return say("plots.empty", language, title=say("plots.fcr.title", language))
    top = parts.loc[parts.failed.idxmax()]
    share, name = quantity(top.failed / top.n, "share", language), say(f"plots.fcr.{top.condition}", language)
    return say("plots.fcr", language, condition=name, share=share, n=number(top.n, language, 0))


@shows(waits="count", tickets="count", mean_wait="h", at_least="count")
def waits_per_ticket(waits: pd.DataFrame, language: str = "en", ax: Axes | None = None) -> Axes:
    """Bars: how many times the customer of a ticket waited; above each bar the mean wait at that turn.

    `waits`: ``waits`` (1, 2, ... the last bar holds the rest), ``tickets``, ``mean_wait`` (hours, the wait of that
    number), ``at_least`` (tickets that had it) (see `views.waits_per_ticket`).
    """
    ax = style.axes(ax, height=3.4)
    names = [str(count) for count in waits.waits]
    if names:
        names[-1] += "+" if len(names) > 1 else ""
    bars = ax.bar(names, waits.tickets, color="#bcd9e6", width=0.7)
    for bar, mean in zip(bars, waits.mean_wait, strict=True):
        ax.annotate(
            quantity(mean, "h", language),
            (bar.get_x() + bar.get_width() / 2, bar.get_height()),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            color=style.INK,
        )
    ax.set_xlabel(say("plots.waits.axis", language), fontsize=9)
    ax.set_ylabel(say("plots.axis.tickets", language), fontsize=9)
    ax.yaxis.set_major_formatter(lambda value, _: style.plain_tick(value, language))
    ax.margins(y=0.12)
    return style.headline(ax, waits_headline(waits, language))


def waits_headline(waits: pd.DataFrame, language: str) -> str:
    """The share of tickets whose customer waited more than once, and the first wait against the next."""
    total = waits.tickets.sum() if len(waits) else 0
    if not total:
        return say("plots.empty", language, title=say("plots.waits.title", language))
    more = quantity(waits[waits.waits > 1].tickets.sum() / total, "share", language)
    first = quantity(waits.mean_wait.iloc[0], "h", language)
    if len(waits) < 2:
        return say("plots.waits.once", language, first=first, n=number(total, language, 0))
    return say(
        "plots.waits", language, share=more, first=first, second=quantity(waits.mean_wait.iloc[1], "h", language)
    )


@shows(band=None, n="count")
def backlog_age(ages: pd.DataFrame, language: str = "en", ax: Axes | None = None) -> Axes:
    """Bars: how long the open tickets have been open. `ages`: ``band`` (see `views.AGE_BANDS`), ``n``."""
    ax = style.axes(ax, height=3.2)
    names = [say(f"plots.age.{band}", language) for band in ages.band]
    bars = ax.bar(names, ages.n, color="#bcd9e6", width=0.75)
    ax.bar_label(bars, [number(n, language, 0) for n in ages.n], fontsize=9, padding=2, color=style.INK)
    ax.set_ylabel(say("plots.axis.open_tickets", language), fontsize=9)
    ax.set_xlabel(say("plots.age.axis", language), fontsize=9)
    ax.yaxis.set_major_locator(style.MaxNLocator(5, integer=True))
    ax.margins(y=0.12)
    return style.headline(ax, backlog_age_headline(ages, language))


def backlog_age_headline(ages: pd.DataFrame, language: str) -> str:
    """How many tickets are open and the share older than a week."""
    total = int(ages.n.sum())
    if not total:
        return say("plots.age.none", language)
    old = ages[ages.band.isin(["1-4 weeks", "over 4 weeks"])].n.sum()
    share = quantity(old / total, "share", language)
    return say("plots.age", language, n=number(total, language, 0), k=number(old, language, 0), share=share)
