"""Day, week (from Monday), month, quarter: on the desk's wall clock."""

import ibis.expr.types as ir
import pandas as pd

from kpitools.errors import unknown

UNITS = {"day": "D", "week": "W", "month": "M", "quarter": "Q"}
A_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4}
_OFFSETS = {
    "day": pd.DateOffset(days=1),
    "week": pd.DateOffset(weeks=1),
    "month": pd.DateOffset(months=1),
    "quarter": pd.DateOffset(months=3),
}


def check(every: str | None) -> str | None:
    """`every` itself; None or "all" mean one period for everything. UnknownNameError otherwise."""
    if every in (None, "all"):
        return None
    if every not in UNITS:
        raise unknown("period", every, [*UNITS, "all"])
    return every


def truncated(local: ir.TimestampValue, every: str) -> ir.TimestampValue:
    """The first instant, on the wall clock, of the period that holds each moment."""
    return local.truncate(UNITS[every]).cast("timestamp(6)")


def floor(moment, every: str) -> pd.Timestamp:
    """The first day of the period that holds `moment`."""
    day = pd.Timestamp(moment).normalize()
    if every == "week":
        return day - pd.Timedelta(days=day.weekday())
    if every == "month":
        return day.replace(day=1)
    if every == "quarter":
        return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    return day


def grid(first: pd.Timestamp, last, every: str) -> pd.DatetimeIndex:
    """All period starts from `first` (itself one) to `last`."""
    return pd.date_range(first, pd.Timestamp(last), freq=_OFFSETS[every], unit="us")


def last_over(moment, every: str) -> pd.Timestamp:
    """The start of the last period that is over at `moment`."""
    return floor(moment, every) - _OFFSETS[every]


def following(starts: pd.DatetimeIndex | pd.Series, every: str):
    """The start of the next period, which is the exclusive end of each."""
    return starts + _OFFSETS[every]
