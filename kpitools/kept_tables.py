"""The cleaned tables kept as Parquet by contents, settings and rules, so that a second load is instant."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
import weakref
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path

from kpitools.build import Job, Options, build
from kpitools.errors import LoadError
from kpitools.exports.read import scan_bytes
from kpitools.loadreport import LoadReport

# A file touched this recently may change again within the same tick of its clock.
SETTLED_S = 2.0
KEPT_DAYS = 14
# The modules that decide what a load gives, besides ``exports/``.
RULES = (
    *("autumn.py", "build.py", "clean.py", "ids.py", "loadreport.py", "merge.py", "quarantine.py", "rules.py"),
    *("tables.py", "unite.py", "unused.py", "zones.py"),
)


def load_into(con, jobs: list[Job], options: Options, folder: Path, *, cache: bool) -> tuple[LoadReport, list[str]]:
    """Load `jobs` as tables of the Ibis connection `con`, from the cache where nothing changed; the report "
    "and the tables."""
    if not cache:
        scratch = tempfile.TemporaryDirectory(prefix="kpitools_")
        weakref.finalize(con, scratch.cleanup)
        report = build(jobs, options, Path(scratch.name))
        return report, _attach(con, Path(scratch.name))
    home = cache_home(folder)
    entry = home / _key(jobs, options, home)
    if not (entry / "report.json").exists():
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
        try:
            report = build(jobs, options, fresh)
            (fresh / "report.json").write_text(report.to_json(), encoding="utf-8")
            _publish(fresh, entry)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        _prune(home, entry)
    with contextlib.suppress(OSError):
        os.utime(entry)
    report = LoadReport.from_json((entry / "report.json").read_text(encoding="utf-8"))
    return report, _attach(con, entry)


def _publish(fresh: Path, entry: Path) -> None:
    """Give a finished entry its name in one step; another load may have been first."""
    try:
        fresh.rename(entry)
    except OSError:
        if not (entry / "report.json").exists():
            raise


def _prune(home: Path, keep: Path) -> None:
    """Remove entries that nobody used for two weeks."""
    oldest = time.time() - KEPT_DAYS * 86400
    for entry in home.iterdir():
        with contextlib.suppress(OSError):
            if entry.is_dir() and entry != keep and entry.stat().st_mtime < oldest:
                shutil.rmtree(entry)


def cache_home(folder: Path) -> Path:
    """Where cleaned tables are kept: $KPITOOLS_CACHE, the exports' own folder, or the user's cache."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kpitools"
    stated = os.environ.get("KPITOOLS_CACHE")
    for home in [Path(stated)] if stated else [folder / ".kpitools" / "cache", user]:
        try:
            home.mkdir(parents=True, exist_ok=True)
            if os.access(home, os.W_OK):
                return home
        except OSError:
            continue
    raise LoadError(
        "no folder for the cache can be written. Set KPITOOLS_CACHE to one that can, or load with cache=False."
    )


def _key(jobs: list[Job], options: Options, home: Path) -> str:
    """A name for exactly these contents, settings and rules."""
    known = _known_hashes(home)
    contents = [(job.name, _sha256(job.path, known), job.said) for job in jobs]
    with contextlib.suppress(OSError):
        (home / "files.json").write_text(json.dumps(known), encoding="utf-8")
    said = json.dumps([contents, repr(options), rules_hash()], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _known_hashes(home: Path) -> dict[str, list]:
    try:
        return json.loads((home / "files.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _sha256(path: Path, known: dict[str, list]) -> str:
    """The content's hash; a file whose size and time stand as they were long enough is not read again."""
    stat, name = path.stat(), str(path.resolve())
    now = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
    if name in known and known[name][:3] == now:
        return known[name][3]
    found = scan_bytes(path).sha256
    if time.time() - stat.st_mtime > SETTLED_S:
        known[name] = [*now, found]
    return found


@cache
def rules_hash() -> str:
    """A hash of the code and formats that decide what a load gives."""
    root = package_files("kpitools")
    digest = hashlib.sha256()
    for name in RULES:
        digest.update((root / name).read_bytes())
    for folder in (root / "exports", root / "exports" / "formats"):
        for entry in sorted(folder.iterdir(), key=lambda item: item.name):
            if entry.name.endswith((".py", ".yml")):
                digest.update(entry.read_bytes())
    return digest.hexdigest()


def _attach(con, entry: Path) -> list[str]:
    """Make the Parquet files of an entry views of the connection; their names."""
    found = sorted(entry.glob("*.parquet"))
    for file in found:
        quoted = str(file).replace("'", "''")
        con.raw_sql(f"create or replace view {file.stem} as select * from read_parquet('{quoted}')")
    return [file.stem for file in found]
