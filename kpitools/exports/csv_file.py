"""Text files: their encoding, delimiter and header, then the fast reader where it can be proved right."""

import csv
import re
from pathlib import Path

from kpitools.errors import ConfigError, LoadError
from kpitools.exports.csv_fast import read_fast
from kpitools.exports.csv_slow import open_text, read_slow
from kpitools.exports.encoding import decide_encoding, wrong_encoding
from kpitools.exports.raw import Raw, tidy_headers
from kpitools.exports.scan import Scan

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
MOST_MARKS = 24
UTF8 = ("utf-8", "utf-8-sig")


def read_csv(
    con, path: Path, table: str, name: str, scan: Scan, encoding: str | None, delimiter: str | None, skip: int
) -> Raw:
    """Read a text file into the view `table`."""
    csv.field_size_limit(1 << 30)
    encoding, how = decide_encoding(path, name, scan, encoding)
    try:
        told = _sep_line(path, encoding) if skip == 0 else None
        skip = 1 if told else skip
        mark = decide_delimiter(path, encoding, skip, delimiter, told)
        header, first = _header(path, encoding, mark[0], skip)
    except UnicodeError as error:
        raise wrong_encoding(name, encoding, error) from None
    except csv.Error as error:
        raise LoadError(f"{name}: the header cannot be read ({error}).") from None
    headers, repeated = tidy_headers(header)
    raw = Raw(name, table, scan.sha256, headers, 0, [], (encoding, how), mark, repeated)
    if encoding in UTF8:
        raw.marks, raw.odd_spaces = scan.marks if len(scan.marks) <= MOST_MARKS else None, scan.odd_spaces
    simple = first == 1 and skip == 0 and encoding in UTF8 and len(headers) > 1
    if not (simple and read_fast(con, path, raw, scan)):
        raw.rejects = []
        read_slow(con, path, raw, first)
    return raw


def _sep_line(path: Path, encoding: str) -> str | None:
    """The delimiter that Excel's first line ``sep=;`` names; None where the file begins otherwise."""
    with open_text(path, encoding) as stream:
        match = re.fullmatch(r'"?sep=(.)"?[,;\t]*\r?\n?', stream.readline(64), re.IGNORECASE)
    return match.group(1) if match else None


def decide_delimiter(
    path: Path, encoding: str, skip: int, stated: str | None = None, told: str | None = None
) -> tuple[str, str]:
    """The delimiter and how it was decided: stated, told by a sep= line, or what splits the first records evenly."""
    if stated:
        return stated_delimiter(stated), "stated"
    if told:
        return told, "sep_line"
    with open_text(path, encoding) as stream:
        lines = [line for _, line in zip(range(1000 + skip), stream, strict=False)][skip:]
    scores = {mark: _evenness(lines, mark) for mark in DELIMITERS}
    best = max(scores, key=lambda mark: scores[mark])
    return (best, "splits_evenly") if scores[best] > (0, 0) else (",", "no_other")


def stated_delimiter(stated: str) -> str:
    """The mark that a stated delimiter means; ConfigError for what cannot be one."""
    mark = {word: mark for mark, word in DELIMITERS.items()}.get(stated, stated)
    if len(mark) != 1 or mark in '"\r\n\0':
        raise ConfigError(f"delimiter must be one character or {', '.join(DELIMITERS.values())}; got {stated!r}.")
    return mark


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
    with open_text(path, encoding) as stream:
        for _ in range(skip):
            next(stream, None)
        reader = csv.reader(stream, delimiter=delimiter)
        for row in reader:
            if any(cell.strip() for cell in row):
                return row, skip + reader.line_num
    return [], skip
