"""The columns of an export that no mapping reads: what they look like and may be, and lines of desk.yml for them."""

from difflib import get_close_matches
from typing import NamedTuple

import pandas as pd
import yaml

from kpitools import tables
from kpitools.errors import UnknownNameError
from kpitools.exports import instants
from kpitools.exports.mapping import TableMap, fold
from kpitools.exports.source import SourceFile
from kpitools.lacking import column_words
from kpitools.loadreport import LoadReport
from kpitools.words import LANGUAGES, say

# Looked at are this many columns of a file, and this many of its rows.
MOST_COLUMNS, ROWS = 200, 1_000
SHOWN = 30
_DATE = r"^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}"


class Unused(NamedTuple):
    """A column that nothing reads: `kind` is a key of ``unused.*``, `could_be` a free column of `table` or empty."""

    file: str
    column: str
    kind: str
    table: str
    could_be: str


def unused_columns(source: SourceFile) -> list[Unused]:
    """The columns of a file that its mapping does not read, the first MOST_COLUMNS of them."""
    read = {source.position(group) for group in _groups(source)}
    left = [i for i in range(len(source.raw.headers)) if i not in read][:MOST_COLUMNS]
    if not left:
        return []
    kinds, names = _kinds(source, left), _free_names(source.file.tables[0])
    found, table = [], source.file.tables[0].name
    for position, kind in zip(left, kinds, strict=True):
        header = source.raw.headers[position]
        could_be = _nearest(header, kind, table, names)
        names = {word: name for word, name in names.items() if name != could_be}
        found.append(Unused(source.raw.name, header, kind, table, could_be))
    return found


def _groups(source: SourceFile):
    for table in source.file.tables:
        yield from ((name,) for name in table.rows)
        for column in table.columns.values():
            yield from column.sources


def _kinds(source: SourceFile, positions: list[int]) -> list[str]:
    """What the first rows of each column look like: empty, date, number or text."""
    asked = ", ".join(
        f"count(c{i}), count_if({instants.is_iso(f'c{i}')} or regexp_matches(c{i}, '{_DATE}')), "
        f"count_if(regexp_full_match(c{i}, '[+-]?[0-9][0-9.,]*%?'))"
        for i in positions
    )
    texts = ", ".join(f"nullif(trim(c{i}), '') as c{i}" for i in positions)
    flat = source.con.execute(f"select {asked} from (select {texts} from {source.raw.table} limit {ROWS})").fetchone()
    return [_kind(*flat[3 * n : 3 * n + 3]) for n in range(len(positions))]


def _kind(filled: int, dates: int, numbers: int) -> str:
    if not filled:
        return "empty"
    return "date" if dates == filled else "number" if numbers == filled else "text"


def _free_names(table: TableMap) -> dict[str, str]:
    """Names and words of the canonical columns that the file does not fill, folded, and the column each means."""
    found = {}
    for name in tables.get(table.name).names:
        if name not in table.columns:
            found |= {fold(word.replace("_", " ")): name for word in (name, *_words(table.name, name))}
    return found


def _words(table: str, column: str) -> list[str]:
    try:
        return [column_words(table, column, language) for language in LANGUAGES]
    except UnknownNameError:
        return []


def _nearest(header: str, kind: str, table: str, names: dict[str, str]) -> str:
    """The canonical column whose name or words a header nearly is, where its values look like it; or empty."""
    near = get_close_matches(fold(header.replace("_", " ")), names, n=1, cutoff=0.85)
    if not near:
        return ""
    wanted = tables.get(table)[names[near[0]]].type
    if wanted == "seconds":  # its unit would have to be guessed
        return ""
    is_date, is_number = wanted in ("instant", "day"), wanted in ("number", "count")
    return "" if is_date != (kind == "date") or (is_number and kind != "number") else names[near[0]]


def stub(found: LoadReport, language: str) -> str:
    """The ``files:`` of a desk.yml that map the unused columns; what cannot be known is a comment.

    Every file that was read has its entry, since a desk.yml that lists files reads no other.
    """
    lines = ["files:"]
    for row in found.files.itertuples():
        if row.format:
            lines += [
                f"  - file: {_quoted(row.file)}",
                *([f"    format: {row.format}"] if row.format != "tables" else []),
            ]
            lines += _mapping(found.unused[found.unused["file"] == row.file].head(SHOWN), language)
    return "\n".join(lines)


def _mapping(rows: pd.DataFrame, language: str) -> list[str]:
    """The ``tables:`` of an entry, as a comment where no column is known: an empty table would be left out."""
    if rows.empty:
        return []
    mark = "" if (rows["could_be"] != "").any() else "# "
    lines = [f"    {mark}tables:", f"    {mark}  {rows['table'].iloc[0]}:"]
    for row in rows.itertuples():
        said = row.could_be or "# " + say("unused.name", language)
        lines.append(f"    {mark}    {said}: {_quoted(row.column)}")
    return lines


def _quoted(text: str) -> str:
    """A text from the data as YAML in quotes on one line, whatever is in it."""
    return yaml.safe_dump(text, allow_unicode=True, default_style='"', width=float("inf")).strip()
