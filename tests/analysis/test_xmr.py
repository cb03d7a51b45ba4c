"""The rules of the XmR chart on series small enough to check by eye.

Most start from one quiet base: 6 and 5 in turn, six times. Its mean is 5.5 and every moving range is 1, so the limits
are 5.5 +/- 2.66, that is 2.84 and 8.16, and the near lines 5.5 +/- 1.7733, that is 3.7267 and 7.2733.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpitools.analysis import xmr
from kpitools.errors import ConfigError

BASE = [6.0, 5.0] * 6
NAN = float("nan")
C = "Common Cause"


def after_base(*values):
    """The labels of `values`, judged by the limits of the quiet base before them."""
    return xmr.chart([*BASE, *values], fix_after=12)["label"].tolist()[12:]


def mondays(count, start="2024-01-01"):
    import pandas as pd

    return pd.date_range(start, periods=count, freq="7D")


def test_limits_of_the_quiet_base():
    found = xmr.limits(BASE)

    assert found.centre == 5.5
    assert found.lower == pytest.approx(2.84)
    assert found.upper == pytest.approx(8.16)
    assert found.near_lower == pytest.approx(5.5 - 1.7733333333)
    assert found.near_upper == pytest.approx(5.5 + 1.7733333333)


def test_an_outlier_is_screened_from_the_ranges_once_but_stays_in_the_mean():
    # 1, 2, 1, 2, 10, 1, 2 ... 18 values: sum of nine 1s, eight 2s and the 10 = 35 -> mean 1.9444.
    # Ranges: 15 of 1, one 8, one 9 -> mean 32/17 = 1.8824; cut 3.267 * 1.8824 = 6.15: 8 and 9 go, the rest average 1.
    values = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
    screened, plain = xmr.limits(values), xmr.limits(values, screen=False)

    assert screened.centre == plain.centre == pytest.approx(35 / 18)
    assert screened.upper == pytest.approx(35 / 18 + 2.66)
    assert plain.upper == pytest.approx(35 / 18 + 2.66 * 32 / 17)
    assert xmr.chart(values)["label"][4] == "Above UCL"


def test_screening_is_one_pass_only():
    # Ranges 1 (x10), 5 and 40: mean 55/12 = 4.583, cut 14.97: 40 goes.
    # A second pass would cut at 3.267 * 15/11 = 4.45: the 5 too.
    assert xmr.mean_moving_range(np.array([0, 1, 0, 1, 0, 1, 6, 46, 45, 46, 45, 46, 45]))[0] == 15 / 11


# Rule 1: outside


def test_a_point_beyond_a_limit_is_outside():
    assert after_base(8.2, 5, 2.8) == ["Above UCL", C, "Below LCL"]


def test_a_point_on_a_limit_is_inside():
    assert after_base(8.16, 5, 2.84) == [C, C, C]


# Rule 2: trend


def test_seven_rising_points_are_a_trend_back_to_the_first():
    # 5 (base), then 5.1 ... : the base's last 5 is the trend's first point
    labels = xmr.chart([*BASE, 5.1, 5.2, 5.3, 5.6, 5.7, 5.8], fix_after=12)["label"].tolist()

    assert labels[10:] == [C] + ["7 Point Trend (Increasing)"] * 7


def test_six_rising_points_are_no_trend():
    assert after_base(5.1, 5.2, 5.3, 5.6, 5.7) == [C] * 5


def test_a_tie_breaks_a_trend():
    assert after_base(5.1, 5.2, 5.3, 5.3, 5.6, 5.7) == [C] * 6


def test_a_trend_need_not_cross_the_centre():
    # 7 falls to 5.9 in eight points, all above the centre: also a shift, but a trend comes first
    labels = after_base(7.0, 6.8, 6.6, 6.4, 6.2, 6.1, 6.0, 5.9)
    assert labels == ["7 Point Trend (Decreasing)"] * 8


def test_the_point_between_two_trends_goes_the_new_way():
    rise, fall = [1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]
    members, way = xmr.trend([*rise, 7, *fall])

    assert members.all()
    assert way.tolist() == [1] * 6 + [-1] * 7


# Rule 3: two in three


def test_two_of_three_close_to_a_limit_mark_those_two():
    assert after_base(7.5, 6, 7.5) == ["2 in 3 Above CL", C, "2 in 3 Above CL"]


def test_two_of_three_need_the_third_on_the_same_side():
    assert after_base(7.5, 7.5, 5, 6) == [C] * 4


def test_two_of_four_are_not_two_of_three():
    assert after_base(7.5, 6, 6, 7.5) == [C] * 4


def test_a_point_on_the_near_line_is_not_close():
    near = 5.5 + 2.66 * 2 / 3
    assert after_base(near, 6, near) == [C] * 3


def test_a_point_outside_may_be_the_third_but_is_not_close():
    assert after_base(7.5, 9, 7.5) == ["2 in 3 Above CL", "Above UCL", "2 in 3 Above CL"]
    assert after_base(7.5, 9, 6) == [C, "Above UCL", C]


def test_two_in_three_works_below_too():
    assert after_base(5, 3.5, 3.5) == [C, "2 in 3 Below CL", "2 in 3 Below CL"]


# Rule 4: shift


def test_seven_points_on_one_side_are_a_shift():
    assert after_base(*[6.5] * 7) == ["7 Points Above CL"] * 7


def test_six_points_on_one_side_are_no_shift():
    assert after_base(*[6.5] * 6) == [C] * 6


def test_the_last_base_point_counts_if_it_is_on_that_side():
    assert after_base(*[4.5] * 6) == ["7 Points Below CL"] * 6


def test_a_point_on_the_centre_breaks_a_shift():
    assert after_base(6.5, 6.5, 6.5, 5.5, 6.5, 6.5, 6.5) == [C] * 7


# Priority


def test_outside_comes_first_then_trend_then_two_in_three_then_shift():
    # Seven above the centre, the last two close to the limit: shift, but 2-in-3 where both hold
    assert after_base(*[6.5] * 5, 7.5, 7.4) == ["7 Points Above CL"] * 5 + ["2 in 3 Above CL"] * 2
    # Rising through the limit: trend, but outside where both hold
    assert after_base(5.1, 5.6, 6, 6.5, 7, 8.5)[-2:] == ["7 Point Trend (Increasing)", "Above UCL"]


# Segments


def test_a_rebase_restarts_limits_and_runs():
    # A level of 5 and 6 that becomes 15 and 16: without a rebase everything is news, with one nothing is.
    values = [*BASE, *[value + 10 for value in BASE]]
    plain = xmr.chart(values)
    split = xmr.chart(values, xmr.segments(mondays(24), [mondays(24)[12]]))

    assert set(plain["label"]) != {C}
    assert set(split["label"]) == {C}
    assert split["centre"].unique().tolist() == [5.5, 15.5]
    assert split["upper"].tolist() == pytest.approx([8.16] * 12 + [18.16] * 12)  # no range across the boundary


def test_a_rebase_between_two_periods_snaps_to_the_next():
    assert xmr.segments(mondays(4), ["2024-01-10"]).tolist() == [0, 0, 1, 1]


def test_a_rebase_within_the_last_period_starts_nothing_yet():
    assert xmr.segments(mondays(3), ["2024-01-17"]).tolist() == [0, 0, 0]


@pytest.mark.parametrize("date", ["2023-12-31", "2024-01-22"])
def test_a_rebase_outside_the_series_is_an_error(date):
    with pytest.raises(ConfigError, match=f"outside the series: {date}; the series covers 2024-01-01 to 2024-01-15"):
        xmr.segments(mondays(3), [date])


def test_fixed_limits_need_twelve_periods():
    with pytest.raises(ConfigError, match="at least 12 periods, got 11"):
        xmr.limits(BASE, fix_after=11)


# Where we differ from the published package


def test_a_share_pinned_at_100_percent_keeps_its_limits():
    # 14 ones, .9 and .92: ranges .1, .1, .08, .08, eleven 0 -> mean .36/15 = .024; all four are cut, 0 is left.
    # Unscreened: mean .98875, limits .98875 -/+ 2.66 * .024 = .92491 and 1.05259: only the two dips are news.
    values = [1, 1, 1, 1, 1, 0.9, 1, 1, 1, 1, 1, 1, 0.92, 1, 1, 1]
    points = xmr.chart(values)

    assert points["lower"].iloc[0] == pytest.approx(0.92491)
    assert points.index[points["label"] == "Below LCL"].tolist() == [5, 12]
    assert set(points["label"]) == {C, "Below LCL"}
    assert points["unscreened"].all()


@pytest.mark.parametrize("value", [0.95, 0.1, 5.0, 0.0])
def test_a_constant_series_has_no_width_and_no_news(value):
    points = xmr.chart([value] * 13)

    assert points["lower"].tolist() == pytest.approx([value] * 13)
    assert points["side"].tolist() == [0] * 13  # a mean in binary digits may differ in the last one
    assert set(points["label"]) == {C}


def test_a_missing_value_breaks_runs_and_ranges():
    # 1 2 3 - 5 6 7 8 9 10: six rising points after the gap; ranges only 1s, mean 51/9, limits 51/9 -/+ 2.66
    points = xmr.chart([1, 2, 3, NAN, 5, 6, 7, 8, 9, 10])

    assert points["centre"].iloc[0] == pytest.approx(51 / 9)
    assert points["lower"].iloc[0] == pytest.approx(51 / 9 - 2.66)
    assert not points["trend"].any()
    assert points["label"].tolist() == ["Below LCL"] * 3 + [C] * 5 + ["Above UCL"] * 2
    assert not xmr.shift([1, 1, 1, NAN, 1, 1, 1, 1]).any()
    assert not xmr.two_in_three([True, False, True], [1, NAN, 1]).any()


def test_one_value_has_a_centre_and_no_limits():
    found = xmr.limits([5.0])
    assert found.centre == 5 and np.isnan(found.upper)
    assert xmr.chart([5.0])["label"].tolist() == [C]


def test_no_values_have_no_lines():
    assert np.isnan(xmr.limits([NAN, NAN]).centre)
    assert xmr.chart([]).empty


# Words


@pytest.mark.parametrize(
    ("label", "better", "verdict", "variation"),
    [
        ("Above UCL", "higher", "improvement", "improvement_high"),
        ("Above UCL", "lower", "concern", "concern_high"),
        ("7 Point Trend (Decreasing)", "higher", "concern", "concern_low"),
        ("7 Points Below CL", "lower", "improvement", "improvement_low"),
        ("2 in 3 Above CL", "neutral", "neutral_high", "neutral_high"),
        ("2 in 3 Below CL", "band", "neutral_low", "neutral_low"),
        (C, "higher", "common_cause", "common_cause"),
    ],
)
def test_what_a_label_means(label, better, verdict, variation):
    assert xmr.verdict(label, better) == verdict
    assert xmr.variation(label, better) == variation


@pytest.mark.parametrize(
    ("target", "more", "less"),
    [
        (9.0, "consistent_fail", "consistent_pass"),  # above the upper limit of 8.16
        (2.0, "consistent_pass", "consistent_fail"),  # below the lower limit of 2.84
        (5.0, "inconsistent", "inconsistent"),
        (8.16, "inconsistent", "inconsistent"),  # exactly on a limit
    ],
)
def test_whether_a_target_is_kept(target, more, less):
    assert xmr.assurance(2.84, 8.16, target, None) == more  # more is better: at least the target
    assert xmr.assurance(2.84, 8.16, None, target) == less  # less is better: at most the target


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (2, 9, "consistent_pass"),
        (9, 10, "consistent_fail"),
        (1, 2, "consistent_fail"),
        (2, 7, "inconsistent"),
        (None, None, None),
    ],
)
def test_whether_a_band_is_kept(low, high, expected):
    assert xmr.assurance(2.84, 8.16, low, high) == expected


def test_without_limits_there_is_no_assurance():
    assert xmr.assurance(NAN, NAN, 5, None) is None


# Properties

values = st.lists(st.integers(-50, 50).map(float), min_size=3, max_size=40)
SWAP = {names[sign]: names[-sign] for names in (xmr.OUTSIDE, xmr.TREND, xmr.TWO_IN_THREE, xmr.SHIFT) for sign in names}


@given(values)
def test_turning_a_series_upside_down_swaps_high_and_low(drawn):
    up, down = xmr.chart(drawn), xmr.chart([-value for value in drawn])

    assert [SWAP.get(label, label) for label in up["label"]] == down["label"].tolist()
    for label, mirrored in zip(up["label"], down["label"], strict=True):
        assert xmr.verdict(label, "higher") == xmr.verdict(mirrored, "lower")


@given(values, st.integers(-100, 100))
def test_adding_a_constant_moves_the_limits_and_no_label(drawn, constant):
    here, there = xmr.chart(drawn), xmr.chart([value + constant for value in drawn])

    assert there["label"].tolist() == here["label"].tolist()
    assert there["upper"].tolist() == pytest.approx((here["upper"] + constant).tolist(), nan_ok=True)


@given(values, values)
def test_segments_are_judged_as_if_alone(first, second):
    both = xmr.chart([*first, *second], [0] * len(first) + [1] * len(second))
    alone = [*xmr.chart(first)["label"], *xmr.chart(second)["label"]]
    assert both["label"].tolist() == alone


@given(values)
def test_limits_hold_the_centre_between_them(drawn):
    found = xmr.limits(drawn)
    assert found.lower <= found.near_lower <= found.centre <= found.near_upper <= found.upper
