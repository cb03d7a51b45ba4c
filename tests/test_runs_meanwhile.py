"""The scorecard computed beside the notebooks: what it gives, how it stops, how its faults come back."""

import threading

import pandas as pd
import pytest
import tiny

import kpitools as kt
from kpitools.report import meanwhile
from kpitools.report.meanwhile import Meanwhile
from kpitools.scorecard import scorecard


@pytest.fixture
def desk(tmp_path):
    return kt.load(tiny.desk(tmp_path))


def test_gives_the_scorecard_of_the_desk(desk):
    with Meanwhile(desk, "week", "calendar") as under_way:
        found = under_way.card()
    pd.testing.assert_frame_equal(found.frame, scorecard(desk).frame)
    assert found.frame.set_index("kpi").value["first_response_time"] == 2.0


def test_leaving_the_block_stops_it_before_the_next_kpi(desk, monkeypatch):
    begun, go_on, told = threading.Event(), threading.Event(), []

    def slow(*given, before):
        for name in ("first", "second", "third"):
            before(name)
            told.append(name)
            begun.set()
            go_on.wait(10)

    monkeypatch.setattr(meanwhile, "scorecard", slow)
    with pytest.raises(KeyboardInterrupt), Meanwhile(desk, "week", "calendar") as under_way:
        begun.wait(10)
        threading.Timer(0.2, go_on.set).start()
        raise KeyboardInterrupt
    assert told == ["first"]
    assert not under_way._thread.is_alive()


def test_what_it_raises_is_raised_where_the_card_is_asked_for(desk, monkeypatch):
    def broken(*given, before):
        raise ZeroDivisionError("of the scorecard")

    monkeypatch.setattr(meanwhile, "scorecard", broken)
    with Meanwhile(desk, "week", "calendar") as under_way, pytest.raises(ZeroDivisionError, match="of the scorecard"):
        under_way.card()
