"""The files of a new desk's folder: commented examples to start from."""

from pathlib import Path

from kpitools.errors import ConfigError

TARGETS = """\
kpi,valid_from,valid_to,team,target,low,high
first_response_time,,,,4,,
csat,,,,0.85,,
"""
INTERVENTIONS = """\
on,kpi,team,what,kind
"""
PLAN = """\
# What `kpitools report plan.yml` runs. Paths start from this folder.

desk: .              # where desk.yml and the exports are
publish: site        # the folder to publish to; replaced whole, and only if it is a report
languages: [en, vi]  # the first one is index.html
every: week          # periods of the scorecard: day, week, month or quarter
hours: calendar      # clock of its durations: calendar or business
code: false          # true: pages carry their code, folded away
deadline: 900        # seconds a notebook may take
# workers: 2         # notebooks at a time
# memory: 4          # gigabytes a notebook may take
# inputs: [staff.csv]  # files that notebooks of yours read besides the desk: when they change, pages run again
archive: 30          # earlier reports kept in the published folder
pdf: false           # true: every page as PDF too, where Chromium or Chrome is installed
# mail: {to: [lead@example.org], from: kpi@example.org, host: smtp.example.org, user: kpi, link: https://intranet/kpi/}

# One entry a page: a notebook that comes with the toolkit, or the path of your own.
# `parameters` are those of the notebook's first cell; their names and types are checked before anything runs.
# `each` makes a page for each team, month, quarter, week, KPI or value of a list.
pages:
  - each: {kpi: supported}           # every KPI the data supports, by its own notebook or kpi/kpi
  - notebook: reports/scorecard
  - notebook: reports/data_quality
#  - notebook: kpi/first_response_time
#    parameters: {every: month}
#  - notebook: kpi/first_response_time
#    each: {team: all, month: 6}      # every team, in each of the last six months that are over
#  - notebook: our-own.ipynb
#    title: {en: Night shift, vi: Ca đêm}
#    always: true                     # run it every time, changed or not
"""


def write_starter(folder: Path) -> list[Path]:
    """Write the starting files into `folder`; ConfigError where one is there already."""
    from kpitools.settings import SETTINGS_HELP

    files = {"desk.yml": SETTINGS_HELP, "targets.csv": TARGETS, "interventions.csv": INTERVENTIONS, "plan.yml": PLAN}
    for name in files:
        if (folder / name).exists():
            raise ConfigError(f"{folder / name} is there already: it is not replaced.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]
