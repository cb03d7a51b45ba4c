"""The worked ticket of docs/decisions.md: our column, computed."""

import pandas as pd
import pytest
from test_compute import office_settings

from kpitools.compute import compute

# 3 March 2025 is a Monday.
MESSAGES = [
    ("03 16:00", "customer", True),
    ("03 16:00", "bot", True),
    ("03 16:30", "agent", False),
    ("04 09:00", "agent", True),
    ("04 10:00", "customer", True),
    ("04 10:20", "customer", True),
    ("04 15:00", "agent", True),
    ("05 09:00", "customer", True),
    ("05 11:00", "agent", True),
]
STATUS = [
    ("03 16:00", "new"),
    ("04 09:00", "pending"),
    ("04 10:00", "open"),
    ("04 15:00", "resolved"),
    ("05 09:00", "open"),
    ("05 11:00", "resolved"),
    ("08 11:00", "closed"),
]


@pytest.fixture
def desk(make_desk):
    def at(text):
        return pd.Timestamp(f"2025-03-{text}")

    said = [
        {"message_id": f"{i:02}", "ticket_id": "1", "at": at(when), "author": author, "is_public": public}
        for i, (when, author, public) in enumerate(MESSAGES)
    ]
    changes = [{"ticket_id": "1", "at": at(when), "status": status} for when, status in STATUS]
    ticket = [{"ticket_id": "1", "created_at": at("03 16:00"), "customer_id": "c", "status": "closed"}]
    return make_desk(settings=office_settings(), tickets=ticket, messages=said, status_changes=changes)


@pytest.mark.parametrize(
    ("kpi", "hours", "expected"),
    [
        ("first_response_time", "calendar", 17),
        ("first_response_time", "business", 2),
        ("average_wait_time", "calendar", 8),
        ("first_resolution_time", "calendar", 23),
        ("resolution_time", "calendar", 43),
    ],
)
def test_worked_ticket(desk, kpi, hours, expected):
    assert compute(kpi, desk, every=None, hours=hours).value.tolist() == [expected]


def test_worked_ticket_was_reopened_once_and_not_resolved_at_first_contact(desk):
    assert desk.table("tickets").to_pandas().reopens.tolist() == [1]
    assert compute("reopen_rate", desk, every=None).value.tolist() == [1]
    assert compute("first_contact_resolution_rate", desk, every=None).value.tolist() == [0]
