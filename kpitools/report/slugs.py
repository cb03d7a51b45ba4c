"""Names of pages made from names in data: plain letters, digits and underscores, never a path or an address, always the
same."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable

from kpitools.privacy import scrub

LONGEST = 40
# Names of pages that the report itself writes.
_TAKEN = ("index", "scorecard_table", "digest", "archive", "run")


def slug(text: str) -> str:
    """`text` as a file name of ASCII letters, digits and "_"; "page" where nothing is left.

    >>> slug("Đổi trả / ../../etc")
    'doi_tra_etc'
    """
    plain = unicodedata.normalize("NFKD", text.lower().replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST].strip("_") or "page"


def slugs(texts: Iterable[str], mask: Callable[[str], str] = scrub) -> dict[str, str]:
    """Each text -> its slug; where that loses something or two would be alike, a hash of the text follows.

    `mask` takes persons out of a text before it becomes a name of a file.

    >>> slugs(["Night shift", "R&D", "r d"])
    {'Night shift': 'night_shift', 'R&D': 'r_d-1d168d', 'r d': 'r_d-120d6f'}
    """
    texts = list(dict.fromkeys(texts))
    short = {text: _masked(text, mask) for text in texts}
    counts = [*short.values()]
    return {
        text: name if counts.count(name) == 1 and mask(text) == text and _is_faithful(text) else f"{name}-{_mark(text)}"
        for text, name in short.items()
    }


def _masked(text: str, mask: Callable[[str], str]) -> str:
    """The slug of `text` without persons, also where only the slug reads like one: 0912*345*678."""
    name = slug(mask(text))
    spoken = name.replace("_", " ")
    return name if mask(spoken) == spoken else slug(mask(spoken))


def _is_faithful(text: str) -> bool:
    """Whether the slug holds all of the text but capitals, accents, and spaces."""
    if len(text) > LONGEST or text.startswith("_"):
        return False
    return re.fullmatch(r"\w+( \w+)*", text.strip()) is not None


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def free_slug(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, with a number where a page has that name already."""
    taken = {*taken, *_TAKEN}
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted}_{number}"
    return free
