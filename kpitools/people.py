"""Pseudonyms: people appear as A-07 in anything shown, numbered in the order in which the data first mentions them."""

import pandas as pd

from kpitools.desk import Desk

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
    """`frame` with the ids of agents and customers replaced, unless the desk file turns pseudonyms off."""
    if not desk.settings.pseudonyms:
        return frame
    personal = [column for column in _LETTERS if column in frame.columns]
    hidden = {column: frame[column].map(_or_same(pseudonyms(desk, column))) for column in personal}
    return frame.assign(**hidden) if hidden else frame


def _or_same(names: dict[str, str]):
    # An id without a pseudonym is missing or the dash for "no group": shown as it is, never guessed.
    return lambda name: names.get(name, name if name == "–" else None)
