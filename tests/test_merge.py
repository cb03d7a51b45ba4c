"""Two files that say different things of the same rows."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kpitools.errors import ConfigError
from kpitools.load import load

FIRST = {"lead_id": "id", "created_at": "came", "qualified_at": "came", "source": "from"}
SECOND = {"lead_id": "lead", "won_at": "won"}


@pytest.fixture
def desk_of(tmp_path):
    """A function that loads a desk from texts of files: name -> (columns, merge, text)."""

    def make(table="leads", **files):
        import yaml

        entries = []
        for name, (columns, merge, text) in files.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
            entries.append({"file": f"{name}.csv", "tables": {table: columns}} | ({"merge": True} if merge else {}))
        (tmp_path / "desk.yml").write_text(yaml.safe_dump({"timezone": "UTC", "files": entries}), encoding="utf-8")
        return load(tmp_path, cache=False)

    return make


def rows(desk, table="leads"):
    return (
        desk.base(table).to_pandas().sort_values("lead_id" if table == "leads" else "ticket_id").reset_index(drop=True)
    )


def accounts(desk):
    columns = ["rows_read", "accepted", "quarantined", "duplicates", "superseded", "merged"]
    return desk.report.files.set_index("file")[columns].astype(int).T.to_dict("list")


def found(desk):
    return desk.report.findings.set_index("rule").rows.to_dict()


LEADS = "id,came,from\n1,1/15/2025,web\n2,1/16/2025,\n3,1/17/2025,fair\n"


def test_a_deal_fills_the_lead_of_its_id_and_keeps_its_own_order_of_day_and_month(desk_of):
    desk = desk_of(leads=(FIRST, False, LEADS), won=(SECOND, True, "lead,won\n2,2025-02-03 10:00\n"))
    merged = rows(desk)

    assert merged.lead_id.tolist() == ["1", "2", "3"]
    assert merged.won_at.notna().tolist() == [False, True, False]
    assert str(merged.created_at[1]) == "2025-01-16 00:00:00"
    assert str(merged.won_local[1]) == "2025-02-03 10:00:00"
    assert accounts(desk) == {"leads.csv": [3, 3, 0, 0, 0, 0], "won.csv": [1, 0, 0, 0, 0, 1]}
    assert found(desk) == {}


def test_the_order_of_the_entries_does_not_matter(desk_of):
    desk = desk_of(won=(SECOND, True, "lead,won\n2,2025-02-03 10:00\n"), leads=(FIRST, False, LEADS))
    assert rows(desk).won_at.notna().tolist() == [False, True, False]
    assert accounts(desk)["won.csv"] == [1, 0, 0, 0, 0, 1]


def test_a_deal_without_a_lead_stands_by_itself_and_is_said(desk_of):
    desk = desk_of(leads=(FIRST, False, LEADS), won=(SECOND, True, "lead,won\n9,2025-02-03\n1,2025-02-04\n"))

    assert rows(desk).lead_id.tolist() == ["1", "2", "3", "9"]
    assert accounts(desk)["won.csv"] == [2, 1, 0, 0, 0, 1]
    assert found(desk) == {"merged_with_none": 1}
    assert desk.report.findings.line.tolist() == [2]


def test_cells_already_filled_stay_and_a_contradiction_is_counted(desk_of):
    over = SECOND | {"source": "origin"}
    text = "lead,won,origin\n1,2025-02-03,radio\n2,2025-02-03,radio\n3,2025-02-03,fair\n"
    desk = desk_of(leads=(FIRST, False, LEADS), won=(over, True, text))

    assert rows(desk).source.tolist() == ["web", "radio", "fair"]
    assert found(desk) == {"merge_conflict": 1}
    assert desk.report.findings.example.tolist() == ["radio"]


def test_repeats_within_the_merging_file_are_counted_as_ever(desk_of):
    text = "lead,won\n1,2025-02-03\n1,2025-02-03\n2,2025-02-01\n2,2025-02-09\n,2025-02-01\n" + "3,2025-03-01\n" * 15
    desk = desk_of(leads=(FIRST, False, LEADS + "3,1/17/2025,fair\n"), won=(SECOND, True, text))

    assert accounts(desk) == {"leads.csv": [4, 3, 0, 1, 0, 0], "won.csv": [20, 0, 1, 15, 1, 3]}
    assert rows(desk).won_at.dt.day.tolist() == [3, 9, 1]  # the last version of lead 2


def test_a_win_before_the_first_contact_is_said_once_and_kept(desk_of):
    desk = desk_of(leads=(FIRST, False, LEADS), won=(SECOND, True, "lead,won\n1,2025-01-14\n2,2025-02-01\n"))

    assert rows(desk).won_at.notna().tolist() == [True, True, False]
    assert found(desk) == {"won_before_created": 1}
    assert desk.report.findings.line.tolist() == [2]


def test_in_tickets_a_moment_before_the_creation_is_missing_also_when_another_file_gives_it(desk_of):
    opened = {"ticket_id": "id", "created_at": "at"}
    solved = {"ticket_id": "id", "created_at": "at", "resolved_at": "done"}
    solved.pop("created_at")
    text = "id,at,done\n1,2025-01-15,\n2,2025-01-16,\n"
    with pytest.raises(Exception, match="need created_at"):  # a ticket's file must say when it was created
        desk_of("tickets", a=(opened, False, text), b=(solved, True, "id,done\n1,2025-01-10\n"))
    both = solved | {"created_at": "at"}
    desk = desk_of(
        "tickets",
        a=(opened, False, text),
        b=(both, True, "id,at,done\n1,2025-01-15,2025-01-20\n2,2025-01-16,2025-01-10\n"),
    )
    assert rows(desk, "tickets").resolved_at.notna().tolist() == [True, False]
    assert found(desk) == {"resolved_before_created": 1}


def test_three_files_fill_one_row(desk_of):
    desk = desk_of(
        leads=({"lead_id": "id", "created_at": "came"}, False, "id,came\n1,1/15/2025\n"),
        marks=({"lead_id": "id", "qualified_at": "ok"}, True, "id,ok\n1,2025-01-20\n"),
        won=(SECOND, True, "lead,won\n1,2025-02-03\n"),
    )
    assert rows(desk)[["created_at", "qualified_at", "won_at"]].notna().all(axis=None)
    assert accounts(desk) == {
        "leads.csv": [1, 1, 0, 0, 0, 0], "marks.csv": [1, 0, 0, 0, 0, 1], "won.csv": [1, 0, 0, 0, 0, 1],
    }  # fmt: skip


def test_what_cannot_be_merged_is_refused_with_the_reason(desk_of):
    with pytest.raises(ConfigError, match=r"won.csv: merge: no other file has rows of leads to merge with"):
        desk_of(won=(SECOND, True, "lead,won\n1,2025-02-03\n"))
    spent = ({"at": "on", "amount": "sum"}, True, "on,sum\n2025-01-15,5\n")
    with pytest.raises(ConfigError, match=r"rows of spend cannot be merged: its rows have no key"):
        desk_of("spend", a=({"at": "on", "amount": "sum"}, False, "on,sum\n2025-01-15,7\n"), b=spent)


@example(first=[0], second=[(0, 1), (0, 2), (0, 1)])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(st.integers(0, 5), min_size=1, max_size=8),
    second=st.lists(st.tuples(st.integers(0, 7), st.integers(1, 28)), min_size=1, max_size=8),
)
def test_every_row_is_accounted_for_and_every_key_is_there_once(desk_of, first, second):
    leads = "id,came,from\n" + "".join(f"{key},1/15/2025,s{i}\n" for i, key in enumerate(first))
    won = "lead,won\n" + "".join(f"{key},2025-02-{day:02}\n" for key, day in second)
    desk = desk_of(leads=(FIRST, False, leads), won=(SECOND, True, won))

    for read, *fates in accounts(desk).values():
        assert read == sum(fates)
    assert sum(account[1] for account in accounts(desk).values()) == len(rows(desk))
    assert rows(desk).lead_id.tolist() == sorted({str(key) for key in [*first, *(key for key, _ in second)]})
    last = dict(list(dict.fromkeys(second)))  # exact duplicates go first, then the last version of a key stays
    assert rows(desk).set_index("lead_id").won_at.dropna().dt.day.to_dict() == {str(k): d for k, d in last.items()}


# Two entries that read one file ---------------------------------------------------------------------------

ANSWERS = "Id,When,Sat,Rec\n1,2025-03-04 09:00,5,9\n2,2025-03-04 10:00,2,\n3,2025-03-04 11:00,,6\n"
ANSWERS += "4,2025-03-04 12:00,4,10\n" * 2


def answers(tmp_path, *entries):
    import yaml

    (tmp_path / "answers.csv").write_text(ANSWERS, encoding="utf-8")
    files = [{"file": "answers.csv", "tables": {table: columns}} for table, columns in entries]
    (tmp_path / "desk.yml").write_text(yaml.safe_dump({"timezone": "UTC", "files": files}), encoding="utf-8")
    return load(tmp_path, cache=False)


def asked(kind, scale, score, **more):
    said = {"kind": {"constant": kind}, "scale": {"constant": scale}, "score": score}
    return "surveys", said | {"answered_at": "When", "ticket_id": "Id"} | more


def fates(desk):
    columns = ["rows_read", "accepted", "quarantined", "duplicates", "superseded"]
    return desk.report.files[columns].astype(int).to_numpy().tolist()


def test_two_questions_of_one_row_count_both_and_its_copy_counts_neither_twice(tmp_path):
    from kpitools.compute import compute

    desk = answers(tmp_path, asked("csat", "1-5", "Sat"), asked("nps", "0-10", "Rec"))

    # By hand: of the scores 5, 2 and 4 two are good; of 9, 6 and 10 two promote and one detracts.
    csat, nps = (compute(kpi, desk, every=None).iloc[0] for kpi in ("csat", "nps"))
    assert (csat.value, csat.n) == (pytest.approx(2 / 3), 3)
    assert (nps.value, nps.n) == (pytest.approx(100 / 3), 3)
    assert fates(desk) == [[5, 4, 0, 1, 0]] * 2


def test_an_entry_that_stands_twice_counts_once(tmp_path):
    desk = answers(tmp_path, asked("csat", "1-5", "Sat"), asked("csat", "1-5", "Sat"))
    assert int(desk.base("surveys").count().to_pandas()) == 4
    assert fates(desk) == [[5, 4, 0, 1, 0], [5, 0, 0, 5, 0]]


def test_entries_of_one_file_keep_accounts_of_their_own_where_their_keys_meet(tmp_path):
    desk = answers(tmp_path, asked("csat", "1-5", "Sat", survey_id="Id"), asked("nps", "0-10", "Rec", survey_id="Id"))
    assert set(desk.base("surveys").to_pandas().kind) == {"nps"}
    assert fates(desk) == [[5, 0, 0, 1, 4], [5, 4, 0, 1, 0]]
