"""Business time, by hand and against a count minute by minute."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpitools.clock import (
    STATES,
    Schedule,
    always,
    business_seconds,
    business_seconds_between,
    business_seconds_over,
    calendar,
    calendar_table,
    holidays_of,
    open_intervals,
    span_of,
    special_days,
    to_local,
    to_local_series,
)
from kpitools.errors import ConfigError, UnknownNameError
from kpitools.hours import parse_weekly
from kpitools.settings import read_settings
from kpitools.words import LANGUAGES, say

DAY = dt.timedelta(days=1)
NINE_TO_FIVE = parse_weekly({"mon-fri": "09:00-17:00"})
NIGHTS = parse_weekly({"daily": "22:00-06:00"})
ROUND_THE_CLOCK = parse_weekly("24/7")


def schedule(weekly=None, zone="UTC", name="office", **further) -> Schedule:
    return Schedule(name, zone, ((None, weekly or NINE_TO_FIVE),), **further)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def hours(start: str, end: str, plan: Schedule) -> float:
    return business_seconds_between(at(start), at(end), plan) / 3600


# By hand ------------------------------------------------------------------------------------------


def test_a_weekend_does_not_count():
    # Friday 16:00 to Monday 10:00: one hour and one hour.
    assert hours("2025-03-07 16:00", "2025-03-10 10:00", schedule()) == 2


def test_a_lunch_break_does_not_count():
    plan = schedule(parse_weekly({"t2-t6": ["08:00-12:00", "13:00-17:30"]}), "Asia/Ho_Chi_Minh")

    # 11:00 to 14:00 on the desk's clock, seven hours ahead of UTC.
    assert hours("2025-03-04 04:00", "2025-03-04 07:00", plan) == 2


def test_outside_hours_is_a_measured_zero():
    assert hours("2025-03-08 08:00", "2025-03-09 20:00", schedule()) == 0


def test_a_missing_instant_gives_no_number():
    assert business_seconds_between(None, at("2025-03-08 08:00"), schedule()) is None
    assert business_seconds_between(pd.NaT, at("2025-03-08 08:00"), schedule()) is None


def test_an_end_before_its_start_is_negative():
    assert hours("2025-03-04 12:00", "2025-03-04 10:00", schedule()) == -2


def test_an_instant_with_an_offset_is_the_same_moment():
    start = dt.datetime(2025, 3, 4, 10, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))

    # 03:00 UTC; the desk opens at 09:00.
    assert business_seconds_between(start, at("2025-03-04 10:00"), schedule()) == 3600


@pytest.mark.parametrize(
    ("day", "zone", "length"),
    [
        ("2025-03-09", "America/Chicago", 23),
        ("2025-11-02", "America/Chicago", 25),
        ("2025-10-05", "Australia/Lord_Howe", 23.5),
        ("2025-04-06", "Australia/Lord_Howe", 24.5),
        ("2025-03-09", "Asia/Ho_Chi_Minh", 24),
    ],
)
def test_a_local_day_counts_the_hours_that_really_passed(day, zone, length):
    first = dt.date.fromisoformat(day)
    ends = [dt.datetime.combine(d, dt.time(), ZoneInfo(zone)) for d in (first, first + DAY)]

    assert business_seconds_between(*ends, schedule(ROUND_THE_CLOCK, zone)) / 3600 == length


def test_hours_that_the_clock_jumps_over_do_not_count():
    # Chicago skips 02:00 to 03:00; the shift from 01:00 to 04:00 lasts two hours.
    plan = schedule(parse_weekly({"sun": "01:00-04:00"}), "America/Chicago")

    assert hours("2025-03-09 00:00", "2025-03-10 00:00", plan) == 2


def test_an_opening_inside_the_jump_happens_at_the_jump():
    # 02:30 never shows; the clock goes from 02:00 to 03:00 at 08:00 UTC.
    plan = schedule(parse_weekly({"sun": "02:30-05:00"}), "America/Chicago")
    found = open_intervals(plan, dt.date(2025, 3, 9), dt.date(2025, 3, 9))

    assert found.iloc[0].tolist() == [pd.Timestamp("2025-03-09 08:00"), pd.Timestamp("2025-03-09 10:00")]


def test_hours_that_the_clock_shows_twice_count_twice():
    # Chicago shows 01:00 to 02:00 twice.
    plan = schedule(parse_weekly({"sun": "01:30-04:00"}), "America/Chicago")
    found = open_intervals(plan, dt.date(2025, 11, 2), dt.date(2025, 11, 2))

    assert found["start_at"].dt.strftime("%H:%M").tolist() == ["06:30", "07:30"]
    assert found["end_at"].dt.strftime("%H:%M").tolist() == ["07:00", "10:00"]


def test_a_night_shift_is_cut_where_a_closed_day_begins_and_goes_on_where_it_ends():
    plan = schedule(NIGHTS, closed=frozenset({dt.date(2025, 3, 5)}))
    found = open_intervals(plan, dt.date(2025, 3, 4), dt.date(2025, 3, 6))

    assert found["start_at"].dt.strftime("%d %H").tolist() == ["04 00", "04 22", "06 00", "06 22"]
    assert found["end_at"].dt.strftime("%d %H").tolist() == ["04 06", "05 00", "06 06", "07 00"]


def test_a_night_shift_begun_before_a_change_of_hours_is_finished():
    plan = Schedule("n", "UTC", ((None, NIGHTS), (dt.date(2025, 3, 5), NINE_TO_FIVE)))

    assert hours("2025-03-04 20:00", "2025-03-05 12:00", plan) == 8 + 3


def test_hours_change_on_a_local_day():
    longer = parse_weekly({"mon-fri": "08:00-18:00"})
    plan = Schedule("o", "UTC", ((None, NINE_TO_FIVE), (dt.date(2025, 3, 5), longer)))

    assert hours("2025-03-04 00:00", "2025-03-05 00:00", plan) == 8
    assert hours("2025-03-05 00:00", "2025-03-06 00:00", plan) == 10


def test_before_its_first_week_a_schedule_is_closed():
    plan = Schedule("o", "UTC", ((dt.date(2025, 3, 5), NINE_TO_FIVE),))

    assert hours("2025-03-03 00:00", "2025-03-06 00:00", plan) == 8


def test_a_make_up_saturday_is_open_and_a_worked_holiday_too():
    saturday, holiday = dt.date(2025, 3, 8), dt.date(2025, 9, 2)
    plan = schedule(holiday_country="VN", open_days=((saturday, ((28800, 43200),)), (holiday, None)))

    assert hours("2025-03-08 00:00", "2025-03-09 00:00", plan) == 4
    assert hours("2025-09-02 00:00", "2025-09-03 00:00", plan) == 8


def test_vietnamese_holidays_include_days_off_in_lieu():
    days = holidays_of("VN", dt.date(2025, 1, 1), dt.date(2025, 12, 31))

    assert {dt.date(2025, 1, 29), dt.date(2025, 4, 7), dt.date(2025, 5, 2), dt.date(2025, 9, 1)} <= days.keys()
    assert hours("2025-05-01 00:00", "2025-05-03 00:00", schedule(holiday_country="VN")) == 0


def test_the_days_that_depart_from_the_week_are_stated():
    plan = schedule(
        holiday_country="VN",
        closed=frozenset({dt.date(2025, 9, 3)}),
        open_days=((dt.date(2025, 9, 1), None),),
    )
    found = special_days(plan, dt.date(2025, 9, 1), dt.date(2025, 9, 30))

    assert found["kind"].tolist() == ["open", "holiday", "closed"]
    assert found["name"].tolist()[1] == "National Day"


def test_every_word_of_the_clock_exists_in_both_languages():
    keys = [f"clock.state.{state}" for state in STATES]
    keys += [f"clock.special.{kind}" for kind in ("holiday", "closed", "open")]

    assert all(say(key, language) for key in keys for language in LANGUAGES)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"timezone": "Asia/Hanoi"}, "Did you mean 'Asia/Ho_Chi_Minh'?"),
        ({"timezone": "Europe/Lodnon"}, "Did you mean 'Europe/London'?"),
        ({"holiday_country": "VM"}, "no holiday country named 'VM'. Write its two-letter code"),
        ({"holiday_country": "US-ZZ"}, "no part of US named 'ZZ'"),
        ({"changes": ()}, "needs hours"),
        ({"changes": ((dt.date(2025, 1, 1), {}), (None, {}))}, "in order of date"),
    ],
)
def test_a_schedule_that_cannot_be_followed_says_why(wrong, message):
    with pytest.raises(ConfigError) as error:
        Schedule(**({"name": "o", "timezone": "UTC", "changes": ((None, {}),)} | wrong))

    assert message in str(error.value)


# The calendar -------------------------------------------------------------------------------------


def test_the_calendar_has_a_row_for_each_schedule_and_day():
    found = calendar([schedule(), always()], dt.date(2025, 3, 7), dt.date(2025, 3, 10))

    assert found["schedule"].tolist() == ["office"] * 4 + ["24/7"] * 4
    assert found["before_s"].tolist() == [0, 28800, 28800, 28800, 0, 86400, 172800, 259200]
    assert found.loc[0, ["s1", "e1"]].tolist() == [32400, 61200]
    assert found.loc[1, ["s1", "e1"]].tolist() == [0, 0]
    assert found.loc[4, ["s1", "e1"]].tolist() == [0, 86400]


def test_two_schedules_of_one_name_are_refused():
    with pytest.raises(ConfigError, match="two schedules are named 'office'"):
        calendar([schedule(), schedule(NIGHTS)], dt.date(2025, 3, 7), dt.date(2025, 3, 10))


def test_an_empty_calendar_is_still_a_table():
    assert calendar_table(calendar([], dt.date(2025, 3, 7), dt.date(2025, 3, 10))).columns[:2] == ("schedule", "day")


# Many rows, on DuckDB -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def con():
    return ibis.duckdb.connect()


def table(con, rows: list[tuple], columns: str) -> ibis.Table:
    """A table of texts and, where the column is an instant, timestamps."""
    frame = pd.DataFrame(rows, columns=columns.split())
    for name in frame.columns:
        if name.endswith("at"):
            frame[name] = pd.to_datetime(frame[name], format="ISO8601").astype("datetime64[us]")
    types = {n: "timestamp(6)" if n.endswith("at") else "string" for n in frame.columns}
    return con.create_table(ibis.util.gen_name("t"), ibis.memtable(frame, schema=ibis.schema(types)))


@pytest.fixture(scope="module")
def march(con):
    """March 2025 of an office open on weekdays from nine to five, and of one that never closes."""
    frame = calendar([schedule(), always("all")], dt.date(2025, 3, 1), dt.date(2025, 3, 31))
    return con.create_table("march", frame)


def test_every_row_comes_back_with_its_seconds_and_how_they_came_about(con, march):
    rows = table(
        con,
        [
            ("a", "2025-03-07 16:00:00.25", "2025-03-10 10:00", "office"),
            ("b", "2025-03-08 08:00", "2025-03-08 09:00", "office"),
            ("c", "2025-03-08 08:00", None, "office"),
            ("d", "2025-03-08 08:00", "2025-03-08 09:00", None),
            ("e", "2025-03-08 08:00", "2025-03-08 09:00", "nowhere"),
            ("f", "2025-02-08 08:00", "2025-03-08 09:00", "office"),
            ("g", "2025-03-04 12:00", "2025-03-04 10:00", "all"),
        ],
        "ticket_id begun_at ended_at schedule",
    )
    found = business_seconds(rows, march, "begun_at", "ended_at", "schedule", state="state").to_pandas()
    found = found.sort_values("ticket_id")

    assert found["business_s"].fillna(-1).tolist() == [7199.75, 0, -1, -1, -1, -1, -7200]
    assert found["state"].tolist() == [
        "measured",
        "measured",
        "not_applicable",
        "no_schedule",
        "no_schedule",
        "outside_calendar",
        "measured",
    ]
    assert found.columns.tolist() == ["ticket_id", "begun_at", "ended_at", "schedule", "business_s", "state"]


def test_a_microsecond_is_kept(con, march):
    rows = table(con, [("2025-03-04 10:00:00.000001", "2025-03-04 10:00:00.000003", "office")], "a_at b_at s")
    found = business_seconds(rows, march, "a_at", "b_at", "s").to_pandas()

    assert found["business_s"].iloc[0] == pytest.approx(2e-6, abs=1e-9)


def test_the_days_to_cover_are_found_in_the_data(con):
    rows = table(con, [("2025-03-04 10:00", None), ("2025-03-01 23:59", "2025-03-09 00:00")], "a_at b_at")

    assert span_of(rows, "a_at", "b_at") == (dt.date(2025, 3, 1), dt.date(2025, 3, 9))
    assert span_of(rows.filter(rows.a_at > "2026-01-01"), "a_at") == (None, None)


@pytest.fixture(scope="module")
def moved(con):
    """One ticket from Friday 16:00 to Monday 10:00 that comes under the round-the-clock schedule on Sunday."""
    rows = [("a", "2025-03-07 16:00", "2025-03-10 10:00", "office"), ("b", "2025-03-07 16:00", None, "office")]
    return table(con, rows, "ticket_id begun_at ended_at schedule")


def over(rows, march, spans, **how) -> list:
    found = business_seconds_over(rows, march, "begun_at", "ended_at", spans, **how).to_pandas()
    return (found.sort_values("ticket_id")["business_s"] / 3600).fillna(-1).tolist()


def test_business_time_is_added_up_over_the_schedules_of_a_ticket(con, march, moved):
    spans = table(con, [("a", "2025-03-09 20:00", "all")], "ticket_id at schedule")

    assert over(moved, march, spans) == [1 + 14, -1]
    assert over(moved, march, spans, mode="last") == [66, -1]


def test_a_ticket_may_come_back_to_a_schedule(con, march, moved):
    spans = table(con, [("a", "2025-03-09 20:00", "all"), ("a", "2025-03-09 22:00", "office")], "ticket_id at schedule")

    assert over(moved, march, spans) == [1 + 2 + 1, -1]
    assert over(moved, march, spans, mode="last") == [2, -1]


def test_spans_before_and_after_the_stretch_do_not_matter(con, march, moved):
    spans = table(
        con,
        [("a", "2025-03-01 00:00", "all"), ("a", "2025-03-02 00:00", "office"), ("a", "2025-03-20 00:00", "all")],
        "ticket_id at schedule",
    )

    assert over(moved, march, spans) == [2, -1]


def test_the_own_schedule_is_not_asked_for_where_spans_cover_all(con, march, moved):
    spans = table(con, [("a", "2025-03-01 00:00", "all")], "ticket_id at schedule")
    rows = moved.mutate(schedule=ibis.null("string"))

    assert over(rows, march, spans) == [66, -1]


def test_a_span_stamped_before_the_ticket_was_made_can_be_left_out(con, march, moved):
    spans = table(con, [("a", "2025-03-07 15:59:58", "all")], "ticket_id at schedule")

    assert over(moved, march, spans) == [66, -1]
    assert over(moved, march, spans, created="begun_at") == [2, -1]


def test_a_stretch_under_an_unknown_schedule_has_no_number(con, march, moved):
    spans = table(con, [("a", "2025-03-09 20:00", "nowhere")], "ticket_id at schedule")

    assert over(moved, march, spans) == [-1, -1]


def test_several_stretches_of_one_ticket_keep_their_rows(con, march):
    rows = [("a", "2025-03-07 16:00", "2025-03-10 10:00", "office")] * 2
    rows += [("a", "2025-03-08 16:00", "2025-03-10 10:00", "office"), (None, "2025-03-07 16:00", "2025-03-08", "all")]
    spans = table(con, [("a", "2025-03-09 20:00", "all")], "ticket_id at schedule")

    assert sorted(over(table(con, rows, "ticket_id begun_at ended_at schedule"), march, spans)) == [8, 14, 15, 15]


def test_an_unknown_mode_is_an_error(march, moved):
    with pytest.raises(UnknownNameError, match="no mode named 'first'"):
        business_seconds_over(moved, march, "begun_at", "ended_at", moved, mode="first")


@pytest.mark.parametrize("engine", ["duckdb", "postgres", "snowflake", "databricks"])
def test_business_seconds_compile_for_other_engines(engine):
    rows = ibis.table({"ticket_id": "string", "a_at": "timestamp(6)", "b_at": "timestamp(6)", "s": "string"}, name="r")
    frame = calendar([schedule()], dt.date(2025, 3, 1), dt.date(2025, 3, 2))
    days = ibis.table(calendar_table(frame).schema(), name="days")
    spans = ibis.table({"ticket_id": "string", "at": "timestamp(6)", "schedule": "string"}, name="spans")

    assert ibis.to_sql(business_seconds(rows, days, "a_at", "b_at", "s", state="state"), dialect=engine)
    assert ibis.to_sql(business_seconds_over(rows, days, "a_at", "b_at", spans, schedule="s"), dialect=engine)


# The wall clock -----------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "America/Chicago", "Australia/Lord_Howe", "UTC"])
def test_the_wall_clock_is_the_same_in_the_engine_and_in_pandas(con, zone):
    moments = ["2025-03-09 07:59:59.5", "2025-03-09 08:00", "2025-11-02 06:30", "2025-11-02 07:30", None]
    rows = table(con, [(moment,) for moment in moments], "x_at")
    found = rows.mutate(there=to_local(rows.x_at, zone)).to_pandas()
    wanted = to_local_series(found["x_at"], zone)

    pd.testing.assert_series_equal(found["there"], wanted, check_names=False)
    assert found["there"].isna().sum() == 1


def test_the_wall_clock_of_hanoi_is_seven_hours_ahead():
    there = to_local_series(pd.Series([pd.Timestamp("2025-03-09 20:00")]), "Asia/Ho_Chi_Minh")

    assert there.tolist() == [pd.Timestamp("2025-03-10 03:00")]


# Against a count minute by minute -----------------------------------------------------------------

ZONES = ("Asia/Ho_Chi_Minh", "America/Chicago", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata")
# The days around a change of the clock in one of the zones, and a plain week.
STARTS = ("2025-03-07", "2025-03-28", "2025-04-04", "2025-10-03", "2025-10-24", "2025-10-31", "2025-06-02")


def is_open(plan: Schedule, wall: dt.datetime) -> bool:
    """Whether the desk is open when its clock shows `wall`, from the words of the definition."""
    opened = dict(plan.open_days)
    national = holidays_of(plan.holiday_country, wall.date(), wall.date()) if plan.holiday_country else {}
    if wall.date() not in opened and (wall.date() in plan.closed or wall.date() in national):
        return False
    second = (wall - dt.datetime.combine(wall.date(), dt.time())).total_seconds()
    today, before = wall.date(), wall.date() - DAY
    own = opened.get(today)
    if own is not None:
        late = opened.get(before) or ()
    else:
        own, late = week_of(plan, today), (*week_of(plan, before), *(opened.get(before) or ()))
    return any(s <= second < e for s, e in own) or any(s <= second + 86400 < e for s, e in late)


def week_of(plan: Schedule, day: dt.date) -> tuple:
    weeks = [weekly for since, weekly in plan.changes if since is None or day >= since]
    return weeks[-1].get(day.weekday(), ()) if weeks else ()


def counted(plan: Schedule, start: dt.datetime, end: dt.datetime) -> int:
    """Open minutes from `start` to `end`, one by one."""
    zone, total, moment = ZoneInfo(plan.timezone), 0, start
    while moment < end:
        wall = moment.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None, fold=0)
        total += is_open(plan, wall)
        moment += dt.timedelta(minutes=1)
    return total


@st.composite
def weeks(draw):
    """Weekly hours: up to two intervals a day, the second perhaps over midnight."""
    week = {}
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        cuts = sorted(draw(st.sets(st.integers(0, 36 * 60), min_size=4, max_size=4)))
        pairs = [(cuts[0] * 60, cuts[1] * 60), (cuts[2] * 60, cuts[3] * 60)]
        week[day] = tuple((s, e) for s, e in pairs if s < 86400)
    return week


@st.composite
def situations(draw):
    """A schedule and a stretch of up to four days near a change of the clock."""
    first = dt.date.fromisoformat(draw(st.sampled_from(STARTS)))
    near = st.integers(-1, 6).map(lambda n: first + n * DAY)
    changes = [(None, draw(weeks()))]
    changes += [(day, draw(weeks())) for day in sorted(draw(st.sets(near, max_size=1)))]
    plan = Schedule(
        "drawn",
        draw(st.sampled_from(ZONES)),
        tuple(changes),
        closed=frozenset(draw(st.sets(near, max_size=2))),
        open_days=tuple((day, ((36000, 50400),)) for day in draw(st.sets(near, max_size=1))),
    )
    start = dt.datetime.combine(first, dt.time()) + dt.timedelta(minutes=draw(st.integers(0, 1440)))
    return plan, start, start + dt.timedelta(minutes=draw(st.integers(0, 4 * 1440)))


@settings(max_examples=60, deadline=None)
@given(situations())
def test_business_seconds_agree_with_a_count_minute_by_minute(situation):
    plan, start, end = situation
    minutes = counted(plan, start, end)

    assert business_seconds_between(start, end, plan) == minutes * 60
    assert from_calendar(plan, start, end) == minutes * 60


def from_calendar(plan: Schedule, start: dt.datetime, end: dt.datetime) -> float:
    """What the engine's formula gives, from the calendar's rows, in plain Python."""
    days = calendar([plan], start.date(), end.date()).set_index("day")

    def elapsed(moment: dt.datetime) -> float:
        row = days.loc[moment.date()]
        second = (moment - dt.datetime.combine(moment.date(), dt.time())).total_seconds()
        pairs = [(row[f"s{i}"], row[f"e{i}"]) for i in range(1, (len(days.columns) - 2) // 2 + 1)]
        return row["before_s"] + sum(min(max(second - s, 0), e - s) for s, e in pairs)

    return elapsed(end) - elapsed(start)


@settings(max_examples=10, deadline=None)
@given(st.lists(situations(), min_size=1, max_size=8))
def test_the_engine_agrees_with_the_plain_way(con, drawn):
    plans = [(f"s{i}", plan, start, end) for i, (plan, start, end) in enumerate(drawn)]
    named = [Schedule(name, p.timezone, p.changes, None, p.closed, p.open_days) for name, p, *_ in plans]
    frame = calendar(named, min(s for *_, s, _ in plans).date(), max(e for *_, e in plans).date())
    days = con.create_table("drawn_days", frame, overwrite=True)
    rows = table(con, [(name, str(s), str(e)) for name, _, s, e in plans], "schedule begun_at ended_at")
    found = business_seconds(rows, days, "begun_at", "ended_at", "schedule").to_pandas()
    wanted = {name: business_seconds_between(s, e, plan) for name, plan, s, e in plans}

    assert dict(zip(found["schedule"], found["business_s"], strict=True)) == wanted


@settings(max_examples=30, deadline=None)
@given(situations(), st.floats(0, 1))
def test_business_time_adds_up_where_a_stretch_is_cut(situation, share):
    plan, start, end = situation
    cut = start + dt.timedelta(seconds=int((end - start).total_seconds() * share))
    parts = business_seconds_between(start, cut, plan) + business_seconds_between(cut, end, plan)

    assert parts == business_seconds_between(start, end, plan)


# The guide ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guide() -> str:
    return (Path(__file__).parents[1] / "docs" / "clock.md").read_text(encoding="utf-8")


def test_the_worked_example_of_the_guide_holds(guide):
    names: dict = {}
    exec(guide.split("```python\n")[1].split("```")[0], names)

    assert (names["business_hours"], names["calendar_hours"]) == (7.0, 137.5)
    days = calendar([names["office"]], dt.date(2025, 4, 28), dt.date(2025, 5, 5)).astype({"day": str})
    for row in days.head(3).itertuples(index=False):
        assert "| " + " | ".join(str(value) for value in row) + " |" in guide
    assert days["before_s"].iloc[-1] + (9000 - 3600) == 81_000


def test_the_hours_of_the_guide_are_a_valid_desk_file(guide, tmp_path):
    (tmp_path / "desk.yml").write_text(guide.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    found = read_settings(tmp_path)

    assert found.schedules["office"].open_days[0][0] == dt.date(2025, 4, 26)
    assert found.schedules["night"].timezone == "Europe/London"
