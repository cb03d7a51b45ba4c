"""Reading a scorecard: two questions to each row, and what to do with the four answers."""

import datetime as dt

import numpy as np
import pandas as pd

from kpitools.analysis import xmr
from kpitools.analysis.targets import bounds
from kpitools.analysis.trend import expected_false_icons
from kpitools.lessons.exercises._made import numbered
from kpitools.lessons.reading import read_lesson
from kpitools.lessons.record import Rows, Work

NOW = dt.datetime(2025, 6, 2)
BY_CHANCE = 0.016  # of the icons of a stable figure, those that are coloured: docs/methods.md, What is news
WEEKS = 4
CARD = [
    ("first_response_time", "lower", 0.9, 1.5, 4.5, 4.0),
    ("resolution_time", "lower", 30, 18, 34, 40),
    ("csat", "higher", 0.83, 0.76, 0.88, 0.90),
    ("first_contact_resolution_rate", "higher", 0.58, 0.52, 0.66, 0.60),
    ("reopen_rate", "lower", 0.13, 0.04, 0.11, 0.10),
    ("nps", "higher", 18, 5, 45, 30),
    ("sla_attainment", "higher", 0.93, 0.85, 0.97, 0.80),
    ("average_handle_time", "lower", 6.4, 5.0, 7.0, 4.5),
    ("abandonment_rate", "lower", 0.03, 0.04, 0.12, 0.15),
    ("backlog", "lower", 52, 20, 46, 60),
]


def board() -> dict[str, Rows]:
    """A Monday's scorecard: five targets missed; signals in rows 1, 5, 9 and 10, bad ones in 5 and 10; missed for
    good in 3 and 8."""
    rows = pd.DataFrame(CARD, columns=["kpi", "better", "value", "lower", "upper", "target"])
    return {"scorecard": numbered(rows, "row")}


# The rows of the exercises ----------------------------------------------------------------------------------

# Value and target in reaches from the centre, where less is better: a row of each kind.
KINDS = {
    "concern_missed": (1.4, 0.3),
    "concern_met": (1.3, 1.8),
    "better_still_missed": (-1.3, -1.8),
    "missed_by_chance": (0.6, -0.2),
    "missed_for_good": (0.2, -1.4),
    "met_for_good": (-0.1, 1.5),
    "met_by_chance": (-0.5, 0.4),
    "better_met": (-1.4, 0.2),
}


def card(generator: np.random.Generator) -> Rows:
    """Eight figures on a scale of a hundred points, each of another kind; of about half of them more is better."""
    found = []
    for value, target in KINDS.values():
        centre, reach = int(generator.integers(40, 61)), 10
        sign = int(generator.choice([-1, 1]))
        better = "lower" if sign > 0 else "higher"
        found.append(
            (better, centre + sign * reach * value, centre - reach, centre + reach, centre + sign * reach * target)
        )
    rows = pd.DataFrame(found, columns=["better", "value", "lower", "upper", "target"]).round().astype({"value": int})
    return numbered(rows.astype({"target": int}).iloc[generator.permutation(len(rows))], "row")


def pages(generator: np.random.Generator) -> Rows:
    """How many figures three pages show."""
    return pd.DataFrame({"page": ["desk", "teams", "channels"], "figures": generator.integers(9, 60, 3)})


# Ways of reading --------------------------------------------------------------------------------------------


def bad_side(rows: Rows) -> pd.Series:
    return ((rows.better == "lower") & (rows.value > rows.upper)) | (
        (rows.better == "higher") & (rows.value < rows.lower)
    )


def outside(rows: Rows) -> pd.Series:
    return (rows.value > rows.upper) | (rows.value < rows.lower)


def missed(rows: Rows) -> pd.Series:
    return pd.Series(np.where(rows.better == "lower", rows.value > rows.target, rows.value < rows.target), rows.index)


def keeps_missing(rows: Rows) -> pd.Series:
    return pd.Series(np.where(rows.better == "lower", rows.lower > rows.target, rows.upper < rows.target), rows.index)


def keeps_meeting(rows: Rows) -> pd.Series:
    return pd.Series(np.where(rows.better == "lower", rows.upper < rows.target, rows.lower > rows.target), rows.index)


def ids(rows: Rows, wanted: pd.Series) -> frozenset[str]:
    return frozenset(rows[wanted].row)


def concern_by_toolkit(rows: Rows) -> frozenset[str]:
    label = np.where(rows.value > rows.upper, xmr.OUTSIDE[1], np.where(rows.value < rows.lower, xmr.OUTSIDE[-1], ""))
    said = [xmr.verdict(one, better) for one, better in zip(label, rows.better, strict=True)]
    return ids(rows, pd.Series(said) == "concern")


def missing_by_toolkit(rows: Rows) -> frozenset[str]:
    said = [xmr.assurance(row.lower, row.upper, *bounds(float(row.target), row.better)) for row in rows.itertuples()]
    return ids(rows, pd.Series(said) == "consistent_fail")


TODAY = Work(
    kind="ids",
    draw=card,
    right=lambda rows: ids(rows, bad_side(rows)),
    truth=concern_by_toolkit,
    made_up="kinds",
    mistakes={
        "red_lights": lambda rows: ids(rows, missed(rows)),
        "all_signals": lambda rows: ids(rows, outside(rows)),
        "high_is_bad": lambda rows: ids(rows, rows.value > rows.upper),
        "only_red": lambda rows: ids(rows, bad_side(rows) & missed(rows)),
    },
)
FOR_GOOD = Work(
    kind="ids",
    draw=card,
    right=lambda rows: ids(rows, keeps_missing(rows)),
    truth=missing_by_toolkit,
    made_up="kinds",
    mistakes={
        "missed_now": lambda rows: ids(rows, missed(rows)),
        "by_chance": lambda rows: ids(rows, ~keeps_missing(rows) & ~keeps_meeting(rows)),
        "target_outside": lambda rows: ids(rows, keeps_missing(rows) | keeps_meeting(rows)),
        "without_the_better": lambda rows: ids(rows, keeps_missing(rows) & ~outside(rows)),
    },
)
FALSE = Work(
    draw=pages,
    given=lambda rows: {"weeks": WEEKS},
    right=lambda rows: float(BY_CHANCE * rows.figures.sum() * WEEKS),
    truth=lambda rows: sum(expected_false_icons(int(k)) for k in rows.figures for _ in range(WEEKS)),
    unit="ratio",
    decimals=1,
    made_up="plan",
    mistakes={
        "one_week": lambda rows: BY_CHANCE * rows.figures.sum(),
        "one_page": lambda rows: BY_CHANCE * rows.figures.max() * WEEKS,
        "mean_page": lambda rows: BY_CHANCE * rows.figures.mean() * WEEKS,
        "as_a_share": lambda rows: 1.6 * rows.figures.sum() * WEEKS,
    },
)

LESSON = read_lesson(
    __name__,
    order=320,
    part="capstone",
    minutes=35,
    board=board,
    now=NOW,
    work={"card-1": TODAY, "card-2": FOR_GOOD, "card-3": FALSE},
)
