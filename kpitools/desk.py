"""The desk: canonical tables, a clock, targets and settings. What `load` returns and every KPI is asked of."""

import datetime as dt
from functools import cached_property
from itertools import count
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kpitools import clock, facts, lacking, tables
from kpitools.errors import KpitoolsError, NotSupportedError, unknown
from kpitools.kpi import Kpi, Words
from kpitools.kpis import CATALOGUE
from kpitools.settings import OPTIONS, Settings, checked_option
from kpitools.zones import years

# Instants that need not lie in the past when an export is taken.
_AHEAD = {("tickets", "sla_due_at"), ("customers", "ended_at")}
_VIEWS = count(1)  # desks may share a connection

_RELATIONSHIPS = ("customers", "revenue_changes")
_SOME_PERIOD = "month"  # for tables that depend on the period, where only their columns matter


class Desk:
    """What was loaded.

    Parameters
    ----------
    con : ibis DuckDB connection that holds the tables
    base : canonical table name -> ibis table; only those the exports gave
    settings : what desk.yml says, with defaults
    report : clean.LoadReport, or None for a desk made by hand
    """

    team: str | None = None  # of a desk narrowed to one, see `only`

    def __init__(self, con, base: dict[str, ir.Table], settings: Settings, report=None):
        self.con, self.settings, self.report = con, settings, report
        self._base = {name: table for name, table in base.items() if tables.get(name)}
        self._derived: dict[str, ir.Table] = {}
        self._filled: dict[str, frozenset[str]] = {}
        self._sources: dict[str, ir.Table] = {}
        self._lacking: dict[Kpi, Words] = {}
        self._lacking_tables: dict[str, Words] = {}
        self._kpis: dict[str, Kpi] = {}
        self._lasts: dict[tuple[str, str], pd.Timestamp | None] = {}
        self._calendar: ir.Table | None = None

    @classmethod
    def from_frames(cls, frames: dict[str, pd.DataFrame], settings: Settings | None = None, **overrides) -> "Desk":
        """A desk from pandas frames with canonical column names; instants are UTC. For lessons and tests.

        `overrides` replace fields of the settings, such as ``timezone="Asia/Ho_Chi_Minh"`` or ``as_of``.
        """
        from dataclasses import replace

        from kpitools.settings import read_settings

        settings = replace(settings or read_settings(None), **overrides)
        con = ibis.duckdb.connect()
        base = {name: con.create_table(name, _typed(frame, name)) for name, frame in frames.items()}
        return cls(con, base, settings)

    @property
    def language(self) -> str:
        return self.settings.language

    @property
    def timezone(self) -> str:
        """IANA zone of the desk's wall clock; UTC where nobody stated one."""
        return self.settings.timezone or "UTC"

    @property
    def targets(self) -> pd.DataFrame:
        return self.settings.targets

    @property
    def interventions(self) -> pd.DataFrame:
        return self.settings.interventions

    def option(self, name: str):
        """A desk option such as fcr_window_days: what desk.yml says, else the default."""
        if name not in OPTIONS:
            raise unknown("option", name, OPTIONS)
        return self.settings.options.get(name, OPTIONS[name].default)

    def with_options(self, **options: Any) -> "Desk":
        """The same desk with other options, such as ``fcr_window_days=14``; ConfigError for one that cannot be."""
        if not options:
            return self
        from dataclasses import replace

        chosen = {name: checked_option(name, value) for name, value in options.items()}
        settings = replace(self.settings, options=self.settings.options | chosen)
        return Desk(self.con, self._base, settings, self.report)

    def only(self, team: str = "") -> "Desk":
        """What one team's rows say, everything derived from the whole desk first; the desk itself where `team` is "".

        Raises
        ------
        UnknownNameError
            Where no row of any table names the team.
        """
        from kpitools.team import TeamDesk

        return TeamDesk(self, team) if team else self

    @property
    def catalogue(self) -> dict[str, Kpi]:
        """Every KPI by name, as this desk's options mean it."""
        return {name: self.kpi(name) for name in self._records}

    @property
    def _records(self) -> dict[str, Kpi]:
        """The toolkit's KPIs and the desk's own, as they were written."""
        return CATALOGUE | self.settings.kpis

    def kpi(self, kpi: Kpi | str) -> Kpi:
        """The record of a KPI as this desk's options mean it; UnknownNameError for a name nobody knows."""
        if not isinstance(kpi, str):
            return self._as_meant(kpi)
        if kpi not in self._kpis:
            if kpi not in self._records:
                raise unknown("KPI", kpi, self._records)
            self._kpis[kpi] = self._as_meant(self._records[kpi])
        return self._kpis[kpi]

    def _as_meant(self, kpi: Kpi) -> Kpi:
        """A record with the desk's options and, for money, its currency."""
        from dataclasses import replace

        kpi = kpi.as_chosen(self.settings.options)
        return replace(kpi, unit=self.settings.currency) if kpi.unit == "money" and self.settings.currency else kpi

    def has(self, name: str) -> bool:
        """Whether the exports gave the canonical table `name`."""
        return name in self._base

    def base(self, name: str) -> ir.Table:
        """The canonical table as loaded; NotSupportedError where the exports gave none."""
        if name not in self._base:
            raise NotSupportedError(f"this desk has no table '{name}'. It has: {', '.join(sorted(self._base))}.")
        return self._base[name]

    def table(self, name: str, every: str | None = None) -> ir.Table:
        """A canonical or derived table (see `facts`), as an Ibis table."""
        fact = facts.FACTS.get(name)
        if fact is None:
            return facts.complete_columns(self.base(name), name)
        missing = self.missing_for_table(name)
        if missing:
            raise NotSupportedError(f"'{name}' cannot be made from this data: it lacks {missing}.")
        key = f"{name}:{every or ''}" if fact.by_period else name
        if key not in self._derived:
            self._derived[key] = self._named(name, fact.build(self, every) if fact.by_period else fact.build(self))
        return self._derived[key]

    def _named(self, name: str, rows: ir.Table) -> ir.Table:
        """`rows` as a view of the desk's own database: every figure's query is then short, and quick to make."""
        view = f"kpitools_{name}_{next(_VIEWS)}"
        self._sources[view] = rows  # keeps alive the frames that the view reads
        return self.con.create_view(view, rows)

    @property
    def sources(self) -> dict[str, ir.Table]:
        """What stands behind each view that a derived table is read from."""
        return self._sources

    def filled_base(self, name: str) -> frozenset[str]:
        """Columns of a loaded table that hold at least one value; empty where there is no such table."""
        if name not in self._base:
            return frozenset()
        return self._columns_filled(f"base {name}", self._base[name])

    def filled(self, name: str) -> frozenset[str]:
        """Columns of a canonical or derived table that hold at least one value."""
        return self._columns_filled(name, self.table(name, _SOME_PERIOD))

    def _columns_filled(self, key: str, rows: ir.Table) -> frozenset[str]:
        if key not in self._filled:
            counts = rows.agg(**{c: rows[c].count() for c in rows.columns}).to_pandas().iloc[0]
            self._filled[key] = frozenset(c for c in rows.columns if counts[c] > 0)
        return self._filled[key]

    def missing_for_table(self, name: str) -> str:
        """What a derived table lacks, its alternatives joined by "or"; empty when it can be made."""
        return self.lacks_for_table(name).en

    def lacks_for_table(self, name: str) -> Words:
        """The same in both languages."""
        if name not in facts.FACTS:
            return lacking.NOTHING if self.has(name) else lacking.table(name)
        if name not in self._lacking_tables:
            self._lacking_tables[name] = self._lacks_for_fact(name)
        return self._lacking_tables[name]

    def _lacks_for_fact(self, name: str) -> Words:
        alternatives, fact = [], facts.FACTS[name]
        for needs in fact.needs:
            parts = (need.split(".") for need in needs)
            absent = [f"{table}.{column}" for table, column in parts if column not in self.filled_base(table)]
            if not absent:
                return lacking.as_words(fact.lacks(self)) if fact.lacks else lacking.NOTHING
            alternatives.append(lacking.both(absent))
        return lacking.either(alternatives)

    def missing(self, kpi: Kpi) -> str:
        """What the data lacks for a KPI, by the names of columns ("tickets.first_reply_at"); empty when supported."""
        if kpi not in self._lacking:
            self._look_at(kpi.table, [kpi])
        return self._lacking[kpi].en

    def missing_in(self, kpi: Kpi | str, language: str) -> str:
        """The same for readers: "first public reply (tickets.first_reply_at)"; empty when it is supported."""
        kpi = self.kpi(kpi)
        return lacking.named(self._lacking[kpi](language), language) if self.missing(kpi) else ""

    def kpis(self) -> pd.DataFrame:
        """Which KPIs the data supports. Columns: kpi, title, supported, missing (what the others lack)."""
        known = list(self.catalogue.values())
        for table in dict.fromkeys(kpi.table for kpi in known):
            self._look_at(table, [kpi for kpi in known if kpi.table == table and kpi not in self._lacking])
        rows = [(kpi.name, kpi.title(self.language), self.missing(kpi)) for kpi in known]
        found = pd.DataFrame(rows, columns=["kpi", "title", "missing"])
        found.insert(2, "supported", found.missing == "")
        return found

    def _look_at(self, table: str, kpis: list[Kpi]) -> None:
        """Find out what the data lacks for these KPIs of one table, in one query for them all."""
        absent = self.lacks_for_table(table)
        if absent.en or not kpis:
            self._lacking.update(dict.fromkeys(kpis, absent))
            return
        try:
            self._look_at_rows(table, kpis)
        except KpitoolsError:
            raise
        except Exception:
            # One that the database cannot compute must not hide the others; only a desk's own can be such.
            if len(kpis) == 1 and kpis[0].name not in self.settings.kpis:
                raise
            if len(kpis) == 1:
                self._lacking[kpis[0]] = lacking.computable()
            else:
                for kpi in kpis:
                    self._look_at(table, [kpi])

    def _look_at_rows(self, table: str, kpis: list[Kpi]) -> None:
        rows = self.table(table, _SOME_PERIOD)
        needs = {need for kpi in kpis for need in kpi.needs if need in rows.columns}
        counts = {f"need_{need}": rows[need].count() for need in needs}
        counts |= {f"kpi_{i}": _counts(kpi, rows).any() for i, kpi in enumerate(kpis) if set(kpi.needs) <= needs}
        counts |= {name: n for i, kpi in enumerate(kpis) if set(kpi.needs) <= needs for name, n in _unmet(i, kpi, rows)}
        found = rows.agg(**counts).to_pandas().iloc[0] if counts else {}
        fact = facts.FACTS.get(table)
        known = dict(fact.columns) if fact else {}
        lacks_of = fact.lacks_of if fact else {}
        known |= {c: lacks(self) for c, lacks in lacks_of.items() if c in needs and not found.get(f"need_{c}", 0) > 0}
        for i, kpi in enumerate(kpis):
            empty = [known.get(c, f"{table}.{c}") for c in kpi.needs if not found.get(f"need_{c}", 0) > 0]
            unmet = [(rule, int(found.get(f"demand_{i}_{rule.name}", 0))) for rule in kpi.demands]
            empty += [lacking.not_one_scale(n, rule.dropped) for rule, n in unmet if n]
            counts_any = found.get(f"kpi_{i}", 0) == 1 or self._counts_by_day(kpi, empty)
            none = self._past(table) if counts_any else _emptied_by(kpi, rows)
            self._lacking[kpi] = lacking.listed(empty) if empty else none

    def _past(self, table: str) -> Words:
        """What the data lacks for a table's figures of the past."""
        past = facts.FACTS[table].past if table in facts.FACTS else None
        return past(self) if past else lacking.NOTHING

    def _counts_by_day(self, kpi: Kpi, empty: list[str]) -> bool:
        """Whether shorter periods than a month have rows that count: a young shop's weeks have weeks before them."""
        if empty or not facts.by_period(kpi.table):
            return False
        return any(_counts(kpi, rows).any().to_pandas() for rows in (self.table(kpi.table, e) for e in ("week", "day")))

    @cached_property
    def _ends(self) -> dict[tuple[str, str], tuple[pd.Timestamp, pd.Timestamp]]:
        """First and last moment of every instant column that has one."""
        found = {}
        for name, rows in self._base.items():
            instants = [c.name for c in tables.get(name).columns if c.type == "instant" and c.name in rows.columns]
            bounds = {f"{end}_{c}": getattr(rows[c], end)() for c in instants for end in ("min", "max")}
            ends = rows.agg(**bounds).to_pandas().iloc[0] if bounds else {}
            pairs = {(name, c): (ends[f"min_{c}"], ends[f"max_{c}"]) for c in instants}
            found |= {key: pair for key, pair in pairs.items() if pd.notna(pair[0])}
        return found

    def first_of(self, table: str, column: str) -> dt.datetime | None:
        """The first moment (naive UTC) that stands in an instant column of a loaded table."""
        ends = self._ends.get((table, column))
        return ends[0].to_pydatetime() if ends else None

    @cached_property
    def span(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        """First and last instant in the data (naive UTC), over all instants that already happened to a row."""
        past = {key: ends for key, ends in self._ends.items() if key not in _AHEAD}
        # Relationships began long before the events that a report is about.
        events = [ends for (table, _), ends in past.items() if table not in _RELATIONSHIPS] or list(past.values())
        if not events:
            return None, None
        return min(low for low, _ in events).to_pydatetime(), max(high for _, high in events).to_pydatetime()

    def local(self, moments: ir.TimestampValue) -> ir.TimestampValue:
        """Moments of the desk's tables on its wall clock."""
        lows, highs = zip(*self._ends.values(), strict=True) if self._ends else ((), ())
        spanned = years(min(lows, default=None), max([*highs, pd.Timestamp(self.as_of)], default=None))
        return clock.to_local(moments, self.timezone, spanned)

    def wall_clock(self, rows: ir.Table, column: str) -> ir.TimestampValue:
        """The wall clock of an instant column of `rows`: the one stored at load where there is one."""
        stored = tables.local(column)
        return rows[stored] if stored in rows.columns else self.local(rows[column])

    def last_local(self, table: str, column: str) -> pd.Timestamp | None:
        """The last moment, on the desk's wall clock, that stands in an instant column of a canonical or derived table;
        None where none does."""
        if (table, column) not in self._lasts:
            rows = self.table(table, _SOME_PERIOD)
            moment = rows[column] if column.endswith("_local") else self.wall_clock(rows, column)
            last = moment.max().to_pandas()
            self._lasts[table, column] = None if pd.isna(last) else pd.Timestamp(last)
        return self._lasts[table, column]

    @cached_property
    def as_of(self) -> dt.datetime:
        """ "Now": the instant the export was taken (naive UTC); by default the last event in the data."""
        return self.settings.as_of or self.span[1] or dt.datetime(1970, 1, 1)

    @cached_property
    def as_of_local(self) -> dt.datetime:
        """`as_of` on the desk's wall clock."""
        zone = dt.UTC
        moment = self.as_of.replace(tzinfo=zone)
        from zoneinfo import ZoneInfo

        return moment.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)

    @property
    def known_now(self) -> dt.datetime | None:
        """`as_of_local`, or None where neither desk.yml nor any row says when that is: what readers are shown."""
        return self.as_of_local if self.settings.as_of or self.span[1] else None

    @property
    def last_moment(self) -> pd.Timestamp:
        """The wall clock just before `as_of`: a period that begins at `as_of` has not begun yet."""
        return pd.Timestamp(self.as_of_local) - pd.Timedelta(microseconds=1)

    def calendar(self) -> ir.Table:
        """The business calendar of every schedule of the desk, over the data's span; see `clock.calendar`."""
        if not self.settings.schedules:
            raise NotSupportedError(
                "business hours: this desk has no schedule. Add 'schedules:' and 'default_schedule:' to desk.yml, "
                "or ask for calendar hours."
            )
        if self._calendar is None:
            first, last = self.span
            last = max(last, self.as_of)
            frame = clock.calendar(
                list(self.settings.schedules.values()),
                (first - dt.timedelta(days=1)).date(),
                (last + dt.timedelta(days=1)).date(),
            )
            self._calendar = self.con.create_table(
                "kpitools_calendar", clock.calendar_table(frame), temp=True, overwrite=True
            )
        return self._calendar

    def with_schedule(self, rows: ir.Table) -> ir.Table:
        """`rows` with ``schedule``: the name of its team's schedule, else the default, else missing."""
        default = self.settings.default_schedule
        teams = self.settings.team_schedules
        fallback = ibis.literal(default, type="string") if default else ibis.null("string")
        if not teams or "team" not in rows.columns:
            return rows.mutate(schedule=fallback)
        branches = [(rows.team == team, ibis.literal(name)) for team, name in teams.items()]
        return rows.mutate(schedule=ibis.cases(*branches, else_=fallback))

    def __repr__(self) -> str:
        counts = {name: int(rows.count().to_pandas()) for name, rows in self._base.items()}
        held = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        when = f"as of {self.known_now:%Y-%m-%d %H:%M} {self.timezone}" if self.known_now else "without any date"
        return f"Desk {self.settings.name!r}: {held}; {when}"


def _counts(kpi: Kpi, rows: ir.Table) -> ir.BooleanValue:
    """Whether a row is one that the KPI counts."""
    counts = rows[kpi.needs[0]].notnull()
    for rule in kpi.population:
        counts = counts & rule.keep.resolve(rows).fill_null(False)
    return counts


def _emptied_by(kpi: Kpi, rows: ir.Table) -> Words:
    """That no row counts, and which rule took the last of them."""
    kept, left = ibis.literal(True), {"all": rows.count()}
    for rule in kpi.population:
        kept = kept & rule.keep.resolve(rows).fill_null(False)
        left[rule.name] = kept.sum().fill_null(0)
    found = rows.agg(**left).to_pandas().iloc[0]
    for (before, rule), name in zip(zip(left, kpi.population, strict=False), list(left)[1:], strict=True):
        if found[name] == 0 < found[before]:
            return lacking.last_left(kpi.table, int(found[before]), rule.dropped)
    return lacking.no_row(kpi.table)


def _unmet(i: int, kpi: Kpi, rows: ir.Table) -> list[tuple[str, ir.Value]]:
    """How many rows that the KPI counts do not meet each of its demands."""
    counted = _counts(kpi, rows)
    return [
        (f"demand_{i}_{rule.name}", (counted & ~rule.keep.resolve(rows).fill_null(False)).sum().fill_null(0))
        for rule in kpi.demands
    ]


def _typed(frame: pd.DataFrame, name: str) -> ir.Table:
    """A frame as an Ibis memtable with the canonical types of table `name`."""
    known = {column: tables.TYPES[tables.get(name)[column].type] for column in frame.columns}
    instants = [c for c in frame.columns if known[c].startswith("timestamp")]
    frame = frame.assign(**{c: pd.to_datetime(frame[c]).astype("datetime64[us]") for c in instants})
    return ibis.memtable(frame, schema=ibis.schema(known))
