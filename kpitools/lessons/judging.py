"""Judge an answer: right, a mistake that somebody foresaw, the right number in another unit, or not yet."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from html import escape
from typing import Any

import numpy as np

from kpitools.kpi import Words
from kpitools.lessons import answers
from kpitools.lessons.drawing import equal, known, outcome
from kpitools.lessons.record import Choice, Exercise, Question, Rows
from kpitools.lessons.texts import rich
from kpitools.words import say

# How a figure looks in the units people mix up: name of the unit -> what the right figure is multiplied by.
UNITS = {
    "h": {"minutes": 60.0, "seconds": 3600.0, "days": 1 / 24},
    "min": {"hours": 1 / 60, "seconds": 60.0},
    "s": {"minutes": 1 / 60, "hours": 1 / 3600},
    "share": {"percent": 100.0},
    "score": {"fraction": 0.01},
}
POSSIBLE = {"h": (0, np.inf), "min": (0, np.inf), "s": (0, np.inf), "share": (0, 1), "score": (-100, 100)}
_COLOURS = {"right": "#00639a", "blank": "#59636e"}


@dataclass(frozen=True)
class Verdict:
    """What the checker says of an answer, in the learner's language.

    kind : right, blank, mistake, unit, sign, others, close, impossible, unreadable, error or wrong
    mistake : the name of the mistake, where it was one that the exercise knows
    """

    kind: str
    title: str
    text: str
    mistake: str = ""

    @property
    def right(self) -> bool:
        return self.kind == "right"

    def _repr_html_(self) -> str:
        style = f"border-left:5px solid {_COLOURS.get(self.kind, '#a84300')};padding:.4em .9em"
        title = f'<p class="kt-card-title"><strong>{escape(self.title)}</strong></p>'
        return f'<div class="kt-card" role="status" style="{style}">{title}{rich(self.text)}</div>'

    def __repr__(self) -> str:
        return f"{self.title}\n{self.text}"


def judge(
    task: Exercise | Question,
    answer: tuple[Any, ...],
    rows: Rows | None,
    language: str,
    again: Callable[[int], Rows] | None = None,
    order: tuple[int, ...] = (),
) -> Verdict:
    """The verdict on `answer` (all that was typed after the id).

    again : gives further rows of the exercise, on which a function must be right too
    order : for questions: the places of the choices as the learner saw them
    """
    teller = _Teller(task, language)
    if answers.is_blank(answer):
        return teller.say("blank" if task.hints else "blank_choice", "blank")
    if isinstance(task, Question):
        return _chosen(task, answer[0], rows, teller, order)
    if len(answer) == 2 and all(isinstance(part, int) for part in answer) and task.kind == "number":
        return teller.say("decimal_comma", "unreadable", whole=answer[0], part=answer[1])
    if task.kind == "ids":
        return _ids(task, answer, rows, teller)
    if task.kind == "code":
        return _code(task, answer[0], [rows, *(again(n) for n in (1, 2, 3))], teller)
    return _number(task, answer[0], rows, teller)


class _Teller:
    """Words a verdict; every text ends as one in the learner's language."""

    def __init__(self, task: Exercise | Question, language: str):
        self.task, self.language = task, language

    def say(self, key: str, kind: str = "", **values: Any) -> Verdict:
        kind = kind or key
        return Verdict(kind, self.title(kind), say(f"lessons.check.{key}", self.language, id=self.task.id, **values))

    def title(self, kind: str) -> str:
        known = kind if kind in ("right", "blank", "close", "unit") else "wrong"
        return say(f"lessons.title.{known}", self.language)

    def praise(self) -> Verdict:
        return Verdict("right", self.title("right"), self.task.praise(self.language))

    def mistake(self, name: str, more: str = "") -> Verdict:
        text = self.task.says[name](self.language) + (f" {say(more, self.language)}" if more else "")
        return Verdict("mistake", self.title("mistake"), text, name)

    def stopped(self, problem: Exception, columns: list[str]) -> Verdict:
        """What a learner's code raised, with the word for the two slips that everybody makes once."""
        said = self.say("error", what=f"{type(problem).__name__}: {problem}", columns=", ".join(columns))
        unknown = re.search(r"'(\w+)'$", str(problem)) if isinstance(problem, AttributeError | KeyError) else None
        near = get_close_matches(unknown[1], columns, 1) if unknown else []
        advice = ""
        if near:
            advice = say("lessons.check.error.near", self.language, column=near[0])
        elif "truth value of a Series" in str(problem) or "rand_" in str(problem) or "ror_" in str(problem):
            advice = say("lessons.check.error.brackets", self.language)
        return replace(said, text=f"{said.text}\n\n{advice}".strip())

    def unit(self, name: str) -> Verdict:
        given = say(f"lessons.unit.{name}", self.language)
        return self.say("unit", given=given, wanted=say(f"lessons.wanted.{self.task.unit}", self.language))


def _number(task: Exercise, answer: Any, rows: Rows, teller: _Teller) -> Verdict:
    value = answers.as_number(answer, task.unit)
    if callable(answer):
        return teller.say("not_a_function", "unreadable")
    if value is None:
        return teller.say("not_a_number", "unreadable")
    if answers.is_missing(value):
        return teller.say("missing", "unreadable")
    wrong = [outcome(mistake, rows) for mistake in task.mistakes.values()]
    return _compared(task, [value], [outcome(task.right, rows)], [[w] for w in wrong], teller)


def _code(task: Exercise, answer: Any, all_rows: list[Rows], teller: _Teller) -> Verdict:
    """A function is judged by what it gives on the rows shown and on others."""
    if not callable(answer):
        return teller.say("not_code", "unreadable")
    values = []
    for rows in all_rows:
        try:
            given = answer(rows.copy())
        except Exception as problem:  # whatever a learner's code raises is feedback, not a failure of the lesson
            return teller.stopped(problem, list(rows.columns))
        if given is Ellipsis or given is None:
            return teller.say("blank") if given is Ellipsis else teller.say("gives_nothing", "unreadable")
        values.append(answers.as_number(given, task.unit))
    if any(value is None or answers.is_missing(value) for value in values):
        return teller.say("gives_no_number", "unreadable")
    right = [outcome(task.right, rows) for rows in all_rows]
    wrong = [[outcome(mistake, rows) for rows in all_rows] for mistake in task.mistakes.values()]
    if equal(task, values[0], right[0]) and not _same(task, values, right):
        return teller.say("only_these_rows", "wrong")
    return _compared(task, values, right, wrong, teller)


def _same(task: Exercise, values: list[float], others: list[Any], factor: float = 1.0, times: float = 1.0) -> bool:
    pairs = zip(values, others, strict=True)
    reach = times * max(abs(factor), 0.1)  # a figure in days is given with more decimals than one in hours
    return all(known(other) and equal(task, v, other * factor, reach) for v, other in pairs)


def _compared(task: Exercise, values: list[float], right: list, wrong: list[list], teller: _Teller) -> Verdict:
    """The first that fits: right, a mistake, then the slips that any figure invites."""
    if _same(task, values, right):
        return teller.praise()
    for name, given in zip(task.mistakes, wrong, strict=True):
        if _same(task, values, given):
            return teller.mistake(name)
    for name, factor in UNITS.get(task.unit, {}).items():
        if _same(task, values, right, factor):
            return teller.unit(name)
    slip = _slip(task, values, right)
    if slip:
        return teller.say(slip, decimals=task.decimals)
    for factor in UNITS.get(task.unit, {}).values():
        for name, given in zip(task.mistakes, wrong, strict=True):
            if _same(task, values, given, factor):
                return teller.mistake(name, "lessons.check.and_unit")
    low, high = POSSIBLE.get(task.unit, (-np.inf, np.inf))
    if any(not low <= value <= high for value in values):
        return teller.say(f"impossible.{task.unit}", "impossible")
    return teller.say("wrong")


def _slip(task: Exercise, values: list[float], right: list) -> str:
    """The sign, the share of the others, or rounding too early; empty where it is none of them."""
    if _same(task, values, right, -1.0):
        return "sign"
    if task.unit == "share" and _same(task, [1 - value for value in values], right):
        return "others"
    return "close" if _same(task, values, right, times=8.0) else ""


def _ids(task: Exercise, answer: tuple[Any, ...], rows: Rows, teller: _Teller) -> Verdict:
    given = answers.as_ids(answer[0] if len(answer) == 1 else answer, rows.iloc[:, 0])
    if given is None or callable(answer[0]):
        return teller.say("not_ids", "unreadable")
    strange = sorted(given - frozenset(rows.iloc[:, 0].astype(str)))
    if strange:
        return teller.say("strange_ids", "unreadable", ids=", ".join(strange[:5]), column=rows.columns[0])
    right = outcome(task.right, rows)
    if given == right:
        return teller.praise()
    for name, mistake in task.mistakes.items():
        if given == outcome(mistake, rows):
            return teller.mistake(name)
    return teller.say("ids_wrong", "wrong", missing=len(right - given), extra=len(given - right))


def _chosen(task: Question, answer: Any, rows: Rows | None, teller: _Teller, order: tuple[int, ...]) -> Verdict:
    order = order or tuple(range(len(task.choices)))
    place = answers.as_letter(answer, len(order))
    if place is None:
        return teller.say("not_a_letter", "unreadable", last="abcdefgh"[len(order) - 1])
    choice = task.choices[order[place]]
    kind = "right" if is_right(choice, rows) else "mistake"
    return Verdict(kind, teller.title(kind), said_of(choice, rows)(teller.language))


def said_of(choice: Choice, rows: Rows | None) -> Words:
    """What is said to somebody who chose it."""
    return choice.when_right if choice.when_right and is_right(choice, rows) else choice.says


def is_right(choice: Choice, rows: Rows | None) -> bool:
    """Whether a choice is the right one, on the rows where it depends on them."""
    return bool(choice.right(rows) if callable(choice.right) else choice.right)
