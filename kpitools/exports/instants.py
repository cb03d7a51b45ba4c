"""Text -> moments: which way a column writes its dates, and the way between a wall clock and UTC, as SQL."""

import datetime as dt
import re
from collections.abc import Callable
from typing import NamedTuple

from kpitools.errors import LoadError, told
from kpitools.exports.remedy import ways
from kpitools.zones import changes, years

SENTINELS = ("0001-01-01", "1900-01-01", "1969-12-31", "1970-01-01", "9999-12-31")
EPOCHS = {"epoch": 1_000_000, "epoch_ms": 1_000}
_TIME = r"(?P<time>9{1,2}:99(?::99(?:\.9{1,9})?)?(?: ?(?:AM|PM|am|pm|SA|CH))?)"
_ORDERED = r"9{1,2}(?P<sep>[/.\-])9{1,2}(?P=sep)(?P<year>9999|99)"
_NAMED = r"9{1,2}(?P<sep>[ /\-])(?P<month>[A-Za-z]{3,9})[ /\-,]{1,2}(?P<year>9999|99)"
_DOTTED = r"9999(?P<sep>[.])9{1,2}(?P=sep)9{1,2}"
# No place on earth is further than 14 hours from UTC.
_WILD = r"[+-](1[5-9]|[2-9]\d)(:?\d\d)?$|[+-]14:?(0[1-9]|[1-9]\d)$|[+-]\d\d:?[6-9]\d$"
_OFFSET = r"(?:Z|[+-]\d\d(?::?\d\d)?)$"


class Profile(NamedTuple):
    """What all values of one column look like: how many, how many ISO, how many with an offset, the other shapes.

    `has_wild` tells whether some offset from UTC is one that no clock has.
    """

    count: int
    iso: int
    offsets: int
    shapes: dict[str, int]
    first_max: int | None
    second_max: int | None
    orders_differ: bool
    has_wild: bool = False


def is_dated(text: str) -> str:
    """SQL: `text` begins with a year of four digits and a separator; 13/3/25 does not, whatever a cast makes of it.

    The usual shape is asked for first: one LIKE costs a fifth of looking at letters one by one.
    """
    letters = f"{text}[5] in ('-', '/') and {text}[3] not in ('-', '/') and {text}[2] not in ('-', '/')"
    return f"(case when {text} like '____-__-__%' then true else {letters} end)"


def is_iso(text: str) -> str:
    """SQL: `text` is a year-first date."""
    return f"({is_dated(text)} and try_cast({text} as timestamp) is not null)"


def tidy(text: str) -> str:
    """SQL: UTC, GMT and a spaced offset at the end, written as ISO does."""
    zulu = f"regexp_replace({text}, '\\s*(UTC|GMT)$', 'Z')"
    joined = f"regexp_replace({zulu}, '\\s+([+-]\\d\\d:?\\d\\d)$', '\\1')"
    return f"regexp_replace({joined}, '([ T]\\d\\d?:\\d\\d)(Z|[+-]\\d\\d:?\\d\\d)$', '\\1:00\\2')"


def has_offset(text: str) -> str:
    """SQL: `text` ends in Z or an offset from UTC; a date's own hyphen is none."""
    signs = " or ".join(f"{text}[{place}] in ('+', '-')" for place in (-6, -5, -3))
    letters = f"length({text}) >= 14 and (ends_with({text}, 'Z') or (length({text}) >= 17 and ({signs})))"
    plain = " or ".join(f"{text} like '{shape}'" for shape in ("____-__-__ __:__:__", "____-__-__T__:__:__"))
    return f"(case when {plain} then false else {letters} end)"


def is_wild(text: str) -> str:
    """SQL: `text` ends in an offset that no clock has, such as +15:00 or +07:99."""
    return f"(not ends_with({text}, 'Z') and regexp_matches({text}, '{_WILD}'))"


def from_offset(text: str, has_wild: bool) -> str:
    """SQL: a text with an offset as naive UTC; where the column `has_wild` ones, they are no moments."""
    moment = f"make_timestamp(epoch_us(try_cast({text} as timestamptz)))"
    return f"case when not {is_wild(text)} then {moment} end" if has_wild else moment


def profile(con, table: str, text: str) -> Profile:
    """Look at every value of a text expression."""
    count, iso, offsets, has_wild = con.execute(
        f"select count(v), coalesce(count_if(iso), 0), coalesce(count_if(has_offset), 0), "
        f"coalesce(bool_or(has_offset and {is_wild('v')}), false) "
        f"from (select v, iso, case when iso then {has_offset('v')} end as has_offset "
        f"from (select v, {is_iso('v')} as iso from (select {text} as v from {table})))"
    ).fetchone()
    if iso == count:
        return Profile(count, iso, offsets, {}, None, None, False, has_wild)
    other = f"(select {text} as v from {table}) where v is not null and not coalesce({is_iso('v')}, false)"
    con.execute(f"create or replace temp table kpitools_other as select {tidy('v')} as v from {other}")
    shapes = con.execute(
        "select translate(v, '0123456789', '9999999999') as shape, count(*) from kpitools_other "
        "group by 1 order by 2 desc, 1 limit 500"
    ).fetchall()
    parts = "'(\\d{1,2})[/.\\-](\\d{1,2})[/.\\-]\\d{2}(?:\\d{2})?(?:\\D|$)'"
    first, second, differ = con.execute(
        f"select max(a), max(b), coalesce(bool_or(a <> b), false) from (select "
        f"try_cast(regexp_extract(v, {parts}, 1) as int) as a, try_cast(regexp_extract(v, {parts}, 2) as int) as b "
        f"from kpitools_other) where least(a, b) between 1 and 12 and greatest(a, b) <= 31"
    ).fetchone()
    more, wilder = con.execute(
        f"select coalesce(count_if(has_offset), 0), coalesce(bool_or(has_offset and {is_wild('v')}), false) "
        f"from (select v, {has_offset('v')} as has_offset from kpitools_other)"
    ).fetchone()
    return Profile(count, iso, offsets + more, dict(shapes), first, second, differ, has_wild or wilder)


def is_ordered(shape: str) -> bool:
    """Whether a shape leaves open which number is the day and which the month."""
    return bool(re.fullmatch(rf"(?:{_TIME}[ ,T]+)?{_ORDERED}(?:[ ,T]+{_TIME.replace('<time>', '<late>')})?", shape))


def strptime_format(shape: str, dayfirst: bool) -> str | None:
    """The strptime format of a shape, or None where it is no date.

    >>> strptime_format("99/99/9999 99:99:99 PM", dayfirst=False)
    '%m/%d/%Y %I:%M:%S %p'
    >>> strptime_format("9/Mar/99 9:99 AM", dayfirst=True)
    '%d/%b/%y %I:%M %p'
    """
    for date in (_ORDERED, _NAMED, _DOTTED):
        late = re.fullmatch(rf"(?P<date>{date})(?:(?P<gap>[ ,T]+){_TIME})?", shape)
        early = None if late else re.fullmatch(rf"{_TIME}(?P<gap>[ ,T]+)(?P<date>{date})", shape)
        match = late or early
        if not match:
            continue
        parts = match.groupdict()
        day = _date_format(parts, date, dayfirst)
        if day is None:
            continue
        if not parts["time"]:
            return day
        time = _time_format(parts["time"])
        return f"{day}{parts['gap']}{time}" if late else f"{time}{parts['gap']}{day}"
    return None


def _date_format(parts: dict, date: str, dayfirst: bool) -> str | None:
    if date is _DOTTED:
        return "%Y.%m.%d"
    year = "%Y" if len(parts["year"]) == 4 else "%y"
    sep = parts["sep"]
    if date is _NAMED:
        month = "%b" if len(parts["month"]) == 3 else "%B"
        gap = parts["date"].split(parts["month"])[1].rstrip("9")
        return f"%d{sep}{month}{gap}{year}"
    return f"%d{sep}%m{sep}{year}" if dayfirst else f"%m{sep}%d{sep}{year}"


def _time_format(time: str) -> str:
    clock = re.match(r"[9:.]+", time).group()
    half = time[len(clock) :]
    made = ("%I" if half else "%H") + ":%M" + (":%S" if clock.count(":") == 2 else "") + (".%f" if "." in clock else "")
    return made + (" %p" if half.startswith(" ") else "%p" if half else "")


def decide_order(profiles: dict[str, Profile], stated: bool | None, where: str) -> tuple[bool | None, str]:
    """Whether days come before months in a file, from all its columns' values; None where no date leaves it open.

    Raises
    ------
    LoadError
        If every value fits both orders, or some values fit only one and some only the other.
    """
    open_ones = {name: p for name, p in profiles.items() if any(is_ordered(shape) for shape in p.shapes)}
    if stated is not None:
        return stated, "stated"
    if not open_ones:
        return None, ""
    first = {name for name, p in open_ones.items() if (p.first_max or 0) > 12}
    second = {name for name, p in open_ones.items() if (p.second_max or 0) > 12}
    mend = told("say_dayfirst", ways=ways("dayfirst", "true", where, "True"))
    if first and second:
        days, months = ", ".join(sorted(first)), ", ".join(sorted(second))
        raise LoadError(told("both_orders", where=where, days=days, months=months, mend=mend))
    if not first and not second:
        if not any(p.orders_differ for p in open_ones.values()):
            return True, "same_either_way"
        raise LoadError(told("no_order", where=where, columns=", ".join(sorted(open_ones)), mend=mend))
    return bool(first), "a_number_over_12"


class Parse(NamedTuple):
    """SQL that reads a column of moments; `is_utc` tells naive UTC from the file's wall clock."""

    sql: str
    is_utc: bool
    how: str
    shown: str


def parse(text: str, seen: Profile, dayfirst: bool | None, form: str | None, to_utc: Callable[[str], str]) -> Parse:
    """How to read a column: by the stated `form`, or by the shapes its values have.

    `to_utc` turns SQL for a wall-clock moment into SQL for UTC; it is needed only where a column mixes both.
    """
    if form in EPOCHS:
        return Parse(
            f"make_timestamp(try_cast(try_cast({text} as double) * {EPOCHS[form]} as bigint))", True, "stated", form
        )
    if form and form != "iso":
        quoted = form.replace("'", "''")
        return Parse(f"try_strptime({text}, '{quoted}')::timestamp", False, "stated", form)
    if seen.iso == seen.count and seen.offsets in (0, seen.count):
        if seen.offsets and seen.count:
            return Parse(from_offset(text, seen.has_wild), True, "all_values", "ISO 8601 with offset")
        return Parse(f"try_cast({text} as timestamp)", False, "all_values", "ISO 8601")
    return _parse_mixed(text, seen, bool(dayfirst), to_utc)


def _parse_mixed(text: str, seen: Profile, dayfirst: bool, to_utc: Callable[[str], str]) -> Parse:
    """How to read a column of several shapes; what most values are, plain ISO, is tried first."""
    formats = _formats(seen, dayfirst)
    shown = ", ".join([*(["ISO 8601"] if seen.iso else []), *formats]) or "ISO 8601"
    plain = f"case when {is_dated(text)} then try_cast({text} as timestamp) end"
    local = plain
    if formats:
        meridian = f"replace(replace({text}, 'SA', 'AM'), 'CH', 'PM')" if any("%p" in f for f in formats) else text
        listed = ", ".join(f"'{form}'" for form in formats)
        local = f"coalesce({plain}, try_strptime({meridian}, [{listed}])::timestamp)"
    if not seen.offsets:
        return Parse(local, False, "all_values", shown)
    tidied = tidy(text)
    plainly, tidily = from_offset(text, seen.has_wild), from_offset(tidied, seen.has_wild)
    only_offsets = seen.offsets >= seen.iso and not formats
    moment = (
        f"case when {is_dated(text)} and {has_offset(text)} then coalesce({plainly}, {tidily}) "
        f"when {has_offset('(' + tidied + ')')} then {tidily} "
        f"else {'null::timestamp' if only_offsets else to_utc(local)} end"
    )
    return Parse(moment, True, "all_values", f"{shown}, some with offset")


def _formats(seen: Profile, dayfirst: bool) -> list[str]:
    """strptime formats of all shapes, two-digit years first: %Y would take 25 for the year 25."""
    found = {strptime_format(shape, dayfirst) for shape in seen.shapes} - {None}
    return sorted(found, key=lambda form: ("%y" not in form, form))


# --- wall clock and UTC ---------------------------------------------------------------------------------------


def _tree(text: str, start: int, breaks: list[tuple[dt.datetime, int]]) -> str:
    """SQL: the offset that holds at moment `text`, as nested halves so that a century of changes stays cheap."""
    if not breaks:
        return str(start)
    middle = len(breaks) // 2
    at, after = breaks[middle]
    left, right = _tree(text, start, breaks[:middle]), _tree(text, after, breaks[middle + 1 :])
    return left if left == right else f"case when {text} < timestamp '{at}' then {left} else {right} end"


def to_utc(text: str, zone: str, low: dt.datetime | None, high: dt.datetime | None) -> str:
    """SQL: a wall-clock moment as UTC; a repeated hour is its first, a skipped one counts on from before the gap."""
    start, found = changes(zone, *years(low, high))
    breaks = [(c.at + dt.timedelta(seconds=max(c.before, c.after)), c.after) for c in found]
    return _minus(text, _tree(text, start, breaks), "-")


def to_local(text: str, zone: str, low: dt.datetime | None, high: dt.datetime | None) -> str:
    """SQL: a UTC moment on the wall clock of `zone`."""
    start, found = changes(zone, *years(low, high))
    return _minus(text, _tree(text, start, [(c.at, c.after) for c in found]), "+")


def _minus(text: str, seconds: str, sign: str) -> str:
    return text if seconds == "0" else f"({text} {sign} to_seconds({seconds}))"


def odd_hours(zone: str, low: dt.datetime | None, high: dt.datetime | None) -> tuple[list[tuple], list[tuple]]:
    """Wall-clock spans that do not exist, and those that happen twice, between two moments."""
    _, found = changes(zone, *years(low, high))
    skipped, repeated = [], []
    for change in found:
        ends = sorted(change.at + dt.timedelta(seconds=s) for s in (change.before, change.after))
        (skipped if change.after > change.before else repeated).append(tuple(ends))
    return skipped, repeated


def setbacks(zone: str, low: dt.datetime | None, high: dt.datetime | None) -> list[tuple[dt.datetime, int]]:
    """When a zone's clock was set back between two moments: the UTC moment, and by how many seconds."""
    return [(c.at, c.before - c.after) for c in changes(zone, *years(low, high))[1] if c.after < c.before]


def within(text: str, spans: list[tuple]) -> str:
    """SQL: the moment lies in one of the half-open spans."""
    return "(" + " or ".join(f"({text} >= timestamp '{a}' and {text} < timestamp '{b}')" for a, b in spans) + ")"
