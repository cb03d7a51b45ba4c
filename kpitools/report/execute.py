"""One notebook through papermill, in this process; what it does never ends the run, only its own page."""

import errno
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from kpitools.report.kernels import Deadline, ForkServer, Room, is_stopped, manager_class
from kpitools.report.plan import Page
from kpitools.report.record import Outcome
from kpitools.report.secrets import masked, secrets_of

# Every nbformat import builds some 35 parsers for a format check no notebook uses: 1.3 CPU seconds
# (python-jsonschema/jsonschema#1428). Blocked before papermill brings nbformat in.
sys.modules.setdefault("rfc3987_syntax", None)

ENGINE = "kpitools"


def run_notebook(
    page: Page,
    desk: Path,
    language: str,
    deadline: float,
    server: ForkServer | None = None,
    memory: int | None = None,
) -> Outcome:
    """Run one notebook; never raises for what the notebook does.

    A notebook whose forked kernel dies is run once more on a cold one.
    """
    found = _run_once(page, desk, language, deadline, server, memory)
    if found.status == "died" and found.kernel == "forked" and not is_stopped():
        return _run_once(page, desk, language, deadline, None, memory)
    return found


def _run_once(
    page: Page, desk: Path, language: str, deadline: float, server: ForkServer | None, memory: int | None
) -> Outcome:
    started, watch, executed = time.monotonic(), Deadline(deadline), []
    with tempfile.TemporaryDirectory(prefix="kpi-") as folder:
        room = Room(Path(folder), page.notebook.parent, watch, {"KPITOOLS_LANGUAGE": language}, server, memory)
        try:
            _execute(page, page.parameters_for(desk, language), room, executed)
            status, error = "ok", ""
        except Exception as problem:
            _raise_if_disk_is_full(problem)
            status = _status_of(problem, watch)
            error = _one_line(problem) + (f" ({room.last_words()})" if status == "died" and room.last_words() else "")
        finally:
            watch.stop()
            _close_loop()
    notebook = executed[0] if executed else None
    if status == "ok" and not _all_cells_ran(notebook):
        status, error = "died", "not all cells were run"
    if status == "timed out":
        error = f"took longer than {deadline:g} s"
    secrets = secrets_of()
    seconds, kernel = round(time.monotonic() - started, 2), "forked" if room.is_forked else "cold"
    peak = getattr(room.process, "peak_mb", None)
    return Outcome(
        page, language, status, seconds, masked(error, secrets), masked(notebook, secrets), kernel, peak_mb=peak
    )


def _execute(page: Page, parameters: dict, room: Room, executed: list) -> None:
    """Run with papermill; the notebook goes to `executed` as soon as it is begun and nowhere on the disk."""
    import logging

    import papermill

    _register_engine()
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # the status record says what happened
    papermill.execute_notebook(
        str(page.notebook),
        None,
        parameters=parameters,
        engine_name=ENGINE,
        kernel_name="python3",
        progress_bar=False,
        executed=executed,
        kernel_manager_class=manager_class(room),
    )


def _register_engine() -> None:
    """Papermill's own engine, which besides hands out the notebook while it is executed: a killed one is shown as far
    as it came."""
    from papermill.engines import NBClientEngine, papermill_engines

    class Engine(NBClientEngine):
        @classmethod
        def execute_managed_notebook(cls, nb_man, kernel_name, *, executed, **options):
            executed.append(nb_man.nb)
            return super().execute_managed_notebook(nb_man, kernel_name, **options)

    papermill_engines.register(ENGINE, Engine)


def _raise_if_disk_is_full(problem: Exception) -> None:
    """The runner's own lack of room is no fault of the page; a notebook's errors come as papermill's."""
    if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT):
        raise problem


def _status_of(problem: Exception, watch: Deadline) -> str:
    if watch.passed:
        return "timed out"
    is_dead = type(problem).__name__ == "DeadKernelError" or "Kernel died before" in str(problem)
    return "died" if is_dead else "failed"


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


def _all_cells_ran(notebook: Any) -> bool:
    """Whether every code cell that says something was executed."""
    if notebook is None:
        return False
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    return all(cell.execution_count is not None for cell in cells)
