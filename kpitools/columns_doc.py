"""docs/columns.md, written from the schemas: ``python -m kpitools.columns_doc docs/columns.md``."""

import re
import sys
from pathlib import Path

from kpitools import tables
from kpitools.exports.mapping import CLOSED, REQUIRED, VOCABULARY, formats
from kpitools.lacking import column_words, table_words

_HEAD = """# Tables and columns

Written from `kpitools/tables.py` by `make docs`; a test holds the two together. These are the names that `tables:` of a
desk.yml maps an export's columns to ([loading.md](loading.md) shows how, with an example for each table), that `--by`
and `where:` take, and that notebooks read: `desk.table("tickets")`.

| type | holds |
| --- | --- |
"""
_LOCAL = """
Every instant has a sibling on the desk's own clock: `created_at` and `created_local`, `at` and `at_local`.
"""


def document() -> str:
    """The whole document as Markdown."""
    types = re.findall(r"^(\w+) {2,}(.+(?:\n {9}.+)*)", tables.__doc__, re.MULTILINE)
    listed = "".join(f"| {name} | {' '.join(meaning.split()).replace('``', '`')} |\n" for name, meaning in types)
    index = ", ".join(f"[{name}](#{name})" for name in tables.TABLES)
    return _HEAD + listed + _LOCAL + f"\nThe tables: {index}.\n" + "".join(map(_section, tables.TABLES.values()))


def _section(table: tables.Table) -> str:
    rows = "".join(_row(table.name, column) for column in table.columns)
    given = [name for name, form in formats().items() if any(t.name == table.name for t in form.tables)]
    return (
        f"\n## {table.name}\n\n{table_words(table.name, 'en').capitalize()} "
        f"({table_words(table.name, 'vi')}). A row: {table.row}. {_key(table)}"
        f" Formats that give it: {', '.join(given) or 'none'}.\n\n"
        f"| column | type | tiếng Việt | meaning |\n| --- | --- | --- | --- |\n{rows}"
    )


def _row(table: str, column: tables.Column) -> str:
    words = column_words(table, column.name, "vi")
    return f"| `{column.name}` | {column.type} | {words} | {column.meaning}{_words(table, column)} |\n"


def _key(table: tables.Table) -> str:
    key = f"Its key is `{', '.join(table.key)}`." if table.key else "It has no key."
    return f"{key} Needed: {', '.join(f'`{name}`' for name in REQUIRED[table.name])}."


def _words(table: str, column: tables.Column) -> str:
    """The words that a column with a closed vocabulary may hold, where its meaning does not name them."""
    worded = f"{table}.{column.name}" if f"{table}.{column.name}" in VOCABULARY else column.name
    words = dict.fromkeys(VOCABULARY[worded].values()) if worded in CLOSED else ()
    return "" if all(word in column.meaning for word in words) else f": {', '.join(words)}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
