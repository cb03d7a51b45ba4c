"""KPIs written in desk.yml: their language, their errors, and that they appear like any other."""

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from kpitools import cards
from kpitools.cli import app
from kpitools.compute import account, compute
from kpitools.errors import ConfigError, KpitoolsError, UnknownNameError
from kpitools.expression import parse
from kpitools.load import load
from kpitools.scorecard import scorecard
from kpitools.settings import read_settings

TICKETS = """ticket_id,created_at,resolved_at,status,priority,team,reopens
1,2025-03-03 09:00,2025-03-03 12:00,resolved,urgent,VIP,0
2,2025-03-03 09:00,2025-03-04 09:00,resolved,urgent,VIP,2
3,2025-03-04 09:00,2025-03-04 10:00,resolved,low,,1
4,2025-03-05 09:00,2025-03-05 11:00,spam,urgent,VIP,1
5,2025-03-08 09:00,,open,urgent,Kho,
"""
DESK = """timezone: Asia/Ho_Chi_Minh
files: [tickets.csv]
kpis:
  urgent_reopen_rate:
    title: {en: Urgent reopened, vi: Phiếu khẩn mở lại}
    definition: Urgent tickets reopened.
    table: tickets
    dated_by: resolved_at
    statistic: share
    value: reopens > 0
    where: priority = "urgent"
    better: lower
    guards: [reopen_rate]
"""


@pytest.fixture
def desk_of(tmp_path):
    """A function that loads the five tickets with this desk.yml."""

    def make(text=DESK, **files):
        (tmp_path / "tickets.csv").write_text(TICKETS, encoding="utf-8")
        (tmp_path / "desk.yml").write_text(text, encoding="utf-8")
        for name, content in files.items():
            (tmp_path / f"{name}.csv" if not name.endswith("_py") else tmp_path / f"{name[:-3]}.py").write_text(content)
        return load(tmp_path, cache=False)

    return make


def one_more(name, **keys):
    lines = "".join(f"    {key}: {value}\n" for key, value in keys.items())
    return DESK + f"  {name}:\n    title: T\n    definition: D\n" + lines


# It is like any other


def test_it_is_computed_by_its_definition_and_accounted_for(desk_of):
    desk = desk_of()
    found = compute("urgent_reopen_rate", desk, every=None)

    assert (found.k[0], found.n[0]) == (1, 2)  # tickets 1 and 2; 3 is low, 4 is spam, 5 is not resolved
    dropped = account("urgent_reopen_rate", desk).set_index("rule").dropped
    # Ticket 5 is not resolved: it has no count of reopenings.
    assert dropped.to_dict() == {"all": 0, "spam_deleted_merged": 1, "test": 0, "where_1": 1, "no_value": 1}


def test_it_stands_in_the_desks_list_catalogue_scorecard_and_cards(desk_of):
    desk = desk_of()
    support = desk.kpis().set_index("kpi")

    assert support.supported["urgent_reopen_rate"]
    assert desk.catalogue["urgent_reopen_rate"].family == "own"
    card = scorecard(desk, every="month").frame.set_index("kpi")
    assert card.title_vi["urgent_reopen_rate"] == "Phiếu khẩn mở lại"
    assert "Phiếu khẩn mở lại" in scorecard(desk, every="month")._repr_html_() or card.value.isna().all()
    shown = repr(cards.definition_card("urgent_reopen_rate", desk, "en"))
    assert "Urgent tickets reopened." in shown
    assert "reopens > 0" in shown
    assert "desk.yml" in shown


def test_the_command_line_lists_and_computes_it(desk_of, tmp_path):
    desk_of()
    listed = CliRunner().invoke(app, ["list", "--desk", str(tmp_path)])
    assert "urgent_reopen_rate" in listed.output
    run = CliRunner().invoke(app, ["compute", "urgent_reopen_rate", str(tmp_path), "--every", "all", "--format", "csv"])
    assert run.exit_code == 0, run.output
    assert ",0.5,2," in run.output
    wrong = CliRunner().invoke(app, ["compute", "urgent_reopen_rat", str(tmp_path)])
    assert isinstance(wrong.exception, UnknownNameError)
    assert "Did you mean 'urgent_reopen_rate'?" in str(wrong.exception)


def test_it_can_have_a_target(desk_of):
    desk = desk_of(targets="kpi,valid_from,target\nurgent_reopen_rate,2025-01-01,0.1\n")
    assert desk.targets.kpi.tolist() == ["urgent_reopen_rate"]
    with pytest.raises(ConfigError, match=r"urgent_reopen_rate is a share from 0 to 1"):
        desk_of(targets="kpi,valid_from,target\nurgent_reopen_rate,2025-01-01,10\n")


def test_a_report_gives_it_a_page(desk_of):
    from kpitools.report.fanout import expanded
    from kpitools.report.plan import default_plan

    plan = expanded(default_plan(Path(), Path("site")), desk_of())
    page = next(page for page in plan.pages if page.slug == "urgent_reopen_rate")
    assert page.title == {"en": "Urgent reopened", "vi": "Phiếu khẩn mở lại"}
    assert page.parameters["kpi"] == "urgent_reopen_rate"


def test_a_time_of_ones_own_has_a_unit_and_a_median(desk_of):
    text = one_more("slow", table="tickets", dated_by="resolved_at", statistic="median", unit="h",
                    value="{from: created_at, to: resolved_at}", every_row="true")  # fmt: skip
    found = compute("slow", desk_of(text), every=None, view="closed")
    assert (found.value[0], found.n[0]) == (2.5, 4)  # 3, 24, 1 and 2 hours, spam too


def test_totals_and_ratios(desk_of):
    text = one_more("events", table="tickets", dated_by="created_at", statistic="total", value="reopens", unit="number")
    text += "  each:\n    title: E\n    definition: E\n    table: tickets\n    dated_by: created_at\n"
    text += '    statistic: ratio\n    value: reopens\n    per: when(priority = "urgent", 2, 1)\n    unit: number\n'
    desk = desk_of(text)

    assert compute("events", desk, every=None).value[0] == 3
    assert compute("each", desk, every=None).value[0] == pytest.approx(3 / 5)  # 0 + 2 + 1 over 2 + 2 + 1


def test_a_record_in_a_named_python_file_is_run_and_no_other(desk_of, tmp_path):
    code = """
from ibis import _
from kpitools.kpi import Kpi, Words
W = Words("Urgent", "Khẩn")
URGENT = Kpi("urgent_share", "own", W, W, W, "tickets", "created_at", "share", _.priority == "urgent", "share",
             "neutral", ("priority",), "us")
"""
    desk = desk_of(DESK + "  urgent_share:\n    python: mine.py\n", mine_py=code)
    assert compute("urgent_share", desk, every=None).value[0] == 0.8

    (tmp_path / "other.py").write_text("raise SystemExit('ran')")
    desk_of(DESK)  # not named: not run


# The language

FRAME = pd.DataFrame({"ticket_id": ["a"], "reopens": [2], "handle_s": [90.0], "priority": ["high"], "team": [None]})
FRAME["created_at"], FRAME["resolved_at"] = pd.Timestamp("2025-03-03 09:00"), pd.Timestamp("2025-03-04 21:00")


def value(make_desk, text):
    rows = make_desk(tickets=FRAME.to_dict("records")).table("tickets")
    return rows.select(v=parse(text, "here").resolve(rows)).to_pandas().v[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reopens + 1", 3),
        ("-reopens * 3 - 1", -7),
        ("reopens / 4", 0.5),
        ("1 + 2 * reopens", 5),
        ("reopens = 2", True),
        ("reopens == 2 and not priority = 'low'", True),
        ("1 < reopens <= 2", True),
        ("1 < reopens < 2", False),
        ('priority in ["high", "urgent"]', True),
        ('priority not in ["high"]', False),
        ("team is missing", True),
        ("team is not missing or reopens > 5", False),
        ("hours_between(created_at, resolved_at)", 36),
        ("days_between(created_at, resolved_at)", 1.5),
        ("minutes_between(created_at, resolved_at) >= 2160", True),
        ("when(reopens > 1, handle_s, 0)", 90),
        ("contains(priority, 'HIG')", True),
        ("abs(reopens - 5)", 3),
        ("priority != 'a = b'", True),
    ],
)
def test_an_expression_is_worth(make_desk, text, expected):
    assert value(make_desk, text) == expected


def test_a_missing_cell_is_neither_true_nor_false(make_desk):
    assert pd.isna(value(make_desk, "team = 'VIP'"))


def test_weekday_and_hour_are_those_of_the_wall_clock(desk_of):
    text = one_more("sat", table="tickets", dated_by="created_at", statistic="share",
                    value="weekday(created_at) >= 5 and hour(created_at) = 9", every_row="true")  # fmt: skip
    found = compute("sat", desk_of(text), every=None)
    assert found.value[0] == 0.2  # ticket 5 came on a Saturday at nine in Saigon, which is two in the night UTC


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "().__class__.__bases__",
        "reopens.__class__",
        "(lambda: 1)()",
        "[x for x in (1, 2)]",
        "f'{reopens}'",
        "reopens if True else 1",
        "open('desk.yml')",
        "exec('1')",
        "priority[0]",
        "reopens ** 999999999",
        "(reopens := 3)",
        "contains(priority, *['a', 'b'])",
        "b'x' = priority",
        "1 if",
        "reopens >",
        "",
        "(" * 500 + "1" + ")" * 500,
        "not " * 300 + "true",
        "1 + " * 1000 + "1",
    ],
)
def test_what_is_not_of_the_language_is_refused_and_never_run(text):
    with pytest.raises(ConfigError, match="^here: "):
        parse(text, "here")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_a_clear_error(text):
    try:
        parse(text, "here")
    except ConfigError as error:
        assert str(error).startswith("here: ")


@settings(max_examples=40, deadline=None)
@given(a=st.integers(-50, 50), b=st.integers(-50, 50), c=st.integers(1, 50), op=st.sampled_from("+-*"))
def test_arithmetic_is_pythons(a, b, c, op):
    import ibis

    text = f"({a} {op} {b}) / {c}"
    rows = ibis.memtable({"x": [1]})
    assert rows.select(v=parse(text, "").resolve(rows)).to_pandas().v[0] == pytest.approx(eval(text))


# Errors


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("value: reopens > 0", "value: reopen > 0"),
            r"desk.yml line 10: no column named 'reopen'. Did you mean 'reopens'",
        ),
        (("value: reopens > 0", "value: reopens > "), r"desk.yml line 10: 'reopens >' cannot be read"),
        (("value: reopens > 0", "value: reopens"), r"desk.yml line 10: 'reopens' has to be true or false"),
        (
            ("value: reopens > 0", "value: priority > 0"),
            r"desk.yml line 10: 'priority > 0' compares a text with a number",
        ),
        (("value: reopens > 0", "value: revert(reopens)"), r"desk.yml line 10: no function named 'revert'"),
        (("value: reopens > 0", "valu: reopens > 0"), r"desk.yml line 10: no key named 'valu'. Did you mean 'value'"),
        (("table: tickets", "table: ticket"), r"desk.yml line 7: no table named 'ticket'. Did you mean 'tickets'"),
        (("dated_by: resolved_at", "dated_by: solved_at"), r"desk.yml line 8: no column named 'solved_at'"),
        (("statistic: share", "statistic: shares"), r"desk.yml line 9: no statistic named 'shares'"),
        (("statistic: share", "statistic: median"), r"needs 'unit'"),
        (("better: lower", "better: low"), r"desk.yml line 12: no better named 'low'. Did you mean 'lower'"),
        (("better: lower", "unit: count"), r"desk.yml line 12: a share is no 'count'; it is share"),
        (("urgent_reopen_rate:", "csat:"), r"desk.yml line 4: 'csat' is a KPI of the toolkit. Choose another name"),
        (("urgent_reopen_rate:", "Urgent rate:"), r"desk.yml line 4: 'Urgent rate' is no name for a KPI"),
        (('where: priority = "urgent"', "where: priority"), r"desk.yml line 11: 'priority' has to be true or false"),
        (("    definition: Urgent tickets reopened.\n", ""), r"'urgent_reopen_rate' needs 'definition'"),
    ],
)
def test_errors_name_the_line_and_what_is_known(desk_of, change, message):
    assert change[0] in DESK
    with pytest.raises(KpitoolsError, match=message):
        desk_of(DESK.replace(*change))


@pytest.mark.parametrize(
    ("python", "code", "message"),
    [
        ("mine.py", "1 / 0", r"desk.yml line 15: mine.py stops with ZeroDivisionError: division by zero"),
        ("mine.py", "X = 1", r"desk.yml line 15: mine.py: no record named 'mine'. Known: none"),
        ("other.py", "", r"desk.yml line 15: no file 'other.py' beside desk.yml"),
        ("../mine.py", "", r"'../mine.py' is not a .py file in the desk's folder"),
        ("/etc/passwd", "", r"is not a .py file in the desk's folder"),
    ],
)
def test_a_python_file_that_does_not_serve_is_refused(desk_of, python, code, message):
    with pytest.raises(ConfigError, match=message):
        desk_of(DESK + f"  mine:\n    python: {python}\n", mine_py=code)


def test_what_the_data_lacks_is_said_as_for_any_other(desk_of):
    text = one_more("tags_share", table="tickets", dated_by="created_at", statistic="share", value="handle_s > 60")
    assert desk_of(text).kpis().set_index("kpi").missing["tags_share"] == "tickets.handle_s"
    asked = one_more("none", table="tickets", dated_by="created_at", statistic="share", value="handle_s is missing")
    assert compute("none", desk_of(asked), every=None).value[0] == 1


# The guide


def test_the_guides_example_can_be_read(tmp_path):
    guide = (Path(__file__).parents[1] / "docs" / "own_kpis.md").read_text(encoding="utf-8")
    (tmp_path / "desk.yml").write_text(re.search(r"```yaml\n(.*?)```", guide, re.DOTALL)[1], encoding="utf-8")
    kpis = read_settings(tmp_path).kpis

    assert list(kpis) == ["urgent_reopen_rate", "time_to_escalate", "revenue_per_unit"]
    assert kpis["revenue_per_unit"].formula.en == "sum of (revenue) / sum of (units)"
