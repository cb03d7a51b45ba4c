"""A desk and notebooks that run in a moment, for tests of runs."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pandas as pd

PARAMETERS = """\
data: str = ""  # folder
language: str = "en"
rows: int = 3  # how many
share: float = 0.5
team: str = ""
start: str = ""
end: str = \"\""""


def notebook(path: Path, *sources: str, title: str = "A page") -> Path:
    """A notebook with a parameters cell, a title in each language, and code cells."""
    cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
    cells.append(nbformat.v4.new_markdown_cell(f"# {title}", metadata={"tags": ["lang-en"]}))
    cells.append(nbformat.v4.new_markdown_cell(f"# {title} (vi)", metadata={"tags": ["lang-vi"]}))
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
    return path


def desk(folder: Path, teams: tuple[str, ...] = ("Day", "Night"), days: int = 84) -> Path:
    """A ticket a day from 6 January 2025, answered after two hours."""
    created = pd.date_range("2025-01-06 02:00", periods=days, freq="D")
    frame = pd.DataFrame(
        {
            "ticket_id": range(days),
            "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "first_reply_at": (created + pd.Timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "team": [teams[i % len(teams)] for i in range(days)],
        }
    )
    frame.to_csv(folder / "tickets.csv", index=False)
    (folder / "desk.yml").write_text(
        "name: Desk\ntimezone: UTC\nfiles: [{file: tickets.csv, tables: {tickets: {ticket_id: ticket_id, "
        "created_at: created_at, first_reply_at: first_reply_at, team: team}}}]\n",
        encoding="utf-8",
    )
    return folder


def plan(folder: Path, pages: str, more: str = "languages: [en]") -> Path:
    """A plan.yml over the desk in `folder`, published to its folder ``out``."""
    path = folder / "plan.yml"
    path.write_text(f"desk: .\npublish: out\n{more}\npages:\n{pages}", encoding="utf-8")
    return path


def start(*arguments: str, folder: Path, **environment: str) -> subprocess.Popen:
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "kpitools.cli", *arguments]
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def end(process: subprocess.Popen) -> subprocess.CompletedProcess:
    """Wait for a process of `start`."""
    said, complained = process.communicate(timeout=300)
    return subprocess.CompletedProcess(process.args, process.returncode, said, complained)


def run(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess:
    """The command line, to its end."""
    return end(start(*arguments, folder=folder, **environment))


def until(found, seconds: float = 120.0):
    """Wait for `found()` to give something, and give that."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        thing = found()
        if thing:
            return thing
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def kill(pid: int) -> None:
    """End a process without any chance to tidy up."""
    os.kill(pid, signal.SIGKILL)
