"""A few rows for every KPI, with the answer worked out beside them. `test_hand.py` computes them; the conformance suite
fails for a KPI that has none here."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from conftest import ticket
from hand_business import BUSINESS

from kpitools.tables import TABLES


@dataclass(frozen=True)
class Case:
    """Tables, what is asked, and the answer: ``value`` and, where given, ``n`` of all rows together."""

    why: str
    tables: dict[str, list[dict]]
    value: float | None
    n: int
    options: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def can_be_loaded(self) -> bool:
        """Whether the toolkit knows every table of it."""
        return set(self.tables) <= set(TABLES)


def at(text: str) -> pd.Timestamp:
    """ "03 09:00" is nine o'clock on 3 March 2025."""
    return pd.Timestamp(f"2025-03-{text}")


def said(*records) -> list[dict]:
    """Messages from (ticket, "dd hh:mm", author)."""
    return [
        {"message_id": f"{i:03}", "ticket_id": str(number), "at": at(when), "author": author, "is_public": True}
        for i, (number, when, author) in enumerate(records)
    ]


def moved(*records) -> list[dict]:
    """Changes of status from (ticket, "dd hh:mm", status, team or None, agent or None)."""
    keys = ("ticket_id", "at", "status", "team", "agent_id")
    return [dict(zip(keys, (str(n), at(when), *more, None, None), strict=False)) for n, when, *more in records]


def answers(kind: str, scale: str, scores: list, weights: list | None = None) -> list[dict]:
    """Survey rows; a score of None was asked and did not answer."""
    given = {"kind": kind, "scale": scale, "sent_at": at("03 09:00")}
    rows = [
        given | {"survey_id": f"{i}", "score": score, "answered_at": None if score is None else at("03 10:00")}
        for i, score in enumerate(scores)
    ]
    return [row | {"weight": weight} for row, weight in zip(rows, weights, strict=True)] if weights else rows


def call(number: int, wait: float, abandoned: bool = False, **more) -> dict:
    """A call at nine that waited so many seconds."""
    offered = at("03 09:00")
    answered = None if abandoned else offered + pd.Timedelta(seconds=wait)
    return {
        "call_id": f"{number}",
        "offered_at": offered,
        "answered_at": answered,
        "wait_s": wait,
        "is_abandoned": abandoned,
    } | more


def customer(name: str, start: str, end: str | None = None, **more) -> dict:
    """A relationship; days such as "2025-01-10"."""
    return {
        "customer_id": name,
        "started_at": pd.Timestamp(start),
        "ended_at": pd.Timestamp(end) if end else None,
    } | more


def worked(agent: str, day: str, **hours) -> dict:
    """An agent's day; times in hours."""
    return {"agent_id": agent, "day_at": at(f"{day} 00:00"), "team": "a"} | {
        f"{name}_s": None if value is None else value * 3600.0 for name, value in hours.items()
    }


CALLS = [
    call(1, 10.0, talk_s=100.0, hold_s=20.0, wrap_s=30.0, ended_at=at("03 09:10")),
    call(2, 20.0, talk_s=200.0, hold_s=0.0, wrap_s=10.0, ended_at=at("03 09:10")),
    call(3, 60.0, talk_s=300.0, hold_s=0.0, wrap_s=0.0, ended_at=at("03 09:10")),
    call(4, 4.0, abandoned=True),
    call(5, 90.0, abandoned=True),
]
BASE = [
    customer("stays", "2025-01-10"),
    customer("leaves in february", "2025-01-10", "2025-02-15"),
    customer("stays too", "2025-01-11"),
    customer("new in february", "2025-02-03"),
]
FEBRUARY = {"every": "month", "start": "2025-02-01", "end": "2025-03-01"}
WEEK_OF_THE_3RD = {"every": "week", "start": "2025-03-03", "end": "2025-03-10"}
REPLIES = [
    ticket(1, "03 09:00", resolved="03 12:00", agent_replies=0, reopens=0),
    ticket(2, "03 09:00", resolved="03 12:00", agent_replies=1, reopens=0),
    ticket(3, "03 09:00", resolved="03 12:00", agent_replies=1, reopens=1),
    ticket(4, "03 09:00", resolved="03 12:00", agent_replies=4, reopens=0),
    ticket(5, "03 09:00", agent_replies=1, reopens=0),
    ticket(6, "03 09:00", resolved="03 12:00", agent_replies=None, reopens=None),
]
# Waiting 2 h new, 1 h open, then pending; 4 h on hold; 1 h open until it is resolved.
STATUSES = moved(
    (1, "03 09:00", "new"),
    (1, "03 11:00", "open"),
    (1, "03 12:00", "pending"),
    (1, "04 08:00", "on_hold"),
    (1, "04 12:00", "open"),
    (1, "04 13:00", "resolved"),
)
TALK = said(
    (1, "03 09:00", "customer"),
    (1, "03 11:00", "agent"),  # the first reply, after 2 h
    (1, "03 12:00", "customer"),
    (1, "03 12:30", "customer"),
    (1, "03 15:00", "agent"),  # 3 h
    (1, "04 09:00", "customer"),
    (1, "04 10:00", "agent"),  # 1 h
    (2, "03 09:00", "agent"),  # an agent opens: that is no reply
    (2, "03 10:00", "customer"),
    (2, "03 18:00", "agent"),  # so this is the first reply, and the wait for it is none of ours
)
TALKED = [ticket(1, "03 09:00", resolved="04 12:00"), ticket(2, "03 09:00", resolved="04 12:00")]
ROUTES = moved(
    (1, "03 09:00", "new", "first", "a"),
    (1, "03 10:00", "open", "experts", "b"),  # up
    (2, "03 09:00", "new", "first", "a"),
    (2, "03 09:30", "open"),
    (2, "03 10:00", "open", "other first", "a"),  # sideways, over a row that names no team
    (3, "03 09:00", "new", "experts", "b"),
    (3, "03 10:00", "open", "first", "c"),  # down
    (4, "03 09:00", "new", "first", "a"),
)
LEVELS = {"team_levels": {"first": 1, "other first": 1, "experts": 2}}
DAYS = [
    worked("x", "03", handling=5, available=1, paid=8, logged_in=7),
    worked("x", "04", handling=6, available=2, paid=8, logged_in=8),
    worked("y", "03", handling=4, available=None, paid=8, logged_in=7),
]

PAYING = [
    {"customer_id": name, "at": pd.Timestamp(f"2025-{day}"), "kind": kind, "amount": amount}
    for name, day, kind, amount in (
        ("a", "01-05", "new", 100.0),
        ("b", "01-06", "new", 60.0),
        ("c", "01-07", "new", 40.0),
        ("a", "02-03", "expansion", 50.0),
        ("b", "02-04", "contraction", -20.0),  # a loss written with its minus
        ("c", "02-05", "expansion", 10.0),
        ("c", "02-20", "churn", 50.0),  # of which 40 were there on the 1st
        ("d", "02-10", "new", 500.0),
        ("a", "03-02", "churn", 150.0),
    )
]

HAND: dict[str, list[Case]] = {
    "first_response_time": [
        Case(
            "1, 3 and 8 h; the fourth waits still",
            {
                "tickets": [
                    ticket(i, "03 09:00", when) for i, when in enumerate(("03 10:00", "03 12:00", "03 17:00", None))
                ]
            },
            3.0,
            3,
            asked={"view": "closed"},
        )
    ],
    "average_wait_time": [Case("2, 3, 1 and 8 h", {"tickets": TALKED, "messages": TALK}, 3.5, 4)],
    "next_reply_time": [Case("3 and 1 h", {"tickets": TALKED, "messages": TALK}, 2.0, 2)],
    "requester_wait_time": [
        Case("2 + 1 + 4 + 1 h", {"status_changes": STATUSES}, 8.0, 1),
        Case("2 + 1 + 1 h", {"status_changes": STATUSES}, 4.0, 1, options={"requester_wait_counts_on_hold": False}),
        Case(
            "only the export's own figures: 2 and 6 h",
            {
                "tickets": [
                    ticket(i, "03 09:00", resolved="04 09:00", requester_wait_s=s)
                    for i, s in enumerate((7200.0, 21600.0))
                ]
            },
            4.0,
            2,
        ),
        Case(
            "new until its first known status, a step that is none in between: 5 + 1 h",
            {
                "status_changes": moved(
                    (1, "03 09:00", None),
                    (1, "03 10:00", None),
                    (1, "03 14:00", "answered"),
                    (1, "03 15:00", "open"),
                    (1, "03 16:00", "resolved"),
                )
            },
            6.0,
            1,
        ),
        Case(
            "never waited for: a measured zero",
            {"status_changes": moved((1, "03 09:00", "pending"), (1, "03 10:00", "resolved"))},
            0.0,
            1,
        ),
    ],
    "resolution_time": [
        Case(
            "10 and 30 h",
            {"tickets": [ticket(1, "03 00:00", resolved="03 10:00"), ticket(2, "03 00:00", resolved="04 06:00")]},
            20.0,
            2,
        )
    ],
    "first_resolution_time": [
        Case(
            "6 h, though the last was after 48",
            {"tickets": [ticket(1, "03 00:00", resolved="05 00:00", first_resolved_at=at("03 06:00"))]},
            6.0,
            1,
        )
    ],
    "average_handle_time": [Case("(150 + 210 + 300) s over 3 calls", {"calls": CALLS}, 660 / 3 / 60, 3)],
    "average_speed_of_answer": [Case("(10 + 20 + 60) s over 3 answered", {"calls": CALLS}, 30.0, 3)],
    "service_level": [
        Case("two within 20 s, five offered; 20 s is within", {"calls": CALLS}, 2 / 5, 5),
        Case(
            "one of them gave up after 4 s",
            {"calls": CALLS},
            2 / 4,
            4,
            options={"service_level_denominator": "offered_minus_short_abandons"},
        ),
        Case("three answered", {"calls": CALLS}, 2 / 3, 3, options={"service_level_denominator": "answered"}),
        Case(
            "nobody gives up within 3 s",
            {"calls": CALLS},
            2 / 5,
            5,
            options={"service_level_denominator": "offered_minus_short_abandons", "short_abandon_seconds": 3},
        ),
    ],
    "abandonment_rate": [Case("two of five", {"calls": CALLS}, 2 / 5, 5)],
    "first_contact_resolution_rate": [
        Case(
            "one and no reply, not reopened: 2 of 4; one with unknown parts is out",
            {"tickets": [row | {"customer_id": row["ticket_id"], "topic": "size"} for row in REPLIES]},
            2 / 4,
            4,
        )
    ],
    "reopen_rate": [Case("one of four whose reopenings are known", {"tickets": REPLIES}, 1 / 4, 4)],
    "one_touch_rate": [Case("two of four whose replies are known; none is not one", {"tickets": REPLIES}, 2 / 4, 4)],
    "replies_per_ticket": [Case("(0 + 1 + 1 + 4) over 4", {"tickets": REPLIES}, 6 / 4, 4)],
    "transfer_rate": [
        Case("by team: 1, 2 and 3 of 4, 2 over a row without a team", {"status_changes": ROUTES}, 3 / 4, 4),
        Case("by agent: 1 and 3", {"status_changes": ROUTES}, 2 / 4, 4, options={"transfer_of": "agent"}),
        Case(
            "the export's own counts; one unknown is out",
            {"tickets": [ticket(i, "03 09:00", transfers=n) for i, n in enumerate((0, 2, 0, None))]},
            1 / 3,
            3,
        ),
    ],
    "escalation_rate": [
        Case("only the first went up", {"status_changes": ROUTES}, 1 / 4, 4, settings=LEVELS),
        Case(
            "the other first line has no level: whether 2 went up is not known",
            {"status_changes": ROUTES},
            1 / 3,
            3,
            settings={"team_levels": {"first": 1, "experts": 2}},
        ),
    ],
    "sla_attainment": [
        Case(
            "kept to the second, broken by a minute, overdue and open; one is not yet due",
            {
                "tickets": [
                    ticket(1, "03 09:00", resolved="04 09:00", sla_due_at=at("04 09:00")),
                    ticket(2, "03 09:00", resolved="04 09:01", sla_due_at=at("04 09:00")),
                    ticket(3, "03 09:00", sla_due_at=at("05 09:00")),
                    ticket(4, "03 09:00", sla_due_at=pd.Timestamp("2025-05-01")),
                ]
            },
            1 / 3,
            3,
        )
    ],
    "csat": [
        Case("5 and 4 of four", {"surveys": answers("csat", "1-5", [5, 4, 3, 1, None])}, 2 / 4, 4),
        Case(
            "5 alone",
            {"surveys": answers("csat", "1-5", [5, 4, 3, 1, None])},
            1 / 4,
            4,
            options={"csat_method": "top_one"},
        ),
        Case(
            "2 against 1",
            {"surveys": answers("csat", "1-5", [5, 4, 3, 1, None])},
            2 / 3,
            3,
            options={"csat_method": "two_way"},
        ),
        Case("good, bad, bad", {"surveys": answers("csat", "0-1", [1, 0, 0])}, 1 / 3, 3),
        Case("(2 x 1 + 0) of 3", {"surveys": answers("csat", "1-5", [5, 1], [2.0, 1.0])}, 2 / 3, 2),
    ],
    "csat_mean": [
        Case("(5 + 4 + 1) over 3", {"surveys": answers("csat", "1-5", [5, 4, 1, None])}, 10 / 3, 3),
        Case("(3 x 5 + 1) over 4", {"surveys": answers("csat", "1-5", [5, 1], [3.0, 1.0])}, 4.0, 2),
    ],
    "nps": [
        Case(
            "3 promoters, 2 passives, 2 detractors",
            {"surveys": answers("nps", "0-10", [10, 9, 8, 7, 6, 0, 10, None])},
            100 / 7,
            7,
        ),
        Case("weights 2, 1, 1: (2 - 1) of 4", {"surveys": answers("nps", "0-10", [9, 8, 6], [2.0, 1.0, 1.0])}, 25.0, 3),
    ],
    "ces": [
        Case("(7 + 6 + 2) over 3", {"surveys": answers("ces", "1-7", [7, 6, 2, None])}, 5.0, 3),
        Case(
            "version 1.0: (1 + 2 + 5 + 5) over 4",
            {"surveys": answers("ces", "1-5", [1, 2, 5, 5])},
            3.25,
            4,
            options={"ces_version": "1.0"},
        ),
    ],
    "rewards_share": [Case("three of four", {"surveys": answers("rewards", "0-1", [1, 1, 1, 0])}, 3 / 4, 4)],
    "survey_response_rate": [
        Case("three of five asked", {"surveys": answers("csat", "1-5", [5, 4, 1, None, None])}, 3 / 5, 5)
    ],
    "customer_retention_rate": [
        Case("two of the three of 1 February", {"customers": BASE}, 2 / 3, 3, asked=FEBRUARY),
        Case(
            "by activity, though there are relationships: a and b in January, a in February",
            {
                "customers": BASE,
                "activity": [
                    {"customer_id": name, "at": pd.Timestamp(day)}
                    for name, day in (
                        ("a", "2025-01-05"),
                        ("b", "2025-01-06"),
                        ("a", "2025-02-05"),
                        ("c", "2025-02-07"),
                    )
                ],
            },
            1 / 2,
            2,
            options={"retention_by": "activity"},
            asked=FEBRUARY,
        ),
    ],
    "customer_churn_rate": [
        Case("one of three", {"customers": BASE}, 1 / 3, 3, asked=FEBRUARY),
        Case(
            "a year of such months",
            {"customers": BASE},
            1 - (2 / 3) ** 12,
            3,
            options={"churn_annualised": True},
            asked=FEBRUARY,
        ),
    ],
    "revenue_churn_rate": [
        Case(
            "of 100 + 60 + 40 on 1 February, 20 pay less and 40 left",
            {"revenue_changes": PAYING},
            60 / 200,
            3,
            asked=FEBRUARY,
        ),
        Case(
            "without movements: 60 of 160 left; a newcomer's 70 are not of it",
            {
                "customers": [row | {"mrr": mrr} for row, mrr in zip(BASE, (100.0, 60.0, None, 70.0), strict=True)],
            },
            60 / 160,
            2,
            asked=FEBRUARY,
        ),
    ],
    "net_revenue_retention": [
        Case("150 + 40 + 0 of 200", {"revenue_changes": PAYING}, 190 / 200, 3, asked=FEBRUARY),
    ],
    "ticket_volume": [
        Case(
            "two and one spam",
            {"tickets": [ticket(1, "03 09:00"), ticket(2, "04 09:00"), ticket(3, "04 09:00", status="spam")]},
            2,
            2,
        )
    ],
    "resolved_volume": [
        Case(
            "two; one stands reopened",
            {
                "tickets": [
                    ticket(1, "03 09:00", resolved="03 12:00"),
                    ticket(2, "03 09:00", resolved="04 09:00"),
                    ticket(3, "03 09:00", first_resolved_at=at("03 12:00")),
                ]
            },
            2,
            2,
        )
    ],
    "backlog": [
        Case(
            "of three created by Sunday one is resolved",
            {
                "tickets": [
                    ticket(1, "03 09:00", resolved="03 12:00"),
                    ticket(2, "04 09:00"),
                    ticket(3, "05 09:00", resolved="12 09:00"),
                ]
            },
            2,
            2,
            asked=WEEK_OF_THE_3RD,
        )
    ],
    "backlog_age": [
        Case(
            "at midnight after the 9th the two that are open are 120 and 24 h old",
            {
                "tickets": [
                    ticket(1, "03 09:00", resolved="03 12:00"),
                    ticket(2, "05 00:00"),
                    ticket(3, "09 00:00", resolved="12 09:00"),
                    ticket(4, "10 09:00"),
                ]
            },
            72.0,
            2,
            asked=WEEK_OF_THE_3RD,
        )
    ],
    "contact_rate": [
        Case(
            "three there on 1 February; one sent 2 tickets in it, one sent 1; a newcomer's do not count",
            {
                "customers": BASE,
                "tickets": [
                    {
                        "ticket_id": f"{i}",
                        "created_at": pd.Timestamp(f"2025-{day}"),
                        "customer_id": name,
                        "status": "open",
                    }
                    for i, (name, day) in enumerate(
                        (
                            ("stays", "02-03"),
                            ("stays", "02-28"),
                            ("stays too", "02-04"),
                            ("stays", "03-01"),
                            ("new in february", "02-10"),
                        )
                    )
                ],
            },
            3 / 3,
            3,
            asked=FEBRUARY,
        )
    ],
    "occupancy": [Case("(5 + 6) of (6 + 8); a day without available time is out", {"agent_days": DAYS}, 11 / 14, 2)],
    "utilization": [Case("(6 + 8) of 16", {"agent_days": DAYS}, 14 / 16, 2)],
    "tickets_per_agent_day": [
        Case(
            "x resolved 2 and 0 on two days, y 1 on one; z and x on a day off are out",
            {
                "agent_days": DAYS,
                "tickets": [
                    ticket(i, "03 09:00", resolved=when, agent_id=agent)
                    for i, (agent, when) in enumerate(
                        (("x", "03 10:00"), ("x", "03 11:00"), ("y", "03 12:00"), ("z", "03 12:00"), ("x", "08 12:00"))
                    )
                ],
            },
            3 / 3,
            3,
        )
    ],
}

HAND |= {
    name: [Case(why, tables, value, n, **more) for why, tables, value, n, more in cases]
    for name, cases in BUSINESS.items()
}
