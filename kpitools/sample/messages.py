"""Every message on a request."""

import numpy as np
import pandas as pd

from kpitools.sample.chance import draw
from kpitools.sample.clock import World, utc
from kpitools.sample.requests import by_team
from kpitools.sample.stories import AGENTS, CHAT


def _replies(world: World, rng, t: pd.DataFrame) -> pd.DataFrame:
    """Public replies by people, each after the first with the customer's message before it."""
    touches = t["touches"].to_numpy()
    of = np.repeat(np.arange(len(t)), touches)
    number = np.arange(len(of)) - np.repeat(np.cumsum(touches) - touches, touches)
    row = t.iloc[of]
    part = np.where(number, (number - 0.5 * rng.random(len(of))) / np.maximum(row["touches"] - 1, 1), 0)
    at = row["first_b"].to_numpy() + part * (row["work_b"] - row["first_b"]).to_numpy()
    at = by_team(world, row["team"].to_numpy(), "at", at)
    before = np.where(number, np.roll(at, 1), np.nan)
    asked = np.floor(before + (0.1 + 0.8 * rng.random(len(of))) * (at - before))
    return pd.concat([_said(of, at, "agent"), _said(of[number > 0], asked[number > 0], "customer")])


def _said(of, at, author: str, public: bool = True) -> pd.DataFrame:
    return pd.DataFrame({"of": of, "at": at, "author": author, "public": public})


def make_messages(world: World, t: pd.DataFrame) -> pd.DataFrame:
    """Every message, by ticket and time: ``of`` is the ticket's position, agents as positions in AGENTS."""
    rng = world.rng(5)
    every, created = np.arange(len(t)), t["created"].to_numpy()
    first, again, reopened = (t[name].to_numpy() for name in ("first", "again", "reopened"))
    channel, bot = t["channel"].to_numpy(), t["bot"].to_numpy().astype(bool)
    opened = _said(every, created, "customer")
    opened.loc[t["by_agent"].to_numpy(), "author"] = "agent"
    pushes = draw(rng, np.full(len(t), 0.12)) & (first - created > 300)
    notes = draw(rng, np.full(len(t), 0.22)) & (first - created > 300)
    chatbot = (channel == CHAT) & bot
    automatic = channel < 2
    back = ~np.isnan(reopened)
    replied = np.where(np.isnan(again), np.nan, np.maximum(reopened + 60, again - 30))
    parts = [
        opened,
        _said(every[chatbot], created[chatbot] + rng.integers(2, 9, chatbot.sum()), "bot"),
        _said(every[automatic], created[automatic] + rng.integers(20, 70, automatic.sum()), "system"),
        _said(every[pushes], np.floor(created + 0.6 * (first - created))[pushes], "customer"),
        _said(every[notes], np.floor(created + 0.8 * (first - created))[notes], "agent", False),
        _replies(world, rng, t),
        _said(every[back], reopened[back], "customer"),
        _said(every[back], replied[back], "agent"),
    ]
    m = pd.concat(parts, ignore_index=True)
    m = m[m["at"] < world.end].sort_values(["of", "at"], kind="stable", ignore_index=True)
    m["ticket"] = t["ticket"].to_numpy()[m["of"]]
    m["agent"] = np.where(m["author"] == "agent", t["agent"].to_numpy()[m["of"]], -1)
    return m


def agent_names(agent) -> np.ndarray:
    """Agents' names; '' for -1."""
    return np.append(AGENTS.astype(object), "")[agent]


def messages_csv(m: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Message ID": np.arange(1, len(m) + 1),
            "Ticket ID": m["ticket"],
            "Created at": utc(m["at"]),
            "Author": m["author"],
            "Agent": agent_names(m["agent"]),
            "Public": np.where(m["public"], "true", "false"),
        }
    )
