"""Tickets with every column that messages and status changes can supply, their outcomes and their flow."""

import ibis
import ibis.expr.types as ir

from kpitools import lacking, tables
from kpitools.facts.columns import TICKET_DIMENSIONS, complete_columns, first_known, without
from kpitools.kpi import Words

# Table and the column of it that must hold data -> the columns of tickets that it can supply.
_DERIVABLE = {
    ("messages", "at"): ("created_at", "first_reply_at", "agent_replies", "customer_messages", "opened_by"),
    ("status_changes", "at"): ("created_at",),
    ("status_changes", "status"): (
        "status",
        "first_reply_at",
        "first_resolved_at",
        "resolved_at",
        "closed_at",
        "reopens",
    ),
    ("status_changes", "team"): ("team", "transfers"),
    ("status_changes", "agent_id"): ("agent_id", "agent_transfers"),
}

FIRST_CONTACT_PARTS = {
    "is_single_reply": "fcr_needs_single_reply",
    "is_not_reopened": "fcr_needs_no_reopen",
    "is_not_repeated": "fcr_needs_no_repeat",
}
_READ_BY = {"is_single_reply": "agent_replies", "is_not_reopened": "reopens", "is_not_repeated": "customer_id"}


def origins(desk) -> dict[str, str]:
    """Where each derived ticket column comes from: messages, status_changes or closed_at; the rest are the export's."""
    found: dict[str, str] = {}
    filled = desk.filled_base("tickets")
    for (source, needed), columns in _DERIVABLE.items():
        if needed in desk.filled_base(source):
            found.update({c: source for c in columns if c not in filled and c not in found})
    if "resolved_at" not in filled and "resolved_at" not in found and "closed_at" in filled:
        found["resolved_at"] = "closed_at"
    return found


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
        rows = first_known(rows, "resolved_at", "closed_at")
    elif origin.get("resolved_at") is None:
        rows = _or_closed(rows)
    return _with_outcomes(rows, desk)


def _or_closed(rows: ir.Table) -> ir.Table:
    """``resolved_at``, and of a closed ticket that has none ``closed_at``."""
    clocks = [c for c in ("closed_at", "closed_local") if c in rows.columns]
    rows = rows.mutate(**{f"kt_{c}": ibis.ifelse(rows.status == "closed", rows[c], None) for c in clocks})
    return without(first_known(rows, "resolved_at", "resolved_at", "kt_closed_at"), *(f"kt_{c}" for c in clocks))


def _ticket_rows(desk) -> ir.Table:
    """The loaded tickets, or where there are none one row a ticket of the messages or status changes."""
    if desk.has("tickets"):
        rows = desk.base("tickets")
    else:
        source = "status_changes" if desk.has("status_changes") else "messages"
        rows = desk.base(source).select("ticket_id").distinct()
    return complete_columns(rows, "tickets")


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
    changes = changes.mutate(before=changes.status.lag().over(by_time))
    is_reopening = changes.before.isin(tables.DONE) & changes.status.isin(tables.UNSOLVED)
    changes = changes.mutate(is_reopening=is_reopening)
    found = changes.group_by("ticket_id").agg(
        created_at=changes.at.min(),
        status=changes.status.argmax(changes.at, where=changes.status.notnull()),
        team=changes.team.argmax(changes.at, where=changes.team.notnull()),
        agent_id=changes.agent_id.argmax(changes.at, where=changes.agent_id.notnull()),
        first_reply_at=changes.at.min(where=changes.status == "answered"),
        first_resolved_at=changes.at.min(where=changes.status == "resolved"),
        last_resolved_at=changes.at.max(where=changes.status == "resolved"),
        closed_at=changes.at.max(where=changes.status == "closed"),
        reopens=changes.is_reopening.sum(),
    )
    for name, column in (("transfers", "team"), ("agent_transfers", "agent_id")):
        if column in desk.filled_base("status_changes"):
            found = found.left_join(_moves(changes, column, name), "ticket_id").drop("ticket_id_right")
        else:
            found = found.mutate(**{name: ibis.null("int64")})
    return found


def _moves(changes: ir.Table, column: str, name: str) -> ir.Table:
    """How often each ticket came to another team or agent; rows that name none leave it where it is."""
    known = changes.filter(changes[column].notnull())
    before = known[column].lag().over(ibis.window(group_by="ticket_id", order_by="at"))
    known = known.mutate(is_move=(before.notnull() & (known[column] != before)))
    return known.group_by("ticket_id").agg(**{name: known.is_move.sum()})


def _with_resolved_at(facts: ir.Table) -> ir.Table:
    """A ticket that now stands reopened has no full resolution yet, and is not closed."""
    is_reopened = facts.status.isin(tables.UNSOLVED).fill_null(False)
    kept = {"resolved_at": facts.last_resolved_at, "closed_at": facts.closed_at}
    return facts.mutate(**{c: ibis.ifelse(is_reopened, None, at) for c, at in kept.items()}).drop("last_resolved_at")


def _fill(rows: ir.Table, facts: ir.Table, columns: list[str]) -> ir.Table:
    """`rows` with the named `columns` taken from `facts` by ticket_id."""
    if not columns:
        return rows
    picked = facts.select("ticket_id", **{f"{c}__new": facts[c] for c in columns})
    joined = rows.left_join(picked, "ticket_id")
    joined = joined.mutate(**{c: joined[f"{c}__new"] for c in columns})
    joined = joined.drop(*[c for c in joined.columns if c.endswith("__new") or c.endswith("_right")])
    return without(joined, *(tables.local(c) for c in columns if c.endswith("_at")))


def _with_outcomes(rows: ir.Table, desk) -> ir.Table:
    now = ibis.literal(desk.as_of, type="timestamp(6)")
    rows = first_known(rows, "first_resolved_at", "first_resolved_at", "resolved_at")
    rows = first_known(rows, "done_at", "resolved_at", "closed_at")
    rows = first_known(rows, "ever_resolved_at", "resolved_at", "first_resolved_at")
    rows = first_known(rows, "sla_at", "sla_due_at", "resolved_at", "created_at")
    rows = rows.mutate(
        is_test=rows.is_test.fill_null(False) | _has_tag(rows.tags, desk.option("test_tags")),
    )
    rows = rows.mutate(
        # Done by its status, though nobody knows when: not open, and of no known length.
        is_open=rows.done_at.isnull() & ~rows.status.fill_null("").isin(tables.DONE),
    )
    by_due = ibis.cases(
        (rows.done_at.notnull(), rows.done_at <= rows.sla_due_at), (rows.sla_due_at < now, False), else_=None
    )
    overdue = rows.is_open & (rows.sla_due_at < now)
    kept = ibis.cases((overdue.fill_null(False), False), (rows.sla_met.notnull(), rows.sla_met), else_=by_due)
    return rows.mutate(sla_kept=kept)


def _has_tag(tags: ir.StringValue, wanted) -> ir.BooleanValue:
    """Whether any of the `wanted` tags stands in a text of tags, by whatever separator they were exported."""
    lower, found = tags.lower(), ibis.literal(False)
    spaced = ibis.literal(",") + lower.re_replace(r"[,;\s]+", ",") + ibis.literal(",")
    for tag in wanted:
        # Few texts hold the letters at all; only those are taken apart.
        is_whole = spaced.contains(f",{tag.lower()},")
        found = found | ibis.cases((lower.contains(tag.lower()), is_whole), else_=False)
    return found


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


def lacks_first_contact(desk) -> Words:
    """Of the columns that the desk's conditions of a first contact read, those that hold nothing; all of them where
    each holds something and no ticket all."""
    asked = [column for part, column in _READ_BY.items() if desk.option(FIRST_CONTACT_PARTS[part])]
    absent = [column for column in asked if column not in desk.filled("tickets")]
    return lacking.listed([f"tickets.{column}" for column in absent or asked])


def ticket_flow(desk) -> ir.Table:
    """Two rows a ticket: +1 when it was created, -1 when it was done. Their running total is the backlog."""
    rows = desk.table("tickets").filter(lambda t: t.created_at.notnull())
    rows = rows.mutate(has_known_end=rows.is_open | rows.done_at.notnull())
    kept = [*TICKET_DIMENSIONS, "status", "is_test", "has_known_end"]
    came = rows.select("ticket_id", *kept, at=rows.created_at, change=ibis.literal(1))
    went = rows.filter(rows.done_at.notnull())
    went = went.select("ticket_id", *kept, at=went.done_at, change=ibis.literal(-1))
    return came.union(went)
