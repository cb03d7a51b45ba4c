"""Exercises on the trainer's own export: rows without personal data beside the notebooks, and nothing else of it."""

from dataclasses import dataclass
from pathlib import Path

from kpitools.desk import Desk
from kpitools.errors import ConfigError, KpitoolsError, NotSupportedError
from kpitools.lessons.build import write_notebooks
from kpitools.lessons.catalogue import lesson as find_lesson
from kpitools.lessons.catalogue import lessons
from kpitools.lessons.drawing import drawn, equal, known, outcome, units
from kpitools.lessons.record import BLOCK, Exercise, Lesson, Rows
from kpitools.lessons.variant import ROLES
from kpitools.words import say

MOST = 400  # rows of an export that an exercise keeps to draw from
FEWEST, FEWEST_BLOCKS = 30, 8  # rows, or blocks of rows: fewer would give neighbours the same ones
_MISSING = (KpitoolsError, KeyError, AttributeError)


@dataclass(frozen=True)
class Taken:
    """How an exercise fared with an export.

    rows : how many rows it can draw from; 0 where it keeps its made-up ones
    why : in the trainer's language, what keeps it from the export's rows, or what they cannot show
    """

    lesson: Lesson
    exercise: Exercise
    rows: int
    why: str = ""


def write_own(
    desk: Desk, folder: Path, names: tuple[str, ...] = (), language: str = "en", seed: int = 1
) -> list[Taken]:
    """Write ``rows/``, ``learner/`` and ``trainer/`` into the new folder `folder`.

    A lesson is written if at least one of its exercises can take rows of the desk; exercises that cannot keep their
    made-up rows.

    Raises
    ------
    ConfigError
        Where `folder` is there already.
    NotSupportedError
        Where no exercise can take rows of this desk.
    """
    if folder.exists():
        raise ConfigError(f"{folder} is there already: it is not replaced. Name another folder with --out.")
    wanted = [find_lesson(name) for name in names] or list(lessons().values())
    pools: dict[str, Rows] = {}
    taken = [_take(lesson, task, desk, pools, language) for lesson in wanted for task in lesson.exercises]
    if not pools:
        able = [one for one in taken if one.exercise.pool is not None]
        whys = "; ".join(dict.fromkeys(f"{one.exercise.id}: {one.why}" for one in able or taken))
        raise NotSupportedError(f"no exercise can take rows of this desk. {whys}")
    (folder / "rows").mkdir(parents=True)
    for id, pool in pools.items():
        pool.to_csv(folder / "rows" / f"{id}.csv", index=False)
    ours = [lesson for lesson in wanted if any(task.id in pools for task in lesson.exercises)]
    for role in ROLES:
        (folder / role).mkdir()
        write_notebooks(folder / role, ours, role, language, seed=seed, own="../rows")
    return taken


def _take(lesson: Lesson, task: Exercise, desk: Desk, pools: dict[str, Rows], language: str) -> Taken:
    """Put the exercise's rows into `pools`, if the desk has enough of them, and say how it went."""
    if task.pool is None:
        return Taken(lesson, task, 0, say(f"lessons.new.why.{task.made_up}", language))
    try:
        pool = thinned(by_the_minute(task.pool(desk)))
        key, fewest = ("too_few.blocks", FEWEST_BLOCKS * task.size) if BLOCK in pool else ("too_few", FEWEST)
        if units(pool) < fewest:
            raise NotSupportedError(say(f"lessons.new.{key}", language, n=units(pool), fewest=fewest))
        shown = min(_shown(task, drawn(task, seed, pool)) for seed in (1, 2, 3))
    except _MISSING as problem:
        return Taken(lesson, task, 0, str(problem))
    pools[task.id] = pool
    few = say("lessons.new.few", language, mistakes=len(task.mistakes), shown=shown)
    return Taken(lesson, task, len(pool), few if shown < len(task.mistakes) else "")


def by_the_minute(pool: Rows) -> Rows:
    """Instants without seconds, with which nobody likes to reckon by hand."""
    return pool.assign(**{name: pool[name].dt.floor("min") for name in pool.select_dtypes("datetime")})


def thinned(pool: Rows) -> Rows:
    """At most `MOST` rows of a pool, or as many blocks as make no more."""
    if len(pool) <= MOST:
        return pool
    if BLOCK not in pool:
        return pool.sample(MOST, random_state=1).sort_index()
    sizes = pool.groupby(BLOCK, sort=False).size().sample(frac=1, random_state=1).cumsum()
    return pool[pool[BLOCK].isin(sizes.index[sizes <= MOST])]


def _shown(task: Exercise, rows: Rows) -> int:
    """How many mistakes these rows tell from the right answer."""
    right = outcome(task.right, rows)
    wrong = (outcome(mistake, rows) for mistake in task.mistakes.values())
    return sum(known(value) and not equal(task, right, value, 2.5) for value in wrong)
