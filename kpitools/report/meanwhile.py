"""The scorecard, computed on a thread of its own while notebooks run: the runner mostly waits for their kernels."""

import threading
from concurrent.futures import CancelledError, Future
from types import TracebackType

from kpitools.desk import Desk
from kpitools.scorecard import Scorecard, scorecard


class Meanwhile:
    """The scorecard of a desk, under way. Leaving the block stops it after the KPI it is at, and waits for that.

    desk : belongs to this computation until the block is left, since a database connection serves one thread.
    """

    def __init__(self, desk: Desk, every: str, hours: str):
        self._given, self._is_over, self._found = (desk, every, hours), threading.Event(), Future()
        self._thread = threading.Thread(target=self._work, name="scorecard", daemon=True)

    def __enter__(self) -> "Meanwhile":
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._is_over.set()
        self._thread.join()

    def card(self) -> Scorecard:
        """The scorecard, waited for; raises what its computation raised."""
        return self._found.result()

    def _work(self) -> None:
        try:
            self._found.set_result(scorecard(*self._given, before=self._stop_if_over))
        except BaseException as error:
            self._found.set_exception(error)

    def _stop_if_over(self, _kpi: str) -> None:
        if self._is_over.is_set():
            raise CancelledError
