"""Text -> typed rows of one file: every row is accepted, repaired or quarantined, and counted.

The text table is read once into typed cells; what follows are passes over few columns that only count, and views that
lay the corrections over the cells. Nothing is copied again until the cleaned table is written.
"""

from typing import NamedTuple

from kpitools import tables
from kpitools.autumn import Twice, use_second_pass
from kpitools.errors import LoadError, told
from kpitools.exports import cells, instants
from kpitools.exports.columns import Cell, ColumnReader, ident, made, one_of, sql_type
from kpitools.exports.mapping import REQUIRED, TableMap
from kpitools.exports.source import Lost, SourceFile, Zone
from kpitools.ids import doubtful, odd_ids, placeholders
from kpitools.quarantine import TOTALS, reason, reject_rows, set_aside
from kpitools.rules import Rule, TypedRows, broken, impossible, suspects


class Part(NamedTuple):
    """One file's rows of one canonical table, typed, in SQL table `table` with _file, _row and _line.

    `read_as`: which column came from where, as a text.
    """

    file: int
    name: str
    table: str
    columns: tuple[str, ...]
    main: str | None = None
    merges: bool = False
    read_as: str = ""

    @property
    def is_main(self) -> bool:
        """Whether the file's account counts these rows."""
        return self.main is None


class Cleaned(NamedTuple):
    """The parts of one file, the main table's first, and the account of its main table."""

    parts: list[Part]
    rows_read: int
    quarantined: int
    timezone: str


def clean_file(source: SourceFile, number: int) -> Cleaned:
    """All parts of the file; LoadError where it cannot be read without guessing."""
    source.decide()
    reject_rows(source.log, source.raw)
    cleaners = []
    for table in source.file.tables:
        cleaner = _TableCleaner(source, table, number, cleaners[0] if cleaners else None)
        cleaner.clean()
        cleaners.append(cleaner)
    source.note_zone()
    rejected, main = len(source.raw.rejects), cleaners[0]
    return Cleaned(
        [cleaner.part() for cleaner in cleaners], main.rows + rejected, main.set_aside + rejected, source.zone.name
    )


class _TableCleaner:
    """One canonical table of one file; `main` is the cleaner of the file's first table, where this is a further one."""

    def __init__(self, source: SourceFile, table: TableMap, number: int, main: "_TableCleaner | None"):
        self.source, self.map, self.number, self.main = source, table, number, main
        self.con, self.raw, self.log = source.con, source.raw, source.log
        self.name, self.file = table.name, source.raw.name
        self.picked = f"{self.raw.table}_{table.name}_rows"
        self.read = f"{self.raw.table}_{table.name}_read"
        self.typed = TypedRows(self.con, f"{self.raw.table}_{table.name}", self.name, self.file, self.log)
        self.gone: str | None = None
        self.rows = self.set_aside = 0

    def clean(self) -> None:
        """Read, check and correct the table's rows."""
        self._pick_rows()
        self.cells = ColumnReader(self.source, self.map, self.picked).cells()
        self._read_cells()
        self._note_bad_cells()
        self._note_words()
        self._note_ids()
        self._drop_impossible()
        self._quarantine()
        self._type()
        self._check_order()
        self.typed.repair()
        self.typed.check_scores()
        self.typed.check_counts()
        self._examples()

    def part(self) -> Part:
        """The finished rows."""
        main = self.main.name if self.main else None
        return Part(self.number, self.name, self.typed.view, tuple(self.typed.columns()), main, read_as=repr(self.map))

    def _pick_rows(self) -> None:
        """A view of the rows that belong to this table."""
        conditions = [one_of(self.source, self.name, name, wanted) for name, wanted in self.map.rows.items()]
        where = " and ".join(conditions) or "true"
        if self.main and self.main.gone:
            where += f" and _row not in (select _row from {self.main.gone})"
        self.con.execute(f"create or replace view {self.picked} as select * from {self.raw.table} where {where}")
        if self.main:
            return
        self.rows = (
            self.con.execute(f"select count(*) from {self.picked}").fetchone()[0] if conditions else self.raw.rows
        )
        if self.rows < self.raw.rows:
            left = self.raw.rows - self.rows
            self.log.find(self.file, self.name, "rows_filtered", None, left, None, None, "warning")

    # --- cells ---

    def _read_cells(self) -> None:
        listed = ", ".join(f"{cell.sql} as {cell.id}" for cell in self.cells)
        self.con.execute(f"create or replace table {self.read} as select _row, _line, {listed} from {self.picked}")
        fallible = [cell for cell in self.cells if cell.text]
        before = self._ask(self.picked, [f"count({cell.text})" for cell in fallible])
        after = self._ask(self.read, [f"count({cell.id})" for cell in fallible])
        self.unread = [cell for cell, a, b in zip(fallible, before, after, strict=True) if a > b]

    def _ask(self, table: str, asked: list[str]) -> tuple:
        """Several aggregates of a table in one pass."""
        return self.con.execute(f"select {', '.join(asked)} from {table}").fetchone() if asked else ()

    def _note_bad_cells(self) -> None:
        nothing = ", ".join(cells.quote(word) for word in cells.MISSING)
        for cell in self.unread:
            rows, value, line = self.con.execute(
                f"select count(*), min_by(v, _row), min_by(_line, _row) from (select {cell.text} as v, _row, _line "
                f"from {self.picked} semi join (select _row from {self.read} where {cell.id} is null) using (_row)) "
                f"where v is not null and lower(v) not in ({nothing})"
            ).fetchone()
            if rows:
                self.log.find(self.file, self.name, _not_a(cell), cell.column.name, rows, value, line, "cell")
                self._refuse_hopeless(cell, rows, value, line)

    def _refuse_hopeless(self, cell: Cell, bad: int, value: str, line: int) -> None:
        """A required moment that never reads is a misread format, not dirty data."""
        if cell.column.name not in REQUIRED[self.name] or cell.column.type != "instant":
            return
        if self._ask(self.read, [f"count({cell.id})"])[0] == 0:
            said = {"file": self.file, "table": self.name, "column": cell.name}
            raise LoadError(told("no_dates", **said, n=f"{bad:,}", value=value, line=line))

    def _note_words(self) -> None:
        for cell in self.cells:
            if cell.strangers and self.name == "status_changes" and cell.name == "status":
                rows = sum(rows for _, rows, _ in cell.strangers)
                words = ", ".join(word for word, _, _ in cell.strangers)
                line = self.source.line(cell.strangers[0][2])
                self.log.find(self.file, self.name, "event_without_status", "status", rows, words, line, "warning")
                continue
            for word, rows, first in cell.strangers:
                line = self.source.line(first)
                self.log.find(self.file, self.name, "unknown_word", cell.name, rows, word, line, "cell")

    def _note_ids(self) -> None:
        """Point out odd ids; those that stand for nothing become missing, lest different rows pass for one."""
        for rule in suspects(self.con, self.read, odd_ids(self.cells)):
            self._note(rule, "warning")
        wrong, stay = doubtful(self.con, self.read, self.name, self.cells)
        for rule in [*suspects(self.con, self.read, placeholders(self.cells)), *wrong]:
            self._make_missing(rule)
        for rule in stay:
            self._note(rule, "warning")

    def _note(self, rule: Rule, kind: str) -> bool:
        """Note what a rule finds among the cells; whether it found anything."""
        seen = broken(self.con, self.read, rule)
        if seen:
            self.log.find(self.file, self.name, rule.name, rule.shown, seen.rows, seen.value, seen.line, kind)
        return seen is not None

    def _drop_impossible(self) -> None:
        for rule in suspects(self.con, self.read, [*impossible(self.cells), *self._lost_by_the_main_table()]):
            self._make_missing(rule)

    def _make_missing(self, rule: Rule) -> None:
        """Empty the cells in which a rule finds what they may not hold, and note it."""
        if self._note(rule, "cell"):
            self.con.execute(f"update {self.read} set {ident(rule.column)} = null where {rule.where}")

    def _lost_by_the_main_table(self) -> list[Rule]:
        """Moments that the file's first table found impossible are lost to a further table of the same rows too."""
        rules = []
        for cell in self._instants() if self.main else []:
            lost = self.source.lost.get(self.source.position(cell.column.columns))
            if lost:
                where = f"{cell.id} is not null and _row in (select _row from {lost.rows})"
                rules.append(Rule(cell.name, where, lost.rule, cell.column.name))
        return rules

    def _instants(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.column.type == "instant" and not cell.column.plus]

    # --- rows that mean nothing ---

    def _quarantine(self) -> None:
        """Set aside rows without what their table requires, and footers."""
        required = [c for c in self.cells if c.name in REQUIRED[self.name] or self._is_key(c)]
        lacking = " or ".join(f"{c.id} is null" for c in required) or "false"
        if not self._fills_rows():
            lacking += f" or _row in (select _row from {self.picked} where {self._all_empty()})"
        last = f"_row >= (select max(_row) - 2 from {self.raw.table})"
        totals = ", ".join(cells.quote(word) for word in TOTALS)
        footer = f"_row in (select _row from {self.picked} where {last} and lower({cells.cell(0)}) in ({totals}))"
        gone = self.con.execute(
            f"select _row, {', '.join([f'{c.id} is null' for c in required] + [footer])} from {self.read} "
            f"where {lacking} or {footer} order by _row"
        ).fetchall()
        if not gone:
            return
        reasons = {
            row: reason([c for c, is_missing in zip(required, flags, strict=True) if is_missing], is_footer)
            for row, *flags, is_footer in gone
        }
        self.gone = set_aside(self.con, self.raw, self.log, self.name, self.main is None, reasons)
        self.con.execute(f"delete from {self.read} where _row in (select _row from {self.gone})")
        self.set_aside = len(reasons)

    def _is_key(self, cell: Cell) -> bool:
        return cell.name in tables.get(self.name).key and cell.column.constant is None

    def _fills_rows(self) -> bool:
        """Whether a required column is read from the file, so that an empty row cannot pass."""
        return any(c.text or c.column.columns for c in self.cells if c.name in REQUIRED[self.name])

    def _all_empty(self) -> str:
        return " and ".join(f"{cells.cell(i)} is null" for i in range(len(self.raw.headers)))

    # --- types, UTC and what is made of other columns ---

    def _type(self) -> None:
        ranges = self._ranges()
        twice = self._note_odd_hours(ranges)
        direct = {c.name: self._utc(c, ranges) for c in self.cells if not c.column.plus}
        helpers = [c.id for c in self.cells if c.column.plus]
        inner = ", ".join(["_row", "_line", *helpers, *(f"{sql} as {ident(name)}" for name, sql in direct.items())])
        moments = TypedRows(self.con, f"{self.raw.table}_{self.name}_moments", self.name, self.file, self.log)
        self.con.execute(f"create or replace view {moments.view} as select {inner} from {self.read}")
        by_name = {cell.name: cell for cell in self._instants()}
        use_second_pass(self.source, moments, by_name, twice, self.read, self.main is None)
        outer = [
            f"({made(column)})::{sql_type(column.type)} as {ident(column.name)}"
            for column in self.map.columns.values()
            if not column.to
        ]
        self.con.execute(
            f"create or replace view {self.typed.view} as select {self.number}::int as _file, _row, _line, "
            f"{', '.join(outer)} from {moments.view}"
        )

    def _ranges(self) -> dict[str, tuple]:
        """The first and last moment of every column read as one."""
        moments = self._instants()
        flat = self._ask(self.read, [f"{end}({c.id})" for c in moments for end in ("min", "max")])
        return {c.name: flat[2 * i : 2 * i + 2] for i, c in enumerate(moments)}

    def _utc(self, cell: Cell, ranges: dict) -> str:
        if cell.column.type != "instant" or cell.is_utc:
            return cell.id
        return instants.to_utc(cell.id, self.source.zone.name, *ranges[cell.name])

    def _note_odd_hours(self, ranges: dict) -> dict[str, list[Twice]]:
        """Note wall-clock times that do not exist or happened twice; the columns with the latter, and their spans."""
        rules, twice = [], {}
        for cell in self._instants():
            if cell.is_utc or ranges[cell.name][0] is None:
                continue
            zone, ends = self.source.zone.name, ranges[cell.name]
            skipped, repeated = instants.odd_hours(zone, *ends)
            twice[cell.name] = [Twice(at, seconds) for at, seconds in instants.setbacks(zone, *ends)]
            for name, spans in (("skipped_hour", skipped), ("repeated_hour", repeated)):
                if spans:
                    rules.append(Rule(cell.name, instants.within(cell.id, spans), name, cell.name))
        found = suspects(self.con, self.read, rules)
        for rule in found:
            self._note(rule, "warning")
        return {rule.column: twice[rule.column] for rule in found if rule.name == "repeated_hour"}

    # --- rows that contradict themselves ---

    def _check_order(self) -> None:
        self.typed.check_future([column.name for column in self.map.columns.values() if column.plus])
        before = self.typed.view
        for rule in self.typed.check_order():
            column = self.map.columns[rule.column]
            if self.main is None and column.columns:
                self._keep_lost(self.source.position(column.columns), rule, before)
        spans = [column for column in self.map.columns.values() if column.to]
        self.typed.add({c.name: f"({made(c)})::{sql_type(c.type)}" for c in spans})
        self.typed.empty([Rule(c.name, f"{ident(c.name)} < 0", "negative_duration", c.name) for c in spans])

    def _keep_lost(self, position: int, rule: Rule, view: str) -> None:
        """Remember in which rows a moment was found impossible."""
        rows = f"{self.raw.table}_lost_{position}"
        self.con.execute(f"create or replace table {rows} as select _row from {view} where {rule.where}")
        self.source.lost[position] = Lost(rows, rule.name)

    # --- three examples of every column of moments ---

    def _examples(self) -> None:
        for cell in self._instants():
            if not cell.column.columns:
                continue
            text = self.source.text(cell.column.columns)
            shown = self.con.execute(
                f"select r.v, t.{cell.id} from (select _row, {cell.id} from {self.typed.view} "
                f"where {cell.id} is not null order by _row limit 3) t "
                f"join (select _row, {text} as v from {self.raw.table}) r using (_row) order by _row"
            ).fetchall()
            if shown:
                header = self.source.header(cell.column.columns)
                examples = "; ".join(f"{value} = {moment:%Y-%m-%d %H:%M:%S} UTC" for value, moment in shown)
                how = "stated" if cell.column.format else "all_values"
                self.log.assume(self.file, "date_format", f"{header}: {self._written(cell)}", how, examples)

    def _written(self, cell: Cell) -> str:
        seen = None if cell.column.format else self.source.profile(cell.column.columns)
        return cell.column.format or instants.parse("v", seen, self.source.dayfirst, None, str).shown


def _not_a(cell: Cell) -> str:
    """The rule for a cell that does not read as what its column holds."""
    if cell.column.plus or cell.column.type == "seconds":
        return "not_a_duration"
    return "not_a_date" if cell.column.type in ("instant", "day") else "not_a_number"


__all__ = ["Cleaned", "Part", "SourceFile", "Zone", "clean_file"]
