"""The checker, the hints and a session, on an exercise small enough to see: the mean of two numbers."""

import datetime as dt
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import kpitools as kt
from kpitools import cli
from kpitools.errors import ConfigError, TooFewError, UnknownNameError
from kpitools.kpi import Words
from kpitools.lessons import catalogue, session
from kpitools.lessons.drawing import drawn, leaks
from kpitools.lessons.judging import judge
from kpitools.lessons.reading import _Builder, read_words
from kpitools.lessons.record import Choice, Exercise, Question, Work

WORDS = Words("words", "lời")


def exercise(**changes):
    """Waits of 2 and 10 hours (or others, drawn): the mean of 6 is right, the sum and the longest are mistakes."""
    about = {
        "id": "test-1",
        "ask": WORDS,
        "draw": lambda generator: pd.DataFrame({"wait_h": [2.0, float(generator.integers(9, 30))]}),
        "right": lambda rows: rows.wait_h.mean(),
        "truth": lambda rows: rows.wait_h.sum() / 2,
        "mistakes": {"sum": lambda rows: rows.wait_h.sum(), "longest": lambda rows: rows.wait_h.max()},
        "says": {"sum": Words("You added up.", "Bạn đã cộng lại."), "longest": Words("The longest.", "Dài nhất.")},
        "hints": (Words("first hint", "gợi ý một"), Words("second hint", "gợi ý hai")),
        "praise": Words("Well done.", "Tốt lắm."),
        "unit": "h",
    }
    return Exercise(**(about | changes))


ROWS = pd.DataFrame({"wait_h": [2.0, 10.0]})


def verdict(*answer, language="en", **changes):
    task = exercise(**changes)
    return judge(task, answer, ROWS, language, again=lambda n: drawn(task, n))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (6, "right"),
        (6.04, "right"),  # rounded to one decimal it is 6.0
        (np.float64(6), "right"),
        ("6,0", "right"),
        (dt.timedelta(hours=6), "right"),
        (pd.Timedelta("6h"), "right"),
        (pd.Series([6.0]), "right"),
        (6.3, "close"),
        (360, "unit"),
        (21600, "unit"),
        (0.25, "unit"),
        (-6, "sign"),
        (12, "mistake"),
        (720, "mistake"),  # the sum, in minutes
        (7.5, "wrong"),
        (-3, "impossible"),
        (float("nan"), "unreadable"),
        ("six", "unreadable"),
        (True, "unreadable"),
        (pd.Series([6.0, 7.0]), "unreadable"),
        (lambda rows: 6, "unreadable"),
        (None, "blank"),
        (..., "blank"),
    ],
)
def test_what_a_number_is_taken_for(answer, kind):
    assert verdict(answer).kind == kind


def test_a_mistake_is_named_and_told_in_the_learners_language():
    assert (verdict(12).mistake, verdict(12).text) == ("sum", "You added up.")
    assert verdict(12, language="vi").text == "Bạn đã cộng lại."
    assert verdict(720).text == "You added up. And look at the unit: the question asks for another one."


def test_minutes_for_hours_says_that_only_the_unit_is_wrong():
    assert verdict(360).text == "The number is right, but it is in minutes. The question asks for it in hours."


def test_a_decimal_comma_typed_in_code_is_explained():
    found = verdict(3, 5)

    assert found.kind == "unreadable"
    assert found.text.endswith("The decimal mark in code is a point: 3.5")


def test_per_cent_for_a_fraction_and_the_share_of_the_others_are_told():
    share = {"unit": "share", "decimals": 2, "mistakes": {}, "right": lambda rows: 0.2}

    assert verdict(0.2, **share).right
    assert verdict("20%", **share).right
    assert verdict(20, **share).kind == "unit"
    assert verdict(0.8, **share).kind == "others"
    assert verdict(1.7, **share).kind == "impossible"


# Code -------------------------------------------------------------------------------------------------------


def code(function):
    return verdict(function, kind="code")


def test_code_is_right_only_if_it_is_right_on_other_rows_too():
    assert code(lambda rows: rows.wait_h.mean()).right
    assert code(lambda rows: 6.0).text.startswith("Right on the rows shown, but not on others")


def test_code_that_stops_gives_nothing_or_gives_no_number_is_told_so():
    assert "The columns are: wait_h." in code(lambda rows: rows.wait_m.mean()).text
    assert code(lambda rows: None).kind == "unreadable"
    assert "not one number" in code(lambda rows: rows.wait_h).text
    assert code(6).kind == "unreadable"
    assert code(lambda rows: ...).kind == "blank"
    assert code(lambda rows: rows.wait_h.sum()).mistake == "sum"


def test_a_misspelt_column_and_conditions_without_brackets_are_explained():
    assert code(lambda rows: rows.wait_hh.mean()).text.endswith("Did you mean `wait_h`?")
    assert code(lambda rows: rows["wait_hh"].mean()).text.endswith("Did you mean `wait_h`?")
    for slip in (
        lambda rows: rows.wait_h > 3 & rows.wait_h < 9,
        lambda rows: (rows.wait_h > 3 and rows.wait_h < 9).mean(),
    ):
        assert "each of them in brackets" in code(slip).text
    assert "brackets" not in code(lambda rows: 1 / 0).text


def test_code_cannot_spoil_the_rows_for_the_next_try():
    rows = ROWS.copy()
    judge(exercise(kind="code"), (lambda given: given.drop(given.index, inplace=True),), rows, "en", lambda n: rows)

    assert rows.equals(ROWS)


# Ids and choices --------------------------------------------------------------------------------------------


def ids(*answer):
    task = exercise(
        kind="ids",
        right=lambda rows: frozenset(["1", "4"]),
        mistakes={"all": lambda rows: frozenset("1234")},
        says={"all": Words("Not all of them.", "Không phải tất cả.")},
    )
    return judge(task, answer, pd.DataFrame({"ticket_id": list("1234")}), "en")


@pytest.mark.parametrize("answer", ["1, 4", "4;1", ["1", "4"], [4, 1], {"1", "4"}, pd.Series(["1", "4"])])
def test_ids_are_taken_in_any_form_and_order(answer):
    assert ids(answer).right


def test_several_ids_given_one_by_one_are_taken_together():
    assert ids("1", "4").right
    assert ids(1, 4).right


def test_a_condition_on_the_rows_stands_for_those_that_meet_it():
    assert ids(pd.Series([True, False, False, True])).right
    assert ids(np.array([True, True, True, True])).mistake == "all"


def test_wrong_ids_are_counted_and_not_named():
    found = ids("1, 2, 3")

    assert found.kind == "wrong"
    assert found.text == "Not all yet: 1 that belong to the answer are not in yours, 2 in yours do not belong to it."
    assert ids("1,2,3,4").mistake == "all"
    assert "There is no 9 in the column ticket_id." in ids("1, 9").text


QUESTION = Question("test-2", WORDS, (Choice(WORDS, Words("yes", "có"), True), Choice(WORDS, Words("no", "không"))))


def test_a_choice_is_a_letter_in_the_order_the_learner_saw():
    assert judge(QUESTION, ("a",), None, "en").right
    assert judge(QUESTION, ("B)",), None, "en").text == "no"
    assert judge(QUESTION, ("a",), None, "en", order=(1, 0)).text == "no"
    assert judge(QUESTION, ("c",), None, "en").kind == "unreadable"


# Drawing ----------------------------------------------------------------------------------------------------


def test_rows_on_which_a_mistake_gives_the_right_answer_are_drawn_again():
    draws = iter([6.0, 6.0, 2.0])
    task = exercise(
        draw=lambda generator: pd.DataFrame({"wait_h": [6.0, next(draws)]}),
        mistakes={"longest": lambda rows: rows.wait_h.max()},
    )

    assert drawn(task, 1).wait_h.tolist() == [6.0, 2.0]


def test_an_exercise_whose_mistake_always_gives_the_right_answer_is_refused():
    task = exercise(mistakes={"same": lambda rows: rows.wait_h.mean()})

    with pytest.raises(TooFewError, match="test-1: .* a mistake gives the right answer"):
        drawn(task, 1)


def test_an_answer_that_stands_in_a_hint_is_noticed():
    assert leaks(exercise(hints=(Words("Think of 6 hours.", "Hãy nghĩ đến 6 giờ."),)), ROWS)
    assert not leaks(exercise(), ROWS)


# A session --------------------------------------------------------------------------------------------------


@pytest.fixture
def started():
    return kt.lessons.start("nps", seed=5, language="en")


def test_hints_come_one_at_a_time_and_the_solution_waits(started):
    first, second = repr(kt.lessons.hint("nps-1")), repr(kt.lessons.hint("nps-1"))
    assert "Hint 1 of 3" in first and "Hint 2 of 3" in second and "Write P" not in first and "Write P" in second

    right = session.of("nps-1").lesson.exercises[0].right(started.rows("nps-1"))
    shown = f"{right:.1f}".replace("-", "−")
    assert "not stuck yet" in repr(kt.lessons.solution("nps-1"))
    for _ in range(3):
        kt.lessons.check("nps-1", 99.9)
    assert shown not in repr(kt.lessons.solution("nps-1"))
    kt.lessons.hint("nps-1")
    assert shown in repr(kt.lessons.solution("nps-1"))


def test_progress_counts_tries_but_not_what_could_not_be_read(started):
    kt.lessons.check("nps-1", ...)
    kt.lessons.check("nps-1", "many")
    kt.lessons.check("nps-1", 99.9)
    kt.lessons.check("nps-1", started.lesson.exercises[0].right(started.rows("nps-1")))

    assert started.progress().rows[0] == ["nps-1", "yes", "2", "0"]
    assert started.progress().caption == "1 of 6 solved"


def test_another_seed_gives_another_order_of_choices_over_the_class(started):
    question = started.lesson.questions[1]
    orders = {kt.lessons.start("nps", seed=n).order(question) for n in range(20)}

    assert len(orders) > 5


def test_a_figure_by_hand_that_is_not_the_toolkits_stops_the_notebook(started):
    assert "25.0" in repr(started.same(25.0, 25.0))
    with pytest.raises(AssertionError, match="by hand 24"):
        started.same(24.0, 25.0)


def test_the_figure_beside_that_by_hand_names_what_computed_it(started):
    assert repr(started.same(25.0, 25.0)).endswith("kt.compute: 25.0.")
    assert repr(started.same(1, 1.0, "count", of="kt.analysis.xmr.limits")).endswith("kt.analysis.xmr.limits: 1.")


def test_unknown_names_say_what_exists():
    with pytest.raises(UnknownNameError, match="no lesson named 'npss'. Did you mean 'nps'"):
        kt.lessons.start("npss")
    with pytest.raises(UnknownNameError, match="no exercise named 'nps-9'"):
        kt.lessons.check("nps-9", 1)
    with pytest.raises(AttributeError, match="kpitools.lessons has no 'chekc'"):
        _ = kt.lessons.chekc


def test_the_trainers_key_names_each_answer_and_what_each_mistake_would_give(started):
    key = repr(started.answers())

    for task in started.lesson.exercises:
        for says in task.says.values():
            assert says.en.replace("`", "") in key


def test_hostile_text_in_rows_is_shown_and_never_run():
    from kpitools.lessons.show import asked

    rows = pd.DataFrame({"topic": ["<script>alert(1)</script>", "[x](javascript:alert(1))"]})
    html = asked(exercise(), rows, "en")._repr_html_()

    assert "<script" not in html and "&lt;script&gt;" in html


# The two halves of a lesson ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"ask": {"en": "x"}, "mistakes": {}}, "both languages"),
        ({"ask": {"en": "x", "vi": "y"}, "mistakes": {"m": {"en": "a", "vi": "b"}}}, r"words for the mistakes \['m'\]"),
        ({"ask": {"en": "x", "vi": "y"}, "hnits": []}, "not hnits"),
        ({"ask": {"en": "x", "vi": "y"}, "choices": []}, "exactly one choice"),
    ],
)
def test_halves_that_do_not_fit_are_refused_with_file_and_place(said, message):
    work = Work(draw=lambda generator: ROWS, right=lambda rows: 1, mistakes={}, truth=lambda rows: 1)

    with pytest.raises(ConfigError, match=f"lesson.yml, x-1.*{message}"):
        _Builder("lesson.yml", {"x-1": work}, {}, {}).task("x-1", said)


def test_words_that_are_no_yaml_name_file_and_line_and_the_cure():
    text = "title: {en: A, vi: B}\ntasks:\n  x-1:\n    ask:\n      en: Look: this is a colon\n      vi: y\n"

    with pytest.raises(ConfigError, match=r"x\.yml, line 5: 'en: Look: this is a colon'.*in double quotes"):
        read_words(text, "x.yml")
    with pytest.raises(ConfigError, match=r"x\.yml: wants 'title'"):
        read_words("tasks: []", "x.yml")


def test_one_lesson_that_cannot_be_read_leaves_the_others_alone(monkeypatch):
    def read(text, file):
        return read_words("a: b: c" if file == "nps.yml" else text, file)

    monkeypatch.setattr("kpitools.lessons.reading.read_words", read)
    monkeypatch.delitem(sys.modules, "kpitools.lessons.exercises.nps", raising=False)
    catalogue._all.cache_clear()
    try:
        assert len(catalogue.lessons()) == 23 and "nps" not in catalogue.lessons()
        with pytest.raises(ConfigError, match=r"the lesson 'nps' cannot be used. nps.yml, line 1"):
            kt.lessons.start("nps")
        listed = CliRunner().invoke(cli.app, ["lessons", "list"])
        assert "csat" in listed.stdout and "the lesson nps is left out: nps.yml, line 1" in listed.stderr
    finally:
        catalogue._all.cache_clear()


def test_the_methods_are_at_hand_in_a_fresh_notebook():
    cell = "import kpitools as kt; print(kt.analysis.xmr.limits([20, 30, 20, 30, 20, 30]).upper)"
    shown = subprocess.run([sys.executable, "-c", cell], capture_output=True, text=True, check=True).stdout

    assert float(shown) == pytest.approx(25 + 2.66 * 10)
    assert {"funnel", "mix", "xmr"} <= set(dir(kt.analysis))
    with pytest.raises(AttributeError, match="kpitools.analysis has no 'xrm'; it has: funnel, "):
        _ = kt.analysis.xrm


def test_every_lesson_of_the_course_can_be_read():
    assert catalogue.broken() == {}
