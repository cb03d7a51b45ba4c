"""Rules on ids: words that stand for "no id", and ids that a spreadsheet has spoilt or that are personal data."""

from kpitools import tables
from kpitools.exports import cells
from kpitools.exports.columns import Cell, ident
from kpitools.exports.mapping import REQUIRED
from kpitools.rules import Rule, suspects

# No system gives these as an id: what spreadsheets, databases and languages write for "nothing".
PLACEHOLDERS = (
    *("#n/a", "n/a", "#null!", "#ref!", "#value!", "#name?", "#num!", "#div/0!", "null", "<null>", "(null)", "\\n"),
    *("nan", "nat", "none", "undefined", "-", "--", "---", "–", "—", "không có", "chưa có", "không rõ"),
)
# These may be real ids (Na is a Vietnamese name, 0 a counter's start): they stand for nothing only where one names
# several things at once.
DOUBTFUL = ("na", "nil", "0", "?", ".", "unknown", "trống")
# 1.23E+05 is what a spreadsheet makes of a long number; 1e5 alone may be an id of letters and digits.
SCIENTIFIC = r"[+-]?\d([.,]\d+)?[eE]\+\d{1,3}"
EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
# With a country's code, or in Vietnam's and others' national form; a number padded with zeros begins with two.
PHONE = r"(\+|00)[1-9][0-9 ().-]{7,17}|0[1-9]\d{8,9}"


def odd_ids(found: list[Cell]) -> list[Rule]:
    """Ids that a spreadsheet has spoilt, or that are somebody's address or number."""
    rules = []
    for c in _ids(found):
        spoilt = f"case when contains({c.id}, 'E+') or contains({c.id}, 'e+') then {_like(c.id, SCIENTIFIC)} end"
        mail = f"case when contains({c.id}, '@') then {_like(c.id, EMAIL)} end"
        phone = f"case when starts_with({c.id}, '+') or starts_with({c.id}, '0') then {_like(c.id, PHONE)} end"
        rules.append(Rule(c.name, spoilt, "id_in_scientific_notation", c.name))
        rules.append(Rule(c.name, mail, "id_is_an_address", c.name))
        rules.append(Rule(c.name, phone, "id_is_a_phone_number", c.name))
    return rules


def placeholders(found: list[Cell]) -> list[Rule]:
    """Words in the place of an id that no system gives as one."""
    return [Rule(c.name, _is_one_of(c.id, PLACEHOLDERS), "placeholder_id", c.name) for c in _ids(found)]


def doubtful(con, table: str, name: str, found: list[Cell]) -> tuple[list[Rule], list[Rule]]:
    """Words that may be an id and name several rows: those that cannot be one, and those that stay.

    As a row's own key in canonical table `name` such a word cannot be an id where rows that share it differ in the time
    that the table requires, or at all where it requires none (but for 0, the first of a counter).
    Elsewhere many rows share an id by right.
    """
    here = {c.name: c for c in found}
    times = [here[c].id for c in REQUIRED[name] if c in here and here[c].column.type == "instant"]
    rules = [Rule(c.name, _is_one_of(c.id, DOUBTFUL), "doubtful_id", c.name) for c in _ids(found)]
    wrong, stay = [], []
    for rule in suspects(con, table, rules):
        stay.append(_shared(rule, table, "count(*) > 1"))
        if tables.get(name).key == (rule.column,):
            several = f"count(distinct {times[0]}) > 1" if times else f"count(*) > 1 and {ident(rule.column)} <> '0'"
            wrong.append(_shared(rule, table, several)._replace(name="placeholder_id"))
    return wrong, stay


def _shared(rule: Rule, table: str, several: str) -> Rule:
    """`rule` for those ids alone of which the rows of `table` that share them satisfy `several`."""
    column = ident(rule.column)
    ids = f"select {column} from {table} where {rule.where} group by {column} having {several}"
    return rule._replace(where=f"{column} in ({ids})")


def _ids(found: list[Cell]) -> list[Cell]:
    return [c for c in found if c.column.type == "id" and c.column.constant is None]


def _is_one_of(text: str, words: tuple[str, ...]) -> str:
    """SQL: `text` is one of the words, whatever its case; its length is asked first, which costs little."""
    listed = ", ".join(cells.quote(word) for word in words)
    return f"case when length({text}) <= {max(map(len, words))} then lower({text}) in ({listed}) end"


def _like(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, '{pattern}')"
