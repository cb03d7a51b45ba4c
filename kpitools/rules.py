"""Rules on cells and typed rows: each names what it may not hold, and what broke it is counted and made missing.

A rule's sentence in both languages stands in ``words/loading.yml`` under ``rule.<name>``. All are SQL over whole
columns; one pass tells which of them some row breaks.
"""

from typing import NamedTuple

from kpitools import tables
from kpitools.exports.columns import Cell, ident
from kpitools.exports.instants import SENTINELS
from kpitools.exports.mapping import SCALES
from kpitools.loadreport import Log

# Moments that may lie ahead of the export.
AHEAD = ("sla_due_at", "ended_at")
# A day's grace for clocks and zones; due dates lie ahead by nature.
TOMORROW = "(now() at time zone 'UTC' + interval 1 day)"
CENTURY_S = 3_155_760_000
# A moment that cannot lie before another of its row: column, the earlier one, rule.
ORDERED = {
    "tickets": (
        ("first_reply_at", "created_at", "reply_before_created"),
        ("first_resolved_at", "created_at", "resolved_before_created"),
        ("resolved_at", "created_at", "resolved_before_created"),
        ("closed_at", "created_at", "closed_before_created"),
    ),
    "calls": (
        ("answered_at", "offered_at", "answered_before_offered"),
        ("ended_at", "offered_at", "ended_before_start"),
    ),
    "surveys": (("answered_at", "sent_at", "answered_before_sent"),),
    "customers": (("ended_at", "started_at", "ended_before_started"),),
}

# A count and the one it is a part of.
PARTS = (("answered", "offered"), ("abandoned", "offered"), ("answered_in_target", "answered"))


class Rule(NamedTuple):
    """What a column may not hold: SQL that is true where it does; `shown` is the canonical column's name."""

    column: str
    where: str
    name: str
    shown: str


class Broken(NamedTuple):
    """A rule that some rows broke: how many, the first one's value and its line."""

    rule: Rule
    rows: int
    value: str
    line: int


def suspects(con, table: str, rules: list[Rule]) -> list[Rule]:
    """Those of the rules that some row breaks, from one pass over `table`."""
    if not rules:
        return []
    flags = ", ".join(f"bool_or({rule.where})" for rule in rules)
    return [
        rule
        for rule, is_broken in zip(rules, con.execute(f"select {flags} from {table}").fetchone(), strict=True)
        if is_broken
    ]


def broken(con, table: str, rule: Rule) -> Broken | None:
    """What one rule finds in `table`; None where no row breaks it (any more)."""
    rows, value, line = con.execute(
        f"select count(*), min_by({ident(rule.column)}::varchar, _row), min_by(_line, _row) from {table} "
        f"where {rule.where}"
    ).fetchone()
    return Broken(rule, rows, value, line) if rows else None


# --- rules on cells as they were read ---


def impossible(found: list[Cell]) -> list[Rule]:
    """Moments that stand for nothing or have not come, durations and counts below zero."""
    days = ", ".join(f"date '{day}'" for day in SENTINELS)
    moments = [cell for cell in found if cell.column.type == "instant" and not cell.column.plus]
    # Years that Python has no number for stand for nothing either.
    outside = "{0} < timestamp '0001-01-01' or {0} >= timestamp '9999-12-31'"
    rules = [
        Rule(c.name, f"({c.id}::date in ({days}) or {outside.format(c.id)})", "sentinel_date", c.column.name)
        for c in moments
    ]
    rules += [
        Rule(c.name, f"{c.id} > {TOMORROW}", "in_the_future", c.column.name) for c in moments if c.name not in AHEAD
    ]
    for c in found:
        if c.column.type in ("seconds", "count") or c.column.plus:
            rule = "negative_count" if c.column.type == "count" else "negative_duration"
            rules.append(Rule(c.name, f"{c.id} < 0", rule, c.column.name))
        if c.column.type == "seconds" or c.column.plus:
            rules.append(Rule(c.name, f"{c.id} > {CENTURY_S}", "duration_over_a_century", c.column.name))
    return rules


# --- rules on typed rows ---


class TypedRows:
    """The rows of one canonical table, as a view that a rule lays another view over."""

    def __init__(self, con, view: str, name: str, file: str, log: Log):
        self.con, self.view, self.name, self.file, self.log = con, view, name, file, log
        self._base, self._layers = view, 0

    def columns(self) -> list[str]:
        """The canonical columns."""
        listed = self.con.execute(f"describe {self.view}").fetchall()
        return [row[0] for row in listed if not row[0].startswith("_")]

    def empty(self, rules: list[Rule]) -> list[Rule]:
        """Make missing what breaks the rules and note each; those that found something."""
        found = []
        for rule in suspects(self.con, self.view, rules):
            seen = broken(self.con, self.view, rule)
            if seen:
                self.log.find(self.file, self.name, rule.name, rule.shown, seen.rows, seen.value, seen.line, "cell")
                found.append(rule)
        for rule in found:
            column = ident(rule.column)
            self.lay(f"* replace (case when {rule.where} then null else {column} end as {column})")
        return found

    def add(self, made: dict[str, str]) -> None:
        """Add columns made of the others: name -> SQL."""
        if made:
            self.lay("*, " + ", ".join(f"{sql} as {ident(name)}" for name, sql in made.items()))

    def lay(self, selected: str) -> None:
        """Lay a view that selects `selected` over the present one, which it may call ``v``."""
        self._layers += 1
        upper = f"{self._base}_{self._layers}"
        self.con.execute(f"create or replace view {upper} as select {selected} from {self.view} v")
        self.view = upper

    def check_order(self) -> list[Rule]:
        """Rows that contradict themselves."""
        have = set(self.columns())
        return self.empty(
            [
                Rule(column, f"{ident(column)} < {ident(earlier)}", rule, column)
                for column, earlier, rule in ORDERED.get(self.name, ())
                if {column, earlier} <= have
            ]
        )

    def check_future(self, reckoned: list[str]) -> None:
        """Moments reckoned from another and a duration that have not come yet."""
        self.empty([Rule(c, f"{ident(c)} > {TOMORROW}", "in_the_future", c) for c in reckoned if c not in AHEAD])

    def repair(self) -> None:
        """A solving time on a ticket that is unsolved now is that of an earlier solving."""
        have = self.columns()
        if self.name != "tickets" or not {"resolved_at", "status"} <= set(have):
            return
        where = f"resolved_at is not null and coalesce(status in {tables.UNSOLVED}, false)"
        seen = broken(self.con, self.view, Rule("resolved_at", where, "unsolved_with_solving_time", "resolved_at"))
        if not seen:
            return
        first = "first_resolved_at" if "first_resolved_at" in have else "null"
        moved = (
            f"case when {where} then coalesce({first}, resolved_at) else {first} end::timestamp as first_resolved_at"
        )
        kept = f"case when {where} then null else resolved_at end as resolved_at"
        added = "" if "first_resolved_at" in have else f", {moved}"
        replaced = f"{kept}, {moved}" if "first_resolved_at" in have else kept
        self.lay(f"* replace ({replaced}){added}")
        self.log.find(
            *(self.file, self.name, seen.rule.name, "resolved_at", seen.rows, seen.value, seen.line, "repaired")
        )

    def check_counts(self) -> None:
        """Point out intervals that count more of a part than of the whole; they are kept, since what is offered in one
        may be answered in the next."""
        have = set(self.columns())
        if self.name != "queue_intervals":
            return
        pairs = [(part, whole) for part, whole in PARTS if {part, whole} <= have]
        rules = [Rule(part, f"{ident(part)} > {ident(whole)}", "part_over_whole", part) for part, whole in pairs]
        for rule in suspects(self.con, self.view, rules):
            seen = broken(self.con, self.view, rule)
            self.log.find(self.file, self.name, rule.name, rule.shown, seen.rows, seen.value, seen.line, "warning")

    def check_scores(self) -> None:
        """The scale of every score, and scores outside it."""
        have = self.columns()
        if self.name != "surveys" or "score" not in have:
            return
        known = ", ".join(f"'{kind}'" for kind in SCALES)
        usual = f"case kind {' '.join(f'when {kind!r} then {scale!r}' for kind, scale in SCALES.items())} end"
        scale = "scale" if "scale" in have else "null"
        filled = self.con.execute(
            f"select list_sort(list(distinct kind)) from {self.view} where {scale} is null and kind in ({known})"
        ).fetchone()[0]
        if filled or "scale" not in have:
            full = f"coalesce({scale}, {usual})::varchar as scale"
            self.lay(f"* replace ({full})" if "scale" in have else f"*, {full}")
        if filled:
            told = ", ".join(f"{kind}: {SCALES[kind]}" for kind in filled)
            self.log.assume(self.file, "scale", told, "usual_of_kind")
        low, high = (f"try_cast(split_part(scale, '-', {part}) as double)" for part in (1, 2))
        self.empty([Rule("score", f"score < {low} or score > {high}", "score_outside_scale", "score")])
