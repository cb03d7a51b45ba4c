"""The report in a letter: what is of concern, what improves, what changed, and where to read on.

Written beside the report as site.eml, a draft without recipients that any mail program opens.
"""

from collections.abc import Sequence
from email.message import EmailMessage
from html import escape
from typing import Any
from urllib.parse import quote

from kpitools.report import first_page, verdicts
from kpitools.report.first_page import News
from kpitools.scorecard import Scorecard
from kpitools.words import day, say


def words(card: Scorecard, news: News, desk: str, failed: Sequence[Any], language: str) -> tuple[str, list[str]]:
    """Subject and lines of the digest."""
    found = verdicts.counts(card)
    said = {"n": len(card.standings), "concern": found["concern"], "improving": found["improvement"]}
    said["unjudged"] = found["unjudged"]
    as_of = day(card.desk.known_now, language)
    subject = say(f"digest.subject{'.unjudged' * bool(said['unjudged'])}", language, desk=desk, as_of=as_of, **said)
    lines = [say("digest.counts", language, missed=found["missed"], **said)]
    for name, test in (("concern", "concern"), ("improving", "improvement")):
        titles = [s.kpi.title(language) for s in card.standings if verdicts.FILTERS[test](s)]
        lines.append(say(f"digest.{name}", language, names=", ".join(titles) or say("digest.none", language)))
    slipping = [s.kpi.title(language) for s in card.standings if verdicts.FILTERS["mostly_missed"](s)]
    lines += [say("digest.mostly_missed", language, names=", ".join(slipping))] if slipping else []
    head, reasons = verdicts.unjudged_words(card, language)
    lines += [f"{head}:", *(f"- {reason}" for reason in reasons)] if head else []
    if failed:
        lines.append(say("digest.failed", language, n=len(failed)))
    if news.before is not None:
        changed = [f"- {first_page.change_line(change, language)}" for change in news.changes]
        lines += ["", f"{say('site.since', language)}:", *(changed or [say("site.since.nothing", language)])]
    return subject, lines


def letter(subject: str, lines: list[str], links: list[tuple[str, str]], base: str, heading: str) -> EmailMessage:
    """The digest: `lines` as plain text and as HTML, then `links` (text, file name) below `heading`.

    Without `base` the files are named, not linked: a relative address leads nowhere in a letter.
    """
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["X-Unsent"] = "1"  # mail programs open such a file as a draft
    places = [(text, base + quote(name)) for text, name in links]
    plain = [*lines, "", heading, *(f"- {text}: {place}" for text, place in places)]
    message.set_content("\n".join(plain) + "\n")
    items = "".join(f"<li>{_item(text, place, base)}</li>" for text, place in places)
    body = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    message.add_alternative(f"<html><body>{body}<p>{escape(heading)}</p><ul>{items}</ul></body></html>\n", "html")
    return message


def _item(text: str, place: str, base: str) -> str:
    if not base:
        return f"{escape(text)}: {escape(place)}"
    return f'<a href="{escape(place)}">{escape(text)}</a>'
