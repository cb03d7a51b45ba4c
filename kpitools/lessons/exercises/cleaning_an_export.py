"""Cleaning an export: every row is kept, repaired or set aside, and counted."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.lessons.exercises._made import halves, numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 4, 4, 16, 0)
FORM = "%d/%m/%Y %H:%M"
_RAW = """
101|13/03/2025 08:00|13/03/2025 12:00|13/03/2025 10:00|13/03/2025 12:00|resolved|
102|13/03/2025 09:00|13/03/2025 15:00|13/03/2025 14:00|13/03/2025 15:00|resolved|
102|13/03/2025 09:00|13/03/2025 15:00|13/03/2025 14:00|13/03/2025 15:00|resolved|
103|03/04/2025 08:00|03/04/2025 08:30|||open|
103|03/04/2025 08:00|03/04/2025 18:00|03/04/2025 09:00|03/04/2025 17:00|resolved|
104|31/02/2025 10:00|14/03/2025 10:00|14/03/2025 11:00|14/03/2025 12:00|resolved|
105|14/03/2025 10:00|14/03/2025 13:00|14/03/2025 13:00|13/03/2025 10:00|resolved|
106|14/03/2025 11:00|14/03/2025 12:00|14/03/2025 11:00|14/03/2025 12:00|spam|
107|04/04/2025 08:00|04/04/2025 08:00|||open|
108|04/04/2025 09:00|04/04/2025 16:00|04/04/2025 09:00|04/04/2025 16:00|resolved|test
"""


def board() -> dict[str, Rows]:
    """Ten lines of an export, all texts: a repeated row, two versions of a ticket, a day that does not exist, a
    solution before the request, spam, a test, one still waiting. The five that count waited 2, 5, 1, 3 and 8+ hours."""
    columns = ["ticket_id", "created_at", "updated_at", "first_reply_at", "resolved_at", "status", "tags"]
    lines = [line.split("|") for line in _RAW.strip().splitlines()]
    return {"tickets": pd.DataFrame(lines, columns=columns)}


# The rows of the exercises ----------------------------------------------------------------------------------


def export(generator: np.random.Generator) -> Rows:
    """Lines of an export: a repeated row, a ticket in two versions, the newer one sometimes above, an impossible day, a
    solution before the request."""
    days = generator.permutation(np.arange(13, 27))[:7]
    parts = [_line(i, f"{day}/03/2025", "08:00", f"{day}/03/2025 {12 + i}:00") for i, day in enumerate(days)]
    parts[1]["created_at"] = f"3{generator.integers(0, 2)}/02/2025 08:00"
    parts[2]["resolved_at"] = "12/03/2025 09:00"
    older = parts[3] | {"updated_at": f"{days[3]}/03/2025 08:05", "resolved_at": "", "status": "open"}
    versions = [parts[3], older] if generator.integers(2) else [older, parts[3]]
    rest = [[part] for part in (parts[0], parts[1], parts[2], parts[5], parts[6])]
    groups = [versions, [parts[4], parts[4]], *rest]
    lines = [part for place in generator.permutation(len(groups)) for part in groups[place]]
    return numbered(pd.DataFrame(lines), "line")


def _line(i: int, day: str, clock: str, end: str) -> dict[str, str]:
    made = {"ticket_id": str(201 + i), "created_at": f"{day} {clock}", "updated_at": end}
    return made | {"resolved_at": end, "status": "resolved"}


def spans(generator: np.random.Generator) -> Rows:
    """Ten requests: seven solved, two of them apparently before they were made, one without a time of solution."""
    created = pd.Timestamp("2025-03-03 08:00") + pd.to_timedelta(halves(generator, 0, 24, 10), unit="h")
    took = [*halves(generator, 2, 30, 7), *-halves(generator, 3, 20, 2), np.nan]
    rows = pd.DataFrame({"created_at": created, "resolved_at": created + pd.to_timedelta(took, unit="h")})
    return numbered(rows.iloc[generator.permutation(10)])


def dates(generator: np.random.Generator) -> Rows:
    """Dates of one column: some number over 12 in the first place, or in the second, or in neither."""
    kind = int(generator.integers(3))
    first, second = generator.integers(1, 13, 8), generator.integers(1, 13, 8)
    large = generator.choice(np.arange(13, 29), 3, replace=False)
    if kind < 2:
        (first, second)[kind][[1, 4, 6]] = large
    return pd.DataFrame({"created": [f"{a:02}/{b:02}/2025" for a, b in zip(first, second, strict=True)]})


def versions(generator: np.random.Generator) -> Rows:
    """Six tickets in one to three versions, the lines in any order."""
    rows = []
    for ticket, count in enumerate(generator.permutation([1, 1, 2, 2, 3, 3]), 1):
        hours = np.sort(generator.choice(np.arange(8, 20), count, replace=False))
        status = [*generator.choice(["open", "pending"], count - 1), generator.choice(["open", "resolved"])]
        rows += [
            (str(ticket), pd.Timestamp("2025-03-03") + pd.Timedelta(hours=int(h)), s)
            for h, s in zip(hours, status, strict=True)
        ]
    made = pd.DataFrame(rows, columns=["ticket_id", "updated_at", "status"])
    return made.iloc[generator.permutation(len(made))].reset_index(drop=True)


# Ways of counting -------------------------------------------------------------------------------------------


def kept(
    rows: Rows, *, newest: bool = True, once: bool = True, dated: bool = True, sound: bool = False
) -> frozenset[str]:
    """The lines that stay: without repeated rows and rows without a time, the newest version of each ticket."""
    rest = rows[~rows.drop(columns="line").duplicated()] if once else rows
    created = pd.to_datetime(rest.created_at, format=FORM, errors="coerce")
    rest = rest[created.notna()] if dated else rest
    if sound:
        rest = rest[~(moments(rest.resolved_at) < moments(rest.created_at))]
    at = moments(rest.updated_at)
    best = at.groupby(rest.ticket_id).transform("max" if newest else "min")
    return frozenset(rest[at == best].line)


def moments(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, format=FORM, errors="coerce")


def kept_by_hand(rows: Rows) -> frozenset[str]:
    """The same line by line, without pandas' dates."""
    best, seen = {}, set()
    for line, ticket, created, updated, *rest in rows.itertuples(index=False):
        day, month = int(created[:2]), int(created[3:5])
        if day > (28 if month == 2 else 31) or (ticket, created, updated, *rest) in seen:
            continue
        seen.add((ticket, created, updated, *rest))
        moment = (updated[3:5], updated[:2], updated[11:])
        if ticket not in best or moment > best[ticket][0]:
            best[ticket] = (moment, line)
    return frozenset(line for _, line in best.values())


def hours(rows: Rows) -> pd.Series:
    return (rows.resolved_at - rows.created_at) / pd.Timedelta(hours=1)


def computed(rows: Rows) -> float:
    """The median of the finished, by `compute`."""
    from kpitools.compute import compute

    sound = rows.assign(resolved_at=rows.resolved_at.where(rows.resolved_at > rows.created_at), status="resolved")
    return compute("resolution_time", LESSON.desk({"tickets": sound}), every=None, view="closed").value.iloc[0]


def places(rows: Rows) -> tuple[bool, bool]:
    """Whether a number over 12 stands in the first place, and in the second."""
    parts = rows.created.str.split("/", expand=True).astype(int)
    return bool((parts[0] > 12).any()), bool((parts[1] > 12).any())


def still_open(rows: Rows, keep: str = "last", by_time: bool = True) -> int:
    rows = rows.sort_values("updated_at") if by_time else rows
    return int((rows.drop_duplicates("ticket_id", keep=keep).status == "open").sum())


def open_by_hand(rows: Rows) -> int:
    newest = {}
    for row in rows.itertuples():
        if row.ticket_id not in newest or row.updated_at > newest[row.ticket_id].updated_at:
            newest[row.ticket_id] = row
    return sum(row.status == "open" for row in newest.values())


LINES = Work(
    kind="ids",
    draw=export,
    right=kept,
    truth=kept_by_hand,
    made_up="faults",
    mistakes={
        "older": lambda rows: kept(rows, newest=False),
        "repeated": lambda rows: kept(rows, once=False),
        "undated": lambda rows: kept(rows, dated=False),
        "too_strict": lambda rows: kept(rows, sound=True),
    },
)
MEDIAN = Work(
    draw=spans,
    right=lambda rows: hours(rows)[hours(rows) >= 0].median(),
    truth=computed,
    unit="h",
    made_up="faults",
    mistakes={
        "negative_in": lambda rows: hours(rows).median(),
        "sign_dropped": lambda rows: hours(rows).abs().median(),
        "as_zero": lambda rows: hours(rows).clip(lower=0).fillna(0).median(),
        "mean": lambda rows: hours(rows)[hours(rows) >= 0].mean(),
    },
)
NEWEST = Work(
    kind="code",
    draw=versions,
    right=still_open,
    truth=open_by_hand,
    made_up="faults",
    mistakes={
        "all_versions": lambda rows: int((rows.status == "open").sum()),
        "oldest": lambda rows: still_open(rows, keep="first"),
        "last_line": lambda rows: still_open(rows, by_time=False),
    },
)

LESSON = read_lesson(
    __name__,
    order=380,
    part="capstone",
    minutes=40,
    board=board,
    now=NOW,
    work={"clean-1": LINES, "clean-2": MEDIAN, "clean-4": NEWEST},
    draws={"clean-3": dates},
    rights={
        "day_first": lambda rows: places(rows)[0],
        "month_first": lambda rows: places(rows)[1],
        "unknown": lambda rows: not any(places(rows)),
    },
)
