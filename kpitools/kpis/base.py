"""The customer base: who stays and who leaves."""

from dataclasses import replace

from ibis import _

from kpitools.kpi import Kpi, Words

CUSTOMER_RETENTION_RATE = Kpi(
    name="customer_retention_rate",
    family="base",
    title=Words("Customer retention rate", "Tỷ lệ giữ chân khách hàng"),
    definition=Words(
        "Customers there at the start of a period and still there at its end, as a share of those there at its start. "
        "Customers won in the period are in neither. Where the data has activity but no relationships: active in the "
        "period before and active in this one.",
        "Tỷ lệ khách hàng có mặt đầu kỳ và vẫn còn cuối kỳ trên số khách có mặt đầu kỳ. Khách mới trong kỳ không nằm ở "
        "tử số lẫn mẫu số. Nếu chỉ có hoạt động mua: có hoạt động kỳ trước và có hoạt động kỳ này.",
    ),
    formula=Words("still there at the end / there at the start", "còn lại cuối kỳ / có mặt đầu kỳ"),
    table="customer_periods",
    dated_by="period_local",
    statistic="share",
    value=_.is_retained,
    unit="share",
    better="higher",
    needs=("is_retained",),
    dimensions=("segment",),
    per_period=True,
    parameters={"every": "month"},
    traps=(
        Words(
            "New customers must not hide lost ones: ending with more customers is not retention.",
            "Khách mới không được che khách đã mất: cuối kỳ đông khách hơn không phải là giữ chân.",
        ),
    ),
    options=("retention_by",),
    guards=("customer_churn_rate", "nps"),
    source="docs/decisions.md#retention-and-churn",
)

CUSTOMER_CHURN_RATE = Kpi(
    name="customer_churn_rate",
    family="base",
    title=Words("Customer churn rate", "Tỷ lệ khách hàng rời bỏ"),
    definition=Words(
        "One minus retention: customers there at the start of a period who have left by its end, as a share of those "
        "there at its start.",
        "Một trừ tỷ lệ giữ chân: số khách có mặt đầu kỳ đã rời đi vào cuối kỳ, trên số khách có mặt đầu kỳ.",
    ),
    formula=Words("left by the end / there at the start", "đã rời đi cuối kỳ / có mặt đầu kỳ"),
    table="customer_periods",
    dated_by="period_local",
    statistic="share",
    value=~_.is_retained,
    unit="share",
    better="lower",
    needs=("is_retained",),
    dimensions=("segment",),
    per_period=True,
    parameters={"every": "month"},
    traps=(
        Words(
            "A month of 2 % is not 24 % a year: annual churn is 1 − (1 − monthly)^12, here 21.5 %.",
            "Mỗi tháng 2 % không phải là 24 % một năm: cả năm là 1 − (1 − tháng)^12, ở đây 21,5 %.",
        ),
    ),
    options=("retention_by", "churn_annualised"),
    variant=lambda kpi, options: _churn(kpi, options),
    guards=("customer_retention_rate",),
    source="docs/decisions.md#retention-and-churn",
)
_CHURN_A_YEAR = replace(
    CUSTOMER_CHURN_RATE,
    title=Words("Customer churn rate, annualised", "Tỷ lệ khách hàng rời bỏ, quy ra cả năm"),
    definition=Words(
        "What share of customers would leave within a year if every period of it lost as the shown one did: one minus "
        "the share retained, to the power of the periods in a year.",
        "Tỷ lệ khách sẽ rời bỏ trong một năm nếu kỳ nào cũng mất khách như kỳ đang xem: một trừ tỷ lệ giữ chân lũy "
        "thừa số kỳ trong năm.",
    ),
    formula=Words(
        "1 − (1 − left by the end / there at the start)^(periods in a year)",
        "1 − (1 − đã rời đi cuối kỳ / có mặt đầu kỳ)^(số kỳ trong năm)",
    ),
    annual=True,
)


def _churn(kpi: Kpi, options) -> Kpi:
    if kpi.name != CUSTOMER_CHURN_RATE.name:
        return kpi
    return _CHURN_A_YEAR if options.get("churn_annualised") else CUSTOMER_CHURN_RATE


REVENUE_CHURN_RATE = Kpi(
    name="revenue_churn_rate",
    family="base",
    title=Words("Revenue churn rate", "Tỷ lệ doanh thu định kỳ bị mất"),
    definition=Words(
        "Recurring revenue lost in a period, because customers left or pay less, as a share of the recurring revenue "
        "at its start. Revenue won in the period is in neither. Without movements of revenue only leaving is seen.",
        "Doanh thu định kỳ bị mất trong kỳ vì khách rời đi hoặc trả ít hơn, trên doanh thu định kỳ đầu kỳ. Doanh thu "
        "mới trong kỳ không nằm ở tử số lẫn mẫu số. Nếu không có dữ liệu biến động thì chỉ thấy phần do khách rời đi.",
    ),
    formula=Words(
        "(churn + contraction) / recurring revenue at the start", "(khách rời + trả ít hơn) / doanh thu định kỳ đầu kỳ"
    ),
    table="revenue_periods",
    dated_by="period_local",
    statistic="ratio",
    value=_.lost,
    per=_.at_start,
    unit="share",
    better="lower",
    needs=("at_start", "lost"),
    dimensions=("segment",),
    per_period=True,
    parameters={"every": "month"},
    traps=(
        Words(
            "A few large customers decide it: read it beside the churn of customers.",
            "Vài khách hàng lớn quyết định con số này: hãy đọc cùng tỷ lệ khách hàng rời bỏ.",
        ),
        Words(
            "Net churn, which sets what others pay more against the loss, is 1 − net revenue retention, and may be "
            "negative.",
            "Churn thuần (bù trừ phần khách khác trả thêm) bằng 1 − tỷ lệ giữ doanh thu thuần, và có thể âm.",
        ),
    ),
    guards=("customer_churn_rate", "net_revenue_retention"),
    source="docs/decisions.md#retention-and-churn",
)

NET_REVENUE_RETENTION = Kpi(
    name="net_revenue_retention",
    family="base",
    title=Words("Net revenue retention (NRR)", "Tỷ lệ giữ doanh thu thuần (NRR)"),
    definition=Words(
        "Recurring revenue at the end of a period from the customers who had some at its start, as a share of theirs "
        "at its start: losses and what they pay more included, new customers not. It may pass 100 %.",
        "Doanh thu định kỳ cuối kỳ của những khách đã có doanh thu đầu kỳ, trên doanh thu đầu kỳ của chính họ: gồm "
        "phần mất đi và phần trả thêm, không gồm khách mới. Có thể vượt 100 %.",
    ),
    formula=Words(
        "(start + expansion − contraction − churn) / start", "(đầu kỳ + mở rộng − thu hẹp − rời đi) / đầu kỳ"
    ),
    table="revenue_periods",
    dated_by="period_local",
    statistic="ratio",
    value=_.at_end,
    per=_.at_start,
    unit="percent",
    better="higher",
    needs=("at_start", "at_end"),
    dimensions=("segment",),
    per_period=True,
    parameters={"every": "month"},
    traps=(
        Words(
            "Over 100 % can hide many lost customers behind a few who pay more: read it beside their churn.",
            "Trên 100 % vẫn có thể che nhiều khách đã mất sau vài khách trả thêm: hãy đọc cùng tỷ lệ rời bỏ.",
        ),
        Words(
            "Published figures are mostly of a year; a month of 99 % is a year of 0.99^12 = 88.6 %.",
            "Số được công bố thường tính cho cả năm; mỗi tháng 99 % là cả năm 0,99^12 = 88,6 %.",
        ),
    ),
    guards=("revenue_churn_rate", "customer_churn_rate"),
    source="docs/decisions.md#retention-and-churn",
)
