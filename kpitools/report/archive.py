"""Earlier reports, kept inside the published folder, and what has changed since the last one.

    archive/20250304T021500Z/   scorecard.json, index.html, ...: one folder a report, named by when it was published

A folder is only ever copied from a report of ours, and of it only what this module itself would have written.
"""

import datetime as dt
import json
import math
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from kpitools.kpis import CATALOGUE
from kpitools.report.layout import ARCHIVE, MOST, NUMBERS, STAMP, STAMP_FORMAT, is_kept
from kpitools.words import period, quantity, say, together


class Edition(NamedTuple):
    """One report that was published: its name, and its numbers as scorecard.json has them."""

    name: str
    card: dict[str, Any]

    @property
    def published(self) -> dt.datetime:
        """When it was published, in UTC."""
        return dt.datetime.strptime(self.name, STAMP_FORMAT).replace(tzinfo=dt.UTC)

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """KPI -> its row."""
        return {row["kpi"]: row for row in self.card["kpis"]}


def name_of(moment: dt.datetime) -> str:
    """The name of the edition published at `moment` (UTC)."""
    return moment.strftime(STAMP_FORMAT)


def editions(report: Path | None) -> list[Edition]:
    """The reports kept in a published folder, the newest first; what cannot be read is left out."""
    folder = report / ARCHIVE if report is not None else None
    if folder is None or not folder.is_dir():
        return []
    names = sorted((path.name for path in folder.iterdir() if STAMP.fullmatch(path.name)), reverse=True)
    cards = {name: _card(folder / name / NUMBERS) for name in names}
    return [Edition(name, card) for name, card in cards.items() if card is not None and _is_moment(name)]


def _is_moment(name: str) -> bool:
    try:
        dt.datetime.strptime(name, STAMP_FORMAT)
    except ValueError:
        return False
    return True


def _card(path: Path) -> dict[str, Any] | None:
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        return card if all(isinstance(row["kpi"], str) for row in card["kpis"]) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def carried(report: Path | None, card: dict[str, Any], most: int = MOST) -> list[Edition]:
    """The editions of the last report that stay beside a new one with the numbers of `card`, the newest first.

    Publishing the same numbers again replaces the newest edition, so that "since the last report" keeps its meaning.
    """
    found = editions(report)
    if found and _numbers(found[0].card) == _numbers(card):
        found = found[1:]
    return found[: max(most - 1, 0)]


def _numbers(card: dict[str, Any]) -> Any:
    return json.loads(json.dumps([card.get("as_of"), card["kpis"]]))


def copy(report: Path, edition: Edition, folder: Path) -> None:
    """Copy an edition of the last report into the new one: plain files of known names only."""
    source, target = report / ARCHIVE / edition.name, folder / ARCHIVE / edition.name
    target.mkdir(parents=True)
    for path in source.iterdir():
        if is_kept(path):
            shutil.copyfile(path, target / path.name)


# What changed ----------------------------------------------------------------------------------------------


class Change(NamedTuple):
    """What changed about one KPI, in words."""

    kpi: str
    title: str
    said: tuple[str, ...]


def changes(before: dict[str, dict], now: dict[str, dict], language: str) -> list[Change]:
    """The KPIs of which verdict, assurance, target, period or presence changed, or a published value was revised."""
    found = []
    for kpi in [*now, *(kpi for kpi in before if kpi not in now)]:
        said = _said(before.get(kpi), now.get(kpi), language)
        if said:
            found.append(Change(kpi, _title(kpi, (now.get(kpi) or before[kpi]), language), tuple(said)))
    return found


def _title(kpi: str, row: dict, language: str) -> str:
    return CATALOGUE[kpi].title(language) if kpi in CATALOGUE else str(row.get(f"title_{language}") or kpi)


def _said(before: dict | None, now: dict | None, language: str) -> list[str]:
    if before is None or now is None:
        return [say("site.change.appeared" if before is None else "site.change.vanished", language)]
    if (before.get("every"), before.get("hours")) != (now.get("every"), now.get("hours")):
        ends = {"before": _rhythm(before, language), "now": _rhythm(now, language)}
        return [say("site.change.rhythm", language, **ends)]
    parts = (
        _pair("variation", _kind(before), _kind(now), "site.variation", language),
        _pair("assurance", before.get("assurance"), now.get("assurance"), "site.assurance", language),
        _target(before, now, language),
        _revised(before, now, language),
    )
    return [part for part in parts if part]


def _rhythm(row: dict, language: str) -> str:
    return ", ".join(say(f"site.{name}.{row[name]}", language) for name in ("every", "hours"))


def _kind(row: dict) -> str | None:
    """The verdict without its side: improvement, concern, neutral or common_cause."""
    return (row.get("variation") or "").removesuffix("_high").removesuffix("_low") or None


def _pair(what: str, before: str | None, now: str | None, words: str, language: str) -> str:
    if before == now:
        return ""
    ends = {"before": say(f"{words}.{before or 'none'}", language), "now": say(f"{words}.{now or 'none'}", language)}
    return say(f"site.change.{what}", language, **ends)


def _target(before: dict, now: dict, language: str) -> str:
    old, new = (tuple(row.get(side) for side in ("target_low", "target_high")) for row in (before, now))
    if _same(old[0], new[0]) and _same(old[1], new[1]):
        return ""
    ends = {"before": goal_words(*old, now["unit"], language), "now": goal_words(*new, now["unit"], language)}
    return say("site.change.target", language, **ends)


def goal_words(low: float | None, high: float | None, unit: str, language: str) -> str:
    """A target in words: at least, at most, or between; that there is none."""
    if low is None and high is None:
        return say("site.no_target", language)
    key = "trend.target.low" if high is None else "trend.target.high" if low is None else "trend.span"
    return say(key, language, **dict(zip(("low", "high"), together((low, high), unit, language), strict=True)))


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def _revised(before: dict, now: dict, language: str) -> str:
    """A period already reported whose value reads differently now: late rows, or a changed export."""
    if before.get("period") is None or before.get("period") != now.get("period"):
        return ""
    old, new = (quantity(row.get("value"), now["unit"], language) for row in (before, now))
    if old == new:
        return ""
    when = period(dt.date.fromisoformat(now["period"]), now["every"], language)
    return say("site.change.revised", language, period=when, before=old, now=new)
