"""The ten rows of each lesson, worked out by hand: the figures that the notebooks' texts and board plans name."""

import pandas as pd
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
    # Calendar: 2 2 4 4 (5 18) 49 61 65 66; by business hours 3, see below.
    "business_hours": {"value": 11.5, "n": 10, "open": 0},
    # 5, 5 and 4 of seven answers; with weights 1 and 2 it is 5 / 10.
    "survey_bias": {"value": 3 / 7, "n": 7},
    # One of five came back before the macro, three of five after it.
    "gaming": {"value": 0.4, "n": 10},
    # January 400 gained; February 120 gained, 60 lost: 520 / 60 in all.
    "saas": {"value": 520 / 60},
    # Revenue 500 and 600, profit 180 and 120.
    "sales": {"value": 300 / 1100, "n": 10},
    # Two of the four of January and one of the five of February; the tenth was never qualified.
    "marketing": {"value": 1 / 3, "n": 9, "k": 3},
    # Two of five before the training, four of five after it.
    "did_the_training_work": {"value": 0.6, "n": 10, "k": 6},
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


def test_the_three_clocks_of_the_business_hours_board():
    lesson = lessons()["business_hours"]
    tickets = lesson.board()["tickets"]

    business = compute(lesson.kpi, lesson.desk(), every=None, hours="business").value.iloc[0]
    # Minh's dashboard: the same hours on a wall that shows UTC. 0 0 7 4 0 0 7 0 0 8.
    shifted = tickets.assign(**{c: tickets[c] - pd.Timedelta(hours=7) for c in ("created_at", "first_reply_at")})
    by_utc = compute(lesson.kpi, lesson.desk({"tickets": shifted}), every=None, hours="business").iloc[0]

    assert business == 3  # 0 1 2 2 (3 3) 3 3 3 4
    assert (by_utc.value, by_utc["mean"]) == (0, 2.6)


def test_the_figures_of_the_gaming_board_before_and_after_the_macro():
    desk = lessons()["gaming"].desk()

    weeks = {kpi: compute(kpi, desk, every="week") for kpi in ("first_response_time", "resolution_time", "reopen_rate")}

    assert {kpi: list(found.value) for kpi, found in weeks.items()} == {
        "first_response_time": [4, 1],
        "resolution_time": [12, 14],
        "reopen_rate": [0.2, 0.6],
    }


def test_the_lines_of_the_cleaning_board_go_where_its_plan_says(tmp_path):
    from kpitools.load import load

    rows = lessons()["cleaning_an_export"].board()["tickets"]
    rows.to_csv(tmp_path / "export.csv", index=False)
    desk = load(tmp_path / "export.csv", timezone="UTC", max_loss=0.2, cache=False)

    account = desk.report.files.iloc[0]
    names = ["rows_read", "accepted", "quarantined", "duplicates", "superseded"]
    assert [account[name] for name in names] == [10, 7, 1, 1, 1]
    found = compute("first_response_time", desk, every=None).iloc[0]
    assert (found.value, found.n, found.open) == (3, 5, 1)  # 1 2 (3) 5 and one still waiting
