"""An executed lesson as slides, by nbconvert's own slide machinery and a template without outside addresses.

A section of the notebook is a slide: its heading, its first paragraph (and a list right after it), its first code cell
with what it gives. The rest of the text is the speaker's. Each further code cell is a slide under the same heading;
what a learner has to answer is left out.
"""

import base64
import hashlib
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from kpitools import __version__
from kpitools.lessons.variant import CHECK, PARAMETERS, TRAINER, tags
from kpitools.report import render
from kpitools.words import say

TEMPLATES = Path(__file__).parent / "templates"
SKIP, QUIET = "skip", "quiet"  # tags of cells that have no place on a slide, and of those shown without their code


def deck(notebook: Any, language: str, role: str, home: str) -> str:
    """A whole HTML page with the slides of an executed notebook, which is of one language already.

    The trainer's slides carry notes; `home` is where the course's first page is.
    """
    prepared = prepare(notebook, with_notes=role == "trainer")
    about = render.page_resources(language, code=False, numbers=lambda output: "")
    body, _ = _exporter().from_notebook_node(prepared, {"page": about})
    script = (TEMPLATES / "deck.js").read_text(encoding="utf-8")
    return (
        render.environment(TEMPLATES)
        .get_template("deck.html.j2")
        .render(
            body=render.tidy(body, language, one_title=False),
            title=notebook.metadata.get("title", ""),
            language=language,
            home=home,
            has_notes='class="notes"' in body,
            style=(TEMPLATES / "deck.css").read_text(encoding="utf-8"),
            script=script,
            digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            version=__version__,
            say=lambda key, **values: say(key, language, **values),
        )
    )


@cache
def _exporter():
    from nbconvert import SlidesExporter

    exporter = SlidesExporter(
        template_name="deck",
        extra_template_basedirs=[str(TEMPLATES)],
        extra_template_paths=[str(render.TEMPLATES)],
        exclude_anchor_links=True,
    )
    return render.with_filters(exporter)


def prepare(notebook: Any, with_notes: bool) -> Any:
    """The notebook's cells with slide types, texts cut into what is shown and what is said."""
    out, heading, filled = [], "", False
    for cell in notebook.cells:
        if CHECK in tags(cell):
            continue
        if cell.cell_type == "markdown":
            shown, said = ("", cell.source) if TRAINER in tags(cell) else cut(cell.source)
            if shown:
                heading, filled = _first_line(shown), False
                out.append(_text(shown, "slide"))
            if said and with_notes:
                out.append(_text(said, "notes"))
        elif _is_shown(cell):
            asks = _asks(cell)
            if filled and not asks:
                out.append(_text(f"### {heading}", "slide"))
            out.append(_code(cell, "slide" if asks else "-"))
            filled = True
    prepared = deepcopy(notebook)
    prepared.cells = out
    return prepared


def _asks(cell: Any) -> bool:
    """Whether a cell shows an exercise, which is a slide of its own."""
    return "kt.lessons.ask(" in cell.source


def _is_quiet(cell: Any) -> bool:
    return _asks(cell) or QUIET in tags(cell)


def _is_shown(cell: Any) -> bool:
    """Whether a code cell has a place on a slide: nothing of the key, and something to see."""
    unwanted = {PARAMETERS, SKIP, TRAINER}
    return cell.cell_type == "code" and not unwanted & tags(cell) and bool(cell.get("outputs") or not _is_quiet(cell))


def _code(cell: Any, kind: str) -> Any:
    made = deepcopy(cell)
    made.metadata = nbformat.from_dict({"quiet": _is_quiet(cell), "slideshow": {"slide_type": kind}})
    return made


def _text(text: str, kind: str) -> Any:
    return nbformat.v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}})


def _first_line(text: str) -> str:
    return text.splitlines()[0].lstrip("# ").strip()


def cut(text: str) -> tuple[str, str]:
    """What of a text cell is shown, and what is said: a heading with its first paragraph, and a list right after it.

    A cell without a heading belongs to the slide before it and is said.
    """
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    if not blocks or not blocks[0].startswith("#"):
        return "", text
    shown = 2 if len(blocks) > 1 else 1
    if len(blocks) > 2 and re.match(r"[-*] |\d+\. ", blocks[2]):
        shown = 3
    return "\n\n".join(blocks[:shown]), "\n\n".join(blocks[shown:])
