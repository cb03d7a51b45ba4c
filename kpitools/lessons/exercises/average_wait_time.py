"""Average wait time: every stretch in which a customer waits, not only the first."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import HOUR, halves, hours, moments, numbered
from kpitools.lessons.exercises._own import blocks
from kpitools.lessons.exercises._own import threads as conversations
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import BLOCK, Rows, Work

NOW = dt.datetime(2025, 3, 4, 17, 0)
START = pd.Timestamp("2025-03-03 08:00")


def board() -> dict[str, Rows]:
    """Ten messages on three requests: A waits 2 and 5 hours, B 11 hours (with a note after 2) and ends with a thank
    you, C has waited 9 hours and still waits."""
    at = moments("09:00 11:00 13:00 14:00 18:00 10:00 12:00 21:00 22:00 +1 08:00")
    rows = pd.DataFrame({"ticket_id": [*"AAAAA", *"BBBB", "C"], "at": at})
    names = {"c": "customer", "a": "agent"}
    rows["author"] = [names[letter] for letter in "caccacaacc"]
    rows["is_public"] = [True] * 6 + [False] + [True] * 3
    tickets = pd.DataFrame({"ticket_id": [*"ABC"], "status": ["open", "resolved", "open"]})
    tickets["created_at"] = rows.groupby("ticket_id")["at"].min().to_numpy()
    tickets["resolved_at"] = [pd.NaT, pd.Timestamp("2025-03-03 22:30"), pd.NaT]
    return {"messages": numbered(rows, "message_id"), "tickets": tickets}


# The rows of the exercises ----------------------------------------------------------------------------------


def threads(generator: np.random.Generator) -> Rows:
    """Ten messages on three requests: one with two waits (two messages in a row before the second reply), one with an
    internal note before its reply, one with a single quick wait."""
    a = _thread(generator, "A", "customer agent customer customer agent", [3, 5, 4, 7])
    b = _thread(generator, "B", "customer note agent", [3, 8])
    c = _thread(generator, "C", "customer agent", [2])
    rows = pd.concat([a, b, c])
    rows["is_public"] = rows.author != "note"
    return numbered(rows.replace({"author": {"note": "agent"}}), "message_id")


def _thread(generator: np.random.Generator, ticket: str, authors: str, longest: list[int]) -> Rows:
    """Messages with gaps of half an hour up to `longest` hours."""
    gaps = [0.0, *(float(halves(generator, 0.5, most, 1)[0]) for most in longest)]
    begun = START + pd.to_timedelta(halves(generator, 0, 4, 1)[0], unit="h")
    at = begun + pd.to_timedelta(np.cumsum(gaps), unit="h")
    return pd.DataFrame({"ticket_id": ticket, "at": at, "author": authors.split()})


def stretches(generator: np.random.Generator) -> Rows:
    """Ten waits on four requests, unevenly spread: many short ones, a few long ones, two that go on."""
    tickets = ["A"] * 4 + ["B"] * 3 + ["C"] * 2 + ["D"]
    waits = np.concatenate([halves(generator, 0.5, 2, 4), halves(generator, 1, 4, 3), halves(generator, 6, 20, 3)])
    begun = START + pd.to_timedelta(np.sort(halves(generator, 0, 9, 10)), unit="h")
    rows = pd.DataFrame({"ticket_id": tickets, "started_at": begun})
    rows["ended_at"] = rows.started_at + pd.to_timedelta(waits, unit="h")
    rows.loc[generator.choice([2, 5, 6], 2, replace=False), "ended_at"] = pd.NaT
    return numbered(rows, "wait_id")


def pool(desk: Desk) -> Rows:
    """Waits of a desk on the twelve requests with most of them, under letters."""
    rows = desk.table("waits").to_pandas().reindex(columns=["ticket_id", "started_at", "ended_at"])
    rows = rows[rows.started_at.notna()]
    busiest = rows.ticket_id.value_counts().index[:12]
    names = dict(zip(busiest, "ABCDEFGHIJKL", strict=False))
    return numbered(rows[rows.ticket_id.isin(busiest)].replace({"ticket_id": names}), "wait_id")


def pool_of_threads(desk: Desk) -> Rows:
    """Conversations of a desk, a block each; robots, which end no wait, are left out."""
    found = [part for part in conversations(desk, ("customer", "agent")) if len(part) <= 6]
    made = blocks([part.assign(ticket_id=str(i)) for i, part in enumerate(found, 1)])
    return numbered(made.reindex(columns=["ticket_id", "at", "author", "is_public", BLOCK]), "message_id")


# Ways of counting -------------------------------------------------------------------------------------------


def waits(rows: Rows, notes: bool = False, latest: bool = False) -> Rows:
    """The waits in a table of messages: ticket_id, hours (missing where no reply followed)."""
    seen = rows[rows.is_public | notes].sort_values(["ticket_id", "at"])
    by_ticket = seen.groupby("ticket_id")
    replies = seen["at"].where(seen.author == "agent").groupby(seen.ticket_id).bfill()
    beside = by_ticket.author.shift(-1 if latest else 1)
    starts = (seen.author == "customer") & (beside != "customer")
    return pd.DataFrame({"ticket_id": seen.ticket_id, "hours": hours(replies - seen["at"])})[starts]


def computed(rows: Rows) -> float:
    from kpitools.compute import compute

    messages = rows.assign(agent_id="a")
    first = rows.groupby("ticket_id")["at"].min().rename("created_at").reset_index()
    desk = LESSON.desk({"tickets": first.assign(status="open"), "messages": messages})
    return compute("average_wait_time", desk, every=None).value.iloc[0]


def computed_of_waits(rows: Rows) -> float:
    """The same by `compute`, from a message at the start and the end of each wait, each wait on a ticket of its own."""
    begun = pd.DataFrame({"ticket_id": rows.wait_id, "at": rows.started_at, "author": "customer"})
    ended = pd.DataFrame({"ticket_id": rows.wait_id, "at": rows.ended_at, "author": "agent"}).dropna()
    return computed(numbered(pd.concat([begun, ended]).assign(is_public=True), "message_id"))


def lasted(rows: Rows) -> pd.Series:
    return hours(rows.ended_at - rows.started_at)


MEAN = Work(
    draw=threads,
    right=lambda rows: waits(rows).hours.mean(),
    truth=computed,
    unit="h",
    pool=pool_of_threads,
    size=3,
    mistakes={
        "first_only": lambda rows: waits(rows).groupby("ticket_id").hours.first().mean(),
        "latest_message": lambda rows: waits(rows, latest=True).hours.mean(),
        "note_ends": lambda rows: waits(rows, notes=True).hours.mean(),
        "mean_of_tickets": lambda rows: waits(rows).groupby("ticket_id").hours.mean().mean(),
        "added_up": lambda rows: waits(rows).hours.sum(),
        "for_each_request": lambda rows: waits(rows).hours.sum() / rows.ticket_id.nunique(),
    },
)
CODE = Work(
    kind="code",
    draw=stretches,
    right=lambda rows: lasted(rows).mean(),
    truth=computed_of_waits,
    unit="h",
    pool=pool,
    mistakes={
        "missing_as_zero": lambda rows: lasted(rows).fillna(0).mean(),
        "mean_of_tickets": lambda rows: lasted(rows).groupby(rows.ticket_id).mean().mean(),
        "median": lambda rows: lasted(rows).median(),
    },
)


def empty_reply(generator: np.random.Generator) -> Rows:
    """One long wait, and after how long an agent writes an empty line into it."""
    wait = float(generator.integers(8, 20))
    early = float(generator.integers(1, 3))
    return pd.DataFrame(
        {"what": ["wait", "empty_reply_after", "customer_asks_again_after"], "hours": [wait, early, 1.0]}
    )


def split(rows: Rows) -> float:
    """The mean wait after the empty reply: until it, and from the customer's asking again to the real answer."""
    wait, early, again = rows.hours
    return (early + (wait - early - again)) / 2


def split_from_messages(rows: Rows) -> float:
    wait, early, again = rows.hours
    at = START + pd.Series([0.0, early, early + again, wait]) * HOUR
    made = pd.DataFrame({"ticket_id": "A", "at": at, "author": ["customer", "agent"] * 2, "is_public": True})
    return computed(numbered(made, "message_id"))


SPLIT = Work(
    draw=empty_reply,
    right=split,
    truth=split_from_messages,
    unit="h",
    made_up="thought",
    mistakes={
        "unchanged": lambda rows: rows.hours.iloc[0],
        "first_only": lambda rows: rows.hours.iloc[1],
        "no_gap": lambda rows: rows.hours.iloc[0] / 2,
        "added_up": lambda rows: rows.hours.iloc[0] - rows.hours.iloc[2],
    },
)

LESSON = read_lesson(
    __name__,
    order=120,
    part="service",
    minutes=30,
    board=board,
    now=NOW,
    kpi="average_wait_time",
    work={"wait-1": MEAN, "wait-2": CODE, "wait-3": SPLIT},
)
