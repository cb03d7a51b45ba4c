"""docs/kpis.md is what the records say, docs/columns.md what the schemas say."""

from pathlib import Path

import pytest

from kpitools import catalogue_doc, columns_doc, tables

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize(("name", "made"), [("kpis.md", catalogue_doc), ("columns.md", columns_doc)])
def test_the_document_is_up_to_date(name, made):
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == made.document(), "run `make docs`"


def test_every_column_of_every_table_is_listed_once_under_its_table():
    sections = (DOCS / "columns.md").read_text(encoding="utf-8").split("\n## ")[1:]
    listed = {
        part.split("\n")[0]: [line.split("`")[1] for line in part.split("\n") if line.startswith("| `")]
        for part in sections
    }
    assert listed == {name: list(table.names) for name, table in tables.TABLES.items()}
