"""`load`: what it takes, what it refuses, its accounts, its cache, and the real files it must get right."""

import csv
import io
import shutil
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpitools.build import Job, Options, build
from kpitools.compute import compute
from kpitools.errors import ConfigError, LoadError, UnknownNameError
from kpitools.kept_tables import cache_home
from kpitools.load import load
from kpitools.loadreport import LoadReport

SHARED = Path(__file__).parents[2] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the real input files are not part of the project")

TICKETS = "ticket_id,created_at,status\n1,2025-03-04 09:00,open\n2,2025-03-05 09:00,closed\n"
ZENDESK = (
    "ID,Requester,Requester ID,Assignee,Group,Status,Via,Created at,Updated at,Solved at,Satisfaction "
    "Score,Group stations,"
    "Reopens,Replies,First reply time in minutes,First resolution time in minutes,Requester wait time in minutes\n"
    "101,Lan,7,An,VIP,Closed,Mail,2025-03-04 09:00,2025-03-09 09:00,2025-03-05 09:00,Good,3,1,2,30,120,45\n"
    "102,Hoa,8,An,VIP,Hold,Web form,2025-03-04 09:00,2025-03-09 09:00,,Not Offered,1,0,0,,,\n"
    "103,Mai,9,An,VIP,Solved,Chat,2025-03-04 09:00,2025-03-09 09:00,2025-03-04 10:00,Offered,1,0,1,5,60,10\n"
)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path_factory):
    """No test reads what another kept."""
    monkeypatch.setenv("KPITOOLS_CACHE", str(tmp_path_factory.mktemp("cache")))


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def frame(desk, name: str) -> pd.DataFrame:
    return desk.base(name).to_pandas()


def test_one_file(tmp_path):
    desk = load(write(tmp_path, tickets=TICKETS) / "tickets.csv", timezone="Asia/Ho_Chi_Minh")
    rows = frame(desk, "tickets")
    assert rows["created_at"].tolist()[0] == pd.Timestamp("2025-03-04 02:00")
    assert rows["created_local"].tolist()[0] == pd.Timestamp("2025-03-04 09:00")
    assert desk.timezone == "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize("kind", ["parquet", "json"])
def test_ids_that_pandas_stored_as_floats_match_those_written_as_text(tmp_path, kind):
    """Answers after one hour and after three: a mean of two hours."""
    write(tmp_path, tickets=TICKETS)
    at = ["2025-03-04 09:00", "2025-03-04 10:00", "2025-03-05 09:00", "2025-03-05 12:00", "2025-03-05 13:00"]
    author = ["customer", "agent", "customer", "agent", "agent"]
    rows = pd.DataFrame({"ticket_id": [1.0, 1.0, 2.0, 2.0, None], "at": at, "author": author, "is_public": "true"})
    rows.insert(0, "message_id", [1.0, 2.0, 3.0, 4.0, 5.0])
    if kind == "json":
        rows.to_json(tmp_path / "m.json", orient="records")
    else:
        rows.to_parquet(tmp_path / "m.parquet")
    desk = load(tmp_path, timezone="UTC", max_loss=0.5)
    assert frame(desk, "messages").ticket_id.tolist() == ["1", "1", "2", "2"]
    answered = compute("first_response_time", desk, every=None).iloc[0]
    assert (answered["n"], answered["open"], answered["mean"]) == (2, 0, 2.0)


def test_ids_that_look_alike_are_one(tmp_path):
    """Full-width digits, a mark without width, and a Vietnamese name that stays as it is."""
    write(
        tmp_path,
        tickets="ticket_id,created_at,status,customer_id\n"
        "T\u200b12,2025-03-04 09:00,open,\u1ea4n\n\uff14\uff15,2025-03-04 09:00,open,7\n",
        more="message_id,ticket_id,at,author\n1,T12,2025-03-04 10:00,agent\n2,45,2025-03-04 10:00,agent\n",
    )
    desk = load(tmp_path, timezone="UTC")
    tickets = frame(desk, "tickets")
    assert sorted(tickets.ticket_id) == sorted(frame(desk, "messages").ticket_id) == ["45", "T12"]
    assert sorted(tickets.customer_id) == ["7", "\u1ea4n"]


def test_a_folder_of_exports_leaves_out_what_is_none_and_warns_of_what_it_cannot_tell(tmp_path):
    write(tmp_path, tickets=TICKETS, notes="what,ever\n1,2\n", targets="kpi,target\n")
    (tmp_path / "README.md").write_text("hello", encoding="utf-8")
    report = load(tmp_path, timezone="UTC").report
    assert report.files["file"].tolist() == ["notes.csv", "tickets.csv"]
    assert report.findings["rule"].tolist() == ["format_unknown"]


def test_an_unreadable_file_of_a_folder_is_left_out_and_said(tmp_path):
    write(tmp_path, tickets=TICKETS, page="<!DOCTYPE html><html>")
    (tmp_path / "photo.csv").write_bytes(b"\x89PNG\x00\x01")
    report = load(tmp_path, timezone="UTC").report
    assert report.files[["file", "rows_read", "accepted"]].values.tolist() == [
        ["page.csv", 0, 0],
        ["photo.csv", 0, 0],
        ["tickets.csv", 2, 2],
    ]
    assert report.findings[["file", "rule"]].values.tolist() == [
        ["page.csv", "file_unreadable"],
        ["photo.csv", "file_unreadable"],
    ]
    assert report.findings["example"][0].startswith("this is a web page (HTML) saved under a .csv name")
    assert len(report.files["sha256"][1]) == 64


def test_an_unreadable_file_that_is_named_or_alone_is_an_error(tmp_path):
    write(tmp_path, page="<html>")
    for path in (tmp_path, tmp_path / "page.csv"):
        with pytest.raises(LoadError, match="web page"):
            load(path)
    write(tmp_path, tickets=TICKETS)
    (tmp_path / "desk.yml").write_text("files: [{file: tickets.csv}, {file: page.csv}]\n", encoding="utf-8")
    with pytest.raises(LoadError, match="web page"):
        load(tmp_path, timezone="UTC")


def test_a_folder_of_unreadable_files_is_an_error_that_names_them_all(tmp_path):
    write(tmp_path, a="<html>", b="")
    with pytest.raises(LoadError, match=r"(?s)a\.csv: this is a web page.*b\.csv: the file is empty"):
        load(tmp_path)


def test_a_remedy_can_be_followed_wherever_one_stands(tmp_path):
    """What the error for dates that fit both orders says, done in desk.yml, on the command line and in Python."""
    import json
    import re

    from typer.testing import CliRunner

    from kpitools.cli import app

    folder = write(tmp_path, t="ticket_id,created_at,status\n1,5/3/2025 09:00,open\n")
    with pytest.raises(LoadError) as refused:
        load(folder / "t.csv", timezone="UTC")
    entry, option, argument = re.search(
        r"desk.yml: (.*); command line: (.*); Python: (\S+)\.", str(refused.value)
    ).groups()
    assert (option, argument) == ("--set dayfirst=true", "dayfirst=True")

    wanted = [pd.Timestamp("2025-03-05 09:00")]
    assert frame(load(folder / "t.csv", timezone="UTC", dayfirst=True), "tickets")["created_at"].tolist() == wanted
    asked = ["compute", "ticket_volume", str(folder / "t.csv"), "--every", "day", "--format", "json"]
    done = CliRunner().invoke(app, [*asked, "--set", "timezone=UTC", *option.split(" ", 1)])
    assert [row["period"][:10] for row in json.loads(done.output)] == ["2025-03-05"]
    (folder / "desk.yml").write_text(f"timezone: UTC\n{entry}\n", encoding="utf-8")
    assert frame(load(folder), "tickets")["created_at"].tolist() == wanted


@pytest.mark.parametrize(
    ("said", "error", "message"),
    [
        ("dayfrist=true", UnknownNameError, "Did you mean 'dayfirst'"),
        ("dayfirst=maybe", ConfigError, "takes true or false"),
        ("max_loss=5", ConfigError, "a share from 0 to 1"),
        ("timezone", ConfigError, "takes key=value"),
    ],
)
def test_what_set_cannot_mean_is_an_error(said, error, message):
    from kpitools.said import load_options

    with pytest.raises(error, match=message):
        load_options([said])


def test_a_desk_file_nested_without_end_is_an_error(tmp_path):
    write(tmp_path, tickets=TICKETS)
    (tmp_path / "desk.yml").write_text("files: " + "[" * 5_000, encoding="utf-8")
    with pytest.raises(ConfigError, match="nested too deeply"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("delimiter: 5", "delimiter must be a text"),
        ("delimiter: '||'", "delimiter must be one character"),
        ("skip: one", "skip must be a number of lines"),
        ("skip: 99999999999999", "skip must be a number of lines from 0 to 1,000"),
        ("max_loss: much", "max_loss must be a share"),
        ("sheet: [1]", "sheet must be"),
    ],
)
def test_an_entry_that_holds_what_it_cannot_is_an_error(tmp_path, entry, said):
    write(tmp_path, tickets=TICKETS)
    (tmp_path / "desk.yml").write_text(f"files: [{{file: tickets.csv, {entry}}}]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load(tmp_path)


@pytest.mark.parametrize(
    ("column", "spec", "said"),
    [
        ("created_at", '{column: created_at, format: "%Q"}', "format must be iso, epoch, epoch_ms or a pattern"),
        ("created_at", '{column: created_at, format: "%"}', "format must be"),
        ("created_at", "{column: created_at, format: 5}", "format must be"),
        ("created_at", "{constant: xx}", "constant must be a date or a time .* got 'xx'"),
        ("agent_replies", "{constant: abc}", "constant must be a whole number, got 'abc'"),
        ("is_test", "{constant: maybe}", "constant must be true or false"),
        ("resolved_at", "{column: created_at, default: soon}", "default must be a date or a time"),
        ("created_at", "{from: created_at, plus: ticket_id, unit: minutes}", "made of itself"),
        (
            "resolved_at",
            "{from: first_reply_at, plus: ticket_id, unit: minutes}, "
            "first_reply_at: {from: resolved_at, plus: ticket_id, unit: minutes}",
            "made of itself.* not back to resolved_at",
        ),
    ],
)
def test_a_column_that_holds_what_it_cannot_is_an_error(tmp_path, column, spec, said):
    write(tmp_path, tickets=TICKETS)
    columns = f"ticket_id: ticket_id, created_at: created_at, {column}: {spec}"
    if column == "created_at":
        columns = f"ticket_id: ticket_id, created_at: {spec}"
    entry = f"files: [{{file: tickets.csv, tables: {{tickets: {{{columns}}}}}}}]\n"
    (tmp_path / "desk.yml").write_text(entry, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"desk.yml: tickets.csv: tickets.{column}: .*{said}"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("is_test: {constant: 'yes'}", True),
        ("agent_replies: {column: n, default: 3}", 3),
        ("resolved_at: {column: n, format: '%Y', default: 2025-04-01}", pd.Timestamp("2025-04-01")),
        ("customer_id: {column: n, default: 5}", "5"),
    ],
)
def test_a_constant_or_default_that_can_be_one_stands(tmp_path, spec, expected):
    write(tmp_path, tickets="ticket_id,created_at,n\n1,2025-03-04 09:00,\n")
    columns = f"ticket_id: ticket_id, created_at: created_at, {spec}"
    entry = f"timezone: UTC\nfiles: [{{file: tickets.csv, tables: {{tickets: {{{columns}}}}}}}]\n"
    (tmp_path / "desk.yml").write_text(entry, encoding="utf-8")
    assert frame(load(tmp_path), "tickets")[spec.split(":")[0]].tolist() == [expected]


def test_a_folder_with_a_desk_file(tmp_path):
    write(tmp_path, a="No;Opened;Stage\n1;5/3/2025 09:00;Doing\n", b="x,y\n1,2\n")
    (tmp_path / "desk.yml").write_text(
        "timezone: Asia/Ho_Chi_Minh\nfiles:\n  - file: a*.csv\n    dayfirst: true\n    statuses: {Doing: open}\n"
        "    tables:\n      tickets: {ticket_id: No, created_at: Opened, status: Stage}\n",
        encoding="utf-8",
    )
    for path in (tmp_path, tmp_path / "desk.yml"):
        rows = frame(load(path), "tickets")
        assert rows["created_at"].tolist() == [pd.Timestamp("2025-03-05 02:00")]
        assert rows["status"].tolist() == ["open"]


def test_a_zendesk_export_gives_tickets_and_surveys(tmp_path):
    desk = load(write(tmp_path, export=ZENDESK) / "export.csv", timezone="Asia/Ho_Chi_Minh")
    rows = frame(desk, "tickets").set_index("ticket_id")
    assert rows.loc["101", "first_reply_at"] == pd.Timestamp("2025-03-04 02:30")
    assert rows.loc["101", "first_resolved_at"] == pd.Timestamp("2025-03-04 04:00")
    assert rows.loc["101", "resolved_at"] == pd.Timestamp("2025-03-05 02:00")
    assert rows.loc["101", ["transfers", "reopens", "agent_replies"]].tolist() == [2, 1, 2]
    assert rows.loc["101", "requester_wait_s"] == 2700
    assert rows["status"].tolist() == ["closed", "on_hold", "resolved"]
    assert rows["channel"].tolist() == ["email", "form", "chat"]
    surveys = frame(desk, "surveys").set_index("ticket_id")
    assert surveys.index.tolist() == ["101", "103"]
    assert surveys.loc["101", "score"] == 1.0
    assert surveys["answered_at"].isna().tolist() == [False, True]


def test_liveagent_letters_c_is_open_and_l_is_closed(tmp_path):
    text = "code,date_created,status,channel_type,departmentname\n"
    text += "A,2025-03-04 09:00:00,C,E,x\nB,2025-03-04 09:00:00,L,C,x\n"
    rows = frame(load(write(tmp_path, t=text) / "t.csv", timezone="UTC"), "tickets")
    assert rows["status"].tolist() == ["open", "closed"]
    assert rows["channel"].tolist() == ["email", "phone"]


def test_freshdesk_hours_are_clocks_of_business_time(tmp_path):
    text = (
        "Ticket ID,Created Time,Resolved time,Last update time,Status,First response time (in hrs),Resolution status\n"
        "1,2025-03-04 09:00:00,2025-03-05 09:00:00,2025-03-06 09:00:00,Resolved,30:15:00,SLA Violated\n"
    )
    rows = frame(load(write(tmp_path, t=text) / "t.csv", timezone="UTC"), "tickets")
    assert rows["vendor_first_reply_business_s"].tolist() == [108900.0]
    assert rows["sla_met"].tolist() == [False]


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"format": "zendesc"}, UnknownNameError, "Did you mean 'zendesk'"),
        ({"timezone": "Mars/Base"}, ConfigError, "Mars/Base"),
        ({"encoding": "utf-88"}, LoadError, "no encoding is named"),
        ({"format": "zendesk"}, LoadError, "tickets need ticket_id"),
    ],
)
def test_arguments_that_cannot_be_followed(tmp_path, arguments, error, said):
    with pytest.raises(error, match=said):
        load(write(tmp_path, tickets=TICKETS) / "tickets.csv", **arguments)


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(LoadError, match="no such file"):
        load(tmp_path / "none.csv")
    with pytest.raises(LoadError, match="there is no export in it"):
        load(tmp_path)


def test_a_desk_file_that_names_a_missing_export(tmp_path):
    (tmp_path / "desk.yml").write_text("files: [{file: gone.csv}]\n", encoding="utf-8")
    with pytest.raises(LoadError, match="no file named 'gone.csv'"):
        load(tmp_path)


# --- the cache ---


def test_a_second_load_reads_what_the_first_kept(tmp_path, monkeypatch):
    folder = write(tmp_path, tickets=TICKETS)
    first = load(folder, timezone="UTC")
    monkeypatch.setattr(sys.modules["kpitools.kept_tables"], "build", lambda *_: pytest.fail("it was cleaned again"))
    second = load(folder, timezone="UTC")
    assert frame(second, "tickets").equals(frame(first, "tickets"))
    assert second.report.to_json() == first.report.to_json()
    assert isinstance(second.report, LoadReport)


def test_changed_contents_or_settings_are_cleaned_anew(tmp_path):
    folder = write(tmp_path, tickets=TICKETS)
    load(folder, timezone="UTC")
    assert frame(load(folder, timezone="Asia/Ho_Chi_Minh"), "tickets")["created_at"][0] == pd.Timestamp(
        "2025-03-04 02:00"
    )
    write(tmp_path, tickets=TICKETS + "3,2025-03-06 09:00,new\n")
    assert len(frame(load(folder, timezone="UTC"), "tickets")) == 3


def test_without_the_cache_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.delenv("KPITOOLS_CACHE")
    folder = write(tmp_path, tickets=TICKETS)
    assert len(frame(load(folder, timezone="UTC", cache=False), "tickets")) == 2
    assert [p.name for p in folder.iterdir()] == ["tickets.csv"]


def test_the_cache_stands_beside_the_exports_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("KPITOOLS_CACHE")
    assert cache_home(tmp_path) == tmp_path / ".kpitools" / "cache"
    monkeypatch.setenv("KPITOOLS_CACHE", str(tmp_path / "else"))
    assert cache_home(tmp_path) == tmp_path / "else"


def test_a_folder_that_cannot_be_written_falls_back_to_the_users_cache(tmp_path, monkeypatch):
    monkeypatch.delenv("KPITOOLS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    (tmp_path / ".kpitools").write_text("a file where the folder should be", encoding="utf-8")
    assert cache_home(tmp_path) == tmp_path / "user" / "kpitools"


def test_raw_files_are_never_changed(tmp_path):
    folder = write(tmp_path, tickets=TICKETS)
    before = (folder / "tickets.csv").read_bytes()
    load(folder, timezone="UTC")
    assert (folder / "tickets.csv").read_bytes() == before


# --- conservation ---

ids = st.sampled_from(["1", "2", "3", "", "007", 'a"b', "two\nlines", " 1 "])
dates = st.sampled_from(["2025-03-04 09:00", "2025-03-05", "", "soon", "1900-01-01", "32/01/2025"])
states = st.sampled_from(["open", "closed", "", "Dreaming"])
messy = st.one_of(
    st.tuples(ids, dates, states, dates),
    st.lists(st.sampled_from(["x", "", "1"]), max_size=6).map(tuple),
    st.just(("Total", "", "", "")),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(messy, min_size=1, max_size=15))
def test_no_row_is_ever_lost(tmp_path, records):
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([("id", "opened", "state", "solved"), *records, ("ok", "2025-01-01", "open", "")])
    text = stream.getvalue()
    (tmp_path / "t.csv").write_bytes(text.encode())
    out = tmp_path / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    said = {
        "tables": {"tickets": {"ticket_id": "id", "created_at": "opened", "status": "state", "resolved_at": "solved"}}
    }
    report = build(
        [Job(tmp_path / "t.csv", "t.csv", {**said, "delimiter": ","}, True)], Options(max_loss=1, timezone="UTC"), out
    )
    parsed = [row for row in csv.reader(io.StringIO(text, newline="")) if row and (len(row) > 1 or row[0].strip())]
    account = report.files.iloc[0]
    assert account["rows_read"] == len(parsed) - 1
    assert account["rows_read"] == account[["accepted", "quarantined", "duplicates", "superseded"]].sum()
    assert account["accepted"] == len(pd.read_parquet(out / "tickets.parquet"))
    assert account["quarantined"] == len(report.quarantine)


# --- real files ---


@needs_shared
def test_the_italian_event_log():
    desk = load(SHARED / "real" / "italian_helpdesk.csv", timezone="Europe/Rome", cache=False)
    account = desk.report.files.iloc[0]
    assert account[["rows_read", "accepted", "quarantined", "duplicates", "superseded"]].tolist() == [
        21348,
        21221,
        0,
        127,
        0,
    ]
    assert "repeated_header" in desk.report.findings["rule"].tolist()
    rows = frame(desk, "status_changes")
    assert rows["ticket_id"].nunique() == 4580
    first, resolved = (
        rows.groupby("ticket_id")["at_local"].min(),
        rows[rows["status"] == "resolved"].groupby("ticket_id")["at_local"].max(),
    )
    hours = (resolved - first).dropna().dt.total_seconds() / 3600
    assert (len(hours), round(hours.median(), 4)) == (4569, 159.7903)


@needs_shared
def test_the_new_york_service_requests(tmp_path):
    shutil.copy(SHARED / "real" / "nyc311_2025-02.csv", tmp_path / "nyc.csv")
    (tmp_path / "desk.yml").write_text(
        "timezone: America/New_York\nfiles:\n  - file: nyc.csv\n    tables:\n      tickets:\n"
        "        ticket_id: Unique Key\n        created_at: Created Date\n        closed_at: Closed Date\n"
        "        sla_due_at: Due Date\n        topic: Complaint Type\n        channel: Open Data Channel Type\n",
        encoding="utf-8",
    )
    desk = load(tmp_path)
    assert desk.report.files.iloc[0][["rows_read", "accepted"]].tolist() == [5895, 5895]
    sentinels = desk.report.findings.set_index("rule").loc["sentinel_date"]
    assert (sentinels["column"], sentinels["rows"]) == ("closed_at", 2)
    rows = frame(desk, "tickets")
    hours = (rows["closed_local"] - rows["created_local"]).dropna().dt.total_seconds() / 3600
    assert (len(hours), (hours == 0).sum(), round(hours.mean(), 4)) == (2462, 1729, 138.8203)
    due = rows.dropna(subset=["sla_due_at", "closed_at"])
    met = (due["closed_local"] <= due["sla_due_local"]).sum()
    assert (len(due), met) == (733, 559)  # with the two closures of 1900 taken at their word: 561 of 735


@needs_shared
def test_the_daily_phone_report():
    rows = frame(load(SHARED / "real" / "call_center_daily.csv", cache=False), "queue_intervals")
    total = rows.sum(numeric_only=True)
    assert len(rows) == 1251
    assert round(total["abandoned"] / total["offered"] * 100, 4) == 10.9267
    assert round(total["wait_s"] / total["answered"], 4) == 29.8356
    assert round(total["answered_in_target"] / total["offered"] * 100, 4) == 63.7860


@pytest.mark.slow
def test_a_hundred_thousand_rows_load_again_at_once(tmp_path):
    rows = "".join(f"{n},2025-03-04 09:00,open\n" for n in range(100_000))
    folder = write(tmp_path, tickets="ticket_id,created_at,status\n" + rows)
    load(folder, timezone="UTC")
    start = time.perf_counter()
    load(folder, timezone="UTC")
    assert time.perf_counter() - start < 0.5


# --- docs/loading.md ---

GUIDE = Path(__file__).parents[1] / "docs" / "loading.md"


def examples() -> dict[str, tuple[str, str]]:
    """The worked examples of the guide: table -> desk.yml and export."""
    import re

    text = GUIDE.read_text(encoding="utf-8")
    found = re.findall(r"### (\w+)\n\n```yaml\n(.*?)```\n\n```csv\n(.*?)```", text, flags=re.DOTALL)
    return {table: (said, export) for table, said, export in found}


# What each example must load as: a column and its values.
SHOWN = {
    "tickets": ("status", ["resolved", "open"]),
    "messages": ("is_public", [True, False]),
    "status_changes": ("status", ["answered", "resolved", "open"]),
    "ticket_schedules": ("schedule", ["office"]),
    "calls": ("is_abandoned", [False, True]),
    "queue_intervals": ("wait_s", [3468.0]),
    "surveys": ("score", [5.0]),
    "customers": ("mrr", [1250.5]),
    "activity": ("amount", [19.9]),
    "agent_days": ("handling_s", [18000.0]),
    "leads": ("source", ["Facebook", "không rõ"]),
    "spend": ("amount", [1200.0]),
    "sales": ("defective_units", [1]),
    "revenue_changes": ("kind", ["churn"]),
    "balances": ("inventory", [7e8]),
    "brand_surveys": ("is_aware", [False, True]),
    "engagement": ("reach", [4000]),
}


def test_the_guide_has_an_example_a_table():
    from kpitools.tables import TABLES

    assert set(examples()) == set(SHOWN) == set(TABLES)


@pytest.mark.parametrize("table", SHOWN)
def test_the_examples_of_the_guide_load(tmp_path, table):
    import yaml

    said, export = examples()[table]
    (tmp_path / "desk.yml").write_text(said, encoding="utf-8")
    (tmp_path / yaml.safe_load(said)["files"][0]["file"]).write_text(export, encoding="utf-8")
    desk = load(tmp_path)
    column, values = SHOWN[table]
    assert frame(desk, table)[column].tolist() == values
    assert desk.report.files["quarantined"].sum() == 0
    assert set(desk.report.findings["rule"]) <= {"rows_filtered"}


def test_the_guide_names_every_format():
    from kpitools.exports.mapping import formats

    text = GUIDE.read_text(encoding="utf-8")
    assert [name for name in formats() if f"`{name}`" not in text] == []


@pytest.mark.parametrize("name", ["../tickets.csv", "inner/../../tickets.csv", "../*.csv"])
def test_a_desk_reads_no_file_outside_its_folder(tmp_path, name):
    folder = tmp_path / "desk"
    (folder / "inner").mkdir(parents=True)
    write(tmp_path, tickets=TICKETS)
    (folder / "desk.yml").write_text(f"files: [{{file: {name}}}]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"desk.yml: files, entry 1: '.*' lies outside the folder of desk.yml"):
        load(folder, cache=False)
    (folder / "tickets.csv").symlink_to(tmp_path / "tickets.csv")
    (folder / "desk.yml").write_text("timezone: UTC\nfiles: [tickets.csv]\n", encoding="utf-8")
    assert load(folder, cache=False).report.files.file.tolist() == ["tickets.csv"]


def test_a_pattern_that_is_none_is_said(tmp_path):
    write(tmp_path, tickets=TICKETS)
    (tmp_path / "desk.yml").write_text("files: [{file: '**x'}]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"'\*\*x' is no name or pattern of a file"):
        load(tmp_path, cache=False)


def test_a_json_key_given_twice_is_said_and_the_last_one_counts(tmp_path):
    rows = [
        '{"id": 1, "at": "2025-03-04T09:00Z", "state": "open", "state": "closed"}',
        '{"id": 2, "at": "2025-03-04T09:00Z", "state": "open", "state": "open"}',
        '{"id": 3, "at": "2025-03-04T09:00Z", "via": {"state": "open"}, "state": "new"}',
    ]
    (tmp_path / "t.json").write_text(f"[{','.join(rows)}]", encoding="utf-8")
    mapping = "{ticket_id: id, created_at: at, status: state}"
    (tmp_path / "desk.yml").write_text(f"files: [{{file: t.json, tables: {{tickets: {mapping}}}}}]", encoding="utf-8")
    desk = load(tmp_path, cache=False)
    assert sorted(frame(desk, "tickets").status) == ["closed", "new", "open"]
    found = desk.report.findings.set_index("rule").loc["repeated_key"]
    assert (found["rows"], found["example"], found["line"]) == (1, "state", 1)


def test_columns_that_nothing_reads_are_listed_with_what_they_may_be(tmp_path):
    text = (
        "ticket_id,created_at,status,Sub topic,Topics,Paid,Closed at,Empty,Opened by\n"
        "1,2025-03-04 09:00,open,a,b,1.5,2025-03-05,,2025-03-04\n"
    )
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    found = load(tmp_path, timezone="UTC", cache=False).report.unused
    assert found[["column", "kind", "could_be"]].values.tolist() == [
        ["Sub topic", "text", ""],
        ["Topics", "text", "topic"],
        ["Paid", "number", ""],
        ["Closed at", "date", "closed_at"],
        ["Empty", "empty", ""],
        ["Opened by", "date", ""],  # a text by our name, and this one holds dates
    ]


def test_the_lines_for_unused_columns_are_a_mapping_that_loads(tmp_path):
    from kpitools.unused import stub

    hostile = 'Closed at\ttickets: {team: x} # "\x1b[31m\u2028'
    header = f'ticket_id,created_at,status,Topics,"{hostile.replace(chr(34), chr(34) * 2)}"'
    text = f"{header}\n1,2025-03-04 09:00,open,b,c\n"
    write(tmp_path, surveys="ticket_id,kind,score,answered_at\n1,csat,5,2025-03-05 09:00\n")
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    report = load(tmp_path, timezone="UTC", cache=False).report
    lines = stub(report, "en")
    assert "\x1b" not in lines and len(lines.splitlines()) == 9
    (tmp_path / "desk.yml").write_text(f"timezone: UTC\n{lines}\n", encoding="utf-8")
    desk = load(tmp_path, cache=False)
    assert frame(desk, "tickets").topic.tolist() == ["b"]
    assert frame(desk, "surveys").score.tolist() == [5.0]  # the other file of the folder is read as before


def test_where_no_unused_column_resembles_one_of_ours_the_lines_still_load(tmp_path):
    from kpitools.unused import stub

    (tmp_path / "t.csv").write_text("ticket_id,created_at,status,zzz\n1,2025-03-04 09:00,open,b\n", encoding="utf-8")
    lines = stub(load(tmp_path, timezone="UTC", cache=False).report, "vi")
    assert lines.splitlines()[-1] == '    #     # tên trong docs/columns.md: "zzz"'
    (tmp_path / "desk.yml").write_text(f"timezone: UTC\n{lines}\n", encoding="utf-8")
    assert frame(load(tmp_path, cache=False), "tickets").status.tolist() == ["open"]


@pytest.mark.parametrize("readme", ["README.md", "README.vi.md"])
def test_the_mapping_in_the_readme_loads_tickets_and_their_ratings(tmp_path, readme):
    import re

    text = (Path(__file__).parents[1] / readme).read_text(encoding="utf-8")
    (tmp_path / "desk.yml").write_text(re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1], encoding="utf-8")
    (tmp_path / "phieu.csv").write_text(
        "Mã,Lúc tạo,Lúc trả lời,Lúc xong,Tình trạng,Nhóm,Hài lòng\n"
        "1,04/03/2025 09:00,04/03/2025 09:30,05/03/2025 09:00,Xong,VIP,5\n"
        "2,13/03/2025 10:00,,,Đang làm,VIP,\n",
        encoding="utf-8",
    )
    desk = load(tmp_path, cache=False)

    tickets = desk.base("tickets").to_pandas().sort_values("ticket_id")
    assert tickets.status.tolist() == ["resolved", "open"]
    assert str(tickets.created_at.iloc[0]) == "2025-03-04 02:00:00"
    surveys = desk.base("surveys").to_pandas()
    assert (surveys.ticket_id.tolist(), surveys.score.tolist(), surveys.kind.tolist()) == (["1"], [5.0], ["csat"])
