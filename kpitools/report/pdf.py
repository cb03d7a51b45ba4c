"""Pages as PDF, printed by a Chromium or Chrome that is installed anyway; no PDF where there is none."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from kpitools.report.layout import PDF
from kpitools.words import say

BROWSER = "KPITOOLS_BROWSER"  # environment variable with the path of a browser
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_QUIET = ("--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
_QUIET += ("--disable-component-update", "--disable-sync", "--disable-extensions", "--no-pdf-header-footer")
SECONDS = 120  # for one page


def browser() -> str | None:
    """The path of a browser that prints, or None."""
    named = os.environ.get(BROWSER)
    return named or next((path for path in map(shutil.which, _NAMES) if path), None)


def write(pages: list[Path], folder: Path, language: str) -> list[str]:
    """Print `pages` into `folder`/pdf; returns what a reader of the log should know, empty when all went well."""
    program = browser()
    if program is None:
        return [say("pdf.no_browser", language)]
    target = folder / PDF
    target.mkdir(exist_ok=True)
    notices = []
    with tempfile.TemporaryDirectory(prefix="kpitools-pdf-") as profile:
        for page in pages:
            why = _print(program, page, target / f"{page.stem}.pdf", Path(profile))
            if why:
                notices.append(say("pdf.failed", language, page=page.name, why=why))
    return notices


def quietly(program: str, profile: Path) -> list[str]:
    """The command that starts a browser without a window, which asks and loads nothing of its own."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    sandbox = ["--no-sandbox"] if is_root else []  # Chromium's sandbox does not start for root
    return [program, *sandbox, *_QUIET, f"--user-data-dir={profile}"]


def _print(program: str, page: Path, target: Path, profile: Path) -> str:
    """Print one page; returns why it did not work, empty when it did."""
    command = [*quietly(program, profile), f"--print-to-pdf={target}", page.absolute().as_uri()]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{type(error).__name__}"
    if target.is_file() and target.read_bytes()[:5] == b"%PDF-":
        return ""
    target.unlink(missing_ok=True)
    return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1][:200]
