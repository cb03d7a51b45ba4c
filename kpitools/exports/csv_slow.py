"""Text files by Python's csv module: slower than DuckDB's reader, and right about every line break inside quotes."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from kpitools.exports.encoding import wrong_encoding
from kpitools.exports.raw import Raw, Reject, Sink, wrong_fields


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """The file as text, its line ends as they are."""
    return path.open(encoding=encoding, newline="")


def read_slow(con, path: Path, raw: Raw, after: int) -> None:
    """Read the records after line `after` into the view ``raw.table``."""
    sink, start = Sink(con, raw), after
    try:
        while start is not None:
            start = _read_records(path, raw, sink, start)
    except UnicodeError as error:
        raise wrong_encoding(raw.name, raw.encoding[0], error) from None
    sink.close()


def _read_records(path: Path, raw: Raw, sink: Sink, start: int) -> int | None:
    """Read records after line `start`; where a quote is never closed, reject that line and say where to go on."""
    wanted, mark = len(raw.headers), raw.delimiter[0]
    with open_text(path, raw.encoding[0]) as stream:
        lines = _Lines(stream, start)
        before = lines.number
        for row in csv.reader(lines, delimiter=mark):
            first, before = before + 1, lines.number
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if lines.ended and _is_open(lines.since(first), mark):
                raw.rejects.append(Reject(first, "unterminated_quote", {}, lines.since(first)[0].rstrip("\r\n")))
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
