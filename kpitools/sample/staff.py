"""Agents' working days."""

import numpy as np
import pandas as pd

from kpitools.sample.chance import between
from kpitools.sample.clock import World, as_text, whole
from kpitools.sample.stories import AGENTS, AGENTS_OF, DAY, SALES, SHORT_STAFFED, TEAMS, TECHNICAL

BUSY = np.array([0.78, 0.76, 0.81, 0.72])  # of the time logged in, by team
BUSY_SHORT_STAFFED = 0.93
IN_SHIFT = 0.88  # of the hours paid: the rest is breaks, training, meetings


def agent_days_csv(world: World) -> pd.DataFrame:
    """What the planning system says of each agent's day: nine in ten of a team's agents work on a working day."""
    rng = world.rng(27)
    hours = world.hours(SALES)
    days = np.arange(world.start, world.end, DAY)
    open_s = hours.elapsed(days + DAY) - hours.elapsed(days)
    days, open_s = days[open_s > 0], open_s[open_s > 0]
    team = np.repeat(np.arange(4), [high - low for low, high in AGENTS_OF])
    at, agent = (part.ravel() for part in np.meshgrid(days, np.arange(len(AGENTS)), indexing="ij"))
    paid = np.repeat(open_s, len(AGENTS))
    works = rng.random(len(at)) < 0.9
    at, agent, paid = at[works], agent[works], paid[works]
    logged = np.round(paid * np.clip(IN_SHIFT + 0.03 * rng.standard_normal(len(at)), 0.5, 1))
    short = between(at, SHORT_STAFFED) & (team[agent] == TECHNICAL)
    busy = np.where(short, BUSY_SHORT_STAFFED, BUSY[team[agent]]) + 0.04 * rng.standard_normal(len(at))
    handling = np.round(logged * np.clip(busy, 0.3, 0.99))
    return pd.DataFrame(
        {
            "agent_id": AGENTS[agent],
            "day": pd.Series(as_text(at)).str[:10],
            "team": TEAMS[team[agent]],
            "logged_in_s": whole(logged),
            "available_s": whole(logged - handling),
            "handling_s": whole(handling),
            "paid_s": whole(paid),
        }
    )
