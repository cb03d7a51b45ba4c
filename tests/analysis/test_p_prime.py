"""The P' chart: published numbers, and a small one worked by hand."""

import numpy as np
import pytest

from kpitools.analysis import p_prime

from .published import cases, close

KINDS = {"p": False, "pp": True}


@pytest.mark.parametrize("vector", cases("attribute_charts"))
def test_limits_equal_the_published_p_and_p_prime_charts(vector):
    given, expected = vector["input"], vector["expected"]
    if given["chart"] not in KINDS:
        pytest.skip(f"a {given['chart']} chart is not drawn here")
    points = p_prime.chart(given["y"], given["n"], stretch=KINDS[given["chart"]], screen=given["screened_mr"])
    assert points["value"].tolist() == close(expected["y"])
    assert points["centre"].tolist() == close(expected["cl"])
    assert points["lower"].tolist() == close(expected["lcl"])
    assert points["upper"].tolist() == close(expected["ucl"])
    assert points["near_lower"].tolist() == close(expected["lcl95"])
    assert points["near_upper"].tolist() == close(expected["ucl95"])
    assert points["outside"].tolist() == expected["sigma_signal"]


def test_limits_worked_by_hand():
    # 50 of 100, 60 of 100, 50 of 100, 40 of 100: pooled 200/400 = 0.5, binomial sd = sqrt(.25/100) = 0.05.
    # z = 0, 2, 0, -2; moving ranges 2, 2, 2; sigma_z = 2/1.128 = 1.773050; half-width 3 * .05 * 1.773050
    # = 0.2659574.
    points = p_prime.chart([50, 60, 50, 40], [100] * 4)

    assert points["centre"].tolist() == [0.5] * 4
    assert points["lower"].tolist() == pytest.approx([0.2340426] * 4, abs=1e-6)
    assert points["upper"].tolist() == pytest.approx([0.7659574] * 4, abs=1e-6)
    # near lines at two thirds: 0.5 +/- 0.1773050
    assert points["near_upper"].tolist() == pytest.approx([0.6773050] * 4, abs=1e-6)


def test_a_period_with_few_cases_has_wider_limits():
    points = p_prime.chart([50, 60, 6, 40], [100, 100, 10, 100])

    width = (points["upper"] - points["lower"]).round(6)
    assert width[2] > width[0] == width[1] == width[3]


def test_the_centre_is_sum_over_sum_not_a_mean_of_shares():
    # 1 of 1 and 0 of 99: 1 % of cases, while the mean of the two shares is 50 %
    assert p_prime.chart([1, 0], [1, 99])["centre"].tolist() == [0.01, 0.01]


def test_a_share_that_is_always_one_has_no_width_and_no_news():
    points = p_prime.chart([20] * 10, [20] * 10)

    assert points["upper"].tolist() == points["lower"].tolist() == [1.0] * 10
    assert set(points["label"]) == {"Common Cause"}


def test_a_period_without_cases_is_a_gap():
    points = p_prime.chart([50, 0, 50, 60], [100, 0, 100, 100])

    assert np.isnan(points["value"][1]) and np.isnan(points["upper"][1])
    assert points["label"].tolist() == ["Common Cause"] * 4


def test_limits_never_leave_zero_to_one():
    points = p_prime.chart([19, 20, 18, 20, 19], [20] * 5)

    assert points["upper"].max() == 1.0
    assert points["lower"].min() >= 0


def test_a_chart_needs_about_five_cases_of_the_rarer_kind():
    # 90 of 100 kept in two periods of 50: median n 50 * min(.9, .1) = 5
    assert p_prime.expected_rarer([45, 45], [50, 50]) == pytest.approx(5.0)
