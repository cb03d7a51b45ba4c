"""Every headline KPI on a few rows whose answer is worked out by hand in the test."""

import datetime as dt
import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import ticket

from kpitools.compute import account, compute
from kpitools.desk import Desk
from kpitools.errors import ConfigError, NotSupportedError, UnknownNameError
from kpitools.kpis import CATALOGUE

MONDAY = pd.Timestamp("2025-03-03")


def one(frame):
    """The single row of a result."""
    assert len(frame) == 1
    return frame.iloc[0]


def test_unanswered_tickets_do_not_count_in_the_closed_view_but_are_counted_beside_it(make_desk):
    rows = [
        ticket(1, "03 09:00", "03 10:00"),  # 1 h
        ticket(2, "03 09:00", "03 12:00"),  # 3 h
        ticket(3, "04 09:00", "04 17:00"),  # 8 h
        ticket(4, "05 09:00"),  # never
    ]
    week = one(compute("first_response_time", make_desk(tickets=rows), view="closed"))

    assert week.period == MONDAY
    assert week.value == 3.0
    assert week.n == 3
    assert week["mean"] == 4.0


def test_open_tickets_lengthen_the_median_by_kaplan_meier(make_desk):
    rows = [
        ticket(1, "03 00:00", "03 01:00"),  # answered after 1 h: 4 at risk, curve 3/4
        ticket(2, "03 00:00", "03 03:00"),  # 3 h: 3 at risk, curve 3/4 x 2/3 = 1/2
        ticket(3, "03 00:00", "03 08:00"),  # 8 h: 2 at risk, curve 1/4
        ticket(4, "03 00:00"),  # waits still, 12 h at the export
    ]
    week = one(compute("first_response_time", make_desk(as_of="2025-03-03T12:00", tickets=rows)))

    # The curve lies exactly at one half from 3 h to 8 h: the middle is the median.
    assert week.value == 5.5
    assert (week.n, week.open) == (4, 1)


def test_without_open_tickets_the_kaplan_meier_median_is_the_ordinary_one(make_desk):
    hours = [1, 2, 4, 9, 20, 30]
    rows = [ticket(i, "03 00:00", None) for i in range(len(hours))]
    for row, h in zip(rows, hours, strict=True):
        row["first_reply_at"] = row["created_at"] + pd.Timedelta(hours=h)
    week = one(compute("first_response_time", make_desk(tickets=rows)))

    assert week.value == np.median(hours)


def test_kaplan_meier_agrees_with_statsmodels_by_group(make_desk):
    from statsmodels.duration.survfunc import SurvfuncRight

    random = np.random.default_rng(5)
    rows, times, ended = [], {"a": [], "b": []}, {"a": [], "b": []}
    for i in range(200):
        team = "ab"[i % 2]
        hours, is_open = round(float(random.exponential(20)) + 0.01, 3), random.random() < 0.3
        created = pd.Timestamp("2025-03-31") - pd.Timedelta(hours=hours) if is_open else pd.Timestamp("2025-03-03")
        reply = None if is_open else created + pd.Timedelta(hours=hours)
        rows.append(ticket(i, "03 00:00", team=team) | {"created_at": created, "first_reply_at": reply})
        times[team].append(hours)
        ended[team].append(not is_open)
    found = compute("first_response_time", make_desk(as_of="2025-03-31", tickets=rows), every=None, by="team")

    # statsmodels takes the logarithm of the curve where it has reached 0.
    warnings.simplefilter("ignore", RuntimeWarning)
    for team in "ab":
        curve = SurvfuncRight(np.array(times[team]), np.array(ended[team], int))
        mine = found[found.team == team].iloc[0]
        low, high = curve.quantile_ci(0.5)
        assert mine.value == pytest.approx(curve.quantile(0.5), rel=1e-6)
        assert mine.p90 == pytest.approx(curve.quantile(0.9), rel=1e-6)
        assert (mine.low, mine.high) == pytest.approx((low, high), rel=1e-6)


def test_a_ticket_resolved_without_a_reply_leaves_first_response_and_is_accounted_for(make_desk):
    rows = [ticket(1, "03 09:00", "03 10:00"), ticket(2, "03 09:00", None, "03 11:00"), ticket(3, "03 09:00")]
    rows += [ticket(4, "03 09:00", "03 10:00", status="spam")]
    desk = make_desk(tickets=rows)

    steps = account("first_response_time", desk).set_index("rule")

    assert steps.left["all"] == 4
    assert steps.dropped["spam_deleted_merged"] == 1
    assert steps.dropped["resolved_without_reply"] == 1
    assert steps.left.iloc[-1] == 2 == compute("first_response_time", desk, every=None).n.iloc[0]


def test_resolution_time_dates_by_resolution_in_the_closed_view(make_desk):
    rows = [
        ticket(1, "03 00:00", resolved="03 10:00"),
        ticket(2, "03 00:00", resolved="11 00:00"),  # resolved in the week after: 192 h
        ticket(3, "04 00:00"),
    ]
    weeks = compute("resolution_time", make_desk(tickets=rows), view="closed")

    assert weeks.value.tolist() == [10.0, 192.0]
    assert weeks.period.tolist() == [MONDAY, MONDAY + pd.Timedelta(days=7)]


def test_first_resolution_time_keeps_the_first_of_two(make_desk):
    rows = [ticket(1, "03 00:00", resolved="05 00:00") | {"first_resolved_at": pd.Timestamp("2025-03-03 06:00")}]
    desk = make_desk(tickets=rows)

    assert one(compute("first_resolution_time", desk)).value == 6.0
    assert one(compute("resolution_time", desk)).value == 48.0


def test_a_week_is_the_desks_week(make_desk):
    # Sunday 18:00 UTC is Monday 01:00 in Vietnam.
    rows = [ticket(1, "09 18:00", "09 19:00"), ticket(2, "09 16:59", "09 18:59")]
    weeks = compute("first_response_time", make_desk(timezone="Asia/Ho_Chi_Minh", tickets=rows))

    assert weeks.period.tolist() == [MONDAY, MONDAY + pd.Timedelta(days=7)]
    assert weeks.value.tolist() == [2.0, 1.0]


def messages(*records):
    """Messages from (ticket, "dd hh:mm", author) or with a fourth part False for an internal note."""
    return [
        {
            "message_id": str(i),
            "ticket_id": str(record[0]),
            "at": pd.Timestamp(f"2025-03-{record[1]}"),
            "author": record[2],
            "is_public": record[3] if len(record) > 3 else True,
        }
        for i, record in enumerate(records)
    ]


def test_several_messages_in_a_row_are_one_wait_and_notes_and_bots_end_none(make_desk):
    said = messages(
        (1, "03 09:00", "customer"),
        (1, "03 09:05", "bot"),
        (1, "03 09:30", "agent", False),
        (1, "03 10:00", "customer"),
        (1, "03 11:00", "agent"),  # first wait: 2 h
        (1, "03 12:00", "agent"),
        (1, "03 13:00", "customer"),
        (1, "03 17:00", "agent"),  # second wait: 4 h
        (1, "03 18:00", "customer"),  # "thank you": the ticket is resolved, nobody waits
        (2, "04 09:00", "customer"),  # still waiting
    )
    desk = make_desk(tickets=[ticket(1, "03 09:00", resolved="03 19:00"), ticket(2, "04 09:00")], messages=said)
    week = one(compute("average_wait_time", desk))

    assert week.value == 3.0
    assert week.n == 2
    assert account("average_wait_time", desk).set_index("rule").dropped["closed_unanswered"] == 1


def test_first_reply_and_counts_come_from_messages_where_the_export_has_none(make_desk):
    said = messages(
        (1, "03 09:00", "customer"),
        (1, "03 09:01", "system"),
        (1, "03 12:00", "agent"),
        (1, "03 13:00", "agent"),
        (2, "03 09:00", "agent"),  # opened by an agent: out of first response
        (2, "03 10:00", "agent"),
    )
    rows = [{"ticket_id": i, "created_at": pd.Timestamp("2025-03-03 09:00"), "status": "open"} for i in "12"]
    desk = make_desk(tickets=rows, messages=said)

    assert one(compute("first_response_time", desk)).value == 3.0
    facts = desk.table("tickets").order_by("ticket_id").to_pandas()
    assert facts.agent_replies.tolist() == [2, 1]
    assert facts.opened_by.tolist() == ["customer", "agent"]


def test_a_reopening_counts_when_it_happens_even_if_the_ticket_is_still_open(make_desk):
    def change(ticket_id, day, status):
        return {"ticket_id": ticket_id, "at": pd.Timestamp(f"2025-03-{day}"), "status": status}

    log = [change("1", "03", "new"), change("1", "04", "answered"), change("1", "05", "resolved")]
    log += [change("1", "06", "open")]
    log += [change("2", "03", "new"), change("2", "05", "resolved"), change("2", "06", "closed")]
    log += [change("3", "03", "new")]
    desk = make_desk(status_changes=log)

    assert one(compute("reopen_rate", desk)).value == 0.5
    assert one(compute("first_response_time", desk, view="closed")).value == 24.0
    assert compute("ticket_volume", desk, every=None).value.tolist() == [3]


def fcr_ticket(number, resolved, customer, replies=1, reopens=0, topic="size"):
    more = {"customer_id": customer, "agent_replies": replies, "reopens": reopens, "topic": topic}
    return ticket(number, resolved, resolved=resolved, **more)


def test_first_contact_resolution_asks_all_three_conditions(make_desk):
    rows = [
        fcr_ticket(1, "03 09:00", "a"),  # comes back on the 10th at 08:59, inside seven days: no
        fcr_ticket(2, "10 08:59", "a"),  # comes back, but about something else: yes
        fcr_ticket(3, "11 09:00", "a", topic="refund"),  # yes
        fcr_ticket(4, "04 09:00", "b", replies=2),  # two replies: no
        fcr_ticket(5, "04 09:00", "c", replies=0),  # none needed: yes
        fcr_ticket(6, "05 09:00", "d", reopens=1),  # reopened: no
        fcr_ticket(7, "05 09:00", "e"),  # comes back after the window: yes
        fcr_ticket(8, "12 09:01", "e"),  # yes
    ]
    found = compute("first_contact_resolution_rate", make_desk(tickets=rows), every=None).iloc[0]

    assert (found.k, found.n) == (5, 8)
    assert found.value == 0.625


def test_fcr_of_the_newest_window_is_incomplete(make_desk):
    rows = [fcr_ticket(i, f"{day:02} 09:00", f"c{i}") for i, day in enumerate([3, 10, 17, 24])]
    weeks = compute("first_contact_resolution_rate", make_desk(as_of="2025-03-31", tickets=rows))

    # The week of the 24th is over on the 31st, but its window runs until 7 April.
    assert weeks.complete.tolist() == [True, True, True, False]


def test_sla_counts_overdue_open_tickets_as_missed(make_desk):
    def due(number, when, resolved=None):
        return ticket(number, "03 09:00", resolved=resolved) | {"sla_due_at": pd.Timestamp(when)}

    rows = [
        due(1, "2025-03-04 09:00", "04 09:00"),  # to the second: kept
        due(2, "2025-03-04 09:00", "04 09:01"),  # broken
        due(3, "2025-03-05 09:00"),  # open and overdue: broken
        due(4, "2025-05-01 09:00"),  # open and not yet due: out
        ticket(5, "03 09:00", resolved="03 10:00"),  # no policy: out
    ]
    desk = make_desk(tickets=rows)
    found = compute("sla_attainment", desk, every=None).iloc[0]

    assert (found.k, found.n) == (1, 3)
    dropped = account("sla_attainment", desk).set_index("rule").dropped
    assert (dropped["no_policy"], dropped["not_yet_due"]) == (1, 1)


def test_backlog_is_what_is_open_at_each_periods_end(make_desk):
    rows = [
        ticket(1, "03 09:00", resolved="03 10:00"),
        ticket(2, "04 09:00", resolved="12 10:00"),
        ticket(3, "05 09:00"),
        ticket(4, "24 09:00", resolved="25 09:00"),
    ]
    weeks = compute("backlog", make_desk(as_of="2025-03-31", tickets=rows))

    # 9 March: 2 and 3 open; 16th, 23rd and 30th: only 3. The quiet weeks are there too.
    assert weeks.value.tolist()[:4] == [2, 1, 1, 1]
    assert weeks.period.tolist()[:2] == [MONDAY, MONDAY + pd.Timedelta(days=7)]


def test_backlog_by_team_adds_up_to_the_whole(make_desk):
    rows = [
        ticket(1, "03 09:00", team="a"),
        ticket(2, "11 09:00", team="b", resolved="18 09:00"),
        ticket(3, "04 09:00", team="b"),
    ]
    desk = make_desk(as_of="2025-03-31", tickets=rows)

    whole = compute("backlog", desk).set_index("period").value
    parts = compute("backlog", desk, by="team").groupby("period").value.sum()

    pd.testing.assert_series_equal(whole, parts, check_names=False)


def test_quiet_weeks_have_a_volume_of_zero_and_no_response_time(make_desk):
    desk = make_desk(tickets=[ticket(1, "03 09:00", "03 10:00"), ticket(2, "17 09:00", "17 10:00")])

    # "Now" is Tuesday 1 April: of the two weeks after the last ticket nothing is recorded, one of them has just begun.
    weeks = compute("ticket_volume", desk)
    assert weeks.value[:3].tolist() == [1, 0, 1]
    assert weeks.value[3:].isna().all() and len(weeks) == 5
    times = compute("first_response_time", desk)
    assert times.n.tolist() == [1, 0, 1]
    assert np.isnan(times.value[1])


def test_a_count_has_no_value_after_the_last_row_of_its_own_date(make_desk):
    """A lead in January and one in February; wins run to the end of March."""
    leads = [
        {"lead_id": "1", "qualified_at": pd.Timestamp("2025-01-07"), "won_at": pd.Timestamp("2025-03-20")},
        {"lead_id": "2", "qualified_at": pd.Timestamp("2025-02-04"), "won_at": None},
        {"lead_id": "3", "qualified_at": None, "won_at": pd.Timestamp("2025-03-30")},
    ]
    months = compute("marketing_qualified_leads", make_desk(leads=leads), every="month")

    assert months.period.dt.month.tolist() == [1, 2, 3]
    assert months.n.tolist() == [1, 1, 0]
    assert months.value[:2].tolist() == [1, 1]
    assert months.loc[2, ["value", "low", "high"]].isna().all()
    assert months.complete.tolist() == [False, True, False]  # the first begins before the first lead


def test_rows_that_do_not_count_tell_how_far_the_data_goes(make_desk):
    """A ticket, then spam on the 19th: two weeks without a ticket, of the later ones nobody knows."""
    rows = [ticket(1, "03 09:00"), ticket(2, "19 09:00", status="spam")]
    weeks = compute("ticket_volume", make_desk(tickets=rows))

    assert weeks.value[:3].tolist() == [1, 0, 0]
    assert weeks.value[3:].isna().all()
    assert weeks.complete.tolist() == [True, True, True, False, False]


def test_a_level_stands_until_something_changes_it(make_desk):
    assert compute("backlog", make_desk(tickets=[ticket(1, "03 09:00")])).value.tolist() == [1, 1, 1, 1, 1]


def survey(kind, scale, scores):
    rows = []
    for i, score in enumerate(scores):
        at = pd.Timestamp("2025-03-03 09:00")
        rows.append(
            {
                "survey_id": str(i),
                "kind": kind,
                "scale": scale,
                "score": score,
                "sent_at": at,
                "answered_at": at if score is not None else None,
            }
        )
    return rows


def test_csat_is_the_top_two_boxes_of_those_who_answered(make_desk):
    week = one(compute("csat", make_desk(surveys=survey("csat", "1-5", [5, 4, 3, 1, None]))))

    assert (week.k, week.n, week.value) == (2, 4, 0.5)
    # Wilson at 2 of 4, by the formula: centre (0.5 + z²/8)/(1 + z²/4) = 0.5, half-width 0.34996.
    assert (week.low, week.high) == pytest.approx((0.15004, 0.84996), abs=1e-5)


def test_weighted_csat_shows_the_unweighted_share_beside_it(make_desk):
    rows = survey("csat", "0-1", [1, 0, 0])
    for row, weight in zip(rows, [2.0, 1.0, 1.0], strict=True):
        row["weight"] = weight
    week = one(compute("csat", make_desk(surveys=rows)))

    assert week.value == 0.5
    assert week.unweighted == pytest.approx(1 / 3)


def test_nps_keeps_passives_in_the_denominator(make_desk):
    month = one(compute("nps", make_desk(surveys=survey("nps", "0-10", [10, 9, 8, 7, 6, 0, 10, None])), every="month"))

    # 3 promoters, 2 passives, 2 detractors: 100 x 1/7.
    assert (month.promoters, month.passives, month.detractors) == (3, 2, 2)
    assert month.value == pytest.approx(100 / 7)


def test_handle_time_is_a_sum_over_a_sum_and_abandoned_calls_are_none(make_desk):
    def call(number, talk, hold, wrap, team, abandoned=False):
        at = pd.Timestamp("2025-03-03 09:00")
        return {
            "call_id": str(number), "offered_at": at, "ended_at": at, "talk_s": talk, "hold_s": hold,
            "wrap_s": wrap, "team": team, "is_abandoned": abandoned,
        }  # fmt: skip

    rows = [call(1, 60.0, 0.0, 60.0, "a"), call(2, 300.0, 60.0, None, "a"), call(3, 0.0, 0.0, 0.0, "a", True)]
    week = one(compute("average_handle_time", make_desk(calls=rows)))

    # (120 + 360) s over 2 contacts = 4 min.
    assert (week.value, week.n) == (4.0, 2)


def test_phone_rates_from_intervals_are_sums_over_sums(make_desk):
    rows = [
        {"offered": 100, "answered": 90, "abandoned": 10, "answered_in_target": 60, "wait_s": 900.0},
        {"offered": 10, "answered": 5, "abandoned": 5, "answered_in_target": 5, "wait_s": 10.0},
    ]
    for row in rows:
        row["started_at"] = pd.Timestamp("2025-03-03 09:00")
    desk = make_desk(queue_intervals=rows)

    assert one(compute("abandonment_rate", desk)).value == pytest.approx(15 / 110)
    assert one(compute("average_speed_of_answer", desk)).value == pytest.approx(910 / 95)
    assert one(compute("service_level", desk)).value == pytest.approx(65 / 110)


def customers():
    def row(name, start, end=None):
        return {
            "customer_id": name,
            "started_at": pd.Timestamp(start),
            "ended_at": None if end is None else pd.Timestamp(end),
            "segment": "shop",
        }

    return [
        row("stays", "2025-01-10"),
        row("leaves in february", "2025-01-10", "2025-02-15"),
        row("leaves in march", "2025-01-10", "2025-03-31 23:00"),
        row("new in february", "2025-02-03"),
        row("comes and goes", "2025-02-03", "2025-02-20"),
    ]


def test_retention_leaves_out_customers_won_in_the_period(make_desk):
    months = compute("customer_retention_rate", make_desk(customers=customers()), every="month")
    february, march = months[months.period == "2025-02-01"].iloc[0], months[months.period == "2025-03-01"].iloc[0]

    assert (february.k, february.n) == (2, 3)  # of the three of January one left
    assert (march.k, march.n) == (2, 3)  # stays, leaves in march, new in february
    churn = compute("customer_churn_rate", make_desk(customers=customers()), every="month")
    assert (months.value + churn.value).dropna().eq(1).all()


def test_retention_by_activity_is_active_before_and_active_now(make_desk):
    def bought(name, day):
        return {"customer_id": name, "at": pd.Timestamp(day)}

    rows = [bought("a", "2025-01-05"), bought("a", "2025-02-05"), bought("b", "2025-01-06"), bought("b", "2025-03-06")]
    rows += [bought("c", "2025-02-07"), bought("c", "2025-02-09"), bought("c", "2025-03-09")]
    months = compute("customer_retention_rate", make_desk(activity=rows), every="month").set_index("period")

    assert months.n["2025-02-01"] == 2 and months.k["2025-02-01"] == 1
    assert months.n["2025-03-01"] == 2 and months.k["2025-03-01"] == 1


def test_business_hours_leave_out_the_night(make_desk):
    from dataclasses import replace

    from kpitools.settings import read_settings

    rows = [ticket(1, "03 16:00", "04 09:00")]
    settings = office_settings()
    week = one(compute("first_response_time", make_desk(settings=settings, tickets=rows), hours="business"))

    assert week.value == 2.0  # 16 to 17 and 8 to 9
    assert replace(read_settings(None), name="x").name == "x"


def office_settings():
    """Monday to Friday, 8 to 17, UTC."""
    import tempfile
    from pathlib import Path

    from kpitools.settings import read_settings

    text = "timezone: UTC\ndefault_schedule: office\nschedules:\n  office: {hours: {mon-fri: '08:00-17:00'}}\n"
    folder = Path(tempfile.mkdtemp())
    (folder / "desk.yml").write_text(text, encoding="utf-8")
    return read_settings(folder)


def test_a_ticket_of_a_team_without_a_schedule_is_accounted_for_in_business_hours(make_desk):
    """Team A works by the office schedule, team B by none: its ticket has no business hours, and that is said."""
    from dataclasses import replace

    settings = replace(office_settings(), default_schedule=None, team_schedules={"A": "office"})
    rows = [ticket(1, "03 09:00", "03 11:00", team="A"), ticket(2, "03 09:00", "03 10:00", team="B")]
    desk = make_desk(settings=settings, tickets=rows)

    counted = account("first_response_time", desk, hours="business")

    assert counted.iloc[-1][["rule", "dropped", "left"]].tolist() == ["no_schedule", 1, 1]
    assert one(compute("first_response_time", desk, hours="business"))[["value", "n"]].tolist() == [2.0, 1]
    assert "no_schedule" not in account("first_response_time", desk).rule.tolist()


def test_a_desk_without_a_schedule_says_so(make_desk):
    with pytest.raises(NotSupportedError, match="no schedule"):
        compute("first_response_time", make_desk(tickets=[ticket(1, "03 09:00", "03 10:00")]), hours="business")


def test_the_first_week_seen_in_part_and_the_unfinished_one_are_incomplete(make_desk):
    rows = [ticket(i, f"{day:02} 09:00", f"{day:02} 10:00") for i, day in enumerate([5, 10, 17, 24])]
    weeks = compute("ticket_volume", make_desk(as_of="2025-03-26", tickets=rows))

    assert weeks.complete.tolist() == [False, True, True, False]


def test_a_misspelt_name_says_what_exists(make_desk):
    desk = make_desk(tickets=[ticket(1, "03 09:00", "03 10:00", channel="email")])

    with pytest.raises(UnknownNameError, match="Did you mean 'channel'"):
        compute("first_response_time", desk, by="chanel")
    with pytest.raises(UnknownNameError, match="Did you mean 'first_response_time'"):
        compute("first_respons_time", desk)
    with pytest.raises(UnknownNameError, match="fortnight"):
        compute("first_response_time", desk, every="fortnight")


def test_a_kpi_without_its_column_names_it(make_desk):
    desk = make_desk(tickets=[{"ticket_id": "1", "created_at": pd.Timestamp("2025-03-03"), "status": "open"}])

    with pytest.raises(NotSupportedError, match="tickets.first_reply_at"):
        compute("first_response_time", desk)
    supported = desk.kpis().set_index("kpi")
    assert supported.supported["ticket_volume"]
    assert supported.missing["first_response_time"] == "tickets.first_reply_at"
    assert "surveys.score" in supported.missing["csat"]


def test_splitting_by_a_dimension_and_adding_up_gives_the_whole(make_desk):
    random = np.random.default_rng(2)
    rows = []
    for i in range(300):
        day, team = int(random.integers(3, 28)), random.choice(["a", "b", None])
        rows.append(
            ticket(i, f"{day:02} 09:00", f"{day:02} 10:00", f"{day:02} 12:00", team=team, reopens=int(i % 7 == 0))
        )
    desk = make_desk(tickets=rows)
    for name, columns in {"ticket_volume": ["value", "n"], "reopen_rate": ["k", "n"]}.items():
        whole = compute(name, desk).set_index("period")[columns]
        parts = compute(name, desk, by="team").groupby("period")[columns].sum(min_count=1)
        pd.testing.assert_frame_equal(whole, parts, check_dtype=False)


def test_a_part_can_be_looked_at(make_desk):
    rows = [ticket(1, "03 09:00", team="a"), ticket(2, "10 09:00", team="a"), ticket(3, "10 09:00", team="b")]
    desk = make_desk(tickets=rows)

    assert compute("ticket_volume", desk, every=None, where={"team": "a"}).value.tolist() == [2]
    assert compute("ticket_volume", desk, every=None, start="2025-03-10").value.tolist() == [2]
    assert compute("ticket_volume", desk, every=None, end=dt.date(2025, 3, 10)).value.tolist() == [1]


def test_every_record_is_complete_in_both_languages():
    for kpi in CATALOGUE.values():
        texts = [kpi.title, kpi.definition, kpi.formula, *kpi.traps, *kpi.choices]
        texts += [rule.dropped for rule in kpi.population]
        assert all(text.en and text.vi and text.en != text.vi for text in texts), kpi.name
        assert kpi.better in {"lower", "higher", "band", "neutral"}
        assert all(guard in CATALOGUE for guard in kpi.guards), kpi.name


def test_waits_that_go_on_are_counted_beside_the_mean(make_desk):
    said = messages((1, "03 09:00", "customer"), (1, "03 11:00", "agent"), (2, "03 09:00", "customer"))
    desk = make_desk(tickets=[ticket(1, "03 09:00"), ticket(2, "03 09:00")], messages=said)
    week = one(compute("average_wait_time", desk))

    assert (week.value, week.n, week.open) == (2.0, 1, 1)


def test_a_share_of_single_calls_has_the_wilson_interval(make_desk):
    at = pd.Timestamp("2025-03-03 09:00")
    rows = [{"call_id": str(i), "offered_at": at, "answered_at": at, "is_abandoned": False} for i in range(10)]
    week = one(compute("abandonment_rate", make_desk(calls=rows)))

    # 0 of 10: z² / (n + z²) = 3.8415 / 13.8415.
    assert week.value == 0
    assert (week.low, week.high) == pytest.approx((0, 0.27754), abs=1e-5)


def test_tickets_with_a_test_tag_do_not_count(make_desk):
    rows = [ticket(1, "03 09:00", tags="vip, Test"), ticket(2, "03 09:00", tags="contest vip"), ticket(3, "03 09:00")]

    assert compute("ticket_volume", make_desk(tickets=rows), every=None).value.tolist() == [2]


def test_now_is_an_input_what_came_later_is_not_known_yet(make_desk):
    rows = [ticket(1, "03 09:00", "03 10:00"), ticket(2, "03 09:00", "06 09:00"), ticket(3, "07 09:00", "07 10:00")]
    desk = make_desk(as_of="2025-03-05", tickets=rows)
    week = one(compute("first_response_time", desk, view="closed"))

    assert (week.value, week.n, week.open) == (1.0, 1, 1)
    assert one(compute("ticket_volume", desk)).value == 2


def test_done_without_a_time_is_neither_open_nor_a_duration(make_desk):
    rows = [ticket(1, "03 09:00", resolved="03 19:00"), ticket(2, "03 09:00"), ticket(3, "03 09:00", status="closed")]
    desk = make_desk(tickets=rows)

    assert compute("backlog", desk, every=None).value.tolist() == [1]
    resolution = one(compute("resolution_time", desk))
    assert (resolution.n, resolution.open) == (2, 1)
    assert account("backlog", desk).set_index("rule").dropped["done_without_time"] == 1


def test_an_unknown_condition_makes_first_contact_unknown_not_failed(make_desk):
    rows = [fcr_ticket(i, "03 09:00", f"c{i}", replies=1 + (i >= 4)) for i in range(5)]
    unknown = [fcr_ticket(i, "03 09:00", f"c{i}", replies=None, reopens=1) for i in range(5, 9)]
    found = compute("first_contact_resolution_rate", make_desk(tickets=rows + unknown), every=None).iloc[0]

    assert (found.k, found.n) == (4, 5)
    without = [{k: v for k, v in row.items() if k != "agent_replies"} for row in rows]
    assert make_desk(tickets=without).kpis().set_index("kpi").supported["first_contact_resolution_rate"] == False  # noqa: E712


def test_the_end_of_a_contract_does_not_move_now(make_desk):
    from kpitools.desk import Desk

    rows = pd.DataFrame(
        customers() + [customers()[0] | {"customer_id": "long", "ended_at": pd.Timestamp("2027-01-01")}]
    )
    desk = Desk.from_frames({"customers": rows})

    assert desk.as_of == dt.datetime(2025, 2, 3)


def test_an_unanswered_call_is_not_handled(make_desk):
    at = pd.Timestamp("2025-03-03 09:00")
    calls = [
        {"call_id": "1", "offered_at": at, "answered_at": at, "talk_s": 240.0},
        {"call_id": "2", "offered_at": at, "answered_at": None, "talk_s": 0.0},
    ]
    week = one(compute("average_handle_time", make_desk(calls=calls)))

    assert (week.value, week.denominator) == (4.0, 1)


def test_a_backlog_can_be_asked_as_of_a_day(make_desk):
    rows = [ticket(1, "03 09:00", resolved="20 09:00"), ticket(2, "24 09:00")]

    assert compute("backlog", make_desk(tickets=rows), every=None, end="2025-03-10").value.tolist() == [1]
    assert compute("backlog", make_desk(tickets=rows), every=None).value.tolist() == [1]
    assert compute("backlog", make_desk(tickets=rows), every=None, end="2025-03-22").value.tolist() == [0]


def test_the_first_week_is_judged_by_the_kpis_own_rows(make_desk):
    desk = make_desk(tickets=[ticket(1, "05 09:00"), ticket(2, "11 09:00")], customers=customers())

    # Customers begin in January; the tickets on a Wednesday.
    assert compute("ticket_volume", desk).complete.tolist()[:2] == [False, True]


def test_an_answer_that_cannot_be_read_was_given_all_the_same(make_desk):
    rows = survey("csat", "1-5", [5, None, None, None])
    rows[1]["answered_at"] = rows[1]["sent_at"]

    assert one(compute("survey_response_rate", make_desk(surveys=rows))).value == 0.5


def test_the_mean_is_there_when_nothing_is_open(make_desk):
    rows = [ticket(1, "03 09:00", "03 10:00"), ticket(2, "03 09:00", "03 14:00")]

    assert one(compute("first_response_time", make_desk(tickets=rows)))["mean"] == 3.0
    assert np.isnan(one(compute("first_response_time", make_desk(tickets=[*rows, ticket(3, "03 09:00")])))["mean"])


def test_an_option_given_to_compute_holds_for_that_figure_only():
    """The customer comes back on the topic 10 days after the resolution: no repeat within 7 days, one within 14."""
    at = pd.to_datetime(["2025-03-03 08:00", "2025-03-14 08:00"])
    tickets = pd.DataFrame({"ticket_id": ["1", "2"], "created_at": at, "resolved_at": at + pd.Timedelta(hours=1)})
    tickets = tickets.assign(agent_replies=1, reopens=0, customer_id="c", topic="delivery", status="resolved")
    desk = Desk.from_frames({"tickets": tickets}, as_of=pd.Timestamp("2025-06-01").to_pydatetime())

    asked = compute("first_contact_resolution_rate", desk, every=None, options={"fcr_window_days": 14})

    assert asked["value"].tolist() == [0.5]
    assert compute("first_contact_resolution_rate", desk, every=None)["value"].tolist() == [1.0]
    with pytest.raises(ConfigError, match="a whole number of days"):
        compute("first_contact_resolution_rate", desk, options={"fcr_window_days": 1.5})
