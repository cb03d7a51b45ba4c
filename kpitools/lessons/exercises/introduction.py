"""What a KPI is: a definition, a direction, a goal with dates. Judged by the goal that was in force."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 3, 8)
WITHIN = 20  # seconds
DAYS = pd.to_datetime([*pd.bdate_range("2025-02-24", periods=10)]) + pd.Timedelta(hours=8)


def board() -> dict[str, Rows]:
    """Ten days of a hotline; within 20 seconds 75, 70, 60, 80, 75 % of the calls, and in the second week 80, 75, 85,
    76, 85 %."""
    offered = [20, 40, 50, 20, 40, 50, 20, 40, 50, 20]
    answered = [19, 36, 44, 20, 38, 46, 18, 38, 45, 19]
    in_target = [15, 28, 30, 16, 30, 40, 15, 34, 38, 17]
    rows = {"started_at": DAYS, "offered": offered, "answered": answered, "answered_in_target": in_target}
    return {"queue_intervals": pd.DataFrame(rows)}


# The rows of the exercises ----------------------------------------------------------------------------------


def judged_days(generator: np.random.Generator) -> Rows:
    """Ten days and the goal of each: before the change and after it some days exactly on the goal, between the two
    goals, under both and over both."""
    old = generator.choice([60, 65, 70])
    first = [old, old + 5, old + 5, old - 10, old + 15]
    second = [old + 10, old + 5, old - 5, old + 15, old + 20]
    change = int(generator.integers(4, 6))  # the days before the change
    percent = np.array([*generator.permutation(first)[:change], *generator.permutation(second)[: 10 - change]])
    more = generator.choice([old - 5, old + 5, old + 15], 10 - len(percent)).astype(int)
    percent = np.array([*percent, *more])
    offered = generator.choice([20, 40, 60, 80, 100], 10)
    rows = pd.DataFrame({"offered": offered, "in_time": percent * offered // 100})
    rows["goal_percent"] = [old] * change + [old + 10] * (10 - change)
    return numbered(rows, "day_id")


def days(generator: np.random.Generator) -> Rows:
    """Ten days, of which the busy ones go worse."""
    busy = generator.permutation([True] * 4 + [False] * 6)
    offered = np.where(busy, generator.integers(8, 13, 10), generator.integers(2, 5, 10)) * 10
    answered = offered - np.where(busy, offered // 10 * 2, offered // 20)
    share = np.where(busy, generator.integers(4, 6, 10), generator.integers(8, 10, 10))
    rows = pd.DataFrame({"offered": offered, "answered": answered, "in_time": answered * share // 10})
    return numbered(rows, "day_id")


def pool(desk: Desk) -> Rows:
    """The days of a hotline: calls offered, answered, and answered within 20 seconds."""
    rows = desk.table("calls").to_pandas().reindex(columns=["offered_local", "wait_s", "is_abandoned"])
    rows = rows[rows.wait_s.notna() & rows.is_abandoned.notna()]
    kept = ~rows.is_abandoned.astype(bool)
    counted = pd.DataFrame({"answered": kept, "in_time": kept & (rows.wait_s <= WITHIN)})
    days = counted.groupby(rows.offered_local.dt.normalize()).agg(["size", "sum"])
    offered, answered = days["answered", "size"], days["answered", "sum"]
    made = pd.DataFrame({"offered": offered, "answered": answered, "in_time": days["in_time", "sum"]})
    return numbered(made, "day_id")


# Ways of counting -------------------------------------------------------------------------------------------


def met(rows: Rows, goal: pd.Series | float | None = None) -> pd.Series:
    """Whether each day reached its goal (or another one)."""
    return 100 * rows.in_time / rows.offered >= (rows.goal_percent if goal is None else goal)


def ids(rows: Rows, wanted: pd.Series) -> frozenset[str]:
    return frozenset(rows[wanted].day_id)


def judged(rows: Rows) -> frozenset[str]:
    """The days that met their goal, as the toolkit judges a series by goals with dates."""
    from kpitools.analysis.targets import Target
    from kpitools.analysis.targets import met as is_met

    found = zip(rows.day_id, rows.in_time / rows.offered, rows.goal_percent / 100, strict=True)
    return frozenset(day for day, value, goal in found if is_met(round(value, 9), Target(goal), "higher"))


def computed(rows: Rows) -> float:
    from kpitools.compute import compute

    table = pd.DataFrame({"started_at": DAYS, "offered": rows.offered, "answered": rows.answered})
    desk = LESSON.desk({"queue_intervals": table.assign(answered_in_target=rows.in_time.astype(float))})
    return compute("service_level", desk, every=None).value.iloc[0]


MET = Work(
    kind="ids",
    draw=judged_days,
    right=lambda rows: ids(rows, met(rows)),
    truth=judged,
    made_up="exact",
    mistakes={
        "todays_goal": lambda rows: ids(rows, met(rows, rows.goal_percent.iloc[-1])),
        "old_goal": lambda rows: ids(rows, met(rows, rows.goal_percent.iloc[0])),
        "strictly": lambda rows: ids(rows, 100 * rows.in_time / rows.offered > rows.goal_percent),
        "the_others": lambda rows: ids(rows, ~met(rows)),
    },
)
TOGETHER = Work(
    draw=days,
    right=lambda rows: rows.in_time.sum() / rows.offered.sum(),
    truth=computed,
    unit="share",
    decimals=2,
    pool=pool,
    mistakes={
        "mean_of_days": lambda rows: (rows.in_time / rows.offered).mean(),
        "of_answered": lambda rows: rows.in_time.sum() / rows.answered.sum(),
        "answered_at_all": lambda rows: rows.answered.sum() / rows.offered.sum(),
        "last_day": lambda rows: rows.in_time.iloc[-1] / rows.offered.iloc[-1],
    },
)

LESSON = read_lesson(
    __name__,
    order=10,
    part="start",
    minutes=35,
    board=board,
    now=NOW,
    work={"intro-1": MET, "intro-2": TOGETHER},
)
