"""A process that has imported everything notebooks import, and forks a kernel on request (Linux).

Run as ``python -m kpitools.report.forkserver``. Orders come in as lines of JSON, news go out the same way:

    in   {"job": 1, "connection": PATH, "env": {...}, "cwd": PATH, "log": PATH, "memory": BYTES or null}
    out  {"ready": true}, then {"job": 1, "pid": 4711}, and at last {"job": 1, "exit": 0, "peak_mb": 210.5}

When the other end goes away, all kernels end. This process opens no database and draws nothing through pyplot before it
forks: threads and locks do not survive a fork.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PRELOAD = (
    "IPython.core.interactiveshell",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "pandas",
    "pyarrow",
    "pyarrow.parquet",
    "duckdb",
    "ibis",
    "ibis.backends.duckdb",
    "ibis.backends.duckdb.converter",
    "ibis.formats.numpy",
    "ibis.formats.pandas",
    "ibis.formats.pyarrow",
    "matplotlib.pyplot",
    "seaborn",
    "scipy.stats",
    "statsmodels.api",
    "babel.numbers",
    "babel.dates",
    "holidays.countries",  # loaded one by one otherwise, some 300 modules
    "jinja2",
    "kpitools.load",
    "kpitools.goals_check",
    "kpitools.notebook",
    "kpitools.team",
    "kpitools.scorecard",
    "kpitools.plots",
    "kpitools.cards",
    "kpitools.views",
    "kpitools.board",
)
INLINE = "module://matplotlib_inline.backend_inline"
# A history file would be a second place where what a notebook says is kept.
KERNEL_OPTIONS = ("--HistoryManager.enabled=False",)


def main() -> None:
    """Import, say so, then serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the runner's business, which then closes our input
    if Path(sys.path[0] or ".").resolve() == Path.cwd():
        del sys.path[0]  # as ipykernel_launcher does: a file there must not stand in for a module
    os.environ.setdefault("MPLBACKEND", INLINE)  # read once, when matplotlib is imported
    news = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what an import prints must not mix with the news
    _preload()
    serve(news)


def _preload() -> None:
    with _quiet():
        for name in PRELOAD:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        for warm in (_warm_text, _warm_words, _warm_queries):
            with contextlib.suppress(Exception):
                warm()
    gc.collect()
    gc.freeze()  # pages of objects that are never collected stay shared


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No warnings here: an import's would be said by every kernel, or by none. What Python ignores by default, and what
    libraries ask for as they are imported, holds in the kernels as it does in a cold one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        everything = warnings.filters[0]
        yield
        kept = [one for one in warnings.filters if one != everything]
    warnings.filters[:] = kept


def _warm_text() -> None:
    """Find the fonts once; on a canvas of its own, since pyplot's would bind the kernel's display too early."""
    from io import BytesIO

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().set_title("Thời gian phản hồi")
    FigureCanvasAgg(figure).print_png(BytesIO())


def _warm_words() -> None:
    """Read the sentences, and the names of time zones."""
    from kpitools.hours import check_zone
    from kpitools.words import keys

    keys(""), check_zone("UTC")


def _warm_queries() -> None:
    """Compile a query, which loads the dialect; none is run."""
    import ibis

    table = ibis.table({"a": "timestamp", "b": "string"}, name="t")
    ibis.to_sql(table.group_by("b").agg(n=table.count(), m=table.a.max()).order_by("b"), dialect="duckdb")


def serve(news: Any) -> None:
    """Fork a kernel for every order; tell of every kernel that ends."""
    bell, ringer = socket.socketpair()
    bell.setblocking(False), ringer.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ringer.fileno(), warn_on_full_buffer=False)
    jobs: dict[int, int] = {}  # pid -> job
    waiting = b""
    with selectors.DefaultSelector() as watched:
        watched.register(0, selectors.EVENT_READ)
        watched.register(bell, selectors.EVENT_READ)
        _tell(news, {"ready": True})
        while True:
            for key, _ in watched.select():
                if key.fileobj is bell:
                    with contextlib.suppress(BlockingIOError):
                        bell.recv(4096)
                    _bury(jobs, news)
                    continue
                read = os.read(0, 1 << 16)
                if not read:
                    _end(jobs)
                *lines, waiting = (waiting + read).split(b"\n")
                for line in lines:
                    _fork(json.loads(line), jobs, news, (bell, ringer, watched, news))


def _fork(order: dict, jobs: dict[int, int], news: Any, ours: tuple) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12: fork in a process with threads
            pid = os.fork()
    except OSError as error:
        _tell(news, {"job": order["job"], "error": str(error)})
        return
    if pid == 0:
        _become_kernel(order, ours)
    jobs[pid] = order["job"]
    _tell(news, {"job": order["job"], "pid": pid})


def _bury(jobs: dict[int, int], news: Any) -> None:
    while jobs:
        pid, status, used = os.wait4(-1, os.WNOHANG)
        if pid == 0:
            return
        code = os.waitstatus_to_exitcode(status)
        _tell(news, {"job": jobs.pop(pid, None), "exit": code, "peak_mb": round(used.ru_maxrss / 1024, 1)})


def _end(jobs: dict[int, int]) -> None:
    for pid in jobs:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
    os._exit(0)


def _tell(news: Any, what: dict) -> None:
    with contextlib.suppress(BrokenPipeError):
        news.write(json.dumps(what) + "\n")


def _become_kernel(order: dict, not_ours: tuple) -> None:
    """In the child: never returns. `not_ours` is what the server listens and speaks through."""
    code = 1
    try:
        _settle(order)
        for thing in not_ours:
            thing.close()
        from ipykernel.kernelapp import IPKernelApp

        IPKernelApp.launch_instance(["-f", order["connection"], *KERNEL_OPTIONS])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        import atexit

        with contextlib.suppress(BaseException):
            atexit._run_exitfuncs()
            sys.stdout.flush(), sys.stderr.flush()
        os._exit(code)


def _settle(order: dict) -> None:
    """Make the child what a process started afresh would be."""
    import time

    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    die_with_parent()
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for given, place in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(given, place)
    os.environ.clear()
    os.environ.update(order["env"])
    os.environ.setdefault("MPLBACKEND", INLINE)
    time.tzset()
    os.chdir(order["cwd"])
    limit_memory(order["memory"])
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()  # or every kernel would draw the same numbers
    sys.argv = ["ipykernel_launcher"]


def die_with_parent() -> None:
    """Ask Linux to end this process when the one that forked it ends, by whatever cause."""
    import ctypes

    PR_SET_PDEATHSIG = 1  # linux/prctl.h
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


def limit_memory(most: int | None, pid: int = 0) -> None:
    """Limit the address space of a process (0: this one) to `most` bytes, so that too much is a MemoryError in it."""
    if most is None or sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main()
