"""The worked ticket and the tables of docs/decisions.md: our column, computed."""

from dataclasses import replace

import pandas as pd
import pytest
from conftest import ticket
from hand import answers, at, customer, moved, said, worked
from test_compute import office_settings

from kpitools.compute import compute
from kpitools.errors import NotSupportedError
from kpitools.settings import read_settings

# 3 March 2025 is a Monday.
MESSAGES = [
    ("03 16:00", "customer", True),
    ("03 16:00", "bot", True),
    ("03 16:30", "agent", False),
    ("04 09:00", "agent", True),
    ("04 10:00", "customer", True),
    ("04 10:20", "customer", True),
    ("04 15:00", "agent", True),
    ("05 09:00", "customer", True),
    ("05 11:00", "agent", True),
]
STATUS = [
    ("03 16:00", "new"),
    ("04 09:00", "pending"),
    ("04 10:00", "open"),
    ("04 15:00", "resolved"),
    ("05 09:00", "open"),
    ("05 11:00", "resolved"),
    ("08 11:00", "closed"),
]


@pytest.fixture
def desk(make_desk):
    def at(text):
        return pd.Timestamp(f"2025-03-{text}")

    said = [
        {"message_id": f"{i:02}", "ticket_id": "1", "at": at(when), "author": author, "is_public": public}
        for i, (when, author, public) in enumerate(MESSAGES)
    ]
    changes = [{"ticket_id": "1", "at": at(when), "status": status} for when, status in STATUS]
    ticket = [{"ticket_id": "1", "created_at": at("03 16:00"), "customer_id": "c", "status": "closed"}]
    return make_desk(settings=office_settings(), tickets=ticket, messages=said, status_changes=changes)


@pytest.mark.parametrize(
    ("kpi", "hours", "expected"),
    [
        ("first_response_time", "calendar", 17),
        ("first_response_time", "business", 2),
        ("average_wait_time", "calendar", 8),
        ("first_resolution_time", "calendar", 23),
        ("resolution_time", "calendar", 43),
    ],
)
def test_worked_ticket(desk, kpi, hours, expected):
    assert compute(kpi, desk, every=None, hours=hours).value.tolist() == [expected]


def test_worked_ticket_was_reopened_once_and_not_resolved_at_first_contact(desk):
    assert desk.table("tickets").to_pandas().reopens.tolist() == [1]
    assert compute("reopen_rate", desk, every=None).value.tolist() == [1]
    assert compute("first_contact_resolution_rate", desk, every=None).value.tolist() == [0]


# The tables below the worked ticket: each number of ours, on the rows described there -----------------------------

WAITING = said(
    (1, "03 09:00", "customer"), (1, "03 12:00", "agent"), (1, "03 15:00", "customer"), (1, "04 10:00", "agent")
)
IN_STATUS = moved(
    (1, "03 09:00", "new"),
    (1, "03 11:00", "open"),
    (1, "03 12:00", "pending"),
    (1, "03 15:00", "open"),
    (1, "03 16:00", "on_hold"),
    (1, "04 08:00", "open"),
    (1, "04 10:00", "resolved"),
)
WAITED = {
    "tickets": [{"ticket_id": "1", "created_at": at("03 09:00"), "status": "resolved"}],
    "messages": WAITING,
    "status_changes": IN_STATUS,
}
RESOLVED = {
    "tickets": [
        ticket(name, "03 09:00", resolved="03 12:00", agent_replies=replies, reopens=reopens, customer_id=name)
        for name, replies, reopens in (("A", 0, 0), ("B", 1, 0), ("C", 1, 1), ("D", 4, 0))
    ]
}
ROUTE = {
    "status_changes": moved(
        (1, "03 09:00", "new", "first", "a"),
        (1, "03 10:00", "open", "other first", "a"),
        (1, "03 11:00", "open", "experts", "b"),
    )
}
ICMI = {
    "queue_intervals": [
        {
            "started_at": at("03 09:00"),
            "offered": 1060,
            "answered": 1000,
            "abandoned": 60,
            "short_abandoned": 10,
            "answered_in_target": 860,
        }
    ]
}
FIVE = [5, 5, 5, 5, 4, 4, 3, 3, 2, 1]
RATED = {"surveys": answers("csat", "1-5", [*FIVE, None, None])}
WEIGHTED = {"surveys": answers("csat", "1-5", FIVE, [2.0 if score == 5 else 1.0 for score in FIVE])}
PAID = {"agent_days": [worked("x", "03", handling=5, available=1, logged_in=7, paid=8)]}
FEBRUARY = {"every": "month", "start": "2025-02-01", "end": "2025-03-01"}
THERE = {
    "customers": [
        customer("a", "2025-01-02"),
        customer("b", "2025-01-02", "2025-02-10"),
        customer("c", "2025-01-02"),
        customer("d", "2025-02-02"),
        customer("e", "2025-02-03"),
    ]
}
TABLES = [
    ("average_wait_time", WAITED, {}, {}, 11),
    ("next_reply_time", WAITED, {}, {}, 19),
    ("requester_wait_time", WAITED, {}, {}, 22),
    ("requester_wait_time", WAITED, {"requester_wait_counts_on_hold": False}, {}, 6),
    ("first_contact_resolution_rate", RESOLVED, {}, {}, 2 / 4),
    ("first_contact_resolution_rate", RESOLVED, {"fcr_needs_no_reopen": False}, {}, 3 / 4),
    ("one_touch_rate", RESOLVED, {}, {}, 2 / 4),
    ("replies_per_ticket", RESOLVED, {}, {}, 1.5),
    ("reopen_rate", RESOLVED, {}, {}, 1 / 4),
    ("transfer_rate", ROUTE, {}, {}, 1),
    ("transfer_rate", ROUTE, {"transfer_of": "agent"}, {}, 1),
    ("escalation_rate", ROUTE, {}, {}, 1),
    ("service_level", ICMI, {}, {}, 860 / 1060),
    ("service_level", ICMI, {"service_level_denominator": "offered_minus_short_abandons"}, {}, 860 / 1050),
    ("service_level", ICMI, {"service_level_denominator": "answered"}, {}, 860 / 1000),
    ("abandonment_rate", ICMI, {}, {}, 60 / 1060),
    ("csat", RATED, {}, {}, 0.6),
    ("csat", RATED, {"csat_method": "top_one"}, {}, 0.4),
    ("csat", RATED, {"csat_method": "two_way"}, {}, 0.75),
    ("csat_mean", RATED, {}, {}, 3.7),
    ("survey_response_rate", RATED, {}, {}, 10 / 12),
    ("csat", WEIGHTED, {}, {}, 10 / 14),
    ("nps", {"surveys": answers("nps", "0-10", [10, 9, 9, 8, 7, 6, 3])}, {}, {}, 100 / 7),
    ("ces", {"surveys": answers("ces", "1-7", [7, 6, 5, 2])}, {}, {}, 5.0),
    ("ces", {"surveys": answers("ces", "1-5", [1, 2, 2, 5])}, {"ces_version": "1.0"}, {}, 2.5),
    ("customer_retention_rate", THERE, {}, FEBRUARY, 2 / 3),
    ("customer_churn_rate", THERE, {}, FEBRUARY, 1 / 3),
    ("occupancy", PAID, {}, {}, 5 / 6),
    ("utilization", PAID, {}, {}, 0.75),
]


@pytest.mark.parametrize(("kpi", "rows", "options", "asked", "expected"), TABLES)
def test_our_number_in_the_tables(make_desk, kpi, rows, options, asked, expected):
    settings = replace(read_settings(None), team_levels={"first": 1, "other first": 1, "experts": 2})
    found = compute(kpi, make_desk(settings=settings, **rows), options=options, **({"every": None} | asked))

    assert found.value.tolist() == [pytest.approx(expected, rel=1e-9)]


def test_two_per_cent_a_month_is_a_year_of_them(make_desk):
    """50 customers there on 1 February, one of whom leaves: 1 - 0.98^12 = 21.5 %, and the interval follows."""
    rows = [customer(f"{i}", "2025-01-02", "2025-02-10" if i == 0 else None) for i in range(50)]
    desk = make_desk(customers=rows)
    month = compute("customer_churn_rate", desk, **FEBRUARY).iloc[0]
    year = compute("customer_churn_rate", desk, options={"churn_annualised": True}, **FEBRUARY).iloc[0]

    assert (month.value, month.k, month.n) == (0.02, 1, 50)
    assert year.value == pytest.approx(0.2152833, abs=1e-7)
    assert (year.low, year.high) == pytest.approx((1 - (1 - month.low) ** 12, 1 - (1 - month.high) ** 12))
    assert (year.k, year.n) == (1, 50)


@pytest.mark.parametrize(
    ("kpi", "scale", "scores", "options"),
    [("ces", "1-7", [7, 6], {"ces_version": "1.0"}), ("ces", "1-5", [1, 2], {}), ("csat_mean", "0-1", [1, 0], {})],
)
def test_answers_on_another_scale_are_no_score(make_desk, kpi, scale, scores, options):
    desk = make_desk(surveys=answers(kpi.partition("_")[0], scale, scores))
    with pytest.raises(NotSupportedError, match="the last 2 are .* scale"):
        compute(kpi, desk, every=None, options=options)


def test_nps_refuses_another_scale_instead_of_guessing(make_desk):
    rows = answers("nps", "0-10", [9, 9]) + [answers("nps", "1-5", [5])[0] | {"survey_id": "x"}]
    desk = make_desk(surveys=rows)

    with pytest.raises(
        NotSupportedError, match="lacks one scale: rows not on the 0 to 10 scale: 1; to drop them would be a guess"
    ):
        compute("nps", desk)
    assert "0 to 10" in desk.kpis().set_index("kpi").missing["nps"]


def test_without_statuses_the_time_on_hold_cannot_be_left_out(make_desk):
    desk = make_desk(tickets=[ticket(1, "03 09:00", resolved="04 09:00", requester_wait_s=3600.0)])

    assert compute("requester_wait_time", desk, every=None).value.tolist() == [1.0]
    with pytest.raises(NotSupportedError, match="status_changes.status.* .to leave out the time on hold"):
        compute("requester_wait_time", desk, every=None, options={"requester_wait_counts_on_hold": False})


def test_short_abandons_need_the_wait_of_those_who_gave_up(make_desk):
    rows = [{"call_id": "1", "offered_at": at("03 09:00"), "answered_at": at("03 09:00"), "is_abandoned": False}]
    asked = {"service_level_denominator": "offered_minus_short_abandons"}

    with pytest.raises(
        NotSupportedError, match="calls.wait_s.* of abandoned calls or .*queue_intervals.short_abandoned"
    ):
        compute("service_level", make_desk(calls=rows), every=None, options=asked)


def test_escalation_needs_levels(make_desk):
    with pytest.raises(NotSupportedError, match="team_levels in desk.yml"):
        compute("escalation_rate", make_desk(**ROUTE), every=None)


def test_the_parts_of_the_waiting_time_are_business_hours_too(make_desk):
    """Monday 9 to Tuesday 10 of the example, from 8 to 17: new 2, open 1, open 1, on hold 1 + 0, open 2."""
    desk = make_desk(settings=office_settings(), **WAITED)

    assert compute("requester_wait_time", desk, every=None, hours="business").value.tolist() == [7.0]
