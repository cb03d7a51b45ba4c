"""What `kpitools report` does: the plan that its options describe, the run, and what is said of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from kpitools import resources, terminal
from kpitools.report.plan import EVERY, HOURS, Plan, default_plan, read_plan
from kpitools.said import existing, one_of
from kpitools.speech import desk_language
from kpitools.words import check_language, say

FAILED, MISSED = 1, 3  # exit codes: a page failed, a target was missed


def plan_of(
    plan, desk, out, languages: tuple[str, ...], every, hours, *, workers: int | None = None, cold: bool = False
):
    """The plan file or the default plan, with what the options say instead."""
    said: dict[str, Any] = {}
    if languages:
        said["languages"] = tuple(dict.fromkeys(check_language(name) for name in languages))
    if every is not None:
        one_of(every, EVERY, "--every")
        said["every"] = every
    if hours is not None:
        one_of(hours, HOURS, "--hours")
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


def _default_plan(desk: Path | None) -> Plan:
    path = existing(desk).resolve() if desk is not None else resources.sample()
    # A reader of one's own desk meets the desk's language first; the sample is for everyone.
    first = (desk_language(path) if desk is not None else None) or "en"
    languages = (first, *(name for name in ("en", "vi") if name != first))
    return default_plan(path, Path("site").absolute(), languages)


def publish(plan: Plan, fresh: bool, wait: float, fail_on: str | None) -> int:
    """Run a plan and say how it went; the exit code."""
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
        terminal.line(warning, is_error=True)
    if fail_on and result.missed:
        typer.echo(say("runs.missed", language, names=", ".join(result.missed)), err=True)
    typer.echo(say("cli.report.open", language, path=plan.publish / "index.html"))
    return FAILED if not result.ok else MISSED if fail_on and result.missed else 0
