"""What the data lacks is said in words, in both languages; every table and column has some."""

import pytest
from conftest import ticket

from kpitools import cards, lacking
from kpitools.compute import compute
from kpitools.errors import NotSupportedError
from kpitools.kpis import CATALOGUE
from kpitools.tables import TABLES
from kpitools.words import LANGUAGES

COLUMNS = [(table.name, column) for table in TABLES.values() for column in table.names]
COLUMNS += sorted({(kpi.table, column) for kpi in CATALOGUE.values() for column in kpi.needs})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_and_column_has_words(language):
    """UnknownNameError for one that nobody wrote."""
    for table, column in COLUMNS:
        words = lacking.column_words(table, column, language)
        assert words and "_" not in words
        assert lacking.table_words(table, language)


def test_a_column_is_named_in_words_with_its_name_behind():
    assert lacking.named("tickets.first_reply_at", "en") == "first public reply (tickets.first_reply_at)"
    assert lacking.named("a tickets.unknown, desk.yml", "en") == "a tickets.unknown, desk.yml"


def test_alternatives_and_what_is_all_needed_are_joined_in_both_languages():
    found = lacking.either([lacking.both(["calls.a", "calls.b"]), "tickets.c"])

    assert found.en == "calls.a and calls.b or tickets.c"
    assert found.vi == "calls.a và calls.b hoặc tickets.c"


@pytest.fixture
def desk(make_desk):
    return make_desk(tickets=[ticket(1, "03 09:00")])


def test_a_kpi_without_its_data_is_told_in_the_readers_language(desk):
    assert desk.missing(desk.kpi("first_response_time")) == "tickets.first_reply_at"
    assert desk.missing_in("first_response_time", "vi") == "lúc trả lời đầu tiên (tickets.first_reply_at)"
    assert desk.missing_in("csat", "en") == "score (surveys.score)"
    assert desk.missing_in("ticket_volume", "en") == ""


def test_the_error_names_both(desk):
    with pytest.raises(NotSupportedError, match=r"the data lacks first public reply \(tickets.first_reply_at\)"):
        compute("first_response_time", desk)


def test_the_last_rows_that_a_rule_took_are_told_in_words(make_desk):
    desk = make_desk(tickets=[ticket(1, "03 09:00") | {"status": "spam"}])

    assert desk.missing_in("ticket_volume", "en").startswith("any row of tickets that counts: the last 1 are spam")
    assert "phiếu yêu cầu (tickets)" in desk.missing_in("ticket_volume", "vi")


def test_cards_of_a_kpi_that_the_data_cannot_give_say_what_it_lacks(desk):
    for card in (cards.headline_card, cards.basis_card, cards.not_shown):
        assert "the data lacks score (surveys.score)" in repr(card("csat", desk, language="en"))
    row = cards.together_table(["csat", "ticket_volume"], desk, language="en").rows[0]
    assert row[-1] == "the data lacks score (surveys.score)"


@pytest.mark.parametrize(
    ("held", "missing"),
    [
        ({"reopens": 0, "customer_id": "c"}, "tickets.agent_replies"),
        ({"agent_replies": 1}, "tickets.reopens, tickets.customer_id"),
    ],
)
def test_of_the_conditions_of_a_first_contact_only_what_is_lacking_is_named(make_desk, held, missing):
    desk = make_desk(tickets=[ticket(1, "03 09:00", resolved="03 10:00", **held)])

    assert desk.missing(desk.kpi("first_contact_resolution_rate")) == missing


def test_a_condition_that_is_switched_off_lacks_nothing(make_desk):
    desk = make_desk(tickets=[ticket(1, "03 09:00", resolved="03 10:00", customer_id="c")])

    off = desk.with_options(fcr_needs_no_reopen=False)
    assert off.missing(off.kpi("first_contact_resolution_rate")) == "tickets.agent_replies"
