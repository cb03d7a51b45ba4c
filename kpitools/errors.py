"""Every error a user can act on, and the helper that words a name nobody knows.

A message says what was wrong, where, what exists and how to mend it. The command line prints the message
without a traceback and ends with the class's ``exit_code``.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches

# A message quotes the input; a cell or a name may be a whole book.
LONGEST_WORD, LONGEST = 300, 8_000
MOST_SHOWN = 80  # characters of a name that nobody knows


class KpitoolsError(Exception):
    """Base of all errors that are the input's fault, not the program's."""

    exit_code = 2

    def __init__(self, message: str):
        super().__init__(_clipped(message))


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


def unknown(what: str, given: str, known: Iterable[str], where: str = "") -> UnknownNameError:
    """The error for a name that does not exist: names the near misses and all that exist.

    >>> str(unknown("column", "chanel", ["channel", "created_at"], where="tickets"))
    "tickets: no column named 'chanel'. Did you mean 'channel'? Known: channel, created_at."
    """
    known, given = sorted(str(name) for name in known), str(given)
    if len(given) > MOST_SHOWN:
        given = f"{given[: MOST_SHOWN - 1]}…"
    near = get_close_matches(given, known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    place = f"{where}: " if where else ""
    return UnknownNameError(f"{place}no {what} named '{given}'.{hint} Known: {', '.join(known) or 'none'}.")
