"""When a measure becomes a target: figures that improve without anybody being helped, and the guards that tell."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.analysis.survival import km
from kpitools.desk import Desk
from kpitools.lessons.exercises._made import halves, numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 4, 1)
LIMIT = 4.0  # hours within which game-1 wants help
WORSE = 3  # points by which game-4 calls a guard clearly worse


def board() -> dict[str, Rows]:
    """Ten requests: five of a Monday before the macro, five of the Monday after.

    First replies after 2, 3, 4, 5, 6 and then 1, 1, 1, 2, 2 hours; solved after 8, 10, 12, 14, 20 and then 10, 12, 14,
    16, 22; one reopened before, three after.
    """
    created = pd.to_datetime(pd.Series(["2025-03-03 08:00"] * 5 + ["2025-03-10 08:00"] * 5))
    replied = pd.to_timedelta(pd.Series([2, 3, 4, 5, 6, 1, 1, 1, 2, 2]), unit="h")
    solved = pd.to_timedelta(pd.Series([8, 10, 12, 14, 20, 10, 12, 14, 16, 22]), unit="h")
    rows = pd.DataFrame({"created_at": created, "first_reply_at": created + replied, "resolved_at": created + solved})
    return {"tickets": numbered(rows.assign(status="resolved", reopens=[0, 1, 0, 0, 0, 1, 0, 1, 1, 0]))}


# The rows of the exercises ----------------------------------------------------------------------------------


def helped(generator: np.random.Generator) -> Rows:
    """Ten requests: five began with a macro, of which help came soon, late or not yet; five with a person's answer."""
    macro = np.array([True] * 5 + [False] * 5)
    late = [*halves(generator, 1, 3.5, 1), *halves(generator, 5, 20, 3), np.nan]
    plain = [*halves(generator, 0.5, 3.5, int(generator.integers(1, 4))), LIMIT]
    plain = [*plain, *halves(generator, 4.5, 12, 5 - len(plain))]
    rows = pd.DataFrame({"first_reply_h": [*halves(generator, 0.5, 0.5, 5), *plain], "is_macro": macro})
    rows["helpful_reply_h"] = [*late, *plain]
    return numbered(rows.iloc[generator.permutation(10)])


def reopened(generator: np.random.Generator) -> Rows:
    """Ten requests: solved ones, of which some came back, once or more, one of them open again; two never solved."""
    created = pd.Timestamp("2025-03-03 08:00") + pd.to_timedelta(halves(generator, 0, 24, 10), unit="h")
    solved = pd.Series(created + pd.to_timedelta(halves(generator, 2, 20, 10), unit="h"))
    status = ["open", "open", "open", *generator.choice(["resolved", "closed"], 7)]
    again = [0, 0, *generator.integers(1, 3, 1), *generator.permutation([2, 1, 3][: generator.integers(1, 4)])]
    rows = pd.DataFrame({"first_resolved_at": solved.mask(solved.index < 2), "status": status})
    rows["reopens"] = [*again, *[0] * (10 - len(again))]
    return numbered(rows.iloc[generator.permutation(10)])


def pool(desk: Desk) -> Rows:
    """Requests of a desk with their first solution and their reopenings."""
    rows = desk.table("tickets").to_pandas().reindex(columns=["first_resolved_at", "status", "reopens"])
    counted = rows.reopens.notna() & rows.status.isin(["open", "pending", "resolved", "closed"])
    return numbered(rows[counted & (rows.first_resolved_at.notna() | (rows.reopens == 0))])


def cards(generator: np.random.Generator) -> Rows:
    """A KPI and its guards before and after a macro: the guards got worse, or they moved along."""
    is_game = bool(generator.integers(0, 2))
    turn = 1 if is_game else -1
    first = [generator.integers(35, 50) / 10, generator.integers(8, 16) / 10]
    solution = 20 + generator.integers(0, 20) / 10
    reopens, csat = generator.integers(7, 10), generator.integers(74, 80)
    before = [first[0], solution, reopens, csat]
    after = [first[1], solution + turn * 4.5, reopens + turn * 4 * (2 if is_game else 1), csat - turn * 6]
    names = ["first response, h", "resolution, h", "reopened, %", "satisfied, %"]
    return pd.DataFrame({"kpi": names, "before": before, "after": after})


def teams(generator: np.random.Generator) -> Rows:
    """Eight teams with their first response and reopen rate before and after a bonus was promised."""
    is_faster = generator.permutation([True] * 5 + [False] * 3)
    is_worse = np.zeros(8, bool)
    is_worse[generator.choice(np.flatnonzero(is_faster), int(generator.integers(2, 4)), replace=False)] = True
    is_worse[generator.choice(np.flatnonzero(~is_faster), 1)] = True
    before = halves(generator, 4, 8, 8)
    after = before + np.where(is_faster, -halves(generator, 1, 3, 8), halves(generator, 0, 1, 8))
    reopened = generator.integers(5, 10, 8)
    moved = np.where(is_worse, generator.integers(WORSE + 1, 9, 8), generator.integers(-2, WORSE, 8))
    rows = pd.DataFrame({"reply_h_before": before, "reply_h_after": after})
    return numbered(rows.assign(reopened_before=reopened, reopened_after=reopened + moved), "team")


# Ways of counting -------------------------------------------------------------------------------------------


def in_time(hours: pd.Series, strict: bool = False) -> float:
    return float((hours < LIMIT if strict else hours <= LIMIT).mean())


def by_curve(rows: Rows) -> float:
    """One minus the Kaplan-Meier curve at the limit; who was not helped yet waits far beyond it."""
    curve = km(rows.helpful_reply_h.fillna(99.0), rows.helpful_reply_h.notna())
    return 1 - curve[curve.time <= LIMIT].survival.iloc[-1]


def computed_reopens(rows: Rows) -> float:
    from kpitools.compute import compute

    created = pd.Timestamp("2025-03-01")
    solved = rows.first_resolved_at.where(rows.status.isin(["resolved", "closed"]))
    desk = LESSON.desk({"tickets": rows.assign(created_at=created, resolved_at=solved)})
    return compute("reopen_rate", desk, every=None).value.iloc[0]


def came_back(rows: Rows) -> pd.Series:
    return rows.reopens > 0


def is_game(rows: Rows) -> bool:
    """Whether the guards of the first line got worse."""
    change = (rows.after - rows.before).iloc[1:]
    return bool((change * [1, 1, -1] > 0).all())


def chosen(rows: Rows, which: pd.Series) -> frozenset[str]:
    return frozenset(rows[which].team)


def faster(rows: Rows) -> pd.Series:
    return rows.reply_h_after < rows.reply_h_before


def worse(rows: Rows) -> pd.Series:
    return rows.reopened_after - rows.reopened_before >= WORSE


def by_row(rows: Rows) -> frozenset[str]:
    """The same, row by row."""
    found = set()
    for row in rows.itertuples():
        if row.reply_h_before - row.reply_h_after > 0 and row.reopened_after >= row.reopened_before + WORSE:
            found.add(row.team)
    return frozenset(found)


HELP = Work(
    draw=helped,
    given=lambda rows: {"limit": LIMIT},
    right=lambda rows: in_time(rows.helpful_reply_h),
    truth=by_curve,
    unit="share",
    decimals=2,
    made_up="macro",
    mistakes={
        "macros_count": lambda rows: in_time(rows.first_reply_h),
        "macros_out": lambda rows: in_time(rows[~rows.is_macro].helpful_reply_h),
        "answered_only": lambda rows: in_time(rows.helpful_reply_h.dropna()),
        "strictly_less": lambda rows: in_time(rows.helpful_reply_h, strict=True),
    },
)
REOPENED = Work(
    draw=reopened,
    right=lambda rows: float(came_back(rows)[rows.first_resolved_at.notna()].mean()),
    truth=computed_reopens,
    unit="share",
    decimals=2,
    pool=pool,
    mistakes={
        "events": lambda rows: rows.reopens.sum() / rows.first_resolved_at.notna().sum(),
        "all_tickets": lambda rows: float(came_back(rows).mean()),
        "solved_now": lambda rows: float(came_back(rows)[rows.status.isin(["resolved", "closed"])].mean()),
    },
)
TEAMS = Work(
    kind="ids",
    draw=teams,
    given=lambda rows: {"worse": WORSE},
    right=lambda rows: chosen(rows, faster(rows) & worse(rows)),
    truth=by_row,
    made_up="kinds",
    mistakes={
        "only_faster": lambda rows: chosen(rows, faster(rows)),
        "only_worse": lambda rows: chosen(rows, worse(rows)),
        "really_better": lambda rows: chosen(rows, faster(rows) & ~worse(rows)),
    },
)

LESSON = read_lesson(
    __name__,
    order=370,
    part="capstone",
    minutes=35,
    board=board,
    now=NOW,
    kpi="reopen_rate",
    work={"game-1": HELP, "game-2": REOPENED, "game-4": TEAMS},
    draws={"game-3": cards},
    rights={"is_game": is_game, "is_gain": lambda rows: not is_game(rows)},
)
