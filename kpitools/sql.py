"""A KPI as the SQL of another engine: what `compute` would run, written down and not run.

The tables it names are the desk's own (tickets, messages, ...), under their canonical columns; a warehouse that holds
them so gives the same sums. Intervals are made of them afterwards, as in `compute`. Business hours also name
``kpitools_calendar``, which is `Desk.calendar` and has to be copied there.
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
    import sqlglot

    found = expression(kpi, desk, **asked)
    tree = sqlglot.parse_one(str(ibis.to_sql(found, dialect=dialect)), dialect=dialect)
    tree = _with_wall_clocks(_with_periods(tree, found), dialect)
    return tree.sql(dialect=dialect, pretty=True)


def _with_periods(tree, found: ir.Table):
    """The tables of periods that were made in memory, written out as common table expressions."""
    from ibis.expr import operations as ops
    from sqlglot import exp

    for i, made in enumerate(dict.fromkeys(found.op().find(ops.InMemoryTable))):
        name = exp.to_identifier(f"kpitools_periods_{i}", quoted=True)
        for table in tree.find_all(exp.Table):
            if table.name == made.name:
                table.set("this", name.copy())
        frame = made.data.to_frame()
        rows = (", ".join(_literal(v, c) for c, v in row.items()) for row in frame.to_dict("records"))
        text = " UNION ALL ".join(f"SELECT {row}" for row in rows)
        tree = tree.with_(name, as_=text, dialect="duckdb")
        # It stands first, since the others may name it.
        known = tree.find(exp.With)
        known.set("expressions", [known.expressions[-1], *known.expressions[:-1]])
    return tree


def _literal(value, column: str) -> str:
    return f"CAST('{value}' AS TIMESTAMP) AS \"{column}\""


def _with_wall_clocks(tree, dialect: str):
    """DuckDB and Postgres shift a clock by ``timezone(zone, at)``, twice: from UTC, to the zone; others by one call."""
    if dialect not in _SHIFTS:
        return tree
    from sqlglot import exp

    def shifted(node: "exp.Expression") -> "exp.Expression":
        if not _is_shift(node, exp) or not _is_shift(node.expressions[1], exp):
            return node
        zone, instant = node.expressions[0], node.expressions[1].expressions[1]
        return _SHIFTS[dialect](exp, zone, instant.transform(shifted))

    return tree.transform(shifted)


def _is_shift(node, exp) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == "timezone" and len(node.expressions) == 2


_SHIFTS: dict[str, Callable] = {
    "databricks": lambda exp, zone, at: exp.Anonymous(this="from_utc_timestamp", expressions=[at, zone]),
    "snowflake": lambda exp, zone, at: exp.Anonymous(
        this="CONVERT_TIMEZONE", expressions=[exp.Literal.string("UTC"), zone, at]
    ),
}
