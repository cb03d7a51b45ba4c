"""Figures are checked by what they draw and say, not by pixels."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kpitools import plots, views
from kpitools.analysis.trend import judge
from kpitools.kpis import get
from kpitools.plots import style


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def series():
    """Fourteen weeks of a median around 4 h, the last but one far better, the last not over yet."""
    hours = [4.0, 4.2, 3.9, 4.1, 4.0, 4.3, 3.8, 4.1, 4.0, 3.9, 4.2, 4.0, 1.0, 0.5]
    periods = pd.date_range("2025-01-06", periods=14, freq="W-MON")
    frame = pd.DataFrame({"period": periods, "value": hours, "n": [50] * 13 + [9], "complete": [True] * 13 + [False]})
    return frame.assign(low=frame.value - 0.5, high=frame.value + 0.5)


@pytest.fixture
def targets():
    return pd.DataFrame({"kpi": ["first_response_time"], "valid_from": ["2025-01-01"], "target": [4.0]})


def points_of(ax, gid):
    """The heights of the points drawn under an id."""
    return [round(float(y), 3) for drawn in ax.collections if drawn.get_gid() == gid for _, y in drawn.get_offsets()]


def lines_of(ax, gid):
    return [line for line in ax.lines if line.get_gid() == gid]


def test_a_signal_has_its_own_colour_and_shape_and_an_unfinished_week_is_hollow(series, targets):
    kpi = get("first_response_time")
    ax = plots.trend(judge(series, kpi, targets=targets), kpi)

    assert points_of(ax, "improvement") == [1.0]
    assert points_of(ax, "common_cause incomplete small") == [0.5]
    hollow = next(drawn for drawn in ax.collections if drawn.get_gid() == "common_cause incomplete small")
    assert tuple(hollow.get_facecolor()[0][:3]) == (1.0, 1.0, 1.0)
    assert set(lines_of(ax, "target")[0].get_ydata()) == {4.0}
    assert ax.get_yscale() == "log"
    assert "median" in ax.get_ylabel() and "calendar" in ax.get_ylabel()


def test_the_title_is_the_finding_and_the_alt_text(series, targets):
    kpi = get("first_response_time")
    trend = judge(series, kpi, targets=targets)
    alt = plots.alt_of(plots.trend(trend, kpi).figure)

    assert alt == plots.trend_headline(trend, kpi, "en")
    assert alt.startswith("First response time 1.0 h in the week of 31 Mar 2025: below its usual")
    assert "7 of the last 12" in alt  # weeks at or under 4.0 h: 3.9, 4.0, 3.8, 4.0, 3.9, 4.0 and 1.0


def test_interventions_are_numbered_and_named_in_the_legend(series):
    kpi = get("first_response_time")
    done = pd.DataFrame(
        {
            "on": ["2025-02-03", "2025-02-10", "2020-01-01"],
            "kpi": [None, "csat", None],
            "what": ["Training $1", "x", "old"],
        }
    )
    ax = plots.trend(judge(series, kpi), kpi, interventions=done)

    assert len(lines_of(ax, "intervention")) == 1
    assert r"1: Training \$1" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_vietnamese_axes_and_dates(series):
    kpi = get("first_response_time")
    ax = plots.trend(judge(series, kpi), kpi, "vi")

    assert ax.get_xlabel() == "tuần, theo ngày đầu tuần"
    assert ax.get_xticklabels()[0].get_text() == "06/01\n2025"
    assert "trung vị" in ax.get_ylabel()
    assert ax.get_title(loc="left").startswith("Thời gian phản hồi đầu tiên")


@pytest.mark.parametrize(
    ("hours", "tick"),
    [(0, "0"), (0.5, "30 min"), (0.25, "15 min"), (8, "8 h"), (24, "24 h"), (96, "4 days"), (1 / 360, "10 s")],
)
def test_ticks_of_time_are_written_in_their_natural_unit(hours, tick):
    assert style.time_tick(hours, "h", "en") == tick


def test_natural_ticks_are_minutes_hours_and_days():
    assert style.natural_ticks(0.4, 60, "h") == [0.5, 1, 2, 4, 8, 16, 24, 48]


def test_groups_stand_in_the_order_of_their_names_and_small_ones_are_faint():
    groups = pd.DataFrame(
        {
            "team": ["VIP", "Billing", "Chat"],
            "value": [1.0, 9.0, 3.0],
            "low": [0.5, 8, 2.5],
            "high": [2, 10, 3.5],
            "n": [5, 80, 90],
        }
    )
    kpi = get("first_response_time")
    ax = plots.breakdown(groups, kpi, "team", overall=4.0)

    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "Billing  (n = 80)",
        "Chat  (n = 90)",
        "VIP  (n = 5)",
    ]
    assert [line.get_xdata()[0] for line in lines_of(ax, "group")] == [9.0, 3.0]
    assert [line.get_xdata()[0] for line in lines_of(ax, "small")] == [1.0]
    said = plots.alt_of(ax.figure)
    assert "from 3.0 h to 9.0 h over 2 groups" in said  # the small group is in no range
    assert "The interval of 2 of 2 leaves out the overall figure." in said


def test_a_name_with_dollar_signs_is_no_mathematics():
    groups = pd.DataFrame({"team": ["a $\\frac$ b", "z"], "value": 0.5, "low": 0.4, "high": 0.6, "n": 50})
    ax = plots.breakdown(groups, get("csat"), "team", overall=0.5)
    ax.figure.canvas.draw()

    assert ax.get_yticklabels()[0].get_text().startswith(r"a \$\frac\$ b")


def test_the_survival_curve_names_its_median_or_says_that_it_is_not_reached():
    curve = pd.DataFrame({"time": [1.0, 2.0, 4.0], "survival": [0.8, 0.5, 0.25]}).assign(low=0.1, high=0.9)
    said = plots.km_headline(curve, "resolution_time", "h", "en")
    assert said == (
        "Counting the tickets still open, half are resolved within 2.0 h. After 4.0 h, 25.0% are still going."
    )
    assert "not reached: 80.0%" in plots.km_headline(curve.head(1), "resolution_time", "h", "en")

    ax = plots.km_curve(curve, "resolution_time")
    assert list(lines_of(ax, "at 0.5")[0].get_xdata()) == [2.0, 2.0]


def test_the_heatmap_of_arrivals_names_the_busiest_hour():
    cells = pd.DataFrame({"weekday": [0, 0, 6], "hour": [9, 23, 10], "n": [60, 10, 30], "value": [1.0, 2.0, 3.0]})
    ax = plots.hour_of_week(cells)
    said = plots.alt_of(ax.figure)

    assert said == "The busiest hour is Monday 09:00–10:00; 40.0% of 100 arrivals come outside weekdays 08:00–18:00."
    grid = np.asarray(ax.images[0].get_array())
    assert (grid[0, 9], grid[6, 10], grid[3, 3]) == (60, 30, 0)


def test_hours_of_few_rows_stay_blank_where_a_median_is_shown():
    cells = pd.DataFrame({"weekday": [0, 1, 2], "hour": [9, 9, 9], "n": [60, 60, 5], "value": [1.0, 4.0, 99.0]})
    ax = plots.hour_of_week(cells, get("first_response_time"))

    assert np.isnan(np.ma.filled(ax.images[0].get_array(), np.nan)[2, 9])
    assert "longest 4.0 h on Tuesday 09:00–10:00, shortest 1.0 h on Monday" in plots.alt_of(ax.figure)


def test_nps_groups_stack_to_one_and_the_score_comes_from_the_counts():
    months = pd.date_range("2025-01-01", periods=3, freq="MS")
    series = pd.DataFrame({"period": months, "promoters": [5, 6, 9], "passives": [3, 2, 0], "detractors": [2, 2, 1]})
    series = series.assign(n=10, value=[30.0, 40.0, 80.0], low=0.0, high=90.0, complete=[True, True, False])
    ax = plots.nps_groups(series, get("nps"))

    tops = [bar.get_y() + bar.get_height() for bar in ax.containers[2]]
    assert tops == pytest.approx([1, 1, 1])
    assert plots.alt_of(ax.figure).startswith("NPS 35.0 over all complete periods: 55.0% promoters")  # (11 - 4) / 20


def test_answers_say_how_many_of_those_asked_answered():
    answers = pd.DataFrame({"score": [1.0, 4.0, 5.0], "n": [2, 3, 5], "is_good": [False, True, True]})
    answers.attrs.update(sent=40, answered=10)
    said = plots.alt_of(plots.answer_distribution(answers, get("csat")).figure)

    assert said == "Customer satisfaction (CSAT) 80.0%: 8 good answers of 10. 25.0% of the 40 who were asked answered."


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        ("0-1", ("“good or bad” alone: 3 answers on other scales", "“tốt hoặc kém”: 3 câu trả lời theo thang khác")),
        ("1-5", ("“1–5” alone: 3 answers on other scales", "“1–5”: 3 câu trả lời theo thang khác")),
    ],
)
def test_answers_say_which_scale_they_are_of_and_how_many_are_of_others(scale, said, make_desk):
    # Four answers on one scale, one of them bad: 75.0 %; three on the other.
    other = "1-5" if scale == "0-1" else "0-1"
    top = {"0-1": 1.0, "1-5": 5.0}
    given = [(scale, top[scale])] * 3 + [(scale, 0.0 if scale == "0-1" else 1.0)] + [(other, top[other])] * 3
    rows = [
        {"survey_id": str(i), "kind": "csat", "scale": s, "score": score, "answered_at": pd.Timestamp("2025-03-03")}
        for i, (s, score) in enumerate(given)
    ]
    answers = views.answers("csat", make_desk(surveys=rows))

    for language, words in zip(("en", "vi"), said, strict=True):
        headline = plots.answers_headline(answers, get("csat"), language)
        assert words in headline and {"en": "75.0%", "vi": "75,0 %"}[language] in headline
    alone = views.answers("csat", make_desk(surveys=rows[:4]))
    assert "scale" not in plots.answers_headline(alone, get("csat"), "en")


def test_first_contact_parts_name_the_commonest_reason():
    parts = pd.DataFrame(
        {"condition": ["is_single_reply", "is_not_reopened", "is_not_repeated"], "failed": [30, 5, 10]}
    )
    parts = parts.assign(only=[20, 0, 8], n=100)
    ax = plots.first_contact_parts(parts)

    assert "“took more than one reply”, in 30.0% of 100" in plots.alt_of(ax.figure)
    assert [bar.get_width() for bar in ax.containers[0]] == pytest.approx([0.2, 0.0, 0.08])


def test_waits_and_handle_parts_and_ages_state_their_numbers():
    waits = pd.DataFrame({"waits": [1, 2], "tickets": [75, 25], "mean_wait": [2.0, 5.0], "at_least": [100, 25]})
    assert plots.waits_headline(waits, "en").startswith(
        "In 25.0% of tickets the customer waits more than once; the first"
    )
    parts = pd.DataFrame(
        {"team": ["A", "B"], "talk": [4.0, 6.0], "hold": [1.0, 1.0], "wrap": [1.0, 3.0], "n": [30, 10]}
    )
    assert plots.handle_parts_headline(parts, "team", "en").startswith(
        "A handled contact takes 7.0 min: 4.5 min of talk"
    )
    ages = pd.DataFrame({"band": ["under 1 day", "over 4 weeks"], "n": [3, 1]})
    assert plots.backlog_age_headline(ages, "en") == "4 tickets are open; 1 of them (25.0%) for more than a week."


def test_the_cohort_triangle_speaks_of_customers_old_enough_only():
    rows = [("2025-01-01", 0, 30, 1.0), ("2025-01-01", 1, 30, 0.8), ("2025-02-01", 0, 30, 1.0)]
    cohorts = pd.DataFrame(rows, columns=["cohort", "age", "customers", "share"])
    cohorts["cohort"] = pd.to_datetime(cohorts.cohort)
    ax = plots.cohort_triangle(cohorts)

    assert plots.alt_of(ax.figure) == "After 1 months 80.0% of customers are still there (n = 30 old enough to know)."
    assert [text.get_text() for text in ax.texts] == ["100", "80", "100"]


@pytest.mark.parametrize("language", ["en", "vi"])
def test_empty_frames_say_that_there_is_nothing(language):
    kpi = get("csat")
    empty = {
        plots.durations: (pd.DataFrame(columns=["left", "right", "n"]), get("resolution_time"), language),
        plots.breakdown: (pd.DataFrame(columns=["team", "value", "low", "high", "n"]), kpi, "team", None, language),
        plots.hour_of_week: (pd.DataFrame(columns=["weekday", "hour", "n", "value"]), None, language),
        plots.km_curve: (pd.DataFrame(columns=["time", "survival", "low", "high"]), "customers", "day", language),
        plots.cohort_triangle: (pd.DataFrame(columns=["cohort", "age", "customers", "share"]), language),
        plots.answer_distribution: (pd.DataFrame(columns=["score", "n", "is_good"]), kpi, language),
        plots.waits_per_ticket: (pd.DataFrame(columns=["waits", "tickets", "mean_wait", "at_least"]), language),
    }
    for draw, arguments in empty.items():
        assert plots.alt_of(draw(*arguments).figure), draw.__name__


def test_show_displays_the_png_once_with_its_alt_text_and_closes_the_figure(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append((data, more)))
    ages = pd.DataFrame({"band": ["under 1 day"], "n": [3]})
    plots.show(plots.backlog_age(ages))

    (data, more), said = shown[0], "3 tickets are open; 0 of them (0.0%) for more than a week."
    assert (data["text/plain"], more["metadata"]["image/png"]["alt"]) == (said, said)
    assert data["image/png"].startswith("iVBOR")
    assert not plt.get_fignums()
