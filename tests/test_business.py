"""Marketing, sales and SaaS KPIs on a few rows whose answer is worked out by hand in the test."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from business_rows import BALANCES, CHANGES, LEADS, SALES, SPEND, asked, balance, booking, lead, on, sale
from hypothesis import given, settings
from hypothesis import strategies as st

from kpitools.cards import definition_card, headline_card
from kpitools.compute import account, compute
from kpitools.desk import Desk
from kpitools.errors import ConfigError, NotSupportedError
from kpitools.settings import read_settings


def one(frame):
    """The single row of a result."""
    assert len(frame) == 1
    return frame.iloc[0]


# Leads


def test_conversion_belongs_to_the_month_of_qualification_whenever_the_lead_was_won(make_desk):
    desk = make_desk(leads=LEADS)
    found = compute("mql_conversion_rate", desk, every="month", options={"lead_maturity_days": 30})

    assert found.k.tolist() == [2, 1]
    assert found.n.tolist() == [3, 2]  # March has wins and no qualified lead
    # As of 1 April: January is 59 days over; so is February by 31.
    assert found.complete.tolist() == [True, True]


def test_a_cohort_younger_than_the_window_is_still_maturing(make_desk):
    found = compute("mql_conversion_rate", make_desk(leads=LEADS), every="month", options={"lead_maturity_days": 45})
    assert found.complete.tolist() == [True, False]


def test_wins_within_the_window_only_make_cohorts_alike(make_desk):
    options = {"lead_maturity_days": 30, "lead_wins_within_maturity": True}
    found = compute("mql_conversion_rate", make_desk(leads=LEADS), every="month", options=options)
    assert found.k.tolist() == [1, 1]  # the win after 70 days is too late


def test_what_is_won_after_now_is_not_known_now(make_desk):
    found = compute("mql_conversion_rate", make_desk(as_of="2025-03-10", leads=LEADS), every="month")
    assert found.k.tolist() == [1, 1]


def test_qualified_leads_count_on_their_day_and_by_source(make_desk):
    rows = [*LEADS, lead(7, "2025-02-12", source="fair")]
    desk = make_desk(leads=rows)

    # The leads end in February: nobody knows of March. Had March a lead in April behind it, it were a measured zero.
    assert compute("marketing_qualified_leads", desk, every="month").value.fillna(-1).tolist() == [3, 3, -1]
    later = make_desk(leads=[*rows, lead(8, "2025-04-02", source="web")])
    assert compute("marketing_qualified_leads", later, every="month").value.tolist()[:3] == [3, 3, 0]
    by = compute("marketing_qualified_leads", desk, every=None, by="source").set_index("source").value
    assert by.to_dict() == {"web": 5, "fair": 1}
    assert account("marketing_qualified_leads", desk).set_index("rule").dropped["qualified"] == 1


def test_lead_to_win_is_the_median_of_the_wins_and_the_cohort_median_is_not_reached(make_desk):
    desk = make_desk(leads=LEADS)
    closed = one(compute("lead_to_win_time", desk, every=None))
    cohort = one(compute("lead_to_win_time", desk, every=None, view="cohort"))

    assert (closed.value, closed.n) == (20 * 24, 3)  # 10, 20 and 70 days
    assert closed["mean"] == pytest.approx(100 / 3 * 24)
    # 3 of 5 are won, but the last win at 70 days comes when only one lead of that age is left: 4/5 x 3/4 = 0.6 stands
    # until then, and falls to 0.6 x 1/2 at 70 days.
    assert cohort.value == 70 * 24
    assert cohort.open == 2


# The cost of a customer


def test_acquisition_cost_is_spending_over_customers_won_in_the_month(make_desk):
    found = compute("customer_acquisition_cost", make_desk(spend=SPEND, leads=LEADS), every="month")

    assert found.numerator.tolist() == [300, 200, 500]
    assert found.denominator.tolist() == [1, 0, 2]
    assert found.n.tolist() == [1, 0, 2]
    assert found.value.tolist()[0::2] == [300, 250]
    assert math.isnan(found.value[1])  # nobody won in February: not defined, not 0


def test_its_interval_is_that_of_the_count_of_customers(make_desk):
    march = compute("customer_acquisition_cost", make_desk(spend=SPEND, leads=LEADS), every="month").iloc[2]

    # Garwood's exact interval of a count of 2 is 0.2422 to 7.2247.
    assert march.low == pytest.approx(500 / 7.224688, rel=1e-5)
    assert march.high == pytest.approx(500 / 0.242209, rel=1e-5)


def test_a_lag_sets_spending_beside_the_customers_of_a_later_month(make_desk):
    desk = make_desk(as_of="2025-05-15", spend=SPEND, leads=LEADS)
    found = compute("customer_acquisition_cost", desk, every="month", options={"cac_lag_months": 1})

    # January's 300 meet February's wins, of which there are none; the win of January has no spending before it.
    assert found.period.dt.month.tolist() == [2, 3, 4]
    assert found.numerator.tolist() == [300, 200, 500]
    assert found.denominator.tolist() == [0, 2, 0]
    assert found.value[1] == 100
    assert account("customer_acquisition_cost", desk.with_options(cac_lag_months=1)).dropped.tolist() == [0, 1]


def test_without_leads_new_customers_are_those_won(make_desk):
    customers = [
        {"customer_id": "a", "started_at": on("2025-01-20")},
        {"customer_id": "b", "started_at": on("2024-06-01")},
    ]
    found = compute("customer_acquisition_cost", make_desk(spend=SPEND, customers=customers), every="month")

    assert found.value[0] == 300
    assert found.n.tolist() == [1, 0, 0]  # the customer of June 2024 was won before spending is recorded


def test_the_option_says_who_was_won_and_what_the_data_lacks_for_it(make_desk):
    customers = [{"customer_id": c, "started_at": on("2025-01-20")} for c in "abc"]
    desk = make_desk(spend=SPEND, leads=LEADS, customers=customers)

    assert compute("customer_acquisition_cost", desk, every="month").n[0] == 1
    assert compute("customer_acquisition_cost", desk, every="month", options={"cac_customers": "customers"}).n[0] == 3
    alone = make_desk(spend=SPEND, leads=LEADS).with_options(cac_customers="customers")
    assert alone.missing(alone.kpi("customer_acquisition_cost")) == "customers.started_at"


def test_cost_by_source_divides_each_sources_money_by_its_own_wins(make_desk):
    rows = [*LEADS, lead(9, "2025-01-09", "2025-01-12", "fair")]
    desk = make_desk(spend=[*SPEND, booking("2025-01-09", 80, "fair")], leads=rows)
    found = compute("customer_acquisition_cost", desk, every=None, by="source").set_index("source")

    assert found.value.to_dict() == {"fair": 80, "web": pytest.approx(1000 / 3)}


# Sales


def test_growth_compares_with_the_month_before_and_is_undefined_over_nothing(make_desk):
    found = compute("sales_growth", make_desk(as_of="2024-06-01", sales=SALES[:3]), every="month").set_index("period")

    assert found.value["2024-02-01"] == pytest.approx(0.2)
    assert found.value["2024-03-01"] == -1  # sold nothing
    assert math.isnan(found.value["2024-04-01"])  # over nothing
    assert "2024-01-01" not in found.index  # the data has no December
    assert found.low.isna().all()
    assert found.n["2024-02-01"] == 1


def test_growth_over_a_year_compares_like_months(make_desk):
    desk = make_desk(sales=SALES).with_options(sales_growth_base="year")
    found = compute("sales_growth", desk, every="month").set_index("period").value

    assert found["2025-01-01"] == pytest.approx(0.5)
    assert found["2025-02-01"] == pytest.approx(-0.25)
    assert desk.kpi("sales_growth").formula.en == "revenue / revenue a year before − 1"
    assert "Tết" in desk.kpi("sales_growth").traps[0].en


def test_a_base_that_the_data_covers_in_part_is_no_base(make_desk):
    rows = [sale("2024-01-20", 10), sale("2024-02-10", 120), sale("2024-03-10", 60)]
    found = compute("sales_growth", make_desk(as_of="2024-04-01", sales=rows), every="month")

    # January begins on the 20th: February against it would have "grown" twelvefold.
    assert found.period.dt.month.tolist() == [3]
    assert found.value.tolist() == [-0.5]


def test_growth_by_product_adds_up_to_the_growth_of_all(make_desk):
    rows = [sale("2024-01-01", 100), sale("2024-01-05", 50, product="rice"), sale("2024-02-05", 90)]
    rows += [sale("2024-02-06", 75, product="rice"), sale("2024-02-07", 30, product="salt")]
    desk = make_desk(as_of="2024-03-01", sales=rows)
    found = compute("sales_growth", desk, every="month", by="product").set_index("product")

    assert found.value.round(9).to_dict()["tea"] == -0.1
    assert found.value["rice"] == 0.5
    assert math.isnan(found.value["salt"])  # new: over nothing
    whole = one(compute("sales_growth", desk, every="month"))
    assert whole.value == pytest.approx(195 / 150 - 1)
    assert whole.numerator == found.numerator.sum()


def test_weeks_a_year_apart_begin_on_the_same_weekday(make_desk):
    rows = [sale("2024-03-04", 100), sale("2025-03-03", 110)]  # Mondays, 52 weeks apart
    desk = make_desk(as_of="2025-03-10", sales=rows).with_options(sales_growth_base="year")
    found = compute("sales_growth", desk, every="week")
    assert found.value.iloc[-1] == pytest.approx(0.1)


def test_margin_is_weighted_by_revenue_and_the_plain_mean_is_shown_as_what_it_is_not(make_desk):
    rows = [sale("2025-01-01", 900, 810), sale("2025-01-07", 100, 20), sale("2025-01-08", 50)]
    desk = make_desk(sales=rows)
    month = one(compute("average_profit_margin", desk, every="month", end="2025-02-01"))

    assert month.value == pytest.approx((90 + 80) / 1000)
    assert month.mean_of_ratios == pytest.approx((0.1 + 0.8) / 2)
    assert month.n == 2  # the line of unknown cost is no line of margin 100 %
    assert account("average_profit_margin", desk).set_index("rule").dropped["cost_unknown"] == 1
    said = repr(headline_card("average_profit_margin", desk, every="month", language="en"))
    assert "the plain mean of the rows' own ratios is 45.0%" in said


def test_a_loss_is_a_negative_margin_with_an_interval_around_it(make_desk):
    rows = [sale("2025-01-06", 100, 120), sale("2025-01-07", 100, 130), sale("2025-01-08", 100, 110)]
    month = one(compute("average_profit_margin", make_desk(sales=rows), every=None))

    # Margins -20, -30 and -10 on equal revenue: mean -20 %, standard error 10 / sqrt(3), t(2) = 4.3027.
    assert month.value == pytest.approx(-0.2)
    assert month.low == pytest.approx(-0.2 - 4.30265 * 0.1 / 3**0.5, abs=1e-6)


def test_quality_counts_pieces_and_waits_for_returns(make_desk):
    rows = [sale("2025-01-06", 10, units=40, defective=1), sale("2025-02-07", 10, units=10, defective=3)]
    rows += [sale("2025-02-08", 10, units=1, defective=2)]  # more came back than were sold
    desk = make_desk(as_of="2025-03-20", sales=rows)
    found = compute("product_quality", desk, every="month")

    assert found.value.tolist()[:2] == [0.975, 0.7]
    assert found.complete.tolist()[:2] == [False, False]  # the data begins on 6 January; February may still come back
    assert compute("product_quality", desk, every="month", options={"returns_window_days": 10}).complete[1]
    assert account("product_quality", desk).set_index("rule").dropped["more_returned_than_sold"] == 1


def test_defects_per_million_opportunities(make_desk):
    desk = make_desk(sales=[sale("2025-01-06", 10, units=400, defective=1)])
    assert one(compute("defects_per_million", desk, every=None)).value == 2500
    four = {"defect_opportunities_per_unit": 4}
    assert one(compute("defects_per_million", desk, every=None, options=four)).value == 625


# Balances


def test_liquidity_is_that_of_the_balance_sheets_date(make_desk):
    desk = make_desk(balances=BALANCES)
    quick, current = (compute(name, desk, every="month") for name in ("quick_ratio", "current_ratio"))

    assert quick.value.tolist()[:2] == [1.5, 0.9]  # stock was built up in February
    assert current.value.tolist()[:2] == [2.25, 2.5]  # and hides it here
    assert len(quick) == 2  # nothing is owed in March: there is nothing to compare with
    assert account("quick_ratio", desk).set_index("rule").dropped["no_liabilities"] == 1


def test_a_quarters_balance_is_its_last_not_the_sum_of_its_months(make_desk):
    desk = make_desk(balances=BALANCES[:2])
    assert one(compute("quick_ratio", desk, every="quarter")).value == 0.9
    assert one(compute("quick_ratio", desk, every=None)).value == 0.9


def test_without_stock_there_is_a_current_ratio_only(make_desk):
    desk = make_desk(balances=[balance("2025-01-31", 900.0, None, 400.0)])
    assert desk.missing(desk.kpi("quick_ratio")) == "balances.inventory"
    assert one(compute("current_ratio", desk, every="month")).value == 2.25


# Recurring revenue


def test_the_saas_quick_ratio_is_gains_over_losses_whatever_their_sign(make_desk):
    found = compute("saas_quick_ratio", make_desk(revenue_changes=CHANGES), every="month")

    assert found.numerator.tolist() == [600, 300]
    assert found.denominator.tolist() == [150, 0]
    assert found.value[0] == 4
    assert math.isnan(found.value[1])  # nothing lost: not defined, not infinite


# The brand


def test_awareness_is_weighted_and_keeps_unaided_and_aided_apart(make_desk):
    rows = [
        asked("2025-01-06", "unaided", True, 1.0),
        asked("2025-01-06", "unaided", False, 3.0),
        asked("2025-01-06", "aided", True, 1.0),
        asked("2025-01-06", "aided", True, 3.0),
        asked("2025-01-07", None, True, 1.0),
    ]
    desk = make_desk(brand_surveys=rows)
    unaided = one(compute("brand_awareness", desk, every=None))

    assert (unaided.value, unaided.unweighted, unaided.n) == (0.25, 0.5, 2)
    assert one(compute("aided_brand_awareness", desk, every=None)).value == 1
    assert account("brand_awareness", desk).set_index("rule").dropped.to_dict() == {
        "all": 0, "kind_unknown": 1, "other_question": 2, "no_answer": 0,
    }  # fmt: skip


def test_a_survey_without_weights_counts_everybody_once(make_desk):
    rows = [{k: v for k, v in asked("2025-01-06", "unaided", aware).items() if k != "weight"} for aware in (1, 0, 0, 0)]
    assert one(compute("brand_awareness", make_desk(brand_surveys=rows), every=None)).value == 0.25


def test_engagement_names_its_denominator(make_desk):
    rows = [
        {"at": on("2025-01-06"), "source": "page", "interactions": 30, "reach": 1000, "impressions": 1500},
        {"at": on("2025-01-07"), "source": "page", "interactions": 10, "reach": 100, "impressions": 500},
    ]
    desk = make_desk(engagement=rows)
    assert one(compute("customer_engagement", desk, every=None)).value == pytest.approx(40 / 1100)
    by_view = desk.with_options(engagement_denominator="impressions")
    assert one(compute("customer_engagement", by_view, every=None)).value == 0.02
    assert "interactions / impressions" in repr(definition_card("customer_engagement", by_view, "en"))
    lacking = desk.with_options(engagement_denominator="followers")
    with pytest.raises(NotSupportedError, match=r"lacks followers \(engagement\.followers\)"):
        compute("customer_engagement", lacking)


# Money


def test_amounts_are_in_the_desks_currency_and_bare_where_nobody_stated_one(make_desk):
    desk = make_desk(spend=[booking("2025-01-01", 2_500_000)], leads=LEADS)
    dong = Desk(desk.con, desk._base, replace(desk.settings, currency="VND"))

    assert dong.kpi("customer_acquisition_cost").unit == "VND"
    vi = repr(headline_card("customer_acquisition_cost", dong, every="month", language="vi"))
    assert "2.500.000\N{NO-BREAK SPACE}₫" in vi
    bare = repr(headline_card("customer_acquisition_cost", desk, every="month", language="en"))
    assert "2,500,000" in bare
    assert "desk.yml names none" in repr(definition_card("customer_acquisition_cost", desk, "en"))


def test_a_currency_that_does_not_exist_is_refused_with_its_line(tmp_path):
    (tmp_path / "desk.yml").write_text("name: A\ncurrency: dong\n")
    with pytest.raises(ConfigError, match=r"desk.yml line 2: 'currency' is the code of a currency, such as VND"):
        read_settings(tmp_path)


# Properties

MONEY = st.floats(1, 1e6, allow_nan=False)


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(st.tuples(MONEY, MONEY, st.sampled_from(["tea", "rice"])), min_size=2, max_size=20))
def test_the_margin_of_all_lies_between_the_margins_of_the_products(rows):
    frame = pd.DataFrame([sale("2025-01-06", revenue, cost, product=p) for revenue, cost, p in rows])
    desk = Desk.from_frames({"sales": frame}, timezone="UTC", as_of=on("2025-04-01").to_pydatetime())
    parts = compute("average_profit_margin", desk, every=None, by="product").value
    whole = one(compute("average_profit_margin", desk, every=None)).value

    assert parts.min() - 1e-9 <= whole <= parts.max() + 1e-9
    assert whole == pytest.approx((frame.revenue - frame.cost).sum() / frame.revenue.sum())


@settings(max_examples=20, deadline=None)
@given(amounts=st.lists(st.floats(1, 1e5), min_size=3, max_size=12), seed=st.integers(0, 99))
def test_growths_chain_to_the_last_revenue(amounts, seed):
    months = pd.date_range("2024-01-01", periods=len(amounts), freq="MS")
    frame = pd.DataFrame([sale(m, a) for m, a in zip(months, amounts, strict=True)]).sample(frac=1, random_state=seed)
    desk = Desk.from_frames({"sales": frame}, timezone="UTC", as_of=(months[-1] + pd.Timedelta(days=1)).to_pydatetime())
    growth = compute("sales_growth", desk, every="month").value

    assert amounts[0] * np.prod(1 + growth) == pytest.approx(amounts[-1], rel=1e-9)


def test_customers_won_in_a_month_without_spending_between_two_with_it_were_not_free(make_desk):
    """100 in January for one customer, nothing recorded in February with two, 101 in March for one: 201 for two."""
    spend = [{"at": pd.Timestamp(f"2025-{m}-05"), "amount": a, "source": "ads"} for m, a in (("01", 100), ("03", 101))]
    days = ("01-20", "02-20", "02-21", "03-21")
    leads = [
        {"lead_id": d, "created_at": pd.Timestamp("2025-01-02"), "won_at": pd.Timestamp(f"2025-{d}")} for d in days
    ]
    desk = make_desk(spend=spend, leads=leads)

    assert one(compute("customer_acquisition_cost", desk, every=None)).value == 100.5
    assert compute("customer_acquisition_cost", desk, every="month").value.isna().tolist() == [False, True, False]
