"""What `kpitools list` and `kpitools compute` print, in a language."""

import typer

from kpitools import terminal
from kpitools.words import keys, number, period, say, with_bounds


def print_kpis(kpis, language: str) -> None:
    """A table of KPIs: name, title, unit, which way is better, what each needs."""
    rows = [(k.name, k.title(language), _unit(k.unit, language), _better(k, language), _needs(k)) for k in kpis]
    heads = [say(f"cli.list.{name}", language) for name in ("name", "kpi", "unit", "better", "needs")]
    terminal.table(heads, rows, say("cli.list.title", language))


def _unit(unit: str, language: str) -> str:
    """A unit as short as a table wants it; a currency's code stays."""
    return say(f"cli.unit.{unit}", language) if f"cli.unit.{unit}" in keys("cli.unit.") else unit


def _better(kpi, language: str) -> str:
    return say(f"cli.better.{kpi.better}", language)


def _needs(kpi) -> str:
    return ", ".join(f"{kpi.table}.{column}" for column in kpi.needs)


def print_series(found, kpi, by: tuple[str, ...], every: str, form: str, language: str) -> None:
    """A KPI's series as a table, CSV or JSON."""
    if form == "csv":
        from kpitools.report.spreadsheet import formula_safe

        typer.echo(formula_safe(found).to_csv(index=False), nl=False)
    elif form == "json":
        typer.echo(found.to_json(orient="records", date_format="iso", force_ascii=False, indent=2))
    else:
        rows = [_series_row(row, kpi, by, every, language) for _, row in found.iterrows()]
        heads = ["period", *by, "value", "interval", "n", ""]
        heads = [h if h in by or not h else say(f"cli.compute.{h}", language) for h in heads]
        terminal.table(heads, rows, kpi.title(language))
        running = found[found.value.isna() & (found.n > 0) & (found.open > 0)] if "open" in found else found[:0]
        if len(running):
            n, still = (number(running[column].sum(), language, 0) for column in ("n", "open"))
            terminal.line(say("cli.compute.not_reached", language, n=n, open=still))


def _series_row(row, kpi, by: tuple[str, ...], every: str, language: str) -> tuple[str, ...]:
    value, low, high = with_bounds(row["value"], row["low"], row["high"], kpi.unit, language)
    when = period(row["period"], every, language)
    note = "" if row["complete"] else say("cli.compute.incomplete", language)
    interval = f"{low} – {high}" if row["low"] == row["low"] else "–"
    n = number(row["n"], language, 0)
    return (when, *(str(row[column]) for column in by), value, interval, n, note)
