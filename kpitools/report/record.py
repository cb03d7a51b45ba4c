"""What is written down of a run: how each page went, from what, and with which versions."""

import contextlib
import datetime as dt
import json
import sys
from dataclasses import dataclass
from typing import Any

from kpitools import __version__
from kpitools.report.plan import Page, Plan

PACKAGES = ("duckdb", "ibis-framework", "pandas", "matplotlib", "papermill", "nbconvert")


@dataclass(frozen=True)
class Outcome:
    """How one notebook went in one language; papermill's own status calls a killed notebook 'completed'.

    status : ok, failed (a cell raised), timed out, or died (the kernel went away)
    error : one line, empty when ok
    notebook : the executed notebook node, as far as it came; None for a page kept from an earlier run
    kernel : forked or cold; empty for a page that was kept
    peak_mb : most memory the kernel held, shared pages included; None where nobody counted
    """

    page: Page
    language: str
    status: str
    seconds: float
    error: str = ""
    notebook: Any = None
    kernel: str = ""
    peak_mb: float | None = None
    is_kept: bool = False

    @property
    def ok(self) -> bool:
        return self.status == "ok"


def run_record(plan: Plan, desk: Any, outcomes: list[Outcome], started: dt.datetime, failed_kpis: list[str]) -> dict:
    """What run.json holds: inputs, findings, parameters, versions, and how each page went."""
    now = desk.known_now
    seconds = (dt.datetime.now(dt.UTC) - started).total_seconds()
    return {
        "status": "ok" if all(outcome.ok for outcome in outcomes) and not failed_kpis else "failed",
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "desk": desk.settings.name,
        "as_of": f"{now:%Y-%m-%dT%H:%M:%S}" if now else None,
        "timezone": desk.timezone,
        "plan": plan.source.name if plan.source else None,
        "every": plan.every,
        "hours": plan.hours,
        "languages": list(plan.languages),
        "inputs": _inputs(desk),
        "findings": _findings(desk),
        "pages": [_page_record(outcome) for outcome in outcomes],
        "scorecard_failed": failed_kpis,
        "versions": versions(),
    }


def _page_record(outcome: Outcome) -> dict:
    page = outcome.page
    return {
        "page": page.slug,
        "language": outcome.language,
        "notebook": f"{page.notebook.parent.name}/{page.notebook.name}",
        "parameters": page.parameters,
        "status": outcome.status,
        "kept": outcome.is_kept,
        "seconds": outcome.seconds,
        "kernel": outcome.kernel,
        "peak_mb": outcome.peak_mb,
        "error": outcome.error,
    }


def _inputs(desk: Any) -> list[dict]:
    return _records(desk, "files", ("file", "sha256", "format", "rows_read", "accepted", "quarantined"))


def _findings(desk: Any) -> list[dict]:
    """What cleaning found, counted; without the examples, which are values of the data."""
    return _records(desk, "findings", ("file", "table", "rule", "column", "rows", "kind"))


def _records(desk: Any, name: str, wanted: tuple[str, ...]) -> list[dict]:
    frame = getattr(desk.report, name, None)
    if frame is None:
        return []
    return json.loads(frame[[c for c in wanted if c in frame]].to_json(orient="records"))


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that make the numbers and pages."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": ".".join(map(str, sys.version_info[:3])), "kpitools": __version__}
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def as_json(value: Any) -> str:
    """`value` as JSON text for a file; what is no number in JSON is an error, not NaN."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=str) + "\n"


def missed_targets(scorecard: dict) -> list[str]:
    """KPIs whose last complete period lies outside its target, by what scorecard.json says."""
    return [row["kpi"] for row in scorecard["kpis"] if _is_missed(row)]


def _is_missed(row: dict) -> bool:
    value, low, high = (row.get(key) for key in ("value", "target_low", "target_high"))
    return value is not None and ((low is not None and value < low) or (high is not None and value > high))
