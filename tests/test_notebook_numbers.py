"""One number of each notebook on the made-up desk, worked out again from its files with plain pandas."""

import numpy as np
import pandas as pd
import pytest

from kpitools import load, resources, views

FOLDER = resources.sample()


@pytest.fixture(scope="module")
def desk():
    return load(FOLDER)


def rows(name, **options):
    return pd.read_csv(FOLDER / f"{name}.csv", **options).drop_duplicates()


def at(frame, month):
    """The row of a month."""
    return frame[frame.period == pd.Timestamp(month)].iloc[0]


def test_service_levels_of_a_month(desk):
    calls = rows("calls")
    month = calls[calls["Offered at"].str.startswith("2025-11")]
    in_time = ((month["Wait seconds"] <= 20) & ~month.Abandoned).sum()
    ours = at(views.service_levels(desk, every="month"), "2025-11-01")

    assert ours.offered == pytest.approx(in_time / len(month))
    assert ours.answered == pytest.approx(in_time / (~month.Abandoned).sum())


def test_occupancy_of_the_team_that_was_over_the_band(desk):
    days = rows("agent_days")
    days = days[(days.day >= "2026-04-06") & (days.day < "2026-06-01") & (days.team == "Kỹ thuật")]
    people = views.people_in_groups("occupancy", desk, start="2026-04-06", end="2026-06-01")
    ours = people[people.team == "Kỹ thuật"]
    sums = days.groupby("agent_id")[["handling_s", "available_s"]].sum()

    assert sorted(ours.value) == pytest.approx(sorted(sums.handling_s / sums.sum(axis=1)))
    assert ours.value.min() > 0.85
    assert not set(ours.agent_id) & set(days.agent_id)  # pseudonyms


def test_awareness_with_and_without_weights(desk):
    asked = rows("brand_surveys")
    asked = asked[(asked["at"] >= "2026-04-01") & (asked.kind == "unaided")]
    ours = views.awareness(desk)
    ours = at(ours[ours.question == "unaided"], "2026-04-01")

    assert ours.value == pytest.approx(np.average(asked.is_aware, weights=asked.weight))
    assert ours.unweighted == pytest.approx(asked.is_aware.mean())


def test_the_cohort_of_the_campaign_and_what_a_customer_cost_at_the_fair(desk):
    leads = rows("leads")
    campaign = leads[leads.qualified_at.str.startswith("2025-11", na=False)]
    cohort = at(views.lead_cohorts(desk), "2025-11-01")
    spent = rows("spend")
    spent = spent[spent["Ngày"].str.startswith("2025-03")]["Số tiền"].sum()
    won = leads.won_at.str.startswith("2025-03", na=False).sum()

    assert (cohort.qualified, cohort.won) == (len(campaign), campaign.won_at.notna().sum())
    assert at(views.spend_and_wins(desk), "2025-03-01").value == pytest.approx(spent / won)


def test_the_month_of_the_discount_and_the_bad_batch(desk):
    lines = rows("sales")
    month = {name: lines[lines.sold_at.str.startswith(name)] for name in ("2025-05", "2025-06", "2025-10")}
    june = at(views.growth_and_margin(desk), "2025-06-01")
    batch = month["2025-10"][month["2025-10"]["product"] == "Tai nghe"]
    cells = views.defect_grid(desk)
    whole = views.margin_two_ways(desk).iloc[-1]

    assert june.margin == pytest.approx(1 - month["2025-06"].cost.sum() / month["2025-06"].revenue.sum())
    assert june.growth == pytest.approx(month["2025-06"].revenue.sum() / month["2025-05"].revenue.sum() - 1)
    assert whole.mean_of_margins == pytest.approx((1 - lines.cost / lines.revenue).mean())
    ours = at(cells[cells["product"] == "Tai nghe"], "2025-10-01")
    assert (ours.defective, ours.units) == (batch.defective_units.sum(), batch.units.sum())


def test_liquidity_and_the_bridge(desk):
    balance = rows("balances").iloc[-1]
    moves = rows("revenue_changes")
    signed = moves.amount.abs() * moves.kind.map({"new": 1, "expansion": 1, "contraction": -1, "churn": -1})
    steps = views.revenue_bridge(desk).set_index("step").amount
    quick = (balance["Tài sản ngắn hạn"] - balance["Hàng tồn kho"]) / balance["Nợ ngắn hạn"]

    assert views.liquidity(desk).quick.iloc[-1] == pytest.approx(quick)
    assert steps["at_start"] == pytest.approx(signed[moves["at"] < "2026-04-01"].sum())
    assert steps["at_end"] == pytest.approx(signed[moves["at"] < "2026-07-01"].sum())


def test_the_small_team_is_last_and_the_funnel_says_no_difference(desk):
    """The shop's fifth story: VIP's answers were drawn low within what chance does to so few."""
    ranks = views.ranking("csat", desk, "team").set_index("team")
    funnel = views.group_funnel("csat", desk, "team")

    assert ranks["rank"].idxmax() == "VIP"
    assert ranks.n.idxmin() == "VIP"
    assert ranks.last_by_chance["VIP"] > 0.25  # more than one in four, as if drawn by lot
    assert funnel.flag.isna().all()


def test_csat_rises_in_every_channel_and_falls_in_total(desk):
    """The shop's second story, the chatbot."""
    parts = views.change_parts("csat", desk)

    assert (parts.value_after > parts.value_before).all()
    assert parts.attrs["change"] < 0 < parts.attrs["rate"]
    assert parts.attrs["rate"] + parts.attrs["mix"] == pytest.approx(parts.attrs["change"])
