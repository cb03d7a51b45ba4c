"""Targets: which is in force, who meets it, how often of late."""

import math

import pandas as pd
import pytest

from kpitools.analysis.targets import Target, attainment, bounds, met, target_for
from kpitools.errors import ConfigError
from kpitools.kpis import get


@pytest.fixture
def targets():
    """First responses: 4 h until June, 2 h from July; the VIP team 1 h throughout; business hours apart for calls."""
    rows = [
        ("first_response_time", "2025-01-01", "2025-06-30", None, 4.0, None, None, None),
        ("first_response_time", "2025-07-01", None, None, 2.0, None, None, None),
        ("first_response_time", None, None, "VIP", 1.0, None, None, None),
        ("occupancy", None, None, None, None, 0.75, 0.85, None),
        ("resolution_time", None, None, None, 8.0, None, None, "business"),
    ]
    names = ["kpi", "valid_from", "valid_to", "team", "target", "low", "high", "hours"]
    return pd.DataFrame(rows, columns=names)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2024-12-31", None), ("2025-01-01", 4.0), ("2025-06-30", 4.0), ("2025-07-01", 2.0), ("2030-01-01", 2.0)],
)
def test_each_period_has_the_target_in_force_on_its_first_day(targets, day, expected):
    found = target_for(targets, get("first_response_time"), None, day)
    assert (found and found.target) == expected


def test_a_teams_own_target_wins_and_others_keep_the_general_one(targets):
    assert target_for(targets, get("first_response_time"), "VIP", "2025-03-03").target == 1.0
    assert target_for(targets, get("first_response_time"), "Sales", "2025-03-03").target == 4.0
    assert target_for(targets, get("first_response_time"), None, "2025-03-03").target == 4.0


def test_a_target_for_business_hours_does_not_judge_calendar_hours(targets):
    assert target_for(targets, get("resolution_time"), None, "2025-03-03") is None
    assert target_for(targets, get("resolution_time"), None, "2025-03-03", "business").target == 8.0


def test_no_targets_give_no_target(targets):
    assert target_for(None, get("csat"), None, "2025-03-03") is None
    assert target_for(targets, get("csat"), None, "2025-03-03") is None


def test_a_table_without_dates_and_teams_holds_always_and_for_all():
    assert target_for(pd.DataFrame({"kpi": ["csat"], "target": [0.9]}), get("csat"), "VIP", "2025-03-03") == (
        0.9,
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("value", "target", "better", "expected"),
    [
        (0.8, 0.8, "higher", True),
        (0.79, 0.8, "higher", False),
        (4.0, 4.0, "lower", True),  # exactly on the limit is met
        (4.01, 4.0, "lower", False),
        (0.8, Target(low=0.75, high=0.85), "band", True),
        (0.9, Target(low=0.75, high=0.85), "band", False),
        (0.9, Target(low=0.75), "band", True),
        (5, 4.0, "neutral", None),
        (50, Target(low=40.0, high=75.0), "neutral", True),
        (80, Target(low=40.0, high=75.0), "neutral", False),
        (39, Target(low=40.0), "neutral", False),
        (None, 4.0, "lower", None),
        (float("nan"), 4.0, "lower", None),
        (5, None, "lower", None),
    ],
)
def test_whether_a_value_meets_its_target(value, target, better, expected):
    assert met(value, target, better) is expected


def test_a_band_needs_bounds():
    with pytest.raises(ConfigError, match="a band needs low, high or both; the targets give only the value 0.8"):
        bounds(0.8, "band")


def test_a_band_the_wrong_way_round_is_an_error():
    with pytest.raises(ConfigError, match="low 0.85 lies above its high 0.75"):
        bounds(Target(low=0.85, high=0.75), "band")


def test_attainment_looks_at_the_last_twelve_periods_that_had_a_target():
    # 15 periods: two misses long ago, then one without target and nine hits in twelve
    found = attainment(pd.Series([False, False, True, None, *[True] * 9, False, False], dtype=object))

    assert (found.k, found.n) == (9, 11)
    assert found.low == pytest.approx(0.5230, abs=1e-4)  # Wilson for 9 of 11
    assert found.high == pytest.approx(0.9486, abs=1e-4)


def test_attainment_without_targets_is_nothing_of_nothing():
    found = attainment(pd.Series([None, None], dtype=object))
    assert (found.k, found.n) == (0, 0) and math.isnan(found.low)
