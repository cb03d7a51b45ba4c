"""Short texts as HTML: escaped, with `code` and **strong** words, paragraphs where a blank line stands."""

import re
from html import escape


def rich(text: str) -> str:
    """Paragraphs of HTML."""
    return "".join(f"<p>{inline(part.strip())}</p>" for part in re.split(r"\n\s*\n", text) if part.strip())


def inline(text: str) -> str:
    """One line of HTML."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", marked)


def plain(text: str) -> str:
    """The same text without marks."""
    return re.sub(r"\*\*|`", "", text)
