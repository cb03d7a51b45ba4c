"""Who answers: what a satisfaction score says of those who kept silent."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.exercises._own import blocks, satisfaction
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 4, 1)
ASKED = pd.Timestamp("2025-03-03 09:00")
GOOD = 4  # on the scale from 1 to 5


def board() -> dict[str, Rows]:
    """Ten invitations: of four customers whose parcel was late all answered (one satisfied), of the six others three
    (two satisfied)."""
    topic = ["late", "other", "other", "late", "other", "late", "other", "other", "late", "other"]
    scores = [1, 5, np.nan, 2, 4, 2, np.nan, 3, 5, np.nan]
    return {"surveys": as_surveys(numbered(pd.DataFrame({"topic": topic, "score": scores}), "survey_id"))}


def as_surveys(rows: Rows) -> Rows:
    """`rows` (topic, score) as a canonical table: asked in the morning, answered an hour later."""
    answered = pd.Series(ASKED + pd.Timedelta(hours=1), index=rows.index).where(rows.score.notna())
    return rows.assign(kind="csat", scale="1-5", sent_at=ASKED, answered_at=answered)


# The rows of the exercises ----------------------------------------------------------------------------------


def invitations(generator: np.random.Generator) -> Rows:
    """Ten invitations of two topics; the discontented topic answers nearly always, the other one half of the time."""
    late = int(generator.integers(3, 5))
    topic = ["late"] * late + ["other"] * (10 - late)
    scores = np.where(np.array(topic) == "late", generator.choice([1, 2, 3, 5], 10), generator.choice([2, 3, 4, 5], 10))
    scores = scores.astype(float)
    scores[late - 1] = np.nan if generator.integers(2) else scores[late - 1]
    scores[-int(generator.integers(3, 5)) :] = np.nan
    rows = pd.DataFrame({"topic": topic, "score": scores})
    return numbered(rows.iloc[generator.permutation(10)], "survey_id")


def pool(desk: Desk) -> Rows:
    """Invitations of a desk to a five-point satisfaction survey, answered or not."""
    rows = desk.table("surveys").to_pandas().reindex(columns=["kind", "scale", "score"])
    wanted = (rows.kind == "csat") & (rows.scale.isin(["1-5"]) | rows.score.isna())
    return numbered(rows.loc[wanted, ["score"]], "survey_id")


def plain(generator: np.random.Generator) -> Rows:
    return invitations(generator)[["survey_id", "score"]]


def groups(generator: np.random.Generator) -> Rows:
    """Three groups of customers: how many were invited, how many answered, how many of these were satisfied."""
    invited = generator.permutation(
        [generator.integers(30, 60), generator.integers(90, 150), generator.integers(200, 320)]
    )
    answered = np.round(invited * generator.permutation([0.7, 0.4, 0.15])).astype(int)
    satisfied = np.round(answered * generator.permutation([0.35, 0.6, 0.85])).astype(int)
    names = ["late parcel", "wrong item", "question"]
    return pd.DataFrame({"group": names, "invited": invited, "answered": answered, "satisfied": satisfied})


def two_rounds(generator: np.random.Generator) -> Rows:
    """Two rounds with other scores: asked alike and answered by as many, or otherwise and by far more."""
    n = generator.integers(900, 1300, 2)
    is_alike = bool(generator.integers(0, 2))
    rate = np.array([0.25, 0.25 if is_alike else 0.8]) + generator.uniform(-0.01, 0.01, 2)
    share = np.array([0.6, 0.74]) + generator.uniform(-0.01, 0.01, 2)
    answered = np.round(n * rate).astype(int)
    way = ["e-mail", "e-mail" if is_alike else "telephone"]
    rows = {"month": ["2025-05", "2025-06"], "asked_by": way, "invited": n, "answered": answered}
    return pd.DataFrame(rows | {"satisfied": np.round(answered * share).astype(int)})


def pool_of_groups(desk: Desk) -> Rows:
    """A month's surveys of a desk by its three largest channels, a block each."""
    months = satisfaction(desk).rename(columns={"channel": "group"})
    largest = months.groupby("group").invited.sum().nlargest(3).index
    months = months[months.group.isin(largest) & (months.answered > 0)]
    parts = [part[["group", "invited", "answered", "satisfied"]] for _, part in months.groupby("month")]
    return blocks([part for part in parts if len(part) == 3])


# Ways of counting -------------------------------------------------------------------------------------------


def satisfied(rows: Rows) -> pd.Series:
    """1 or 0 of those who answered; missing for the others."""
    return (rows.score >= GOOD).astype(float).where(rows.score.notna())


def by_topic(rows: Rows) -> float:
    """The share satisfied in each topic, weighted with the topic's invitations."""
    each = satisfied(rows).groupby(rows.topic)
    return float((each.mean() * each.size()).sum() / len(rows))


def lowest(rows: Rows) -> float:
    return float((rows.score >= GOOD).sum() / len(rows))


def weighted(rows: Rows) -> float:
    return float((rows.invited * rows.satisfied / rows.answered).sum() / rows.invited.sum())


def computed(rows: Rows) -> float:
    """The same by `compute`, each answer with the weight of those for whom it stands."""
    from kpitools.compute import compute

    each = rows.groupby("topic").score
    asked = as_surveys(rows.assign(weight=each.transform("size") / each.transform("count")))
    return compute("csat", LESSON.desk({"surveys": asked}), every=None).value.iloc[0]


def computed_from_counts(rows: Rows) -> float:
    parts = [
        pd.DataFrame({"topic": row.group, "score": [5.0] * row.satisfied + [1.0] * (row.answered - row.satisfied)})
        for row in rows.itertuples()
    ]
    silent = [pd.DataFrame({"topic": r.group, "score": [np.nan] * (r.invited - r.answered)}) for r in rows.itertuples()]
    return computed(numbered(pd.concat([*parts, *silent]), "survey_id"))


def lowest_computed(rows: Rows) -> float:
    """The same by `compute`, every silent customer taken for the least contented."""
    from kpitools.compute import compute

    silent = as_surveys(rows.assign(score=rows.score.fillna(1.0)))
    return compute("csat", LESSON.desk({"surveys": silent}), every=None).value.iloc[0]


def is_alike(rows: Rows) -> bool:
    return rows.asked_by.nunique() == 1


WEIGHTED = Work(
    draw=invitations,
    right=by_topic,
    truth=computed,
    unit="share",
    decimals=2,
    made_up="kinds",
    mistakes={
        "answers_only": lambda rows: satisfied(rows).mean(),
        "mean_of_groups": lambda rows: satisfied(rows).groupby(rows.topic).mean().mean(),
        "silent_bad": lowest,
        "silent_good": lambda rows: float(((rows.score >= GOOD) | rows.score.isna()).mean()),
    },
)
LOWEST = Work(
    draw=plain,
    right=lowest,
    truth=lowest_computed,
    unit="share",
    decimals=2,
    pool=pool,
    mistakes={
        "answers_only": lambda rows: satisfied(rows).mean(),
        "best_case": lambda rows: float(((rows.score >= GOOD) | rows.score.isna()).mean()),
        "threes_satisfied": lambda rows: float((rows.score >= 3).sum() / len(rows)),
        "fives_only": lambda rows: float((rows.score >= 5).sum() / len(rows)),
    },
)
GROUPS = Work(
    kind="code",
    draw=groups,
    right=weighted,
    truth=computed_from_counts,
    unit="share",
    decimals=2,
    pool=pool_of_groups,
    size=1,
    mistakes={
        "answers_only": lambda rows: rows.satisfied.sum() / rows.answered.sum(),
        "mean_of_groups": lambda rows: (rows.satisfied / rows.answered).mean(),
        "silent_bad": lambda rows: rows.satisfied.sum() / rows.invited.sum(),
    },
)

LESSON = read_lesson(
    __name__,
    order=365,
    part="capstone",
    minutes=35,
    board=board,
    now=NOW,
    kpi="csat",
    work={"bias-1": WEIGHTED, "bias-2": LOWEST, "bias-4": GROUPS},
    draws={"bias-3": two_rounds},
    rights={"is_alike": is_alike, "is_other": lambda rows: not is_alike(rows)},
)
