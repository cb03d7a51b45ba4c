"""Durations of which some are not over yet: Kaplan-Meier curves, their quantiles and the restricted mean.

A ticket still open has lasted at least as long as it is old. Leaving it out makes the newest weeks look fast;
here it counts as long as it is known to last, and then no longer (Kaplan and Meier 1958).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from kpitools.analysis.intervals import CONFIDENCE

_LEVEL = 1e-9  # product-limit sums carry rounding; closer than this is the same height


class Estimate(NamedTuple):
    """A figure with its interval; NaN where it is not reached."""

    value: float
    low: float
    high: float


def _fitted(time, event, entry=None):
    from statsmodels.duration.survfunc import SurvfuncRight

    time, event = np.asarray(time, dtype=float), np.asarray(event, dtype=float)
    known = ~np.isnan(time + event)
    entry = None if entry is None else np.asarray(entry, dtype=float)[known]
    if not event[known].any():
        return None
    return SurvfuncRight(time[known], event[known], entry=entry)


def km(time, event, entry=None, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """The Kaplan-Meier curve with its log-log interval.

    Parameters
    ----------
    time : how long each row lasted, or has lasted so far
    event : 1 where it ended, 0 where it is still running
    entry : how old each row was when it came under observation, for histories that begin late

    Returns
    -------
    DataFrame
        One row per time at which something ended: ``time``, ``survival`` (share still running after it),
        ``low``, ``high`` (NaN where the curve is 0), ``at_risk`` (rows under observation just before). Empty
        if nothing ended.
    """
    from scipy.special import ndtri

    found = _fitted(time, event, entry)
    if found is None:
        return pd.DataFrame({name: [] for name in ("time", "survival", "low", "high", "at_risk")}, dtype=float)
    survival = np.asarray(found.surv_prob, dtype=float)
    low, high = np.full(len(survival), np.nan), np.full(len(survival), np.nan)
    inner = (survival > 0) & (survival < 1)
    s = survival[inner]
    width = ndtri(0.5 + confidence / 2) * np.asarray(found.surv_prob_se)[inner] / (s * np.abs(np.log(s)))
    low[inner], high[inner] = s ** np.exp(width), s ** np.exp(-width)
    columns = {"time": found.surv_times, "survival": survival, "low": low, "high": high}
    return pd.DataFrame({**columns, "at_risk": np.asarray(found.n_risk, dtype=float)})


def km_quantile(time, event, p: float = 0.5, entry=None, confidence: float = CONFIDENCE) -> Estimate:
    """The time by which a share `p` has ended, with its log-log interval; NaN if the curve stays above.

    Where the curve is exactly level with the quantile the middle of the two times is taken, so that without
    rows still running the median is the ordinary one. Where the curve ends at 0, an upper bound not reached
    before is the last time at which something ended.
    """
    found = _fitted(time, event, entry)
    if found is None:
        return Estimate(np.nan, np.nan, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):  # where the curve is 0 its log-log is infinite
        low, high = found.quantile_ci(p, alpha=1 - confidence, method="cloglog")
    figures = (_crossing(found.surv_times, found.surv_prob, 1 - p), float(low), float(high))
    return Estimate(*(figure if np.isfinite(figure) else np.nan for figure in figures))


def _crossing(times: np.ndarray, survival: np.ndarray, level: float) -> float:
    reached, passed = times[survival <= level + _LEVEL], times[survival < level - _LEVEL]
    if not len(reached):
        return np.nan
    return float((reached[0] + (passed[0] if len(passed) else reached[0])) / 2)


def rmst(time, event, horizon: float, entry=None, confidence: float = CONFIDENCE) -> Estimate:
    """The mean time within a horizon (restricted mean survival time): the area under the curve up to it.

    What a mean would be if everything ended at `horizon` at the latest; unlike a mean it exists while rows
    are still running. NaN if the longest observation is shorter than the horizon and still running.
    """
    from scipy.special import ndtri

    time, event = np.asarray(time, dtype=float), np.asarray(event, dtype=float)
    curve = km(time, event, entry)
    followed = np.nanmax(time) >= horizon if len(time) else False
    if not followed and (curve.empty or curve["survival"].iloc[-1] > 0):
        return Estimate(np.nan, np.nan, np.nan)
    curve = curve[curve["time"] <= horizon]
    edges = np.concatenate([[0.0], curve["time"], [horizon]])
    areas = np.diff(edges) * np.concatenate([[1.0], curve["survival"]])
    value = float(areas.sum())
    half = float(ndtri(0.5 + confidence / 2)) * _rmst_error(curve, areas)
    return Estimate(value, value - half, value + half)


def _rmst_error(curve: pd.DataFrame, areas: np.ndarray) -> float:
    """Greenwood's standard error: each event's share of the area that lies after it."""
    before = np.concatenate([[1.0], curve["survival"].to_numpy()[:-1]])
    ended = curve["at_risk"].to_numpy() * (1 - curve["survival"].to_numpy() / np.where(before > 0, before, 1))
    left = curve["at_risk"].to_numpy() - ended
    after = areas[1:][::-1].cumsum()[::-1]
    some = left > 1e-9
    terms = after[some] ** 2 * ended[some] / (curve["at_risk"].to_numpy()[some] * left[some])
    return float(np.sqrt(terms.sum()))


def logrank(time, event, group) -> tuple[float, float]:
    """Whether the curves of groups differ: chi-squared and p of the log-rank test."""
    from statsmodels.duration.survfunc import survdiff

    chi2, p = survdiff(np.asarray(time, dtype=float), np.asarray(event, dtype=float), np.asarray(group))
    return float(chi2), float(p)
