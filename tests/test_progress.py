"""Who watches a run sees how many pages are done and about how long the rest takes."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from kpitools.report import progress
from kpitools.report.plan import Page
from kpitools.report.record import Outcome


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets by `clock.now`."""
    told = SimpleNamespace(now=0.0, monotonic=lambda: told.now)
    monkeypatch.setattr(progress, "time", told)
    return told


def ended(name: str, status: str = "ok", error: str = "") -> Outcome:
    return Outcome(Page(Path(f"{name}.ipynb"), name), "en", status, 8.25, error)


@pytest.mark.parametrize(
    ("language", "soon", "later", "ok", "failed"),
    [
        ("en", "about 40 s left", "about 3 min left", "ok    ", "failed"),
        ("vi", "còn khoảng 40 giây", "còn khoảng 3 phút", "xong  ", "lỗi   "),
    ],
)
def test_a_log_counts_the_pages_and_says_how_long_the_rest_takes(clock, capsys, language, soon, later, ok, failed):
    with progress.Progress(language) as shown:
        shown.begin(total=12, kept=6)
        clock.now = 40.0  # one page in 40 s, five to go: 200 s
        shown.told(ended("csat"))
        clock.now = 80.0  # four pages in 80 s, two to go: 40 s
        for name in ("nps", "ces", "backlog"):
            shown.told(ended(name, "failed", "ValueError: x\x1b[31m"))

    lines = capsys.readouterr().out.splitlines()[1:]
    assert lines[0] == f" 7/12 {ok}    csat (en) 8.2 s · {later}"
    assert lines[3] == f"10/12 {failed}    backlog (en) 8.2 s ValueError: x[31m · {soon}"


def test_the_last_page_leaves_nothing_to_wait_for(clock, capsys):
    with progress.Progress("en") as shown:
        shown.begin(total=1, kept=0)
        shown.told(ended("csat"))

    assert capsys.readouterr().out == "1/1 ok        csat (en) 8.2 s\n"
