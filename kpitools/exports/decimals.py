"""Which mark a file's numbers have before their decimals, a point or a comma, told from all of its values.

1,500 is fifteen hundred in an English export and one and a half in a Vietnamese one. As with day and month, a value
that fits one reading only decides for the file; where none does, the load asks.
"""

from typing import NamedTuple

from kpitools.errors import LoadError, Told, told
from kpitools.exports.remedy import ways


class Numbers(NamedTuple):
    """A column of numbers: its header, SQL of its texts and of the text as written, and whether all are whole."""

    header: str
    text: str
    raw: str
    is_whole: bool


class Seen(NamedTuple):
    """Where a kind of number was first seen."""

    header: str
    value: str
    line: int

    def __call__(self, language: str) -> str:
        return told("seen", **self._asdict())(language)


def decide_decimal(con, table: str, numbers: list[Numbers], where: str) -> tuple[str, str]:
    """The decimal mark of a file and how that was decided; how is empty where every number reads the same either way.

    Raises
    ------
    LoadError
        If some numbers can only have a decimal point and others only a comma, or some can have either and none tells.
    """
    if not _is_open(con, table, numbers):
        return ".", ""
    comma, point, either = _look(con, table, numbers)
    if comma and point:
        raise LoadError(
            told("both_decimals", where=where, comma=comma, point=point, header=comma.header, mend=_mend(where))
        )
    if either and not (comma or point):
        readings = either.value.replace(",", "").replace(".", ""), either.value.replace(",", ".")
        point, comma = readings if "," in either.value else reversed(readings)
        raise LoadError(told("no_decimal", where=where, seen=either, point=point, comma=comma, mend=_mend(where)))
    return ("," if comma else "."), ("a_number_that_tells" if comma or point else "")


def _mend(where: str) -> Told:
    return told("say_decimal", ways=ways("decimal", '","', where, "','"))


def _is_open(con, table: str, numbers: list[Numbers]) -> bool:
    """Whether a number has a comma, or numbers have points but none that can only be a decimal one; a cheap look."""
    if not numbers:
        return False
    asked = ", ".join(
        f"bool_or(contains({n.text}, ',')), bool_or(contains({n.text}, '.')), "
        f"bool_or(case when contains({n.text}, '.') and {n.text}[-4] <> '.' "
        f"then try_cast({n.text} as double) is not null end)"
        for n in numbers
    )
    flags = con.execute(f"select {asked} from {table}").fetchone()
    return any(flags[::3]) or (any(flags[1::3]) and not any(flags[2::3]))


def _look(con, table: str, numbers: list[Numbers]) -> list[Seen | None]:
    """The first number that must have a decimal comma, that must have a decimal point, that may have either."""
    found: list[Seen | None] = [None, None, None]
    for n in numbers:
        bare = f"rtrim(ltrim({n.text}, '+-'), '% ')"
        either = f"regexp_full_match({bare}, '[1-9]\\d{{0,2}}[,.]\\d{{3}}')"
        comma, point = _only(bare, ","), _only(bare, ".")
        if n.is_whole:  # thousands, as the number has no decimals; 12.000 may still be a bare 12
            told = f"({either} and not ends_with({bare}, '000'))"
            comma, point = (
                f"({comma} or {told} and contains({bare}, '.'))",
                f"({point} or {told} and contains({bare}, ','))",
            )
        asked = ", ".join(
            f"arg_min({n.raw}, _row) filter (where {kind}), arg_min(_line, _row) filter (where {kind})"
            for kind in (comma, point, either)
        )
        flat = con.execute(
            f"select {asked} from {table} where contains({n.text}, ',') or contains({n.text}, '.')"
        ).fetchone()
        for i in range(3):
            if found[i] is None and flat[2 * i] is not None:
                found[i] = Seen(n.header, flat[2 * i].strip(), flat[2 * i + 1])
    return found


def _only(bare: str, mark: str) -> str:
    """SQL: a number in which `mark` can only stand before decimals, as its digits or the other mark tell."""
    this, other = (",", "[.]") if mark == "," else ("[.]", ",")
    grouped = f"\\d{{1,3}}({other}\\d{{3}})+"
    shapes = (
        f"\\d*{this}(\\d{{0,2}}|\\d{{4,}})",
        f"(0*|\\d{{4,}}){this}\\d{{3}}",
        f"{grouped}{this}\\d*",
        f"\\d{{1,3}}({other}\\d{{3}}){{2,}}",
    )
    return f"regexp_full_match({bare}, '{'|'.join(shapes)}')"
