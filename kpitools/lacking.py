"""What the data lacks for a KPI, in the words of the business beside the names of tables and columns."""

import re
from collections.abc import Iterable
from functools import reduce

from kpitools.errors import UnknownNameError
from kpitools.kpi import Words
from kpitools.words import LANGUAGES, number, say

NOTHING = Words("", "")
_NAME = re.compile(r"\b([a-z_]+)\.([a-z_]+)\b")


def column_words(table: str, column: str, language: str) -> str:
    """What a column is called; UnknownNameError where nobody wrote it."""
    try:
        return say(f"column.{table}.{column}", language)
    except UnknownNameError:
        return say(f"column.{column}", language)


def table_words(table: str, language: str) -> str:
    """What a table is called; UnknownNameError where nobody wrote it."""
    return say(f"table.{table}", language)


def named(text: str, language: str) -> str:
    """`text` with each ``table.column`` in words, its name behind them: first public reply (tickets.first_reply_at)."""

    def told(found: re.Match) -> str:
        try:
            return say("lack.named", language, words=column_words(found[1], found[2], language), name=found[0])
        except UnknownNameError:
            return found[0]

    return _NAME.sub(told, text)


def either(lacks: Iterable[str | Words]) -> Words:
    """Alternatives, any of which would do."""
    return _joined(lacks, "lack.or")


def both(lacks: Iterable[str | Words]) -> Words:
    """Things that are all needed."""
    return _joined(lacks, "lack.and")


def listed(lacks: Iterable[str | Words]) -> Words:
    """Things that are lacking, one after the other."""
    said = [as_words(lack) for lack in lacks]
    return Words(*(", ".join(one(language) for one in said) for language in LANGUAGES))


def as_words(lack: str | Words) -> Words:
    """A text that is the same in both languages, such as a column's name, as words."""
    return lack if isinstance(lack, Words) else Words(lack, lack)


def _joined(lacks: Iterable[str | Words], key: str) -> Words:
    def join(first: Words, second: Words) -> Words:
        return Words(*(say(key, language, first=first(language), second=second(language)) for language in LANGUAGES))

    said = [as_words(lack) for lack in lacks]
    return reduce(join, said) if said else NOTHING


def table(name: str) -> Words:
    """That a whole table is not there."""
    return Words(*(say("lack.table", language, table=_table(name, language)) for language in LANGUAGES))


def _table(name: str, language: str) -> str:
    try:
        words = table_words(name, language)
    except UnknownNameError:
        return name
    return name if words == name else say("lack.named", language, words=words, name=name)


def no_row(table: str) -> Words:
    """That no row counts."""
    return Words(*(say("lack.no_row", language, table=_table(table, language)) for language in LANGUAGES))


def last_left(table: str, n: int, why: Words) -> Words:
    """That no row counts, and the rule that took the last of them."""
    return _counted("lack.last", n, why, table)


def not_one_scale(n: int, why: Words) -> Words:
    """That rows which would count are measured otherwise than the rest."""
    return _counted("lack.one_scale", n, why)


def ends(n: int, known: int) -> Words:
    """That of `n` tickets of `known` it is not known when they were done."""
    return _of("lack.ends", n, known)


def beginnings(n: int, known: int) -> Words:
    """That `n` tickets of `known` were made before the log of their statuses begins."""
    return _of("lack.beginnings", n, known)


def computable() -> Words:
    """That the database cannot compute a KPI of the desk's own."""
    return Words(*(say("lack.computable", language) for language in LANGUAGES))


def _of(key: str, n: int, known: int) -> Words:
    return Words(*(say(key, lang, n=number(n, lang, 0), known=number(known, lang, 0)) for lang in LANGUAGES))


def _counted(key: str, n: int, why: Words, table: str = "") -> Words:
    said = (say(key, lang, n=number(n, lang, 0), why=why(lang), table=_table(table, lang)) for lang in LANGUAGES)
    return Words(*said)
