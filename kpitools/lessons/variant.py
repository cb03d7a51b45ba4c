"""One notebook from which several are made: one language, one role, and the parameters filled in."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

from kpitools import resources
from kpitools.errors import unknown
from kpitools.words import LANGUAGES, check_language, say

ROLES = ("learner", "trainer")
TRAINER, CHECK, PARAMETERS = "trainer", "check", "parameters"


def check_role(role: str) -> str:
    """`role` itself, or UnknownNameError."""
    if role not in ROLES:
        raise unknown("role", role, ROLES)
    return role


def source(name: str) -> Path:
    """The notebook of the lesson `name`, as it comes with the toolkit."""
    return resources.notebooks() / "lessons" / f"{name}.ipynb"


def tags(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", ()))


def variant(notebook: Any, role: str, language: str, title: str = "", **parameters: Any) -> Any:
    """A copy for one role in one language.

    The cells of other languages go, for a learner those of the trainer go as well, outputs are dropped, and the
    parameters cell takes `language` and `parameters` as its new defaults.
    """
    unwanted = {f"lang-{other}" for other in LANGUAGES if other != check_language(language)}
    if check_role(role) == "learner":
        unwanted.add(TRAINER)
    kept = deepcopy(notebook)
    kept.cells = [cell for cell in kept.cells if not unwanted & tags(cell)]
    for cell in kept.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if PARAMETERS in tags(cell):
            cell.source = with_comments(with_defaults(cell.source, language=language, **parameters), language)
    if title:
        kept.metadata["title"] = title
    return kept


def with_defaults(source: str, **values: Any) -> str:
    """A parameters cell with other defaults; annotations and comments stay.

    >>> with_defaults("seed: int = 1  # a number", seed=7)
    'seed: int = 7  # a number'
    """
    for name, value in values.items():
        pattern = rf"^({re.escape(name)}\b[^=\n]*= )(\"[^\"\n]*\"|'[^'\n]*'|[^#\n]*?)(?=\s*(#|$))"
        source, found = re.subn(pattern, lambda m, v=value: m[1] + _literal(v), source, count=1, flags=re.MULTILINE)
        if not found:
            raise unknown("parameter", name, re.findall(r"^(\w+)", source, re.MULTILINE))
    return source


def with_comments(source: str, language: str) -> str:
    """A parameters cell that says in `language` what each parameter is."""
    for name in re.findall(r"^(\w+)\b[^#\n]*#", source, re.MULTILINE):
        comment = say(f"lessons.parameter.{name}", language)
        source = re.sub(rf"^({name}\b.*?  # ).*$", lambda m, c=comment: m[1] + c, source, flags=re.MULTILINE)
    return source


def _literal(value: Any) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else repr(value)
