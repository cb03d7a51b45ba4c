"""HTML that notebooks put out, made harmless: what could run, load or pose as the page is taken away.

The second of three layers: cards and tables escape the texts of the data, this removes what got through all the same,
and the page's content security policy forbids what neither thought of.
"""

import re

import nh3

_DRAWING = {"circle", "ellipse", "g", "line", "path", "polygon", "polyline", "rect", "svg", "text", "tspan"}
_DRAWN = {"viewBox", "preserveAspectRatio", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx"}
_DRAWN |= {"ry", "d", "points", "dx", "dy", "transform", "opacity", "fill", "fill-opacity", "stroke", "stroke-width"}
_DRAWN |= {"stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-opacity", "text-anchor", "font-size"}
_DRAWN |= {"dominant-baseline", "font-weight", "focusable"}
# nh3's own tags are those of written text; these are added.
_TAGS = nh3.ALLOWED_TAGS | _DRAWING | {"figure", "figcaption", "section", "style", "title", "tfoot"}
_ATTRIBUTES = {
    "*": {"class", "dir", "id", "lang", "role", "style", "title", "tabindex"},
    "a": {"href"},
    "col": {"span"},
    "details": {"open"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_ATTRIBUTES |= {tag: _DRAWN for tag in _DRAWING}
# Links stay inside the report, or lead to web pages a notebook's author names; pictures are in the page itself.
_SCHEMES = {"http", "https", "mailto", "data"}
_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
_REMOTE = re.compile(r"@import|url\s*\(|expression\s*\(", re.IGNORECASE)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if _IMAGE.match(value) else None
    if name == "href" and value.strip().lower().startswith("data:"):
        return None
    if name == "style" and _REMOTE.search(value):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "iframe", "object", "embed", "noscript", "template", "textarea"},
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    generic_attribute_prefixes={"aria-", "data-"},
    url_schemes=_SCHEMES,
    strip_comments=True,
    link_rel="noopener noreferrer",
)
_STYLE = re.compile(r"(<style[^>]*>)(.*?)(</style>)", re.IGNORECASE | re.DOTALL)


def clean(html: str) -> str:
    """`html` without scripts, event handlers, frames, forms, and addresses that would be loaded."""
    return _STYLE.sub(lambda found: found[1] + _tame(found[2]) + found[3], _CLEANER.clean(html))


def _tame(css: str) -> str:
    """A style sheet that loads nothing and cannot end its element."""
    return "" if _REMOTE.search(css) else css.replace("<", "")
