"""docs/kpis.md, written from the catalogue: ``python -m kpitools.catalogue_doc docs/kpis.md``."""

import sys
from pathlib import Path

from kpitools.facts import needed
from kpitools.kpi import Kpi
from kpitools.kpis import CATALOGUE

_HEAD = """# KPIs

Written from the records in `kpitools/kpis/` by `make docs`; a test holds the two together. Every KPI also takes a
period (`--every day|week|month|quarter`), groups (`--by team`) and, for durations, a clock (`--hours business`).
"""


def document() -> str:
    """The whole document as Markdown."""
    return _HEAD + "".join(_section(kpi) for kpi in CATALOGUE.values())


def _section(kpi: Kpi) -> str:
    facts = [
        ("tiếng Việt", kpi.title.vi),
        ("formula", kpi.formula.en),
        ("statistic", kpi.statistic),
        ("unit", kpi.unit),
        ("better", kpi.better),
        ("dated by", _dated_by(kpi)),
        ("needs", needed(kpi).en),
        ("left out", "; ".join(rule.dropped.en for rule in kpi.population) or "nothing"),
        *(("refused", f"rows {rule.dropped.en}") for rule in kpi.demands),
        ("complete", f"`{kpi.matures_after}` after the period's end" if kpi.matures_after else "at the period's end"),
        ("options", ", ".join(f"`{name}`" for name in kpi.options) or "–"),
        *([("benchmark", kpi.benchmark.en)] if kpi.benchmark else []),
        ("read beside", ", ".join(kpi.guards) or "–"),
        ("source", kpi.source),
    ]
    rows = "\n".join(f"| {name} | {value} |" for name, value in facts)
    notes = "\n".join(f"- {text.en}" for text in (*kpi.choices, *kpi.traps))
    table = f"| | |\n| --- | --- |\n{rows}\n"
    return f"\n## {kpi.name}\n\n**{kpi.title.en}.** {kpi.definition.en}\n\n{table}" + (f"\n{notes}\n" if notes else "")


def _dated_by(kpi: Kpi) -> str:
    """The date of a period; of durations that open tickets enter, both views."""
    if not kpi.is_duration or kpi.statistic != "median" or kpi.parameters.get("view") == "closed":
        return kpi.dated_by
    started = kpi.dated_by if kpi.value.of else kpi.value.start
    return started if started == kpi.dated_by else f'{started}; with `view="closed"`: {kpi.dated_by}'


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
