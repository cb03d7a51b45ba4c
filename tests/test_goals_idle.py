"""Goals that cannot mean what they say are refused or pointed out; a goal for ever is one."""

import pandas as pd
import pytest
import tiny

from kpitools import compute, load
from kpitools.analysis.targets import Target, target_for
from kpitools.errors import ConfigError
from kpitools.kpis import get
from kpitools.scorecard import scorecard

HEAD = "kpi,valid_from,valid_to,team,target,low,high,hours\n"


@pytest.fixture
def desk(tmp_path):
    """Twelve weeks, of which the last is not complete; each ticket is answered after two hours; goals as told."""

    def make(goals):
        folder = tiny.desk(tmp_path)
        (folder / "targets.csv").write_text(HEAD + goals, encoding="utf-8")
        return load(folder)

    return make


def test_a_target_and_a_band_at_once_are_refused_with_their_line(desk):
    with pytest.raises(ConfigError, match="targets.csv line 2: a target and a band at once"):
        desk("first_response_time,,,,1,2,9,\n")


@pytest.mark.parametrize(
    "goal, better", [("first_response_time,,,,,2,,\n", "lower is better"), ("csat,,,,,,0.9,\n", "higher is better")]
)
def test_a_band_open_on_the_wrong_side_is_refused(desk, goal, better):
    with pytest.raises(ConfigError, match=f"{better}: a goal with one bound needs (high|low)"):
        desk(goal)


@pytest.mark.parametrize("goal, met", [("first_response_time,,,,,,3,\n", 11), ("first_response_time,,,,,1,3,\n", 11)])
def test_a_band_closed_on_the_good_side_judges(desk, goal, met):
    row = scorecard(desk(goal)).frame.set_index("kpi").loc["first_response_time"]
    assert (row.met_k, row.met_n) == (met, 11)


@pytest.mark.parametrize("first, last", [("2025-01-01", "9999-12-31"), ("0001-01-01", ""), ("", "2262-04-12")])
def test_a_goal_may_hold_for_ever(desk, first, last):
    made = desk(f"first_response_time,{first},{last},,3,,,\n")
    found = target_for(made.settings.targets, get("first_response_time"), None, pd.Timestamp("2025-02-03"))
    assert found == Target(3.0)
    row = scorecard(made).frame.set_index("kpi").loc["first_response_time"]
    assert (row.met_k, row.met_n) == (11, 11)
    assert compute("first_response_time", made, every="week").value.iloc[0] == 2.0


def test_goals_that_judge_nothing_are_findings(desk):
    found = desk("first_response_time,,,Teem,3,,,\nfirst_response_time,,,Day,3,,,\nreopen_rate,,,,0.1,,,business\n")
    idle = found.report.findings.set_index("rule")
    assert idle.loc["goal_of_no_team", "example"] == "Teem" and idle.loc["goal_of_no_team", "rows"] == 1
    assert idle.loc["goal_of_no_clock", "example"] == "reopen_rate"
    assert list(desk("first_response_time,,,Day,3,,,business\n").report.findings.rule) == []
