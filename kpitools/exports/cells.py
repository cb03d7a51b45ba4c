"""Text -> numbers, durations, flags and canonical words, as SQL expressions over the all-text table."""

from typing import Any, NamedTuple

from kpitools.exports.mapping import CLOSED, UNITS, ColumnMap, fold, vocabulary

# What systems write for "nothing" in columns that are not text.
MISSING = ("-", "--", "–", "n/a", "na", "null", "none", "nan", "nat", "#n/a")
# Full-width forms stand in the order of ASCII, "!" first; the marks without width are those that copying brings along.
_PLAIN = "".join(chr(code) for code in range(0x21, 0x7F))
_FULL_WIDTH = "".join(chr(ord(letter) + 0xFEE0) for letter in _PLAIN)
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"


def quote(value: Any) -> str:
    """A SQL literal."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


class Needs(NamedTuple):
    """Whether a column's text must be trimmed and composed; both are dear, and most columns need neither."""

    trim: bool = True
    compose: bool = True


def needs(
    con, table: str, positions: dict[int, bool], marks: tuple[str, ...] | None, odd_spaces: bool
) -> dict[int, Needs]:
    """What each column needs, from all its values.

    `positions` says of each whether it holds words; `marks` are the combining marks in the file (None: not known),
    `odd_spaces` whether it may hold spaces that do not break.
    """
    if not positions:
        return {}
    asked, spaces = [], (" ", "\u00a0") if odd_spaces else (" ",)
    for position, is_words in positions.items():
        column = f"c{position}"
        ends = [f"{side}({column}, {quote(space)})" for side in ("starts_with", "ends_with") for space in spaces]
        held = [f"contains({column}, {quote(mark)})" for mark in marks or () if is_words]
        asked += [f"bool_or({' or '.join(ends)})", f"bool_or({' or '.join(held)})" if held else "false"]
    flags = con.execute(f"select {', '.join(asked)} from {table}").fetchone()
    return {
        position: Needs(bool(flags[2 * i]), marks is None or bool(flags[2 * i + 1]))
        for i, position in enumerate(positions)
    }


def cell(position: int, need: Needs = Needs()) -> str:  # noqa: B008 - an immutable default
    """SQL: the trimmed text of a column; empty is missing."""
    text = f"nullif(trim(c{position}), '')" if need.trim else f"nullif(c{position}, '')"
    return f"nfc_normalize({text})" if need.compose else text


def has_odd_marks(con, table: str, text: str) -> bool:
    """Whether a column holds full-width letters or digits, or what cannot be seen."""
    return bool(con.execute(f"select bool_or({_is_odd(text)}) from {table}").fetchone()[0])


def plain_id(text: str) -> str:
    """SQL: an id without what cannot be seen, full-width letters and digits as the plain ones; empty is missing."""
    narrow = f"translate({text}, {quote(_FULL_WIDTH + _INVISIBLE)}, {quote(_PLAIN)})"
    return f"case when {_is_odd(text)} then nullif(trim({narrow}), '') else {text} end"


def _is_odd(text: str) -> str:
    # ASCII is told by its length; other letters, such as those of a name, do not pay for translate, which is slow.
    odd = f"regexp_matches({text}, {quote(f'[{_FULL_WIDTH[0]}-{_FULL_WIDTH[-1]}{_INVISIBLE}]')})"
    return f"(case when strlen({text}) <> length({text}) then {odd} else false end)"


def number(text: str, decimal: str) -> str:
    """SQL: a number; thousands separators only where they stand in threes, a trailing % divides by 100."""
    share = f"(case when {text}[-1] = '%' then 100 else 1 end)"
    if decimal == ",":
        dotted = f"replace(replace(rtrim({text}, '% '), '.', ''), ',', '.')"
        grouped = f"regexp_full_match({text}, '[+-]?(\\d+|\\d{{1,3}}(\\.\\d{{3}})+)(,\\d+)? ?%?')"
        return f"(case when {grouped} then {_finite(dotted)} / {share} end)"
    plain = f"try_cast({text} as double)"
    bare = f"replace(rtrim({text}, '% '), ',', '')"
    grouped = f"regexp_full_match({text}, '[+-]?(\\d+|\\d{{1,3}}(,\\d{{3}})+)(\\.\\d*)? ?%?')"
    return (
        f"(case when isfinite({plain}) then {plain} when {plain} is null and {grouped} "
        f"then {_finite(bare)} / {share} end)"
    )


def _finite(text: str) -> str:
    """SQL: a double; hundreds of digits are none."""
    return f"nullif(try_cast({text} as double), 'inf'::double)"


def whole(text: str, decimal: str) -> str:
    """SQL: a whole number; 3.0 is one, 3.5 is none, and neither is one of more than 15 digits."""
    real = number(text, decimal)
    digits = (
        f"regexp_full_match({text}, '\\d{{1,15}}')"
        if decimal == ","
        else f"strlen({text}) <= 15 and instr({text}, '.') = 0 and instr({text}, 'e') = 0"
    )
    return (
        f"(case when {digits} and try_cast({text} as bigint) is not null then try_cast({text} as bigint) "
        f"when {real} = floor({real}) and abs({real}) < 1e15 then try_cast({real} as bigint) end)"
    )


def duration(text: str, unit: str, decimal: str) -> str:
    """SQL: seconds from a number of `unit`, or from H:MM:SS."""
    if unit != "hms":
        return f"({number(text, decimal)} * {UNITS[unit]})"
    bare = f"ltrim({text}, '-')"
    h, m, s = (f"try_cast(split_part({bare}, ':', {part}) as double)" for part in (1, 2, 3))
    sign = f"(case when {text}[1] = '-' then -1 else 1 end)"
    return f"(case when split_part({text}, ':', 4) = '' then {sign} * ({h} * 3600 + {m} * 60 + {s}) end)"


def duration_unit(con, table: str, text: str) -> str | None:
    """hms where every value is H:MM:SS; None where that does not tell the unit."""
    total, clocks = con.execute(
        f"select count(v), count_if(regexp_full_match(v, '-?\\d+:\\d\\d:\\d\\d(\\.\\d+)?')) from (select "
        f"{text} as v from {table}) "
        f"where lower(v) not in {MISSING}"
    ).fetchone()
    return "hms" if clocks == total else None


class Worded(NamedTuple):
    """A column read through its words: SQL, the words nobody knows (with rows and first row), the words "
    "meaning missing."""

    sql: str
    strangers: list[tuple[str, int, int]]
    blanks: list[str]


def words(con, table: str, text: str, column: ColumnMap) -> Worded | None:
    """SQL for a column with a vocabulary, by the distinct values it really has; None for one without."""
    known = vocabulary(column)
    if known is None:
        return None
    known = {fold(word): value for word, value in known.items()}
    found = con.execute(
        f"select v, count(*), min(_row) from (select {text} as v, _row from {table}) where v is not null "
        f"group by v order by 3 limit 100000"
    ).fetchall()
    strict = column.worded in CLOSED or column.type == "flag"
    branches, strangers, blanks = [], [], []
    for value, rows, first in found:
        word = fold(value)
        if word in known:
            meant = known[word]
            if meant is None:
                blanks.append(value)
            if meant is None or meant != value:
                branches.append(f"when {quote(value)} then {quote(meant)}")
            elif strict:
                branches.append(f"when {quote(value)} then {quote(value)}")
        elif strict and word not in MISSING:
            strangers.append((value, rows, first))
    rest = "null" if strict or column.type in ("number", "count", "seconds") else text
    if not branches:
        return Worded(rest, strangers, blanks)
    return Worded(f"case {text} {' '.join(branches)} else {rest} end", strangers, blanks)


def has_any(text: str, wanted: tuple[str, ...]) -> str:
    """SQL: a list written with commas, semicolons or spaces holds one of the words."""
    listed = "[" + ", ".join(quote(word) for word in wanted) + "]"
    return f"list_has_any(regexp_split_to_array(lower(coalesce({text}, '')), '[,; ]+'), {listed})"


def matches(text: str, wanted: tuple[str, ...]) -> str:
    """SQL: the text is one of the words, whatever its case."""
    listed = ", ".join(quote(fold(word)) for word in wanted)
    return f"coalesce(lower({text}) in ({listed}), false)"
