"""One file -> an all-text DuckDB table that knows the line of every row; nothing is interpreted here.

Well-formed CSV takes DuckDB's fast reader, and its row count is proved against the physical lines. Where the two do
not agree (line breaks inside quotes, stray quotes, a header further down) Python's csv module reads the file instead.
"""

import codecs
import csv
import datetime as dt
import hashlib
import io
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from kpitools.errors import LoadError

TEXT = {".csv", ".tsv", ".txt"}
SHEETS = {".xlsx", ".xls", ".xlsb", ".xlsm", ".ods"}
JSONS = {".json", ".ndjson", ".jsonl"}
READABLE = TEXT | SHEETS | JSONS | {".parquet"}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
CHUNK = 1 << 22
BATCH = 50_000
# UTF-8 of U+0300 to U+037F: letters followed by one are not composed.
COMBINING = re.compile(rb"[\xcc\xcd][\x80-\xbf]")
MOST_MARKS = 24


class Reject(NamedTuple):
    """A line that cannot be split into the header's fields."""

    line: int
    rule: str
    reason: str
    text: str


@dataclass
class Raw:
    """An all-text table: view `table` with ``_row`` (0, 1, ...), ``_line`` and one column ``c<i>`` per header.

    `marks` are the combining marks in it; None where they were not looked for.
    """

    name: str
    table: str
    sha256: str
    headers: list[str]
    rows: int
    rejects: list[Reject] = field(default_factory=list)
    encoding: tuple[str, str] = ("", "")
    delimiter: tuple[str, str] = ("", "")
    repeated: list[str] = field(default_factory=list)
    marks: tuple[str, ...] | None = None
    odd_spaces: bool = True

    @property
    def read(self) -> int:
        """Data rows in the file, split or not."""
        return self.rows + len(self.rejects)


class Scan(NamedTuple):
    """What one pass over all bytes tells."""

    sha256: str
    size: int
    lines: int
    is_utf8: bool
    marks: tuple[str, ...]
    odd_spaces: bool
    has_nul: bool
    head: bytes


def read(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    table: str,
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    skip: int = 0,
    sheet: str | int | None = None,
    records: str | None = None,
) -> Raw:
    """Read one export file into the view `table`.

    Parameters
    ----------
    skip : lines (sheet rows) above the header.
    sheet : name or number (1 is the first) of a workbook's sheet.
    records : the key that holds the list of records in a JSON file, or each record in NDJSON.

    Raises
    ------
    LoadError
        If the file is empty, is not the kind of file its name says, or cannot be decoded.
    """
    name = name or path.name
    scan = scan_bytes(path)
    _refuse_impostors(path, name, scan)
    suffix = path.suffix.lower()
    if suffix in SHEETS:
        raw = _from_rows(con, table, name, scan, _sheet_rows(path, name, sheet), skip)
    elif suffix in JSONS:
        raw = _read_json(con, path, table, name, scan, encoding, records)
    elif suffix == ".parquet":
        raw = _read_parquet(con, path, table, name, scan)
    else:
        raw = _read_csv(con, path, table, name, scan, encoding, delimiter, skip)
    return raw


def scan_bytes(path: Path) -> Scan:
    """One pass over all bytes: content hash, lines, and whether they are UTF-8."""
    stat = path.stat()
    return _scan(path.resolve(), stat.st_size, stat.st_mtime_ns, stat.st_ino)


@lru_cache(maxsize=64)
def _scan(path: Path, *_identity: int) -> Scan:
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    size = lines = 0
    is_utf8, marks, odd_spaces, has_nul, head, last = True, set(), False, False, b"", b""
    with path.open("rb") as stream:
        while block := stream.read(CHUNK):
            digest.update(block)
            head = head or block[:65536]
            size, lines, last = size + len(block), lines + block.count(b"\n"), block[-1:]
            has_nul = has_nul or b"\0" in block
            if not block.isascii():
                odd_spaces = odd_spaces or b"\xc2\xa0" in block
                marks.update(COMBINING.findall(block) if b"\xcc" in block or b"\xcd" in block else ())
            if is_utf8:
                is_utf8 = _decodes(decoder, block)
        is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    lines += bool(size) and last != b"\n"
    return Scan(digest.hexdigest(), size, lines, is_utf8, _as_text(marks), odd_spaces, has_nul, head)


def _as_text(marks: set[bytes]) -> tuple[str, ...]:
    return tuple(sorted(mark.decode("utf-8") for mark in marks))


def _decodes(decoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_impostors(path: Path, name: str, scan: Scan) -> None:
    """Refuse what is not a table whatever its name says."""
    head, suffix = scan.head, path.suffix.lower()
    if suffix not in READABLE:
        raise LoadError(f"{name}: files ending in '{suffix}' are not read. Known: {', '.join(sorted(READABLE))}.")
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise LoadError(
            f"{name}: the file is empty. Export it again; some systems write an empty file when it is large."
        )
    if suffix in SHEETS or suffix == ".parquet":
        return
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise LoadError(
            f"{name}: this is a web page (HTML) saved under a {suffix} name, not an export. "
            "Usually the log-in had expired: log in and download it again."
        )
    if start.startswith((b"<?xml", b"<table")):
        raise LoadError(f"{name}: this is XML or HTML saved under a {suffix} name. Export it as CSV, XLSX or JSON.")
    if head.startswith(b"PK\x03\x04"):
        kind = "an Excel workbook; rename it to .xlsx" if b"[Content_Types].xml" in head else "a zip archive; unpack it"
        raise LoadError(f"{name}: despite its name the file is {kind} and load that.")
    if head.startswith((b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG")) or (
        scan.has_nul and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        raise LoadError(f"{name}: this is a binary file, not text. Export it as CSV, XLSX or JSON and load that.")


# --- text files -----------------------------------------------------------------------------------------------


def decide_encoding(path: Path, name: str, scan: Scan, stated: str | None = None) -> tuple[str, str]:
    """The encoding and how it was decided (a key of ``how.*``), from all bytes of the file."""
    if stated:
        try:
            return codecs.lookup(stated).name, "stated"
        except LookupError:
            raise LoadError(f"{name}: no encoding is named '{stated}'. Try utf-8, utf-16, cp1252 or cp1258.") from None
    if scan.head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", "byte_order_mark"
    if scan.is_utf8:
        marked = scan.head.startswith(codecs.BOM_UTF8)
        return ("utf-8-sig", "byte_order_mark") if marked else ("utf-8", "all_bytes_valid")
    return _guess_encoding(path, name), "most_likely"


def _guess_encoding(path: Path, name: str) -> str:
    """The likeliest single-byte encoding; Windows' Western and Vietnamese ones are preferred where they fit as well."""
    from charset_normalizer import from_bytes

    data = path.read_bytes()
    lines = [line for line in data.splitlines() if not line.isascii()]
    found = from_bytes(b"\n".join(lines[:5000]), cp_isolation=["cp1252", "cp1258", "cp1250", "cp1251", "utf_8"])
    ranked = [match.encoding for match in found]
    if "cp1258" in ranked and _tone_marks(data):
        ranked.insert(0, "cp1258")
    western = _decoded(data, "cp1252")
    for encoding in [*ranked, "cp1252", "latin_1"]:
        text = _decoded(data, encoding)
        if text is not None:
            return "cp1252" if text == western else codecs.lookup(encoding).name
    raise LoadError(f"{name}: the text is in no encoding that is known here. Pass encoding=...")


def _decoded(data: bytes, encoding: str) -> str | None:
    """The text in `encoding`, or None where the bytes are not valid in it."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _tone_marks(data: bytes) -> bool:
    """Whether bytes that are combining tone marks in cp1258 follow vowels, as Vietnamese does throughout."""
    marks = sum(data.count(bytes([mark])) for mark in (0xCC, 0xEC, 0xD2, 0xDE, 0xF2))
    others = sum(byte >= 0x80 for byte in data) - marks
    return marks > 0 and marks * 5 > others


def _read_csv(con, path, table, name, scan, encoding, delimiter, skip) -> Raw:
    csv.field_size_limit(1 << 30)
    encoding, how = decide_encoding(path, name, scan, encoding)
    delimiter, delimiter_how = decide_delimiter(path, name, encoding, skip, delimiter)
    try:
        header, first = _header(path, encoding, delimiter, skip)
    except UnicodeDecodeError as error:
        raise LoadError(f"{name}: the file is not {encoding} ({error.reason} at byte {error.start}).") from None
    except csv.Error as error:
        raise LoadError(f"{name}: the header cannot be read ({error}).") from None
    headers, repeated = tidy_headers(header)
    raw = Raw(name, table, scan.sha256, headers, 0, [], (encoding, how), (delimiter, delimiter_how), repeated)
    if encoding in ("utf-8", "utf-8-sig"):
        raw.marks, raw.odd_spaces = scan.marks if len(scan.marks) <= MOST_MARKS else None, scan.odd_spaces
    simple = first == 1 and skip == 0 and encoding in ("utf-8", "utf-8-sig") and len(headers) > 1
    if not (simple and _read_fast(con, path, raw, scan)):
        raw.rejects = []
        _read_slow(con, path, raw, skip)
    return raw


def _open(path: Path, encoding: str) -> io.TextIOWrapper:
    return path.open(encoding=encoding, newline="")


def decide_delimiter(path: Path, name: str, encoding: str, skip: int, stated: str | None = None) -> tuple[str, str]:
    """The delimiter that splits the first thousand records into the most equal fields."""
    named = {word: mark for mark, word in DELIMITERS.items()}
    if stated:
        return named.get(stated, stated), "stated"
    try:
        with _open(path, encoding) as stream:
            lines = [line for _, line in zip(range(1000 + skip), stream, strict=False)][skip:]
    except UnicodeDecodeError as error:
        raise LoadError(f"{name}: the file is not {encoding} ({error.reason} at byte {error.start}).") from None
    scores = {mark: _evenness(lines, mark) for mark in DELIMITERS}
    best = max(scores, key=lambda mark: scores[mark])
    return (best, "splits_evenly") if scores[best] > (0, 0) else (",", "no_other")


def _evenness(lines: list[str], mark: str) -> tuple[float, int]:
    """Share of records that have as many fields as the header, and that number of fields."""
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark) if row]
    except csv.Error:
        return 0, 0
    if not widths or widths[0] < 2:
        return 0, 0
    share = sum(width == widths[0] for width in widths) / len(widths)
    return (1.0 if share > 0.9 else round(share, 1)), widths[0]


def _header(path: Path, encoding: str, delimiter: str, skip: int) -> tuple[list[str], int]:
    """The header's fields and the last physical line it takes."""
    with _open(path, encoding) as stream:
        for _ in range(skip):
            next(stream, None)
        reader = csv.reader(stream, delimiter=delimiter)
        for row in reader:
            if any(cell.strip() for cell in row):
                return row, skip + reader.line_num
    return [], skip


def tidy_headers(header: list[str]) -> tuple[list[str], list[str]]:
    """Headers in NFC with single spaces; a repeated name gets a number, and is listed.

    >>> tidy_headers(["Variant", " Other  name", "Variant"])
    (['Variant', 'Other name', 'Variant (2)'], ['Variant'])
    """
    tidied, repeated, seen = [], [], {}
    for position, cell in enumerate(header, start=1):
        name = " ".join(unicodedata.normalize("NFC", str(cell)).replace("\ufeff", "").split()) or f"column {position}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            repeated.append(name)
            name = f"{name} ({seen[name]})"
        tidied.append(name)
    return tidied, list(dict.fromkeys(repeated))


def _read_fast(con, path: Path, raw: Raw, scan: Scan) -> bool:
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


def wrong_fields(line: int, got: int, wanted: int, text: str) -> Reject:
    """The record of a line with too few or too many fields."""
    rule = "too_few_fields" if got < wanted else "too_many_fields"
    return Reject(line, rule, f"{got} fields where the header has {wanted}", text)


def _attach_lines(con, raw: Raw, lines: pa.Array) -> None:
    numbers = pa.table({"_line": lines})
    con.register("kpitools_lines", numbers)
    con.execute(f"create or replace table {raw.table}_1 as select * from kpitools_lines")
    con.unregister("kpitools_lines")
    con.execute(
        f"create or replace view {raw.table} as select r.rowid as _row, l._line, r.* "
        f"from {raw.table}_0 r positional join {raw.table}_1 l"
    )


def _read_slow(con, path: Path, raw: Raw, skip: int) -> None:
    """Python's csv module: slower, and right about every line break inside quotes."""
    sink = _Sink(con, raw)
    _, start = _header(path, raw.encoding[0], raw.delimiter[0], skip)
    try:
        while start is not None:
            start = _read_records(path, raw, sink, start)
    except UnicodeDecodeError as error:
        raise LoadError(
            f"{raw.name}: the file is not {raw.encoding[0]} ({error.reason} at byte {error.start}). Pass "
            f"another encoding=..."
        ) from None
    sink.close()


def _read_records(path: Path, raw: Raw, sink: "_Sink", start: int) -> int | None:
    """Read records after line `start`; where a quote is never closed, reject that line and say where to go on."""
    wanted, mark = len(raw.headers), raw.delimiter[0]
    with _open(path, raw.encoding[0]) as stream:
        lines = _Lines(stream, start)
        before = lines.number
        for row in csv.reader(lines, delimiter=mark):
            first, before = before + 1, lines.number
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if lines.ended and _is_open(lines.since(first), mark):
                raw.rejects.append(
                    Reject(first, "unterminated_quote", "a quote is never closed", lines.since(first)[0].rstrip("\r\n"))
                )
                return first
            if len(row) > wanted and not any(row[wanted:]):
                row = row[:wanted]
            if len(row) != wanted:
                raw.rejects.append(wrong_fields(first, len(row), wanted, "".join(lines.since(first)).rstrip("\r\n")))
            else:
                sink.add(first, row)
            lines.forget()
    return None


class _Lines:
    """Physical lines of a stream after the first `skip`, numbered, with those of the record at hand kept."""

    def __init__(self, stream, skip: int):
        self.stream, self.number, self.ended, self.kept = stream, skip, False, []
        for _ in range(skip):
            next(stream, None)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.stream, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.number += 1
        self.kept.append(line)
        return line

    def since(self, first: int) -> list[str]:
        """The kept lines from line number `first` on."""
        return self.kept[first - self.number - 1 :]

    def forget(self) -> None:
        self.kept.clear()


def _is_open(lines: list[str], mark: str) -> bool:
    """Whether the record ends inside quotes."""
    try:
        list(csv.reader(lines, delimiter=mark, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False


class _Sink:
    """Collects rows in batches into ``<table>_0`` and makes the view."""

    def __init__(self, con, raw: Raw):
        self.con, self.raw, self.rows, self.lines = con, raw, [], []
        columns = ", ".join(f"c{i} VARCHAR" for i in range(len(raw.headers)))
        con.execute(f"create or replace table {raw.table}_0 (_line BIGINT, {columns})")

    def add(self, line: int, row: list) -> None:
        self.rows.append(row)
        self.lines.append(line)
        if len(self.rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        if not self.rows:
            return
        columns = [pa.array(self.lines, pa.int64())]
        columns += [pa.array(cells, pa.string()) for cells in zip(*self.rows, strict=True)]
        batch = pa.table(columns, names=["_line", *(f"c{i}" for i in range(len(self.raw.headers)))])
        self.con.register("kpitools_batch", batch)
        self.con.execute(f"insert into {self.raw.table}_0 select * from kpitools_batch")
        self.con.unregister("kpitools_batch")
        self.raw.rows += len(self.rows)
        self.rows, self.lines = [], []

    def close(self) -> None:
        self.flush()
        self.con.execute(f"create or replace view {self.raw.table} as select rowid as _row, * from {self.raw.table}_0")


# --- sheets, JSON, Parquet ------------------------------------------------------------------------------------


def _sheet_rows(path: Path, name: str, sheet: str | int | None) -> Iterator[tuple[int, list]]:
    """Rows of a workbook's sheet as text, with their sheet row."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise LoadError(f"{name}: this cannot be read as a workbook ({error}).") from None
    names = book.sheet_names
    wanted = (
        names[0] if sheet is None else names[sheet - 1] if isinstance(sheet, int) and sheet <= len(names) else sheet
    )
    if wanted not in names:
        raise LoadError(f"{name}: no sheet '{wanted}'. It has: {', '.join(names)}.")
    rows = book.get_sheet_by_name(wanted).to_python(skip_empty_area=False)
    for number, row in enumerate(rows, start=1):
        yield number, [_cell_text(cell) for cell in row]


def _cell_text(cell) -> str | None:
    """A workbook's or JSON cell as text: whole numbers without a point, instants as ISO, spans as H:MM:SS."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.timedelta):
        seconds = cell.total_seconds()
        sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
        return f"{sign}{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}:{int(seconds % 60):02d}"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, list):
        plain = all(not isinstance(item, (dict, list)) for item in cell)
        return ",".join(str(_cell_text(item) or "") for item in cell) if plain else json.dumps(cell, ensure_ascii=False)
    return str(cell)


def _from_rows(con, table, name, scan, rows, skip) -> Raw:
    """A table from rows of cells; the first that is not empty is the header."""
    rows = ((number, row) for number, row in rows if number > skip and any(row))
    _, header = next(rows, (0, []))
    while header and header[-1] is None:
        header = header[:-1]
    headers, repeated = tidy_headers([cell or "" for cell in header])
    raw = Raw(name, table, scan.sha256, headers, 0, repeated=repeated)
    if not headers:
        raise LoadError(f"{name}: the sheet is empty.")
    sink = _Sink(con, raw)
    for number, row in rows:
        row, beyond = row[: len(headers)], [cell for cell in row[len(headers) :] if cell]
        if beyond:
            raw.rejects.append(
                wrong_fields(number, len(row) + len(beyond), len(headers), json.dumps(row + beyond, ensure_ascii=False))
            )
        else:
            sink.add(number, row + [None] * (len(headers) - len(row)))
    sink.close()
    return raw


def _read_json(con, path, table, name, scan, encoding, records) -> Raw:
    encoding, how = decide_encoding(path, name, scan, encoding)
    try:
        text = path.read_text(encoding=encoding)
    except UnicodeDecodeError as error:
        raise LoadError(f"{name}: the file is not {encoding} ({error.reason} at byte {error.start}).") from None
    whole = _parse_json(text)
    rejects: list[Reject] = []
    if whole is not None:
        found = list(enumerate(_records(whole, name, records), start=1))
    else:
        found = _json_lines(text, rejects, records)
    if not found:
        raise LoadError(f"{name}: there is no JSON record in it.")
    flat = [(number, _flatten(record)) for number, record in found]
    headers, repeated = tidy_headers(list(dict.fromkeys(key for _, record in flat for key in record)))
    keys = list(dict.fromkeys(key for _, record in flat for key in record))
    raw = Raw(name, table, scan.sha256, headers, 0, rejects, (encoding, how), repeated=repeated)
    sink = _Sink(con, raw)
    for number, record in flat:
        sink.add(number, [record.get(key) for key in keys])
    sink.close()
    return raw


def _parse_json(text: str):
    """The parsed text with numbers left as they are written, or None where it is not one JSON value."""
    try:
        return json.loads(text, parse_int=str, parse_float=str)
    except ValueError:
        return None


def _records(value, name: str, records: str | None) -> list[dict]:
    """The list of records in a JSON value."""
    if records and isinstance(value, dict):
        value = value.get(records, value)
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)]
        value = lists[0] if len(lists) == 1 else [value]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise LoadError(
            f"{name}: expected a list of JSON objects, or an object with one such list; pass records: <key>."
        )
    return [_unwrap(item) for item in value]


def _unwrap(record: dict) -> dict:
    """The inner record of ``{"ticket": {...}}``."""
    inner = next(iter(record.values()), None)
    return inner if len(record) == 1 and isinstance(inner, dict) else record


def _json_lines(text: str, rejects: list[Reject], records: str | None) -> list[tuple[int, dict]]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        record = _parse_json(line)
        if isinstance(record, dict):
            inner = record.get(records) if records else None
            found.append((number, inner if isinstance(inner, dict) else _unwrap(record)))
        else:
            rejects.append(Reject(number, "not_json", "the line is not a JSON object", line.strip("\r")))
    return found


def _flatten(record: dict, prefix: str = "") -> dict[str, str | None]:
    flat = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat.update(_flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = _cell_text(value)
    return flat


def _read_parquet(con, path, table, name, scan) -> Raw:
    try:
        columns = [row[0] for row in con.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()]
    except duckdb.Error as error:
        raise LoadError(f"{name}: this cannot be read as Parquet ({str(error).splitlines()[0]}).") from None
    headers, repeated = tidy_headers(columns)
    quoted = ", ".join(f'"{c.replace(chr(34), chr(34) * 2)}"::VARCHAR as c{i}' for i, c in enumerate(columns))
    con.execute(f"create or replace table {table}_0 as select {quoted} from read_parquet(?)", [str(path)])
    con.execute(f"create or replace view {table} as select rowid as _row, rowid + 1 as _line, * from {table}_0")
    rows = con.table(f"{table}_0").shape[0]
    return Raw(name, table, scan.sha256, headers, rows, repeated=repeated)


def temporary_connection() -> tuple[duckdb.DuckDBPyConnection, tempfile.TemporaryDirectory]:
    """A DuckDB connection in memory that spills to a temporary folder, and that folder."""
    folder = tempfile.TemporaryDirectory(prefix="kpitools_")
    con = duckdb.connect(config={"temp_directory": folder.name})
    con.execute("set TimeZone='UTC'")
    return con, folder
