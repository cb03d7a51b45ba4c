"""First contact resolution: at once, and for good. Three conditions, a window, and what cannot be known yet."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import balanced, numbered
from kpitools.lessons.exercises._own import blocks
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import BLOCK, Rows, Work

NOW = dt.datetime(2025, 3, 14, 17, 0)
MONDAY = pd.Timestamp("2025-03-03 09:00")
WINDOW = pd.Timedelta(days=7)
TOPICS = ["returns", "delivery", "invoice"]


def board() -> dict[str, Rows]:
    """Ten resolved requests: A comes back with the same topic, B with another, F after nine days; C needs no reply, D
    and G several, E is reopened. Six are solved at first contact."""
    topics = "returns delivery invoice returns delivery invoice returns delivery delivery returns"
    rows = pd.DataFrame({"customer_id": [*"ABCDEBAFFG"], "topic": topics.split(" ")})
    rows["created_at"] = MONDAY + pd.to_timedelta([0, 0, 0, 0, 0, 1, 3, 0, 9, 4], unit="D")
    rows["resolved_at"] = rows.created_at + pd.Timedelta(hours=3)
    rows["agent_replies"] = [1, 1, 0, 3, 1, 1, 1, 1, 1, 2]
    rows["reopens"] = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    return {"tickets": numbered(rows.assign(status="resolved"))}


# The rows of the exercises ----------------------------------------------------------------------------------


def tickets(generator: np.random.Generator) -> Rows:
    """Ten resolved requests: a customer who comes back with the topic, one with another, one after the window; one
    without a reply, one with several, one reopened, one plain."""
    one, two, three = generator.permutation(TOPICS)
    rows = pd.DataFrame({"customer_id": [*"AABBCCDEFG"]})
    rows["topic"] = [one, one, two, three, one, one, *generator.choice(TOPICS, 4)]
    later = np.array([0, generator.integers(2, 6), 0, generator.integers(1, 6), 0, generator.integers(9, 13)])
    days = [*later, *generator.integers(0, 8, 4)]
    begun = 24 * np.array(days) + generator.integers(0, 6, 10)
    rows["created_at"] = MONDAY + pd.to_timedelta(begun, unit="h")
    rows["resolved_at"] = MONDAY + pd.to_timedelta(begun + generator.integers(1, 4, 10), unit="h")
    rows["agent_replies"] = [1] * 6 + [0, int(generator.integers(2, 5)), 1, 1]
    rows["reopens"] = [0] * 8 + [1, 0]
    return renamed(rows.sort_values("created_at", kind="stable"), generator)


def renamed(rows: Rows, generator: np.random.Generator) -> Rows:
    """The same customers under shuffled letters."""
    letters = dict(zip("ABCDEFG", generator.permutation([*"KLMNPQR"]), strict=True))
    return numbered(rows.replace({"customer_id": letters}))


def verdicts(generator: np.random.Generator) -> Rows:
    """Twelve solved requests with what is known of each; of two customers it is not known whether they came back."""
    replies = [*generator.choice([0, 1], 9, p=[0.3, 0.7]), *generator.integers(2, 5, 3)]
    back = [
        *generator.choice(["yes", "no", "no"], 4),
        *["no"] * 3,
        *["unknown"] * 2,
        *generator.choice(["yes", "no"], 3),
    ]
    rows = pd.DataFrame({"agent_replies": replies, "reopens": generator.choice([0, 0, 0, 0, 0, 1], 12)})
    return numbered(rows.assign(came_back=back).iloc[generator.permutation(12)])


def pool(desk: Desk) -> Rows:
    """The solved requests of a customer, a block each, of customers with one to three of them within a month; customers
    and topics bear numbers."""
    rows = _solved(desk).dropna(subset=["customer_id", "topic"]).sort_values("created_at", kind="stable")
    rows["topic"] = "topic " + (pd.factorize(rows.topic)[0] + 1).astype(str).astype(object)
    parts = [part for _, part in rows.groupby("customer_id", sort=False) if _is_short(part)]
    several = [part for part in parts if len(part) > 1]
    chosen = several + parts[: len(several) + 30]
    columns = ["customer_id", "topic", "created_at", "resolved_at", "agent_replies", "reopens"]
    made = blocks([part.assign(customer_id=f"K{i}") for i, part in enumerate(chosen, 1)])
    return numbered(made.reindex(columns=[*columns, BLOCK]))


def _is_short(part: Rows) -> bool:
    return len(part) <= 3 and part.created_at.max() - part.created_at.min() <= pd.Timedelta(days=30)


def _solved(desk: Desk) -> Rows:
    rows = desk.table("resolutions").to_pandas()
    return rows[rows.resolved_at.notna() & rows.agent_replies.notna() & rows.reopens.notna()]


def pool_of_verdicts(desk: Desk) -> Rows:
    """Solved requests of a desk with what is known of each."""
    rows = _solved(desk)
    back = rows.is_not_repeated.map({True: "no", False: "yes"}).fillna("unknown")
    made = rows[["agent_replies", "reopens"]].astype(int).assign(came_back=back)
    return numbered(balanced(made[back != "unknown"], made[back == "unknown"]))


# Ways of counting -------------------------------------------------------------------------------------------


def came_back(rows: Rows, topics: bool = True, window: bool = True) -> pd.Series:
    """Whether the customer sent a further request (on the topic) within the window after the solution."""
    same = ["customer_id", "topic"] if topics else ["customer_id"]
    following = rows.sort_values("created_at").groupby(same).created_at.shift(-1).reindex(rows.index)
    return following <= rows.resolved_at + (WINDOW if window else pd.Timedelta(days=3650))


def second_ones(rows: Rows) -> pd.Series:
    """Whether a request is the repeat of one before it."""
    before = rows.sort_values("created_at").groupby(["customer_id", "topic"]).resolved_at.shift()
    return rows.created_at <= before.reindex(rows.index) + WINDOW


def ids(rows: Rows, back: pd.Series | bool, least: int = 0, reopened: bool = True) -> frozenset[str]:
    """Requests with at most one reply (and at least `least`), not reopened where that is asked, and not `back`."""
    at_once = (rows.agent_replies <= 1) & (rows.agent_replies >= least)
    held = (rows.reopens == 0) | (not reopened)
    return frozenset(rows[at_once & held & ~(back & rows.ticket_id.notna())].ticket_id)


def by_rows(rows: Rows) -> frozenset[str]:
    """The requests for which the toolkit's own table says so."""
    found = LESSON.desk({"tickets": rows.assign(status="resolved")}).table("resolutions").to_pandas()
    return frozenset(found[found.is_first_contact.astype(bool)].ticket_id)


def share(rows: Rows, unknown: str = "out") -> float:
    """First contact resolution of `verdicts`; requests with an unknown part left out, or taken for yes or no."""
    rows = rows[rows.came_back != "unknown"] if unknown == "out" else rows.replace({"came_back": {"unknown": unknown}})
    return float(((rows.agent_replies <= 1) & (rows.reopens == 0) & (rows.came_back == "no")).mean())


def computed(rows: Rows) -> float:
    """The same by `compute`, from requests and, for those who came back, a further open one."""
    from kpitools.compute import compute

    made = rows.assign(created_at=MONDAY, resolved_at=MONDAY, status="resolved", topic="returns")
    made["customer_id"] = made.ticket_id.where(rows.came_back != "unknown", None)
    again = made[rows.came_back == "yes"].assign(created_at=MONDAY + pd.Timedelta(days=1), status="open")
    again = again.assign(ticket_id="again " + again.ticket_id, resolved_at=pd.NaT)
    desk = LESSON.desk({"tickets": pd.concat([made, again]).drop(columns="came_back")})
    return compute("first_contact_resolution_rate", desk, every=None).value.iloc[0]


WHICH = Work(
    kind="ids",
    draw=tickets,
    right=lambda rows: ids(rows, came_back(rows)),
    truth=by_rows,
    pool=pool,
    size=6,
    mistakes={
        "replies_only": lambda rows: ids(rows, False, reopened=False),
        "reopened_in": lambda rows: ids(rows, came_back(rows), reopened=False),
        "repeats_in": lambda rows: ids(rows, False),
        "second_blamed": lambda rows: ids(rows, second_ones(rows)),
        "any_topic": lambda rows: ids(rows, came_back(rows, topics=False)),
        "no_window": lambda rows: ids(rows, came_back(rows, window=False)),
        "no_reply_out": lambda rows: ids(rows, came_back(rows), least=1),
    },
)
SHARE = Work(
    kind="code",
    draw=verdicts,
    right=share,
    truth=computed,
    unit="share",
    decimals=2,
    pool=pool_of_verdicts,
    size=12,
    mistakes={
        "unknown_failed": lambda rows: share(rows, "yes"),
        "unknown_solved": lambda rows: share(rows, "no"),
        "replies_only": lambda rows: float((rows.agent_replies <= 1).mean()),
        "exactly_one": lambda rows: share(rows[rows.came_back != "unknown"].replace({"agent_replies": {0: 9}})),
        "reopened_in": lambda rows: share(rows.assign(reopens=0)),
    },
)

LESSON = read_lesson(
    __name__,
    order=160,
    part="service",
    minutes=35,
    board=board,
    now=NOW,
    kpi="first_contact_resolution_rate",
    work={"fcr-1": WHICH, "fcr-2": SHARE},
)
