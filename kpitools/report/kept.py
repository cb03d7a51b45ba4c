"""Finished pages kept between runs, each by the hash of all it depends on, beside the folder that is published.

A page is there whole or not at all, so a run that was killed is taken up where it stopped. What the plan no longer asks
for is removed, so there is never more here than one report.
"""

import contextlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from kpitools.report.inputs import file_hash
from kpitools.report.publishing import beside, sync_folder, write_safely

ENTRY, STATE = "entry.json", "state.json"


class Kept:
    """The store of one published folder; only the run that holds its lock may use it."""

    def __init__(self, target: Path):
        self.target, self.folder = target, beside(target, "kept")

    def open(self) -> None:
        """Make the store, and clear what a killed run left in it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leaving in self.folder.glob(".new-*"):
            shutil.rmtree(leaving, ignore_errors=True) if leaving.is_dir() else leaving.unlink(missing_ok=True)

    # Pages --------------------------------------------------------------------------------------------------

    def find(self, key: str) -> dict[str, Any] | None:
        """What was said of a page, where it is here as it was put; None otherwise."""
        try:
            entry = json.loads((self.folder / key / ENTRY).read_text(encoding="utf-8"))
            whole = all(file_hash(self.folder / key / name) == found for name, found in entry["files"].items())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return entry["about"] if whole else None

    def put(self, key: str, files: list[Path], about: dict[str, Any]) -> None:
        """Keep a page's files with what is said of it."""
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
        try:
            for file in files:
                _copy(file, new / file.name)
            entry = {"about": about, "files": {file.name: file_hash(new / file.name) for file in files}}
            write_safely(new / ENTRY, json.dumps(entry, ensure_ascii=False))
            shutil.rmtree(self.folder / key, ignore_errors=True)
            new.rename(self.folder / key)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        sync_folder(self.folder)

    def place(self, key: str, folder: Path) -> None:
        """Put a kept page's files into `folder`: the same files under a second name where the disk can."""
        for file in (self.folder / key).iterdir():
            if file.name == ENTRY:
                continue
            try:
                os.link(file, folder / file.name)
            except OSError:
                shutil.copyfile(file, folder / file.name)

    def keep_only(self, keys: set[str]) -> None:
        """Remove every page but these."""
        for entry in self.folder.iterdir():
            if entry.is_dir() and entry.name not in keys:
                shutil.rmtree(entry, ignore_errors=True)

    # The report as a whole ----------------------------------------------------------------------------------

    def note_published(self, key: str, about: dict[str, Any]) -> None:
        """Remember that the published folder is what `key` gives."""
        write_safely(self.folder / STATE, json.dumps({"key": key, "about": about, "files": self._published()}))

    def forget_published(self) -> None:
        """The published folder is about to change."""
        (self.folder / STATE).unlink(missing_ok=True)

    def stands(self, key: str) -> dict[str, Any] | None:
        """What was said of the published report, where it is whole and what `key` gives; None otherwise."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            state = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
            if state["key"] == key and state["files"] == self._published():
                return state["about"]
        return None

    def _published(self) -> dict[str, str]:
        found = (path for path in self.target.rglob("*") if path.is_file())
        return {path.relative_to(self.target).as_posix(): file_hash(path) for path in found}


def _copy(source: Path, target: Path) -> None:
    """Copy a file down to the disk itself."""
    with source.open("rb") as old, target.open("xb") as new:
        shutil.copyfileobj(old, new)
        new.flush()
        os.fsync(new.fileno())
