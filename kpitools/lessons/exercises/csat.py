"""Customer satisfaction: which answers count, who answers, and how a total falls while every channel rises."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.exercises._own import blocks, pairs_of_months
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 4, 1)
ASKED = pd.Timestamp("2025-03-03 09:00")
MONTHS = ["2025-02", "2025-03"]


def board() -> dict[str, Rows]:
    """Ten invitations: eight answers (6 satisfied, one neutral, one dissatisfied), two unanswered; of the answers by
    e-mail all four are satisfied, by chat two of four."""
    scores = [5, 4, np.nan, 5, 4, 4, 1, 5, np.nan, 3]
    rows = pd.DataFrame({"kind": "csat", "score": scores, "channel": ["email"] * 5 + ["chat"] * 5})
    return {"surveys": as_surveys(numbered(rows, "survey_id"))}


def as_surveys(rows: Rows) -> Rows:
    """`rows` (kind, score) as a canonical table: asked in the morning, answered an hour later."""
    answered = pd.Series(ASKED + pd.Timedelta(hours=1), index=rows.index).where(rows.score.notna())
    scale = np.where(rows.kind == "csat", "1-5", "0-10")
    return rows.assign(scale=scale, sent_at=ASKED, answered_at=answered)


# The rows of the exercises ----------------------------------------------------------------------------------


def answers(generator: np.random.Generator) -> Rows:
    """Ten invitations: seven answers (one or two neutral), one without, two to the NPS question."""
    neutral = int(generator.integers(1, 3))
    good = generator.choice([4, 5], int(generator.integers(3, 6)))
    bad = generator.choice([1, 2], 7 - neutral - len(good))
    scores = [*good, *bad, *[3] * neutral, np.nan, *generator.integers(6, 11, 2)]
    rows = pd.DataFrame({"kind": ["csat"] * 8 + ["nps"] * 2, "score": np.array(scores, dtype=float)})
    return numbered(rows.iloc[generator.permutation(10)], "survey_id")


def pool(desk: Desk) -> Rows:
    """Invitations of a desk to five-point satisfaction surveys, and answers to the NPS question."""
    rows = desk.table("surveys").to_pandas().reindex(columns=["kind", "score", "scale"])
    five = (rows.kind == "csat") & rows.scale.isin(["1-5"])
    wanted = (five | ((rows.kind == "nps") & rows.score.notna())) & five.any()
    return numbered(rows.loc[wanted, ["kind", "score"]], "survey_id")


def moved(generator: np.random.Generator) -> Rows:
    """Two months by channel: both channels rise, and the answers move to the lower one."""
    return counts([80, 20], [20, 80], high=generator.integers(86, 92), low=generator.integers(52, 62), by=5)


def fell_or_moved(generator: np.random.Generator) -> Rows:
    """The total falls: because the answers moved to the lower channel, or because both channels fell."""
    if generator.integers(0, 2):
        return moved(generator)
    return counts([70, 30], [72, 28], high=generator.integers(86, 92), low=generator.integers(62, 70), by=-15)


def counts(before: list[int], after: list[int], high: int, low: int, by: int) -> Rows:
    """Answers and satisfied ones of e-mail and chat; `high` and `low` are per cent of the first month, `by` points."""
    rows = pd.DataFrame({"month": np.repeat(MONTHS, 2), "channel": ["email", "chat"] * 2})
    rows["answers"] = 5 * np.array([*before, *after])
    percent = np.array([high, low, high + by, low + by])
    return rows.assign(satisfied=(rows.answers * percent / 100).round().astype(int))


def pool_of_months(desk: Desk) -> Rows:
    """Two neighbouring months of a desk, by its two largest channels, a block each."""
    columns = ["month", "channel", "answers", "satisfied"]
    pairs = [pd.concat(pair).rename(columns={"answered": "answers"})[columns] for pair in pairs_of_months(desk, 2)]
    return blocks(pairs)


# Ways of counting -------------------------------------------------------------------------------------------


def given(rows: Rows) -> pd.Series:
    """The answers to the satisfaction question."""
    return rows[rows.kind == "csat"].score.dropna()


def satisfied(scores: pd.Series, least: int = 4, out_of: int | None = None) -> float:
    return float((scores >= least).sum() / (len(scores) if out_of is None else out_of))


def month(rows: Rows, place: int) -> Rows:
    return rows[rows.month == rows.month.unique()[place]].set_index("channel")


def total(rows: Rows) -> float:
    return rows.satisfied.sum() / rows.answers.sum()


def rates(rows: Rows) -> pd.Series:
    return rows.satisfied / rows.answers


def reweighted(shares_of: Rows, rates_of: Rows) -> float:
    """The total with the channels of one month and the satisfaction of another."""
    return (rates(rates_of) * shares_of.answers).sum() / shares_of.answers.sum()


def is_mix(rows: Rows) -> bool:
    """Whether every channel rose, so that only the mix can have lowered the total."""
    return bool((rates(month(rows, 1)) > rates(month(rows, 0))).all())


def computed(rows: Rows) -> float:
    from kpitools.compute import compute

    return compute("csat", LESSON.desk({"surveys": as_surveys(rows)}), every=None).value.iloc[0]


def computed_by_weights(rows: Rows) -> float:
    """Every answer of the second month, weighted so that the channels count as in the first."""
    first, second = month(rows, 0), month(rows, 1)
    made = second.loc[second.index.repeat(second.answers)].reset_index()
    made["score"] = np.where(made.groupby("channel").cumcount() < made.satisfied, 5.0, 1.0)
    made["weight"] = made.channel.map(first.answers / second.answers)
    return computed(numbered(made[["score", "weight"]].assign(kind="csat"), "survey_id"))


MISTAKES = {
    "unanswered_in": lambda rows: satisfied(given(rows), out_of=(rows.kind == "csat").sum()),
    "fives_only": lambda rows: satisfied(given(rows), least=5),
    "threes_in": lambda rows: satisfied(given(rows), least=3),
    "neutral_out": lambda rows: satisfied(given(rows), out_of=(given(rows) != 3).sum()),
    "other_survey": lambda rows: satisfied(rows.score.dropna()),
    "mean_of_five": lambda rows: given(rows).mean() / 5,
}
SHARE = Work(
    draw=answers,
    right=lambda rows: satisfied(given(rows)),
    truth=computed,
    unit="share",
    decimals=2,
    pool=pool,
    mistakes=MISTAKES,
)
SAME_MIX = Work(
    draw=moved,
    right=lambda rows: reweighted(month(rows, 0), month(rows, 1)),
    truth=computed_by_weights,
    unit="share",
    decimals=2,
    pool=pool_of_months,
    size=1,
    mistakes={
        "as_it_was": lambda rows: total(month(rows, 1)),
        "first_month": lambda rows: total(month(rows, 0)),
        "plain_mean": lambda rows: rates(month(rows, 1)).mean(),
        "other_way": lambda rows: reweighted(month(rows, 1), month(rows, 0)),
    },
)

LESSON = read_lesson(
    __name__,
    order=150,
    part="service",
    minutes=35,
    board=board,
    now=NOW,
    kpi="csat",
    work={"csat-1": SHARE, "csat-3": SAME_MIX, "csat-4": replace(SHARE, kind="code")},
    draws={"csat-2": fell_or_moved},
    rights={"is_mix": is_mix, "is_service": lambda rows: not is_mix(rows)},
)
