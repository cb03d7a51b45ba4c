"""Survey answers with what their ticket knows."""

import ibis.expr.types as ir

from kpitools.facts.columns import about_ticket, complete_columns

_SHARED = ("team", "channel", "topic", "agent_id", "customer_id")


def surveys(desk) -> ir.Table:
    """Canonical surveys; team, channel, topic, agent and customer come from the ticket where an answer has none, and
    ``status`` and ``is_test`` are the ticket's."""
    return about_ticket(complete_columns(desk.base("surveys"), "surveys"), desk, "surveys", _SHARED)
