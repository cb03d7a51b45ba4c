"""All supported KPIs of a desk at their last complete period, each judged. The numbers of index page and notebook."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kpitools.analysis.trend import Trend, expected_false_icons
from kpitools.compute import compute
from kpitools.desk import Desk
from kpitools.errors import KpitoolsError
from kpitools.kpi import Kpi
from kpitools.periods import UNITS
from kpitools.views import current, judged


@dataclass(frozen=True, eq=False)
class Standing:
    """Where one KPI stands. `trend` is None and `problem` says why where it could not be judged."""

    kpi: Kpi
    trend: Trend | None
    problem: str = ""
    broken: bool = False

    @property
    def last(self) -> pd.Series | None:
        """The last complete period with a value."""
        return None if self.trend is None else self.trend.last


@dataclass(frozen=True, eq=False)
class Scorecard:
    """What `scorecard` returns; a notebook shows it as the table of the report's first page.

    Attributes
    ----------
    standings : the supported KPIs, in the catalogue's order
    unsupported : DataFrame with kpi, title, missing
    """

    desk: Desk
    every: str
    hours: str
    standings: tuple[Standing, ...]
    unsupported: pd.DataFrame

    @property
    def expected_false(self) -> float:
        """How many coloured icons to expect by chance alone."""
        return expected_false_icons(sum(1 for s in self.standings if s.trend and s.trend.variation))

    @property
    def frame(self) -> pd.DataFrame:
        """One row per supported KPI: numbers in the KPI's unit, shares as fractions."""
        return pd.DataFrame([_row(standing, self) for standing in self.standings], columns=list(COLUMNS))

    def __repr__(self) -> str:
        from kpitools.board import plain

        return plain(self, self.desk.language)

    def _repr_html_(self) -> str:
        from kpitools.board import board

        return board(self, self.desk.language)


COLUMNS = (
    "kpi",
    "family",
    "title_en",
    "title_vi",
    "unit",
    "better",
    "every",
    "hours",
    "period",
    "value",
    "low",
    "high",
    "n",
    "usual_low",
    "usual_high",
    "target_low",
    "target_high",
    "variation",
    "assurance",
    "met_k",
    "met_n",
    "problem",
    "no_value_for",
)


def scorecard(
    desk: Desk,
    every: str = "week",
    hours: str = "calendar",
    kpis: list[str] | None = None,
    before: Callable[[str], None] = lambda kpi: None,
) -> Scorecard:
    """Every KPI the data supports (or those in `kpis`), computed and judged.

    Parameters
    ----------
    every : day, week, month or quarter
    hours : calendar or business; counts for durations only
    before : told the name of each KPI before it is computed; may raise to stop
    """
    support = desk.kpis()
    standings = []
    for name in kpis if kpis is not None else support.kpi[support.supported]:
        before(name)
        standings.append(_standing(desk.kpi(name), desk, every, hours))
    unsupported = support.loc[~support.supported, ["kpi", "title", "missing"]].reset_index(drop=True)
    return Scorecard(desk, every, hours, tuple(standings), unsupported)


def _standing(kpi: Kpi, desk: Desk, every: str, hours: str) -> Standing:
    try:
        every, hours = rhythm(kpi, every), clock_for(kpi, hours)
        trend = judged(compute(kpi, desk, every=every, hours=hours), kpi, desk, every, hours)
    except KpitoolsError as error:
        return Standing(kpi, None, str(error))
    except Exception as error:  # one KPI's fault must not cost the page that shows the others
        # What a database says may hold cells of the data, and this is published.
        problem = f"{type(error).__name__}: compute {kpi.name} in a notebook to see what is wrong"
        return Standing(kpi, None, problem, broken=True)
    return Standing(kpi, current(trend, kpi, desk))


def rhythm(kpi: Kpi, every: str) -> str:
    """`every`, or the KPI's own period where that is longer: retention by the week is mostly 100 %."""
    own = kpi.parameters.get("every", every)
    return max(every, own, key=list(UNITS).index)


def clock_for(kpi: Kpi, hours: str) -> str:
    """`hours` for durations; what is no duration knows the calendar only."""
    return hours if kpi.is_duration else "calendar"


def _row(standing: Standing, card: Scorecard) -> dict[str, Any]:
    kpi, trend, last = standing.kpi, standing.trend, standing.last
    row = dict.fromkeys(COLUMNS)
    row |= {"kpi": kpi.name, "family": kpi.family, "title_en": kpi.title.en, "title_vi": kpi.title.vi}
    row |= {
        "unit": kpi.unit,
        "better": kpi.better,
        "every": rhythm(kpi, card.every),
        "hours": clock_for(kpi, card.hours),
    }
    row["problem"] = standing.problem
    if trend is None:
        return row
    row |= {"variation": trend.variation, "assurance": trend.assurance, "met_k": trend.met_k, "met_n": trend.met_n}
    if last is None:
        return row
    row |= {"period": f"{last['period']:%Y-%m-%d}", "value": last["value"], "n": int(last["n"])}
    row["no_value_for"] = None if trend.awaited is None else f"{trend.awaited:%Y-%m-%d}"
    row |= {"low": last.get("low"), "high": last.get("high")}
    row |= {"usual_low": last["lower"], "usual_high": last["upper"]}
    row |= {"target_low": last["target_low"], "target_high": last["target_high"]}
    return row


def families(desk: Desk) -> list[str]:
    """The families of the desk's catalogue, in its order."""
    return list(dict.fromkeys(kpi.family for kpi in desk.catalogue.values()))
