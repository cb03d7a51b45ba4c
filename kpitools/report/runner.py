"""Run a plan's notebooks through papermill, in this process, and publish the pages as one folder, all or nothing."""

import contextlib
import datetime as dt
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpitools import __version__
from kpitools.errors import ConfigError
from kpitools.report.layout import only_ours
from kpitools.report.plan import Page, Plan

# Every nbformat import builds some 35 parsers for a format check no notebook uses: 1.3 CPU seconds
# (python-jsonschema/jsonschema#1428). Blocked before papermill brings nbformat in.
sys.modules.setdefault("rfc3987_syntax", None)

WORKERS = 2
MARK = "run.json"  # the file by which a folder is known to be a report of ours
_running: set[Any] = set()  # kernel managers of notebooks under way
_running_lock = threading.Lock()


@dataclass(frozen=True)
class Outcome:
    """How one notebook went in one language; papermill's own status calls a killed notebook 'completed'.

    status : ok, failed (a cell raised), timed out, or died (the kernel went away)
    error : one line, empty when ok
    notebook : the executed notebook node, as far as it came
    """

    page: Page
    language: str
    status: str
    seconds: float
    error: str = ""
    notebook: Any = None

    @property
    def ok(self) -> bool:
        return self.status == "ok"


def run_notebook(page: Page, desk: Path, language: str, deadline: float, folder: Path) -> Outcome:
    """Run one notebook on a cold kernel; never raises for what the notebook does. `folder` takes the executed file."""
    import nbformat

    started = time.monotonic()
    output, log = folder / f"{page.slug}.{language}.ipynb", folder / f"{page.slug}.{language}.log"
    watch = _Deadline(deadline)
    try:
        _execute(page, output, page.parameters_for(desk, language), language, watch, log)
        status, error = "ok", ""
    except Exception as problem:
        status = _status_of(problem, watch)
        error = _one_line(problem) + (_last_words(log) if status == "died" else "")
    finally:
        watch.stop()
        _close_loop()
    executed = nbformat.read(output, as_version=4) if output.is_file() else None
    if status == "ok" and not _all_cells_ran(executed):
        status, error = "died", "not all cells were run"
    if status == "timed out":
        error = f"took longer than {deadline:g} s"
    return Outcome(page, language, status, round(time.monotonic() - started, 2), error, executed)


def _execute(page: Page, output: Path, parameters: dict, language: str, watch: "_Deadline", log: Path) -> None:
    import logging

    import papermill

    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # the status record says what happened
    with tempfile.TemporaryDirectory(prefix="kpi-") as sockets, log.open("wb") as said:
        papermill.execute_notebook(
            str(page.notebook),
            str(output),
            parameters=parameters,
            kernel_name="python3",
            progress_bar=False,
            kernel_manager_class=kernel_manager_class(Path(sockets), watch, {"KPITOOLS_LANGUAGE": language}, said),
        )


def kernel_manager_class(sockets: Path, watch: "_Deadline", environment: dict[str, str], log: Any) -> type:
    """A kernel manager that runs this very Python over IPC sockets, which know no race for ports.

    `log` is an open file for what the kernel process itself says, which is not the notebook's output.
    """
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class Manager(AsyncKernelManager):
        @property
        def kernel_spec(self):
            # Not the kernelspec 'python3' of whoever is logged in: it may belong to another environment.
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=argv, language="python", display_name="Python 3")

        async def _async_start_kernel(self, **options):
            if os.name == "posix":
                # Socket paths end at about 100 characters, so not beside the connection file.
                self.transport, self.ip = "ipc", str(sockets / "k")
            options |= {"stdout": log, "stderr": log}
            options["env"] = {**(options.get("env") or os.environ), **environment}
            with _running_lock:
                _running.add(self)
            await super()._async_start_kernel(**options)
            watch.start(lambda: _kill(self))

        start_kernel = _async_start_kernel

        async def _async_cleanup_resources(self, restart=False):
            with _running_lock:
                _running.discard(self)
            await super()._async_cleanup_resources(restart)

        cleanup_resources = _async_cleanup_resources

    return Manager


class _Deadline:
    """Papermill's time limit counts for a cell; this one counts for the notebook."""

    def __init__(self, seconds: float):
        self.seconds, self.passed, self._timer = seconds, False, None

    def start(self, kill: Callable[[], None]) -> None:
        def act() -> None:
            self.passed = True
            kill()

        self._timer = threading.Timer(self.seconds, act)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _kill(manager: Any) -> None:
    process = getattr(manager.provisioner, "process", None)
    if process is not None and process.poll() is None:
        process.kill()


def kill_all() -> None:
    """End the kernels of all notebooks under way."""
    with _running_lock:
        managers = list(_running)
    for manager in managers:
        _kill(manager)


def _status_of(problem: Exception, watch: _Deadline) -> str:
    if watch.passed:
        return "timed out"
    return "died" if type(problem).__name__ == "DeadKernelError" else "failed"


def _one_line(problem: Exception) -> str:
    name, value = getattr(problem, "ename", None), getattr(problem, "evalue", None)
    text = f"{name}: {value}" if name else f"{type(problem).__name__}: {problem}"
    return " ".join(text.split())[:500]


def _close_loop() -> None:
    """Close the event loop that nbclient opened for this thread and would leave open."""
    import asyncio

    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop()
    if not loop.is_running():
        loop.close()
        asyncio.set_event_loop(None)


def _last_words(log: Path) -> str:
    """The last line the kernel process said, as an addition to an error."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.is_file() else []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f" ({last[:200]})" if last else ""


def _all_cells_ran(notebook: Any) -> bool:
    """Whether every code cell that says something was executed."""
    if notebook is None:
        return False
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    return all(cell.execution_count is not None for cell in cells)


def run_pages(plan: Plan, folder: Path, told: Callable[[Outcome], None]) -> list[Outcome]:
    """All pages in all languages, two at a time, in the plan's order; `told` hears of each as it ends."""
    import papermill  # noqa: F401  imported once here, not in two threads at the same time

    jobs = [(page, language) for page in plan.pages for language in plan.languages]
    found: dict[tuple[str, str], Outcome] = {}
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting = [pool.submit(run_notebook, p, plan.desk, lang, plan.deadline, folder) for p, lang in jobs]
        try:
            for done in as_completed(waiting):
                outcome = done.result()
                found[outcome.page.slug, outcome.language] = outcome
                told(outcome)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            kill_all()
            raise
    return [found[page.slug, language] for page, language in jobs]


@dataclass(frozen=True)
class Published:
    """What `report` made: how each page went, the KPIs whose row of the scorecard broke, and what else went wrong."""

    outcomes: tuple[Outcome, ...]
    failed_kpis: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.failed_kpis and all(outcome.ok for outcome in self.outcomes)


def report(plan: Plan, told: Callable[[Outcome], None] | None = None) -> Published:
    """Run `plan` and publish its site.

    The site is built beside its final place and swapped in whole; whatever ends the run before that leaves
    the report that was there untouched.

    Raises
    ------
    ConfigError
        When the folder to publish to holds something else than a report, so must not be replaced.
    KpitoolsError
        When the desk cannot be loaded.
    """
    from kpitools.load import load
    from kpitools.people import mask_for
    from kpitools.report import site

    check_replaceable(plan.publish)
    started = dt.datetime.now(dt.UTC)
    desk = load(plan.desk)
    with building(plan.publish) as new, tempfile.TemporaryDirectory(prefix="kpitools-") as executed:
        outcomes = run_pages(plan, Path(executed), told or (lambda outcome: None))
        failed_kpis = site.write(plan, desk, outcomes, new, plan.publish)
        record = run_record(plan, desk, outcomes, started, failed_kpis)
        (new / MARK).write_text(_json(mask_for(desk).tree(record)), encoding="utf-8")
        warnings = site.print_pages(plan, new)
    warnings += site.send_digest(plan, plan.publish)
    return Published(tuple(outcomes), tuple(failed_kpis), tuple(warnings))


def check_replaceable(target: Path) -> None:
    """ConfigError unless `target` is absent, an empty folder, or a report that an earlier run wrote."""
    if not target.exists() and not target.is_symlink():
        return
    if target.is_dir() and not target.is_symlink() and (_is_report(target) or not any(target.iterdir())):
        return
    raise ConfigError(f"{target} is there and is not a report of kpitools: it is not replaced. Name another folder.")


def _is_report(folder: Path) -> bool:
    """Whether a run of ours wrote the folder and nobody put anything else there."""
    try:
        record = json.loads((folder / MARK).read_text(encoding="utf-8"))
        ours = "kpitools" in record["versions"] and isinstance(record["pages"], list)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return ours and only_ours(folder)


def _clear_dead_rooms(target: Path) -> None:
    """Remove what runs that were killed have left beside `target`; a room's name says whose it is."""
    for room in target.parent.glob(f".{target.name}.building-*"):
        owner = room.name.removeprefix(f".{target.name}.building-").split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists() and Path("/proc/self").exists():
            shutil.rmtree(room, ignore_errors=True)


@contextlib.contextmanager
def building(target: Path) -> Iterator[Path]:
    """A new folder beside `target` to fill, which takes its place when the block ends well and vanishes otherwise."""
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    _clear_dead_rooms(target)
    room = Path(tempfile.mkdtemp(prefix=f".{target.name}.building-{os.getpid()}-", dir=target.parent))
    new = room / "site"
    new.mkdir()
    try:
        yield new
        if target.exists():
            _exchange(new, target)
        else:
            new.rename(target)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _exchange(new: Path, target: Path) -> None:
    """Swap two folders: at one instant where the system can (Linux), else by two renames, undone if one fails."""
    if _rename_exchange(new, target):
        return
    old = new.with_name("old")
    target.rename(old)
    try:
        new.rename(target)
    except OSError:
        old.rename(target)
        raise


def _rename_exchange(one: Path, other: Path) -> bool:
    import ctypes

    rename = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    at_fdcwd, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of linux/fs.h
    return rename is not None and rename(at_fdcwd, os.fsencode(one), at_fdcwd, os.fsencode(other), exchange) == 0


def run_record(plan: Plan, desk: Any, outcomes: list[Outcome], started: dt.datetime, failed_kpis: list[str]) -> dict:
    """What run.json holds: inputs, parameters, versions, and how each page went."""
    seconds = (dt.datetime.now(dt.UTC) - started).total_seconds()
    return {
        "status": "ok" if all(outcome.ok for outcome in outcomes) and not failed_kpis else "failed",
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "desk": desk.settings.name,
        "as_of": f"{desk.as_of_local:%Y-%m-%dT%H:%M:%S}",
        "timezone": desk.timezone,
        "plan": plan.source.name if plan.source else None,
        "every": plan.every,
        "hours": plan.hours,
        "languages": list(plan.languages),
        "inputs": _inputs(desk),
        "pages": [_page_record(outcome) for outcome in outcomes],
        "scorecard_failed": failed_kpis,
        "versions": versions(),
    }


def _page_record(outcome: Outcome) -> dict:
    page = outcome.page
    return {
        "page": page.slug,
        "language": outcome.language,
        "notebook": f"{page.notebook.parent.name}/{page.notebook.name}",
        "parameters": page.parameters,
        "status": outcome.status,
        "seconds": outcome.seconds,
        "error": outcome.error,
    }


def _inputs(desk: Any) -> list[dict]:
    files = getattr(desk.report, "files", None)
    if files is None:
        return []
    wanted = [c for c in ("file", "sha256", "format", "rows_read", "accepted", "quarantined") if c in files]
    return json.loads(files[wanted].to_json(orient="records"))


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that make the numbers and pages."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": ".".join(map(str, sys.version_info[:3])), "kpitools": __version__}
    for name in ("duckdb", "ibis-framework", "pandas", "matplotlib", "papermill", "nbconvert"):
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=str) + "\n"
