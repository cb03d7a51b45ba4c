"""What all figures share: colours, sizes, axes that carry units, dates and headlines."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator
from matplotlib.transforms import ScaledTranslation

from kpitools.kpi import Kpi
from kpitools.words import day, number, say

DPI = 110
SMALL = 20  # fewer rows than this are drawn faint and never ranked

# Colours of the plot-the-dots charts: meaning, never red against green.
GREY, BLUE, ORANGE, PURPLE, TARGET = "#7f7f7f", "#0096cc", "#e46c0a", "#490092", "#c1121f"
GREY_TEXT, BLUE_TEXT = "#5f5f5f", "#006d94"  # the same dark enough to read: 4.5 to 1 on white and more
INK, PALE, LINE = "#222222", "#ececec", "#b3b3b3"
VERDICTS = {
    "common_cause": (GREY, "o"),
    "improvement": (BLUE, "^"),
    "concern": (ORANGE, "v"),
    "neutral": (PURPLE, "D"),
}
SECONDS = {"h": 3600.0, "min": 60.0, "s": 1.0, "day": 86400.0}
_M, _H, _D = 60, 3600, 86400
# Where a reader expects a tick on an axis of time, in seconds.
_NATURAL = [1, 2, 5, 10, 15, 30, _M, 2 * _M, 5 * _M, 10 * _M, 15 * _M, 30 * _M, _H, 2 * _H, 4 * _H, 8 * _H, 16 * _H]
_NATURAL += [_D, 2 * _D, 4 * _D, 7 * _D, 14 * _D, 30 * _D, 60 * _D, 120 * _D, 240 * _D, 365 * _D, 730 * _D, 1460 * _D]


def axes(ax: Axes | None = None, width: float = 9.0, height: float = 4.2) -> Axes:
    """`ax` itself, or the axes of a new figure, without the frame that says nothing."""
    if ax is None:
        _, ax = plt.subplots(figsize=(width, height), dpi=DPI, layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(LINE)
    ax.tick_params(colors=INK, labelsize=9)
    return ax


def stacked(heights: tuple[float, ...], height: float = 5.2, width: float = 9.0) -> tuple[Axes, ...]:
    """Axes one below the other over one time axis; the uppermost bears the headline."""
    _, found = plt.subplots(
        len(heights), 1, figsize=(width, height), dpi=DPI, layout="constrained", sharex=True, height_ratios=heights
    )
    for ax in found[:-1]:
        ax.tick_params(labelbottom=False)
    return tuple(axes(ax) for ax in found)


def nothing(ax: Axes, title: str, language: str) -> Axes:
    """No axes, and the words that there is nothing to draw."""
    for one in ax.figure.axes:
        one.set_axis_off()
    return headline(ax, say("plots.empty", language, title=title))


def plain_text(name) -> str:
    """A name from data as plain text, not too long: matplotlib reads a pair of dollar signs as mathematics."""
    text = str(name)
    return (text if len(text) <= 32 else text[:31] + "…").replace("$", r"\$")


def label(ax: Axes, text: str, side: str = "y") -> None:
    """The label of an axis in the size of all labels."""
    getattr(ax, f"set_{side}label")(text, fontsize=9, color=INK)


def headline(ax: Axes, text: str, width: int | None = None) -> Axes:
    """Set the finding as the title, wrapped to the axes; `show` takes it as the alt text."""
    inches = ax.figure.get_size_inches()[0] * ax.get_position().width / 0.775
    ax.set_title("\n".join(textwrap.wrap(text, width or int(inches * 11))), loc="left", fontsize=11, color=INK)
    return ax


def small(n) -> np.ndarray:
    """Whether each group is too small to be more than a hint."""
    return np.asarray(n, dtype=float) < SMALL


def verdict_of(word) -> str:
    """common_cause, improvement, concern or neutral, from a trend's verdict such as ``improvement_low``."""
    if not isinstance(word, str):
        return "common_cause"
    return next((known for known in VERDICTS if word.startswith(known)), "common_cause")


def time_tick(value: float, unit: str, language: str) -> str:
    """A tick of a time axis in its natural unit: 30 s, 15 min, 4 h, 2 days."""
    seconds = value * SECONDS[unit]
    if seconds == 0:
        return "0"
    for size, key in ((2 * _D, "days"), (_H, "hours"), (_M, "minutes"), (0, "seconds")):
        if abs(seconds) >= size:
            shown = seconds / {"days": _D, "hours": _H, "minutes": _M, "seconds": 1}[key]
            break
    return say(f"unit.{key}", language, n=number(shown, language, 0 if abs(shown - round(shown)) < 0.05 else 1))


def natural_ticks(low: float, high: float, unit: str, most: int = 8) -> list[float]:
    """Ticks for a time axis from `low` to `high`, in `unit`; evenly spaced ones where the span is narrow."""
    scale = SECONDS[unit]
    inside = [tick / scale for tick in _NATURAL if low <= tick / scale <= high]
    if len(inside) < 3:
        inside = [tick for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high and tick > 0]
    step = -(-len(inside) // most) if inside else 1
    return inside[::step]


def time_axis(axis, low: float, high: float, unit: str, language: str, log: bool = True) -> None:
    """An axis of durations: natural ticks, on a log scale by default. `axis` is ``ax.xaxis`` or ``ax.yaxis``."""
    set_scale, set_limits = (
        (axis.axes.set_xscale, axis.axes.set_xlim)
        if axis.axis_name == "x"
        else (axis.axes.set_yscale, axis.axes.set_ylim)
    )
    set_scale("log" if log else "linear")
    set_limits(low, high)
    ticks = natural_ticks(low, high, unit) if log else even_ticks(low, high, unit)
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter([time_tick(tick, unit, language) for tick in ticks]))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def even_ticks(low: float, high: float, unit: str) -> list[float]:
    """Evenly spaced ticks of time that fall on natural steps."""
    scale = SECONDS[unit]
    steps = [step / scale for step in _NATURAL if (high - low) * scale / step <= 8]
    step = steps[0] if steps else (high - low) / 6
    first = np.ceil(low / step) * step
    return [float(tick) for tick in np.arange(first, high * (1 + 1e-9), step)]


def value_axis(axis, kpi: Kpi, language: str) -> None:
    """A linear axis in the KPI's unit: shares as per cent and none above 100, numbers as the language writes them."""
    low, high = axis.get_view_interval()
    ceiling = 1.0 if kpi.unit == "share" else high
    ticks = MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    axis.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= ceiling + 1e-9]))
    if kpi.unit in SECONDS:
        axis.set_major_formatter(FuncFormatter(lambda value, _: time_tick(value, kpi.unit, language)))
    elif kpi.unit in ("share", "percent"):
        percent_axis(axis, language)
    elif kpi.unit == "number":
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language, 2)))
    else:
        axis.set_major_formatter(FuncFormatter(lambda value, _: plain_tick(value, language)))


def number_axis(axis, unit: str, language: str) -> None:
    """A linear axis of counts, money or plain numbers; large ones shortened as the language does: 12M, 12 Tr."""
    from babel.numbers import format_compact_decimal

    def written(value: float, _) -> str:
        if unit == "number" or abs(value) < 10_000:
            return number(value, language, 1) if unit == "number" else plain_tick(value, language)
        short = format_compact_decimal(value, locale={"en": "en_GB", "vi": "vi_VN"}[language], fraction_digits=2)
        return short.replace("-", "−")

    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], integer=unit == "count"))
    axis.set_major_formatter(FuncFormatter(written))


def bar_days(periods: pd.Series) -> float:
    """The width of a bar, in days, that leaves a gap between periods."""
    return {"day": 0.8, "week": 5.8, "month": 25, "quarter": 76}[every_of(periods)]


def fade(bars, complete) -> None:
    """Bars of periods that are not complete, drawn faint."""
    for bar, whole in zip(bars, complete, strict=True):
        bar.set_alpha(1 if whole else 0.4)


def headroom(ax: Axes, top: float, part: float = 0.3) -> None:
    """Bars from 0 with room above them for a legend; stacked bars hold an automatic limit down."""
    ax.set_ylim(0, max(float(top), 1e-9) * (1 + part))


def line_of(ax: Axes, frame: pd.DataFrame, column: str, colour: str, label: str, **options) -> None:
    """A column over ``period`` as a line with dots, hollow where the period is not complete."""
    values = frame[column].astype(float)
    ax.plot(frame.period, values, "o-", color=colour, ms=4.5, lw=1.5, label=label, gid=column, **options)
    open_ = ~frame.complete.astype(bool) & values.notna()
    if open_.any():
        ax.plot(frame.period[open_], values[open_], "o", color=colour, mfc="white", ms=5.5, gid=f"{column} incomplete")


def whole_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of complete periods; all rows where none is."""
    whole = frame[frame.complete.astype(bool)] if len(frame) else frame
    return whole if len(whole) else frame


def plain_tick(value: float, language: str) -> str:
    """A number as a tick: no decimals where it has none."""
    return number(value, language, 0 if abs(value - round(value)) < 1e-9 else 1)


def percent_axis(axis, language: str) -> None:
    """An axis of fractions shown as per cent, with at most a decimal."""
    sign = "%" if language == "en" else " %"
    axis.set_major_formatter(FuncFormatter(lambda value, _: plain_tick(round(value * 100, 6), language) + sign))


def every_of(periods: pd.Series) -> str:
    """day, week, month or quarter, read off the gaps between periods."""
    gaps = pd.Series(pd.to_datetime(periods)).drop_duplicates().sort_values().diff().dt.days.dropna()
    gap = gaps.min() if len(gaps) else 7
    return "day" if gap < 7 else "week" if gap < 28 else "month" if gap < 88 else "quarter"


def period_ticks(ax: Axes, periods: pd.Series, language: str, most: int = 9) -> None:
    """Ticks on at most `most` of the periods, the year written where it changes; labels the axis with the period."""
    starts = pd.Series(pd.to_datetime(periods)).drop_duplicates().sort_values().reset_index(drop=True)
    every = every_of(starts)
    shown = starts[:: max(1, -(-len(starts) // most))]
    labels, year = [], None
    for start in shown:
        labels.append(date_label(start, every, language, start.year != year))
        year = start.year
    ax.xaxis.set_major_locator(FixedLocator(_positions(shown)))
    ax.xaxis.set_major_formatter(FixedFormatter(labels))
    ax.set_xlabel(say(f"plots.axis.{every}", language), fontsize=9, color=INK)


def _positions(periods: pd.Series) -> list[float]:
    from matplotlib.dates import date2num

    return [float(date2num(period.to_pydatetime())) for period in periods]


def date_label(start: pd.Timestamp, every: str, language: str, with_year: bool) -> str:
    if every in ("month", "quarter"):
        short = f"{start:%b}" if language == "en" else say("plots.month", language, month=start.month)
    else:
        short = day(start, language)[:-5].strip()
    return f"{short}\n{start.year}" if with_year else short


def legend_below(ax: Axes, columns: int = 6, drop: float = 38, **options) -> None:
    """A legend `drop` points under the axes, below ticks and label, where it covers nothing."""
    handles, labels = ax.get_legend_handles_labels()
    if not handles and "handles" not in options:
        return
    options = {"ncols": columns, "frameon": False, "fontsize": 9, **options}
    below = ax.transAxes + ScaledTranslation(0, -drop / 72, ax.figure.dpi_scale_trans)
    ax.legend(loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=below, borderaxespad=0, **options)


def right_labels(ax: Axes, labels: list[tuple[float, str, str]], gap: float = 0.06) -> None:
    """Write texts right of the axes at heights in data units, pushed apart so that none covers another."""
    to_axes = ax.transData + ax.transAxes.inverted()
    placed = sorted((float(to_axes.transform((0, y))[1]), text, colour) for y, text, colour in labels)
    heights = [min(max(height, 0), 1) for height, _, _ in placed]
    for i in range(1, len(heights)):
        heights[i] = max(heights[i], heights[i - 1] + gap)
    over = max(0, heights[-1] - 1) if heights else 0
    for height, (_, text, colour) in zip(heights, placed, strict=True):
        ax.text(1.01, height - over, text, color=colour, transform=ax.transAxes, va="center", fontsize=9)
