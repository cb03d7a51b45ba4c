"""Answers, contacts and calls on tickets that do not count: spam, deleted, merged away and tests."""

import pandas as pd
import pytest
from conftest import ticket
from hand import answers, call

from kpitools import load
from kpitools.compute import account, compute

SAMPLE = "data/sample"
TICKETS = [
    ticket(1, "03 09:00"),
    ticket(2, "03 09:00", status="spam"),
    ticket(3, "03 09:00", status="deleted"),
    ticket(4, "03 09:00", status="merged"),
    ticket(5, "03 09:00", is_test=True),
    ticket(6, "03 09:00", tags="vip,test"),
]
NAMED = ["1", "2", "3", "4", "5", "6", "unknown", None]


def asked(kind, scale, good, bad):
    """One glad answer, about the ticket that counts; bad ones about the others, an unknown one and none."""
    rows = answers(kind, scale, [good, *[bad] * 7])
    return [row | {"ticket_id": name} for row, name in zip(rows, NAMED, strict=True)]


@pytest.mark.parametrize(
    ("kpi", "scale", "good", "bad", "value"),
    [
        ("csat", "1-5", 5, 1, 1 / 3),
        ("csat_mean", "1-5", 5, 2, (5 + 2 + 2) / 3),
        ("ces", "1-7", 7, 1, (7 + 1 + 1) / 3),
        ("nps", "0-10", 10, 0, 100 * (1 - 2) / 3),
        ("rewards_share", "0-1", 1, 0, 1 / 3),
    ],
)
def test_an_answer_about_a_ticket_that_does_not_count_does_not_count(make_desk, kpi, scale, good, bad, value):
    desk = make_desk(tickets=TICKETS, surveys=asked(kpi.partition("_")[0], scale, good, bad))
    found = compute(kpi, desk, every=None).iloc[0]

    # Three count: the glad one, that of the unknown ticket and that of no ticket.
    assert (found.value, found.n) == (pytest.approx(value), 3)
    rules = account(kpi, desk).set_index("rule").dropped
    assert (rules["spam_deleted_merged"], rules["test"]) == (3, 2)


def test_an_invitation_about_a_ticket_that_does_not_count_was_not_sent_to_a_customer(make_desk):
    rows = asked("csat", "1-5", 5, None)
    found = compute("survey_response_rate", make_desk(tickets=TICKETS, surveys=rows), every=None).iloc[0]

    assert (found.k, found.n) == (1, 3)


def test_tickets_known_from_their_changes_of_status_alone_take_their_answers_with_them(make_desk):
    moves = [{"ticket_id": name, "at": pd.Timestamp("2025-03-03 09:00"), "status": s} for name, s in
             [("1", "new"), ("2", "spam")]]  # fmt: skip
    found = compute("csat", make_desk(status_changes=moves, surveys=asked("csat", "1-5", 5, 1)), every=None).iloc[0]

    assert (found.k, found.n) == (1, 7)


def test_the_samples_csat_is_that_of_tickets_that_count():
    desk = load(SAMPLE)
    may = compute("csat", desk, every="month", start="2026-05-01", end="2026-06-01").iloc[0]
    assert (may.k, may.n) == (69, 90)

    # The same from the export itself, in plain pandas: tags say which tickets are tests or were merged.
    raw = pd.read_csv(f"{SAMPLE}/zendesk_tickets.csv", dtype=str, keep_default_na=False).drop_duplicates()
    raw = raw.sort_values("Updated at", kind="stable").drop_duplicates("ID", keep="last")
    out = raw.Status.isin(["Deleted"]) | raw.Tags.str.split(r"[ ,]+").map(
        lambda tags: bool({"test", "spam", "closed_by_merge"} & set(tags))
    )
    dated = desk.table("surveys").filter(lambda t: (t.kind == "csat") & t.score.notnull()).to_pandas()
    dated = dated[dated.answered_local.dt.strftime("%Y-%m") == "2026-05"]
    dated = dated[~dated.ticket_id.isin(raw.ID[out])]
    assert (dated.score.sum(), len(dated)) == (69, 90)


def test_time_spent_on_tickets_that_do_not_count_is_no_handle_time(make_desk):
    spent = {"resolved_at": pd.Timestamp("2025-03-03 12:00"), "handle_s": 600.0}
    rows = [row | spent | {"handle_s": 600.0 if row["ticket_id"] == "1" else 6000.0} for row in TICKETS]
    found = compute("average_handle_time", make_desk(tickets=rows), every=None).iloc[0]

    assert (found.value, found.n) == (10.0, 1)


@pytest.mark.parametrize(
    ("kpi", "value"),
    [("average_speed_of_answer", (4 * 10 + 2 * 20) / 6), ("service_level", 6 / 7), ("abandonment_rate", 1 / 7)],
)
def test_a_call_counts_whatever_became_of_its_ticket_unless_that_is_a_test(make_desk, kpi, value):
    # Seven calls stand: of tickets 1 to 4 (10 s each), of ticket 7 given up, of an unknown ticket and of none (25 s).
    waits = {"1": 10.0, "2": 10.0, "3": 10.0, "4": 10.0, "5": 300.0, "6": 300.0, "unknown": 20.0, None: 20.0}
    rows = [call(i, wait, ticket_id=name) for i, (name, wait) in enumerate(waits.items())]
    rows.append(call(8, 400.0, True, ticket_id="7"))
    found = compute(kpi, make_desk(tickets=[*TICKETS, ticket(7, "03 09:00")], calls=rows), every=None).iloc[0]

    assert found.value == pytest.approx(value)
    assert account(kpi, make_desk(tickets=TICKETS, calls=rows)).set_index("rule").dropped["test"] == 2


def test_handled_calls_stand_too(make_desk):
    rows = [call(i, 10.0, ticket_id=name, talk_s=60.0 * (i + 1)) for i, name in enumerate(["1", "2", "5"])]
    found = compute("average_handle_time", make_desk(tickets=TICKETS, calls=rows), every=None).iloc[0]

    # One and two minutes; the three of the test do not count.
    assert (found.value, found.n) == (1.5, 2)
