"""What a desk aims at and what it did about it: targets.csv and interventions.csv, read and checked."""

import csv
import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from kpitools.errors import ConfigError, told, unknown
from kpitools.periods import UNITS

TARGET_COLUMNS = ("kpi", "valid_from", "valid_to", "team", "target", "low", "high", "hours", "every")
INTERVENTION_COLUMNS = ("on", "kind", "team", "what", "kpi", "rebase")
KINDS = ("training", "process", "technology")
HOURS = ("calendar", "business")
LONGEST_CELL = 10_000  # a quote that is never closed swallows the rest of the file
_YES_NO = {
    "": False,
    **dict.fromkeys(("yes", "true", "1", "y", "có"), True),
    **dict.fromkeys(("no", "false", "0", "n", "không"), False),
}


def read_targets(path: Path | None) -> pd.DataFrame:
    """The goals of a desk, one row a goal; an empty table when there is no file.

    Returns
    -------
    DataFrame
        ``kpi``; ``valid_from`` and ``valid_to``, local days, both included, NaT for no bound; ``team``
        (None: everybody); ``target``, ``low``, ``high`` in the KPI's unit; ``hours``
        (calendar, business or None: both); ``every``, the length of the periods it is for (day, week, month, quarter or
        None: see `analysis.targets`).

    Raises
    ------
    ConfigError
        For a column, date or number that cannot be read, a goal without a value, bounds the wrong way round, or
        two goals in force at once for the same KPI and team; the message names the lines.
    """
    rows = _read(path, TARGET_COLUMNS, needed=("kpi",), parse=_target) if path else []
    _check_overlaps(rows)
    return _frame(rows, TARGET_COLUMNS, days=("valid_from", "valid_to"), numbers=("target", "low", "high"))


def read_interventions(path: Path | None) -> pd.DataFrame:
    """What was done to improve, by date: ``on, kind, team, what, kpi, rebase``; an empty table without a file.

    ``team`` None means everybody, ``kpi`` None that no KPI is named; ``rebase`` says whether the usual range of
    that KPI starts anew on that day.
    """
    rows = _read(path, INTERVENTION_COLUMNS, needed=("on", "kind", "what"), parse=_intervention) if path else []
    frame = _frame(rows, INTERVENTION_COLUMNS, days=("on",), numbers=())
    return frame.astype({"rebase": bool}).sort_values("on", kind="stable", ignore_index=True)


def _read(path: Path, known: tuple[str, ...], needed: tuple[str, ...], parse: Callable) -> list[dict[str, Any]]:
    """Rows as dicts with ``where`` (file and line); blank lines and comments, which begin with #, are passed over."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(told("csv_not_utf8", file=path.name)) from error
    # A comment keeps its line, so that errors name the line of the file; the header is the first that is none.
    lines = ["" if line.lstrip('" ').startswith("#") else line for line in text.splitlines()]
    header = next((line for line in lines if line.strip()), "")
    reader = _lines(path.name, lines, ";" if header.count(";") > header.count(",") else ",")
    columns = [name.strip().lower() for name in next((cells for _, cells in reader if any(cells)), [])]
    _check_columns(path.name, columns, known, needed)
    rows = []
    for number, cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{path.name} line {number}"
        if len(cells) > len(columns):
            raise ConfigError(told("too_many_cells", where=where, n=len(cells), columns=len(columns)))
        said = dict.fromkeys(known, "") | {c: v.strip() for c, v in zip(columns, cells, strict=False)}
        for name in needed:
            if not said[name]:
                raise ConfigError(told("empty_cell", where=where, name=name))
        rows.append(parse(said, where) | {"where": where})
    return rows


def _lines(file: str, lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row; ConfigError where a line cannot be split."""
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for cells in reader:
            # The csv module's own limit is the whole process's, and raised where exports are read.
            if any(len(cell) > LONGEST_CELL for cell in cells):
                raise csv.Error(f"a cell of more than {LONGEST_CELL:,} characters; a quotation mark may be missing")
            yield reader.line_num, cells
    except csv.Error as error:
        raise ConfigError(told("no_cells", file=file, line=reader.line_num, why=error)) from None


def _check_columns(file: str, columns: list[str], known: tuple[str, ...], needed: tuple[str, ...]) -> None:
    for name in columns:
        if name not in known:
            raise unknown("column", name, known, where=file, error=ConfigError)
    if len(set(columns)) < len(columns):
        raise ConfigError(told("twice_in_header", file=file))
    missing = [name for name in needed if name not in columns]
    if missing:
        raise ConfigError(told("header_lacks", file=file, missing=", ".join(missing), known=", ".join(known)))


def _target(said: dict[str, str], where: str) -> dict[str, Any]:
    row = {name: _number(said[name], name, where) for name in ("target", "low", "high")}
    row |= {name: _day(said[name], name, where) for name in ("valid_from", "valid_to")}
    row |= {"kpi": said["kpi"], "team": said["team"] or None}
    row |= {name: said[name].lower() or None for name in ("hours", "every")}
    if row["hours"] not in (None, *HOURS):
        raise unknown("clock", said["hours"], HOURS, where=where, error=ConfigError)
    if row["every"] not in (None, *UNITS):
        raise unknown("period", said["every"], UNITS, where=where, error=ConfigError)
    if row["target"] is None and row["low"] is None and row["high"] is None:
        raise ConfigError(told("no_goal", where=where))
    if row["target"] is not None and (row["low"] is not None or row["high"] is not None):
        raise ConfigError(told("two_kinds_of_goal", where=where))
    if row["low"] is not None and row["high"] is not None and row["low"] > row["high"]:
        raise ConfigError(told("low_above", where=where, low=f"{row['low']:g}", high=f"{row['high']:g}"))
    if row["valid_from"] and row["valid_to"] and row["valid_from"] > row["valid_to"]:
        raise ConfigError(told("from_after", where=where, first=row["valid_from"], last=row["valid_to"]))
    return row


def _intervention(said: dict[str, str], where: str) -> dict[str, Any]:
    kind = said["kind"].lower()
    if kind not in KINDS:
        raise unknown("kind", said["kind"], KINDS, where=where, error=ConfigError)
    if said["rebase"].lower() not in _YES_NO:
        raise ConfigError(told("no_rebase", where=where, given=said["rebase"]))
    rebase = _YES_NO[said["rebase"].lower()]
    if rebase and not said["kpi"]:
        raise ConfigError(told("rebase_of_none", where=where))
    plain = {"what": said["what"], "team": said["team"] or None, "kpi": said["kpi"] or None}
    return {"on": _day(said["on"], "on", where), "kind": kind, "rebase": rebase, **plain}


def _number(text: str, name: str, where: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value - value != 0:  # not a number, or infinite
        raise ConfigError(told("no_number", where=where, name=name, text=text))
    return value


def _day(text: str, name: str, where: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(told("no_date", where=where, name=name, text=text)) from error


def _check_overlaps(rows: list[dict[str, Any]]) -> None:
    def key(row):
        return row["kpi"], row["team"] or ""

    for (kpi, team), group in itertools.groupby(sorted(rows, key=key), key):
        for one, other in itertools.combinations(group, 2):
            if _both_may_judge(one, other) and _overlap(one, other):
                whose = told("of_team", team=team) if team else told("of_all")
                both = {"one": one["where"], "other": other["where"]}
                raise ConfigError(told("two_goals", **both, kpi=kpi, whose=whose))


def _both_may_judge(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one[name] == other[name] or None in (one[name], other[name]) for name in ("hours", "every"))


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    def begins(row):
        return row["valid_from"] or dt.date.min

    def ends(row):
        return row["valid_to"] or dt.date.max

    return begins(one) <= ends(other) and begins(other) <= ends(one)


def _frame(rows: list[dict], columns: tuple[str, ...], days: tuple[str, ...], numbers: tuple[str, ...]):
    """The rows as typed columns; texts stay objects, so that None is None."""
    made = {name: pd.Series([row[name] for row in rows], dtype=object) for name in columns}
    made |= {name: pd.Series(pd.to_datetime(made[name])).astype("datetime64[us]") for name in days}
    made |= {name: made[name].astype("float64") for name in numbers}
    return pd.DataFrame(made)
