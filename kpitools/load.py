"""Files and settings -> a Desk, with the cleaned tables kept as Parquet by content so that a second load is instant."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
import weakref
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpitools import tables
from kpitools.clean import Part, SourceFile, Zone, clean_file
from kpitools.errors import ConfigError, LoadError
from kpitools.exports import instants
from kpitools.exports.columns import ident
from kpitools.exports.detect import candidates, detect
from kpitools.exports.mapping import ENTRY_KEYS, FileMap, check_keys, check_plain, get_format, present, read_entry
from kpitools.exports.read import READABLE, Raw, read, scan_bytes, temporary_connection
from kpitools.exports.remedy import ways
from kpitools.hours import check_zone
from kpitools.loadreport import LoadReport, Log, reason
from kpitools.merge import unite_merging
from kpitools.unite import Union
from kpitools.unused import unused_columns

if TYPE_CHECKING:
    from kpitools.desk import Desk

MAX_LOSS = 0.05
# Files of a desk's folder that are not exports.
NOT_EXPORTS = {"desk.yml", "targets.csv", "interventions.csv", "plan.yml"}
# What can become of a row.
FATES = ("accepted", "quarantined", "duplicates", "superseded", "merged")
# A file touched this recently may change again within the same tick of its clock.
SETTLED_S = 2.0
KEPT_DAYS = 14


@dataclass(frozen=True)
class Job:
    """One file to load and all that is said about it."""

    path: Path
    name: str
    said: dict
    is_named: bool


@dataclass(frozen=True)
class Options:
    """What the caller of `load` says, with the settings behind it."""

    format: str | None = None
    timezone: str | None = None
    dayfirst: bool | None = None
    encoding: str | None = None
    delimiter: str | None = None
    max_loss: float = MAX_LOSS
    desk_timezone: str | None = None
    desk_dayfirst: bool | None = None
    decimal: str | None = None
    desk_decimal: str | None = None


def load(
    path: str | Path,
    *,
    format: str | None = None,
    timezone: str | None = None,
    dayfirst: bool | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    max_loss: float | None = None,
    cache: bool = True,
    language: str | None = None,
) -> "Desk":
    """The desk that exports make.

    Parameters
    ----------
    path : one export, a folder of them, or a folder with desk.yml (or the desk.yml itself).
    format : the name of a built-in format, where detection by headers is not wanted.
    timezone : IANA name of the clock on the wall: of files that do not say otherwise, and of the desk.
    dayfirst : True where 5/3 is 5 March, False where it is May 3; needed only where the values do not tell.
    decimal : the mark before decimals, "." or ","; needed only where the values do not tell whether 1,500 is 1500.
    max_loss : share of a file's rows that may be quarantined before the load refuses (0.05).
    cache : keep the cleaned tables under ``.kpitools/cache`` beside the exports, and use them when nothing changed.

    Raises
    ------
    LoadError
        If a file cannot be read, or not without guessing, or loses more than `max_loss`.
    ConfigError
        If desk.yml asks for what is not there.
    """
    import ibis

    from kpitools.desk import Desk
    from kpitools.goals_check import check_goals, goals_of_no_period

    path = Path(path)
    folder, settings = _settings(path)
    overrides: dict[str, Any] = {}
    if timezone is not None:
        overrides["timezone"] = check_zone(timezone)
    if language is not None:
        overrides["language"] = language
    settings = replace(settings, **overrides) if overrides else settings
    check_plain({"decimal": decimal}, "load")
    options = Options(
        format,
        timezone,
        dayfirst,
        encoding,
        delimiter,
        max_loss if max_loss is not None else (settings.max_loss if settings.max_loss is not None else MAX_LOSS),
        settings.timezone,
        settings.dayfirst,
        decimal,
        settings.decimal,
    )
    jobs = find_jobs(path, folder, settings.files)
    con = ibis.duckdb.connect()
    check_goals(settings)
    report, names = load_into(con, jobs, options, folder, cache=cache)
    if lacking := goals_of_no_period(settings):
        report = report.with_warning("targets.csv", "goal_of_no_period", "every", len(lacking), ", ".join(lacking))
    desk = Desk(con, {name: con.table(name) for name in names}, settings, report)
    if settings.kpis:
        from kpitools.own_check import check_columns

        check_columns(desk, settings.kpis)
    return desk


def _settings(path: Path):
    """The folder of the exports, and the desk's settings (the defaults where there is no desk.yml)."""
    from kpitools.settings import read_settings

    if not path.exists():
        raise LoadError(f"{path}: there is no such file or folder.")
    if path.is_file() and path.name != "desk.yml":
        return path.parent, read_settings(None)
    folder = path if path.is_dir() else path.parent
    return folder, read_settings(folder if (folder / "desk.yml").exists() else None)


def find_jobs(path: Path, folder: Path, entries: list[dict]) -> list[Job]:
    """The files to load: one, those that desk.yml lists, or all exports of a folder."""
    if path.is_file() and path.name != "desk.yml":
        return [Job(path, path.name, {}, True)]
    if not entries:
        found = [p for p in sorted(folder.iterdir()) if _is_export(p)]
        if not found:
            raise LoadError(
                f"{folder}: there is no export in it. Read are files ending in {', '.join(sorted(READABLE))}."
            )
        return [Job(p, p.name, {}, len(found) == 1) for p in found]
    jobs = []
    for number, entry in enumerate(entries, start=1):
        where = f"desk.yml: files, entry {number}"
        check_plain(check_keys(entry, ENTRY_KEYS, where), where)
        if not entry.get("file"):
            raise ConfigError(f"{where}: it lacks 'file', the name of an export or a pattern such as tickets_*.csv.")
        matched = _matched(folder, str(entry["file"]), where)
        if not matched:
            raise LoadError(f"{where}: no file named '{entry['file']}' in {folder}.")
        jobs += [Job(p, p.relative_to(folder).as_posix(), entry, True) for p in matched]
    return jobs


def _matched(folder: Path, pattern: str, where: str) -> list[Path]:
    """The files of the desk's own folder that a name or pattern fits."""
    if Path(pattern).is_absolute():
        raise ConfigError(f"{where}: '{pattern}' is an absolute path; name files relative to {folder}.")
    if ".." in Path(pattern).parts:
        raise ConfigError(
            f"{where}: '{pattern}' lies outside the folder of desk.yml, and only files inside it are read. "
            "Move the file there, or put a link to it there."
        )
    try:
        return sorted(p for p in folder.glob(pattern) if p.is_file())
    except (OSError, ValueError) as error:
        raise ConfigError(f"{where}: '{pattern}' is no name or pattern of a file ({error}).") from None


def _is_export(path: Path) -> bool:
    return (
        path.is_file()
        and path.suffix.lower() in READABLE
        and not path.name.startswith((".", "~$"))
        and path.name.lower() not in NOT_EXPORTS
    )


# --- the cache ----------------------------------------------------------------------------------------------------


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
    for name in (
        "autumn.py",
        "clean.py",
        "ids.py",
        "load.py",
        "loadreport.py",
        "merge.py",
        "quarantine.py",
        "rules.py",
        "tables.py",
        "unite.py",
        "unused.py",
        "zones.py",
    ):
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


# --- reading and cleaning -------------------------------------------------------------------------------------------


def build(jobs: list[Job], options: Options, target: Path) -> LoadReport:
    """Read and clean `jobs`; write one Parquet file a canonical table into `target`; the report."""
    con, spill = temporary_connection()
    log = Log()
    try:
        parts, raws = _clean_all(con, jobs, options, log)
        unions = _unite_all(con, parts, raws, log)
        _close_accounts(con, parts, unions, log)
        for union in unions:
            _write(con, union, options.desk_timezone or "UTC", target)
    finally:
        con.close()
        spill.cleanup()
    return log.report()


def _clean_all(con, jobs, options, log) -> tuple[list[Part], dict[int, Raw]]:
    parts: list[Part] = []
    raws: dict[int, Raw] = {}
    for number, job in enumerate(jobs):
        stated = job.said.get("format") or options.format
        base = get_format(stated) if stated else None
        try:
            raw = _read(con, job, base, options, number)
        except LoadError as error:
            if job.is_named:
                raise
            _leave_out(log, job, "file_unreadable", 0, str(error).removeprefix(f"{job.name}: "))
            continue
        file, how = _file_map(job, base, raw, options)
        if file is None:
            _leave_out(log, job, "format_unknown", raw.read, ", ".join(raw.headers[:10]))
            continue
        log.assume(job.name, "format", file.format, how)
        raws[number] = raw
        parts += _clean_one(con, raw, file, options, job, log, number)
    if not parts:
        raise LoadError(_nothing_known(log))
    return parts, raws


def _leave_out(log: Log, job: Job, rule: str, rows: int, why: str) -> None:
    """Note a file of a folder that is not loaded, and open its account all the same."""
    log.find(job.name, None, rule, None, rows, why, None, "warning")
    log.files.append(_account(job.name, scan_bytes(job.path).sha256))


def _nothing_known(log: Log) -> str:
    """The error for a folder of which no file can be loaded: every file, and why."""
    unreadable = [f"{file}: {why}" for file, _, rule, _, _, why, *_ in log.findings if rule == "file_unreadable"]
    names = ", ".join(file for file, _, rule, *_ in log.findings if rule == "format_unknown")
    if not names:
        return "\n".join(unreadable)
    unknown_ones = (
        f"no file is in a format that is known here: {names}. Say in desk.yml which column is which, or name a "
        f"format ({ways('format', 'zendesk', '...')})."
    )
    return "\n".join([unknown_ones, *unreadable])


def _read(con, job: Job, base: FileMap | None, options: Options, number: int) -> Raw:
    said = job.said
    return read(
        con,
        job.path,
        f"raw{number}",
        name=job.name,
        encoding=said.get("encoding") or options.encoding,
        delimiter=said.get("delimiter") or options.delimiter,
        skip=said.get("skip", base.skip if base else 0),
        sheet=said.get("sheet"),
        records=said.get("records", base.records if base else None),
    )


def _file_map(job: Job, base: FileMap | None, raw: Raw, options: Options) -> tuple[FileMap | None, str]:
    """How to read a file and how that was decided; None for a file of a folder that no format fits."""
    how = "stated"
    if base is None and not job.said.get("tables"):
        if not job.is_named and not candidates(raw.headers):
            return None, ""
        base, how = detect(raw.headers, job.name), "headers"
    file = read_entry(job.said, base, f"desk.yml: {job.name}")
    file = replace(
        file,
        tables=tuple(present(table, raw.headers, f"desk.yml: {job.name}") for table in file.tables),
        dayfirst=_first(job.said.get("dayfirst"), options.dayfirst, file.dayfirst, options.desk_dayfirst),
        decimal=_first(job.said.get("decimal"), options.decimal, file.decimal, options.desk_decimal),
    )
    main, *others = file.tables
    others = [
        table for table in others if len(table.columns) > sum(c.constant is not None for c in table.columns.values())
    ]
    return replace(file, tables=(main, *others)), how


def _first(*values):
    return next((value for value in values if value is not None), None)


def _zone(file: FileMap, job: Job, options: Options) -> Zone:
    for name, how in (
        (job.said.get("timezone"), "stated"),
        (options.timezone, "stated"),
        (file.format_timezone, "format"),
        (options.desk_timezone, "desk"),
    ):
        if name:
            return Zone(check_zone(name), how)
    return Zone("UTC", "nobody_said")


def _clean_one(con, raw: Raw, file: FileMap, options: Options, job: Job, log: Log, number: int) -> list[Part]:
    """Clean one file and open its account."""
    source = SourceFile(con, raw, file, _zone(file, job, options), log)
    found = clean_file(source, number)
    log.unused += unused_columns(source)
    account = _account(raw.name, raw.sha256) | {
        "format": file.format,
        "encoding": raw.encoding[0],
        "delimiter": raw.delimiter[0],
        "timezone": found.timezone,
        "rows_read": found.rows_read,
        "quarantined": found.quarantined,
    }
    log.files.append(account)
    _refuse_losses(account, job.said.get("max_loss", options.max_loss), log)
    return [part._replace(merges=file.merge and part.is_main) for part in found.parts]


def _account(name: str, sha256: str) -> dict:
    """The account of a file of which no row was read."""
    counts = dict.fromkeys(("rows_read", *FATES), 0)
    return {
        "file": name,
        "sha256": sha256,
        **dict.fromkeys(("format", "encoding", "delimiter", "timezone"), ""),
        **counts,
    }


def _refuse_losses(account: dict, max_loss: float, log: Log) -> None:
    """LoadError where more than `max_loss` of a file's rows were set aside."""
    read_, lost = account["rows_read"], account["quarantined"]
    if not read_ or lost / read_ <= max_loss:
        return
    reasons: dict[str, list] = {}
    for file, line, rule, values, _ in log.quarantine:
        if file == account["file"]:
            reasons.setdefault(reason(rule, json.loads(values), "en"), []).append(line)
    top = sorted(reasons.items(), key=lambda item: -len(item[1]))[:3]
    told = "; ".join(f"{why} ({len(lines):,} rows, first line {lines[0]})" for why, lines in top)
    raise LoadError(
        f"{account['file']}: {lost:,} of {read_:,} rows ({lost / read_:.1%}) cannot be used, more than "
        f"max_loss={max_loss:g}: {told}. "
        f"Mend the file or its mapping, or allow more ({ways('max_loss', '0.2', account['file'])})."
    )


def _unite_all(con, parts: list[Part], raws: dict[int, Raw], log: Log) -> list[Union]:
    accounts = _accounts(parts, log, raws)

    def removed(part: Part, kind: str, rows: int) -> None:
        if part.is_main:
            accounts[part.file]["duplicates" if kind == "duplicate" else kind] += rows

    names = list(dict.fromkeys(part.name for part in sorted(parts, key=lambda part: not part.is_main)))
    return [unite_merging(con, name, [p for p in parts if p.name == name], raws, log, removed) for name in names]


def _accounts(parts: list[Part], log: Log, raws: dict[int, Raw]) -> dict[int, dict]:
    by_name = {account["file"]: account for account in log.files}
    return {part.file: by_name[raws[part.file].name] for part in parts}


def _close_accounts(con, parts: list[Part], unions: list[Union], log: Log) -> None:
    """Count what was accepted from each file's main table, and prove that no row was lost."""
    by_name = {union.name: union for union in unions}
    numbered = [account for account in log.files if account["format"]]
    mains = [part for part in parts if part.is_main]
    counted = {
        (name, file): rows
        for name in {part.name for part in mains}
        for file, rows in con.execute(f"select _file, count(*) from ({by_name[name].sql}) group by 1").fetchall()
    }
    for part, account in zip(mains, numbered, strict=True):
        account["accepted"] = counted.get((part.name, part.file), 0)
        told = sum(account[key] for key in FATES)
        if told != account["rows_read"]:
            raise RuntimeError(
                f"{account['file']}: {account['rows_read']} rows were read, but {told} are accounted for: {account}"
            )


def _write(con, union: Union, zone: str, target: Path) -> None:
    """Write a canonical table with the wall-clock sibling of every moment."""
    schema = tables.get(union.name)
    moments = [c for c in union.columns if schema[c].type == "instant"]
    ends = {}
    if moments:
        flat = con.execute(
            f"select {', '.join(f'min({ident(c)}), max({ident(c)})' for c in moments)} from ({union.sql})"
        ).fetchone()
        ends = {c: flat[2 * i : 2 * i + 2] for i, c in enumerate(moments)}
    listed = []
    for column in union.columns:
        listed.append(ident(column))
        if column in ends:
            listed.append(f"{instants.to_local(ident(column), zone, *ends[column])} as {tables.local(column)}")
    path = str(target / f"{union.name}.parquet").replace("'", "''")
    con.execute(f"copy (select {', '.join(listed)} from ({union.sql})) to '{path}' (format parquet)")
