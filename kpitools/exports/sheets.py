"""Workbooks: the rows of one sheet as text."""

from collections.abc import Iterator
from pathlib import Path

from kpitools.errors import LoadError, told
from kpitools.exports.raw import cell_text


def sheet_rows(path: Path, name: str, sheet: str | int | None) -> Iterator[tuple[int, list]]:
    """Rows of a workbook's sheet as text, with their sheet row."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise LoadError(told("no_workbook", name=name, why=error)) from None
    names = book.sheet_names
    wanted = (
        names[0] if sheet is None else names[sheet - 1] if isinstance(sheet, int) and 0 < sheet <= len(names) else sheet
    )
    if wanted not in names:
        raise LoadError(told("no_sheet", name=name, sheet=wanted, known=", ".join(names)))
    rows = book.get_sheet_by_name(wanted).to_python(skip_empty_area=False)
    for number, row in enumerate(rows, start=1):
        yield number, [cell_text(cell) for cell in row]
