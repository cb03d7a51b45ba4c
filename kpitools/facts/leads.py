"""Leads and what they became, and the money that won customers beside the customers it won."""

import datetime as dt

import ibis
import ibis.expr.types as ir
import pandas as pd

from kpitools.facts.columns import complete_columns


def leads(desk) -> ir.Table:
    """Canonical leads with ``is_won`` (by now) and ``is_conversion``: won, and within the maturity window where the
    desk's option asks for that."""
    rows = complete_columns(desk.base("leads"), "leads")
    is_won = (rows.won_at <= _now(desk)).fill_null(False)
    in_time = rows.won_at <= rows.qualified_at + ibis.interval(days=int(desk.option("lead_maturity_days")))
    asked = in_time.fill_null(False) if desk.option("lead_wins_within_maturity") else ibis.literal(True)
    return rows.mutate(is_won=is_won, is_conversion=is_won & asked)


def acquisition(desk) -> ir.Table:
    """Spending and customers won, one below the other: their sums in a period are what its customers cost.

    Columns: spent_or_won_at, spent_or_won_local, source, spend (0 for a customer), won (0 for a booking) and
    is_covered: whether it lies in the months for which spending is recorded. A booking counts ``cac_lag_months`` after
    it was made.
    """
    later = ibis.interval(months=int(desk.option("cac_lag_months")))
    money = complete_columns(desk.base("spend"), "spend")
    money = _placed(money, money["at"] + later, desk.local(money["at"]) + later, money.source)
    money = money.mutate(spend=money.amount, won=ibis.literal(0.0))
    people = _won(desk).mutate(spend=ibis.literal(0.0), won=ibis.literal(1.0))
    kept = ("spent_or_won_at", "spent_or_won_local", "source", "spend", "won")
    rows = money.select(*kept).union(people.select(*kept))
    months = [_literal(month) for month in _months_with_spending(money)]
    if not months:
        return rows.mutate(is_covered=ibis.literal(False))
    month = rows.spent_or_won_local.truncate("M").cast("timestamp(6)")
    return rows.mutate(is_covered=month.isin(months).fill_null(False))


def lacks_won(desk) -> str:
    """What the data lacks of the customers that the desk's option asks for."""
    needed = {"leads": "leads.won_at", "customers": "customers.started_at"}.get(desk.option("cac_customers"))
    table, column = needed.split(".") if needed else ("", "")
    return needed if needed and column not in desk.filled_base(table) else ""


def _won(desk) -> ir.Table:
    """Customers won: leads by the instant they were won, or relationships by their start."""
    chosen = desk.option("cac_customers")
    has_leads = "won_at" in desk.filled_base("leads")
    if chosen == "leads" or (chosen == "auto" and has_leads):
        rows = complete_columns(desk.base("leads"), "leads")
        at, source = rows.won_at, rows.source
    else:
        rows = complete_columns(desk.base("customers"), "customers")
        at, source = rows.started_at, ibis.null("string")
    rows = _placed(rows, at, desk.local(at), source)
    return rows.filter(rows.spent_or_won_at.notnull())


def _placed(rows: ir.Table, at: ir.Value, local: ir.Value, source: ir.Value) -> ir.Table:
    moment = "timestamp(6)"
    return rows.mutate(spent_or_won_at=at.cast(moment), spent_or_won_local=local.cast(moment), source=source)


def _months_with_spending(money: ir.Table) -> list[pd.Timestamp]:
    """The first day of each month in which money was spent: customers won in another were not free."""
    months = money.select(month=money.spent_or_won_local.truncate("M").cast("timestamp(6)")).distinct()
    return sorted(months.to_pandas().month.dropna())


def _literal(moment: pd.Timestamp) -> ir.Value:
    return ibis.literal(dt.datetime.fromisoformat(moment.isoformat()), type="timestamp(6)")


def _now(desk) -> ir.Value:
    return ibis.literal(desk.as_of, type="timestamp(6)")
