"""Tables and columns that many KPIs share, derived once from what was loaded; one module a subject.

Every builder takes a desk and gives an Ibis table. What the export itself says stands; a column that it lacks
altogether is derived from messages, then from status changes. `origins` says which was used.
"""

from collections.abc import Callable
from typing import NamedTuple

import ibis.expr.types as ir

from kpitools.facts.brand import brand_surveys, engagement
from kpitools.facts.columns import TICKET_DIMENSIONS, complete_columns, empty_column
from kpitools.facts.customers import customer_periods
from kpitools.facts.leads import acquisition, acquisition_needs, leads
from kpitools.facts.money import balance_periods, revenue_changes, sales_periods
from kpitools.facts.opinion import surveys
from kpitools.facts.phone import contacts, offers
from kpitools.facts.tickets import FIRST_CONTACT_PARTS, origins, resolutions, ticket_flow, tickets
from kpitools.facts.waits import waits


class Fact(NamedTuple):
    """A derived table: how to build it and which loaded columns it needs, as alternatives; a function of the desk where
    its options decide.

    `by_period`: the builder also takes ``every``, since its rows are periods.
    """

    build: Callable[..., ir.Table]
    needs: tuple[tuple[str, ...], ...] | Callable[..., tuple[tuple[str, ...], ...]]
    by_period: bool = False


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
    "customer_periods": Fact(
        customer_periods, (("customers.started_at",), ("activity.at", "activity.customer_id")), by_period=True
    ),
    "leads": Fact(leads, (("leads.lead_id",),)),
    "acquisition": Fact(acquisition, acquisition_needs),
    "sales_periods": Fact(sales_periods, (("sales.sold_at", "sales.revenue"),), by_period=True),
    "revenue_changes": Fact(revenue_changes, (("revenue_changes.amount", "revenue_changes.kind"),)),
    "balance_periods": Fact(balance_periods, (("balances.as_of",),), by_period=True),
    "brand_surveys": Fact(brand_surveys, (("brand_surveys.is_aware",),)),
    "engagement": Fact(engagement, (("engagement.interactions",),)),
}


def by_period(table: str) -> bool:
    """Whether a row of `table` is a period already, so that it depends on ``every``."""
    return table in FACTS and FACTS[table].by_period


__all__ = [
    "FACTS",
    "FIRST_CONTACT_PARTS",
    "Fact",
    "TICKET_DIMENSIONS",
    "by_period",
    "complete_columns",
    "empty_column",
    "origins",
]
