"""The course as a folder: notebooks, pages, slides and cards for one role in one language; no network is needed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from kpitools import __version__
from kpitools.errors import ConfigError
from kpitools.lessons import pages
from kpitools.lessons.catalogue import lesson as find_lesson
from kpitools.lessons.catalogue import lessons
from kpitools.lessons.kpi_card import all_kpis, cards_page, kpis_of
from kpitools.lessons.record import Lesson
from kpitools.lessons.slides import deck
from kpitools.lessons.variant import check_role, source, variant
from kpitools.report.plan import Page, Plan
from kpitools.report.publishing import building
from kpitools.report.record import Outcome
from kpitools.report.runner import Job, fork_server, run_pages
from kpitools.words import check_language

MARK = "lessons.json"  # the file by which a folder is known to be a course of ours
FOLDERS = ("notebooks", "pages", "slides", "cards")
DEADLINE = 600.0  # seconds a lesson may take


@dataclass(frozen=True)
class Built:
    """What `build` made.

    failed : lesson -> what stopped its notebook; its page shows how far it came
    """

    folder: Path
    lessons: tuple[Lesson, ...]
    cards: int
    failed: dict[str, str]


def build(
    folder: Path,
    role: str = "learner",
    language: str = "en",
    names: tuple[str, ...] = (),
    seed: int = 1,
    told: Callable[[str], None] | None = None,
) -> Built:
    """Write the course into `folder`, whole or not at all.

    Parameters
    ----------
    role : learner or trainer; a trainer's course has the trainer's paragraphs, answers and speaker notes
    names : lessons to take, with the cards of their KPIs; all lessons and all cards without any
    seed : decides the rows of the exercises

    Raises
    ------
    ConfigError
        Where `folder` holds something else than a course that an earlier run wrote.
    UnknownNameError
        For a lesson, role or language that does not exist.
    """
    check_role(role), check_language(language)
    wanted = [find_lesson(name) for name in names] or list(lessons().values())
    wanted.sort(key=lambda lesson: lesson.order)
    check_replaceable(folder)
    with building(folder) as new:
        for name in FOLDERS:
            (new / name).mkdir()
        files = write_notebooks(new / "notebooks", wanted, role, language, seed=seed)
        failed = _run(files, new, wanted, role, language, told or (lambda name: None))
        kpis = kpis_of(wanted) if names else all_kpis()
        for kpi in kpis:
            (new / "cards" / f"{kpi.name}.html").write_text(cards_page([kpi], language, "../index.html"), "utf-8")
        if kpis:
            (new / "cards" / "all.html").write_text(cards_page(kpis, language, "../index.html"), "utf-8")
        (new / "glossary.html").write_text(pages.glossary_page(language), "utf-8")
        (new / "index.html").write_text(pages.index(wanted, kpis, role, language), "utf-8")
        record = {"kpitools": __version__, "role": role, "language": language, "seed": seed, "failed": failed}
        (new / MARK).write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return Built(folder, tuple(wanted), len(kpis), failed)


def write_notebooks(folder: Path, wanted: list[Lesson], role: str, language: str, **parameters: Any) -> dict[str, Path]:
    """Lesson -> its notebook in `folder`: one role, one language, without outputs."""
    files = {}
    for lesson in wanted:
        node = nbformat.read(source(lesson.name), as_version=4)
        made = variant(node, role, language, lesson.title(language), **parameters)
        files[lesson.name] = folder / f"{pages.file_name(lesson)}.ipynb"
        nbformat.write(made, files[lesson.name])
    return files


def check_replaceable(folder: Path) -> None:
    """ConfigError unless `folder` is absent, empty, or a course that an earlier run wrote and nobody added to."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    known = {*FOLDERS, MARK, "index.html", "glossary.html"}
    if not (folder / MARK).is_file() or {path.name for path in folder.iterdir()} - known:
        raise ConfigError(
            f"{folder} is there and is not a course of kpitools: it is not replaced. Name another folder."
        )


def _run(
    files: dict[str, Path], folder: Path, wanted: list[Lesson], role: str, language: str, told: Callable[[str], None]
) -> dict[str, str]:
    """Run the notebooks, several at a time, and write page and slides of each as it ends."""
    by_name = {lesson.name: lesson for lesson in wanted}
    listed = tuple(Page(files[name], name) for name in by_name)
    plan = Plan(desk=folder, publish=folder, pages=listed, languages=(language,), deadline=DEADLINE)
    failed = {}
    with fork_server(plan) as server:
        for outcome in run_pages(plan, [Job(page, language, page.slug) for page in listed], server):
            name = outcome.page.slug
            told(name)
            if not outcome.ok:
                failed[name] = outcome.error or outcome.status
            _write(by_name[name], outcome, wanted, folder, role, language)
    return failed


def _write(lesson: Lesson, outcome: Outcome, wanted: list[Lesson], folder: Path, role: str, language: str) -> None:
    name = f"{pages.file_name(lesson)}.html"
    page = pages.lesson_page(lesson, outcome, wanted, language)
    (folder / "pages" / name).write_text(page, encoding="utf-8")
    if outcome.notebook is not None:
        html = deck(outcome.notebook, language, role, "../index.html")
        (folder / "slides" / name).write_text(html, encoding="utf-8")
