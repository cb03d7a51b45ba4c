"""Shared fixtures: a small desk whose figures a person can check by eye."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import settings

# A busy machine is no fault of the code, so no example has a deadline.
settings.register_profile("kpitools", deadline=None)
settings.load_profile("kpitools")


@pytest.fixture
def make_desk():
    """A function that makes a desk from lists of rows, in UTC, as of 2025-04-01 unless told otherwise."""
    from kpitools.desk import Desk

    def make(as_of="2025-04-01", timezone="UTC", settings=None, **rows):
        frames = {name: pd.DataFrame(records) for name, records in rows.items()}
        moment = dt.datetime.fromisoformat(as_of)
        return Desk.from_frames(frames, settings, timezone=timezone, as_of=moment)

    return make


def ticket(ticket_id, created, reply=None, resolved=None, **more):
    """One ticket row; a time such as "03 09:00" is a day and hour of March 2025."""

    def at(text):
        return None if text is None else pd.Timestamp(f"2025-03-{text}")

    return {
        "ticket_id": str(ticket_id),
        "created_at": at(created),
        "first_reply_at": at(reply),
        "resolved_at": at(resolved),
        "status": "resolved" if resolved else "open",
    } | more
