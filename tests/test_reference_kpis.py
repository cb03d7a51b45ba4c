"""Whole KPIs on hand-designed tickets of a widely used helpdesk's tables, against metrics worked out elsewhere.

`test_reference_clock` measures the clock alone; here the desk is made of the tables, and each ticket is a group.
"""

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from test_reference_clock import NOW, REFERENCE, TABLES, read, schedules

from kpitools.compute import compute
from kpitools.desk import Desk
from kpitools.settings import read_settings

pytestmark = pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference vectors are not beside this checkout")

STATUS = {"hold": "on_hold", "on-hold": "on_hold", "solved": "resolved"}
# KPI, clock, options -> the metric it should equal, and how many of its units make one of the KPI's.
METRICS = {
    ("requester_wait_time", "calendar"): ("requester_wait_time_in_calendar_minutes", 60),
    ("requester_wait_time", "business"): ("requester_wait_time_in_business_minutes", 60),
    ("one_touch_rate", "calendar"): ("is_one_touch_resolution", 1),
    ("replies_per_ticket", "calendar"): ("total_agent_replies", 1),
}
# Where this project defines a KPI otherwise; the reason beside it.
OURS = {
    # The opening message of an agent is no reply, the one after it is.
    ("1055", "one_touch_rate"): 1,
    # 'on-hold' is the state on hold, however it is spelled: 90 minutes of it are waited.
    ("1068", "requester_wait_time"): 3.5,
    # Reopened and still open: it is not resolved, and may wait on.
    **{("1064", kpi): None for kpi, _ in METRICS},
    # Deleted tickets do not count, in anything.
    **{("1070", kpi): None for kpi, _ in METRICS},
    # Without a history of states nothing is known of them; the reference has 0.
    **{("1072", kpi): None for kpi, _ in METRICS},
}


@cache
def desk() -> Desk:
    tickets = read("ticket", "created_at").rename(columns={"id": "ticket_id"})
    history = read("ticket_field_history", "updated").query("field_name == 'status'")
    changes = history.rename(columns={"updated": "at", "value": "status"})[["ticket_id", "at", "status"]]
    given = read("ticket_schedule", "created_at").rename(columns={"created_at": "at", "schedule_id": "schedule"})
    comments = read("ticket_comment", "created")
    agents = set(read("user").query("role != 'end-user'")["id"])
    messages = pd.DataFrame(
        {
            "message_id": comments["id"],
            "ticket_id": comments["ticket_id"],
            "at": comments["created"],
            "author": comments["user_id"].isin(agents).map({True: "agent", False: "customer"}),
            "is_public": comments["public"] == "True",
        }
    )
    settings = replace(
        read_settings(None), schedules={s.name: s for s in schedules()}, default_schedule="100", timezone="UTC"
    )
    frames = {
        "tickets": tickets[["ticket_id", "created_at", "status"]].assign(status=tickets["status"].replace(STATUS)),
        "status_changes": changes.assign(status=changes["status"].replace(STATUS)),
        "messages": messages,
        "ticket_schedules": given[["ticket_id", "at", "schedule"]],
    }
    return Desk.from_frames(frames, settings, as_of=NOW.to_pydatetime())


@cache
def found(kpi: str, hours: str) -> dict[str, float]:
    rows = compute(kpi, desk(), every=None, by="ticket_id", hours=hours, **_closed(kpi))
    return rows.set_index("ticket_id")["value"].to_dict()


def _closed(kpi: str) -> dict:
    return {"view": "closed"} if kpi == "requester_wait_time" else {}


def expected() -> list:
    if not TABLES.is_dir():
        return []
    rows = pd.read_csv(REFERENCE / "zendesk_metrics_expected.csv", dtype={"ticket_id": str, "expected": float})
    cases = []
    for (kpi, hours), (metric, scale) in METRICS.items():
        for row in rows[rows["metric"] == metric].itertuples():
            value = OURS.get((row.ticket_id, kpi), row.expected / scale)
            cases.append(pytest.param(kpi, hours, row.ticket_id, value, id=f"{row.ticket_id}-{kpi}-{hours}"))
    return cases


@pytest.mark.parametrize(("kpi", "hours", "ticket", "value"), expected())
def test_each_ticket_agrees_with_the_reference(kpi, hours, ticket, value):
    mine = found(kpi, hours).get(ticket)
    # Calendar figures of the reference count minute marks that were crossed.
    near = 1 / 60 if (kpi, hours) == ("requester_wait_time", "calendar") else 1e-6
    assert (mine is None or pd.isna(mine)) if value is None else mine == pytest.approx(value, abs=near)
