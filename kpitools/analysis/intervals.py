"""How sure a number is: 95 % intervals from the aggregates that `compute` already has.

Every function takes scalars or arrays, works element by element and keeps what is missing missing: a group
with too few rows has no interval, never one of zero width.
"""

import numpy as np

CONFIDENCE = 0.95


def _floats(*values) -> tuple[np.ndarray, ...]:
    """The arguments as float arrays of one shape; pandas' missing values become NaN."""
    plain = (value.to_numpy() if hasattr(value, "to_numpy") else value for value in values)
    arrays = [np.asarray(_nan_for_none(value), dtype=float) for value in plain]
    return tuple(np.broadcast_arrays(*arrays))


def _nan_for_none(value):
    import pandas as pd

    array = np.asarray(value)
    return np.where(pd.isna(array), np.nan, array) if array.dtype == object else array


def _filled(good: np.ndarray, low, high) -> tuple[np.ndarray, np.ndarray]:
    """Arrays of the shape of `good`: `low` and `high` where it holds, missing elsewhere."""
    bounds = []
    for part in (low, high):
        whole = np.full(good.shape, np.nan)
        whole[good] = part
        bounds.append(whole[()])
    return bounds[0], bounds[1]


def _normal(confidence: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2))


def wilson(k, n, confidence: float = CONFIDENCE):
    """Wilson's score interval of a share `k` of `n` (Wilson 1927): low, high, both within 0 to 1."""
    from statsmodels.stats.proportion import proportion_confint

    k, n = _floats(k, n)
    good = (n > 0) & (k >= 0) & (k <= n)
    low, high = proportion_confint(k[good], n[good], alpha=1 - confidence, method="wilson")
    k, n = k[good], n[good]
    return _filled(good, np.where(k == 0, 0.0, low), np.where(k == n, 1.0, high))


def nps_interval(promoters, passives, detractors, confidence: float = CONFIDENCE):
    """The adjusted Wald interval of a Net Promoter Score (Rocks 2016): low, high, within -100 to 100.

    Three quarters of an answer are added to promoters and to detractors, three answers to the total: the
    plain Wald interval has no width where all answers agree.
    """
    promoters, passives, detractors = _floats(promoters, passives, detractors)
    n = promoters + passives + detractors
    good = n > 0
    total = n[good] + 3
    p, d = (promoters[good] + 0.75) / total, (detractors[good] + 0.75) / total
    half = _normal(confidence) * np.sqrt((p + d - (p - d) ** 2) / total)
    return _filled(good, np.clip(100 * (p - d - half), -100, 100), np.clip(100 * (p - d + half), -100, 100))


def ratio_interval(sum_x, sum_y, sum_xx, sum_xy, sum_yy, n, confidence: float = CONFIDENCE):
    """The delta-method interval of a ratio of sums, sum(y) / sum(x): low, high.

    The residuals y - ratio * x need only five sums, so no row leaves the query. Equal to the weighted
    regression of y / x on a constant with HC1 errors and Student's t with n - 1 degrees of freedom.

    Parameters
    ----------
    sum_x, sum_xx : the denominator's sum and sum of squares.
    sum_y, sum_yy : the numerator's.
    sum_xy : the sum of the products.
    n : how many rows (or clusters) were summed; fewer than 2 give no interval.
    """
    from scipy.special import stdtrit

    x, y, xx, xy, yy, n = _floats(sum_x, sum_y, sum_xx, sum_xy, sum_yy, n)
    good = (n >= 2) & (x != 0) & ~np.isnan(x + y + xx + xy + yy)
    x, y, xx, xy, yy, n = (part[good] for part in (x, y, xx, xy, yy, n))
    ratio = y / x
    residual = np.maximum(yy - 2 * ratio * xy + ratio**2 * xx, 0)
    half = stdtrit(n - 1, 0.5 + confidence / 2) * np.sqrt(n / (n - 1) * residual) / np.abs(x)
    return _filled(good, ratio - half, ratio + half)


def mean_interval(mean, sd, n, confidence: float = CONFIDENCE):
    """Student's t interval of a mean from its standard deviation (n - 1) and count: low, high."""
    from scipy.special import stdtrit

    mean, sd, n = _floats(mean, sd, n)
    good = (n >= 2) & ~np.isnan(mean + sd)
    half = stdtrit(n[good] - 1, 0.5 + confidence / 2) * sd[good] / np.sqrt(n[good])
    return _filled(good, mean[good] - half, mean[good] + half)


def quantile_ranks(n, p: float, confidence: float = CONFIDENCE):
    """Which order statistics bound the p-quantile of `n` values: ranks (low, high), counted from 1.

    The binomial (exact, distribution-free) interval, that of ``scipy.stats.quantile_test``. For one `n` the
    ranks are integers, or None where no value lies far enough out (the 90th percentile has no upper bound
    below 36 values); for an array they are floats with NaN in those places.
    """
    from scipy.stats import binom

    (n,) = _floats(n)
    tail = (1 - confidence) / 2
    good = n >= 1
    low, high = _filled(good, binom.ppf(tail, n[good], p), binom.isf(tail, n[good], p) + 1)
    low = np.where(low >= 1, low, np.nan)
    high = np.where(high <= n, high, np.nan)
    if n.ndim == 0:
        return tuple(None if np.isnan(rank) else int(rank) for rank in (low, high))
    return low, high


def poisson_interval(k, exposure=1.0, confidence: float = CONFIDENCE):
    """The exact (Garwood 1936) interval of a count, or of a rate if `exposure` is given: low, high."""
    from statsmodels.stats.rates import confint_poisson

    k, exposure = _floats(k, exposure)
    good = (k >= 0) & (exposure > 0)
    low, high = confint_poisson(k[good], exposure[good], method="exact-c", alpha=1 - confidence)
    return _filled(good, np.where(k[good] == 0, 0.0, low), high)
