"""Kaplan-Meier against published curves, and four tickets worked by hand."""

import math

import numpy as np
import pytest

from kpitools.analysis import survival

from .published import close, part


def pick(number):
    return part("misc_r_oracles")["kaplan_meier"][number]


@pytest.mark.parametrize("number", range(3))
def test_curves_equal_the_published_ones(number):
    given, expected = pick(number)["input"], pick(number)["expected"]
    curve = survival.km(given["time"], given["event"], given["entry"]).set_index("time")
    for time, share, risk in zip(expected["surv_times"], expected["surv"], expected["at_risk"], strict=True):
        if time in curve.index:  # the other program lists censoring times too
            assert curve.loc[time, "survival"] == close(share)
            assert curve.loc[time, "at_risk"] == risk


@pytest.mark.parametrize("number", range(3))
def test_quantiles_and_their_intervals_equal_the_published_ones(number):
    given, expected = pick(number)["input"], pick(number)["expected"]
    for p, value, low, high in zip(*(expected[k] for k in ("p", "quantile", "lower", "upper")), strict=True):
        found = survival.km_quantile(given["time"], given["event"], p)
        assert found.value == close(value)
        assert found.low == close(low)
        if not (number == 1 and p >= 0.75):  # where the curve reaches 0 the other program gives no upper bound
            assert found.high == close(high)


@pytest.mark.parametrize("number", range(3))
def test_restricted_means_equal_the_published_ones(number):
    given, expected = pick(number)["input"], pick(number)["expected"]
    found = survival.rmst(given["time"], given["event"], 30)
    assert found.value == close(expected["rmst30"])
    assert (found.high - found.value) / 1.959963984540054 == close(expected["rmst30_se"])


def test_the_logrank_test_equals_the_published_one():
    one, other = pick(0)["input"], pick(1)["input"]
    group = [0] * len(one["time"]) + [1] * len(other["time"])
    chi2, p = survival.logrank(one["time"] + other["time"], one["event"] + other["event"], group)
    expected = part("misc_r_oracles")["logrank"]
    assert chi2 == close(expected["chisq"])
    assert p == close(expected["p"])


def test_an_open_ticket_counts_as_long_as_it_is_old():
    # Ended after 1, 2 and 4 h, one still open at 3 h: 3/4 left after 1, 2/4 after 2, then one at risk: 0 after 4.
    curve = survival.km([1, 2, 3, 4], [1, 1, 0, 1])

    assert curve["time"].tolist() == [1, 2, 4]
    assert curve["survival"].tolist() == pytest.approx([0.75, 0.5, 0])
    assert curve["at_risk"].tolist() == [4, 3, 1]
    # area to 4 h: 1*1 + 1*.75 + 2*.5 = 2.75
    assert survival.rmst([1, 2, 3, 4], [1, 1, 0, 1], 4).value == pytest.approx(2.75)
    # the curve is level with one half from 2 h to 4 h: the middle
    assert survival.km_quantile([1, 2, 3, 4], [1, 1, 0, 1]).value == 3


def test_without_open_tickets_the_median_is_the_ordinary_one():
    assert survival.km_quantile([1, 2, 3, 4], [1, 1, 1, 1]).value == 2.5
    assert survival.km_quantile([1, 2, 3], [1, 1, 1]).value == 2


def test_a_quantile_that_is_not_reached_is_missing():
    assert math.isnan(survival.km_quantile([1, 5, 5, 5], [1, 0, 0, 0], 0.9).value)


def test_nothing_ended_gives_no_curve_and_no_median():
    assert survival.km([3, 4], [0, 0]).empty
    assert math.isnan(survival.km_quantile([3, 4], [0, 0]).value)
    assert math.isnan(survival.rmst([3, 4], [0, 0], 5).value)


def test_nothing_ended_within_the_horizon_is_the_whole_horizon():
    assert survival.rmst([3, 9], [0, 0], 2).value == 2


def test_a_restricted_mean_needs_a_followed_horizon():
    assert math.isnan(survival.rmst([1, 3], [1, 0], 5).value)
    assert survival.rmst([1, 3], [1, 1], 5).value == 2


def test_rows_without_a_time_do_not_count():
    assert survival.km_quantile([1, 2, 3, np.nan], [1, 1, 1, 1]).value == 2
