"""Leaf: the language in which errors are told: what the command line asked for, the desk's, or the environment's."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

VARIABLE = "KPITOOLS_LANGUAGE"
LANGUAGES = ("en", "vi")
_chosen: ContextVar[str | None] = ContextVar("kpitools_language", default=None)


def chosen() -> str | None:
    """The language chosen for this run, else the environment's, else None."""
    return next((name for name in (_chosen.get(), os.environ.get(VARIABLE)) if name in LANGUAGES), None)


def spoken() -> str:
    """The language chosen, else English."""
    return chosen() or "en"


def speak(language: str | None) -> str | None:
    """Choose the language until `speaking` ends; `language` itself."""
    if language in LANGUAGES:
        _chosen.set(language)
    return language


@contextmanager
def speaking(language: str | None = None) -> Iterator[None]:
    """What is chosen within holds within only."""
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)


def desk_language(path: Path) -> str | None:
    """The language that a desk.yml at or in `path` states, also where the rest of the file cannot be read."""
    place = path / "desk.yml" if path.is_dir() else path
    if place.suffix.lower() not in (".yml", ".yaml") or not place.is_file():
        return None
    said = re.search(r"^language:\s*['\"]?(\w+)", place.read_text(encoding="utf-8-sig", errors="replace"), re.MULTILINE)
    return said[1] if said and said[1] in LANGUAGES else None
