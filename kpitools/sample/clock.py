"""The shop's wall clock, in seconds: its span, its working hours, and how instants are written."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import holidays
import numpy as np
import pandas as pd

from kpitools.sample import texts
from kpitools.sample.stories import DAY, HOUR, NEW_HOURS, UTC_OFFSET, VIP


@dataclass(frozen=True)
class World:
    """The seed and the span of the shop's wall clock, in seconds; ``end`` is when the exports were taken."""

    seed: int
    start: float
    end: float

    def rng(self, *purpose: int) -> np.random.Generator:
        """A generator for one purpose."""
        return np.random.default_rng([self.seed, *purpose])

    def hours(self, team: int) -> "Hours":
        """The working hours of a team."""
        return Hours(texts.EXTENDED if team == VIP else texts.OFFICE, self.start, self.end)


class Hours:
    """Working hours as a running count of open seconds: `elapsed` reads it, `at` reads it backwards."""

    def __init__(self, weeks, start: float, end: float):
        first = date.fromisoformat("1970-01-01") + timedelta(days=start // DAY - 30)
        days = [first + timedelta(days=i) for i in range(int((end - start) // DAY) + 430)]
        off = holidays.country_holidays("VN", years=range(days[0].year, days[-1].year + 1))
        closed = set(texts.CLOSED)
        spans = [
            (seconds(day) + opens * HOUR, seconds(day) + closes * HOUR)
            for day in days
            if day not in off and day.isoformat() not in closed
            for opens, closes in weeks[day.isoformat() >= NEW_HOURS][day.weekday()]
        ]
        self.opens, self.closes = np.array(spans).T
        self.before = np.concatenate([[0], np.cumsum(self.closes - self.opens)[:-1]])

    def elapsed(self, instant):
        """Open seconds until each instant; NaN stays NaN."""
        i = np.clip(np.searchsorted(self.opens, instant, "right") - 1, 0, None)
        return self.before[i] + np.clip(instant - self.opens[i], 0, self.closes[i] - self.opens[i])

    def at(self, seconds):
        """The instant by which so many open seconds have passed; after the last span: NaN."""
        i = np.clip(np.searchsorted(self.before, seconds, "right") - 1, 0, None)
        instant = self.opens[i] + seconds - self.before[i]
        return np.where(instant > self.closes[i] + 1, np.nan, np.floor(instant))


def seconds(day) -> float:
    """Seconds of the wall clock at a day's start."""
    return float(pd.Timestamp(day).timestamp())


def as_text(instant, between: str = " ", end: str = "") -> np.ndarray:
    """Instants as 'YYYY-MM-DD HH:MM:SS'; '' where missing."""
    instant = np.asarray(instant, dtype=float)
    missing = np.isnan(instant)
    stamps = np.datetime_as_string(np.where(missing, 0, instant).astype("int64").astype("datetime64[s]"))
    stamps = np.ascontiguousarray(stamps, dtype="U19")
    stamps.view("U1").reshape(-1, 19)[:, 10] = between
    stamps = stamps.astype(object)
    if end:
        stamps = stamps + end
    stamps[missing] = ""
    return stamps


def utc(instant) -> np.ndarray:
    return as_text(np.asarray(instant) - UTC_OFFSET, "T", "Z")


def whole(values) -> pd.array:
    """Whole numbers, missing where NaN."""
    return pd.array(np.floor(np.asarray(values, dtype=float)), dtype="Float64").astype("Int64")


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def clock_text(seconds) -> list[str]:
    """HH:MM:SS, hours past 24; '' where missing."""
    return ["" if np.isnan(s) else f"{int(s) // 3600:02d}:{int(s) // 60 % 60:02d}:{int(s) % 60:02d}" for s in seconds]
