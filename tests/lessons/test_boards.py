"""The ten rows of each lesson, worked out by hand: the figures that the notebooks' texts and board plans name."""

import pytest

from kpitools.compute import compute
from kpitools.lessons.catalogue import lessons

# Lesson -> what `compute` must give on its board. The working stands in the notebook's board plan; a row changed on
# the board must be changed there too.
BY_HAND = {
    # Waits of customers, sorted: 1 1 2 2 (3) 4 5 26 and one still waiting; the mean of the eight answered is 44 / 8.
    "first_response_time": {"value": 3.0, "n": 9, "open": 1},
    # 4 promoters, 2 passives, 2 detractors: 100 * (4 - 2) / 8.
    "nps": {"value": 25.0, "n": 8, "promoters": 4, "passives": 2, "detractors": 2},
    # 9/10, then 7/8, 5/7 and 3/4 of it: 0.42 left after 10 hours, the first time below one half.
    "open_tickets": {"value": 10.0, "n": 10, "open": 4},
    # Eight there on 1 February; 2 and 5 leave in it; 9 and 10 come in it.
    "customer_retention_rate": {"value": 0.75, "n": 8, "k": 6},
    # Sorted: 1 1 2 2 3 | 5 6 8 12 60, 100 hours in all; nine lie at or below 12, the tenth at 60.
    "long_tail": {"value": 4.0, "n": 10, "mean": 10.0, "p90": 36.0},
    # 2 of 10 in February, 1 of 8 in March, 2 of 7 in April: 5 / 25.
    "customer_churn_rate": {"value": 0.2, "n": 25, "k": 5},
}
WITH_KPI = [name for name, lesson in lessons().items() if lesson.kpi]


@pytest.mark.parametrize("name", WITH_KPI)
def test_the_board_gives_the_figure_worked_out_by_hand(name):
    lesson = lessons()[name]

    series = compute(lesson.kpi, lesson.desk(), every=None).iloc[0]

    assert {key: float(series[key]) for key in BY_HAND[name]} == pytest.approx(BY_HAND[name])


@pytest.mark.parametrize("name", list(lessons()))
def test_the_board_has_ten_rows(name):
    assert len(next(iter(lessons()[name].board().values()))) == 10


def test_the_wrong_figures_of_the_first_response_board_are_those_of_the_story():
    from kpitools.lessons.exercises.first_response_time import board, by_customer, waits

    found = waits(by_customer(board()["tickets"]))

    assert (found.mean(), found.median()) == (5.5, 2.5)


def test_minh_and_lan_are_wrong_as_the_story_of_the_nps_board_says():
    from kpitools.lessons.exercises.nps import MISTAKES, board

    rows = board()["surveys"]

    assert round(MISTAKES["passives_out"](rows)) == 33  # Minh: 2 of 6
    assert round(MISTAKES["unanswered_in"](rows)) == 22  # Lan: 2 of 9


def test_the_three_wrong_medians_of_the_open_tickets_board():
    import numpy as np

    from kpitools.lessons.exercises.open_tickets import NOW, board

    rows = board()["tickets"]
    over = rows.resolved_at.notna()
    lasted = (rows.resolved_at.fillna(NOW) - rows.created_at).dt.total_seconds() / 3600

    assert lasted[over].median() == 6
    assert lasted.median() == 7
    assert lasted.where(over, np.inf).median() == 17


def test_minh_and_lan_of_the_retention_board_count_other_people():
    import pandas as pd

    from kpitools.lessons.exercises.customer_retention_rate import NOW, board, there

    rows = board()["customers"]
    at_start, at_end = there(rows, pd.Timestamp("2025-02-01")).sum(), there(rows, pd.Timestamp(NOW)).sum()

    assert (at_end / at_start, at_end / len(rows)) == (0.875, 0.7)


def test_the_limits_of_the_signal_board_and_what_three_standard_deviations_hide():
    from kpitools.analysis import xmr
    from kpitools.lessons.exercises.signal_and_noise import COMPLAINTS

    limits = xmr.limits(COMPLAINTS)
    changes = [abs(b / a - 1) for a, b in zip(COMPLAINTS, COMPLAINTS[1:], strict=False)]
    spread = (sum((x - 24) ** 2 for x in COMPLAINTS) / 9) ** 0.5

    assert (limits.centre, limits.lower, limits.upper) == pytest.approx((24, 24 - 2.66 * 3.75, 24 + 2.66 * 3.75))
    assert sum(change > 0.1 for change in changes[:-1]) == 7
    assert 42 < 24 + 3 * spread < 44


def test_the_three_rounds_of_the_scorecard_board():
    from kpitools.lessons.exercises.reading_a_scorecard import (
        bad_side,
        board,
        ids,
        keeps_meeting,
        keeps_missing,
        missed,
        outside,
    )

    rows = board()["scorecard"]
    found = [ids(rows, ask(rows)) for ask in (missed, outside, bad_side, keeps_missing, keeps_meeting)]

    assert found == [{"3", "4", "5", "6", "8"}, {"1", "5", "9", "10"}, {"5", "10"}, {"3", "8"}, {"2", "7", "9", "10"}]


def test_every_channel_of_the_mix_board_rises_by_ten_points_and_the_total_falls_by_five():
    from kpitools.lessons.exercises.simpsons_paradox import board

    rows = board()["channels"]
    before, after = (rows[rows.period == when].reset_index() for when in ("before", "after"))
    rise = after.good / after.answers - before.good / before.answers

    assert rise.round(9).tolist() == [0.1] * 5
    assert (before.answers.sum(), before.good.sum()) == (100, 75)
    assert (after.answers.sum(), after.good.sum()) == (100, 70)


def test_first_and_last_of_the_comparison_board_lie_inside_the_funnel():
    from kpitools.analysis.funnel import funnel
    from kpitools.lessons.exercises.fair_comparison import board

    rows = board()["agents"]
    share = rows.good / rows.answers
    found = funnel(rows.agent, rows.good, rows.answers)
    last = found.points[found.points.group == "Bình"].iloc[0]

    assert (rows.answers.sum(), rows.good.sum()) == (400, 320)
    assert round(share.mean(), 3) == 0.792
    assert (rows.agent[share.idxmax()], rows.agent[share.idxmin()]) == ("Khoa", "Bình")
    assert last.lower998 < 0.5 < last.lower95 < 0.52
    assert (found.flagged, found.tau2) == (0, 0)
