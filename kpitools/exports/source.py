"""One file as it was written: its texts, its clock, the way it writes dates and numbers, and what was decided."""

from typing import NamedTuple

from kpitools.exports import cells, instants
from kpitools.exports.decimals import Numbers, decide_decimal
from kpitools.exports.mapping import ColumnMap, FileMap, find
from kpitools.exports.raw import Raw
from kpitools.loadreport import Log

TRUNCATED = (40, 1_000, 9_999, 10_000)


class Zone(NamedTuple):
    """The clock a file is written on and how that was decided."""

    name: str
    how: str


class Lost(NamedTuple):
    """The table of rows (``_row``) whose moment in one column was found impossible, and the rule that found it."""

    rows: str
    rule: str


class SourceFile:
    """The all-text table of one file with what is known about it; every decision is noted in `log`.

    `lost` tells, by position of a column, which moments the file's first table found impossible; `later` in which
    tables (``_row``, ``moment``) stand those that it moved to the second pass of autumn's repeated hour.
    """

    def __init__(self, con, raw: Raw, file: FileMap, zone: Zone, log: Log):
        self.con, self.raw, self.file, self.zone, self.log = con, raw, file, zone, log
        self.dayfirst: bool | None = None
        self.decimal = "."
        self.lost: dict[int, Lost] = {}
        self.later: dict[int, list[str]] = {}
        self._profiles: dict[int, instants.Profile] = {}
        self._clock_used = False
        self._needs = cells.needs(con, raw.table, self._positions(), raw.marks, raw.odd_spaces)

    def decide(self) -> None:
        """Decide how dates and numbers are written; LoadError where the values do not tell."""
        self._note_reading()
        self._decide_order()
        self._decide_decimal()

    def _columns(self) -> list[ColumnMap]:
        return [column for table in self.file.tables for column in table.columns.values()]

    def _positions(self) -> dict[int, bool]:
        """The columns of the file that are read at all, and whether as words."""
        found: dict[int, bool] = {}
        for column in self._columns():
            is_words = column.type in ("id", "text", "flag") or bool(column.values) or bool(column.when)
            for group in column.sources:
                position = self.position(group)
                found[position] = found.get(position, False) or is_words
        return found

    def position(self, aliases: tuple[str, ...]) -> int | None:
        """Position of the column that one of the aliases names."""
        return find(self.raw.headers, aliases)

    def header(self, aliases: tuple[str, ...]) -> str:
        """The header of that column."""
        return self.raw.headers[self.position(aliases)]

    def text(self, aliases: tuple[str, ...], *, plain: bool = False) -> str:
        """SQL: the trimmed text of the column that one of the aliases names; `plain` for what is no words."""
        position = self.position(aliases)
        need = self._needs.get(position, cells.Needs())
        return cells.cell(position, need._replace(compose=False) if plain else need)

    def profile(self, aliases: tuple[str, ...]) -> instants.Profile:
        """How a column of moments is written; looked at once."""
        position = self.position(aliases)
        if position not in self._profiles:
            self._profiles[position] = instants.profile(self.con, self.raw.table, self.text(aliases, plain=True))
        return self._profiles[position]

    def line(self, row: int) -> int:
        """The line of a row."""
        return self.con.execute(f"select _line from {self.raw.table} where _row = ?", [row]).fetchone()[0]

    def _decide_order(self) -> None:
        seen = {
            self.header(column.columns): self.profile(column.columns)
            for column in self._columns()
            if column.type in ("instant", "day") and column.columns and not column.format
        }
        self.dayfirst, how = instants.decide_order(seen, self.file.dayfirst, self.raw.name)
        open_ones = [p for p in seen.values() if any(instants.is_ordered(shape) for shape in p.shapes)]
        if self.dayfirst is not None and open_ones:
            self.log.assume(self.raw.name, "date_order", "day first" if self.dayfirst else "month first", how)

    def _decide_decimal(self) -> None:
        """The decimal mark of the file's numbers: stated, or told by the values of those columns that state none."""
        if self.file.decimal:
            self.decimal, how = self.file.decimal, "stated"
        else:
            found = {n.header: n for column in self._columns() for n in self._numbers(column)}
            self.decimal, how = decide_decimal(self.con, self.raw.table, list(found.values()), self.raw.name)
        if how:
            self.log.assume(self.raw.name, "decimal", self.decimal, how)

    def _numbers(self, column: ColumnMap) -> list[Numbers]:
        """The columns of numbers that are read for a canonical column."""
        if column.decimal or not (column.plus or column.type in ("seconds", "number", "count")):
            return []
        is_whole = column.type == "count" and not column.times
        groups = [group for group in (column.columns, column.plus, column.times) if group]
        return [
            Numbers(self.header(group), self.text(group, plain=True), f"c{self.position(group)}", is_whole)
            for group in groups
        ]

    def _note_reading(self) -> None:
        raw, log = self.raw, self.log
        if raw.encoding[0]:
            log.assume(raw.name, "encoding", raw.encoding[0], raw.encoding[1])
        if raw.delimiter[0]:
            log.assume(raw.name, "delimiter", raw.delimiter[0].replace("\t", "tab"), raw.delimiter[1])
        for name in raw.repeated:
            log.find(raw.name, None, "repeated_header", name, raw.headers.count(name) + 1, name, None, "warning")
        for key, lines in raw.twice.items():
            log.find(raw.name, None, "repeated_key", None, len(lines), key, lines[0], "warning")
        if raw.read == 0:
            log.find(raw.name, None, "no_rows", None, 0, None, None, "warning")
        if raw.read in TRUNCATED:
            log.find(raw.name, None, "truncated", None, raw.read, None, None, "warning")

    def use_clock(self) -> None:
        """Note that a moment of the file was read on its wall clock."""
        self._clock_used = True

    def note_zone(self) -> None:
        """Note the clock the file was read on, once all its moments are read."""
        raw, log = self.raw, self.log
        if not self._clock_used:
            has_moments = any(column.type == "instant" for column in self._columns())
            if has_moments and raw.rows:
                log.assume(raw.name, "timezone", "UTC", "in_the_values")
            self.zone = Zone("UTC" if has_moments else "", "in_the_values")
            return
        log.assume(raw.name, "timezone", self.zone.name, self.zone.how)
        if self.zone.how == "nobody_said":
            log.find(raw.name, None, "timezone_unknown", None, raw.rows, "UTC", None, "warning")
