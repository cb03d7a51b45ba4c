"""A small language for a KPI of one's own: arithmetic, comparisons and words over the columns of a table.

    reopens > 0 and priority in ["high", "urgent"]
    (revenue - cost) / units
    hours_between(created_at, first_reply_at) <= 4
    customer_id is not missing

It is read with Python's own parser and translated piece by piece; nothing in it is ever run as Python.
"""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from kpitools import tables
from kpitools.errors import ConfigError, unknown

LONGEST, DEEPEST = 2_000, 40
_ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_COMPARISONS = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
KNOWN = "columns, numbers, 'texts', true, false, + - * /, = != < <= > >=, and, or, not, in [...], is missing"


@dataclass(frozen=True, eq=False)
class Expression:
    """A text of the language, checked; `resolve` makes it an Ibis value on the rows of a table.

    Attributes
    ----------
    where : the file and line it stands in, for errors
    columns : the columns it reads
    needed : those of them that it does more with than ask whether they are missing
    """

    text: str
    where: str
    tree: ast.expr
    columns: tuple[str, ...]
    needed: tuple[str, ...]

    def resolve(self, rows: ir.Table) -> ir.Value:
        """The value on these rows; ConfigError names a column that they do not have."""
        return _value(self.tree, _Place(rows, self.where))


def parse(text: Any, where: str) -> Expression:
    """The expression that `text` is; ConfigError, with the place in it, for what is not of the language."""
    text = str(text).strip()
    if len(text) > LONGEST:
        raise ConfigError(f"{where}: an expression of over {LONGEST:,} characters. Say it shorter.")
    try:
        tree = ast.parse(_as_python(text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = getattr(error, "offset", None)
        at = f" near '{text[max(place - 6, 0) : place + 5]}'" if place else ""
        raise ConfigError(f"{where}: '{text}' cannot be read{at}. Known are: {KNOWN}.") from None
    _check(tree, where, 0)
    return Expression(text, where, tree, *_columns(tree))


def _as_python(text: str) -> str:
    """A single = compares, as it does for people; inside quotes it stays."""
    made, quote = [], ""
    for i, c in enumerate(text):
        if quote or c in "'\"":
            quote = "" if c == quote else quote or c
        elif c == "=" and text[i - 1 : i] not in ("=", "<", ">", "!") and text[i + 1 : i + 2] != "=":
            c = "=="
        made.append(c)
    return " ".join("".join(made).split("\n"))


def _columns(tree: ast.expr) -> tuple[tuple[str, ...], tuple[str, ...]]:
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    asked = {node.left for node in ast.walk(tree) if _asks_missing(node)}
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id not in _WORDS and n not in called]
    unique = tuple(dict.fromkeys(name.id for name in names))
    return unique, tuple(dict.fromkeys(name.id for name in names if name not in asked))


def _asks_missing(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Compare)
        and len(node.ops) == 1
        and isinstance(node.ops[0], ast.Is | ast.IsNot)
        and isinstance(node.comparators[0], ast.Name)
        and node.comparators[0].id == "missing"
    )


# Checking ---------------------------------------------------------------------------------------------------


def _check(node: ast.expr, where: str, depth: int) -> None:
    """ConfigError for anything that the language does not have."""
    if depth > DEEPEST:
        raise ConfigError(f"{where}: an expression nested too deeply. Say it simpler.")
    for child in _parts(node, where):
        _check(child, where, depth + 1)


def _parts(node: ast.expr, where: str) -> list[ast.expr]:
    """The expressions inside a piece of the language."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
        return []
    if isinstance(node, ast.Name):
        return []
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        return [node.operand]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.Compare):
        return _compared(node, where)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _arguments(node, where)
    raise ConfigError(f"{where}: '{ast.unparse(node)}' is not of the language. Known are: {KNOWN}.")


def _compared(node: ast.Compare, where: str) -> list[ast.expr]:
    if _asks_missing(node):
        return [node.left]
    if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
        listed = node.comparators[0]
        if isinstance(listed, ast.List | ast.Tuple) and all(isinstance(item, ast.Constant) for item in listed.elts):
            return [node.left]
        raise ConfigError(f"{where}: 'in' needs a list of values: priority in ['high', 'urgent'].")
    if all(type(op) in _COMPARISONS for op in node.ops):
        return [node.left, *node.comparators]
    raise ConfigError(f"{where}: '{ast.unparse(node)}' is not of the language. Known are: {KNOWN}.")


def _arguments(node: ast.Call, where: str) -> list[ast.expr]:
    name = node.func.id
    if name not in FUNCTIONS:
        raise unknown("function", name, FUNCTIONS, where, error=ConfigError)
    wanted = FUNCTIONS[name].arguments
    if len(node.args) != len(wanted):
        raise ConfigError(f"{where}: {name} takes ({', '.join(wanted)}), got {len(node.args)}.")
    return node.args


# Translating ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """The rows that columns are taken from, and where the expression stands."""

    rows: ir.Table
    where: str

    def column(self, name: str) -> ir.Value:
        if name not in self.rows.columns:
            known = [c for c in self.rows.columns if not c.endswith("_local")]
            raise unknown("column", name, known, self.where, error=ConfigError)
        return self.rows[name]


def _value(node: ast.expr, place: _Place) -> ir.Value:
    if isinstance(node, ast.Constant):
        return ibis.literal(node.value)
    if isinstance(node, ast.Name):
        return ibis.literal(_WORDS[node.id]) if node.id in _WORDS else place.column(node.id)
    if isinstance(node, ast.BinOp):
        return _ARITHMETIC[type(node.op)](_number(node.left, place), _number(node.right, place))
    if isinstance(node, ast.UnaryOp):
        return -_number(node.operand, place) if isinstance(node.op, ast.USub) else ~_truth(node.operand, place)
    if isinstance(node, ast.BoolOp):
        parts = [_truth(value, place) for value in node.values]
        join = operator.and_ if isinstance(node.op, ast.And) else operator.or_
        found = parts[0]
        for part in parts[1:]:
            found = join(found, part)
        return found
    if isinstance(node, ast.Compare):
        return _comparison(node, place)
    return FUNCTIONS[node.func.id].make(node, place)


def _comparison(node: ast.Compare, place: _Place) -> ir.BooleanValue:
    left = _value(node.left, place)
    if _asks_missing(node):
        return left.isnull() if isinstance(node.ops[0], ast.Is) else left.notnull()
    if isinstance(node.ops[0], ast.In | ast.NotIn):
        found = left.isin([item.value for item in node.comparators[0].elts])
        return ~found if isinstance(node.ops[0], ast.NotIn) else found
    found = None
    for op, other in zip(node.ops, node.comparators, strict=True):
        right = _value(other, place)
        part = _COMPARISONS[type(op)](*_comparable(left, right, node, place))
        found, left = part if found is None else found & part, right
    return found


def _comparable(left: ir.Value, right: ir.Value, node: ast.expr, place: _Place) -> tuple[ir.Value, ir.Value]:
    """Both sides, if they are of one kind; a text is no number."""
    kinds = [_kind(side) for side in (left, right)]
    if kinds[0] != kinds[1] and not (set(kinds) == {"moment", "text"}):
        raise ConfigError(f"{place.where}: '{ast.unparse(node)}' compares a {kinds[0]} with a {kinds[1]}.")
    return left, right


def _kind(value: ir.Value) -> str:
    if isinstance(value, ir.BooleanValue):
        return "flag"
    if isinstance(value, ir.NumericValue):
        return "number"
    return "text" if isinstance(value, ir.StringValue) else "moment"


def _number(node: ast.expr, place: _Place) -> ir.NumericValue:
    return _of_kind(node, place, "number")


def _truth(node: ast.expr, place: _Place) -> ir.BooleanValue:
    return _of_kind(node, place, "flag")


def _of_kind(node: ast.expr, place: _Place, kind: str) -> ir.Value:
    value = _value(node, place)
    if _kind(value) != kind:
        raise ConfigError(f"{place.where}: '{ast.unparse(node)}' is a {_kind(value)}, where a {kind} is needed.")
    return value


# Functions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Function:
    """A function of the language: the names of its arguments, and what makes it a value."""

    arguments: tuple[str, ...]
    make: Callable[[ast.Call, _Place], ir.Value]


def _between(seconds: float) -> Callable[[ast.Call, _Place], ir.Value]:
    def make(node: ast.Call, place: _Place) -> ir.Value:
        begun, ended = (_of_kind(argument, place, "moment") for argument in node.args)
        return ended.delta(begun, unit="microsecond") / (1e6 * seconds)

    return make


def _local(part: Callable[[ir.TimestampValue], ir.Value]) -> Callable[[ast.Call, _Place], ir.Value]:
    """A part of the wall clock of an instant column."""

    def make(node: ast.Call, place: _Place) -> ir.Value:
        column = node.args[0]
        if not isinstance(column, ast.Name):
            raise ConfigError(f"{place.where}: {node.func.id} takes the name of a column, not an expression.")
        place.column(column.id)
        return part(place.column(tables.local(column.id)))

    return make


def _when(node: ast.Call, place: _Place) -> ir.Value:
    condition, so, otherwise = node.args
    return ibis.ifelse(_truth(condition, place), _value(so, place), _value(otherwise, place))


def _contains(node: ast.Call, place: _Place) -> ir.Value:
    text, part = (_of_kind(argument, place, "text") for argument in node.args)
    return text.lower().contains(part.lower())


FUNCTIONS = {
    "hours_between": _Function(("from", "to"), _between(3600)),
    "minutes_between": _Function(("from", "to"), _between(60)),
    "days_between": _Function(("from", "to"), _between(86_400)),
    "weekday": _Function(("column",), _local(lambda local: local.day_of_week.index())),  # 0 is Monday
    "hour": _Function(("column",), _local(lambda local: local.hour())),
    "month": _Function(("column",), _local(lambda local: local.month())),
    "when": _Function(("condition", "then", "else"), _when),
    "contains": _Function(("text", "part"), _contains),
    "abs": _Function(("number",), lambda node, place: _number(node.args[0], place).abs()),
}
_WORDS = {"true": True, "false": False, "missing": None}
