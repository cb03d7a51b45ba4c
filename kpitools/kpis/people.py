"""People: how busy agents are, and how much a day or a ticket takes of them. Never a ranking."""

import ibis
from ibis import _

from kpitools.kpi import Kpi, Rule, Words
from kpitools.kpis.rules import COUNTABLE, REPLIES_KNOWN

OCCUPANCY = Kpi(
    name="occupancy",
    family="people",
    title=Words("Occupancy", "Tỷ lệ thời gian bận xử lý (occupancy)"),
    definition=Words(
        "Time agents handle contacts as a share of the time they handle or wait for one. Breaks, training and meetings "
        "are in neither.",
        "Tỷ lệ thời gian nhân viên xử lý liên hệ trên tổng thời gian xử lý và sẵn sàng chờ. Giờ nghỉ, đào tạo, họp "
        "không nằm ở tử số lẫn mẫu số.",
    ),
    formula=Words("handling / (handling + available)", "xử lý / (xử lý + sẵn sàng chờ)"),
    table="agent_days",
    dated_by="day_local",
    statistic="ratio",
    value=_.handling_s,
    per=_.handling_s + _.available_s,
    unit="share",
    better="band",
    needs=("handling_s", "available_s"),
    population=(
        Rule(
            "times_unknown",
            _.handling_s.notnull() & _.available_s.notnull(),
            Words("without handling or available time", "không có thời gian xử lý hoặc sẵn sàng"),
        ),
    ),
    dimensions=("team", "agent_id"),
    traps=(
        Words(
            "Over the band is not better: people who never wait for a call tire, and handle times grow.",
            "Vượt khoảng không phải là tốt hơn: nhân viên không lúc nào ngơi tay sẽ mệt và xử lý lâu hơn.",
        ),
        Words(
            "It follows from the size of the team: a small one at the same service level is less occupied, not lazier.",
            "Chỉ số phụ thuộc quy mô nhóm: cùng mức phục vụ, nhóm nhỏ luôn ít bận hơn, không phải vì lười.",
        ),
        Words(
            "In the trade the names occupancy and utilization are often swapped: compare formulas, not names.",
            "Trong nghề, hai tên occupancy và utilization hay bị đổi chỗ: hãy so công thức, đừng so tên.",
        ),
    ),
    benchmark=Words(
        "No more than 85 % for any length of time (Call Centre Helper); 75 to 85 % is the usual band.",
        "Không nên quá 85 % trong thời gian dài (Call Centre Helper); khoảng thường dùng là 75–85 %.",
    ),
    guards=("utilization", "average_handle_time"),
    source="Call Centre Helper, 'Why should your occupancy rate not exceed 85 %?'; docs/decisions.md#occupancy",
)

UTILIZATION = Kpi(
    name="utilization",
    family="people",
    title=Words("Utilization", "Tỷ lệ sử dụng giờ công (utilization)"),
    definition=Words(
        "Time agents handle contacts or wait for one as a share of paid time.",
        "Tỷ lệ thời gian nhân viên xử lý hoặc sẵn sàng chờ liên hệ trên thời gian được trả lương.",
    ),
    formula=Words("(handling + available) / paid", "(xử lý + sẵn sàng chờ) / giờ trả lương"),
    table="agent_days",
    dated_by="day_local",
    statistic="ratio",
    value=_.handling_s + _.available_s,
    per=_.paid_s,
    unit="share",
    better="band",
    needs=("handling_s", "available_s", "paid_s"),
    population=(
        Rule(
            "times_unknown",
            _.handling_s.notnull() & _.available_s.notnull() & _.paid_s.notnull(),
            Words("without handling, available or paid time", "thiếu thời gian xử lý, sẵn sàng hoặc giờ trả lương"),
        ),
    ),
    dimensions=("team", "agent_id"),
    traps=(
        Words(
            "What is not in it is no waste: training, coaching and breaks are what keeps the rest good.",
            "Phần không tính không phải là lãng phí: đào tạo, kèm cặp và nghỉ giữa giờ giữ cho phần còn lại được tốt.",
        ),
        Words(
            "In the trade the names occupancy and utilization are often swapped: compare formulas, not names.",
            "Trong nghề, hai tên occupancy và utilization hay bị đổi chỗ: hãy so công thức, đừng so tên.",
        ),
    ),
    guards=("occupancy",),
    source="Call Centre Helper: occupancy is of time logged in, utilization of all; docs/decisions.md#occupancy",
)

TICKETS_PER_AGENT_DAY = Kpi(
    name="tickets_per_agent_day",
    family="people",
    title=Words("Tickets per agent day", "Số phiếu mỗi ngày công"),
    definition=Words(
        "Tickets resolved by agents on the days they worked, divided by those days. Tickets resolved by someone of "
        "whom no working day is recorded are not in it.",
        "Số phiếu nhân viên giải quyết trong những ngày có đi làm, chia cho số ngày công đó. Phiếu do người không có "
        "ghi nhận ngày công giải quyết thì không tính.",
    ),
    formula=Words("tickets resolved on agent days / agent days", "phiếu giải quyết trong ngày công / số ngày công"),
    table="agent_day_work",
    dated_by="day_local",
    statistic="ratio",
    value=_.resolved,
    per=_.worked,
    unit="number",
    better="neutral",
    needs=("resolved", "worked"),
    population=(
        Rule(
            "no_working_day",
            _.worked.notnull(),
            Words("agent days of which no work is recorded", "không có ghi nhận ngày công"),
        ),
    ),
    dimensions=("team", "agent_id"),
    traps=(
        Words(
            "Never a ranking: who takes the hard tickets solves fewer. It sizes a team; it does not judge a person.",
            "Không dùng để xếp hạng: ai nhận việc khó thì giải quyết được ít hơn. Chỉ số giúp tính quy mô nhóm, không "
            "đánh giá cá nhân.",
        ),
    ),
    guards=("reopen_rate", "csat"),
    source="docs/decisions.md#occupancy",
)

REPLIES_PER_TICKET = Kpi(
    name="replies_per_ticket",
    family="people",
    title=Words("Replies per ticket", "Số lần trả lời mỗi phiếu"),
    definition=Words(
        "Public replies by people on resolved tickets, divided by those tickets.",
        "Số lần nhân viên trả lời công khai trên các phiếu đã giải quyết, chia cho số phiếu đó.",
    ),
    formula=Words("public replies / resolved tickets", "số lần trả lời công khai / số phiếu đã giải quyết"),
    table="tickets",
    dated_by="resolved_at",
    statistic="ratio",
    value=_.agent_replies,
    per=ibis.literal(1),
    unit="number",
    better="neutral",
    needs=("resolved_at", "agent_replies"),
    population=(
        *COUNTABLE,
        Rule("resolved", _.resolved_at.notnull(), Words("not resolved", "chưa được giải quyết")),
        REPLIES_KNOWN,
    ),
    traps=(
        Words(
            "Fewer is not better by itself: one reply may settle a matter or brush it off.",
            "Ít hơn chưa chắc tốt hơn: một lần trả lời có thể giải quyết xong, cũng có thể là trả lời cho qua.",
        ),
    ),
    guards=("one_touch_rate", "reopen_rate"),
    source="Zendesk 'replies'; docs/decisions.md#first-contact-resolution",
)
