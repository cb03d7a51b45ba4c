"""The extra tables behind figures that only some KPIs need: small frames, counted by the KPI's own rules.

Each takes a KPI (or its name) and a desk, and gives an empty frame where the data has nothing to say.
"""

from dataclasses import replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kpitools import periods
from kpitools.analysis.trend import Trend, judge
from kpitools.compute import SECONDS, compute, counted_rows, last_complete
from kpitools.desk import Desk
from kpitools.facts import FIRST_CONTACT_PARTS
from kpitools.kpi import Kpi
from kpitools.people import hide
from kpitools.tables import UNCOUNTED

BINS_A_DECADE = 12
MOST_GROUPS = 20
MOST_WAITS = 5
AGE_BANDS = {"under 1 day": 1, "1-3 days": 3, "3-7 days": 7, "1-4 weeks": 28, "over 4 weeks": np.inf}
_DAYS_IN = {"week": 7, "month": 30.4375, "quarter": 91.3125}
_Z = 1.959963984540054  # 97.5 % point of the normal distribution


def between(rows: ir.Table, start: str | None, end: str | None) -> ir.Table:
    """`rows` whose local moment lies from `start` and before `end`, as ISO dates; None leaves a side open."""
    for bound, keeps in ((start, lambda t, at: t.local >= at), (end, lambda t, at: t.local < at)):
        if bound:
            at = ibis.literal(pd.Timestamp(bound).to_pydatetime(), type="timestamp(6)")
            rows = rows.filter(keeps(rows, at))
    return rows


def _counted(kpi: Kpi, desk: Desk, hours: str = "calendar", view: str | None = None) -> ir.Table:
    """The rows behind a KPI; each row of a ratio is worth its own ratio, in the KPI's unit."""
    rows = counted_rows(kpi, desk, hours=hours, view=view)
    if kpi.statistic != "ratio":
        return rows
    return rows.mutate(value=rows.value / rows.per.nullif(0) / SECONDS.get(kpi.unit, 1.0))


def series_of(kpi: Kpi | str, desk: Desk, **asked) -> pd.DataFrame:
    """The KPI's series as `compute` gives it, and an empty one where the data lacks what it needs."""
    kpi = desk.kpi(kpi)
    if desk.missing(kpi):
        return pd.DataFrame(columns=["period", "value", "n", "low", "high", "complete"])
    return compute(kpi, desk, **asked)


def completeness(
    frame: pd.DataFrame, kpi: Kpi, desk: Desk, every: str, start: str | None, end: str | None
) -> pd.DataFrame:
    """`frame` with ``complete`` as the KPI's own series has it; rows by ``period``."""
    series = compute(kpi, desk, every=every, start=start, end=end)
    whole = series.drop_duplicates("period").set_index("period").complete
    at = pd.to_datetime(frame.period).astype("datetime64[us]")
    return frame.assign(period=at, complete=at.map(whole).fillna(False).astype(bool))


def complete_span(series: pd.DataFrame, every: str) -> tuple[str | None, str | None]:
    """Local start and exclusive end (ISO dates) of the complete periods of a series; (None, None) without any."""
    whole = series.period[series.complete.astype(bool) & (series.n > 0)]
    if not len(whole):
        return None, None
    end = periods.following(whole.iloc[[-1]], every).iloc[0]
    return whole.iloc[0].date().isoformat(), end.date().isoformat()


def last_span(kpi: Kpi | str, desk: Desk, *, every: str = "quarter", **asked) -> dict[str, str | None]:
    """``start`` and ``end`` (local days, `end` exclusive) of the last complete period of a KPI, to ask others for."""
    _, end = complete_span(series_of(kpi, desk, every=every, **asked), every)
    if end is None:
        return {"start": asked.get("start"), "end": asked.get("end")}
    return {"start": last_period(end, every), "end": end}


def last_period(end: str, every: str) -> str:
    """The first day of the period that ends before the local day `end`."""
    return periods.floor(pd.Timestamp(end) - pd.Timedelta(days=1), every).date().isoformat()


def judged(
    series: pd.DataFrame, kpi: Kpi | str, desk: Desk, every: str = "week", hours: str = "calendar"
) -> Trend | None:
    """The series judged with the desk's own targets and interventions, `hours` being the clock of the series; None
    where it has no period.

    A rebase outside the series, as a rolling export or a shortened span has them, is left out and noted.
    """
    if series["period"].isna().all():
        return None
    return judge(
        series,
        desk.kpi(kpi),
        targets=desk.targets,
        interventions=desk.interventions,
        team=desk.team,
        every=every,
        hours=hours,
        rebase_outside="note",
    )


def current(trend: Trend | None, kpi: Kpi | str, desk: Desk) -> Trend | None:
    """`trend`, its course not judged where the desk's last complete period has no value: it is of an older one.

    For series that run up to the desk's "now".
    """
    if trend is None or trend.last is None:
        return trend
    due = last_complete(desk.kpi(kpi), desk, trend.every)
    return trend if trend.last["period"] >= due else replace(trend, variation=None, awaited=due)


def trend(
    kpi: Kpi | str,
    desk: Desk,
    *,
    every: str = "week",
    hours: str = "calendar",
    start: str | None = None,
    end: str | None = None,
) -> Trend | None:
    """The KPI's series, computed and judged; None where the data has nothing of it."""
    series = series_of(kpi, desk, every=every, hours=hours, start=start, end=end)
    return judged(series, kpi, desk, every, hours)


def span(kpi: Kpi | str, desk: Desk) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """The first and the last local moment, up to the desk's "now", of the rows that count for a KPI."""
    rows = _counted(desk.kpi(kpi), desk)
    rows = rows.filter(rows.local <= ibis.literal(desk.as_of_local, type="timestamp(6)"))
    ends = rows.agg(first=rows.local.min(), last=rows.local.max()).to_pandas().iloc[0]
    return (None, None) if pd.isna(ends["first"]) else (pd.Timestamp(ends["first"]), pd.Timestamp(ends["last"]))


def dimension(kpi: Kpi | str, desk: Desk, by: str = "") -> str:
    """The column to compare groups by: `by` itself, or the first of the KPI's own that holds data; "" for none."""
    kpi = desk.kpi(kpi)
    if by or desk.missing(kpi):
        return by
    return next((column for column in kpi.dimensions if column in desk.filled(kpi.table)), "")


def breakdown(
    kpi: Kpi | str,
    desk: Desk,
    by: str,
    *,
    every: str = "week",
    hours: str = "calendar",
    start: str | None = None,
    end: str | None = None,
) -> pd.DataFrame:
    """One row a group over all complete periods together: the column `by`, value, low, high, n; people are pseudonyms.
    A stock is taken at the end of the last complete period. No row where `by` is "".

    `attrs` holds ``overall`` (the value of all rows), ``start`` and ``end`` (local dates, `end` exclusive) and
    ``left_out``, the number of groups beyond the twenty largest.
    """
    kpi = desk.kpi(kpi)
    series = series_of(kpi, desk, every=every, hours=hours, start=start, end=end)
    first, last = complete_span(series, every)
    if first is None or not by:
        return _with_attrs(pd.DataFrame(columns=[by, "value", "low", "high", "n"]), overall=np.nan, left_out=0)
    # What lies there at the end of one period lies there at the end of the next: stocks are not added up.
    over = every if kpi.is_stock else None
    first = last_period(last, every) if kpi.is_stock else first
    span = {"every": over, "hours": hours, "start": first, "end": last}
    groups = compute(kpi, desk, by=(by,), **span)
    groups = hide(groups.drop(columns=["period", "complete"]), desk)
    most = groups.sort_values("n", ascending=False).head(MOST_GROUPS)
    overall = compute(kpi, desk, **span).value
    return _with_attrs(
        most.sort_values(by, ignore_index=True),
        overall=float(overall.iloc[0]) if len(overall) else np.nan,
        left_out=len(groups) - len(most),
        is_stock=kpi.is_stock,
        start=first,
        end=last,
    )


def _with_attrs(frame: pd.DataFrame, **attrs) -> pd.DataFrame:
    frame.attrs.update(attrs)
    return frame


def hour_of_week(
    kpi: Kpi | str, desk: Desk, *, hours: str = "calendar", start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """Rows by local weekday (0 is Monday) and hour of their start: ``weekday, hour, n, value``.

    `value` is the median of the rows that have ended, rows still running counting in `n` only; for shares and ratios
    it is theirs, sum over sum.
    """
    kpi = desk.kpi(kpi)
    if desk.missing(kpi):
        return pd.DataFrame(columns=["weekday", "hour", "n", "value"])
    rows = between(counted_rows(kpi, desk, hours=hours, view="cohort" if kpi.is_duration else None), start, end)
    rows = rows.mutate(weekday=rows.local.day_of_week.index().cast("int64"), hour=rows.local.hour().cast("int64"))
    found = rows.group_by("weekday", "hour").agg(n=rows.count(), value=_typical(kpi, rows))
    return found.to_pandas().sort_values(["weekday", "hour"], ignore_index=True)


def _typical(kpi: Kpi, rows: ir.Table) -> ir.Value:
    """The figure of a group of rows: a ratio of sums, a mean, or the median of what has ended."""
    if kpi.statistic == "ratio":
        known = rows.value.notnull() & rows.per.notnull()
        return rows.value.sum(where=known) / rows.per.sum(where=known).nullif(0) / SECONDS.get(kpi.unit, 1.0)
    if kpi.statistic in ("share", "mean"):
        return rows.value.mean()
    return rows.value.quantile(0.5, where=rows.has_ended if "has_ended" in rows.columns else ibis.literal(True))


def arrivals(desk: Desk) -> pd.DataFrame:
    """Tickets, else calls, survey answers or leads by local weekday and hour of arrival: ``weekday, hour, n, value``.

    Of a phone report of intervals, `n` is the calls offered.
    """
    columns = ["weekday", "hour", "n", "value"]
    if not desk.missing(desk.kpi("ticket_volume")):
        return hour_of_week("ticket_volume", desk)
    if {"started_at", "offered"} <= desk.filled_base("queue_intervals"):
        rows = desk.table("queue_intervals")
        return _by_hour(desk, rows.select(at=rows.started_at, n=rows.offered))[columns]
    for name in ("average_speed_of_answer", "csat", "nps"):
        if not desk.missing(desk.kpi(name)):
            return hour_of_week(name, desk)
    if "created_at" in desk.filled_base("leads"):
        rows = desk.table("leads")
        return _by_hour(desk, rows.select(at=rows.created_at, n=1))[columns]
    return pd.DataFrame(columns=columns)


def _by_hour(desk: Desk, rows: ir.Table) -> pd.DataFrame:
    """The sum of `n` by the local weekday and hour of the instant `at`."""
    rows = rows.filter(rows["at"].notnull() & (rows.n > 0)).mutate(local=desk.local(rows["at"]))
    rows = rows.mutate(weekday=rows.local.day_of_week.index().cast("int64"), hour=rows.local.hour().cast("int64"))
    found = rows.group_by("weekday", "hour").agg(n=rows.n.sum().cast("int64")).to_pandas()
    return found.assign(value=np.nan).sort_values(["weekday", "hour"], ignore_index=True)


def durations(
    kpi: Kpi | str, desk: Desk, *, hours: str = "calendar", start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """Finished durations in bins of equal width on a log axis: ``left, right, n``; `attrs` holds median, p90 and mean.

    Values below a second are counted in the bin of a second.
    """
    kpi = desk.kpi(kpi)
    rows = _counted(kpi, desk, hours, "closed" if kpi.is_duration else None)
    rows = between(rows, start, end)
    rows = rows.filter(rows.value.notnull())
    second = {"h": 1 / 3600, "min": 1 / 60}.get(kpi.unit, 1.0)
    shown = ibis.greatest(rows.value, second)
    bins = rows.group_by(place=(shown.log10() * BINS_A_DECADE).floor().cast("int64")).agg(n=rows.count()).to_pandas()
    marks = rows.agg(median=rows.value.quantile(0.5), p90=rows.value.quantile(0.9), mean=rows.value.mean())
    if bins.empty:
        return pd.DataFrame(columns=["left", "right", "n"])
    places = pd.RangeIndex(bins.place.min(), bins.place.max() + 1)
    counts = bins.set_index("place").n.reindex(places, fill_value=0)
    found = pd.DataFrame({"left": 10 ** (places / BINS_A_DECADE), "right": 10 ** ((places + 1) / BINS_A_DECADE)})
    return _with_attrs(found.assign(n=counts.to_numpy()), **marks.to_pandas().iloc[0].astype(float).to_dict())


def survival(
    kpi: Kpi | str, desk: Desk, *, hours: str = "calendar", start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """Kaplan-Meier curve of a duration: ``time`` (KPI's unit), ``survival, low, high, at_risk``.

    Rows still running at the desk's `as_of` are censored there. At most some 500 points, enough to draw.
    """
    kpi = desk.kpi(kpi)
    rows = between(_counted(kpi, desk, hours, "cohort"), start, end)
    rows = rows.filter(rows.value.notnull() & (rows.value >= 0))
    counted = rows.group_by("value", "has_ended").agg(n=rows.count()).to_pandas()
    return _curve(counted.value, counted.has_ended, counted.n)


def lifetimes(desk: Desk) -> pd.DataFrame:
    """Kaplan-Meier curve of how long customers stay, in days; customers who are still there are censored at `as_of`."""
    if not {"started_at"} <= desk.filled_base("customers"):
        return _curve(pd.Series(dtype=float), pd.Series(dtype=bool), pd.Series(dtype=int))
    rows = desk.base("customers")
    now = ibis.literal(desk.as_of, type="timestamp(6)")
    ended = rows.ended_at if "ended_at" in rows.columns else ibis.null("timestamp(6)")
    rows = rows.mutate(has_ended=(ended <= now).fill_null(False), until=ibis.coalesce(ended, now))
    rows = rows.filter(rows.started_at.notnull() & (rows.started_at <= now))
    rows = rows.mutate(value=ibis.least(rows.until, now).delta(rows.started_at, unit="day").cast("float64"))
    counted = rows.filter(rows.value >= 0).group_by("value", "has_ended").agg(n=lambda t: t.count()).to_pandas()
    return _curve(counted.value, counted.has_ended, counted.n)


def _curve(times: pd.Series, ended: pd.Series, weights: pd.Series) -> pd.DataFrame:
    columns = ["time", "survival", "low", "high", "at_risk"]
    if not len(times) or not weights[ended.astype(bool)].sum():
        return pd.DataFrame(columns=columns, dtype=float)
    counted = pd.DataFrame({"time": times, "ended": weights.where(ended.astype(bool), 0), "n": weights})
    counted = counted.groupby("time", as_index=False).sum().sort_values("time", ignore_index=True)
    at_risk = counted.n[::-1].cumsum()[::-1].astype(float)
    alive = (1 - counted.ended / at_risk).cumprod()
    low, high = _log_log_interval(alive, counted.ended, at_risk)
    found = pd.DataFrame({"time": counted.time, "survival": alive, "low": low, "high": high, "at_risk": at_risk})
    return _thinned(found[columns])


def _log_log_interval(alive: pd.Series, ended: pd.Series, at_risk: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Greenwood's variance on the log(-log) scale, so that the limits stay inside 0 and 1."""
    after = (at_risk - ended).where(at_risk > ended)
    greenwood = (ended / (at_risk * after)).cumsum()
    inside = alive.where((alive > 0) & (alive < 1))
    width = _Z * np.sqrt(greenwood) / np.log(inside)
    low, high = inside ** np.exp(-width), inside ** np.exp(width)
    return np.fmin(low, high).fillna(alive), np.fmax(low, high).fillna(alive)


def _thinned(curve: pd.DataFrame, steps: int = 500) -> pd.DataFrame:
    """Keep the first point of each step of survival, and the last: half and a tenth are steps, so marks stay exact."""
    step = np.ceil(curve.survival * steps - 1e-9)
    kept = ~step.duplicated()
    kept.iloc[-1] = True
    return curve[kept].reset_index(drop=True)


def first_contact_parts(desk: Desk, *, start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """Which condition of first contact resolution failed: ``condition, failed, only, n``.

    `only` counts the tickets that failed this condition alone; a condition that cannot be known is not failed.
    """
    rows = between(_counted(desk.kpi("first_contact_resolution_rate"), desk), start, end)
    failed = {part: ~rows[part].fill_null(True) for part in FIRST_CONTACT_PARTS}
    together = sum((test.cast("int64") for test in failed.values()), ibis.literal(0))
    counts = {"n": rows.count()}
    for part, test in failed.items():
        counts[f"failed_{part}"] = test.sum().fill_null(0)
        counts[f"only_{part}"] = (test & (together == 1)).sum().fill_null(0)
    found = rows.agg(**counts).to_pandas().iloc[0].astype(int)
    columns = {"failed": [found[f"failed_{p}"] for p in FIRST_CONTACT_PARTS]}
    columns["only"] = [found[f"only_{p}"] for p in FIRST_CONTACT_PARTS]
    return pd.DataFrame({"condition": list(FIRST_CONTACT_PARTS), **columns, "n": found["n"]})


def handle_parts(desk: Desk, by: str = "team", *, start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """Mean minutes of talk, hold and work after, a handled contact, by group: the column `by`, talk, hold, wrap, n."""
    rows = between(_counted(desk.kpi("average_handle_time"), desk), start, end)
    rows = rows.mutate(**{by: rows[by].cast("string").fill_null("–")})
    handled = rows.handled.cast("float64").sum()
    means = {part: rows[f"{part}_s"].sum() / handled / 60 for part in ("talk", "hold", "wrap")}
    # A sum of whole numbers may come as a decimal.
    found = rows.group_by(by).agg(**means, n=handled.cast("int64")).to_pandas()
    found = hide(found.sort_values("n", ascending=False).head(MOST_GROUPS), desk)
    return found.sort_values(by, ignore_index=True)


def waits_per_ticket(
    desk: Desk, *, hours: str = "calendar", start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """Tickets by how often their customer waited: ``waits`` (the last row: that many or more), ``tickets``,
    ``mean_wait`` (hours of the wait of that number, finished ones only) and ``at_least`` (waits of that number)."""
    rows = between(_counted(desk.kpi("average_wait_time"), desk, hours, "cohort"), start, end)
    order = ibis.window(group_by="ticket_id", order_by=rows.started_at)
    ranked = rows.mutate(turn=ibis.least(ibis.row_number().over(order) + 1, MOST_WAITS))
    mean = ranked.value.mean(where=ranked.has_ended)
    turns = ranked.group_by("turn").agg(mean_wait=mean, at_least=ranked.ticket_id.nunique()).to_pandas()
    turns = turns.sort_values("turn", ignore_index=True).astype({"turn": "int64"})
    fewer = turns.at_least.shift(-1).fillna(0)
    hours_a_unit = {"h": 1.0, "min": 1 / 60, "s": 1 / 3600}[desk.kpi("average_wait_time").unit]
    return pd.DataFrame(
        {
            "waits": turns.turn,
            "tickets": (turns.at_least - fewer).astype("int64"),
            "mean_wait": turns.mean_wait * hours_a_unit,
            "at_least": turns.at_least,
        }
    )


def answers(kpi: Kpi | str, desk: Desk, *, start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """Survey answers by score on the commonest scale: ``score, n, is_good``.

    `attrs`: ``sent`` and ``answered`` (None where the data holds no unanswered invitation) and ``other_scales``, the
    number of answers on other scales.
    """
    kpi = desk.kpi(kpi)
    rows = between(_counted(kpi, desk), start, end)
    scale = rows.scale.fill_null("") if "scale" in rows.columns else ibis.literal("")
    found = rows.group_by("score", scale=scale).agg(n=rows.count(), is_good=rows.value.max() > 0).to_pandas()
    found = found[found.score.notna()]
    if found.empty:
        return _with_attrs(found[["score", "n", "is_good"]], sent=None, answered=None, other_scales=0)
    commonest = found.groupby("scale").n.sum().idxmax()
    shown = _whole_scale(found[found.scale == commonest].sort_values("score", ignore_index=True), commonest)
    other = int(found.n.sum() - shown.n.sum())
    return _with_attrs(
        shown[["score", "n", "is_good"]], other_scales=other, scale=commonest, **_response(kpi, desk, start, end)
    )


def _whole_scale(answers: pd.DataFrame, scale: str) -> pd.DataFrame:
    """With the scores that nobody gave, which count as good where a lower one does."""
    first, _, last = scale.partition("-")
    if not (first.isdigit() and last.isdigit()):
        return answers
    steps = pd.Index([float(score) for score in range(int(first), int(last) + 1)], name="score")
    whole = answers.set_index("score").reindex(steps.union(answers.score))
    good = answers[answers.is_good.astype(bool)].score
    is_good = whole.is_good.where(whole.n.notna(), whole.index > (good.min() if len(good) else np.inf))
    return whole.assign(n=whole.n.fillna(0).astype("int64"), is_good=is_good.astype(bool)).reset_index()


def _response(kpi: Kpi, desk: Desk, start: str | None, end: str | None) -> dict[str, int | None]:
    rows = desk.table(kpi.table)
    if "sent_at" not in desk.filled(kpi.table) or "kind" not in rows.columns:
        return {"sent": None, "answered": None}
    rows = rows.filter((rows.kind == kpi.name.split("_")[0]) & rows.sent_at.notnull())
    for rule in desk.kpi("survey_response_rate").population:
        rows = rows.filter(rule.keep.resolve(rows).fill_null(False))
    rows = between(rows.mutate(local=desk.local(rows.sent_at)), start, end)
    found = rows.agg(sent=rows.count(), answered=rows.score.notnull().sum().fill_null(0)).to_pandas().iloc[0]
    if found.sent == found.answered:
        return {"sent": None, "answered": None}
    return {"sent": int(found.sent), "answered": int(found.answered)}


def cohorts(desk: Desk, every: str = "month") -> pd.DataFrame:
    """Customers by the period in which they came and their age since: ``cohort, age, customers, share`` still there.

    An age is shown once every customer of the cohort can have reached it. A month of age is 30.4375 days. Cohorts
    come from relationships only; without a customers table the frame is empty.
    """
    columns = ["cohort", "age", "customers", "share"]
    if not {"started_at"} <= desk.filled_base("customers"):
        return pd.DataFrame(columns=columns)
    every = every if every in _DAYS_IN else "month"
    rows = desk.base("customers")
    rows = rows.filter(rows.started_at.notnull() & (rows.started_at <= ibis.literal(desk.as_of, type="timestamp(6)")))
    ended = rows.ended_at if "ended_at" in rows.columns else ibis.null("timestamp(6)")
    ended = ibis.ifelse(ended <= ibis.literal(desk.as_of, type="timestamp(6)"), ended, None)
    days = ended.delta(rows.started_at, unit="second") / 86400
    cohort = periods.truncated(desk.local(rows.started_at), every)
    rows = rows.mutate(cohort=cohort, left_at=(days / _DAYS_IN[every]).floor().cast("int64"))
    counted = rows.group_by("cohort", "left_at").agg(n=rows.count()).to_pandas()
    found = [_cohort(start, part, desk, every) for start, part in counted.groupby("cohort")]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def _cohort(start: pd.Timestamp, part: pd.DataFrame, desk: Desk, every: str) -> pd.DataFrame:
    full = periods.following(pd.Series([start]), every).iloc[0]
    observed = (pd.Timestamp(desk.as_of_local) - full) / pd.Timedelta(days=_DAYS_IN[every])
    ages = np.arange(int(np.floor(observed)) + 1)
    gone = part.dropna(subset=["left_at"])
    lost = np.array([gone.n[gone.left_at < age].sum() for age in ages], dtype=float)
    size = int(part.n.sum())
    return pd.DataFrame({"cohort": start, "age": ages, "customers": size, "share": 1 - lost / size})


def yearly_churn(series: pd.DataFrame, every: str = "month") -> pd.DataFrame:
    """What a churn rate means over a year: one row with ``periods, lost, at_risk, rate, times, compounded``.

    `rate` pools the last year of complete periods from their counts; `times` multiplies it by the periods of a year,
    which is wrong, and `compounded` is 1 - (1 - rate) to that power.
    """
    a_year = {"week": 52, "month": 12, "quarter": 4}.get(every, 12)
    whole = series[series.complete.astype(bool) & (series.n > 0)].tail(a_year)
    lost, at_risk = float(whole.k.sum()), int(whole.n.sum())
    rate = lost / at_risk if at_risk else np.nan
    row = {"periods": len(whole), "lost": int(lost), "at_risk": at_risk, "rate": rate}
    return pd.DataFrame([row | {"times": rate * a_year, "compounded": 1 - (1 - rate) ** a_year}])


_VENDOR_TIMES = {
    "vendor_first_reply_s": ("created_at", "first_reply_at"),
    "vendor_resolution_s": ("created_at", "resolved_at"),
}


def vendor_times(desk: Desk) -> pd.DataFrame:
    """The times the helpdesk computed itself against ours, on the calendar: ``column, n, equal, difference, p90``.

    `equal`: share of tickets within a minute; `difference` and `p90`: median and 90th percentile of the absolute
    difference, in minutes. Ours are never replaced by them. Empty where the export has none, or no tickets.
    """
    columns = ["column", "n", "equal", "difference", "p90"]
    if desk.missing_for_table("tickets"):
        return pd.DataFrame(columns=columns)
    filled, rows = desk.filled("tickets"), desk.table("tickets")
    found = []
    for column, (start, end) in _VENDOR_TIMES.items():
        if {column, start, end} <= filled:
            both = rows.filter(rows[column].notnull() & rows[start].notnull() & rows[end].notnull())
            ours = both[end].delta(both[start], unit="second")
            apart = (ours - both[column]).abs()
            counts = both.agg(
                n=both.count(),
                equal=(apart <= 60).mean(),
                difference=apart.quantile(0.5) / 60,
                p90=apart.quantile(0.9) / 60,
            )
            found.append({"column": column, **counts.to_pandas().iloc[0].to_dict()})
    return pd.DataFrame(found, columns=columns)


def backlog_age(desk: Desk) -> pd.DataFrame:
    """Open tickets by how long they have been open at the desk's `as_of`: ``band`` (see AGE_BANDS), ``n``."""
    if desk.missing_for_table("tickets"):
        return pd.DataFrame({"band": list(AGE_BANDS), "n": 0})
    rows = desk.table("tickets")
    rows = rows.filter(rows.is_open & ~rows.is_test & ~rows.status.fill_null("").isin(UNCOUNTED))
    rows = rows.filter(rows.created_at.notnull())
    age = ibis.literal(desk.as_of, type="timestamp(6)").delta(rows.created_at, unit="second") / 86400
    edges = list(AGE_BANDS.items())
    band = ibis.cases(*[(age < days, name) for name, days in edges[:-1]], else_=edges[-1][0])
    counts = rows.group_by(band=band).agg(n=rows.count()).to_pandas().set_index("band").n
    return counts.reindex(list(AGE_BANDS), fill_value=0).rename_axis("band").reset_index()


_SHOWN = ("ticket_id", "survey_id", "customer_id", "team", "channel", "priority", "topic", "segment", "agent_id")
_SHOWN += ("score", "order_id", "product", "region", "source")


def extreme_rows(
    kpi: Kpi | str,
    desk: Desk,
    which: str | None = None,
    n: int = 10,
    *,
    hours: str = "calendar",
    start: str | None = None,
    end: str | None = None,
) -> pd.DataFrame:
    """The rows behind the extremes: when, value, ids and dimensions; never a subject, comment or name.

    `which`: "slowest" or "quickest" for times, "failed" (newest first) for shares and scores; by default the one that
    suits the KPI. A row still running is there with the time so far and ``has_ended`` false.
    """
    kpi = desk.kpi(kpi)
    if desk.missing(kpi):
        return pd.DataFrame(columns=["local"])
    timed = kpi.unit in ("h", "min", "s")
    which = which or ("slowest" if timed else "failed")
    # Where most rows never end, as leads do, only those that did are of interest.
    view = kpi.parameters.get("view", "cohort") if kpi.is_duration else None
    rows = between(_counted(kpi, desk, hours, view), start, end)
    rows = rows.filter(rows.value.notnull())
    if which == "failed":
        # NPS is -1 for detractors, 0 for passives; a share is 0 or 1.
        failed = rows.value < 0 if kpi.statistic == "nps" else rows.value <= 0
        rows = rows.filter(rows.value > 0 if kpi.better == "lower" else failed)
    order = {"slowest": rows.value.desc(), "quickest": rows.value.asc(), "failed": rows.local.desc()}[which]
    ties = [rows[c] for c in ("ticket_id", "survey_id", "customer_id") if c in rows.columns]
    rows = rows.order_by(order, *ties).limit(n)
    # Counted 0 or 1, a value says no more than that the row is listed.
    kept = ["value"] if timed else []
    kept += [c for c in (*_SHOWN, "has_ended") if c in rows.columns]
    found = rows.select("local", *kept).to_pandas()
    found = found.dropna(axis="columns", how="all") if len(found) else found
    return hide(found, desk)
