"""Handled contacts and offered contacts, from calls, intervals and tickets."""

import ibis
import ibis.expr.types as ir

from kpitools.facts.columns import about_ticket, complete_columns


def contacts(desk) -> ir.Table:
    """Handled contacts: answered calls, pre-aggregated intervals and tickets with time spent on them.

    Columns: ended_at, handle_s, handled (1, or the contacts of an interval), talk_s, hold_s, wrap_s, team, channel,
    agent_id, source (calls, queue_intervals or tickets), and of their ticket status and is_test. A call counts whatever
    became of its ticket, so it has no status.
    """
    parts = []
    if {"talk_s"} <= desk.filled_base("calls"):
        calls = _calls(desk)
        ended = ibis.coalesce(calls.ended_at, calls.answered_at, calls.offered_at)
        parts.append(_contact_rows(calls.filter(_is_answered(calls, desk)), ended, 1, "calls"))
    elif {"talk_s", "answered"} <= desk.filled_base("queue_intervals"):
        rows = _intervals(desk).mutate(channel=ibis.literal("phone"))
        parts.append(_contact_rows(rows, rows.started_at, rows.answered.cast("float64"), "queue_intervals"))
    if "handle_s" in desk.filled_base("tickets"):
        rows = desk.table("tickets").filter(lambda t: t.handle_s.notnull() & t.done_at.notnull())
        rows = rows.mutate(talk_s=rows.handle_s, hold_s=0.0, wrap_s=0.0)
        parts.append(_contact_rows(rows, rows.done_at, 1, "tickets"))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _calls(desk) -> ir.Table:
    rows = about_ticket(complete_columns(desk.base("calls"), "calls"), desk, "calls")
    return rows.mutate(status=ibis.null("string"))


def _intervals(desk) -> ir.Table:
    rows = complete_columns(desk.base("queue_intervals"), "queue_intervals")
    return rows.mutate(status=ibis.null("string"), is_test=ibis.null("boolean"))


def _is_answered(calls: ir.Table, desk) -> ir.BooleanValue:
    """Whether a person answered: there is a time of it, where the export has such times, and it was not abandoned."""
    not_abandoned = ~calls.is_abandoned.fill_null(False)
    return calls.answered_at.notnull() & not_abandoned if "answered_at" in desk.filled_base("calls") else not_abandoned


def _has_short(desk) -> bool:
    """Whether the export says how long callers waited before they gave up."""
    return bool({"wait_s", "ended_at"} & desk.filled_base("calls"))


def _contact_rows(rows: ir.Table, ended: ir.Value, handled, source: str) -> ir.Table:
    handled = handled if isinstance(handled, ir.Value) else ibis.literal(float(handled))
    spent = rows.talk_s + rows.hold_s.fill_null(0) + rows.wrap_s.fill_null(0)
    return rows.select(
        ended_at=ended,
        handle_s=spent,
        handled=handled,
        talk_s=rows.talk_s,
        hold_s=rows.hold_s.fill_null(0.0),
        wrap_s=rows.wrap_s.fill_null(0.0),
        team=rows.team,
        channel=rows.channel,
        agent_id=rows.agent_id,
        source=ibis.literal(source),
        status=rows.status,
        is_test=rows.is_test,
    )


def offers(desk) -> ir.Table:
    """Contacts offered, a call or an interval a row: offered, answered, abandoned, answered_in_target,
    short_abandoned (counts), wait_s (total wait of the answered) and is_test (of the call's ticket). Where the export
    has intervals they stand, since phone systems count there. ``short_abandoned`` is missing where the export cannot
    say."""
    if "offered" in desk.filled_base("queue_intervals"):
        rows = _intervals(desk)
        return rows.select(
            "team",
            "agent_id",
            "is_test",
            "offered",
            "answered",
            "abandoned",
            "answered_in_target",
            "wait_s",
            "short_abandoned",
            offered_at=rows.started_at,
        )
    rows = _calls(desk)
    is_answered = _is_answered(rows, desk)
    waited = ibis.coalesce(rows.wait_s, rows.answered_at.delta(rows.offered_at, unit="microsecond") / 1e6)
    in_target = is_answered & (waited <= desk.option("service_level_seconds"))
    is_abandoned = ibis.coalesce(rows.is_abandoned, ~is_answered)
    gave_up_s = ibis.coalesce(rows.wait_s, rows.ended_at.delta(rows.offered_at, unit="microsecond") / 1e6)
    is_short = is_abandoned & (gave_up_s <= desk.option("short_abandon_seconds")).fill_null(False)
    return rows.select(
        "team",
        "agent_id",
        "is_test",
        "offered_at",
        offered=ibis.literal(1),
        answered=is_answered.ifelse(1, 0),
        abandoned=is_abandoned.ifelse(1, 0),
        short_abandoned=is_short.ifelse(1, 0).cast("int64") if _has_short(desk) else ibis.null("int64"),
        answered_in_target=in_target.ifelse(1, 0),
        wait_s=ibis.ifelse(is_answered, waited, None),
    )
