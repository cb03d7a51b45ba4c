"""Rows of marketing, sales and money that the tests share; small enough to add up by eye."""

import pandas as pd


def on(text):
    return pd.Timestamp(text)


def lead(lead_id, qualified, won=None, source="web"):
    return {
        "lead_id": str(lead_id),
        "created_at": on(qualified or "2025-01-01"),
        "qualified_at": None if qualified is None else on(qualified),
        "won_at": None if won is None else on(won),
        "source": source,
    }


LEADS = [
    lead(1, "2025-01-01", "2025-01-11"),  # 10 days
    lead(2, "2025-01-07", "2025-03-18"),  # 70 days, in March
    lead(3, "2025-01-08"),
    lead(4, "2025-02-10", "2025-03-02"),  # 20 days
    lead(5, "2025-02-11"),
    lead(6, None),  # never met the criteria
]


def booking(day, amount, source="web"):
    return {"at": on(day), "source": source, "kind": "advertising", "amount": float(amount)}


SPEND = [booking("2025-01-05", 300), booking("2025-02-03", 100), booking("2025-02-20", 100), booking("2025-03-03", 500)]


def sale(day, revenue, cost=None, units=1, defective=0, product="tea"):
    return {
        "sold_at": on(day),
        "revenue": float(revenue),
        "cost": None if cost is None else float(cost),
        "units": units,
        "defective_units": defective,
        "product": product,
    }


SALES = [
    sale("2024-01-01", 100),
    sale("2024-02-10", 120),
    sale("2024-04-10", 90),
    sale("2025-01-10", 150),
    sale("2025-02-10", 90),
]


def balance(day, assets, inventory, liabilities):
    return {"as_of": on(day), "current_assets": assets, "inventory": inventory, "current_liabilities": liabilities}


BALANCES = [
    balance("2025-01-31", 900.0, 300.0, 400.0),
    balance("2025-02-28", 1000.0, 640.0, 400.0),
    balance("2025-03-31", 500.0, 100.0, 0.0),
]


def change(day, kind, amount, customer="c"):
    return {"at": on(day), "customer_id": customer, "kind": kind, "amount": float(amount)}


CHANGES = [
    change("2025-01-03", "new", 500),
    change("2025-01-10", "expansion", 100),
    change("2025-01-20", "contraction", -50),  # written with its minus
    change("2025-01-25", "churn", 100),  # or without
    change("2025-02-03", "new", 300),
]


def asked(day, kind, aware, weight=None):
    return {"at": on(day), "kind": kind, "is_aware": aware, "weight": weight}
