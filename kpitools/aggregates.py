"""What the database adds up for each statistic: sums and counts by group, which any SQL engine has.

`compute` runs them and makes figures and intervals of them; `sql` writes them down for other engines.
"""

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir

from kpitools.survival_query import curve_aggregates

Aggregates = dict[str, ir.Value]


def aggregated(rows: ir.Table, keys: Sequence[str], statistic: str) -> ir.Table:
    """One row a group: `keys`, what the statistic needs, and ``first_local``, the first local moment of its rows.

    `rows` has ``local``, ``value`` and, where the statistic asks for them, ``per``, ``weight``, ``stands_for`` and
    ``has_ended``.
    """
    if statistic == "kaplan_meier":
        return curve_aggregates(rows.filter(rows.value.notnull()), keys, "value", "has_ended", "local")
    rows = _worth_something(rows, statistic)
    found = _AGGREGATES[statistic](rows) | {"first_local": rows.local.min()}
    return rows.group_by(list(keys)).agg(**found) if keys else rows.agg(**found)


def _worth_something(rows: ir.Table, statistic: str) -> ir.Table:
    if statistic in ("share", "nps"):
        return rows.filter(rows.value.notnull())
    return rows.filter(rows.value.notnull() & rows.per.notnull()) if statistic == "ratio" else rows


def _median(rows: ir.Table) -> Aggregates:
    return {
        "value": rows.value.quantile(0.5),
        "n": rows.value.count(),
        "open": _still_open(rows),
        "p90": rows.value.quantile(0.9),
        "mean": rows.value.mean(),
    }


def _mean(rows: ir.Table) -> Aggregates:
    plain = {
        "value": rows.value.mean(),
        "n": rows.value.count(),
        "open": _still_open(rows),
        "sd": rows.value.std(how="sample"),
        "median": rows.value.quantile(0.5),
        "p90": rows.value.quantile(0.9),
    }
    if "weight" not in rows.columns:
        return plain
    weight = ibis.ifelse(rows.value.notnull(), rows.weight, None)
    return plain | {
        "total": weight.sum(),
        "squares": (weight * weight).sum(),
        "weighted": (weight * rows.value).sum(),
        "spread": (weight * rows.value * rows.value).sum(),
    }


def _share(rows: ir.Table) -> Aggregates:
    plain = {"k": rows.value.sum(), "n": rows.count()}
    if "weight" not in rows.columns:
        return plain
    return plain | {
        "good": (rows.value * rows.weight).sum(),
        "total": rows.weight.sum(),
        "squares": (rows.weight * rows.weight).sum(),
    }


def _sum(rows: ir.Table) -> Aggregates:
    return {"value": rows.value.sum().fill_null(0), "n": rows.count()}


def _ratio(rows: ir.Table) -> Aggregates:
    x, y = rows.per, rows.value
    return {
        "numerator": y.sum(),
        "denominator": x.sum(),
        "n": rows.stands_for.sum().fill_null(0).cast("int64") if "stands_for" in rows.columns else rows.count(),
        "summed": rows.count(),
        "mean_of_ratios": (y / x.nullif(0)).mean(),
        "xx": (x * x).sum(),
        "xy": (x * y).sum(),
        "yy": (y * y).sum(),
    }


def _nps(rows: ir.Table) -> Aggregates:
    sides = {"promoters": 1, "passives": 0, "detractors": -1}
    counts = {"n": rows.count()} | {name: (rows.value == side).sum() for name, side in sides.items()}
    if "weight" not in rows.columns:
        return counts
    weights = {f"{name}_w": rows.weight.sum(where=rows.value == side) for name, side in sides.items()}
    return counts | weights | {"squares": (rows.weight * rows.weight).sum()}


def _still_open(rows: ir.Table) -> ir.Value:
    return (~rows.has_ended).sum().fill_null(0) if "has_ended" in rows.columns else ibis.literal(0)


_AGGREGATES: dict[str, Callable[[ir.Table], Aggregates]] = {
    "median": _median,
    "mean": _mean,
    "share": _share,
    "total": _sum,
    "level": _sum,
    "ratio": _ratio,
    "nps": _nps,
}
