"""Every error a user can act on, and the helper that words a name nobody knows.

A message says what was wrong, where, what exists and how to mend it; those that users meet most stand in
``words/errors.yml`` in both languages (`told`). The command line prints the message
without a traceback and ends with the class's ``exit_code``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from kpitools.speech import chosen, spoken

# A message quotes the input; a cell or a name may be a whole book.
LONGEST_WORD, LONGEST = 300, 8_000
MOST_SHOWN = 80  # characters of a name that nobody knows


@dataclass(frozen=True)
class Told:
    """A sentence of ``words/*.yml`` with its fields; a field that takes a language, as this does, is worded in it."""

    key: str
    fields: Mapping[str, Any]

    def __call__(self, language: str) -> str:
        from kpitools.words import say

        fields = {k: v(language) if callable(v) else v for k, v in self.fields.items()}
        if language == "vi":
            fields |= {k: _place(v) for k, v in fields.items() if k in ("where", "place") and isinstance(v, str)}
        return say(self.key, language, **fields)

    def __str__(self) -> str:
        return self("en")


def _place(where: str) -> str:
    """A place in a file (desk.yml line 2: goals; desk.yml: files, entry 1) in Vietnamese."""
    return re.sub(r"(?<=\S)( line |: files, entry )(?=\d)", lambda found: _PLACES[found[0]], where)


_PLACES = {" line ": " dòng ", ": files, entry ": ": files, mục "}


def told(key: str, /, **fields: Any) -> Told:
    """The sentence ``errors.<key>`` with its fields."""
    return Told(f"errors.{key}", fields)


class KpitoolsError(Exception):
    """Base of all errors that are the input's fault, not the program's.

    Its message is a text, or what `told` gives, which is put into words in the language of the run (`speech`) or, where
    that is known, of the desk (`language`).
    """

    exit_code = 2
    language: str | None = None

    def __init__(self, message: str | Told):
        self.told = message if isinstance(message, Told) else None
        super().__init__(_clipped(message("en") if isinstance(message, Told) else message))

    def in_language(self, language: str) -> str:
        """The message in a language; in English where it was never translated."""
        return _clipped(self.told(language)) if self.told else str(self.args[0])

    def __str__(self) -> str:
        return self.in_language(self.language or spoken())


@contextmanager
def telling(language: str | None) -> Iterator[None]:
    """Errors raised within are told in `language` where the run has chosen none."""
    try:
        yield
    except KpitoolsError as error:
        error.language = error.language or chosen() or language
        raise


class ConfigError(KpitoolsError):
    """A desk.yml, plan.yml, targets or format file says something that cannot be followed."""


class LoadError(KpitoolsError):
    """An export cannot be read, or cannot be read without guessing."""


class UnknownNameError(KpitoolsError):
    """A KPI, column, table, format or parameter that does not exist."""


class NotSupportedError(KpitoolsError):
    """The data lacks what a KPI needs; the message names the missing columns."""


class BusyError(KpitoolsError):
    """Another run fills the folder to publish to."""

    exit_code = 4


class PublishError(KpitoolsError):
    """The report cannot be written: the disk is full, or may not be written."""

    exit_code = 5


class TooFewError(KpitoolsError):
    """Too few rows or periods for the statistic that was asked for."""


def _clipped(message: str) -> str:
    """`message` with what no reader would read of it left out."""
    short = re.sub(rf"\S{{{LONGEST_WORD},}}", lambda word: word[0][:100] + "…", message)
    return short if len(short) <= LONGEST else short[:LONGEST] + "…"


def unknown(
    what: str,
    given: str,
    known: Iterable[str],
    where: str = "",
    error: type[KpitoolsError] = UnknownNameError,
) -> KpitoolsError:
    """The `error` for a name that does not exist: names the near misses and all that exist.

    >>> str(unknown("column", "chanel", ["channel", "created_at"], where="tickets"))
    "tickets: no column named 'chanel'. Did you mean 'channel'? Known: channel, created_at."
    """
    known, given = sorted(str(name) for name in known), str(given)
    if len(given) > MOST_SHOWN:
        given = f"{given[: MOST_SHOWN - 1]}…"
    near = _near(what, given, known)
    return error(
        told(
            "unknown",
            place=f"{where}: " if where else "",
            what=_what(what),
            given=given,
            hint=did_you_mean(near),
            known=", ".join(known) or told("none"),
        )
    )


# What people call a KPI for short.
SHORT_NAMES = {
    "aht": "average_handle_time",
    "asa": "average_speed_of_answer",
    "cac": "customer_acquisition_cost",
    "fcr": "first_contact_resolution_rate",
    "frt": "first_response_time",
    "mql": "marketing_qualified_leads",
    "nrr": "net_revenue_retention",
    "sla": "sla_attainment",
}


def _near(what: str, given: str, known: list[str]) -> str | None:
    """The name that was meant: the same in another case, what a KPI is called for short, else the most similar."""
    folded = given.casefold()
    by_case = {name.casefold(): name for name in reversed(known)}
    short = SHORT_NAMES.get(folded) if what == "KPI" else None
    if short in known:
        return short
    return by_case.get(folded) or next(iter(get_close_matches(given, known, n=1)), None)


def did_you_mean(near: str | None) -> Told | str:
    """The sentence that offers the nearest name there is; nothing where none is near."""
    return told("near", near=near) if near else ""


def _what(what: str) -> Told | str:
    """A kind of thing in words; as it stands where it has none."""
    from kpitools.words import keys

    return told(f"what.{what}") if f"errors.what.{what}" in keys("errors.what.") else what
