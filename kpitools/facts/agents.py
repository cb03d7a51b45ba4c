"""Agents' working days, and what was done on them."""

import ibis
import ibis.expr.types as ir

from kpitools.facts.columns import complete_columns
from kpitools.kpi import Words
from kpitools.tables import UNCOUNTED


def agent_days(desk) -> ir.Table:
    """Canonical working days up to the desk's "now", with ``day_local``."""
    rows = complete_columns(desk.base("agent_days"), "agent_days")
    rows = rows.mutate(day_local=_day(desk.wall_clock(rows, "day_at")))
    return rows.filter(rows.day_local <= ibis.literal(desk.as_of_local, type="timestamp(6)"))


def agent_day_work(desk) -> ir.Table:
    """A row an agent and day: ``resolved`` (countable tickets) and ``worked`` (1; missing where the agent resolved
    tickets on a day of which no working day is recorded)."""
    days = desk.table("agent_days")
    days = days.group_by("agent_id", "day_local").agg(team=days.team.max()).mutate(worked=1.0)
    done = desk.table("tickets")
    done = done.filter(done.agent_id.notnull() & done.resolved_at.notnull())
    done = done.filter((~done.status.fill_null("").isin(UNCOUNTED)) & ~done.is_test)
    done = done.mutate(day_local=_day(desk.wall_clock(done, "resolved_at")))
    done = done.group_by("agent_id", "day_local").agg(ticket_team=done.team.max(), resolved=done.count())
    rows = days.outer_join(done, ["agent_id", "day_local"])
    return rows.select(
        "worked",
        agent_id=ibis.coalesce(rows.agent_id, rows.agent_id_right),
        day_local=ibis.coalesce(rows.day_local, rows.day_local_right),
        team=ibis.coalesce(rows.team, rows.ticket_team),
        resolved=rows.resolved.fill_null(0).cast("float64"),
    )


def lacks_work(desk) -> str | Words:
    """What is lacking to know which agent resolved what and when."""
    absent = desk.lacks_for_table("tickets")
    if absent.en:
        return absent
    filled = desk.filled("tickets")
    return ", ".join(f"tickets.{c}" for c in ("agent_id", "resolved_at") if c not in filled)


def _day(local: ir.TimestampValue) -> ir.TimestampValue:
    return local.truncate("D").cast("timestamp(6)")
