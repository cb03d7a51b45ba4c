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
