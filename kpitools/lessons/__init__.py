"""A course on customer-service KPIs: what notebooks use as ``kt.lessons``.

A lesson's notebook begins with `start`; `ask` shows an exercise and gives its rows, `check` judges an answer, `hint`
helps a step further, `solution` waits until somebody has tried. docs/lessons.md is the guide.
"""

from importlib import import_module
from typing import Any

# name -> the module that holds it; an empty attribute means the module itself. Imported on first use, since the
# command line asks this package for its commands.
_NAMES = {
    "start": ("kpitools.lessons.session", "start"),
    "lesson": ("kpitools.lessons.catalogue", "lesson"),
    "lessons": ("kpitools.lessons.catalogue", "lessons"),
    "glossary": ("kpitools.lessons.glossary", "glossary"),
    "pictures": ("kpitools.lessons.pictures", ""),
}
__all__ = ["ask", "check", "hint", "solution", *_NAMES]


def ask(id: str) -> Any:
    """Show the exercise `id` and return its rows (None for a question about no rows)."""
    return _session(id).ask(id)


def check(id: str, *answer: Any) -> Any:
    """Judge an answer: a number, a letter, ids, or a function of the rows; ``...`` is no answer yet."""
    return _session(id).check(id, *answer)


def hint(id: str) -> Any:
    """The next hint for the exercise `id`."""
    return _session(id).hint(id)


def solution(id: str) -> Any:
    """The answer and the way to it, after three tries and all hints."""
    return _session(id).solution(id)


def _session(id: str) -> Any:
    from kpitools.lessons.session import of

    return of(id)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"kpitools.lessons has no '{name}'; it has: {', '.join(sorted(__all__))}")
    module, attribute = _NAMES[name]
    loaded = import_module(module)
    # The submodule of the same name was just bound to the package; the promised name wins.
    globals()[name] = found = getattr(loaded, attribute) if attribute else loaded
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_NAMES])
