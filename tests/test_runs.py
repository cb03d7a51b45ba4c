"""Runs end in every way a run can end, and the last published report stays whole."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import tiny

from kpitools.report import runner
from kpitools.report.plan import read_plan

pytestmark = pytest.mark.slow
linux = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")

# Each run of a notebook leaves a line, so that a test can count runs.
COUNTED = "from pathlib import Path\nwith Path('runs.txt').open('a') as file: _ = file.write(f'{name} {language}\\n')"


def counted(folder: Path, name: str, *sources: str) -> None:
    tiny.notebook(folder / f"{name}.ipynb", f"name = '{name}'", COUNTED, *sources)


def runs(folder: Path) -> list[str]:
    path = folder / "runs.txt"
    return sorted(path.read_text().split("\n")[:-1]) if path.exists() else []


def record(folder: Path) -> dict:
    return json.loads((folder / "out" / "run.json").read_text())


def report(folder: Path, **options) -> runner.Published:
    return runner.report(read_plan(folder), **options)


@pytest.fixture
def folder(tmp_path):
    counted(tmp_path, "a")
    counted(tmp_path, "b")
    return tiny.desk(tmp_path)


# Only what changed ------------------------------------------------------------------------------------------


def test_only_what_changed_runs_again(folder):
    tiny.plan(folder, "- a\n- b\n", "languages: [en, vi]")
    first = report(folder)
    assert first.ok and first.pages == 4 and runs(folder) == ["a en", "a vi", "b en", "b vi"]
    pages = {path.name: path.read_bytes() for path in (folder / "out").glob("*.html")}

    second = report(folder)
    assert second.is_unchanged and second.pages == 4 and len(runs(folder)) == 4

    counted(folder, "b", "1 + 1")
    third = report(folder)
    assert [(o.page.slug, o.is_kept) for o in third.outcomes] == [("a", True)] * 2 + [("b", False)] * 2
    assert runs(folder)[2:] == ["b en", "b en", "b vi", "b vi"][-4:] and len(runs(folder)) == 6
    assert (folder / "out" / "a.en.html").read_bytes() == pages["a.en.html"]

    assert not report(folder, fresh=True).is_unchanged and len(runs(folder)) == 10


def test_a_notebook_that_reads_more_than_its_desk_runs_every_time(folder):
    tiny.plan(folder, "- a\n- notebook: b\n  always: true\n", "languages: [en]\nkernels: cold")
    report(folder)
    report(folder)

    assert runs(folder) == ["a en", "b en", "b en"]


def test_a_page_that_failed_runs_again_and_the_others_do_not(folder):
    counted(folder, "b", "assert Path('mended').exists()")
    tiny.plan(folder, "- a\n- b\n", "languages: [en]\nkernels: cold")
    assert [outcome.status for outcome in report(folder).outcomes] == ["ok", "failed"]

    (folder / "mended").touch()

    assert report(folder).ok and runs(folder) == ["a en", "b en", "b en"]


# Ends -------------------------------------------------------------------------------------------------------


def waits(folder: Path) -> None:
    """Make b wait until it may go on; it leaves the number of its process."""
    counted(folder, "b", "import os, time\n_ = Path('b.pid').write_text(str(os.getpid()))", WAIT)


WAIT = "while not Path('go').exists(): time.sleep(0.05)"


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_run_that_is_ended_leaves_the_old_report_and_the_next_takes_up_where_it_stopped(folder, number):
    tiny.plan(folder, "- a\n- b\n")
    assert report(folder).ok
    before = {path.name: path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()}
    counted(folder, "a", "2")
    waits(folder)

    process = tiny.start("report", "plan.yml", folder=folder)
    kernel = int(tiny.until(lambda: (folder / "b.pid").exists() and (folder / "b.pid").read_text()))
    # A page is kept once its folder has its name: what is being written begins with a point.
    kept = (folder / ".out.kept").glob
    tiny.until(lambda: len(list(kept("[!.]*/entry.json"))) == 1 and runs(folder).count("a en") == 2)
    process.send_signal(number)
    done = tiny.end(process)

    assert done.returncode == (-9 if number == signal.SIGKILL else 130)
    if number != signal.SIGKILL:
        assert "Stopped. What was published before stands" in done.stderr and "Traceback" not in done.stderr
        assert not list(folder.glob(".out.building-*"))
    assert {path.name: path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()} == before
    tiny.until(lambda: not tiny.is_alive(kernel), 10)

    (folder / "go").touch()
    again = tiny.run("report", "plan.yml", folder=folder)
    assert again.returncode == 0, again.stderr
    assert runs(folder).count("a en") == 2, "the page that was finished is not run again"
    assert [page["kept"] for page in record(folder)["pages"]] == [True, False]
    assert not list(folder.glob(".out.building-*"))


@linux
def test_a_kernel_that_dies_once_is_made_good_on_a_cold_one(folder):
    counted(folder, "b", "import os\nif not Path('died').exists(): Path('died').touch(), os.kill(os.getpid(), 9)")
    tiny.plan(folder, "- b\n")

    (outcome,) = report(folder).outcomes

    assert outcome.ok and outcome.kernel == "cold" and runs(folder) == ["b en", "b en"]


def test_a_kernel_that_always_dies_and_a_notebook_that_takes_too_long_cost_their_pages_only(folder):
    counted(folder, "b", "import os; os.kill(os.getpid(), 9)")
    tiny.notebook(folder / "slow.ipynb", "print('so far')", "import time; time.sleep(600)")
    tiny.plan(folder, "- a\n- b\n- slow\n", "languages: [en]\ndeadline: 15")

    done = tiny.run("report", "plan.yml", folder=folder)

    assert done.returncode == 1
    assert [page["status"] for page in record(folder)["pages"]] == ["ok", "died", "timed out"]
    assert "so far" in (folder / "out" / "slow.en.html").read_text()
    assert "took longer than 15 s" in done.stdout


@linux
@pytest.mark.parametrize("kernels", ["forked", "cold"])
def test_a_notebook_that_takes_too_much_memory_gets_a_memory_error(folder, kernels):
    counted(folder, "b", "import numpy as np\nn = np.ones(3 * 2**30 // 8).sum()")
    tiny.plan(folder, "- b\n", f"languages: [en]\nmemory: 2\nkernels: {kernels}")

    (outcome,) = report(folder).outcomes

    assert outcome.status == "failed" and "Unable to allocate" in outcome.error and outcome.kernel == kernels


def test_a_disk_without_room_ends_with_one_sentence_and_the_old_report(folder):
    tiny.plan(folder, "- a\n")
    assert report(folder).ok
    before = (folder / "out" / "index.html").read_bytes()
    tiny.notebook(folder / "a.ipynb", "print('x' * 3_000_000)")
    code = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6)); "
    code += "sys.argv = ['kpitools', 'report', 'plan.yml']; runpy.run_module('kpitools.cli', run_name='__main__')"

    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=300)

    assert done.returncode == 5, done.stderr
    says = r"kpitools: .*out could not be published \(File too large.*finished pages are kept\.\n"
    assert re.fullmatch(says, done.stderr)
    assert (folder / "out" / "index.html").read_bytes() == before
    assert {path.name for path in folder.glob(".out*")} == {".out.kept", ".out.lock"}


def test_two_runs_at_once_do_not_mix(folder):
    waits(folder)
    tiny.plan(folder, "- a\n- b\n", "languages: [en]\nkernels: cold")
    first = tiny.start("report", "plan.yml", folder=folder)
    tiny.until(lambda: (folder / "b.pid").exists())

    second = tiny.run("report", "plan.yml", folder=folder)
    third = tiny.start("report", "plan.yml", "--wait", "200", folder=folder)
    (folder / "go").touch()

    assert second.returncode == 4 and "another run is filling" in second.stderr
    assert tiny.end(first).returncode == 0
    done = tiny.end(third)
    assert done.returncode == 0 and "Nothing has changed" in done.stdout
    assert runs(folder) == ["a en", "b en"]


def test_an_export_that_changes_meanwhile_is_published_by_no_run_and_kept_by_none(folder):
    tiny.plan(folder, "- a\n", "languages: [en]\nkernels: cold")
    counted(
        folder,
        "a",
        "if not Path('late').exists(): Path('late').touch(), Path('tickets.csv').open('a').write('99,,,\\n')",
    )

    done = tiny.run("report", "plan.yml", folder=folder)

    assert done.returncode == 4 and "tickets.csv changed while the report was made" in done.stderr
    assert not (folder / "out").exists() and not list((folder / ".out.kept").glob("*/entry.json"))
    assert report(folder).ok


def test_a_missed_target_has_an_exit_code_of_its_own(folder):
    (folder / "targets.csv").write_text("kpi,target\nfirst_response_time,1\n")
    tiny.plan(folder, "- a\n", "languages: [en]\nkernels: cold")

    assert tiny.run("report", "plan.yml", folder=folder).returncode == 0
    done = tiny.run("report", "plan.yml", "--fail-on", "missed", folder=folder)

    assert done.returncode == 3 and "Targets missed: first_response_time" in done.stderr
    assert "Nothing has changed" in done.stdout and record(folder)["missed"] == ["first_response_time"]


# Kernels ----------------------------------------------------------------------------------------------------

DRAW = "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])"
TELL = "import random, numpy, os\nprint(random.random(), numpy.random.rand(), os.getcwd())"


@linux
def test_a_forked_kernel_does_what_a_cold_one_does(folder):
    ways = {}
    for kernels in ("forked", "cold"):
        tiny.notebook(folder / "a.ipynb", DRAW, TELL, "!echo shell", "await __import__('asyncio').sleep(0)")
        tiny.plan(folder, "- a\n- notebook: a\n  title: Again\n", f"languages: [en]\nkernels: {kernels}")
        published = report(folder, fresh=True)
        assert published.ok and {outcome.kernel for outcome in published.outcomes} == {kernels}
        ways[kernels] = [(folder / "out" / name).read_text() for name in ("a.en.html", "a_2.en.html")]

    for pages in ways.values():
        assert all("data:image/png;base64" in page and "shell" in page and str(folder) in page for page in pages)
        first, second = (re.findall(r"0\.\d{8,}", re.sub(r"base64,[^'\"]*", "", page)) for page in pages)
        assert not set(first) & set(second), "two kernels draw different random numbers"


@linux
def test_without_the_fork_server_notebooks_run_on_cold_kernels(folder, monkeypatch):
    tiny.plan(folder, "- a\n- b\n")
    made = runner.ForkServer

    def dying():
        server = made()
        os.kill(server.pid, signal.SIGKILL)
        return server

    monkeypatch.setattr(runner, "ForkServer", dying)

    assert [(outcome.status, outcome.kernel) for outcome in report(folder).outcomes] == [("ok", "cold")] * 2


# Secrets ----------------------------------------------------------------------------------------------------


def test_a_secret_in_the_environment_is_in_nothing_that_is_written(folder, monkeypatch):
    monkeypatch.setenv("CRM_TOKEN", "hunter2-hunter2")
    tiny.notebook(folder / "a.ipynb", "import os\nprint(os.environ['CRM_TOKEN'])")
    tiny.notebook(folder / "b.ipynb", "import os\nraise ValueError(f'https://{os.environ[\"CRM_TOKEN\"]}@crm')")
    tiny.plan(folder, "- a\n- b\n", "languages: [en]\ncode: true")

    published = report(folder)

    written = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert not [text for text in written if b"hunter2" in text]
    assert "***CRM_TOKEN***" in (folder / "out" / "a.en.html").read_text()
    assert published.outcomes[1].error == "ValueError: https://***CRM_TOKEN***@crm"


def test_the_record_names_inputs_by_hash_parameters_versions_times_and_findings(folder):
    tiny.plan(folder, "- notebook: a\n  parameters: {rows: 4}\n", "languages: [en]\nkernels: cold")
    report(folder)
    found = record(folder)

    assert [(row["file"], len(row["sha256"])) for row in found["inputs"]] == [("tickets.csv", 64)]
    (page,) = found["pages"]
    assert page["parameters"] == {"rows": 4} and page["seconds"] > 0 and page["kernel"] == "cold"
    assert {"python", "kpitools", "duckdb", "papermill"} <= set(found["versions"])
    assert all(set(row) <= {"file", "table", "rule", "column", "rows", "kind"} for row in found["findings"])


@linux
def test_a_forked_kernel_says_no_more_than_a_cold_one(tmp_path):
    """Libraries' deprecations are for their authors: a cold kernel hides them, and so must a forked one."""
    library = "compile(\"warnings.warn('shelved-call', DeprecationWarning)\", 'library.py', 'exec')"
    inner = f"import warnings\nexec({library}, {{'warnings': warnings, '__name__': 'library'}})"
    tiny.notebook(tmp_path / "a.ipynb", "import kpitools as kt", inner, "warnings.warn('look-here', UserWarning)")
    said = {}
    for kernels in ("cold", "forked"):
        plan = tiny.plan(tiny.desk(tmp_path), "- a\n", f"languages: [en]\nkernels: {kernels}")
        plan.write_text(plan.read_text().replace("publish: out", f"publish: {kernels}"))
        report(tmp_path)
        page = (tmp_path / kernels / "a.en.html").read_text(encoding="utf-8")
        said[kernels] = ("shelved-call" in page, "look-here" in page)

    assert said == {"cold": (False, True), "forked": (False, True)}
