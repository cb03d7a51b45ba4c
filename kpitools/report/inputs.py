"""What a page depends on, as hashes: equal hashes, equal page. Nothing heavy is imported, since most runs end here.

A file is known by its content, never by its time. Code counts as an input: the package's own files, the versions of
what it computes with, and the modules that lie beside a notebook of the user's own.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from kpitools import resources
from kpitools.errors import ConfigError, told
from kpitools.report.plan import Page, Plan
from kpitools.yaml_file import read_yaml

# How a run goes, not what it gives.
OPERATIONAL = {"desk", "publish", "source", "pages", "workers", "deadline", "memory", "kernels", "inputs"}
BESIDE_PAGES = {"archive", "pdf", "mail"}  # part of the report, not of its pages
PACKAGES = ("duckdb", "ibis-framework", "sqlglot", "pandas", "numpy", "scipy", "statsmodels", "matplotlib", "seaborn")
PACKAGES += ("holidays", "babel", "tzdata", "ipython", "ipykernel", "papermill", "nbconvert", "nh3")
_CODE = {".py", ".yml", ".j2", ".css", ".json"}
_EXPORTS = {
    ".csv",
    ".tsv",
    ".txt",
    ".json",
    ".jsonl",
    ".ndjson",
    ".parquet",
    ".xlsx",
    ".xls",
    ".xlsm",
    ".xlsb",
    ".ods",
    ".xml",
}
_SETTINGS = {".yml", ".yaml"}
_GOALS = ("targets", "interventions")


def digest(thing: Any) -> str:
    """SHA-256 of a value of plain JSON types, in hexadecimal."""
    text = json.dumps(thing, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def desk_hashes(desk: Path) -> dict[str, str]:
    """Name -> hash of every file a desk is made from: its exports, its settings, its goals and interventions."""
    folder = desk if desk.is_dir() else desk.parent
    return {name: file_hash(folder / name) for name in desk_files(desk)}


def desk_files(desk: Path) -> list[str]:
    """The names of those files, from the desk's folder, in order."""
    if desk.is_file() and desk.suffix not in _SETTINGS:
        return [desk.name]
    folder, place = (desk, desk / "desk.yml") if desk.is_dir() else (desk.parent, desk)
    said = _said(place)
    usual = [folder / f"{key}.csv" for key in _GOALS]
    wanted = {place, *usual, *_named(said, folder)}
    if not said.get("files"):  # every export in the folder is loaded
        wanted |= {p for p in folder.iterdir() if p.suffix.lower() in _EXPORTS and not p.name.startswith((".", "~$"))}
    return [os.path.relpath(path, folder) for path in sorted(wanted) if path.is_file()]


def check_no_log(desk: Path) -> None:
    """ConfigError where what this process prints goes to a file that counts as one of the desk's exports: the desk
    would change while its report is made, every time."""
    folder = desk if desk.is_dir() else desk.parent
    for stream in (1, 2):
        with contextlib.suppress(OSError):
            ours = os.fstat(stream)
            for name in desk_files(desk):
                if os.path.samestat(ours, (folder / name).stat()):
                    raise ConfigError(told("log_among_exports", file=name, folder=folder))


def _said(settings: Path) -> dict:
    """A desk.yml as it stands; empty where it cannot be read, which the load will say in full."""
    try:
        said, _ = read_yaml(settings)
    except (OSError, ConfigError):
        return {}
    return said if isinstance(said, dict) else {}


def _named(said: dict, folder: Path) -> Iterable[Path]:
    """Files that a desk.yml names."""
    entries = said["files"] if isinstance(said.get("files"), list) else []
    names = [entry.get("file") if isinstance(entry, dict) else entry for entry in entries]
    names += [said.get(key) for key in _GOALS]
    own = said["kpis"] if isinstance(said.get("kpis"), dict) else {}
    names += [entry.get("python") for entry in own.values() if isinstance(entry, dict)]
    for name in names:
        if isinstance(name, str) and name and not Path(name).is_absolute():
            yield from folder.glob(name)


def desk_language(desk: Path) -> str | None:
    """The language that a desk.yml states, without loading the desk."""
    return _said(desk if desk.suffix in _SETTINGS else desk / "desk.yml").get("language")


@cache
def package_hash() -> str:
    """Hash of the toolkit's own code, words, formats and templates."""
    root = Path(__file__).resolve().parent.parent
    found = (p for p in root.rglob("*") if p.suffix in _CODE and "_bundled" not in p.parts)
    return digest({p.relative_to(root).as_posix(): file_hash(p) for p in found if "__pycache__" not in p.parts})


@cache
def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that numbers and pages come from."""
    import sys
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": sys.version}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def notebook_hash(path: Path) -> str:
    """Hash of what a notebook says: kinds, sources and tags of its cells; outputs and metadata do not count.

    The Python modules beside a notebook of the user's own count as well, since it may import them.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    said = [(cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])) for cell in cells]
    own = not path.is_relative_to(resources.notebooks().resolve())
    return digest([said, {p.name: file_hash(p) for p in sorted(path.parent.glob("*.py"))} if own else {}])


def surroundings(plan: Plan) -> dict[str, Any]:
    """All that every page of a plan depends on."""
    said = {f.name: getattr(plan, f.name) for f in fields(plan) if f.name not in OPERATIONAL | BESIDE_PAGES}
    folder = plan.source.parent if plan.source else Path.cwd()
    more = {str(p): file_hash(p) for name in plan.inputs for p in sorted(folder.glob(name)) if p.is_file()}
    return {
        "plan": said,
        "desk": desk_hashes(plan.desk),
        "inputs": more,
        "package": package_hash(),
        "libraries": library_versions(),
    }


def page_key(page: Page, language: str, plan: Plan, around: dict[str, Any]) -> str:
    """The name under which a finished page is kept."""
    said = [page.slug, page.title, page.parameters_for(plan.desk, language), language]
    return digest([notebook_hash(page.notebook), said, around])


def plan_key(plan: Plan, around: dict[str, Any]) -> str:
    """Equal for two runs that would publish the same report."""
    pages = [
        [page.slug, page.title, page.parameters, page.each, *(notebook_hash(path) for path in page.notebooks())]
        for page in plan.pages
    ]
    return digest([str(plan.desk), pages, around, [repr(getattr(plan, name)) for name in sorted(BESIDE_PAGES)]])
