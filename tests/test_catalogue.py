"""What holds for every KPI, over the whole catalogue: a new record is covered by being there."""

import datetime as dt
import functools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlglot
from conftest import ticket
from hand import HAND

from kpitools import sql, words
from kpitools.cards import definition_card
from kpitools.catalogue_doc import document
from kpitools.compute import account, compute
from kpitools.desk import Desk
from kpitools.errors import KpitoolsError, NotSupportedError
from kpitools.kpis import CATALOGUE
from kpitools.load import load
from kpitools.settings import OPTIONS, read_settings

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
EVERY_KPI = pytest.mark.parametrize("name", CATALOGUE)
COUNTS = ("k", "numerator", "denominator", "promoters", "passives", "detractors", "n")


@functools.cache
def sample() -> Desk:
    return load(SAMPLE, cache=False)


def supported(name: str) -> Desk:
    """The sample, which supports every KPI."""
    assert sample().missing(sample().kpi(name)) == ""
    return sample()


@functools.cache
def months(name: str) -> pd.DataFrame:
    return compute(name, supported(name), every="month")


# What a record says ---------------------------------------------------------------------------------------------


@EVERY_KPI
def test_a_record_is_whole_in_both_languages(name):
    kpi = CATALOGUE[name]
    texts = [kpi.title, kpi.definition, kpi.formula, *kpi.traps, *kpi.choices, *filter(None, [kpi.benchmark])]
    texts += [rule.dropped for rule in (*kpi.population, *kpi.demands)]

    assert [text for text in texts if not (text.en and text.vi and text.en != text.vi)] == []
    assert kpi.better in {"lower", "higher", "band", "neutral"}
    assert kpi.source and (kpi.traps or kpi.choices)
    assert [guard for guard in kpi.guards if guard not in CATALOGUE or guard == name] == []
    assert [option for option in kpi.options if option not in OPTIONS] == []
    assert kpi.matures_after is None or kpi.matures_after in kpi.options


@EVERY_KPI
def test_its_words_exist(name):
    kpi = CATALOGUE[name]
    for language in words.LANGUAGES:
        assert words.say(f"cards.unit.{kpi.unit}", language)
        assert words.say(f"cards.statistic.{kpi.statistic}", language)
        assert words.say(f"plots.statistic.{kpi.statistic}", language)
        assert words.say(f"family.{kpi.family}", language)
        assert words.quantity(1.5, kpi.unit, language) != "–"


@EVERY_KPI
def test_every_choice_of_its_options_gives_a_whole_record_of_the_same_name(name):
    for option in CATALOGUE[name].options:
        choices = OPTIONS[option].choices or ((True, False) if isinstance(OPTIONS[option].default, bool) else ())
        for choice in choices:
            chosen = CATALOGUE[name].as_chosen({option: choice})
            back = chosen.as_chosen({option: OPTIONS[option].default})
            assert (chosen.name, chosen.options) == (name, CATALOGUE[name].options)
            assert back is CATALOGUE[name]


@EVERY_KPI
def test_it_is_in_the_documents(name):
    assert f"\n## {name}\n" in document()
    kpi, decisions = CATALOGUE[name], (SAMPLE.parents[1] / "docs" / "decisions.md").read_text(encoding="utf-8")
    _, _, anchor = kpi.source.partition("docs/decisions.md#")
    heads = {line.lstrip("# ").lower().replace(" ", "-") for line in decisions.splitlines() if line.startswith("##")}
    assert not anchor or anchor in heads


@EVERY_KPI
def test_somebody_worked_it_out_by_hand(name):
    assert HAND.get(name), f"tests/hand.py has no case for {name}: add a few rows and their answer"


# On the sample --------------------------------------------------------------------------------------------------


@EVERY_KPI
def test_it_runs_on_the_sample(name):
    found = months(name)

    assert found.value.notna().sum() >= 3
    assert found.period.is_monotonic_increasing
    # What is no figure is missing, and what is missing is no figure.
    if CATALOGUE[name].statistic not in ("total", "level"):
        assert found.value.isna()[found.n == 0].all()
    known = found[found.low.notna() & found.high.notna()]
    assert (known.low <= known.value + 1e-9).all() and (known.value <= known.high + 1e-9).all()


@EVERY_KPI
def test_a_share_lies_within_its_whole(name):
    kpi, found = CATALOGUE[name], months(name)
    if kpi.unit != "share":
        pytest.skip("no share")

    for column in ("value", "low", "high"):
        assert found[column].dropna().between(0, 1).all()


@EVERY_KPI
def test_the_card_says_what_is_in_force(name):
    desk = supported(name)
    for language in words.LANGUAGES:
        said = repr(definition_card(name, desk, language))
        assert CATALOGUE[name].title(language) in said
        assert [option for option in CATALOGUE[name].options if f"{option} = " not in said] == []


@EVERY_KPI
def test_the_account_ends_with_the_rows_that_count(name):
    desk, kpi = supported(name), CATALOGUE[name]
    steps = account(name, desk)

    assert [rule for rule in steps.rule if rule not in ("undated", "after_now")] == [
        "all",
        *(rule.name for rule in kpi.population),
    ]
    assert (steps.dropped >= 0).all()
    assert steps.left.iloc[0] - steps.dropped.sum() == steps.left.iloc[-1] > 0


def _dimension(name: str) -> str:
    kpi, desk = CATALOGUE[name], supported(name)
    there = [d for d in kpi.dimensions if d in desk.filled(kpi.table)]
    if not there:
        pytest.skip("the sample knows no group of it")
    return there[0]


@EVERY_KPI
def test_the_parts_add_up_to_the_whole(name):
    by, whole = _dimension(name), months(name)
    parts = compute(name, sample(), every="month", by=by)
    summed = [c for c in COUNTS if c in whole.columns]
    if CATALOGUE[name].statistic in ("total", "level"):
        summed.append("value")
    together = parts.groupby("period")[summed].sum().reindex(whole.period)

    for column in summed:
        assert np.allclose(together[column], whole[column].fillna(0), rtol=1e-9), column


@EVERY_KPI
def test_one_group_is_the_same_alone_and_among_others(name):
    by = _dimension(name)
    parts = compute(name, sample(), every=None, by=by)
    largest = parts.loc[parts.n.idxmax(), by]
    if largest == "–":
        pytest.skip("most rows name no group")
    alone = compute(name, sample(), every=None, where={by: largest})

    assert alone.value.iloc[0] == pytest.approx(parts.set_index(by).value[largest], rel=1e-9)


# Rows that must not matter --------------------------------------------------------------------------------------


def _desk(case, frames: dict[str, pd.DataFrame]) -> Desk:
    from dataclasses import replace

    settings = replace(read_settings(None), **case.settings, timezone="UTC")
    return Desk.from_frames(frames, settings, as_of=dt.datetime(2025, 4, 1))


def _frames(case) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(rows) for name, rows in case.tables.items()}


def _value(name: str, case, frames: dict[str, pd.DataFrame]) -> float:
    found = compute(name, _desk(case, frames), options=case.options, **({"every": None} | case.asked))
    return found.value.iloc[0]


@EVERY_KPI
def test_the_order_of_rows_spam_and_other_tables_do_not_matter(name):
    others = {
        "queue_intervals": pd.DataFrame({"team": ["x"], "talk_s": [1.0]}),
        "ticket_schedules": pd.DataFrame({"ticket_id": ["?"], "at": [pd.Timestamp("2025-03-03")], "schedule": ["x"]}),
    }
    for case in filter(lambda case: case.can_be_loaded, HAND[name]):
        frames = {table: frame.iloc[::-1].reset_index(drop=True) for table, frame in _frames(case).items()}
        if "tickets" in frames:
            spam = frames["tickets"].assign(ticket_id="spam " + frames["tickets"].ticket_id, status="spam")
            frames["tickets"] = pd.concat([spam, frames["tickets"]], ignore_index=True)
        assert _value(name, case, others | frames) == pytest.approx(case.value, rel=1e-9, abs=1e-12), case.why


# Little or nothing ----------------------------------------------------------------------------------------------


@EVERY_KPI
def test_an_empty_desk_gives_a_sentence(name):
    empty = Desk.from_frames({"tickets": pd.DataFrame([ticket(1, "03 09:00")]).iloc[:0]})

    with pytest.raises(NotSupportedError, match=f"{name}: the data lacks "):
        compute(name, empty)
    assert not empty.kpis().set_index("kpi").supported[name]


@EVERY_KPI
def test_a_row_alone_gives_a_frame_or_a_sentence(name):
    for case in filter(lambda case: case.can_be_loaded, HAND[name]):
        frames = {table: frame.iloc[:1] for table, frame in _frames(case).items()}
        try:
            found = compute(name, _desk(case, frames), every="month", options=case.options)
        except KpitoolsError as error:
            assert name in str(error)
        else:
            assert {"period", "value", "n", "low", "high", "complete"} <= set(found.columns)
            assert found.value.isna().all() or len(found)


@EVERY_KPI
def test_what_is_missing_is_never_zero(name):
    """Every column the KPI needs taken away, one at a time: there is a sentence, or what remains counts without it."""
    kpi = CATALOGUE[name]
    for case in filter(lambda case: case.can_be_loaded, HAND[name]):
        for table, frame in _frames(case).items():
            for column in set(frame.columns) & set(kpi.needs) - {kpi.dated_by}:
                frames = _frames(case) | {table: frame.drop(columns=column)}
                try:
                    found = compute(name, _desk(case, frames), options=case.options, every=None)
                except NotSupportedError:
                    continue
                assert not (found.value.eq(0) & found.n.eq(0)).any() or kpi.statistic in ("total", "level")


# Other engines --------------------------------------------------------------------------------------------------


# DuckDB is run below; the other two take as long as Postgres and differ in little.
OTHERS = ["postgres", *(pytest.param(name, marks=pytest.mark.slow) for name in ("databricks", "snowflake"))]


@pytest.mark.parametrize("dialect", OTHERS)
@EVERY_KPI
def test_it_can_be_written_for_other_engines(name, dialect):
    desk, kpi = supported(name), CATALOGUE[name]
    text = sql.statement(name, desk, dialect, every="month", by=[d for d in kpi.dimensions if d == "team"])
    tree = sqlglot.parse_one(text, dialect=dialect)

    assert {"period", "first_local"} <= set(tree.named_selects)
    # Only tables that a warehouse has under these names, or that the statement defines itself.
    given = {"tickets", "messages", "calls", "surveys", "customers", "activity", "status_changes", *desk._base}
    defined = {cte.alias for cte in tree.find_all(sqlglot.exp.CTE)}
    assert {table.name for table in tree.find_all(sqlglot.exp.Table)} <= given | defined


@EVERY_KPI
def test_the_written_statement_gives_the_same_figures(name):
    desk, whole = supported(name), months(name)
    text = sql.statement(name, desk, "duckdb", every="month")
    found = desk.con.raw_sql(text).df().set_index("period")
    kpi = CATALOGUE[name]
    column = "numerator" if kpi.statistic == "ratio" else "k" if "k" in found else "n"
    wanted = whole.set_index("period")[column]
    if kpi.statistic == "level":
        pytest.skip("a level is summed up afterwards")

    assert np.allclose(found[column], wanted.reindex(found.index), rtol=1e-9)
