"""What `kpitools check` prints of a loaded desk, in a language."""

import shlex
from pathlib import Path

from kpitools import tables, terminal
from kpitools.lacking import table_words
from kpitools.words import number, say

FILES = ("file", "format", "encoding", "delimiter", "timezone", "rows_read", "accepted", "quarantined", "duplicates")
FINDINGS = ("file", "text", "column", "rows", "example", "line", "kind")


def print_desk(desk, path: Path, language: str) -> None:
    """What was loaded: how many rows of each table, and as of when."""
    counts = {name: int(desk.base(name).count().to_pandas()) for name in tables.TABLES if desk.has(name)}
    held = ", ".join(f"{number(n, language, 0)} {table_words(name, language)}" for name, n in counts.items())
    name = desk.settings.name if path.is_dir() or path.name == "desk.yml" else path.name
    if desk.known_now is None:
        terminal.line(say("cli.check.undated", language, name=name, held=held))
        return
    when = f"{desk.known_now:{say('cli.check.moment', language)}} {desk.timezone}"
    terminal.line(say("cli.check.desk", language, name=name, held=held, when=when))


def print_report(found, language: str) -> None:
    """Files, assumptions, findings and unused columns of a LoadReport."""
    terminal.frame(found.files[list(FILES)], _heads(FILES, language), say("cli.check.files", language))
    decided = found.assumptions_in(language)
    terminal.frame(decided, _heads(decided.columns, language), say("cli.check.assumptions", language))
    findings = found.findings_in(language)
    if findings.empty:
        terminal.line(say("cli.check.clean", language))
    else:
        terminal.frame(findings[list(FINDINGS)], _heads(FINDINGS, language), say("cli.check.findings", language))


def print_unused(found, language: str) -> None:
    """The columns that nothing reads, and lines to paste into desk.yml for them."""
    from kpitools.unused import SHOWN, stub

    if found.unused.empty:
        return
    rows = [
        (row.file, row.column, say(f"unused.{row.kind}", language), row.could_be and f"{row.table}.{row.could_be}")
        for row in found.unused.head(SHOWN).itertuples()
    ]
    heads = _heads(("file", "column", "looks_like", "could_be"), language)
    terminal.table(heads, rows, say("cli.check.unused", language))
    if len(found.unused) > SHOWN:
        terminal.line(say("cli.check.more_unused", language, n=len(found.unused) - SHOWN))
    terminal.line(say("cli.check.stub", language))
    terminal.line(stub(found, language))


def print_kpis(desk, language: str) -> None:
    """Which KPIs the data gives, and what the others lack."""
    support = desk.kpis()
    names = support.kpi[support.supported].tolist()
    terminal.line(say("cli.check.supported", language, n=len(names), names=", ".join(names)))
    lacking = support[~support.supported]
    if len(lacking):
        terminal.line(say("cli.check.unsupported", language))
    for row in lacking.itertuples():
        title = desk.kpi(row.kpi).title(language)
        missing = desk.missing_in(row.kpi, language)
        terminal.line("  " + say("cli.check.lacks", language, title=title, missing=missing))


def print_next(path: Path, said: list[str] | None, language: str, reported: str) -> None:
    """The command that makes a report of the same files; `reported` is the language it takes unasked."""
    more = "" if language == reported else f" --language {language}"
    key = "cli.check.next_said" if said else "cli.check.next"
    terminal.line(say(key, language, path=shlex.quote(str(path)), said=" ".join(said or ()), more=more))


def _heads(names, language: str) -> list[str]:
    return [say(f"cli.head.{name}", language) for name in names]
