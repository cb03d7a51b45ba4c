"""Speed: how long customers wait, and how long the work takes."""

from ibis import _

from kpitools.kpi import Kpi, Rule, Span, Words
from kpitools.kpis.rules import (
    BY_CUSTOMER,
    CALLS_STAND,
    COUNTABLE,
    CREATED,
    DONE_WITHOUT_TIME,
    INTERVALS_TOGETHER,
    ON_COUNTABLE,
)
from kpitools.tables import UNSOLVED

CLOSED_UNANSWERED = Rule(
    "closed_unanswered",
    _.is_answered_or_open,
    Words("ended with the ticket, without a further reply", "kết thúc cùng phiếu mà không có trả lời thêm"),
)

FIRST_RESPONSE_TIME = Kpi(
    name="first_response_time",
    family="speed",
    title=Words("First response time", "Thời gian phản hồi đầu tiên (FRT)"),
    definition=Words(
        "Time from the creation of a ticket to the first public reply by a person. Internal notes, bots and "
        "automatic replies are no reply; tickets that an agent opened do not count.",
        "Thời gian từ lúc phiếu được tạo đến lần trả lời công khai đầu tiên của một nhân viên. Ghi chú nội bộ, bot và "
        "trả lời tự động không phải là phản hồi; phiếu do nhân viên tự mở không được tính.",
    ),
    formula=Words(
        "median of (first public reply − creation); tickets still waiting enter by Kaplan-Meier",
        "trung vị của (lần trả lời công khai đầu tiên − lúc tạo); phiếu còn chờ được tính bằng Kaplan-Meier",
    ),
    table="tickets",
    dated_by="created_at",
    statistic="median",
    value=Span("created_at", "first_reply_at"),
    unit="h",
    better="lower",
    needs=("created_at", "first_reply_at"),
    population=(
        *COUNTABLE,
        CREATED,
        BY_CUSTOMER,
        Rule(
            "resolved_without_reply",
            _.first_reply_at.notnull() | (_.is_open & _.status.fill_null("open").isin(UNSOLVED)),
            Words("resolved or closed without any reply", "đã giải quyết hoặc đóng mà không có phản hồi nào"),
        ),
    ),
    traps=(
        Words(
            "The newest days look fast when unanswered tickets are left out: the slow ones have not been answered yet.",
            "Những ngày gần nhất trông có vẻ nhanh nếu bỏ qua phiếu chưa trả lời: các phiếu chậm vẫn chưa được "
            "trả lời.",
        ),
        Words(
            "A quick 'we got your message' improves it without helping anyone: read it with the reopen rate and CSAT.",
            "Một câu “chúng tôi đã nhận được tin” làm đẹp chỉ số mà không giúp được ai: hãy đọc cùng tỷ lệ mở "
            "lại và CSAT.",
        ),
    ),
    choices=(
        Words(
            "Headline is the median, since a few very long waits move a mean; p90 stands beside it.",
            "Con số chính là trung vị, vì vài lần chờ rất lâu sẽ kéo lệch trung bình; p90 được ghi bên cạnh.",
        ),
    ),
    guards=("reopen_rate", "csat"),
    source="Zendesk 'first reply time'; docs/decisions.md",
)

AVERAGE_WAIT_TIME = Kpi(
    name="average_wait_time",
    family="speed",
    title=Words("Average wait time", "Thời gian chờ trung bình"),
    definition=Words(
        "Mean length of every stretch in which a customer waits: from the first unanswered public message to the next "
        "public reply by a person. Several messages in a row are one wait. Without messages, the requester wait time "
        "of the export is taken, one figure a ticket.",
        "Độ dài trung bình của mỗi quãng khách hàng phải chờ: từ tin nhắn công khai đầu tiên chưa được trả lời đến lần "
        "trả lời công khai kế tiếp của nhân viên. Nhiều tin liên tiếp là một lần chờ. Nếu không có tin nhắn, dùng thời "
        "gian chờ của khách có sẵn trong tệp xuất, mỗi phiếu một số.",
    ),
    formula=Words("sum of waits / number of waits", "tổng thời gian chờ / số lần chờ"),
    table="waits",
    dated_by="started_at",
    statistic="mean",
    value=Span("started_at", "ended_at"),
    unit="h",
    better="lower",
    needs=("started_at", "ended_at"),
    population=(
        *COUNTABLE,
        CLOSED_UNANSWERED,
    ),
    traps=(
        Words(
            "A mean is pulled by a few very long waits; look at the distribution before acting on it.",
            "Trung bình bị vài lần chờ rất lâu kéo lệch; hãy xem phân bố trước khi hành động.",
        ),
        Words(
            "Waits that go on are not in the mean; how many there are stands beside it.",
            "Những lần chờ chưa kết thúc không nằm trong trung bình; số lượng được ghi bên cạnh.",
        ),
    ),
    guards=("first_contact_resolution_rate", "csat"),
    dimensions=("team", "channel", "priority", "topic"),
    source="LiveAgent glossary 'thời gian chờ'; docs/decisions.md",
)

NEXT_REPLY_TIME = Kpi(
    name="next_reply_time",
    family="speed",
    title=Words("Next reply time", "Thời gian phản hồi tiếp theo"),
    definition=Words(
        "Length of a customer's waits after the first reply: from the first unanswered public message to the next "
        "public reply by a person. Several messages in a row are one wait; a wait that goes on enters by Kaplan-Meier.",
        "Độ dài mỗi lần khách chờ sau lần phản hồi đầu tiên: từ tin nhắn công khai đầu tiên chưa được trả lời đến lần "
        "trả lời công khai kế tiếp của nhân viên. Nhiều tin liên tiếp là một lần chờ; lần chờ chưa kết thúc được tính "
        "bằng Kaplan-Meier.",
    ),
    formula=Words(
        "Kaplan-Meier median of (next public reply − first unanswered message), first replies left out",
        "trung vị Kaplan-Meier của (lần trả lời kế tiếp − tin đầu tiên chưa trả lời), không tính lần phản hồi đầu",
    ),
    table="waits",
    dated_by="started_at",
    statistic="median",
    value=Span("started_at", "ended_at"),
    unit="h",
    better="lower",
    needs=("started_at", "ended_at", "is_after_reply"),
    population=(
        *COUNTABLE,
        Rule("first_reply", _.is_after_reply, Words("for the first reply", "là chờ phản hồi đầu tiên")),
        CLOSED_UNANSWERED,
    ),
    traps=(
        Words(
            "A row is a wait, not a ticket: a ticket with a long talk counts as often as its customer had to wait.",
            "Mỗi dòng là một lần chờ, không phải một phiếu: phiếu trao đổi nhiều được tính đủ số lần khách phải chờ.",
        ),
        Words(
            "A fast first reply that only asks for details moves the wait in here: read both together.",
            "Phản hồi đầu tiên thật nhanh mà chỉ hỏi thêm thông tin sẽ đẩy thời gian chờ sang đây: hãy đọc cả hai.",
        ),
    ),
    guards=("first_response_time", "csat"),
    source="Zendesk SLA metric 'next reply time'; docs/decisions.md#waits",
)

REQUESTER_WAIT_TIME = Kpi(
    name="requester_wait_time",
    family="speed",
    title=Words("Requester wait time", "Thời gian khách phải chờ (requester wait)"),
    definition=Words(
        "Time a ticket spent waiting for the desk: in the states new, open and, unless the desk says otherwise, on "
        "hold, added up. Until its first known status a ticket is new. A ticket that is not done may wait again and "
        "enters by Kaplan-Meier. Without changes of status the export's own figure is taken.",
        "Tổng thời gian phiếu chờ bộ phận hỗ trợ: ở trạng thái mới, đang mở và tạm giữ (trừ khi có khai báo khác). "
        "Trước trạng thái đầu tiên được ghi nhận, phiếu được coi là mới. Phiếu chưa xong còn có thể chờ thêm và được "
        "tính bằng Kaplan-Meier. Nếu không có lịch sử trạng thái thì dùng số có sẵn trong tệp xuất.",
    ),
    formula=Words(
        "Kaplan-Meier median of the time in new + open + on hold, by creation",
        "trung vị Kaplan-Meier của thời gian ở trạng thái mới + mở + tạm giữ, theo lúc tạo phiếu",
    ),
    table="waiting_stretches",
    dated_by="created_at",
    statistic="median",
    value=Span("started_at", "ended_at", of="ticket_id"),
    unit="h",
    better="lower",
    needs=("created_at", "started_at"),
    population=(
        *COUNTABLE,
        CREATED,
        Rule(
            "before_log",
            _.is_start_known,
            Words(
                "of tickets made before the log of statuses begins",
                "của phiếu được tạo trước khi nhật ký trạng thái bắt đầu",
            ),
        ),
    ),
    options=("requester_wait_counts_on_hold",),
    traps=(
        Words(
            "It follows the status, not the messages: an agent who forgets to set a ticket to pending lets the clock "
            "run, and one who sets it too early stops it.",
            "Chỉ số theo trạng thái chứ không theo tin nhắn: quên chuyển sang “chờ khách” thì đồng hồ vẫn chạy, chuyển "
            "quá sớm thì đồng hồ dừng.",
        ),
        Words(
            "It is the sum over a whole ticket, while the average wait time is of each single wait.",
            "Đây là tổng của cả phiếu, còn thời gian chờ trung bình là của từng lần chờ.",
        ),
    ),
    guards=("average_wait_time", "csat"),
    source="Zendesk 'requester wait time': new + open + on-hold; docs/decisions.md#waits",
)

RESOLUTION_TIME = Kpi(
    name="resolution_time",
    family="speed",
    title=Words("Resolution time", "Thời gian giải quyết"),
    definition=Words(
        "Time from the creation of a ticket to the last time it became resolved. A ticket that is open, or was "
        "reopened, is still running and enters by Kaplan-Meier.",
        "Thời gian từ lúc phiếu được tạo đến lần cuối cùng phiếu được giải quyết. Phiếu đang mở hoặc được mở lại vẫn "
        "đang chạy và được tính bằng Kaplan-Meier.",
    ),
    formula=Words(
        "Kaplan-Meier median of (last resolution − creation) by week of creation",
        "trung vị Kaplan-Meier của (lần giải quyết cuối − lúc tạo) theo tuần tạo phiếu",
    ),
    table="tickets",
    dated_by="resolved_at",
    statistic="median",
    value=Span("created_at", "resolved_at"),
    unit="h",
    better="lower",
    needs=("created_at", "resolved_at"),
    population=(
        *COUNTABLE,
        CREATED,
        Rule("done_without_time", _.resolved_at.notnull() | _.is_open, DONE_WITHOUT_TIME),
    ),
    traps=(
        Words(
            "'Closed' is often an automatic step days after the solution: it is used only where nothing else is there, "
            "and then it is said.",
            "“Đóng” thường là bước tự động nhiều ngày sau khi giải quyết: chỉ dùng khi không có gì khác, và khi đó có "
            "nói rõ.",
        ),
        Words(
            "By week of resolution, clearing out old tickets makes the figure jump though nobody works slower.",
            "Tính theo tuần giải quyết, việc dọn các phiếu cũ làm con số nhảy vọt dù không ai làm chậm hơn.",
        ),
    ),
    guards=("reopen_rate", "csat"),
    source="Zendesk 'full resolution time'; docs/decisions.md",
)

FIRST_RESOLUTION_TIME = Kpi(
    name="first_resolution_time",
    family="speed",
    title=Words("First resolution time", "Thời gian giải quyết lần đầu"),
    definition=Words(
        "Time from the creation of a ticket to the first time it became resolved, whether or not it was "
        "reopened later.",
        "Thời gian từ lúc phiếu được tạo đến lần đầu tiên phiếu được giải quyết, dù sau đó có mở lại hay không.",
    ),
    formula=Words(
        "Kaplan-Meier median of (first resolution − creation) by week of creation",
        "trung vị Kaplan-Meier của (lần giải quyết đầu − lúc tạo) theo tuần tạo phiếu",
    ),
    table="tickets",
    dated_by="first_resolved_at",
    statistic="median",
    value=Span("created_at", "first_resolved_at"),
    unit="h",
    better="lower",
    needs=("created_at", "first_resolved_at"),
    population=(
        *COUNTABLE,
        CREATED,
        Rule("done_without_time", _.first_resolved_at.notnull() | _.is_open, DONE_WITHOUT_TIME),
    ),
    traps=(
        Words(
            "Closing early and reopening improves it: read it with the reopen rate.",
            "Đóng sớm rồi mở lại làm đẹp chỉ số này: hãy đọc cùng tỷ lệ mở lại.",
        ),
    ),
    guards=("reopen_rate",),
    source="Zendesk 'first resolution time'; docs/decisions.md",
)

AVERAGE_HANDLE_TIME = Kpi(
    name="average_handle_time",
    family="speed",
    title=Words("Average handle time", "Thời gian xử lý trung bình (AHT)"),
    definition=Words(
        "Talk, hold and wrap-up time divided by handled contacts; for tickets, the time agents spent on them "
        "divided by "
        "the tickets handled. A transfer is two contacts.",
        "Thời gian nói chuyện, giữ máy và xử lý sau cuộc gọi (ACW), chia cho số lượt đã xử lý; với "
        "phiếu: thời gian nhân "
        "viên bỏ ra chia cho số phiếu đã xử lý. Một lần chuyển tiếp là hai lượt.",
    ),
    formula=Words(
        "(talk + hold + wrap-up) / handled contacts, sum over sum",
        "(nói chuyện + giữ máy + hoàn tất) / số lượt xử lý, tổng chia tổng",
    ),
    table="contacts",
    dated_by="ended_at",
    statistic="ratio",
    value=_.handle_s,
    per=_.handled,
    count=_.handled,
    unit="min",
    better="lower",
    needs=("handle_s",),
    population=(
        *ON_COUNTABLE,
        Rule("no_time", _.handle_s.notnull(), Words("without a recorded time", "không ghi nhận thời gian")),
    ),
    choices=(CALLS_STAND, INTERVALS_TOGETHER),
    traps=(
        Words(
            "Lower is only better at the same quality: hurried contacts come back. Never show it alone.",
            "Thấp hơn chỉ tốt khi chất lượng không đổi: xử lý vội thì khách sẽ liên hệ lại. Đừng bao giờ xem riêng.",
        ),
    ),
    guards=("first_contact_resolution_rate", "csat"),
    dimensions=("team", "channel", "source"),
    source="ICMI handle time: talk + hold + after-call work; docs/decisions.md",
)
