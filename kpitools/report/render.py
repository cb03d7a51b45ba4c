"""An executed notebook as one HTML page: no scripts, no outside addresses, one language, alt text on every picture.

Each figure of the toolkit brings a table of its numbers and a CSV file along.
"""

import base64
import re
import sys
from collections.abc import Callable
from functools import cache, partial
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from kpitools import __version__
from kpitools.privacy import Mask
from kpitools.report.figures import alt_text, numbers_of
from kpitools.report.sanitize import clean
from kpitools.words import LANGUAGES, say

sys.modules.setdefault("rfc3987_syntax", None)  # see runner: a slow import nobody needs

TEMPLATES = Path(__file__).parent / "templates"
ANALYST = "analyst"  # tag of texts that tell what to change in the code: they go where it goes
_HIDDEN = {"parameters", "injected-parameters", "papermill-error-cell-tag"}
# nbconvert's own alternative text where there is none: it hides the lack from every check.
_FILLER = 'alt="No description has been provided for this image"'
# The corner of pandas' tables, and a heading of which the cleaning left nothing.
_EMPTY_HEAD = re.compile(r"<th\b[^>]*>(?:\s|&nbsp;|\xa0|<(\w+)\b[^>]*></\1>)*</th>")
NAMES = {"en": "English", "vi": "Tiếng Việt"}


class About(NamedTuple):
    """What the head of every page says of the desk, in the page's language; `filters` of the page itself."""

    name: str
    period: str
    as_of: str
    filters: str = ""


class Sibling(NamedTuple):
    """The same page in another language (or this one)."""

    language: str
    href: str
    here: bool

    @property
    def name(self) -> str:
        return NAMES[self.language]


def page(
    body: str,
    title: str,
    language: str,
    about: About,
    siblings: list[Sibling],
    home: str | None = None,
    back: str = "report.back",
    footer: str = "report.footer",
) -> str:
    """A whole HTML page around `body`, which is HTML already; everything else is escaped.

    `home`: where the link at the top leads, and `back` the key of its words; without it the page is a first page.
    `footer`: a key of words.
    """
    template = environment().get_template("page.html.j2")
    return template.render(
        body=body,
        title=title,
        language=language,
        desk=about,
        siblings=siblings if len(siblings) > 1 else [],
        home=home,
        back=back,
        footer=footer,
        style=(TEMPLATES / "page.css").read_text(encoding="utf-8"),
        version=__version__,
        say=partial(_say_in, language),
    )


def notebook_body(
    notebook: Any, language: str, code: bool = False, slug: str = "page", mask: Mask | None = None
) -> tuple[str, str]:
    """The title (its first heading) and the HTML of a notebook in one language.

    `slug` names the files of the figures' numbers; `mask` keeps persons out, by default those known by an address.
    """
    mask = mask or Mask()
    kept, title = _in_language(notebook, language, _HIDDEN if code else _HIDDEN | {ANALYST})
    about = page_resources(language, code, numbers_of(slug, language, mask))
    body, _ = _exporter().from_notebook_node(kept, {"page": about})
    return mask.text(title), mask.html(tidy(body, language))


def page_resources(language: str, code: bool, numbers: Callable[[Any], str]) -> dict[str, Any]:
    """What the notebook templates ask for: words, alternative texts, and `numbers`, the HTML behind a figure."""
    keys = {"code": "report.code", "traceback": "report.traceback", "figure": "site.figure"}
    words = {name: say(key, language) for name, key in keys.items()}
    return {"code": code, "words": words, "numbers": numbers, "alt": partial(alt_text, language=language)}


def failure(status: str, error: str, language: str) -> str:
    """The box on top of a page whose notebook did not run to its end."""
    head = escape(status_words(status, language))
    note = escape(say("report.failed_note", language))
    return f'<section class="failed"><h2>{head}</h2><p>{escape(error)}</p><p>{note}</p></section>'


def status_words(status: str, language: str) -> str:
    """How a page's run ended, in words."""
    return say(f"report.status.{status.replace(' ', '_')}", language)


def _say_in(language: str, key: str, **values: Any) -> str:
    return say(key, language, **values)


@cache
def environment(folder: Path = TEMPLATES):
    """The templates of a folder; what they fill in is escaped."""
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True)


@cache
def _exporter():
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="kpitools",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    return with_filters(exporter)


def with_filters(exporter: Any) -> Any:
    """`exporter` with the filters that the templates of pages use to make HTML harmless."""
    for name, act in (("clean", clean), ("base64_text", _plain_base64), ("svg_text", _svg)):
        exporter.register_filter(name, act)
    return exporter


def _plain_base64(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9+/=]", "", text)


def _svg(text: str) -> str:
    # As a picture an SVG runs no script and loads nothing.
    return base64.b64encode(text.encode()).decode()


def _in_language(notebook: Any, language: str, hidden: set[str]) -> tuple[Any, str]:
    """A copy without the other languages' cells and those of `hidden` tags, and its first heading, taken out."""
    from copy import deepcopy

    kept, title = deepcopy(notebook), ""
    others = {f"lang-{other}" for other in LANGUAGES if other != language}
    kept.cells = [cell for cell in kept.cells if not (others | hidden) & set(cell.metadata.get("tags", ()))]
    for cell in kept.cells:
        found = re.search(r"^# +(.+?)\s*#*$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if found:
            title = _plain_text(found[1])
            cell.source = (cell.source[: found.start()] + cell.source[found.end() :]).strip()
            break
    kept.cells = [cell for cell in kept.cells if cell.cell_type != "markdown" or cell.source.strip()]
    return kept, title


def _plain_text(markdown: str) -> str:
    return re.sub(r"[*_`]|\[([^\]]*)\]\([^)]*\)", lambda m: m[1] or "", markdown).strip()


def tidy(body: str, language: str, one_title: bool = True) -> str:
    """One h1 a page (the page's own, where `one_title`), and tables that scroll by themselves, each with a name."""
    body = re.sub(r"<(/?)h1\b", r"<\1h2", body) if one_title else body
    body = re.sub(r"<img(?![^>]*\bsrc=)[^>]*>", "", body)
    undescribed = escape(say("site.figure.undescribed", language))
    body = _EMPTY_HEAD.sub("<td></td>", body.replace(_FILLER, f'alt="{undescribed}"'))
    pieces = re.split(r'(<div class="scroll".*?</div>|<table\b.*?</table>)', body, flags=re.DOTALL)
    count = 0
    for at, piece in enumerate(pieces):
        if piece.startswith("<table"):
            count += 1
            label = escape(_table_name(piece, count, language))
            pieces[at] = f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">{piece}</div>'
    return "".join(pieces)


def _table_name(table: str, count: int, language: str) -> str:
    caption = re.search(r"<caption[^>]*>(.*?)</caption>", table, re.DOTALL)
    text = re.sub(r"<[^>]+>", "", caption[1]).strip() if caption else ""
    return say("report.table", language, n=count) + (f": {text}" if text else "")
