"""Figures on a page: alternative text, and the numbers behind each as a table and a CSV file inside the page."""

import base64
from collections.abc import Callable
from html import escape
from itertools import count
from typing import Any

import pandas as pd

from kpitools.cards import show_table
from kpitools.privacy import Mask
from kpitools.report.spreadsheet import formula_safe
from kpitools.words import number, say

MOST_ROWS = 120  # of a figure's table; the CSV file has them all
_PICTURES = ("image/png", "image/jpeg", "image/svg+xml")


def alt_text(output: Any, language: str) -> str:
    """The alternative text of a picture output: its metadata's, else that nobody described it."""
    for kind in _PICTURES:
        about = output.metadata.get(kind)
        if isinstance(about, dict) and about.get("alt"):
            return str(about["alt"])
    return str(output.metadata.get("alt") or say("site.figure.undescribed", language))


def numbers_of(slug: str, language: str, mask: Mask) -> Callable[[Any], str]:
    """A function from picture outputs to the HTML of the numbers behind them, empty where a picture has none.

    The file of the n-th figure is named SLUG-n.csv.
    """
    places = count(1)

    def numbers(output: Any) -> str:
        data = output.metadata.get("kpitools")
        if not _is_data(data):
            return ""
        frame, units = _frame(data, mask), dict(data["units"])
        if frame.empty:
            return ""
        name = f"{slug}-{next(places)}.csv"
        return _details(frame, units, name, language)

    return numbers


def _is_data(data: Any) -> bool:
    return isinstance(data, dict) and all(isinstance(data.get(key), list) for key in ("columns", "rows"))


def _frame(data: dict[str, Any], mask: Mask) -> pd.DataFrame:
    frame = mask.frame(pd.DataFrame(data["rows"], columns=list(data["columns"])))
    for column in frame.columns.intersection(["period", "cohort"]):
        frame[column] = pd.to_datetime(frame[column], errors="coerce")
    return frame


def _details(frame: pd.DataFrame, units: dict[str, str], name: str, language: str) -> str:
    shown = frame if len(frame) <= MOST_ROWS else frame.iloc[:: -(-len(frame) // MOST_ROWS)]
    rows = number(len(frame), language, 0)
    caption = say("site.figure.caption", language, n=rows)
    if len(shown) < len(frame):
        caption = say("site.figure.part", language, n=rows, shown=number(len(shown), language, 0))
    table = show_table(shown, caption, units, language)._repr_html_()
    head = escape(say("site.figure.data", language, n=rows))
    link = f'<a class="file" download="{escape(name)}" href="{csv_link(frame)}">{escape(name)}</a>'
    return f'<details class="data"><summary>{head}</summary><p>{link}</p>{table}</details>'


def csv_link(frame: pd.DataFrame) -> str:
    """A `data:` address that holds the frame as CSV, safe to open in a spreadsheet."""
    text = "\ufeff" + formula_safe(frame).to_csv(index=False, date_format="%Y-%m-%d", float_format="%.10g")
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(text.encode()).decode()
