"""plan.yml: which notebooks to run on which desk, with which parameters. Checked before anything runs."""

import ast
import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kpitools import resources
from kpitools.errors import ConfigError, KpitoolsError, UnknownNameError, unknown
from kpitools.kpi import Kpi
from kpitools.report.archive import MOST
from kpitools.report.mail import Mail, read_mail
from kpitools.report.pages import notebook_of
from kpitools.views.fairness import COMPARABLE
from kpitools.words import LANGUAGES, check_language

KEYS = ("desk", "publish", "languages", "pages", "every", "hours", "code", "deadline")
KEYS += ("archive", "pdf", "mail")  # what is published besides the pages
PAGE_KEYS = ("notebook", "title", "parameters")
EVERY = ("day", "week", "month", "quarter")
HOURS = ("calendar", "business")
DEADLINE = 900.0  # seconds a notebook may take
# Parameters that the runner fills in itself.
DATA, LANGUAGE = "data", "language"
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


@dataclass(frozen=True)
class Page:
    """One notebook to run: `slug` is the name of its page, `parameters` are checked and JSON-ready."""

    notebook: Path
    slug: str
    parameters: dict[str, Any] = field(default_factory=dict)
    title: dict[str, str] = field(default_factory=dict)
    declared: tuple[str, ...] = ()

    def parameters_for(self, desk: Path, language: str) -> dict[str, Any]:
        """What papermill gets: the plan's parameters, and the desk and language where the notebook asks for them."""
        filled = {DATA: str(desk), LANGUAGE: language}
        return {name: value for name, value in filled.items() if name in self.declared} | self.parameters


@dataclass(frozen=True)
class Plan:
    """What `kpitools report` does: pages over a desk, in languages, published as a folder."""

    desk: Path
    publish: Path
    pages: tuple[Page, ...]
    languages: tuple[str, ...] = LANGUAGES
    every: str = "week"
    hours: str = "calendar"
    code: bool = False
    deadline: float = DEADLINE
    source: Path | None = None
    archive: int = MOST
    pdf: bool = False
    mail: Mail | None = None


def read_plan(path: str | Path) -> Plan:
    """The plan in the file `path`; relative paths in it start from its folder.

    Raises
    ------
    ConfigError
        For anything that cannot be followed, with the file and the line.
    UnknownNameError
        For a key, notebook or parameter that does not exist.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "plan.yml"
    tree = _parsed(path)
    raw, lines = _plain(tree), _lines(tree)
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: a plan is a mapping with 'desk:' and 'pages:'. `kpitools new` writes an example.")
    _check_keys(raw, KEYS, lambda key: f"{path}:{lines[key]}")
    folder = path.resolve().parent
    return Plan(
        desk=_existing(folder / _text(raw, "desk", ".", path, lines), f"{path}: desk"),
        publish=folder / _text(raw, "publish", "site", path, lines),
        pages=_pages(raw.get("pages"), folder, path, lines),
        languages=_languages(raw.get("languages", list(LANGUAGES)), f"{path}:{lines.get('languages', 1)}"),
        every=_choice(raw, "every", EVERY, "week", path, lines),
        hours=_choice(raw, "hours", HOURS, "calendar", path, lines),
        code=bool(raw.get("code", False)),
        deadline=_seconds(raw.get("deadline", DEADLINE), f"{path}:{lines.get('deadline', 1)}"),
        source=path.resolve(),
        archive=_editions(raw.get("archive", MOST), f"{path}:{lines.get('archive', 1)}"),
        pdf=bool(raw.get("pdf", False)),
        mail=read_mail(raw["mail"], f"{path}:{lines['mail']}") if "mail" in raw else None,
    )


def _editions(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{where}: 'archive' takes how many reports are kept, at least 1, got {value!r}.")
    return value


def default_plan(desk: Path, supported: list[Kpi], publish: Path, languages: tuple[str, ...] = LANGUAGES) -> Plan:
    """A page for every KPI record in `supported`, by the notebook that treats it (see `pages`) or else by kpi.ipynb;
    the fair comparison, where it has a share to compare, the scorecard and data quality."""
    folder = resources.notebooks()
    # A notebook that treats several KPIs is one page.
    pages = list({page.slug: page for page in (_kpi_page(folder, kpi) for kpi in supported)}.values())
    compared = any(kpi.name in COMPARABLE for kpi in supported)
    for name in (*(["reports/performance"] if compared else []), "reports/scorecard", "reports/data_quality"):
        path = folder / f"{name}.ipynb"
        pages.append(_page(path, path.stem, {}, {}, str(path)))
    return Plan(desk=desk, publish=publish, pages=tuple(pages), languages=languages)


def _kpi_page(folder: Path, kpi: Kpi) -> Page:
    own, general = folder / "kpi" / f"{notebook_of(kpi.name)}.ipynb", folder / "kpi" / "kpi.ipynb"
    path, given = (own, {}) if own.is_file() else (general, {"kpi": kpi.name})
    titles = {language: kpi.title(language) for language in LANGUAGES} if given else {}
    return _page(path, _slug(path, given), given, titles, str(path))


def declared_parameters(notebook: Path) -> dict[str, dict[str, Any]]:
    """What the notebook's parameters cell declares: name -> types (names, empty when any) and default.

    Read from the syntax tree: papermill's own inspection overlooks parameters such as ``team: str | None = None``.
    """
    import json

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
        if name not in known:
            raise unknown("parameter", name, known, where=f"{where}: {notebook.stem}")
        checked[name] = _checked(name, value, known[name], f"{where}: {notebook.stem}")
    return checked


def _checked(name: str, value: Any, about: dict[str, Any], where: str) -> Any:
    if isinstance(value, dt.date):  # YAML reads 2025-01-01 as a date; notebooks take dates as text
        value = value.isoformat()
    if about["types"] and not any(_is_a(value, kind) for kind in about["types"]):
        wanted = " or ".join(about["types"])
        raise ConfigError(f"{where}: parameter '{name}' takes {wanted}, got {value!r} ({type(value).__name__}).")
    return value


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


def _parsed(path: Path) -> yaml.Node | None:
    if not path.is_file():
        raise ConfigError(f"{path}: no such plan. `kpitools new FOLDER` writes one to start from.")
    try:
        return yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: this is not YAML: {error}") from error


def _plain(tree: yaml.Node | None) -> Any:
    if tree is None:
        return {}
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(tree)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise ConfigError(f"line {tree.start_mark.line + 1}: a plan cannot say this: {error}") from error
    finally:
        loader.dispose()


def _lines(tree: yaml.Node | None) -> dict[Any, int]:
    """Key -> line (from 1); for the pages also their number -> line and (number, key) -> line."""
    found: dict[Any, int] = {}
    for key, value in tree.value if isinstance(tree, yaml.MappingNode) else ():
        found[key.value] = key.start_mark.line + 1
        if key.value != "pages" or not isinstance(value, yaml.SequenceNode):
            continue
        for number, page in enumerate(value.value):
            found[number] = page.start_mark.line + 1
            if isinstance(page, yaml.MappingNode):
                found |= {(number, k.value): k.start_mark.line + 1 for k, _ in page.value}
    return found


def _check_keys(raw: dict, known: tuple[str, ...], where) -> None:
    for key in raw:
        if key not in known:
            raise unknown("key", str(key), known, where=where(key))


def _text(raw: dict, key: str, default: str, path: Path, lines: dict) -> str:
    value = raw.get(key, default)
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{path}:{lines.get(key, 1)}: '{key}' takes a path, got {value!r}.")
    return value


def _choice(raw: dict, key: str, known: tuple[str, ...], default: str, path: Path, lines: dict) -> str:
    value = raw.get(key, default)
    if value not in known:
        raise unknown(key, str(value), known, where=f"{path}:{lines.get(key, 1)}")
    return value


def _seconds(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ConfigError(f"{where}: 'deadline' takes the seconds a notebook may run, got {value!r}.")
    return float(value)


def _languages(value: Any, where: str) -> tuple[str, ...]:
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not value:
        raise ConfigError(f"{where}: 'languages' takes a list such as [en, vi], got {value!r}.")
    try:
        return tuple(dict.fromkeys(check_language(language) for language in value))
    except UnknownNameError as error:
        raise UnknownNameError(f"{where}: {error}") from error


def _existing(path: Path, what: str) -> Path:
    if not path.exists():
        raise ConfigError(f"{what}: there is no {path}.")
    return path.resolve()


def _pages(raw: Any, folder: Path, path: Path, lines: dict) -> tuple[Page, ...]:
    if not isinstance(raw, list) or not raw:
        raise ConfigError(f"{path}:{lines.get('pages', 1)}: 'pages' takes a list, one '- notebook: ...' a page.")
    pages: list[Page] = []
    for number, entry in enumerate(raw):
        where = f"{path}:{lines[number]}: page {number + 1}"
        entry = {"notebook": entry} if isinstance(entry, str) else entry
        if not isinstance(entry, dict) or not isinstance(entry.get("notebook"), str):
            raise ConfigError(f"{where}: a page is '- notebook: kpi/first_response_time', with title and parameters.")
        _check_keys(entry, PAGE_KEYS, lambda key, n=number: f"{path}:{lines[n, key]}: page {n + 1}")
        notebook = _notebook(entry["notebook"], folder, where)
        slug = _free_slug(_slug(notebook, entry.get("parameters") or {}), [page.slug for page in pages])
        pages.append(_page(notebook, slug, entry.get("parameters") or {}, _title(entry.get("title"), where), where))
    return tuple(pages)


def _page(notebook: Path, slug: str, given: Any, title: dict[str, str], where: str) -> Page:
    if not isinstance(given, dict):
        raise ConfigError(f"{where}: 'parameters' takes names and values, got {given!r}.")
    try:
        declared = tuple(declared_parameters(notebook))
        parameters = checked_parameters(given, notebook, where)
    except KpitoolsError:
        raise
    except Exception as error:
        raise ConfigError(f"{where}: {notebook} cannot be read as a notebook: {error}") from error
    return Page(notebook, slug, parameters, title, declared)


def _title(given: Any, where: str) -> dict[str, str]:
    if given is None:
        return {}
    if isinstance(given, str):
        return dict.fromkeys(LANGUAGES, given)
    if isinstance(given, dict) and all(key in LANGUAGES and isinstance(text, str) for key, text in given.items()):
        return given
    raise ConfigError(f"{where}: 'title' takes a text, or one a language ({{en: ..., vi: ...}}), got {given!r}.")


def _notebook(name: str, folder: Path, where: str) -> Path:
    """A notebook beside the plan, else a bundled one."""
    file = name if name.endswith(".ipynb") else f"{name}.ipynb"
    bundled = resources.notebooks()
    for place in (folder / file, bundled / file):
        if place.is_file():
            return place.resolve()
    known = [p.relative_to(bundled).with_suffix("").as_posix() for p in bundled.rglob("*.ipynb")]
    raise unknown("notebook", name, [k for k in known if ".ipynb_checkpoints" not in k], where=where)


def _slug(notebook: Path, parameters: dict[str, Any]) -> str:
    named = parameters.get("kpi") if notebook.stem == "kpi" and isinstance(parameters, dict) else None
    text = named if isinstance(named, str) else notebook.stem
    return "".join(c if c.isalnum() and c.isascii() else "_" for c in text.lower()).strip("_") or "page"


def _free_slug(slug: str, taken: list[str]) -> str:
    taken = [*taken, "index", "scorecard_table"]
    number, free = 1, slug
    while free in taken:
        number += 1
        free = f"{slug}_{number}"
    return free
