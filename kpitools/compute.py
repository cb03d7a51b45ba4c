"""One KPI on one desk: the only module that runs a query for a KPI.

The record says which rows count (population), what each is worth (value) and which statistic; here they meet the
clock, the period and the groups. A mean of periods is never taken: every figure is computed from its rows.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kpitools import clock, facts, periods, tables
from kpitools.analysis import intervals
from kpitools.desk import Desk
from kpitools.errors import NotSupportedError, UnknownNameError, unknown
from kpitools.kpi import Kpi, Span, Words
from kpitools.survival_query import kaplan_meier

SECONDS = {"h": 3600.0, "min": 60.0, "s": 1.0}
NO_GROUP = "–"
Z = 1.959963984540054  # 97.5 % point of the normal distribution


def compute(
    kpi: Kpi | str,
    desk: Desk,
    *,
    every: str | None = "week",
    by: Sequence[str] | str = (),
    hours: str = "calendar",
    view: str | None = None,
    start: str | dt.date | None = None,
    end: str | dt.date | None = None,
    where: dict[str, Any] | None = None,
    options: dict[str, Any] | None = None,
) -> pd.DataFrame:
    """One KPI, one row per period and group.

    Parameters
    ----------
    every : day, week (from Monday), month, quarter, or None for everything in one row
    by : columns of the KPI's table to split by, such as ``("team",)``
    hours : calendar or business; business needs a schedule in desk.yml
    view : for durations only. "cohort" dates a row by its start and lets rows that have not ended yet count as
        still running (Kaplan-Meier); "closed" takes finished rows only, by the KPI's own date. By default
        "cohort" for medians of tickets, "closed" for the rest.
    start, end : local dates, `end` exclusive
    where : column -> value or list of values, to look at a part
    options : the desk's options for this figure only, such as ``{"fcr_window_days": 14}``

    Returns
    -------
    DataFrame
        Sorted by period and group. ``period`` (local first day; NaT when `every` is None), the `by` columns, ``value``
        (in the KPI's unit, shares as fractions), ``n`` (rows that counted), ``low`` and ``high`` (95 % interval),
        ``complete`` (the period is over and its outcomes can be known). Durations add median, p90, mean and open;
        shares k; NPS promoters, passives and detractors; ratios numerator and denominator. Periods without a row
        are there with n = 0 and a missing value.

    Raises
    ------
    UnknownNameError
        For a KPI, period, clock, view or column that does not exist.
    NotSupportedError
        Where the data lacks a column, or there is no schedule for business hours.
    """
    desk = desk.with_options(**(options or {}))
    kpi = desk.kpi(kpi)
    every, by = periods.check(every), (by,) if isinstance(by, str) else tuple(by)
    view = _view(kpi, view)
    _check_clock(kpi, hours)
    rows = _rows(kpi, desk, every, view)
    _check_columns(kpi, rows, [*by, *(where or {})])
    rows = _where(_grouped(_dated(kpi, desk, rows, every, view), by), where)
    rows = _valued(kpi, desk, rows, hours, view)
    # A level is all that came before: it is cut at its end only.
    rows = _between(rows, None if kpi.statistic == "level" else start, end)
    keys = [*(["period"] if every else []), *by]
    statistic = "kaplan_meier" if view == "cohort" else kpi.statistic
    found = STATISTICS[statistic](rows, keys, kpi)
    if found.value.isna().all():
        # Looked up only now: with a figure in hand, nothing it needs can be missing.
        _supported(kpi, desk, every)
    first = found.pop("first_local").min()
    return _finish(found, kpi, desk, every, by, statistic, start, end, first)


NO_SCHEDULE = Words("under no schedule of working hours", "không thuộc lịch làm việc nào")


def account(kpi: Kpi | str, desk: Desk, hours: str = "calendar") -> pd.DataFrame:
    """Which rows count: one row per rule, in order. Columns: rule, dropped_words (en, vi), dropped, left.

    The first row, ``all``, is the KPI's table as it is; `left` of the last is how many rows counted. In business hours
    a row also needs a schedule, of its team or the desk's default.
    """
    kpi = desk.kpi(kpi)
    rows = _supported(kpi, desk, "month")
    kept, counts = ibis.literal(True), {"all": rows.count()}
    for rule in kpi.population:
        kept = kept & rule.keep.resolve(rows).fill_null(False)
        counts[rule.name] = kept.sum().fill_null(0)
    left = rows.agg(**counts).to_pandas().iloc[0].astype(int)
    if hours == "business" and kpi.is_duration:
        measured = counted_rows(kpi, desk, hours=hours, view="cohort", every=None)
        left["no_schedule"] = left.iloc[-1] - int(measured.value.isnull().sum().fill_null(0).to_pandas())
    dropped = (left.shift(1) - left).fillna(0).astype(int)
    says = {rule.name: rule.dropped for rule in kpi.population} | {"no_schedule": NO_SCHEDULE}
    return pd.DataFrame(
        {
            "rule": left.index,
            "dropped_words": [says.get(name) for name in left.index],
            "dropped": dropped.to_numpy(),
            "left": left.to_numpy(),
        }
    )


def counted_rows(
    kpi: Kpi | str, desk: Desk, *, hours: str = "calendar", view: str | None = None, every: str | None = "week"
) -> ir.Table:
    """The rows behind a KPI as an Ibis table: its table's columns with ``local``, ``period``, ``value`` (in the KPI's
    unit) and, for durations, ``has_ended``. Views and drill-down start here, so they count what the KPI counts."""
    kpi = desk.kpi(kpi)
    view = _view(kpi, view)
    rows = _dated(kpi, desk, _rows(kpi, desk, every, view), every, view)
    return _valued(kpi, desk, rows, hours, view)


def _view(kpi: Kpi, view: str | None) -> str | None:
    if not kpi.is_duration:
        return None
    if view is None:
        return kpi.parameters.get("view", "cohort" if kpi.statistic == "median" else "closed")
    if view not in ("cohort", "closed"):
        raise unknown("view", view, ("cohort", "closed"), where=kpi.name)
    return view


def _check_clock(kpi: Kpi, hours: str) -> None:
    if hours not in ("calendar", "business"):
        raise unknown("clock", hours, ("calendar", "business"), where=kpi.name)
    if hours == "business" and not kpi.is_duration:
        raise NotSupportedError(f"{kpi.name} is no span of time between two instants: it has no business clock.")


def _supported(kpi: Kpi, desk: Desk, every: str | None) -> ir.Table:
    missing = desk.missing(kpi)
    if missing:
        raise NotSupportedError(f"{kpi.name}: the data lacks {missing}. See `kpitools check` for what it supports.")
    return desk.table(kpi.table, every)


def _rows(kpi: Kpi, desk: Desk, every: str | None, view: str | None) -> ir.Table:
    lacking = desk.missing_for_table(kpi.table)
    rows = _supported(kpi, desk, every) if lacking else desk.table(kpi.table, every)
    if not set(kpi.needs) <= set(rows.columns):
        _supported(kpi, desk, every)
    for rule in kpi.population:
        rows = rows.filter(rule.keep.resolve(rows).fill_null(False))
    return rows


def _check_columns(kpi: Kpi, rows: ir.Table, asked: Sequence[str]) -> None:
    for column in asked:
        if column not in rows.columns:
            raise unknown("column", column, [c for c in rows.columns if not c.startswith("is_")], where=kpi.table)


def _dated(kpi: Kpi, desk: Desk, rows: ir.Table, every: str | None, view: str | None) -> ir.Table:
    dated_by = kpi.value.start if view == "cohort" else kpi.dated_by
    ready = dated_by if dated_by.endswith("_local") else tables.local(dated_by)
    if dated_by not in rows.columns:
        raise UnknownNameError(f"{kpi.name} is dated by '{dated_by}', which {kpi.table} does not have")
    # A file without dates still has an overall figure.
    if every is not None:
        rows = rows.filter(rows[dated_by].notnull())
    if not dated_by.endswith("_local"):
        # What happened after "now" is not known now.
        rows = rows.filter((rows[dated_by] <= _now(desk)).fill_null(every is None))
    local = rows[ready] if ready in rows.columns else desk.local(rows[dated_by])
    rows = rows.mutate(local=local)
    return rows.mutate(period=periods.truncated(rows.local, every)) if every else rows


def _now(desk: Desk) -> ir.Value:
    return ibis.literal(desk.as_of, type="timestamp(6)")


def _grouped(rows: ir.Table, by: Sequence[str]) -> ir.Table:
    return rows.mutate(**{c: rows[c].cast("string").fill_null(NO_GROUP) for c in by}) if by else rows


def _where(rows: ir.Table, where: dict[str, Any] | None) -> ir.Table:
    for column, wanted in (where or {}).items():
        wanted = [wanted] if isinstance(wanted, str) or not isinstance(wanted, Sequence) else list(wanted)
        rows = rows.filter(rows[column].isin(wanted))
    return rows


def _between(rows: ir.Table, start, end) -> ir.Table:
    if start is not None:
        rows = rows.filter(rows.local >= ibis.literal(pd.Timestamp(start).to_pydatetime(), type="timestamp(6)"))
    if end is not None:
        rows = rows.filter(rows.local < ibis.literal(pd.Timestamp(end).to_pydatetime(), type="timestamp(6)"))
    return rows


def _valued(kpi: Kpi, desk: Desk, rows: ir.Table, hours: str, view: str | None) -> ir.Table:
    """`rows` with ``value``; for durations in the KPI's unit, with ``has_ended``."""
    if not isinstance(kpi.value, Span):
        parts = {"value": kpi.value, "per": kpi.per, "weight": kpi.weight, "stands_for": kpi.count}
        return rows.mutate(**{name: _resolved(part, rows) for name, part in parts.items() if part is not None})
    begun, ended = rows[kpi.value.start], rows[kpi.value.end]
    has_ended = (ended <= _now(desk)).fill_null(False)
    rows = rows.mutate(has_ended=has_ended, span_start=begun, span_end=ibis.ifelse(has_ended, ended, _now(desk)))
    seconds = _business_seconds(kpi, desk, rows) if hours == "business" else _calendar_seconds(rows)
    value = seconds.elapsed_s / SECONDS[kpi.unit]
    # In the closed view what still runs is counted (`open`) but is no value.
    return seconds.mutate(value=value if view == "cohort" else ibis.ifelse(seconds.has_ended, value, None))


def _resolved(part, rows: ir.Table) -> ir.Value:
    """A record's expression on these rows; a constant such as 1 stands as it is."""
    return (part.resolve(rows) if hasattr(part, "resolve") else part).cast("float64")


def _calendar_seconds(rows: ir.Table) -> ir.Table:
    return rows.mutate(elapsed_s=rows.span_end.delta(rows.span_start, unit="microsecond") / 1e6)


def _business_seconds(kpi: Kpi, desk: Desk, rows: ir.Table) -> ir.Table:
    if kpi.table == "waits" and not desk.has("messages"):
        raise NotSupportedError(
            f"{kpi.name}: without messages only the export's own requester wait time is there, and it has no "
            "business clock. Ask for calendar hours."
        )
    rows = desk.with_schedule(rows)
    calendar = desk.calendar()
    if desk.has("ticket_schedules") and "ticket_id" in rows.columns:
        spans = desk.base("ticket_schedules")
        mode = desk.option("ticket_schedules")
        timed = clock.business_seconds_over(rows, calendar, "span_start", "span_end", spans, mode=mode)
    else:
        timed = clock.business_seconds(rows, calendar, "span_start", "span_end", "schedule")
    return timed.rename(elapsed_s="business_s")


def _query(rows: ir.Table, keys: Sequence[str], **aggregates: ir.Value) -> pd.DataFrame:
    """The aggregates by group, and ``first_local``: the first local moment of a group's rows."""
    aggregates |= {"first_local": rows.local.min()}
    table = rows.group_by(list(keys)).agg(**aggregates) if keys else rows.agg(**aggregates)
    return table.to_pandas()


def _still_open(rows: ir.Table) -> ir.Value:
    return (~rows.has_ended).sum().fill_null(0) if "has_ended" in rows.columns else ibis.literal(0)


def _median(rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    found = _query(
        rows,
        keys,
        value=rows.value.quantile(0.5),
        n=rows.value.count(),
        open=_still_open(rows),
        p90=rows.value.quantile(0.9),
        mean=rows.value.mean(),
    )
    found["median"] = found.value
    return _with_ranks(found, rows.filter(rows.value.notnull()), keys)


def _with_ranks(found: pd.DataFrame, rows: ir.Table, keys: Sequence[str]) -> pd.DataFrame:
    """The order-statistic interval of each group's median: the values at two ranks that n alone decides."""
    low, high = intervals.quantile_ranks(found.n.to_numpy(), 0.5)
    ranks = found[list(keys)].assign(rank_low=np.asarray(low, float), rank_high=np.asarray(high, float))
    ordered = ibis.window(group_by=list(keys), order_by=rows.value) if keys else ibis.window(order_by=rows.value)
    ranked = rows.select(*keys, "value", rank=ibis.row_number().over(ordered) + 1)
    if keys:
        wanted = ranked.join(ibis.memtable(ranks), list(keys))
    else:
        wanted = ranked.mutate(rank_low=_number(ranks.rank_low), rank_high=_number(ranks.rank_high))
    table = wanted.group_by(list(keys)) if keys else wanted
    bounds = table.agg(
        low=wanted.value.min(where=wanted["rank"] == wanted.rank_low),
        high=wanted.value.min(where=wanted["rank"] == wanted.rank_high),
    ).to_pandas()
    return found.merge(bounds, on=list(keys), how="left") if keys else found.assign(low=bounds.low, high=bounds.high)


def _number(column: pd.Series) -> ir.Value:
    value = column.iloc[0] if len(column) else np.nan
    return ibis.null("float64") if pd.isna(value) else ibis.literal(float(value))


def _kaplan_meier(rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    found = kaplan_meier(rows.filter(rows.value.notnull()), keys, "value", "has_ended", "local")
    return found.assign(value=found["median"])


def _mean(rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    found = _query(
        rows,
        keys,
        value=rows.value.mean(),
        n=rows.value.count(),
        open=_still_open(rows),
        sd=rows.value.std(how="sample"),
        median=rows.value.quantile(0.5),
        p90=rows.value.quantile(0.9),
    )
    found["low"], found["high"] = intervals.mean_interval(found.value, found.sd, found.n)
    # A mean of times cannot be negative, though a t interval of a few long ones may say so.
    found["low"] = found.low.clip(lower=0)
    return found.assign(mean=found.value).drop(columns="sd")


def _share(rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    rows = rows.filter(rows.value.notnull())
    if kpi.weight is None:
        found = _query(rows, keys, k=rows.value.sum(), n=rows.count())
        found["value"] = found.k / found.n.where(found.n > 0)
        found["low"], found["high"] = intervals.wilson(found.k.fillna(0), found.n)
        return found
    found = _query(
        rows,
        keys,
        k=rows.value.sum(),
        n=rows.count(),
        good=(rows.value * rows.weight).sum(),
        total=rows.weight.sum(),
        squares=(rows.weight * rows.weight).sum(),
    )
    found["value"] = found.good / found.total.where(found.total > 0)
    found["unweighted"] = found.k / found.n.where(found.n > 0)
    # Kish: unequal weights are worth fewer answers than were given.
    effective = (found.total**2 / found.squares.where(found.squares > 0)).fillna(0)
    found["low"], found["high"] = intervals.wilson(found.value.fillna(0) * effective, effective)
    return found.drop(columns=["good", "total", "squares"])


def _total(rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    found = _query(rows, keys, value=rows.value.sum().fill_null(0), n=rows.count())
    found["low"], found["high"] = intervals.poisson_interval(found.value)
    return found


def _level(rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    """Changes by period; `_finish` runs them up into a level once all periods are there."""
    found = _query(rows, keys, value=rows.value.sum().fill_null(0), n=rows.count())
    return found.assign(low=np.nan, high=np.nan)


def _ratio(rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    rows = rows.filter(rows.value.notnull() & rows.per.notnull())
    x, y = rows.per, rows.value
    found = _query(
        rows,
        keys,
        numerator=y.sum(),
        denominator=x.sum(),
        n=rows.stands_for.sum().fill_null(0).cast("int64") if kpi.count is not None else rows.count(),
        summed=rows.count(),
        mean_of_ratios=(y / x.nullif(0)).mean() / SECONDS.get(kpi.unit, 1.0),
        xx=(x * x).sum(),
        xy=(x * y).sum(),
        yy=(y * y).sum(),
    )
    scale = SECONDS.get(kpi.unit, 1.0) if kpi.unit != "share" else 1.0
    found["value"] = found.numerator / found.denominator.where(found.denominator > 0) / scale
    low, high = intervals.ratio_interval(found.denominator, found.numerator, found.xx, found.xy, found.yy, found.summed)
    found["low"], found["high"] = np.asarray(low) / scale, np.asarray(high) / scale
    if kpi.unit == "share":
        # One row a case: it is a share like any other, and the delta method has no width at 0 % and 100 %.
        single = found.denominator == found.summed
        wilson = intervals.wilson(found.numerator.fillna(0), found.denominator.fillna(0))
        found["low"], found["high"] = found.low.mask(single, wilson[0]), found.high.mask(single, wilson[1])
    if kpi.unit != "percent":
        found["low"] = found.low.clip(lower=0)
    if kpi.interval == "none":
        found["low"] = found["high"] = np.nan
    if kpi.interval == "count":
        found["low"], found["high"] = _per_count(found)
    hidden = [] if kpi.parameters.get("beside") == "mean_of_ratios" else ["mean_of_ratios"]
    return found.drop(columns=["xx", "xy", "yy", "summed", *hidden])


def _per_count(found: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The interval of a sum per event, from the exact Poisson one of how many events there were."""
    fewest, most = (pd.Series(end, found.index) for end in intervals.poisson_interval(found.denominator.fillna(0)))
    sure = found.value.notna()
    return (found.numerator / most).where(sure), (found.numerator / fewest.where(fewest > 0)).where(sure)


def _nps(rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    rows = rows.filter(rows.value.notnull())
    found = _query(
        rows,
        keys,
        n=rows.count(),
        promoters=(rows.value == 1).sum(),
        passives=(rows.value == 0).sum(),
        detractors=(rows.value == -1).sum(),
    )
    found["value"] = 100 * (found.promoters - found.detractors) / found.n.where(found.n > 0)
    found["low"], found["high"] = intervals.nps_interval(found.promoters, found.passives, found.detractors)
    return found


STATISTICS: dict[str, Callable[[ir.Table, Sequence[str], Kpi], pd.DataFrame]] = {
    "median": _median,
    "kaplan_meier": _kaplan_meier,
    "mean": _mean,
    "share": _share,
    "total": _total,
    "level": _level,
    "ratio": _ratio,
    "nps": _nps,
}
# Nothing happened is a measured zero for these; for the rest it is no figure.
_ZERO_WHEN_EMPTY = ("total", "level")


def _finish(found: pd.DataFrame, kpi, desk, every, by, statistic, start, end, first) -> pd.DataFrame:
    found = found.assign(**{c: found[c].astype("float64") for c in ("value", "low", "high")})
    if every is None:
        found.insert(0, "period", pd.NaT)
        if statistic == "level":
            found["n"] = found.value.astype("int64")
        found["complete"] = True
        return _ordered(found, by)
    found["period"] = pd.to_datetime(found.period).astype("datetime64[us]")
    found = _on_grid(found, desk, every, by, statistic, start, end)
    if statistic == "level":
        found["value"] = found.groupby(list(by)).value.cumsum() if by else found.value.cumsum()
        found["n"] = found.value.astype("int64")
        if start is not None:
            found = found[found.period >= periods.floor(pd.Timestamp(start), every)]
        if end is not None:
            found = found[found.period < pd.Timestamp(end)]
    found["complete"] = _complete(found.period, kpi, desk, every, first)
    return _ordered(found, by)


def _on_grid(found, desk, every, by, statistic, start, end) -> pd.DataFrame:
    """Every period from the first to the last that has begun, for every group: a quiet week is there, with n = 0."""
    if found.empty:
        return found
    # A count or a level runs up to the data's end: nothing happening is a figure too.
    last = found.period.max()
    if statistic in _ZERO_WHEN_EMPTY:
        asked = desk.last_moment if end is None else min(desk.last_moment, _just_before(end))
        last = max(last, asked)
    starts = periods.grid(found.period.min(), last, every)
    grid = pd.DataFrame({"period": starts})
    if by:
        grid = grid.merge(found[list(by)].drop_duplicates(), how="cross")
    found = grid.merge(found, on=["period", *by], how="left")
    found["n"] = found.n.fillna(0).astype("int64")
    for column in ("k", "open", "promoters", "passives", "detractors"):
        if column in found:
            found[column] = found[column].fillna(0).astype("int64")
    if statistic in _ZERO_WHEN_EMPTY:
        found["value"] = found.value.fillna(0.0)
    if statistic == "total":
        found["low"], found["high"] = intervals.poisson_interval(found.value)
    return found


def _just_before(moment) -> pd.Timestamp:
    return pd.Timestamp(moment) - pd.Timedelta(microseconds=1)


def _complete(starts: pd.Series, kpi: Kpi, desk: Desk, every: str, first) -> pd.Series:
    """Whether each period is over, its outcomes can be known, and the KPI's own rows (the `first` of them at that
    local moment) cover its beginning."""
    wait = pd.Timedelta(days=int(desk.option(kpi.matures_after))) if kpi.matures_after else pd.Timedelta(0)
    over = periods.following(starts, every) + wait <= pd.Timestamp(desk.as_of_local)
    if facts.by_period(kpi.table) or not len(starts):
        return over
    return over & (starts >= pd.Timestamp(first).normalize())


def _ordered(found: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    head = ["period", *by, "value", "n", "low", "high", "complete"]
    rest = [c for c in found.columns if c not in head]
    return found[head + rest].sort_values(["period", *by], ignore_index=True)
