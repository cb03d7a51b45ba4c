"""Well-formed text files by DuckDB's reader, its rows matched to the physical lines one by one."""

import csv
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from kpitools.exports.raw import Raw, wrong_fields
from kpitools.exports.scan import CHUNK, Scan


def read_fast(con, path: Path, raw: Raw, scan: Scan) -> bool:
    """DuckDB's reader; False where its rows cannot be matched to the physical lines one by one."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(raw.headers)))
    con.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    try:
        con.execute(
            f"create or replace table {raw.table}_0 as select * from read_csv(?, auto_detect=false, "
            f"header=false, skip=1, "
            f"delim=?, quote='\"', escape='\"', strict_mode=true, null_padding=false, store_rejects=true, "
            f"max_line_size=16777216, columns={{{columns}}})",
            [str(path), raw.delimiter[0]],
        )
    except duckdb.Error:
        return False
    rows = con.table(f"{raw.table}_0").shape[0]
    errors = con.execute(
        "select line_byte_position, any_value(csv_line), any_value(error_type::varchar) from reject_errors "
        "group by 1 order by 1"
    ).fetchall()
    con.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    if not errors and rows + 1 == scan.lines:
        raw.rows = rows
        con.execute(
            f"create or replace view {raw.table} as select rowid as _row, rowid + 2 as _line, * from {raw.table}_0"
        )
        return True
    return _number_lines(con, path, raw, rows, errors)


def _number_lines(con, path: Path, raw: Raw, rows: int, errors: list[tuple]) -> bool:
    """Give rows their lines where some lines were refused or blank; False where that cannot be proved."""
    if any(kind not in ("MISSING COLUMNS", "TOO MANY COLUMNS") for _, _, kind in errors):
        return False
    starts, blank = _line_starts(path)
    taken = {0} | set(np.flatnonzero(blank).tolist())
    for position, text, _ in errors:
        text = text or ""
        start = position - 1 + (len(text) - len(text.lstrip("\r\n")))
        line = int(np.searchsorted(starts, start, side="right")) - 1
        content = _line_at(path, starts, line, raw.encoding[0])
        if content != text.strip("\r\n"):
            return False
        taken.add(line)
        if content.strip():
            fields = next(csv.reader([content], delimiter=raw.delimiter[0]))
            if (
                not "".join(fields).strip()
                and len(fields) == 1
                or not any(fields[len(raw.headers) :])
                and len(fields) > len(raw.headers)
            ):
                return False
            raw.rejects.append(wrong_fields(line + 1, len(fields), len(raw.headers), content))
    if rows + len(taken) != len(starts):
        return False
    lines = np.setdiff1d(np.arange(len(starts)), np.fromiter(taken, dtype=np.int64)) + 1
    _attach_lines(con, raw, pa.array(lines))
    raw.rows = rows
    return True


def _line_starts(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Byte offset of every physical line, and which of them are blank."""
    ends, offset, returns = [], 0, []
    with path.open("rb") as stream:
        while block := stream.read(CHUNK):
            data = np.frombuffer(block, dtype=np.uint8)
            ends.append(np.flatnonzero(data == 10) + offset)
            returns.append(np.flatnonzero(data == 13) + offset)
            offset += len(block)
    newlines = np.concatenate(ends)
    starts = np.concatenate([[0], newlines + 1])
    stops = np.concatenate([newlines, [offset]])
    if starts[-1] == offset:
        starts, stops = starts[:-1], stops[:-1]
    lengths = stops - starts
    is_return = np.isin(starts, np.concatenate(returns)) if returns else False
    return starts, (lengths == 0) | ((lengths == 1) & is_return)


def _line_at(path: Path, starts: np.ndarray, line: int, encoding: str) -> str:
    with path.open("rb") as stream:
        stream.seek(int(starts[line]))
        return stream.readline().decode("utf-8" if encoding == "utf-8-sig" else encoding).strip("\r\n")


def _attach_lines(con, raw: Raw, lines: pa.Array) -> None:
    numbers = pa.table({"_line": lines})
    con.register("kpitools_lines", numbers)
    con.execute(f"create or replace table {raw.table}_1 as select * from kpitools_lines")
    con.unregister("kpitools_lines")
    con.execute(
        f"create or replace view {raw.table} as select r.rowid as _row, l._line, r.* "
        f"from {raw.table}_0 r positional join {raw.table}_1 l"
    )
