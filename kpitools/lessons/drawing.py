"""The rows of an exercise: the same seed gives the same rows, another seed gives others that teach the same thing.

Rows on which a mistake gives the right answer, or two mistakes the same one, would hide what went wrong; such rows are
drawn again. So are rows whose answer happens to stand as a number in the hints.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kpitools.errors import ConfigError, TooFewError
from kpitools.lessons.record import BLOCK, Exercise, Question, Rows

TRIES, TRIES_OF_POOL = 400, 100


def drawn(task: Exercise | Question, seed: int | str, pool: Rows | None = None) -> Rows | None:
    """The rows of `task` for `seed` (a number or a name); None for a question about no rows.

    `pool`: rows of an own export to take them from; there the best of many draws is taken, since a desk need not
    hold a row for every mistake.

    Raises
    ------
    TooFewError
        If no draw tells the mistakes apart; made-up rows never raise it.
    """
    if task.draw is None:
        return None
    if isinstance(task, Question):
        return task.draw(next(_generators(task.id, seed)))
    return _made_up(task, seed).copy() if pool is None else _best(task, seed, pool)


@cache
def _made_up(task: Exercise, seed: int | str) -> Rows:
    for generator in _generators(task.id, seed):
        rows = task.draw(generator)
        if confused(task, rows) == 0 and not leaks(task, rows):
            return rows
    raise TooFewError(f"exercise {task.id}: {TRIES} draws, and in each a mistake gives the right answer.")


def _generators(id: str, seed: int | str) -> Iterator[np.random.Generator]:
    start = [zlib.crc32(id.encode()), zlib.crc32(str(seed).encode())]
    return (np.random.default_rng([*start, attempt]) for attempt in range(TRIES))


def _best(task: Exercise, seed: int | str, pool: Rows) -> Rows:
    """Of many samples of the pool, the first that confuses few mistakes."""
    if units(pool) < task.size:
        raise TooFewError(f"exercise {task.id}: {task.size} rows wanted, the export gives {units(pool)}.")
    # Of rows there are many samples, of blocks few: with the best one only, all learners would have the same.
    good_enough = len(task.mistakes) // 2 if BLOCK in pool else 0
    best, fewest = None, float("inf")
    for generator in islice(_generators(task.id, seed), TRIES_OF_POOL):
        rows = _sample(pool, generator, task.size)
        found = confused(task, rows)
        if found < fewest:
            best, fewest = rows, found
        if fewest <= good_enough:
            break
    if best is None:
        raise TooFewError(f"exercise {task.id}: the export's rows give no answer in {TRIES_OF_POOL} samples.")
    return best


def units(pool: Rows) -> int:
    """How many rows, or blocks of rows, a pool holds to draw from."""
    return pool[BLOCK].nunique() if BLOCK in pool else len(pool)


def _sample(pool: Rows, generator: np.random.Generator, size: int) -> Rows:
    """Some rows of a pool, or some of its blocks."""
    chosen = np.sort(generator.choice(units(pool), size, replace=False))
    if BLOCK not in pool:
        return pool.iloc[chosen].reset_index(drop=True)
    names = pool[BLOCK].unique()[chosen]
    return pool[pool[BLOCK].isin(names)].drop(columns=BLOCK).reset_index(drop=True)


def confused(task: Exercise, rows: Rows) -> float:
    """How many pairs of answers (the right one and each mistake's) cannot be told apart; infinite without an answer."""
    right = outcome(task.right, rows)
    if not known(right):
        return float("inf")
    wrong = [outcome(mistake, rows) for mistake in task.mistakes.values()]
    absent = sum(not known(value) for value in wrong)
    pairs = combinations([right, *(value for value in wrong if known(value))], 2)
    return absent + sum(equal(task, one, other, 2.5) for one, other in pairs)


def outcome(function: Callable[[Rows], Any], rows: Rows) -> Any:
    """What `function` makes of a copy of `rows`; None where it fails or divides by nothing."""
    try:
        with np.errstate(all="ignore"):
            return function(rows.copy())
    except (ArithmeticError, ValueError, IndexError, KeyError):
        return None


def known(value: Any) -> bool:
    """Whether a value is there: a collection, or a finite number."""
    if value is None or isinstance(value, set | frozenset):
        return value is not None
    return bool(np.isfinite(float(value)))


def equal(task: Exercise, one: Any, other: Any, times: float = 1.0) -> bool:
    """Whether two answers are the same within `times` the exercise's tolerance; collections by their members."""
    if isinstance(one, set | frozenset) or isinstance(other, set | frozenset):
        return one == other
    return abs(float(one) - float(other)) <= times * task.tolerance


def leaks(task: Exercise, rows: Rows) -> bool:
    """Whether the right answer stands as a number in a hint or in a mistake's feedback."""
    right = outcome(task.right, rows)
    if isinstance(right, set | frozenset):
        return False
    said = [text for words in (*task.hints, *task.says.values()) for text in words]
    return any(equal(task, right * scale, value) for text in said for value in numbers(text) for scale in _scales(task))


def _scales(task: Exercise) -> tuple[float, ...]:
    return (1.0, 100.0) if task.unit == "share" else (1.0,)


def numbers(text: str) -> list[float]:
    """The numbers written in a text, with a decimal point or comma."""
    return [float(found.replace(",", ".")) for found in re.findall(r"\d+(?:[.,]\d+)?", text)]


# Rows of one's own desk -------------------------------------------------------------------------------------


def read_pool(folder: str | Path, id: str) -> Rows | None:
    """The rows that `kpitools lessons new` wrote for an exercise; None where there are none.

    Columns that end in ``_at`` and ``as_of`` are instants, ``_id`` texts.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ConfigError(f"there is no folder {folder} with rows of your own. `kpitools lessons new` makes it.")
    path = folder / f"{id}.csv"
    if not path.is_file():
        return None
    head = pd.read_csv(path, nrows=0).columns
    times = [name for name in head if name.endswith("_at") or name in ("at", "as_of")]
    texts = {name: "str" for name in head if name.endswith("_id") or name in (BLOCK, "week", "month")}
    return pd.read_csv(path, parse_dates=times, dtype=texts)
