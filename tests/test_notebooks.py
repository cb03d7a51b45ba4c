"""Every notebook runs cold, through the toolkit's own runner, in both languages, on the made-up desk."""

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

from kpitools import resources
from kpitools.report import render, runner
from kpitools.report.plan import Page, declared_parameters
from kpitools.words import LANGUAGES

FOLDER = resources.notebooks()
NOTEBOOKS = sorted(p for p in FOLDER.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
NAMES = [path.relative_to(FOLDER).with_suffix("").as_posix() for path in NOTEBOOKS]
ALL = [
    pytest.param(path, language, id=f"{name}-{language}")
    for path, name in zip(NOTEBOOKS, NAMES, strict=True)
    for language in LANGUAGES
]


@pytest.fixture(scope="session")
def outcome():
    """Runs a notebook in a language, once a session."""

    @cache
    def run(path: Path, language: str) -> runner.Outcome:
        page = Page(path, path.stem, declared=tuple(declared_parameters(path)))
        return runner.run_notebook(page, resources.sample(), language, 600)

    return run


@pytest.mark.slow
@pytest.mark.parametrize(("path", "language"), ALL)
def test_the_notebook_runs_cold_says_nothing_on_stderr_and_describes_its_figures(path, language, outcome):
    found = outcome(path, language)

    assert found.status == "ok", found.error
    outputs = [output for cell in found.notebook.cells for output in cell.get("outputs", ())]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    for picture in pictures:
        alt = picture.metadata.get("image/png", {}).get("alt", "")
        assert len(alt) > 20, "a figure without alt text: show it with kt.show"
    title, body = render.notebook_body(found.notebook, language)
    assert title
    assert not re.search(r"<img(?![^>]*alt=.[^'\"])", body)
    assert "<script" not in body


@pytest.mark.slow
@pytest.mark.parametrize(("language", "lacking"), [("en", "no tickets in this data"), ("vi", "dữ liệu không có phiếu")])
def test_the_page_on_data_quality_of_a_desk_of_intervals_says_what_there_is(language, lacking, tmp_path):
    rows = "".join(f"2025-03-{day:02d} 09:00,8,7,1\n" for day in range(3, 31))
    (tmp_path / "intervals.csv").write_text(f"started_at,offered,answered,abandoned\n{rows}", encoding="utf-8")
    (tmp_path / "desk.yml").write_text(
        "timezone: UTC\nfiles: [{file: intervals.csv, tables: {queue_intervals: {started_at: started_at, "
        "offered: offered, answered: answered, abandoned: abandoned}}}]\n",
        encoding="utf-8",
    )
    path = resources.notebooks() / "reports" / "data_quality.ipynb"
    page = Page(path, path.stem, declared=tuple(declared_parameters(path)))

    found = runner.run_notebook(page, tmp_path, language, 600)

    assert found.status == "ok", found.error
    body = render.notebook_body(found.notebook, language)[1]
    # 28 intervals of 8 calls, all from nine to ten; 8 of the 28 days are Saturdays and Sundays.
    arrivals = {"en": "28.6% of 224 arrivals", "vi": "28,6 % trong 224 lượt đến"}[language]
    assert lacking in body and arrivals in body


@pytest.mark.parametrize("path", [pytest.param(path, id=name) for path, name in zip(NOTEBOOKS, NAMES, strict=True)])
def test_the_notebook_has_parameters_a_title_and_text_in_both_languages_and_no_stored_outputs(path):
    node = nbformat.read(path, as_version=4)

    declared = declared_parameters(path)
    assert "language" in declared
    texts = {language: _tagged(node, f"lang-{language}") for language in LANGUAGES}
    assert len(texts["en"]) == len(texts["vi"]) > 0
    assert all(any(text.startswith("# ") for text in found) for found in texts.values())
    assert all(not cell.get("outputs") and not cell.get("execution_count") for cell in node.cells)


def _tagged(node, tag: str) -> list[str]:
    return [cell.source for cell in node.cells if tag in cell.metadata.get("tags", ())]
