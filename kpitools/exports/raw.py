"""What reading a file gives, whatever its kind: an all-text DuckDB table that knows the line of every row."""

import datetime as dt
import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from kpitools.errors import LoadError

BATCH = 50_000
_THOUSANDS = re.compile(r"[+-]?\d{1,3}\.\d{3}")


class Reject(NamedTuple):
    """A line that cannot be split into the header's fields."""

    line: int
    rule: str
    values: dict[str, str | int]
    text: str


@dataclass
class Raw:
    """An all-text table: view `table` with ``_row`` (0, 1, ...), ``_line`` and one column ``c<i>`` per header.

    `marks` are the combining marks in it; None where they were not looked for. `twice` holds by key the lines whose
    JSON object gave that key twice.
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
    twice: dict[str, list[int]] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Data rows in the file, split or not."""
        return self.rows + len(self.rejects)


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
            while (numbered := f"{name} ({seen[name]})") in seen:
                seen[name] += 1
            seen[name := numbered] = 1
        tidied.append(name)
    return tidied, list(dict.fromkeys(repeated))


def wrong_fields(line: int, got: int, wanted: int, text: str) -> Reject:
    """The record of a line with too few or too many fields."""
    rule = "too_few_fields" if got < wanted else "too_many_fields"
    return Reject(line, rule, {"got": got, "wanted": wanted}, text)


class Sink:
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


def number_text(text: str) -> str:
    """A number that a file stores as a number: a whole one without a point, 1.500 as 1.5000.

    Its point can only stand before decimals, while of a text alone three decimals may be thousands. A whole number is
    often an id, which pandas stores as 1.0 as soon as one row of the column has none.

    >>> number_text("1.500"), number_text("-12.5"), number_text("30.0"), number_text("1e3")
    ('1.5000', '-12.5', '30', '1000')
    """
    value = float(text)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{text}0" if _THOUSANDS.fullmatch(text) else text


def cell_text(cell) -> str | None:
    """A workbook's or JSON cell as text: whole numbers without a point, instants as ISO, spans as H:MM:SS."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return number_text(str(cell))
    if isinstance(cell, dt.timedelta):
        seconds = cell.total_seconds()
        sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
        return f"{sign}{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}:{int(seconds % 60):02d}"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, list):
        plain = all(not isinstance(item, (dict, list)) for item in cell)
        return ",".join(str(cell_text(item) or "") for item in cell) if plain else json.dumps(cell, ensure_ascii=False)
    return str(cell)


def from_rows(con, table, name, scan, rows, skip) -> Raw:
    """A table from rows of cells; the first that is not empty is the header."""
    rows = ((number, row) for number, row in rows if number > skip and any(row))
    _, header = next(rows, (0, []))
    while header and header[-1] is None:
        header = header[:-1]
    headers, repeated = tidy_headers([cell or "" for cell in header])
    raw = Raw(name, table, scan.sha256, headers, 0, repeated=repeated)
    if not headers:
        raise LoadError(f"{name}: the sheet is empty.")
    sink = Sink(con, raw)
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
