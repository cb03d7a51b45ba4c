"""The cases of marketing, sales and money; see `hand`."""

from business_rows import BALANCES, CHANGES, LEADS, SALES, SPEND, asked, on, sale

QUALIFIED = {"leads": LEADS}
WON = {"spend": SPEND, "leads": LEADS}
PIECES = {"sales": [sale("2025-01-06", 10, units=40, defective=1), sale("2025-02-07", 10, units=10, defective=3)]}
ASKED = {
    "brand_surveys": [
        asked("2025-01-06", "unaided", True, 1.0),
        asked("2025-01-06", "unaided", False, 3.0),
        asked("2025-01-06", "aided", True, 1.0),
        asked("2025-01-06", "aided", False, 1.0),
    ]
}
REACHED = {
    "engagement": [
        {"at": on("2025-01-06"), "source": "page", "interactions": 30, "reach": 1000, "followers": 400},
        {"at": on("2025-01-07"), "source": "page", "interactions": 10, "reach": 100, "followers": 400},
    ]
}
MARGINS = {"sales": [sale("2025-01-06", 900, 810), sale("2025-01-07", 100, 20)]}

# name -> (why, tables, value, n, further fields of a case)
BUSINESS = {
    "brand_awareness": [("a weight of 1 of 4", ASKED, 1 / 4, 2, {})],
    "aided_brand_awareness": [("one of two", ASKED, 1 / 2, 2, {})],
    "customer_engagement": [
        ("40 of 1,100 reached", REACHED, 40 / 1100, 2, {}),
        ("40 of 800 follower-days", REACHED, 40 / 800, 2, {"options": {"engagement_denominator": "followers"}}),
    ],
    "marketing_qualified_leads": [("one of six never qualified", QUALIFIED, 5, 5, {})],
    "mql_conversion_rate": [
        ("three of five", QUALIFIED, 3 / 5, 5, {}),
        (
            "two within 30 days",
            QUALIFIED,
            2 / 5,
            5,
            {"options": {"lead_maturity_days": 30, "lead_wins_within_maturity": True}},
        ),
    ],
    "lead_to_win_time": [("10, 20 and 70 days", QUALIFIED, 20 * 24, 3, {})],
    "customer_acquisition_cost": [("1,000 for three", WON, 1000 / 3, 3, {})],
    "sales_growth": [
        (
            "90 in February after 150",
            {"sales": SALES},
            -0.4,
            1,
            {"asked": {"every": "month", "start": "2025-02-01", "end": "2025-03-01"}},
        ),
        (
            "90 in February after 120 a year before",
            {"sales": SALES},
            -0.25,
            1,
            {
                "options": {"sales_growth_base": "year"},
                "asked": {"every": "month", "start": "2025-02-01", "end": "2025-03-01"},
            },
        ),
    ],
    "average_profit_margin": [("(90 + 80) of 1,000", MARGINS, 0.17, 2, {})],
    "product_quality": [("46 of 50", PIECES, 46 / 50, 2, {})],
    "defects_per_million": [
        ("4 of 50", PIECES, 80_000, 2, {}),
        ("4 of 200 opportunities", PIECES, 20_000, 2, {"options": {"defect_opportunities_per_unit": 4}}),
    ],
    "quick_ratio": [("(1,000 − 640) / 400, the last date with debts", {"balances": BALANCES[:2]}, 0.9, 1, {})],
    "current_ratio": [("1,000 / 400", {"balances": BALANCES[:2]}, 2.5, 1, {})],
    "saas_quick_ratio": [("900 gained, 150 lost", {"revenue_changes": CHANGES}, 6, 5, {})],
}
