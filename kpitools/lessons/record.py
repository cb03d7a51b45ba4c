"""What a lesson is, as data: ten rows for the board, exercises with the mistakes people make, and a quiz."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.kpi import Kpi, Words

Rows = pd.DataFrame
BLOCK = "block"  # the column of a pool that names the rows which belong together
PARTS = ("start", "service", "business", "capstone")


@dataclass(frozen=True, eq=False)
class Work:
    """The computing half of an exercise; its words stand in the lesson's YAML file under the same id.

    Attributes
    ----------
    draw : a random generator -> rows. Rows on which a mistake would give the right answer are drawn again.
    right : rows -> the answer, in plain pandas, as the lesson teaches it
    mistakes : name -> what that way of working gives on the same rows
    kind : number; ids (a collection of the first column's values); code (a function of the rows that gives a number)
    unit, decimals : what a number is asked in, as in `words.quantity`; half of the last asked decimal is the tolerance
    given : rows -> what the question names besides, such as a limit of 4 hours
    truth : rows -> the answer by other means, usually `compute`; a test holds it against `right`
    pool : desk -> all rows of an export that the exercise could use, without personal data; None: made-up rows only
    size : how many rows of a pool make an exercise, or how many blocks where it has a column `BLOCK`
    made_up : why it has no pool: the last part of ``lessons.new.why.*`` in words/lessons.yml
    """

    draw: Callable[[np.random.Generator], Rows]
    right: Callable[[Rows], Any]
    mistakes: dict[str, Callable[[Rows], Any]]
    truth: Callable[[Rows], Any]
    kind: str = "number"
    unit: str = "count"
    decimals: int = 1
    given: Callable[[Rows], dict[str, Any]] | None = None
    pool: Callable[[Desk], Rows] | None = None
    size: int = 10
    made_up: str = ""


@dataclass(frozen=True, eq=False)
class Exercise(Work):
    """A question whose answer is computed from its rows: a Work with its id and words.

    Attributes
    ----------
    id : ``frt-1``; unique over all lessons
    ask : the question; ``{names}`` are filled from `given`
    hints : each says more than the one before, and none the answer
    praise : what a right answer earns: one sentence that adds something
    says : name of a mistake -> the kind word for it
    """

    id: str = ""
    ask: Words = Words("", "")
    hints: tuple[Words, ...] = ()
    praise: Words = Words("", "")
    says: dict[str, Words] = field(default_factory=dict)

    @property
    def tolerance(self) -> float:
        """How far an answer may lie from the right one: rounded to the asked decimals it is right."""
        return 0.5 * 10.0**-self.decimals + 1e-9


@dataclass(frozen=True, eq=False)
class Choice:
    """One of the answers to choose from. `right` may depend on drawn rows; `when_right` is then said in place of `says`
    where it is."""

    text: Words
    says: Words
    right: bool | Callable[[Rows], bool] = False
    when_right: Words | None = None


@dataclass(frozen=True, eq=False)
class Question:
    """A question with one right answer to choose; `draw` where it is about rows."""

    id: str
    ask: Words
    choices: tuple[Choice, ...]
    hints: tuple[Words, ...] = ()
    draw: Callable[[np.random.Generator], Rows] | None = None
    given: Callable[[Rows], dict[str, Any]] | None = None


@dataclass(frozen=True, eq=False)
class Lesson:
    """A lesson.

    Attributes
    ----------
    name : of its notebook, of the module that holds this record, and of the YAML file with its words
    order : its place in the course; 10, 20, 30, so that others fit between
    part : start, service, business or capstone
    minutes : how long it takes, exercises included
    board : () -> canonical table name -> the ten rows for the board; the first table is `Session.board`
    now : the instant at which the board's data was exported
    kpi : the KPI it teaches, if one
    settings : further settings of the board's desk, such as a time zone with a schedule of working hours
    tasks : exercises and questions in the order of the notebook; those whose id has ``-quiz-`` are its quiz
    """

    name: str
    order: int
    part: str
    title: Words
    minutes: int
    board: Callable[[], dict[str, Rows]]
    now: dt.datetime
    tasks: tuple[Exercise | Question, ...]
    kpi: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def desk(self, frames: dict[str, Rows] | None = None, language: str = "en") -> Desk:
        """The board's rows (or others like them) as a desk, so that `compute` can be asked of them."""
        frames = self.board() if frames is None else frames
        settings = {"timezone": "UTC"} | self.settings
        return Desk.from_frames(frames, as_of=self.now, language=language, **settings)

    @property
    def record(self) -> Kpi | None:
        """The record of the KPI it teaches."""
        from kpitools.kpis import get

        return get(self.kpi) if self.kpi else None

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        return tuple(task for task in self.tasks if isinstance(task, Exercise))

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(task for task in self.tasks if isinstance(task, Question))
