"""Which chart a KPI gets, and its lines: XmR on the log scale, XmR, P', or only a run line.

Durations are charted as logarithms, because raw ones flag a third to four fifths of unchanged weeks; shares
by P', because their width follows n; the rest as they are.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from kpitools.analysis import p_prime, xmr
from kpitools.kpi import Kpi

FEWEST = 8  # values below which a segment gets no limits
SETTLED = 13  # values from which its limits are no longer provisional
WIDE = 3  # counts whose highest is more than this many times the lowest vary by factors, not by steps
FEW_COUNTS = 8  # mean count below which natural limits flag chance too often

_LINES = ("centre", "lower", "upper", "near_lower", "near_upper")
_FLAGS = ("label", "trend", "shift")


class Charted(NamedTuple):
    """The lines and labels of each point, the chart and scale they are of, and notes on the choice."""

    points: pd.DataFrame
    chart: str
    scale: str
    notes: tuple[str, ...]


def charted(rows: pd.DataFrame, kpi: Kpi) -> Charted:
    """`rows` with their lines.

    Parameters
    ----------
    rows : regular periods in order, with ``value``, ``n``, ``complete``, ``segment`` and, for shares, ``k``.
        Values of incomplete periods are left out of every line and get no label.

    Returns
    -------
    Charted
        ``points`` has the columns centre, lower, upper, near_lower, near_upper, label (None where not
        judged), trend and shift besides those of `rows`. Segments with fewer than 8 values have a centre
        only.
    """
    values = rows["value"].where(rows["complete"]).to_numpy(dtype=float)
    kind, notes = _kind(rows, values, kpi)
    points, more = _blank_short(_drawn(kind, rows, values), values)
    chart = "run" if kind == "run" or points["label"].isna().all() else kind.partition(" ")[0]
    if chart == "run":
        points, more = _run(points, values), ()
    found = pd.concat([rows, points[[*_LINES, *_FLAGS]]], axis=1)
    scale = "log" if chart == "xmr" and kind == "xmr log" else "linear"
    return Charted(found, chart, scale, (*notes, *more))


def _drawn(kind: str, rows: pd.DataFrame, values: np.ndarray) -> pd.DataFrame:
    if kind == "p_prime":
        k, n = _cases(rows.assign(value=values))
        return p_prime.chart(k.where(rows["complete"]), n, rows["segment"]).set_axis(rows.index)
    points = xmr.chart(np.log(values) if kind == "xmr log" else values, rows["segment"]).set_axis(rows.index)
    if kind == "xmr log":
        points[list(_LINES)] = np.exp(points[list(_LINES)])
    return points


def _cases(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series] | None:
    """The two numbers whose quotient is the value: k of n for shares, both sums for ratios; None if it is not.

    The limits of a P' chart do not change if both are counted in another unit, so sums of seconds will do too.
    """
    for part, whole in (("k", "n"), ("numerator", "denominator")):
        if part in rows and whole in rows:
            k, n = rows[part].astype(float), rows[whole].astype(float)
            known = rows["value"].notna()
            if np.allclose(k[known] / n[known], rows["value"][known], atol=1e-6) and (k[known] >= 0).all():
                return (k, n) if (k[known] <= n[known]).all() else None
    return None


def _run(points: pd.DataFrame, values: np.ndarray) -> pd.DataFrame:
    """A run line: each segment's median, and nothing judged."""
    middle = pd.Series(values, index=points.index).groupby(points["segment"]).transform("median")
    blank = dict.fromkeys(_LINES[1:], np.nan)
    label = np.full(len(points), None, dtype=object)
    return points.assign(centre=middle, **blank, label=label, trend=False, shift=False)


def _kind(rows: pd.DataFrame, values: np.ndarray, kpi: Kpi) -> tuple[str, tuple[str, ...]]:
    known = values[~np.isnan(values)]
    if len(known) < FEWEST:
        return "run", ("trend.note.too_few",)
    if kpi.unit == "share" and kpi.statistic in ("share", "ratio"):
        return _share_kind(rows[rows["complete"] & rows["value"].notna()], kpi)
    notes = ["trend.note.level"] if kpi.statistic == "level" or kpi.is_stock else []
    if _wants_log(kpi, known):
        positive = bool((known > 0).all())
        return "xmr log" if positive else "xmr", (*notes, *(() if positive else ("trend.note.zero",)))
    if kpi.statistic == "total" and known.mean() < FEW_COUNTS:
        notes.append("trend.note.few_counts")
    return "xmr", tuple(notes)


def _share_kind(rows: pd.DataFrame, kpi: Kpi) -> tuple[str, tuple[str, ...]]:
    cases = _cases(rows)
    if cases is None:
        return "xmr", ("trend.note.weighted",) if kpi.statistic == "share" and not kpi.annual else ()
    if p_prime.expected_rarer(*cases) < p_prime.ENOUGH:
        return "run", ("trend.note.few_cases",)
    return "p_prime", ()


def _wants_log(kpi: Kpi, known: np.ndarray) -> bool:
    if kpi.statistic in ("median", "mean", "ratio") and kpi.unit in ("h", "min", "s"):
        return True
    if kpi.statistic == "ratio" and kpi.unit not in ("share", "percent"):
        return bool((known > 0).all())
    return kpi.statistic == "total" and known.min() > 0 and bool(known.max() > WIDE * known.min())


def _blank_short(points: pd.DataFrame, values: np.ndarray) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """`points` without limits where a segment is too short; without labels there and where no value is."""
    known = pd.Series(~np.isnan(values), index=points.index)
    counts = known.groupby(points["segment"]).transform("sum")
    short = counts < FEWEST
    points.loc[short, list(_LINES[1:])] = np.nan
    points["label"] = points["label"].astype(object).where(known & ~short, None)
    points[["trend", "shift"]] &= ~short.to_numpy()[:, None]
    notes = []
    if short.any() and not short.all() and short.iloc[-1]:
        notes.append("trend.note.new_level")
    elif FEWEST <= counts.iloc[-1] < SETTLED:
        notes.append("trend.note.provisional")
    if points["unscreened"].any() and not (points["lower"] == points["upper"]).all():
        notes.append("trend.note.unscreened")
    return points, tuple(notes)


def autocorrelation(points: pd.DataFrame, scale: str) -> tuple[float, float]:
    """How much one period carries over to the next (lag-1 autocorrelation), and the bound it should stay
    under.

    Taken from the distances to the centre line, on the chart's scale, so that a new level is no carry-over.
    """
    judged = points["label"].notna()
    change = np.log if scale == "log" else np.asarray
    gaps = np.full(len(points), np.nan)
    gaps[judged] = change(points["value"][judged]) - change(points["centre"][judged])
    total = np.nansum(gaps**2)
    if not total > 0:
        return np.nan, np.nan
    return float(np.nansum(gaps[1:] * gaps[:-1]) / total), float(2 / np.sqrt(judged.sum()))


def drawable(points: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """`points` with the limits cut to values the KPI can take: no negative hours, no share above 1.

    For drawing and for words only; what is judged are the limits as computed.
    """
    low, high = _possible(kpi)
    return points.assign(**{name: points[name].clip(low, high) for name in _LINES})


def _possible(kpi: Kpi) -> tuple[float | None, float | None]:
    if kpi.unit == "share":
        return 0.0, 1.0
    if kpi.statistic == "nps":
        return -100.0, 100.0
    if kpi.unit in ("h", "min", "s") or kpi.statistic in ("total", "level"):
        return 0.0, None
    return None, None
