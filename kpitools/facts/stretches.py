"""Every stretch a ticket spent in a status, and the stretches in which its customer waited."""

import ibis
import ibis.expr.types as ir

from kpitools import lacking, tables
from kpitools.facts.columns import TICKET_DIMENSIONS
from kpitools.kpi import Words

WAITING = ("new", "open", "on_hold")


def status_stretches(desk) -> ir.Table:
    """One row a stretch: ``ticket_id, status, started_at, ended_at`` (missing while it lasts).

    Of several changes at one instant the one further along in `tables.STATUSES` is the last.
    """
    changes = desk.base("status_changes")
    changes = changes.filter(changes.status.notnull() & changes["at"].notnull())
    order = ibis.cases(*[(changes.status == name, place) for place, name in enumerate(tables.STATUSES)], else_=-1)
    in_ticket = ibis.window(group_by="ticket_id", order_by=[changes["at"], order])
    rows = changes.mutate(ended_at=changes["at"].lead().over(in_ticket))
    return rows.select("ticket_id", "status", "ended_at", started_at=rows["at"])


def waiting_stretches(desk) -> ir.Table:
    """The stretches in which a ticket's customer waited, with what its ticket knows: ``started_at``, ``ended_at`` and
    ``is_over`` (the ticket is done, so that no stretch follows).

    From changes of status: new, open and, unless the desk says otherwise, on hold; a ticket is new from its creation
    to its first known status (docs/decisions.md#waits). ``is_start_known`` is false where the log begins later than
    the ticket. Without changes of status the export's own requester wait time, one stretch a ticket.
    """
    now = ibis.literal(desk.as_of, type="timestamp(6)")
    about = desk.table("tickets")
    about = about.mutate(created_local=desk.wall_clock(about, "created_at"))
    kept = ("created_at", "created_local", *TICKET_DIMENSIONS, "status", "is_test", "requester_wait_s")
    about = about.select("ticket_id", *kept, is_over=(about.done_at <= now).fill_null(False))
    if not _has_statuses(desk):
        rows = about.filter(about.requester_wait_s.notnull())
        ended = rows.created_at + (rows.requester_wait_s * 1_000_000).round().cast("int64").as_interval("us")
        return rows.mutate(started_at=rows.created_at, ended_at=ended, is_start_known=ibis.literal(True))
    about = about.mutate(is_start_known=_is_start_known(desk, about))
    held = status_stretches(desk)
    held = held.union(_before_any_status(about, held))
    counted = WAITING if desk.option("requester_wait_counts_on_hold") else WAITING[:2]
    # Other stretches stay as nothing, so that a ticket nobody waited for is a measured zero.
    until = ibis.ifelse(held.status.isin(counted), held.ended_at, held.started_at)
    held = held.filter(held.started_at <= now).select("ticket_id", "started_at", ended_at=until)
    joined = about.inner_join(held, "ticket_id")
    return joined.drop(*[c for c in joined.columns if c.endswith("_right")])


def _before_any_status(about: ir.Table, held: ir.Table) -> ir.Table:
    """One stretch a ticket whose first known status came after its creation: it was new until then."""
    first = held.group_by("ticket_id").agg(ended_at=held.started_at.min())
    rows = about.select("ticket_id", "created_at").inner_join(first, "ticket_id")
    rows = rows.filter(rows.created_at < rows.ended_at)
    rows = rows.mutate(status=ibis.literal("new"), started_at=rows.created_at)
    return rows.select("ticket_id", "status", "ended_at", "started_at")


def _is_start_known(desk, rows: ir.Table) -> ir.BooleanValue:
    """Whether the log of statuses already ran when a ticket was made: else its first entries may be cut off."""
    return rows.created_at >= ibis.literal(desk.first_of("status_changes", "at"), type="timestamp(6)")


def lacks_statuses(desk) -> str | Words:
    """What the options ask for and the export's own figure cannot give: it holds the time on hold already. Or the
    beginning of a log of which most tickets have only the end."""
    if _has_statuses(desk):
        return _lacks_beginnings(desk)
    if desk.option("requester_wait_counts_on_hold"):
        return ""
    return Words(
        "status_changes.status (to leave out the time on hold)", "status_changes.status (để bỏ thời gian tạm giữ)"
    )


def _lacks_beginnings(desk) -> str | Words:
    changes = desk.base("status_changes")
    known = changes.filter(changes.status.notnull() & changes["at"].notnull()).select("ticket_id").distinct()
    rows = desk.table("tickets").filter(lambda t: t.created_at.notnull()).semi_join(known, "ticket_id")
    found = rows.agg(known=rows.count(), cut=(~_is_start_known(desk, rows)).sum()).to_pandas().iloc[0]
    cut, all_of_them = int(found.cut or 0), int(found.known)
    return lacking.beginnings(cut, all_of_them) if 2 * cut > all_of_them else ""


def _has_statuses(desk) -> bool:
    return {"at", "status"} <= desk.filled_base("status_changes")
