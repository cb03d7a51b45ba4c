"""Tables and columns that many KPIs share, derived once from what was loaded; one module a subject.

Every builder takes a desk and gives an Ibis table. What the export itself says stands; a column that it lacks
altogether is derived from messages, then from status changes. `origins` says which was used.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import ibis.expr.types as ir

from kpitools import lacking, tables
from kpitools.facts.agents import agent_day_work, agent_days, lacks_work
from kpitools.facts.backlog import backlog_periods, lacks_ends
from kpitools.facts.brand import brand_surveys, engagement
from kpitools.facts.columns import TICKET_DIMENSIONS, complete_columns, empty_column
from kpitools.facts.customers import customer_contacts, customer_periods, lacks_basis
from kpitools.facts.leads import acquisition, lacks_won, leads
from kpitools.facts.money import balance_periods, revenue_changes, sales_periods
from kpitools.facts.opinion import surveys
from kpitools.facts.phone import contacts, offers
from kpitools.facts.revenue import revenue_periods
from kpitools.facts.routing import escalations, lacks_levels
from kpitools.facts.stretches import lacks_statuses, waiting_stretches
from kpitools.facts.tickets import (
    FIRST_CONTACT_PARTS,
    lacks_first_contact,
    origins,
    resolutions,
    ticket_flow,
    tickets,
)
from kpitools.facts.waits import waits
from kpitools.kpi import Kpi, Words


class Fact(NamedTuple):
    """A derived table: how to build it and which loaded columns it needs, as alternatives.

    `by_period`: the builder also takes ``every``, since its rows are periods. `lacks`: what a desk's settings and
    options ask for that it does not have, in words; empty where nothing is lacking. `columns`: where a derived column
    comes from, to be named instead of it where it holds nothing; `lacks_of`: which of that this desk lacks, where it
    depends on the desk. `past`: what is not known of the past, in words; the table then gives figures of now alone.
    """

    build: Callable[..., ir.Table]
    needs: tuple[tuple[str, ...], ...]
    by_period: bool = False
    lacks: Callable[..., str | Words] | None = None
    columns: Mapping[str, str | Words] = MappingProxyType({})
    past: Callable[..., Words] | None = None
    lacks_of: Mapping[str, Callable[..., Words]] = MappingProxyType({})


_RESOLVED = {"ever_resolved_at": lacking.either(["tickets.resolved_at", "tickets.first_resolved_at"])}
FACTS = {
    "tickets": Fact(
        tickets,
        (("tickets.created_at",), ("messages.at",), ("status_changes.at",)),
        columns=_RESOLVED | {"sla_kept": lacking.either(["tickets.sla_due_at", "tickets.sla_met"])},
    ),
    "resolutions": Fact(
        resolutions,
        (("tickets.created_at",), ("messages.at",), ("status_changes.at",)),
        columns=_RESOLVED
        | {"is_first_contact": lacking.listed(["tickets.agent_replies", "tickets.reopens", "tickets.customer_id"])},
        lacks_of={"is_first_contact": lacks_first_contact},
    ),
    "waits": Fact(waits, (("messages.at", "messages.author"), ("tickets.requester_wait_s",))),
    "contacts": Fact(
        contacts, (("calls.talk_s",), ("queue_intervals.talk_s", "queue_intervals.answered"), ("tickets.handle_s",))
    ),
    "offers": Fact(
        offers,
        (("queue_intervals.offered",), ("calls.offered_at",)),
        columns={
            "short_abandoned": Words(
                "calls.wait_s of abandoned calls or queue_intervals.short_abandoned",
                "calls.wait_s của cuộc khách gác máy hoặc queue_intervals.short_abandoned",
            )
        },
    ),
    "ticket_flow": Fact(ticket_flow, (("tickets.created_at",), ("status_changes.at",)), past=lacks_ends),
    "surveys": Fact(surveys, (("surveys.score",),)),
    "customer_periods": Fact(
        customer_periods,
        (("customers.started_at",), ("activity.at", "activity.customer_id")),
        by_period=True,
        lacks=lacks_basis,
    ),
    "customer_contacts": Fact(
        customer_contacts,
        (("customers.started_at", "tickets.created_at", "tickets.customer_id"),),
        by_period=True,
    ),
    "revenue_periods": Fact(
        revenue_periods,
        (
            ("revenue_changes.at", "revenue_changes.customer_id", "revenue_changes.kind", "revenue_changes.amount"),
            ("customers.started_at", "customers.mrr"),
        ),
        by_period=True,
        columns={"at_end": "revenue_changes.amount"},
    ),
    "waiting_stretches": Fact(
        waiting_stretches,
        (("status_changes.at", "status_changes.status"), ("tickets.requester_wait_s",)),
        lacks=lacks_statuses,
    ),
    "escalations": Fact(escalations, (("status_changes.at", "status_changes.team"),), lacks=lacks_levels),
    "backlog_periods": Fact(
        backlog_periods, (("tickets.created_at",), ("status_changes.at",)), by_period=True, past=lacks_ends
    ),
    "agent_days": Fact(agent_days, (("agent_days.agent_id", "agent_days.day_at"),)),
    "agent_day_work": Fact(agent_day_work, (("agent_days.agent_id", "agent_days.day_at"),), lacks=lacks_work),
    "leads": Fact(leads, (("leads.lead_id",),)),
    "acquisition": Fact(
        acquisition, (("spend.amount", "leads.won_at"), ("spend.amount", "customers.started_at")), lacks=lacks_won
    ),
    "sales_periods": Fact(sales_periods, (("sales.sold_at", "sales.revenue"),), by_period=True),
    "revenue_changes": Fact(revenue_changes, (("revenue_changes.amount", "revenue_changes.kind"),)),
    "balance_periods": Fact(
        balance_periods,
        (("balances.as_of",),),
        by_period=True,
        columns={c: f"balances.{c}" for c in ("current_assets", "inventory", "current_liabilities")},
    ),
    "brand_surveys": Fact(brand_surveys, (("brand_surveys.is_aware",),)),
    "engagement": Fact(engagement, (("engagement.interactions",),)),
}


def by_period(table: str) -> bool:
    """Whether a row of `table` is a period already, so that it depends on ``every``."""
    return table in FACTS and FACTS[table].by_period


def has_past(table: str) -> bool:
    """Whether the data may tell of `table` how things stand now and not how they stood."""
    return table in FACTS and FACTS[table].past is not None


def needed(kpi: Kpi) -> Words:
    """What a KPI needs of the loaded tables, by their columns; of a derived column, those that it is made from."""
    fact, parts = FACTS.get(kpi.table), []
    own = tables.get(kpi.table).names if kpi.table in tables.TABLES else ()
    known = {column: f"{kpi.table}.{column}" for column in own} | dict(fact.columns if fact else {})
    for column in kpi.needs:
        made = lacking.either([lacking.both(needs) for needs in fact.needs]) if column not in known else known[column]
        parts.append(lacking.as_words(made))
    return lacking.listed(dict.fromkeys(parts))


__all__ = [
    "FACTS",
    "FIRST_CONTACT_PARTS",
    "Fact",
    "TICKET_DIMENSIONS",
    "by_period",
    "complete_columns",
    "empty_column",
    "has_past",
    "needed",
    "origins",
]
