"""The hours of a week as a person writes them: ``mon-fri: ["08:00-12:00", "13:00-17:30"]``."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from kpitools.errors import ConfigError, did_you_mean, told

DAY = 86400
Intervals = tuple[tuple[int, int], ...]
Weekly = dict[int, Intervals]

_DAYS = {
    **dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), range(7), strict=True)),
    **dict(
        zip(
            ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
            range(7),
            strict=True,
        )
    ),
    **dict(zip(("t2", "t3", "t4", "t5", "t6", "t7", "cn"), range(7), strict=True)),
}
_GROUPS = {"daily": range(7), "weekdays": range(5), "weekend": range(5, 7)}
_TIME = re.compile(r"(\d{1,2})(?:[:h](\d{2}))?(?::(\d{2}))?h?")
# What people write for a zone whose IANA name does not look like it.
_ALIASES = {
    "hanoi": "Asia/Ho_Chi_Minh",
    "saigon": "Asia/Ho_Chi_Minh",
    "vietnam": "Asia/Ho_Chi_Minh",
    "ict": "Asia/Ho_Chi_Minh",
    "utc+7": "Asia/Ho_Chi_Minh",
    "gmt+7": "Asia/Ho_Chi_Minh",
    "utc+07:00": "Asia/Ho_Chi_Minh",
    "gmt+07:00": "Asia/Ho_Chi_Minh",
    "+07:00": "Asia/Ho_Chi_Minh",
    "se asia standard time": "Asia/Ho_Chi_Minh",
}


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # looks through some 600 files each time


def check_zone(name: Any, where: str = "") -> str:
    """`name` itself when it is an IANA time zone, else ConfigError with the nearest name that is."""
    zones = _zones()
    if isinstance(name, str) and name in zones:
        return name
    place = f"{where}: " if where else ""
    raise ConfigError(told("no_zone", place=place, name=name, hint=did_you_mean(_near_zone(str(name), zones))))


def _near_zone(name: str, zones: frozenset[str]) -> str | None:
    city = name.lower().rpartition("/")[2]
    by_lower = {zone.lower(): zone for zone in zones}
    if city in _ALIASES:
        return _ALIASES[city]
    near = get_close_matches(name.lower().replace(" ", "_"), by_lower, n=1, cutoff=0.7)
    cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(zones) if "/" in zone}
    near_city = get_close_matches(city.replace(" ", "_"), cities, n=1, cutoff=0.7)
    return by_lower[near[0]] if near else cities[near_city[0]] if near_city else None


def zone(name: str) -> ZoneInfo:
    """The zone's rules; ConfigError for a name IANA does not know."""
    return ZoneInfo(check_zone(name))


def parse_weekly(raw: Any, where: str = "hours") -> Weekly:
    """Weekday (0 = Monday) -> intervals in seconds of the local day, from a mapping or ``24/7``.

    >>> parse_weekly({"mon-tue": ["08:00-12:00", "13:00-17:30"], "sat": "22:00-06:00"})[5]
    ((79200, 108000),)

    Days are mon..sun, monday..sunday or t2..t7, cn; ranges (``fri-mon`` goes round the week), lists
    (``mon, wed``), and daily, weekdays, weekend. An interval whose end is not after its start runs
    past midnight; its end then exceeds 86400. A day written without hours (``sun: []``) is closed.
    """
    if str(raw).strip() == "24/7":
        return {day: ((0, DAY),) for day in range(7)}
    if not isinstance(raw, Mapping):
        raise ConfigError(told("no_week", where=where, given=repr(raw)))
    week: Weekly = {}
    for key, value in raw.items():
        intervals = parse_intervals(value, f"{where}, {key}")
        for day in parse_days(key, where):
            if day in week:
                raise ConfigError(told("day_twice", where=where, day=_name(day), key=key))
            week[day] = intervals
    return week


def _name(day: int) -> str:
    return list(_DAYS)[day]


def parse_days(text: Any, where: str = "hours") -> list[int]:
    """Weekday numbers of ``mon-fri``, ``mon, wed``, ``t2-t6``, ``cn`` or ``daily``."""
    days: list[int] = []
    for part in str(text).lower().replace(" ", "").split(","):
        if part in _GROUPS:
            days += _GROUPS[part]
            continue
        first, dash, last = part.partition("-")
        days += _round(_day(first, where), _day(last, where) if dash else _day(first, where))
    return days


def _round(first: int, last: int) -> list[int]:
    """The weekdays from `first` to `last`, past Sunday where needed."""
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _day(text: str, where: str) -> int:
    if text not in _DAYS:
        near = get_close_matches(text, _DAYS, n=1)
        raise ConfigError(told("no_day", where=where, text=text, hint=did_you_mean(near[0] if near else None)))
    return _DAYS[text]


def parse_intervals(raw: Any, where: str = "hours") -> Intervals:
    """Intervals in seconds of the day, sorted, from ``"08:00-12:00"`` or a list of them, with no overlap."""
    if raw is None or str(raw).strip().lower() in ("closed", "nghỉ", "false"):
        return ()
    items = raw if isinstance(raw, list | tuple) else [part for part in str(raw).split(",") if part.strip()]
    found = tuple(sorted(_interval(item, where) for item in items))
    for (_, end), (start, _) in zip(found, found[1:], strict=False):
        if start < end:
            raise ConfigError(told("overlap", where=where, given=repr(raw)))
    return found


def _interval(text: Any, where: str) -> tuple[int, int]:
    start, dash, end = str(text).replace("–", "-").replace(" ", "").partition("-")
    if not dash:
        raise ConfigError(told("no_interval", where=where, text=text))
    begun, ended = _seconds(start, where), _seconds(end, where)
    if begun in (DAY, ended):
        raise ConfigError(told("no_span", where=where, text=text))
    return (begun, ended) if ended > begun else (begun, ended + DAY)


def _seconds(text: str, where: str) -> int:
    match = _TIME.fullmatch(text)
    hour, minute, second = (int(part or 0) for part in match.groups()) if match else (99, 0, 0)
    total = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or total > DAY:
        raise ConfigError(told("no_time", where=where, text=text))
    return total
