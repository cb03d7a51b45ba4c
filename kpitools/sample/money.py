"""Order lines, balance sheets and movements of recurring revenue."""

import numpy as np
import pandas as pd

from kpitools.sample.chance import between, draw, pick
from kpitools.sample.clock import World, as_text, seconds
from kpitools.sample.stories import BATCH, BIG_EXPANSION, DAY, DISCOUNT, STOCKED, TET, WEEKDAYS

PRODUCTS = np.array(["Tai nghe", "Loa", "Sạc dự phòng", "Cáp sạc", "Đồng hồ", "Ốp lưng"])
EARPHONES = 0
PRICE = np.array([650_000, 1_200_000, 450_000, 90_000, 2_400_000, 120_000])
COST = np.array([0.66, 0.72, 0.64, 0.35, 0.80, 0.30])  # of the price
WANTED = [0.20, 0.12, 0.18, 0.22, 0.08, 0.20]
REGIONS = np.array(["Miền Bắc", "Miền Trung", "Miền Nam"])
RETURNED = np.array([0.020, 0.018, 0.022, 0.030, 0.015, 0.025])
RETURNED_OF_BATCH = 0.25
OFF = 0.25  # in the month of discounts
EVE_DAYS = 21  # before Tết, in which twice as much is bought
RETURN_DAYS = 30  # by when a return has come, evenly


def sales_csv(world: World, count: int) -> pd.DataFrame:
    """Order lines by the day of sale, with the pieces returned by the end."""
    rng = world.rng(24)
    days = np.arange(world.start, world.end, DAY)
    weights = _demand(days)
    lines = np.floor(np.cumsum(weights / weights.sum() * count) + 1e-6)
    day = np.repeat(days, np.diff(lines, prepend=0).astype(int))
    count, month = len(day), np.floor((day - world.start) / (30.4 * DAY))
    product = pick(rng, np.tile(WANTED, (count, 1)), month)
    units = 1 + (rng.random(count) < 0.22).astype(int) + rng.poisson(0.25, count)
    off = np.where(between(day, DISCOUNT), 1 - OFF, 1.0)
    price = PRICE[product] * off * np.exp(0.03 * rng.standard_normal(count))
    return pd.DataFrame(
        {
            "order_id": [f"S{i:07d}" for i in range(1, count + 1)],
            "sold_at": pd.Series(as_text(day)).str[:10],
            "product": PRODUCTS[product],
            "region": REGIONS[rng.choice(3, count, p=[0.38, 0.17, 0.45])],
            "units": units,
            "revenue": (np.round(price * units / 1000) * 1000).astype("int64"),
            "cost": (np.round(PRICE[product] * COST[product] * units / 1000) * 1000).astype("int64"),
            "defective_units": _returned(world, rng, day, month, product, units),
        }
    )


def _demand(days) -> np.ndarray:
    """How much is bought each day: weekends less, three weeks before Tết twice as much, a month of discounts too."""
    stamps = pd.to_datetime(days, unit="s")
    weights = (0.5 + 0.5 * WEEKDAYS[stamps.day_of_week]) * np.linspace(0.92, 1.08, len(days))
    for since, until in TET:
        weights[between(days + EVE_DAYS * DAY, (since, pd.Timestamp(since) + pd.Timedelta(days=EVE_DAYS)))] *= 2.1
        weights[between(days, (since, until))] *= 0.25
    weights[between(days, DISCOUNT)] *= 1.85
    return weights


def _returned(world: World, rng, day, month, product, units) -> np.ndarray:
    """Pieces back by the end: what was sold in the last month is not all back yet."""
    bad = between(day, BATCH) & (product == EARPHONES)
    chance = np.where(bad, RETURNED_OF_BATCH, RETURNED[product])
    chance = chance * np.clip((world.end - day) / (RETURN_DAYS * DAY), 0, 1)
    first = draw(rng, chance, product, month, bad).astype(int)
    return first + rng.binomial(units - 1, chance)


def balances_csv(world: World) -> pd.DataFrame:
    """Month-ends in VND, with Vietnamese headers; stock for the season is bought on credit."""
    rng = world.rng(25)
    months = pd.date_range(pd.Timestamp(world.start, unit="s"), pd.Timestamp(world.end, unit="s"), freq="ME")
    name = months.strftime("%Y-%m")
    noise = 1 + 0.03 * rng.standard_normal((3, len(months)))
    grown = np.linspace(1, 1.2, len(months))
    stocked = np.array([0.0, 0.55, 1.0, 0.75])[[1 + STOCKED.index(m) if m in STOCKED else 0 for m in name]]
    stock = 1_450e6 * grown * noise[0] * (1 + 1.1 * stocked)
    owed = 1_500e6 * grown * noise[1] * (1 + 0.75 * stocked)
    liquid = 1_900e6 * grown * noise[2] * (1 - 0.05 * stocked)
    return pd.DataFrame(
        {
            "Ngày lập": months.strftime("%Y-%m-%d"),
            "Tài sản ngắn hạn": np.round(liquid + stock, -6).astype("int64"),
            "Hàng tồn kho": np.round(stock, -6).astype("int64"),
            "Nợ ngắn hạn": np.round(owed, -6).astype("int64"),
        }
    )


def revenue_changes_csv(world: World, customers: pd.DataFrame) -> pd.DataFrame:
    """Every movement of the customers' monthly revenue since the first of them; the sums give customers.csv's."""
    rng = world.rng(26)
    c = customers.reset_index(drop=True)
    ended = c["ended"].fillna(world.end)
    ups = _moves(rng, c, ended, chance=0.16, least=0.05, most=0.25)
    downs = _moves(rng, c, ended, chance=0.10, least=-0.20, most=-0.05)
    ups, downs = pd.concat([ups, _large(rng, c, ended)]), pd.concat([downs, _cuts(rng, c, ended)])
    ups["kind"], downs["kind"] = "expansion", "contraction"
    moves = pd.concat([ups, downs], ignore_index=True)
    moves["amount"] = np.round(moves["part"] * c["monthly"].to_numpy()[moves["of"]] / 1000) * 1000
    since = c["monthly"] - moves.groupby("of")["amount"].sum().reindex(c.index, fill_value=0)
    parts = [
        pd.DataFrame({"of": c.index, "at": c["started"], "kind": "new", "amount": since}),
        moves[["of", "at", "kind", "amount"]],
        pd.DataFrame({"of": c.index, "at": c["ended"], "kind": "churn", "amount": -c["monthly"]}).dropna(subset="at"),
    ]
    rows = pd.concat(parts).sort_values(["at", "of"], kind="stable", ignore_index=True)
    rows = rows[rows["amount"] != 0]
    return pd.DataFrame(
        {
            "at": pd.Series(as_text(rows["at"])).str[:10].to_numpy(),
            "customer_id": c["customer"].to_numpy()[rows["of"]],
            "kind": rows["kind"].to_numpy(),
            "amount": rows["amount"].astype("int64").to_numpy(),
        }
    )


def _moves(rng, c: pd.DataFrame, ended, *, chance: float, least: float, most: float) -> pd.DataFrame:
    """One change at a moment of the relationship, for some: which customer, when, by what part of its value."""
    some = np.flatnonzero((rng.random(len(c)) < chance) & (ended - c["started"] > 60 * DAY))
    started, until = c["started"].to_numpy()[some], ended.to_numpy()[some]
    at = started + np.floor((0.1 + 0.8 * rng.random(len(some))) * (until - started) / DAY) * DAY
    return pd.DataFrame({"of": some, "at": at, "part": least + (most - least) * rng.random(len(some))})


def _there(c: pd.DataFrame, ended) -> pd.Series:
    """Who was there throughout the months of the large expansions."""
    first, last = (seconds(day) for day in BIG_EXPANSION)
    return (c["started"] < first - 60 * DAY) & (ended >= last)


def _large(rng, c: pd.DataFrame, ended) -> pd.DataFrame:
    """A few of the largest wholesale customers buy much more: each more than half of its final value."""
    big = c[_there(c, ended) & (c["segment"] == "Sỉ")].nlargest(max(3, len(c) // 200), "monthly").index.to_numpy()
    return pd.DataFrame({"of": big, "at": _within(rng, len(big)), "part": 0.6})


def _cuts(rng, c: pd.DataFrame, ended) -> pd.DataFrame:
    """Meanwhile one in three of the small customers cuts its order by about half."""
    small = c.index[_there(c, ended) & (c["segment"] == "Lẻ")].to_numpy()
    small = small[rng.random(len(small)) < 1 / 3]
    return pd.DataFrame({"of": small, "at": _within(rng, len(small)), "part": -0.8 - 0.4 * rng.random(len(small))})


def _within(rng, count: int) -> np.ndarray:
    first, last = (seconds(day) for day in BIG_EXPANSION)
    return first + np.floor(rng.random(count) * (last - first) / DAY) * DAY
