"""What every derived table shares: its full set of columns, and the dimensions of a ticket."""

import ibis
import ibis.expr.types as ir

from kpitools import tables

TICKET_DIMENSIONS = ("team", "channel", "priority", "topic", "agent_id", "customer_id")


def empty_column(table: str, column: str) -> ir.Value:
    """A missing value of the canonical column's type."""
    return ibis.null(tables.TYPES[tables.get(table)[column].type])


def complete_columns(rows: ir.Table, table: str) -> ir.Table:
    """`rows` with every canonical column of `table`; those that the data lacks are missing throughout."""
    lacking = {c: empty_column(table, c) for c in tables.get(table).names if c not in rows.columns}
    return rows.mutate(**lacking) if lacking else rows
