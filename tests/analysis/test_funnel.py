"""The funnel: published limits, and what a reader is spared."""

import pytest

from kpitools.analysis.funnel import funnel, limits, spread

from .published import cases, close


@pytest.mark.parametrize("vector", cases("funnel"))
def test_limits_equal_the_published_funnel(vector):
    given, expected = vector["input"], vector["expected"]
    if given["data_type"] != "PR":
        pytest.skip("only shares are drawn as funnels here")
    found = funnel(given["group"], given["numerator"], given["denominator"], trim=given["trim_by"])
    assert found.target == close(expected["target"])
    assert found.phi == close(expected["phi"])
    assert found.tau2 == close(expected["tau2"])
    assert found.points["z"].tolist() == close(expected["z"])
    plain = limits(found.points["n"], found.target)
    for ours, theirs in (
        ("lower95", "ll95"),
        ("upper95", "ul95"),
        ("lower998", "ll998"),
        ("upper998", "ul998"),
    ):
        assert plain[ours].tolist() == close(expected[theirs])
        assert found.points[ours].tolist() == close(expected["od" + theirs])


def test_limits_worked_by_hand():
    # target .5: angle asin(sqrt .5) = pi/4; n = 100: error 1/20 = .05; 95 %: pi/4 + .0979982 -> sin^2 = .5972
    lines = limits([100], 0.5)

    assert lines["upper95"].tolist() == pytest.approx([0.597372], abs=1e-5)
    assert lines["lower95"].tolist() == pytest.approx([0.402628], abs=1e-5)


def test_limits_of_small_groups_do_not_fold_back():
    assert limits([1], 0.99)["upper998"].tolist() == [1.0]
    assert limits([1], 0.01)["lower998"].tolist() == [0.0]


def test_agents_that_differ_only_by_chance_have_no_variance_between_them():
    # |z| = 1 for four of five: phi = 4/5 and 5 * .8 - 4 = 0 leaves nothing over
    assert spread([1, -1, 1, -1, 0], [50] * 5, trim=0) == (0.8, 0.0)


def test_a_group_far_below_the_rest_is_flagged_and_the_test_count_is_shown():
    found = funnel(list("abcdefghijk"), [80] * 10 + [40], [100] * 11)

    assert found.points["flag"].tolist() == [None] * 10 + ["below"]
    assert (found.tested, found.flagged) == (11, 1)


def test_a_group_with_fewer_than_20_cases_is_never_flagged():
    found = funnel(list("abcdefghijk"), [80] * 10 + [0], [100] * 10 + [19])

    assert found.points["flag"].isna().all()
    assert found.points["small"].tolist() == [False] * 10 + [True]
    assert found.tested == 10


def test_a_group_with_fewer_than_10_cases_goes_unnamed():
    assert funnel(["a", "b"], [5, 9], [9, 10]).points["labelled"].tolist() == [False, True]


def test_groups_without_cases_are_left_out():
    assert funnel(["a", "b", "c"], [5, 0, 9], [9, 0, 10]).points["group"].tolist() == ["a", "c"]
