"""How a run goes, for who watches it: a bar on a terminal; in a log a line a page, with how many and how long yet."""

import time

import typer
from rich.console import Console

from kpitools.report.record import Outcome
from kpitools.report.runner import Listener
from kpitools.words import say


class Progress(Listener):
    """A bar on a terminal, a line a page elsewhere; failures are always said."""

    def __init__(self, language: str):
        self.console, self.language, self.bar = Console(stderr=True), language, None
        self.total = self.kept = self.done = 0
        self.started = time.monotonic()

    def __enter__(self) -> "Progress":
        return self

    def begin(self, total: int, kept: int) -> None:
        """Show that the pages are known."""
        self.total, self.kept, self.started = total, kept, time.monotonic()
        if not self.console.is_terminal:
            if kept:
                typer.echo(say("runs.kept", self.language, n=kept, total=total))
            return
        from rich import progress as rich

        columns = (rich.TextColumn("{task.description}"), rich.BarColumn(), rich.MofNCompleteColumn())
        columns += (rich.TimeElapsedColumn(), rich.TimeRemainingColumn())
        self.bar = rich.Progress(*columns, console=self.console)
        self.bar.start()
        self.task = self.bar.add_task(say("report.progress", self.language), total=total, completed=kept)

    def __exit__(self, *problem) -> None:
        if self.bar is not None:
            self.bar.stop()

    def told(self, outcome: Outcome) -> None:
        """Show that one page ended."""
        self.done += 1
        status = say(f"cli.status.{outcome.status}", self.language)
        line = f"{status:<9} {outcome.page.slug} ({outcome.language}) {outcome.seconds:.1f} s {outcome.error}"
        line = "".join(c for c in line if c.isprintable()).rstrip()
        if self.bar is None:
            width = len(str(self.total))
            typer.echo(f"{self.kept + self.done:>{width}}/{self.total} {line}{self._left()}")
            return
        self.bar.advance(self.task)
        if not outcome.ok:
            self.console.print(line, style="red", markup=False, highlight=False)

    def _left(self) -> str:
        """About how long the rest takes, by the pages that were run so far."""
        rest = self.total - self.kept - self.done
        if not rest:
            return ""
        seconds = (time.monotonic() - self.started) / self.done * rest
        key = "runs.left.seconds" if seconds < 90 else "runs.left.minutes"
        n = max(5 * round(seconds / 5), 5) if seconds < 90 else round(seconds / 60)
        return " · " + say(key, self.language, n=n)
