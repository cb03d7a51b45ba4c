"""Every stretch in which a customer waits for a person."""

import ibis
import ibis.expr.types as ir

from kpitools.facts.columns import TICKET_DIMENSIONS


def waits(desk) -> ir.Table:
    """Every stretch in which a customer waits for a person: ``started_at`` to ``ended_at`` (missing while it lasts).

    From messages: a stretch starts with the customer's first unanswered public message and ends with the next public
    reply by an agent; several messages in a row are one wait. Without messages, the requester wait time of the export,
    one row a ticket. ``is_answered_or_open`` is false where the ticket was closed without a further reply;
    ``is_after_reply`` is true where a person had replied before, and missing without messages.
    """
    about = desk.table("tickets")
    if not desk.has("messages"):
        rows = about.filter(about.requester_wait_s.notnull())
        ended = rows.created_at + (rows.requester_wait_s * 1_000_000).round().cast("int64").as_interval("us")
        return rows.mutate(
            started_at=rows.created_at, ended_at=ended, is_answered_or_open=True, is_after_reply=ibis.null("boolean")
        )
    public = desk.base("messages").filter(lambda t: t.is_public.fill_null(True))
    public = public.filter(lambda t: t.author.isin(["customer", "agent"]) & t.at.notnull())
    # At one instant the customer's message comes first: the reply that ends its wait cannot precede it.
    order = [public["at"], (public.author == "agent"), public.message_id]
    in_ticket = ibis.window(group_by="ticket_id", order_by=order)
    ahead = ibis.window(group_by="ticket_id", order_by=order, preceding=0, following=None)
    so_far = ibis.window(group_by="ticket_id", order_by=order, preceding=None, following=0)
    marked = public.mutate(
        author_before=public.author.lag().over(in_ticket),
        ended_at=ibis.ifelse(public.author == "agent", public["at"], None).min().over(ahead),
        # An agent's opening message is no reply.
        is_reply=(public.author == "agent") & (ibis.row_number().over(in_ticket) > 0),
    )
    marked = marked.mutate(is_after_reply=marked.is_reply.ifelse(1, 0).sum().over(so_far) > 0)
    starts = marked.filter((marked.author == "customer") & (marked.author_before.fill_null("") != "customer"))
    starts = starts.select(
        "ticket_id",
        "message_id",
        "ended_at",
        "is_after_reply",
        started_at=starts["at"],
        started_local=desk.wall_clock(starts, "at"),
    )
    kept = about.select("ticket_id", *TICKET_DIMENSIONS, "status", "is_test", "done_at")
    rows = starts.left_join(kept, "ticket_id")
    rows = rows.drop(*[c for c in rows.columns if c.endswith("_right")])
    gave_up = rows.ended_at.isnull() & rows.done_at.notnull()
    return rows.mutate(is_answered_or_open=~gave_up, is_test=rows.is_test.fill_null(False))
