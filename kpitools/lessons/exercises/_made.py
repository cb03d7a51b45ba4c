"""Parts that several lessons are made of: moments, durations, and rows made from durations."""

import numpy as np
import pandas as pd

from kpitools.lessons.record import Rows

HOUR = pd.Timedelta(hours=1)


def moments(texts: str, day: str = "2025-03-03") -> list[pd.Timestamp]:
    """Clock times as moments: ``"09:00 10:30 +1 08:00"`` are two on `day` and one on the day after."""
    found, shift = [], 0
    for text in texts.split():
        if text.startswith("+"):
            shift = int(text[1:])
        else:
            found.append(pd.NaT if text == "-" else pd.Timestamp(f"{day} {text}") + pd.Timedelta(days=shift))
            shift = 0
    return found


def hours(span: pd.Series) -> pd.Series:
    """Timedeltas as hours; missing stays missing."""
    return span / HOUR


def halves(generator: np.random.Generator, low: float, high: float, size: int) -> np.ndarray:
    """Hours in steps of half an hour, from `low` to `high`, so that they can be added up by hand."""
    return generator.integers(round(low * 2), round(high * 2) + 1, size) / 2


def numbered(rows: Rows, column: str = "ticket_id") -> Rows:
    """`rows` with the ids 1, 2, 3 ... in front."""
    rows = rows.reset_index(drop=True)
    rows.insert(0, column, [str(i + 1) for i in range(len(rows))])
    return rows


def balanced(many: Rows, few: Rows, least: int = 60) -> Rows:
    """Rows of an export in which the rare kind is common enough to turn up among ten.

    The other kind is cut down to four times as many, or to `least`.
    """
    if len(few) == 0:
        return many
    kept = many.sample(min(len(many), max(least, 4 * len(few))), random_state=1)
    return pd.concat([kept, few.sample(min(len(few), 100), random_state=1)]).sort_index()
