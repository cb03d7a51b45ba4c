"""Net promoter score: a difference of two shares, and how much of it is chance."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.exercises._own import blocks, month_of, windows
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 4, 1)
GROUPS = ["promoters", "passives", "detractors"]
ASKED = pd.Timestamp("2025-03-03 09:00")


def board() -> dict[str, Rows]:
    """Ten invitations: eight answers to the NPS question (four promoters, two passives, two detractors), one
    unanswered, one answer to another survey."""
    scores = [10, 9, 7, 3, np.nan, 9, 8, 6, 10, 4]
    rows = numbered(pd.DataFrame({"kind": ["nps"] * 9 + ["csat"], "score": scores}), "survey_id")
    return {"surveys": as_surveys(rows)}


def as_surveys(rows: Rows) -> Rows:
    """`rows` (kind, score) as a canonical table: asked in the morning, answered an hour later."""
    answered = pd.Series(ASKED + pd.Timedelta(hours=1), index=rows.index).where(rows.score.notna())
    scale = np.where(rows.kind == "nps", "0-10", "1-5")
    return rows.assign(scale=scale, sent_at=ASKED, answered_at=answered)


# The rows of the exercises ----------------------------------------------------------------------------------


def answers(generator: np.random.Generator) -> Rows:
    """Ten invitations: seven answers, one without, two of another survey."""
    weights = [0.03, 0.03, 0.03, 0.04, 0.05, 0.08, 0.12, 0.12, 0.18, 0.17, 0.15]
    scores = [*generator.choice(11, 7, p=weights).astype(float), np.nan, *generator.integers(3, 6, 2).astype(float)]
    rows = pd.DataFrame({"kind": ["nps"] * 8 + ["csat"] * 2, "score": scores})
    return numbered(rows.iloc[generator.permutation(len(rows))], "survey_id")


def pool(desk: Desk) -> Rows:
    """Invitations of a desk to the NPS question and to five-point satisfaction surveys."""
    rows = desk.table("surveys").to_pandas()
    scale = rows.scale if "scale" in rows else pd.Series("0-10", index=rows.index)
    wanted = ((rows.kind == "nps") & (scale.isin(["0-10"]) | rows.score.isna())) | (
        (rows.kind == "csat") & scale.isin(["1-5"]) & rows.score.notna()
    )
    return numbered(rows.loc[wanted, ["kind", "score"]], "survey_id")


def months(generator: np.random.Generator) -> Rows:
    """Counts of three months, of very different size."""
    n = generator.permutation([generator.integers(20, 40), generator.integers(60, 90), generator.integers(150, 220)])
    promoters = np.round(n * generator.uniform(0.25, 0.65, 3)).astype(int)
    detractors = np.round((n - promoters) * generator.uniform(0.3, 0.8, 3)).astype(int)
    counts = {"promoters": promoters, "passives": n - promoters - detractors, "detractors": detractors}
    return pd.DataFrame({"month": ["2025-01", "2025-02", "2025-03"], **counts})


def pool_of_months(desk: Desk) -> Rows:
    """Three neighbouring months of a desk, a block each."""
    rows = desk.table("surveys").to_pandas().reindex(columns=["kind", "scale", "score", "answered_local"])
    rows = rows[(rows.kind == "nps") & (rows.scale == "0-10") & rows.score.notna() & rows.answered_local.notna()]
    group = pd.cut(rows.score, [-1, 6, 8, 10], labels=GROUPS[::-1])
    counted = pd.crosstab(month_of(rows.answered_local, desk), group).reindex(columns=GROUPS, fill_value=0)
    counted.columns = GROUPS
    return blocks(windows(counted.rename_axis("month").reset_index(), 3))


def two_months(generator: np.random.Generator) -> Rows:
    """Counts of two months: a small survey that moved a little, or a large one that moved a lot."""
    is_news = bool(generator.integers(0, 2))
    n = int(generator.integers(900, 1200) if is_news else generator.integers(60, 110))
    first = generator.uniform(0.35, 0.4)
    shift = generator.uniform(0.06, 0.08) if is_news else generator.uniform(0.03, 0.045)
    promoters = np.round(n * np.array([first, first + shift])).astype(int)
    detractors = np.round(n * np.array([0.3, 0.3 - shift])).astype(int)
    counts = {"promoters": promoters, "passives": n - promoters - detractors, "detractors": detractors}
    return pd.DataFrame({"month": ["2025-02", "2025-03"], **counts})


# Ways of counting -------------------------------------------------------------------------------------------


def given(rows: Rows) -> pd.Series:
    """The answers to the NPS question."""
    return rows[rows.kind == "nps"].score.dropna()


def net(scores: pd.Series, promote: float = 9, detract: float = 6, out_of: float | None = None) -> float:
    """100 times the share that promotes minus the share that detracts."""
    difference = (scores >= promote).sum() - (scores <= detract).sum()
    return 100 * difference / (len(scores) if out_of is None else out_of)


def pooled(rows: Rows) -> float:
    counts = rows[GROUPS].sum()
    return 100 * (counts.promoters - counts.detractors) / counts.sum()


def monthly(rows: Rows) -> pd.Series:
    return 100 * (rows.promoters - rows.detractors) / rows[GROUPS].sum(axis=1)


def is_news(rows: Rows) -> bool:
    """Whether the difference of two months lies outside what chance explains in 95 of 100 cases."""
    n = rows[GROUPS].sum(axis=1)
    p, d = rows.promoters / n, rows.detractors / n
    error = np.sqrt(((p + d - (p - d) ** 2) / n).sum())
    difference = (p - d).iloc[1] - (p - d).iloc[0]
    return bool(abs(difference) > 1.96 * error)


def computed(rows: Rows) -> float:
    from kpitools.compute import compute

    return compute("nps", LESSON.desk({"surveys": as_surveys(rows)}), every=None).value.iloc[0]


def computed_from_counts(rows: Rows) -> float:
    """The same by `compute`, from an answer a customer."""
    groups = ((10, rows.promoters.sum()), (7, rows.passives.sum()), (0, rows.detractors.sum()))
    scores = [float(score) for score, count in groups for _ in range(int(count))]
    return computed(numbered(pd.DataFrame({"kind": "nps", "score": scores}), "survey_id"))


MISTAKES = {
    "passives_out": lambda rows: net(given(rows), out_of=((given(rows) >= 9) | (given(rows) <= 6)).sum()),
    "unanswered_in": lambda rows: net(given(rows), out_of=(rows.kind == "nps").sum()),
    "unanswered_as_zero": lambda rows: net(rows[rows.kind == "nps"].score.fillna(0)),
    "other_survey": lambda rows: net(rows.score.dropna()),
    "eights_promote": lambda rows: net(given(rows), promote=8),
    "sixes_passive": lambda rows: net(given(rows), detract=5),
    "promoters_only": lambda rows: net(given(rows), detract=-1),
    "mean_score": lambda rows: given(rows).mean(),
}
SCORE = Work(
    draw=answers, right=lambda rows: net(given(rows)), truth=computed, unit="score", pool=pool, mistakes=MISTAKES
)
QUARTER = Work(
    draw=months,
    right=pooled,
    truth=computed_from_counts,
    unit="score",
    pool=pool_of_months,
    size=1,
    mistakes={
        "mean_of_months": lambda rows: monthly(rows).mean(),
        "passives_out": lambda rows: pooled(rows.assign(passives=0)),
        "last_month": lambda rows: monthly(rows).iloc[-1],
        "promoters_only": lambda rows: 100 * rows.promoters.sum() / rows[GROUPS].to_numpy().sum(),
    },
)

LESSON = read_lesson(
    __name__,
    order=170,
    part="service",
    minutes=35,
    board=board,
    now=NOW,
    kpi="nps",
    work={"nps-1": SCORE, "nps-2": QUARTER, "nps-4": replace(SCORE, kind="code")},
    draws={"nps-3": two_months},
    rights={"is_news": is_news, "is_chance": lambda rows: not is_news(rows)},
)
