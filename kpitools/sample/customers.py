"""Customers, and what they bought."""

import numpy as np
import pandas as pd

from kpitools.sample import texts
from kpitools.sample.chance import arrivals, skewed
from kpitools.sample.clock import World, as_text, utc
from kpitools.sample.stories import DAY


def make_customers(world: World, count: int) -> pd.DataFrame:
    """Customers by start: six in ten were there before; about 2.2 % leave a month."""
    rng = world.rng(1)
    early = rng.random(count) < 0.6
    started = np.where(
        early,
        world.start - rng.random(count) * 730 * DAY,
        world.start + rng.random(count) * (world.end - world.start),
    )
    started = np.sort(np.floor(started / DAY) * DAY)
    segment = rng.choice(["Lẻ", "Sỉ", "VIP"], size=count, p=[0.82, 0.145, 0.035])
    monthly = np.where(segment == "Lẻ", 0.3, np.where(segment == "Sỉ", 4.0, 2.0))
    stay = rng.exponential(1 / np.where(segment == "Lẻ", 0.024, 0.012), count) * 30.4 * DAY
    gone = np.floor((started + stay) / DAY) * DAY + DAY
    return pd.DataFrame(
        {
            "customer": 900_000_001 + np.arange(count),
            "code": [f"KH{i:06d}" for i in range(1, count + 1)],
            "name": rng.choice(texts.FAMILY, count).astype(object)
            + " "
            + rng.choice(texts.GIVEN, count).astype(object),
            "segment": segment,
            "started": started,
            "ended": np.where(gone < world.end, gone, np.nan),
            "monthly": np.round(skewed(rng, monthly, 0.4), 1) * 1_000_000,
        }
    )


def customers_at(rng, instant, customers: pd.DataFrame) -> np.ndarray:
    """The index of a customer who was there at each instant."""
    started, ended = customers["started"].to_numpy(), customers["ended"].to_numpy()
    there = np.maximum(np.searchsorted(started, instant, "right"), 1)
    chosen = (rng.random(len(instant)) * there).astype(int)
    for _ in range(12):
        gone = np.flatnonzero(ended[chosen] <= instant)
        chosen[gone] = (rng.random(len(gone)) * there[gone]).astype(int)
    return chosen


def customers_csv(customers: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": customers["customer"],
            "started_at": pd.Series(as_text(customers["started"])).str[:10],
            "ended_at": pd.Series(as_text(customers["ended"])).str[:10],
            "segment": customers["segment"],
            "mrr": customers["monthly"].astype("int64"),
        }
    )


def activity_csv(world: World, count: int, customers: pd.DataFrame) -> pd.DataFrame:
    """Purchases of customers who were there."""
    rng = world.rng(11)
    at = arrivals(rng, count, world.start, world.end, closed=0.5)
    who = customers.iloc[customers_at(rng, at, customers)]
    amount = np.round(skewed(rng, who["monthly"].to_numpy() * 1.1, 0.5) / 1000) * 1000
    return pd.DataFrame(
        {
            "customer_id": who["customer"].to_numpy(),
            "at": utc(at),
            "amount": amount.astype("int64"),
        }
    )
