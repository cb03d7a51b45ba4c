"""The kernels that notebooks run on: forked from a process that has imported everything, or started cold.

Papermill gets a kernel manager class and knows nothing of it. Kernels speak over IPC sockets, which know no race for
ports; each has a deadline for the whole notebook (papermill's own counts for a cell) and a limit of memory.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kpitools.report.forkserver import INLINE, KERNEL_OPTIONS, limit_memory

START_S = 120.0  # what the imports may take on a slow and busy machine
_running: set[Any] = set()  # kernel managers of notebooks under way
_running_lock = threading.Lock()
_stopped = threading.Event()


class ForkError(Exception):
    """No kernel can be forked here; a cold one is started instead."""


class Forked:
    """A forked kernel, as far as jupyter_client asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        self.pid, self.returncode, self.peak_mb, self.error = 0, None, None, ""
        self._begun, self._ended = threading.Event(), threading.Event()

    def hear(self, news: dict) -> None:
        """Take in what the fork server says of this kernel."""
        self.error, self.pid = news.get("error", self.error), news.get("pid", self.pid)
        if "exit" in news:
            self.returncode, self.peak_mb = news["exit"], news.get("peak_mb")
        if self.error or self.returncode is not None:
            self._ended.set()
        self._begun.set()

    def begin(self, seconds: float) -> None:
        """Wait until the fork has happened."""
        if not self._begun.wait(seconds) or self.error or not self.pid:
            raise ForkError(self.error or "the fork server does not answer")

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        self._ended.wait(timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None and self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class ForkServer:
    """The process of `kpitools.report.forkserver`, and who waits for which news of it."""

    def __init__(self) -> None:
        environment = {**os.environ, "MPLBACKEND": INLINE}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kpitools.report.forkserver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
            text=True,
        )
        self._jobs: dict[int, Forked] = {}
        self._lock, self._ready, self._is_dead = threading.Lock(), threading.Event(), False
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def fork(self, connection: str, env: dict[str, str], cwd: str, log: str, memory: int | None) -> Forked:
        """A new kernel; ForkError where there can be none."""
        if not self._ready.wait(START_S) or self._is_dead:
            raise ForkError("the fork server is not there")
        kernel, order = Forked(), {"connection": connection, "env": env, "cwd": cwd, "log": log, "memory": memory}
        with self._lock:
            job = len(self._jobs) + 1
            self._jobs[job] = kernel
            try:
                self._process.stdin.write(json.dumps({"job": job, **order}) + "\n")
                self._process.stdin.flush()
            except (OSError, ValueError) as error:
                raise ForkError(str(error)) from error
        kernel.begin(START_S)
        return kernel

    def _listen(self) -> None:
        for line in self._process.stdout:
            news = json.loads(line)
            if news.get("ready"):
                self._ready.set()
            elif news.get("job") in self._jobs:
                self._jobs[news["job"]].hear(news)
        with self._lock:
            self._is_dead = True
        for kernel in list(self._jobs.values()):
            if kernel.returncode is None:
                kernel.hear({"exit": -signal.SIGKILL})  # they end with the process that forked them
        self._ready.set()

    def close(self) -> None:
        """End the process and every kernel it has forked."""
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join(5)
        self._process.stdout.close()


def can_fork() -> bool:
    """Whether kernels can be forked on this system."""
    return sys.platform == "linux" and hasattr(os, "fork")


class Deadline:
    """Kills a kernel when its notebook has taken too long."""

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


class Room:
    """What one notebook's kernel gets, and what became of it.

    Parameters
    ----------
    folder : for sockets and the log; its path is short, since a socket's name ends at about 100 characters
    cwd : where the notebook runs
    server : forks the kernel; None starts it cold
    memory : most bytes of address space, None for no limit
    """

    def __init__(
        self,
        folder: Path,
        cwd: Path,
        watch: Deadline,
        environment: dict[str, str],
        server: ForkServer | None = None,
        memory: int | None = None,
    ):
        self.folder, self.cwd, self.watch, self.environment = folder, cwd, watch, environment
        self.server, self.memory, self.process = server, memory, None
        self.log = folder / "log"

    @property
    def is_forked(self) -> bool:
        return isinstance(self.process, Forked)

    def last_words(self) -> str:
        """The last line that the kernel process itself said, which is not the notebook's output; else empty."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.is_file() else ""
        return next((line.strip()[:200] for line in reversed(text.split("\n")) if line.strip()), "")


def manager_class(room: Room) -> type:
    """The kernel manager for `room`, to be given to papermill as `kernel_manager_class`."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class Manager(AsyncKernelManager):
        @property
        def kernel_spec(self):
            # Not the kernelspec 'python3' of whoever is logged in: it may belong to another environment.
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *KERNEL_OPTIONS]
            return KernelSpec(argv=argv, language="python", display_name="Python 3")

        async def _async_pre_start_kernel(self, **options):
            self.kernel_id = self.kernel_id or str(uuid.uuid4())
            if self.provisioner is None:
                made = _provisioner_class(room)
                self.provisioner = made(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
            return await super()._async_pre_start_kernel(**options)

        async def _async_start_kernel(self, **options):
            if os.name == "posix":
                self.transport, self.ip = "ipc", str(room.folder / "k")
            options["env"] = {**(options.get("env") or os.environ), **room.environment}
            options["cwd"] = str(room.cwd)
            with _running_lock:
                if _stopped.is_set():
                    raise RuntimeError("the run was stopped")
                _running.add(self)
            await super()._async_start_kernel(**options)
            room.watch.start(lambda: kill(self))

        start_kernel = _async_start_kernel

        async def _async_cleanup_resources(self, restart=False):
            with _running_lock:
                _running.discard(self)
            await super()._async_cleanup_resources(restart)

        cleanup_resources = _async_cleanup_resources

    return Manager


def _provisioner_class(room: Room) -> type:
    """Forks the kernel where a server is given and can, and starts it cold otherwise."""
    from jupyter_client.provisioning.local_provisioner import LocalProvisioner

    class Provisioner(LocalProvisioner):
        async def launch_kernel(self, cmd, **options):
            if room.server is not None:
                with contextlib.suppress(ForkError):
                    path = cmd[cmd.index("-f") + 1]
                    where = (str(room.cwd), str(room.log))
                    self.process = room.server.fork(path, dict(options["env"]), *where, room.memory)
                    self.pid = self.pgid = self.process.pid
                    self.cwd, room.process = options["cwd"], self.process
                    return self.connection_info
            with room.log.open("ab") as said:
                found = await super().launch_kernel(cmd, **options, stdout=said, stderr=said)
            room.process = self.process
            limit_memory(room.memory, self.pid)
            return found

    return Provisioner


def kill(manager: Any) -> None:
    """End the kernel of a manager."""
    process = getattr(manager.provisioner, "process", None)
    if process is not None and process.poll() is None:
        process.kill()


def start_all() -> None:
    """Notebooks may run (again)."""
    _stopped.clear()


def stop_all() -> None:
    """End the kernels of all notebooks under way; none begins any more."""
    _stopped.set()
    with _running_lock:
        managers = list(_running)
    for manager in managers:
        kill(manager)


def is_stopped() -> bool:
    """Whether the run is being given up."""
    return _stopped.is_set()
