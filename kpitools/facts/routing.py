"""Where tickets were sent: which ones moved to a higher level of support."""

import ibis
import ibis.expr.types as ir

from kpitools.kpi import Words


def escalations(desk) -> ir.Table:
    """Tickets whose way through the teams is known, with ``is_escalated``: a move to a team of a higher level than the
    one before. Missing where no move is one but a team of its way has no level in desk.yml."""
    levels = desk.settings.team_levels
    changes = desk.base("status_changes")
    changes = changes.filter(changes.team.notnull() & changes["at"].notnull())
    level = ibis.cases(*[(changes.team == team, level) for team, level in levels.items()], else_=None)
    changes = changes.mutate(level=level.cast("int64"))
    in_ticket = ibis.window(group_by="ticket_id", order_by=changes["at"])
    changes = changes.mutate(level_before=changes.level.lag().over(in_ticket))
    way = changes.group_by("ticket_id").agg(
        n_up=(changes.level > changes.level_before).sum().fill_null(0), n_unknown=changes.level.isnull().sum()
    )
    verdict = ibis.cases((way.n_up > 0, True), (way.n_unknown == 0, False), else_=None)
    joined = desk.table("tickets").inner_join(way.select("ticket_id", is_escalated=verdict), "ticket_id")
    return joined.drop(*[c for c in joined.columns if c.endswith("_right")])


def lacks_levels(desk) -> Words:
    """Escalation means nothing without levels."""
    return (
        Words("", "") if desk.settings.team_levels else Words("team_levels in desk.yml", "team_levels trong desk.yml")
    )
