"""Leaf: when a time zone's clock changes, by IANA's rules."""

import datetime as dt
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Change(NamedTuple):
    """A zone's change of offset: the UTC moment, and the seconds from UTC before and after."""

    at: dt.datetime
    before: int
    after: int


@cache
def changes(zone: str, first: int, last: int) -> tuple[int, tuple[Change, ...]]:
    """The offset at the start of year `first` and every change until the end of year `last`."""
    clock = ZoneInfo(zone)

    def offset(moment: dt.datetime) -> int:
        return int(moment.replace(tzinfo=dt.UTC).astimezone(clock).utcoffset().total_seconds())

    moment, stop, found = dt.datetime(first, 1, 1), dt.datetime(last, 12, 31), []
    start = now = offset(moment)
    while moment < stop:
        later = moment + dt.timedelta(days=7)
        if (then := offset(later)) != now:
            found.append(Change(_bisect(offset, moment, later), now, then))
            now = then
        moment = later
    return start, tuple(found)


def _bisect(offset, low: dt.datetime, high: dt.datetime) -> dt.datetime:
    """The first second of the new offset between two moments."""
    before = offset(low)
    while high - low > dt.timedelta(seconds=1):
        middle = low + dt.timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if offset(middle) == before else (low, middle)
    return high


def years(low: dt.datetime | None, high: dt.datetime | None) -> tuple[int, int]:
    """The years to look through for changes, one more on either side of two moments, within 1900 to 2100."""
    if low is None or high is None:
        return 2000, 2000
    return min(max(low.year - 1, 1900), 2099), min(max(high.year + 1, 1901), 2100)
