"""The folder that is published: the scorecard as index, a page per notebook and language, and the numbers as files."""

import json
import re
from html import escape
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from kpitools.board import board
from kpitools.desk import Desk
from kpitools.report import render
from kpitools.report.plan import Page, Plan
from kpitools.report.runner import Outcome
from kpitools.scorecard import Scorecard, scorecard
from kpitools.words import day, number, say

# A spreadsheet takes a text that begins so for a formula.
_FORMULA = re.compile(r"^\s*[=+\-@|%\t\r\n]")


class Entry(NamedTuple):
    """What the first page says of one page: enough to list it without its notebook."""

    page: Page
    language: str
    title: str
    status: str
    error: str = ""

    @property
    def ok(self) -> bool:
        return self.status == "ok"


def write(plan: Plan, desk: Desk, outcomes: list[Outcome], folder: Path) -> list[str]:
    """Write all pages and files into `folder`; returns the KPIs whose row of the scorecard failed."""
    return write_index(plan, desk, [write_page(outcome, plan, desk, folder) for outcome in outcomes], folder)


def write_index(plan: Plan, desk: Desk, entries: list[Entry], folder: Path) -> list[str]:
    """Write the first page of every language and the scorecard's files; returns the KPIs whose row failed."""
    card = scorecard(desk, every=plan.every, hours=plan.hours)
    for language in plan.languages:
        html = index_page(card, [entry for entry in entries if entry.language == language], plan, desk, language)
        (folder / index_name(language, plan)).write_text(html, encoding="utf-8")
    write_files(card, folder)
    return [standing.kpi.name for standing in card.standings if standing.broken]


def index_name(language: str, plan: Plan) -> str:
    """index.html for the plan's first language, index.vi.html and the like for others."""
    return "index.html" if language == plan.languages[0] else f"index.{language}.html"


def page_name(page: Page, language: str) -> str:
    """The file of a page in a language."""
    return f"{page.slug}.{language}.html"


def about(desk: Desk, language: str) -> render.About:
    """Name, period and last update of the desk, for the head of a page."""
    first, last = desk.span
    last = min(last, desk.as_of) if last is not None else None  # a date in the future is no data yet
    shown = {"first": _local_day(desk, first, language), "last": _local_day(desk, last, language)}
    moment = desk.as_of_local
    as_of = say("report.as_of", language, day=day(moment, language), time=f"{moment:%H:%M}", zone=desk.timezone)
    name = desk.settings.name or say("report.desk", language)
    return render.About(name, say("report.span", language, **shown), as_of)


def _local_day(desk: Desk, moment, language: str) -> str:
    if moment is None:
        return "–"
    return day(pd.Timestamp(moment, tz="UTC").tz_convert(desk.timezone).to_pydatetime(), language)


def write_page(outcome: Outcome, plan: Plan, desk: Desk, folder: Path) -> Entry:
    """Write one page; returns what the first page says of it."""
    page, language = outcome.page, outcome.language
    title, body = "", ""
    if outcome.notebook is not None:
        title, body = render.notebook_body(outcome.notebook, language, plan.code)
    title = page.title.get(language) or title or page.slug.replace("_", " ")
    if not outcome.ok:
        body = render.failure(outcome.status, outcome.error, language) + body
    siblings = [render.Sibling(other, page_name(page, other), other == language) for other in plan.languages]
    html = render.page(body, title, language, about(desk, language), siblings, home=index_name(language, plan))
    (folder / page_name(page, language)).write_text(html, encoding="utf-8")
    return Entry(page, language, title, outcome.status, outcome.error)


def index_page(card: Scorecard, entries: list[Entry], plan: Plan, desk: Desk, language: str) -> str:
    """The scorecard page."""
    links = {entry.page.slug: page_name(entry.page, language) for entry in entries}
    parts = (
        _failed_pages(entries, language),
        _summary(card, language),
        f'<p class="note">{escape(_reading_note(card, language))}</p>',
        board(card, language, links),
        _page_list(entries, language),
        _unsupported(card, desk, language),
        f'<p class="note">{_files_note(language)}</p>',
    )
    siblings = [render.Sibling(other, index_name(other, plan), other == language) for other in plan.languages]
    title = say("report.scorecard", language)
    return render.page("\n".join(parts), title, language, about(desk, language), siblings)


def _failed_pages(entries: list[Entry], language: str) -> str:
    failed = [entry for entry in entries if not entry.ok]
    if not failed:
        return ""
    lines = "".join(
        f'<li><a href="{escape(page_name(entry.page, language))}">{escape(entry.title)}</a>: '
        f"{escape(render.status_words(entry.status, language))} ({escape(entry.error)})</li>"
        for entry in failed
    )
    head = escape(say("report.failed_pages", language, n=len(failed)))
    return f'<section class="failed"><h2>{head}</h2><ul class="plainlist">{lines}</ul></section>'


def _summary(card: Scorecard, language: str) -> str:
    trends = [standing.trend for standing in card.standings if standing.trend is not None]
    counts = {
        "improving": sum(1 for t in trends if (t.variation or "").startswith("improvement")),
        "concern": sum(1 for t in trends if (t.variation or "").startswith("concern")),
        "usual": sum(1 for t in trends if t.variation == "common_cause"),
        "failing": sum(1 for t in trends if t.assurance == "consistent_fail"),
    }
    items = "".join(
        f"<li><b>{n}</b><span>{escape(say(f'report.summary.{name}', language))}</span></li>"
        for name, n in counts.items()
    )
    return f'<ul class="summary">{items}</ul>'


def _reading_note(card: Scorecard, language: str) -> str:
    judged = sum(1 for standing in card.standings if standing.trend and standing.trend.variation)
    false = number(card.expected_false, language, 1)
    clock = say(f"report.clock.{card.hours}", language)
    return say("report.reading", language, k=judged, false=false, clock=clock)


def _page_list(entries: list[Entry], language: str) -> str:
    items = "".join(
        f'<li><a href="{escape(page_name(entry.page, language))}">{escape(entry.title)}</a></li>' for entry in entries
    )
    return f'<h2>{escape(say("report.pages", language))}</h2><ul class="pages">{items}</ul>' if items else ""


def _unsupported(card: Scorecard, desk: Desk, language: str) -> str:
    if card.unsupported.empty:
        return ""
    lines = "".join(
        f"<li>{escape(desk.kpi(row.kpi).title(language))}: "
        f"{escape(say('report.lacks', language, missing=row.missing))}</li>"
        for row in card.unsupported.itertuples()
    )
    head = escape(say("report.unsupported", language, n=len(card.unsupported)))
    return f'<details><summary>{head}</summary><ul class="plainlist">{lines}</ul></details>'


def _files_note(language: str) -> str:
    links = ", ".join(f'<a href="{name}">{name}</a>' for name in ("scorecard.csv", "scorecard.json", "run.json"))
    return f"{escape(say('report.files', language))} {links}"


def write_files(card: Scorecard, folder: Path) -> None:
    """scorecard.csv, for spreadsheets, and scorecard.json, for programs."""
    frame = card.frame
    spreadsheet_safe(frame).to_csv(folder / "scorecard.csv", index=False, encoding="utf-8-sig")
    records = json.loads(frame.to_json(orient="records", force_ascii=False, double_precision=15))
    text = json.dumps(
        {"as_of": f"{card.desk.as_of_local:%Y-%m-%dT%H:%M:%S}", "kpis": records}, ensure_ascii=False, indent=2
    )
    (folder / "scorecard.json").write_text(text + "\n", encoding="utf-8")


def spreadsheet_safe(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with an apostrophe before every text that a spreadsheet would run as a formula, headers included."""
    texts = {
        column: frame[column].map(_safe_text)
        for column in frame.columns
        if not pd.api.types.is_numeric_dtype(frame[column]) and not pd.api.types.is_datetime64_any_dtype(frame[column])
    }
    return frame.assign(**texts).rename(columns=_safe_text)


def _safe_text(value):
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
