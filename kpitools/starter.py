"""The files of a new desk's folder: commented examples to start from."""

from pathlib import Path

from kpitools.errors import ConfigError

TARGETS = """\
# One line a goal. target: a value to reach or stay under; low and high: a band. Hours and minutes as the KPI has them,
# a share as a fraction (0.85 for 85 %). valid_from, valid_to: both included; empty: always. team: empty: everybody.
# hours: calendar or business; empty: both. every: the periods it is for (day, week, month, quarter). A count, such as
# ticket_volume, needs it, since a week's goal is no month's; empty: any period (retention and growth: the month).
# The examples below begin with # and set nothing: take the # away and put your own figure.
# Mỗi dòng một mục tiêu. target: mức cần đạt hoặc không vượt; low và high: khoảng. Tỷ lệ ghi dạng 0.85 (85 %).
# Các dòng mẫu bên dưới bắt đầu bằng # nên chưa có hiệu lực: bỏ dấu # và sửa số để đặt mục tiêu.
# valid_from, valid_to: từ ngày, đến hết ngày; team để trống: mọi nhóm; hours: calendar (giờ lịch) hoặc business (giờ
# làm việc). every: mục tiêu dành cho kỳ nào (day, week, month, quarter). Số đếm như ticket_volume phải ghi, vì mục tiêu
# tuần không phải mục tiêu tháng; để trống: kỳ nào cũng được, riêng tỷ lệ giữ chân và tăng trưởng là tháng.
kpi,valid_from,valid_to,team,target,low,high,hours,every
# first_response_time,,,,4,,,,
# csat,,,,0.85,,,,
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


# The comments of PLAN in Vietnamese, each under its first words in English.
PLAN_COMMENTS = {
    "What `kpitools report plan.yml` runs": "Những gì `kpitools report plan.yml` chạy. Đường dẫn tính từ thư mục này.",
    "where desk.yml and": "nơi có desk.yml và các tệp dữ liệu",
    "the folder to publish to": "thư mục xuất bản; được thay toàn bộ, và chỉ khi đó là một báo cáo",
    "the first one": "ngôn ngữ đầu tiên là của index.html",
    "periods of the scorecard": "kỳ của bảng điểm: day, week, month hoặc quarter",
    "clock of its durations": "cách tính các khoảng thời gian: calendar (giờ lịch) hoặc business (giờ làm việc)",
    "true: pages carry": "true: trang kèm mã lệnh, được gập lại",
    "seconds a notebook": "số giây tối đa cho một notebook",
    "notebooks at a time": "số notebook chạy cùng lúc",
    "gigabytes a notebook": "số gigabyte bộ nhớ cho một notebook",
    "files that notebooks of": "tệp khác mà notebook của bạn đọc: khi tệp đổi, trang được chạy lại",
    "earlier reports kept": "số báo cáo cũ giữ lại trong thư mục xuất bản",
    "true: every page as PDF": "true: mỗi trang có thêm bản PDF, nếu máy có Chromium hoặc Chrome",
    "One entry a page": "Mỗi mục một trang: một notebook có sẵn, hoặc đường dẫn tới notebook của bạn.",
    "`parameters` are": "`parameters` là tham số ở ô đầu của notebook; tên và kiểu được kiểm tra trước khi chạy.",
    "`each` makes": "`each` tạo một trang cho mỗi nhóm, tháng, quý, tuần, KPI hoặc giá trị trong danh sách.",
    "every KPI the data": "mọi KPI mà dữ liệu tính được, bằng notebook riêng của nó hoặc kpi/kpi",
    "left out where": "bỏ qua nếu dữ liệu không có tỷ lệ nào để so giữa các nhóm hoặc nhân viên",
    "every team, in each": "mọi nhóm, trong từng tháng của sáu tháng gần nhất đã kết thúc",
    "run it every time": "lần nào cũng chạy, dù có thay đổi hay không",
}


def plan_text(language: str) -> str:
    """The starting plan.yml: pages in both languages, `language` first, and its comments in that language."""
    if language != "vi":
        return PLAN
    lines = []
    for line in PLAN.replace("languages: [en, vi]", "languages: [vi, en]").splitlines():
        code, mark, comment = line.rpartition("# ")
        said = next((vi for en, vi in PLAN_COMMENTS.items() if comment.startswith(en)), comment)
        lines.append(code + mark + said)
    return "\n".join(lines) + "\n"


def settings_text(language: str) -> str:
    """The starting desk.yml, explained in both languages."""
    from kpitools.settings import SETTINGS_HELP

    return SETTINGS_HELP.replace("language: en ", f"language: {language} ", 1)


def write_starter(folder: Path, language: str = "en") -> list[Path]:
    """Write the starting files into `folder`; ConfigError where one is there already."""
    files = {
        "desk.yml": settings_text(language),
        "targets.csv": TARGETS,
        "interventions.csv": INTERVENTIONS,
        "plan.yml": plan_text(language),
    }
    for name in files:
        if (folder / name).exists():
            raise ConfigError(f"{folder / name} is there already: it is not replaced.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]
