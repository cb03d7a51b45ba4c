"""The cohort triangle: of the customers who came in one period, how many are still there later."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kpitools.plots import style
from kpitools.plots.data import shows
from kpitools.words import number, quantity, say

MOST = 24  # cohorts and periods of age that still fit on a page


@shows(cohort=None, age="count", customers="count", share="share")
def cohort_triangle(
    cohorts: pd.DataFrame, language: str = "en", ax: Axes | None = None, *, every: str = "month"
) -> Axes:
    """A grid of shares: one row a cohort, one column a period of age.

    `cohorts`: ``cohort`` (Timestamp), ``age`` (whole periods), ``customers`` (at the start), ``share`` still there
    (see `views.cohorts`). Cohorts of fewer than 20 are written faint; the newest 24 are drawn.
    """
    newest = cohorts[cohorts.cohort.isin(sorted(cohorts.cohort.unique())[-MOST:]) & (cohorts.age <= MOST)]
    grid = newest.pivot(index="cohort", columns="age", values="share").astype(float)
    ax = style.axes(ax, height=max(2.6, 1.4 + 0.27 * len(grid)))
    headline = cohorts_headline(cohorts, language, every)
    if grid.empty:
        return style.headline(ax, headline)
    ax.imshow(grid, aspect="auto", cmap="Blues", vmin=0, vmax=1)
    sizes = newest.groupby("cohort").customers.max()
    _write_cells(ax, grid, sizes, language)
    names = [f"{_name(cohort, every)}  (n = {number(size, language, 0)})" for cohort, size in sizes.items()]
    ax.set_yticks(range(len(grid)), names, fontsize=8)
    ages = list(grid.columns)
    ax.set_xticks(range(0, len(ages), max(1, len(ages) // 12)), ages[:: max(1, len(ages) // 12)], fontsize=9)
    ax.tick_params(length=0)
    ax.set_xlabel(say(f"plots.cohorts.axis.{every}", language), fontsize=9)
    ax.set_ylabel(say("plots.cohorts.started", language), fontsize=9)
    return style.headline(ax, headline)


def _name(cohort: pd.Timestamp, every: str) -> str:
    if every == "quarter":
        return f"{cohort.year} Q{cohort.quarter}"
    return f"{cohort:%Y-%m}" if every == "month" else f"{cohort:%Y-%m-%d}"


def _write_cells(ax: Axes, grid: pd.DataFrame, sizes: pd.Series, language: str) -> None:
    if grid.shape[1] > 26:
        return
    size = 8 if grid.shape[1] <= 16 else 6.5
    for row, cohort in enumerate(grid.index):
        faint = style.small([sizes[cohort]])[0]
        for column, share in enumerate(grid.loc[cohort]):
            if np.isfinite(share):
                colour = "white" if share > 0.6 else style.INK
                ax.text(
                    column,
                    row,
                    number(share * 100, language, 0),
                    ha="center",
                    va="center",
                    fontsize=size,
                    color=colour,
                    alpha=0.5 if faint else 1,
                )


def cohorts_headline(cohorts: pd.DataFrame, language: str, every: str = "month") -> str:
    """Of all customers old enough, the share still there at the oldest age that at least 20 have reached."""
    if cohorts.empty:
        return say("plots.empty", language, title=say("plots.cohorts.title", language))
    ages = cohorts.assign(stay=cohorts.share * cohorts.customers).groupby("age")[["stay", "customers"]].sum()
    ages = ages[ages.customers >= style.SMALL]
    if not len(ages) or ages.index.max() == 0:
        return say("plots.cohorts.young", language)
    wanted = {"month": 12, "quarter": 4, "week": 12}.get(every, 12)
    age = int(max(a for a in ages.index if a <= wanted))
    share = quantity(ages.stay[age] / ages.customers[age], "share", language)
    key = f"plots.cohorts.{every}" if every in ("week", "month", "quarter") else "plots.cohorts.month"
    return say(key, language, share=share, age=age, n=number(ages.customers[age], language, 0))
