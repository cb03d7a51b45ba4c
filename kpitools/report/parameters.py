"""A notebook's parameters: what its first cell declares, and whether what a plan gives fits.

Papermill itself only logs a misspelt name, takes any type, and injects a name that is code.
"""

import ast
import datetime as dt
import json
from pathlib import Path
from typing import Any

from kpitools.errors import ConfigError, unknown
from kpitools.report.secrets import is_secret_name
from kpitools.yaml_file import shown

EVERY = ("day", "week", "month", "quarter")
HOURS = ("calendar", "business")
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list": (list,),
    "tuple": (list,),
    "dict": (dict,),
    "None": (type(None),),
}


def declared_parameters(notebook: Path) -> dict[str, dict[str, Any]]:
    """What the notebook's parameters cell declares: name -> types (names, empty when any) and default.

    Read from the syntax tree: papermill's own inspection overlooks parameters such as ``team: str | None = None``.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", ())]
    tree = ast.parse("".join(tagged[0]["source"]) if tagged else "")
    found = {}
    for line in tree.body:
        target = getattr(line, "target", None) or next(iter(getattr(line, "targets", ())), None)
        if isinstance(target, ast.Name) and line.value is not None:
            default = _literal(line.value)
            found[target.id] = {"types": _types(getattr(line, "annotation", None), default), "default": default}
    return found


def checked_parameters(given: dict[str, Any], notebook: Path, where: str) -> dict[str, Any]:
    """`given` as papermill may have them; papermill itself only logs a misspelt name and takes any type."""
    known = declared_parameters(notebook)
    checked = {}
    for name, value in given.items():
        place = f"{where}: {notebook.stem}"
        if name not in known:
            raise unknown("parameter", name, known, where=place)
        if is_secret_name(name):
            raise ConfigError(
                f"{place}: parameter '{name}' looks like a secret, and parameters are written into pages and run.json. "
                f"Set it in the environment, and read it in the notebook by os.environ['{name.upper()}']."
            )
        checked[name] = _checked(name, value, known[name], place)
    return checked


def _checked(name: str, value: Any, about: dict[str, Any], where: str) -> Any:
    if isinstance(value, dt.date):  # YAML reads 2025-01-01 as a date; notebooks take dates as text
        value = value.isoformat()
    if about["types"] and not any(_is_a(value, kind) for kind in about["types"]):
        wanted = " or ".join(about["types"])
        hint = "" if "str" not in about["types"] else " Write texts such as 007, yes or 1e5 in quotes."
        raise ConfigError(
            f"{where}: parameter '{name}' takes {wanted}, got {shown(value)} ({type(value).__name__}).{hint}"
        )
    return value


def check_known_words(parameters: dict[str, Any], where: str) -> None:
    """UnknownNameError where a parameter of the bundled notebooks holds a word that none of them knows.

    A KPI may be the desk's own, so its name is checked where the desk is at hand, in `fanout`.
    """
    known: dict[str, Any] = {"every": EVERY, "hours": HOURS}
    for name in known.keys() & parameters.keys():
        if parameters[name] not in known[name]:
            raise unknown(name, str(parameters[name]), known[name], where=where)
    for name in ("start", "end"):
        try:
            dt.date.fromisoformat(parameters.get(name) or "2025-01-01")
        except ValueError:
            raise ConfigError(
                f"{where}: '{name}' takes a day such as 2025-01-31, got {shown(parameters[name])}."
            ) from None


def _types(annotation: ast.expr | None, default: Any) -> list[str]:
    """Names of the types a parameter takes, from its annotation, else from its default; empty when any."""
    if annotation is None:
        return [] if default is None else [type(default).__name__]
    text = ast.unparse(annotation).strip("'\"").replace("Optional[", "None | ")
    parts = [part.strip().split("[")[0].rstrip("]") for part in text.split("|")]
    if default is None and "None" not in parts:
        parts.append("None")
    return parts if all(part in _TYPES for part in parts) else []


def _is_a(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "bool"
    return isinstance(value, _TYPES[kind])


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None
