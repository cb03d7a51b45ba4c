"""Sales: growth, margin and the quality of what was sold."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from ibis import _

from kpitools.kpi import Kpi, Rule, Words

_SOLD = Rule("sold", _.sold_at.notnull(), Words("without a date of sale", "không có ngày bán"))


def _growth_over(kpi: Kpi, options: Mapping[str, Any]) -> Kpi:
    """The record with the base that the desk chose, in its formula and, over a year, its trap."""
    return _growth_over_a_year() if options.get("sales_growth_base") == "year" else SALES_GROWTH


@cache
def _growth_over_a_year() -> Kpi:
    tet = Words(
        "Tết moves between January and February: the two months are compared with months that had or lacked it. Look "
        "at both together, or at the quarter.",
        "Tết khi rơi vào tháng 1, khi vào tháng 2: hai tháng này được so với tháng có hoặc không có Tết. Hãy xem gộp "
        "cả hai tháng, hoặc xem theo quý.",
    )
    formula = Words("revenue / revenue a year before − 1", "doanh thu / doanh thu cùng kỳ năm trước − 1")
    return replace(SALES_GROWTH, formula=formula, traps=(tet, *SALES_GROWTH.traps[1:]))


SALES_GROWTH = Kpi(
    name="sales_growth",
    family="marketing",
    title=Words("Sales growth", "Tăng trưởng doanh số"),
    definition=Words(
        "Revenue of the period against that of the period before, or of the same period a year before, less one. Not "
        "defined where the base is zero or negative, or where the data does not cover the whole of it.",
        "Doanh thu của kỳ so với kỳ liền trước, hoặc với cùng kỳ năm trước, trừ một. Không xác định nếu doanh thu gốc "
        "bằng 0 hoặc âm, hoặc nếu dữ liệu không có đủ kỳ gốc.",
    ),
    formula=Words("revenue / revenue of the period before − 1", "doanh thu / doanh thu kỳ liền trước − 1"),
    table="sales_periods",
    dated_by="period_local",
    statistic="ratio",
    value=_.revenue - _.base,
    per=_.base,
    count=_.lines,
    interval="none",
    unit="percent",
    better="higher",
    needs=("period_local", "revenue"),
    population=(
        Rule(
            "no_base",
            _.is_comparable,
            Words("sums of periods without a whole base", "tổng doanh thu của kỳ không có kỳ gốc đầy đủ"),
        ),
    ),
    options=("sales_growth_base",),
    variant=_growth_over,
    per_period=True,
    parameters={"every": "month"},
    choices=(
        Words(
            "Revenue is everything that was sold, not a sample: it has no interval; whether a change is more than the "
            "usual ups and downs is the trend's to say.",
            "Doanh thu là toàn bộ số đã bán, không phải mẫu nên không có khoảng tin cậy; thay đổi có vượt dao động "
            "thường ngày hay không là việc của biểu đồ xu hướng.",
        ),
    ),
    traps=(
        Words(
            "A month after a feast looks like a fall and the month before like a rise: seasons are not growth. Compare "
            "with the year before (sales_growth_base: year), and mind that Tết moves between months.",
            "Tháng sau dịp lễ trông như sụt giảm, tháng trước lễ trông như tăng: mùa vụ không phải tăng trưởng. Hãy "
            "so với năm trước (sales_growth_base: year), và nhớ rằng Tết không rơi vào một tháng cố định.",
        ),
        Words(
            "Half off doubles sales and may earn nothing: read the margin beside it.",
            "Giảm giá một nửa có thể làm doanh số tăng gấp đôi mà không lãi: hãy xem kèm biên lợi nhuận.",
        ),
    ),
    guards=("average_profit_margin",),
    dimensions=("product", "region"),
    source="docs/decisions.md",
)

AVERAGE_PROFIT_MARGIN = Kpi(
    name="average_profit_margin",
    family="marketing",
    title=Words("Average profit margin", "Biên lợi nhuận trung bình"),
    definition=Words(
        "Revenue less what the goods cost, as a share of revenue, over all order lines together: each line weighs "
        "what it sold for. Lines whose cost is unknown do not count.",
        "Doanh thu trừ giá vốn, trên doanh thu, tính gộp mọi dòng đơn hàng: mỗi dòng nặng theo doanh thu của nó. Dòng "
        "không rõ giá vốn thì không tính.",
    ),
    formula=Words("sum of (revenue − cost) / sum of revenue", "tổng (doanh thu − giá vốn) / tổng doanh thu"),
    table="sales",
    dated_by="sold_at",
    statistic="ratio",
    value=_.revenue - _.cost,
    per=_.revenue,
    unit="percent",
    better="higher",
    needs=("sold_at", "revenue", "cost"),
    population=(
        _SOLD,
        Rule("cost_unknown", _.cost.notnull(), Words("of unknown cost", "không rõ giá vốn")),
    ),
    parameters={"beside": "mean_of_ratios"},
    traps=(
        Words(
            "The mean of the lines' own margins is another figure: it lets a pen weigh as much as a machine.",
            "Trung bình cộng biên lợi nhuận từng dòng là con số khác: nó tính một cây bút nặng bằng một cỗ máy.",
        ),
        Words(
            "The total moves when the mix of products does, though no product's margin changed.",
            "Tổng thay đổi khi cơ cấu sản phẩm thay đổi, dù biên của từng sản phẩm không đổi.",
        ),
    ),
    guards=("sales_growth",),
    dimensions=("product", "region"),
    source="docs/decisions.md",
)

_RETURNS_KNOWN = (
    _SOLD,
    Rule("units_unknown", _.units.notnull(), Words("without a number of units", "không rõ số lượng")),
    Rule(
        "returns_unknown",
        _.defective_units.notnull(),
        Words("without a number of defective or returned units", "không rõ số lượng lỗi hoặc trả lại"),
    ),
    Rule(
        "more_returned_than_sold",
        _.defective_units <= _.units,
        Words("with more returned than sold", "trả lại nhiều hơn số đã bán"),
    ),
)
_NEWEST_LOOK_GOOD = Words(
    "The newest periods look best because their returns are still to come: they are not complete until the window is "
    "over.",
    "Các kỳ mới nhất trông đẹp nhất vì hàng lỗi chưa kịp trả lại: phải hết thời gian chờ mới coi là trọn kỳ.",
)

PRODUCT_QUALITY = Kpi(
    name="product_quality",
    family="marketing",
    title=Words("Product quality", "Chất lượng sản phẩm"),
    definition=Words(
        "Units that were neither defective nor returned, as a share of units sold, by the day of sale.",
        "Tỷ lệ sản phẩm không lỗi và không bị trả lại trên số sản phẩm đã bán, tính theo ngày bán.",
    ),
    formula=Words("1 − defective or returned units / units sold", "1 − số lỗi hoặc trả lại / số đã bán"),
    table="sales",
    dated_by="sold_at",
    statistic="ratio",
    value=_.units - _.defective_units,
    per=_.units,
    unit="share",
    better="higher",
    needs=("sold_at", "units", "defective_units"),
    population=_RETURNS_KNOWN,
    matures_after="returns_window_days",
    options=("returns_window_days",),
    traps=(
        _NEWEST_LOOK_GOOD,
        Words(
            "A return is not always a defect: a size too small comes back too.",
            "Trả lại chưa hẳn là lỗi: mua nhầm cỡ cũng trả lại.",
        ),
    ),
    guards=("defects_per_million",),
    dimensions=("product", "region"),
    source="docs/decisions.md",
)


def _per_opportunity(kpi: Kpi, options: Mapping[str, Any]) -> Kpi:
    return _by_opportunities(options.get("defect_opportunities_per_unit", 1))


@cache
def _by_opportunities(count: float) -> Kpi:
    return replace(DEFECTS_PER_MILLION, per=_.units * count) if count != 1 else DEFECTS_PER_MILLION


DEFECTS_PER_MILLION = Kpi(
    name="defects_per_million",
    family="marketing",
    title=Words("Defects per million opportunities (DPMO)", "Số lỗi trên một triệu cơ hội (DPMO)"),
    definition=Words(
        "Defective or returned units for every million opportunities of a defect: units sold times the ways in which "
        "one can fail. The same data as product quality, on a scale on which small rates can be read.",
        "Số sản phẩm lỗi hoặc trả lại trên mỗi một triệu cơ hội phát sinh lỗi (số đã bán nhân số khả năng lỗi của "
        "mỗi sản phẩm). Cùng dữ liệu với chất lượng sản phẩm, nhưng dễ đọc khi tỷ lệ rất nhỏ.",
    ),
    formula=Words(
        "1,000,000 × defective units / (units × opportunities per unit)",
        "1.000.000 × số lỗi / (số đã bán × số cơ hội mỗi sản phẩm)",
    ),
    table="sales",
    dated_by="sold_at",
    statistic="ratio",
    value=_.defective_units * 1_000_000,
    per=_.units,
    unit="count",
    better="lower",
    needs=("sold_at", "units", "defective_units"),
    population=_RETURNS_KNOWN,
    matures_after="returns_window_days",
    options=("returns_window_days", "defect_opportunities_per_unit"),
    variant=_per_opportunity,
    benchmark=Words(
        "3.4 is the “six sigma” of Motorola, with its allowance of 1.5 sigma for drift.",
        "3,4 là mức “six sigma” của Motorola, đã trừ hao 1,5 sigma cho độ trôi.",
    ),
    traps=(
        _NEWEST_LOOK_GOOD,
        Words(
            "The figure halves when somebody counts twice the opportunities: compare only what was counted alike.",
            "Đếm số cơ hội gấp đôi là con số giảm một nửa: chỉ so sánh khi cách đếm giống nhau.",
        ),
    ),
    guards=("product_quality",),
    dimensions=("product", "region"),
    source="Harry and Schroeder, Six Sigma; docs/decisions.md",
)
