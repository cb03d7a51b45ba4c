"""docs/kpis.md is what the records say."""

from pathlib import Path

from kpitools.catalogue_doc import document


def test_the_document_is_up_to_date():
    written = (Path(__file__).parents[1] / "docs" / "kpis.md").read_text(encoding="utf-8")
    assert written == document(), "run `make docs`"
