"""One entry of a plan, many pages: for each KPI, team, month or whatever a notebook takes as a parameter.

each: {kpi: supported}             every KPI the data supports; or a list of names
each: {team: all}                  every team that the data names; or a list
each: {month: complete}            every month that is over; all: the current one too; 6: the last six that are over
each: {team: all, month: 12}       every team in each of the last twelve months
each: {by: [team, channel]}        a written list, for any other parameter
"""

import contextlib
import datetime as dt
import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from kpitools import resources
from kpitools.desk import Desk
from kpitools.errors import ConfigError, unknown
from kpitools.kpi import Kpi
from kpitools.people import mask_for
from kpitools.periods import UNITS
from kpitools.privacy import scrub
from kpitools.report.pages import notebook_of
from kpitools.report.parameters import check_known_words, checked_parameters, declared_parameters
from kpitools.report.plan import Page, Plan
from kpitools.report.slugs import free_slug, slugs
from kpitools.scorecard import clock_for, rhythm
from kpitools.team import TEAM, teams
from kpitools.views.fairness import can_compare
from kpitools.words import LANGUAGES, period
from kpitools.yaml_file import shown

MOST_PAGES = 5000
FIRST_YEAR, LAST_YEAR = 1970, 2199
SPANS = {"month": "MS", "quarter": "QS", "week": "W-MON"}  # pandas' names of where they begin


class Part(NamedTuple):
    """One of what a page is made for each of: what the notebook gets, its part of the name and of the title."""

    parameters: dict[str, Any]
    name: str
    title: dict[str, str]


def expanded(plan: Plan, desk: Desk) -> Plan:
    """`plan` with every entry that says `each` made into its pages.

    Raises
    ------
    ConfigError
        For what cannot be followed, or finds nothing in the data, with the place in the plan.
    UnknownNameError
        For a name that the data, the catalogue or the notebook does not know.
    """
    taken: list[str] = []
    pages: list[Page] = []
    for entry in plan.pages:
        if entry.compares and not can_compare(desk):
            continue
        if _is_about_any_kpi(entry):
            _check_kpi(entry.parameters["kpi"], desk, entry)
        for page in _pages(entry, desk) if entry.each else [entry]:
            page = _in_step(replace(page, slug=free_slug(page.slug, taken)), entry, plan, desk)
            taken.append(page.slug)
            pages.append(page)
            if len(pages) > MOST_PAGES:
                raise ConfigError(f"{entry.where}: the plan makes more than {MOST_PAGES:,} pages. Name fewer.")
    return replace(plan, pages=tuple(pages))


def _in_step(page: Page, entry: Page, plan: Plan, desk: Desk) -> Page:
    """A page of `each: {kpi: ...}` by the periods and the clock of the scorecard's row that leads to it, unless the
    entry says otherwise; a notebook or KPI that wants longer periods keeps them."""
    if "kpi" not in entry.each:
        return page
    known = declared_parameters(page.notebook)
    kpi = desk.catalogue.get(page.parameters.get("kpi") or page.notebook.stem)
    wanted = {"every": plan.every, "hours": plan.hours}
    if "every" in known:
        longest = max(plan.every, known["every"]["default"], key=list(UNITS).index)
        wanted["every"] = rhythm(kpi, plan.every) if page.notebook.stem == "kpi" and kpi else longest
    if kpi:
        wanted["hours"] = clock_for(kpi, plan.hours)
    added = {name: value for name, value in wanted.items() if name in known and name not in entry.parameters}
    return replace(page, parameters=page.parameters | added)


def _pages(entry: Page, desk: Desk) -> list[Page]:
    pages = [page for chosen in _by_kpi(entry, desk) for page in _by_rest(chosen, desk)]
    if not pages:
        asked = ", ".join(f"{name}: {_asked(value)}" for name, value in entry.each.items())
        raise ConfigError(f"{entry.where}: the data has nothing for each {{{asked}}}.")
    return pages


def _asked(value: Any) -> str:
    return value[:80] if isinstance(value, str) else shown(value)


def _by_kpi(entry: Page, desk: Desk) -> list[Page]:
    """A page for each KPI; the page itself where `each` names none."""
    if "kpi" not in entry.each:
        return [entry]
    wanted, rest = entry.each["kpi"], {name: value for name, value in entry.each.items() if name != "kpi"}
    support = desk.kpis()
    supported = support.kpi[support.supported].tolist()
    if wanted == "supported":
        names = supported
    else:
        names = _listed(wanted, "kpi: supported", entry)
        for name in names:
            _check_kpi(name, desk, entry)
        names = [name for name in names if name in supported]
    pages = [_kpi_page(replace(entry, each=rest), desk.kpi(name)) for name in names]
    # A notebook that treats several KPIs is one page.
    return list({page.slug: page for page in pages}.values())


def _is_about_any_kpi(entry: Page) -> bool:
    bundled = entry.notebook.is_relative_to(resources.notebooks().resolve())
    return bundled and "kpi" in entry.parameters


def _check_kpi(name: Any, desk: Desk, entry: Page) -> None:
    if name not in desk.catalogue:
        raise unknown("KPI", str(name), desk.catalogue, where=entry.where)


def _kpi_page(entry: Page, kpi: Kpi) -> Page:
    name = kpi.name
    own = entry.notebook.parent / f"{notebook_of(name)}.ipynb"
    if entry.is_own_kpi and own.is_file():
        declared = tuple(declared_parameters(own))
        given = checked_parameters(entry.parameters, own, entry.where)
        return replace(entry, notebook=own, slug=own.stem, parameters=given, declared=declared)
    _declares("kpi", entry)
    title = entry.title or {language: kpi.title(language) for language in LANGUAGES}
    return replace(entry, slug=name, parameters=entry.parameters | {"kpi": name}, title=title)


def _by_rest(entry: Page, desk: Desk) -> list[Page]:
    parts = [_parts(name, wanted, entry, desk) for name, wanted in entry.each.items()]
    titles = entry.title or _headings(entry.notebook)
    return [_page(entry, combination, titles) for combination in itertools.product(*parts)]


def _page(entry: Page, combination: tuple[Part, ...], titles: dict[str, str]) -> Page:
    if not combination:
        return replace(entry, each={})
    added = {name: value for part in combination for name, value in part.parameters.items()}
    given = checked_parameters(entry.parameters | added, entry.notebook, entry.where)
    if entry.notebook.is_relative_to(resources.notebooks().resolve()):
        check_known_words(given, entry.where)
    name = "-".join([entry.slug, *(part.name for part in combination)])
    base = entry.slug.replace("_", " ")
    title = {
        language: f"{titles.get(language, base)}: {', '.join(part.title[language] for part in combination)}"
        for language in LANGUAGES
    }
    return replace(entry, slug=name, parameters=given, title=title, each={})


def _parts(name: str, wanted: Any, entry: Page, desk: Desk) -> list[Part]:
    if name in SPANS:
        _declares("start", entry), _declares("end", entry)
        return [_span(name, first) for first in _firsts(name, wanted, entry, desk)]
    _declares(name, entry)
    if name == TEAM:
        return _named(TEAM, _teams(wanted, entry, desk), desk)
    return _named(name, _listed(wanted, f"{name}: [...]", entry), desk)


def _declares(name: str, entry: Page) -> None:
    """UnknownNameError unless the notebook takes the parameter."""
    if name not in entry.declared:
        raise unknown("parameter", name, entry.declared, where=f"{entry.where}: {entry.notebook.stem}: each")


def _listed(wanted: Any, usual: str, entry: Page) -> list:
    if not isinstance(wanted, list) or not wanted or any(isinstance(value, list | dict) for value in wanted):
        raise ConfigError(f"{entry.where}: each takes a list of values here, or '{usual}'; got {shown(wanted)}.")
    return list(dict.fromkeys(wanted))


def _named(name: str, values: list, desk: Desk) -> list[Part]:
    people = mask_for(desk)
    names = slugs((str(value) for value in values), lambda text: scrub(people.text(text)))
    return [Part({name: value}, names[str(value)], dict.fromkeys(LANGUAGES, _shown(value))) for value in values]


def _shown(value: Any) -> str:
    return "".join(c if c.isprintable() else " " for c in str(value))[:80]


# Teams ------------------------------------------------------------------------------------------------------


def _teams(wanted: Any, entry: Page, desk: Desk) -> list[str]:
    known = _known_teams(entry, desk)
    if wanted == "all":
        return known
    names = _listed(wanted, "team: all", entry)
    for name in names:
        if name not in known:
            raise unknown(TEAM, str(name), known, where=entry.where)
    return names


def _known_teams(entry: Page, desk: Desk) -> list[str]:
    """The teams that the rows of the page's KPI name; those of any table where it is not about one KPI."""
    kpi = entry.parameters.get("kpi") or entry.notebook.stem
    return teams(desk, desk.kpi(kpi).table if kpi in desk.catalogue else None)


# Months and the like ----------------------------------------------------------------------------------------


def _firsts(name: str, wanted: Any, entry: Page, desk: Desk) -> list[dt.date]:
    """First days of the months (quarters, weeks) that are wanted."""
    if isinstance(wanted, list):
        return [_first_day(name, text, entry) for text in _listed(wanted, f"{name}: all", entry)]
    count = isinstance(wanted, int) and not isinstance(wanted, bool) and wanted > 0
    if wanted not in ("all", "complete") and not count:
        known = "all, complete, a number of the last ones, or a list"
        raise ConfigError(f"{entry.where}: each {name} takes {known}; got {shown(wanted)}.")
    begun = _begun(name, desk)
    over = [first for first in begun if pd.Timestamp(following(name, first)) <= desk.as_of_local]
    return begun if wanted == "all" else over[-wanted:] if count else over


def _begun(name: str, desk: Desk) -> list[dt.date]:
    first = desk.span[0]
    if first is None:
        return []
    local = pd.Timestamp(first, tz="UTC").tz_convert(desk.timezone).tz_localize(None)
    days = pd.date_range(_start_of(name, local), desk.last_moment, freq=SPANS[name])
    return [day.date() for day in days]


def _start_of(name: str, moment: pd.Timestamp) -> pd.Timestamp:
    return moment.to_period({"month": "M", "quarter": "Q", "week": "W-SUN"}[name]).start_time


def following(name: str, first: dt.date) -> dt.date:
    """The day after a month, quarter or week that begins on `first`."""
    if name == "week":
        return first + dt.timedelta(days=7)
    return (pd.Timestamp(first) + pd.DateOffset(months={"month": 1, "quarter": 3}[name])).date()


_READERS: dict[str, tuple[str, str, Callable[[re.Match], dt.date]]] = {
    "month": ("2025-01", r"(\d{4})-(\d{2})", lambda m: dt.date(int(m[1]), int(m[2]), 1)),
    "quarter": ("2025-Q1", r"(\d{4})-Q([1-4])", lambda m: dt.date(int(m[1]), 3 * int(m[2]) - 2, 1)),
    "week": ("2025-W07", r"(\d{4})-W(\d{2})", lambda m: dt.date.fromisocalendar(int(m[1]), int(m[2]), 1)),
}


def _first_day(name: str, text: Any, entry: Page) -> dt.date:
    usual, pattern, read = _READERS[name]
    match = re.fullmatch(pattern, str(text))
    with contextlib.suppress(ValueError):
        if match and FIRST_YEAR <= (first := read(match)).year <= LAST_YEAR:
            return first
    wanted = f"names such as {usual}, of the years {FIRST_YEAR} to {LAST_YEAR}"
    raise ConfigError(f"{entry.where}: each {name} takes {wanted}, got {shown(text)}.")


def _span(name: str, first: dt.date) -> Part:
    texts = {"month": f"{first:%Y-%m}", "quarter": f"{first.year}-q{(first.month + 2) // 3}", "week": f"{first:%G-w%V}"}
    title = {language: period(first, name, language) for language in LANGUAGES}
    parameters = {"start": first.isoformat(), "end": following(name, first).isoformat()}
    return Part(parameters, texts[name], title)


# Titles -----------------------------------------------------------------------------------------------------


def _headings(notebook: Path) -> dict[str, str]:
    """The first heading of a notebook in each language that it has one in."""
    import json

    found: dict[str, str] = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "markdown":
            continue
        heading = re.search(r"^# +(.+?)\s*#*$", "".join(cell["source"]), re.MULTILINE)
        tags = cell["metadata"].get("tags", ())
        for language in LANGUAGES if heading else ():
            others = {f"lang-{other}" for other in LANGUAGES if other != language}
            if not others & set(tags):
                found.setdefault(language, re.sub(r"[*_`]", "", heading[1]).strip())
    return found
