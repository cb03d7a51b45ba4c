"""A published folder: one run at a time fills it, it is swapped in whole, and nobody else's folder is ever replaced."""

import contextlib
import errno
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kpitools.errors import BusyError, ConfigError, PublishError
from kpitools.report.layout import only_ours

MARK = "run.json"  # the file by which a folder is known to be a report of ours
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}


def beside(target: Path, what: str) -> Path:
    """The hidden neighbour of a published folder: ``.site.lock`` of ``site``."""
    return target.parent / f".{target.name}.{what}"


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


@contextlib.contextmanager
def locked(target: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock of a published folder; the system frees it when this process ends, however it ends.

    Raises
    ------
    BusyError
        When another run has held it for `wait_s` seconds.
    """
    try:
        import fcntl
    except ImportError:  # no such locks on Windows
        yield
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with beside(target, "lock").open("a+", encoding="utf-8") as file:
        until = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise BusyError(_who(file, target)) from None
                time.sleep(min(0.2, max(0.0, until - time.monotonic())))
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}, since {time.strftime('%Y-%m-%d %H:%M:%S')}\n")
        file.flush()
        yield


def _who(file, target: Path) -> str:
    file.seek(0)
    holder = file.read().strip() or "another process"
    return f"another run is filling {target} ({holder}). Wait for it with --wait, or publish to another folder."


def _clear_dead_rooms(target: Path) -> None:
    """Remove what runs that were killed have left beside `target`; a room's name says whose it is."""
    prefix = f".{target.name}.building-"
    for room in target.parent.glob(f"{prefix}*"):
        owner = room.name.removeprefix(prefix).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists() and Path("/proc/self").exists():
            shutil.rmtree(room, ignore_errors=True)


@contextlib.contextmanager
def building(target: Path) -> Iterator[Path]:
    """A new folder beside `target` to fill, which takes its place when the block ends well and vanishes otherwise.

    Raises
    ------
    PublishError
        When the disk is full or may not be written; what is published stays as it was.
    """
    target = target.absolute()
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_dead_rooms(target)
        room = Path(tempfile.mkdtemp(prefix=f".{target.name}.building-{os.getpid()}-", dir=target.parent))
        new = room / "site"
        try:
            new.mkdir()
            yield new
            _to_disk(new)
            if target.exists():
                _exchange(new, target)
            else:
                new.rename(target)
            sync_folder(target.parent)
        finally:
            shutil.rmtree(room, ignore_errors=True)


@contextlib.contextmanager
def disk_errors(target: Path) -> Iterator[None]:
    """Errors of the disk as PublishError: those of any file where it is full, and all where `target` should be."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL and not _is_near(error.filename, target):
            raise
        what = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
        raise PublishError(
            f"{target} could not be published ({what}). What was published before stands. "
            "Make room or grant the right to write, and run again: finished pages are kept."
        ) from error


def _is_near(name: str | bytes | int | None, target: Path) -> bool:
    """Whether a path is above `target`, `target` itself, or beside or below it."""
    if not isinstance(name, str | bytes):
        return False
    path, target = Path(os.fsdecode(name)).absolute(), target.absolute()
    return path in target.parents or target.parent in path.parents


def write_safely(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all, also after a power cut."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _to_disk(folder: Path) -> None:
    """Have a folder's files written to the disk before it is published: a rename may outlive a power cut, they not."""
    for file in folder.rglob("*"):
        if file.is_file():
            handle = os.open(file, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
    sync_folder(folder)


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
