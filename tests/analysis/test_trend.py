"""`judge`: which chart, which window, which target, and what a reader is told."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpitools import words
from kpitools.analysis.lines import autocorrelation, drawable
from kpitools.analysis.trend import (
    assurance_words,
    describe,
    expected_false_icons,
    judge,
    met_words,
    note_words,
    variation_words,
)
from kpitools.errors import ConfigError, TooFewError
from kpitools.kpi import Kpi, Words


def kpi(statistic="median", unit="h", better="lower", name="first_response_time"):
    text = Words("First response time", "Thời gian phản hồi đầu tiên")
    return Kpi(name, "service", text, text, text, "tickets", "created_at", statistic, None, unit, better, (), "")


CSAT = kpi("share", "share", "higher", "csat")
VOLUME = kpi("total", "count", "neutral", "ticket_volume")


def weekly(values, n=100.0, incomplete=0, **more):
    """A series of weeks from Monday 1 Jan 2024."""
    periods = pd.date_range("2024-01-01", periods=len(values), freq="7D")
    complete = np.arange(len(values)) < len(values) - incomplete
    return pd.DataFrame({"period": periods, "value": values, "n": n, "complete": complete, **more})


def shares(k, n):
    k, n = np.asarray(k, float), np.asarray(n, float)
    return weekly(k / n, n, k=k)


def target(name, **given):
    return pd.DataFrame([{"kpi": name, **given}])


BASE = [6.0, 5.0] * 6  # quiet: median of the logs' limits worked out below
QUIET = weekly(BASE)


def test_durations_are_charted_as_logarithms():
    # log 6 and log 5 in turn: centre sqrt(30) = 5.477, range log 1.2, limits 5.477 * 1.2^(+/-2.66) = 3.372 and 8.896
    found = judge(QUIET, kpi())

    assert (found.chart, found.scale) == ("xmr", "log")
    last = found.last
    assert last["centre"] == pytest.approx(math.sqrt(30))
    assert last["lower"] == pytest.approx(math.sqrt(30) * 1.2**-2.66)
    assert last["upper"] == pytest.approx(math.sqrt(30) * 1.2**2.66)
    assert last["near_upper"] == pytest.approx(math.sqrt(30) * 1.2 ** (2.66 * 2 / 3))


def test_zero_hours_cannot_be_charted_as_logarithms_and_it_is_said():
    found = judge(weekly([0.0, *BASE]), kpi())
    assert found.scale == "linear"
    assert "trend.note.zero" in found.notes


def test_shares_are_charted_by_their_cases():
    # 80 and 90 of 100 in turn: p .85, sd sqrt(.1275/100) = .035707, z -/+1.4003; sigma_z 2.8006/1.128 = 2.48279
    found = judge(shares([80, 90] * 6, [100] * 12), CSAT)

    assert found.chart == "p_prime"
    assert found.last["lower"] == pytest.approx(0.85 - 3 * 0.0357071 * 2.482804, abs=1e-5)
    assert found.last["upper"] == 1.0  # .85 + .266, cut to what a share can be


def test_a_ratio_of_calls_is_charted_by_its_calls():
    # 80 and 90 of 100 offered calls in turn, in rows of 50 calls: the limits of the share above
    chosen = kpi("ratio", "share", "higher", "service_level")
    series = weekly([0.8, 0.9] * 6, n=2.0, numerator=[80.0, 90.0] * 6, denominator=100.0)
    found = judge(series, chosen)

    assert found.chart == "p_prime"
    assert found.last["lower"] == pytest.approx(0.85 - 3 * 0.0357071 * 2.482804, abs=1e-5)
    losses = judge(series.assign(value=[-0.1, 0.1] * 6, numerator=[-10.0, 10.0] * 6), chosen)
    assert losses.chart == "xmr"  # a margin can be a loss: no share of anything


def test_a_share_with_too_few_cases_is_a_run_line_and_it_is_said():
    # 19 of 20: one case of the rarer kind a week, and five are needed
    found = judge(shares([19] * 12, [20] * 12), CSAT)

    assert (found.chart, found.variation, found.assurance) == ("run", None, None)
    assert found.notes == ("trend.note.few_cases",)
    assert found.points["upper"].isna().all()
    assert found.points["centre"].tolist() == [0.95] * 12


def test_a_weighted_share_is_charted_by_its_values():
    found = judge(weekly([0.8, 0.9] * 6, k=70.0), CSAT)
    assert (found.chart, "trend.note.weighted" in found.notes) == ("xmr", True)


def test_counts_that_vary_by_factors_are_charted_as_logarithms():
    assert judge(weekly([50.0, 60.0] * 6), VOLUME).scale == "linear"
    assert judge(weekly([20.0, 90.0] * 6), VOLUME).scale == "log"


def test_few_counts_and_stocks_carry_a_warning():
    assert "trend.note.few_counts" in judge(weekly([3.0, 4.0] * 6), VOLUME).notes
    assert "trend.note.level" in judge(weekly([30.0, 40.0] * 6), kpi("level", "count")).notes


def test_nps_is_charted_as_it_is():
    assert judge(weekly([-5.0, 20.0] * 6), kpi("nps", "score", "higher")).scale == "linear"


@pytest.mark.parametrize(
    ("count", "chart", "note"),
    [(7, "run", "too_few"), (8, "xmr", "provisional"), (12, "xmr", "provisional"), (13, "xmr", None)],
)
def test_how_many_periods_make_limits(count, chart, note):
    found = judge(weekly(([6.0, 5.0] * 7)[:count]), kpi())

    assert found.chart == chart
    assert [key for key in found.notes if key != "trend.note.moving"] == ([f"trend.note.{note}"] if note else [])
    assert found.provisional == (note == "provisional")
    assert (found.variation is None) == (chart == "run")


def test_an_incomplete_week_is_shown_and_never_judged():
    found = judge(weekly([*BASE, 6.0, 99.0], incomplete=1), kpi(), targets=target("first_response_time", target=7.0))

    newest = found.points.iloc[-1]
    assert newest["value"] == 99
    assert (newest["label"], newest["verdict"], newest["met"]) == (None, None, None)
    assert newest["upper"] == found.points["upper"].iloc[0]  # the line runs on
    assert found.variation == "common_cause"
    assert (found.met_k, found.met_n) == (12, 12)


def test_a_missing_week_is_a_gap():
    found = judge(QUIET.drop(index=[4]), kpi())

    assert len(found.points) == 12
    gap = found.points.iloc[4]
    assert math.isnan(gap["value"]) and gap["n"] == 0 and gap["complete"] and gap["label"] is None
    assert "trend.note.gaps" in found.notes


def test_only_the_last_complete_periods_are_judged():
    found = judge(weekly([50.0] * 10 + [6.0, 5.0] * 18 + [6.0], incomplete=1), kpi())

    assert len(found.points) == 37  # 36 complete and the one still filling
    assert found.points["upper"].max() < 10
    assert len(judge(weekly([6.0, 5.0] * 25), kpi(), window=None).points) == 50


def test_points_of_small_groups_are_marked():
    found = judge(weekly(BASE, n=[100.0] * 11 + [19.0]), kpi())
    assert found.points["small"].tolist() == [False] * 11 + [True]
    assert "trend.note.small_n" in found.notes
    assert not judge(weekly([3.0, 4.0] * 6, n=3.0), VOLUME).points["small"].any()


# Verdicts and targets


@pytest.mark.parametrize(
    ("better", "expected"),
    [("lower", "concern_high"), ("higher", "improvement_high"), ("neutral", "neutral_high")],
)
def test_the_icon_is_that_of_the_last_complete_period(better, expected):
    found = judge(weekly([*BASE, 30.0, 5.0], incomplete=1), kpi(better=better))
    assert found.variation == expected


@pytest.mark.parametrize(
    ("goal", "expected"),
    [(9.5, "consistent_pass"), (3.0, "consistent_fail"), (5.0, "inconsistent")],  # limits 3.37 and 8.90
)
def test_assurance_compares_the_target_with_the_limits(goal, expected):
    found = judge(QUIET, kpi(), targets=target("first_response_time", target=goal))
    assert found.assurance == expected


def test_a_group_without_a_target_has_no_assurance():
    found = judge(QUIET, kpi(), targets=target("first_response_time", target=9.5, team="VIP"), team="Sales")
    assert (found.assurance, found.met_n) == (None, 0)


def test_a_neutral_kpi_has_no_assurance():
    found = judge(QUIET, kpi(better="neutral"), targets=target("first_response_time", target=9.5))
    assert (found.assurance, found.met_n) == (None, 0)


def test_a_band_is_kept_if_the_limits_lie_within_it():
    occupancy = kpi("ratio", "share", "band", "occupancy")
    series = weekly([0.80, 0.81] * 6)  # limits .805 -/+ .0266

    inside = judge(series, occupancy, targets=target("occupancy", low=0.75, high=0.85))
    assert (inside.assurance, inside.met_k) == ("consistent_pass", 12)
    outside = judge(series, occupancy, targets=target("occupancy", low=0.6, high=0.7))
    assert (outside.assurance, outside.met_k) == ("consistent_fail", 0)
    across = judge(series, occupancy, targets=target("occupancy", low=0.8, high=0.9))
    assert across.assurance == "inconsistent"


def test_each_period_is_judged_by_its_own_target():
    goals = pd.DataFrame(
        {
            "kpi": "first_response_time",
            "valid_from": ["2024-01-01", "2024-03-04"],
            "valid_to": ["2024-03-03", None],
            "target": [7.0, 5.0],
        }
    )
    found = judge(QUIET, kpi(), targets=goals)

    # nine weeks at 7 h, all met; then 5, 6 and 5 h against 5 h
    assert found.points["target"].tolist() == [7.0] * 9 + [5.0] * 3
    assert found.points["met"].tolist() == [True] * 10 + [False, True]
    assert (found.met_k, found.met_n) == (11, 12)


def test_a_target_never_moves_the_limits():
    one = judge(QUIET, kpi(), targets=target("first_response_time", target=1.0))
    assert one.points["upper"].tolist() == judge(QUIET, kpi()).points["upper"].tolist()


def test_a_shift_makes_assurance_provisional():
    found = judge(weekly([5.0, 5.1] * 7 + [8.0, 8.1] * 7), kpi(), targets=target("first_response_time", target=9))
    assert found.provisional
    assert "trend.note.moving" in found.notes
    assert "(provisional)" in assurance_words(found, "en")


# Rebase


def changed(on, **more):
    return pd.DataFrame(
        [
            {
                "on": pd.Timestamp(on),
                "kpi": "first_response_time",
                "team": None,
                "what": "new bot",
                "rebase": True,
                **more,
            }
        ]
    )


STEP = weekly([*BASE, *[v / 2 for v in BASE]])


def test_nothing_is_rebased_on_its_own():
    assert judge(STEP, kpi()).points["segment"].unique().tolist() == [0]
    assert judge(STEP, kpi(), interventions=changed("2024-03-25", rebase=False)).points["segment"].max() == 0


def test_an_intervention_with_rebase_starts_new_limits_at_the_next_week():
    found = judge(STEP, kpi(), interventions=changed("2024-03-20"))  # a Wednesday; the new level starts on the 25th

    assert found.points["segment"].tolist() == [0] * 12 + [1] * 12
    assert found.last["centre"] == pytest.approx(math.sqrt(30) / 2)
    assert set(found.points["label"]) == {"Common Cause"}


def test_a_rebase_of_another_kpi_or_team_changes_nothing():
    for more in ({"kpi": "csat"}, {"team": "VIP"}, {"kpi": None}):
        assert judge(STEP, kpi(), interventions=changed("2024-03-25", **more)).points["segment"].max() == 0
    assert judge(STEP, kpi(), interventions=changed("2024-03-25", team="VIP"), team="VIP").points["segment"].max() == 1


def test_a_rebase_needs_a_reason_and_a_date_within_the_series():
    with pytest.raises(ConfigError, match="the rebase of first_response_time on 2024-03-25 gives no reason"):
        judge(STEP, kpi(), interventions=changed("2024-03-25", what=" "))
    with pytest.raises(ConfigError, match="rebase date outside the series: 2023-03-25"):
        judge(STEP, kpi(), interventions=changed("2023-03-25"))
    noted = judge(STEP, kpi(), interventions=changed("2023-03-25"), rebase_outside="note")
    assert "trend.note.rebase_outside" in noted.notes


def test_a_new_level_has_no_icon_before_eight_periods():
    found = judge(weekly([*BASE, 3.0, 2.5, 3.0]), kpi(), interventions=changed("2024-03-25"))

    assert (found.chart, found.variation, found.assurance) == ("xmr", None, None)
    assert found.points["label"].tolist() == ["Common Cause"] * 12 + [None] * 3
    assert found.points["upper"].isna().tolist() == [False] * 12 + [True] * 3
    assert "trend.note.new_level" in found.notes


# Warnings


def test_carry_over_from_week_to_week_is_warned_of():
    rng = np.random.default_rng(5)
    wave = 50 + 10 * np.sin(np.arange(36) / 4) + rng.normal(0, 1, 36)
    assert "trend.note.autocorrelated" in judge(weekly(wave), VOLUME).notes
    assert "trend.note.autocorrelated" not in judge(weekly([50.0, 60.0] * 18), VOLUME).notes


def test_the_carry_over_equals_the_textbook_autocorrelation():
    from statsmodels.tsa.stattools import acf

    series = np.random.default_rng(2).normal(50, 5, 30)
    found = judge(weekly(series), VOLUME)
    carried, bound = autocorrelation(found.points, found.scale)
    assert carried == pytest.approx(acf(series, nlags=1)[1])
    assert bound == pytest.approx(2 / math.sqrt(30))


def test_flat_stretches_are_said():
    values = [5.0] * 5 + [6.0] + [5.0] * 10
    assert "trend.note.unscreened" in judge(weekly(values), VOLUME).notes
    assert "trend.note.unscreened" not in judge(weekly([5.0] * 16), VOLUME).notes


def test_icons_expected_by_chance():
    assert expected_false_icons(30) == pytest.approx(0.48)


def test_series_that_are_no_series():
    with pytest.raises(TooFewError, match="a trend needs periods"):
        judge(QUIET.assign(period=pd.NaT), kpi())
    with pytest.raises(ConfigError, match="several rows a period"):
        judge(pd.concat([QUIET, QUIET]), kpi())
    with pytest.raises(ConfigError, match="not spaced by month"):
        judge(QUIET, kpi(), every="month")


def test_months_are_spaced_by_the_calendar():
    series = QUIET.assign(period=pd.date_range("2024-01-01", periods=12, freq="MS"))
    assert len(judge(series, kpi(), every="month").points) == 12


# Words


RISE = [5.1, 5.2, 5.3, 5.6, 5.7, 5.8]


def sentence(values, language, better="lower"):
    chosen = kpi(better=better)
    return describe(judge(weekly(values), chosen), chosen, language)


def test_an_improvement_in_one_sentence():
    # two quiet years' worth of 6 and 5, then 2.0 h: screened limits stay 5.477 * 1.2^(+/-2.66), the mean moves a little
    values = [6.0, 5.0] * 9 + [2.0]
    assert sentence(values, "en") == (
        "First response time 2.0 h in the week of 6 May 2024: below its usual 3.2 to 8.4 h (improvement)"
    )
    assert sentence(values, "vi") == (
        "Thời gian phản hồi đầu tiên tuần từ 06/05/2024: 2,0 giờ, "
        "thấp hơn khoảng thường thấy 3,2 đến 8,4 giờ (cải thiện)"
    )


@pytest.mark.parametrize(
    ("values", "better", "part"),
    [
        ([6.0, 5.0] * 9, "lower", "within its usual 3.4 to 8.9 h"),
        ([*[6.0, 5.0] * 9, 20.0], "lower", "above its usual 3.6 to 9.5 h (concern)"),
        ([*[6.0, 5.0] * 9, 20.0], "neutral", "(a change)"),
        ([*[6.0, 5.0] * 6, *RISE], "higher", "rising for seven weeks or more in a row (improvement)"),
        ([*[5.0, 6.0] * 6, *RISE[::-1]], "higher", "falling for seven weeks or more in a row (concern)"),
        (
            [*[6.0, 5.0] * 15, 8.2, 6.0, 8.2],
            "lower",
            "at the top end of its usual 3.3 to 9.6 h twice within three weeks",
        ),
        ([4.0, 5.0] * 6 + [5.0, 4.9] * 4, "higher", "above its usual middle of 4.7 h for seven weeks or more in a row"),
        ([5.0] * 14, "lower", "the same as ever"),
        ([5.0] * 4, "lower", "too little data to say what is usual"),
        ([6.0, 5.0] * 5, "lower", "within its usual 3.4 to 8.9 h; limits still provisional"),
    ],
)
def test_every_kind_of_finding_has_words(values, better, part):
    assert part in sentence(values, "en", better)
    assert sentence(values, "vi", better).startswith("Thời gian phản hồi đầu tiên tuần từ")


def test_a_series_without_complete_weeks_says_so():
    found = judge(weekly([5.0], incomplete=1), kpi())
    assert describe(found, kpi(), "en") == "First response time: no complete weeks with data yet"
    assert found.last is None and found.variation is None


def test_the_target_in_words():
    found = judge(weekly([6.0, 5.0] * 9), kpi(), targets=target("first_response_time", target=5.0))

    assert assurance_words(found, "en") == (
        "the target of at most 5.0 h will be met in some weeks and missed in others, by chance"
    )
    assert met_words(found, "en") == "target met in 6 of the last 12 weeks that had one (95% interval 25% to 75%)"
    assert "6/12 tuần" in met_words(found, "vi")
    assert variation_words(found, "en") == "only the usual ups and downs"
    assert assurance_words(judge(QUIET, kpi()), "vi") == "không có mục tiêu đang áp dụng"
    assert met_words(judge(QUIET, kpi()), "en") == "no complete period with a target yet"


def test_a_band_in_words():
    occupancy = kpi("ratio", "share", "band", "occupancy")
    found = judge(weekly([0.80, 0.81] * 9), occupancy, targets=target("occupancy", low=0.75, high=0.85))
    assert assurance_words(found, "en") == "if nothing changes, the target of 75.0% to 85.0% will keep being met"


def test_limits_in_words_and_drawings_are_values_the_kpi_can_take():
    found = judge(weekly([1.0, 30.0] * 9), kpi("level", "count"))
    assert found.points["lower"].iloc[0] < 0
    assert drawable(found.points, kpi("level", "count"))["lower"].iloc[0] == 0
    assert "usual 0 to" in describe(found, kpi("level", "count"), "en")


def test_every_sentence_stands_in_both_languages():
    keys = [key for key in words._sentences() if key.startswith("trend.")]
    assert len(keys) > 50
    for key in keys:
        texts = words._sentences()[key]
        assert set(texts) == {"en", "vi"}
        assert all(texts.values())
    found = judge(STEP, kpi(), interventions=changed("2024-03-25"))
    assert len(note_words(found, "vi")) == len(found.notes)


# Properties

durations = st.lists(st.integers(1, 400).map(lambda x: x / 10), min_size=8, max_size=40)


@settings(deadline=None, max_examples=40)
@given(durations)
def test_reversing_what_is_better_swaps_improvement_and_concern(values):
    lower, higher = judge(weekly(values), kpi()), judge(weekly(values), kpi(better="higher"))
    swap = {"improvement": "concern", "concern": "improvement"}
    assert [swap.get(v, v) for v in lower.points["verdict"]] == higher.points["verdict"].tolist()


@settings(deadline=None, max_examples=40)
@given(durations, st.sampled_from([0.25, 2.0, 60.0]))
def test_hours_or_minutes_do_not_change_a_verdict(values, factor):
    hours, minutes = judge(weekly(values), kpi()), judge(weekly([v * factor for v in values]), kpi(unit="min"))
    assert hours.points["label"].tolist() == minutes.points["label"].tolist()


@settings(deadline=None, max_examples=40)
@given(durations, st.randoms())
def test_the_order_of_rows_does_not_matter(values, random):
    series = weekly(values)
    order = list(range(len(values)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(judge(series, kpi()).points, judge(series.iloc[order], kpi()).points)
