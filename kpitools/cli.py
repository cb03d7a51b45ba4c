"""The command line: parse, call, print. Heavy imports wait inside the commands, so that --help is quick."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from kpitools import terminal
from kpitools.errors import ConfigError, KpitoolsError, PublishError, told, unknown
from kpitools.lessons.cli import app as lessons
from kpitools.said import check_day, existing, kpi_options, load_options, one_of
from kpitools.speech import VARIABLE, desk_language, speak, speaking, spoken
from kpitools.words import check_language, say


class _Speaking(TyperGroup):
    """Commands whose errors come in the language they were asked in, and faults of the disk as errors."""

    def invoke(self, ctx):
        with speaking():
            try:
                return super().invoke(ctx)
            except KpitoolsError as error:
                error.language = error.language or spoken()
                raise
            except BrokenPipeError:
                raise
            except OSError as error:
                place = f"{error.filename}: " if error.filename else ""
                fault = PublishError(told("disk", place=place, why=error.strerror or str(error)))
                fault.language = spoken()
                raise fault from None


app = typer.Typer(
    cls=_Speaking,
    help="Customer-service KPIs from helpdesk exports: numbers, trends and HTML reports, in English and Vietnamese.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(lessons, name="lessons")

Language = Annotated[
    str | None,
    typer.Option(
        "--language", "-l", envvar=VARIABLE, callback=speak, help="en or vi; default: what desk.yml says, else en"
    ),
]
Every = Annotated[str, typer.Option(help="day, week, month, quarter or all")]
Option = Annotated[list[str] | None, typer.Option(help="an option of the definition: name=value; again for more")]
Hours = Annotated[str, typer.Option(help="calendar or business; for durations")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="key=value of load, such as timezone=Asia/Ho_Chi_Minh or dayfirst=true; may be repeated"
    ),
]
INTERRUPTED = 130  # what shells give for Ctrl-C


def main() -> None:
    """Run the command line; an input's fault is one message and its exit code, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except KpitoolsError as error:
        terminal.line(f"kpitools: {error}", is_error=True)
        raise SystemExit(error.exit_code) from None


@app.command()
def check(
    export: Annotated[Path, typer.Argument(help="an export file, a folder of them, or a folder with desk.yml")],
    quarantine: Annotated[Path | None, typer.Option(help="write the rows that were set aside to this CSV")] = None,
    said: Set = None,
    language: Language = None,
) -> None:
    """Say what an export is, what was assumed, what is wrong in it, and which KPIs it gives."""
    language = _language(language, export)
    from kpitools import check_text
    from kpitools.load import load

    if quarantine is not None:
        _check_new("--quarantine", quarantine)
    desk = load(existing(export), **load_options(said))
    check_text.print_desk(desk, export, language)
    if desk.report is not None:
        check_text.print_report(desk.report, language)
        if quarantine is not None:
            terminal.line(str(desk.report.write_quarantine(quarantine)))
        check_text.print_unused(desk.report, language)
    check_text.print_kpis(desk, language)
    check_text.print_next(export, said, language, desk.language)


@app.command("list")
def list_kpis(
    desk: Annotated[Path | None, typer.Option(help="a folder with desk.yml, to list its own KPIs too")] = None,
    language: Language = None,
) -> None:
    """List all KPIs: name, title, unit, which way is better, what it needs."""
    language = _language(language, desk)
    from kpitools.compute_text import print_kpis

    known = _known_kpis(existing(desk) if desk else None).values()
    print_kpis(known, language)


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
    language: Language = None,
) -> None:
    """Compute one KPI: a row per period and group, with interval and n.

    Agents and customers appear by pseudonym unless desk.yml says `pseudonyms: false`.
    """
    language = _language(language, path)
    one_of(form, ("table", "csv", "json"), "--format")
    from kpitools.compute import compute as compute_kpi
    from kpitools.compute import is_undated
    from kpitools.compute_text import print_series
    from kpitools.load import load
    from kpitools.people import hide

    known = _known_kpis(existing(path))
    if kpi not in known:  # said before a long load
        raise unknown("KPI", kpi, known)
    check_day("--from", start)
    check_day("--to", end)
    desk, by = load(existing(path), **load_options(said)).with_options(**kpi_options(option)), tuple(by or ())
    record = desk.kpi(kpi)
    found = compute_kpi(record, desk, every=every, by=by, hours=hours, start=start, end=end)
    found = hide(found, desk).sort_values(["period", *by], ignore_index=True)
    print_series(found, record, by, every, form, language)
    if found.empty and every != "all" and is_undated(record, desk):
        terminal.line(say("cli.compute.undated", language), is_error=form != "table")


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

    from kpitools.reporting import plan_of, publish

    _language(language[0] if language else None, desk or _folder(plan))
    for number in (signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):
        signal.signal(number, _as_interrupt)
    if fail_on is not None:
        one_of(fail_on, ("missed",), "--fail-on")
    chosen = plan_of(plan, desk, out, tuple(language or ()), every, hours, workers=workers, cold=cold)
    try:
        code = publish(chosen, fresh, wait, fail_on)
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
    _language(None, _folder(plan))
    from kpitools.report.jobs import command_line, jobs
    from kpitools.report.plan import read_plan

    for job in jobs(read_plan(plan), out):
        typer.echo(job.as_json() if as_json else command_line(job))


@app.command()
def lab(
    folder: Annotated[Path | None, typer.Argument(help="where the notebooks are, or are copied to")] = None,
    browser: Annotated[bool, typer.Option(help="open the browser")] = True,
    language: Language = None,
) -> None:
    """Open the notebooks in JupyterLab; those of an installed package are copied first, so that edits stay yours."""
    import subprocess

    language = _language(language)
    command = [sys.executable, "-m", "jupyterlab", str(notebooks_to_edit(folder, language))]
    command += [] if browser else ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # else JupyterLab refuses, as in most containers
        terminal.line(say("cli.lab.root", language), is_error=True)
        command.append("--allow-root")
    raise typer.Exit(subprocess.call(command))


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="the folder to make")], language: Language = None) -> None:
    """Make a folder to start from: desk.yml, targets.csv, interventions.csv and plan.yml, with comments."""
    language = _language(language)
    from kpitools.starter import write_starter

    for path in write_starter(folder, language):
        typer.echo(say("cli.new.written", language, path=path))
    typer.echo(say("cli.new.next", language, folder=folder))


@app.command()
def sample(
    tickets: Annotated[int, typer.Option(min=40, help="how many tickets")] = 6000,
    seed: Annotated[int, typer.Option(help="the same seed makes the same desk")] = 7,
    out: Annotated[Path, typer.Option(help="folder to write")] = Path("sample-desk"),
    language: Language = None,
) -> None:
    """Make up a desk's exports of any size, with known stories in them."""
    language = _language(language)
    from kpitools.sample import make

    if out.exists() and any(out.iterdir()):
        raise ConfigError(told("not_empty", folder=out))
    typer.echo(say("cli.new.written", language, path=make(out, tickets=tickets, seed=seed) or out))


# Helpers ----------------------------------------------------------------------------------------------------


def _language(asked: str | None, path: Path | None = None) -> str:
    """The language asked for, else the one that the desk.yml at `path` states, else English; errors come in it too."""
    from kpitools import resources

    # The sample's desk is Vietnamese, but the sample is for everyone.
    is_own = path is not None and path.resolve() != resources.sample().resolve()
    language = check_language(asked) if asked else (desk_language(path) if is_own else None) or "en"
    speak(language)
    return language


def _folder(plan: Path | None) -> Path | None:
    """The folder of a plan, where a desk.yml usually stands."""
    return plan if plan is None or plan.is_dir() else plan.parent


def _check_new(option: str, path: Path) -> None:
    """ConfigError where `path` is there already or its folder is not."""
    if path.exists():
        raise ConfigError(told("is_there", option=option, path=path))
    if not path.absolute().parent.is_dir():
        raise ConfigError(told("no_folder", option=option, folder=path.absolute().parent, file=path.name))


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


if __name__ == "__main__":
    main()
