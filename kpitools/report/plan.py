"""plan.yml: which notebooks to run on which desk, with which parameters. Checked before anything runs."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kpitools import resources
from kpitools.errors import ConfigError, KpitoolsError, UnknownNameError, unknown
from kpitools.report.layout import MOST
from kpitools.report.mail import Mail, read_mail
from kpitools.report.parameters import EVERY, HOURS, check_known_words, checked_parameters, declared_parameters
from kpitools.report.slugs import free_slug, slug
from kpitools.words import LANGUAGES, check_language
from kpitools.yaml_file import Source, read_yaml, shown

KEYS = ("desk", "publish", "languages", "pages", "every", "hours", "code", "deadline")
KEYS += ("workers", "memory", "kernels", "inputs")  # how it is run
KEYS += ("archive", "pdf", "mail")  # what is published besides the pages
PAGE_KEYS = ("notebook", "title", "parameters", "each", "always")
KERNELS = ("forked", "cold")
DEADLINE = 900.0  # seconds a notebook may take
# Parameters that the runner fills in itself.
DATA, LANGUAGE = "data", "language"
MOST_WORKERS = 64
LEAST_MEMORY_GB = 1.5
LONGEST_PATH = 250  # characters; most systems take 255 bytes a name and 4,096 a path


@dataclass(frozen=True)
class Page:
    """One notebook to run: `slug` is the name of its page, `parameters` are checked and JSON-ready.

    each : what to make a page for each of, until `fanout.expanded` has done so; empty for a single page
    is_own_kpi : take the notebook that each KPI has of its own, where there is one, instead of `notebook`
    always : run it every time, for a notebook that reads more than its desk
    compares : it compares a share of teams or people, and is left out where the data has none
    where : file, line and number of the entry in the plan, for errors
    """

    notebook: Path
    slug: str
    parameters: dict[str, Any] = field(default_factory=dict)
    title: dict[str, str] = field(default_factory=dict)
    declared: tuple[str, ...] = ()
    each: dict[str, Any] = field(default_factory=dict)
    is_own_kpi: bool = False
    always: bool = False
    compares: bool = False
    where: str = "plan"

    def parameters_for(self, desk: Path, language: str) -> dict[str, Any]:
        """What papermill gets: the plan's parameters, and the desk and language where the notebook asks for them."""
        filled = {DATA: str(desk), LANGUAGE: language}
        return {name: value for name, value in filled.items() if name in self.declared} | self.parameters

    def notebooks(self) -> list[Path]:
        """The notebooks that this page, or the pages it is made into, may run."""
        return sorted(self.notebook.parent.glob("*.ipynb")) if self.is_own_kpi else [self.notebook]


@dataclass(frozen=True)
class Plan:
    """What `kpitools report` does: pages over a desk, in languages, published as a folder.

    workers : how many notebooks run at a time; None: as many as the machine has processors, up to four
    memory : most bytes of address space a notebook may take; None: the machine's memory shared among the workers
    kernels : forked, or cold: every notebook in a process started afresh
    inputs : files that notebooks read besides the desk, as patterns from the plan's folder
    """

    desk: Path
    publish: Path
    pages: tuple[Page, ...]
    languages: tuple[str, ...] = LANGUAGES
    every: str = "week"
    hours: str = "calendar"
    code: bool = False
    deadline: float = DEADLINE
    workers: int | None = None
    memory: int | None = None
    kernels: str = "forked"
    inputs: tuple[str, ...] = ()
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
    if not path.is_file():
        raise ConfigError(f"{path}: no such plan. `kpitools new FOLDER` writes one to start from.")
    raw, source = read_yaml(path, str(path), ":")
    if not isinstance(raw, dict | None):
        raise ConfigError(f"{path}: a plan is a mapping with 'desk:' and 'pages:'. `kpitools new` writes an example.")
    raw = raw or {}
    _check_keys(raw, KEYS, source.at)
    folder = path.resolve().parent
    return Plan(
        desk=_existing(folder, _text(raw, "desk", ".", source), source.at("desk")),
        publish=_path(folder, _text(raw, "publish", "site", source), source.at("publish")),
        pages=_pages(raw.get("pages"), folder, source),
        languages=_languages(raw.get("languages", list(LANGUAGES)), source.at("languages")),
        every=_choice(raw, "every", EVERY, "week", source),
        hours=_choice(raw, "hours", HOURS, "calendar", source),
        code=_flag(raw, "code", source.at("code")),
        deadline=_positive(raw, "deadline", DEADLINE, "the seconds a notebook may run", source),
        workers=_workers(raw.get("workers"), source.at("workers")),
        memory=_bytes(raw, source),
        kernels=_choice(raw, "kernels", KERNELS, "forked", source),
        inputs=_patterns(raw.get("inputs", []), source.at("inputs")),
        source=path.resolve(),
        archive=_editions(raw.get("archive", MOST), source.at("archive")),
        pdf=_flag(raw, "pdf", source.at("pdf")),
        mail=read_mail(raw["mail"], source) if "mail" in raw else None,
    )


def _flag(raw: dict, key: str, where: str) -> bool:
    value = raw.get(key, False)
    if not isinstance(value, bool):
        raise ConfigError(f"{where}: '{key}' takes true or false, got {shown(value)}.")
    return value


def _editions(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{where}: 'archive' takes how many reports are kept, at least 1, got {shown(value)}.")
    return value


def default_plan(desk: Path, publish: Path, languages: tuple[str, ...] = LANGUAGES) -> Plan:
    """A page for every KPI the data supports, by the notebook that treats it (see `pages`) or else by kpi.ipynb; the
    fair comparison, where there is a share to compare, the scorecard and data quality."""
    folder = resources.notebooks()
    pages = [_own_kpi_pages({"kpi": "supported"}, {}, {}, "every KPI")]
    for name in ("performance", "scorecard", "data_quality"):
        path = (folder / "reports" / f"{name}.ipynb").resolve()
        declared = tuple(declared_parameters(path))
        pages.append(Page(path, path.stem, declared=declared, compares=_compares(path, {}), where=name))
    return Plan(desk=desk, publish=publish, pages=tuple(pages), languages=languages)


def _own_kpi_pages(each: dict, parameters: dict, title: dict, where: str) -> Page:
    path = (resources.notebooks() / "kpi" / "kpi.ipynb").resolve()
    declared = tuple(declared_parameters(path))
    return Page(path, "kpi", parameters, title, declared, each, is_own_kpi=True, where=where)


def _check_keys(raw: dict, known: tuple[str, ...], where) -> None:
    for key in raw:
        if key not in known:
            raise unknown("key", str(key), known, where=where(key))


def _text(raw: dict, key: str, default: str, source: Source) -> str:
    value = raw.get(key, default)
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{source.at(key)}: '{key}' takes a path, got {shown(value)}.")
    return value


def _choice(raw: dict, key: str, known: tuple[str, ...], default: str, source: Source) -> str:
    value = raw.get(key, default)
    if value not in known:
        raise unknown(key, str(value), known, where=source.at(key))
    return value


def _positive(raw: dict, key: str, default: float | None, what: str, source: Source) -> float | None:
    value = raw.get(key, default)
    if value is None and default is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ConfigError(f"{source.at(key)}: '{key}' takes {what}, got {shown(value)}.")
    return float(value)


def _bytes(raw: dict, source: Source) -> int | None:
    gigabytes = _positive(raw, "memory", None, "the gigabytes a notebook may take, such as 4", source)
    if gigabytes is not None and gigabytes < LEAST_MEMORY_GB:
        raise ConfigError(
            f"{source.at('memory')}: 'memory' takes {LEAST_MEMORY_GB} gigabytes or more, since the libraries alone "
            f"reserve nearly one; got {gigabytes:g}."
        )
    return None if gigabytes is None else int(gigabytes * 2**30)


def _workers(value: Any, where: str) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_WORKERS):
        raise ConfigError(
            f"{where}: 'workers' takes how many notebooks run at a time, 1 to {MOST_WORKERS}, got {shown(value)}."
        )
    return value


def _patterns(value: Any, where: str) -> tuple[str, ...]:
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(map(_is_pattern, value)):
        raise ConfigError(f"{where}: 'inputs' takes file names or patterns from the plan's folder, got {shown(value)}.")
    return tuple(value)


def _is_pattern(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_PATH or not value.isprintable():
        return False
    return bool(Path(value).parts) and not Path(value).is_absolute()


def _languages(value: Any, where: str) -> tuple[str, ...]:
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not value:
        raise ConfigError(f"{where}: 'languages' takes a list such as [en, vi], got {shown(value)}.")
    try:
        return tuple(dict.fromkeys(check_language(language) for language in value))
    except UnknownNameError as error:
        raise UnknownNameError(f"{where}: {error}") from error


def _path(folder: Path, name: str, where: str) -> Path:
    """A path that starts from the plan's folder; ConfigError for a text that no system takes for one."""
    if len(name) > LONGEST_PATH or not name.isprintable():
        raise ConfigError(f"{where}: this is no path: {shown(name)}.")
    return folder / name


def _existing(folder: Path, name: str, where: str) -> Path:
    path = _path(folder, name, where)
    if not path.exists():
        raise ConfigError(f"{where}: desk: there is no {path}.")
    return path.resolve()


def _pages(raw: Any, folder: Path, source: Source) -> tuple[Page, ...]:
    if not isinstance(raw, list) or not raw:
        raise ConfigError(f"{source.at('pages')}: 'pages' takes a list, one '- notebook: ...' a page.")
    pages: list[Page] = []
    for number, entry in enumerate(raw):
        where = f"{source.at('pages', number)}: page {number + 1}"
        entry = {"notebook": entry} if isinstance(entry, str) else entry
        if not isinstance(entry, dict) or not (isinstance(entry.get("notebook"), str) or _is_every_kpi(entry)):
            raise ConfigError(f"{where}: a page is '- notebook: kpi/first_response_time', with title and parameters.")
        _check_keys(entry, PAGE_KEYS, lambda key, n=number: f"{source.at('pages', n, key)}: page {n + 1}")
        pages.append(_entry(entry, folder, where, [page.slug for page in pages]))
    return tuple(pages)


def _is_every_kpi(entry: dict) -> bool:
    """Without a notebook, `each: {kpi: ...}` means each KPI's own one, or else kpi.ipynb."""
    return "notebook" not in entry and isinstance(entry.get("each"), dict) and "kpi" in entry["each"]


def _entry(entry: dict, folder: Path, where: str, taken: list[str]) -> Page:
    given, each, title = entry.get("parameters") or {}, entry.get("each") or {}, _title(entry.get("title"), where)
    always = entry.get("always", False)
    if not isinstance(given, dict):
        raise ConfigError(f"{where}: 'parameters' takes names and values, got {shown(given)}.")
    if not isinstance(each, dict):
        raise ConfigError(
            f"{where}: 'each' takes names and values, such as {{team: all, month: all}}, got {shown(each)}."
        )
    if not isinstance(always, bool):
        raise ConfigError(f"{where}: 'always' takes true or false, got {shown(always)}.")
    if "notebook" not in entry:
        page = _own_kpi_pages(each, given, title, where)
        checked_parameters(given, page.notebook, where)
        check_known_words(given, where)
        return page
    notebook = _notebook(entry["notebook"], folder, where)
    declared, parameters = _fitting(notebook, given, where)
    if notebook.is_relative_to(resources.notebooks().resolve()):
        check_known_words(parameters, where)
    named = parameters.get("kpi") if notebook.stem == "kpi" else None
    name = free_slug(slug(named or notebook.stem), taken)
    compares = _compares(notebook, parameters)
    return Page(notebook, name, parameters, title, declared, each, always=always, compares=compares, where=where)


def _compares(notebook: Path, parameters: dict) -> bool:
    """Whether this is the bundled fair comparison, of whichever share the data has."""
    return notebook == (resources.notebooks() / "reports" / "performance.ipynb").resolve() and "kpi" not in parameters


def _fitting(notebook: Path, given: dict, where: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    """What a notebook declares, and what it is given, checked against that."""
    try:
        return tuple(declared_parameters(notebook)), checked_parameters(given, notebook, where)
    except KpitoolsError:
        raise
    except Exception as error:
        raise ConfigError(f"{where}: {notebook} cannot be read as a notebook: {error}") from error


def _title(given: Any, where: str) -> dict[str, str]:
    if given is None:
        return {}
    if isinstance(given, str):
        return dict.fromkeys(LANGUAGES, given)
    if isinstance(given, dict) and all(key in LANGUAGES and isinstance(text, str) for key, text in given.items()):
        return given
    raise ConfigError(f"{where}: 'title' takes a text, or one a language ({{en: ..., vi: ...}}), got {shown(given)}.")


def _notebook(name: str, folder: Path, where: str) -> Path:
    """A notebook beside the plan, else a bundled one."""
    _path(folder, name, where)
    file = name if name.endswith(".ipynb") else f"{name}.ipynb"
    bundled = resources.notebooks()
    for place in (folder / file, bundled / file):
        if place.is_file():
            return place.resolve()
    known = [p.relative_to(bundled).with_suffix("").as_posix() for p in bundled.rglob("*.ipynb")]
    raise unknown("notebook", name, [k for k in known if ".ipynb_checkpoints" not in k], where=where)
