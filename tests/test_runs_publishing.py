"""A published folder is swapped in whole, by one run at a time, and never in the place of anybody else's folder."""

import errno
import os
import subprocess
import sys
import time

import pytest
import tiny
from typer.testing import CliRunner

from kpitools import cli
from kpitools.errors import BusyError, ConfigError, PublishError
from kpitools.report import publishing
from kpitools.report.kept import Kept

# Building ---------------------------------------------------------------------------------------------------


def test_a_run_that_dies_leaves_the_old_report_as_it_was(tmp_path):
    target = tmp_path / "site"
    target.mkdir()
    (target / "index.html").write_text("old")

    with pytest.raises(KeyboardInterrupt), publishing.building(target) as new:
        (new / "index.html").write_text("half")
        raise KeyboardInterrupt

    assert (target / "index.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("swap", [True, False], ids=["exchange", "two renames"])
def test_a_finished_report_takes_the_place_of_the_old_one_whole(tmp_path, monkeypatch, swap):
    target = tmp_path / "site"
    target.mkdir()
    (target / "gone.html").write_text("old")
    if not swap:
        monkeypatch.setattr(publishing, "_rename_exchange", lambda one, other: False)

    with publishing.building(target) as new:
        (new / "index.html").write_text("new")

    assert [path.name for path in target.iterdir()] == ["index.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_that_is_no_report_is_never_replaced(tmp_path):
    (tmp_path / "holiday.jpg").write_text("precious")

    with pytest.raises(ConfigError, match="is not a report"):
        publishing.check_replaceable(tmp_path)


def test_an_empty_folder_or_an_earlier_report_may_be_replaced(tmp_path):
    publishing.check_replaceable(tmp_path)
    (tmp_path / "run.json").write_text('{"versions": {"kpitools": "0.1.0"}, "pages": []}')
    publishing.check_replaceable(tmp_path)
    publishing.check_replaceable(tmp_path / "new")


def test_what_a_killed_run_left_is_cleared_and_a_living_ones_room_is_not(tmp_path):
    dead, alive = tmp_path / ".site.building-999999999-x", tmp_path / f".site.building-{os.getpid()}-x"
    dead.mkdir(), alive.mkdir()
    with publishing.building(tmp_path / "site") as new:
        (new / "index.html").write_text("new")

    assert not dead.exists() and alive.exists()
    assert (tmp_path / "site" / "index.html").read_text() == "new"


def test_a_folder_with_somebody_elses_run_record_is_not_replaced(tmp_path):
    (tmp_path / "run.json").write_text('{"my": "other tool"}')
    with pytest.raises(ConfigError, match="not a report of kpitools"):
        publishing.check_replaceable(tmp_path)
    (tmp_path / "run.json").write_text('{"versions": {"kpitools": "0.1.0"}, "pages": []}')
    publishing.check_replaceable(tmp_path)
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="not a report of kpitools"):
        publishing.check_replaceable(tmp_path)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_is_one_sentence_and_leaves_the_old_report_as_it_was(tmp_path, number):
    target = tmp_path / "site"
    target.mkdir()
    (target / "index.html").write_text("old")

    says = "could not be published.*What was published before stands"
    with pytest.raises(PublishError, match=says) as raised, publishing.building(target) as new:
        (new / "index.html").write_text("half")
        raise OSError(number, os.strerror(number), str(new / "a.html"))

    assert raised.value.exit_code == 5
    assert (target / "index.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_swap_that_fails_half_way_is_undone(tmp_path, monkeypatch):
    target = tmp_path / "site"
    target.mkdir()
    (target / "index.html").write_text("old")
    monkeypatch.setattr(publishing, "_rename_exchange", lambda one, other: False)
    rename = type(target).rename

    def fails_once(path, to):
        if path.name == "site" and ".building-" in path.parent.name:
            raise OSError(errno.EIO, "the disk is dying")
        return rename(path, to)

    monkeypatch.setattr(type(target), "rename", fails_once)
    with pytest.raises(OSError, match="dying"), publishing.building(target) as new:
        (new / "index.html").write_text("new")

    assert (target / "index.html").read_text() == "old"


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    publishing.write_safely(tmp_path / "a", "old")

    def full(handle):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(publishing.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        publishing.write_safely(tmp_path / "a", "new")

    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


# The lock ---------------------------------------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from kpitools.report.publishing import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(target, seconds: float) -> subprocess.Popen:
    """Another process that holds the lock of `target`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(target), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_ends_with_who_holds_the_folder(tmp_path):
    with hold(tmp_path / "site", 60) as other:
        says = rf"another run is filling .*site \(process {other.pid} on .*--wait"
        with pytest.raises(BusyError, match=says) as raised, publishing.locked(tmp_path / "site"):
            pass
        other.kill()

    assert raised.value.exit_code == 4


def test_a_second_run_may_wait_for_the_first(tmp_path):
    with hold(tmp_path / "site", 1) as other, publishing.locked(tmp_path / "site", wait_s=30):
        assert other.wait(10) == 0


def test_the_lock_of_a_killed_run_is_free(tmp_path):
    with hold(tmp_path / "site", 60) as other:
        other.kill()
        other.wait()
        before = time.monotonic()
        with publishing.locked(tmp_path / "site"):
            assert time.monotonic() - before < 5


def test_runs_that_fill_different_folders_do_not_wait_for_each_other(tmp_path):
    with publishing.locked(tmp_path / "one"), publishing.locked(tmp_path / "two"):
        assert sorted(path.name for path in tmp_path.iterdir()) == [".one.lock", ".two.lock"]


# What is kept -----------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path):
    store = Kept(tmp_path / "site")
    store.open()
    page = tmp_path / "a.html"
    page.write_text("page a")
    store.put("key", [page], {"title": "A"})
    return store


def test_a_kept_page_comes_back_as_it_was_put(kept, tmp_path):
    (tmp_path / "new").mkdir()
    assert kept.find("key") == {"title": "A"} and kept.find("other") is None

    kept.place("key", tmp_path / "new")

    assert [(path.name, path.read_text()) for path in (tmp_path / "new").iterdir()] == [("a.html", "page a")]


def test_a_kept_page_that_was_changed_or_is_not_whole_is_none(kept):
    (kept.folder / "key" / "a.html").write_text("page b")
    assert kept.find("key") is None
    (kept.folder / "key" / "a.html").unlink()
    assert kept.find("key") is None
    (kept.folder / "key" / "entry.json").write_text("{")
    assert kept.find("key") is None


def test_only_what_is_asked_for_stays_and_leavings_are_cleared(kept):
    (kept.folder / ".new-x").mkdir()
    (kept.folder / ".new-y").write_text("half")

    kept.open()
    kept.keep_only({"other"})

    assert list(kept.folder.iterdir()) == []


def test_a_published_report_stands_only_as_it_was_published(kept):
    kept.target.mkdir()
    (kept.target / "index.html").write_text("report")
    kept.note_published("plan key", {"missed": []})

    assert kept.stands("plan key") == {"missed": []} and kept.stands("another") is None
    (kept.target / "index.html").write_text("touched")
    assert kept.stands("plan key") is None


@pytest.mark.parametrize("place", ["file/site", "file/deep/site", "x" * 300, "/proc/site"])
def test_a_place_where_nothing_can_be_published_is_named_in_a_sentence(tmp_path, place):
    (tmp_path / "file").write_text("in the way")
    tiny.desk(tmp_path)
    tiny.notebook(tmp_path / "page.ipynb")
    plan = tiny.plan(tmp_path, "- page\n")

    done = CliRunner().invoke(cli.app, ["report", str(plan), "--out", str(tmp_path / place)])

    assert isinstance(done.exception, PublishError) and done.exception.exit_code == 5
    assert "could not be published" in str(done.exception) and place[:10] in str(done.exception)
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_file_in_the_place_of_the_report_is_not_replaced(tmp_path):
    (tmp_path / "site").write_text("precious")

    with pytest.raises(ConfigError, match="is not a report"):
        publishing.check_replaceable(tmp_path / "site")


def test_an_error_of_another_file_is_not_taken_for_one_of_the_place(tmp_path):
    with pytest.raises(FileNotFoundError), publishing.disk_errors(tmp_path / "a" / "site"):
        (tmp_path / "b" / "export.csv").read_text()
