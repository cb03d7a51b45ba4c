"""What the newer KPIs rest on: options and levels of a desk, wall clocks of derived instants, moves in a log; and what
must hold whatever the rows are."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from conftest import ticket
from hand import answers, at, call, moved, said
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kpitools.analysis.trend import judge
from kpitools.compute import account, compute
from kpitools.desk import Desk
from kpitools.errors import ConfigError, NotSupportedError
from kpitools.kpis import CATALOGUE
from kpitools.load import load
from kpitools.settings import read_settings

FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NOW = dt.datetime(2025, 4, 1)


def desk_yml(folder, text):
    (folder / "desk.yml").write_text(text, encoding="utf-8")
    return read_settings(folder)


def test_levels_and_versions_are_read_from_desk_yml(tmp_path):
    read = desk_yml(
        tmp_path, "team_levels: {Tuyến đầu: 1, Kỹ thuật: 2}\noptions: {ces_version: 1.0, csat_method: top_one}\n"
    )

    assert read.team_levels == {"Tuyến đầu": 1, "Kỹ thuật": 2}
    assert read.options["ces_version"] == "1.0"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("team_levels:\n  First: high\n", "desk.yml line 2: 'First' is a whole number"),
        ("options:\n  ces_version: 3\n", "desk.yml line 2: no value of 'ces_version' named '3'"),
        ("options:\n  transfer_of: queue\n", "Known: agent, team"),
        ("options:\n  requester_wait_counts_on_hold: sometimes\n", "is true or false"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(tmp_path, text, says):
    with pytest.raises(Exception, match=says.replace("(", r"\(")) as caught:
        desk_yml(tmp_path, text)
    assert isinstance(caught.value, ConfigError)


def test_a_ticket_closed_without_a_resolution_falls_in_the_period_of_its_closing(tmp_path):
    """The wall clock stored at load is that of the resolution, which is missing; the closing stands in with its own."""
    (tmp_path / "tickets.csv").write_text(
        "ticket_id,created_at,resolved_at,closed_at,status,agent_replies\n"
        "1,2025-03-03 09:00,2025-03-04 09:00,2025-03-20 09:00,closed,1\n"
        "2,2025-03-03 09:00,,2025-03-12 09:00,closed,2\n"
        "3,2025-03-03 09:00,,,open,0\n"
    )
    (tmp_path / "desk.yml").write_text("timezone: Asia/Ho_Chi_Minh\nas_of: '2025-04-01 00:00'\n")
    desk = load(tmp_path, cache=False)
    weeks = compute("resolved_volume", desk).set_index("period").value

    assert weeks[pd.Timestamp("2025-03-03")] == 1
    assert weeks[pd.Timestamp("2025-03-10")] == 1
    assert compute("first_resolution_time", desk, view="closed").n.sum() == 2


def test_a_derived_instant_does_not_keep_the_wall_clock_of_an_empty_column(tmp_path):
    (tmp_path / "tickets.csv").write_text("ticket_id,created_at,resolved_at,status\n1,2025-03-03 09:00,,resolved\n")
    (tmp_path / "status_changes.csv").write_text("Ticket,When,State\n1,2025-03-12 09:00,resolved\n")
    (tmp_path / "desk.yml").write_text(
        "timezone: Asia/Ho_Chi_Minh\nfiles:\n  - tickets.csv\n  - file: status_changes.csv\n    tables:\n"
        "      status_changes: {ticket_id: Ticket, at: When, status: State}\n"
    )
    found = compute("resolved_volume", load(tmp_path, cache=False))

    assert found.loc[found.value == 1, "period"].tolist() == [pd.Timestamp("2025-03-10")]


def test_a_ticket_reopened_in_the_log_is_still_running(make_desk):
    log = moved((1, "03 09:00", "new"), (1, "03 12:00", "resolved"), (1, "04 09:00", "open"))
    log += moved((2, "03 09:00", "new"), (2, "03 13:00", "resolved"))
    desk = make_desk(status_changes=log)

    assert compute("resolution_time", desk, every=None).open.tolist() == [1]
    assert compute("backlog", desk, every=None).value.tolist() == [1]
    assert compute("reopen_rate", desk, every=None).value.tolist() == [0.5]


def test_a_wait_is_known_up_to_now_and_no_further(make_desk):
    log = moved(
        (1, "03 09:00", "new"), (1, "03 12:00", "pending"), (1, "05 09:00", "open"), (1, "06 09:00", "resolved")
    )
    desk = make_desk(as_of="2025-03-05T11:00", status_changes=log)
    found = compute("requester_wait_time", desk, every=None).iloc[0]
    rows = compute("requester_wait_time", desk, every=None, view="closed").iloc[0]

    # 3 h, and 2 h of the stretch that runs; the ticket is not done yet.
    assert (found.n, found.open) == (1, 1)
    assert (rows.n, rows.open) == (0, 1)
    later = make_desk(status_changes=log)
    assert compute("requester_wait_time", later, every=None).value.tolist() == [27.0]


def _half_a_log(*made: str) -> dict:
    """Tickets made at these times, all answered on the 5th at 09:00 and resolved an hour later; the log begins on the
    4th at 08:00."""
    log = moved(("log", "04 08:00", None))
    for i in range(len(made)):
        log += moved((i, "05 09:00", "answered"), (i, "05 10:00", "resolved"))
    return {"tickets": [ticket(i, when) for i, when in enumerate(made)], "status_changes": log}


def test_how_a_ticket_stood_before_the_log_begins_is_not_known(make_desk):
    desk = make_desk(**_half_a_log("03 09:00", "05 03:00", "05 07:00"))
    told = account("requester_wait_time", desk).set_index("rule")

    # 6 and 2 h; of the first ticket nobody knows, with its two stretches and the one before them.
    assert compute("requester_wait_time", desk, every=None)[["value", "n"]].to_numpy().tolist() == [[4.0, 2]]
    assert (told.dropped["before_log"], told.left["before_log"]) == (3, 6)


def test_a_log_that_lacks_most_beginnings_gives_no_wait(make_desk):
    desk = make_desk(**_half_a_log("03 09:00", "03 10:00", "05 07:00"))

    with pytest.raises(NotSupportedError, match="how 2 of 3 tickets stood at first"):
        compute("requester_wait_time", desk, every=None)


def test_occupancy_over_the_band_is_no_improvement(make_desk):
    """Twelve weeks at 79 to 81 %, then one at 95: a signal, which is neither good nor bad."""
    rows = []
    for week in range(13):
        busy = 0.95 if week == 12 else 0.8 + 0.01 * (-1) ** week
        day = pd.Timestamp("2025-01-06") + pd.Timedelta(weeks=week)
        rows += [
            {"agent_id": f"{i}", "day_at": day, "handling_s": busy * 28800, "available_s": (1 - busy) * 28800}
            for i in range(9)
        ]
    series = compute("occupancy", make_desk(as_of="2025-04-07", agent_days=rows))
    trend = judge(series, CATALOGUE["occupancy"])

    assert series.value.iloc[-1] == pytest.approx(0.95)
    assert (trend.chart, trend.variation) == ("p_prime", "neutral_high")


@pytest.mark.parametrize(
    ("name", "chart", "scale"),
    [
        ("next_reply_time", "xmr", "log"),
        ("backlog_age", "xmr", "log"),
        ("replies_per_ticket", "xmr", "log"),
        ("ces", "xmr", "linear"),
        ("resolved_volume", "xmr", "linear"),
        ("transfer_rate", "p_prime", "linear"),
    ],
)
def test_each_kind_of_figure_gets_the_chart_that_fits_it(name, chart, scale):
    n = 400
    value = 0.2 + 0.02 * np.sin(np.arange(20.0))
    series = pd.DataFrame(
        {"period": pd.date_range("2025-01-06", periods=20, freq="W-MON"), "value": value * 100, "n": n}
    )
    series["complete"] = True
    if CATALOGUE[name].unit == "share":
        series = series.assign(value=(value * n).round() / n, k=(value * n).round())
    trend = judge(series, CATALOGUE[name])

    assert (trend.chart, trend.scale) == (chart, scale)
    assert ("trend.note.level" in trend.notes) == (name == "backlog_age")


# Whatever the rows are ------------------------------------------------------------------------------------------

TICKETS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 40), st.booleans(), st.sampled_from("ab")),
    min_size=1,
    max_size=12,
)


def _tickets(drawn) -> list[dict]:
    rows = []
    for i, (replies, moves, hours, is_done, team) in enumerate(drawn):
        row = ticket(i, "03 09:00", agent_replies=replies, transfers=moves, team=team, reopens=0)
        rows.append(
            row | ({"resolved_at": at("03 09:00") + pd.Timedelta(hours=hours), "status": "resolved"} if is_done else {})
        )
    return rows


@FEW
@given(TICKETS)
def test_ticket_shares_are_what_plain_pandas_counts(drawn):
    frame = pd.DataFrame(_tickets(drawn)).astype({"resolved_at": "datetime64[us]"})
    desk = Desk.from_frames({"tickets": frame}, as_of=NOW)
    done = frame[frame.resolved_at.notna()]

    assert compute("transfer_rate", desk, every=None).value.iloc[0] == pytest.approx((frame.transfers > 0).mean())
    if len(done):
        touched = compute("one_touch_rate", desk, every=None).iloc[0]
        assert (touched.k, touched.n) == ((done.agent_replies == 1).sum(), len(done))
        assert compute("replies_per_ticket", desk, every=None).value.iloc[0] == pytest.approx(done.agent_replies.mean())
        assert compute("resolved_volume", desk, every=None).value.iloc[0] == len(done)


@FEW
@example([(0, 0, 0, False, "a"), (0, 0, 39, True, "a")])  # resolved as a day ends
@given(TICKETS)
def test_the_age_of_the_backlog_is_counted_for_as_many_tickets_as_the_backlog_holds(drawn):
    desk = Desk.from_frames(
        {"tickets": pd.DataFrame(_tickets(drawn)).astype({"resolved_at": "datetime64[us]"})}, as_of=NOW
    )
    level = compute("backlog", desk, every="day").set_index("period").value
    if desk.missing(desk.kpi("backlog_age")):
        assert level.iloc[-1] == 0
        return
    ages = compute("backlog_age", desk, every="day").set_index("period")

    assert (ages.n == level.reindex(ages.index)).all()
    assert (ages.value.dropna() >= 0).all()


@FEW
@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=15), st.integers(0, 30))
def test_the_three_service_levels_stand_in_order(waits, short):
    """Fewer in the denominator, a higher share: offered <= without short abandons; and answered is offered less all."""
    desk = Desk.from_frames(
        {"calls": pd.DataFrame([call(i, float(w), gone) for i, (w, gone) in enumerate(waits)])}, as_of=NOW
    )
    levels = {}
    for denominator in ("offered", "offered_minus_short_abandons", "answered"):
        options = {"service_level_denominator": denominator, "short_abandon_seconds": short}
        levels[denominator] = compute("service_level", desk, every=None, options=options).iloc[0]
    answered = sum(not gone for _, gone in waits)
    early = sum(gone and wait <= short for wait, gone in waits)

    assert levels["offered"].denominator == len(waits)
    assert levels["offered_minus_short_abandons"].denominator == len(waits) - early
    assert levels["answered"].denominator == answered
    assert len({level.numerator for level in levels.values()}) == 1


@FEW
@given(st.lists(st.tuples(st.integers(0, 10), st.sampled_from([0.5, 1.0, 3.0])), min_size=1, max_size=20))
def test_weights_of_one_change_nothing_and_others_give_the_weighted_figure(drawn):
    scores, weights = [s for s, _ in drawn], [w for _, w in drawn]

    def found(given):
        return compute(
            "nps",
            Desk.from_frames({"surveys": pd.DataFrame(answers("nps", "0-10", scores, given))}, as_of=NOW),
            every=None,
        ).iloc[0]

    plain, ones, weighted = found(None), found([1.0] * len(scores)), found(weights)
    side = np.select([np.array(scores) >= 9, np.array(scores) >= 7], [1, 0], -1)

    assert ones[["value", "low", "high"]].astype(float).tolist() == pytest.approx(
        plain[["value", "low", "high"]].astype(float).tolist()
    )
    assert weighted.value == pytest.approx(100 * np.average(side, weights=weights))
    assert weighted.unweighted == pytest.approx(plain.value)
    # The adjusted interval is drawn to the middle: where all agree it leaves the figure itself out.
    assert -100 <= weighted.low <= weighted.high <= 100


@FEW
@given(st.lists(st.tuples(st.integers(1, 7), st.sampled_from([0.5, 1.0, 3.0])), min_size=3, max_size=20))
def test_a_weighted_mean_of_answers_is_numpys(drawn):
    scores, weights = zip(*drawn, strict=True)
    rows = answers("ces", "1-7", list(scores), list(weights))
    found = compute("ces", Desk.from_frames({"surveys": pd.DataFrame(rows)}, as_of=NOW), every=None).iloc[0]

    assert found.value == pytest.approx(np.average(scores, weights=weights))
    assert found.unweighted == pytest.approx(np.mean(scores))


@FEW
@given(st.lists(st.tuples(st.sampled_from(["customer", "agent"]), st.integers(1, 600)), min_size=1, max_size=15))
def test_waits_before_and_after_the_first_reply_are_all_the_waits(drawn):
    clock, rows = at("03 09:00"), []
    for author, minutes in [("customer", 0), *drawn]:
        clock += pd.Timedelta(minutes=minutes)
        rows.append((1, f"{clock:%d %H:%M}", author))
    desk = Desk.from_frames(
        {"tickets": pd.DataFrame([ticket(1, "03 09:00")]), "messages": pd.DataFrame(said(*rows))}, as_of=NOW
    )
    every_wait = desk.table("waits").to_pandas()

    assert (~every_wait.is_after_reply).sum() == 1
    assert every_wait.sort_values("started_at").is_after_reply.tolist() == [False] + [True] * (len(every_wait) - 1)
