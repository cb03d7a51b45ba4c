"""The catalogue: every KPI by name, family by family."""

from kpitools.errors import unknown
from kpitools.kpi import Kpi
from kpitools.kpis import base, finance, marketing, opinion, resolution, sales, speed, workload

CATALOGUE: dict[str, Kpi] = {
    kpi.name: kpi
    for family in (speed, resolution, opinion, base, workload, marketing, sales, finance)
    for kpi in vars(family).values()
    if isinstance(kpi, Kpi)
}


def get(name: str) -> Kpi:
    """The KPI record called `name`; UnknownNameError names the near misses and all that exist."""
    if name not in CATALOGUE:
        raise unknown("KPI", name, CATALOGUE)
    return CATALOGUE[name]
