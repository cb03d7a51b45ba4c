"""Rows of a desk's own export in the shapes that exercises have: counts of months, threads of messages.

Where rows belong together, such as three months in a row, they bear the same name in the column `BLOCK`, and an
exercise takes whole blocks. Nobody's name or id is in any of them.
"""

import numpy as np
import pandas as pd

from kpitools.desk import Desk
from kpitools.lessons.record import BLOCK, Rows


def blocks(parts: list[Rows]) -> Rows:
    """Frames as blocks of one frame."""
    named = [part.assign(**{BLOCK: str(i + 1)}) for i, part in enumerate(parts)]
    return pd.concat(named, ignore_index=True) if named else pd.DataFrame({BLOCK: pd.Series(dtype="str")})


def windows(monthly: Rows, months: int) -> list[Rows]:
    """Every run of `months` neighbouring months of a frame with a column ``month`` (texts such as 2025-03)."""
    every = pd.period_range(monthly.month.min(), monthly.month.max(), freq="M").astype(str) if len(monthly) else []
    runs = [every[i : i + months] for i in range(len(every) - months + 1)]
    found = [monthly[monthly.month.isin(run)].reset_index(drop=True) for run in runs]
    return [part for part in found if part.month.nunique() == months]


def month_of(local: pd.Series, desk: Desk) -> pd.Series:
    """The month of wall-clock times, as a text; missing in the month of the export, which is not over."""
    months = local.dt.strftime("%Y-%m")
    return months.where(local < pd.Timestamp(desk.as_of).normalize().replace(day=1))


def _is_satisfied(rows: Rows) -> pd.Series:
    """Whether an answer is a good one; missing on a scale that has neither four of five nor good and bad."""
    least = rows.scale.map({"1-5": 4.0, "0-1": 1.0})
    return (rows.score >= least).where(rows.score.notna() & least.notna())


def satisfaction(desk: Desk, by: str = "channel") -> Rows:
    """month, `by`, invited, answered, satisfied: the satisfaction surveys of a desk by the month they were sent in."""
    columns = ["kind", "score", "scale", "sent_local", "answered_local", by]
    rows = desk.table("surveys").to_pandas().reindex(columns=columns)
    rows = rows[(rows.kind == "csat") & rows[by].notna() & rows.scale.isin(["1-5", "0-1"])]
    rows["month"] = month_of(pd.to_datetime(rows.sent_local).fillna(pd.to_datetime(rows.answered_local)), desk)
    rows["good"] = _is_satisfied(rows).astype(float)
    counted = rows.dropna(subset="month").groupby(["month", by]).good
    found = counted.agg(invited="size", answered="count", satisfied="sum").reset_index()
    return found.astype({"satisfied": int})


def pairs_of_months(desk: Desk, groups: int, least: int = 5) -> list[tuple[Rows, Rows]]:
    """Two neighbouring months of satisfaction surveys, by the `groups` channels with most answers; those with fewer
    than `least` answers in one of the two are no good for a share."""
    months = satisfaction(desk)
    largest = months.groupby("channel").answered.sum().nlargest(groups).index
    found = []
    for pair in windows(months[months.channel.isin(largest)], 2):
        before, after = (part.set_index("channel").reindex(largest) for _, part in pair.groupby("month"))
        if before.answered.min() >= least and after.answered.min() >= least and len(largest) == groups:
            found.append((before.reset_index(), after.reset_index()))
    return found


def customer_months(desk: Desk) -> Rows:
    """month, at_start, lost, won: the customers of a desk, month by month.

    Who comes and leaves within one month is in none of the three.
    """
    rows = desk.table("customers").to_pandas()
    started, ended = rows.started_local, rows.ended_local
    last = pd.Timestamp(desk.as_of).normalize().replace(day=1)
    starts = pd.date_range(started.min() + pd.offsets.MonthBegin(1), last, freq="MS", normalize=True)
    there = [((started < at) & ~(ended < at)).sum() for at in starts]
    stayed = [((started < at) & ~(ended < at + pd.DateOffset(months=1))).sum() for at in starts]
    found = pd.DataFrame({"month": starts.strftime("%Y-%m"), "at_start": there})
    found["lost"] = found.at_start - stayed
    found["won"] = found.at_start.shift(-1) - stayed
    return found[found.at_start > 0].dropna().astype({"won": int}).reset_index(drop=True)


def rounded(amounts: Rows | pd.Series) -> Rows | pd.Series:
    """Amounts in thousands, millions and so on, so that about three digits are left to work with."""
    values = np.abs(np.ravel(amounts.to_numpy(float)))
    if not (values > 0).any():
        return amounts
    size = np.median(values[values > 0])
    return (amounts / 10 ** max(0, int(np.log10(size)) - 2)).round()


def weekly_requests(desk: Desk, weeks: int) -> list[Rows]:
    """Requests week by week, `weeks` at a time, for each team by itself."""
    rows = desk.table("tickets").to_pandas().reindex(columns=["created_local", "team"])
    week = rows.created_local.dt.to_period("W-SUN").dt.start_time
    over = week + pd.Timedelta(days=7) <= pd.Timestamp(desk.as_of)
    counts = rows[over].groupby([rows.team.fillna(""), week]).size().unstack(fill_value=0).iloc[:, 1:]
    runs = [team[i : i + weeks] for _, team in counts.iterrows() for i in range(0, len(team) - weeks + 1, weeks // 2)]
    return [pd.DataFrame({"complaints": run.to_numpy()}) for run in runs]


def threads(desk: Desk, authors: tuple[str, ...]) -> list[Rows]:
    """The messages of each request that a customer began and a person answered, by those `authors`, three to ten of
    them."""
    columns = ["ticket_id", "at", "author", "is_public"]
    rows = desk.table("messages").to_pandas()[columns].replace({"author": {"system": "bot"}})
    rows = rows[rows.author.isin(authors) & rows.is_public.notna()].sort_values(["ticket_id", "at"], kind="stable")
    rows = rows.astype({"is_public": bool}).merge(_shape(rows), left_on="ticket_id", right_index=True)
    return [part[columns[1:]].reset_index(drop=True) for _, part in rows.groupby("ticket_id")]


def _shape(rows: Rows) -> Rows:
    """The requests whose messages make an exercise."""
    answered = (rows.author == "agent") & rows.is_public.astype(bool)
    shape = rows.assign(answered=answered).groupby("ticket_id").agg(
        n=("at", "size"), first=("author", "first"), answered=("answered", "sum")
    )  # fmt: skip
    return shape[shape.n.between(3, 10) & (shape["first"] == "customer") & (shape.answered > 0)][[]]
