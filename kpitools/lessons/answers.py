"""What a learner typed, as the value that was meant: 3,5 is a number, and so are a timedelta and a one-cell frame."""

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

SECONDS = {"h": 3600.0, "min": 60.0, "s": 1.0}
Number = float | None  # None: no number at all


def is_blank(answer: tuple[Any, ...]) -> bool:
    """Whether the placeholder still stands there."""
    return not answer or any(part is Ellipsis for part in answer) or all(part is None for part in answer)


def as_number(answer: Any, unit: str) -> Number:
    """`answer` as a number in `unit`; NaN stays, None is what cannot be read as one."""
    if isinstance(answer, bool | np.bool_):
        return None
    if isinstance(answer, pd.DataFrame | pd.Series | np.ndarray | list | tuple):
        flat = np.asarray(answer).reshape(-1)
        return as_number(flat[0], unit) if flat.size == 1 else None
    if isinstance(answer, dt.timedelta | np.timedelta64):
        return pd.Timedelta(answer).total_seconds() / SECONDS[unit] if unit in SECONDS else None
    if isinstance(answer, str):
        return _from_text(answer, unit)
    try:
        return float(answer)
    except (TypeError, ValueError):
        return None


def _from_text(text: str, unit: str) -> Number:
    text = text.strip().replace("−", "-")
    share = 100.0 if unit == "share" and text.endswith("%") else 1.0
    text = text.removesuffix("%").strip()
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        return float(text) / share
    except ValueError:
        return None


def as_ids(answer: Any, all_ids: pd.Series) -> frozenset[str] | None:
    """`answer` as a set of ids; None where it is no collection. A condition on the rows stands for those that meet
    it."""
    if isinstance(answer, pd.Series | np.ndarray) and answer.dtype == bool and len(answer) == len(all_ids):
        return frozenset(all_ids[np.asarray(answer)].astype(str))
    if isinstance(answer, str):
        return frozenset(part.strip() for part in answer.replace(";", ",").split(",") if part.strip())
    if isinstance(answer, int):
        return frozenset([str(answer)])
    if isinstance(answer, pd.DataFrame):
        return frozenset(str(value) for value in answer.iloc[:, 0])
    return frozenset(str(value) for value in answer) if isinstance(answer, Iterable) else None


def as_letter(answer: Any, choices: int) -> int | None:
    """The place of the chosen letter, from 0; None for what is no letter of the list."""
    letter = str(answer).strip().lower().rstrip(").")
    place = ord(letter) - ord("a") if len(letter) == 1 else -1
    return place if 0 <= place < choices else None


def is_missing(value: float) -> bool:
    return math.isnan(value) or math.isinf(value)
