"""Figures of the notebooks on phone, work, business and fair comparison, checked by what they draw and say."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from kpitools import plots
from kpitools.kpis import get
from kpitools.plots.data import data_of
from kpitools.words import LANGUAGES

MONTHS = pd.to_datetime(["2025-01-01", "2025-02-01", "2025-03-01"])


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def lines_of(ax, gid):
    """The heights of the line drawn under an id."""
    return [list(line.get_ydata()) for one in ax.figure.axes for line in one.lines if line.get_gid() == gid]


LEVELS = pd.DataFrame(
    {
        "period": MONTHS,
        "offered": [0.8, 0.5, 0.1],
        "offered_minus_short_abandons": [0.8, 0.625, 0.1],
        "answered": [1.0, 0.625, 0.2],
        "in_target": [80.0, 50.0, 1.0],
        "n": [100, 100, 10],
        "complete": [True, True, False],
    }
)


def test_the_title_pools_each_service_level_over_the_complete_periods():
    ax = plots.service_levels(LEVELS, get("service_level"))

    # 130 in time of 200 offered; of 100 + 80 without short abandons; of 80 + 80 answered.
    assert "200 calls" in plots.alt_of(ax.figure)
    assert "65.0% of all offered, 72.2% without short abandons, 81.2% of those answered" in plots.alt_of(ax.figure)
    assert lines_of(ax, "answered") == [[1.0, 0.625, 0.2]]
    assert lines_of(ax, "answered incomplete") == [[0.2]]


def test_without_short_abandons_in_the_data_there_are_two_service_levels():
    ax = plots.service_levels(LEVELS.assign(offered_minus_short_abandons=float("nan")), get("service_level"))

    assert "two service levels" in plots.alt_of(ax.figure)
    assert lines_of(ax, "offered_minus_short_abandons") == []


def test_hours_below_twenty_calls_are_not_named_highest():
    hours = pd.DataFrame({"hour": [8, 9, 10], "k": [9, 4, 20], "n": [10, 100, 100]})
    hours = hours.assign(value=hours.k / hours.n, low=[0.6, 0.01, 0.13], high=[0.98, 0.1, 0.29])
    ax = plots.by_hour(hours, get("abandonment_rate"))

    assert "highest 20.0% at 10:00–11:00, lowest 4.0% at 09:00–10:00" in plots.alt_of(ax.figure)
    assert "1 of 2 hours" in plots.alt_of(ax.figure)  # 33 of 210 is 15.7 %: outside 1-10 %, inside 13-29 %


def test_the_flow_names_the_period_in_which_most_was_added():
    moves = {"period": MONTHS, "arrived": [10, 30, 5], "done": [8, 12, 5], "level": [2, 20, 20]}
    ax = plots.flow(pd.DataFrame(moves | {"complete": [True, True, False]}))

    assert plots.alt_of(ax.figure).startswith("Tickets that came: 40, done: 20, open at the end: 20.")
    assert "(February 2025): 18 more came than went" in plots.alt_of(ax.figure)
    assert lines_of(ax, "level") == [[2.0, 20.0, 20.0]]


def test_the_share_of_old_tickets_is_that_of_the_last_complete_period():
    counts = {
        "under 1 day": [5, 2],
        "1-3 days": [3, 2],
        "3-7 days": [0, 2],
        "1-4 weeks": [1, 3],
        "over 4 weeks": [1, 1],
    }
    bands = pd.DataFrame({"period": MONTHS[:2], **counts, "n": [10, 10], "complete": True})
    ax = plots.age_bands(bands)

    assert plots.alt_of(ax.figure).startswith("4 of 10 open tickets (40.0%) were older than a week")
    assert ax.get_ylabel() == "open tickets"


def test_the_flattering_sla_is_said_beside_the_whole_one():
    rows = {"period": MONTHS[:2], "kept": [8, 6], "late": [2, 1], "overdue": [0, 3]}
    rows |= {"value": [0.8, 0.6], "closed_only": [0.8, 6 / 7], "n": [10, 10], "complete": True}
    ax = plots.sla_outcomes(pd.DataFrame(rows), get("sla_attainment"))

    # 14 of 20; without the three that are open 14 of 17.
    assert "70.0% of 20 promises; leaving out the 3 that are overdue and open it would read 82.4%" in plots.alt_of(
        ax.figure
    )
    assert "60.0% against 85.7% (February 2025)" in plots.alt_of(ax.figure)


def test_people_are_dots_without_names_and_counted_outside_the_band():
    people = pd.DataFrame(
        {
            "team": ["A", "A", "B", "B"],
            "agent_id": ["A-01", "A-02", "A-03", "A-04"],
            "value": [0.7, 0.8, 0.9, 0.99],
            "low": [0.65, 0.75, 0.85, 0.9],
            "high": [0.75, 0.85, 0.95, 1.0],
            "n": [60, 60, 60, 3],
        }
    )
    ax = plots.people_in_groups(people, get("occupancy"), "team", band=(0.75, 0.85))

    assert "of 3 people: from 70.0% to 90.0%" in plots.alt_of(ax.figure)  # three days are too few
    assert "Over the band: 1; under it: 1." in plots.alt_of(ax.figure)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["A", "B"]
    assert not any("A-0" in text.get_text() for text in ax.texts)


def test_conversion_is_that_of_mature_cohorts():
    rows = {"period": MONTHS, "qualified": [100, 300, 50], "won": [25, 15, 1], "not_won": [75, 285, 0]}
    rows |= {"maturing": [0, 0, 49], "value": [0.25, 0.05, 0.02], "complete": [True, True, False]}
    ax = plots.lead_cohorts(pd.DataFrame(rows), get("mql_conversion_rate"))

    assert "(February 2025): 300 qualified leads, 5.0% won, against 10.0% of all mature ones" in plots.alt_of(ax.figure)
    assert "49 leads are still maturing" in plots.alt_of(ax.figure)


def test_a_customer_costs_all_the_money_over_all_the_wins():
    rows = {"period": MONTHS[:2], "spend": [900.0, 100.0], "won": [1.0, 9.0], "value": [900.0, 100 / 9]}
    ax = plots.spend_and_wins(
        pd.DataFrame(rows | {"low": 1.0, "high": 1000.0, "complete": True}), get("customer_acquisition_cost")
    )

    assert "cost 100 over all complete periods" in plots.alt_of(ax.figure)  # 1,000 / 10; the mean of both is 456
    assert "at most 900 (January 2025)" in plots.alt_of(ax.figure)


def test_the_worst_cell_is_one_whose_returns_are_in():
    cells = pd.DataFrame(
        {
            "product": ["cap", "cap", "pen", "pen"],
            "period": [MONTHS[0], MONTHS[1]] * 2,
            "defective": [10, 30, 0, 1],
            "units": [100, 100, 100, 10],
            "value": [0.1, 0.3, 0.0, 0.1],
            "low": [0.06, 0.22, 0.0, 0.02],
            "high": [0.17, 0.4, 0.04, 0.4],
            "complete": [True, False, True, False],
        }
    )
    ax = plots.defect_grid(cells, get("product_quality"), "product")

    assert "cap, sold in one period (January 2025): 10.0% of 100 units came back" in plots.alt_of(ax.figure)
    assert "over all it is 5.0%" in plots.alt_of(ax.figure)  # 10 of 200
    assert sum(patch.get_gid() == "maturing" for patch in ax.patches) == 2


def test_liquidity_counts_the_periods_that_only_the_stock_held_up():
    ratios = pd.DataFrame({"period": MONTHS, "current": [2.0, 2.0, 0.9], "quick": [1.2, 0.8, 0.5], "complete": True})
    ax = plots.liquidity(ratios)

    assert "Current ratio 0.90, quick ratio 0.50 (March 2025). In 1 of 3 periods" in plots.alt_of(ax.figure)
    assert lines_of(ax, "one") == [[1, 1]]


def test_the_bridge_says_where_its_axis_begins():
    steps = pd.DataFrame(
        {
            "step": ["at_start", "new", "expansion", "contraction", "churn", "at_end"],
            "amount": [1000.0, 50.0, 30.0, -20.0, -10.0, 1050.0],
            "below": [0.0, 1000.0, 1050.0, 1060.0, 1050.0, 0.0],
            "above": [1000.0, 1050.0, 1080.0, 1080.0, 1060.0, 1050.0],
        }
    )
    steps.attrs.update(start="2025-02-01", end="2025-03-01")
    ax = plots.revenue_bridge(steps, get("saas_quick_ratio"))

    assert "From 1 Feb 2025 to 28 Feb 2025" in plots.alt_of(ax.figure)
    assert "from 1,000 to 1,050 (5.0%): 80.00 gained, 30.00 lost" in plots.alt_of(ax.figure)
    assert "does not begin at 0" in ax.get_ylabel()
    assert ax.get_ylim()[0] > 0


def funnel_points():
    points = pd.DataFrame(
        {
            "team": ["A", "B", "C"],
            "k": [90.0, 40.0, 2.0],
            "n": [100.0, 100.0, 4.0],
            "value": [0.9, 0.4, 0.5],
            "lower95": 0.5,
            "upper95": 0.8,
            "lower998": 0.45,
            "upper998": 0.85,
            "small": [False, False, True],
            "flag": ["above", "below", None],
        }
    )
    points.attrs.update(target=0.65, tau2=0.0, phi=1.2, tested=2, flagged=2, alone=2, suppressed=0)
    return points


def test_the_funnel_of_people_does_not_call_them_groups():
    people = funnel_points().rename(columns={"team": "agent_id"})

    said = [plots.alt_of(plots.group_funnel(people, get("csat"), "agent_id", lang).figure) for lang in ("en", "vi")]

    assert "2 of 2 people tested" in said[0]
    assert "2 trên 2 nhân viên được kiểm tra" in said[1] and "nhóm" not in said[1]


@pytest.mark.parametrize(
    ("amount", "said"),
    [(12_340, "12,34 nghìn ₫"), (988_000_000, "988 triệu ₫"), (-2_400_000_000, "−2,4 tỷ ₫"), (5e12, "5 nghìn tỷ ₫")],
)
def test_vietnamese_figures_say_millions_and_billions_in_words(amount, said):
    from kpitools.plots.finance import _short

    assert _short(amount, "VND", "vi").replace("\N{NO-BREAK SPACE}", " ") == said


def test_the_funnel_flags_by_the_direction_of_the_kpi_and_says_how_many_were_tested():
    ax = plots.group_funnel(funnel_points(), get("csat"), "team")
    other = plots.group_funnel(funnel_points(), get("reopen_rate"), "team")

    assert "2 of 2 groups tested differ from the common 65.0%" in plots.alt_of(ax.figure)
    assert "Drawn faint, with fewer than 20 rows: 1." in plots.alt_of(ax.figure)

    def dots(one, gid):
        return [list(c.get_offsets()[0]) for c in one.collections if c.get_gid() == gid]

    assert dots(ax, "improvement") == [[100.0, 0.9]]
    assert dots(other, "improvement") == [[100.0, 0.4]]  # few reopenings are good


def test_the_ranking_names_who_comes_last_and_what_chance_does():
    ranks = pd.DataFrame({"team": ["A", "B"], "value": [0.9, 0.5], "n": [100, 4], "rank": [1, 2]})
    ax = plots.ranking(ranks.assign(rank_low=1.0, rank_high=2.0, last_by_chance=[0.4, 0.6]), get("csat"), "team")

    assert "puts B last with 50.0%, on 4 cases" in plots.alt_of(ax.figure)
    assert "60.0% of the time; 2 of 2 ranks" in plots.alt_of(ax.figure)


EMPTY = pd.DataFrame(columns=["period", "value", "n", "complete"])
CSAT, OCCUPANCY = get("csat"), get("occupancy")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_of_nothing_says_so_and_has_no_axes(language, monkeypatch):
    monkeypatch.setitem(plt.rcParams, "figure.max_open_warning", 0)
    for ax in (
        plots.trend(None, CSAT, language),
        plots.service_levels(EMPTY, CSAT, language),
        plots.by_hour(EMPTY, CSAT, language),
        plots.flow(EMPTY, language),
        plots.age_bands(EMPTY, language),
        plots.sla_outcomes(EMPTY, CSAT, language),
        plots.time_parts(EMPTY, "team", language),
        plots.people_in_groups(EMPTY, OCCUPANCY, "team", language),
        plots.awareness(EMPTY, language),
        plots.engagement(EMPTY, CSAT, language),
        plots.lead_cohorts(EMPTY, CSAT, language),
        plots.win_curve(EMPTY, language),
        plots.spend_and_wins(EMPTY, CSAT, language),
        plots.growth_and_margin(EMPTY, CSAT, language),
        plots.margin_two_ways(EMPTY, CSAT, "team", language),
        plots.defect_grid(EMPTY, CSAT, "team", language),
        plots.liquidity(EMPTY, language),
        plots.revenue_movements(EMPTY, CSAT, language),
        plots.revenue_bridge(EMPTY, CSAT, language),
        plots.group_funnel(EMPTY, CSAT, "team", language),
        plots.ranking(EMPTY, CSAT, "team", language),
        plots.mix_adjusted(EMPTY, CSAT, "agent_id", language),
        plots.change_parts(EMPTY, CSAT, "team", language),
    ):
        assert {"en": "no rows to show", "vi": "không có dòng nào"}[language] in plots.alt_of(ax.figure)
        assert not ax.axison


def test_the_numbers_behind_a_figure_carry_words_instead_of_codes():
    steps = pd.DataFrame({"step": ["at_start", "at_end"], "amount": [1.0, 1.0], "below": 0.0, "above": 1.0})
    steps = pd.concat([steps] * 3, ignore_index=True)
    steps["step"] = ["at_start", "new", "expansion", "contraction", "churn", "at_end"]
    steps.attrs.update(start="2025-02-01", end="2025-03-01")
    data = data_of(plots.revenue_bridge(steps, get("saas_quick_ratio"), "vi").figure)

    assert data.frame.step.tolist() == ["đầu kỳ", "khách mới", "mở rộng", "thu hẹp", "rời bỏ", "cuối kỳ"]
    assert data.units == {"amount": "money"}
