"""Workbooks: the rows of one sheet as text."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from kpitools.errors import LoadError, told
from kpitools.exports.raw import cell_text

# A sheet is read whole, with every empty cell up to its last row and column.
MOST_CELLS = 50_000_000
# A row, or a cell beyond column Z: 26 columns of the most rows that a sheet can have are no danger.
_PLACE = re.compile(rb"""\br=["']([A-Z]{2,3})?(\d{1,7})["']""")
_SHEET = re.compile(rb"""<(?:\w+:)?sheet\s[^>]*?\w+:id=["']([^"']+)""")
_CHUNK, _TAIL = 1 << 20, 32


def sheet_rows(path: Path, name: str, sheet: str | int | None) -> Iterator[tuple[int, list]]:
    """Rows of a workbook's sheet as text, with their sheet row."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        wanted = names[0] if sheet is None else sheet
        if isinstance(sheet, int) and 0 < sheet <= len(names):
            wanted = names[sheet - 1]
        if wanted not in names:
            raise LoadError(told("no_sheet", name=name, sheet=wanted, known=", ".join(names)))
        _refuse_vast(name, wanted, *_stated_size(path, names.index(wanted)))
        found = book.get_sheet_by_name(wanted)
        row, column = found.end or (0, 0)
        _refuse_vast(name, wanted, row + 1, column + 1)
        rows = found.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise LoadError(told("no_workbook", name=name, why=error)) from None
    for number, row in enumerate(rows, start=1):
        yield number, [cell_text(cell) for cell in row]


def _refuse_vast(name: str, sheet: str, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        size = {"rows": f"{rows:,}", "columns": f"{columns:,}", "most": f"{MOST_CELLS:,}"}
        raise LoadError(told("vast_sheet", name=name, sheet=sheet, **size))


def _stated_size(path: Path, position: int) -> tuple[int, int]:
    """The last row and column that an XLSX sheet names, before memory is taken for all cells up to there.

    (0, 0) for other kinds of workbook, and 26 columns for a sheet that has no more.
    """
    if not zipfile.is_zipfile(path):
        return 0, 0
    with zipfile.ZipFile(path) as book:
        part = _part(book, position)
        if part is None:
            return 0, 0
        rows, columns, tail = 0, 26, b""
        with book.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                seen = set(_PLACE.findall(tail + chunk))
                rows = max(rows, *(int(row) for _, row in seen), 0)
                columns = max(columns, *(_column(letters) for letters in {letters for letters, _ in seen}), 0)
                tail = chunk[-_TAIL:]
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _part(book: zipfile.ZipFile, position: int) -> str | None:
    """The part of an XLSX archive that holds the sheet at a position of the workbook."""
    files, listed = set(book.namelist()), ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    if not files.issuperset(listed):
        return None
    sheets, links = _SHEET.findall(book.read(listed[0])), book.read(listed[1])
    for tag in re.findall(rb"<(?:\w+:)?Relationship\s[^>]*>", links):
        said = dict(re.findall(rb"""(\w+)=["']([^"']*)["']""", tag))
        if position < len(sheets) and said.get(b"Id") == sheets[position]:
            target = said.get(b"Target", b"").decode("utf-8", "replace")
            place = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return place if place in files else None
    return None
