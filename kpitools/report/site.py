"""The folder that is published: the scorecard as index, a page per notebook and language, and the numbers as files."""

import datetime as dt
import json
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from kpitools.desk import Desk
from kpitools.people import mask_for
from kpitools.plots.distribution import say_column
from kpitools.report import archive, digest, first_page, pdf, render, spreadsheet
from kpitools.report.first_page import Link, News
from kpitools.report.layout import ARCHIVE, DIGEST, NUMBERS
from kpitools.report.pages import kpis_on
from kpitools.report.plan import DATA, LANGUAGE, Page, Plan, declared_parameters
from kpitools.report.runner import Outcome
from kpitools.scorecard import Scorecard, scorecard
from kpitools.words import day, quantity, say


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


def write(plan: Plan, desk: Desk, outcomes: list[Outcome], folder: Path, previous: Path | None = None) -> list[str]:
    """Write all pages and files into `folder`; returns the KPIs whose row of the scorecard failed."""
    entries = [write_page(outcome, plan, desk, folder) for outcome in outcomes]
    return write_index(plan, scorecard(desk, every=plan.every, hours=plan.hours), entries, folder, previous)


def write_index(
    plan: Plan, card: Scorecard, entries: list[Entry], folder: Path, previous: Path | None = None
) -> list[str]:
    """Write the first page of every language and the scorecard's files; returns the KPIs whose row failed.

    `previous`: the folder of the report published last, from which the archive and what changed are taken.
    """
    desk = card.desk
    numbers = mask_for(desk).tree(as_json(card))
    kept = archive.carried(previous, numbers, plan.archive)
    for edition in kept:
        archive.copy(previous, edition, folder)
    own = archive.Edition(archive.name_of(dt.datetime.now(dt.UTC)), numbers)
    _write_archived(own, card, plan, desk, folder)
    _write_numbers(card, plan, desk, folder)
    for language in plan.languages:
        listed = [entry for entry in entries if entry.language == language]
        news = _news(kept, own, language)
        html = index_page(card, listed, plan, desk, language, news)
        (folder / index_name(language, plan)).write_text(html, encoding="utf-8")
        if language == plan.languages[0]:
            _write_digest(card, listed, news, plan, desk, folder)
    return [standing.kpi.name for standing in card.standings if standing.broken]


def _news(kept: list[archive.Edition], own: archive.Edition, language: str) -> News:
    if not kept:
        return News(None, [], [])
    return News(kept[0], archive.changes(kept[0].rows, own.rows, language), kept)


def print_pages(plan: Plan, folder: Path) -> list[str]:
    """PDF files of all pages in `folder`, where the plan asks for them; returns what went wrong, in words."""
    if not plan.pdf:
        return []
    return pdf.write(sorted(folder.glob("*.html")), folder, plan.languages[0])


# Names and heads --------------------------------------------------------------------------------------------


def index_name(language: str, plan: Plan) -> str:
    """index.html for the plan's first language, index.vi.html and the like for others."""
    return _named("index", "html", language, plan)


def workbook_name(language: str, plan: Plan) -> str:
    """scorecard.xlsx for the plan's first language, scorecard.vi.xlsx and the like for others."""
    return _named("scorecard", "xlsx", language, plan)


def _named(stem: str, suffix: str, language: str, plan: Plan) -> str:
    return f"{stem}.{suffix}" if language == plan.languages[0] else f"{stem}.{language}.{suffix}"


def page_name(page: Page, language: str) -> str:
    """The file of a page in a language."""
    return f"{page.slug}.{language}.html"


def about(desk: Desk, language: str, filters: str = "") -> render.About:
    """Name, period and last update of the desk, for the head of a page."""
    first, last = desk.span
    last = min(last, desk.as_of) if last is not None else None  # a date in the future is no data yet
    shown = {"first": _local_day(desk, first, language), "last": _local_day(desk, last, language)}
    name = mask_for(desk).text(desk.settings.name or say("report.desk", language))
    return render.About(name, say("report.span", language, **shown), _as_of(desk, language), filters)


def _as_of(desk: Desk, language: str) -> str:
    moment = desk.known_now
    if moment is None:
        return say("report.undated", language)
    return say("report.as_of", language, day=day(moment, language), time=f"{moment:%H:%M}", zone=desk.timezone)


def _local_day(desk: Desk, moment, language: str) -> str:
    if moment is None:
        return "–"
    return day(pd.Timestamp(moment, tz="UTC").tz_convert(desk.timezone).to_pydatetime(), language)


def filters_of(page: Page, language: str) -> str:
    """What a page shows of its data, in words: its parameters, given or by default, without those left empty."""
    defaults = {name: told["default"] for name, told in declared_parameters(page.notebook).items()}
    given = {name: value for name, value in {**defaults, **page.parameters}.items() if value not in (None, "", [], {})}
    said = [_filter(n, v, language) for n, v in given.items() if n not in (DATA, LANGUAGE, "kpi")]
    return say("site.filters", language, said=", ".join(said)) if said else ""


def _filter(name: str, value: object, language: str) -> str:
    if name in ("every", "hours") and value in _SAID[name]:
        return say(f"site.{name}.{value}", language)
    if name == "by":
        return say("site.filter.by", language, value=say_column(str(value), language))
    if name in _OTHERS:
        return say(f"site.parameter.{name}", language, value=_OTHERS[name](value, language))
    key = f"site.filter.{name}" if name in ("start", "end") else "site.filter.other"
    return say(key, language, name=name, value=value)


def _every(value: object, language: str) -> str:
    return say(f"site.every.{value}", language) if value in _SAID["every"] else str(value)


def _share(value: object, language: str) -> str:
    return quantity(float(value), "share", language)


# Parameters that only some notebooks have, and how their values are said.
_OTHERS = dict.fromkeys(("mix", "beside"), lambda value, language: say_column(str(value), language))
_OTHERS |= {"survey_every": _every, "bridge_every": _every, "band_low": _share, "band_high": _share}


_SAID = {"every": ("day", "week", "month", "quarter"), "hours": ("calendar", "business")}


# Pages ------------------------------------------------------------------------------------------------------


def write_page(outcome: Outcome, plan: Plan, desk: Desk, folder: Path) -> Entry:
    """Write one page; returns what the first page says of it."""
    page, language, mask = outcome.page, outcome.language, mask_for(desk)
    title, body = "", ""
    if outcome.notebook is not None:
        title, body = render.notebook_body(outcome.notebook, language, plan.code, page.slug, mask)
    title = mask.text(page.title.get(language) or title or page.slug.replace("_", " "))
    error = mask.text(outcome.error)
    if not outcome.ok:
        body = render.failure(outcome.status, error, language) + body
    siblings = [render.Sibling(other, page_name(page, other), other == language) for other in plan.languages]
    head = about(desk, language, mask.text(filters_of(page, language)))
    html = render.page(body, title, language, head, siblings, home=index_name(language, plan))
    (folder / page_name(page, language)).write_text(html, encoding="utf-8")
    return Entry(page, language, title, outcome.status, error)


def kpis_of(page: Page, desk: Desk) -> list[str]:
    """The KPIs a page is about: what its parameters say, else what its notebook treats; none for a report."""
    if page.notebook.parent.name == "reports":
        return []
    named = page.parameters.get("kpi")
    return [name for name in ((named,) if named else kpis_on(page.notebook.stem)) if name in desk.catalogue]


def index_page(card: Scorecard, entries: list[Entry], plan: Plan, desk: Desk, language: str, news: News) -> str:
    """The first page: the scorecard and the way to everything else."""
    pages = [Link(page_name(e.page, language), e.title, e.status, e.error) for e in entries]
    links: dict[str, str] = {}
    for entry in entries:
        # A row is of the whole desk and all its time: a page of one team or month shows other figures.
        if any(entry.page.parameters.get(name) for name in ("team", "start", "end")):
            continue
        for kpi in kpis_of(entry.page, desk):
            links.setdefault(kpi, page_name(entry.page, language))
    files = [workbook_name(language, plan), "scorecard.csv", "scorecard.json", "run.json", DIGEST]
    body = first_page.body(card, language, links, pages, news, index_name(language, plan), files)
    siblings = [render.Sibling(other, index_name(other, plan), other == language) for other in plan.languages]
    title, mask = say("report.scorecard", language), mask_for(desk)
    return render.page(mask.html(body), title, language, about(desk, language, _rhythm(plan, language)), siblings)


def _rhythm(plan: Plan, language: str) -> str:
    said = [say(f"site.every.{plan.every}", language), say(f"site.hours.{plan.hours}", language)]
    return say("site.filters", language, said=", ".join(said))


def _write_archived(own: archive.Edition, card: Scorecard, plan: Plan, desk: Desk, folder: Path) -> None:
    """This report as later ones will find it in the archive."""
    target = folder / ARCHIVE / own.name
    target.mkdir(parents=True, exist_ok=True)
    (target / NUMBERS).write_text(_json(own.card), encoding="utf-8")
    for language in plan.languages:
        siblings = [render.Sibling(other, index_name(other, plan), other == language) for other in plan.languages]
        body = mask_for(desk).html(first_page.archived(card, language, own.name))
        head = about(desk, language, _rhythm(plan, language))
        home, title = f"../../{index_name(language, plan)}", say("report.scorecard", language)
        html = render.page(body, title, language, head, siblings, home, "site.archive.back")
        (target / index_name(language, plan)).write_text(html, encoding="utf-8")


# Numbers as files -------------------------------------------------------------------------------------------


def as_json(card: Scorecard) -> dict:
    """The scorecard for programs: numbers in the KPI's unit, shares as fractions."""
    records = json.loads(card.frame.to_json(orient="records", force_ascii=False, double_precision=15))
    now = card.desk.known_now
    return {"as_of": f"{now:%Y-%m-%dT%H:%M:%S}" if now else None, "kpis": records}


def _json(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _write_numbers(card: Scorecard, plan: Plan, desk: Desk, folder: Path) -> None:
    """scorecard.json for programs, scorecard.csv for spreadsheets, and a workbook a language for people."""
    mask = mask_for(desk)
    (folder / "scorecard.json").write_text(_json(mask.tree(as_json(card))), encoding="utf-8")
    frame = mask.frame(card.frame)
    spreadsheet.formula_safe(frame).to_csv(folder / "scorecard.csv", index=False, encoding="utf-8-sig")
    for language in plan.languages:
        spreadsheet.write(card, folder / workbook_name(language, plan), language, mask)


def _write_digest(card: Scorecard, entries: list[Entry], news: News, plan: Plan, desk: Desk, folder: Path) -> None:
    """site.eml in the plan's first language."""
    language, mask = plan.languages[0], mask_for(desk)
    subject, lines = digest.words(card, news, about(desk, language).name, [e for e in entries if not e.ok], language)
    links = [(say("report.scorecard", language), index_name(language, plan))]
    links += [(entry.title, page_name(entry.page, language)) for entry in entries]
    base = plan.mail.link if plan.mail is not None else ""
    masked = [(mask.text(text), name) for text, name in links]
    letter = digest.letter(mask.text(subject), mask.tree(lines), masked, base, say("digest.pages", language))
    (folder / DIGEST).write_bytes(bytes(letter))
