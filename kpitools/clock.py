"""Business time: schedules, holidays and zones as data, and seconds of working time between two instants.

A desk is open whenever the clock on its wall shows a time within the hours of that local day. All
arithmetic is on real UTC seconds with half-open intervals, so a day of 23 or 25 hours counts what really
passed. A closed day is a whole local day, from its own midnight to the next; a night shift is cut there.

The business seconds of many rows are an equi-join of each instant with a small calendar (one row per schedule
and UTC day) and plain arithmetic, so they run on any SQL engine. See docs/clock.md.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kpitools.errors import ConfigError, unknown
from kpitools.hours import DAY, Intervals, Weekly, check_zone, zone
from kpitools.zones import Change, changes

EPOCH = dt.date(1970, 1, 1)
STATES = ("measured", "not_applicable", "no_schedule", "outside_calendar")

Seconds = tuple[int, int]


@dataclass(frozen=True)
class Schedule:
    """The hours in which a desk works.

    Attributes
    ----------
    timezone : IANA name of the zone of its wall clock.
    changes : ``(valid_from, weekly)`` in order of date: from that local day on the week is `weekly`, a dict
        of weekday (0 = Monday) to intervals in seconds of the local day, the end past 86400 for a shift over
        midnight. The first `valid_from` may be None: since ever. Before the first change the desk is closed.
    holiday_country : code of the `holidays` library, such as VN or US-CA; substituted days included.
    closed : further closed local days.
    open_days : ``(day, intervals)`` of days on which the desk works although it would be closed, such as a
        make-up Saturday; intervals None means the weekday's own hours.
    """

    name: str
    timezone: str
    changes: tuple[tuple[dt.date | None, Weekly], ...]
    holiday_country: str | None = None
    closed: frozenset[dt.date] = field(default_factory=frozenset)
    open_days: tuple[tuple[dt.date, Intervals | None], ...] = ()

    def __post_init__(self):
        where = f"schedule '{self.name}'"
        check_zone(self.timezone, where)
        starts = [since or dt.date.min for since, _ in self.changes]
        if not starts or starts != sorted(set(starts)):
            raise ConfigError(f"{where}: needs hours; changes stand in order of date, each date once.")
        if self.holiday_country:
            check_country(self.holiday_country, where)

    def week(self, day: dt.date) -> Weekly:
        """The weekly hours in force on a local day."""
        valid = [weekly for since, weekly in self.changes if since is None or since <= day]
        return valid[-1] if valid else {}


def always(name: str = "24/7", timezone: str = "UTC") -> Schedule:
    """A schedule that never closes."""
    return Schedule(name, timezone, ((None, {day: ((0, DAY),) for day in range(7)}),))


def check_country(code: str, where: str = "") -> str:
    """`code` itself when the holidays library knows it, else ConfigError."""
    import holidays

    country, _, part = str(code).partition("-")
    known = {name: parts for name, parts in holidays.list_supported_countries().items() if len(name) == 2}
    place = f"{where}: " if where else ""
    if country not in known:
        raise ConfigError(
            f"{place}no holiday country named '{code}'. Write its two-letter code, such as VN or US-CA; or leave "
            "it out and list the closed days."
        )
    if part and part not in known[country]:
        raise unknown(f"part of {country}", part, known[country], where=where, error=ConfigError)
    return code


def holidays_of(code: str, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """Public holidays from `first` to `last` with their names, days off in lieu included."""
    import holidays

    country, _, part = code.partition("-")
    years = range(first.year, last.year + 1)
    found = holidays.country_holidays(country, subdiv=part or None, years=years)
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}


def special_days(schedule: Schedule, first: dt.date, last: dt.date) -> pd.DataFrame:
    """Every local day on which the schedule departs from its week: ``day, kind, name``, sorted by day.

    `kind` is holiday, closed or open; what the numbers rest on, for a reader to check against the real year.
    """
    rows = [(day, "open", "") for day, _ in schedule.open_days]
    opened = {day for day, _, _ in rows}
    rows += [(day, "closed", "") for day in schedule.closed if day not in opened]
    if schedule.holiday_country:
        named = holidays_of(schedule.holiday_country, first, last)
        taken = opened | schedule.closed
        rows += [(day, "holiday", name) for day, name in named.items() if day not in taken]
    rows = sorted(row for row in rows if first <= row[0] <= last)
    return pd.DataFrame(rows, columns=["day", "kind", "name"])


# Opening hours as UTC seconds ---------------------------------------------------------------------


def _seconds_of(day: dt.date) -> int:
    """Seconds from the epoch to the UTC midnight that begins `day`."""
    return (day - EPOCH).days * DAY


def _date_of(seconds: int) -> dt.date:
    return EPOCH + dt.timedelta(days=seconds // DAY)


def _wall_hours(schedule: Schedule, day: dt.date) -> list[Seconds]:
    """The week's own intervals of one local day, closed days not yet heeded: its shifts up to midnight,
    and what runs over from the evening before."""
    before = day - dt.timedelta(days=1)
    late = [(0, end - DAY) for _, end in schedule.week(before).get(before.weekday(), ()) if end > DAY]
    return late + [(start, min(end, DAY)) for start, end in schedule.week(day).get(day.weekday(), ())]


def _open_on(schedule: Schedule, first: dt.date, last: dt.date):
    """A function from a local day to its intervals in seconds of that day; closed and opened days heeded."""
    named = holidays_of(schedule.holiday_country, first, last) if schedule.holiday_country else {}
    closed = schedule.closed | named.keys()
    opened = dict(schedule.open_days)

    def hours(day: dt.date) -> list[Seconds]:
        if opened.get(day) is not None:
            return [(start, min(end, DAY)) for start, end in opened[day]] + _run_over(opened, day)
        if day in closed and day not in opened:
            return []
        return _wall_hours(schedule, day) + _run_over(opened, day)

    return hours


def _run_over(opened: dict[dt.date, Intervals | None], day: dt.date) -> list[Seconds]:
    """What runs past midnight from an extra open day before `day`."""
    return [(0, end - DAY) for _, end in opened.get(day - dt.timedelta(days=1)) or () if end > DAY]


def _offset(rules, seconds: int) -> int:
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return int(moment.astimezone(rules).utcoffset().total_seconds())


def _segments(rules, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """``(from, to, offset)``: stretches of UTC seconds in which the zone's offset stays the same."""
    since, now = start, _offset(rules, start)
    for begin in range(start, end, DAY):
        stop = min(begin + DAY, end)
        after = _offset(rules, stop)
        if after != now:
            change = _first_with(rules, after, begin, stop)
            yield since, change, now
            since, now = change, after
    if since < end:
        yield since, end, now


def _first_with(rules, offset: int, low: int, high: int) -> int:
    """The second, after `low` and up to `high`, at which the zone takes up `offset`."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(rules, middle) == offset else (middle, high)
    return high


def _open_spans(schedule: Schedule, first_day: dt.date, last_day: dt.date) -> list[Seconds]:
    """Open stretches of the UTC days `first_day` to `last_day`, both included, in seconds since the epoch."""
    margin = dt.timedelta(days=2)
    hours = _open_on(schedule, first_day - margin, last_day + margin)
    found = []
    for start, end, offset in _segments(zone(schedule.timezone), _seconds_of(first_day), _seconds_of(last_day) + DAY):
        for midnight in range((start + offset) // DAY * DAY, end + offset, DAY):
            for opens, closes in hours(_date_of(midnight)):
                begun, ended = midnight + opens - offset, midnight + closes - offset
                found.append((max(begun, start), min(ended, end)))
    return _merged(found)


def _merged(spans: Iterable[Seconds]) -> list[Seconds]:
    """Sorted, empty ones dropped, touching and overlapping ones joined."""
    merged: list[Seconds] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def open_intervals(schedule: Schedule, first_day: dt.date, last_day: dt.date) -> pd.DataFrame:
    """When the desk is open in the UTC days `first_day` to `last_day`, both included.

    Columns ``start_at, end_at``: naive UTC, half-open, touching stretches joined.
    """
    spans = _open_spans(schedule, first_day, last_day)
    columns = {"start_at": [start for start, _ in spans], "end_at": [end for _, end in spans]}
    return pd.DataFrame(
        {name: pd.to_datetime(pd.Series(values, dtype="int64"), unit="s") for name, values in columns.items()}
    )


def business_seconds_between(start: dt.datetime | None, end: dt.datetime | None, schedule: Schedule) -> float | None:
    """Business seconds from one instant to another; naive instants are UTC; None where one is missing.

    The plain way, for one pair: add up what the open stretches share with the span. An `end` before `start`
    gives a negative number.
    """
    if start is None or end is None or start is pd.NaT or end is pd.NaT:
        return None
    begun, ended = _utc(start), _utc(end)
    if ended < begun:
        return -business_seconds_between(end, start, schedule)
    total = 0.0
    for opens, closes in _open_spans(schedule, begun.date(), ended.date()):
        low, high = max(begun, _instant(opens)), min(ended, _instant(closes))
        total += max((high - low) / dt.timedelta(seconds=1), 0.0)
    return total


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _instant(seconds: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)


# The calendar -------------------------------------------------------------------------------------


def calendar(schedules: Iterable[Schedule], first_day: dt.date, last_day: dt.date) -> pd.DataFrame:
    """One row per schedule and UTC day from `first_day` to `last_day`, both included.

    Returns
    -------
    DataFrame
        ``schedule`` (name), ``day`` (date), ``before_s`` (business seconds from `first_day` to the start of
        that day) and the day's open intervals in seconds of the UTC day: ``s1, e1, s2, e2, ...``; unused pairs
        are 0, 0.
    """
    rows = []
    names: set[str] = set()
    for schedule in schedules:
        if schedule.name in names:
            raise ConfigError(f"two schedules are named '{schedule.name}'.")
        names.add(schedule.name)
        rows += _days(schedule, first_day, last_day)
    width = max([1, *(len(spans) for *_, spans in rows)])
    flat = [(*row, *_padded(spans, width)) for *row, spans in rows]
    pairs = [f"{side}{number}" for number in range(1, width + 1) for side in "se"]
    frame = pd.DataFrame(flat, columns=["schedule", "day", "before_s", *pairs])
    return frame.astype(dict.fromkeys(["before_s", *pairs], "int64"))


def _days(schedule: Schedule, first_day: dt.date, last_day: dt.date) -> list[tuple[str, dt.date, int, list[Seconds]]]:
    by_day: dict[int, list[Seconds]] = {}
    for start, end in _open_spans(schedule, first_day, last_day):
        for midnight in range(start // DAY * DAY, end, DAY):
            span = (max(start, midnight) - midnight, min(end, midnight + DAY) - midnight)
            by_day.setdefault(midnight, []).append(span)
    rows, before = [], 0
    for midnight in range(_seconds_of(first_day), _seconds_of(last_day) + DAY, DAY):
        spans = by_day.get(midnight, [])
        rows.append((schedule.name, _date_of(midnight), before, spans))
        before += sum(end - start for start, end in spans)
    return rows


def _padded(spans: list[Seconds], width: int) -> list[int]:
    return [second for span in spans + [(0, 0)] * (width - len(spans)) for second in span]


def calendar_table(frame: pd.DataFrame) -> ir.Table:
    """The calendar's DataFrame as an Ibis table with stated types, also when it is empty."""
    types = dict.fromkeys(frame.columns, "int64") | {"schedule": "string", "day": "date"}
    return ibis.memtable(frame, schema=ibis.schema(types))


def span_of(rows: ir.Table, *columns: str) -> tuple[dt.date | None, dt.date | None]:
    """The first and last UTC day of any instant in `columns`: what a calendar must cover; else None, None."""
    bounds = rows.agg(
        **{f"low_{i}": rows[name].min().date() for i, name in enumerate(columns)},
        **{f"high_{i}": rows[name].max().date() for i, name in enumerate(columns)},
    ).to_pyarrow()
    days = [value for value in bounds.to_pylist()[0].values() if value is not None]
    return (min(days), max(days)) if days else (None, None)


# Business seconds of many rows --------------------------------------------------------------------


def business_seconds(
    rows: ir.Table,
    calendar: ir.Table,
    start: str,
    end: str,
    schedule: str,
    *,
    name: str = "business_s",
    state: str | None = None,
) -> ir.Table:
    """`rows` with the business seconds from `start` to `end`, microseconds kept.

    Parameters
    ----------
    calendar : as `calendar` makes it, as a table; one row per schedule and UTC day.
    start, end : columns of naive UTC timestamps. An end before its start gives a negative number.
    schedule : column with the name of the row's schedule.
    state : name for a further column that says how the number came about: ``measured`` (0 is a measurement),
        ``not_applicable`` (start or end missing), ``no_schedule`` (missing, or not in the calendar) or
        ``outside_calendar`` (an instant before its first or after its last day). Only ``measured`` has one.
    """
    timed = _with_elapsed(rows, calendar, start, schedule, "_kt_from")
    timed = _with_elapsed(timed, calendar, end, schedule, "_kt_to")
    timed = timed.mutate(**{name: timed["_kt_to"] - timed["_kt_from"]}).drop("_kt_from", "_kt_to")
    return _with_state(timed, calendar, (start, end), schedule, name, state) if state else timed


def _with_elapsed(rows: ir.Table, calendar: ir.Table, at: str, schedule: str, name: str) -> ir.Table:
    """`rows` with the business seconds from the calendar's first day to the instant `at`."""
    days = calendar.rename({f"_kt_{column}": column for column in calendar.columns})
    joined = rows.left_join(days, [rows[schedule] == days["_kt_schedule"], rows[at].date() == days["_kt_day"]])
    second = joined[at].delta(joined[at].truncate("D"), unit="microsecond") / 1e6
    elapsed = joined["_kt_before_s"].cast("float64")
    for number in range(1, (len(calendar.columns) - 3) // 2 + 1):
        opens, closes = joined[f"_kt_s{number}"], joined[f"_kt_e{number}"]
        elapsed += ibis.greatest(ibis.least(second, closes) - opens, 0.0)
    return joined.mutate(**{name: elapsed}).drop(*days.columns)


def _with_state(rows, calendar, instants, schedule: str, name: str, state: str) -> ir.Table:
    known = calendar.select(_kt_known=calendar.schedule).distinct()
    joined = rows.left_join(known, rows[schedule] == known["_kt_known"])
    missing = joined[instants[0]].isnull() | joined[instants[1]].isnull()
    word = ibis.cases(
        (missing, "not_applicable"),
        (joined["_kt_known"].isnull(), "no_schedule"),
        (joined[name].isnull(), "outside_calendar"),
        else_="measured",
    )
    return joined.mutate(**{state: word}).drop("_kt_known")


def business_seconds_over(
    rows: ir.Table,
    calendar: ir.Table,
    start: str,
    end: str,
    spans: ir.Table,
    *,
    schedule: str = "schedule",
    created: str | None = None,
    mode: str = "all",
    name: str = "business_s",
) -> ir.Table:
    """`rows` with business seconds where a ticket comes under other schedules as time goes by.

    Parameters
    ----------
    rows : with ``ticket_id`` and the instants `start` and `end`.
    spans : ``ticket_id, at, schedule``: from `at` on the ticket is under that schedule.
    schedule : column of `rows` with the schedule that holds before the ticket's first span.
    created : column of `rows` with the instant at which the ticket was made. The own schedule takes hold at that
        instant, so spans stamped earlier count for nothing; without it they count.
    mode : ``all`` adds up each schedule's business time in its own span; ``last`` measures the whole stretch
        by the last schedule the ticket was given.

    A number is missing where start or end is, and where any stretch it needs is under an unknown schedule.
    """
    if mode not in ("all", "last"):
        raise unknown("mode", mode, ("all", "last"), where="business_seconds_over")
    spans = spans.filter(spans["at"].notnull()).select("ticket_id", "at", "schedule")
    if created:
        spans = _since(spans, rows, created)
    if mode == "last":
        return _by_last(rows, calendar, start, end, spans, schedule, name)
    timed = _before_first(rows, calendar, start, end, spans, schedule)
    later = _after_first(rows, calendar, start, end, spans)
    keys = [timed[key] == later[f"_kt_key_{i}"] for i, key in enumerate(("ticket_id", start, end))]
    timed = timed.left_join(later, keys)
    under = ibis.cases((timed["_kt_unknown"] > 0, ibis.null("float64")), else_=timed["_kt_under"].fill_null(0.0))
    timed = timed.mutate(**{name: timed["_kt_before"] + under})
    return timed.drop("_kt_before", *later.columns)


def _since(spans: ir.Table, rows: ir.Table, created: str) -> ir.Table:
    """The spans that begin when their ticket exists."""
    made = rows.group_by(_kt_ticket=rows.ticket_id).agg(_kt_made=rows[created].min())
    joined = spans.left_join(made, spans.ticket_id == made["_kt_ticket"])
    kept = joined.filter(joined["_kt_made"].isnull() | (joined["at"] >= joined["_kt_made"]))
    return kept.drop("_kt_ticket", "_kt_made")


def _by_last(rows, calendar, start: str, end: str, spans, schedule: str, name: str) -> ir.Table:
    last = spans.group_by(_kt_ticket=spans.ticket_id).agg(_kt_last=spans["schedule"].argmax(spans["at"]))
    joined = rows.left_join(last, rows.ticket_id == last["_kt_ticket"])
    joined = joined.mutate(_kt_last=ibis.coalesce(joined["_kt_last"], joined[schedule])).drop("_kt_ticket")
    return business_seconds(joined, calendar, start, end, "_kt_last", name=name).drop("_kt_last")


def _before_first(rows, calendar, start: str, end: str, spans, schedule: str) -> ir.Table:
    """`rows` with ``_kt_before``: business seconds up to the ticket's first span, by the own schedule."""
    first = spans.group_by(_kt_ticket=spans.ticket_id).agg(_kt_first=spans["at"].min())
    joined = rows.left_join(first, rows.ticket_id == first["_kt_ticket"])
    cut = ibis.least(joined[end], ibis.coalesce(joined["_kt_first"], joined[end]))
    joined = joined.mutate(_kt_cut=ibis.cases((joined[end].isnull(), ibis.null(joined[end].type())), else_=cut))
    timed = business_seconds(joined, calendar, start, "_kt_cut", schedule, name="_kt_before")
    none_of_it = timed[end].notnull() & (timed["_kt_cut"] <= timed[start]) & (timed["_kt_first"] <= timed[start])
    before = ibis.cases((none_of_it, 0.0), else_=timed["_kt_before"])
    return timed.mutate(_kt_before=before).drop("_kt_ticket", "_kt_first", "_kt_cut")


def _after_first(rows, calendar, start: str, end: str, spans) -> ir.Table:
    """Per ticket, start and end: ``_kt_under``, the business seconds under the ticket's spans, and
    ``_kt_unknown``, how many stretches have no usable schedule."""
    by_ticket = ibis.window(group_by=spans.ticket_id, order_by=[spans["at"], spans["schedule"]])
    spans = spans.mutate(_kt_until=spans["at"].lead().over(by_ticket)).rename(_kt_ticket="ticket_id")
    keys = rows.filter(rows[start].notnull() & rows[end].notnull())
    keys = keys.select(_kt_key_0=keys["ticket_id"], _kt_key_1=keys[start], _kt_key_2=keys[end]).distinct()
    pieces = keys.inner_join(spans, keys["_kt_key_0"] == spans["_kt_ticket"])
    pieces = pieces.mutate(
        _kt_start=ibis.greatest(pieces["_kt_key_1"], pieces["at"]),
        _kt_end=ibis.least(pieces["_kt_key_2"], ibis.coalesce(pieces["_kt_until"], pieces["_kt_key_2"])),
    )
    pieces = pieces.filter(pieces["_kt_start"] < pieces["_kt_end"])
    timed = business_seconds(pieces, calendar, "_kt_start", "_kt_end", "schedule", name="_kt_s")
    return timed.group_by("_kt_key_0", "_kt_key_1", "_kt_key_2").agg(
        _kt_under=timed["_kt_s"].sum(), _kt_unknown=timed["_kt_s"].isnull().sum()
    )


# The wall clock -----------------------------------------------------------------------------------


def to_local(expr: ir.TimestampValue, timezone: str, spanned: tuple[int, int] = (1900, 2100)) -> ir.TimestampValue:
    """Naive UTC timestamps as the wall clock of `timezone` shows them, also naive.

    `spanned`: first and last year of the moments; the zone's changes in those years are written out, so that any SQL
    engine can follow. Outside them the nearest offset is taken.
    """
    start, found = changes(check_zone(timezone), *spanned)
    offset = _offset_at(expr, start, found)
    if isinstance(offset, int):
        return expr + ibis.interval(seconds=offset) if offset else expr
    return expr + offset.as_interval("s")


def _offset_at(expr: ir.TimestampValue, start: int, found: tuple[Change, ...]) -> int | ir.IntegerValue:
    """Seconds from UTC at each moment, asked by halves."""
    if not found:
        return start
    middle = len(found) // 2
    before = _offset_at(expr, start, found[:middle])
    after = _offset_at(expr, found[middle].after, found[middle + 1 :])
    return ibis.ifelse(expr < ibis.literal(found[middle].at, type="timestamp(6)"), before, after)


def to_local_series(series: pd.Series, timezone: str) -> pd.Series:
    """The same in pandas: naive UTC in, naive wall clock out; missing stays missing."""
    moments: Any = pd.to_datetime(series)
    return moments.dt.tz_localize("UTC").dt.tz_convert(check_zone(timezone)).dt.tz_localize(None)
