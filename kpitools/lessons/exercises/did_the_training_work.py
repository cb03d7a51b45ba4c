"""Did the training work? Before and after, chance, regression to the mean, and a team that was not trained."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 6, 1)
TRAINED, OTHER = "trained", "other"


def board() -> dict[str, Rows]:
    """Ten solved requests of one team: five of the week before the training (two settled at first contact), five of
    the week after it (four)."""
    created = pd.to_datetime(pd.Series(["2025-05-05 09:00"] * 5 + ["2025-05-12 09:00"] * 5))
    rows = pd.DataFrame({"created_at": created, "resolved_at": created + pd.Timedelta(hours=6), "status": "resolved"})
    rows = rows.assign(agent_replies=[1, 1, 3, 1, 2, 1, 1, 2, 1, 1], reopens=[0, 1, 0, 0, 0] + [0] * 5)
    return {"tickets": numbered(rows.assign(customer_id=[f"c{i}" for i in range(10)], topic="returns"))}


# The rows of the exercises ----------------------------------------------------------------------------------


def counts(generator: np.random.Generator) -> Rows:
    """Two teams before and after: the trained one rose much, the other a little."""
    n = generator.integers(15, 30, 4) * 10
    shares = [generator.uniform(0.36, 0.42), 0, generator.uniform(0.46, 0.52), 0]
    shares[1] = shares[0] + generator.uniform(0.14, 0.2)
    shares[3] = shares[2] + generator.uniform(0.03, 0.07)
    rows = pd.DataFrame({"team": [TRAINED] * 2 + [OTHER] * 2, "period": ["before", "after"] * 2, "resolved": n})
    return rows.assign(first_contact=np.round(n * shares).astype(int))


def two_weeks(generator: np.random.Generator) -> Rows:
    """Before and after: a few requests that rose much, or many that rose as much."""
    is_large = bool(generator.integers(0, 2))
    n = generator.integers(400, 600, 2) if is_large else generator.integers(18, 30, 2)
    before = generator.uniform(0.38, 0.42)
    shares = np.array([before, before + generator.uniform(0.13, 0.16)])
    rows = pd.DataFrame({"period": ["before", "after"], "resolved": n})
    return rows.assign(first_contact=np.round(n * shares).astype(int))


def tickets(generator: np.random.Generator) -> Rows:
    """Some twenty requests: five or six of each team and period. The trained team gains two or three, the other one."""
    parts = []
    for team, first, gain in ((TRAINED, (1, 3), (2, 4)), (OTHER, (2, 4), (1, 2))):
        size, before = int(generator.integers(5, 7)), int(generator.integers(*first))
        for is_after, settled in ((False, before), (True, before + int(generator.integers(*gain)))):
            part = pd.DataFrame({"team": team, "is_after": is_after, "is_first_contact": np.arange(size) < settled})
            parts.append(part)
    rows = pd.concat(parts)
    return numbered(rows.iloc[generator.permutation(len(rows))])


# Ways of counting -------------------------------------------------------------------------------------------


def share(rows: Rows, team: str, period: str) -> float:
    row = rows[(rows.team == team) & (rows.period == period)].iloc[0]
    return row.first_contact / row.resolved


def change(rows: Rows, team: str) -> float:
    return share(rows, team, "after") - share(rows, team, "before")


def counted(rows: Rows) -> Rows:
    """Rows of requests as the counts of `counts`."""
    periods = rows.is_after.map({True: "after", False: "before"})
    found = rows.groupby([rows.team, periods.rename("period")]).is_first_contact
    return found.agg(resolved="size", first_contact="sum").reset_index()


def difference(rows: Rows) -> float:
    return change(rows, TRAINED) - change(rows, OTHER)


def regression(rows: Rows) -> float:
    """The same as the interaction of a least-squares fit, each count weighing as many requests."""
    team, after = (rows.team == TRAINED).astype(float), (rows.period == "after").astype(float)
    design = np.column_stack([np.ones(len(rows)), team, after, team * after])
    weight = np.sqrt(rows.resolved.to_numpy(float))
    share = (rows.first_contact / rows.resolved).to_numpy(float)
    return float(np.linalg.lstsq(design * weight[:, None], share * weight, rcond=None)[0][3])


def together(rows: Rows) -> float:
    """The change of both teams in one heap."""
    sums = rows.groupby("period")[["resolved", "first_contact"]].sum()
    shares = sums.first_contact / sums.resolved
    return shares["after"] - shares["before"]


def is_more_than_chance(rows: Rows) -> bool:
    p, n = rows.first_contact / rows.resolved, rows.resolved
    return bool(abs(p.iloc[1] - p.iloc[0]) > 1.96 * np.sqrt((p * (1 - p) / n).sum()))


MISTAKES = {
    "trained_only": lambda rows: change(rows, TRAINED),
    "after_only": lambda rows: share(rows, TRAINED, "after") - share(rows, OTHER, "after"),
    "together": together,
    "added": lambda rows: change(rows, TRAINED) + change(rows, OTHER),
}
COUNTS = Work(
    draw=counts, right=difference, truth=regression, unit="share", decimals=2, mistakes=MISTAKES, made_up="training"
)
TICKETS = Work(
    kind="code",
    draw=tickets,
    right=lambda rows: difference(counted(rows)),
    truth=lambda rows: regression(counted(rows)),
    unit="share",
    decimals=2,
    made_up="training",
    mistakes={
        "trained_only": lambda rows: change(counted(rows), TRAINED),
        "after_only": lambda rows: MISTAKES["after_only"](counted(rows)),
        "together": lambda rows: together(counted(rows)),
    },
)

LESSON = read_lesson(
    __name__,
    order=390,
    part="capstone",
    minutes=40,
    board=board,
    now=NOW,
    kpi="first_contact_resolution_rate",
    work={"train-1": COUNTS, "train-4": TICKETS},
    draws={"train-2": two_weeks},
    rights={"is_more": is_more_than_chance, "is_chance": lambda rows: not is_more_than_chance(rows)},
)
