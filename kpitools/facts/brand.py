"""Brand surveys and engagement, with the names that their dates have on a page."""

import ibis.expr.types as ir

from kpitools import tables
from kpitools.facts.columns import complete_columns


def brand_surveys(desk) -> ir.Table:
    """Canonical brand surveys with ``asked_at``."""
    return _dated(complete_columns(desk.base("brand_surveys"), "brand_surveys"), "asked")


def engagement(desk) -> ir.Table:
    """Canonical engagement with ``day_at``."""
    return _dated(complete_columns(desk.base("engagement"), "engagement"), "day")


def _dated(rows: ir.Table, name: str) -> ir.Table:
    """`rows` with their instant ``at`` under `name` too, and its wall clock where it is stored."""
    ready = tables.local("at")
    stored = {f"{name}_local": rows[ready]} if ready in rows.columns else {}
    return rows.mutate(**{f"{name}_at": rows["at"]}, **stored)
