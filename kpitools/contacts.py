"""E-mail addresses and telephone numbers inside texts, however they are written, and nothing that only looks like one.

A telephone number is told from ticket numbers, dates and amounts by how it is written: a leading 0 or +, its groups,
the word before it. (The `phonenumbers` package knows every country's numbers, but has to be told the country, takes
an amount such as 84.912.345.678 for a number, and is 48 MB.)
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple


class Contact(NamedTuple):
    """Where in a text one stands; `kind`: e-mail or phone."""

    start: int
    end: int
    kind: str


_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_MAY_HOLD = re.compile(r"@|%40|[\[({]\s*(?:at|a còng)\s*[\])}]|\d(?:[^\w\n]{0,3}_?\d){6}", re.IGNORECASE)


def plain(text: str) -> str:
    """`text` as it is looked at: full-width and composed characters as usual ones, without those that nobody sees."""
    if text.isascii():
        return text
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def contacts(text: str) -> list[Contact]:
    """All addresses and numbers in `text` (as `plain` gives it), in order."""
    if not _MAY_HOLD.search(text):
        return []
    mails = [Contact(*found.span(), "e-mail") for found in _E_MAIL.finditer(text) if _is_mail(found)]
    phones = [phone for phone in _phones(text) if not any(m.start < phone.end and phone.start < m.end for m in mails)]
    return sorted([*mails, *phones])


# E-mail -----------------------------------------------------------------------------------------------------

# The look-behind keeps the search from starting again at every letter of a long word.
_LOCAL = r"(?<![\w.+'%&=-])[\w.+'%&=-]*[\w+'%&=-]"
_DOT = r"(?:\.|\s?[\[({]\s*(?:dot|chấm)\s*[\])}]\s?)"
_E_MAIL = re.compile(
    rf"""{_LOCAL}(?P<at>@|%40|\s?[\[({{]\s*(?:at|a\ còng|@)\s*[\])}}]\s?)
    (?P<domain>[\w-]+(?:{_DOT}[\w-]+)*)""",
    re.VERBOSE | re.IGNORECASE,
)


def _is_mail(found: re.Match) -> bool:
    """Not a version (left-pad@1.3.0), a price (3@4.50) or a shrug (a@b)."""
    domain = found["domain"]
    has_letter = any(c.isalpha() for c in found[0].replace(found["at"], ""))
    if "." in domain or len(found["at"]) > 1:
        return has_letter and not re.fullmatch(r"\d+(\.\d+){1,2}", domain)
    return len(domain) > 1 and domain[0].isalpha()


# Telephone numbers ------------------------------------------------------------------------------------------

_RUN = re.compile(r"\d(?:[\s().,;/|*_~·\-]{0,4}\d)*")
_GROUP = re.compile(r"\d+")
_WITHIN = re.compile(r"[\s.*_~·\-]|[\s.\-]{1,3}|\s?\(\s?|\s?\)[\s.\-]?|/|")  # between groups of one number
_LABEL = re.compile(
    r"(?<!\w)(?:sđt|sdt|đt|dt|đtdđ|dtdd|điện thoại|dien thoai|di động|tel|phone|mobile|zalo|viber|whatsapp|hotline|fax)"
    r"[\s.:=#(_\-]{0,3}\+?$",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?:[A-Z]{1,6}[-_]|#)$")  # TCK-, DH_, #: what follows is the number of a document
_PLUS = re.compile(r"(?<!\d)\+\(?$")
# The digits are the end or the beginning of a word, a decimal or a clock time.
_INSIDE = re.compile(r"(?:\d[.,:]|[^\W_])$")
_GOES_ON = re.compile(r"[^\W_]|[.,:](?!0\d\d[\s.-]\d)\d{1,3}(?!\d)")
_MONEY_BEFORE = re.compile(r"(?:[$€£¥₫]|VND|USD|EUR)\s?[+\-]?$")
_MONEY_AFTER = re.compile(r"\s?(?:[$€£¥₫]|(?:đ|vnd|vnđ|usd|eur|đồng)(?!\w))", re.IGNORECASE)
_LONGEST = 15  # digits, by ITU-T E.164
_LIKELY = (10, 11, 12, 9, 13, 14, 15, 8, 7)  # counts of digits, the usual ones first


class _Groups(NamedTuple):
    """Digits in groups, what stands between them, and before and after all."""

    digits: list[str]
    between: list[str]
    before: str
    after: str

    @property
    def joined(self) -> str:
        return "".join(self.digits)

    @property
    def is_thousands(self) -> bool:
        """Whether the groups are written as those of a large number: 84.912.345.678."""
        grouped = len(self.digits[0]) <= 3 and all(len(group) == 3 for group in self.digits[1:])
        return len(self.digits) > 1 and grouped and set(self.between) <= {"."}


def _phones(text: str) -> Iterator[Contact]:
    text = text.translate(_DASHES)
    for run in _RUN.finditer(text):
        groups = [(run.start() + found.start(), run.start() + found.end()) for found in _GROUP.finditer(run[0])]
        at = follows = 0  # `follows`: the group right behind a telephone number
        while at < len(groups):
            dated = 3 if _dated(text, groups[at][0]) else 0
            size = 0 if dated else _phone_length(text, groups, at, bool(at) and at == follows)
            if size:
                yield Contact(_start(text, groups[at][0]), groups[at + size - 1][1], "phone")
                follows = at + size
            at += dated or size or 1


def _dated(text: str, at: int) -> bool:
    """Whether a date begins there."""
    return any(date.match(text, at) for date in _DATES)


def _start(text: str, at: int) -> int:
    """Where the number begins whose first digit stands at `at`: with its plus and bracket."""
    while at and text[at - 1] in "+(":
        at -= 1
    return at


def _phone_length(text: str, groups: list[tuple[int, int]], at: int, follows: bool) -> int:
    """How many groups from `at` on are one telephone number; 0: none. `follows`: right behind another number."""
    before = text[max(groups[at][0] - 40, 0) : groups[at][0]]
    is_called = _has_label(before) or bool(_PLUS.search(before[-3:]))
    if not is_called and not _may_begin(text[groups[at][0] : groups[at][1]]):
        return 0
    if not is_called and not follows and _INSIDE.search(before[-2:]):
        return 0
    digits, sizes = 0, {}
    for size, (start, end) in enumerate(groups[at : at + 8], start=1):
        digits += end - start
        if size > 1 and _dated(text, start):
            break
        if digits > _LONGEST or (size > 1 and not _WITHIN.fullmatch(_gap(text, groups, at + size - 1))):
            break
        sizes.setdefault(digits, _taken(text, groups, at, size))
    likely = [sizes[wanted] for wanted in _LIKELY if wanted in sizes]
    for test in (_is_phone, _is_called) if is_called else (_is_phone,):
        for found in likely:
            if test(found):
                return len(found.digits)
    return 0


def _has_label(before: str) -> bool:
    word = before.rstrip(" .:=#(_-+")
    return word[-1:].isalpha() and bool(_LABEL.search(before))


def _may_begin(group: str) -> bool:
    return group.startswith(("0", "84")) or group == "1" or len(group) == 3


def _gap(text: str, groups: list[tuple[int, int]], at: int) -> str:
    """What stands before the group `at`, since the one before it."""
    return text[groups[at - 1][1] : groups[at][0]]


def _taken(text: str, groups: list[tuple[int, int]], at: int, size: int) -> _Groups:
    chosen = groups[at : at + size]
    between = [_gap(text, groups, at + place) for place in range(1, size)]
    first, last = chosen[0][0], chosen[-1][1]
    return _Groups([text[a:b] for a, b in chosen], between, text[max(first - 40, 0) : first], text[last : last + 12])


def _is_phone(found: _Groups) -> bool:
    if _GOES_ON.match(found.after) or _CODE.search(found.before) or (found.digits[0][0] != "0" and _is_money(found)):
        return False
    return any(shape(found) for shape in (_is_national, _is_abroad, _is_vietnamese_abroad, _is_american, _is_pairs))


def _is_called(found: _Groups) -> bool:
    """Whether digits behind a plus or a word such as "tel" may be a number, though they do not look like one.

    Behind a word, digits in one piece (912345678, of which a spreadsheet has eaten the 0) and 84.912.345.678; other
    groups may be figures: Phone 357.8 (357.8).
    """
    if _GOES_ON.match(found.after) or _is_money(found):
        return False
    if _PLUS.search(found.before):
        return len(found.joined) >= (10 if found.is_thousands else 8)
    mobile = re.fullmatch(r"84[35789]\d{8}", found.joined)
    return len(found.digits) == 1 and len(found.joined) in range(8, 13) or bool(mobile and found.is_thousands)


def _is_money(found: _Groups) -> bool:
    return bool(_MONEY_BEFORE.search(found.before) or _MONEY_AFTER.match(found.after))


def _is_national(found: _Groups) -> bool:
    """0912345678, 0912 345678, 0 912 345 678, (028) 3822 1234, 020 7946 0958."""
    digits, sizes = found.joined, [len(group) for group in found.digits]
    if not re.match(r"0[1-9]", digits) or len(digits) not in range(9, 12) or found.is_thousands:
        return False
    if len(sizes) == 1:
        return len(digits) > 9
    if sizes[0] == 1:  # 0 912 345 678, but not the figures 0 120 340 560
        wide = min(sizes[1:]) > 1 and max(sizes) > 2
        return len(digits) == 10 and digits[1] in "35789" and all(map(str.isspace, found.between)) and wide
    return max(sizes) > 2 and not (len(set(sizes)) == 1 and _is_even(found.digits))


def _is_abroad(found: _Groups) -> bool:
    """0084912345678, 00 44 20 7946 0958."""
    digits = found.joined
    grouped = len(found.digits) == 1 or max(map(len, found.digits)) > 2
    return bool(re.match(r"00[1-9]", digits)) and len(digits) > 10 and grouped and not found.is_thousands


def _is_vietnamese_abroad(found: _Groups) -> bool:
    """84912345678, 84 912 345 678, 84-28-3822-1234."""
    mobile_or_fixed = re.fullmatch(r"84(0?[35789]\d{8}|0?2\d{8,9})", found.joined)
    mixed = "." in found.between and len(set(found.between)) > 1  # figures: 848.117 – 10.010
    return bool(mobile_or_fixed) and len(found.digits[0]) != 1 and not found.is_thousands and not mixed


def _is_american(found: _Groups) -> bool:
    """555-010-1234, 555.010.1234, (555) 010-1234, 1-800-555-0199."""
    sizes = [len(group) for group in found.digits]
    if sizes[:1] == [1] and found.digits[0] == "1":
        sizes = sizes[1:]
    bracket = found.before.endswith("(") and ")" in found.between[0] if found.between else False
    same = len(set(found.between)) == 1 and found.between[0] in ("-", ".")
    return sizes == [3, 3, 4] and (bracket or same)


def _is_pairs(found: _Groups) -> bool:
    """06 12 34 56 78, but not hours or days in a row: 06 07 08 09 10."""
    pairs = found.digits
    if len(pairs) != 5 or any(len(pair) != 2 for pair in pairs) or not re.match(r"0[1-9]", pairs[0]):
        return False
    goes_on = re.search(r"\d\s?$", found.before) or re.match(r"\s?\d", found.after)
    return len(set(found.between)) == 1 and not goes_on and not _is_even(pairs)


def _is_even(groups: list[str]) -> bool:
    """Whether the groups are figures at even steps."""
    return len(groups) > 2 and len({int(b) - int(a) for a, b in pairwise(groups)}) == 1


_DATES = (
    re.compile(r"(\d{4})([./\- ])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"(0?[1-9]|[12]\d|3[01])([./\- ])(0?[1-9]|1[0-2])\2((?:19|20)\d\d)(?!\d)"),
    re.compile(r"(0?[1-9]|1[0-2])([./\- ])(0?[1-9]|[12]\d|3[01])\2((?:19|20)\d\d)(?!\d)"),
)
