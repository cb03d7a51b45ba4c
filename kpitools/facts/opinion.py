"""Survey answers with what their ticket knows."""

import ibis
import ibis.expr.types as ir

from kpitools.facts.columns import complete_columns


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
