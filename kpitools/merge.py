"""Files that say more about the rows of other files: joined by the table's key, cell by cell.

A desk.yml entry with ``merge: true`` gives no rows of its own where another file has the key already: its cells fill
those that are empty there. Every one of its rows is counted: merged into another, or accepted where no other file
has its key.
"""

from collections.abc import Callable
from typing import NamedTuple

from kpitools import tables
from kpitools.clean import Part
from kpitools.errors import ConfigError
from kpitools.exports.columns import ident, sql_type
from kpitools.exports.raw import Raw
from kpitools.loadreport import Log
from kpitools.rules import ORDERED
from kpitools.unite import Union, unite

Removed = Callable[[Part, str, int], None]
# A moment before another of its row that is said but kept: the win is real, its first contact was noted late.
SUSPECT = {
    "leads": (
        ("won_at", "created_at", "won_before_created"),
        ("won_at", "qualified_at", "won_before_qualified"),
    ),
}


class _Loading(NamedTuple):
    """What every step needs of a load."""

    con: object
    name: str
    raws: dict[int, Raw]
    log: Log


def unite_merging(con, name: str, parts: list[Part], raws: dict[int, Raw], log: Log, removed: Removed) -> Union:
    """`unite` for one canonical table, with the files that merge laid over the rest in their order.

    Raises
    ------
    ConfigError
        If a file is to merge into a table without a key, or into no other file.
    """
    loading = _Loading(con, name, raws, log)
    layers = [part for part in parts if part.merges]
    rest = [part for part in parts if not part.merges]
    _check(loading, layers, rest)
    united = unite(con, name, rest, raws, log, removed)
    if layers:
        united = _laid_over(loading, united, layers, removed)
        _mend_order(loading, united, [*rest, *layers])
    _note_suspects(loading, united)
    return united


def _check(loading: _Loading, layers: list[Part], rest: list[Part]) -> None:
    key = tables.get(loading.name).key
    for part in layers:
        where = f"desk.yml: {loading.raws[part.file].name}: merge"
        if not key or not all(set(key) <= set(p.columns) for p in (part, *rest)):
            needed = f"both files need its key {', '.join(key)}" if key else "its rows have no key"
            raise ConfigError(f"{where}: rows of {loading.name} cannot be merged: {needed}.")
        if not rest:
            raise ConfigError(f"{where}: no other file has rows of {loading.name} to merge with. Leave 'merge' out.")


def _laid_over(loading: _Loading, united: Union, layers: list[Part], removed: Removed) -> Union:
    """The united rows with each merging file's cells, as a table; all files' repeats in one ``<name>_repeats``."""
    con, name = loading.con, loading.name
    base = _kept(con, united, f"{name}_merged0")
    repeats = [_set_by(con, name, 0)]
    for number, part in enumerate(layers, start=1):
        own = unite(con, name, [part], loading.raws, loading.log, removed)
        over = _kept(con, own, f"{name}_over{number}")
        repeats.append(_set_by(con, name, number))
        base = _merged(loading, base, over, part, f"{name}_merged{number}", removed)
    con.execute(
        f"create or replace table {name}_repeats as " + " union all by name ".join(f"from {table}" for table in repeats)
    )
    return base


def _kept(con, union: Union, table: str) -> Union:
    """The rows of a union as a table: its SQL reads a list of repeats that the next file writes anew."""
    con.execute(f"create or replace table {table} as {union.sql}")
    return Union(union.name, f"select * from {table}", union.columns)


def _set_by(con, name: str, number: int) -> str:
    con.execute(f"create or replace table {name}_repeats{number} as from {name}_repeats")
    return f"{name}_repeats{number}"


def _merged(loading: _Loading, base: Union, over: Union, part: Part, table: str, removed: Removed) -> Union:
    con, schema = loading.con, tables.get(loading.name)
    columns = tuple(c for c in schema.names if c in {*base.columns, *over.columns})
    on = " and ".join(f"b.{ident(k)} = m.{ident(k)}" for k in schema.key)
    filled = ", ".join(_cell(c, base, over) for c in columns)
    alone = ", ".join(
        ident(c) if c in over.columns else f"null::{sql_type(schema[c].type)} as {ident(c)}" for c in columns
    )
    con.execute(
        f"create or replace table {table} as select b._file, b._row, b._line, {filled} from ({base.sql}) b "
        f"left join ({over.sql}) m on {on} union all "
        f"select _file, _row, _line, {alone} from ({over.sql}) m anti join ({base.sql}) b on {on}"
    )
    _note_merge(loading, base, over, part, on)
    alone_rows = con.execute(f"select count(*) from {table} where _file = {part.file}").fetchone()[0]
    removed(part, "merged", con.execute(f"select count(*) from ({over.sql})").fetchone()[0] - alone_rows)
    return Union(base.name, f"select * from {table}", columns)


def _cell(column: str, base: Union, over: Union) -> str:
    """What stands in the first file stays; a later one fills what is empty."""
    name = ident(column)
    if column in base.columns and column in over.columns:
        return f"coalesce(b.{name}, m.{name}) as {name}"
    return f"{'b' if column in base.columns else 'm'}.{name}"


def _note_merge(loading: _Loading, base: Union, over: Union, part: Part, on: str) -> None:
    """Say which rows found no other, and which cells another file had filled differently."""
    con, file = loading.con, loading.raws[part.file].name
    rows, line = con.execute(
        f"select count(*), min_by(_line, _row) from ({over.sql}) m anti join ({base.sql}) b on {on}"
    ).fetchone()
    if rows:
        loading.log.find(file, loading.name, "merged_with_none", None, rows, None, line, "warning")
    for column in (c for c in over.columns if c in base.columns and c not in tables.get(loading.name).key):
        name = ident(column)
        rows, value, line = con.execute(
            f"select count(*), min_by(m.{name}::varchar, m._row), min_by(m._line, m._row) from ({base.sql}) b "
            f"join ({over.sql}) m on {on} where b.{name} <> m.{name}"
        ).fetchone()
        if rows:
            loading.log.find(file, loading.name, "merge_conflict", column, rows, value, line, "warning")


def _mend_order(loading: _Loading, united: Union, parts: list[Part]) -> None:
    """The rule that a moment cannot lie before another of its row, where the two came from different files."""
    table = united.sql.removeprefix("select * from ")
    for column, earlier, rule in ORDERED.get(loading.name, ()):
        if {column, earlier} <= set(united.columns) and not any({column, earlier} <= set(p.columns) for p in parts):
            wrong = f"{ident(column)} < {ident(earlier)}"
            _note(loading, united, wrong, rule, column, "cell")
            loading.con.execute(f"update {table} set {ident(column)} = null where {wrong}")


def _note_suspects(loading: _Loading, united: Union) -> None:
    said = "false"  # a row is said once
    for column, earlier, rule in SUSPECT.get(loading.name, ()):
        if {column, earlier} <= set(united.columns):
            wrong = f"{ident(column)} < {ident(earlier)}"
            _note(loading, united, f"{wrong} and not coalesce({said}, false)", rule, column, "warning")
            said = f"({said} or {wrong})"


def _note(loading: _Loading, united: Union, wrong: str, rule: str, column: str, kind: str) -> None:
    """Log how many rows are so, and the first: its file, line and value."""
    rows, file, value, line = loading.con.execute(
        f"select count(*), arg_min(_file, (_file, _row)), arg_min({ident(column)}::varchar, (_file, _row)), "
        f"arg_min(_line, (_file, _row)) from ({united.sql}) where {wrong}"
    ).fetchone()
    if rows:
        loading.log.find(loading.raws[file].name, loading.name, rule, column, rows, value, line, kind)
