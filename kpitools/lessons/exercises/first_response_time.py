"""First response time: the middle customer, with those who still wait."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.analysis.survival import km
from kpitools.desk import Desk
from kpitools.lessons.exercises._made import HOUR, balanced, halves, hours, moments, numbered
from kpitools.lessons.exercises._own import blocks, threads
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work
from kpitools.tables import UNSOLVED

NOW = dt.datetime(2025, 3, 5, 17, 0)
LIMIT = 4.0  # hours within which frt-2 wants a reply


def board() -> dict[str, Rows]:
    """Ten requests of a Monday: waits of 2, 1, 26, 3, 1, 5, 2 and 4 hours, one unanswered, one opened by an agent."""
    created = moments("08:00 08:30 09:00 09:00 09:30 10:00 10:30 11:00 11:00 13:00")
    replied = moments("10:00 09:30 +1 11:00 12:00 10:30 15:00 12:30 - 15:00 13:30")
    rows = pd.DataFrame({"created_at": created, "first_reply_at": replied})
    rows["opened_by"] = ["customer"] * 9 + ["agent"]
    rows["status"] = ["resolved" if pd.notna(reply) else "open" for reply in replied]
    return {"tickets": numbered(rows)}


# The rows of the exercises ----------------------------------------------------------------------------------


def tickets(generator: np.random.Generator) -> Rows:
    """Ten requests: seven answered, two still waiting (longer than any answer took), one opened by an agent."""
    waits = np.concatenate([halves(generator, 0.5, 9, 4), [LIMIT], halves(generator, 12, 30, 2)])
    created = pd.Timestamp("2025-03-03 08:00") + pd.to_timedelta(halves(generator, 0, 8, 10), unit="h")
    replied = created[:8] + pd.to_timedelta([*waits, generator.integers(1, 6) / 2], unit="h")
    rows = pd.DataFrame({"created_at": created, "first_reply_at": [*replied, pd.NaT, pd.NaT]})
    rows["opened_by"] = ["customer"] * 7 + ["agent"] + ["customer"] * 2
    rows["status"] = np.where(rows.first_reply_at.isna(), "open", "resolved")
    return numbered(rows.sort_values("created_at"))


def pool(desk: Desk) -> Rows:
    """Requests of a desk; of those that still wait, the ones that have waited past the limit and longer than most."""
    rows = desk.table("tickets").to_pandas()
    rows = rows.reindex(columns=["created_at", "first_reply_at", "opened_by", "status"])
    rows["opened_by"] = rows.opened_by.fillna("customer")
    waited, age = waits(rows), hours(pd.Timestamp(desk.as_of) - rows.created_at)
    waiting = rows.first_reply_at.isna() & rows.status.isin(UNSOLVED) & (age > max(LIMIT, waited.quantile(0.75)))
    return numbered(balanced(rows[waited >= 0], rows[waiting]))


def thread(generator: np.random.Generator) -> Rows:
    """The messages of one request: the customer, a robot, a note, two public replies by an agent."""
    gaps = np.cumsum([0.0, *halves(generator, 0.5, 1.5, 1), *halves(generator, 0.5, 6, 3)])
    at = pd.Timestamp("2025-03-03 08:00") + pd.to_timedelta(gaps, unit="h")
    rows = pd.DataFrame({"at": at, "author": ["customer", "bot", "agent", "agent", "agent"]})
    rows["is_public"] = [True, True, False, True, True]
    return numbered(rows, "message_id")


def pool_of_threads(desk: Desk) -> Rows:
    """The messages of one request of a desk a block; of those with a robot's message or a note before the reply."""
    found = threads(desk, ("customer", "bot", "agent"))
    return blocks([numbered(part, "message_id") for part in found if (part.author.iloc[:3] == "bot").any()])


def by_customer(rows: Rows) -> Rows:
    return rows[rows.opened_by == "customer"]


def waits(rows: Rows) -> pd.Series:
    """Hours from creation to the first reply; missing where nobody has replied."""
    return hours(rows.first_reply_at - rows.created_at)


def middle(rows: Rows) -> float:
    """The median with those who still wait at the end of the row: they have waited longer than the middle one."""
    return waits(rows).fillna(np.inf).median()


def in_time(rows: Rows, strict: bool = False) -> float:
    found = waits(rows)
    return float((found < LIMIT if strict else found <= LIMIT).mean())


def computed(rows: Rows) -> float:
    from kpitools.compute import compute

    return compute("first_response_time", LESSON.desk({"tickets": rows}), every=None).value.iloc[0]


def by_curve(rows: Rows) -> float:
    """One minus the Kaplan-Meier curve at the limit."""
    rows = by_customer(rows)
    age = hours(pd.Timestamp(NOW) - rows.created_at)
    curve = km(waits(rows).fillna(age), rows.first_reply_at.notna())
    return 1 - curve[curve.time <= LIMIT].survival.iloc[-1]


def replied_after(messages: Rows, author: str = "agent", public: bool = True, last: bool = False) -> float:
    """Hours from the first message to the first (or last) one by `author`, public or any."""
    found = messages[(messages.author == author) & (messages.is_public | (not public))]
    return (found["at"].iloc[-1 if last else 0] - messages["at"].iloc[0]) / HOUR


def from_messages(rows: Rows) -> float:
    """The same as `replied_after` by `compute`, which finds the first reply of a request in its messages."""
    from kpitools.compute import compute

    messages = rows.assign(ticket_id="1", agent_id="a")
    request = pd.DataFrame({"ticket_id": ["1"], "created_at": rows["at"].iloc[:1], "status": ["open"]})
    desk = LESSON.desk({"tickets": request, "messages": messages})
    return compute("first_response_time", desk, every=None).value.iloc[0]


MEDIAN = Work(
    draw=tickets,
    right=lambda rows: middle(by_customer(rows)),
    truth=computed,
    unit="h",
    pool=pool,
    mistakes={
        "mean": lambda rows: waits(by_customer(rows)).mean(),
        "forgot_waiting": lambda rows: waits(by_customer(rows)).median(),
        "waiting_as_zero": lambda rows: waits(by_customer(rows)).fillna(0).median(),
        "counted_agents_own": middle,
        "unsorted": lambda rows: waits(by_customer(rows)).iloc[len(by_customer(rows)) // 2],
    },
)
WITHIN = Work(
    draw=tickets,
    given=lambda rows: {"limit": LIMIT},
    right=lambda rows: in_time(by_customer(rows)),
    truth=by_curve,
    unit="share",
    decimals=2,
    pool=pool,
    mistakes={
        "answered_only": lambda rows: in_time(by_customer(rows).dropna(subset="first_reply_at")),
        "strictly_less": lambda rows: in_time(by_customer(rows), strict=True),
        "counted_agents_own": in_time,
        "both": lambda rows: in_time(rows.dropna(subset="first_reply_at")),
    },
)
THREAD = Work(
    kind="code",
    draw=thread,
    right=replied_after,
    truth=from_messages,
    unit="h",
    pool=pool_of_threads,
    size=1,
    mistakes={
        "robot": lambda rows: replied_after(rows, author="bot"),
        "note": lambda rows: replied_after(rows, public=False),
        "last_reply": lambda rows: replied_after(rows, last=True),
    },
)

LESSON = read_lesson(
    __name__,
    order=110,
    part="service",
    minutes=35,
    board=board,
    now=NOW,
    kpi="first_response_time",
    work={"frt-1": MEDIAN, "frt-2": WITHIN, "frt-4": THREAD},
)
