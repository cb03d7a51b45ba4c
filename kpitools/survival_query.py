"""Kaplan-Meier in the database: medians of durations of which some have not ended yet.

Only window functions over the rows, so that any SQL engine can run it and no row leaves it. The estimate and its
log-log interval follow Kaplan and Meier (1958) and Brookmeyer and Crowley (1982); where the curve is exactly level with
the quantile, the middle of the two times is taken, so that without open rows the median is the ordinary one.

Rows that end at the same time are taken one after the other: their steps multiply to the step of them all, since
(r-1)/r * (r-2)/(r-1) = (r-2)/r, and Greenwood's terms 1/(r(r-1)) add up to theirs in the same way. The running sums
take such rows together (a range, not rows), so that each knows the curve after the last of them.
"""

import math
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

Z = 1.959963984540054  # 97.5 % point of the normal distribution
LEVEL = 1e-9  # product-limit sums carry rounding; closer than this is the same height
NOTHING_LEFT = -1e9  # stands for log(0): everyone has ended


def kaplan_meier(rows: ir.Table, keys: Sequence[str], time: str, ended: str, moment: str | None = None) -> pd.DataFrame:
    """Median, 90th percentile and, where nothing is open, mean by group.

    Parameters
    ----------
    time : column of durations; `ended` tells of each whether it is over or still running
    moment : column of instants, the first of which is wanted for each group

    Returns
    -------
    DataFrame
        `keys`, n, open (rows still running), median, low, high (95 % log-log interval of the median), p90, mean;
        missing where the curve does not come down so far; with `moment` also first_local.
    """
    return finished(curve_aggregates(rows, keys, time, ended, moment).to_pandas(), keys)


def curve_aggregates(rows: ir.Table, keys: Sequence[str], time: str, ended: str, moment: str | None = None) -> ir.Table:
    """What `finished` needs of each group's curve, as an expression not yet run."""
    curve = _curve(rows, list(keys), time, ended, moment)
    within = curve.is_near_median
    table = curve.group_by(list(keys)) if keys else curve
    return table.agg(
        n=curve.n.max(),
        ended=curve.ended.sum(),
        mean=curve.time.mean(where=curve.ended == 1),
        median=_quantile(curve, 0.5),
        p90=_quantile(curve, 0.9),
        low=curve.time.min(where=within),
        high=curve.next_time.max(where=within),
        last_within=curve.time.max(where=within),
        last=curve.time.max(where=curve.ended == 1),
        **({"first_local": curve.first.min()} if moment else {}),
    )


def finished(found: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """The figures of `kaplan_meier` from the aggregates of its curves."""
    found[["n", "ended"]] = found[["n", "ended"]].fillna(0).astype("int64")
    found.insert(len(keys) + 1, "open", found.n - found.ended)
    # While one row runs on, nobody knows the mean.
    found["mean"] = found["mean"].where(found.open == 0)
    # Where the last event is still within the band, the upper bound is not reached.
    found["high"] = found.high.where(found.last_within < found["last"])
    return found.drop(columns=["ended", "last_within", "last"])


def _curve(rows: ir.Table, keys: list[str], time: str, ended: str, moment: str | None) -> ir.Table:
    """A row for each row that ended (and the first of each group): n, time, ended, log_survival, is_near_median, and
    next_time, when the next row ends."""
    first = {"first": rows[moment]} if moment else {}
    picked = rows.select(*keys, time=rows[time], ended=rows[ended].ifelse(1, 0), **first)
    ordered = ibis.window(group_by=keys, order_by=[picked.time, picked.ended.desc()])
    whole = ibis.window(group_by=keys)
    counted = picked.mutate(
        n=picked.count().over(whole),
        before=ibis.row_number().over(ordered),
        **({"first": picked["first"].min().over(whole)} if moment else {}),
    )
    # Rows still running have done their part once every row knows how many were at risk.
    kept = counted.filter((counted.ended == 1) | (counted.before == 0))
    at_risk = (kept.n - kept.before).cast("float64")
    is_last = at_risk == 1
    steps = kept.mutate(
        step=ibis.cases((kept.ended == 0, 0.0), (is_last, NOTHING_LEFT), else_=((at_risk - 1) / at_risk).ln()),
        spread=ibis.ifelse((kept.ended == 0) | is_last, 0.0, 1 / (at_risk * (at_risk - 1).nullif(0))),
    )
    so_far = ibis.window(group_by=keys, order_by="time", range=(None, 0))
    curve = steps.mutate(
        log_survival=steps.step.sum().over(so_far),
        greenwood=steps.spread.sum().over(so_far),
        next_time=steps.time.lead().over(group_by=keys, order_by="time"),
    )
    return curve.mutate(is_near_median=_is_near(curve, 0.5) & (curve.ended == 1))


def _is_near(curve: ir.Table, level: float) -> ir.BooleanValue:
    """Whether the log-log band around the curve holds `level`."""
    target = math.log(-math.log(level))
    is_flat = (curve.log_survival == 0) | (curve.log_survival <= NOTHING_LEFT)
    height = ibis.ifelse(is_flat, None, -curve.log_survival)
    distance = (height.ln() - target).abs() / (curve.greenwood.sqrt() / height)
    return (distance <= Z).fill_null(False)


def _quantile(curve: ir.Table, p: float) -> ir.Value:
    """The time at which a share `p` has ended."""
    target = math.log(1 - p)
    is_ending = curve.ended == 1
    reached = curve.time.min(where=is_ending & (curve.log_survival <= target + LEVEL))
    passed = curve.time.min(where=is_ending & (curve.log_survival < target - LEVEL))
    return (reached + ibis.coalesce(passed, reached)) / 2
