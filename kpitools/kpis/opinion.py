"""Customer opinion: what those who answered said."""

from dataclasses import replace

import ibis
from ibis import _

from kpitools.kpi import Kpi, Rule, Words, chosen_by

_ANSWERED = Rule("unanswered", _.score.notnull(), Words("not answered", "chưa được trả lời"))


def _kind(kind: str) -> Rule:
    return Rule("other_survey", _.kind == kind, Words("answers to another survey", "thuộc khảo sát khác"))


def _scale(*scales: str, says: Words) -> Rule:
    return Rule("other_scale", _.scale.isin(scales), says)


_FIVE = Words("on a scale that is not the five-point one", "trên thang không phải năm mức")
_WEIGHT = _.weight.fill_null(1.0)

_CSATS: dict[str, Kpi] = {}
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
    weight=_WEIGHT,
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
    choices=(
        Words(
            "Survey weights are used where the data has them; the unweighted figure stands beside.",
            "Nếu dữ liệu có trọng số khảo sát thì dùng trọng số; số không tính trọng số được ghi bên cạnh.",
        ),
    ),
    options=("csat_method",),
    variant=chosen_by("csat_method", _CSATS),
    guards=("survey_response_rate",),
    dimensions=("team", "channel", "topic"),
    source="Top-two-box; docs/decisions.md#satisfaction",
)
_CSATS |= {
    "top_two": CSAT,
    "top_one": replace(
        CSAT,
        definition=Words(
            "Answers in the top box of five as a share of answers; for two-way scales, good as a share of good and "
            "bad. Unanswered invitations are no score.",
            "Tỷ lệ câu trả lời ở mức cao nhất trên thang 5 mức; với thang hai mức: tốt trên tổng tốt và kém. Lời mời "
            "không được trả lời không phải là điểm.",
        ),
        formula=Words("answers of 5 (or good) / answers", "số câu trả lời 5 (hoặc tốt) / số câu trả lời"),
        value=ibis.ifelse(_.scale == "0-1", _.score >= 1, _.score >= 5),
    ),
    "two_way": replace(
        CSAT,
        definition=Words(
            "Satisfied answers (4 and 5 of five, or good) as a share of satisfied and dissatisfied ones (1 and 2, or "
            "bad); the neutral 3 is in neither.",
            "Tỷ lệ câu trả lời hài lòng (4–5 trên thang năm, hoặc tốt) trên tổng hài lòng và không hài lòng (1–2, hoặc "
            "kém); mức trung lập 3 không nằm ở bên nào.",
        ),
        formula=Words(
            "answers of 4 or 5 (or good) / answers of 1, 2, 4 or 5 (or good and bad)",
            "số câu 4 hoặc 5 (hoặc tốt) / số câu 1, 2, 4 hoặc 5 (hoặc tốt và kém)",
        ),
        population=(
            *CSAT.population,
            Rule(
                "neutral",
                (_.scale == "0-1") | (_.score <= 2) | (_.score >= 4),
                Words("neutral answers", "là câu trả lời trung lập"),
            ),
        ),
    ),
}

CSAT_MEAN = Kpi(
    name="csat_mean",
    family="opinion",
    title=Words("Mean satisfaction", "Điểm hài lòng trung bình"),
    definition=Words(
        "Mean of the satisfaction answers from 1 to 5. Two-way scales have no mean and are out.",
        "Trung bình các câu trả lời về mức hài lòng từ 1 đến 5. Thang hai mức không có trung bình nên không tính.",
    ),
    formula=Words("sum of answers / answers", "tổng điểm / số câu trả lời"),
    table="surveys",
    dated_by="answered_at",
    statistic="mean",
    value=_.score,
    weight=_WEIGHT,
    unit="scale",
    better="higher",
    needs=("score", "kind", "answered_at"),
    population=(_kind("csat"), _ANSWERED, _scale("1-5", says=_FIVE)),
    traps=(
        Words(
            "A mean of 4 may be all fours, or fives and ones: read it with the share of satisfied answers.",
            "Trung bình 4 có thể toàn điểm 4, cũng có thể gồm điểm 5 lẫn điểm 1: hãy đọc cùng tỷ lệ hài lòng.",
        ),
    ),
    guards=("csat", "survey_response_rate"),
    dimensions=("team", "channel", "topic"),
    source="docs/decisions.md#satisfaction",
)

_EFFORTS: dict[str, Kpi] = {}
CES = Kpi(
    name="ces",
    family="opinion",
    title=Words("Customer effort score (CES 2.0)", "Chỉ số nỗ lực của khách hàng (CES 2.0)"),
    definition=Words(
        "Mean agreement, from 1 to 7, with “the company made it easy for me to handle my issue”. Higher is easier.",
        "Trung bình mức đồng ý, từ 1 đến 7, với câu “Công ty giúp tôi giải quyết vấn đề một cách dễ dàng”. Càng cao "
        "càng dễ dàng.",
    ),
    formula=Words("sum of answers / answers, 1 to 7", "tổng điểm / số câu trả lời, thang 1–7"),
    table="surveys",
    dated_by="answered_at",
    statistic="mean",
    value=_.score,
    weight=_WEIGHT,
    unit="scale",
    better="higher",
    needs=("score", "kind", "answered_at"),
    population=(
        _kind("ces"),
        _ANSWERED,
        _scale("1-7", says=Words("not on the 1 to 7 scale", "không theo thang 1–7")),
    ),
    parameters={"every": "month"},
    options=("ces_version",),
    variant=chosen_by("ces_version", _EFFORTS),
    traps=(
        Words(
            "Versions 1.0 and 2.0 run in opposite directions: a rise from one to the other is no improvement.",
            "Phiên bản 1.0 và 2.0 ngược chiều nhau: con số tăng khi đổi phiên bản không phải là cải thiện.",
        ),
        Words(
            "It asks about one matter just handled, not about the company; as a yearly question it says little.",
            "Câu hỏi nói về một việc vừa xử lý, không phải về công ty; hỏi mỗi năm một lần thì ít ý nghĩa.",
        ),
    ),
    guards=("survey_response_rate", "first_contact_resolution_rate"),
    dimensions=("team", "channel", "topic"),
    source="Dixon, Toman and DeLisi, 'The Effortless Experience' (2013); docs/decisions.md#customer-effort",
)
_EFFORTS |= {
    "2.0": CES,
    "1.0": replace(
        CES,
        title=Words("Customer effort score (CES 1.0)", "Chỉ số nỗ lực của khách hàng (CES 1.0)"),
        definition=Words(
            "Mean answer, from 1 (very low) to 5 (very high), to “how much effort did you personally have to put "
            "forth to handle your request?”. Lower is easier.",
            "Trung bình câu trả lời, từ 1 (rất ít) đến 5 (rất nhiều), cho câu hỏi “Bạn đã phải bỏ ra bao nhiêu công "
            "sức để giải quyết yêu cầu?”. Càng thấp càng dễ dàng.",
        ),
        formula=Words("sum of answers / answers, 1 to 5", "tổng điểm / số câu trả lời, thang 1–5"),
        better="lower",
        population=(_kind("ces"), _ANSWERED, _scale("1-5", says=_FIVE)),
        source="Dixon, Freeman and Toman, Harvard Business Review (2010); docs/decisions.md#customer-effort",
    ),
}

REWARDS_SHARE = Kpi(
    name="rewards_share",
    family="opinion",
    title=Words("Share of rewards (LiveAgent)", "Tỷ lệ khen thưởng (LiveAgent)"),
    definition=Words(
        "Rewards as a share of rewards and rebukes that customers gave to agents in LiveAgent.",
        "Tỷ lệ lượt khen trên tổng lượt khen và chê mà khách hàng dành cho nhân viên trong LiveAgent.",
    ),
    formula=Words("rewards / (rewards + rebukes)", "lượt khen / (lượt khen + lượt chê)"),
    table="surveys",
    dated_by="answered_at",
    statistic="share",
    value=_.score >= 1,
    unit="share",
    better="higher",
    needs=("score", "kind", "answered_at"),
    population=(
        _kind("rewards"),
        _ANSWERED,
        _scale("0-1", says=Words("neither a reward nor a rebuke", "không phải khen hay chê")),
    ),
    traps=(
        Words(
            "It is not CSAT: only who wants to praise or to blame clicks, and there is nothing in between.",
            "Đây không phải CSAT: chỉ ai muốn khen hoặc chê mới bấm, và không có mức ở giữa.",
        ),
    ),
    guards=("csat",),
    dimensions=("team", "agent_id", "channel", "topic"),
    source="LiveAgent agent ranking; docs/decisions.md#satisfaction",
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
    formula=Words("100 × (promoters − detractors) / answers", "100 × (ủng hộ − không hài lòng) / số câu trả lời"),
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
    ),
    demands=(_scale("0-10", says=Words("not on the 0 to 10 scale", "không theo thang 0–10")),),
    weight=_WEIGHT,
    choices=(
        Words(
            "An answer on another scale is an error, not a guess: no conversion of 1-5 or 1-7 to 0-10 is agreed on.",
            "Câu trả lời trên thang khác là lỗi, không tự quy đổi: không có cách quy đổi 1–5 hay 1–7 sang 0–10 nào "
            "được thống nhất.",
        ),
        Words(
            "Survey weights are used where the data has them; the unweighted figure stands beside.",
            "Nếu dữ liệu có trọng số khảo sát thì dùng trọng số; số không tính trọng số được ghi bên cạnh.",
        ),
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
    source="Reichheld 2003; interval Rocks 2016; docs/decisions.md#nps",
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
