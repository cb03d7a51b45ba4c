"""Quality of resolution: solved once, for good, and in time."""

from ibis import _

from kpitools.kpi import Kpi, Rule, Words
from kpitools.kpis.rules import COUNTABLE, EVER_RESOLVED

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
    guards=("reopen_rate", "csat"),
    source="Definition of this project from three published ones; docs/decisions.md",
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
        EVER_RESOLVED,
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
