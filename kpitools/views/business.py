"""Brand, leads, sales, product and money: the frames of their figures."""

import ibis
import numpy as np
import pandas as pd

from kpitools import periods
from kpitools.analysis import intervals
from kpitools.compute import counted_rows
from kpitools.desk import Desk
from kpitools.facts.money import GAINS
from kpitools.kpi import Kpi
from kpitools.views.common import between, complete_span, completeness, series_of

LAST = 36  # periods, as many as a trend is judged over
_MOVES = ("new", "expansion", "contraction", "churn")
_STEPS = ("at_start", *_MOVES, "at_end")


# Brand ------------------------------------------------------------------------------------------------------


def awareness(desk: Desk, *, every: str = "quarter", start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """Both questions of the brand survey: ``period, question`` (unaided, aided), ``value, low, high`` (with weights),
    ``unweighted, n, complete``."""
    found = []
    for question, name in (("unaided", "brand_awareness"), ("aided", "aided_brand_awareness")):
        series = series_of(name, desk, every=every, start=start, end=end)
        if len(series):
            series = series.assign(question=question, unweighted=series.get("unweighted", series.value))
            found.append(series)
    columns = ["period", "question", "value", "low", "high", "unweighted", "n", "complete"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def engagement(desk: Desk, *, every: str = "month", start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """Interactions against everything they are divided by: ``period, interactions, reach, impressions, followers,
    by_reach, by_impressions, by_followers, complete``; missing where the data has no such count."""
    kpi, below = desk.kpi("customer_engagement"), ("reach", "impressions", "followers")
    columns = ["period", "interactions", *below, *(f"by_{name}" for name in below), "complete"]
    if desk.missing(kpi):
        return pd.DataFrame(columns=columns)
    rows = between(counted_rows(kpi, desk, every=every), start, end)
    sums = {name: rows[name].sum().cast("float64") for name in ("interactions", *below)}
    # A rate counts the interactions of the days whose denominator is known.
    sums |= {f"of_{name}": rows.interactions.sum(where=rows[name].notnull()).cast("float64") for name in below}
    found = rows.group_by("period").agg(**sums).to_pandas().sort_values("period", ignore_index=True)
    rates = {f"by_{name}": found[f"of_{name}"] / found[name].where(found[name] > 0) for name in below}
    return completeness(found.assign(**rates), kpi, desk, every, start, end)[columns]


# Leads and what they cost -----------------------------------------------------------------------------------


def lead_cohorts(desk: Desk, *, every: str = "month", start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """Leads by the period in which they qualified: ``period, qualified, won, not_won, maturing`` (not won yet, and the
    cohort is still young), ``value`` (won of qualified), ``complete`` (the cohort is mature)."""
    kpi = desk.kpi("mql_conversion_rate")
    columns = ["period", "qualified", "won", "not_won", "maturing", "value", "complete"]
    series = series_of(kpi, desk, every=every, start=start, end=end)
    if not len(series):
        return pd.DataFrame(columns=columns)
    rest, whole = series.n - series.k, series.complete.astype(bool)
    found = series.assign(qualified=series.n, won=series.k.astype("int64"))
    found["not_won"], found["maturing"] = rest.where(whole, 0).astype("int64"), rest.mask(whole, 0).astype("int64")
    return found[columns]


def win_curve(desk: Desk, *, start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """The share of qualified leads won by each time since: ``days, won, low, high, at_risk`` (Kaplan-Meier)."""
    from kpitools.views.common import survival

    columns = ["days", "won", "low", "high", "at_risk"]
    if desk.missing(desk.kpi("lead_to_win_time")):
        return pd.DataFrame(columns=columns)
    curve = survival("lead_to_win_time", desk, start=start, end=end)
    turned = {"days": curve.time / 24, "won": 1 - curve.survival, "low": 1 - curve.high, "high": 1 - curve.low}
    return pd.DataFrame(turned | {"at_risk": curve.at_risk})[columns]


def spend_and_wins(
    desk: Desk, *, every: str = "month", start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """Money spent and customers won beside what one cost: ``period, spend, won, value, low, high, complete``."""
    series = series_of("customer_acquisition_cost", desk, every=every, start=start, end=end)
    columns = ["period", "spend", "won", "value", "low", "high", "complete"]
    if not len(series):
        return pd.DataFrame(columns=columns)
    return series.assign(spend=series.numerator, won=series.denominator)[columns]


# Sales and product ------------------------------------------------------------------------------------------


def growth_and_margin(
    desk: Desk, *, every: str = "month", start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """Growth beside what it earned: ``period, revenue, profit`` (of lines with a known cost), ``growth, margin,
    complete``. The growth of a period is missing where its base is not whole."""
    kpi = desk.kpi("average_profit_margin")
    columns = ["period", "revenue", "profit", "growth", "margin", "complete"]
    series = series_of(kpi, desk, every=every, start=start, end=end)
    if not len(series):
        return pd.DataFrame(columns=columns)
    found = series.rename(columns={"value": "margin", "numerator": "profit"})
    found["revenue"] = found.denominator
    growth = series_of("sales_growth", desk, every=every, start=start, end=end)
    growth = growth[["period", "value"]].rename(columns={"value": "growth"})
    return found.drop(columns="growth", errors="ignore").merge(growth, "left", "period")[columns]


def margin_two_ways(
    desk: Desk, by: str = "product", *, start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """The margin by group, once as a ratio of sums and once as the plain mean of the lines' own margins: the column
    `by`, ``value, mean_of_margins, revenue, n``; the last row, named "", is all together."""
    kpi = desk.kpi("average_profit_margin")
    columns = [by, "value", "mean_of_margins", "revenue", "n"]
    if desk.missing(kpi):
        return pd.DataFrame(columns=columns)
    rows = between(counted_rows(kpi, desk), start, end)
    rows = rows.filter(rows.value.notnull() & rows.per.notnull())
    own = (rows.value / rows.per.nullif(0)).mean()
    sums = {"profit": rows.value.sum(), "revenue": rows.per.sum(), "mean_of_margins": own, "n": rows.count()}
    groups = rows.group_by(**{by: rows[by].cast("string").fill_null("–")}).agg(**sums).to_pandas()
    whole = rows.agg(**sums).to_pandas().assign(**{by: ""})
    found = pd.concat([groups.sort_values(by), whole], ignore_index=True)
    return found.assign(value=found.profit / found.revenue.where(found.revenue > 0))[columns]


def defect_grid(
    desk: Desk, by: str = "product", *, every: str = "month", start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """Defective or returned units by group and period of sale: the column `by`, ``period, defective, units, value,
    low, high`` (Wilson) and ``complete`` (returns are all in)."""
    kpi = desk.kpi("product_quality")
    columns = [by, "period", "defective", "units", "value", "low", "high", "complete"]
    if desk.missing(kpi):
        return pd.DataFrame(columns=columns)
    rows = between(counted_rows(kpi, desk, every=every), start, end)
    rows = rows.mutate(**{by: rows[by].cast("string").fill_null("–")})
    sums = {"defective": (rows.per - rows.value).sum(), "units": rows.per.sum()}
    found = rows.group_by(by, "period").agg(**sums).to_pandas().sort_values([by, "period"], ignore_index=True)
    low, high = intervals.wilson(found.defective, found.units)
    found = found.assign(value=found.defective / found.units.where(found.units > 0), low=low, high=high)
    return completeness(found, kpi, desk, every, start, end)[columns]


# Money ------------------------------------------------------------------------------------------------------


def liquidity(desk: Desk, *, every: str = "month", start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """Current and quick ratio at the last balance-sheet date of each period: ``period, current, quick, complete``."""
    span = {"every": every, "start": start, "end": end}
    current, quick = (series_of(name, desk, **span) for name in ("current_ratio", "quick_ratio"))
    sides = [
        side[["period", "value", "complete"]].rename(columns={"value": name})
        for name, side in (("current", current), ("quick", quick))
        if len(side)
    ]
    if not sides:
        return pd.DataFrame(columns=["period", "current", "quick", "complete"])
    found = sides[0] if len(sides) == 1 else sides[0].merge(sides[1].drop(columns="complete"), "outer", "period")
    return found.reindex(columns=["period", "current", "quick", "complete"])


def revenue_movements(
    desk: Desk, *, every: str = "month", start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """Movements of recurring revenue as sizes: ``period, new, expansion, contraction, churn, value`` (SaaS quick
    ratio), ``without_expansion`` (new alone against what was lost), ``complete``. The newest `LAST` periods: a young
    company's ratios are of another size.
    """
    kpi = desk.kpi("saas_quick_ratio")
    columns = ["period", *_MOVES, "value", "without_expansion", "complete"]
    if desk.missing(kpi):
        return pd.DataFrame(columns=columns)
    rows = between(counted_rows(kpi, desk, every=every), start, end)
    size = rows.gained + rows.lost
    sums = {kind: size.sum(where=rows.kind == kind).fill_null(0.0) for kind in _MOVES}
    found = rows.group_by("period").agg(**sums).to_pandas().sort_values("period").tail(LAST).reset_index(drop=True)
    lost = (found.contraction + found.churn).where(lambda s: s > 0)
    found = found.assign(value=(found.new + found.expansion) / lost, without_expansion=found.new / lost)
    return completeness(found, kpi, desk, every, start, end)[columns]


def revenue_bridge(
    desk: Desk, *, every: str = "quarter", start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """From the recurring revenue at the start of the last complete period to that at its end: ``step`` (at_start, new,
    expansion, contraction, churn, at_end), ``amount`` (losses negative), ``below`` and ``above`` (the bar's ends).

    `attrs`: ``start`` and ``end`` (local dates, `end` exclusive). The start is the sum of all movements before: right
    only if the data begins with the first customer.
    """
    kpi = desk.kpi("saas_quick_ratio")
    first, last = complete_span(series_of(kpi, desk, every=every, start=start, end=end), every)
    if first is None:
        return pd.DataFrame(columns=["step", "amount", "below", "above"])
    final = periods.floor(pd.Timestamp(last) - pd.Timedelta(days=1), every)
    moves = _moves(kpi, desk, None, last)
    before, inside = moves[moves.local < final], moves[moves.local >= final]
    amounts = [before.signed.sum(), *(inside.signed[inside.kind == kind].sum() for kind in _MOVES)]
    found = _bars([float(amount) for amount in amounts])
    found.attrs.update(start=final.date().isoformat(), end=last)
    return found


def _moves(kpi: Kpi, desk: Desk, start: str | None, end: str | None) -> pd.DataFrame:
    rows = between(counted_rows(kpi, desk), start, end)
    sign = ibis.ifelse(rows.kind.isin(GAINS), 1.0, -1.0)
    return rows.select("local", "kind", signed=(rows.gained + rows.lost) * sign).to_pandas()


def _bars(amounts: list[float]) -> pd.DataFrame:
    """The steps of a bridge from the level at the start and the movements after it."""
    ends = np.cumsum(amounts)
    starts = np.concatenate([[0.0], ends[:-1]])
    rows = [*zip(amounts, starts, ends, strict=True), (ends[-1], 0.0, ends[-1])]
    frame = pd.DataFrame(rows, columns=["amount", "from_", "to"])
    frame.insert(0, "step", list(_STEPS))
    frame["below"], frame["above"] = frame[["from_", "to"]].min(axis=1), frame[["from_", "to"]].max(axis=1)
    return frame[["step", "amount", "below", "above"]]
