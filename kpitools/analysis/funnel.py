"""The funnel plot: groups of different size against their common share, with limits that widen as n falls.

After Spiegelhalter (*Funnel plots for comparing institutional performance*, 2005; *Handling over-dispersion
of performance indicators*, 2005): shares on the arcsine scale, and an additive variance tau2 for what differs
between groups beyond chance.
A league table names the smallest group worst; a funnel asks whether a group differs from the others at all.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

SMALL = 20  # cases below which a group is faint and never flagged or ranked
UNLABELLED = 10  # cases below which a group goes without its name
TRIM = 0.1  # share of the z-scores pulled in at each end before the spread is measured
LEVELS = {"95": 1.959964, "998": 3.090232}  # normal deviates of 95 % and 99.8 %, as published
_FLAG = "998"


class Funnel(NamedTuple):
    """Groups with their limits.

    Attributes
    ----------
    points : one row per group, in the order given: group, k, n, value, z, lower95, upper95, lower998,
        upper998 (with tau2 where the groups differ more than chance), flag ("above", "below" or None: beyond
        the 99.8 % limits), small, labelled
    target : the common share, sum over sum, or the one given
    phi : mean squared z-score, trimmed: about 1 when only chance is at work
    tau2 : variance between groups, on the arcsine scale
    tested, flagged : how many groups were large enough to be flagged, and how many were
    """

    points: pd.DataFrame
    target: float
    phi: float
    tau2: float
    tested: int
    flagged: int


def funnel(group, k, n, *, target: float | None = None, trim: float = TRIM) -> Funnel:
    """The funnel of shares `k` of `n` by `group`.

    Parameters
    ----------
    group, k, n : one entry per group; groups without cases are left out
    target : the line to compare with; by default the share of all groups together
    """
    points = pd.DataFrame({"group": group, "k": k, "n": n}).astype({"k": float, "n": float})
    points = points[points["n"] > 0].reset_index(drop=True)
    target = float(points["k"].sum() / points["n"].sum()) if target is None else float(target)
    points["value"] = points["k"] / points["n"]
    points["z"] = (_angle(points["value"]) - _angle(target)) / _error(points["n"])
    phi, tau2 = spread(points["z"], points["n"], trim)
    limits(points["n"], target, tau2).pipe(_add, points)
    points["small"] = points["n"] < SMALL
    points["labelled"] = points["n"] >= UNLABELLED
    points["flag"] = _flags(points)
    flagged = int(points["flag"].notna().sum())
    return Funnel(points, target, phi, tau2, int((~points["small"]).sum()), flagged)


def _add(columns: pd.DataFrame, points: pd.DataFrame) -> None:
    for name in columns:
        points[name] = columns[name].to_numpy()


def _angle(share):
    return np.arcsin(np.sqrt(share))


def _error(n):
    return 1 / (2 * np.sqrt(n))


def spread(z, n, trim: float = TRIM) -> tuple[float, float]:
    """How much groups differ: phi, the mean squared z-score after trimming; tau2, 0 if chance suffices."""
    z = np.asarray(z, dtype=float)
    if not len(z):
        return np.nan, 0.0
    phi = float(np.mean(np.clip(z, *np.quantile(z, [trim, 1 - trim])) ** 2))
    weight = 1 / _error(np.asarray(n, dtype=float)) ** 2
    total = weight.sum()
    room = total - (weight**2).sum() / total
    excess = len(z) * phi - (len(z) - 1)
    return phi, float(excess / room) if excess > 0 and room > 0 else 0.0


def limits(n, target: float, tau2: float = 0.0) -> pd.DataFrame:
    """The funnel's lines at sizes `n`: lower95, upper95, lower998, upper998, within 0 to 1.

    The angle is cut to what an angle of a share can be, or the limits of small groups would fold back.
    """
    width = np.sqrt(_error(np.asarray(n, dtype=float)) ** 2 + tau2)
    lines = {}
    for level, deviate in LEVELS.items():
        for side, sign in (("lower", -1), ("upper", 1)):
            angle = np.clip(_angle(target) + sign * deviate * width, 0, np.pi / 2)
            lines[f"{side}{level}"] = np.sin(angle) ** 2
    return pd.DataFrame(lines)


def _flags(points: pd.DataFrame) -> pd.Series:
    above = (points["value"] > points[f"upper{_FLAG}"]) & ~points["small"]
    below = (points["value"] < points[f"lower{_FLAG}"]) & ~points["small"]
    flags = np.full(len(points), None, dtype=object)
    flags[above], flags[below] = "above", "below"
    return pd.Series(flags, index=points.index, dtype=object)
