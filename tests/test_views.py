"""The frames behind the figures of phone, workload, business and fair comparison, worked out by hand."""

import pandas as pd
import pytest
from conftest import ticket

from kpitools import views

# The phone --------------------------------------------------------------------------------------------------


def call(number, when, wait, abandoned=False):
    return {
        "call_id": str(number),
        "offered_at": pd.Timestamp(f"2025-03-{when}"),
        "wait_s": float(wait),
        "talk_s": None if abandoned else 60.0,
        "is_abandoned": abandoned,
    }


@pytest.fixture
def calls(make_desk):
    """Monday 3 March: answered after 10, 15 and 40 s, given up after 3 and 90 s."""
    rows = [call(1, "03 09:00", 10), call(2, "03 09:10", 15), call(3, "03 10:00", 40)]
    return make_desk(calls=[*rows, call(4, "03 10:10", 3, True), call(5, "03 10:20", 90, True)])


def test_one_set_of_calls_has_three_service_levels(calls):
    row = views.service_levels(calls).iloc[0]

    assert row.offered == 2 / 5  # two within 20 s of five offered
    assert row.offered_minus_short_abandons == 2 / 4  # the one who gave up within 5 s left out
    assert row.answered == 2 / 3
    assert (row.in_target, row.n) == (2, 5)


def test_arrivals_of_a_phone_report_of_intervals_are_the_calls_offered(make_desk):
    # Monday 3 March 2025, 9:00 and 9:30: 4 + 6 calls; Tuesday 10:00: 5; an interval without a call is no arrival.
    given = (("03 09:00", 4), ("03 09:30", 6), ("04 10:00", 5), ("04 11:00", 0))
    rows = [{"started_at": pd.Timestamp(f"2025-03-{at}"), "offered": n, "answered": n} for at, n in given]
    desk = make_desk(queue_intervals=rows)

    found = views.arrivals(desk)
    assert found[["weekday", "hour", "n"]].to_numpy().tolist() == [[0, 9, 10], [1, 10, 5]]
    assert views.vendor_times(desk).empty


def test_arrivals_of_a_desk_of_leads_are_its_leads(make_desk):
    days = ("2025-03-03 09:00", "2025-03-03 09:59", "2025-03-05 20:00")
    rows = [{"lead_id": str(i), "created_at": pd.Timestamp(at)} for i, at in enumerate(days)]

    found = views.arrivals(make_desk(leads=rows))
    assert found[["weekday", "hour", "n"]].to_numpy().tolist() == [[0, 9, 2], [2, 20, 1]]


def test_abandonment_by_hour_is_a_sum_over_a_sum_with_wilsons_interval(calls):
    hours = views.by_hour("abandonment_rate", calls)

    assert hours[["hour", "k", "n"]].values.tolist() == [[9, 0, 2], [10, 2, 3]]
    assert hours.value.tolist() == [0, pytest.approx(2 / 3)]
    assert hours.low[1] == pytest.approx(0.2077, abs=1e-4)  # Wilson for 2 of 3
    assert hours.high[1] == pytest.approx(0.9385, abs=1e-4)


def test_the_hour_of_the_week_of_a_ratio_is_a_ratio_of_sums(calls):
    cells = views.hour_of_week("abandonment_rate", calls)

    assert cells[["weekday", "hour", "n"]].values.tolist() == [[0, 9, 2], [0, 10, 3]]
    assert cells.value.tolist() == [0, pytest.approx(2 / 3)]


# Work -------------------------------------------------------------------------------------------------------


@pytest.fixture
def work(make_desk):
    """Five tickets of two weeks; the third is overdue and open, the last not yet due."""

    def due(day):
        return {"sla_due_at": pd.Timestamp(f"2025-03-{day}")}

    rows = [
        ticket(1, "03 09:00", resolved="03 12:00") | due("04 09:00"),  # kept
        ticket(2, "03 10:00", resolved="06 09:00") | due("05 09:00"),  # late
        ticket(3, "04 09:00") | due("06 09:00"),  # overdue
        ticket(4, "11 09:00", resolved="12 09:00") | due("13 09:00"),  # kept
        ticket(5, "13 09:00") | due("30 09:00"),  # not yet due
    ]
    return make_desk(tickets=rows, as_of="2025-03-17")


def test_the_level_changes_by_what_came_less_what_went(work):
    moves = views.flow(work)

    assert moves.arrived.tolist() == [3, 2]
    assert moves.done.tolist() == [2, 1]
    assert moves.level.tolist() == [1, 2]
    assert (moves.level.diff().dropna() == (moves.arrived - moves.done)[1:]).all()


def test_open_tickets_fall_into_bands_of_age_at_the_end_of_each_week(work):
    bands = views.age_bands(work)

    assert bands.n.tolist() == [1, 2]
    assert bands["3-7 days"].tolist() == [1, 1]  # ticket 3 after 5 d 15 h; ticket 5 after 3 d 15 h
    assert bands["1-4 weeks"].tolist() == [0, 1]  # ticket 3, a week on


def test_overdue_tickets_that_are_open_count_against_the_promise(work):
    outcomes = views.sla_outcomes(work)
    first = outcomes.iloc[0]

    assert (first.kept, first.late, first.overdue, first.n) == (1, 1, 1, 3)
    assert first.value == pytest.approx(1 / 3)
    assert first.closed_only == 1 / 2  # what a report of closed tickets says
    assert outcomes.n.sum() == 4  # the ticket not yet due is in no week


def test_paid_time_is_handling_waiting_or_neither(make_desk):
    day = {"day_at": pd.Timestamp("2025-03-03"), "available_s": 2000.0, "handling_s": 6000.0, "paid_s": 10000.0}
    desk = make_desk(agent_days=[day | {"agent_id": "bob", "team": "Mail"}, day | {"agent_id": "eve", "team": "Mail"}])
    row = views.time_parts(desk).iloc[0]

    assert (row.handling, row.available) == (0.6, 0.2)
    assert row.other == pytest.approx(0.2)
    assert row.n == 2


# Business ---------------------------------------------------------------------------------------------------


def test_leads_of_a_young_cohort_are_still_maturing(make_desk):
    def lead(number, day, won=None):
        came = pd.Timestamp(day)
        won = pd.Timestamp(won) if won else None
        return {"lead_id": str(number), "created_at": came, "qualified_at": came, "won_at": won, "source": "web"}

    rows = [lead(1, "2025-01-01", "2025-02-01"), lead(2, "2025-01-09"), lead(3, "2025-04-03"), lead(4, "2025-04-04")]
    cohorts = views.lead_cohorts(make_desk(leads=rows, as_of="2025-08-10"))
    cohorts = cohorts[cohorts.qualified > 0]

    assert cohorts.won.tolist() == [1, 0]
    assert cohorts.not_won.tolist() == [1, 0]
    assert cohorts.maturing.tolist() == [0, 2]  # January is 180 days past by 31 July, April is not
    assert cohorts.complete.tolist() == [True, False]


def test_the_margin_is_no_mean_of_margins(make_desk):
    def line(product, revenue, cost):
        return {"sold_at": pd.Timestamp("2025-03-03"), "product": product, "revenue": revenue, "cost": cost}

    rows = [line("pen", 10.0, 2.0), line("machine", 990.0, 891.0)]
    found = views.margin_two_ways(make_desk(sales=rows))

    assert found["product"].tolist() == ["machine", "pen", ""]
    assert found.value.tolist() == pytest.approx([0.1, 0.8, 107 / 1000])  # (8 + 99) of 1,000
    assert found.mean_of_margins.tolist() == pytest.approx([0.1, 0.8, 0.45])


def test_growth_stands_beside_what_it_earned(make_desk):
    def line(day, revenue, cost):
        return {"sold_at": pd.Timestamp(day), "revenue": revenue, "cost": cost, "product": "pen"}

    rows = [line("2025-01-01", 100.0, 60.0), line("2025-02-10", 150.0, 140.0), line("2025-03-10", 90.0, 50.0)]
    months = views.growth_and_margin(make_desk(sales=rows))

    assert months.growth.tolist()[1:] == pytest.approx([0.5, -0.4])
    assert months.margin.tolist() == pytest.approx([0.4, 10 / 150, 40 / 90])
    assert months.profit.tolist() == [40.0, 10.0, 40.0]


def test_defects_by_product_and_month_know_which_returns_are_still_to_come(make_desk):
    def line(day, product, units, bad):
        return {"sold_at": pd.Timestamp(day), "product": product, "units": units, "defective_units": bad}

    rows = [line("2025-01-10", "cap", 40, 4), line("2025-01-20", "cap", 10, 1), line("2025-03-10", "pen", 20, 0)]
    cells = views.defect_grid(make_desk(sales=rows))

    assert cells[["product", "defective", "units"]].values.tolist() == [["cap", 5, 50], ["pen", 0, 20]]
    assert cells.value.tolist() == [0.1, 0]
    assert cells.complete.tolist() == [False, False]  # the data begins on 10 January; March waits for returns


MOVES = [("2025-01-01", "a", "new", 100.0), ("2025-02-05", "b", "new", 50.0), ("2025-02-20", "a", "expansion", 30.0)]
MOVES += [("2025-02-25", "a", "contraction", -20.0), ("2025-03-09", "b", "churn", 50.0)]


@pytest.fixture
def subscriptions(make_desk):
    names = ("at", "customer_id", "kind", "amount")
    rows = [dict(zip(names, (pd.Timestamp(at), *rest), strict=True)) for at, *rest in MOVES]
    return make_desk(revenue_changes=rows, as_of="2025-03-01")


def test_expansion_can_hide_what_was_lost(subscriptions):
    february = views.revenue_movements(subscriptions).iloc[1]

    assert (february.new, february.expansion, february.contraction, february.churn) == (50, 30, 20, 0)
    assert february.value == 4.0  # (50 + 30) / 20
    assert february.without_expansion == 2.5


def test_the_bridge_leads_from_the_revenue_at_the_start_to_that_at_the_end(subscriptions):
    steps = views.revenue_bridge(subscriptions, every="month")

    assert steps.step.tolist() == ["at_start", "new", "expansion", "contraction", "churn", "at_end"]
    assert steps.amount.tolist() == [100, 50, 30, -20, 0, 160]
    assert steps.below.tolist() == [0, 100, 150, 160, 160, 0]
    assert steps.above.tolist() == [100, 150, 180, 180, 160, 160]
    assert (steps.attrs["start"], steps.attrs["end"]) == ("2025-02-01", "2025-03-01")


def test_both_ratios_of_a_balance_sheet(make_desk):
    row = {
        "as_of": pd.Timestamp("2025-01-31"),
        "current_assets": 300.0,
        "inventory": 220.0,
        "current_liabilities": 100.0,
    }
    found = views.liquidity(make_desk(balances=[row])).iloc[0]

    assert (found.current, found.quick) == (3.0, 0.8)


def test_engagement_is_divided_by_each_count_that_the_data_has(make_desk):
    day = {"source": "page", "interactions": 12, "reach": 200, "impressions": 400}
    rows = [day | {"at": pd.Timestamp("2025-03-01")}, day | {"at": pd.Timestamp("2025-03-02"), "reach": None}]
    found = views.engagement(make_desk(engagement=rows)).iloc[0]

    assert found.by_reach == 12 / 200  # the day whose reach is unknown is in neither
    assert found.by_impressions == 24 / 800
    assert pd.isna(found.by_followers)


# Fair comparison --------------------------------------------------------------------------------------------


@pytest.fixture
def scored(make_desk):
    """CSAT of three teams: 45 of 50, 25 of 50 and 2 of 4; agents of the last have 1 and 3 answers."""

    def answers(team, agent, good, n, channel):
        shared = {"kind": "csat", "scale": "1-5", "team": team, "agent_id": agent, "channel": channel}
        at = pd.Timestamp("2025-03-03 09:00")
        return [shared | {"score": 5.0 if i < good else 1.0, "answered_at": at} for i in range(n)]

    rows = [*answers("A", "ann", 45, 50, "mail"), *answers("B", "bob", 25, 50, "chat")]
    rows += [*answers("C", "eve", 1, 1, "chat"), *answers("C", "max", 1, 3, "chat")]
    return make_desk(surveys=[row | {"survey_id": str(i)} for i, row in enumerate(rows)])


def test_a_group_below_twenty_cases_is_never_flagged_and_the_others_are_tested_together(scored):
    points = views.group_funnel("csat", scored, "team")

    assert points.team.tolist() == ["A", "B", "C"]
    assert points.small.tolist() == [False, False, True]
    assert points.attrs["target"] == pytest.approx(72 / 104)
    assert points.attrs["tested"] == 2
    assert pd.isna(points.q[2]) and points.flag[2] is None


def test_the_share_of_false_flags_is_held_over_all_comparisons():
    from kpitools.views.fairness import _adjusted

    # Benjamini and Hochberg by hand: 0.01 * 4/1, 0.02 * 4/2, 0.03 * 4/3, 0.5 * 4/4, made to rise.
    found = _adjusted(pd.Series([0.03, 0.01, None, 0.02, 0.5]))

    assert found.dropna().tolist() == pytest.approx([0.04, 0.04, 0.04, 0.5])
    assert pd.isna(found[2])


def test_people_with_fewer_than_five_cases_are_left_out_and_counted(scored):
    people = views.group_counts("csat", scored, "agent_id")

    assert people.n.tolist() == [50, 50]
    assert people.attrs["suppressed"] == 2
    assert set(people.agent_id) == {"A-01", "A-02"}  # pseudonyms


def test_a_ranking_of_equals_puts_each_last_half_of_the_time(make_desk):
    at = pd.Timestamp("2025-03-03 09:00")
    rows = [
        {"survey_id": f"{team}{i}", "kind": "csat", "scale": "1-5", "team": team, "answered_at": at}
        | {"score": 5.0 if i < good else 1.0}
        for team, good in (("A", 20), ("B", 21))
        for i in range(40)
    ]
    ranks = views.ranking("csat", make_desk(surveys=rows), "team")

    assert ranks["rank"].tolist() == [2, 1]
    assert ranks.last_by_chance.tolist() == pytest.approx([0.5, 0.5], abs=0.02)
    assert ranks[["rank_low", "rank_high"]].values.tolist() == [[1, 2], [1, 2]]


def test_a_mix_that_explains_everything_leaves_no_difference(scored):
    found = views.mix_adjusted("csat", scored, "team", ("channel",))

    # Chat goes 27 of 54 for everybody, so B's 25 of 50 is what its channel lets expect; mail is A alone.
    assert found.team.tolist() == ["A", "B"]
    assert found.value.tolist() == [0.9, 0.5]
    assert found.expected.tolist() == pytest.approx([0.9, 0.5])
    assert found.adjusted.tolist() == pytest.approx([72 / 104, 72 / 104])


def test_a_total_can_fall_though_both_channels_rise(make_desk):
    """Mail 0.8 to 0.9, chat 0.4 to 0.5, but chat goes from 50 to 150 of 200."""

    def answers(day, channel, good, n):
        at = pd.Timestamp(day)
        shared = {"kind": "csat", "scale": "1-5", "channel": channel, "answered_at": at}
        return [shared | {"survey_id": f"{day}{channel}{i}", "score": 5.0 if i < good else 1.0} for i in range(n)]

    rows = [*answers("2025-01-05", "mail", 120, 150), *answers("2025-01-05", "chat", 20, 50)]
    rows += [*answers("2025-02-05", "mail", 45, 50), *answers("2025-02-05", "chat", 75, 150)]
    spans = {"before": ("2025-01-01", "2025-02-01"), "after": ("2025-02-01", "2025-03-01")}
    parts = views.change_parts("csat", make_desk(surveys=rows), "channel", **spans)

    assert parts.attrs["before"] == pytest.approx(0.7)  # 140 of 200
    assert parts.attrs["after"] == pytest.approx(0.6)  # 120 of 200
    assert parts.attrs["rate"] == pytest.approx(0.1)
    assert parts.attrs["mix"] == pytest.approx(-0.2)


def test_what_the_data_does_not_have_is_an_empty_frame(make_desk):
    desk = make_desk(tickets=[ticket(1, "03 09:00")])

    for found in (
        views.service_levels(desk),
        views.by_hour("abandonment_rate", desk),
        views.hour_of_week("abandonment_rate", desk),
        views.time_parts(desk),
        views.awareness(desk),
        views.engagement(desk),
        views.lead_cohorts(desk),
        views.win_curve(desk),
        views.spend_and_wins(desk),
        views.growth_and_margin(desk),
        views.margin_two_ways(desk),
        views.defect_grid(desk),
        views.liquidity(desk),
        views.revenue_movements(desk),
        views.revenue_bridge(desk),
        views.sla_outcomes(desk),
        views.group_funnel("csat", desk, "team"),
        views.ranking("csat", desk, "team"),
        views.mix_adjusted("csat", desk),
        views.change_parts("csat", desk),
        views.people_in_groups("occupancy", desk),
        views.extreme_rows("csat", desk),
    ):
        assert len(found) == 0
    assert views.trend("csat", desk) is None


def test_groups_of_a_stock_are_compared_at_the_end_of_the_last_complete_period(make_desk):
    rows = [ticket(1, "03 00:00", team="A"), ticket(2, "15 00:00", team="B"), ticket(3, "16 00:00", team="B")]
    groups = views.breakdown("backlog_age", make_desk(tickets=rows, as_of="2025-03-19"), "team", every="week")

    assert groups.team.tolist() == ["A", "B"]
    assert groups.n.tolist() == [1, 2]  # not once a week
    assert groups.value.tolist() == [14 * 24, 1.5 * 24]  # until Monday 17 March: 14 days; two days and one
    assert groups.attrs["is_stock"]


def test_the_slowest_ways_to_a_win_are_of_leads_that_were_won(make_desk):
    came = pd.Timestamp("2025-01-01")
    rows = [{"lead_id": "1", "qualified_at": came, "won_at": came + pd.Timedelta(days=2), "source": "web"}]
    rows += [{"lead_id": "2", "qualified_at": came, "won_at": None, "source": "fair"}]
    found = views.extreme_rows("lead_to_win_time", make_desk(leads=rows))

    assert found.source.tolist() == ["web"]
    assert found.value.tolist() == [48]


def test_a_desk_without_tickets_has_no_times_of_its_helpdesk(make_desk):
    desk = make_desk(queue_intervals=[{"offered": 10, "answered": 9, "abandoned": 1}])

    assert views.vendor_times(desk).empty
