"""Speed: how long customers wait, and how long the work takes."""

from ibis import _

from kpitools.kpi import Kpi, Rule, Span, Words
from kpitools.kpis.rules import BY_CUSTOMER, COUNTABLE, CREATED, DONE_WITHOUT_TIME
from kpitools.tables import UNSOLVED

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
            "Một câu «chúng tôi đã nhận được tin» làm đẹp chỉ số mà không giúp được ai: hãy đọc cùng tỷ lệ mở "
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
        Rule(
            "closed_unanswered",
            _.is_answered_or_open,
            Words("ended with the ticket, without a further reply", "kết thúc cùng phiếu mà không có trả lời thêm"),
        ),
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
            "«Đóng» thường là bước tự động nhiều ngày sau khi giải quyết: chỉ dùng khi không có gì khác, và khi đó có "
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
    unit="min",
    better="lower",
    needs=("handle_s",),
    population=(Rule("no_time", _.handle_s.notnull(), Words("without a recorded time", "không ghi nhận thời gian")),),
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

AVERAGE_SPEED_OF_ANSWER = Kpi(
    name="average_speed_of_answer",
    family="speed",
    title=Words("Average speed of answer", "Thời gian chờ bắt máy trung bình (ASA)"),
    definition=Words(
        "Mean wait in the queue of the contacts that were answered. Abandoned ones are out, and shown.",
        "Thời gian chờ trung bình trong hàng đợi của các cuộc được trả lời. Cuộc khách gác máy khi đang "
        "chờ không tính, nhưng có ghi số.",
    ),
    formula=Words(
        "wait of answered contacts / answered contacts", "thời gian chờ của cuộc được trả lời / số cuộc được trả lời"
    ),
    table="offers",
    dated_by="offered_at",
    statistic="ratio",
    value=_.wait_s,
    per=_.answered,
    unit="s",
    better="lower",
    needs=("wait_s", "answered"),
    population=(
        Rule("abandoned", _.answered > 0, Words("with nothing answered", "không có cuộc nào được trả lời")),
        Rule("no_wait", _.wait_s.notnull(), Words("without a recorded wait", "không ghi nhận thời gian chờ")),
    ),
    traps=(
        Words(
            "It looks better when impatient callers hang up: read it with the abandonment rate.",
            "Chỉ số trông đẹp hơn khi người gọi mất kiên nhẫn và gác máy: hãy đọc cùng tỷ lệ cuộc gọi bị bỏ.",
        ),
    ),
    guards=("abandonment_rate",),
    dimensions=("team", "agent_id"),
    source="ICMI; docs/decisions.md",
)

SERVICE_LEVEL = Kpi(
    name="service_level",
    family="speed",
    title=Words("Service level", "Mức độ phục vụ (Service level)"),
    definition=Words(
        "Contacts answered within the target seconds as a share of contacts offered, abandoned ones included.",
        "Tỷ lệ cuộc được trả lời trong số giây mục tiêu trên tổng số cuộc gọi đến, kể cả cuộc khách gác "
        "máy khi đang chờ.",
    ),
    formula=Words("answered within T seconds / offered", "trả lời trong T giây / số cuộc đến"),
    table="offers",
    dated_by="offered_at",
    statistic="ratio",
    value=_.answered_in_target,
    per=_.offered,
    unit="share",
    better="higher",
    needs=("answered_in_target", "offered"),
    options=("service_level_seconds",),
    guards=("abandonment_rate",),
    dimensions=("team", "agent_id"),
    source="ICMI; the denominator 'offered' is one of three published ones; docs/decisions.md",
)

ABANDONMENT_RATE = Kpi(
    name="abandonment_rate",
    family="speed",
    title=Words("Abandonment rate", "Tỷ lệ cuộc gọi bị bỏ (khách gác máy)"),
    definition=Words(
        "Contacts abandoned in the queue as a share of contacts offered; always a sum over a sum.",
        "Tỷ lệ cuộc khách bỏ giữa chừng trên tổng số cuộc đến; luôn là tổng chia tổng.",
    ),
    formula=Words("abandoned / offered", "số cuộc bỏ / số cuộc đến"),
    table="offers",
    dated_by="offered_at",
    statistic="ratio",
    value=_.abandoned,
    per=_.offered,
    unit="share",
    better="lower",
    needs=("abandoned", "offered"),
    guards=("average_speed_of_answer",),
    traps=(
        Words(
            "The mean of daily rates is another number: a quiet day would weigh as much as a busy one.",
            "Trung bình của các tỷ lệ ngày là một số khác: ngày vắng sẽ nặng ngang ngày đông.",
        ),
    ),
    dimensions=("team", "agent_id"),
    source="ICMI; docs/decisions.md",
)
