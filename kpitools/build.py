"""Files -> cleaned canonical tables: each file read, mapped, cleaned and united with the others, and accounted for."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from kpitools import tables
from kpitools.clean import Part, SourceFile, Zone, clean_file
from kpitools.errors import LoadError, Told, told
from kpitools.exports import instants
from kpitools.exports.columns import ident
from kpitools.exports.detect import candidates, detect
from kpitools.exports.mapping import FileMap, get_format, present, read_entry
from kpitools.exports.read import Raw, read, scan_bytes, temporary_connection
from kpitools.exports.remedy import ways
from kpitools.hours import check_zone
from kpitools.kpi import Words
from kpitools.loadreport import LoadReport, Log, reason
from kpitools.merge import unite_merging
from kpitools.unite import Union
from kpitools.unused import unused_columns
from kpitools.words import LANGUAGES, say

MAX_LOSS = 0.05
# What can become of a row.
FATES = ("accepted", "quarantined", "duplicates", "superseded", "merged")


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
            _leave_out(log, job, "file_unreadable", 0, error.in_language("en").removeprefix(f"{job.name}: "))
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


def _nothing_known(log: Log) -> Told | str:
    """The error for a folder of which no file can be loaded: every file, and why."""
    unreadable = [f"{file}: {why}" for file, _, rule, _, _, why, *_ in log.findings if rule == "file_unreadable"]
    names = ", ".join(file for file, _, rule, *_ in log.findings if rule == "format_unknown")
    if not names:
        return "\n".join(unreadable)
    more = "".join(f"\n{line}" for line in unreadable)
    return told("nothing_known", names=names, ways=ways("format", "zendesk", "..."), more=more)


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
    reasons: dict[tuple, list] = {}
    for file, line, rule, values, _ in log.quarantine:
        if file == account["file"]:
            reasons.setdefault((rule, values), []).append(line)
    top = sorted(reasons.items(), key=lambda item: -len(item[1]))[:3]
    why = Words(*("; ".join(_lost(*said, lines, language) for said, lines in top) for language in LANGUAGES))
    lost_rows = {"lost": f"{lost:,}", "read": f"{read_:,}", "share": f"{lost / read_:.1%}", "limit": f"{max_loss:g}"}
    way = ways("max_loss", "0.2", account["file"])
    raise LoadError(told("losses", file=account["file"], **lost_rows, why=why, ways=way))


def _lost(rule: str, values: str, lines: list[int], language: str) -> str:
    """Why rows were set aside, how many and from which line."""
    told_why = reason(rule, json.loads(values), language)
    return say("errors.lost", language, why=told_why, n=f"{len(lines):,}", line=lines[0])


def _unite_all(con, parts: list[Part], raws: dict[int, Raw], log: Log) -> list[Union]:
    # Two entries may read one file, so that a file's name does not tell its account.
    accounts = dict(zip(raws, _numbered(log), strict=True))

    def removed(part: Part, kind: str, rows: int) -> None:
        if part.is_main:
            accounts[part.file]["duplicates" if kind == "duplicate" else kind] += rows

    names = list(dict.fromkeys(part.name for part in sorted(parts, key=lambda part: not part.is_main)))
    return [unite_merging(con, name, [p for p in parts if p.name == name], raws, log, removed) for name in names]


def _numbered(log: Log) -> list[dict]:
    """The accounts of the files that were read, in their order."""
    return [account for account in log.files if account["format"]]


def _close_accounts(con, parts: list[Part], unions: list[Union], log: Log) -> None:
    """Count what was accepted from each file's main table, and prove that no row was lost."""
    by_name = {union.name: union for union in unions}
    mains = [part for part in parts if part.is_main]
    counted = {
        (name, file): rows
        for name in {part.name for part in mains}
        for file, rows in con.execute(f"select _file, count(*) from ({by_name[name].sql}) group by 1").fetchall()
    }
    for part, account in zip(mains, _numbered(log), strict=True):
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
