"""Text -> typed rows: every row is accepted, repaired or quarantined, and counted.

Each rule has a name; its sentence in both languages stands in ``words/loading.yml`` under ``rule.<name>``. All rules
are SQL over whole columns. What no rule fires on costs one aggregate.
"""

import csv
import io
import json
from typing import NamedTuple

from kpitools import tables
from kpitools.errors import ConfigError, LoadError
from kpitools.exports import cells, instants
from kpitools.exports.mapping import REQUIRED, SCALES, UNITS, ColumnMap, FileMap, TableMap, find, no_column
from kpitools.exports.read import Raw
from kpitools.loadreport import LoadReport, Log, harmless

TRUNCATED = (40, 1_000, 9_999, 10_000)
TOTALS = ("total", "totals", "grand total", "sum", "summation", "average", "tổng", "tổng cộng", "tổng số", "trung bình")
# Moments that may lie ahead of the export.
AHEAD = ("sla_due_at", "ended_at")
# A moment that cannot lie before another of its row: column, the earlier one, rule.
ORDERED = {
    "tickets": (
        ("first_reply_at", "created_at", "reply_before_created"),
        ("first_resolved_at", "created_at", "resolved_before_created"),
        ("resolved_at", "created_at", "resolved_before_created"),
        ("closed_at", "created_at", "closed_before_created"),
    ),
    "calls": (
        ("answered_at", "offered_at", "answered_before_offered"),
        ("ended_at", "offered_at", "ended_before_start"),
    ),
    "surveys": (("answered_at", "sent_at", "answered_before_sent"),),
    "customers": (("ended_at", "started_at", "ended_before_started"),),
}


def ident(name: str) -> str:
    """A column name as a SQL identifier: ``at`` is a keyword."""
    return f'"{name}"'


class Part(NamedTuple):
    """One file's rows of one canonical table, typed, in SQL table `table` with _file, _row and _line."""

    file: int
    name: str
    table: str
    columns: tuple[str, ...]
    main: str | None = None

    @property
    def is_main(self) -> bool:
        """Whether the file's account counts these rows."""
        return self.main is None


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


class Zone(NamedTuple):
    """The clock a file is written on and how that was decided."""

    name: str
    how: str


class FileCleaner:
    """Cleans one file: its all-text table -> typed parts, with everything noted in `log`."""

    def __init__(self, con, raw: Raw, file: FileMap, zone: Zone, log: Log, number: int):
        self.con, self.raw, self.file, self.zone, self.log, self.number = con, raw, file, zone, log, number
        self.tables = file.tables
        self._profiles: dict[int, instants.Profile] = {}
        self.dayfirst: bool | None = None
        self._clock_used = False
        self.rows_read = self.quarantined = 0
        self._needs = cells.needs(con, raw.table, self._positions(), raw.marks, raw.odd_spaces)

    def clean(self) -> list[Part]:
        """All parts of the file, the main table's first; LoadError where the file cannot be read without guessing."""
        self._note_reading()
        self._decide_order()
        self._check_decimal()
        parts = []
        for position, table in enumerate(self.tables):
            parts.append(_TableCleaner(self, table, self.tables[0].name if position else None).clean())
        self._note_zone()
        return parts

    def _positions(self) -> dict[int, bool]:
        """The columns of the file that are read at all, and whether as words."""
        found: dict[int, bool] = {}
        for column in (column for table in self.tables for column in table.columns.values()):
            is_words = column.type in ("id", "text", "flag") or bool(column.values) or bool(column.when)
            for group in column.sources:
                position = find(self.raw.headers, group)
                found[position] = found.get(position, False) or is_words
        return found

    def text(self, aliases: tuple[str, ...], *, plain: bool = False) -> str:
        """SQL: the trimmed text of the column that one of the aliases names; `plain` for what is no words."""
        position = find(self.raw.headers, aliases)
        need = self._needs.get(position, cells.Needs())
        return cells.cell(position, need._replace(compose=False) if plain else need)

    def profile(self, aliases: tuple[str, ...]) -> instants.Profile:
        """How a column of moments is written; looked at once."""
        position = find(self.raw.headers, aliases)
        if position not in self._profiles:
            self._profiles[position] = instants.profile(self.con, self.raw.table, self.text(aliases, plain=True))
        return self._profiles[position]

    def _decide_order(self) -> None:
        seen = {}
        for table in self.tables:
            for column in table.columns.values():
                if column.type in ("instant", "day") and column.columns and not column.format:
                    header = self.raw.headers[find(self.raw.headers, column.columns)]
                    seen[header] = self.profile(column.columns)
        self.dayfirst, how = instants.decide_order(seen, self.file.dayfirst, self.raw.name)
        open_ones = [p for p in seen.values() if any(instants.is_ordered(shape) for shape in p.shapes)]
        if self.dayfirst is not None and open_ones:
            self.log.assume(self.raw.name, "date_order", "day first" if self.dayfirst else "month first", how)

    def _check_decimal(self) -> None:
        """A decimal comma in a file that nobody called so: 1.500 beside 12,5 cannot be read without guessing."""
        if self.file.decimal == ",":
            return
        for table in self.tables:
            for column in table.columns.values():
                if column.type not in ("seconds", "number", "count") or not column.columns:
                    continue
                text = self.text(column.columns, plain=True)
                rows, value, line = self.con.execute(
                    f"select count(*), min_by({text}, _row), min_by(_line, _row) from {self.raw.table} "
                    f"where contains({text}, ',') and regexp_full_match({text}, '-?[0-9.]+,[0-9]{{1,2}}')"
                ).fetchone()
                if rows:
                    header = self.raw.headers[find(self.raw.headers, column.columns)]
                    raise LoadError(
                        f"{self.raw.name}: column '{header}' holds {rows} numbers with a decimal comma, "
                        f"first '{value}' in line {line}. "
                        f'Write decimal: "," for this file in desk.yml (files: - file: {self.raw.name}).'
                    )

    def _note_reading(self) -> None:
        raw, log = self.raw, self.log
        if raw.encoding[0]:
            log.assume(raw.name, "encoding", raw.encoding[0], raw.encoding[1])
        if raw.delimiter[0]:
            log.assume(raw.name, "delimiter", raw.delimiter[0].replace("\t", "tab"), raw.delimiter[1])
        for name in raw.repeated:
            log.find(raw.name, None, "repeated_header", name, raw.headers.count(name) + 1, name, None, "warning")
        if raw.read == 0:
            log.find(raw.name, None, "no_rows", None, 0, None, None, "warning")
        if raw.read in TRUNCATED:
            log.find(raw.name, None, "truncated", None, raw.read, None, None, "warning")

    def use_clock(self) -> None:
        """Note that a moment of the file was read on its wall clock."""
        self._clock_used = True

    def _note_zone(self) -> None:
        if not self._clock_used:
            has_moments = any(c.type == "instant" for t in self.tables for c in t.columns.values())
            if has_moments and self.raw.rows:
                self.log.assume(self.raw.name, "timezone", "UTC", "in_the_values")
            self.zone = Zone("UTC" if has_moments else "", "in_the_values")
            return
        self.log.assume(self.raw.name, "timezone", self.zone.name, self.zone.how)
        if self.zone.how == "nobody_said":
            self.log.find(self.raw.name, None, "timezone_unknown", None, self.raw.rows, "UTC", None, "warning")


class _TableCleaner:
    """One canonical table of one file."""

    def __init__(self, owner: FileCleaner, table: TableMap, main: str | None):
        self.owner, self.map, self.main, self.is_main = owner, table, main, main is None
        self.con, self.raw, self.log = owner.con, owner.raw, owner.log
        self.name, self.file = table.name, owner.raw.name
        self.read = f"{self.raw.table}_{table.name}_read"
        self.typed = f"{self.raw.table}_{table.name}"
        self.source = f"{self.raw.table}_{table.name}_rows"

    def clean(self) -> Part:
        self._source_rows()
        self.cells = [cell for column in self.map.columns.values() for cell in self._cells(column)]
        self._check_required()
        self._read_cells()
        self._note_bad_cells()
        self._note_words()
        self._drop_sentinels()
        self._drop_future()
        self._drop_negatives()
        self._quarantine()
        self._type()
        self._check_order()
        self._repair()
        self._check_scores()
        self._examples()
        return Part(self.owner.number, self.name, self.typed, tuple(self._columns()), self.main)

    # --- which rows ---

    def _source_rows(self) -> None:
        """A view of the rows that belong to this table."""
        conditions = [self._one_of(name, wanted) for name, wanted in self.map.rows.items()]
        if not self.is_main:
            conditions.append(f"_row not in (select _row from {self.raw.table}_gone)")
        where = " and ".join(conditions) or "true"
        self.con.execute(f"create or replace view {self.source} as select * from {self.raw.table} where {where}")
        if self.is_main:
            self.con.execute(f"create or replace table {self.raw.table}_gone (_row BIGINT)")
            self.rows = (
                self.con.execute(f"select count(*) from {self.source}").fetchone()[0] if conditions else self.raw.rows
            )
            if self.rows < self.raw.rows:
                left = self.raw.rows - self.rows
                self.log.find(self.file, self.name, "rows_filtered", None, left, None, None, "warning")
            self.owner.rows_read = self.rows + len(self.raw.rejects)

    def _one_of(self, name: str, wanted: tuple[str, ...]) -> str:
        if find(self.raw.headers, (name,)) is None:
            raise ConfigError(f"{self.file}: {self.name}: {no_column(name, self.raw.headers)}")
        return cells.matches(self.owner.text((name,)), wanted)

    # --- how each column is read ---

    def _cells(self, column: ColumnMap) -> list[Cell]:
        """What to read for one canonical column; nothing for one that is made of others afterwards."""
        if column.constant is not None:
            return [Cell(column, column.name, f"{cells.quote(column.constant)}::{sql_type(column.type)}")]
        if column.plus:
            text = self.owner.text(column.plus, plain=True)
            sql = cells.duration(text, column.unit, self.owner.file.decimal)
            self._assume_unit(column.plus, column.unit, "format")
            return [self._guarded(Cell(column, f"_{column.name}", sql, text))]
        if column.to:
            return []
        is_words = column.type in ("id", "text", "flag") or column.values
        text = self.owner.text(column.columns, plain=not is_words)
        return [self._guarded(getattr(self, f"_{_READERS[column.type]}")(column, text))]

    def _guarded(self, cell: Cell) -> Cell:
        """`cell` only where its `when` holds, with its default."""
        sql, text = cell.sql, cell.text
        for name, wanted in cell.column.when.items():
            condition = self._one_of(name, wanted)
            sql = f"case when {condition} then {sql} end"
            text = text and f"case when {condition} then {text} end"
        if cell.column.default is not None:
            sql = f"coalesce({sql}, {cells.quote(cell.column.default)})"
        return cell._replace(sql=sql, text=text)

    def _plain(self, column: ColumnMap, text: str) -> Cell:
        worded = cells.words(self.con, self.source, text, column)
        if not worded:
            return Cell(column, column.name, text)
        return Cell(column, column.name, f"({worded.sql})::varchar", None, True, tuple(worded.strangers))

    def _flag(self, column: ColumnMap, text: str) -> Cell:
        if column.has:
            return Cell(column, column.name, cells.has_any(text, column.has))
        worded = cells.words(self.con, self.source, text, column)
        return Cell(column, column.name, f"({worded.sql})::boolean", None, True, tuple(worded.strangers))

    def _number(self, column: ColumnMap, text: str) -> Cell:
        decimal = self.owner.file.decimal
        read = cells.whole if column.type == "count" and not column.times else cells.number
        if column.type == "seconds":
            sql = cells.duration(text, self._unit(column, text), decimal)
        else:
            sql = read(text, decimal)
        worded = cells.words(self.con, self.source, text, column) if column.values else None
        if worded:
            sql = f"coalesce(({worded.sql})::double, {sql})"
            if worded.blanks:
                nothing = ", ".join(cells.quote(word) for word in worded.blanks)
                text = f"case when {text} not in ({nothing}) then {text} end"
        if column.minus:
            sql = f"({sql} - {cells.quote(column.minus)})"
        if column.times:
            other = self.owner.text(column.times, plain=True)
            sql, text = f"({sql} * {cells.number(other, decimal)})", f"case when {other} is not null then {text} end"
        return Cell(column, column.name, f"({sql})::{sql_type(column.type)}", text)

    def _instant(self, column: ColumnMap, text: str) -> Cell:
        seen = self.owner.profile(column.columns) if column.format not in instants.EPOCHS else None
        zone = self.owner.zone.name
        mixed = self._clocked if seen and 0 < seen.offsets < seen.count else str
        read = instants.parse(text, seen, self.owner.dayfirst, column.format, mixed)
        if not read.is_utc and zone:
            self.owner.use_clock()
        return Cell(column, column.name, read.sql, text, read.is_utc)

    def _clocked(self, moment: str) -> str:
        """SQL for UTC of a wall-clock moment whose range is not known yet."""
        import datetime as dt

        self.owner.use_clock()
        return instants.to_utc(moment, self.owner.zone.name, dt.datetime(1971, 1, 1), dt.datetime(2037, 1, 1))

    def _unit(self, column: ColumnMap, text: str) -> str:
        unit, how = column.unit, "stated" if column.stated else "format"
        if not unit:
            unit, how = cells.duration_unit(self.con, self.source, text), "every_value_h_mm_ss"
        if not unit:
            raise LoadError(
                f"{self.file}: {self.name}.{column.name}: the numbers do not tell their unit. "
                f"Say it: {column.name}: {{column: {column.columns[0]}, unit: minutes}} (known: "
                f"{', '.join(UNITS)}, hms)."
            )
        self._assume_unit(column.columns, unit, how)
        return unit

    def _assume_unit(self, aliases: tuple[str, ...], unit: str, how: str) -> None:
        header = self.raw.headers[find(self.raw.headers, aliases)]
        sample = self.con.execute(
            f"select v from (select {self.owner.text(aliases)} as v from {self.raw.table}) where v is not null limit 3"
        ).fetchall()
        self.log.assume(self.file, "duration_unit", f"{header}: {unit}", how, "; ".join(row[0] for row in sample))

    def _check_required(self) -> None:
        for name in REQUIRED[self.name]:
            if name not in self.map.columns:
                raise LoadError(
                    f"{self.file}: {self.name} need {name}, and no column of the file gives it. "
                    f"It has: {', '.join(self.raw.headers)}. Say which it is in desk.yml: tables: "
                    f"{{{self.name}: {{{name}: ...}}}}."
                )

    # --- cells ---

    def _read_cells(self) -> None:
        listed = ", ".join(f"{cell.sql} as {cell.id}" for cell in self.cells)
        self.con.execute(f"create or replace table {self.read} as select _row, _line, {listed} from {self.source}")
        fallible = [cell for cell in self.cells if cell.text]
        wanted = [f"count({cell.text})" for cell in fallible]
        got = [f"count({cell.id})" for cell in fallible]
        self.lost = {}
        if fallible:
            before = self.con.execute(f"select {', '.join(wanted)} from {self.source}").fetchone()
            after = self.con.execute(f"select {', '.join(got)} from {self.read}").fetchone()
            self.lost = {c.name: a - b for c, a, b in zip(fallible, before, after, strict=True) if a > b}

    def _note_bad_cells(self) -> None:
        for cell in self.cells:
            if not self.lost.get(cell.name):
                continue
            nothing = ", ".join(cells.quote(word) for word in cells.MISSING)
            rows, value, line = self.con.execute(
                f"select count(*), min_by(v, _row), min_by(_line, _row) from (select {cell.text} as v, _row, _line "
                f"from {self.source} semi join (select _row from {self.read} where {cell.id} is null) using (_row)) "
                f"where v is not null and lower(v) not in ({nothing})"
            ).fetchone()
            if rows:
                rule = {"instant": "not_a_date", "day": "not_a_date", "seconds": "not_a_duration"}.get(
                    cell.column.type, "not_a_number"
                )
                rule = "not_a_duration" if cell.column.plus else rule
                self.log.find(self.file, self.name, rule, cell.column.name, rows, value, line, "cell")
                self._refuse_hopeless(cell, rows, value, line)

    def _refuse_hopeless(self, cell: Cell, bad: int, value: str, line: int) -> None:
        """A required moment that never reads is a misread format, not dirty data."""
        if cell.column.name not in REQUIRED[self.name] or cell.column.type != "instant":
            return
        if self.con.execute(f"select count({cell.id}) from {self.read}").fetchone()[0] == 0:
            raise LoadError(
                f"{self.file}: {self.name}.{cell.name}: none of {bad:,} values is a date that is understood, "
                f"first '{value}' in line "
                f"{line}. Say how it is written: {cell.name}: {{column: ..., format: '%d/%m/%Y %H:%M'}} (or "
                f"epoch, epoch_ms)."
            )

    def _note_words(self) -> None:
        for cell in self.cells:
            if cell.strangers and self.name == "status_changes" and cell.name == "status":
                rows = sum(rows for _, rows, _ in cell.strangers)
                words = ", ".join(word for word, _, _ in cell.strangers)
                self.log.find(
                    self.file,
                    self.name,
                    "event_without_status",
                    "status",
                    rows,
                    words,
                    self._line(cell.strangers[0][2]),
                    "warning",
                )
                continue
            for word, rows, first in cell.strangers:
                self.log.find(self.file, self.name, "unknown_word", cell.name, rows, word, self._line(first), "cell")

    def _line(self, row: int) -> int:
        return self.con.execute(f"select _line from {self.raw.table} where _row = ?", [row]).fetchone()[0]

    def _instants(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.column.type == "instant" and not cell.column.plus]

    def _ranges(self) -> dict[str, tuple]:
        """The first and last moment of every column read as one."""
        moments = self._instants()
        if not moments:
            return {}
        ends = ", ".join(f"min({c.id}), max({c.id})" for c in moments)
        flat = self.con.execute(f"select {ends} from {self.read}").fetchone()
        return {c.name: flat[2 * i : 2 * i + 2] for i, c in enumerate(moments)}

    def _drop_sentinels(self) -> None:
        days = ", ".join(f"date '{day}'" for day in instants.SENTINELS)
        flags = [f"count_if({c.id}::date in ({days}))" for c in self._instants()]
        if not flags:
            return
        counts = self.con.execute(f"select {', '.join(flags)} from {self.read}").fetchone()
        for cell, count in zip(self._instants(), counts, strict=True):
            if count:
                self._empty(cell.name, f"{cell.id}::date in ({days})", "sentinel_date", self.read)

    def _drop_future(self) -> None:
        """Nothing can have happened after now; a day's grace for clocks and zones. Due dates lie ahead by nature."""
        limit = "(now() at time zone 'UTC' + interval 1 day)"
        moments = [c for c in self._instants() if c.column.name not in AHEAD]
        if not moments:
            return
        flags = ", ".join(f"count_if({c.id} > {limit})" for c in moments)
        counts = self.con.execute(f"select {flags} from {self.read}").fetchone()
        for cell, count in zip(moments, counts, strict=True):
            if count:
                self._empty(cell.name, f"{cell.id} > {limit}", "in_the_future", self.read, shown=cell.column.name)

    def _drop_negatives(self) -> None:
        spans = [c for c in self.cells if c.column.type in ("seconds", "count") or c.column.plus]
        if not spans:
            return
        counts = self.con.execute(
            f"select {', '.join(f'count_if({c.id} < 0)' for c in spans)} from {self.read}"
        ).fetchone()
        for cell, count in zip(spans, counts, strict=True):
            if count:
                rule = "negative_count" if cell.column.type == "count" else "negative_duration"
                self._empty(cell.name, f"{cell.id} < 0", rule, self.read, shown=cell.column.name)

    def _empty(self, column: str, where: str, rule: str, table: str, shown: str | None = None) -> None:
        """Make cells missing and note the rule."""
        quoted = ident(column)
        rows, value, line = self.con.execute(
            f"select count(*), min_by({quoted}::varchar, _row), min_by(_line, _row) from {table} where {where}"
        ).fetchone()
        if rows:
            self.log.find(self.file, self.name, rule, shown or column, rows, value, line, "cell")
            self.con.execute(f"update {table} set {quoted} = null where {where}")

    # --- rows that mean nothing ---

    def _quarantine(self) -> None:
        """Set aside rows without what their table requires, and footers."""
        required = [c for c in self.cells if c.name in REQUIRED[self.name] or self._is_key(c)]
        lacking = " or ".join(f"{c.id} is null" for c in required) or "false"
        last = f"_row >= (select max(_row) - 2 from {self.raw.table})"
        if not self._fills_rows():
            lacking += f" or _row in (select _row from {self.source} where {self._all_empty()})"
        first = cells.cell(0)
        totals = ", ".join(cells.quote(word) for word in TOTALS)
        footer = f"_row in (select _row from {self.source} where {last} and lower({first}) in ({totals}))"
        gone = self.con.execute(
            f"select _row, _line, {', '.join([f'{c.id} is null' for c in required] + [footer])} from {self.read} "
            f"where {lacking} or {footer} order by _row"
        ).fetchall()
        if not gone:
            return
        reasons = {}
        for row, _line, *flags, is_footer in gone:
            missing = [c for c, flag in zip(required, flags, strict=True) if flag]
            reasons[row] = _reason(missing, is_footer)
        self._set_aside(reasons)

    def _is_key(self, cell: Cell) -> bool:
        return cell.name in tables.get(self.name).key and cell.column.constant is None

    def _fills_rows(self) -> bool:
        """Whether a required column is read from the file, so that an empty row cannot pass."""
        return any(c.text or c.column.columns for c in self.cells if c.name in REQUIRED[self.name])

    def _all_empty(self) -> str:
        return " and ".join(f"{cells.cell(i)} is null" for i in range(len(self.raw.headers)))

    def _set_aside(self, reasons: dict[int, tuple[str, str, str | None]]) -> None:
        listed = ", ".join(str(row) for row in reasons)
        rows = self.con.execute(
            f"select _row, * exclude (_row) from {self.raw.table} where _row in ({listed}) order by _row"
        ).fetchall()
        counted: dict[tuple, list] = {}
        for row, line, *values in rows:
            rule, reason, column = reasons[row]
            original = json.dumps(dict(zip(self.raw.headers, values, strict=True)), ensure_ascii=False)
            where = "" if self.is_main else f"{self.name}: "
            self.log.quarantine.append((self.file, line, rule, where + reason, original))
            counted.setdefault((rule, column), []).append(line)
        for (rule, column), lines in counted.items():
            self.log.find(self.file, self.name, rule, column, len(lines), None, lines[0], "quarantined")
        self.con.execute(f"delete from {self.read} where _row in ({listed})")
        if self.is_main:
            self.con.execute(
                f"insert into {self.raw.table}_gone select _row from {self.raw.table} where _row in ({listed})"
            )
            self.owner.quarantined = len(reasons)

    # --- types, UTC and what is made of other columns ---

    def _type(self) -> None:
        ranges = self._ranges()
        direct = {c.name: self._utc(c, ranges) for c in self.cells if not c.column.plus}
        helpers = [c.id for c in self.cells if c.column.plus]
        inner = ", ".join(["_row", "_line", *helpers, *(f"{sql} as {ident(name)}" for name, sql in direct.items())])
        made = []
        for column in self.map.columns.values():
            made.append(f"({_made(column)})::{sql_type(column.type)} as {ident(column.name)}")
        self.con.execute(
            f"create or replace table {self.typed} as select {self.owner.number}::int as _file, _row, _line, "
            f"{', '.join(made)} "
            f"from (select {inner} from {self.read})"
        )
        self._count_odd_hours(ranges)
        self.con.execute(f"drop table {self.read}")
        for column in self.map.columns.values():
            if column.to:
                self._empty(column.name, f"{column.name} < 0", "negative_duration", self.typed)

    def _utc(self, cell: Cell, ranges: dict) -> str:
        if cell.column.type != "instant" or cell.is_utc:
            return cell.id
        return instants.to_utc(cell.id, self.owner.zone.name, *ranges[cell.name])

    def _count_odd_hours(self, ranges: dict) -> None:
        for cell in self._instants():
            if cell.is_utc or ranges[cell.name][0] is None:
                continue
            skipped, repeated = instants.odd_hours(self.owner.zone.name, *ranges[cell.name])
            for rule, spans in (("skipped_hour", skipped), ("repeated_hour", repeated)):
                if not spans:
                    continue
                rows, value, line = self.con.execute(
                    f"select count(*), min_by({cell.id}::varchar, _row), min_by(_line, _row) from {self.read} "
                    f"where {instants.within(cell.id, spans)}"
                ).fetchone()
                if rows:
                    self.log.find(self.file, self.name, rule, cell.name, rows, value, line, "warning")

    def _columns(self) -> list[str]:
        listed = self.con.execute(f"describe {self.typed}").fetchall()
        return [row[0] for row in listed if not row[0].startswith("_")]

    # --- rows that contradict themselves ---

    def _check_order(self) -> None:
        have = set(self._columns())
        for column, earlier, rule in ORDERED.get(self.name, ()):
            if {column, earlier} <= have:
                self._empty(column, f"{ident(column)} < {ident(earlier)}", rule, self.typed)

    def _repair(self) -> None:
        """A solving time on a ticket that is unsolved now is that of an earlier solving."""
        if self.name != "tickets" or not {"resolved_at", "status"} <= set(self._columns()):
            return
        where = f"resolved_at is not null and status in {tables.UNSOLVED}"
        rows, value, line = self.con.execute(
            f"select count(*), min_by(resolved_at::varchar, _row), min_by(_line, _row) from {self.typed} where {where}"
        ).fetchone()
        if rows:
            self.con.execute(f"alter table {self.typed} add column if not exists first_resolved_at timestamp")
            self.con.execute(
                f"update {self.typed} set first_resolved_at = coalesce(first_resolved_at, resolved_at), "
                f"resolved_at = null where {where}"
            )
            self.log.find(
                self.file, self.name, "unsolved_with_solving_time", "resolved_at", rows, value, line, "repaired"
            )

    def _check_scores(self) -> None:
        have = self._columns()
        if self.name != "surveys" or "score" not in have:
            return
        if "scale" not in have:
            self.con.execute(f"alter table {self.typed} add column scale varchar")
        usual = " ".join(f"when '{kind}' then '{scale}'" for kind, scale in SCALES.items())
        filled = self.con.execute(
            f"select list_sort(list(distinct kind)) from {self.typed} where scale is null and kind is not null"
        ).fetchone()[0]
        if filled:
            self.con.execute(f"update {self.typed} set scale = case kind {usual} end where scale is null")
            self.log.assume(
                self.file, "scale", ", ".join(f"{kind}: {SCALES[kind]}" for kind in filled), "usual_of_kind"
            )
        low, high = (f"try_cast(split_part(scale, '-', {part}) as double)" for part in (1, 2))
        self._empty("score", f"score < {low} or score > {high}", "score_outside_scale", self.typed)

    # --- three examples of every column of moments ---

    def _examples(self) -> None:
        for cell in self._instants():
            text = self.owner.text(cell.column.columns) if cell.column.columns else None
            if text is None:
                continue
            shown = self.con.execute(
                f"select r.v, t.{cell.id} from (select _row, {cell.id} from {self.typed} where {cell.id} is not null "
                f"order by _row limit 3) t join (select _row, {text} as v from {self.raw.table}) r using "
                f"(_row) order by _row"
            ).fetchall()
            if shown:
                header = self.raw.headers[find(self.raw.headers, cell.column.columns)]
                examples = "; ".join(f"{value} = {moment:%Y-%m-%d %H:%M:%S} UTC" for value, moment in shown)
                how = "stated" if cell.column.format else "all_values"
                self.log.assume(self.file, "date_format", f"{header}: {self._written(cell)}", how, examples)

    def _written(self, cell: Cell) -> str:
        seen = None if cell.column.format else self.owner.profile(cell.column.columns)
        return cell.column.format or instants.parse("v", seen, self.owner.dayfirst, None, str).shown


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


def sql_type(kind: str) -> str:
    return {"string": "varchar", "timestamp(6)": "timestamp", "float64": "double", "int64": "bigint"}.get(
        tables.TYPES[kind], tables.TYPES[kind]
    )


def _made(column: ColumnMap) -> str:
    """SQL for a canonical column out of what was read."""
    if column.plus:
        return f"{ident(column.start)} + to_microseconds(round(_{column.name} * 1000000)::bigint)"
    if column.to:
        return f"date_diff('microsecond', {ident(column.start)}, {ident(column.to)}) / 1000000.0"
    return ident(column.name)


def _reason(missing: list[Cell], is_footer: bool) -> tuple[str, str, str | None]:
    """Rule, reason and column of a row set aside."""
    if is_footer:
        return "footer_row", "a line of totals, not a row", None
    if not missing:
        return "empty_row", "every cell is empty", None
    cell = missing[0]
    if cell.column.type == "instant":
        return "missing_time", f"{cell.name} is missing or is no date", cell.name
    return "missing_key", f"{cell.name} is missing or unknown", cell.name


def reject_rows(log: Log, raw: Raw) -> None:
    """Quarantine the lines that could not be split into the header's fields."""
    counted: dict[str, list] = {}
    for reject in raw.rejects:
        log.quarantine.append(
            (
                raw.name,
                reject.line,
                reject.rule,
                reject.reason,
                json.dumps(_fields(reject.text, raw), ensure_ascii=False),
            )
        )
        counted.setdefault(reject.rule, []).append(reject)
    for rule, rejects in counted.items():
        log.find(raw.name, None, rule, None, len(rejects), rejects[0].text, rejects[0].line, "quarantined")


def _fields(text: str, raw: Raw) -> list[str] | str:
    """A broken line's fields where it can be split, else its text."""
    if not raw.delimiter[0]:
        return text
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=raw.delimiter[0], strict=True))
    except csv.Error:
        return text
    return rows[0] if len(rows) == 1 else text


__all__ = ["FileCleaner", "LoadReport", "Part", "Zone", "harmless", "ident", "reject_rows", "sql_type"]
