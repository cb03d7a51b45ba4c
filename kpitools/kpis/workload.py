"""Workload: what comes in and what lies there."""

import ibis
from ibis import _

from kpitools.kpi import Kpi, Rule, Words
from kpitools.kpis.rules import COUNTABLE, CREATED, DONE_WITHOUT_TIME

TICKET_VOLUME = Kpi(
    name="ticket_volume",
    family="workload",
    title=Words("Ticket volume", "Số lượng phiếu yêu cầu"),
    definition=Words(
        "Tickets created in the period.",
        "Số phiếu yêu cầu được tạo trong kỳ.",
    ),
    formula=Words("count of tickets by creation", "đếm phiếu theo lúc tạo"),
    table="tickets",
    dated_by="created_at",
    statistic="total",
    value=ibis.literal(1),
    unit="count",
    better="neutral",
    needs=("created_at",),
    population=(*COUNTABLE, CREATED),
    traps=(
        Words(
            "Neither more nor fewer is better: per customer, and with the reason for contact, it says more.",
            "Nhiều hay ít đều không tự nó là tốt: tính trên mỗi khách và theo lý do liên hệ thì có nghĩa hơn.",
        ),
    ),
    source="docs/decisions.md",
)

BACKLOG = Kpi(
    name="backlog",
    family="workload",
    title=Words("Backlog", "Phiếu tồn đọng"),
    definition=Words(
        "Tickets open at the end of the period: created by then and not yet resolved or closed, from the instants "
        "themselves and as of the end of the data, not of today.",
        "Số phiếu còn mở vào cuối kỳ: đã tạo và chưa giải quyết hay đóng, tính từ chính các thời điểm và theo lúc kết "
        "thúc dữ liệu, không phải hôm nay.",
    ),
    formula=Words("created so far − done so far", "đã tạo đến nay − đã xong đến nay"),
    table="ticket_flow",
    dated_by="at",
    statistic="level",
    value=_.change,
    unit="count",
    better="lower",
    needs=("at",),
    population=(*COUNTABLE, Rule("done_without_time", _.has_known_end, DONE_WITHOUT_TIME)),
    traps=(
        Words(
            "Tickets opened before the export begins are not in it: the first weeks count too few.",
            "Phiếu mở trước khi tệp xuất bắt đầu không có mặt: những tuần đầu bị đếm thiếu.",
        ),
    ),
    guards=("resolution_time",),
    source="docs/decisions.md",
)
