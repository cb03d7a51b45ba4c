"""The files of a new desk's folder: commented examples to start from."""

from pathlib import Path

from kpitools.errors import ConfigError

TARGETS = """\
# One line a goal. target: a value to reach or stay under; low and high: a band. Hours and minutes as the KPI has them,
# a share as a fraction (0.85 for 85 %). Dates: from and to, both included; empty: always. team: empty means everybody.
# hours: calendar or business; empty: both. every: the periods it is for (day, week, month, quarter). A count, such as
# ticket_volume, needs it, since a week's goal is no month's; empty: any period (retention and growth: the month).
# Mỗi dòng một mục tiêu. target: mức cần đạt hoặc không vượt; low và high: khoảng. Tỷ lệ ghi dạng 0.85 (85 %).
# valid_from, valid_to: từ ngày, đến hết ngày; team để trống: mọi nhóm; hours: calendar (giờ lịch) hoặc business (giờ
# làm việc). every: mục tiêu dành cho kỳ nào (day, week, month, quarter). Số đếm như ticket_volume phải ghi, vì mục tiêu
# tuần không phải mục tiêu tháng; để trống: kỳ nào cũng được, riêng tỷ lệ giữ chân và tăng trưởng là tháng.
kpi,valid_from,valid_to,team,target,low,high,hours,every
first_response_time,,,,4,,,,
csat,,,,0.85,,,,
# ticket_volume,2025-01-01,,,,40,75,,week
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
  - notebook: reports/performance    # left out where the data has no share of teams or people to compare
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
