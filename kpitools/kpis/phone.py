"""The phone: how fast calls are answered, and how many callers give up."""

from dataclasses import replace

from ibis import _

from kpitools.kpi import Kpi, Rule, Words, chosen_by
from kpitools.kpis.rules import CALLS_STAND, INTERVALS_TOGETHER, ON_NO_TEST

AVERAGE_SPEED_OF_ANSWER = Kpi(
    name="average_speed_of_answer",
    family="phone",
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
    count=_.answered,
    unit="s",
    better="lower",
    needs=("wait_s", "answered"),
    population=(
        ON_NO_TEST,
        Rule("abandoned", _.answered > 0, Words("with nothing answered", "không có cuộc nào được trả lời")),
        Rule("no_wait", _.wait_s.notnull(), Words("without a recorded wait", "không ghi nhận thời gian chờ")),
    ),
    choices=(CALLS_STAND, INTERVALS_TOGETHER),
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

_SERVICE_LEVELS: dict[str, Kpi] = {}
SERVICE_LEVEL = Kpi(
    name="service_level",
    family="phone",
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
    count=_.offered,
    unit="share",
    population=(ON_NO_TEST,),
    choices=(CALLS_STAND, INTERVALS_TOGETHER),
    better="higher",
    needs=("answered_in_target", "offered"),
    options=("service_level_seconds", "service_level_denominator", "short_abandon_seconds"),
    variant=chosen_by("service_level_denominator", _SERVICE_LEVELS),
    traps=(
        Words(
            "A daily 80 % can hide a morning of 40 %: ask for the hours, since the caller at nine does not meet the "
            "average.",
            "Cả ngày đạt 80 % vẫn có thể che một buổi sáng chỉ 40 %: hãy xem theo giờ, vì khách gọi lúc chín giờ không "
            "gặp con số trung bình.",
        ),
        Words(
            "Who missed the target once counts no more: a caller who waited a minute may wait ten without moving it.",
            "Đã lỡ mục tiêu thì chờ bao lâu cũng như nhau: khách chờ một phút hay mười phút không làm chỉ số đổi.",
        ),
    ),
    benchmark=Words(
        "80 % within 20 seconds is the commonest goal, but no standard: nobody knows where it came from (Fonolo, "
        "2014, after asking call-centre experts).",
        "80 % trong 20 giây là mục tiêu hay gặp nhất nhưng không phải chuẩn: không ai biết con số này từ đâu ra "
        "(Fonolo, 2014, sau khi hỏi các chuyên gia tổng đài).",
    ),
    guards=("abandonment_rate", "average_speed_of_answer"),
    dimensions=("team", "agent_id"),
    source="ICMI, 'Service level calculations' (2002), which lists five; docs/decisions.md#service-level",
)
_SERVICE_LEVELS |= {
    "offered": SERVICE_LEVEL,
    "offered_minus_short_abandons": replace(
        SERVICE_LEVEL,
        definition=Words(
            "Contacts answered within the target seconds as a share of contacts offered, those left out whose caller "
            "gave up within the short-abandon seconds.",
            "Tỷ lệ cuộc được trả lời trong số giây mục tiêu trên số cuộc gọi đến, không tính cuộc khách gác máy rất "
            "sớm.",
        ),
        formula=Words(
            "answered within T seconds / (offered − short abandons)",
            "trả lời trong T giây / (số cuộc đến − gác máy sớm)",
        ),
        per=_.offered - _.short_abandoned,
        count=_.offered - _.short_abandoned,
        needs=("answered_in_target", "offered", "short_abandoned"),
    ),
    "answered": replace(
        SERVICE_LEVEL,
        definition=Words(
            "Contacts answered within the target seconds as a share of contacts answered; abandoned ones are out.",
            "Tỷ lệ cuộc được trả lời trong số giây mục tiêu trên số cuộc được trả lời; không tính cuộc khách gác máy.",
        ),
        formula=Words("answered within T seconds / answered", "trả lời trong T giây / số cuộc được trả lời"),
        per=_.answered,
        count=_.answered,
        needs=("answered_in_target", "answered"),
    ),
}

ABANDONMENT_RATE = Kpi(
    name="abandonment_rate",
    family="phone",
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
    count=_.offered,
    unit="share",
    population=(ON_NO_TEST,),
    choices=(CALLS_STAND, INTERVALS_TOGETHER),
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
    benchmark=Words(
        "5 to 8 % is often called usual (Uniphore, glossary of contact-centre terms).",
        "5–8 % thường được coi là bình thường (Uniphore, từ điển thuật ngữ tổng đài).",
    ),
    source="ICMI; docs/decisions.md",
)
