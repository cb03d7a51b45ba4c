"""The first page's parts: scorecard and filters, what changed, what each KPI means, all pages, earlier reports."""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

import pandas as pd

from kpitools.board import board, family_words
from kpitools.cards import meaning
from kpitools.report import render, verdicts
from kpitools.report.archive import Change, Edition
from kpitools.report.layout import ARCHIVE
from kpitools.scorecard import Scorecard, families
from kpitools.words import day, number, say


class Link(NamedTuple):
    """A page as the first page lists it."""

    href: str
    title: str
    status: str = "ok"
    error: str = ""


class News(NamedTuple):
    """What changed since the report `before` (None: there is none), and the earlier reports that are kept."""

    before: Edition | None
    changes: list[Change]
    kept: list[Edition]


def body(
    card: Scorecard, language: str, links: dict[str, str], pages: list[Link], news: News, index: str, files: list[str]
) -> str:
    """The middle of the first page; `links`: KPI -> its page, `index`: this page's name, `files`: downloads."""
    parts = (
        _failed(pages, language),
        _summary(card, language),
        _since(news, language),
        f'<p class="note">{escape(_reading_note(card, language))}</p>',
        _board(card, language, links),
        _definitions(card, language),
        _page_list(pages, language),
        _unsupported(card, language),
        _archive(news.kept, index, language),
        f'<p class="note listing">{_files_note(files, language)}</p>',
    )
    return "\n".join(part for part in parts if part)


def archived(card: Scorecard, language: str, edition: str) -> str:
    """The same for a report that stands in the archive: without links to pages, which are not kept."""
    published = Edition(edition, {}).published
    words = say("site.archive.banner", language, day=day(published, language), time=f"{published:%H:%M}")
    note = f'<p class="note">{escape(_reading_note(card, language))}</p>'
    banner = f'<section class="since"><p>{escape(words)}</p></section>'
    return "\n".join((banner, _summary(card, language), note, _board(card, language, {}), _definitions(card, language)))


# The scorecard and its filters ------------------------------------------------------------------------------


def _summary(card: Scorecard, language: str) -> str:
    items = "".join(
        f"<li><b>{n}</b><span>{escape(say(f'report.summary.{name}', language))}</span></li>"
        for name, n in verdicts.tiles(card).items()
    )
    return f'<ul class="summary">{items}</ul>{_unjudged(card, language)}'


def _unjudged(card: Scorecard, language: str) -> str:
    """Which KPIs nothing is said of, and why: without it a page of too little data reads as if all were well."""
    head, lines = verdicts.unjudged_words(card, language)
    if not head:
        return ""
    said = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<section class="since"><h2>{escape(head)}</h2><ul class="plainlist">{said}</ul></section>'


def _reading_note(card: Scorecard, language: str) -> str:
    judged = sum(1 for standing in card.standings if standing.trend and standing.trend.variation)
    false = number(card.expected_false, language, 1)
    clock = say(f"report.clock.{card.hours}", language)
    return say("report.reading", language, k=judged, false=false, clock=clock)


def _board(card: Scorecard, language: str, links: dict[str, str]) -> str:
    """The table, with filters that need no script: the style sheet hides rows by which button is chosen.

    A KPI without a page leads to what it means, below, which a browser unfolds by itself.
    """
    links = {standing.kpi.name: f"#{_meaning_id(standing.kpi.name)}" for standing in card.standings} | links
    shown = {"all": len(card.standings)} | verdicts.counts(card)
    buttons = "".join(_button(name, n, language) for name, n in shown.items())
    legend = escape(say("site.show", language))
    filters = f'<fieldset class="filters"><legend>{legend}</legend>{buttons}</fieldset>'
    present = [name for name in families(card.desk) if any(standing.kpi.family == name for standing in card.standings)]
    leaps = "".join(
        f'<li><a href="#family-{escape(name)}">{escape(family_words(name, language))}</a></li>' for name in present
    )
    label = escape(say("site.families", language))
    nav = f'<nav aria-label="{label}"><ul class="leaps">{leaps}</ul></nav>' if len(present) > 1 else ""
    return f'<div class="board">{nav}{filters}{board(card, language, links)}</div>'


def _button(name: str, n: int, language: str) -> str:
    state = " checked" if name == "all" else "" if n else " disabled"
    words = escape(say(f"site.show.{name}", language, n=n))
    return f'<label><input type="radio" name="show" id="show-{name}"{state}> {words}</label>'


def _definitions(card: Scorecard, language: str) -> str:
    blocks = "".join(
        f"<details><summary>{escape(standing.kpi.title(language))}</summary>"
        f"{_terms(meaning(standing.kpi, language, card.hours), _meaning_id(standing.kpi.name))}</details>"
        for standing in card.standings
    )
    head = escape(say("site.definitions", language))
    return f'<details class="meanings"><summary><h2>{head}</h2></summary>{blocks}</details>' if blocks else ""


def _meaning_id(kpi: str) -> str:
    return f"meaning-{kpi}"


def _terms(pairs: Iterable[tuple[str, str]], name: str) -> str:
    said = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in pairs)
    return f'<dl id="{escape(name)}">{said}</dl>'


# What changed, and what there is besides --------------------------------------------------------------------


def _since(news: News, language: str) -> str:
    head = f"<h2>{escape(say('site.since', language))}</h2>"
    if news.before is None:
        return f'<section class="since">{head}<p>{escape(say("site.since.first", language))}</p></section>'
    when = escape(say("site.since.when", language, **_moment(news.before, language)))
    lines = [change_line(change, language) for change in news.changes]
    said = "".join(f"<li>{escape(line)}</li>" for line in lines)
    said = f'<ul class="plainlist">{said}</ul>' if said else f"<p>{escape(say('site.since.nothing', language))}</p>"
    return f'<section class="since">{head}<p class="note">{when}</p>{said}</section>'


def change_line(change: Change, language: str) -> str:
    """One KPI's changes as a sentence."""
    return say("site.since.line", language, title=change.title, said="; ".join(change.said))


def _moment(edition: Edition, language: str) -> dict[str, str]:
    """Day and time (UTC) of publication, and how far its data went."""
    as_of = pd.to_datetime(edition.card.get("as_of"), errors="coerce")
    published = edition.published
    return {"day": day(published, language), "time": f"{published:%H:%M}", "as_of": day(as_of, language)}


def _archive(kept: list[Edition], index: str, language: str) -> str:
    if not kept:
        return ""
    items = "".join(
        f'<li><a href="{ARCHIVE}/{escape(edition.name)}/{escape(index)}">'
        f"{escape(say('site.archive.entry', language, **_moment(edition, language)))}</a></li>"
        for edition in kept
    )
    head = escape(say("site.archive", language))
    return f'<details class="earlier"><summary><h2>{head}</h2></summary><ul class="plainlist">{items}</ul></details>'


def _failed(pages: list[Link], language: str) -> str:
    failed = [page for page in pages if page.status != "ok"]
    if not failed:
        return ""
    lines = "".join(
        f'<li><a href="{escape(page.href)}">{escape(page.title)}</a>: '
        f"{escape(render.status_words(page.status, language))} ({escape(page.error)})</li>"
        for page in failed
    )
    head = escape(say("report.failed_pages", language, n=len(failed)))
    return f'<section class="failed"><h2>{head}</h2><ul class="plainlist">{lines}</ul></section>'


def _page_list(pages: list[Link], language: str) -> str:
    items = "".join(f'<li><a href="{escape(page.href)}">{escape(page.title)}</a></li>' for page in pages)
    head = escape(say("report.pages", language))
    return f'<section class="listing"><h2>{head}</h2><ul class="pages">{items}</ul></section>' if items else ""


def _unsupported(card: Scorecard, language: str) -> str:
    if card.unsupported.empty:
        return ""
    lines = "".join(
        f"<li>{escape(card.desk.kpi(row.kpi).title(language))}: "
        f"{escape(say('report.lacks', language, missing=card.desk.missing_in(row.kpi, language)))}</li>"
        for row in card.unsupported.itertuples()
    )
    head = escape(say("report.unsupported", language, n=len(card.unsupported)))
    return f'<details><summary>{head}</summary><ul class="plainlist">{lines}</ul></details>'


def _files_note(files: list[str], language: str) -> str:
    links = ", ".join(f'<a href="{escape(name)}">{escape(name)}</a>' for name in files)
    return f"{escape(say('report.files', language))} {links}"
