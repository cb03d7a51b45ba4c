"""How each canonical column of a table is read out of a file's texts, as SQL."""

import datetime as dt
from typing import NamedTuple

import duckdb

from kpitools import tables
from kpitools.errors import ConfigError, LoadError, told
from kpitools.exports import cells, instants
from kpitools.exports.mapping import REQUIRED, UNITS, ColumnMap, TableMap, no_column
from kpitools.exports.source import SourceFile

# A wall-clock moment of a column whose range is not known yet lies here.
ANY_YEARS = (dt.datetime(1971, 1, 1), dt.datetime(2037, 1, 1))


def ident(name: str) -> str:
    """A column name as a SQL identifier: ``at`` is a keyword."""
    return f'"{name}"'


def sql_type(kind: str) -> str:
    """DuckDB's type for a canonical column's kind."""
    return {"string": "varchar", "timestamp(6)": "timestamp", "float64": "double", "int64": "bigint"}.get(
        tables.TYPES[kind], tables.TYPES[kind]
    )


class Cell(NamedTuple):
    """How one column is read: SQL, the SQL of the text that must give a value (None: none need)."""

    column: ColumnMap
    name: str
    sql: str
    text: str | None = None
    is_utc: bool = True
    strangers: tuple = ()

    @property
    def id(self) -> str:
        """The name as a SQL identifier."""
        return ident(self.name)


def made(column: ColumnMap) -> str:
    """SQL for a canonical column out of what was read."""
    if column.plus:
        return f"{ident(column.start)} + to_microseconds(round(_{column.name} * 1000000)::bigint)"
    if column.to:
        return f"date_diff('microsecond', {ident(column.start)}, {ident(column.to)}) / 1000000.0"
    return ident(column.name)


def one_of(source: SourceFile, table: str, name: str, wanted: tuple[str, ...]) -> str:
    """SQL: the column `name` of the file holds one of the words."""
    if source.position((name,)) is None:
        raise ConfigError(told("at", where=f"{source.raw.name}: {table}", what=no_column(name, source.raw.headers)))
    return cells.matches(source.text((name,)), wanted)


class ColumnReader:
    """Decides how the columns of one canonical table are read; `rows` is the view of the file's rows it takes."""

    def __init__(self, source: SourceFile, table: TableMap, rows: str):
        self.source, self.map, self.rows = source, table, rows
        self.con, self.raw, self.name = source.con, source.raw, table.name

    def cells(self) -> list[Cell]:
        """How every column is read; LoadError where a required one is absent or a duration does not tell its unit."""
        for column in self.map.columns.values():
            self._check_start(column)
            self._check_values(column)
        found = [cell for column in self.map.columns.values() for cell in self._cells(column)]
        self._check_required()
        return found

    def _check_start(self, column: ColumnMap) -> None:
        """ConfigError where a moment would be made of itself, at once or by way of others."""
        seen, at = {column.name}, column
        while at and at.plus:
            if at.start in seen:
                raise ConfigError(told("made_of_itself", where=f"desk.yml: {self._place(column)}", start=at.start))
            seen.add(at.start)
            at = self.map.columns.get(at.start)

    def _check_values(self, column: ColumnMap) -> None:
        """ConfigError where desk.yml gives a column a value or a date format that cannot be one."""
        kind = "seconds" if column.plus else column.type
        for key in ("constant", "default"):
            value = getattr(column, key)
            if column.stated and value is not None:
                read = f"try_cast({cells.quote(value)} as {sql_type(kind)})"
                sound = (
                    f"isfinite({read})" if kind in ("instant", "day", "seconds", "number") else f"{read} is not null"
                )
                self._must_be(column, key, kind, f"select coalesce({sound}, false)")
        if column.type in ("instant", "day") and column.format not in (None, "iso", *instants.EPOCHS):
            self._must_be(
                column, "format", "date_format", f"select try_strptime('', {cells.quote(column.format)}) is null"
            )

    def _must_be(self, column: ColumnMap, key: str, wanted: str, asked: str) -> None:
        try:
            is_right = self.con.execute(asked).fetchone()[0]
        except duckdb.Error:
            is_right = False
        if not is_right:
            said = {"wanted": told(f"is.{wanted}"), "given": repr(getattr(column, key))}
            raise ConfigError(told("must_be", where=f"desk.yml: {self._place(column)}", key=key, **said))

    def _place(self, column: ColumnMap) -> str:
        return f"{self.raw.name}: {self.name}.{column.name}"

    def _check_required(self) -> None:
        for name in REQUIRED[self.name]:
            if name not in self.map.columns:
                said = {"file": self.raw.name, "table": self.name, "column": name}
                raise LoadError(told("needed", **said, headers=", ".join(self.raw.headers)))

    def _cells(self, column: ColumnMap) -> list[Cell]:
        """What to read for one canonical column; nothing for one that is made of others afterwards."""
        if column.constant is not None:
            return [Cell(column, column.name, f"{cells.quote(column.constant)}::{sql_type(column.type)}")]
        if column.plus:
            text = self.source.text(column.plus, plain=True)
            sql = cells.duration(text, column.unit, column.decimal or self.source.decimal)
            self._assume_unit(column.plus, column.unit, "format")
            return [self._guarded(Cell(column, f"_{column.name}", sql, text))]
        if column.to:
            return []
        is_words = column.type in ("id", "text", "flag") or column.values
        text = self.source.text(column.columns, plain=not is_words)
        return [self._guarded(getattr(self, f"_{_READERS[column.type]}")(column, text))]

    def _guarded(self, cell: Cell) -> Cell:
        """`cell` only where its `when` holds, with its default."""
        sql, text = cell.sql, cell.text
        for name, wanted in cell.column.when.items():
            condition = one_of(self.source, self.name, name, wanted)
            sql = f"case when {condition} then {sql} end"
            text = text and f"case when {condition} then {text} end"
        if cell.column.default is not None:
            default = cell.column.default
            if cell.column.type in ("id", "text"):
                default = str(default)
            sql = f"coalesce({sql}, {cells.quote(default)})"
        return cell._replace(sql=sql, text=text)

    def _plain(self, column: ColumnMap, text: str) -> Cell:
        worded = cells.words(self.con, self.rows, text, column)
        if not worded:
            is_odd = column.type == "id" and cells.has_odd_marks(self.con, self.rows, text)
            return Cell(column, column.name, cells.plain_id(text) if is_odd else text)
        return Cell(column, column.name, f"({worded.sql})::varchar", None, True, tuple(worded.strangers))

    def _flag(self, column: ColumnMap, text: str) -> Cell:
        if column.has:
            return Cell(column, column.name, cells.has_any(text, column.has))
        worded = cells.words(self.con, self.rows, text, column)
        return Cell(column, column.name, f"({worded.sql})::boolean", None, True, tuple(worded.strangers))

    def _number(self, column: ColumnMap, text: str) -> Cell:
        decimal = column.decimal or self.source.decimal
        read = cells.whole if column.type == "count" and not column.times else cells.number
        if column.type == "seconds":
            sql = cells.duration(text, self._unit(column, text), decimal)
        else:
            sql = read(text, decimal)
        worded = cells.words(self.con, self.rows, text, column) if column.values else None
        if worded:
            sql = f"coalesce(({worded.sql})::double, {sql})"
            if worded.blanks:
                nothing = ", ".join(cells.quote(word) for word in worded.blanks)
                text = f"case when {text} not in ({nothing}) then {text} end"
        if column.minus:
            sql = f"({sql} - {cells.quote(column.minus)})"
        if column.times:
            other = self.source.text(column.times, plain=True)
            sql, text = f"({sql} * {cells.number(other, decimal)})", f"case when {other} is not null then {text} end"
        return Cell(column, column.name, f"try_cast({sql} as {sql_type(column.type)})", text)

    def _instant(self, column: ColumnMap, text: str) -> Cell:
        seen = self.source.profile(column.columns) if column.format not in instants.EPOCHS else None
        mixed = self._clocked if seen and 0 < seen.offsets < seen.count else str
        read = instants.parse(text, seen, self.source.dayfirst, column.format, mixed)
        if not read.is_utc and self.source.zone.name:
            self.source.use_clock()
        return Cell(column, column.name, read.sql, text, read.is_utc)

    def _clocked(self, moment: str) -> str:
        """SQL for UTC of a wall-clock moment whose range is not known yet."""
        self.source.use_clock()
        return instants.to_utc(moment, self.source.zone.name, *ANY_YEARS)

    def _unit(self, column: ColumnMap, text: str) -> str:
        unit, how = column.unit, "stated" if column.stated else "format"
        if not unit:
            unit, how = cells.duration_unit(self.con, self.rows, text), "every_value_h_mm_ss"
        if not unit:
            said = {"file": self.raw.name, "table": self.name, "column": column.name, "header": column.columns[0]}
            raise LoadError(told("no_unit", **said, known=", ".join(UNITS)))
        self._assume_unit(column.columns, unit, how)
        return unit

    def _assume_unit(self, aliases: tuple[str, ...], unit: str, how: str) -> None:
        sample = self.con.execute(
            f"select v from (select {self.source.text(aliases)} as v from {self.raw.table}) where v is not null limit 3"
        ).fetchall()
        shown = "; ".join(row[0] for row in sample)
        self.source.log.assume(self.raw.name, "duration_unit", f"{self.source.header(aliases)}: {unit}", how, shown)


_READERS = {
    "id": "plain",
    "text": "plain",
    "flag": "flag",
    "number": "number",
    "count": "number",
    "seconds": "number",
    "instant": "instant",
    "day": "instant",
}
