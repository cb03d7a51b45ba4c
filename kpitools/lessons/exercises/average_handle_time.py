"""Average handle time: a sum over a sum, which plans a team and must not rank its people."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import moments, numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 3, 3, 17, 0)
PARTS = ["talk_s", "hold_s", "wrap_s"]
OCCUPANCY = 80  # per cent of the time at work on contacts for which aht-2 plans


def board() -> dict[str, Rows]:
    """Ten calls of three customers: Minh answers six in 18 minutes, Lan three in 36, one caller gives up."""
    rows = pd.DataFrame({"offered_at": moments("09:00 09:10 09:20 09:30 09:40 10:00 10:10 10:20 10:40 11:00")})
    rows["customer_id"] = [*"ABCADBACBC"]
    rows["agent_id"] = ["Minh", "Minh", "Minh", "Minh", None, "Minh", "Lan", "Minh", "Lan", "Lan"]
    rows["talk_s"] = minutes([2, 2, 3, 1, None, 2, 8, 2, 7, 9])
    rows["hold_s"] = minutes([0, 0, 0, 0, None, 0, 2, 0, 1, 3])
    rows["wrap_s"] = minutes([1, 1, 1, 1, None, 1, 2, 1, 2, 2])
    rows["is_abandoned"] = rows.agent_id.isna()
    return {"calls": numbered(rows, "call_id")}


def minutes(values) -> np.ndarray:
    """Minutes as seconds."""
    return np.array(values, dtype=float) * 60


# The rows of the exercises ----------------------------------------------------------------------------------


def calls(generator: np.random.Generator) -> Rows:
    """Ten calls: six short ones of the first line, two long ones of the experts, two callers who gave up."""
    talk = [*generator.integers(1, 5, 6), *generator.integers(8, 16, 2), None, None]
    hold = [*generator.integers(0, 2, 6), *generator.integers(1, 4, 2), None, None]
    wrap = [*generator.integers(1, 3, 6), *generator.integers(2, 5, 2), None, None]
    rows = pd.DataFrame({"team": ["first line"] * 6 + ["experts"] * 2 + ["first line"] * 2})
    rows = rows.assign(talk_s=minutes(talk), hold_s=minutes(hold), wrap_s=minutes(wrap))
    rows["is_abandoned"] = rows.talk_s.isna()
    return numbered(rows.iloc[generator.permutation(10)], "call_id")


def pool(desk: Desk) -> Rows:
    """Calls of a desk, in whole minutes, with their queue."""
    rows = desk.table("calls").to_pandas().reindex(columns=["team", *PARTS, "is_abandoned"])
    rows["is_abandoned"] = rows.is_abandoned.fillna(rows.talk_s.isna()).astype(bool)
    rows[PARTS] = (rows[PARTS] / 60).round() * 60
    lost, kept = rows[rows.is_abandoned], rows[~rows.is_abandoned & rows.talk_s.notna()]
    return numbered(pd.concat([kept, lost.head(len(kept) // 5)]).sort_index(), "call_id")


def forecast(generator: np.random.Generator) -> Rows:
    """What an hour brings: many short contacts, fewer long ones."""
    each = [generator.integers(2, 4), generator.integers(5, 8), generator.integers(12, 20)]
    expected = np.array([generator.integers(8, 13), generator.integers(4, 8), generator.integers(1, 4)]) * 6
    return pd.DataFrame({"channel": ["chat", "phone", "email"], "contacts_an_hour": expected, "minutes_each": each})


# Ways of counting -------------------------------------------------------------------------------------------


def spent(rows: Rows, parts: list[str] = PARTS) -> pd.Series:
    """Minutes of each handled call."""
    return rows[~rows.is_abandoned][parts].sum(axis=1) / 60


def by_team(rows: Rows) -> pd.Series:
    return spent(rows).groupby(rows.team).mean()


def computed(rows: Rows) -> float:
    from kpitools.compute import compute

    desk = LESSON.desk({"calls": rows.assign(offered_at=pd.Timestamp("2025-03-03 09:00"))})
    return compute("average_handle_time", desk, every=None).value.iloc[0]


def people(rows: Rows, each: pd.Series | float | None = None, occupancy: float = OCCUPANCY / 100) -> float:
    """Agents needed in the hour: minutes of work, over the minutes each of them is at work on contacts."""
    work = (rows.contacts_an_hour * (rows.minutes_each if each is None else each)).sum()
    return work / (60 * occupancy)


def people_by_contacts(rows: Rows) -> float:
    """The same from one call for each expected contact, by the average handle time that `compute` finds."""
    each = rows.minutes_each.repeat(rows.contacts_an_hour).reset_index(drop=True)
    made = pd.DataFrame({"team": "all", "talk_s": minutes(each), "hold_s": 0.0, "wrap_s": 0.0, "is_abandoned": False})
    return len(made) * computed(numbered(made, "call_id")) / 60 / 0.8


MEAN = Work(
    draw=calls,
    right=lambda rows: spent(rows).mean(),
    truth=computed,
    unit="min",
    pool=pool,
    mistakes={
        "talk_only": lambda rows: spent(rows, ["talk_s"]).mean(),
        "no_wrap": lambda rows: spent(rows, ["talk_s", "hold_s"]).mean(),
        "gave_up_counted": lambda rows: spent(rows).sum() / len(rows),
        "mean_of_teams": lambda rows: by_team(rows).mean(),
        "median": lambda rows: spent(rows).median(),
        "added_up": lambda rows: spent(rows).sum(),
    },
)
PEOPLE = Work(
    draw=forecast,
    given=lambda rows: {"occupancy": float(OCCUPANCY)},
    right=people,
    truth=people_by_contacts,
    made_up="plan",
    mistakes={
        "no_slack": lambda rows: people(rows, occupancy=1.0),
        "multiplied": lambda rows: people(rows, occupancy=1.0) * OCCUPANCY / 100,
        "plain_mean": lambda rows: people(rows, rows.minutes_each.mean()),
        "median": lambda rows: people(rows, rows.minutes_each.median()),
        "in_minutes": lambda rows: (rows.contacts_an_hour * rows.minutes_each).sum(),
    },
)

LESSON = read_lesson(
    __name__,
    order=140,
    part="service",
    minutes=30,
    board=board,
    now=NOW,
    kpi="average_handle_time",
    work={"aht-1": MEAN, "aht-2": PEOPLE, "aht-4": replace(MEAN, kind="code")},
)
