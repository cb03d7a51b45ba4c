"""The same canonical table from several files -> one, without exact duplicates and superseded versions."""

from collections.abc import Callable
from typing import NamedTuple

from kpitools import tables
from kpitools.clean import Part
from kpitools.exports.columns import ident, sql_type
from kpitools.exports.raw import Raw
from kpitools.loadreport import Log


class Union(NamedTuple):
    """One canonical table over all files: the SQL of its rows, and its columns."""

    name: str
    sql: str
    columns: tuple[str, ...]


def unite(
    con, name: str, parts: list[Part], raws: dict[int, Raw], log: Log, removed: Callable[[Part, str, int], None]
) -> Union:
    """All files' rows of one canonical table, without exact duplicates and superseded versions.

    `removed(part, kind, rows)` is told what went from each file.
    """
    schema = tables.get(name)
    have = {column for part in parts for column in part.columns}
    columns = tuple(column for column in schema.names if column in have)
    selects = []
    for part in parts:
        gone = "" if part.is_main else _not_repeated(con, part)
        listed = ", ".join(
            ident(c) if c in part.columns else f"null::{sql_type(schema[c].type)} as {ident(c)}" for c in columns
        )
        selects.append(f"select _file, _row, _line, {listed} from {part.table}{gone}")
    rows = " union all ".join(selects)
    keyed = bool(schema.key) and set(schema.key) <= have
    if _has_identity(name, columns, keyed):
        _mark_repeats(con, name, rows, parts, raws, schema.key if keyed else (), "updated_at" in columns)
        if _note_repeats(con, name, parts, raws, log, removed):
            rows = f"select r.* from ({rows}) r anti join {name}_repeats p on r._file = p._file and r._row = p._row"
    return Union(name, rows, columns)


def _not_repeated(con, part: Part) -> str:
    """SQL that keeps a row of a further table only where its file's main table kept the row."""
    if (
        not part.main
        or not con.execute(
            "select count(*) from duckdb_tables() where table_name = ?", [f"{part.main}_repeats"]
        ).fetchone()[0]
    ):
        return ""
    return f" where _row not in (select _row from {part.main}_repeats where _file = {part.file})"


def _has_identity(name: str, columns: tuple[str, ...], keyed: bool) -> bool:
    """Whether two equal rows are one row twice: not so for figures of days that do not say which day."""
    return keyed or name != "queue_intervals" or "started_at" in columns


def _mark_repeats(con, name, rows, parts, raws, key, versioned) -> None:
    """Table ``<name>_repeats`` (_file, _row, kind): every row that stands elsewhere too, but for the one that stays."""
    listed = ", ".join(key)
    if key:
        named = " and ".join(f"{k} is not null" for k in key)
        twice = f"select {listed} from ({rows}) where {named} group by {listed} having count(*) > 1"
        con.execute(
            f"create or replace temp table kpitools_twice as select _file, _row, {listed}"
            f"{', updated_at' if versioned else ''} from ({rows}) semi join ({twice}) using ({listed})"
        )
    hashes = []
    for part in parts:
        entry = _entry(part, parts, raws)
        some = f"where _row in (select _row from kpitools_twice where _file = {part.file})" if key else ""
        hashes.append(
            f"select {part.file}::int as _file, _row, hash({entry}, {_hashed(raws[part.file])}) as _hash from "
            f"{raws[part.file].table} {some}"
        )
    subject = "kpitools_twice" if key else f"({rows})"
    group = f"{listed}, _hash" if key else "_hash"
    con.execute(
        f"create or replace temp table kpitools_ranked as select _file, _row, {listed + ', ' if key else ''}"
        f"{'updated_at, ' if versioned and key else ''}row_number() over (partition by {group} order by "
        f"_file, _row) as copy "
        f"from {subject} join ({' union all '.join(hashes)}) using (_file, _row)"
    )
    con.execute(
        f"create or replace table {name}_repeats as select _file, _row, 'duplicate' as kind, "
        f"null::int as winner, false as by_order from "
        f"kpitools_ranked where copy > 1"
    )
    if key:
        _mark_versions(con, name, listed, versioned)


def _entry(part: Part, parts: list[Part], raws: dict[int, Raw]) -> int:
    """The number of this way of reading the file: what two entries read differently of one row are two rows."""
    name = raws[part.file].name
    return list(dict.fromkeys(p.read_as for p in parts if raws[p.file].name == name)).index(part.read_as)


def _mark_versions(con, name: str, listed: str, versioned: bool) -> None:
    """Add the older versions, each with the file of the one that stays and whether only the files' order chose it."""
    newest = "updated_at desc nulls last, " if versioned else ""
    window = f"over (partition by {listed} order by {newest}_file desc, _row desc)"
    same_age = "updated_at is not distinct from first_value(updated_at) " + window if versioned else "true"
    con.execute(
        f"insert into {name}_repeats select _file, _row, 'superseded', winner, by_order and winner <> _file from "
        f"(select _file, _row, row_number() {window} as version, first_value(_file) {window} as winner, "
        f"{same_age} as by_order from kpitools_ranked where copy = 1) where version > 1"
    )


def _hashed(raw: Raw) -> str:
    """The raw columns in the order of their headers, so that a file with its columns moved hashes the same."""
    order = sorted(range(len(raw.headers)), key=lambda i: raw.headers[i])
    return ", ".join(f"coalesce(c{i}, '')" for i in order)


def _note_repeats(con, name, parts, raws, log: Log, removed) -> bool:
    found = con.execute(
        f"select _file, kind, count(*), min(_row) from {name}_repeats group by all order by all"
    ).fetchall()
    by_file = {part.file: part for part in parts}
    for file, kind, rows, first in found:
        rule = "exact_duplicate" if kind == "duplicate" else "older_version"
        log.find(raws[file].name, name, rule, None, rows, None, _line(con, raws[file], first), kind)
        removed(by_file[file], kind, rows)
    _note_order(con, name, raws, log)
    return bool(found)


def _note_order(con, name: str, raws: dict[int, Raw], log: Log) -> None:
    """Say where a later file won for no better reason than its name."""
    found = con.execute(
        f"select _file, winner, count(*), min(_row) from {name}_repeats where by_order group by all order by all"
    ).fetchall()
    for file, winner, rows, first in found:
        line = _line(con, raws[file], first)
        log.find(raws[file].name, name, "later_file_won", None, rows, raws[winner].name, line, "warning")


def _line(con, raw: Raw, row: int) -> int:
    return con.execute(f"select _line from {raw.table} where _row = ?", [row]).fetchone()[0]
