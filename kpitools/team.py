"""A desk narrowed to one team: what is derived is derived from the whole desk, then the team's rows are taken.

A customer's second ticket spoils first contact resolution also where another team took it, so the loaded tables cannot
be cut before.
"""

from typing import Any

import ibis.expr.types as ir
import pandas as pd

from kpitools import facts
from kpitools.desk import Desk
from kpitools.errors import NotSupportedError, unknown
from kpitools.kpi import Kpi, Words
from kpitools.lacking import NOTHING, as_words

TEAM = "team"
NAMED_IN = ("tickets", "surveys", "contacts", "offers")


def teams(desk: Desk, table: str | None = None) -> list[str]:
    """The names of teams in a table's rows, or in those of any table, sorted."""
    found: set[str] = set()
    for name in NAMED_IN if table is None else (table,):
        if not desk.missing_for_table(name) and TEAM in desk.table(name).columns:
            found |= set(desk.table(name).select(TEAM).distinct().to_pandas()[TEAM].dropna().astype(str))
    return sorted(found)


class TeamDesk(Desk):
    """Every KPI asked of it counts the rows of `team` alone; its targets and interventions are the team's."""

    def __init__(self, whole: Desk, team: str):
        known = teams(whole)
        if team not in known:
            raise unknown(TEAM, team, known)
        super().__init__(whole.con, whole._base, whole.settings, whole.report)
        self._whole, self.team = whole, team

    def with_options(self, **options: Any) -> Desk:
        return TeamDesk(self._whole.with_options(**options), self.team)

    def table(self, name: str, every: str | None = None) -> ir.Table:
        rows = self._whole.table(name, every)
        if name not in facts.FACTS:
            return rows
        if TEAM not in rows.columns:
            raise NotSupportedError(f"'{name}' says nothing of teams, so it cannot be narrowed to '{self.team}'.")
        return rows.filter(rows[TEAM] == self.team)

    def last_local(self, table: str, column: str) -> pd.Timestamp | None:
        # A team to which nothing happened is no team of which nothing is known.
        return self._whole.last_local(table, column)

    def lacks_for_table(self, name: str) -> Words:
        lacks = self._whole.lacks_for_table(name)
        if lacks.en or name not in facts.FACTS:
            return lacks
        return NOTHING if TEAM in self._whole.table(name).columns else as_words(f"{name}.{TEAM}")

    def _look_at(self, table: str, kpis: list[Kpi]) -> None:
        """What the whole desk supports, the team is asked for: where it has no such row nothing counts, which is no
        lack of the data. What is not known of the past of its own rows is."""
        absent = self.lacks_for_table(table)
        for kpi in kpis:
            self._whole.missing(kpi)
            lacks = absent if absent.en else self._whole._lacking[kpi]
            self._lacking[kpi] = lacks if lacks.en else self._past(table)
