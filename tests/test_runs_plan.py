"""Plans: what a page is made for each of, what is refused before anything runs, and plans as papermill jobs."""

import json
import re

import hostile
import pandas as pd
import papermill
import pytest
import tiny
from conftest import ticket
from typer.testing import CliRunner

from kpitools import cli
from kpitools.errors import ConfigError, UnknownNameError
from kpitools.report import runner
from kpitools.report.fanout import expanded
from kpitools.report.plan import default_plan, read_plan
from kpitools.report.secrets import is_secret_name
from kpitools.report.slugs import LONGEST, slug, slugs
from kpitools.starter import write_starter


@pytest.fixture
def folder(tmp_path):
    tiny.notebook(tmp_path / "page.ipynb")
    return tiny.desk(tmp_path)


@pytest.fixture
def desk(make_desk):
    """Three months of 2025 up to 10 March, with two teams; the Night team has a name that looks like a path."""
    rows = [ticket(i, "03 09:00", "03 10:00", team=("Day", "../../Đêm")[i % 2]) for i in range(4)]
    rows[0]["created_at"] = rows[0]["created_at"].replace(month=1)
    rows[1]["created_at"] = rows[1]["created_at"].replace(month=2)
    return make_desk(as_of="2025-03-10", tickets=rows)


def pages(folder, desk, entry: str, more: str = "languages: [en]"):
    return expanded(read_plan(tiny.plan(folder, entry, more)), desk).pages


# Each -------------------------------------------------------------------------------------------------------


def test_a_page_for_each_team_is_named_safely_and_gets_the_team_as_it_is_written(folder, desk):
    found = pages(folder, desk, "- notebook: page\n  each: {team: all}\n")

    assert [page.parameters["team"] for page in found] == ["../../Đêm", "Day"]
    assert found[1].slug == "page-day"
    assert re.fullmatch(r"page-dem-[0-9a-f]{6}", found[0].slug)
    assert found[1].title == {"en": "A page: Day", "vi": "A page (vi): Day"}


@pytest.mark.parametrize(
    ("wanted", "starts"),
    [
        ("all", ["2025-01-01", "2025-02-01", "2025-03-01"]),
        ("complete", ["2025-01-01", "2025-02-01"]),
        ("1", ["2025-02-01"]),
        ("[2024-12, 2025-02]", ["2024-12-01", "2025-02-01"]),
    ],
)
def test_a_page_for_each_month_spans_the_month(folder, desk, wanted, starts):
    found = pages(folder, desk, f"- notebook: page\n  each: {{month: {wanted}}}\n")

    assert [page.parameters["start"] for page in found] == starts
    ends = {"2024-12-01": "2025-01-01", "2025-01-01": "2025-02-01", "2025-02-01": "2025-03-01"}
    assert all(page.parameters["end"] == ends.get(page.parameters["start"], "2025-04-01") for page in found)


def test_quarters_and_weeks_span_theirs(folder, desk):
    (quarter,) = pages(folder, desk, "- notebook: page\n  each: {quarter: [2025-Q2]}\n")
    (week,) = pages(folder, desk, "- notebook: page\n  each: {week: [2025-W10]}\n")

    assert quarter.parameters == {"start": "2025-04-01", "end": "2025-07-01"} and quarter.slug == "page-2025-q2"
    assert week.parameters == {"start": "2025-03-03", "end": "2025-03-10"} and week.slug == "page-2025-w10"


def test_each_of_two_things_is_every_pair_with_names_of_their_own(folder, desk):
    found = pages(folder, desk, "- notebook: page\n  each: {team: all, month: all}\n- page\n")

    assert len(found) == 2 * 3 + 1
    assert len({page.slug for page in found}) == 7
    assert all(re.fullmatch(r"[a-z0-9_-]+", page.slug) for page in found)
    assert found[3].title["en"] == "A page: Day, January 2025"


def test_every_supported_kpi_has_the_page_of_its_own_notebook_or_of_the_general_one(folder, desk):
    found = {
        page.slug: page for page in pages(folder, desk, "- each: {kpi: supported}\n  parameters: {every: month}\n")
    }

    support = desk.kpis().set_index("kpi").supported
    # The backlog's age stands on the backlog's page.
    assert set(found) == set(support.index[support]) - {"backlog_age"}
    assert {"first_response_time", "ticket_volume", "backlog"} <= set(found)
    assert "resolution_time" not in found, "nothing was ever resolved"
    assert found["first_response_time"].notebook.stem == "first_response_time"
    assert found["ticket_volume"].notebook.stem == "kpi" and found["ticket_volume"].parameters == {
        "kpi": "ticket_volume",
        "every": "month",
        "hours": "calendar",
    }


def test_without_a_plan_the_same_pages_are_made_and_two_reports_besides(tmp_path, desk):
    plan = expanded(default_plan(tmp_path, tmp_path / "out"), desk)

    kpis, reports = [page.slug for page in plan.pages][:-2], [page.slug for page in plan.pages][-2:]
    assert len(kpis) == desk.kpis().supported.sum() - 1 and "backlog_age" not in kpis
    assert reports == ["scorecard", "data_quality"]


def test_a_kpis_page_goes_by_the_periods_of_its_row_on_the_scorecard(folder, desk):
    """The plan says weeks, so does the row of ticket volume; a plan of quarters makes pages of quarters."""
    weekly = {page.slug: page.parameters["every"] for page in pages(folder, desk, "- each: {kpi: supported}\n")}
    quarterly = {
        page.slug: page.parameters["every"]
        for page in pages(folder, desk, "- each: {kpi: supported}\n", "languages: [en]\nevery: quarter")
    }

    assert (weekly["ticket_volume"], weekly["first_response_time"]) == ("week", "week")
    assert set(quarterly.values()) == {"quarter"}


def test_a_written_list_serves_any_other_parameter(folder, desk):
    found = pages(folder, desk, "- notebook: page\n  each: {rows: [4, 5]}\n")

    assert [(page.slug, page.parameters) for page in found] == [("page-4", {"rows": 4}), ("page-5", {"rows": 5})]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("- notebook: page\n  each: {teem: all}\n", r"plan\.yml:5: page 1: page: each: no parameter named 'teem'"),
        ("- notebook: page\n  each: {team: [Dai]}\n", r"page 1: no team named 'Dai'. Did you mean 'Day'"),
        ("- notebook: page\n  each: {month: some}\n", "each month takes all, complete, a number"),
        (
            "- notebook: page\n  each: {month: [2025-13]}\n",
            r"each month takes names such as 2025-01.*got '2025-13'",
        ),
        ("- notebook: page\n  each: {rows: all}\n", "each takes a list of values here"),
        ("- notebook: page\n  each: {rows: [four]}\n", "parameter 'rows' takes int, got 'four'"),
        ("- notebook: page\n  each: all\n", "'each' takes names and values"),
        ("- notebook: kpi/kpi\n  each: {kpi: [csatt]}\n", "no KPI named 'csatt'. Did you mean 'csat'"),
        ("- notebook: kpi/kpi\n  each: {kpi: [csat]}\n", r"the data has nothing for each \{kpi: \['csat'\]\}"),
        ("- notebook: page\n  each: {kpi: supported}\n", "page: each: no parameter named 'kpi'"),
    ],
)
def test_an_each_that_cannot_be_followed_says_where_and_why(folder, desk, entry, message):
    with pytest.raises((ConfigError, UnknownNameError), match=message):
        pages(folder, desk, entry)


# Names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/", "..", "", "C:\\x", "a\x00b", "-rf", "<script>", "con", "x" * 300, "Đổi trả", "\ud800"],
)
def test_a_name_from_data_never_makes_a_path(name):
    found = slugs([name])[name]

    assert re.fullmatch(r"[a-z0-9_]+(-[0-9a-f]{6})?", found) and len(found) <= LONGEST + 7


def test_an_address_in_a_name_is_not_in_the_slug():
    assert re.fullmatch(r"e_mail-[0-9a-f]{6}", slugs(["lan@shop.vn"])["lan@shop.vn"])


def test_names_that_differ_have_slugs_that_differ_whatever_the_case_of_the_disk():
    names = ["R&D", "r d", "R D", "rd", "RD", "r-d", "Ř D"]

    assert len({name.lower() for name in slugs(names).values()}) == len(names)


def test_a_plain_name_keeps_its_slug_when_other_names_come():
    assert slugs(["Night shift"])["Night shift"] == slugs(["Night shift", "Day", "R&D"])["Night shift"] == "night_shift"
    assert slug("Đổi trả") == "doi_tra"


@pytest.mark.parametrize(
    "text", [*hostile.PHONES, *hostile.MAILS, "0912*345*678", "0912§345§678", "lan⊛x 0912 345 678"]
)
def test_a_name_of_a_file_reaches_nobody(text):
    (name,) = slugs([f"Đội {text}"]).values()

    assert re.fullmatch(r"doi_[a-z0-9_]*(tel|e_mail)[a-z0-9_]*-[0-9a-f]{6}", name)
    assert not hostile.left_of(name.replace("_", " "))


# What is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("workers: 0", r"plan\.yml:3: 'workers' takes how many"),
        ("workers: true", "'workers' takes how many"),
        ("memory: lots", "'memory' takes the gigabytes"),
        ("memory: 0.1", "'memory' takes 1.5 gigabytes or more"),
        ("deadline: .inf", "'deadline' takes the seconds"),
        ("kernels: warm", r"plan\.yml:3: no kernels named 'warm'. Known: cold, forked"),
        ("inputs: [/etc/passwd]", "'inputs' takes file names or patterns from the plan's folder"),
        ("inputs: ['.']", "'inputs' takes file names or patterns from the plan's folder"),
        ("pdf: maybe", r"plan\.yml:3: 'pdf' takes true or false, got 'maybe'"),
        ("workers: 2\nworkers: 3", r"plan\.yml:4: 'workers' stands twice, first on line 3"),
        ("5: x", r"plan\.yml:3: no key named '5'"),
        ("? null\n: x", r"plan\.yml: no key named 'None'"),
        (f"{'k' * 500}: x", r"no key named 'k{79}…'"),
        (f"every: {'k' * 5000}", r"plan\.yml:3: no every named 'k{79}…'"),
        ("mail: {to: 5}", r"plan\.yml:3: mail: 'to' takes an address or a list of them, got 5"),
        ("mail: {to: [5], host: h, from: a@b.org}", r"plan\.yml:3: mail: 5 is no e-mail address"),
        ("mail: {host: [h]}", r"plan\.yml:3: mail: 'host' takes a text, got \['h'\]"),
    ],
)
def test_a_wrong_word_about_the_run_says_where_and_why(folder, more, message):
    with pytest.raises((ConfigError, UnknownNameError), match=message):
        read_plan(tiny.plan(folder, "- page\n", more))


@pytest.mark.parametrize("key", ["desk", "publish"])
@pytest.mark.parametrize("name", ["a" * 5000, "a\\0b"])
def test_a_text_that_no_system_takes_for_a_path_is_refused(folder, key, name):
    (folder / "plan.yml").write_text(f'pages: [page]\n{key}: "{name}"\n', encoding="utf-8")

    with pytest.raises(ConfigError, match=r"plan\.yml:2: this is no path: '") as caught:
        read_plan(folder)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "1969-12", "2200-01"])
def test_a_month_that_no_calendar_of_ours_has_is_refused(folder, desk, month):
    with pytest.raises(ConfigError, match=f"names such as 2025-01, of the years 1970 to 2199, got '{month}'"):
        pages(folder, desk, f"- notebook: page\n  each: {{month: [{month}]}}\n")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("{every: fortnight}", "no every named 'fortnight'"),
        ("{hours: office}", "no hours named 'office'"),
        ("{start: 2025-02-30}", r"plan.yml:6: a value cannot be read: '2025-02-30'"),
        ("{start: soon}", "'start' takes a day such as 2025-01-31, got 'soon'"),
        ("{team: 007}", "parameter 'team' takes str, got 7 .* in quotes"),
    ],
)
def test_a_bundled_notebooks_words_are_checked_before_it_runs(folder, parameters, message):
    with pytest.raises((ConfigError, UnknownNameError), match=message):
        read_plan(tiny.plan(folder, f"- notebook: kpi/kpi\n  parameters: {parameters}\n"))


def test_a_kpi_that_neither_catalogue_nor_desk_knows_is_refused_before_it_runs(folder, desk):
    plan = read_plan(tiny.plan(folder, "- notebook: kpi/kpi\n  parameters: {kpi: csatt}\n"))

    with pytest.raises(UnknownNameError, match="page 1: no KPI named 'csatt'. Did you mean 'csat'"):
        expanded(plan, desk)


def test_a_secret_is_refused_as_a_parameter(folder):
    path = tiny.notebook(folder / "crm.ipynb")
    path.write_text(path.read_text().replace("rows: int", "crm_token: str = ''\\nrows: int"))

    with pytest.raises(ConfigError, match=r"parameter 'crm_token' looks like a secret.*os.environ\['CRM_TOKEN'\]"):
        read_plan(tiny.plan(folder, "- notebook: crm\n  parameters: {crm_token: abc}\n"))


@pytest.mark.parametrize(
    ("name", "secret"),
    [("DB_PASSWORD", True), ("crm_api_key", True), ("token", True), ("keyboard", False), ("passenger", False)],
)
def test_a_secret_is_known_by_its_name(name, secret):
    assert is_secret_name(name) is secret


def test_memory_is_shared_among_the_workers_and_a_containers_limit_counts(folder, tmp_path, monkeypatch):
    plan = read_plan(tiny.plan(folder, "- page\n", "workers: 3"))
    monkeypatch.setattr(runner, "CGROUP", tmp_path / "memory.max")
    (tmp_path / "memory.max").write_text(str(9 * 2**30))
    monkeypatch.setattr(runner.os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 4 * 2**20}.get)  # 16 GB

    assert runner.memory_of(plan) == 3 * 2**30
    (tmp_path / "memory.max").write_text("max")
    assert runner.memory_of(plan) == 16 * 2**30 // 3
    assert runner.memory_of(read_plan(tiny.plan(folder, "- page\n", "memory: 2.5"))) == 2684354560


def test_a_plan_cannot_make_python_objects(folder):
    tiny.plan(folder, "- notebook: page\n  parameters: {rows: !!python/object/apply:os.getpid []}\n")

    with pytest.raises(ConfigError, match="plan.yml:6: not valid YAML: could not determine a constructor"):
        read_plan(folder)


# Papermill jobs ---------------------------------------------------------------------------------------------


def test_a_plan_is_printed_as_the_arguments_of_papermill_a_job_a_line(folder):
    tiny.plan(folder, "- notebook: page\n  each: {team: all}\n", "languages: [en, vi]")
    arguments = ["plan", str(folder), "--json", "--out", str(folder / "executed")]

    jobs = [json.loads(line) for line in CliRunner().invoke(cli.app, arguments).output.splitlines()]

    assert len(jobs) == 4 and all(set(job) == {"input_path", "output_path", "parameters"} for job in jobs)
    assert jobs[0]["parameters"] == {"data": str(folder.resolve()), "language": "en", "team": "Day"}
    assert jobs[1]["output_path"] == str(folder / "executed" / "page-day.vi.ipynb")


@pytest.mark.slow
def test_a_printed_job_is_one_that_papermill_runs(folder):
    tiny.notebook(folder / "page.ipynb", "print(team, rows)")
    tiny.plan(folder, "- notebook: page\n  parameters: {rows: 5, team: '007'}\n")
    (folder / "executed").mkdir()
    arguments = ["plan", str(folder), "--json", "--out", str(folder / "executed")]
    (line,) = CliRunner().invoke(cli.app, arguments).output.splitlines()

    done = papermill.execute_notebook(**json.loads(line), progress_bar=False)

    assert done.cells[-1].outputs[0].text == "007 5\n"
    assert "--parameters_yaml" in CliRunner().invoke(cli.app, arguments[:2]).output


def test_a_team_named_like_a_person_gives_its_page_no_name(folder, make_desk):
    rows = [ticket(i, "03 09:00", "03 10:00", team="Lan Nguyen", agent_id="Lan Nguyen") for i in range(3)]
    named = make_desk(as_of="2025-03-10", tickets=rows)

    found = pages(folder, named, "- notebook: kpi/first_response_time\n  each: {team: all}\n")

    assert len(found) == 1 and "lan" not in found[0].slug and found[0].parameters["team"] == "Lan Nguyen"


RATED = [
    {"survey_id": f"{i}", "kind": "csat", "scale": "1-5", "score": 5.0, "answered_at": pd.Timestamp("2025-03-03 09:00")}
    for i in range(4)
]


@pytest.mark.parametrize(("teams", "is_there"), [(["a", "b", "a", "b"], True), (["a"] * 4, False), ([None] * 4, False)])
def test_the_fair_comparison_is_a_page_where_there_is_something_to_compare(tmp_path, make_desk, teams, is_there):
    desk = make_desk(surveys=[row | {"team": team} for row, team in zip(RATED, teams, strict=True)])
    write_starter(tmp_path)

    for plan in (default_plan(tmp_path, tmp_path / "out"), read_plan(tmp_path)):
        slugs = [page.slug for page in expanded(plan, desk).pages]
        assert ("performance" in slugs) == is_there
        assert slugs[-2:] == ["scorecard", "data_quality"]


def test_a_comparison_of_a_named_share_is_made_all_the_same(folder, make_desk):
    path = tiny.plan(folder, "  - {notebook: reports/performance, parameters: {kpi: csat}}\n")
    assert [page.slug for page in expanded(read_plan(path), make_desk(surveys=RATED)).pages] == ["performance"]
