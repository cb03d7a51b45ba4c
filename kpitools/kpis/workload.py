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

RESOLVED_VOLUME = Kpi(
    name="resolved_volume",
    family="workload",
    title=Words("Resolved volume", "Số lượng phiếu đã giải quyết"),
    definition=Words(
        "Tickets by the last time they became resolved. A ticket that stands reopened is not in it.",
        "Số phiếu theo lần giải quyết cuối cùng. Phiếu đang bị mở lại không tính.",
    ),
    formula=Words("count of tickets by last resolution", "đếm phiếu theo lần giải quyết cuối"),
    table="tickets",
    dated_by="resolved_at",
    statistic="total",
    value=ibis.literal(1),
    unit="count",
    better="neutral",
    needs=("resolved_at",),
    population=(
        *COUNTABLE,
        Rule("done_without_time", _.done_at.notnull() | _.is_open, DONE_WITHOUT_TIME),
        Rule("resolved", _.resolved_at.notnull(), Words("not resolved", "chưa được giải quyết")),
    ),
    traps=(
        Words(
            "More resolved is more work done only if as much stays resolved: beside it stands the reopen rate.",
            "Giải quyết nhiều hơn chỉ có ý nghĩa khi phiếu không bị mở lại: hãy xem cùng tỷ lệ mở lại.",
        ),
        Words(
            "A ticket solved again moves to the later period, so an old period can lose some.",
            "Phiếu được giải quyết lại sẽ chuyển sang kỳ sau, nên số của kỳ cũ có thể giảm đi.",
        ),
    ),
    guards=("ticket_volume", "reopen_rate"),
    source="docs/decisions.md#volume-and-backlog",
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
        Words(
            "A ticket that is done, nobody knows when, lay open for a time and is in no period: the past reads that "
            "much too low. Where more than 5 % of tickets are such, only the backlog of now is given.",
            "Phiếu đã xong nhưng không rõ lúc nào từng tồn một thời gian mà không nằm trong kỳ nào: số của quá khứ "
            "thấp hơn thật chừng ấy. Khi trên 5 % số phiếu như vậy thì chỉ đưa ra số tồn hiện tại.",
        ),
    ),
    guards=("resolution_time",),
    source="docs/decisions.md",
)

BACKLOG_AGE = Kpi(
    name="backlog_age",
    family="workload",
    title=Words("Backlog age", "Tuổi của phiếu tồn đọng"),
    definition=Words(
        "Age, at the end of the period, of the tickets then open: calendar hours since their creation. The period that "
        "still runs is taken as of the end of the data.",
        "Tuổi của các phiếu còn mở vào cuối kỳ: số giờ tính từ lúc tạo phiếu. Kỳ đang diễn ra lấy theo lúc kết thúc "
        "dữ liệu.",
    ),
    formula=Words("median of (end of the period − creation)", "trung vị của (cuối kỳ − lúc tạo phiếu)"),
    table="backlog_periods",
    dated_by="period_local",
    statistic="median",
    value=_.age_s / 3600,
    unit="h",
    better="lower",
    needs=("age_s",),
    population=(*COUNTABLE, Rule("done_without_time", _.has_known_end, DONE_WITHOUT_TIME)),
    is_stock=True,
    traps=(
        Words(
            "A flood of new tickets lowers it, and so does giving up on old ones: read it with the backlog.",
            "Nhiều phiếu mới dồn về làm tuổi giảm, đóng bừa phiếu cũ cũng vậy: hãy đọc cùng số phiếu tồn đọng.",
        ),
        Words(
            "It looks at what is left. How long tickets take in all is the resolution time.",
            "Chỉ số này nhìn phần còn lại. Một phiếu mất bao lâu tất cả thì xem thời gian giải quyết.",
        ),
    ),
    guards=("backlog", "resolution_time"),
    source="docs/decisions.md#volume-and-backlog",
)

CONTACT_RATE = Kpi(
    name="contact_rate",
    family="workload",
    title=Words("Contact rate", "Số yêu cầu trên mỗi khách hàng"),
    definition=Words(
        "Tickets sent in a period by the customers who were there at its start, for each of those customers. Tickets "
        "of others are not in it.",
        "Số phiếu do các khách hàng có mặt đầu kỳ gửi trong kỳ, tính trên mỗi khách hàng đó. Phiếu của người khác "
        "không tính.",
    ),
    formula=Words(
        "tickets of customers there at the start / those customers", "phiếu của khách có mặt đầu kỳ / số khách đó"
    ),
    table="customer_contacts",
    dated_by="period_local",
    statistic="ratio",
    value=_.contacts,
    per=ibis.literal(1),
    unit="number",
    better="lower",
    needs=("contacts",),
    dimensions=("segment",),
    per_period=True,
    parameters={"every": "month"},
    traps=(
        Words(
            "Fewer contacts can mean a better product, or customers who have given up asking.",
            "Ít yêu cầu hơn có thể vì sản phẩm tốt lên, cũng có thể vì khách đã nản không hỏi nữa.",
        ),
    ),
    guards=("csat", "customer_churn_rate"),
    source="docs/decisions.md#volume-and-backlog",
)
