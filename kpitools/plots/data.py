"""The numbers behind a figure: kept on it by the function that draws it, put into the notebook by `show`."""

import functools
import inspect
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from kpitools.words import say

KPI = "kpi"  # as a unit: the unit of the KPI that is drawn
GROUP = "by"  # as a column: the column by which groups are told apart
_NAME = "kpitools_data"
# Columns of codes, and where their words stand.
_CODED = {"weekday": "plots.weekday_long", "condition": "plots.fcr", "band": "plots.age", "step": "plots.step"}
_CODED |= {"question": "plots.question", "flag": "plots.flag"}
_RENAMED = {"left": "from", "right": "to"}  # ends of bins; "left" is also what remains after a rule


class FigureData(NamedTuple):
    """The frame a figure shows, the unit of each column that has one, and the language it was drawn in."""

    frame: pd.DataFrame
    units: dict[str, str]
    language: str


def shows(**columns: str | None) -> Callable:
    """A plot function whose figure keeps these columns of its first argument: column -> unit, None for texts and dates.

    The first argument is a DataFrame or a Trend, of which the points are taken; a column may be absent.
    """

    def decorate(draw: Callable) -> Callable:
        signature = inspect.signature(draw)

        @functools.wraps(draw)
        def drawn(*args: Any, **named: Any) -> Any:
            axes = draw(*args, **named)
            given = signature.bind(*args, **named)
            given.apply_defaults()
            setattr(axes.figure, _NAME, _kept(given.arguments, columns))
            return axes

        return drawn

    return decorate


def _kept(given: dict[str, Any], columns: dict[str, str | None]) -> FigureData:
    first = next(iter(given.values()))
    if first is None:
        return FigureData(pd.DataFrame(), {}, given["language"])
    frame = getattr(first, "points", first)
    own = given["unit"] if "unit" in given else getattr(given.get("kpi"), "unit", None)
    named = {given[GROUP] if name == GROUP else name: unit for name, unit in columns.items()}
    kept = [name for name in named if name in frame.columns and not frame[name].isna().all()]
    units = {name: own if named[name] == KPI else named[name] for name in kept}
    shown = frame[kept].reset_index(drop=True)
    shown.attrs.clear()
    for name in set(_CODED) & set(kept):
        shown[name] = [
            say(f"{_CODED[name]}.{code}", given["language"]) if pd.notna(code) else "" for code in shown[name]
        ]
    units = {_RENAMED.get(name, name): unit for name, unit in units.items() if unit}
    return FigureData(shown.rename(columns=_RENAMED), units, given["language"])


def data_of(figure: Figure) -> FigureData | None:
    """The numbers a figure of the toolkit shows; None for any other figure."""
    return getattr(figure, _NAME, None)


def as_metadata(data: FigureData) -> dict[str, Any]:
    """The numbers as JSON-ready values: column names, units and rows; missing is None, dates are ISO texts."""
    rows = [[_plain(value) for value in row] for row in data.frame.itertuples(index=False, name=None)]
    return {"columns": [str(name) for name in data.frame.columns], "units": data.units, "rows": rows}


def _plain(value: Any) -> Any:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, bool | int | float | str) else str(value)
