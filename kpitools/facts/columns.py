"""What every derived table shares: its full set of columns, and the dimensions of a ticket."""

import ibis
import ibis.expr.types as ir

from kpitools import tables

TICKET_DIMENSIONS = ("team", "channel", "priority", "topic", "agent_id", "customer_id")


def empty_column(table: str, column: str) -> ir.Value:
    """A missing value of the canonical column's type."""
    return ibis.null(tables.TYPES[tables.get(table)[column].type])


def first_known(rows: ir.Table, target: str, *sources: str) -> ir.Table:
    """`rows` with the instant `target` as the first known of `sources`. Its wall clock follows where each source has
    one, and is dropped where not: one of another instant would put the row in a wrong period."""
    made = {target: ibis.coalesce(*(rows[c] for c in sources))}
    clocks = [tables.local(c) for c in sources]
    if all(c in rows.columns for c in clocks):
        made[tables.local(target)] = ibis.coalesce(*(rows[c] for c in clocks))
    return without(rows.mutate(**made), *(c for c in [tables.local(target)] if c not in made))


def about_ticket(rows: ir.Table, desk, source: str, shared: tuple[str, ...] = ()) -> ir.Table:
    """`rows` of the loaded table `source` with ``status`` and ``is_test`` of the ticket each names, by which some
    tickets do not count; missing where no ticket is known. Of `shared`, what a row lacks is its ticket's too."""
    if "ticket_id" not in desk.filled_base(source) or desk.missing_for_table("tickets"):
        return rows.mutate(status=ibis.null("string"), is_test=ibis.null("boolean"))
    about = desk.table("tickets")
    about = about.select("ticket_id", "status", "is_test", **{f"{c}__ticket": about[c] for c in shared})
    joined = rows.left_join(about, "ticket_id")
    joined = joined.mutate(**{c: ibis.coalesce(joined[c], joined[f"{c}__ticket"]) for c in shared})
    return joined.drop(*[c for c in joined.columns if c.endswith("__ticket") or c.endswith("_right")])


def without(rows: ir.Table, *columns: str) -> ir.Table:
    """`rows` without those of `columns` that it has."""
    there = [c for c in columns if c in rows.columns]
    return rows.drop(*there) if there else rows


def complete_columns(rows: ir.Table, table: str) -> ir.Table:
    """`rows` with every canonical column of `table`; those that the data lacks are missing throughout."""
    lacking = {c: empty_column(table, c) for c in tables.get(table).names if c not in rows.columns}
    return rows.mutate(**lacking) if lacking else rows
