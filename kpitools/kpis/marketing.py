"""Marketing: who knows the brand, who reacts to it, who becomes a lead, and what a customer costs."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import ibis
from ibis import _

from kpitools.kpi import Kpi, Rule, Span, Words

_QUALIFIED = Rule(
    "qualified", _.qualified_at.notnull(), Words("not qualified by marketing", "chưa đạt tiêu chí tiếp thị")
)


def _awareness(name: str, kind: str, title: Words, how: Words, guard: str) -> Kpi:
    """Both questions of a brand survey are the same share, asked differently."""
    return Kpi(
        name=name,
        family="marketing",
        title=title,
        definition=Words(
            f"Respondents who {how.en}, as a share of those asked that way. Each respondent counts with the survey's "
            "weight where the data has one; the figure without weights stands beside it.",
            f"Tỷ lệ người được hỏi {how.vi} trên số người được hỏi theo cách đó. Nếu dữ liệu có trọng số khảo sát thì "
            "mỗi người được tính theo trọng số; kết quả không tính trọng số ghi bên cạnh.",
        ),
        formula=Words("aware (weighted) / asked (weighted)", "biết thương hiệu / được hỏi (có trọng số)"),
        table="brand_surveys",
        dated_by="asked_at",
        statistic="share",
        value=_.is_aware,
        weight=_.weight.fill_null(1.0),
        unit="share",
        better="higher",
        needs=("asked_at", "is_aware", "kind"),
        population=(
            Rule("kind_unknown", _.kind.notnull(), Words("of an unknown way of asking", "không rõ cách hỏi")),
            Rule("other_question", _.kind == kind, Words("asked the other way", "được hỏi theo cách kia")),
            Rule("no_answer", _.is_aware.notnull(), Words("without an answer", "không có câu trả lời")),
        ),
        parameters={"every": "month"},
        traps=(
            Words(
                "Unaided and aided awareness are two figures, often 30 points apart: adding or mixing them means "
                "nothing.",
                "Nhận diện không gợi ý và có gợi ý là hai con số, thường cách nhau cả 30 điểm: cộng hay trộn lại đều "
                "vô nghĩa.",
            ),
            Words(
                "It speaks for those who could be asked: a panel of the brand's own followers knows the brand.",
                "Chỉ đại diện cho nhóm được hỏi: hỏi chính người theo dõi trang của mình thì ai cũng biết thương hiệu.",
            ),
        ),
        guards=(guard,),
        dimensions=("segment",),
        source="Keller 1993, Journal of Marketing 57(1), on recall and recognition; docs/decisions.md",
    )


BRAND_AWARENESS = _awareness(
    "brand_awareness",
    "unaided",
    Words("Brand awareness, unaided", "Nhận diện thương hiệu (không gợi ý)"),
    Words("name the brand themselves when asked for brands of its kind", "tự nêu được tên thương hiệu khi chưa gợi ý"),
    "aided_brand_awareness",
)

AIDED_BRAND_AWARENESS = _awareness(
    "aided_brand_awareness",
    "aided",
    Words("Brand awareness, aided", "Nhận diện thương hiệu (có gợi ý)"),
    Words("know the brand when it is named or shown to them", "nhận ra thương hiệu khi được nhắc tên hoặc cho xem"),
    "brand_awareness",
)

_DENOMINATORS = {
    "reach": Words("people reached", "số người tiếp cận"),
    "impressions": Words("impressions", "số lượt hiển thị"),
    "followers": Words("followers, summed over the days", "số người theo dõi, cộng theo ngày"),
}


def _engagement_of(kpi: Kpi, options: Mapping[str, Any]) -> Kpi:
    """The record with the denominator that the desk chose, by name."""
    return _engagement_by(options.get("engagement_denominator", "reach"))


@cache
def _engagement_by(column: str) -> Kpi:
    if column == "reach":
        return CUSTOMER_ENGAGEMENT
    words = _DENOMINATORS[column]
    return replace(
        CUSTOMER_ENGAGEMENT,
        formula=Words(f"interactions / {words.en}", f"lượt tương tác / {words.vi}"),
        per=_[column],
        needs=("day_at", "interactions", column),
    )


CUSTOMER_ENGAGEMENT = Kpi(
    name="customer_engagement",
    family="marketing",
    title=Words("Customer engagement", "Tương tác khách hàng"),
    definition=Words(
        "Interactions (likes, comments, shares, clicks) divided by the people reached, both summed over the period. "
        "The denominator is an option of the desk and stands in the formula: by impressions or followers the same "
        "interactions give another figure.",
        "Tổng lượt tương tác (thích, bình luận, chia sẻ, nhấp chuột) chia cho tổng số người tiếp cận trong kỳ. Mẫu "
        "số là một tùy chọn và luôn ghi trong công thức: chia cho lượt hiển thị hay số người theo dõi sẽ ra con số "
        "khác.",
    ),
    formula=Words("interactions / people reached", "lượt tương tác / số người tiếp cận"),
    table="engagement",
    dated_by="day_at",
    statistic="ratio",
    value=_.interactions,
    per=_.reach,
    unit="percent",
    better="higher",
    needs=("day_at", "interactions", "reach"),
    options=("engagement_denominator",),
    variant=_engagement_of,
    traps=(
        Words(
            "One person may react several times: this is no share of people, and can exceed 100 % by followers.",
            "Một người có thể tương tác nhiều lần: đây không phải tỷ lệ người, và có thể vượt 100 % nếu chia theo số "
            "người theo dõi.",
        ),
        Words(
            "A wider audience is a cooler one: the rate falls when an advertisement reaches strangers, though more "
            "people reacted.",
            "Tiếp cận rộng hơn thì khán giả ít gắn bó hơn: quảng cáo tới người lạ làm tỷ lệ giảm dù tổng tương tác "
            "tăng.",
        ),
    ),
    dimensions=("source",),
    source="docs/decisions.md",
)

MARKETING_QUALIFIED_LEADS = Kpi(
    name="marketing_qualified_leads",
    family="marketing",
    title=Words("Marketing qualified leads (MQL)", "Số khách tiềm năng đạt chuẩn (MQL)"),
    definition=Words(
        "Leads that met the marketing criteria, counted on the day on which they did. What the criteria are is the "
        "business's own agreement; when they change, so does the figure.",
        "Số khách tiềm năng đạt tiêu chí tiếp thị, tính vào ngày đạt. Tiêu chí do doanh nghiệp tự thống nhất; tiêu chí "
        "đổi thì con số cũng đổi.",
    ),
    formula=Words("count of leads by qualification", "đếm khách tiềm năng theo ngày đạt chuẩn"),
    table="leads",
    dated_by="qualified_at",
    statistic="total",
    value=ibis.literal(1),
    unit="count",
    better="higher",
    parameters={"every": "month"},
    needs=("qualified_at",),
    population=(_QUALIFIED,),
    traps=(
        Words(
            "More leads are easily had by lowering the bar: read the conversion rate of the same cohort beside it.",
            "Hạ tiêu chí là có ngay nhiều khách tiềm năng hơn: hãy xem kèm tỷ lệ chuyển đổi của cùng lứa.",
        ),
    ),
    guards=("mql_conversion_rate", "customer_acquisition_cost"),
    dimensions=("source",),
    source="docs/decisions.md",
)

MQL_CONVERSION_RATE = Kpi(
    name="mql_conversion_rate",
    family="marketing",
    title=Words("MQL conversion rate", "Tỷ lệ chuyển đổi khách tiềm năng (MQL)"),
    definition=Words(
        "Qualified leads that became customers, as a share of all leads qualified in the same period: by the cohort of "
        "qualification, whenever they were won. A cohort younger than the maturity window is still being won, is "
        "marked as not complete and never judged.",
        "Tỷ lệ khách tiềm năng đã thành khách hàng trên số khách tiềm năng đạt chuẩn trong cùng kỳ: tính theo lứa đạt "
        "chuẩn, dù chốt vào lúc nào. Lứa chưa đủ thời gian theo dõi vẫn còn được chốt thêm nên được đánh dấu là chưa "
        "trọn kỳ và không đánh giá.",
    ),
    formula=Words("won / qualified, of one cohort", "đã chốt / đạt chuẩn, trong cùng một lứa"),
    table="leads",
    dated_by="qualified_at",
    statistic="share",
    value=_.is_conversion,
    unit="share",
    better="higher",
    needs=("qualified_at", "won_at"),
    population=(_QUALIFIED,),
    matures_after="lead_maturity_days",
    options=("lead_maturity_days", "lead_wins_within_maturity"),
    parameters={"every": "month"},
    traps=(
        Words(
            "Wins of a month divided by leads of the same month compare different people: when leads double, the "
            "quotient halves though nothing got worse.",
            "Lấy số chốt trong tháng chia số khách tiềm năng của tháng đó là so hai nhóm người khác nhau: khách tiềm "
            "năng tăng gấp đôi thì tỷ số giảm một nửa dù không có gì xấu đi.",
        ),
        Words(
            "Older cohorts had longer to be won; lead_wins_within_maturity gives every cohort the same time.",
            "Lứa cũ có nhiều thời gian hơn để chốt; bật lead_wins_within_maturity để mọi lứa có cùng thời gian.",
        ),
    ),
    guards=("marketing_qualified_leads", "lead_to_win_time"),
    dimensions=("source",),
    source="docs/decisions.md",
)

LEAD_TO_WIN_TIME = Kpi(
    name="lead_to_win_time",
    family="marketing",
    title=Words("Lead to win time", "Thời gian từ khách tiềm năng đến khi chốt"),
    definition=Words(
        "Time from qualification to the win, of the leads won in the period. Most leads are never won, so a median "
        "over all of them is not reached; the cohort view (Kaplan-Meier) shows when which share of a cohort is won.",
        "Thời gian từ lúc đạt chuẩn đến lúc chốt, của các khách tiềm năng được chốt trong kỳ. Đa số không bao giờ chốt "
        "nên không có trung vị cho toàn bộ; cách xem theo lứa (Kaplan-Meier) cho biết khi nào bao nhiêu phần của lứa "
        "được chốt.",
    ),
    formula=Words("won_at − qualified_at", "lúc chốt − lúc đạt chuẩn"),
    table="leads",
    dated_by="won_at",
    statistic="median",
    value=Span("qualified_at", "won_at"),
    unit="h",
    better="lower",
    needs=("qualified_at", "won_at"),
    population=(_QUALIFIED,),
    parameters={"view": "closed", "every": "month"},
    traps=(
        Words(
            "A campaign's first wins are its quick ones: the figure rises later though nobody got slower.",
            "Những lần chốt đầu của một chiến dịch là những lần nhanh: về sau con số tăng dù không ai chậm đi.",
        ),
    ),
    guards=("mql_conversion_rate",),
    dimensions=("source",),
    source="docs/decisions.md",
)

CUSTOMER_ACQUISITION_COST = Kpi(
    name="customer_acquisition_cost",
    family="marketing",
    title=Words("Customer acquisition cost (CAC)", "Chi phí thu hút một khách hàng mới (CAC)"),
    definition=Words(
        "Marketing and sales spending of the period divided by the customers won in it. Where nobody was won there "
        "is no such cost: not defined, not 0. Customers won in months without recorded spending do not count.",
        "Chi phí tiếp thị và bán hàng trong kỳ chia cho số khách hàng có được trong kỳ. Kỳ không có khách hàng mới thì "
        "không xác định, không phải bằng 0. Khách có được trong những tháng không ghi nhận chi phí thì không tính.",
    ),
    formula=Words("spending / customers won", "chi phí / số khách hàng mới"),
    table="acquisition",
    dated_by="spent_or_won_at",
    statistic="ratio",
    value=_.spend,
    per=_.won,
    count=_.won,
    interval="count",
    unit="money",
    better="lower",
    needs=("spent_or_won_at", "spend"),
    population=(
        Rule(
            "no_spending_recorded",
            _.is_covered,
            Words("outside the months with recorded spending", "ngoài những tháng có ghi nhận chi phí"),
        ),
    ),
    options=("cac_lag_months", "cac_customers"),
    parameters={"every": "month"},
    choices=(
        Words(
            "The interval is that of the count of customers (Poisson); spending is what was booked and has none.",
            "Khoảng tin cậy lấy từ số khách hàng (Poisson); chi phí là số đã ghi sổ nên không có sai số.",
        ),
        Words(
            "Spending is all that is in the data: leaving salaries out gives an advertising cost, a smaller figure.",
            "Chi phí là tất cả những gì có trong dữ liệu: nếu thiếu lương thì đó chỉ là chi phí quảng cáo, nhỏ hơn.",
        ),
    ),
    traps=(
        Words(
            "Customers won today were often paid for months ago: after a campaign the figure falls because its leads "
            "mature, not because work got cheaper. Try cac_lag_months.",
            "Khách chốt hôm nay thường do tiền chi từ mấy tháng trước: sau một chiến dịch con số giảm vì khách tiềm "
            "năng đã đủ thời gian để chốt, không phải vì làm rẻ hơn. Hãy thử cac_lag_months.",
        ),
    ),
    guards=("mql_conversion_rate", "marketing_qualified_leads"),
    dimensions=("source",),
    source="Farris et al., Marketing Metrics; docs/decisions.md",
)
