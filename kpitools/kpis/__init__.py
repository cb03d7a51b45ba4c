"""The catalogue: every KPI by name, family by family."""

from kpitools.errors import unknown
from kpitools.kpi import Kpi
from kpitools.kpis import base, finance, marketing, opinion, people, phone, resolution, sales, speed, workload

CATALOGUE: dict[str, Kpi] = {
    kpi.name: kpi
    for family in (speed, phone, resolution, opinion, base, workload, people, marketing, sales, finance)
    for name, kpi in vars(family).items()
    # Other forms of a record, which an option chooses, have a name of their own module only.
    if isinstance(kpi, Kpi) and not name.startswith("_")
}


def get(name: str) -> Kpi:
    """The KPI record called `name`; UnknownNameError names the near misses and all that exist."""
    if name not in CATALOGUE:
        raise unknown("KPI", name, CATALOGUE)
    return CATALOGUE[name]
