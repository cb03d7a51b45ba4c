"""Chance that keeps a story's size by design, and instants shaped like a shop's week and year."""

import numpy as np
import pandas as pd

from kpitools.sample.clock import World, seconds
from kpitools.sample.stories import DAY, DAYTIME, HOUR, SALES, TET, WEEKDAYS


def draw(rng, chance, *groups) -> np.ndarray:
    """True with each row's chance, and as many in each group as the chances add up to.

    Systematic sampling in random order: a story's size depends on the design, not on luck.
    """
    chance = np.asarray(chance, dtype=float)
    order = np.lexsort((rng.random(len(chance)), *groups))
    steps = np.floor(np.cumsum(chance[order]) + rng.random())
    hit = np.empty(len(chance), dtype=bool)
    hit[order] = np.diff(steps, prepend=0) > 0
    return hit


def even(rng, *groups) -> np.ndarray:
    """Values between 0 and 1, spread evenly within each group, in random order."""
    keys = pd.DataFrame(dict(enumerate(groups)))
    groups = keys.assign(luck=rng.random(len(keys))).groupby(list(keys))["luck"]
    return ((groups.rank() - 0.5) / groups.transform("size")).to_numpy()


def pick(rng, shares, *groups) -> np.ndarray:
    """One index for each row of shares (rows add up to 1), as even as may be within each group."""
    bounds = np.cumsum(shares, axis=1)[:, :-1]
    return (even(rng, *groups)[:, None] > bounds).sum(axis=1)


def skewed(rng, median, spread: float = 0.9, size=None) -> np.ndarray:
    """Lognormal around a median."""
    return median * np.exp(spread * rng.standard_normal(np.shape(median) if size is None else size))


def between(instant, span) -> np.ndarray:
    return (instant >= seconds(span[0])) & (instant < seconds(span[1]))


def arrivals(rng, count: int, start: float, end: float, *, closed: float = 0.85) -> np.ndarray:
    """Sorted instants shaped by weekday, hour, growth and sales; ``closed``: the share left at Tết."""
    days = np.arange(start, end, DAY)
    stamps = pd.to_datetime(days, unit="s")
    weights = WEEKDAYS[stamps.day_of_week] * np.linspace(0.95, 1.05, len(days))
    for month in (11, 12):
        weights[(stamps.month == month) & (stamps.day >= month) & (stamps.day <= month + 2)] *= 1.7
    for since, until in TET:
        weights[between(days + 14 * DAY, (since, until))] *= 1.15
        weights[between(days, (since, until))] *= closed
    per_day = rng.multinomial(count, weights / weights.sum())
    hour = rng.choice(24, size=count, p=DAYTIME / DAYTIME.sum())
    return np.sort(np.repeat(days, per_day) + hour * HOUR + np.floor(rng.random(count) * HOUR))


def open_instants(world: World, rng, count: int) -> np.ndarray:
    """Sorted instants within the office's working hours."""
    hours = world.hours(SALES)
    first, last = hours.elapsed(np.array([world.start, world.end]))
    return np.sort(hours.at(first + rng.random(count) * (last - first - 2 * HOUR)))
