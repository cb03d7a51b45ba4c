"""Intervals: published numbers, independent implementations, and what is missing stays missing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpitools.analysis import intervals

from .published import close, part

NAN = float("nan")


def test_wilson_equals_the_published_intervals():
    for case in part("misc_r_oracles")["wilson"]:
        assert intervals.wilson(case["count"], case["nobs"]) == close([case["low"], case["high"]])


def test_the_nps_interval_equals_the_published_one_cut_to_the_scale():
    for case in part("misc_r_oracles")["nps_adjusted_wald"]["cases"]:
        low, high = intervals.nps_interval(case["promoters"], case["passives"], case["detractors"])
        assert low == close(max(case["adj_low"], -100))
        assert high == close(min(case["adj_high"], 100))


def test_the_poisson_interval_equals_the_published_one():
    for case in part("misc_r_oracles")["poisson_exact"]:
        assert intervals.poisson_interval(case["count"], case["exposure"]) == close([case["low"], case["high"]])


def test_wilson_by_hand():
    # 0 of 10: upper z^2/(n + z^2) = 3.8415/13.8415 = .27753; symmetric for 10 of 10
    assert intervals.wilson(0, 10) == pytest.approx((0, 0.277533), abs=1e-6)
    assert intervals.wilson(10, 10) == pytest.approx((0.722467, 1), abs=1e-6)


def test_nps_by_hand():
    # 7, 2 and 1 of 10: p = 7.75/13, d = 1.75/13, p - d = .461538; variance (.730769 - .213018)/13 = .0398271
    # half-width 1.959964 * .199567 = .391145: 7.0394 to 85.2683
    assert intervals.nps_interval(7, 2, 1) == pytest.approx((7.0394, 85.2683), abs=1e-4)


def test_a_count_of_zero_may_still_have_been_three():
    # exact: the upper end is -ln(.025) = 3.6889
    assert intervals.poisson_interval(0) == pytest.approx((0, 3.688879), abs=1e-6)


def test_the_mean_interval_by_hand():
    # n = 4, sd 2: t(3) = 3.182446, half-width 3.182446 * 2 / 2
    assert intervals.mean_interval(10, 2, 4) == pytest.approx((6.817554, 13.182446), abs=1e-6)


def test_the_ratio_interval_equals_weighted_regression_with_robust_errors():
    import statsmodels.api as sm

    rng = np.random.default_rng(7)
    x = rng.gamma(2, 3, 40)
    y = 3 * x + rng.normal(0, 2, 40)
    sums = x.sum(), y.sum(), (x * x).sum(), (x * y).sum(), (y * y).sum()
    expected = sm.WLS(y / x, np.ones(40), weights=x).fit(cov_type="HC1", use_t=True).conf_int()[0]

    assert intervals.ratio_interval(*sums, 40) == pytest.approx(tuple(expected), rel=1e-9)


@pytest.mark.parametrize(("p", "fewest"), [(0.5, 6), (0.9, 36), (0.95, 72)])
def test_an_upper_bound_of_a_percentile_needs_enough_values(p, fewest):
    # ln(.025) / ln(p): with fewer values none lies far enough out
    assert intervals.quantile_ranks(fewest - 1, p)[1] is None
    assert intervals.quantile_ranks(fewest, p)[1] == fewest


def test_quantile_ranks_equal_the_exact_test():
    from scipy.stats import quantile_test

    for n in (1, 5, 6, 20, 36, 99):
        for p in (0.5, 0.9):
            found = quantile_test(np.arange(1.0, n + 1), q=0, p=p).confidence_interval(0.95)
            assert intervals.quantile_ranks(n, p) == tuple(None if np.isnan(v) else int(v) for v in found)


def test_ranks_of_many_groups_at_once():
    low, high = intervals.quantile_ranks(np.array([36, 5, np.nan]), 0.9)
    # 5 values: P(at most 2 below) = .009, P(at most 3) = .081, so the third is the lower bound; no upper one
    assert low.tolist() == pytest.approx([29, 3, NAN], nan_ok=True)
    assert high.tolist() == pytest.approx([36, NAN, NAN], nan_ok=True)


def test_what_is_missing_stays_missing():
    k, n = pd.Series([3, None, 0], dtype="Int64"), pd.Series([4, 4, 0], dtype="Int64")
    low, high = intervals.wilson(k, n)

    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [False, True, True]
    assert np.isnan(intervals.nps_interval(0, 0, 0)).all()
    assert np.isnan(intervals.mean_interval(3, NAN, [1, 5])).all()
    assert np.isnan(intervals.ratio_interval(2, 4, 4, 8, 16, 1)).all()
    assert np.isnan(intervals.ratio_interval(0, 4, 0, 0, 16, 5)).all()
    assert np.isnan(intervals.poisson_interval([None])).all()


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_stays_within_zero_to_one(drawn):
    k, n = drawn
    low, high = intervals.wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_swapping_promoters_and_detractors_mirrors_the_nps_interval(p, m, d):
    low, high = intervals.nps_interval(p, m, d)
    assert intervals.nps_interval(d, m, p) == pytest.approx((-high, -low), nan_ok=True)
