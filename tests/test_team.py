"""A desk narrowed to a team gives what the whole desk gives for that team when split by team."""

import pandas as pd
import pytest
from conftest import ticket

from kpitools.compute import compute
from kpitools.errors import NotSupportedError, UnknownNameError
from kpitools.load import load
from kpitools.resources import sample
from kpitools.team import teams
from kpitools.views import judged


@pytest.fixture(scope="module")
def desk():
    return load(sample())


@pytest.mark.parametrize(
    "kpi",
    ["first_response_time", "first_contact_resolution_rate", "backlog", "csat", "average_handle_time", "nps"],
)
def test_a_team_alone_has_the_figures_it_has_beside_the_others(desk, kpi):
    split = compute(kpi, desk, every="month", by="team")

    for team in teams(desk):
        beside = split[split.team == team]
        if beside.empty:
            continue
        alone = compute(kpi, desk.only(team), every="month").set_index("period")
        beside = beside.set_index("period").loc[alone.index]
        pd.testing.assert_frame_equal(alone[["value", "n"]], beside[["value", "n"]])


def test_a_second_ticket_with_another_team_still_spoils_first_contact_resolution(make_desk):
    rows = [
        ticket(1, "03 09:00", "03 10:00", "03 11:00", team="A", customer_id="c", agent_replies=1, reopens=0),
        ticket(2, "04 09:00", "04 10:00", "04 11:00", team="B", customer_id="c", agent_replies=1, reopens=0),
    ]
    desk = make_desk(tickets=rows)

    found = compute("first_contact_resolution_rate", desk.only("A"), every="month")

    assert found.value.tolist() == [0.0] and found.n.tolist() == [1]


def test_a_teams_own_target_is_the_one_it_is_judged_by(make_desk):
    rows = [ticket(i, f"{i + 1:02} 09:00", f"{i + 1:02} 11:00", team="AB"[i % 2]) for i in range(28)]
    desk = make_desk(tickets=rows)
    goals = {"kpi": ["first_response_time"] * 2, "target": [4.0, 1.0], "team": [None, "A"]}
    desk.settings.__dict__["targets"] = pd.DataFrame(goals)

    targets = [
        judged(compute("first_response_time", part), "first_response_time", part).points.target_high.iloc[0]
        for part in (desk, desk.only("A"), desk.only("B"))
    ]

    assert targets == [4.0, 1.0, 4.0]


def test_a_team_nobody_named_and_a_kpi_without_teams_are_errors(desk):
    with pytest.raises(UnknownNameError, match="no team named 'VIPP'. Did you mean 'VIP'"):
        desk.only("VIPP")
    with pytest.raises(NotSupportedError, match=r"customer_periods\.team"):
        compute("customer_churn_rate", desk.only("VIP"), every="month")


def test_no_team_is_the_desk_itself(desk):
    assert desk.only("") is desk


def test_a_team_that_has_nothing_of_what_the_desk_supports_is_an_empty_answer_and_no_lack(make_desk):
    desk = make_desk(
        as_of="2025-03-10", tickets=[ticket(1, "03 09:00", "03 10:00", team="Mail"), ticket(2, "04 09:00", team="Chat")]
    )

    chat = desk.only("Chat")
    series = compute("first_response_time", chat, every="week")
    assert chat.missing(chat.kpi("first_response_time")) == ""
    assert series.value.isna().all() and series.open.tolist() == [1]
