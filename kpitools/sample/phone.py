"""The telephone: calls of the hotline, half-hours of another."""

import numpy as np
import pandas as pd

from kpitools.sample.chance import open_instants, skewed
from kpitools.sample.clock import World, as_text, clock_text, whole
from kpitools.sample.messages import agent_names
from kpitools.sample.stories import AGENTS_OF, DAY, HOUR, SALES, TEAMS


def calls_csv(world: World, count: int) -> pd.DataFrame:
    """One row per call offered; whoever waits past patience gives up."""
    rng = world.rng(8)
    offered = open_instants(world, rng, count)
    queue = rng.choice(3, count, p=[0.5, 0.3, 0.2])
    queued = np.ceil(rng.exponential(15, count))
    patience = np.ceil(rng.exponential(190, count)) + 4
    lost = queued > patience
    wait = np.minimum(queued, patience)
    talk, hold, wrap = (np.ceil(skewed(rng, np.full(count, m), s)) for m, s in ((210.0, 0.6), (25.0, 0.9), (60.0, 0.5)))
    hold = hold * (rng.random(count) < 0.3)
    low, high = np.array(AGENTS_OF)[queue].T
    agent = np.where(lost, -1, low + (rng.random(count) * (high - low)).astype(int))

    def stamp(instant):
        return as_text(instant, "T", "+07:00")

    def answered(values):
        return whole(np.where(lost, np.nan, values))

    return pd.DataFrame(
        {
            "Call ID": [f"C{i:07d}" for i in range(1, count + 1)],
            "Queue": TEAMS[queue],
            "Offered at": stamp(offered),
            "Answered at": stamp(np.where(lost, np.nan, offered + wait)),
            "Ended at": stamp(np.where(lost, offered + wait, offered + wait + talk + hold)),
            "Wait seconds": whole(wait),
            "Talk seconds": answered(talk),
            "Hold seconds": answered(hold),
            "Wrap seconds": answered(wrap),
            "Agent": agent_names(agent),
            "Abandoned": np.where(lost, "true", "false"),
        }
    )


def phone_intervals_csv(world: World) -> pd.DataFrame:
    """Half-hours of another hotline in its last 26 weeks, as a telephone exchange prints them."""
    rng = world.rng(9)
    hours = world.hours(SALES)
    halves = np.arange(world.end - 182 * DAY, world.end, HOUR // 2)
    halves = halves[hours.elapsed(halves + HOUR // 2) - hours.elapsed(halves) == HOUR // 2]
    offered = rng.poisson(6, len(halves))
    abandoned = rng.binomial(offered, 0.07)
    answered = offered - abandoned
    level = rng.binomial(answered, 0.82) / np.maximum(answered, 1)
    wait = level * 8 + (1 - level) * 55
    return pd.DataFrame(
        {
            "Interval start": as_text(halves),
            "Queue": "Tổng đài Sen",
            "Offered": offered,
            "Answered": answered,
            "Abandoned": abandoned,
            "Service Level (20 Seconds)": [
                f"{share:.2%}" if a else "" for share, a in zip(level, answered, strict=True)
            ],
            "Answer Speed (AVG)": clock_text(np.where(answered, wait, np.nan)),
            "Talk Duration (AVG)": clock_text(np.where(answered, rng.normal(215, 20, len(halves)), np.nan)),
        }
    )
