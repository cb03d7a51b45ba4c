"""The XmR chart: natural process limits of a series and the four rules that say when a point is news.

Limits after Wheeler (*Understanding Variation*, 1993) with moving ranges screened once as in Nelson (1982);
rules, priority and the words improvement and concern as in NHS England's *Making Data Count* ("plot the
dots"). Where the published R package misleads, this departs from it: see ``docs/methods.md``.

The rules need a centre, two limits and two near lines per point, so that the P' chart shares them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from kpitools.errors import ConfigError

SCALE = 2.66  # 3 / d2 for moving ranges of two points, rounded as published (Shewhart; Wheeler 1993)
SCREEN = 3.267  # D4 for two points: a moving range at or above this many means is an outlier's (Nelson 1982)
NEAR = 2 / 3  # of the way from the centre to a limit
RUN = 7  # points that make a trend or a shift
TOLERANCE = 1e-9  # closer than this, relative to the centre, is on the line

COMMON = "Common Cause"
OUTSIDE = {1: "Above UCL", -1: "Below LCL"}
TREND = {1: "7 Point Trend (Increasing)", -1: "7 Point Trend (Decreasing)"}
TWO_IN_THREE = {1: "2 in 3 Above CL", -1: "2 in 3 Below CL"}
SHIFT = {1: "7 Points Above CL", -1: "7 Points Below CL"}
SIGN = {label: sign for rule in (OUTSIDE, TREND, TWO_IN_THREE, SHIFT) for sign, label in rule.items()}

_DIRECTION = {"higher": 1, "lower": -1}


class Limits(NamedTuple):
    """One segment's lines; ``notes`` says what was unusual about finding them."""

    centre: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float
    notes: tuple[str, ...] = ()


def segments(dates: Sequence, rebase: Sequence = ()) -> np.ndarray:
    """The number of the segment each date is in: how many rebase dates lie at or before it.

    A date between two periods starts its segment at the next one; a date after the last period's start but
    not after the last period starts nothing yet.

    Raises
    ------
    ConfigError
        If a rebase date lies outside the series: silently ignoring it would leave the old limits standing.
    """
    dates = pd.DatetimeIndex(dates)
    marks = np.zeros(len(dates), dtype=int)
    for date in pd.DatetimeIndex(rebase):
        _check_inside(date, dates)
        first = int(dates.searchsorted(date))
        if first < len(dates):
            marks[first] = 1
    return marks.cumsum()


def covers(date: pd.Timestamp, dates: pd.DatetimeIndex) -> bool:
    """Whether a date lies within the periods that start on `dates`, the last one included."""
    length = dates[-1] - dates[-2] if len(dates) > 1 else pd.Timedelta(days=1)
    return len(dates) > 0 and dates[0] <= date < dates[-1] + length


def _check_inside(date: pd.Timestamp, dates: pd.DatetimeIndex) -> None:
    if covers(date, dates):
        return
    covered = f"{dates[0]:%Y-%m-%d} to {dates[-1]:%Y-%m-%d}" if len(dates) else "no periods at all"
    raise ConfigError(
        f"rebase date outside the series: {date:%Y-%m-%d}; the series covers {covered}. "
        "Correct the date in the interventions, or take away its rebase."
    )


def mean_moving_range(values: np.ndarray, screen: bool = True) -> tuple[float, bool]:
    """The mean moving range and whether screening had to be given up.

    Ranges next to a missing value do not exist. Screening is one pass; where it would leave no variation at
    all (a share pinned at 100 % with a few dips) the unscreened mean is used.
    """
    ranges = np.abs(np.diff(values))
    ranges = ranges[~np.isnan(ranges)]
    if not len(ranges):
        return np.nan, False
    plain = float(ranges.mean())
    if not screen:
        return plain, False
    kept = ranges[ranges < SCREEN * plain]
    screened = float(kept.mean()) if len(kept) else 0.0
    return (screened, False) if screened > 0 else (plain, True)


def limits(values: Sequence[float], *, fix_after: int | None = None, screen: bool = True) -> Limits:
    """The centre line, natural process limits and near lines of one segment.

    Parameters
    ----------
    values : the segment's values in order; missing ones are NaN
    fix_after : take only the first so many values (at least 12); all are then judged against these limits
    screen : leave moving ranges at or above 3.267 times their mean out of the average, once
    """
    if fix_after is not None and fix_after < 12:
        raise ConfigError(f"fixed limits need a baseline of at least 12 periods, got {fix_after}.")
    base = np.asarray(values, dtype=float)[:fix_after]
    if np.isnan(base).all():
        return Limits(*[np.nan] * 5)
    centre = float(np.nanmean(base))
    spread, unscreened = mean_moving_range(base, screen)
    width = SCALE * spread
    near = NEAR * width
    notes = ("unscreened",) if unscreened else ()
    return Limits(centre, centre - width, centre + width, centre - near, centre + near, notes)


def chart(
    values: Sequence[float],
    segment: Sequence[int] | None = None,
    *,
    fix_after: int | None = None,
    screen: bool = True,
) -> pd.DataFrame:
    """One row per value: its lines, the flags of the four rules and one label.

    Parameters
    ----------
    values : in order, equally spaced, NaN where missing
    segment : from `segments`; everything restarts in each. One segment by default

    Returns
    -------
    DataFrame
        Columns ``value``, ``segment``, ``centre``, ``lower``, ``upper``, ``near_lower``, ``near_upper``,
        ``unscreened``, and those of `mark`.
    """
    values = np.asarray(values, dtype=float)
    segment = np.zeros(len(values), dtype=int) if segment is None else np.asarray(segment)
    points = pd.DataFrame({"value": values, "segment": segment})
    given = {"fix_after": fix_after, "screen": screen}
    lines = {part: limits(values[segment == part], **given) for part in np.unique(segment)}
    for name in Limits._fields[:5]:
        points[name] = np.array([getattr(lines[part], name) for part in segment], dtype=float)
    points["unscreened"] = np.array([bool(lines[part].notes) for part in segment], dtype=bool)
    return mark(points)


def mark(points: pd.DataFrame) -> pd.DataFrame:
    """`points` with the rules applied within each segment.

    Adds ``side`` (-1, 0, 1 of the centre; NaN where missing), ``outside``, ``close``, ``trend``,
    ``two_in_three``, ``shift`` (booleans) and ``label`` (one of the labels above; "Common Cause" also where
    nothing is known).
    """
    parts = [_mark_segment(part) for _, part in points.groupby("segment", sort=False)]
    return pd.concat(parts) if parts else _mark_segment(points)


def _mark_segment(points: pd.DataFrame) -> pd.DataFrame:
    value = points["value"].to_numpy(dtype=float)
    line = {name: points[name].to_numpy(dtype=float) for name in Limits._fields[:5]}
    side = sides(value, line["centre"])
    outside = beyond(value, line["upper"]) | beyond(line["lower"], value)
    close = ~outside & (beyond(value, line["near_upper"]) | beyond(line["near_lower"], value))
    in_trend, way = trend(value)
    in_two, in_shift = two_in_three(close, side), shift(side)
    return points.assign(
        side=side,
        outside=outside,
        close=close,
        trend=in_trend,
        two_in_three=in_two,
        shift=in_shift,
        label=labels(side, way, outside=outside, trend=in_trend, two_in_three=in_two, shift=in_shift),
    )


def beyond(high: np.ndarray, low: np.ndarray) -> np.ndarray:
    """Whether `high` is more than a rounding error above `low`; False where either is missing."""
    return high - low > TOLERANCE * np.fmax(1, np.fmax(np.abs(high), np.abs(low)))


def sides(values: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """1 above the centre, -1 below, 0 on it within a rounding error, NaN where missing."""
    gap = np.asarray(values, dtype=float) - centre
    on_line = np.abs(gap) <= TOLERANCE * np.fmax(1, np.abs(centre))
    return np.where(on_line, 0.0, np.sign(gap))


def _runs(states: np.ndarray) -> list[tuple[int, int]]:
    """Start and end (exclusive) of the stretches of equal states; a missing state equals nothing."""
    if not len(states):
        return []
    breaks = np.flatnonzero(states[1:] != states[:-1]) + 1
    edges = [0, *breaks.tolist(), len(states)]
    return list(zip(edges[:-1], edges[1:], strict=True))


def shift(side: Sequence[float]) -> np.ndarray:
    """Members of a run of seven or more points on one side; a point on the centre or missing breaks it."""
    side = np.asarray(side, dtype=float)
    found = np.zeros(len(side), dtype=bool)
    for start, end in _runs(side):
        if end - start >= RUN and abs(side[start]) == 1:
            found[start:end] = True
    return found


def trend(values: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Members of seven or more points rising, or falling, strictly; and which way each member goes (1, -1,
    else 0).

    A point that ends one trend and begins another goes the new way.
    """
    values = np.asarray(values, dtype=float)
    steps = np.sign(np.diff(values))
    found, way = np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=int)
    for start, end in _runs(steps):
        if end - start >= RUN - 1 and abs(steps[start]) == 1:
            found[start : end + 1] = True
            way[start : end + 1] = int(steps[start])
    return found, way


def two_in_three(close: Sequence[bool], side: Sequence[float]) -> np.ndarray:
    """Points close to a limit that share three in a row, all on one side, with another such point."""
    close, side = np.asarray(close, dtype=bool), np.asarray(side, dtype=float)
    found = np.zeros(len(close), dtype=bool)
    for start in range(len(close) - 2):
        window = slice(start, start + 3)
        if abs(side[window].sum()) == 3 and close[window].sum() >= 2:
            found[window] |= close[window]
    return found


def labels(side, way, *, outside, trend, two_in_three, shift) -> np.ndarray:
    """One label per point: outside before trend before 2-in-3 before shift before common cause."""
    found = np.full(len(side), COMMON, dtype=object)
    for rule, names, sign in (
        (shift, SHIFT, side),
        (two_in_three, TWO_IN_THREE, side),
        (trend, TREND, way),
        (outside, OUTSIDE, side),
    ):
        for place in np.flatnonzero(rule):
            found[place] = names[-1 if sign[place] < 0 else 1]
    return found


def verdict(label: str, better: str) -> str:
    """What a label means for a KPI: common_cause, improvement, concern, neutral_high or neutral_low.

    `better` is higher, lower, band or neutral; the last two have no good side.
    """
    sign = SIGN.get(label, 0)
    if not sign:
        return "common_cause"
    if better not in _DIRECTION:
        return "neutral_high" if sign > 0 else "neutral_low"
    return "improvement" if sign == _DIRECTION[better] else "concern"


def variation(label: str, better: str) -> str:
    """The verdict with its side, as on the icon: improvement_high, concern_low, neutral_high ..."""
    found = verdict(label, better)
    if found not in ("improvement", "concern"):
        return found
    return f"{found}_{'high' if SIGN[label] > 0 else 'low'}"


def assurance(lower: float, upper: float, low: float | None, high: float | None) -> str | None:
    """Whether the process, left alone, keeps its target: consistent_pass, consistent_fail or inconsistent.

    Parameters
    ----------
    lower, upper : the last segment's process limits
    low, high : what the target allows; None leaves that side open (a KPI to raise has only `low`, one to cut
        only `high`, a band has both)

    Returns
    -------
    str or None
        None without target or limits. Strict: a target exactly on a limit is hit or miss.
    """
    if (low is None and high is None) or np.isnan([lower, upper]).any():
        return None
    if (low is None or beyond(lower, low)) and (high is None or beyond(high, upper)):
        return "consistent_pass"
    if (low is not None and beyond(low, upper)) or (high is not None and beyond(lower, high)):
        return "consistent_fail"
    return "inconsistent"
