"""Run a plan's notebooks through papermill, in this process, and publish the pages as one folder, all or nothing.

Only what changed runs again: a finished page is kept under the hash of all it depends on (`inputs`, `kept`), and where
the whole report would come out the same nothing is loaded at all.
"""

import contextlib
import datetime as dt
import json
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from kpitools.errors import BusyError
from kpitools.report import inputs, mail
from kpitools.report.execute import run_notebook
from kpitools.report.kept import Kept
from kpitools.report.kernels import ForkServer, can_fork, start_all, stop_all
from kpitools.report.plan import Page, Plan
from kpitools.report.publishing import MARK, building, check_replaceable, disk_errors, locked
from kpitools.report.record import Outcome, as_json, missed_targets, run_record
from kpitools.report.secrets import masked, secrets_of

MOST_WORKERS = 4  # by default: each may take its share of the machine's memory
LEAST_MEMORY = 2 << 30
CGROUP = Path("/sys/fs/cgroup/memory.max")  # Linux: the limit of this container, or the word "max"


class Job(NamedTuple):
    """One page in one language, and the name under which it is kept."""

    page: Page
    language: str
    key: str


@dataclass(frozen=True)
class Published:
    """What `report` made or found standing.

    outcomes : how each page went, in the plan's order; empty where nothing had changed
    failed_kpis : KPIs whose row of the scorecard broke
    missed : KPIs whose last complete period lies outside its target
    pages : how many pages the report has
    is_unchanged : nothing was run, the published report stands
    warnings : what went wrong besides the pages, in words
    """

    outcomes: tuple[Outcome, ...] = ()
    failed_kpis: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    pages: int = 0
    is_unchanged: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.failed_kpis and all(outcome.ok for outcome in self.outcomes)


# Many notebooks ---------------------------------------------------------------------------------------------


def workers_of(plan: Plan) -> int:
    """How many notebooks run at a time."""
    return plan.workers or max(2, min(os.cpu_count() or 2, MOST_WORKERS))


def memory_of(plan: Plan) -> int | None:
    """Most bytes a notebook may take: what the plan says, else the memory there is, shared among the workers."""
    if plan.memory is not None:
        return plan.memory
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None
    return max(min(whole, _allowed(CGROUP) or whole) // workers_of(plan), LEAST_MEMORY)


def _allowed(limit: Path) -> int | None:
    """What a container or service may take together; None where nobody limits it."""
    try:
        return int(limit.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def fork_server(plan: Plan) -> Iterator[ForkServer | None]:
    """The process that forks kernels, where the plan wants it and the system has it."""
    server = None
    if plan.kernels == "forked" and can_fork():
        with contextlib.suppress(OSError):
            server = ForkServer()
    try:
        yield server
    finally:
        if server is not None:
            server.close()


def run_pages(plan: Plan, jobs: list[Job], server: ForkServer | None) -> Iterator[Outcome]:
    """The outcomes of `jobs` as they end, several at a time."""
    if not jobs:
        return
    import papermill  # noqa: F401  imported once here, not in two threads at the same time

    start_all()
    waiting: list[Future] = []
    with ThreadPoolExecutor(min(workers_of(plan), len(jobs))) as pool:
        try:
            for page, language, _ in jobs:
                waiting.append(
                    pool.submit(run_notebook, page, plan.desk, language, plan.deadline, server, memory_of(plan))
                )
            for done in as_completed(waiting):
                yield done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop_all()
            raise


# A report ---------------------------------------------------------------------------------------------------


class Listener:
    """Hears how a run goes; the command line draws it."""

    def begin(self, total: int, kept: int) -> None:
        """`total` pages are wanted, of which `kept` need not be run."""

    def told(self, outcome: Outcome) -> None:
        """One page has ended."""


def report(plan: Plan, listener: Listener | None = None, *, fresh: bool = False, wait_s: float = 0.0) -> Published:
    """Run what changed of `plan` and publish its site.

    The site is built beside its final place and swapped in whole; whatever ends the run before that leaves
    the report that was there untouched, and pages that were finished need not be run again.

    Parameters
    ----------
    fresh : run every page, also where nothing changed
    wait_s : seconds to wait for another run that fills the same folder

    Raises
    ------
    BusyError
        When another run fills the folder, or the desk's files changed while pages were made.
    ConfigError
        When the folder to publish to holds something else than a report, so must not be replaced.
    PublishError
        When the disk is full or may not be written.
    KpitoolsError
        When the desk cannot be loaded, or the plan asks for what is not in it.
    """
    plan = replace(plan, publish=plan.publish.absolute())
    with disk_errors(plan.publish):
        check_replaceable(plan.publish)
    inputs.check_no_log(plan.desk)
    with disk_errors(plan.publish), locked(plan.publish, wait_s):
        kept = Kept(plan.publish)
        kept.open()
        around = inputs.surroundings(plan)
        key = inputs.plan_key(plan, around)
        standing = None if fresh or any(page.always for page in plan.pages) else kept.stands(key)
        if standing is not None:
            warnings = _send_again(plan, kept, key, standing)
            missed, pages = tuple(standing["missed"]), standing["pages"]
            return Published(missed=missed, pages=pages, is_unchanged=True, warnings=tuple(warnings))
        return _run(plan, kept, key, around, listener or Listener(), fresh)


def _run(plan: Plan, kept: Kept, key: str, around: dict, listener: Listener, fresh: bool) -> Published:
    started = dt.datetime.now(dt.UTC)
    with fork_server(plan) as server:  # imports while the desk is loaded here
        from kpitools.load import load
        from kpitools.people import mask_for
        from kpitools.report import site
        from kpitools.report.fanout import expanded
        from kpitools.report.meanwhile import Meanwhile

        desk = load(plan.desk)
        plan = expanded(plan, desk)
        jobs = [
            Job(page, language, inputs.page_key(page, language, plan, around))
            for page in plan.pages
            for language in plan.languages
        ]
        kept.keep_only({job.key for job in jobs})
        # Pages are written with a connection of their own.
        with Meanwhile(desk, plan.every, plan.hours) as scorecard, building(plan.publish) as new:
            done = _fill(plan, load(plan.desk), jobs, kept, new, server, listener, fresh)
            outcomes = [done[job.page.slug, job.language][0] for job in jobs]
            entries = [done[job.page.slug, job.language][1] for job in jobs]
            failed_kpis = site.write_index(plan, scorecard.card(), entries, new, plan.publish)
            record = run_record(plan, desk, outcomes, started, failed_kpis)
            missed = missed_targets(json.loads((new / "scorecard.json").read_text(encoding="utf-8")))
            record["missed"] = missed
            record = masked(mask_for(desk).tree(record), secrets_of())
            (new / MARK).write_text(as_json(record), encoding="utf-8")
            warnings = site.print_pages(plan, new)
            _check_still(plan, around, kept)
            kept.forget_published()
        unsent = mail.send_digest(plan)
        if not failed_kpis and all(outcome.ok for outcome in outcomes):
            kept.note_published(key, {"missed": missed, "pages": len(jobs), "is_sent": not unsent})
        warnings += unsent
    return Published(tuple(outcomes), tuple(failed_kpis), tuple(missed), len(jobs), warnings=tuple(warnings))


def _send_again(plan: Plan, kept: Kept, key: str, standing: dict) -> list[str]:
    """Send the digest of a report that stands; as news where it could not be sent before."""
    unsent = mail.send_digest(plan, is_unchanged=standing.get("is_sent", True))
    if not unsent and not standing.get("is_sent", True):
        kept.note_published(key, standing | {"is_sent": True})
    return unsent


def _check_still(plan: Plan, around: dict, kept: Kept) -> None:
    """BusyError where the desk is not what it was when the run began: some pages show the old data, some the new."""
    now = inputs.desk_hashes(plan.desk)
    changed = sorted(name for name in now.keys() | around["desk"].keys() if now.get(name) != around["desk"].get(name))
    if changed:
        kept.keep_only(set())
        raise BusyError(
            f"{', '.join(changed)} changed while the report was made: nothing was published. Run again when the export "
            "is complete; best write it under another name and rename it."
        )


def _fill(plan, desk, jobs: list[Job], kept: Kept, new: Path, server, listener: Listener, fresh: bool) -> dict:
    """Put every page into `new`, from what was kept or by running it: (slug, language) -> (Outcome, Entry)."""
    from kpitools.report import site

    done: dict[tuple[str, str], tuple[Outcome, Any]] = {}
    missing: list[Job] = []
    for job in jobs:
        about = None if fresh or job.page.always else kept.find(job.key)
        if about is None:
            missing.append(job)
            continue
        kept.place(job.key, new)
        done[job.page.slug, job.language] = _as_kept(job, about)
    listener.begin(len(jobs), len(done))
    keys = {(job.page.slug, job.language): job.key for job in missing}
    with contextlib.closing(run_pages(plan, missing, server)) as ended:
        for outcome in ended:
            at = outcome.page.slug, outcome.language
            with tempfile.TemporaryDirectory(prefix="page-", dir=new.parent) as place:
                entry = site.write_page(outcome, plan, desk, Path(place))
                files = sorted(Path(place).iterdir())
                if outcome.ok:
                    kept.put(keys[at], files, _about(outcome, entry))
                for file in files:
                    file.rename(new / file.name)
            done[at] = replace(outcome, notebook=None), entry
            listener.told(outcome)
    return done


def _about(outcome: Outcome, entry: Any) -> dict:
    return {"title": entry.title, "seconds": outcome.seconds, "peak_mb": outcome.peak_mb}


def _as_kept(job: Job, about: dict) -> tuple[Outcome, Any]:
    from kpitools.report.site import Entry

    outcome = Outcome(job.page, job.language, "ok", about["seconds"], peak_mb=about["peak_mb"], is_kept=True)
    return outcome, Entry(job.page, job.language, about["title"], "ok")
