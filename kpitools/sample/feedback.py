"""What the main desk has besides its helpdesk's export: the way of requests through the teams, rewards and rebukes, and
a quarter in which the hotline asked on a scale of five."""

import numpy as np
import pandas as pd

from kpitools.sample.chance import draw, open_instants, skewed
from kpitools.sample.clock import World, seconds, utc
from kpitools.sample.customers import customers_at
from kpitools.sample.opinion import survey_rows
from kpitools.sample.stories import CHAT, DAY, FIVE_POINTS, HOUR, RETURNS, SALES, TEAMS, TECHNICAL


def teams_csv(world: World, t: pd.DataFrame, export: pd.DataFrame) -> pd.DataFrame:
    """A row for each team that a request came to: the first, and where the export counts two stations the one that
    holds it, before the first answer. Kỹ thuật, the second level, gets its from below."""
    rng = world.rng(30)
    stations = export.drop_duplicates("ID", keep="last").set_index("ID")["Group stations"].reindex(t["ticket"])
    moved = (stations == 2).to_numpy()
    team = t["team"].to_numpy()
    below = np.where(draw(rng, np.full(len(t), 0.6)), SALES, RETURNS)
    before = np.select([team == TECHNICAL, team == RETURNS, team == SALES], [below, SALES, RETURNS], SALES)
    answered = t["first"].fillna(t["created"] + DAY).clip(upper=world.end)
    at = np.floor(t["created"] + (0.2 + 0.5 * rng.random(len(t))) * (answered - t["created"]))
    first = pd.DataFrame({"ticket": t["ticket"], "at": t["created"], "team": np.where(moved, before, team), "step": 1})
    later = pd.DataFrame({"ticket": t["ticket"], "at": at, "team": team, "step": 2})[moved]
    rows = pd.concat([first, later]).sort_values(["ticket", "step"], ignore_index=True)
    return pd.DataFrame({"ticket_id": rows["ticket"], "at": utc(rows["at"]), "team": TEAMS[rows["team"]]})


def feedback_csv(world: World, t: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Rewards and rebukes after solved chats, which nobody asked for, and the answers from 1 to 5 of the trial."""
    frame = pd.concat([_rewards(world, t, customers), _five_points(world, customers)], ignore_index=True)
    frame = frame.sort_values("answered_at", kind="stable", ignore_index=True)
    frame.insert(0, "survey_id", [f"P{i:04d}" for i in range(1, len(frame) + 1)])
    return frame


def _rewards(world: World, t: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """One solved chat in twelve gets a reward (1) or a rebuke (0); slow ones are blamed more."""
    rng = world.rng(31)
    chats = t[(t["channel"] == CHAT) & t["solved"].notna()].reset_index(drop=True)
    at = chats["solved"].to_numpy() + np.ceil(skewed(rng, np.full(len(chats), 2.0 * HOUR)))
    gives = draw(rng, np.full(len(chats), 0.08), chats["team"]) & (at < world.end)
    glad = draw(rng, np.where(chats["slow"], 0.5, 0.82), chats["team"]).astype(int)
    who = customers.iloc[chats["customer"]]
    frame = survey_rows(
        "rewards", "0-1", np.full(len(chats), np.nan), np.where(gives, at, np.nan), glad, "", who, "chat"
    )
    frame["ticket_id"], frame["team"] = chats["ticket"].astype(str), TEAMS[chats["team"]]
    return frame[gives]


def _five_points(world: World, customers: pd.DataFrame) -> pd.DataFrame:
    """Seventy-five callers of the first quarter, on trial beside the helpdesk's "good or bad".

    The agent asks before hanging up: no invitation is sent."""
    rng = world.rng(32)
    since, until = map(seconds, FIVE_POINTS)
    at = open_instants(World(0, since, until), rng, 75)
    at = at[(at >= world.start) & (at < world.end)]
    score = rng.choice([1, 2, 3, 4, 5], len(at), p=[0.05, 0.07, 0.11, 0.35, 0.42])
    who = customers.iloc[customers_at(rng, at, customers)]
    return survey_rows("csat", "1-5", np.full(len(at), np.nan), at, score, "", who, "phone")
