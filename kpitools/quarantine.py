"""Rows set aside: why, in values that both languages can word, with the original row."""

import csv
import io
import json

from kpitools.exports.columns import Cell
from kpitools.exports.raw import Raw
from kpitools.loadreport import Log

TOTALS = ("total", "totals", "grand total", "sum", "summation", "average", "tổng", "tổng cộng", "tổng số", "trung bình")


def reason(missing: list[Cell], is_footer: bool) -> tuple[str, str | None]:
    """Rule and column of a row set aside."""
    if is_footer:
        return "footer_row", None
    if not missing:
        return "empty_row", None
    cell = missing[0]
    return ("missing_time" if cell.column.type == "instant" else "missing_key"), cell.name


def set_aside(con, raw: Raw, log: Log, table: str, is_main: bool, reasons: dict[int, tuple[str, str | None]]) -> str:
    """Note rows of a file that cannot be used; the name of a table of their ``_row``."""
    gone = f"{raw.table}_{table}_gone"
    con.execute(f"create or replace table {gone} as select unnest(?::bigint[]) as _row", [list(reasons)])
    rows = con.execute(
        f"select _row, * exclude (_row) from {raw.table} semi join {gone} using (_row) order by _row"
    ).fetchall()
    counted: dict[tuple, list] = {}
    for row, line, *values in rows:
        rule, column = reasons[row]
        original = json.dumps(dict(zip(raw.headers, values, strict=True)), ensure_ascii=False)
        log.set_aside(raw.name, line, rule, {"table": "" if is_main else table, "column": column}, original)
        counted.setdefault((rule, column), []).append(line)
    for (rule, column), lines in counted.items():
        log.find(raw.name, table, rule, column, len(lines), None, lines[0], "quarantined")
    return gone


def reject_rows(log: Log, raw: Raw) -> None:
    """Quarantine the lines that could not be split into the header's fields."""
    counted: dict[str, list] = {}
    for reject in raw.rejects:
        original = json.dumps(_fields(reject.text, raw), ensure_ascii=False)
        log.set_aside(raw.name, reject.line, reject.rule, reject.values, original)
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
