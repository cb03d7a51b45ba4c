"""The guides: what they give a scheduler is read by the scheduler's own rules, as far as there are any here."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from kpitools import cli

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ROOT / "docs" / "guides"


def blocks(guide: str, kind: str) -> list[str]:
    """The fenced blocks of a kind in a guide."""
    return re.findall(rf"```{kind}\n(.*?)```", (GUIDES / guide).read_text(encoding="utf-8"), re.DOTALL)


def commands(text: str) -> list[list[str]]:
    """Every `kpitools` command in a text, as words."""
    found = re.findall(r"(?:^|[\s/\"])kpitools ((?:report|check|plan)\b[^\n|\"'#>&]*)", text)
    return [shlex.split(words) for words in found]


@pytest.mark.parametrize("guide", sorted(path.name for path in GUIDES.glob("*.md")))
def test_every_command_in_a_guide_is_one_that_there_is(guide):
    found = commands("\n".join(blocks(guide, r"\w+")))
    assert found

    for name, *words in found:
        known = CliRunner().invoke(cli.app, [name, "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
        assert all(word.split("=")[0] in known for word in words if word.startswith("--")), (name, words)


def test_cron_lines_have_five_fields_that_cron_knows():
    field = r"(\*|\d+)(/\d+)?"
    lines = [line for block in blocks("cron.md", "cron") for line in block.splitlines()]

    assert lines and all(re.match(rf"({field} ){{5}}cd /srv/desk && ", line) for line in lines)
    assert not [line for line in lines if "%" in line], "cron takes % for the end of a line"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_accepts_the_units(tmp_path):
    program = tmp_path / "kpitools"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    names = ("kpitools-report.service", "kpitools-report.timer")
    for name, text in zip(names, blocks("systemd.md", "ini"), strict=True):
        here = text.replace("/srv/kpitools/.venv/bin/kpitools", str(program)).replace("User=kpitools", "User=root")
        (tmp_path / name).write_text(here.replace("/srv/desk", str(tmp_path)))

    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in names)], capture_output=True, text=True
    )

    said = [line for line in done.stderr.splitlines() if "kpitools" in line]
    assert (done.returncode, said) == (0, [])


def test_the_workflow_has_what_github_asks_of_one_and_runs_commands_in_order():
    (text,) = blocks("github-actions.md", "yaml")
    said = yaml.safe_load(text)

    assert set(said) == {"name", True, "permissions", "concurrency", "jobs"}  # YAML 1.1 reads the key "on" as true
    assert set(said[True]) == {"schedule", "workflow_dispatch"}
    (job,) = said["jobs"].values()
    assert job["runs-on"] and all(("uses" in step) != ("run" in step) for step in job["steps"])
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)
    known = {"name", "uses", "with", "run", "env", "if"}
    assert all(set(step) <= known for step in job["steps"])
    kept = next(step for step in job["steps"] if "cache@" in step.get("uses", ""))["with"]["path"].split()
    assert kept == ["desk/site", "desk/.site.kept", "desk/.kpitools"]


def test_the_airflow_examples_are_python():
    for text in blocks("airflow.md", "python"):
        compile(text, "airflow.md", "exec")


def test_the_container_copies_files_that_are_there_and_no_more():
    text = (ROOT / "Containerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)

    assert all((ROOT / name).exists() for line in copied for name in line.split())
    assert re.search(r"^USER (?!0|root)", text, re.MULTILINE)
    (job,) = blocks("container.md", "yaml")
    assert yaml.safe_load(job)["spec"]["concurrencyPolicy"] == "Forbid"
