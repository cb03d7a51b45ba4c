"""A goal is for periods of one length where a week's figure is no month's; a band judges what has no good side."""

from dataclasses import replace

import pandas as pd
import pytest
from conftest import ticket

from kpitools import load
from kpitools.analysis.targets import target_for
from kpitools.analysis.trend import assurance_words, judge
from kpitools.board import board
from kpitools.cards import definition_card, headline_card
from kpitools.errors import ConfigError, UnknownNameError
from kpitools.goals import read_targets
from kpitools.kpis import CATALOGUE, get
from kpitools.scorecard import scorecard
from kpitools.settings import read_settings
from kpitools.starter import write_starter

HEAD = "kpi,valid_from,valid_to,team,target,low,high,hours,every\n"
BY_THE_WEEK = "ticket_volume,,,,,40,75,,week\n"


@pytest.fixture
def goals(tmp_path):
    def read(text):
        (tmp_path / "targets.csv").write_text(HEAD + text, encoding="utf-8")
        return read_targets(tmp_path / "targets.csv")

    return read


@pytest.fixture
def busy(make_desk, goals):
    """Seven tickets a day from January to March 2025: 49 a week, 217 or 196 a month; goals as told."""

    def make(text):
        days = pd.date_range("2025-01-01", "2025-03-31")
        rows = [ticket(f"{day:%j}-{i}", "03 09:00") | {"created_at": day} for day in days for i in range(7)]
        return make_desk(tickets=rows, settings=replace(read_settings(None), targets=goals(text)))

    return make


def judged(desk, every):
    from kpitools import views

    return views.trend("ticket_volume", desk, every=every)


def test_a_weekly_band_judges_weeks_and_no_month(busy):
    desk = busy(BY_THE_WEEK)
    week, month = judged(desk, "week"), judged(desk, "month")

    assert (week.last.value, week.last.target_low, week.last.target_high, week.last.met) == (49, 40, 75, True)
    # A month's 196 tickets are four weeks of 49 and no miss.
    assert month.points["target_high"].isna().all() and month.met_n == 0
    assert assurance_words(month, "en") == "no target for periods of this length"
    assert "trend.note.goal_of_other_period" in month.notes


def test_a_week_and_a_month_may_have_their_own_goal(busy):
    desk = busy(BY_THE_WEEK + "ticket_volume,,,,,150,200,,month\n")

    assert judged(desk, "week").last.target_high == 75
    # February: 28 days of 7 tickets.
    february = judged(desk, "month").points.set_index("period").loc["2025-02-01"]
    assert (february.value, february.target_high, february.met) == (196, 200, True)
    assert "from 40 to 75 (by week); from 150 to 200 (by month)" in repr(definition_card("ticket_volume", desk, "en"))


def test_a_goal_of_a_count_that_names_no_period_judges_nothing_and_says_so(busy):
    desk = busy("ticket_volume,,,,,40,75,,\n")

    for every in ("day", "week", "month"):
        trend = judged(desk, every)
        assert trend.met_n == 0 and trend.assurance is None
        assert "does not say for which periods" in assurance_words(trend, "en")
    assert "không ghi dành cho kỳ nào" in repr(headline_card("ticket_volume", desk, "month", language="vi"))


def test_the_load_says_that_a_goal_names_no_period(tmp_path):
    (tmp_path / "tickets.csv").write_text("ticket_id,created_at,status\n1,2025-03-03 09:00:00,open\n")
    (tmp_path / "desk.yml").write_text("timezone: UTC\n")
    (tmp_path / "targets.csv").write_text(HEAD + "ticket_volume,,,,,40,75,,\nresolved_volume,,,,,40,75,,week\n")
    found = load(tmp_path, cache=False).report.findings_in("en").iloc[-1]

    assert (found.file, found.column, found.example, found["rows"]) == ("targets.csv", "every", "ticket_volume", 1)
    assert "judge nothing until the column every says" in found.text


@pytest.mark.parametrize("every", ["week", "month", "quarter"])
def test_a_rate_of_a_month_without_a_period_is_the_months(goals, every):
    # 98 % retained is a month's goal; of a quarter it would be another.
    found = target_for(goals("customer_retention_rate,,,,0.98,,,,\n"), get("customer_retention_rate"), None,
                       "2025-03-03", every=every)  # fmt: skip
    assert (found is not None) == (every == "month")


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter"])
def test_a_share_has_one_goal_for_all_periods_unless_it_names_one(goals, every):
    assert target_for(goals("csat,,,,0.8,,,,\n"), get("csat"), None, "2025-03-03", every=every).target == 0.8
    named = target_for(goals("csat,,,,0.8,,,,month\n"), get("csat"), None, "2025-03-03", every=every)
    assert (named is not None) == (every == "month")


def test_which_kpis_are_of_their_period():
    assert {kpi.name for kpi in CATALOGUE.values() if kpi.is_of_its_period} == {
        "ticket_volume", "resolved_volume", "marketing_qualified_leads", "customer_retention_rate",
        "customer_churn_rate", "revenue_churn_rate", "net_revenue_retention", "contact_rate", "sales_growth",
    }  # fmt: skip
    # A rate of a year is a rate of a year, by whatever period it is looked at.
    assert not get("customer_churn_rate").as_chosen({"churn_annualised": True}).is_of_its_period


def test_two_goals_of_one_period_length_cannot_be_in_force_at_once(goals):
    with pytest.raises(ConfigError, match=r"line 2 .* line 3: two targets of ticket_volume .*\(every\)"):
        goals(BY_THE_WEEK + "ticket_volume,,,,,30,60,,week\n")
    with pytest.raises(ConfigError, match="two targets of csat"):
        goals("csat,,,,0.8,,,,\ncsat,,,,0.9,,,,month\n")


def test_a_period_that_does_not_exist_is_an_error_of_its_line(goals):
    with pytest.raises(ConfigError, match=r"targets.csv line 2: no period named 'fortnight'"):
        goals("ticket_volume,,,,,40,75,,fortnight\n")


def test_comments_keep_the_numbers_of_lines(tmp_path):
    (tmp_path / "targets.csv").write_text(f"# one, two\n{HEAD}# three\ncsat,,,,x,,,,\n")
    with pytest.raises(ConfigError, match="targets.csv line 4: target 'x' is no number"):
        read_targets(tmp_path / "targets.csv")


def test_the_starting_file_of_goals_sets_none_until_its_examples_are_switched_on(tmp_path):
    write_starter(tmp_path)
    path = tmp_path / "targets.csv"
    assert read_targets(path).empty

    text = path.read_text(encoding="utf-8")
    assert "mục tiêu" in text
    for row in ("first_response_time,,", "csat,,", "ticket_volume,2025"):
        text = text.replace(f"# {row}", row)
    path.write_text(text, encoding="utf-8")
    assert read_targets(path).kpi.tolist() == ["first_response_time", "csat", "ticket_volume"]


@pytest.mark.parametrize("kpi", ["ticket_volume", "occupancy"])
def test_a_single_value_is_no_goal_for_what_has_no_good_side(tmp_path, kpi):
    (tmp_path / "tickets.csv").write_text("ticket_id,created_at,status\n1,2025-03-03 09:00:00,open\n")
    (tmp_path / "desk.yml").write_text("timezone: UTC\n")
    (tmp_path / "targets.csv").write_text(f"{HEAD}{kpi},,,,0.8,,,,week\n")
    with pytest.raises(ConfigError, match=f"{kpi} has no good side, so 0.8 is no goal. Fill in low, high or both"):
        load(tmp_path, cache=False)


def test_the_band_of_a_neutral_kpi_stands_on_the_scorecard_and_judges(busy):
    card = scorecard(busy(BY_THE_WEEK), "week", kpis=["ticket_volume"])
    row = card.frame.iloc[0]
    # Twelve whole weeks of 49 within 40 to 75, the first of them that of 6 January; its 31 December is not in it.
    assert (row.target_low, row.target_high, row.met_k, row.met_n) == (40, 75, 12, 12)
    assert row.assurance == "consistent_pass"
    assert "target: from 40 to 75" in board(card, "en")
    assert "mục tiêu: từ 40 đến 75" in board(card, "vi")


def test_outside_its_band_a_neutral_kpi_misses(busy):
    row = scorecard(busy("ticket_volume,,,,,50,75,,week\n"), "week", kpis=["ticket_volume"]).frame.iloc[0]
    assert (row.met_k, row.met_n, row.assurance) == (0, 12, "consistent_fail")


def test_the_samples_weekly_band_of_volume_judges_its_weeks():
    card = scorecard(load("data/sample"), "week", kpis=["ticket_volume", "marketing_qualified_leads", "occupancy"])
    rows = card.frame.set_index("kpi")
    assert (rows.loc["ticket_volume", "target_low"], rows.loc["ticket_volume", "met_n"]) == (40, 12)
    assert (rows.every["marketing_qualified_leads"], rows.target_low["marketing_qualified_leads"]) == ("month", 120)


def test_judge_asks_for_the_length_of_its_series():
    starts = pd.date_range("2025-01-01", periods=14, freq="MS")
    series = pd.DataFrame({"period": starts, "value": 200.0, "n": 200, "complete": True})
    targets = pd.DataFrame({"kpi": ["ticket_volume"] * 2, "high": [60.0, 240.0], "every": ["week", "month"]})
    trend = judge(series, get("ticket_volume"), targets=targets, every="month")

    assert (trend.last.target_high, trend.met_k, trend.met_n) == (240.0, 12, 12)


def test_an_unknown_kpi_is_still_the_first_thing_said(tmp_path):
    (tmp_path / "tickets.csv").write_text("ticket_id,created_at,status\n1,2025-03-03 09:00:00,open\n")
    (tmp_path / "targets.csv").write_text(HEAD + "ticket_volum,,,,,40,75,,week\n")
    (tmp_path / "desk.yml").write_text("timezone: UTC\n")
    with pytest.raises(UnknownNameError, match="ticket_volume"):
        load(tmp_path, cache=False)
