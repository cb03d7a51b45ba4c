"""Every exercise of every lesson, drawn with several seeds: the right answer is accepted, each foreseen mistake gets
its own feedback, and nothing that is said before the solution holds the answer."""

import re

import numpy as np
import pandas as pd
import pytest

from kpitools.lessons.catalogue import lessons
from kpitools.lessons.drawing import drawn, equal, known, leaks, numbers, outcome
from kpitools.lessons.judging import UNITS, is_right, judge
from kpitools.lessons.record import Exercise, Question
from kpitools.lessons.show import asked, question_text, rows_table
from kpitools.words import LANGUAGES

SEEDS = (1, 2, "Lan")
EXERCISES = [pytest.param(task, id=task.id) for lesson in lessons().values() for task in lesson.exercises]
QUESTIONS = [pytest.param(task, id=task.id) for lesson in lessons().values() for task in lesson.questions]
TASKS = [*EXERCISES, *QUESTIONS]
BOTH = pytest.mark.parametrize("language", LANGUAGES)


def verdict(task: Exercise, function, seed, language="en"):
    rows = drawn(task, seed)
    typed = function if task.kind == "code" else outcome(function, rows)
    return judge(task, (typed,), rows, language, lambda n: drawn(task, f"{seed}/{n}"))


@pytest.mark.parametrize("task", EXERCISES)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_right_answer_is_accepted(task, seed):
    assert verdict(task, task.right, seed).right


@pytest.mark.parametrize("task", EXERCISES)
@pytest.mark.parametrize("seed", SEEDS[:2])
def test_the_right_answer_agrees_with_another_way_of_computing_it(task, seed):
    rows = drawn(task, seed)

    assert equal(task, task.right(rows), task.truth(rows), 1e-3)


@pytest.mark.parametrize("task", EXERCISES)
@pytest.mark.parametrize("seed", SEEDS)
def test_each_mistake_is_told_from_the_right_answer_and_from_the_others(task, seed):
    said = {name: verdict(task, mistake, seed) for name, mistake in task.mistakes.items()}

    assert {name: found.mistake for name, found in said.items()} == {name: name for name in task.mistakes}
    assert not any(found.right for found in said.values())
    assert len({found.text for found in said.values()}) == len(said)


@BOTH
@pytest.mark.parametrize("task", EXERCISES)
@pytest.mark.parametrize("seed", SEEDS)
def test_neither_feedback_nor_hints_nor_the_question_hold_the_answer(task, seed, language):
    rows = drawn(task, seed)
    right = outcome(task.right, rows)

    assert not leaks(task, rows)
    if task.kind != "ids":
        for name in task.mistakes:
            text = verdict(task, task.mistakes[name], seed, language).text
            assert not any(equal(task, right, value) for value in numbers(text)), (name, text)


@pytest.mark.parametrize("task", EXERCISES)
def test_two_seeds_give_different_rows_and_the_same_seed_the_same(task):
    first, again, other = drawn(task, 1), drawn(task, 1), drawn(task, 2)

    assert first.equals(again)
    assert not first.equals(other)


NUMBERS = [param for param in EXERCISES if param.values[0].kind == "number"]


@pytest.mark.parametrize("task", NUMBERS)
def test_an_answer_rounded_to_the_asked_decimals_is_right(task):
    rows = drawn(task, 1)

    assert judge(task, (round(task.right(rows), task.decimals),), rows, "en").right
    assert judge(task, (str(round(task.right(rows), task.decimals)).replace(".", ","),), rows, "vi").right


@pytest.mark.parametrize("task", [param for param in NUMBERS if param.values[0].unit in UNITS])
def test_the_right_number_in_another_unit_is_called_so(task):
    rows = drawn(task, 1)
    right = task.right(rows)

    kinds = {name: judge(task, (right * factor,), rows, "en").kind for name, factor in UNITS[task.unit].items()}

    # A mistake that happens to give the same figure has the better word.
    assert all(kind in ("unit", "mistake") for kind in kinds.values()), kinds


# What a learner sees ---------------------------------------------------------------------------------------


def read_back(table, rows):
    """A shown table as a frame again: what somebody has who works from the page, in Vietnamese."""
    dtypes = rows.dtypes
    typed = pd.DataFrame(table.rows, columns=table.columns).replace("–", None)
    for column in typed:
        texts = typed[column]
        if pd.api.types.is_bool_dtype(dtypes[column]):
            typed[column] = texts == "True"
        elif pd.api.types.is_datetime64_any_dtype(dtypes[column]):
            typed[column] = pd.to_datetime(texts, dayfirst=True, format="mixed")
        elif pd.api.types.is_numeric_dtype(dtypes[column]):
            plain = texts.str.replace(".", "").str.replace(",", ".").str.replace("−", "-")
            typed[column] = plain.astype(float).astype(dtypes[column])
        else:
            typed[column] = texts.astype(dtypes[column])
    return typed


@pytest.mark.parametrize("task", EXERCISES)
def test_the_rows_as_they_are_shown_give_the_answer_and_every_mistake(task):
    for seed in range(1, 11):
        rows = drawn(task, seed)
        shown = read_back(rows_table(rows, "vi"), rows)
        for way in (task.right, *task.mistakes.values()):
            assert equal(task, outcome(way, shown), outcome(way, rows), 1e-3), (seed, way)
        given = [number for number in numbers(question_text(task, rows, "vi")) if task.given]
        wanted = [float(value) for value in (task.given(rows) if task.given else {}).values() if is_number(value)]
        assert set(wanted) <= set(given)


def is_number(value):
    return isinstance(value, int | float | np.number)


@pytest.mark.parametrize("task", EXERCISES)
@BOTH
def test_the_question_says_to_how_many_decimals_the_answer_is_wanted(task, language):
    how = asked(task, drawn(task, 1), language).blocks[-1]

    if task.kind == "ids":
        assert '"1, 4"' in how
    elif task.decimals == 1:
        assert {"en": "to one decimal", "vi": "một chữ số thập phân"}[language] in how
    else:
        assert {"en": f"to {task.decimals} decimals", "vi": f"{task.decimals} chữ số thập phân"}[language] in how


SOME = range(1, 31)


@pytest.mark.parametrize("task", EXERCISES)
def test_thirty_learners_get_answers_of_their_own_which_no_mistake_gives(task):
    answers = set()
    for seed in SOME:
        rows = drawn(task, seed)
        right = outcome(task.right, rows)
        assert known(right) and not (isinstance(right, frozenset) and not right)
        for name, mistake in task.mistakes.items():
            assert not equal(task, right, outcome(mistake, rows)), (seed, name)
        answers.add(right if isinstance(right, frozenset) else round(float(right), task.decimals))
    # A number typed in for code, or copied from a neighbour, must not be right for everybody.
    assert len(answers) >= 3, answers


@pytest.mark.parametrize("task", QUESTIONS)
def test_thirty_learners_have_one_right_choice_each(task):
    for seed in SOME if task.draw else ():
        assert sum(is_right(choice, drawn(task, seed)) for choice in task.choices) == 1, seed


@pytest.mark.parametrize("task", TASKS)
@BOTH
def test_the_placeholder_is_answered_kindly(task, language):
    rows = drawn(task, 1)
    again = lambda n: drawn(task, n)  # noqa: E731
    answer = (lambda rows: ...) if isinstance(task, Exercise) and task.kind == "code" else ...

    assert judge(task, (answer,), rows, language, again).kind == "blank"
    assert task.id in judge(task, (), rows, language, again).text


@pytest.mark.parametrize("task", QUESTIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_question_has_one_right_choice_and_a_word_for_each_wrong_one(task: Question, seed):
    rows = drawn(task, seed)
    right = [is_right(choice, rows) for choice in task.choices]
    said = [judge(task, ("abcdefgh"[place],), rows, "en") for place in range(len(task.choices))]

    assert sum(right) == 1
    assert [found.right for found in said] == right
    assert all(found.text for found in said)


def test_whoever_is_right_about_rows_is_told_why_and_not_asked_again():
    for task in (param.values[0] for param in QUESTIONS if param.values[0].draw):
        for seed in range(1, 11):
            rows = drawn(task, seed)
            said = {is_right(choice, rows): judge(task, ("abcdefgh"[at],), rows, "vi").text
                    for at, choice in enumerate(task.choices) if callable(choice.right)}  # fmt: skip
            assert said[True] not in (said.get(False), *(choice.says.vi for choice in task.choices)), task.id


def test_a_question_about_rows_has_more_than_one_answer_over_the_seeds():
    about_rows = [param.values[0] for param in QUESTIONS if param.values[0].draw]
    for task in about_rows:
        places = {[is_right(c, drawn(task, seed)) for c in task.choices].index(True) for seed in range(30)}
        assert len(places) > 1, task.id


@BOTH
@pytest.mark.parametrize("task", TASKS)
def test_every_text_is_there_in_both_languages_and_fills_its_places(task, language):
    rows = drawn(task, 1)
    shown = repr(asked(task, rows, language, tuple(range(9))[: len(getattr(task, "choices", ()))]))

    assert not re.search(r"\{\w+\}", question_text(task, rows, language))
    assert task.id in shown
    assert task.hints or isinstance(task, Question)


@pytest.mark.parametrize("task", TASKS)
def test_vietnamese_is_vietnamese(task):
    texts = [task.ask, *task.hints]
    texts += [task.praise, *task.says.values()] if isinstance(task, Exercise) else [c.says for c in task.choices]

    for text in texts:
        assert text.vi != text.en
        assert re.search("[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", text.vi.lower()), text


def test_ids_are_unique_and_every_lesson_has_exercises_and_a_quiz():
    ids = [task.id for lesson in lessons().values() for task in lesson.tasks]

    assert len(ids) == len(set(ids))
    for lesson in lessons().values():
        others = [task for task in lesson.tasks if "-quiz-" not in task.id]
        assert 2 <= len(others) <= 5, lesson.name
        assert len(lesson.tasks) - len(others) >= 2, lesson.name
        assert all(isinstance(task, Question) for task in lesson.tasks if "-quiz-" in task.id)
        assert all(known(outcome(task.right, drawn(task, 1))) for task in lesson.exercises)
