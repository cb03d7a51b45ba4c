"""Simpson's paradox: every group rises and the total falls, because the mix has moved."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.analysis.mix import kitagawa
from kpitools.desk import Desk
from kpitools.lessons.exercises._own import blocks, pairs_of_months
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 12, 1)
CHANNELS = ["email", "phone", "form", "facebook", "chat"]
ANSWERS = {"before": [40, 20, 20, 10, 10], "after": [10, 10, 10, 10, 60]}
GOOD = {"before": [32, 18, 14, 6, 5], "after": [9, 10, 8, 7, 36]}


def board() -> dict[str, Rows]:
    """A hundred answers before and a hundred after the chatbot: every channel rises by ten points, the total falls by
    five."""
    parts = [
        pd.DataFrame({"period": when, "channel": CHANNELS, "answers": ANSWERS[when], "good": GOOD[when]})
        for when in ("before", "after")
    ]
    return {"channels": pd.concat(parts, ignore_index=True)}


# The rows of the exercises ----------------------------------------------------------------------------------


def shifted(generator: np.random.Generator) -> Rows:
    """Three channels in two months: all a little better, most of the answers moved to the weakest one."""
    first = np.array([generator.integers(10, 15), generator.integers(6, 9), generator.integers(2, 4)]) * 20
    second = np.array([generator.integers(2, 5), generator.integers(2, 5), generator.integers(12, 17)]) * 20
    level = np.array([generator.uniform(0.8, 0.9), generator.uniform(0.72, 0.8), generator.uniform(0.4, 0.55)])
    better = level + generator.uniform(0.03, 0.09, 3)
    counts = {"answers_1": first, "good_1": np.round(first * level).astype(int)}
    counts |= {"answers_2": second, "good_2": np.round(second * better).astype(int)}
    return pd.DataFrame({"channel": ["email", "phone", "chat"], **counts})


def two_stories(generator: np.random.Generator) -> Rows:
    """As `shifted`; or the mix stays and the service becomes worse."""
    rows = shifted(generator)
    if generator.integers(0, 2):
        return rows
    rows["answers_2"] = rows.answers_1 + 20
    lost = generator.uniform(0.05, 0.1, 3)
    return rows.assign(good_2=np.round(rows.answers_2 * (rows.good_1 / rows.answers_1 - lost)).astype(int))


def pool(desk: Desk) -> Rows:
    """Two neighbouring months of a desk's satisfaction surveys by its three largest channels, a block each."""
    return blocks([_side_by_side(*pair) for pair in pairs_of_months(desk, 3)])


def _side_by_side(before: Rows, after: Rows) -> Rows:
    counts = {"answers_1": before.answered, "good_1": before.satisfied}
    counts |= {"answers_2": after.answered, "good_2": after.satisfied}
    return pd.DataFrame({"channel": before.channel, **counts}).astype(dict.fromkeys(counts, int))


# Ways of counting -------------------------------------------------------------------------------------------


def share(rows: Rows, month: int) -> pd.Series:
    return rows[f"good_{month}"] / rows[f"answers_{month}"]


def weight(rows: Rows, month: int) -> pd.Series:
    return rows[f"answers_{month}"] / rows[f"answers_{month}"].sum()


def total(rows: Rows, month: int) -> float:
    return float(rows[f"good_{month}"].sum() / rows[f"answers_{month}"].sum())


def standardised(rows: Rows, shares: int = 2, weights: int = 1) -> float:
    """The total with the shares of one month and the mix of the other."""
    return float((share(rows, shares) * weight(rows, weights)).sum())


def rate(rows: Rows) -> float:
    """What the channels' own changes give with the mean mix of both months, in points."""
    return float(100 * ((weight(rows, 1) + weight(rows, 2)) / 2 * (share(rows, 2) - share(rows, 1))).sum())


def mix(rows: Rows) -> float:
    return 100 * (total(rows, 2) - total(rows, 1)) - rate(rows)


def by_heads(rows: Rows) -> float:
    """The first month's hundred answers dealt out anew, each with the second month's chance."""
    good = [n * k / m for n, k, m in zip(rows.answers_1, rows.good_2, rows.answers_2, strict=True)]
    return sum(good) / sum(rows.answers_1)


def mix_by_toolkit(rows: Rows) -> float:
    before, after = (
        pd.DataFrame({"channel": rows.channel, "value": share(rows, m), "n": rows[f"answers_{m}"]}) for m in (1, 2)
    )
    return 100 * kitagawa(before, after, "channel", pool_below=0).mix


def is_mix(rows: Rows) -> bool:
    return bool((share(rows, 2) > share(rows, 1)).all())


TOTAL = Work(
    draw=shifted,
    right=lambda rows: total(rows, 2),
    truth=lambda rows: float((share(rows, 2) * weight(rows, 2)).sum()),
    unit="share",
    decimals=2,
    pool=pool,
    size=1,
    mistakes={
        "mean_of_channels": lambda rows: share(rows, 2).mean(),
        "old_mix": standardised,
        "first_month": lambda rows: total(rows, 1),
        "both_months": lambda rows: (rows.good_1 + rows.good_2).sum() / (rows.answers_1 + rows.answers_2).sum(),
    },
)
FAIR = Work(
    draw=shifted,
    right=standardised,
    truth=by_heads,
    unit="share",
    decimals=2,
    pool=pool,
    size=1,
    mistakes={
        "new_total": lambda rows: total(rows, 2),
        "mean_of_channels": lambda rows: share(rows, 2).mean(),
        "wrong_way_round": lambda rows: standardised(rows, 1, 2),
        "first_month": lambda rows: total(rows, 1),
    },
)
MIX = Work(
    kind="code",
    draw=shifted,
    right=mix,
    truth=mix_by_toolkit,
    unit="ratio",
    decimals=1,
    pool=pool,
    size=1,
    mistakes={
        "rate": rate,
        "whole_change": lambda rows: 100 * (total(rows, 2) - total(rows, 1)),
        "old_shares": lambda rows: 100 * (standardised(rows, 1, 2) - total(rows, 1)),
        "new_shares": lambda rows: 100 * (total(rows, 2) - standardised(rows, 2, 1)),
    },
)

LESSON = read_lesson(
    __name__,
    order=350,
    part="capstone",
    minutes=35,
    board=board,
    now=NOW,
    work={"mix-1": TOTAL, "mix-2": FAIR, "mix-4": MIX},
    draws={"mix-3": two_stories},
    rights={"is_mix": is_mix, "is_service": lambda rows: not is_mix(rows)},
)
