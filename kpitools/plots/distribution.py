"""How values spread and how groups compare: durations on a log axis, dots with intervals, parts of handle time."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from kpitools.kpi import Kpi
from kpitools.plots import style
from kpitools.plots.data import KPI, shows
from kpitools.plots.run_chart import axis_label
from kpitools.words import keys, number, quantity, say, together

_MARKS = (("median", style.INK, "-"), ("mean", style.PURPLE, (0, (4, 2))), ("p90", style.ORANGE, (0, (1, 1.5))))


@shows(left=KPI, right=KPI, n="count")
def durations(
    bins: pd.DataFrame, kpi: Kpi, language: str = "en", ax: Axes | None = None, *, clock: str = "calendar"
) -> Axes:
    """Histogram of durations on a log axis with median, mean and 90th percentile marked.

    `bins`: ``left``, ``right`` (in the KPI's unit), ``n``; `bins.attrs` holds median, p90 and mean
    (see `views.durations`).
    """
    ax = style.axes(ax, height=3.6)
    headline = durations_headline(bins, kpi, language)
    if bins.empty:
        return style.headline(ax, headline)
    edges = np.append(bins.left.to_numpy(), bins.right.iloc[-1])
    middles = bins.assign(middle=np.sqrt(bins.left * bins.right))
    middles.attrs.clear()
    sns.histplot(
        middles,
        x="middle",
        weights="n",
        bins=list(np.log10(edges)),
        log_scale=True,
        color="#bcd9e6",
        edgecolor="white",
        ax=ax,
    )
    style.time_axis(ax.xaxis, edges[0], edges[-1], kpi.unit, language)
    marks = _marks(bins, kpi, language)
    for name, colour, dash in _MARKS:
        value = bins.attrs.get(name)
        if value is not None and np.isfinite(value) and value > 0:
            label = say(f"plots.mark.{name}", language, value=marks[name])
            ax.axvline(value, color=colour, ls=dash, lw=1.6, label=label, gid=name)
    ax.set_xlabel(say("plots.axis.duration_log", language, clock=say(f"plots.clock.{clock}", language)), fontsize=9)
    ax.set_ylabel(say("plots.axis.rows", language), fontsize=9)
    ax.yaxis.set_major_formatter(lambda value, _: style.plain_tick(value, language))
    style.legend_below(ax)
    return style.headline(ax, headline)


def durations_headline(bins: pd.DataFrame, kpi: Kpi, language: str) -> str:
    """How far the slow end lies from the middle, with n."""
    if bins.empty:
        return say("plots.empty", language, title=kpi.title(language))
    said = {"title": kpi.title(language), "n": number(bins.n.sum(), language, 0), **_marks(bins, kpi, language)}
    return say("plots.durations", language, **said)


def _marks(bins: pd.DataFrame, kpi: Kpi, language: str) -> dict[str, str]:
    names = ("median", "p90", "mean")
    return dict(zip(names, together([bins.attrs.get(name) for name in names], kpi.unit, language), strict=True))


@shows(by=None, value=KPI, low=KPI, high=KPI, n="count")
def breakdown(
    groups: pd.DataFrame,
    kpi: Kpi,
    by: str,
    overall: float | None = None,
    language: str = "en",
    ax: Axes | None = None,
    *,
    clock: str = "calendar",
) -> Axes:
    """A dot and its interval for each group, with n, ordered by name and never by value; small groups faint.

    `groups`: the column `by`, ``value``, ``low``, ``high``, ``n``; `groups.attrs` may hold ``overall``
    (see `views.breakdown`).
    """
    overall = groups.attrs.get("overall") if overall is None else overall
    # The sum of the groups is no level to compare a group with.
    overall = None if kpi.statistic in ("total", "level") else overall
    groups = in_words(groups, by, language)
    groups = groups.sort_values(by, key=lambda names: names.astype(str), ignore_index=True)
    ax = style.axes(ax, height=max(2.4, 1.3 + 0.38 * len(groups)) if len(groups) else 0.8)
    headline = breakdown_headline(groups, kpi, by, overall, language)
    if len(groups) < 2:
        # One group is no comparison.
        ax.set_axis_off()
        return style.headline(ax, headline)
    for row, group in groups.iterrows():
        faint = 0.4 if style.small([group.n])[0] else 1
        ax.plot([group.low, group.high], [row, row], color=style.GREY, lw=2, alpha=faint, solid_capstyle="butt")
        ax.plot([group.value], [row], "o", color=style.INK, ms=7, alpha=faint, gid="small" if faint < 1 else "group")
    if overall is not None and np.isfinite(overall):
        ax.axvline(overall, color=style.BLUE, lw=1.3, ls=(0, (4, 2)), gid="overall")
        words = say("plots.line.overall", language, value=quantity(overall, kpi.unit, language))
        ax.annotate(
            words,
            (overall, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -1),
            textcoords="offset points",
            va="top",
            fontsize=9,
            color=style.BLUE_TEXT,
        )
    _group_axis(ax, groups, kpi, by, language, clock, overall)
    ax.set_ylim(len(groups) - 0.5, -1.1)
    return style.headline(ax, headline)


def _group_axis(
    ax: Axes, groups: pd.DataFrame, kpi: Kpi, by: str, language: str, clock: str, overall: float | None
) -> None:
    names = [
        f"{style.plain_text(name)}  (n = {number(n, language, 0)})"
        for name, n in zip(groups[by], groups.n, strict=True)
    ]
    ax.set_yticks(range(len(groups)), names, fontsize=9)
    ends = np.append(groups[["low", "high", "value"]].to_numpy(dtype=float), np.nan if overall is None else overall)
    ends = ends[np.isfinite(ends)]
    log = kpi.unit in style.SECONDS and len(ends) > 0 and ends.min() > 0 and ends.max() / ends.min() > 4
    if log:
        style.time_axis(ax.xaxis, ends.min() / 1.15, ends.max() * 1.15, kpi.unit, language)
    elif len(ends):
        pad = 0.06 * max(ends.max() - ends.min(), 1e-9)
        ax.set_xlim(ends.min() - pad, ends.max() + pad)
        style.value_axis(ax.xaxis, kpi, language)
    ax.set_xlabel(axis_label(kpi, language, clock, bool(log)), fontsize=9)


def breakdown_headline(groups: pd.DataFrame, kpi: Kpi, by: str, overall: float | None, language: str) -> str:
    """The range over groups large enough, how many intervals miss the overall figure, and how many are small."""
    title, column = kpi.title(language), say_column(by, language)
    if not by:
        return say("plots.breakdown.none", language, title=title)
    large = groups[~style.small(groups.n) & groups.value.notna()]
    if len(groups) == 1:
        return say("plots.breakdown.one", language, title=title, by=column, name=style.plain_text(groups[by].iloc[0]))
    if len(large) < 2:
        return say("plots.breakdown.few", language, title=title, by=column, n=style.SMALL)
    low, high = together((large.value.min(), large.value.max()), kpi.unit, language)
    text = say("plots.breakdown.range", language, title=title, by=column, low=low, high=high, n=len(large))
    if overall is not None and np.isfinite(overall):
        apart = int(((large.low > overall) | (large.high < overall)).sum())
        text += " " + say("plots.breakdown.apart", language, k=apart, n=len(large))
    few = len(groups) - len(large)
    return text + (" " + say("plots.breakdown.small", language, k=few, n=style.SMALL) if few else "")


def say_column(column: str, language: str) -> str:
    """A dimension's name in words; its own name where nobody wrote one."""
    from kpitools.errors import UnknownNameError

    try:
        return say(f"plots.column.{column}", language)
    except UnknownNameError:
        return column.replace("_", " ")


def in_words(groups: pd.DataFrame, column: str, language: str) -> pd.DataFrame:
    """`groups` with the values of `column` in words where they are the toolkit's own, such as channels."""
    if column not in groups.columns or not keys(f"value.{column}."):
        return groups
    known = {key.rpartition(".")[2]: say(key, language) for key in keys(f"value.{column}.")}
    return groups.assign(**{column: groups[column].map(lambda name: known.get(name, name))})


_PARTS = (("talk", "#0072b2"), ("hold", "#e69f00"), ("wrap", "#999999"))


@shows(by=None, talk="min", hold="min", wrap="min", n="count")
def handle_parts(parts: pd.DataFrame, by: str, language: str = "en", ax: Axes | None = None) -> Axes:
    """Stacked bars: minutes of talk, hold and work after, a contact, for each group.

    `parts`: the column `by`, ``talk``, ``hold``, ``wrap`` (minutes a contact), ``n`` (see `views.handle_parts`).
    """
    parts = in_words(parts, by, language)
    parts = parts.sort_values(by, key=lambda names: names.astype(str), ignore_index=True)
    ax = style.axes(ax, height=max(2.6, 1.5 + 0.42 * len(parts)))
    left = np.zeros(len(parts))
    for name, colour in _PARTS:
        values = parts[name].fillna(0).to_numpy(dtype=float)
        bars = ax.barh(
            range(len(parts)), values, left=left, color=colour, height=0.62, label=say(f"plots.{name}", language)
        )
        for bar, few in zip(bars, style.small(parts.n), strict=True):
            bar.set_alpha(0.4 if few else 1)
        left += values
    for row, total in enumerate(left):
        ax.text(total, row, "  " + quantity(total, "min", language), va="center", fontsize=9, color=style.INK)
    names = [
        f"{style.plain_text(name)}  (n = {number(n, language, 0)})" for name, n in zip(parts[by], parts.n, strict=True)
    ]
    ax.set_yticks(range(len(parts)), names, fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, max(left.max() if len(left) else 1, 1e-9) * 1.15)
    ax.xaxis.set_major_formatter(lambda value, _: style.plain_tick(value, language))
    ax.set_xlabel(say("plots.axis.minutes_a_contact", language), fontsize=9)
    style.legend_below(ax)
    return style.headline(ax, handle_parts_headline(parts, by, language))


def handle_parts_headline(parts: pd.DataFrame, by: str, language: str) -> str:
    """Mean minutes of each part over all contacts."""
    if parts.empty or not parts.n.sum():
        return say("plots.empty", language, title=say("plots.handle_parts.title", language))
    means = {name: (parts[name].fillna(0) * parts.n).sum() / parts.n.sum() for name, _ in _PARTS}
    said = {name: quantity(value, "min", language) for name, value in means.items()}
    return say("plots.handle_parts", language, total=quantity(sum(means.values()), "min", language), **said)
