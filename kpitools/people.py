"""Pseudonyms: people appear as A-07 in anything shown, numbered in the order in which the data first mentions them.

Texts that hold an e-mail address or a telephone number are masked besides (see `privacy`).
"""

from functools import lru_cache

import pandas as pd

from kpitools.desk import Desk
from kpitools.privacy import Mask, scrub
from kpitools.tables import TABLES

_LETTERS = {"agent_id": "A", "customer_id": "C"}
_DATED = (("tickets", "created_at"), ("calls", "offered_at"), ("surveys", "answered_at"), ("messages", "at"))
_DATED += (("customers", "started_at"), ("activity", "at"))


def is_personal(column: str) -> bool:
    """Whether a column names people."""
    return column in _LETTERS


def pseudonyms(desk: Desk, column: str) -> dict[str, str]:
    """Each id of `column` (agent_id or customer_id) and its pseudonym; newcomers get the next number.

    The numbers stay the same from night to night as long as the earlier data is kept.
    """
    firsts = [_first_seen(desk, table, at, column) for table, at in _DATED if column in desk.filled_base(table)]
    if not firsts:
        return {}
    seen = pd.concat(firsts).groupby("id", as_index=False)["at"].min().sort_values(["at", "id"], ignore_index=True)
    width = max(2, len(str(len(seen))))
    letter = _LETTERS[column]
    return {name: f"{letter}-{place + 1:0{width}d}" for place, name in seen["id"].items()}


def _first_seen(desk: Desk, table: str, at: str, column: str) -> pd.DataFrame:
    rows = desk.base(table)
    rows = rows.filter(rows[column].notnull())
    return rows.group_by(id=rows[column]).agg(at=rows[at].min()).to_pandas()


def hide(frame: pd.DataFrame, desk: Desk) -> pd.DataFrame:
    """`frame` with the ids of agents and customers replaced and addresses in other texts masked.

    The desk file may turn that off (``pseudonyms: false``).
    """
    if not desk.settings.pseudonyms:
        return frame
    hidden = {}
    for column in frame.columns:
        if is_personal(column):
            hidden[column] = frame[column].map(_or_same(pseudonyms(desk, column)))
        elif pd.api.types.is_string_dtype(frame[column]):
            hidden[column] = _masked(frame[column], desk)
    return frame.assign(**hidden) if hidden else frame


def _or_same(names: dict[str, str]):
    # An id without a pseudonym is missing or the dash for "no group": shown as it is, never guessed.
    return lambda name: names.get(name, name if name == "–" else None)


def _masked(texts: pd.Series, desk: Desk) -> pd.Series:
    """The texts without addresses; different ones get different numbers, the same on all pages of a desk."""
    if not any(isinstance(text, str) and scrub(text) != text for text in texts):
        return texts
    numbers = _address_numbers(desk, str(texts.name))
    return texts.map(lambda text: scrub(text, numbers.get(text)) if isinstance(text, str) else text)


@lru_cache(maxsize=8)
def _address_numbers(desk: Desk, column: str) -> dict[str, int]:
    """Every text of a column that holds an address, numbered in the order of the alphabet."""
    found: set[str] = set()
    for name in TABLES:
        if desk.has(name) and column in desk.base(name).columns:
            rows = desk.base(name)
            texts = rows.select(text=rows[column].cast("string")).distinct().to_pandas().text.dropna()
            found |= {text for text in texts if scrub(text) != text}
    return {text: place + 1 for place, text in enumerate(sorted(found))}


@lru_cache(maxsize=4)
def mask_for(desk: Desk) -> Mask:
    """What takes the people of a desk out of a text that is published; lets all through where the desk says so."""
    if not desk.settings.pseudonyms:
        return Mask(open_=True)
    return Mask(pseudonyms(desk, "customer_id") | pseudonyms(desk, "agent_id"))
