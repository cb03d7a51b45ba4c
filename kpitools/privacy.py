"""What names or reaches a person, taken out of texts that are published.

People are known by their ids, which become pseudonyms (see `people`). Free text, and names of teams or topics, may
hold e-mail addresses and telephone numbers besides: they are masked wherever they stand (see `contacts`).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from html import escape, unescape
from itertools import pairwise
from typing import Any

from kpitools.contacts import contacts, plain

E_MAIL, PHONE = "[e-mail]", "[tel]"
_MASKS = {"e-mail": E_MAIL, "phone": PHONE}
_WORD = re.compile(r"\w+")
_FEWEST_LETTERS = 4  # of a name that is looked for inside sentences: "A B" may be anything
_WIDEST_GAP = 3  # characters between two words of a name
_TAG = re.compile(r"(<[^>]*>)")
_SPOKEN = re.compile(r"""\b(alt|title|aria-label|data-label)=(?:"([^"]*)"|'([^']*)')""")
_REACHED = re.compile(r"""\bhref=(["'])(?:mailto|tel):.*?\1""", re.IGNORECASE)


def scrub(text: str, number: int | None = None) -> str:
    """`text` with e-mail addresses and telephone numbers masked; `number` tells apart the masks of several values.

    What is masked comes back in the usual characters (full-width digits as digits); all else as it was.
    """
    looked = plain(text)
    found = contacts(looked)
    if not found:
        return text
    pieces, at = [], 0
    for contact in found:
        mask = _MASKS[contact.kind]
        pieces += [looked[at : contact.start], mask if number is None else f"{mask[:-1]} {number}]"]
        at = contact.end
    return "".join([*pieces, looked[at:]])


class Names:
    """Names of several words and their pseudonyms, found inside sentences in any case, spacing and composition.

    A name written without its accents, or with its last word first, is found where its words are capitalised: Thanh
    Toan, but not thanh toan.
    """

    def __init__(self, names: Mapping[str, str]):
        self._pseudonyms: dict[tuple[str, ...], str] = {}
        self._capitalised: set[tuple[str, ...]] = set()
        self._lengths: dict[str, list[int]] = {}  # first word -> how many words the names have, the longest first
        for name, pseudonym in names.items():
            words = tuple(_WORD.findall(_folded(name)))
            if " " not in name.strip() or sum(map(str.isalpha, "".join(words))) < _FEWEST_LETTERS:
                continue
            self._pseudonyms.setdefault(words, pseudonym)
        for words, pseudonym in list(self._pseudonyms.items()):  # after all, since another may be named just so
            for other in self._other_writings(words):
                if other not in self._pseudonyms:
                    self._pseudonyms[other] = pseudonym
                    self._capitalised.add(other)
        for words in self._pseudonyms:
            self._lengths.setdefault(words[0], []).append(len(words))
        self._lengths = {first: sorted(set(sizes), reverse=True) for first, sizes in self._lengths.items()}

    @staticmethod
    def _other_writings(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Without accents, and with the last word first: Smith, John."""
        turned = (words[-1], *words[:-1])
        yield from (tuple(map(_unaccented, words)), turned, tuple(map(_unaccented, turned)))

    def replaced(self, text: str) -> str:
        """`text` with the names in it replaced; the same object where there are none."""
        if not self._pseudonyms:
            return text
        looked = plain(text)
        words = [(found.start(), found.end(), found[0].casefold()) for found in _WORD.finditer(looked)]
        pieces, done = [], 0
        for start, end, pseudonym in self._found(looked, words):
            pieces += [looked[done:start], pseudonym]
            done = end
        return "".join([*pieces, looked[done:]]) if pieces else text

    def _found(self, text: str, words: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
        at = 0
        while at < len(words):
            sizes = self._lengths.get(words[at][2], ())
            size = next((size for size in sizes if self._stands(text, words[at : at + size])), 0)
            if size:
                here = words[at : at + size]
                yield here[0][0], here[-1][1], self._pseudonyms[tuple(word for _, _, word in here)]
            at += size or 1

    def _stands(self, text: str, here: list[tuple[int, int, str]]) -> bool:
        """Whether these words of `text` are a name."""
        name = tuple(word for _, _, word in here)
        if name not in self._pseudonyms or any(b[0] - a[1] > _WIDEST_GAP for a, b in pairwise(here)):
            return False
        if name in self._capitalised:
            return all(text[start].isupper() for start, _, _ in here)
        return not text[here[0][0] : here[-1][1]].islower() or not _is_ours(" ".join(name))


@cache
def _is_ours(phrase: str) -> bool:
    """Whether the toolkit's own sentences use the phrase: in small letters it is no name there."""
    from kpitools.words import every_sentence

    return phrase in every_sentence()


def _folded(text: str) -> str:
    """A name without what does not tell it apart: case, spacing, composition."""
    return " ".join(plain(text).casefold().split())


def _unaccented(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(c for c in bare if not unicodedata.combining(c))


class Mask:
    """Keeps persons out of what is published.

    Parameters
    ----------
    names : id or name of a person -> pseudonym. A text that is just that is replaced; inside longer texts those
        names are found that have several words ("Lan" may be a word, "Lan Nguyễn" is not).
    open_ : everything is let through (the desk says ``pseudonyms: false``).
    """

    def __init__(self, names: Mapping[str, str] | None = None, open_: bool = False):
        names = dict(names or {})
        self._whole = {_folded(name): pseudonym for name, pseudonym in reversed(names.items())}
        self._inside, self._open = Names(names), open_

    def text(self, text: str) -> str:
        """`text` without persons."""
        if self._open or not text:
            return text
        found = self._whole.get(_folded(text))
        # A number may be anything; only where a column is known to hold people are numbers replaced (see `people`).
        if found is not None and self._tells(text):
            return found
        return scrub(self._inside.replaced(text))

    @staticmethod
    def _tells(text: str) -> bool:
        several = len(text.split()) > 1
        return "@" in plain(text) or (several and any(map(str.isalpha, text)))

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

    def frame(self, frame: Any) -> Any:
        """The same of every text in a DataFrame, its headings included."""
        texts = [column for column in frame.columns if frame[column].map(type).eq(str).any()]
        masked = frame.assign(**{column: frame[column].map(self.tree) for column in texts})
        return masked.rename(columns=self.tree)

    def tree(self, value: Any) -> Any:
        """The same of every text in JSON-ready lists and mappings; keys are left alone."""
        return _walked(value, self.text)


def _walked(value: Any, act: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return act(value)
    if isinstance(value, list | tuple):
        return [_walked(item, act) for item in value]
    return {key: _walked(item, act) for key, item in value.items()} if isinstance(value, dict) else value
