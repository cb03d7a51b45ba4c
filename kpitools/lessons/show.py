"""What a lesson shows as HTML: questions with their rows, hints, progress, and the trainer's answer key."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from kpitools.cards import Table
from kpitools.lessons.drawing import known, outcome
from kpitools.lessons.judging import is_right, said_of
from kpitools.lessons.record import Exercise, Question, Rows
from kpitools.lessons.texts import inline, plain, rich
from kpitools.words import day, number, say

LETTERS = "abcdefgh"
MOST_DECIMALS = 6  # a third has no end


class Note:
    """A titled block of rich texts (see `texts`), lists and tables."""

    def __init__(self, title: str, *blocks: "str | list[str] | Table | None"):
        self.title, self.blocks = title, [block for block in blocks if block]

    def _repr_html_(self) -> str:
        title = f'<p class="kt-card-title"><strong>{escape(self.title)}</strong></p>'
        return f'<div class="kt-card">{title}{"".join(self._html(block) for block in self.blocks)}</div>'

    @staticmethod
    def _html(block: "str | list[str] | Table") -> str:
        if isinstance(block, Table):
            return block._repr_html_()
        if isinstance(block, list):
            return (
                f'<ul style="list-style:none;padding-left:.5em">{"".join(f"<li>{inline(x)}</li>" for x in block)}</ul>'
            )
        return rich(block)

    def __repr__(self) -> str:
        texts = ("\n".join(b) if isinstance(b, list) else repr(b) if isinstance(b, Table) else b for b in self.blocks)
        return plain("\n".join([self.title, *texts]))


def question_text(task: Exercise | Question, rows: Rows | None, language: str) -> str:
    """The question with the figures it names filled in."""
    text = task.ask(language)
    given = task.given(rows) if task.given else {}
    return text.format(**{name: _said(value, language) for name, value in given.items()}) if given else text


def _said(value: Any, language: str) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{day(value, language)} {value:%H:%M}"
    if isinstance(value, str):
        return value
    return number(float(value), language, _decimals(pd.Series([value])))


def rows_table(rows: Rows, language: str, caption: str = "") -> Table:
    """Rows under the names and truth values that code uses, with every decimal that they have: what is worked out by
    hand from the page is what pandas works out from the rows."""
    cells = [_cells(rows[column], language) for column in rows]
    numeric = [pd.api.types.is_numeric_dtype(rows[c]) and not pd.api.types.is_bool_dtype(rows[c]) for c in rows]
    caption = caption or say("lessons.rows", language, n=len(rows))
    return Table([str(column) for column in rows], list(zip(*cells, strict=True)), caption, numeric)


def _cells(column: pd.Series, language: str) -> list[str]:
    """A column's values as texts of one form: all with the decimals, or the part of the day, that one of them needs."""
    if pd.api.types.is_bool_dtype(column):
        return [str(value) for value in column]
    if pd.api.types.is_datetime64_any_dtype(column):
        known = column.dropna()
        clock = "" if (known == known.dt.normalize()).all() else " %H:%M" if (known.dt.second == 0).all() else " %X"
        return ["–" if pd.isna(value) else day(value, language) + f"{value:{clock}}" * bool(clock) for value in column]
    if pd.api.types.is_numeric_dtype(column):
        decimals = _decimals(column)
        return [number(None if pd.isna(value) else float(value), language, decimals) for value in column]
    return ["–" if pd.isna(value) else str(value) for value in column]


def _decimals(column: pd.Series) -> int:
    """With how many decimals all values of a column can be written; no more than six."""
    values = column.dropna().astype(float)
    exact = (d for d in range(MOST_DECIMALS) if np.allclose(values.round(d), values, rtol=0, atol=1e-9))
    return next(exact, MOST_DECIMALS)


def asked(task: Exercise | Question, rows: Rows | None, language: str, order: tuple[int, ...] = ()) -> Note:
    """A question as the learner meets it."""
    title = say("lessons.question" if isinstance(task, Question) else "lessons.exercise", language, id=task.id)
    table = None if rows is None else rows_table(rows, language)
    text = question_text(task, rows, language)
    if isinstance(task, Question):
        choices = [f"**{LETTERS[i]})** {task.choices[at].text(language)}" for i, at in enumerate(order)]
        return Note(title, text, table, choices, say("lessons.how.choice", language, id=task.id))
    return Note(title, text, table, say(f"lessons.how.{task.kind}", language, id=task.id, **_wanted(task, language)))


def _wanted(task: Exercise, language: str) -> dict[str, str]:
    """In which unit and to how many decimals an answer is asked for."""
    wanted = say(f"lessons.wanted.{task.unit}", language)
    decimals = "whole" if task.decimals == 0 else "one" if task.decimals == 1 else "more"
    return {"wanted": wanted, "decimals": say(f"lessons.decimals.{decimals}", language, n=task.decimals)}


def hints(task: Exercise | Question, seen: int, language: str) -> Note:
    """The hints up to the one just asked for."""
    title = say("lessons.hint", language, id=task.id, seen=seen, all=len(task.hints))
    if not task.hints:
        return Note(say("lessons.hint.none", language, id=task.id), say("lessons.hint.none.text", language))
    more = "lessons.hint.more" if seen < len(task.hints) else "lessons.hint.last"
    return Note(title, *(text(language) for text in task.hints[:seen]), say(more, language, id=task.id))


def not_yet(task: Exercise | Question, tries: int, unread: int, language: str) -> Note:
    """Why the solution is not shown yet."""
    text = say("lessons.not_yet", language, id=task.id, tries=tries, hints=unread)
    return Note(say("lessons.solution", language, id=task.id), text)


def solved(task: Exercise | Question, rows: Rows | None, language: str) -> Note:
    """The answer, the way to it, and why."""
    title = say("lessons.solution", language, id=task.id)
    if isinstance(task, Question):
        right = next(choice for choice in task.choices if is_right(choice, rows))
        return Note(title, right.text(language), said_of(right, rows)(language))
    answer = _figure(outcome(task.right, rows), task, language)
    return Note(title, f"**{answer}**", *(text(language) for text in task.hints), task.praise(language))


def same(by_hand: str, computed: str, of: str, language: str) -> Note:
    """The figure by hand beside that of `of`, which is a name in code."""
    said = say("lessons.same.text", language, by_hand=by_hand, computed=computed, of=of)
    return Note(say("lessons.same", language), said)


def progress(courses: Sequence[tuple[Exercise | Question, Any]], language: str) -> Table:
    """How far a learner is."""
    rows = [
        [task.id, say("cards.yes" if course.solved else "cards.no", language), str(course.tries), str(course.hints)]
        for task, course in courses
    ]
    heads = [say(f"lessons.progress.{name}", language) for name in ("exercise", "solved", "tries", "hints")]
    done = sum(course.solved for _, course in courses)
    caption = say("lessons.progress", language, done=done, all=len(courses))
    return Table(heads, rows, caption, [False, False, True, True])


def answer_key(
    tasks: Sequence[tuple[Exercise | Question, Rows | None]],
    orders: dict[str, tuple[int, ...]],
    seed: int | str,
    language: str,
) -> Note:
    """All answers, and the answer that each mistake would give with what to say to it."""
    lines: list[list[str]] = []
    for task, rows in tasks:
        if isinstance(task, Question):
            lines += _choices_key(task, rows, orders[task.id], language)
        else:
            lines += _exercise_key(task, rows, language)
    heads = [say(f"lessons.key.{name}", language) for name in ("exercise", "answer", "meaning")]
    caption = say("lessons.key.caption", language, seed=seed)
    return Note(say("lessons.key", language), Table(heads, lines, caption, [False, True, False]))


def _exercise_key(task: Exercise, rows: Rows, language: str) -> list[list[str]]:
    right = [task.id, _figure(outcome(task.right, rows), task, language), say("lessons.key.right", language)]
    wrong = [(task.says[name](language), outcome(mistake, rows)) for name, mistake in task.mistakes.items()]
    return [right, *(["", _figure(value, task, language), plain(says)] for says, value in wrong if known(value))]


def _choices_key(task: Question, rows: Rows | None, order: tuple[int, ...], language: str) -> list[list[str]]:
    letter = {at: LETTERS[i] for i, at in enumerate(order)}
    at = next(i for i, choice in enumerate(task.choices) if is_right(choice, rows))
    return [[task.id, letter[at], plain(task.choices[at].text(language))]]


def _figure(value: Any, task: Exercise, language: str) -> str:
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(value, key=_natural))
    if task.unit == "share":
        return number(float(value), language, task.decimals)
    if task.unit in ("h", "min", "s"):
        return say(f"lessons.figure.{task.unit}", language, n=number(float(value), language, task.decimals))
    return number(float(value), language, task.decimals)


def _natural(id: str) -> tuple[int, str]:
    return (int(id), "") if id.isdigit() else (1 << 60, id)
