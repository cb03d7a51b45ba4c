"""A plan's pages as papermill jobs, for schedulers that run notebooks themselves."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kpitools.report.plan import Plan


class PapermillJob(NamedTuple):
    """The arguments of ``papermill.execute_notebook``."""

    input_path: str
    output_path: str
    parameters: dict[str, Any]

    def as_json(self) -> str:
        """One line of JSON: ``papermill.execute_notebook(**json.loads(line))`` runs it."""
        return json.dumps(self._asdict(), ensure_ascii=False)


def jobs(plan: Plan, out: Path) -> Iterator[PapermillJob]:
    """A job for every page in every language; the desk is loaded only where pages depend on what is in it."""
    if any(page.each or "kpi" in page.parameters for page in plan.pages):
        from kpitools.load import load
        from kpitools.report.fanout import expanded

        plan = expanded(plan, load(plan.desk))
    for page in plan.pages:
        for language in plan.languages:
            output = out.absolute() / f"{page.slug}.{language}.ipynb"
            yield PapermillJob(str(page.notebook), str(output), page.parameters_for(plan.desk, language))


def command_line(job: PapermillJob) -> str:
    """The job as a line for a shell; parameters go as YAML, which keeps "007" a text."""
    given = json.dumps(job.parameters, ensure_ascii=False)
    return shlex.join(["papermill", job.input_path, job.output_path, "--parameters_yaml", given])
