"""Tickets that are done, nobody knows when; tickets that were reopened, nobody knows when they were resolved."""

import pandas as pd
import pytest
from conftest import ticket

from kpitools.cards import account_table
from kpitools.compute import account, compute
from kpitools.errors import NotSupportedError
from kpitools.scorecard import scorecard


def desk_with(make_desk, unknown):
    """Forty tickets of 3 March: 38 resolved on the 20th, two open; and so many that are closed without a time."""
    known = [ticket(i, "03 09:00", resolved="20 09:00" if i < 38 else None) for i in range(40)]
    return make_desk(tickets=known + [ticket(f"u{i}", "03 09:00", status="closed") for i in range(unknown)])


def test_too_many_unknown_ends_leave_the_backlog_of_now_and_no_other(make_desk):
    desk = desk_with(make_desk, 3)  # 3 of 43 are 7 %

    # Two tickets are open now, whatever became of the others and when.
    assert compute("backlog", desk, every=None).value.tolist() == [2.0]
    for kpi in ("backlog", "backlog_age"):
        with pytest.raises(NotSupportedError, match=r"the time when 3 of 43 tickets were done .*resolved_at"):
            compute(kpi, desk, every="week")
        assert "3/43 phiếu" in desk.missing_in(kpi, "vi")
    assert compute("backlog_age", desk, every=None).n.tolist() == [2]


def test_the_scorecard_lists_the_backlog_as_not_supported_and_why(make_desk):
    card = scorecard(desk_with(make_desk, 3), "week")

    assert not {"backlog", "backlog_age"} & {standing.kpi.name for standing in card.standings}
    assert "3 of 43 tickets" in card.unsupported.set_index("kpi").missing["backlog"]


def test_a_few_unknown_ends_are_told_in_the_account(make_desk):
    desk = desk_with(make_desk, 2)  # 2 of 42 are 4.8 %
    weeks = compute("backlog", desk, every="week").set_index("period").value

    assert weeks.tolist() == [40.0, 40.0, 2.0, 2.0, 2.0]
    assert account("backlog", desk).set_index("rule").dropped["done_without_time"] == 2
    assert "done, but nobody knows when | 2" in repr(account_table("backlog", desk, "en"))


def test_a_team_is_asked_about_its_own_tickets(make_desk):
    rows = [ticket(i, "03 09:00", resolved="20 09:00", team="a") for i in range(60)]
    rows += [ticket(f"b{i}", "03 09:00", resolved="20 09:00", team="b") for i in range(8)]
    rows += [ticket(f"u{i}", "03 09:00", status="closed", team="b") for i in range(2)]
    desk = make_desk(tickets=rows)  # 2 of 70 in all, 2 of 10 in team b

    assert (desk.missing(desk.kpi("backlog")), desk.only("a").missing(desk.kpi("backlog"))) == ("", "")
    assert "2 of 10 tickets" in desk.only("b").missing(desk.kpi("backlog"))


def test_spam_without_an_end_is_no_ticket_of_the_backlog(make_desk):
    rows = [ticket(i, "03 09:00", resolved="20 09:00") for i in range(10)]
    rows += [ticket(f"s{i}", "03 09:00", status="closed", is_test=True) for i in range(5)]

    assert compute("backlog", make_desk(tickets=rows), every="week").value.tolist() == [10.0, 10.0, 0.0, 0.0, 0.0]


def test_resolved_volume_tells_the_unknown_apart_from_the_unresolved(make_desk):
    dropped = account("resolved_volume", desk_with(make_desk, 3)).set_index("rule").dropped
    assert (dropped["done_without_time"], dropped["resolved"]) == (3, 2)


REOPENED = [
    ticket(1, "03 09:00", resolved="03 12:00", reopens=0),
    ticket(2, "03 09:00", resolved="03 12:00", reopens=0),
    ticket(3, "03 09:00", resolved="03 12:00", reopens=1),
    ticket(4, "03 09:00", reopens=1),  # stands reopened, and the export has blanked the time it was resolved
    ticket(5, "03 09:00", reopens=0),  # never resolved
    ticket(6, "03 09:00", reopens=2, first_resolved_at=pd.Timestamp("2025-03-04 09:00")),
]


def test_a_ticket_that_stands_reopened_was_resolved_and_reopened(make_desk):
    found = compute("reopen_rate", make_desk(tickets=REOPENED), every=None).iloc[0]

    # Tickets 3, 4 and 6 of the five that were ever resolved.
    assert (found.k, found.n) == (3, 5)


def test_without_a_time_of_its_resolution_it_is_in_no_period_and_that_is_said(make_desk):
    desk = make_desk(tickets=REOPENED)
    weeks = compute("reopen_rate", desk, every="week")

    assert (weeks.k.sum(), weeks.n.sum()) == (2, 4)
    told = account("reopen_rate", desk).set_index("rule")
    assert (told.dropped["resolved"], told.dropped["undated"], told.left.iloc[-1]) == (1, 1, 4)
    assert "without the date that puts them in a period | 1 | 4" in repr(account_table("reopen_rate", desk, "en"))


def test_rows_from_after_the_data_was_taken_are_told(make_desk):
    rows = [ticket(1, "03 09:00"), ticket(2, "04 09:00"), ticket(3, "20 09:00")]
    told = account("ticket_volume", make_desk(tickets=rows, as_of="2025-03-10")).set_index("rule")

    assert (told.dropped["after_now"], told.left.iloc[-1]) == (1, 2)
