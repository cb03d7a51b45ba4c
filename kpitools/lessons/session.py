"""A lesson under way: which rows this learner has, what they have tried, which hints they have seen."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.errors import NotSupportedError
from kpitools.kpi import Kpi
from kpitools.lessons import show
from kpitools.lessons.catalogue import lesson as find_lesson
from kpitools.lessons.catalogue import task as find_task
from kpitools.lessons.drawing import drawn, read_pool
from kpitools.lessons.judging import Verdict, judge
from kpitools.lessons.record import Exercise, Lesson, Question, Rows
from kpitools.words import check_language, quantity

TRIES_BEFORE_SOLUTION = 3


@dataclass
class _Course:
    """What one learner did with one exercise."""

    tries: int = 0
    solved: bool = False
    hints: int = 0
    last: Verdict | None = None


@dataclass
class Session:
    """What `start` returns.

    Attributes
    ----------
    lesson : its record
    seed : a number or a name; it decides the rows of every exercise
    language : en or vi
    own : folder with rows of an own export, as `kpitools lessons new` writes it; empty: made-up rows
    """

    lesson: Lesson
    seed: int | str = 1
    language: str = "en"
    own: str = ""
    done: dict[str, _Course] = field(default_factory=dict)
    _drawn: dict[tuple, Rows | None] = field(default_factory=dict, repr=False)

    @cached_property
    def frames(self) -> dict[str, Rows]:
        """The tables of the board."""
        return self.lesson.board()

    @property
    def board(self) -> Rows:
        """The ten rows for the board."""
        return next(iter(self.frames.values())).copy()

    @cached_property
    def desk(self) -> Desk:
        """The board's rows as a desk."""
        return self.lesson.desk(language=self.language)

    @property
    def now(self) -> pd.Timestamp:
        """When the board's data was exported."""
        return pd.Timestamp(self.lesson.now)

    @property
    def kpi(self) -> Kpi:
        """The record of the KPI that the lesson teaches."""
        if self.lesson.record is None:
            raise NotSupportedError(f"the lesson '{self.lesson.name}' teaches no single KPI.")
        return self.lesson.record

    def rows(self, id: str) -> Rows | None:
        """The rows of an exercise for this seed."""
        return self._rows(self._task(id), self.seed)

    def _rows(self, task: Exercise | Question, seed: int | str) -> Rows | None:
        if (task.id, seed) not in self._drawn:
            pool = read_pool(self.own, task.id) if self.own else None
            self._drawn[task.id, seed] = drawn(task, seed, pool)
        rows = self._drawn[task.id, seed]
        return None if rows is None else rows.copy()

    def _task(self, id: str) -> Exercise | Question:
        return find_task(id)[1]

    def order(self, task: Question) -> tuple[int, ...]:
        """In which order this learner sees the choices."""
        import zlib

        generator = np.random.default_rng([zlib.crc32(task.id.encode()), zlib.crc32(str(self.seed).encode())])
        return tuple(int(place) for place in generator.permutation(len(task.choices)))

    def ask(self, id: str) -> Rows | None:
        """Show the question with its rows, and return the rows."""
        from IPython.display import display

        task = self._task(id)
        rows = self._rows(task, self.seed)
        order = self.order(task) if isinstance(task, Question) else ()
        display(show.asked(task, rows, self.language, order))
        return rows

    def check(self, id: str, *answer: Any) -> Verdict:
        """Judge an answer and remember the try."""
        task, course = self._task(id), self.course(id)
        order = self.order(task) if isinstance(task, Question) else ()
        again = lambda n: self._rows(task, f"{self.seed}/{n}")  # noqa: E731
        verdict = judge(task, answer, self._rows(task, self.seed), self.language, again, order)
        if verdict.kind not in ("blank", "unreadable", "error"):
            course.tries += 1
        course.solved = course.solved or verdict.right
        course.last = verdict
        return verdict

    def hint(self, id: str) -> show.Note:
        """The next hint; after the last one, all of them."""
        task, course = self._task(id), self.course(id)
        course.hints = min(course.hints + 1, len(task.hints))
        return show.hints(task, course.hints, self.language)

    def solution(self, id: str) -> show.Note:
        """The answer and the way to it, for those who have tried and have read the hints."""
        task, course = self._task(id), self.course(id)
        ready = course.solved or (course.tries >= TRIES_BEFORE_SOLUTION and course.hints >= len(task.hints))
        if not ready:
            missing = max(0, TRIES_BEFORE_SOLUTION - course.tries)
            return show.not_yet(task, missing, len(task.hints) - course.hints, self.language)
        return show.solved(task, self._rows(task, self.seed), self.language)

    def progress(self) -> show.Table:
        """A row an exercise: solved or not, tries, hints."""
        rows = [(task, self.course(task.id)) for task in self.lesson.tasks]
        return show.progress(rows, self.language)

    def answers(self) -> show.Note:
        """For the trainer: every answer for this seed, and what each mistake would give."""
        rows = [(task, self._rows(task, self.seed)) for task in self.lesson.tasks]
        orders = {task.id: self.order(task) for task in self.lesson.questions}
        return show.answer_key(rows, orders, self.seed, self.language)

    def course(self, id: str) -> _Course:
        return self.done.setdefault(id, _Course())

    def same(self, by_hand: float, computed: float, unit: str = "", of: str = "kt.compute") -> show.Note:
        """Say that a figure worked out by hand is what the toolkit gives; AssertionError where it is not.

        `of` is the name of what computed it, as one types it.
        """
        unit = unit or self.kpi.unit
        texts = [quantity(float(value), unit, self.language) for value in (by_hand, computed)]
        if not np.isclose(by_hand, computed, rtol=1e-9, atol=1e-9):
            raise AssertionError(f"by hand {by_hand!r}, {of} {computed!r}: not the same")
        return show.same(texts[0], texts[1], of, self.language)


_SESSIONS: dict[str, Session] = {}


def start(name: str, seed: int | str = 1, language: str = "en", own: str = "") -> Session:
    """Begin a lesson (again).

    Parameters
    ----------
    name : of the lesson; `kpitools lessons list` names them
    seed : a number or a name: another one gives other rows in every exercise
    language : en or vi
    own : folder with rows of your own desk, made by `kpitools lessons new`

    Raises
    ------
    UnknownNameError
        For a lesson or language that does not exist.
    """
    session = Session(find_lesson(name), seed, check_language(language), own)
    _SESSIONS[name] = session
    return session


def of(id: str) -> Session:
    """The session to which an exercise belongs; one with the defaults where its lesson was not started."""
    lesson, _ = find_task(id)
    return _SESSIONS.get(lesson.name) or start(lesson.name)
