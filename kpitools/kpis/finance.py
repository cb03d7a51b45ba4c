"""Finance: can the bills be paid, and does recurring revenue grow faster than it leaks."""

from ibis import _

from kpitools.kpi import Kpi, Rule, Words

_NO_INTERVAL = Words(
    "The last balance-sheet date of each period counts: a balance is a level, and a quarter's is not the sum of its "
    "months'. It is no sample and has no interval.",
    "Lấy ngày lập bảng cân đối cuối cùng của mỗi kỳ: số dư là mức tại một thời điểm, số dư của quý không phải tổng các "
    "tháng. Đây không phải mẫu nên không có khoảng tin cậy.",
)
_LIABILITIES = Rule(
    "no_liabilities",
    _.current_liabilities > 0,
    Words("without current liabilities to compare with", "không có nợ ngắn hạn để so"),
)
_WINDOW_DRESSING = Words(
    "It is the state of one day, which can be dressed: a bill paid the day after is still in it, a loan taken the "
    "day before too.",
    "Đây là tình trạng của một ngày, có thể được làm đẹp: trả nợ sau ngày lập một hôm, hay vay trước đó một hôm, đều "
    "làm con số khác đi.",
)

QUICK_RATIO = Kpi(
    name="quick_ratio",
    family="finance",
    title=Words("Quick ratio", "Chỉ số thanh khoản nhanh"),
    definition=Words(
        "Current assets without the stock, divided by current liabilities, on the balance-sheet date: can what falls "
        "due within a year be paid without selling the stock? This is the accountants' meaning; for subscriptions "
        "see saas_quick_ratio.",
        "Tài sản ngắn hạn trừ hàng tồn kho, chia cho nợ ngắn hạn, tại ngày lập bảng cân đối: có trả được các khoản "
        "đến hạn trong một năm mà không cần bán hàng tồn không? Đây là nghĩa kế toán; với doanh thu thuê bao xem "
        "saas_quick_ratio.",
    ),
    formula=Words(
        "(current assets − inventory) / current liabilities", "(tài sản ngắn hạn − hàng tồn kho) / nợ ngắn hạn"
    ),
    table="balance_periods",
    dated_by="as_of",
    statistic="ratio",
    value=_.current_assets - _.inventory,
    per=_.current_liabilities,
    interval="none",
    unit="number",
    better="band",
    needs=("as_of", "current_assets", "inventory", "current_liabilities"),
    population=(
        Rule("inventory_unknown", _.inventory.notnull(), Words("of unknown stock", "không rõ hàng tồn kho")),
        _LIABILITIES,
    ),
    parameters={"every": "month"},
    choices=(_NO_INTERVAL,),
    benchmark=Words(
        "At least 1, the “acid test” of textbooks; a target with a low of 1 and no high says so.",
        "Tối thiểu 1 theo sách giáo khoa; đặt mục tiêu với low là 1, để trống high.",
    ),
    traps=(
        _WINDOW_DRESSING,
        Words(
            "Far above 1 is no triumph: money that lies idle.", "Cao hơn 1 quá nhiều cũng không hay: tiền nằm không."
        ),
    ),
    guards=("current_ratio",),
    dimensions=(),
    source="Textbooks of financial statement analysis; docs/decisions.md",
)

CURRENT_RATIO = Kpi(
    name="current_ratio",
    family="finance",
    title=Words("Current ratio", "Chỉ số thanh khoản hiện hành"),
    definition=Words(
        "Current assets, the stock included, divided by current liabilities, on the balance-sheet date.",
        "Tài sản ngắn hạn, gồm cả hàng tồn kho, chia cho nợ ngắn hạn, tại ngày lập bảng cân đối.",
    ),
    formula=Words("current assets / current liabilities", "tài sản ngắn hạn / nợ ngắn hạn"),
    table="balance_periods",
    dated_by="as_of",
    statistic="ratio",
    value=_.current_assets,
    per=_.current_liabilities,
    interval="none",
    unit="number",
    better="band",
    needs=("as_of", "current_assets", "current_liabilities"),
    population=(_LIABILITIES,),
    parameters={"every": "month"},
    choices=(_NO_INTERVAL,),
    benchmark=Words(
        "At least 1; the bankers' old rule of thumb was 2. What is usual differs by trade.",
        "Tối thiểu 1; quy tắc xưa của ngân hàng là 2. Mức thường thấy tùy ngành.",
    ),
    traps=(
        _WINDOW_DRESSING,
        Words(
            "Stock that nobody buys lifts it: watch the quick ratio when the two part.",
            "Hàng tồn không bán được vẫn làm nó tăng: khi hai chỉ số tách xa nhau, hãy nhìn chỉ số nhanh.",
        ),
    ),
    guards=("quick_ratio",),
    dimensions=(),
    source="Textbooks of financial statement analysis; docs/decisions.md",
)

SAAS_QUICK_RATIO = Kpi(
    name="saas_quick_ratio",
    family="finance",
    title=Words("SaaS quick ratio", "Chỉ số SaaS quick ratio"),
    definition=Words(
        "Recurring revenue gained in the period (new and expansion) divided by recurring revenue lost in it "
        "(contraction and churn). A period in which nothing was lost has no such ratio: not defined, not infinite. "
        "The accountants' quick ratio is another thing.",
        "Doanh thu định kỳ tăng thêm trong kỳ (khách mới và mở rộng) chia cho doanh thu định kỳ mất đi (thu hẹp và rời "
        "bỏ). Kỳ không mất gì thì không xác định, không phải vô hạn. Khác với chỉ số thanh khoản nhanh trong kế toán.",
    ),
    formula=Words("(new + expansion) / (contraction + churn)", "(mới + mở rộng) / (thu hẹp + rời bỏ)"),
    table="revenue_changes",
    dated_by="effective_at",
    statistic="ratio",
    value=_.gained,
    per=_.lost,
    unit="number",
    better="higher",
    needs=("effective_at", "kind", "amount"),
    population=(
        Rule("kind_unknown", _.kind.notnull(), Words("of an unknown kind", "không rõ loại biến động")),
        Rule("amount_unknown", _.amount.notnull(), Words("without an amount", "không có số tiền")),
    ),
    parameters={"every": "month"},
    benchmark=Words(
        "4 is the mark that Mamoon Hamid, who coined it in 2015, asked of a young company; it says little of an old "
        "one.",
        "4 là mức Mamoon Hamid, người đặt ra chỉ số này năm 2015, đòi hỏi ở công ty trẻ; ít ý nghĩa với công ty lâu "
        "năm.",
    ),
    traps=(
        Words(
            "Expansion hides churn: a few large customers who buy more make up for many small ones who leave. Read "
            "revenue churn beside it.",
            "Mở rộng che lấp rời bỏ: vài khách lớn mua thêm bù cho nhiều khách nhỏ bỏ đi. Hãy xem kèm tỷ lệ mất "
            "doanh thu.",
        ),
        Words(
            "It falls by itself as a company grows: losses follow the size of the base, wins that of the sales team.",
            "Công ty lớn lên thì chỉ số tự giảm: phần mất tỷ lệ với quy mô, phần thêm tỷ lệ với đội bán hàng.",
        ),
    ),
    guards=("customer_churn_rate",),
    dimensions=(),
    source="Mamoon Hamid, “Numbers that actually matter”, 2015; docs/decisions.md",
)
