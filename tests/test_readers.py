"""What readers stumbled over: colours, empty boxes, units, internal names, untranslated words, empty figures."""

import pandas as pd
import pytest
from hand import answers

from kpitools import plots, views
from kpitools.cards import breakdown_table, definition_card
from kpitools.catalogue_doc import document
from kpitools.facts import needed
from kpitools.kpis import CATALOGUE, get
from kpitools.plots.show import show
from kpitools.tables import TABLES
from kpitools.words import together, with_bounds


def test_detractors_and_passives_have_colours_of_their_own(make_desk):
    desk = make_desk(surveys=answers("nps", "0-10", [10, 9, 8, 6, 0]))
    ax = plots.answer_distribution(views.answers("nps", desk), get("nps"), "vi")
    colours = [bar.get_facecolor() for bar in ax.patches]

    # Eleven boxes: 0 to 6, 7 and 8, 9 and 10.
    assert [colours.index(colour) for colour in colours] == [0] * 7 + [7] * 2 + [9] * 2
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "người ủng hộ (9–10)", "người trung lập (7–8)", "người không hài lòng (0–6)",
    ]  # fmt: skip


def test_a_score_that_nobody_gave_is_a_box_of_none(make_desk):
    found = views.answers("csat", make_desk(surveys=answers("csat", "1-5", [5, 4, 1, 1])))

    assert found.score.tolist() == [1, 2, 3, 4, 5]
    assert found.n.tolist() == [2, 0, 0, 1, 1]
    assert found.is_good.tolist() == [False, False, False, True, True]
    only = views.answers("csat", make_desk(surveys=answers("csat", "1-5", [4])))
    assert only.is_good.tolist() == [False, False, False, True, True]


def test_the_answers_and_the_response_rate_leave_out_the_same_tickets(make_desk):
    tickets = [{"ticket_id": "1", "created_at": pd.Timestamp("2025-03-03"), "status": "spam"}]
    rows = [row | {"ticket_id": name} for row, name in zip(answers("csat", "1-5", [5, 1, None]), "231", strict=True)]
    found = views.answers("csat", make_desk(tickets=tickets, surveys=rows))

    assert found.n.sum() == 2
    assert (found.attrs["sent"], found.attrs["answered"]) == (None, None)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ((96, 55.3), ["4.0 days", "2.3 days"]),
        ((96, 5.5), ["96.0 h", "5.5 h"]),
        ((0.5, 3), ["0.5 h", "3.0 h"]),
        ((0.5, 0.25), ["30 min", "15 min"]),
        ((None, 96), ["–", "4.0 days"]),
    ],
)
def test_times_of_one_sentence_have_one_unit(hours, expected):
    assert together(hours, "h", "en") == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ((52.6, 0.4, 336), ("52.6 h", "0.4 h", "336.0 h")),
        ((0.78, 0.5, 1.3), ("47 min", "30 min", "78 min")),
        ((96, 12, 120), ("4.0 days", "0.5 days", "5.0 days")),
        ((0, 0, 0.5), ("0.0 h", "0.0 h", "0.5 h")),
        ((3, None, 96), ("3.0 h", "–", "96.0 h")),
    ],
)
def test_a_value_and_its_bounds_have_the_unit_of_the_value(hours, expected):
    assert with_bounds(*hours, "h", "en") == expected


def test_shares_keep_their_unit_beside_their_bounds():
    assert with_bounds(0.5, 0.25, 0.75, "share", "vi") == ("50,0 %", "25,0 %", "75,0 %")


def test_a_card_names_the_columns_that_are_loaded():
    loaded = {f"{table.name}.{column}" for table in TABLES.values() for column in table.names}
    for kpi in CATALOGUE.values():
        named = [word.strip(",") for word in needed(kpi).en.split() if "." in word]
        assert named and [name for name in named if name not in loaded] == [], kpi.name
    assert "balance_periods" not in repr(definition_card("quick_ratio", language="vi"))


def test_the_catalogue_says_by_which_week_the_median_goes():
    section = document().partition("## resolution_time")[2].partition("## ")[0]
    assert '| dated by | created_at; with `view="closed"`: resolved_at |' in section


def test_channels_and_priorities_are_in_the_readers_language():
    groups = pd.DataFrame({"priority": ["urgent", "low", "P1"], "value": 0.5, "low": 0.4, "high": 0.6, "n": 50})
    table = repr(breakdown_table(groups, "csat", "priority", "vi"))
    assert "khẩn cấp" in table and "thấp" in table and "P1" in table and "urgent" not in table
    labels = [t.get_text() for t in plots.breakdown(groups, get("csat"), "priority", language="vi").get_yticklabels()]
    assert [label.split("  ")[0] for label in labels] == ["P1", "khẩn cấp", "thấp"]


def test_one_group_is_a_sentence_and_no_figure(capsys):
    groups = pd.DataFrame({"team": ["Kho"], "value": [0.5], "low": [0.4], "high": [0.6], "n": [50]})
    show(plots.breakdown(groups, get("csat"), "team", language="vi"))
    said = capsys.readouterr().out
    assert "chỉ có một nhóm (Kho) nên không có gì để so sánh" in said
    assert "Figure" not in said and "image/png" not in said


def test_hours_of_the_week_with_too_few_rows_are_a_sentence():
    cells = pd.DataFrame({"weekday": [0, 1], "hour": [9, 10], "n": [3, 4], "value": [1.0, 2.0]})
    ax = plots.hour_of_week(cells, get("first_response_time"), "en")
    assert not ax.has_data() and ax.get_title(loc="left")


def test_what_tells_an_analyst_to_change_the_code_goes_where_the_code_goes():
    import nbformat

    from kpitools import resources
    from kpitools.report import render

    notebook = nbformat.read(resources.notebooks() / "kpi" / "csat.ipynb", 4)
    with_code, without = (render.notebook_body(notebook, "vi", code)[1] for code in (True, False))

    assert 'hãy đặt <code>every = "month"</code>' in with_code.replace("&quot;", '"')
    assert "hãy đặt" not in without
    told = [cell for cell in notebook.cells if "analyst" in cell.metadata.get("tags", ())]
    assert [cell.metadata.tags[0] for cell in told] == ["lang-en", "lang-vi"] * 2
