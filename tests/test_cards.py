"""Cards and tables: numbers as computed by hand, and nothing from data ever becomes markup."""

import dataclasses

import pandas as pd
import pytest
from conftest import ticket

from kpitools import cards, people, views

PAYLOADS = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", '"><b>x</b>']


@pytest.fixture
def desk(make_desk):
    """Five tickets of one week: answered after 1 h, 3 h and 8 h, one still waiting, one spam."""
    shared = {"customer_id": "anna@example.com", "subject": "my secret"}
    rows = [
        ticket(1, "03 09:00", "03 10:00", "03 12:00", team="Mail", agent_id="bob", **shared),
        ticket(2, "04 09:00", "04 12:00", "04 18:00", team="Mail", agent_id="bob", **shared),
        ticket(3, "05 09:00", "05 17:00", "06 09:00", team="<script>alert(1)</script>", agent_id="eve", **shared),
        ticket(4, "06 09:00", team="Mail", agent_id="eve", **shared),
        ticket(5, "07 09:00", "07 10:00", team="Mail", **shared) | {"status": "spam"},
    ]
    return make_desk(tickets=rows, as_of="2025-03-20")


def test_tables_escape_cells_headers_and_captions():
    frame = pd.DataFrame({PAYLOADS[0]: PAYLOADS, "n": [1, 2, 3, 4]})
    html = cards.show_table(frame, PAYLOADS[1])._repr_html_()

    assert not any(payload in html for payload in PAYLOADS)
    assert html.count("&lt;script&gt;") == 2  # the header and its cell


def test_cards_escape_titles_terms_and_bullets():
    card = cards.Card(PAYLOADS[0], PAYLOADS[1], [(PAYLOADS[2], PAYLOADS[3])], [PAYLOADS[0]])

    assert not any(payload in card._repr_html_() for payload in PAYLOADS)


def test_numbers_stand_right_and_are_written_as_the_language_writes_them():
    frame = pd.DataFrame({"team": ["A"], "value": [0.873], "n": [1234], "ok": [True], "none": [None]})
    table = cards.show_table(frame, "c", {"value": "share"}, "vi")

    assert table.rows == [["A", "87,3 %", "1.234", "có", "–"]]
    assert table.right == [False, True, True, False, False]
    assert "text-align:right" in table._repr_html_()


def test_the_account_leads_from_all_rows_to_those_that_count(desk):
    table = cards.account_table("first_response_time", desk, "en")

    assert table.rows[0] == ["all rows", "", "5"]
    assert table.rows[1] == ["spam, deleted or merged away", "1", "4"]
    assert table.rows[-1][2] == "4"


def test_the_definition_card_holds_what_a_reader_must_know(desk):
    said = repr(cards.definition_card("first_response_time", desk, "en"))

    assert "Formula: median of (first public reply − creation)" in said
    assert "Time zone: UTC" in said
    assert "Target: none in force" in said
    assert "(tickets.created_at)" in said and "(tickets.first_reply_at)" in said


def test_the_headline_gives_value_interval_and_n_of_the_last_complete_week(desk):
    said = repr(cards.headline_card("first_response_time", desk, language="en"))

    assert said.startswith("First response time, week of 3 Mar 2025")
    assert "n = 4" in said
    assert "1 not ended yet" in said
    assert "no period before with data" in said


def test_target_and_change_are_stated_without_a_verdict_of_its_own(desk):
    targets = pd.DataFrame({"kpi": ["first_response_time"], "valid_from": ["2025-01-01"], "target": [24.0]})
    desk.settings = dataclasses.replace(desk.settings, targets=targets)
    said = repr(cards.headline_card("first_response_time", desk, language="en"))

    assert "Target: at most 24.0 h: met" in said
    assert "not judged: the last complete period has no value" in said


def test_people_are_numbered_in_the_order_in_which_they_appear(desk):
    assert people.pseudonyms(desk, "agent_id") == {"bob": "A-01", "eve": "A-02"}


def test_rows_behind_the_extremes_hold_no_names_and_no_subjects(desk):
    table = cards.rows_table(desk, "first_response_time", n=2, language="en")
    html = table._repr_html_()

    assert [row[1] for row in table.rows] == ["13.6 days", "8.0 h"]  # still waiting on 20 March, 00:00; then 8 h
    assert table.rows[0][-1] == "yes"
    assert "A-02" in html and "C-01" in html
    assert not any(word in html for word in ("anna", "eve", "secret", "<script>"))


def test_pseudonyms_can_be_turned_off_by_the_desk_file(desk):
    desk.settings = dataclasses.replace(desk.settings, pseudonyms=False)

    assert "eve" in cards.rows_table(desk, "first_response_time", language="en")._repr_html_()


def test_a_breakdown_marks_small_groups_and_orders_by_name(desk):
    groups = views.breakdown("first_response_time", desk, "team")
    table = cards.breakdown_table(groups, "first_response_time", "team")

    assert [row[0] for row in table.rows] == ["<script>alert(1)</script>", "Mail"]
    assert [row[-2:] for row in table.rows] == [["1", "fewer than 20 rows"], ["3", "fewer than 20 rows"]]
    assert "<script>" not in table._repr_html_()


def test_what_is_not_shown_counts_what_was_left_out(desk):
    said = repr(cards.not_shown("first_response_time", desk, "en"))

    assert "1 of 5 rows are left out by the rules above." in said
    assert "read it beside Reopen rate" in said


def test_guards_that_the_data_lacks_say_what_is_missing(desk):
    table = cards.guards_table("first_response_time", desk, language="en")

    assert table.rows[1][:3] == ["Customer satisfaction (CSAT)", "–", "–"]
    assert "surveys" in table.rows[1][3]


def test_a_month_of_two_per_cent_is_not_24_a_year():
    months = pd.DataFrame({"k": [2] * 12, "n": [100] * 12, "complete": True})
    row = views.yearly_churn(months).iloc[0]

    assert row.times == pytest.approx(0.24)
    assert row.compounded == pytest.approx(0.2153, abs=1e-4)  # 1 - 0.98 ** 12


def test_quality_tables_of_a_desk_made_by_hand_say_that_there_is_nothing(desk):
    for table in (cards.files_table, cards.assumptions_table, cards.findings_table, cards.quarantine_table):
        assert [row[0] for row in table(desk, "vi").rows] == ["không có"]
    assert any(row[0] == "first_response_time" for row in cards.kpis_table(desk, "vi").rows)


def test_survival_counts_those_still_waiting(desk):
    curve = views.survival("first_response_time", desk)

    assert curve.time.tolist()[:3] == [1.0, 3.0, 8.0]
    assert curve.survival.tolist()[:3] == [0.75, 0.5, 0.25]
    assert curve.at_risk.tolist()[:3] == [4, 3, 2]


def test_waits_are_counted_by_ticket(make_desk):
    at = [pd.Timestamp(f"2025-03-03 {hour:02d}:00") for hour in (9, 10, 11, 13)]
    who = ["customer", "agent", "customer", "agent"]
    messages = [
        {"message_id": str(i), "ticket_id": "1", "at": at[i], "author": who[i], "is_public": True} for i in range(4)
    ]
    desk = make_desk(tickets=[ticket(1, "03 09:00", resolved="03 13:00")], messages=messages)
    waits = views.waits_per_ticket(desk)

    assert waits.tickets.tolist() == [0, 1]
    assert waits.mean_wait.tolist() == [1.0, 2.0]


def test_cohorts_show_an_age_only_when_all_of_the_cohort_can_have_reached_it(make_desk):
    days = ["2025-01-05", "2025-01-20"]
    left = [pd.Timestamp("2025-02-15"), pd.NaT]
    rows = [{"customer_id": str(i), "started_at": pd.Timestamp(days[i]), "ended_at": left[i]} for i in range(2)]
    found = views.cohorts(make_desk(customers=rows, as_of="2025-04-10"))

    assert found.age.tolist() == [0, 1, 2]  # the month ended on 1 February; 10 April is 68 days later
    assert found.share.tolist() == [1.0, 1.0, 0.5]  # 41 days: gone before two months


def test_a_table_without_rows_says_that_there_are_none():
    frame = pd.DataFrame({"rows": pd.Series(dtype=int), "file": pd.Series(dtype=str)})

    assert cards.show_table(frame, "Findings").rows == [["none", ""]]
    assert cards.show_table(frame, "Phát hiện", language="vi").rows == [["không có", ""]]
