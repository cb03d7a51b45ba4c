"""A course on customer-service KPIs: what notebooks use as ``kt.lessons``.

A lesson's notebook begins with `start`; `ask` shows an exercise and gives its rows, `check` judges an answer, `hint`
helps a step further, `solution` waits until somebody has tried, `progress` counts. docs/lessons.md is the guide.
"""

from typing import Any

from kpitools.lessons import pictures, session
from kpitools.lessons.catalogue import lesson, lessons
from kpitools.lessons.glossary import glossary
from kpitools.lessons.judging import Verdict
from kpitools.lessons.record import Rows
from kpitools.lessons.session import Session, start
from kpitools.lessons.show import Note

__all__ = [
    "ask",
    "check",
    "glossary",
    "hint",
    "lesson",
    "lessons",
    "pictures",
    "solution",
    "start",
    "Session",
]


def ask(id: str) -> Rows | None:
    """Show the exercise `id` and return its rows (None for a question about no rows)."""
    return session.of(id).ask(id)


def check(id: str, *answer: Any) -> Verdict:
    """Judge an answer: a number, a letter, ids, or a function of the rows; ``...`` is no answer yet."""
    return session.of(id).check(id, *answer)


def hint(id: str) -> Note:
    """The next hint for the exercise `id`."""
    return session.of(id).hint(id)


def solution(id: str) -> Note:
    """The answer and the way to it, after three tries and all hints."""
    return session.of(id).solution(id)
