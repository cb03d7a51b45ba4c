"""One printable page for each KPI: what it means, how it is worked out on ten rows, and what to ask before one
believes it."""

from html import escape
from pathlib import Path

from kpitools import __version__
from kpitools.kpi import Kpi
from kpitools.kpis import CATALOGUE
from kpitools.lessons.catalogue import lessons
from kpitools.lessons.record import Lesson
from kpitools.lessons.show import rows_table
from kpitools.lessons.texts import inline
from kpitools.report import render
from kpitools.words import quantity, say

TEMPLATES = Path(__file__).parent / "templates"
_HIDDEN = {"scale", "sent_at"}  # columns that the ten rows need and a card does not


def cards_page(kpis: list[Kpi], language: str, home: str = "") -> str:
    """A whole HTML page with a sheet of paper for each KPI."""
    return (
        render.environment(TEMPLATES)
        .get_template("cards.html.j2")
        .render(
            sheets=[sheet(kpi, language) for kpi in kpis],
            title=kpis[0].title(language) if len(kpis) == 1 else say("lessons.cards", language),
            language=language,
            home=home,
            course=say("lessons.course", language),
            style=(TEMPLATES / "cards.css").read_text(encoding="utf-8"),
            version=__version__,
        )
    )


def all_kpis() -> list[Kpi]:
    """The KPIs of the catalogue, in its order."""
    return list(CATALOGUE.values())


def kpis_of(wanted: list[Lesson]) -> list[Kpi]:
    """The KPIs that these lessons teach, in the order of the catalogue."""
    return [kpi for kpi in all_kpis() if kpi.name in {lesson.kpi for lesson in wanted}]


def sheet(kpi: Kpi, language: str) -> str:
    """The inside of one sheet, as HTML."""
    parts = [
        f"<h1>{escape(kpi.title(language))}</h1>",
        f'<p class="lead">{escape(kpi.definition(language))}</p>',
        f'<p class="formula">{escape(kpi.formula(language))}</p>',
        _facts(kpi, language),
        _example(kpi, language),
        _list(say("cards.term.traps", language), [trap(language) for trap in kpi.traps]),
        _questions(kpi, language),
    ]
    return "".join(parts)


def _facts(kpi: Kpi, language: str) -> str:
    terms = {
        "unit": say(f"cards.unit.{kpi.unit}", language),
        "better": say(f"cards.better.{kpi.better}", language),
        "statistic": say(f"cards.statistic.{kpi.statistic}", language),
        "guards": ", ".join(_title(name, language) for name in kpi.guards) or "–",
    }
    pairs = (f"<dt>{escape(say(f'cards.term.{k}', language))}</dt><dd>{escape(v)}</dd>" for k, v in terms.items())
    return f"<dl>{''.join(pairs)}</dl>"


def _title(name: str, language: str) -> str:
    return CATALOGUE[name].title(language) if name in CATALOGUE else name


def lesson_of(kpi: Kpi) -> Lesson | None:
    """The lesson on a KPI: the one that bears its name, else the first of the course that works with it."""
    return lessons().get(kpi.name) or next((found for found in lessons().values() if found.kpi == kpi.name), None)


def _example(kpi: Kpi, language: str) -> str:
    """The ten rows of the KPI's lesson and what they give."""
    lesson = lesson_of(kpi)
    if lesson is None:
        return ""
    from kpitools.compute import compute

    rows = next(iter(lesson.board().values()))
    value = compute(kpi, lesson.desk(language=language), every=None).value.iloc[0]
    shown = rows[[column for column in rows if column not in _HIDDEN]]
    table = rows_table(shown, language, say("lessons.card.example", language))
    result = say("lessons.card.result", language, value=quantity(float(value), kpi.unit, language))
    return f"{table._repr_html_()}<p>{inline(result)}</p>"


def _questions(kpi: Kpi, language: str) -> str:
    asked = [say(f"lessons.card.ask.{name}", language) for name in ("n", "noise", *(["guard"] if kpi.guards else []))]
    return _list(say("lessons.card.questions", language), asked)


def _list(title: str, items: list[str]) -> str:
    if not items:
        return ""
    return f"<h2>{escape(title)}</h2><ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"
