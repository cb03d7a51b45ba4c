"""A KPI as the SQL of another engine: what `compute` would run, written down and not run.

The tables it names are the desk's own (tickets, messages, ...), under their canonical columns; a warehouse that holds
them so gives the same sums. Intervals are made of them afterwards, as in `compute`. Business hours also name
``kpitools_calendar``, which is `Desk.calendar` and has to be copied there.
"""

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import sqlglot
from sqlglot import expressions as exp

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
    found = _written_out(expression(kpi, desk, **asked), desk)
    tree = sqlglot.parse_one(str(ibis.to_sql(found, dialect=dialect)), dialect=dialect)
    return _with_periods(_unqualified(tree), found).sql(dialect=dialect, pretty=True)


def _written_out(found: ir.Table, desk: Desk) -> ir.Table:
    """`found` with every view of the desk's database replaced by what stands behind it."""
    node = found.op()
    while views := [v for v in node.find(ops.DatabaseTable) if v.name in desk.sources]:
        node = node.replace({view: desk.sources[view.name].op() for view in views})
    return node.to_expr()


def _unqualified(tree: exp.Expression) -> exp.Expression:
    """Tables by their name alone: the desk's own database is not there."""
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
        table.set("db", None)
    return tree


def _with_periods(tree: exp.Expression, found: ir.Table) -> exp.Expression:
    """The tables of periods that were made in memory, written out as common table expressions."""
    for i, made in enumerate(dict.fromkeys(found.op().find(ops.InMemoryTable))):
        name = exp.to_identifier(f"kpitools_periods_{i}", quoted=True)
        for table in tree.find_all(exp.Table):
            if table.name == made.name:
                table.set("this", name.copy())
        rows = (", ".join(_literal(v, c) for c, v in row.items()) for row in made.data.to_frame().to_dict("records"))
        tree = tree.with_(name, as_=" UNION ALL ".join(f"SELECT {row}" for row in rows), dialect="duckdb")
        # It stands first, since the others may name it.
        known = tree.find(exp.With)
        known.set("expressions", [known.expressions[-1], *known.expressions[:-1]])
    return tree


def _literal(value, column: str) -> str:
    if isinstance(value, bool):
        return f'{str(value).upper()} AS "{column}"'
    return f"CAST('{value}' AS TIMESTAMP) AS \"{column}\""
