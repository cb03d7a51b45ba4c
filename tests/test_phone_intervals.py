"""Shares of a phone report that knows intervals and no calls: n is calls, and the interval is of the intervals."""

import pandas as pd
import pytest
import statsmodels.api as sm
from hand import call

from kpitools.compute import compute

# Twenty half-hours of 3 March: offered, answered, of them in time, seconds waited.
HALF_HOURS = [(10 + i, 9 + i, 6 + i // 2, 30.0 * (9 + i)) for i in range(20)]


def intervals(rows):
    start = pd.Timestamp("2025-03-03 08:00")
    return [
        {
            "started_at": start + pd.Timedelta(minutes=30 * i), "offered": offered, "answered": answered,
            "abandoned": offered - answered, "answered_in_target": float(in_time), "wait_s": wait,
            "talk_s": 60.0 * answered,
        }
        for i, (offered, answered, in_time, wait) in enumerate(rows)
    ]  # fmt: skip


@pytest.fixture
def desk(make_desk):
    return make_desk(queue_intervals=intervals(HALF_HOURS))


def test_n_is_calls(desk):
    # 10 + 11 + ... + 29 = 390 offered, 370 answered.
    n = {k: compute(k, desk, every=None).n[0] for k in ("service_level", "abandonment_rate", "average_speed_of_answer",
                                                        "average_handle_time")}  # fmt: skip
    assert n == {"service_level": 390, "abandonment_rate": 390, "average_speed_of_answer": 370,
                 "average_handle_time": 370}  # fmt: skip
    answered = compute("service_level", desk, every=None, options={"service_level_denominator": "answered"})
    assert answered.n[0] == 370


def test_the_interval_is_that_of_clusters(desk):
    found = compute("service_level", desk, every=None).iloc[0]
    frame = pd.DataFrame(HALF_HOURS, columns=["offered", "answered", "in_time", "wait"])
    share = frame.in_time / frame.offered
    fit = sm.WLS(share, [1.0] * 20, weights=frame.offered).fit(cov_type="HC1", use_t=True)
    low, high = fit.conf_int().iloc[0]

    assert found.value == pytest.approx(frame.in_time.sum() / 390)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_few_intervals_give_no_interval_and_the_same_n(make_desk):
    found = compute("service_level", make_desk(queue_intervals=intervals(HALF_HOURS[:9])), every=None).iloc[0]

    # Nine half-hours of 10 to 18 calls.
    assert (found.n, pd.isna(found.low), pd.isna(found.high)) == (126, True, True)


def test_single_calls_keep_wilsons_interval(make_desk):
    from statsmodels.stats.proportion import proportion_confint

    calls = [call(i, 10.0) for i in range(3)] + [call(3, 60.0)]
    found = compute("service_level", make_desk(calls=calls), every=None).iloc[0]

    assert (found.n, found.value) == (4, 0.75)
    assert (found.low, found.high) == pytest.approx(proportion_confint(3, 4, method="wilson"))


def test_the_samples_half_hours_are_counted_by_their_calls():
    from kpitools import load

    desk = load("data/sample/phone")
    raw = pd.read_csv("data/sample/phone/phone_intervals.csv")
    offered = next(column for column in raw.columns if "offered" in column.lower())
    assert compute("abandonment_rate", desk, every=None).n[0] == raw[offered].sum()
