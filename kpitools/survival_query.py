"""Kaplan-Meier in the database: medians of durations of which some have not ended yet.

Only window sums over (time, ended, still running) counts, so that any SQL engine can run it and no row leaves it. The
estimate and its log-log interval follow Kaplan and Meier (1958) and Brookmeyer and Crowley (1982); where the curve is
exactly level with the quantile, the middle of the two times is taken, so that without open rows the median is the
ordinary one.
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

Z = 1.959963984540054  # 97.5 % point of the normal distribution
LEVEL = 1e-9  # product-limit sums carry rounding; closer than this is the same height
NOTHING_LEFT = -1e9  # stands for log(0): everyone has ended


def kaplan_meier(rows: ir.Table, keys: Sequence[str], time: str, ended: str) -> pd.DataFrame:
    """Median, 90th percentile and, where nothing is open, mean by group.

    Returns
    -------
    DataFrame
        `keys`, n, open (rows still running), median, low, high (95 % log-log interval of the median), p90, mean;
        missing where the curve does not come down so far.
    """
    curve = _curve(rows, list(keys), time, ended)
    within = curve.is_near_median
    table = curve.group_by(list(keys)) if keys else curve
    found = table.agg(
        n=curve.leaving.sum(),
        mean=(curve.time * curve.leaving).sum() / curve.leaving.sum(),
        open=(curve.leaving - curve.events).sum(),
        median=_quantile(curve, 0.5),
        p90=_quantile(curve, 0.9),
        low=curve.time.min(where=within),
        high=curve.next_time.max(where=within),
        last_within=curve.time.max(where=within),
        last=curve.time.max(where=curve.events > 0),
    ).to_pandas()
    found[["n", "open"]] = found[["n", "open"]].fillna(0).astype("int64")
    # Where the last event is still within the band, the upper bound is not reached.
    # While one row runs on, nobody knows the mean.
    found["mean"] = found["mean"].where(found.open == 0)
    found["high"] = found.high.where(found.last_within < found["last"])
    return found.drop(columns=["last_within", "last"])


def _curve(rows: ir.Table, keys: list[str], time: str, ended: str) -> ir.Table:
    """One row per group and distinct time: time, events, leaving, log_survival, is_near_median, next_time (of an
    ending)."""
    picked = rows.select(*keys, time=rows[time], ended=rows[ended].cast("int64"))
    counts = picked.group_by([*keys, "time"]).agg(events=picked.ended.sum(), leaving=picked.count())
    ahead = ibis.window(group_by=keys, order_by=counts.time, preceding=0, following=None)
    so_far = ibis.window(group_by=keys, order_by="time", preceding=None, following=0)
    later = ibis.window(group_by=keys, order_by="time", following=(1, None))
    at_risk = counts.mutate(at_risk=counts.leaving.sum().over(ahead))
    survivors = at_risk.at_risk - at_risk.events
    all_gone = (survivors == 0) & (at_risk.events > 0)
    safe = ibis.greatest(survivors, 1)
    steps = at_risk.mutate(
        step=ibis.ifelse(all_gone, NOTHING_LEFT, (safe / at_risk.at_risk).ln()),
        spread=ibis.ifelse(all_gone, None, at_risk.events / (at_risk.at_risk * safe)),
    )
    curve = steps.mutate(
        log_survival=steps.step.sum().over(so_far),
        greenwood=steps.spread.sum().over(so_far),
        next_time=ibis.ifelse(steps.events > 0, steps.time, None).min().over(later),
        is_end=steps.step == NOTHING_LEFT,
    )
    return curve.mutate(is_near_median=_is_near(curve, 0.5) & (curve.events > 0))


def _is_near(curve: ir.Table, level: float) -> ir.BooleanValue:
    """Whether the log-log band around the curve holds `level`."""
    import math

    target = math.log(-math.log(level))
    height = ibis.ifelse(curve.is_end | (curve.log_survival == 0), None, -curve.log_survival)
    distance = (height.ln() - target).abs() / (curve.greenwood.sqrt() / height)
    return (distance <= Z).fill_null(False)


def _quantile(curve: ir.Table, p: float) -> ir.Value:
    """The time at which a share `p` has ended."""
    import math

    target = math.log(1 - p)
    is_ending = curve.events > 0
    reached = curve.time.min(where=is_ending & (curve.log_survival <= target + LEVEL))
    passed = curve.time.min(where=is_ending & (curve.log_survival < target - LEVEL))
    return (reached + ibis.coalesce(passed, reached)) / 2
