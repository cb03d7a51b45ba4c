"""What became of the recurring revenue that was there at the start of each period."""

import ibis
import ibis.expr.types as ir

from kpitools.facts.customers import from_relationships, period_table

DIRECTIONS = {"new": 1, "expansion": 1, "contraction": -1, "churn": -1}


def revenue_periods(desk, every: str = "month") -> ir.Table:
    """One row for each customer and period with recurring revenue at its start: ``at_start``, ``lost`` (of it, by
    leaving or paying less) and ``at_end`` (of these customers, what they pay more included).

    From the movements of recurring revenue. Without them from the relationships and their ``mrr``, taken as the same
    all the time: then only leaving is seen, and ``at_end`` is missing.
    """
    every = every or "month"
    return _from_changes(desk, every) if _has_changes(desk) else _from_amounts(desk, every)


def _has_changes(desk) -> bool:
    return {"at", "customer_id", "kind", "amount"} <= desk.filled_base("revenue_changes")


def _from_changes(desk, every: str) -> ir.Table:
    rows = desk.base("revenue_changes")
    rows = rows.filter(rows.customer_id.notnull() & rows["at"].notnull() & rows.kind.isin(list(DIRECTIONS)))
    # The kind tells the direction, whatever the sign.
    sign = ibis.cases(*[(rows.kind == kind, sign) for kind, sign in DIRECTIONS.items()], else_=0)
    rows = rows.mutate(at_local=desk.wall_clock(rows, "at"), change=rows.amount.abs() * sign)
    rows = rows.filter(rows.at_local <= ibis.literal(desk.as_of_local, type="timestamp(6)"))
    joined = rows.cross_join(period_table(desk, rows.at_local.min().to_pandas(), desk.last_moment, every))
    joined = joined.filter(joined.at_local < joined.period_end)
    before = joined.at_local < joined.period_local
    found = joined.group_by("customer_id", "period_local").agg(
        at_start=joined.change.sum(where=before),
        moved=joined.change.sum(where=~before).fill_null(0.0),
        less=(-joined.change).sum(where=~before & (joined.change < 0)).fill_null(0.0),
    )
    found = found.filter(found.at_start > 0)
    # What was added within the period and lost again was not there at its start.
    return found.mutate(
        lost=ibis.least(found.less, found.at_start), at_end=found.at_start + found.moved, segment=ibis.null("string")
    )


def _from_amounts(desk, every: str) -> ir.Table:
    rows = from_relationships(desk, every)
    rows = rows.filter(rows.mrr > 0)
    return rows.mutate(
        at_start=rows.mrr, lost=ibis.ifelse(rows.is_retained, 0.0, rows.mrr), at_end=ibis.null("float64")
    )
