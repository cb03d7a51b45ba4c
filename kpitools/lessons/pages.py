"""The pages of a built course around its lessons: the first page, each lesson's page, the glossary."""

import re
from copy import copy
from html import escape
from typing import Any

from kpitools.kpi import Kpi
from kpitools.lessons.glossary import glossary
from kpitools.lessons.kpi_card import lesson_of
from kpitools.lessons.record import PARTS, Lesson
from kpitools.lessons.variant import CHECK, tags
from kpitools.report import render
from kpitools.words import say

HOME, FOOTER = "../index.html", "lessons.footer"
# A report folds its code away; in a lesson the code is what is taught.
_CODE = re.compile(r'<details class="code"><summary>[^<]*</summary>(<pre\b.*?</pre>)</details>', re.DOTALL)


def file_name(lesson: Lesson) -> str:
    """The name of a lesson's files, without ending: 110_first_response_time. Sorted by name they stand in order."""
    return f"{lesson.order:03}_{lesson.name}"


def lesson_page(lesson: Lesson, outcome, wanted: list[Lesson], language: str) -> str:
    """The page to read: text, code, tables and figures of an executed lesson."""
    body = ""
    if outcome.notebook is not None:
        _, body = render.notebook_body(to_read(outcome.notebook), language, code=True)
        body = _CODE.sub(r'<div class="code">\1</div>', body)
    if not outcome.ok:
        body = render.failure(outcome.status, outcome.error, language) + body
    place = say("lessons.place", language, n=wanted.index(lesson) + 1, all=len(wanted))
    minutes = say("lessons.minutes", language, n=lesson.minutes)
    about = render.About(say("lessons.course", language), place, minutes)
    return render.page(body, lesson.title(language), language, about, [], HOME, back="lessons.course", footer=FOOTER)


def to_read(notebook: Any) -> Any:
    """A copy without the cells in which a learner answers, which say nothing on a page."""
    kept = copy(notebook)
    kept.cells = [cell for cell in notebook.cells if CHECK not in tags(cell)]
    return kept


def glossary_page(language: str) -> str:
    """All terms in both languages."""
    about = render.About(say("lessons.course", language), "", "")
    title = say("lessons.glossary", language)
    return render.page(
        render.tidy(glossary(language)._repr_html_(), language), title, language, about, [], "index.html"
    )


def index(wanted: list[Lesson], kpis: list[Kpi], role: str, language: str) -> str:
    """The first page: lessons part by part, the glossary, and the cards."""
    body = f"<p>{escape(say('lessons.index.how', language))}</p>"
    for part in PARTS:
        rows = [_row(lesson, language) for lesson in wanted if lesson.part == part]
        if rows:
            body += f"<h2>{escape(say(f'lessons.part.{part}', language))}</h2>" + _table(rows)
    glossary_link = f'<a href="glossary.html">{escape(say("lessons.glossary", language))}</a>'
    body += f"<p>{glossary_link}</p>"
    if kpis:
        body += f"<h2>{escape(say('lessons.cards', language))}</h2>"
        body += f'<p><a href="cards/all.html">{escape(say("lessons.cards.all", language))}</a></p>'
        body += f'<ul class="pages">{"".join(_card(kpi, language) for kpi in kpis)}</ul>'
    minutes = sum(lesson.minutes for lesson in wanted)
    about = render.About(
        say(f"lessons.role.{role}", language),
        say("lessons.count", language, n=len(wanted)),
        say("lessons.minutes", language, n=minutes),
    )
    return render.page(body, say("lessons.course", language), language, about, [], footer=FOOTER)


def _table(rows: list[str]) -> str:
    return f'<div class="scroll"><table><tbody>{"".join(rows)}</tbody></table></div>'


def _row(lesson: Lesson, language: str) -> str:
    name = file_name(lesson)
    links = {"page": f"pages/{name}.html", "slides": f"slides/{name}.html", "notebook": f"notebooks/{name}.ipynb"}
    if lesson.record is not None and lesson_of(lesson.record) is lesson:
        links["card"] = f"cards/{lesson.kpi}.html"
    title = escape(lesson.title(language))
    cells = "".join(
        f'<td><a href="{href}" aria-label="{escape(say(f"lessons.link.{kind}", language))}: {title}">'
        f"{escape(say(f'lessons.link.{kind}', language))}</a></td>"
        for kind, href in links.items()
    )
    cells += "<td></td>" * (4 - len(links))
    minutes = escape(say("lessons.minutes", language, n=lesson.minutes))
    return f'<tr><th scope="row">{title}</th><td>{minutes}</td>{cells}</tr>'


def _card(kpi: Kpi, language: str) -> str:
    return f'<li><a href="cards/{kpi.name}.html">{escape(kpi.title(language))}</a></li>'
