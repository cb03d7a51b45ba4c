"""The main helpdesk's export, dirt included."""

import numpy as np
import pandas as pd

from kpitools.sample import texts
from kpitools.sample.chance import draw, skewed
from kpitools.sample.clock import World, as_text, whole
from kpitools.sample.messages import agent_names
from kpitools.sample.requests import by_team
from kpitools.sample.stories import AUTOMATIC_CLOSE, CHANNELS, CHAT, DURATIONS, HOUR, PRIORITIES, TEAMS


def zendesk_csv(world: World, t: pd.DataFrame, messages: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """The account export: one row per ticket, the account's clock, durations in minutes; with dirt."""
    rng = world.rng(6)
    count = len(t)
    who = customers.iloc[t["customer"]].reset_index(drop=True)
    spoken = messages[(messages["author"] == "agent") & messages["public"]]
    replies = np.bincount(spoken["of"], minlength=count) - t["by_agent"]
    assigned = np.floor(t["created"] + 0.3 * (t["first"] - t["created"]))
    agent = np.where(assigned.isna() & t["solved"].isna(), -1, t["agent"])
    moves = draw(rng, np.full(count, 0.11), t["team"])
    pending = 0.35 * rng.random(count)
    hold = np.where(draw(rng, np.full(count, 0.07)), 0.2, 0)
    status = _status(world, rng, t)
    touched = np.fmax(np.fmax(t["created"] + 30, t["first"]), np.fmax(t["reopened"], t["solved"]))
    closed = t["solved"] + AUTOMATIC_CLOSE
    email = who["code"].str.lower() + "@example.com"
    frame = pd.DataFrame(
        {
            "ID": t["ticket"],
            "Requester": who["name"],
            "Requester ID": who["customer"],
            "Requester external id": who["code"],
            "Requester email": email,
            "Requester domain": "example.com",
            "Submitter": np.where(t["by_agent"], agent_names(t["agent"]), who["name"]),
            "Assignee": agent_names(agent),
            "Group": TEAMS.astype(object)[t["team"]],
            "Subject": make_subjects(rng, t["topic"].to_numpy()),
            "Tags": t["topic"].map(texts.TAGS) + np.where((t["channel"] == CHAT) & (t["bot"] == 1), " chatbot", ""),
            "Status": status,
            "Priority": PRIORITIES.astype(object)[t["priority"]],
            "Via": CHANNELS.astype(object)[t["channel"]],
            "Ticket type": rng.choice(["Question", "Problem", "Incident", "Task"], count, p=[0.6, 0.25, 0.1, 0.05]),
            "Created at": as_text(t["created"]),
            "Updated at": as_text(np.where(closed < world.end, closed, touched)),
            "Assigned at": as_text(assigned),
            "Organization": np.where(who["segment"] == "Sỉ", "Đại lý " + who["name"], ""),
            "Due date": as_text(t["due"]),
            "Initially assigned at": as_text(assigned),
            "Solved at": as_text(t["solved"]),
            "Resolution time": whole((t["solved"] - t["created"]) / HOUR + 0.5),
            "Satisfaction Score": t["score"],
            "Group stations": np.where(agent < 0, 1, 1 + moves),
            "Assignee stations": np.where(agent < 0, 0, 1 + moves),
            "Reopens": t["reopened"].notna().astype(int),
            "Replies": replies,
            **_minutes(world, t, pending, hold),
            "Ticket Category [list]": t["topic"],
            "Total time spent (sec) [int]": whole(skewed(rng, 240 + 260.0 * replies, 0.4)),
        }
    )
    return _dirty(world, frame)


def _minutes(world: World, t: pd.DataFrame, pending, hold) -> dict:
    """The helpdesk's own durations, whole minutes, calendar and within business hours."""
    team = t["team"].to_numpy()
    ends = {
        "First reply time": t["first"],
        "First resolution time": t["first_solved"],
        "Full resolution time": t["solved"],
    }
    columns = {}
    for name, instant in ends.items():
        business = by_team(world, team, "elapsed", instant.to_numpy()) - t["asked_b"]
        columns[f"{name} in minutes"] = (instant - t["created"]) / 60
        columns[f"{name} in minutes within business hours"] = business / 60
    for suffix in ("", " within business hours"):
        reply = columns[f"First reply time in minutes{suffix}"].fillna(0)
        rest = columns[f"Full resolution time in minutes{suffix}"] - reply
        columns[f"Agent wait time in minutes{suffix}"] = rest * pending
        columns[f"Requester wait time in minutes{suffix}"] = reply + rest * (1 - pending)
        columns[f"On hold time in minutes{suffix}"] = rest * hold
    order = [f"{name} in minutes{suffix}" for name in DURATIONS for suffix in ("", " within business hours")]
    return {name: whole(columns[name]) for name in order}


def _status(world: World, rng, t: pd.DataFrame) -> np.ndarray:
    """The status on the day of the export."""
    waiting = rng.choice(["Open", "Pending", "On-hold"], len(t), p=[0.6, 0.3, 0.1])
    closed = t["solved"] + AUTOMATIC_CLOSE < world.end
    return np.select(
        [closed, t["solved"].notna(), t["reopened"].notna(), t["first"].notna()],
        ["Closed", "Solved", "Open", waiting],
        default="New",
    )


def make_subjects(rng, topic) -> np.ndarray:
    """Made-up subjects with made-up order numbers."""
    subjects = np.empty(len(topic), dtype=object)
    order = " – đơn S" + pd.Series(rng.integers(100_000, 999_999, len(topic))).astype(str).to_numpy(dtype=object)
    kind = rng.integers(0, 3, len(topic))
    for name, phrases in texts.SUBJECTS.items():
        here = topic == name
        subjects[here] = np.array(phrases, dtype=object)[kind[here]] + order[here]
    return subjects


BAD_DATES = ("31/02/2025 10:15", "0000-00-00 00:00:00", "chưa rõ", "2062-05-01 08:00:00")


def _dirty(world: World, frame: pd.DataFrame) -> pd.DataFrame:
    """What real exports have: under 3 % of rows in all."""
    rng = world.rng(7)
    frame = frame.astype({"Group": object, "Tags": object, "Status": object})
    place = iter(np.array_split(rng.permutation(len(frame)), 40))

    def some(share: float) -> np.ndarray:
        return next(place)[: max(1, round(share * len(frame)))]

    for value, share in (("Deleted", 0.004),):
        frame.loc[some(share), "Status"] = value
    for tag, share in (("spam", 0.004), ("closed_by_merge", 0.005), ("test", 0.002)):
        frame.loc[some(share), "Tags"] += f" {tag}"
    frame.loc[frame["Tags"].str.endswith(" test"), "Subject"] = "TEST – bỏ qua"
    for column, share in (("Group", 0.006), ("Priority", 0.008), ("Ticket Category [list]", 0.008)):
        frame.loc[some(share), column] = ""
    frame.loc[some(0.002), "Group"] = "\u0110\u006f\u0302\u0309i tra\u0309"  # "Đổi trả" in decomposed letters
    # A small desk keeps fewer of them, or loading would rightly refuse it.
    for bad in BAD_DATES[: len(frame) // 50]:
        frame.loc[some(0)[0], "Created at"] = bad
    backwards = [i for i in some(0.01) if frame.loc[i, "Solved at"]][:4]
    frame.loc[backwards, "Solved at"] = "2024-06-01 09:00:00"
    for subject in texts.HOSTILE:
        frame.loc[some(0)[0], "Subject"] = subject
    older = frame.loc[some(0.004)].copy()
    older["Status"], older["Solved at"], older["Satisfaction Score"] = "Open", "", "Not Offered"
    older["Updated at"] = older["Created at"]
    older[[name for name in frame if "esolution time" in name]] = pd.NA
    twice = frame.loc[some(0.002)]
    return pd.concat([frame, older, twice]).sort_values("ID", kind="stable", ignore_index=True)
