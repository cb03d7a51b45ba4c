"""English and Vietnamese: sentences by key, numbers, units and dates as each language writes them.

The sentences stand in ``words/*.yml``, one file an area, both languages side by side::

    trend.common_cause:
      en: "only the usual wobble"
      vi: "chỉ dao động bình thường"
"""

import datetime as dt
import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from kpitools.errors import UnknownNameError, unknown
from kpitools.speech import LANGUAGES

_LOCALES = {"en": "en_GB", "vi": "vi_VN"}


# The same safe loader in C, eight times as fast, where PyYAML was built with it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def _sentences() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for entry in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".yml"):
            found.update(yaml.load(entry.read_text(encoding="utf-8"), Loader=_Loader) or {})
    return found


def check_language(language: str) -> str:
    """`language` itself, or UnknownNameError."""
    if language not in LANGUAGES:
        raise unknown("language", language, LANGUAGES)
    return language


def say(key: str, language: str, /, **values: Any) -> str:
    """The sentence `key` in `language`, with its {placeholders} filled; UnknownNameError for a key nobody wrote."""
    sentences = _sentences()
    if key not in sentences:
        raise UnknownNameError(f"no sentence '{key}' in words/*.yml")
    return sentences[key][check_language(language)].format(**values)


def keys(prefix: str) -> list[str]:
    """The keys that begin with `prefix`, in the order of the files."""
    return [key for key in _sentences() if key.startswith(prefix)]


@cache
def every_sentence() -> str:
    """All sentences of all languages in small letters, to look a phrase up."""
    return "\n".join(text.casefold() for said in _sentences().values() for text in said.values())


def _missing(value: Any) -> bool:
    return value is None or value != value or (isinstance(value, float) and math.isinf(value))


def number(value: float | None, language: str, decimals: int = 1) -> str:
    """A number as the language writes it: 1,234.5 or 1.234,5; a dash for missing, never 0."""
    from babel.numbers import format_decimal

    if _missing(value):
        return "–"
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=_LOCALES[check_language(language)]).replace("-", "−")


def _hours_unit(value: float) -> tuple[str, float]:
    """The key of the unit in which a number of hours is written, and how many of it are an hour."""
    if abs(value) >= 72:
        return "unit.days", 1 / 24
    if abs(value) < 1 and value != 0:
        return "unit.minutes", 60
    return "unit.hours", 1


def _hours(value: float, key: str, size: float, language: str) -> str:
    decimals = 0 if key == "unit.minutes" and abs(value) * size >= 10 else 1
    return say(key, language, n=number(value * size, language, decimals))


def quantity(value: float | None, unit: str, language: str) -> str:
    """A value with its unit, rounded as a reader wants it.

    `unit`: h (hours), min, s, share and percent (fractions, shown as %), points (a difference of shares, as
    percentage points), number (with decimals), score, count, money, or the code of a
    currency, which has its own decimals.
    """
    if _missing(value):
        return "–"
    if unit == "h":
        return _hours(value, *_hours_unit(value), language)
    if unit == "min":
        return say("unit.minutes", language, n=number(value, language))
    if unit == "s":
        return say("unit.seconds", language, n=number(value, language, 0 if abs(value) >= 100 else 1))
    if unit in ("share", "percent"):
        return number(value * 100, language) + ("%" if language == "en" else " %")
    if unit == "points":
        return say("unit.points", language, n=number(value * 100, language))
    if unit in ("scale", "number"):
        return number(value, language, 2 if abs(value) < 10 else 1)
    if is_currency(unit):
        return _money(value, unit, language)
    if unit == "money":
        return number(value, language, 0 if abs(value) >= 100 else 2)
    return number(value, language, 0 if unit == "count" else 1)


def together(values: Sequence[float | None], unit: str, language: str) -> list[str]:
    """Values of one sentence, as `quantity` writes them, times in one unit for all: 96.0 h beside 55.3 h."""
    known = [abs(value) for value in values if not _missing(value) and value != 0]
    if unit != "h" or not known:
        return [quantity(value, unit, language) for value in values]
    days = max(known) >= 72 and min(known) >= 24
    key, size = _hours_unit(max(known)) if days or max(known) < 1 else ("unit.hours", 1)
    return ["–" if _missing(value) else _hours(value, key, size, language) for value in values]


def with_bounds(
    value: float | None, low: float | None, high: float | None, unit: str, language: str
) -> tuple[str, str, str]:
    """A value as `quantity` writes it, and its bounds in the unit that the value has there.

    >>> with_bounds(52.6, 0.4, 336, "h", "en")
    ('52.6 h', '0.4 h', '336.0 h')
    """
    said = quantity(value, unit, language)
    if unit != "h" or _missing(value):
        return said, *together((low, high), unit, language)
    ends = ["–" if _missing(end) else _hours(end, *_hours_unit(value), language) for end in (low, high)]
    return said, *ends


def is_currency(unit: str) -> bool:
    """Whether a unit is a currency's code, such as VND."""
    return len(unit) == 3 and unit.isupper()


def _money(value: float, code: str, language: str) -> str:
    from babel.numbers import format_currency

    return format_currency(value, code, locale=_LOCALES[check_language(language)]).replace("-", "−")


def unit_words(unit: str, language: str) -> str:
    """What a unit is called in a definition."""
    if not is_currency(unit):
        return say(f"cards.unit.{unit}", language)
    from babel.numbers import get_currency_name

    return f"{get_currency_name(unit, locale=_LOCALES[check_language(language)])} ({unit})"


def day(value: dt.date | None, language: str) -> str:
    """A date in words order: 5 Mar 2025 or 05/03/2025."""
    if _missing(value):
        return "–"
    return f"{value.day} {value:%b %Y}" if language == "en" else f"{value:%d/%m/%Y}"


def period(start: dt.date, every: str | None, language: str) -> str:
    """The name of a period by its first day: week of 3 Mar 2025, March 2025, quarter 1 2025."""
    if every in (None, "all"):
        return say("period.all", language)
    if every == "month":
        return say("period.month", language, month=start.month, name=f"{start:%B}", year=start.year)
    if every == "quarter":
        return say("period.quarter", language, quarter=(start.month + 2) // 3, year=start.year)
    if every == "week":
        return say("period.week", language, day=day(start, language))
    return day(start, language)
