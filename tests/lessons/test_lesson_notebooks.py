"""The notebooks of the lessons as they are stored: cells in pairs, every exercise asked and checked in its place, no
answer written in, and figures that still hold when a learner draws other rows."""

import re

import nbformat
import pytest

from kpitools.lessons.catalogue import lessons
from kpitools.lessons.record import Exercise
from kpitools.lessons.variant import source, tags
from kpitools.words import LANGUAGES

ALL = pytest.mark.parametrize("name", list(lessons()))
KNOWN_TAGS = {"parameters", "lang-en", "lang-vi", "trainer", "check", "skip", "quiet"}
TRAINER = {"lang-en": "### For the trainer", "lang-vi": "### Dành cho giảng viên"}


def cells(name, kind=None):
    found = nbformat.read(source(name), as_version=4).cells
    return [cell for cell in found if kind in (None, cell.cell_type)]


def test_every_lesson_has_a_notebook_and_every_notebook_a_lesson():
    there = {path.stem for path in source("x").parent.glob("*.ipynb")}

    assert there == set(lessons())


@ALL
def test_texts_stand_in_pairs_english_first_with_the_same_other_tags(name):
    texts = cells(name, "markdown")

    assert len(texts) % 2 == 0
    for english, vietnamese in zip(texts[::2], texts[1::2], strict=True):
        assert tags(english) - {"lang-en"} == tags(vietnamese) - {"lang-vi"}
        assert ("lang-en" in tags(english), "lang-vi" in tags(vietnamese)) == (True, True), english.source[:60]
        headings = [re.match(r"#*", cell.source)[0] for cell in (english, vietnamese)]
        assert headings[0] == headings[1], english.source[:60]
        assert english.source.count("\n- ") == vietnamese.source.count("\n- "), english.source[:60]


@ALL
def test_tags_are_those_the_builder_knows_and_the_trainers_cells_say_so(name):
    for cell in cells(name):
        assert tags(cell) <= KNOWN_TAGS
        if "trainer" in tags(cell) and cell.cell_type == "markdown":
            language = next(iter(tags(cell) & set(TRAINER)))
            assert cell.source.startswith(TRAINER[language]), cell.source[:60]
    trainers = [cell for cell in cells(name, "markdown") if "trainer" in tags(cell)]
    assert len(trainers) >= 2, "a trainer's paragraph with timing and board plan is missing"


@ALL
def test_every_task_is_asked_and_then_checked_in_the_order_of_the_yaml_file(name):
    code = [(cell.source.strip(), tags(cell)) for cell in cells(name, "code")]
    expected = []
    for task in lessons()[name].tasks:
        rows = "rows = " if isinstance(task, Exercise) or task.draw else ""
        dots = "lambda rows: ..." if isinstance(task, Exercise) and task.kind == "code" else "..."
        expected += [f'{rows}kt.lessons.ask("{task.id}")', f'kt.lessons.check("{task.id}", {dots})']

    assert [text for text, _ in code if "kt.lessons.ask" in text or "kt.lessons.check" in text] == expected
    answered = ("kt.lessons.check(", "lesson.progress()")
    assert all(("check" in marks) == text.startswith(answered) for text, marks in code)


@ALL
def test_code_cells_are_short_and_see_nothing_deeper_than_kt(name):
    for cell in cells(name, "code"):
        lines = [line for line in cell.source.splitlines() if line.strip() and not line.startswith("#")]
        assert len(lines) <= 8, cell.source
        assert not re.search(r"^(from kpitools|import kpitools\.)", cell.source, re.MULTILINE)
        assert not re.search(r"^\s*(def|for|while) ", cell.source, re.MULTILINE), cell.source


@ALL
def test_a_lesson_starts_itself_shows_the_same_as_the_toolkit_and_ends_with_progress_and_answers(name):
    code = "\n".join(cell.source for cell in cells(name, "code"))

    assert f'lesson = kt.lessons.start("{name}", seed=seed, language=language, own=own)' in code
    assert "lesson.progress()" in code and "lesson.answers()" in code
    if lessons()[name].kpi:
        assert re.search(r"lesson\.same\(\w+, ", code), "no step at which the figure by hand equals kt.compute"
    assert "kt.show(" in code, "a lesson without a picture"


@ALL
def test_each_language_has_one_title_and_vietnamese_uses_its_own_decimal_comma(name):
    for language in LANGUAGES:
        texts = [cell.source for cell in cells(name, "markdown") if f"lang-{language}" in tags(cell)]
        assert sum(text.startswith("# ") for text in texts) == 1
    vietnamese = [cell.source for cell in cells(name, "markdown") if "lang-vi" in tags(cell)]
    for text in vietnamese:
        prose = re.sub(r"`[^`]*`", "", text)
        assert not re.search(r"\d\.\d", prose), f"a decimal point in Vietnamese: {prose[:80]}"
