"""A fair comparison: groups of different size, the funnel, and why there is no ranking."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.analysis.funnel import LEVELS, SMALL, limits
from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 2, 1)
AGENTS = ["An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khoa", "Linh", "Nam", "Oanh"]
ANSWERS = [60, 10, 40, 80, 20, 50, 10, 70, 40, 20]
GOOD = [47, 5, 33, 64, 17, 41, 10, 57, 31, 15]


def board() -> dict[str, Rows]:
    """Ten agents, 400 answers, 320 of them good: the two with ten answers are first and last."""
    return {"agents": pd.DataFrame({"agent": AGENTS, "answers": ANSWERS, "good": GOOD})}


# The rows of the exercises ----------------------------------------------------------------------------------


def agents(generator: np.random.Generator) -> Rows:
    """Eight agents of very different size; the small ones are far from the others, upwards or downwards."""
    n = generator.permutation(np.concatenate([generator.integers(8, 16, 3), generator.integers(60, 240, 5)]))
    far = generator.choice([-0.25, 0.2])
    share = np.where(n < 20, 0.76 + far, 0.76) + generator.uniform(-0.03, 0.03, 8)
    return numbered(pd.DataFrame({"answers": n, "good": np.round(n * share).astype(int)}), "agent")


def with_limits(generator: np.random.Generator) -> Rows:
    """Nine agents with their 99.8 % limits, in per cent: one large one below them, one above, a small one below."""
    target = generator.uniform(0.72, 0.78)
    n = np.concatenate([generator.integers(120, 200, 2), generator.integers(9, 13, 1), generator.integers(25, 160, 6)])
    share = target + np.concatenate([[-0.2, 0.15], [-0.55], generator.uniform(-0.04, 0.04, 6)])
    share[3] = target - 0.21 if n[3] < 35 else share[3]
    good = np.round(n * share).astype(int)
    lines = 100 * limits(n, target)[["lower998", "upper998"]]
    rows = pd.DataFrame({"answers": n, "percent": (100 * good / n).round(1)})
    rows = rows.assign(lower=lines.lower998.round(1), common=round(100 * target, 1), upper=lines.upper998.round(1))
    return numbered(rows.iloc[generator.permutation(len(rows))], "agent")


# Ways of counting -------------------------------------------------------------------------------------------


def common(rows: Rows) -> float:
    return float(rows.good.sum() / rows.answers.sum())


def shares(rows: Rows) -> pd.Series:
    return rows.good / rows.answers


def fewest(rows: Rows) -> int:
    return int(rows.answers.min())


def lower(rows: Rows, deviate: float = LEVELS["998"], n: int | None = None, sign: int = -1) -> float:
    """The limit of the agent with the fewest answers, on the arcsine scale."""
    angle = np.arcsin(np.sqrt(common(rows))) + sign * deviate / (2 * np.sqrt(fewest(rows) if n is None else n))
    return float(np.sin(np.clip(angle, 0, np.pi / 2)) ** 2)


def ids(rows: Rows, wanted: pd.Series) -> frozenset[str]:
    return frozenset(rows[wanted].agent)


def outside(rows: Rows) -> pd.Series:
    return (rows.percent < rows.lower) | (rows.percent > rows.upper)


def by_z(rows: Rows) -> frozenset[str]:
    """The same from how many standard errors lie between an agent and the common share."""
    angle = np.arcsin(np.sqrt(rows.percent / 100)) - np.arcsin(np.sqrt(rows.common / 100))
    return ids(rows, (np.abs(angle) * 2 * np.sqrt(rows.answers) > LEVELS["998"]) & (rows.answers >= SMALL))


COMMON = Work(
    draw=agents,
    right=common,
    truth=lambda rows: float(np.average(shares(rows), weights=rows.answers)),
    unit="share",
    decimals=3,
    made_up="people",
    mistakes={
        "mean_of_shares": lambda rows: shares(rows).mean(),
        "median_share": lambda rows: shares(rows).median(),
        "best": lambda rows: shares(rows).max(),
        "largest": lambda rows: shares(rows)[rows.answers.idxmax()],
    },
)
FLAGGED = Work(
    kind="ids",
    draw=with_limits,
    right=lambda rows: ids(rows, outside(rows) & (rows.answers >= SMALL)),
    truth=by_z,
    made_up="people",
    mistakes={
        "small_too": lambda rows: ids(rows, outside(rows)),
        "last": lambda rows: ids(rows, rows.percent == rows.percent.min()),
        "first_and_last": lambda rows: ids(rows, rows.percent.isin([rows.percent.min(), rows.percent.max()])),
        "only_below": lambda rows: ids(rows, (rows.percent < rows.lower) & (rows.answers >= SMALL)),
        "below_common": lambda rows: ids(rows, rows.percent < rows.common),
    },
)
LOWER = Work(
    kind="code",
    draw=agents,
    right=lower,
    truth=lambda rows: float(limits([fewest(rows)], common(rows)).lower998.iloc[0]),
    unit="share",
    decimals=3,
    made_up="people",
    mistakes={
        "narrow": lambda rows: lower(rows, deviate=LEVELS["95"]),
        "whole": lambda rows: lower(rows, n=int(rows.answers.sum())),
        "largest": lambda rows: lower(rows, n=int(rows.answers.max())),
        "straight": lambda rows: (
            common(rows) - LEVELS["998"] * np.sqrt(common(rows) * (1 - common(rows)) / fewest(rows))
        ),
        "no_square": lambda rows: np.sqrt(lower(rows)),
    },
)

LESSON = read_lesson(
    __name__,
    order=360,
    part="capstone",
    minutes=35,
    board=board,
    now=NOW,
    work={"fair-1": COMMON, "fair-2": FLAGGED, "fair-4": LOWER},
)
