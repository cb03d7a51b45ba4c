"""What names or reaches a person, taken out of texts that are published.

People are known by their ids, which become pseudonyms (see `people`). Free text, and names of teams or topics, may
hold e-mail addresses and telephone numbers besides: they are masked wherever they stand. A number is taken for a
telephone number only where it is written like one, so that ticket numbers stay.
"""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Any

E_MAIL, PHONE = "[e-mail]", "[tel]"

# The look-behind keeps the search from starting again at every letter of a long word.
_E_MAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_DATE = r"(?!\d{1,2}[./\- ]\d{1,2}[./\- ]\d{2,4}(?!\d))"
_PHONE = re.compile(
    rf"""(?<![\w.,:/+\-]){_DATE}(?:
      \+\d{{1,3}}(?:[\s.()\-]{{0,2}}\d){{6,12}}            # +84 91 234 56 78
    | \(?0\d{{1,4}}\)?(?:[\s.\-]{{1,2}}\d{{2,4}}){{2,4}}   # 091 234 56 78, (028) 3822 1234
    | 0[235789]\d{{8,9}}                                   # 0912345678
    | 84[35789]\d{{8}}                                     # 84912345678
    | 00[1-9]\d{{8,13}}                                    # 0084912345678
    | \(\d{{3}}\)\s?\d{{3}}[\s.\-]\d{{4}}                  # (555) 010-1234
    | \d{{3}}([.\-])\d{{3}}\1\d{{4}}                       # 555-010-1234
    )(?![\w:])""",
    re.VERBOSE,
)
_DIGITS = range(9, 16)  # of a telephone number with its area or country
_TAG = re.compile(r"(<[^>]*>)")
_SPOKEN = re.compile(r"""\b(alt|title|aria-label|data-label)=(?:"([^"]*)"|'([^']*)')""")
_REACHED = re.compile(r"""\bhref=(["'])(?:mailto|tel):.*?\1""", re.IGNORECASE)
MOST_NAMES = 500  # so many names are looked for inside sentences; more would make pages slow


def scrub(text: str, number: int | None = None) -> str:
    """`text` with e-mail addresses and telephone numbers masked; `number` tells apart the masks of several values."""
    e_mail, phone = (mask if number is None else f"{mask[:-1]} {number}]" for mask in (E_MAIL, PHONE))
    if "@" in text:
        text = _E_MAIL.sub(e_mail, text)
    return _PHONE.sub(lambda found: phone if _is_phone(found[0]) else found[0], text)


def _is_phone(text: str) -> bool:
    groups = re.findall(r"\d+", text)
    # Pairs alone, such as 00 01 02 03 04, are hours or days in a row sooner than a telephone number.
    return len("".join(groups)) in _DIGITS and max(map(len, groups)) > 2


class Mask:
    """Keeps persons out of what is published.

    Parameters
    ----------
    names : id or name of a person -> pseudonym. A text that is just that is replaced; inside longer texts those
        names are found that have several words (up to 500 of them: "Lan" may be a word, "Lan Nguyễn" is not).
    open_ : everything is let through (the desk says ``pseudonyms: false``).
    """

    def __init__(self, names: Mapping[str, str] | None = None, open_: bool = False):
        self._names, self._open = dict(names or {}), open_
        several = sorted((name for name in self._names if " " in name.strip()), key=len, reverse=True)[:MOST_NAMES]
        self._inside = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, several))})(?!\w)") if several else None

    def text(self, text: str) -> str:
        """`text` without persons."""
        if self._open:
            return text
        found = self._names.get(text.strip())
        # A number may be anything; only where a column is known to hold people are numbers replaced (see `people`).
        if found is not None and not text.strip().isdigit() and self._tells(text):
            return found
        if self._inside is not None:
            text = self._inside.sub(lambda hit: self._names[hit[0]], text)
        return scrub(text)

    @staticmethod
    def _tells(text: str) -> bool:
        return " " in text.strip() or "@" in text

    def html(self, html: str) -> str:
        """`html` without persons in its texts, and in the attributes that are read out; pictures are left alone."""
        if self._open:
            return html
        pieces = _TAG.split(html)
        return "".join(self._tag(piece) if at % 2 else self._node(piece) for at, piece in enumerate(pieces))

    def _node(self, escaped: str) -> str:
        raw = unescape(escaped)
        masked = self.text(raw) if raw.strip() else raw
        return escaped if masked == raw else escape(masked)

    def _tag(self, tag: str) -> str:
        tag = _REACHED.sub('href="#"', tag)
        return _SPOKEN.sub(self._spoken, tag)

    def _spoken(self, found: re.Match) -> str:
        raw = unescape(found[2] if found[2] is not None else found[3])
        masked = self.text(raw)
        return found[0] if masked == raw else f'{found[1]}="{escape(masked)}"'

    def tree(self, value: Any) -> Any:
        """The same of every text in JSON-ready lists and mappings; keys are left alone."""
        return _walked(value, self.text)


def _walked(value: Any, act: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return act(value)
    if isinstance(value, list | tuple):
        return [_walked(item, act) for item in value]
    return {key: _walked(item, act) for key, item in value.items()} if isinstance(value, dict) else value
