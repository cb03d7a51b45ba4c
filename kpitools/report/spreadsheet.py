"""The scorecard as an Excel workbook: typed cells, a sheet of all KPIs and one for each, and texts that never run."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kpitools.analysis.trend import assurance_words, variation_words
from kpitools.cards import meaning
from kpitools.privacy import Mask
from kpitools.scorecard import Scorecard, Standing, rhythm
from kpitools.words import is_currency, period, say, unit_words

# A spreadsheet takes a text that begins so for a formula.
_FORMULA = re.compile(r"^\s*[=+\-@|%\t\r\n]")
# Characters that XML, so a workbook, cannot hold, and those that a sheet's name cannot.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOT_IN_NAMES = re.compile(r"[\\/*?:\[\]]")
_FORMATS = {"h": '#,##0.00" h"', "min": '#,##0.0" min"', "s": '#,##0.0" s"', "share": "0.0%", "count": "#,##0"}
_FORMATS |= {
    "score": "0.0",
    "scale": "0.00",
    "number": "#,##0.00",
    "percent": "0.0%",
    "money": "#,##0.00",
    "date": "yyyy-mm-dd",
}
_HEAD, _HEAD_FILL = Font(bold=True), PatternFill("solid", fgColor="E3E8EE")
_WRAP = Alignment(wrap_text=True, vertical="top")
_SERIES = ("value", "low", "high", "n", "centre", "lower", "upper", "target_low", "target_high")
MOST_TEXT, MOST_NAME = 32_767, 31  # characters of a cell, and of a sheet's name


def _number_format(unit: str) -> str:
    """How a spreadsheet shows a number in `unit`; money with the decimals its currency has."""
    if not is_currency(unit):
        return _FORMATS.get(unit, "General")
    from babel.numbers import get_currency_precision

    return "#,##0" + "." * bool(decimals := get_currency_precision(unit)) + "0" * decimals


def formula_safe(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with an apostrophe before every text that a spreadsheet would run as a formula, headers included."""
    texts = {
        column: frame[column].map(_safe_text)
        for column in frame.columns
        if not pd.api.types.is_numeric_dtype(frame[column]) and not pd.api.types.is_datetime64_any_dtype(frame[column])
    }
    return frame.assign(**texts).rename(columns=_safe_text)


def _safe_text(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def write(card: Scorecard, path: Path, language: str, mask: Mask) -> None:
    """Write the workbook of `card` in `language`: numbers as numbers in the KPI's unit, shares as fractions."""
    book = Workbook()
    _Sheet(book.active, mask).overview(card, language)
    taken = {book.active.title.lower()}
    for standing in card.standings:
        name = _sheet_name(mask.text(standing.kpi.title(language)), taken)
        _Sheet(book.create_sheet(name), mask).of_kpi(standing, card, language)
    book.save(path)


def _sheet_name(title: str, taken: set[str]) -> str:
    """At most 31 characters, none that Excel refuses, and unlike all others whatever their case."""
    plain = _NOT_IN_NAMES.sub(" ", title).strip("' ") or "KPI"
    if len(plain) > MOST_NAME:
        plain = plain.split(" (")[0]  # an abbreviation in brackets goes first
    name, again = plain[:MOST_NAME].strip("' "), 2
    while name.lower() in taken:
        name, again = f"{plain[: MOST_NAME - 4].strip()} {again}", again + 1
    taken.add(name.lower())
    return name


class _Sheet:
    """One sheet, written row by row."""

    def __init__(self, sheet: Worksheet, mask: Mask):
        self.sheet, self.mask, self.row = sheet, mask, 0

    def overview(self, card: Scorecard, language: str) -> None:
        """All KPIs at their last complete period."""
        self.sheet.title = say("site.sheet.scorecard", language)
        heads = ("kpi", "unit", "period", "value", "low", "high", "n", "target_low", "target_high", "change", "target")
        self.line([say(f"site.column.{head}", language) for head in heads], head=True)
        for standing in card.standings:
            self._standing(standing, card, language)
        self._finish(widths=[34, 9, 24, 12, 12, 12, 10, 12, 12, 44, 52])

    def _standing(self, standing: Standing, card: Scorecard, language: str) -> None:
        kpi, trend, last = standing.kpi, standing.trend, standing.last
        name = [kpi.title(language), unit_words(kpi.unit, language)]
        if trend is None or last is None:
            self.line([*name, standing.problem or say("board.nothing_yet", language)])
            return
        numbers = [last["value"], last.get("low"), last.get("high")]
        aims = [last["target_low"], last["target_high"]]
        when = period(last["period"], trend.every, language)
        said = [variation_words(trend, language), assurance_words(trend, language)]
        unit = kpi.unit
        self.line([*name, when, *numbers, last["n"], *aims, *said], {4: unit, 5: unit, 6: unit, 7: "count"} | {
            8: unit, 9: unit
        })  # fmt: skip

    def of_kpi(self, standing: Standing, card: Scorecard, language: str) -> None:
        """The series of a KPI, and beside it what the KPI means."""
        kpi, trend = standing.kpi, standing.trend
        columns = [name for name in _SERIES if trend is not None and name in trend.points]
        heads = ["period", *columns, "complete"]
        self.line([say(f"site.column.{head}", language) for head in heads], head=True)
        for _, point in trend.points.iterrows() if trend is not None else ():
            cells = [point["period"].to_pydatetime(), *(point[name] for name in columns)]
            done = say("cards.yes" if point["complete"] else "cards.no", language)
            units = {place + 2: "count" if name == "n" else kpi.unit for place, name in enumerate(columns)}
            self.line([*cells, done], {1: "date"} | units)
        self._finish(widths=[13] * len(heads))
        self._beside(len(heads) + 2, _definition(standing, card, language))

    def _beside(self, column: int, lines: list[tuple[str, str]]) -> None:
        for row, (term, said) in enumerate(lines, start=1):
            self._put(row, column, term).font = _HEAD
            self._put(row, column + 1, said).alignment = Alignment(vertical="top")
        self.sheet.column_dimensions[get_column_letter(column)].width = 22
        self.sheet.column_dimensions[get_column_letter(column + 1)].width = 100

    def line(self, cells: list[Any], formats: dict[int, str] | None = None, head: bool = False) -> None:
        """A row; `formats`: column number -> unit."""
        self.row += 1
        for column, value in enumerate(cells, start=1):
            cell = self._put(self.row, column, value)
            if formats and column in formats and not isinstance(cell.value, str):
                cell.number_format = _number_format(formats[column])
            if head:
                cell.font, cell.fill, cell.alignment = _HEAD, _HEAD_FILL, _WRAP

    def _put(self, row: int, column: int, value: Any) -> Any:
        """A cell that holds `value`; a text is a text, also where it begins like a formula."""
        if value is None or (not isinstance(value, str) and pd.isna(value)):
            value = None
        elif isinstance(value, str):
            value = _CONTROL.sub("", self.mask.text(value))[:MOST_TEXT]
        elif hasattr(value, "item"):
            value = value.item()
        cell = self.sheet.cell(row, column, value)
        if isinstance(value, str):
            cell.data_type = "s"
            cell.quotePrefix = bool(_FORMULA.match(value))  # so it stays a text when somebody edits the cell
        return cell

    def _finish(self, widths: list[float]) -> None:
        self.sheet.freeze_panes = "B2"
        self.sheet.auto_filter.ref = self.sheet.dimensions
        for place, width in enumerate(widths, start=1):
            self.sheet.column_dimensions[get_column_letter(place)].width = width


def _definition(standing: Standing, card: Scorecard, language: str) -> list[tuple[str, str]]:
    kpi = standing.kpi
    first = (say("site.column.kpi", language), kpi.title(language))
    rhythm_words = (say("site.column.period", language), say(f"site.every.{rhythm(kpi, card.every)}", language))
    return [first, *meaning(kpi, language, card.hours), rhythm_words]
