"""What the terminal shows: tables and lines whose texts cannot steer it."""

from typing import Any

import typer


def printable(text: str) -> str:
    """`text` without what is not shown: no code from the data reaches the terminal."""
    return "".join(c for c in text if c.isprintable() or c == "\n")


def line(text: str, *, is_error: bool = False) -> None:
    """Print a line."""
    typer.echo(printable(text), err=is_error)


def table(heads: list[str], rows: list[tuple[str, ...]], title: str) -> None:
    """Print a table; texts are shown as they are, never read as markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title, title_justify="left", header_style="bold")
    for head in heads:
        made.add_column(Text(head), overflow="fold")
    for row in rows:
        made.add_row(*(Text(printable(cell)) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    console.print(made)


def frame(found, heads: list[str], title: str) -> None:
    """Print the rows of a DataFrame under `heads`."""
    table(heads, [tuple(_cell(value) for value in row) for row in found.itertuples(index=False)], title)


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None or value != value else str(value)
