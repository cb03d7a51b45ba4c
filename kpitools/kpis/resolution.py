"""Quality of resolution: solved once, for good, and in time."""

from dataclasses import replace

from ibis import _

from kpitools.kpi import Kpi, Rule, Words, chosen_by
from kpitools.kpis.rules import COUNTABLE, CREATED, EVER_RESOLVED, REPLIES_KNOWN

FIRST_CONTACT_RESOLUTION_RATE = Kpi(
    name="first_contact_resolution_rate",
    family="resolution",
    title=Words("First contact resolution rate", "Tỷ lệ giải quyết ngay lần đầu (FCR)"),
    definition=Words(
        "Tickets resolved with at most one public reply, never reopened, and with no further ticket of the same "
        "customer on the same topic within the window (7 days unless the desk says otherwise), as a share of "
        "resolved tickets.",
        "Tỷ lệ phiếu được giải quyết với nhiều nhất một lần trả lời công khai, không bị mở lại, và cùng khách hàng "
        "không gửi thêm phiếu về cùng chủ đề trong khoảng thời gian theo dõi (7 ngày nếu không quy định "
        "khác), trên số phiếu đã "
        "giải quyết.",
    ),
    formula=Words("resolved at first contact / resolved", "giải quyết ngay lần đầu / đã giải quyết"),
    table="resolutions",
    dated_by="ever_resolved_at",
    statistic="share",
    value=_.is_first_contact,
    unit="share",
    better="higher",
    needs=("ever_resolved_at", "is_first_contact"),
    population=(
        *COUNTABLE,
        Rule(
            "unknown_outcome",
            _.is_first_contact.notnull(),
            Words(
                "with an unknown number of replies, reopenings or customer",
                "không rõ số lần trả lời, mở lại hay khách hàng",
            ),
        ),
    ),
    matures_after="fcr_window_days",
    options=("fcr_window_days", "fcr_needs_single_reply", "fcr_needs_no_reopen", "fcr_needs_no_repeat"),
    traps=(
        Words(
            "The last days of the window cannot be known yet: they are drawn hollow and not judged.",
            "Những ngày cuối của cửa sổ chưa thể biết: được vẽ bằng điểm rỗng và không đánh giá.",
        ),
        Words(
            "A falling share may mean that the easy questions now go to a chatbot or a help page.",
            "Tỷ lệ giảm có thể vì câu hỏi dễ nay đã do chatbot hoặc trang trợ giúp xử lý.",
        ),
    ),
    benchmark=Words(
        "70 to 79 % is good and 80 % or more world class, where customers are asked after a call (SQM Group, 2022, "
        "over 500 North American call centres). It is asked there, counted here: the two do not compare.",
        "70–79 % là tốt, từ 80 % là hàng đầu thế giới, khi hỏi khách sau cuộc gọi (SQM Group, 2022, hơn 500 tổng đài "
        "Bắc Mỹ). Ở đó là hỏi khách, ở đây là đếm phiếu: hai số không so sánh được với nhau.",
    ),
    guards=("reopen_rate", "csat"),
    source="Definition of this project from three published ones; docs/decisions.md#first-contact-resolution",
)

REOPEN_RATE = Kpi(
    name="reopen_rate",
    family="resolution",
    title=Words("Reopen rate", "Tỷ lệ mở lại"),
    definition=Words(
        "Resolved tickets that were later reopened as a share of resolved tickets. Tickets are counted, not events.",
        "Tỷ lệ phiếu đã giải quyết rồi bị mở lại trên số phiếu đã giải quyết. Đếm phiếu, không đếm số lần.",
    ),
    formula=Words("resolved and reopened / resolved", "đã giải quyết rồi mở lại / đã giải quyết"),
    table="tickets",
    dated_by="ever_resolved_at",
    statistic="share",
    value=_.reopens > 0,
    unit="share",
    better="lower",
    needs=("ever_resolved_at", "reopens"),
    population=(
        *COUNTABLE,
        Rule(
            "resolved",
            # What was reopened had been resolved, also where the export keeps no time of it.
            _.ever_resolved_at.notnull() | (_.reopens > 0).fill_null(False),
            EVER_RESOLVED.dropped,
        ),
        Rule(
            "reopens_unknown",
            _.reopens.notnull(),
            Words("with an unknown count of reopenings", "không rõ số lần mở lại"),
        ),
    ),
    matures_after="reopen_window_days",
    options=("reopen_window_days",),
    traps=(
        Words(
            "The newest weeks look good because there was little time to reopen.",
            "Những tuần mới nhất trông đẹp vì chưa đủ thời gian để bị mở lại.",
        ),
    ),
    guards=("resolution_time",),
    source="Zendesk 'reopens'; docs/decisions.md",
)

ONE_TOUCH_RATE = Kpi(
    name="one_touch_rate",
    family="resolution",
    title=Words("One-touch rate", "Tỷ lệ giải quyết bằng một lần trả lời"),
    definition=Words(
        "Resolved tickets with exactly one public reply by a person as a share of resolved tickets. One resolved "
        "without any reply is not one-touch.",
        "Tỷ lệ phiếu đã giải quyết với đúng một lần trả lời công khai của nhân viên trên số phiếu đã giải quyết. Phiếu "
        "giải quyết mà không trả lời lần nào thì không tính là một lần.",
    ),
    formula=Words("resolved with one public reply / resolved", "giải quyết với một lần trả lời / đã giải quyết"),
    table="tickets",
    dated_by="resolved_at",
    statistic="share",
    value=_.agent_replies == 1,
    unit="share",
    better="higher",
    needs=("resolved_at", "agent_replies"),
    population=(
        *COUNTABLE,
        Rule("resolved", _.resolved_at.notnull(), Words("not resolved", "chưa được giải quyết")),
        REPLIES_KNOWN,
    ),
    matures_after="reopen_window_days",
    options=("reopen_window_days",),
    traps=(
        Words(
            "One reply that does not help is one touch as well: read it with the reopen rate.",
            "Một lần trả lời không giúp được gì cũng là một lần: hãy đọc cùng tỷ lệ mở lại.",
        ),
    ),
    guards=("reopen_rate", "first_contact_resolution_rate"),
    source="Zendesk 'one-touch tickets'; docs/decisions.md#first-contact-resolution",
)

_TRANSFERS: dict[str, Kpi] = {}
TRANSFER_RATE = Kpi(
    name="transfer_rate",
    family="resolution",
    title=Words("Transfer rate", "Tỷ lệ chuyển tiếp"),
    definition=Words(
        "Tickets that more than one team had as a share of tickets. The first assignment is no transfer.",
        "Tỷ lệ phiếu qua tay hơn một nhóm trên tổng số phiếu. Lần phân công đầu tiên không phải là chuyển tiếp.",
    ),
    formula=Words("tickets of more than one team / tickets", "phiếu qua hơn một nhóm / số phiếu"),
    table="tickets",
    dated_by="created_at",
    statistic="share",
    value=_.transfers > 0,
    unit="share",
    better="lower",
    needs=("created_at", "transfers"),
    population=(
        *COUNTABLE,
        CREATED,
        Rule(
            "transfers_unknown",
            _.transfers.notnull(),
            Words("with an unknown count of transfers", "không rõ số lần chuyển tiếp"),
        ),
    ),
    options=("transfer_of",),
    variant=chosen_by("transfer_of", _TRANSFERS),
    traps=(
        Words(
            "A ticket is split by the team that has it now: the team that sent it on looks innocent.",
            "Khi chia theo nhóm, phiếu thuộc nhóm đang giữ: nhóm đã chuyển đi trông như vô can.",
        ),
        Words(
            "Young tickets may still be sent on, so the newest weeks look a little better than they will.",
            "Phiếu mới còn có thể bị chuyển tiếp, nên các tuần gần nhất trông đẹp hơn thực tế một chút.",
        ),
    ),
    guards=("first_contact_resolution_rate", "resolution_time"),
    source="Zendesk 'group stations' and 'assignee stations', less one; docs/decisions.md#transfers-and-escalations",
)
_TRANSFERS |= {
    "team": TRANSFER_RATE,
    "agent": replace(
        TRANSFER_RATE,
        definition=Words(
            "Tickets that more than one agent had as a share of tickets. The first assignment is no transfer.",
            "Tỷ lệ phiếu qua tay hơn một nhân viên trên tổng số phiếu. Lần phân công đầu tiên không phải là chuyển "
            "tiếp.",
        ),
        formula=Words("tickets of more than one agent / tickets", "phiếu qua hơn một nhân viên / số phiếu"),
        value=_.agent_transfers > 0,
        needs=("created_at", "agent_transfers"),
        population=(
            *COUNTABLE,
            CREATED,
            Rule(
                "transfers_unknown",
                _.agent_transfers.notnull(),
                Words("with an unknown count of transfers", "không rõ số lần chuyển tiếp"),
            ),
        ),
    ),
}

ESCALATION_RATE = Kpi(
    name="escalation_rate",
    family="resolution",
    title=Words("Escalation rate", "Tỷ lệ chuyển lên cấp cao hơn (escalation)"),
    definition=Words(
        "Tickets that moved to a team of a higher support level as a share of tickets. The levels are those of "
        "team_levels in desk.yml; a move between teams of one level, or down, is none.",
        "Tỷ lệ phiếu được chuyển lên nhóm có cấp hỗ trợ cao hơn trên tổng số phiếu. Cấp của từng nhóm khai báo ở "
        "team_levels trong desk.yml; chuyển ngang cấp hay xuống cấp dưới không tính.",
    ),
    formula=Words("tickets moved to a higher level / tickets", "phiếu chuyển lên cấp cao hơn / số phiếu"),
    table="escalations",
    dated_by="created_at",
    statistic="share",
    value=_.is_escalated,
    unit="share",
    better="lower",
    needs=("created_at", "is_escalated"),
    population=(
        *COUNTABLE,
        CREATED,
        Rule(
            "level_unknown",
            _.is_escalated.notnull(),
            Words("that passed a team without a level in desk.yml", "đi qua nhóm chưa khai báo cấp trong desk.yml"),
        ),
    ),
    traps=(
        Words(
            "Lower is not better at any price: a first line that may not escalate keeps what it cannot solve.",
            "Không phải cứ thấp là tốt: tuyến đầu không dám chuyển lên sẽ giữ lại việc mình không giải quyết được.",
        ),
    ),
    guards=("resolution_time", "first_contact_resolution_rate"),
    source="ITIL's functional escalation; docs/decisions.md#transfers-and-escalations",
)

SLA_ATTAINMENT = Kpi(
    name="sla_attainment",
    family="resolution",
    title=Words("SLA attainment", "Tỷ lệ đạt cam kết dịch vụ (SLA)"),
    definition=Words(
        "Tickets whose promise was kept as a share of those whose promise was kept, broken, or is overdue and still "
        "open. Tickets without a policy are out, and counted.",
        "Tỷ lệ phiếu giữ đúng cam kết trên tổng số phiếu đã giữ, đã vi phạm, hoặc quá hạn mà vẫn mở. Phiếu "
        "không có cam "
        "kết thì không tính, nhưng có đếm.",
    ),
    formula=Words("kept / (kept + broken + open past due)", "giữ đúng / (giữ đúng + vi phạm + quá hạn còn mở)"),
    table="tickets",
    dated_by="sla_at",
    statistic="share",
    value=_.sla_kept,
    unit="share",
    better="higher",
    needs=("sla_kept",),
    population=(
        *COUNTABLE,
        Rule(
            "no_policy",
            _.sla_due_at.notnull() | _.sla_met.notnull(),
            Words("without a policy", "không có cam kết dịch vụ"),
        ),
        Rule("not_yet_due", _.sla_kept.notnull(), Words("open and not yet due", "còn mở và chưa đến hạn")),
    ),
    traps=(
        Words(
            "A log of fulfilled promises only, as some systems give, leaves out the tickets nobody answered.",
            "Nhật ký chỉ ghi các cam kết đã hoàn thành, như một số hệ thống, bỏ sót phiếu chưa ai trả lời.",
        ),
    ),
    guards=("resolution_time",),
    source="docs/decisions.md",
)
