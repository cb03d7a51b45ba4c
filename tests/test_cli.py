"""The command line: what it prints, what it refuses, and with which exit code it ends."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from kpitools import cli, resources, terminal
from kpitools.errors import KpitoolsError

SAMPLE = str(resources.sample())


def run(*arguments: str, **options):
    return CliRunner().invoke(cli.app, list(arguments), **options)


def program(*arguments: str, folder=None) -> subprocess.CompletedProcess:
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "kpitools.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300)


def test_help_names_every_command_and_loads_nothing_heavy():
    heavy = "{'pandas', 'ibis', 'papermill', 'matplotlib'}"
    code = f"import sys, kpitools.cli; print(sorted({heavy} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
    shown = run("--help").output
    assert all(name in shown for name in ("check", "list", "compute", "report", "lab", "new", "sample"))


def test_an_inputs_fault_is_one_message_without_a_traceback_and_exit_code_2(tmp_path):
    done = program("compute", "csatt", SAMPLE)

    assert done.returncode == 2
    assert done.stderr.startswith("kpitools: no KPI named 'csatt'. Did you mean 'csat'?")
    assert "Traceback" not in done.stderr and done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "nowhere.csv"), "there is no file or folder nowhere.csv"),
        (("list", "--language", "de"), "no language named 'de'"),
        (("compute", "csat", SAMPLE, "--format", "xml"), "no --format choice named 'xml'"),
        (("compute", "csat", SAMPLE, "--every", "fortnight"), "no period named 'fortnight'"),
        (("compute", "csat", SAMPLE, "--from", "soon"), "--from takes a day"),
        (("compute", "csat", SAMPLE, "--by", "teem"), "no column named 'teem'. Did you mean 'team'"),
        (("report", "nowhere.yml"), "no such plan"),
        (("report", "--every", "fortnight"), "no --every choice named 'fortnight'"),
        (("sample", "--out", SAMPLE), "not empty"),
        (("check", SAMPLE, "--quarantine", "/nonexistent/x.csv"), "--quarantine: there is no folder /nonexistent"),
    ],
)
def test_what_cannot_be_done_is_said_in_the_users_words(arguments, message):
    error = run(*arguments).exception

    assert isinstance(error, KpitoolsError) and error.exit_code == 2
    assert message in str(error)


def test_list_names_all_kpis_in_either_language():
    assert "Thời gian phản hồi đầu tiên" in run("list", "-l", "vi").output
    assert "first_contact_resolution_rate" in run("list").output


def test_check_says_formats_assumptions_findings_and_kpis():
    shown = run("check", SAMPLE).output

    assert "zendesk_tickets.csv" in shown and "Asia/Ho_Chi_Minh" in shown
    assert "What was decided" in shown and "first_response_time" in shown
    assert "kpitools report --desk" in shown


def test_compute_prints_a_table_csv_or_json():
    arguments = ("compute", "ticket_volume", SAMPLE, "--every", "quarter", "--from", "2025-01-01", "--to", "2025-07-01")

    rows = json.loads(run(*arguments, "--format", "json").output)
    lines = run(*arguments, "--format", "csv").output.splitlines()

    assert [row["period"][:10] for row in rows] == ["2025-01-01", "2025-04-01"]
    assert lines[0].startswith("period,value,n,low,high,complete") and len(lines) == 3
    assert "Q1 2025" in run(*arguments).output


UNDATED = "queue,offered,answered,abandoned\nx,10,9,1\ny,30,27,3\n"
PHONE = """
files:
  - file: phone.csv
    tables: {queue_intervals: {team: queue, offered: offered, answered: answered, abandoned: abandoned}}
"""


@pytest.fixture
def undated(tmp_path):
    """A phone report of two queues that says nothing of when."""
    (tmp_path / "phone.csv").write_text(UNDATED, encoding="utf-8")
    (tmp_path / "desk.yml").write_text(PHONE, encoding="utf-8")
    return tmp_path


def test_a_file_without_dates_is_as_of_no_day(undated):
    from kpitools.load import load
    from kpitools.report.site import about

    desk = load(undated, cache=False)
    assert "no row has a date" in run("check", str(undated)).output.partition("\n")[0]
    assert "không dòng nào có ngày" in run("check", str(undated), "-l", "vi").output.partition("\n")[0]
    assert about(desk, "en").as_of == "no row has a date"
    assert "1970" not in f"{desk!r} {about(desk, 'vi')}"


def test_without_dates_the_whole_is_offered_instead_of_periods(undated):
    asked = ("compute", "abandonment_rate", str(undated))

    assert "--every all gives the figure of all rows" in run(*asked).output
    assert "dùng --every all" in run(*asked, "-l", "vi").output
    whole = run(*asked, "--every", "all").output
    assert "10.0%" in whole and "no periods" not in whole  # 4 of 40


def test_a_median_that_is_not_reached_is_told(tmp_path):
    """Of three tickets one is resolved."""
    rows = [
        f"{i},2025-03-03 09:00,{'2025-03-03 10:00' if i == 0 else ''},{'open' if i else 'resolved'}" for i in range(3)
    ]
    text = "\n".join(["ticket_id,created_at,resolved_at,status", *rows, ""])
    (tmp_path / "tickets.csv").write_text(text, encoding="utf-8")
    asked = ("compute", "resolution_time", str(tmp_path / "tickets.csv"), "--every", "all", "--set", "timezone=UTC")

    assert "the median is not reached: of these 3, 2 are still running." in run(*asked).output
    assert "2 trong 3 trường hợp đó vẫn đang chạy" in run(*asked, "-l", "vi").output


def test_new_writes_a_folder_to_start_from_and_never_replaces_a_file(tmp_path):
    assert run("new", str(tmp_path / "desk")).exit_code == 0
    assert {path.name for path in (tmp_path / "desk").iterdir()} == {
        "desk.yml",
        "targets.csv",
        "interventions.csv",
        "plan.yml",
    }
    assert "is there already" in str(run("new", str(tmp_path / "desk")).exception)


def test_new_in_vietnamese_writes_a_vietnamese_desk_and_plan(tmp_path):
    from kpitools.report.plan import read_plan
    from kpitools.settings import read_settings
    from kpitools.starter import PLAN_COMMENTS

    assert run("new", str(tmp_path), "--language", "vi").exit_code == 0

    assert read_settings(tmp_path).language == "vi"
    assert read_plan(tmp_path / "plan.yml").languages == ("vi", "en")
    plan = (tmp_path / "plan.yml").read_text(encoding="utf-8")
    assert [said for said in PLAN_COMMENTS.values() if said not in plan] == []
    assert [said for said in PLAN_COMMENTS if said in plan] == []


def test_the_folder_new_writes_is_one_that_report_can_read(tmp_path):
    from kpitools.report.plan import read_plan
    from kpitools.settings import read_settings

    run("new", str(tmp_path))

    assert read_settings(tmp_path).name == "My desk"
    asked = read_plan(tmp_path / "plan.yml").pages
    assert (asked[0].each, [page.slug for page in asked[1:]]) == (
        {"kpi": "supported"},
        ["performance", "scorecard", "data_quality"],
    )


def test_sample_makes_a_desk_of_the_size_asked_for(tmp_path):
    assert run("sample", "--tickets", "60", "--seed", "3", "--out", str(tmp_path / "desk")).exit_code == 0
    assert (tmp_path / "desk" / "zendesk_tickets.csv").is_file()


def test_lab_copies_bundled_notebooks_before_anyone_edits_them(tmp_path):
    place = cli.notebooks_to_edit(tmp_path / "mine", "en")

    assert (place / "kpi" / "first_response_time.ipynb").is_file()


def test_text_from_data_cannot_drive_the_terminal(capsys):
    terminal.table(["a"], [("\x1b[31m[bold]x[/bold]",)], "t")

    shown = capsys.readouterr().out
    assert "\x1b[31m" not in shown and "[bold]x" in shown


@pytest.mark.slow
def test_a_failing_page_ends_with_exit_code_1_and_the_others_are_there(tmp_path):
    import nbformat

    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, source in (("good", "1"), ("bad", "1 / 0")):
        node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)], metadata={"kernelspec": spec})
        nbformat.write(node, tmp_path / f"{name}.ipynb")
    run("sample", "--tickets", "300", "--out", str(tmp_path / "desk"))
    (tmp_path / "plan.yml").write_text("desk: desk\nlanguages: [en]\nevery: quarter\npages: [good, bad]\n")

    done = program("report", "plan.yml", folder=tmp_path)

    assert done.returncode == 1, done.stderr
    assert "failed    bad (en)" in done.stdout and "ZeroDivisionError" in done.stdout
    assert {path.name for path in (tmp_path / "site").glob("*.html")} == {"index.html", "good.en.html", "bad.en.html"}


def test_people_appear_by_pseudonym_unless_the_desk_file_turns_that_off(tmp_path):
    rows = "id,created,agent\n1,2025-03-03 09:00:00,mai.tran\n2,2025-03-03 10:00:00,binh.le\n"
    (tmp_path / "cases.csv").write_text(rows, encoding="utf-8")
    desk = "timezone: UTC\nfiles:\n  - file: cases.csv\n    tables:\n      tickets:\n"
    desk += "        {ticket_id: id, created_at: created, agent_id: agent}\n"
    asked = ("compute", "ticket_volume", str(tmp_path), "--every", "all", "--by", "agent_id", "--format", "json")

    (tmp_path / "desk.yml").write_text(desk, encoding="utf-8")
    assert [row["agent_id"] for row in json.loads(run(*asked).stdout)] == ["A-01", "A-02"]
    (tmp_path / "desk.yml").write_text(desk + "pseudonyms: false\n", encoding="utf-8")
    assert [row["agent_id"] for row in json.loads(run(*asked).stdout)] == ["binh.le", "mai.tran"]


def test_an_option_of_the_definition_is_name_and_value():
    error = run("compute", "csat", SAMPLE, "--option", "fcr_window_days").exception

    assert "--option takes name=value" in str(error)
    error = run("compute", "csat", SAMPLE, "--option", "fcr_window_days=[").exception
    assert "--option: a value cannot be read in fcr_window_days=[" in str(error)


def test_a_folder_that_cannot_be_written_is_one_message_and_exit_code_5(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = program("sample", "--tickets", "40", "--out", str(tmp_path / "file" / "desk"))
    assert done.returncode == 5
    assert done.stderr.startswith(f"kpitools: {tmp_path}/file") and "cannot be read or written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_message_cannot_steer_the_terminal(tmp_path):
    (tmp_path / "t.csv").write_text("a\x1b[31mb,c\n1,2\n", encoding="utf-8")
    done = program("check", str(tmp_path / "t.csv"))
    assert done.returncode == 2 and "\x1b" not in done.stderr and "a[31mb" in done.stderr


VI_DESK = "language: vi\ntimezone: Asia/Ho_Chi_Minh\n"
VI_TICKETS = "ticket_id,created_at,status,Nhóm hỗ trợ\n1,2025-03-04 09:00,open,A\n2,2025-03-05 09:00,open,B\n"


@pytest.fixture
def vietnamese(tmp_path):
    """A desk that speaks Vietnamese."""
    (tmp_path / "desk.yml").write_text(VI_DESK, encoding="utf-8")
    (tmp_path / "tickets.csv").write_text(VI_TICKETS, encoding="utf-8")
    return tmp_path


def test_check_speaks_the_language_of_the_desk_file(vietnamese):
    shown = run("check", str(vietnamese)).output

    assert "2 phiếu yêu cầu; tính đến 05/03/2025 09:00 Asia/Ho_Chi_Minh" in shown
    assert all(word in shown for word in ("số dòng đã đọc", "dấu phân cách", "Các cột trong tệp chưa được dùng"))
    assert f"Tiếp theo: kpitools report --desk {vietnamese} --out site\n" in shown
    english = ("rows_read", "Desk ", "format ", "encoding", "lacks", " or ", " and ", "Next:")
    assert [word for word in english if word in shown] == []


def test_the_next_command_keeps_the_language_and_says_what_to_write_down(vietnamese):
    shown = run("check", str(vietnamese), "-l", "en", "--set", "dayfirst=true").output

    assert "Next: write what --set says (dayfirst=true) into desk.yml" in shown
    assert f"kpitools report --desk {vietnamese} --out site --language en\n" in shown
    assert "accepted" in shown and "dùng được" not in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compute", "ticket_volum", "{}"), "không có KPI nào tên 'ticket_volum'. Có phải ý bạn là 'ticket_volume'?"),
        (("compute", "ticket_volume", "{}", "--by", "teem"), "tickets: không có cột nào tên 'teem'"),
        (("list", "--desk", "nowhere", "-l", "vi"), "không có tệp hay thư mục nowhere"),
        (("check", "{}", "--set", "zone=UTC"), "không có khóa của --set nào tên 'zone'"),
    ],
)
def test_an_error_comes_in_the_language_of_the_desk_or_the_command(vietnamese, arguments, message):
    error = run(*(part.format(vietnamese) for part in arguments)).exception
    assert message in str(error)
    assert run("list", "--language", "de").exception.in_language("en").startswith("no language named 'de'")


def test_lab_as_root_says_so_and_lets_jupyterlab_start(monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    monkeypatch.setattr("subprocess.call", lambda command: started.append(command) or 0)
    shown = run("lab", str(tmp_path), "--no-browser")
    assert "--allow-root" in shown.stderr and started[0][-1] == "--allow-root"
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    run("lab", str(tmp_path), "--no-browser")
    assert "--allow-root" not in started[1]
