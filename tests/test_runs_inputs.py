"""A page runs again when, and only when, something it depends on has changed."""

import json
import subprocess
import sys

import pytest
import tiny

from kpitools.exports.read import READABLE
from kpitools.report import inputs
from kpitools.report.plan import read_plan


@pytest.fixture
def folder(tmp_path):
    tiny.notebook(tmp_path / "page.ipynb", "1")
    return tiny.desk(tmp_path)


def key(folder, pages: str = "- page\n", more: str = "languages: [en]") -> tuple[str, str]:
    """The keys of the plan's first page and of the whole plan."""
    plan = read_plan(tiny.plan(folder, pages, more))
    around = inputs.surroundings(plan)
    return inputs.page_key(plan.pages[0], "en", plan, around), inputs.plan_key(plan, around)


def change_notebook(folder):
    tiny.notebook(folder / "page.ipynb", "2")


def change_export(folder):
    path = folder / "tickets.csv"
    path.write_text(path.read_text().replace("Night", "Later"))


def change_settings(folder):
    (folder / "desk.yml").write_text((folder / "desk.yml").read_text().replace("UTC", "Asia/Ho_Chi_Minh"))


def set_targets(folder):
    (folder / "targets.csv").write_text("kpi,target\nfirst_response_time,4\n")


def set_interventions(folder):
    (folder / "interventions.csv").write_text("on,what\n2025-02-01,more people\n")


def write_a_module(folder):
    (folder / "helpers.py").write_text("A = 1\n")


def write_an_input(folder):
    (folder / "more").mkdir()
    (folder / "more" / "staff.csv").write_text("a\n")


CHANGES = [change_notebook, change_export, change_settings, set_targets, set_interventions, write_a_module]


@pytest.mark.parametrize("change", [*CHANGES, write_an_input], ids=lambda change: change.__name__)
def test_what_a_page_depends_on_changes_its_key(folder, change):
    more = "languages: [en]\ninputs: ['more/*.csv']"
    before = key(folder, more=more)
    change(folder)

    assert all(a != b for a, b in zip(before, key(folder, more=more), strict=True))


OTHER_PAGES = ["- notebook: page\n  parameters: {rows: 4}\n", "- notebook: page\n  title: Another\n"]
SHOWN = ["languages: [en, vi]", "languages: [en]\ncode: true", "languages: [en]\nevery: month"]


@pytest.mark.parametrize("pages", OTHER_PAGES, ids=["rows", "title"])
def test_a_parameter_or_a_title_changes_the_key(folder, pages):
    assert key(folder)[0] != key(folder, pages)[0]


@pytest.mark.parametrize("more", SHOWN)
def test_what_shows_on_a_page_changes_its_key(folder, more):
    assert key(folder)[0] != key(folder, more=more)[0]


def test_the_packages_code_and_the_versions_of_libraries_change_the_key(folder, monkeypatch):
    before = key(folder)[0]
    plan = read_plan(folder)
    around = inputs.surroundings(plan)

    for part in ("package", "libraries"):
        assert inputs.page_key(plan.pages[0], "en", plan, around | {part: "another"}) != before


def test_how_it_is_run_when_and_what_lies_around_do_not_change_the_key(folder):
    before = key(folder)
    (folder / "report.log").write_text("a line a night")
    (folder / "tickets.csv").touch()
    node = json.loads((folder / "page.ipynb").read_text())
    node["cells"][-1] |= {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}]}
    node["metadata"]["widgets"] = {}
    (folder / "page.ipynb").write_text(json.dumps(node))

    assert key(folder, more="languages: [en]\nworkers: 3\nmemory: 4\ndeadline: 60\nkernels: cold") == before


def test_a_file_that_desk_yml_names_elsewhere_counts(tmp_path):
    (tmp_path / "exports").mkdir(), (tmp_path / "desk").mkdir()
    (tmp_path / "exports" / "a.csv").write_text("a\n")
    (tmp_path / "desk" / "desk.yml").write_text("files: [{file: '../exports/*.csv'}]\n")

    assert set(inputs.desk_hashes(tmp_path / "desk")) == {"desk.yml", "../exports/a.csv"}


def test_a_kpi_of_the_desks_own_in_python_counts(tmp_path):
    (tmp_path / "desk.yml").write_text("files: [a.csv]\nkpis: {ours: {python: ours.py}, plain: {table: tickets}}\n")
    (tmp_path / "ours.py").write_text("A = 1\n")
    before = inputs.desk_hashes(tmp_path)
    (tmp_path / "ours.py").write_text("A = 2\n")

    assert set(before) == {"desk.yml", "ours.py"}
    assert inputs.desk_hashes(tmp_path)["ours.py"] != before["ours.py"]


def test_every_kind_of_export_that_is_read_counts():
    assert READABLE <= inputs._EXPORTS


@pytest.mark.parametrize("place, is_refused", [("report.txt", True), ("../report.txt", False), ("run.log", False)])
def test_a_log_among_the_exports_is_refused_before_anything_runs(tmp_path, place, is_refused):
    desk = tmp_path / "desk"
    desk.mkdir()
    tiny.notebook(tmp_path / "page.ipynb", "1")
    tiny.desk(desk)
    # Without `files:` every export of the folder is one, text files too.
    (desk / "desk.yml").write_text("timezone: UTC\n")
    plan = tiny.plan(tmp_path, "- page\n")
    plan.write_text(plan.read_text().replace("desk: .", "desk: desk"))
    with (desk / place).open("wb") as log:
        command = [sys.executable, "-m", "kpitools.cli", "report", str(plan)]
        done = subprocess.run(command, stdout=log, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2  # elsewhere the columns of the export are unknown to every format
    assert ("report.txt: what this run prints goes to a file" in done.stderr) == is_refused
    assert not (tmp_path / "out").exists()
