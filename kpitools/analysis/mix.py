"""Rate or mix: how much of a change lies within the segments, how much in their changed weights.

Kitagawa's decomposition (*Components of a difference between two rates*, 1955), symmetric and centred, so
that it is exact and each segment's part can be read. CSAT can rise in every channel and still fall in total,
because work moved to the channel where it is lower. These are contributions to the figure, not causes.
"""

from typing import NamedTuple

import pandas as pd

from kpitools.errors import NotSupportedError, unknown
from kpitools.kpi import Kpi, Words

POOLED_BELOW = 30  # cases, in either period, below which a segment joins the others
OTHER = Words("other", "khác")
_WEIGHTS = {"share": "n", "mean": "n", "nps": "n", "ratio": "denominator"}


class Mix(NamedTuple):
    """A change taken apart.

    Attributes
    ----------
    parts : one row per segment, the largest contribution first: segment, n_before, n_after, weight_before,
        weight_after, value_before, value_after, rate, mix, total
    before, after : the whole's figures
    change, rate, mix : after - before, and its two parts; rate + mix = change exactly
    """

    parts: pd.DataFrame
    before: float
    after: float
    change: float
    rate: float
    mix: float


def kitagawa(
    before: pd.DataFrame,
    after: pd.DataFrame,
    by: str,
    kpi: Kpi | None = None,
    *,
    pool_below: float = POOLED_BELOW,
    language: str = "en",
) -> Mix:
    """The change of a share, mean, NPS or ratio between two periods, split by one dimension.

    Parameters
    ----------
    before, after : `compute`'s rows of the two periods, one per segment: `by`, value, n (ratios: denominator)
    kpi : the KPI, to refuse statistics that do not add up (medians, totals)
    pool_below : segments with fewer cases in either period are taken together

    Raises
    ------
    NotSupportedError
        For a statistic that is no weighted mean of its segments' figures.
    """
    weight = _weight(kpi)
    parts = _pool(_joined(before, after, by, weight), pool_below, OTHER(language))
    _fill_absent(parts)
    for when in ("before", "after"):
        parts[f"weight_{when}"] = parts[f"n_{when}"] / parts[f"n_{when}"].sum()
    old, new = (float((parts[f"weight_{w}"] * parts[f"value_{w}"]).sum()) for w in ("before", "after"))
    parts["rate"] = (
        (parts["weight_before"] + parts["weight_after"]) / 2 * (parts["value_after"] - parts["value_before"])
    )
    middle = (parts["value_before"] + parts["value_after"]) / 2 - (old + new) / 2
    parts["mix"] = (parts["weight_after"] - parts["weight_before"]) * middle
    parts["total"] = parts["rate"] + parts["mix"]
    order = parts["total"].abs().sort_values(ascending=False, kind="stable").index
    parts = parts.loc[order, _COLUMNS].reset_index(drop=True)
    return Mix(parts, old, new, new - old, float(parts["rate"].sum()), float(parts["mix"].sum()))


_COLUMNS = [
    "segment",
    *(f"{name}_{when}" for name in ("n", "weight", "value") for when in ("before", "after")),
    "rate",
    "mix",
    "total",
]


def _weight(kpi: Kpi | None) -> str:
    if kpi is None:
        return "n"
    if kpi.statistic not in _WEIGHTS:
        raise NotSupportedError(
            f"{kpi.name} is a {kpi.statistic}: rate and mix can be told apart only for "
            f"{', '.join(_WEIGHTS)}, which are weighted means of their segments."
        )
    return _WEIGHTS[kpi.statistic]


def _joined(before: pd.DataFrame, after: pd.DataFrame, by: str, weight: str) -> pd.DataFrame:
    found = []
    for when, rows in (("before", before), ("after", after)):
        if by not in rows:
            raise unknown("column", by, rows.columns)
        kept = rows[rows["value"].notna() & (rows[weight] > 0)]
        columns = {by: "segment", weight: f"n_{when}", "value": f"value_{when}"}
        found.append(kept[list(columns)].rename(columns=columns))
    if found[0].empty or found[1].empty:
        raise NotSupportedError("rate and mix need cases in both periods.")
    joined = found[0].merge(found[1], on="segment", how="outer")
    counts = ["n_before", "n_after"]
    return joined.astype(dict.fromkeys([*counts, "value_before", "value_after"], float)).fillna(
        dict.fromkeys(counts, 0.0)
    )


def _pool(parts: pd.DataFrame, pool_below: float, name: str) -> pd.DataFrame:
    """`parts` with the small segments taken together, if there are at least two."""
    small = parts[["n_before", "n_after"]].min(axis=1) < pool_below
    if small.sum() < 2:
        return parts.copy()
    pooled = {"segment": name}
    for when in ("before", "after"):
        n, value = parts.loc[small, f"n_{when}"], parts.loc[small, f"value_{when}"]
        pooled[f"n_{when}"] = n.sum()
        pooled[f"value_{when}"] = (n * value).sum() / n.sum() if n.sum() else float("nan")
    return pd.concat([parts[~small], pd.DataFrame([pooled])], ignore_index=True)


def _fill_absent(parts: pd.DataFrame) -> None:
    """A segment of one period only is all mix: its own figure stands in for the one it does not have."""
    for missing, there in (("before", "after"), ("after", "before")):
        parts[f"value_{missing}"] = parts[f"value_{missing}"].fillna(parts[f"value_{there}"])
