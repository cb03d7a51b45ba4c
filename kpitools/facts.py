"""Tables and columns that many KPIs share, derived once from what was loaded.

Every function takes a desk and gives an Ibis table. What the export itself says stands; a column that it lacks
altogether is derived from messages, then from status changes. `origins` says which was used.
"""

from collections.abc import Callable
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd

from kpitools import tables
from kpitools.clock import to_local
from kpitools.errors import NotSupportedError

TICKET_DIMENSIONS = ("team", "channel", "priority", "topic", "agent_id", "customer_id")


class Fact(NamedTuple):
    """A derived table: how to build it and which loaded columns it needs, as alternatives."""

    build: Callable[..., ir.Table]
    needs: tuple[tuple[str, ...], ...]


def empty_column(table: str, column: str) -> ir.Value:
    """A missing value of the canonical column's type."""
    return ibis.null(tables.TYPES[tables.get(table)[column].type])


def complete_columns(rows: ir.Table, table: str) -> ir.Table:
    """`rows` with every canonical column of `table`; those that the data lacks are missing throughout."""
    lacking = {c: empty_column(table, c) for c in tables.get(table).names if c not in rows.columns}
    return rows.mutate(**lacking) if lacking else rows


def _ticket_facts_from_messages(desk) -> ir.Table:
    """One row a ticket: first reply, counts and who opened it, from its public messages."""
    public = desk.base("messages").filter(lambda t: t.is_public.fill_null(True))
    public = public.filter(lambda t: t.author.isin(["customer", "agent"]))
    opening = public.group_by("ticket_id").agg(opened_at=public.at.min(), opened_by=public.author.argmin(public.at))
    joined = public.join(opening, "ticket_id")
    is_reply = (joined.author == "agent") & ((joined.opened_by != "agent") | (joined.at > joined.opened_at))
    return joined.group_by("ticket_id").agg(
        created_at=joined.at.min(),
        first_reply_at=joined.at.min(where=is_reply),
        agent_replies=is_reply.sum(),
        customer_messages=(joined.author == "customer").sum(),
        opened_by=joined.opened_by.max(),
    )


def _ticket_facts_from_status(desk) -> ir.Table:
    """One row a ticket: first answer, resolutions, reopenings and transfers, from its changes of status."""
    changes = complete_columns(desk.base("status_changes"), "status_changes")
    by_time = ibis.window(group_by="ticket_id", order_by="at")
    changes = changes.mutate(before=changes.status.lag().over(by_time), team_before=changes.team.lag().over(by_time))
    is_reopening = changes.before.isin(tables.DONE) & changes.status.isin(tables.UNSOLVED)
    is_transfer = changes.team_before.notnull() & (changes.team != changes.team_before)
    is_done = changes.status.isin(tables.DONE)
    changes = changes.mutate(is_reopening=is_reopening, is_transfer=is_transfer, is_done=is_done)
    return changes.group_by("ticket_id").agg(
        created_at=changes.at.min(),
        status=changes.status.argmax(changes.at, where=changes.status.notnull()),
        team=changes.team.argmax(changes.at, where=changes.team.notnull()),
        agent_id=changes.agent_id.argmax(changes.at, where=changes.agent_id.notnull()),
        first_reply_at=changes.at.min(where=changes.status == "answered"),
        first_resolved_at=changes.at.min(where=changes.status == "resolved"),
        last_resolved_at=changes.at.max(where=changes.status == "resolved"),
        closed_at=changes.at.max(where=changes.status == "closed"),
        reopens=changes.is_reopening.sum(),
        transfers=changes.is_transfer.sum(),
    )


def _with_resolved_at(facts: ir.Table) -> ir.Table:
    """A ticket that now stands reopened has no full resolution yet."""
    return facts.mutate(resolved_at=facts.last_resolved_at).drop("last_resolved_at")


def _fill(rows: ir.Table, facts: ir.Table, columns: list[str]) -> ir.Table:
    """`rows` with the named `columns` taken from `facts` by ticket_id."""
    if not columns:
        return rows
    picked = facts.select("ticket_id", **{f"{c}__new": facts[c] for c in columns})
    joined = rows.left_join(picked, "ticket_id")
    joined = joined.mutate(**{c: joined[f"{c}__new"] for c in columns})
    return joined.drop(*[c for c in joined.columns if c.endswith("__new") or c.endswith("_right")])


def origins(desk) -> dict[str, str]:
    """Where each derived ticket column comes from: messages, status_changes or closed_at; the rest are the export's."""
    found: dict[str, str] = {}
    filled = desk.filled_base("tickets")
    for source, columns in _DERIVABLE.items():
        if desk.filled_base(source):
            found.update({c: source for c in columns if c not in filled and c not in found})
    if "resolved_at" not in filled and "resolved_at" not in found and "closed_at" in filled:
        found["resolved_at"] = "closed_at"
    return found


_DERIVABLE = {
    "messages": ("created_at", "first_reply_at", "agent_replies", "customer_messages", "opened_by"),
    "status_changes": (
        "created_at",
        "status",
        "team",
        "agent_id",
        "first_reply_at",
        "first_resolved_at",
        "resolved_at",
        "closed_at",
        "reopens",
        "transfers",
    ),
}


def _ticket_rows(desk) -> ir.Table:
    """The loaded tickets, or where there are none one row a ticket of the messages or status changes."""
    if desk.has("tickets"):
        rows = desk.base("tickets")
    else:
        source = "status_changes" if desk.has("status_changes") else "messages"
        rows = desk.base(source).select("ticket_id").distinct()
    return complete_columns(rows, "tickets")


def tickets(desk) -> ir.Table:
    """Canonical tickets with every column that messages and status changes can supply.

    Adds ``done_at`` (resolved, else closed), ``ever_resolved_at`` (resolved even if reopened since), ``is_open``,
    ``sla_at`` and ``sla_kept`` (true, false, or missing while it is not yet due).
    """
    rows, origin = _ticket_rows(desk), origins(desk)
    if "messages" in origin.values():
        chosen = [c for c, source in origin.items() if source == "messages"]
        rows = _fill(rows, _ticket_facts_from_messages(desk), chosen)
    if "status_changes" in origin.values():
        facts = _with_resolved_at(_ticket_facts_from_status(desk))
        rows = _fill(rows, facts, [c for c, source in origin.items() if source == "status_changes"])
    if origin.get("resolved_at") == "closed_at":
        rows = rows.mutate(resolved_at=rows.closed_at)
    elif origin.get("resolved_at") is None:
        rows = rows.mutate(
            resolved_at=ibis.coalesce(
                rows.resolved_at, ibis.ifelse(rows.status == "closed", rows.closed_at, ibis.null("timestamp(6)"))
            )
        )
    return _with_outcomes(rows, desk)


def _has_tag(tags: ir.StringValue, wanted) -> ir.BooleanValue:
    """Whether any of the `wanted` tags stands in a text of tags, by whatever separator they were exported."""
    spaced = ibis.literal(",") + tags.lower().re_replace(r"[,;\s]+", ",") + ibis.literal(",")
    found = ibis.literal(False)
    for tag in wanted:
        found = found | spaced.contains(f",{tag.lower()},").fill_null(False)
    return found


def _with_outcomes(rows: ir.Table, desk) -> ir.Table:
    now = ibis.literal(desk.as_of, type="timestamp(6)")
    rows = rows.mutate(
        first_resolved_at=ibis.coalesce(rows.first_resolved_at, rows.resolved_at),
        done_at=ibis.coalesce(rows.resolved_at, rows.closed_at),
        is_test=rows.is_test.fill_null(False) | _has_tag(rows.tags, desk.option("test_tags")),
    )
    rows = rows.mutate(
        ever_resolved_at=ibis.coalesce(rows.resolved_at, rows.first_resolved_at),
        # Done by its status, though nobody knows when: not open, and of no known length.
        is_open=rows.done_at.isnull() & ~rows.status.fill_null("").isin(tables.DONE),
        sla_at=ibis.coalesce(rows.sla_due_at, rows.resolved_at, rows.created_at),
    )
    by_due = ibis.cases(
        (rows.done_at.notnull(), rows.done_at <= rows.sla_due_at), (rows.sla_due_at < now, False), else_=None
    )
    overdue = rows.is_open & (rows.sla_due_at < now)
    kept = ibis.cases((overdue.fill_null(False), False), (rows.sla_met.notnull(), rows.sla_met), else_=by_due)
    return rows.mutate(sla_kept=kept)


def resolutions(desk) -> ir.Table:
    """Tickets that were ever resolved, with what first contact resolution asks.

    Adds ``is_single_reply``, ``is_not_reopened``, ``is_not_repeated`` and ``is_first_contact`` (all that the desk's
    options ask for). A repeat is another ticket of the same customer on the same topic, created after this one and no
    later than the window after its resolution.
    """
    rows = desk.table("tickets").filter(lambda t: t.created_at.notnull())
    # Spam and test tickets stand in a partition of their own: they are no repeat of anything.
    is_countable = ~rows.status.fill_null("").isin(tables.UNCOUNTED) & ~rows.is_test
    same = ibis.window(
        group_by=[rows.customer_id, rows.topic.fill_null(""), is_countable], order_by=[rows.created_at, rows.ticket_id]
    )
    rows = rows.mutate(next_created_at=rows.created_at.lead().over(same))
    rows = rows.filter(rows.ever_resolved_at.notnull())
    window = ibis.interval(days=int(desk.option("fcr_window_days")))
    is_repeated = (rows.next_created_at <= rows.ever_resolved_at + window).fill_null(False)
    rows = rows.mutate(
        is_single_reply=rows.agent_replies <= 1,
        is_not_reopened=rows.reopens == 0,
        is_not_repeated=ibis.ifelse(rows.customer_id.isnull(), None, ~is_repeated),
    )
    asked = [part for part in FIRST_CONTACT_PARTS if desk.option(FIRST_CONTACT_PARTS[part])]
    verdict, is_known = ibis.literal(True), ibis.literal(True)
    for part in asked:
        verdict, is_known = verdict & rows[part], is_known & rows[part].notnull()
    # One known failure among unknown parts would let only failures in.
    return rows.mutate(is_first_contact=ibis.ifelse(is_known, verdict, None))


FIRST_CONTACT_PARTS = {
    "is_single_reply": "fcr_needs_single_reply",
    "is_not_reopened": "fcr_needs_no_reopen",
    "is_not_repeated": "fcr_needs_no_repeat",
}


def waits(desk) -> ir.Table:
    """Every stretch in which a customer waits for a person: ``started_at`` to ``ended_at`` (missing while it lasts).

    From messages: a stretch starts with the customer's first unanswered public message and ends with the next public
    reply by an agent; several messages in a row are one wait. Without messages, the requester wait time of the export,
    one row a ticket. ``is_answered_or_open`` is false where the ticket was closed without a further reply.
    """
    about = desk.table("tickets")
    if not desk.has("messages"):
        rows = about.filter(about.requester_wait_s.notnull())
        ended = rows.created_at + (rows.requester_wait_s * 1_000_000).round().cast("int64").as_interval("us")
        return rows.mutate(started_at=rows.created_at, ended_at=ended, is_answered_or_open=True)
    public = desk.base("messages").filter(lambda t: t.is_public.fill_null(True))
    public = public.filter(lambda t: t.author.isin(["customer", "agent"]) & t.at.notnull())
    # At one instant the customer's message comes first: the reply that ends its wait cannot precede it.
    order = [public["at"], (public.author == "agent"), public.message_id]
    in_ticket = ibis.window(group_by="ticket_id", order_by=order)
    ahead = ibis.window(group_by="ticket_id", order_by=order, preceding=0, following=None)
    marked = public.mutate(
        author_before=public.author.lag().over(in_ticket),
        ended_at=ibis.ifelse(public.author == "agent", public["at"], None).min().over(ahead),
    )
    starts = marked.filter((marked.author == "customer") & (marked.author_before.fill_null("") != "customer"))
    starts = starts.select("ticket_id", "message_id", "ended_at", started_at=starts["at"])
    kept = about.select("ticket_id", *TICKET_DIMENSIONS, "status", "is_test", "done_at")
    rows = starts.left_join(kept, "ticket_id")
    rows = rows.drop(*[c for c in rows.columns if c.endswith("_right")])
    gave_up = rows.ended_at.isnull() & rows.done_at.notnull()
    return rows.mutate(is_answered_or_open=~gave_up, is_test=rows.is_test.fill_null(False))


def contacts(desk) -> ir.Table:
    """Handled contacts: answered calls, pre-aggregated intervals and tickets with time spent on them.

    Columns: ended_at, handle_s, handled (1, or the contacts of an interval), talk_s, hold_s, wrap_s, team, channel,
    agent_id, source (calls, queue_intervals or tickets).
    """
    parts = []
    if {"talk_s"} <= desk.filled_base("calls"):
        calls = complete_columns(desk.base("calls"), "calls")
        ended = ibis.coalesce(calls.ended_at, calls.answered_at, calls.offered_at)
        parts.append(_contact_rows(calls.filter(_is_answered(calls, desk)), ended, 1, "calls"))
    elif {"talk_s", "answered"} <= desk.filled_base("queue_intervals"):
        rows = complete_columns(desk.base("queue_intervals"), "queue_intervals").mutate(channel=ibis.literal("phone"))
        parts.append(_contact_rows(rows, rows.started_at, rows.answered.cast("float64"), "queue_intervals"))
    if "handle_s" in desk.filled_base("tickets"):
        rows = desk.table("tickets").filter(lambda t: t.handle_s.notnull() & t.done_at.notnull())
        rows = rows.mutate(talk_s=rows.handle_s, hold_s=0.0, wrap_s=0.0)
        parts.append(_contact_rows(rows, rows.done_at, 1, "tickets"))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _is_answered(calls: ir.Table, desk) -> ir.BooleanValue:
    """Whether a person answered: there is a time of it, where the export has such times, and it was not abandoned."""
    not_abandoned = ~calls.is_abandoned.fill_null(False)
    return calls.answered_at.notnull() & not_abandoned if "answered_at" in desk.filled_base("calls") else not_abandoned


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
    )


def offers(desk) -> ir.Table:
    """Contacts offered, a call or an interval a row: offered, answered, abandoned, answered_in_target (counts) and
    wait_s (total wait of the answered). Where the export has intervals they stand, since phone systems count there."""
    if "offered" in desk.filled_base("queue_intervals"):
        rows = complete_columns(desk.base("queue_intervals"), "queue_intervals")
        return rows.select(
            "team",
            "agent_id",
            "offered",
            "answered",
            "abandoned",
            "answered_in_target",
            "wait_s",
            offered_at=rows.started_at,
        )
    rows = complete_columns(desk.base("calls"), "calls")
    is_answered = _is_answered(rows, desk)
    waited = ibis.coalesce(rows.wait_s, rows.answered_at.delta(rows.offered_at, unit="microsecond") / 1e6)
    in_target = is_answered & (waited <= desk.option("service_level_seconds"))
    return rows.select(
        "team",
        "agent_id",
        "offered_at",
        offered=ibis.literal(1),
        answered=is_answered.cast("int64"),
        abandoned=ibis.coalesce(rows.is_abandoned, ~is_answered).cast("int64"),
        answered_in_target=in_target.fill_null(False).cast("int64"),
        wait_s=ibis.ifelse(is_answered, waited, None),
    )


def ticket_flow(desk) -> ir.Table:
    """Two rows a ticket: +1 when it was created, -1 when it was done. Their running total is the backlog."""
    rows = desk.table("tickets").filter(lambda t: t.created_at.notnull())
    rows = rows.mutate(has_known_end=rows.is_open | rows.done_at.notnull())
    kept = [*TICKET_DIMENSIONS, "status", "is_test", "has_known_end"]
    came = rows.select("ticket_id", *kept, at=rows.created_at, change=ibis.literal(1))
    went = rows.filter(rows.done_at.notnull())
    went = went.select("ticket_id", *kept, at=went.done_at, change=ibis.literal(-1))
    return came.union(went)


def surveys(desk) -> ir.Table:
    """Canonical surveys; team, channel, topic, agent and customer come from the ticket where an answer has none."""
    rows = complete_columns(desk.base("surveys"), "surveys")
    shared = [c for c in ("team", "channel", "topic", "agent_id", "customer_id")]
    if not desk.has("tickets") or "ticket_id" not in desk.filled_base("surveys"):
        return rows
    about = desk.table("tickets")
    about = about.select("ticket_id", **{f"{c}__ticket": about[c] for c in shared})
    joined = rows.left_join(about, "ticket_id")
    joined = joined.mutate(**{c: ibis.coalesce(joined[c], joined[f"{c}__ticket"]) for c in shared})
    return joined.drop(*[c for c in joined.columns if c.endswith("__ticket") or c.endswith("_right")])


def period_starts(desk, first, last, every: str) -> pd.DatetimeIndex:
    """The local first days of the whole periods between two instants on the desk's wall clock."""
    from kpitools.periods import floor, grid

    return grid(floor(first, every), last, every)


def customer_periods(desk, every: str = "month") -> ir.Table:
    """One row for each customer and period at whose start the customer was there, with ``is_retained``.

    There: started before the period's start and not ended by then; retained: still there at its end. Without a table
    of relationships: active in the period before, and retained if active in this one.
    """
    every = every or "month"
    return _from_relationships(desk, every) if desk.has("customers") else _from_activity(desk, every)


def _period_table(desk, first, last, every: str) -> ir.Table:
    from kpitools.periods import following

    starts = period_starts(desk, first, last, every)
    frame = pd.DataFrame({"period_local": starts, "period_end": following(starts, every)})
    return ibis.memtable(frame.astype("datetime64[us]"))


def _from_relationships(desk, every: str) -> ir.Table:
    rows = complete_columns(desk.base("customers"), "customers")
    rows = rows.mutate(
        started_local=to_local(rows.started_at, desk.timezone), ended_local=to_local(rows.ended_at, desk.timezone)
    )
    first = rows.started_local.min().to_pandas()
    if pd.isna(first):
        raise NotSupportedError("customers: no relationship has a start")
    periods = _period_table(desk, first, desk.last_moment, every)
    joined = rows.cross_join(periods)
    there = (joined.started_local < joined.period_local) & (
        joined.ended_local.isnull() | (joined.ended_local > joined.period_local)
    )
    rows = joined.filter(there)
    return rows.mutate(is_retained=rows.ended_local.isnull() | (rows.ended_local > rows.period_end))


def _from_activity(desk, every: str) -> ir.Table:
    from kpitools.periods import truncated

    rows = desk.base("activity")
    rows = rows.mutate(period_local=truncated(to_local(rows["at"], desk.timezone), every))
    active = rows.select("customer_id", "period_local").distinct()
    first, last = rows.period_local.min().to_pandas(), desk.last_moment
    periods = _period_table(desk, first, last, every)
    base = active.join(periods, "period_local").select("customer_id", period_local="period_end")
    now = active.select("customer_id", "period_local", is_active=ibis.literal(True))
    joined = base.left_join(now, ["customer_id", "period_local"])
    joined = joined.drop(*[c for c in joined.columns if c.endswith("_right")])
    joined = joined.mutate(segment=ibis.null("string"), is_retained=joined.is_active.fill_null(False))
    return joined.filter(joined.period_local <= ibis.literal(last.to_pydatetime(), type="timestamp(6)"))


FACTS = {
    "tickets": Fact(tickets, (("tickets.created_at",), ("messages.at",), ("status_changes.at",))),
    "resolutions": Fact(resolutions, (("tickets.created_at",), ("messages.at",), ("status_changes.at",))),
    "waits": Fact(waits, (("messages.at", "messages.author"), ("tickets.requester_wait_s",))),
    "contacts": Fact(
        contacts, (("calls.talk_s",), ("queue_intervals.talk_s", "queue_intervals.answered"), ("tickets.handle_s",))
    ),
    "offers": Fact(offers, (("queue_intervals.offered",), ("calls.offered_at",))),
    "ticket_flow": Fact(ticket_flow, (("tickets.created_at",), ("status_changes.at",))),
    "surveys": Fact(surveys, (("surveys.score",),)),
    "customer_periods": Fact(customer_periods, (("customers.started_at",), ("activity.at", "activity.customer_id"))),
}
