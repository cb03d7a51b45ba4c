"""The P' chart: process limits of a share whose number of cases changes from period to period.

Laney's P' (*Improved Control Charts for Attributes*, 2002) takes the binomial width of each period, which
follows its n, and stretches it by how much more the periods differ than chance alone would make them. A plain
P chart calls every period of a large desk special; an XmR chart does the same to its small periods.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kpitools.analysis import xmr

D2 = 1.128  # mean moving range of two points, in standard deviations
ENOUGH = 5  # expected cases of the rarer kind below which a period says nothing


def centre(k: np.ndarray, n: np.ndarray) -> float:
    """The pooled share, sum over sum: a mean of shares would give small periods a large voice."""
    known = ~np.isnan(k + n)
    total = n[known].sum()
    return float(k[known].sum() / total) if total > 0 else np.nan


def z_scores(k: np.ndarray, n: np.ndarray, share: float) -> np.ndarray:
    """How many binomial standard deviations each period lies from `share`; 0 where all cases agree."""
    sd = _binomial_sd(n, share)
    z = np.full(len(n), np.nan)
    known = (sd > 0) & ~np.isnan(k)
    z[known] = (k[known] / n[known] - share) / sd[known]
    z[(sd == 0) & ~np.isnan(k)] = 0.0
    return z


def _binomial_sd(n: np.ndarray, share: float) -> np.ndarray:
    return np.sqrt(share * (1 - share) / np.where(n > 0, n, np.nan))


def _lines(k: np.ndarray, n: np.ndarray, *, stretch: bool, screen: bool) -> dict[str, np.ndarray]:
    share = centre(k, n)
    sigma = xmr.mean_moving_range(z_scores(k, n, share), screen)[0] / D2 if stretch else 1.0
    sd = _binomial_sd(n, share) * sigma
    lines = {"centre": np.full(len(n), share)}
    for name, width in (("lower", -3), ("upper", 3), ("near_lower", -2), ("near_upper", 2)):
        lines[name] = np.clip(share + width * sd, 0, 1)
    return lines


def chart(
    k: Sequence[float],
    n: Sequence[float],
    segment: Sequence[int] | None = None,
    *,
    stretch: bool = True,
    screen: bool = False,
) -> pd.DataFrame:
    """One row per period: share, its lines, the flags of the four rules and one label.

    Parameters
    ----------
    k, n : cases of the kind and all cases; a period with n = 0 or missing is a gap
    segment : from `xmr.segments`; everything restarts in each
    stretch : False gives the plain P chart
    screen : leave extreme moving ranges out of the stretch, once, as in `xmr.limits`

    Returns
    -------
    DataFrame
        The columns of `xmr.chart` and ``n``; limits are clipped to 0 to 1.
    """
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    k = np.where(n > 0, k, np.nan)
    segment = np.zeros(len(n), dtype=int) if segment is None else np.asarray(segment)
    points = pd.DataFrame({"value": k / np.where(n > 0, n, np.nan), "n": n, "segment": segment})
    for part in np.unique(segment):
        here = segment == part
        for name, line in _lines(k[here], n[here], stretch=stretch, screen=screen).items():
            points.loc[here, name] = line
    return xmr.mark(points.assign(unscreened=False))


def expected_rarer(k: Sequence[float], n: Sequence[float]) -> float:
    """Cases of the rarer kind to expect in the median period; the chart needs about five."""
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    share = centre(k, n)
    known = n[n > 0]
    return float(np.median(known) * min(share, 1 - share)) if len(known) else 0.0
