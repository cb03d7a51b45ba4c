"""KPIs of a desk's own against its tables: that each column is there and each piece of the kind it has to be."""

from collections.abc import Iterator, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from kpitools import facts, tables
from kpitools.errors import ConfigError, KpitoolsError, unknown
from kpitools.expression import Expression
from kpitools.expression_values import kind
from kpitools.kpi import Kpi, Span

_SAID = {"flag": "true or false", "number": "a number", "moment": "an instant"}


def check_columns(desk, kpis: Mapping[str, Kpi]) -> None:
    """ConfigError where a KPI of the desk's own reads a column that its table does not have, or takes one for what it
    is not. A canonical table that the data lacks is checked too, by its schema."""
    for kpi in kpis.values():
        if not desk.missing_for_table(kpi.table):
            rows = desk.table(kpi.table, "month")
            _try(kpi, rows, _check(kpi, rows))
        elif kpi.table not in facts.FACTS:
            _check(kpi, _empty(kpi.table))


def _empty(table: str) -> ir.Table:
    schema = {column.name: tables.TYPES[column.type] for column in tables.get(table).columns}
    walls = {tables.local(name): type_ for name, type_ in schema.items() if type_ == tables.TYPES["instant"]}
    return ibis.table(schema | walls, name=table)


def _check(kpi: Kpi, rows: ir.Table) -> list[ir.Value]:
    """The record's expressions on the rows."""
    found = [_resolved(kpi, part, rows, wanted) for part, wanted in _parts(kpi)]
    for key, column, wanted in _columns(kpi):
        where = getattr(kpi, "lines", {}).get(key, f"desk.yml: kpis: {kpi.name}")
        if column not in rows.columns:
            known = [c for c in rows.columns if not c.endswith("_local")]
            raise unknown("column", column, known, where, error=ConfigError)
        if wanted and kind(rows[column]) != wanted:
            raise ConfigError(f"{where}: '{column}' is a {kind(rows[column])}, where {_SAID[wanted]} is needed.")
    return found


def _columns(kpi: Kpi) -> Iterator[tuple[str, str, str]]:
    """Key, column and kind ("": any) of every column that the record names."""
    yield "dated_by", kpi.dated_by, "moment"
    if isinstance(kpi.value, Span):
        yield "value", kpi.value.start, "moment"
        yield "value", kpi.value.end, "moment"
    yield from (("needs", column, "") for column in kpi.needs)
    if "dimensions" in getattr(kpi, "said", ()):  # the usual ones need not be there
        yield from (("dimensions", column, "") for column in kpi.dimensions)


def _parts(kpi: Kpi) -> Iterator[tuple[Any, str]]:
    for rule in (*kpi.population, *kpi.demands):
        yield rule.keep, "flag"
    if not isinstance(kpi.value, Span):
        yield kpi.value, "flag" if kpi.statistic == "share" else "number"
    for part in (kpi.per, kpi.weight, kpi.count):
        if part is not None:
            yield part, "number"


def _resolved(kpi: Kpi, part: Any, rows: ir.Table, wanted: str) -> ir.Value:
    try:
        found = part.resolve(rows) if hasattr(part, "resolve") else ibis.literal(part) if _is_plain(part) else part
        is_right = kind(found) == wanted
    except KpitoolsError:
        raise
    except Exception as error:
        raise ConfigError(f"desk.yml: kpis: {kpi.name}: {type(error).__name__} in its record: {error}") from None
    if not is_right:
        where = (
            f"{part.where}: '{part.text}'" if isinstance(part, Expression) else f"desk.yml: kpis: {kpi.name}: a part"
        )
        raise ConfigError(f"{where} has to be {_SAID[wanted]}.")
    return found


def _is_plain(part: Any) -> bool:
    return isinstance(part, bool | int | float)


def _try(kpi: Kpi, rows: ir.Table, found: list[ir.Value]) -> None:
    """Ask the database for none of the rows: it refuses what it cannot compute before it looks at data."""
    if not found:
        return
    try:
        rows.select(**{f"part_{i}": part for i, part in enumerate(found)}).limit(0).to_pandas()
    except Exception as error:
        raise ConfigError(
            f"desk.yml: kpis: {kpi.name}: the database cannot compute it ({type(error).__name__}). Check value, per "
            "and where."
        ) from None
