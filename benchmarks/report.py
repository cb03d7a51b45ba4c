"""Measure reports: ``python benchmarks/report.py [--commands N] [--wide]``.

The sample desk's whole plan, cold, against the same notebooks run by the commands ``papermill`` and ``nbconvert``
one after another, as most people schedule them. Of the commands only every N-th page is run, spread over the plan, in
blocks between ours so that both meet the same machine; their sum is scaled to all pages. Then nothing changed, one
notebook changed, and with --wide 200 pages (teams by months) in one plan.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

BIN = Path(sys.executable).parent
PLAN = """\
desk: desk
publish: site
pages:
  - each: {kpi: supported}
  - reports/scorecard
  - reports/data_quality
"""
WIDE = """\
desk: desk
publish: wide
languages: [en]
pages:
  - notebook: kpi/first_response_time
    each: {team: all, month: 24}
  - notebook: kpi/csat
    each: {team: all, month: 24}
  - notebook: kpi/resolution_time
    each: {month: 8}
"""


def spent() -> float:
    """CPU seconds of all children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def timed(command: list[str], folder: Path, ok: tuple[int, ...] = (0, 1)) -> tuple[float, float]:
    """Wall and CPU seconds of a command."""
    before, started = spent(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode not in ok:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return time.perf_counter() - started, spent() - before


def ours(folder: Path, plan: str = "plan.yml", *more: str) -> tuple[float, float]:
    return timed([sys.executable, "-m", "kpitools.cli", "report", plan, *more], folder)


def commands(job: dict, folder: Path) -> tuple[float, float]:
    """One page by papermill and nbconvert, each a process."""
    given = json.dumps(job["parameters"], ensure_ascii=False)
    output = job["output_path"]
    first = timed([str(BIN / "papermill"), job["input_path"], output, "-y", given, "--no-progress-bar"], folder)
    second = timed([str(BIN / "jupyter"), "nbconvert", "--to", "html", "--no-input", output], folder)
    return first[0] + second[0], first[1] + second[1]


def jobs(folder: Path, plan: str = "plan.yml") -> list[dict]:
    command = [sys.executable, "-m", "kpitools.cli", "plan", plan, "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    (folder / "executed").mkdir(exist_ok=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


class Memory(threading.Thread):
    """Watches the proportional memory of processes below this one: of kernels, and of all."""

    def __init__(self):
        super().__init__(daemon=True)
        self.kernel_mb, self.all_mb, self.is_over = 0.0, 0.0, False

    def run(self) -> None:
        while not self.is_over:
            found = [(pid, _pss_mb(pid)) for pid in _below(os.getpid())]
            self.all_mb = max(self.all_mb, sum(mb for _, mb in found))
            self.kernel_mb = max([self.kernel_mb, *(mb for pid, mb in found if _is_kernel(pid))])
            time.sleep(0.3)


def _is_kernel(pid: int) -> bool:
    """Kernels, and the process that forks them, lead sessions of their own."""
    try:
        return os.getsid(pid) == pid
    except ProcessLookupError:
        return False


def _below(pid: int) -> list[int]:
    children = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found, waiting = [], [pid]
    while waiting:
        waiting += (more := children.get(waiting.pop(), []))
        found += more
    return found


def _pss_mb(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(text.split("Pss:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--commands", type=int, default=8, help="run every N-th page by the commands")
    parser.add_argument("--wide", action="store_true", help="also 200 pages in one plan")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        prepare(folder)
        compare(folder, said.commands)
        if said.wide:
            wide(folder)


def prepare(folder: Path) -> None:
    """The sample desk, already loaded once, so that both sides find its cache."""
    from kpitools.load import load
    from kpitools.resources import notebooks, sample

    shutil.copytree(sample(), folder / "desk", ignore=shutil.ignore_patterns(".kpitools"))
    load(folder / "desk")
    (folder / "plan.yml").write_text(PLAN, encoding="utf-8")
    (folder / "wide.yml").write_text(WIDE, encoding="utf-8")
    shutil.copy(notebooks() / "kpi" / "csat.ipynb", folder / "own.ipynb")


def compare(folder: Path, step: int) -> None:
    listed = jobs(folder)
    picked = listed[::step]
    half = len(picked) // 2
    theirs = [commands(job, folder) for job in picked[:half]]
    cold, cpu = ours(folder)
    theirs += [commands(job, folder) for job in picked[half:]]
    scale = len(listed) / len(picked)
    wall, spent_cpu = (scale * sum(one[i] for one in theirs) for i in (0, 1))
    n = len(listed)
    record = json.loads((folder / "site" / "run.json").read_text(encoding="utf-8"))
    if record["status"] != "ok":  # a failed page runs again, so the figures below would say nothing
        sys.exit(f"pages failed: {[page['page'] for page in record['pages'] if page['status'] != 'ok']}")
    print(f"{n} pages, {len(picked)} of them by the commands")
    print(f"papermill and nbconvert, one after another {wall:8.1f} s {spent_cpu / n:6.2f} CPU s a page")
    print(f"kpitools report, nothing kept              {cold:8.1f} s {cpu / n:6.2f} CPU s a page")
    print(f"ratio {wall / cold:.1f} (held: 6 or more), of CPU {spent_cpu / cpu:.1f}")
    again = min(ours(folder)[0] for _ in range(3))
    print(f"nothing changed                            {again:8.2f} s (held: under 2)")
    (folder / "plan.yml").write_text(PLAN + "  - own\n", encoding="utf-8")
    ours(folder)
    own = folder / "own.ipynb"
    own.write_text(
        own.read_text(encoding="utf-8").replace(
            "definition_card(kpi, desk, language)", "basis_card(kpi, desk, language)"
        ),
        encoding="utf-8",
    )
    print(f"one notebook changed, two languages        {ours(folder)[0]:8.1f} s")


def wide(folder: Path) -> None:
    watch = Memory()
    watch.start()
    seconds, cpu = ours(folder, "wide.yml")
    watch.is_over = True
    record = json.loads((folder / "wide" / "run.json").read_text(encoding="utf-8"))
    n, failed = len(record["pages"]), sum(page["status"] != "ok" for page in record["pages"])
    print(f"{n} pages of teams and months              {seconds:8.1f} s {cpu / n:6.2f} CPU s a page, {failed} failed")
    print(f"memory (proportional): a worker {watch.kernel_mb:.0f} MB at most, all processes {watch.all_mb:.0f} MB")
    print(f"the same with nothing changed              {ours(folder, 'wide.yml')[0]:8.2f} s")


if __name__ == "__main__":
    main()
