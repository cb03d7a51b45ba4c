"""A KPI as the SQL of another engine: what `compute` would run, written down and not run.

The tables it names are the desk's own (tickets, messages, ...), under their canonical columns; a warehouse that holds
them so gives the same sums. Intervals are made of them afterwards, as in `compute`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from kpitools import periods
from kpitools.aggregates import aggregated
from kpitools.compute import prepared
from kpitools.desk import Desk
from kpitools.errors import unknown
from kpitools.kpi import Kpi

DIALECTS = ("duckdb", "postgres", "databricks", "snowflake")


def expression(
    kpi: Kpi | str,
    desk: Desk,
    *,
    every: str | None = "week",
    by: Sequence[str] | str = (),
    hours: str = "calendar",
    view: str | None = None,
    start=None,
    end=None,
    where: dict[str, Any] | None = None,
) -> ir.Table:
    """The aggregates of one KPI by period and group as an Ibis table; arguments and errors as in `compute`."""
    kpi, every = desk.kpi(kpi), periods.check(every)
    by = (by,) if isinstance(by, str) else tuple(by)
    return aggregated(*prepared(kpi, desk, every, by, hours, view, start, end, where))


def statement(kpi: Kpi | str, desk: Desk, dialect: str = "duckdb", **asked: Any) -> str:
    """The same as SQL for one of `DIALECTS`; `asked` as in `expression`.

    Raises
    ------
    UnknownNameError
        For a dialect that is not one of them.
    """
    if dialect not in DIALECTS:
        raise unknown("dialect", dialect, DIALECTS)
    text = str(ibis.to_sql(expression(kpi, desk, **asked), dialect=dialect))
    return _with_wall_clocks(text, dialect)


def _with_wall_clocks(text: str, dialect: str) -> str:
    """DuckDB and Postgres shift a clock by ``timezone(zone, at)``, twice: from UTC, to the zone; others by one call."""
    if dialect not in _SHIFTS:
        return text
    import sqlglot
    from sqlglot import exp

    def shifted(node: "exp.Expression") -> "exp.Expression":
        if not _is_shift(node, exp) or not _is_shift(node.expressions[1], exp):
            return node
        zone, instant = node.expressions[0], node.expressions[1].expressions[1]
        return _SHIFTS[dialect](exp, zone, instant.transform(shifted))

    return sqlglot.parse_one(text, dialect=dialect).transform(shifted).sql(dialect=dialect, pretty=True)


def _is_shift(node, exp) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == "timezone" and len(node.expressions) == 2


_SHIFTS: dict[str, Callable] = {
    "databricks": lambda exp, zone, at: exp.Anonymous(this="from_utc_timestamp", expressions=[at, zone]),
    "snowflake": lambda exp, zone, at: exp.Anonymous(
        this="CONVERT_TIMEZONE", expressions=[exp.Literal.string("UTC"), zone, at]
    ),
}
