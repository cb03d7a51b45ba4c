"""The command line: parse, call, print. Heavy imports wait inside the commands, so that --help is quick."""

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from kpitools.errors import ConfigError, KpitoolsError, PublishError, unknown
from kpitools.lessons.cli import app as lessons
from kpitools.words import check_language, say

app = typer.Typer(
    help="Customer-service KPIs from helpdesk exports: numbers, trends and HTML reports, in English and Vietnamese.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(lessons, name="lessons")

Language = Annotated[str, typer.Option("--language", "-l", envvar="KPITOOLS_LANGUAGE", help="en or vi")]
Every = Annotated[str, typer.Option(help="day, week, month, quarter or all")]
Option = Annotated[list[str] | None, typer.Option(help="an option of the definition: name=value; again for more")]
Hours = Annotated[str, typer.Option(help="calendar or business; for durations")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="key=value of load, such as timezone=Asia/Ho_Chi_Minh or dayfirst=true; may be repeated"
    ),
]
FAILED, MISSED = 1, 3  # exit codes of a report: a page failed, a target was missed
INTERRUPTED = 130  # what shells give for Ctrl-C


def main() -> None:
    """Run the command line; an input's fault is one message and exit code 2, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except KpitoolsError as error:
        _fail(str(error), error.exit_code)
    except BrokenPipeError:
        raise
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}this cannot be read or written ({error.strerror or error}).", PublishError.exit_code)


def _fail(message: str, code: int) -> NoReturn:
    """End with one message; what it quotes of the input cannot steer the terminal."""
    typer.echo("kpitools: " + "".join(c for c in message if c.isprintable() or c == "\n"), err=True)
    raise SystemExit(code) from None


@app.command()
def check(
    export: Annotated[Path, typer.Argument(help="an export file, a folder of them, or a folder with desk.yml")],
    quarantine: Annotated[Path | None, typer.Option(help="write the rows that were set aside to this CSV")] = None,
    said: Set = None,
    language: Language = "en",
) -> None:
    """Say what an export is, what was assumed, what is wrong in it, and which KPIs it gives."""
    check_language(language)
    from kpitools.load import load
    from kpitools.said import load_options

    if quarantine is not None:
        _check_new("--quarantine", quarantine)
    desk = load(existing(export), **load_options(said))
    typer.echo(repr(desk))
    if desk.report is not None:
        _print_report(desk.report, language)
        if quarantine is not None:
            typer.echo(str(desk.report.write_quarantine(quarantine)))
        _print_unused(desk.report, language)
    _print_kpis(desk, language)
    typer.echo(say("cli.check.next", language, path=export))


@app.command("list")
def list_kpis(
    desk: Annotated[Path | None, typer.Option(help="a folder with desk.yml, to list its own KPIs too")] = None,
    language: Language = "en",
) -> None:
    """List all KPIs: name, title, unit, which way is better, what it needs."""
    check_language(language)
    known = _known_kpis(existing(desk) if desk else None).values()
    rows = [(k.name, k.title(language), k.unit, say(f"cli.better.{k.better}", language), _needs(k)) for k in known]
    heads = [say(f"cli.list.{name}", language) for name in ("name", "kpi", "unit", "better", "needs")]
    _table(heads, rows, say("cli.list.title", language))


def _known_kpis(path: Path | None) -> dict:
    """The toolkit's KPIs and those of the desk.yml at `path`."""
    from kpitools.kpis import CATALOGUE
    from kpitools.settings import read_settings

    if path is None or (path.is_file() and path.name != "desk.yml"):
        return CATALOGUE
    return CATALOGUE | read_settings(path).kpis


@app.command()
def compute(
    kpi: Annotated[str, typer.Argument(help="a name from `kpitools list`")],
    path: Annotated[Path, typer.Argument(help="an export file or a folder")],
    every: Every = "week",
    by: Annotated[list[str] | None, typer.Option(help="a column to split by; may be given again")] = None,
    hours: Hours = "calendar",
    start: Annotated[str | None, typer.Option("--from", help="first local day, such as 2025-01-01")] = None,
    end: Annotated[str | None, typer.Option("--to", help="local day after the last")] = None,
    form: Annotated[str, typer.Option("--format", help="table, csv or json")] = "table",
    option: Option = None,
    said: Set = None,
    language: Language = "en",
) -> None:
    """Compute one KPI: a row per period and group, with interval and n.

    Agents and customers appear by pseudonym unless desk.yml says `pseudonyms: false`.
    """
    _one_of(form, ("table", "csv", "json"), "--format")
    check_language(language)
    from kpitools.compute import compute as compute_kpi
    from kpitools.load import load
    from kpitools.people import hide
    from kpitools.said import load_options

    known = _known_kpis(existing(path))
    if kpi not in known:  # said before a long load
        raise unknown("KPI", kpi, known)
    _check_day("--from", start)
    _check_day("--to", end)
    desk, by = load(existing(path), **load_options(said)).with_options(**_options(option)), tuple(by or ())
    record = desk.kpi(kpi)
    found = compute_kpi(record, desk, every=every, by=by, hours=hours, start=start, end=end)
    found = hide(found, desk).sort_values(["period", *by], ignore_index=True)
    _print_series(found, record, by, every, form, language)


@app.command()
def report(
    plan: Annotated[Path | None, typer.Argument(help="a plan.yml; without one, all pages the data supports")] = None,
    desk: Annotated[Path | None, typer.Option(help="export or folder; without it and a plan, the sample")] = None,
    out: Annotated[Path | None, typer.Option(help="folder to publish to")] = None,
    language: Annotated[list[str] | None, typer.Option("--language", "-l", help="en, vi; may be given again")] = None,
    every: Annotated[str | None, typer.Option(help="periods of the scorecard")] = None,
    hours: Annotated[str | None, typer.Option(help="calendar or business, for the scorecard")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="how many notebooks run at a time")] = None,
    cold: Annotated[bool, typer.Option("--cold", help="start every notebook in a process of its own")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="run every page, also where nothing changed")] = False,
    wait: Annotated[float, typer.Option(min=0, help="seconds to wait for another run of the same report")] = 0,
    fail_on: Annotated[str | None, typer.Option(help="missed: exit code 3 where a KPI misses its target")] = None,
) -> None:
    """Run the notebooks and publish a folder of HTML that opens offline; index.html is the scorecard.

    Only what changed is run. Exit code 0: all is there; 1: some page failed (its page and the first one say so);
    2: bad input or plan; 3: a target was missed (--fail-on missed); 4: another run fills the same folder, or an export
    changed meanwhile; 5: the disk is full or may not be written; 130: stopped.
    """
    import signal

    for number in (signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):
        signal.signal(number, _as_interrupt)
    if fail_on is not None:
        _one_of(fail_on, ("missed",), "--fail-on")
    chosen = _plan(plan, desk, out, tuple(language or ()), every, hours, workers=workers, cold=cold)
    try:
        code = _report(chosen, fresh, wait, fail_on)
    except KeyboardInterrupt:
        typer.echo(say("runs.stopped", chosen.languages[0]), err=True)
        raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(code)


@app.command("plan")
def plan_jobs(
    plan: Annotated[Path, typer.Argument(help="a plan.yml, or a folder with one")],
    as_json: Annotated[
        bool, typer.Option("--json", help="the arguments of papermill.execute_notebook, a job a line")
    ] = False,
    out: Annotated[Path, typer.Option(help="folder that the jobs write their notebooks to")] = Path("executed"),
) -> None:
    """Check a plan and print its jobs, one papermill run a line; nothing is run."""
    from kpitools.report.jobs import command_line, jobs
    from kpitools.report.plan import read_plan

    for job in jobs(read_plan(plan), out):
        typer.echo(job.as_json() if as_json else command_line(job))


@app.command()
def lab(
    folder: Annotated[Path | None, typer.Argument(help="where the notebooks are, or are copied to")] = None,
    browser: Annotated[bool, typer.Option(help="open the browser")] = True,
    language: Language = "en",
) -> None:
    """Open the notebooks in JupyterLab; those of an installed package are copied first, so that edits stay yours."""
    import subprocess

    place = notebooks_to_edit(folder, check_language(language))
    command = [sys.executable, "-m", "jupyterlab", str(place), *([] if browser else ["--no-browser"])]
    raise typer.Exit(subprocess.call(command))


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="the folder to make")], language: Language = "en") -> None:
    """Make a folder to start from: desk.yml, targets.csv, interventions.csv and plan.yml, with comments."""
    check_language(language)
    from kpitools.starter import write_starter

    for path in write_starter(folder):
        typer.echo(say("cli.new.written", language, path=path))
    typer.echo(say("cli.new.next", language, folder=folder))


@app.command()
def sample(
    tickets: Annotated[int, typer.Option(min=40, help="how many tickets")] = 6000,
    seed: Annotated[int, typer.Option(help="the same seed makes the same desk")] = 7,
    out: Annotated[Path, typer.Option(help="folder to write")] = Path("sample-desk"),
    language: Language = "en",
) -> None:
    """Make up a desk's exports of any size, with known stories in them."""
    from kpitools.sample import make

    if out.exists() and any(out.iterdir()):
        raise ConfigError(f"{out} is there and not empty: name another folder with --out.")
    typer.echo(say("cli.new.written", check_language(language), path=make(out, tickets=tickets, seed=seed) or out))


# Helpers ----------------------------------------------------------------------------------------------------


def existing(path: Path) -> Path:
    """`path` itself, or ConfigError."""
    if not path.exists():
        raise ConfigError(f"there is no file or folder {path}.")
    return path


def _check_new(option: str, path: Path) -> None:
    """ConfigError where `path` is there already or its folder is not."""
    if path.exists():
        raise ConfigError(f"{option}: {path} is there already and is not replaced. Name a new file.")
    if not path.absolute().parent.is_dir():
        raise ConfigError(f"{option}: there is no folder {path.absolute().parent} to write {path.name} to.")


def notebooks_to_edit(folder: Path | None, language: str) -> Path:
    """A folder with notebooks that may be written to."""
    import shutil

    from kpitools import resources

    bundled = resources.notebooks()
    if folder is None and "_bundled" not in bundled.parts:
        return bundled
    folder = folder or Path("kpitools-notebooks")
    if not folder.exists():
        shutil.copytree(bundled, folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        typer.echo(say("cli.lab.copied", language, path=folder))
    return folder


def _as_interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def _one_of(value: str, known: tuple[str, ...], option: str) -> None:

    if value not in known:
        raise unknown(f"{option} choice", value, known)


def _options(said: list[str] | None) -> dict[str, Any]:
    """``["fcr_window_days=14"]`` as names and values, each read as YAML reads it."""
    import yaml

    pairs = [text.partition("=") for text in said or ()]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise ConfigError(f"--option takes name=value, such as fcr_window_days=14; got '{name}{equals}{value}'.")
    return {name: yaml.safe_load(value) for name, _, value in pairs}


def _check_day(option: str, value: str | None) -> None:
    import datetime as dt

    try:
        if value is not None:
            dt.date.fromisoformat(value)
    except ValueError:
        raise ConfigError(f"{option} takes a day such as 2025-01-31, got '{value}'.") from None


def _plan(plan, desk, out, languages: tuple[str, ...], every, hours, *, workers: int | None = None, cold: bool = False):
    """The plan file or the default plan, with what the options say instead."""
    from dataclasses import replace

    from kpitools.report.plan import EVERY, HOURS, read_plan

    said: dict[str, Any] = {}
    if languages:
        said["languages"] = tuple(dict.fromkeys(check_language(name) for name in languages))
    if every is not None:
        _one_of(every, EVERY, "--every")
        said["every"] = every
    if hours is not None:
        _one_of(hours, HOURS, "--hours")
        said["hours"] = hours
    if out is not None:
        said["publish"] = out.absolute()
    if workers is not None:
        said["workers"] = workers
    if cold:
        said["kernels"] = "cold"
    if plan is None:
        return replace(_default_plan(desk), **said)
    if desk is not None:
        said["desk"] = existing(desk).resolve()
    return replace(read_plan(plan), **said)


def _default_plan(desk: Path | None):
    from kpitools import resources
    from kpitools.report.inputs import desk_language
    from kpitools.report.plan import default_plan

    path = existing(desk).resolve() if desk is not None else resources.sample()
    # A reader of one's own desk meets the desk's language first; the sample is for everyone.
    first = desk_language(path) if desk is not None else "en"
    first = first if first in ("en", "vi") else "en"
    languages = (first, *(name for name in ("en", "vi") if name != first))
    return default_plan(path, Path("site").absolute(), languages)


def _report(plan, fresh: bool, wait: float, fail_on: str | None) -> int:
    import time

    from kpitools.report.progress import Progress
    from kpitools.report.runner import report as run

    started, language = time.monotonic(), plan.languages[0]
    with Progress(language) as progress:
        result = run(plan, progress, fresh=fresh, wait_s=wait)
    failed = [outcome for outcome in result.outcomes if not outcome.ok]
    if result.is_unchanged:
        typer.echo(say("runs.unchanged", language, n=result.pages))
    else:
        ran = sum(1 for outcome in result.outcomes if not outcome.is_kept)
        seconds = round(time.monotonic() - started)
        typer.echo(say("runs.done", language, n=result.pages, ran=ran, kept=result.pages - ran, seconds=seconds))
    if failed:
        typer.echo(say("cli.report.failed", language, n=len(failed)), err=True)
    if result.failed_kpis:
        typer.echo(say("cli.report.scorecard_failed", language, names=", ".join(result.failed_kpis)), err=True)
    for warning in result.warnings:
        typer.echo(warning, err=True)
    if fail_on and result.missed:
        typer.echo(say("runs.missed", language, names=", ".join(result.missed)), err=True)
    typer.echo(say("cli.report.open", language, path=plan.publish / "index.html"))
    return FAILED if not result.ok else MISSED if fail_on and result.missed else 0


def _print_report(found, language: str) -> None:
    import pandas as pd

    wanted = [
        "file",
        "format",
        "encoding",
        "delimiter",
        "timezone",
        "rows_read",
        "accepted",
        "quarantined",
        "duplicates",
    ]
    _frame(found.files[[c for c in wanted if c in found.files]], say("cli.check.files", language))
    _frame(found.assumptions_in(language), say("cli.check.assumptions", language))
    findings: pd.DataFrame = found.findings_in(language).drop(columns="rule").rename(columns={"text": "rule"})
    if findings.empty:
        typer.echo(say("cli.check.clean", language))
    else:
        wanted = ["file", "rule", "column", "rows", "example", "line", "kind"]
        _frame(findings[[c for c in wanted if c in findings]], say("cli.check.findings", language))


def _print_unused(found, language: str) -> None:
    """The columns that nothing reads, and lines to paste into desk.yml for them."""
    from kpitools.unused import SHOWN, stub

    if found.unused.empty:
        return
    heads = [say(f"cli.head.{head}", language) for head in ("file", "column", "looks_like", "could_be")]
    rows = [
        (row.file, row.column, say(f"unused.{row.kind}", language), row.could_be and f"{row.table}.{row.could_be}")
        for row in found.unused.head(SHOWN).itertuples()
    ]
    _table(heads, rows, say("cli.check.unused", language))
    if len(found.unused) > SHOWN:
        typer.echo(say("cli.check.more_unused", language, n=len(found.unused) - SHOWN))
    typer.echo(say("cli.check.stub", language))
    typer.echo(stub(found, language))


def _print_kpis(desk, language: str) -> None:
    support = desk.kpis()
    names = support.kpi[support.supported].tolist()
    typer.echo(say("cli.check.supported", language, n=len(names), names=", ".join(names)))
    lacking = support[~support.supported]
    if len(lacking):
        typer.echo(say("cli.check.unsupported", language))
    for row in lacking.itertuples():
        title = desk.kpi(row.kpi).title(language)
        typer.echo("  " + say("cli.check.lacks", language, title=title, missing=desk.missing_in(row.kpi, language)))


def _needs(kpi) -> str:
    return ", ".join(f"{kpi.table}.{column}" for column in kpi.needs)


def _print_series(found, kpi, by: tuple[str, ...], every: str, form: str, language: str) -> None:
    if form == "csv":
        from kpitools.report.spreadsheet import formula_safe

        typer.echo(formula_safe(found).to_csv(index=False), nl=False)
    elif form == "json":
        typer.echo(found.to_json(orient="records", date_format="iso", force_ascii=False, indent=2))
    else:
        rows = [_series_row(row, kpi, by, every, language) for _, row in found.iterrows()]
        heads = ["period", *by, "value", "interval", "n", ""]
        heads = [h if h in by or not h else say(f"cli.compute.{h}", language) for h in heads]
        _table(heads, rows, kpi.title(language))


def _series_row(row, kpi, by: tuple[str, ...], every: str, language: str) -> tuple[str, ...]:
    from kpitools.words import number, period, quantity

    low, high = (quantity(row[end], kpi.unit, language) for end in ("low", "high"))
    when = period(row["period"], every, language)
    note = "" if row["complete"] else say("cli.compute.incomplete", language)
    interval = f"{low} – {high}" if row["low"] == row["low"] else "–"
    value, n = quantity(row["value"], kpi.unit, language), number(row["n"], language, 0)
    return (when, *(str(row[column]) for column in by), value, interval, n, note)


def _frame(frame, title: str) -> None:
    rows = [tuple(_cell(value) for value in row) for row in frame.itertuples(index=False)]
    _table([str(column) for column in frame.columns], rows, title)


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None or value != value else str(value)


def _table(heads: list[str], rows: list[tuple[str, ...]], title: str) -> None:
    """A table on the terminal; texts are shown as they are, never read as markup or terminal codes."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", header_style="bold")
    for head in heads:
        table.add_column(Text(head), overflow="fold")
    for row in rows:
        table.add_row(*(Text("".join(c for c in cell if c.isprintable() or c == "\n")) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    console.print(table)


if __name__ == "__main__":
    main()
