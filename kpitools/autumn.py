"""The hour that happens twice in autumn: a wall-clock time in it is its second pass where the order of its row says so.

Read as the first pass, a ticket created at 02:50 and answered at 02:10 is answered before it was created. Where an
hour later both fit, that is what happened; where either pass fits, the first is taken and the time is pointed out.
"""

import datetime as dt
from typing import NamedTuple

from kpitools.exports.columns import Cell, ident
from kpitools.exports.source import SourceFile
from kpitools.rules import ORDERED, TypedRows

# Orders that hold in every sound row besides those whose breach is an error (`rules.ORDERED`).
ALSO_ORDERED = {
    "tickets": (("resolved_at", "first_resolved_at"), ("closed_at", "resolved_at")),
    "calls": (("ended_at", "answered_at"),),
}


class Twice(NamedTuple):
    """A stretch of wall-clock time that happened twice: the UTC moment its second pass begins, and its length."""

    at: dt.datetime
    seconds: int

    def in_first(self, moment: str) -> str:
        """SQL: the UTC moment lies in the first pass."""
        begun = self.at - dt.timedelta(seconds=self.seconds)
        return f"({moment} >= timestamp '{begun}' and {moment} < timestamp '{self.at}')"


def use_second_pass(
    source: SourceFile, rows: TypedRows, cells: dict[str, Cell], twice: dict[str, list[Twice]], read: str, is_main: bool
) -> None:
    """Move moments of `rows`, in UTC, to the second pass where only that keeps their row's order, and note it.

    `cells` are the columns read as moments, `twice` the stretches that happened twice by column, `read` the table of
    wall-clock times. What moved in a file's first table moves in its further tables too.
    """
    if not is_main:
        _follow(source, rows, cells)
    later_than = [(column, earlier) for column, earlier, _ in ORDERED.get(rows.name, ())]
    have = set(rows.columns())
    for column, earlier in (*later_than, *ALSO_ORDERED.get(rows.name, ())):
        if column in twice and {column, earlier} <= have:
            _move(source, rows, cells[column], earlier, twice[column], read)


def _move(source: SourceFile, rows: TypedRows, cell: Cell, earlier: str, twice: list[Twice], read: str) -> None:
    moved = (
        f"case {' '.join(f'when {t.in_first(cell.id)} then {cell.id} + to_seconds({t.seconds})' for t in twice)} end"
    )
    table = f"{rows.view}_{cell.name}_later"
    rows.con.execute(
        f"create or replace table {table} as select _row, _line, {moved} as moment from {rows.view} "
        f"where {cell.id} < {ident(earlier)} and {moved} >= {ident(earlier)}"
    )
    count, value, line = rows.con.execute(
        f"select count(*), min_by(r.{cell.id}::varchar, _row), min_by(l._line, _row) "
        f"from {table} l join {read} r using (_row)"
    ).fetchone()
    if count:
        rows.log.find(rows.file, rows.name, "second_pass", cell.name, count, value, line, "repaired")
        source.later.setdefault(source.position(cell.column.columns), []).append(table)
        _lay(rows, cell, table)


def _follow(source: SourceFile, rows: TypedRows, cells: dict[str, Cell]) -> None:
    for cell in cells.values():
        for table in source.later.get(source.position(cell.column.columns), ()):
            _lay(rows, cell, table)


def _lay(rows: TypedRows, cell: Cell, table: str) -> None:
    """Lay the moments of `table` over the column of `cell`."""
    here = f"(select moment from {table} l where l._row = v._row)"
    rows.lay(f"* replace (coalesce({here}, {cell.id}) as {cell.id})")
