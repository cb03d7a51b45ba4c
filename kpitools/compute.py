"""One KPI on one desk: the only module that runs a query for a KPI.

The record says which rows count (population), what each is worth (value) and which statistic; here they meet the
clock, the period and the groups. A mean of periods is never taken: every figure is computed from its rows.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kpitools import clock, facts, periods, tables
from kpitools.aggregates import aggregated
from kpitools.analysis import intervals
from kpitools.desk import Desk
from kpitools.errors import KpitoolsError, NotSupportedError, UnknownNameError, told, unknown
from kpitools.kpi import Kpi, Span, Words
from kpitools.speech import LANGUAGES
from kpitools.survival_query import finished

SECONDS = {"h": 3600.0, "min": 60.0, "s": 1.0}
NO_GROUP = "–"
CLUSTERS = 10  # fewest rows, each of several cases, from which an interval is made
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
    with _without_data(kpi, desk):
        rows, keys, statistic = prepared(kpi, desk, every, by, hours, view, start, end, where)
        found = aggregated(rows, keys, statistic).to_pandas()
        found = STATISTICS[statistic](found, rows, keys, kpi)
    if kpi.demands or found.value.isna().all() or (every and facts.has_past(kpi.table)):
        # Looked up only now: with a figure in hand, nothing it needs can be missing.
        _supported(kpi, desk, every)
    first = found.pop("first_local").min()
    last = _last_known(kpi, desk, statistic) if every else None
    return _finish(found, kpi, desk, every, by, statistic, start, end, (first, last))


@contextmanager
def _without_data(kpi: Kpi, desk: Desk) -> Iterator[None]:
    """What a database says of a KPI of the desk's own that it cannot compute may hold cells of the data: an error that
    says less stands in its place."""
    try:
        yield
    except KpitoolsError:
        raise
    except Exception as error:
        if kpi.name not in desk.settings.kpis:
            raise
        raise NotSupportedError(
            f"{kpi.name}: the database cannot compute it on these rows ({type(error).__name__}). Check its value, per, "
            "weight and where in desk.yml."
        ) from None


def prepared(
    kpi: Kpi, desk: Desk, every: str | None, by: Sequence[str], hours: str, view: str | None, start, end, where
) -> tuple[ir.Table, list[str], str]:
    """The rows that count, with what each is worth; the columns to group them by; the statistic of the view."""
    view = _view(kpi, view)
    _check_clock(kpi, hours)
    rows = _rows(kpi, desk, every, view)
    _check_columns(kpi, rows, [*by, *(where or {})])
    rows = _where(_grouped(_dated(kpi, desk, rows, every, view), by), where)
    rows = _valued(kpi, desk, rows, hours, view)
    # A level is all that came before: it is cut at its end only.
    rows = _between(rows, None if kpi.statistic == "level" else start, end)
    return rows, [*(["period"] if every else []), *by], "kaplan_meier" if view == "cohort" else kpi.statistic


NO_SCHEDULE = Words("under no schedule of working hours", "không thuộc lịch làm việc nào")
UNDATED = Words("without the date that puts them in a period", "không có ngày để xếp vào kỳ")
AFTER_NOW = Words("dated after the moment the data was taken", "có ngày sau thời điểm xuất dữ liệu")


def account(kpi: Kpi | str, desk: Desk, hours: str = "calendar") -> pd.DataFrame:
    """Which rows count: one row per rule, in order. Columns: rule, dropped_words (en, vi), dropped, left.

    The first row, ``all``, is the KPI's table as it is; `left` of the last is how many rows counted in periods. Rows
    without a date, or with one after "now", are told where there are any. In business hours a row also needs a
    schedule, of its team or the desk's default.
    """
    kpi = desk.kpi(kpi)
    # Of what is known only now there is an account all the same.
    knows_now = facts.has_past(kpi.table) and not desk.missing_for_table(kpi.table)
    rows = desk.table(kpi.table, "month") if knows_now else _supported(kpi, desk, "month")
    kept, counts = ibis.literal(True), {"all": rows.count()}
    for name, keep in [*((rule.name, rule.keep.resolve(rows)) for rule in kpi.population), *_in_time(kpi, desk, rows)]:
        kept = kept & keep.fill_null(False)
        counts[name] = kept.sum().fill_null(0)
    with _without_data(kpi, desk):
        left = rows.agg(**counts).to_pandas().iloc[0].astype(int)
    left = left.drop([name for name in _IN_TIME if name in left and left[name] == left.shift(1)[name]])
    if hours == "business" and kpi.is_duration:
        measured = counted_rows(kpi, desk, hours=hours, view="cohort", every=None)
        left["no_schedule"] = left.iloc[-1] - int(measured.value.isnull().sum().fill_null(0).to_pandas())
    dropped = (left.shift(1) - left).fillna(0).astype(int)
    says = {rule.name: rule.dropped for rule in kpi.population} | {"no_schedule": NO_SCHEDULE} | _IN_TIME
    return pd.DataFrame(
        {
            "rule": left.index,
            "dropped_words": [says.get(name) for name in left.index],
            "dropped": dropped.to_numpy(),
            "left": left.to_numpy(),
        }
    )


def is_undated(kpi: Kpi | str, desk: Desk) -> bool:
    """Whether rows count and none of them has a date that puts it in a period."""
    told = account(kpi, desk).set_index("rule")
    return "undated" in told.index and bool(told.left["undated"] == 0 < told.dropped["undated"])


_IN_TIME = {"undated": UNDATED, "after_now": AFTER_NOW}


def _in_time(kpi: Kpi, desk: Desk, rows: ir.Table) -> list[tuple[str, ir.BooleanValue]]:
    """That a row has the date that puts it in a period, and that this has come."""
    name = _date_of(kpi, _view(kpi, None))
    known = [("undated", rows[name].notnull())]
    return known if name.endswith("_local") else [*known, ("after_now", rows[name] <= _now(desk))]


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
        lacks = Words(*(desk.missing_in(kpi, language) for language in LANGUAGES))
        raise NotSupportedError(told("unsupported", kpi=kpi.name, missing=lacks))
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
    dated_by = _date_of(kpi, view)
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


def _date_of(kpi: Kpi, view: str | None) -> str:
    """The column that puts a row in a period."""
    return kpi.value.start if view == "cohort" and not kpi.value.of else kpi.dated_by


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
    seconds = _added_up(seconds, kpi.value) if kpi.value.of else seconds
    value = seconds.elapsed_s / SECONDS[kpi.unit]
    # In the closed view what still runs is counted (`open`) but is no value.
    return seconds.mutate(value=value if view == "cohort" else ibis.ifelse(seconds.has_ended, value, None))


def _added_up(stretches: ir.Table, span: Span) -> ir.Table:
    """One row for each `span.of` with the sum of its stretches; unknown where one of them is."""
    own = {span.start, span.end, "has_ended", "span_start", "span_end", "elapsed_s"}
    keys = [column for column in stretches.columns if column not in own]
    seconds, unknown_ones = stretches.elapsed_s.sum(), stretches.elapsed_s.isnull().sum()
    found = stretches.group_by(keys).agg(known_s=seconds, unknown=unknown_ones)
    elapsed = ibis.ifelse(found.unknown == 0, found.known_s, None)
    return found.mutate(elapsed_s=elapsed, has_ended=found.is_over).drop("known_s", "unknown")


def _resolved(part, rows: ir.Table) -> ir.Value:
    """A record's expression on these rows; a constant such as 1 stands as it is."""
    value = part.resolve(rows) if hasattr(part, "resolve") else part
    # Not every engine makes a number of a truth value.
    return ibis.cases((value, 1.0), (~value, 0.0), else_=None) if value.type().is_boolean() else value.cast("float64")


def _calendar_seconds(rows: ir.Table) -> ir.Table:
    return rows.mutate(elapsed_s=rows.span_end.delta(rows.span_start, unit="microsecond") / 1e6)


def _business_seconds(kpi: Kpi, desk: Desk, rows: ir.Table) -> ir.Table:
    source, column = {"waits": ("messages", "at"), "waiting_stretches": ("status_changes", "status")}.get(
        kpi.table, ("", "")
    )
    if source and column not in desk.filled_base(source):
        raise NotSupportedError(
            f"{kpi.name}: without {source.replace('_', ' ')} only the export's own requester wait time is there, and "
            "it has no business clock. Ask for calendar hours."
        )
    rows = desk.with_schedule(rows)
    calendar = desk.calendar()
    if desk.has("ticket_schedules") and "ticket_id" in rows.columns:
        spans = desk.base("ticket_schedules")
        mode = desk.option("ticket_schedules")
        # A schedule stamped before its ticket was made never held for it.
        created = "created_at" if "created_at" in rows.columns else None
        timed = clock.business_seconds_over(rows, calendar, "span_start", "span_end", spans, created=created, mode=mode)
    else:
        timed = clock.business_seconds(rows, calendar, "span_start", "span_end", "schedule")
    return timed.rename(elapsed_s="business_s")


def _median(found: pd.DataFrame, rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
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


def _kaplan_meier(found: pd.DataFrame, rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    found = finished(found, keys)
    return found.assign(value=found["median"])


def _mean(found: pd.DataFrame, rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    sd, n = found.pop("sd"), found.n
    if kpi.weight is not None:
        found["unweighted"] = found.value
        found["value"] = found.weighted / found.total.where(found.total > 0)
        n = _effective(found.total, found.squares)
        spread = (found.spread / found.total.where(found.total > 0) - found.value**2).clip(lower=0)
        sd = np.sqrt(spread * n / (n - 1).where(n > 1))
        found = found.drop(columns=["total", "squares", "weighted", "spread"])
    found["low"], found["high"] = intervals.mean_interval(found.value, sd, n)
    # A mean of times or of answers cannot be negative, though a t interval of a few long ones may say so.
    found["low"] = found.low.clip(lower=0)
    return found.assign(mean=found.value)


def _effective(total: pd.Series, squares: pd.Series) -> pd.Series:
    """Kish: unequal weights are worth fewer answers than were given."""
    return (total**2 / squares.where(squares > 0)).fillna(0)


def _share(found: pd.DataFrame, rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    plain = found.k / found.n.where(found.n > 0)
    if kpi.weight is None:
        found["value"] = plain
        found["low"], found["high"] = intervals.wilson(found.k.fillna(0), found.n)
        return found
    found["value"] = found.good / found.total.where(found.total > 0)
    found["unweighted"] = plain
    effective = _effective(found.total, found.squares)
    found["low"], found["high"] = intervals.wilson(found.value.fillna(0) * effective, effective)
    return found.drop(columns=["good", "total", "squares"])


def _total(found: pd.DataFrame, rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    found["low"], found["high"] = intervals.poisson_interval(found.value)
    return found


def _level(found: pd.DataFrame, rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    """Changes by period; `_finish` runs them up into a level once all periods are there."""
    return found.assign(low=np.nan, high=np.nan)


def _ratio(found: pd.DataFrame, rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    scale = SECONDS.get(kpi.unit, 1.0)
    found["value"] = found.numerator / found.denominator.where(found.denominator > 0) / scale
    low, high = intervals.ratio_interval(found.denominator, found.numerator, found.xx, found.xy, found.yy, found.summed)
    found["low"], found["high"] = np.asarray(low) / scale, np.asarray(high) / scale
    if kpi.unit == "share":
        # One row a case: it is a share like any other, and the delta method has no width at 0 % and 100 %.
        single = found.denominator == found.summed
        wilson = intervals.wilson(found.numerator.fillna(0), found.denominator.fillna(0))
        found["low"], found["high"] = found.low.mask(single, wilson[0]), found.high.mask(single, wilson[1])
        # A part cannot be more than its whole.
        found["high"] = found.high.clip(upper=found.value.clip(lower=1))
    if kpi.unit != "percent":
        found["low"] = found.low.clip(lower=0)
    # Rows that stand for several cases are clusters: too few of them tell nothing of how they differ.
    too_few = (found.n > found.summed) & (found.summed < CLUSTERS)
    found["low"], found["high"] = found.low.mask(too_few), found.high.mask(too_few)
    if kpi.interval == "none":
        found["low"] = found["high"] = np.nan
    if kpi.interval == "count":
        found["low"], found["high"] = _per_count(found)
    found["mean_of_ratios"] = found.mean_of_ratios / scale
    hidden = [] if kpi.parameters.get("beside") == "mean_of_ratios" else ["mean_of_ratios"]
    return found.drop(columns=["xx", "xy", "yy", "summed", *hidden])


def _per_count(found: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The interval of a sum per event, from the exact Poisson one of how many events there were."""
    fewest, most = (pd.Series(end, found.index) for end in intervals.poisson_interval(found.denominator.fillna(0)))
    sure = found.value.notna()
    return (found.numerator / most).where(sure), (found.numerator / fewest.where(fewest > 0)).where(sure)


def _nps(found: pd.DataFrame, rows: ir.Table, keys: Sequence[str], kpi: Kpi) -> pd.DataFrame:
    sides = [found[name] for name in ("promoters", "passives", "detractors")]
    plain = 100 * (sides[0] - sides[2]) / found.n.where(found.n > 0)
    if kpi.weight is None:
        found["value"] = plain
        found["low"], found["high"] = intervals.nps_interval(*sides)
        return found
    weights = [found.pop(f"{side.name}_w").fillna(0) for side in sides]
    total = sum(weights)
    found["value"] = 100 * (weights[0] - weights[2]) / total.where(total > 0)
    found["unweighted"] = plain
    # The weighted shares of as many answers as the weights leave.
    worth = _effective(total, found.pop("squares")) / total.where(total > 0)
    found["low"], found["high"] = intervals.nps_interval(*(weight * worth for weight in weights))
    return found


STATISTICS: dict[str, Callable[[pd.DataFrame, ir.Table, Sequence[str], Kpi], pd.DataFrame]] = {
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


def _last_known(kpi: Kpi, desk: Desk, statistic: str) -> pd.Timestamp:
    """The last local moment of which the data says how often something happened: that of the date that a count goes
    by, in any row of its table. After it nothing is recorded, which is not that nothing happened. A level stands as it
    was until something changes it."""
    if statistic != "total" or facts.by_period(kpi.table):
        return desk.last_moment
    return min(desk.last_local(kpi.table, kpi.dated_by) or desk.last_moment, desk.last_moment)


def _finish(found: pd.DataFrame, kpi, desk, every, by, statistic, start, end, known) -> pd.DataFrame:
    found = found.assign(**{c: found[c].astype("float64") for c in ("value", "low", "high")})
    if every is None:
        found.insert(0, "period", pd.NaT)
        if statistic == "level":
            found["n"] = found.value.astype("int64")
        found["complete"] = True
        return _ordered(_annual(found, every) if kpi.annual else found, by)
    found["period"] = pd.to_datetime(found.period).astype("datetime64[us]")
    found = _on_grid(found, desk, every, by, statistic, start, end)
    if statistic == "level":
        found["value"] = found.groupby(list(by)).value.cumsum() if by else found.value.cumsum()
        found["n"] = found.value.astype("int64")
        if start is not None:
            found = found[found.period >= periods.floor(pd.Timestamp(start), every)]
        if end is not None:
            found = found[found.period < pd.Timestamp(end)]
    if statistic == "total":
        unknown_yet = found.period > known[1]
        found.loc[unknown_yet, ["value", "low", "high"]] = np.nan
        found.loc[unknown_yet, "n"] = 0
    found["complete"] = _complete(found.period, kpi, desk, every, *known)
    return _ordered(_annual(found, every) if kpi.annual else found, by)


def _annual(found: pd.DataFrame, every: str | None) -> pd.DataFrame:
    """A rate a period as the rate of a year of such periods; ``k`` and ``n`` stay those of the period."""
    power = periods.A_YEAR[every or "month"]
    return found.assign(**{c: 1 - (1 - found[c]) ** power for c in ("value", "low", "high")})


def _on_grid(found, desk, every, by, statistic, start, end) -> pd.DataFrame:
    """Every period from the first to the last that has begun, for every group: a quiet week is there, with n = 0."""
    if found.empty:
        return found
    # A count or a level runs up to "now": nothing happening is a figure too, as far as the data goes.
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


def last_complete(kpi: Kpi, desk: Desk, every: str) -> pd.Timestamp:
    """The start of the last period of the desk that is over and whose outcomes can be known, with or without rows."""
    return periods.last_over(_known_until(kpi, desk), every)


def _known_until(kpi: Kpi, desk: Desk) -> pd.Timestamp:
    wait = pd.Timedelta(days=int(desk.option(kpi.matures_after))) if kpi.matures_after else pd.Timedelta(0)
    return pd.Timestamp(desk.as_of_local) - wait


def _complete(starts: pd.Series, kpi: Kpi, desk: Desk, every: str, first, last) -> pd.Series:
    """Whether each period is over, its outcomes can be known, and the KPI's own rows (the `first` of them at that
    local moment) cover its beginning; and a count's data, which goes to `last`, has come to it."""
    over = periods.following(starts, every) <= _known_until(kpi, desk)
    if facts.by_period(kpi.table) or not len(starts):
        return over
    return over & (starts >= pd.Timestamp(first).normalize()) & (starts <= last)


def _ordered(found: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    head = ["period", *by, "value", "n", "low", "high", "complete"]
    rest = [c for c in found.columns if c not in head]
    return found[head + rest].sort_values(["period", *by], ignore_index=True)
