"""KPIs of one's own that cannot be: refused when the desk loads, in a sentence, without cells of the data."""

import json

import pandas as pd
import pytest
from test_own_kpis import DESK, desk_of, one_more, value  # noqa: F401

from kpitools.compute import account, compute
from kpitools.errors import ConfigError, KpitoolsError, NotSupportedError
from kpitools.kpi import Kpi, Rule, Words
from kpitools.scorecard import scorecard


def share(text, **keys):
    return one_more("mine", table="tickets", dated_by="created_at", statistic="share", value=text, **keys)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("created_at > 'nonsense'", "''nonsense'' is no moment: write a day or a moment"),
        ("created_at > '2025-03-03T00:00+07:00'", "is no moment"),
        ("created_at > team", "compares a moment with a text"),
        ("hours_between(created_at, missing) > 1", "'missing' is a missing, where a moment is needed"),
        ("hours_between(created_at, solved_at) > 1", "no column named 'solved_at'"),
        ("hours_between(created_at) > 1", r"hours_between takes \(from, to\), got 1"),
        ("when(true, 1, 'a') = 1", "gives a number or a text; both of its values have to be of one kind"),
        ("when(true, missing, missing) = 1", "gives only missing"),
        ("when(reopens, 1, 2) = 1", "'reopens' is a number, where a flag is needed"),
        ("reopens > 99999999999999999999", "99999999999999999999 is too large a number"),
        ("reopens > 1e999", "is too large a number"),
        ("team in [1]", "compares a text with a number"),
        ("team in []", "'in' needs a list of values"),
        ("reopens in [1, 'a']", "compares a number with a text"),
        ("reopens = missing", "write 'is missing' or 'is not missing'"),
        (r'team = "a\x00b"', "holds a character that cannot be read"),
        (r'team = "\ud800"', "holds a character that cannot be read"),
        ("weekday(team) = 1", "'team' is a text, where a moment is needed"),
        ("weekday(true) = 1", "weekday takes the name of a column"),
        ("is_test + 1 > 0", "'is_test' is a flag, where a number is needed"),
        ("contains(reopens, 'a')", "'reopens' is a number, where a text is needed"),
        ("team", "'team' has to be true or false"),
    ],
)
def test_a_piece_of_the_wrong_kind_is_told_when_the_desk_loads(desk_of, text, message):  # noqa: F811
    with pytest.raises(ConfigError, match=rf"desk.yml line 20: .*{message}"):
        desk_of(share(json.dumps(text)))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"weight": "team"}, "line 21: 'team' has to be a number"),
        ({"needs": "[]"}, "line 21: 'needs' names at least one column"),
        ({"needs": "[1]"}, "line 21: 'needs' is a list of names, not 1"),
        ({"needs": "[nothing]"}, "line 21: no column named 'nothing'"),
        ({"dimensions": "[nothing]"}, "line 21: no column named 'nothing'"),
        ({"guards": "[csta]"}, "line 21: no KPI named 'csta'. Did you mean 'csat'"),
        ({"family": "[a]"}, "line 21: .* is no name of a family"),
        ({"family": "<b>"}, "line 21: '<b>' is no name of a family"),
        ({"every": "[week]"}, "line 21: no every named"),
        ({"every_row": "'no'"}, "line 21: 'every_row' is true or false, not 'no'"),
        ({"per": "reopens"}, "line 21: 'per' goes with statistic: ratio, not with share"),
        ({"traps": "[{de: x}]"}, "line 21: 'traps' is a text or"),
        ({"benchmark": "{}"}, "line 21: 'benchmark' is a text or"),
        ({"matures_after": "[1]"}, "line 21: no matures_after named"),
    ],
)
def test_a_key_of_the_wrong_kind_is_told_with_its_line(desk_of, keys, message):  # noqa: F811
    with pytest.raises(KpitoolsError, match=message):
        desk_of(share("reopens > 0", **keys))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"dated_by": "team", "statistic": "share", "value": "reopens > 0"}, "'team' is a text, where an instant is"),
        (
            {"dated_by": "created_at", "statistic": "mean", "unit": "number", "value": "team"},
            "'team' has to be a number",
        ),
        (
            {"dated_by": "created_at", "statistic": "mean", "unit": "h", "value": "{from: created_at, to: team}"},
            "'team' is a text, where an instant is",
        ),
        (
            {"dated_by": "created_at", "statistic": "total", "value": "reopens", "weight": "reopens"},
            "'weight' goes with",
        ),
    ],
)
def test_a_date_is_an_instant_and_a_mean_of_numbers(desk_of, keys, message):  # noqa: F811
    with pytest.raises(ConfigError, match=message):
        desk_of(one_more("mine", table="tickets", **keys))


def test_a_table_that_the_data_lacks_is_checked_by_its_schema(desk_of):  # noqa: F811
    with pytest.raises(ConfigError, match="no column named 'amuont'. Did you mean 'amount'"):
        desk_of(one_more("mine", table="spend", dated_by="at", statistic="total", unit="money", value="amuont"))


def test_a_moment_is_compared_with_the_desks_clock(desk_of):  # noqa: F811
    # Ticket 5 came on 8 March 09:00 in Saigon, 02:00 in UTC; tickets 3, 4 and 5 came on the 4th or later.
    desk = desk_of(share("\"created_at >= '2025-03-04'\"", every_row="true"))
    assert compute("mine", desk, every=None).k.tolist() == [3]
    desk = desk_of(share("\"'2025-03-08 08:59' < created_at <= '2025-03-08 09:00'\"", every_row="true"))
    assert compute("mine", desk, every=None).k.tolist() == [1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reopens in [-1, 2]", True),
        ("sla_met in [true]", None),
        ("abs(0 - 9e14) * 9e14 > 1", True),  # beyond whole numbers of 64 bits
        ("when(reopens > 1, missing, 1) is missing", True),
        ("(not is_test) is missing", False),
        ("(not team = 'VIP') is missing", True),
        ("(not team in ['VIP']) is not missing", False),
        ("priority = 'a\\'=b'", False),
        ('"a\\"=b" = priority', False),
    ],
)
def test_pieces_of_one_kind_are_worth(make_desk, text, expected):
    found = value(make_desk, text)
    assert found == expected or (expected is None and pd.isna(found))


def test_a_division_by_zero_is_missing_and_told(desk_of):  # noqa: F811
    desk = desk_of(
        one_more("mine", table="tickets", dated_by="created_at", statistic="mean", unit="number", value="6 / reopens")
    )
    found = compute("mine", desk, every=None).iloc[0]

    # Reopened 0, 2, 1 times and unknown; the fourth ticket is spam: 3 and 6 are worth something.
    assert (found.value, found.n) == (4.5, 2)
    told = account("mine", desk).set_index("rule")
    assert (told.dropped["no_value"], told.left.iloc[-1]) == (2, 2)
    assert told.dropped_words["no_value"].vi == "không có giá trị 6 / reopens"


def test_rows_without_a_date_are_left_out_and_told(desk_of):  # noqa: F811
    desk = desk_of(
        one_more("mine", table="tickets", dated_by="resolved_at", statistic="total", value="when(team = 'Kho', 1, 1)")
    )
    told = account("mine", desk).set_index("rule")

    # Of five, one is spam, ticket 3 has no team all the same worth nothing, ticket 5 is not resolved.
    assert (told.dropped["undated"], told.left.iloc[-1]) == (1, compute("mine", desk, every="month").n.sum())


def test_answers_about_spam_leave_a_survey_kpi_of_ones_own(make_desk):
    from kpitools.own import _COUNTABLE

    assert [rule.name for rule in _COUNTABLE["surveys"]] == ["spam_deleted_merged", "test"]
    assert "calls" not in _COUNTABLE


FAILS = """
import ibis
from ibis import _
from kpitools.kpi import Kpi, Words
W = Words("Mine", "Của tôi")
MINE = Kpi("mine", "own", W, W, W, "tickets", "created_at", "mean", _.team.cast("float64"), "number", "neutral",
           ("team",), "us")
"""


def test_what_the_database_says_of_cells_is_not_said_on(desk_of):  # noqa: F811
    desk = desk_of(DESK + "  mine:\n    python: mine.py\n", mine_py=FAILS)

    with pytest.raises(NotSupportedError, match="mine: the database cannot compute it on these rows") as told:
        compute("mine", desk, every="month")
    assert "VIP" not in str(told.value) and told.value.__cause__ is None
    card = scorecard(desk, "month", kpis=["mine"])
    assert "VIP" not in card._repr_html_()
    # The other KPIs of its table stand.
    assert desk.kpis().set_index("kpi").supported["ticket_volume"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; sys.exit(3)", "mine.py stops with SystemExit: 3"),
        ("from kpitools.kpi import Kpi\nX = Kpi()", "mine.py stops with TypeError"),
        (FAILS.replace('"mean"', '"modus"'), "the record 'mine' is not right in its statistic"),
        (FAILS.replace('("team",)', "()"), "not right in its needs"),
        (FAILS.replace('"tickets"', '"tickts"'), "not right in its table"),
        (FAILS.replace('W = Words("Mine", "Của tôi")', 'W = "Mine"'), "not right in its title"),
        (FAILS.replace('_.team.cast("float64")', "_.tema.sum()"), "mine: AttributeError in its record"),
        (FAILS.replace('_.team.cast("float64")', "_.team"), "mine: a part has to be a number"),
        (FAILS.replace('"mine", "own"', '"other", "own"'), "no record named 'mine'. Known: other"),
    ],
)
def test_a_record_in_python_that_is_none_is_told(desk_of, code, message):  # noqa: F811
    with pytest.raises(ConfigError, match=message):
        desk_of(DESK + "  mine:\n    python: mine.py\n", mine_py=code)


def test_a_record_of_the_toolkit_passes_the_checks_of_ones_own():
    from kpitools.own import _Reader

    class Source:
        file = "desk.yml"

        def at(self, *path):
            return "desk.yml line 1"

    words = Words("a", "b")
    record = Kpi("mine", "own", words, words, words, "tickets", "created_at", "share", True, "share", "lower",
                 ("reopens",), "us", population=(Rule("all", True, words),))  # fmt: skip
    _Reader("mine", {"python": "mine.py"}, Source(), None)._check_record(record, "mine.py")
