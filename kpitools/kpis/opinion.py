"""Customer opinion: what those who answered said."""

import ibis
from ibis import _

from kpitools.kpi import Kpi, Rule, Words

_ANSWERED = Rule("unanswered", _.score.notnull(), Words("not answered", "chưa được trả lời"))


def _kind(kind: str) -> Rule:
    return Rule("other_survey", _.kind == kind, Words("answers to another survey", "thuộc khảo sát khác"))


CSAT = Kpi(
    name="csat",
    family="opinion",
    title=Words("Customer satisfaction (CSAT)", "Mức độ hài lòng của khách hàng (CSAT)"),
    definition=Words(
        "Answers in the top two boxes of five as a share of answers; for two-way scales, good as a share of good and "
        "bad. Unanswered invitations are no score.",
        "Tỷ lệ câu trả lời ở hai mức cao nhất trên thang 5 mức; với thang hai mức: tốt trên tổng tốt và kém. "
        "Lời mời không "
        "được trả lời không phải là điểm.",
    ),
    formula=Words("answers of 4 or 5 (or good) / answers", "số câu trả lời 4 hoặc 5 (hoặc tốt) / số câu trả lời"),
    table="surveys",
    dated_by="answered_at",
    statistic="share",
    value=ibis.ifelse(_.scale == "0-1", _.score >= 1, _.score >= 4),
    weight=_.weight.fill_null(1.0),
    unit="share",
    better="higher",
    needs=("score", "kind", "answered_at"),
    population=(
        _kind("csat"),
        _ANSWERED,
        Rule(
            "other_scale",
            _.scale.isin(["1-5", "0-1"]),
            Words("on a scale that is neither five-point nor two-way", "trên thang không phải năm mức hay hai mức"),
        ),
    ),
    traps=(
        Words(
            "Only those who answer are in it. Read the response rate first: angry people answer more often.",
            "Chỉ gồm những người trả lời. Hãy xem tỷ lệ trả lời trước: người bực bội hay trả lời hơn.",
        ),
        Words(
            "The total can fall while every channel improves, when more answers come from the weaker channel.",
            "Tổng có thể giảm dù mọi kênh đều tốt lên, khi nhiều câu trả lời hơn đến từ kênh yếu hơn.",
        ),
    ),
    guards=("survey_response_rate",),
    dimensions=("team", "channel", "topic"),
    source="Top-two-box; docs/decisions.md",
)

NPS = Kpi(
    name="nps",
    family="opinion",
    title=Words("Net promoter score (NPS)", "Chỉ số sẵn lòng giới thiệu (NPS)"),
    definition=Words(
        "100 times the share of promoters (9 or 10) minus the share of detractors (0 to 6), of all answers from 0 to "
        "10. Passives (7 or 8) stay in the denominator. From −100 to 100, without a % sign.",
        "100 nhân (tỷ lệ người ủng hộ 9–10 trừ tỷ lệ người không hài lòng 0–6) trên mọi câu trả lời từ "
        "0 đến 10. Người trung "
        "lập (7–8) vẫn nằm ở mẫu số. Từ −100 đến 100, không có dấu %.",
    ),
    formula=Words("100 × (promoters − detractors) / answers", "100 × (ủng hộ − phản đối) / số câu trả lời"),
    table="surveys",
    dated_by="answered_at",
    statistic="nps",
    value=ibis.cases((_.score >= 9, 1), (_.score >= 7, 0), else_=-1),
    unit="score",
    better="higher",
    needs=("score", "kind", "answered_at"),
    population=(
        _kind("nps"),
        _ANSWERED,
        Rule("other_scale", _.scale == "0-10", Words("not on the 0 to 10 scale", "không theo thang 0–10")),
    ),
    traps=(
        Words(
            "With 100 answers the interval is about ±15 points: a change of ten is usually noise.",
            "Với 100 câu trả lời, khoảng tin cậy khoảng ±15 điểm: thay đổi mười điểm thường chỉ là dao động "
            "ngẫu nhiên.",
        ),
    ),
    guards=("survey_response_rate",),
    dimensions=("team", "channel", "topic"),
    parameters={"every": "month"},
    source="Reichheld 2003; interval Rocks 2016; docs/decisions.md",
)

SURVEY_RESPONSE_RATE = Kpi(
    name="survey_response_rate",
    family="opinion",
    title=Words("Survey response rate", "Tỷ lệ trả lời khảo sát"),
    definition=Words(
        "Invitations that were answered as a share of invitations sent.",
        "Tỷ lệ lời mời khảo sát được trả lời trên số lời mời đã gửi.",
    ),
    formula=Words("answered / sent", "đã trả lời / đã gửi"),
    table="surveys",
    dated_by="sent_at",
    statistic="share",
    # An answer that cannot be read was given all the same.
    value=_.score.notnull() | _.answered_at.notnull(),
    unit="share",
    better="higher",
    needs=("sent_at",),
    dimensions=("team", "channel", "topic"),
    traps=(
        Words(
            "A low rate says little by itself; a rate that differs between glad and angry customers biases the score.",
            "Tỷ lệ thấp tự nó chưa nói gì nhiều; tỷ lệ khác nhau giữa khách vui và khách bực làm lệch điểm.",
        ),
    ),
    source="docs/decisions.md",
)
