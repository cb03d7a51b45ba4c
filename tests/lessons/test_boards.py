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
