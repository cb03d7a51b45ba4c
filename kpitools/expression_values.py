"""The pieces of an expression as Ibis values. Each is a number, text, flag or moment, and is asked for as one of them.

Numbers are computed as fractions, so that nothing overflows where whole numbers would; a division by zero is missing.
"""

import ast
import datetime as dt
import operator
from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from kpitools import tables
from kpitools.errors import ConfigError, unknown

ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b.nullif(0.0),
}
COMPARISONS = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
WORDS = {"true": True, "false": False, "missing": None}
MISSING = "missing"
_A_MOMENT = "a day or a moment on the desk's clock, such as '2025-07-01' or '2025-07-01 13:30'"


def asks_missing(node: ast.AST) -> bool:
    """Whether a piece is ``x is missing`` or ``x is not missing``."""
    return (
        isinstance(node, ast.Compare)
        and len(node.ops) == 1
        and isinstance(node.ops[0], ast.Is | ast.IsNot)
        and isinstance(node.comparators[0], ast.Name)
        and node.comparators[0].id == MISSING
    )


@dataclass(frozen=True)
class Place:
    """The rows that columns are taken from, and where the expression stands."""

    rows: ir.Table
    where: str

    def column(self, name: str) -> ir.Value:
        """A column of the rows; ConfigError where there is none of that name."""
        if name not in self.rows.columns:
            known = [c for c in self.rows.columns if not c.endswith("_local")]
            raise unknown("column", name, known, self.where, error=ConfigError)
        return self.rows[name]

    def wall_clock(self, name: str) -> ir.TimestampValue:
        """An instant column on the desk's wall clock; ConfigError for what is no instant or has none."""
        if kind(self.column(name)) != "moment":
            raise ConfigError(f"{self.where}: '{name}' is a {kind(self.column(name))}, where a moment is needed.")
        stored = name if name.endswith("_local") else tables.local(name)
        if stored not in self.rows.columns:
            raise ConfigError(f"{self.where}: '{name}' has no wall clock, so it cannot be compared with the day's.")
        return self.rows[stored]

    def wrong(self, node: ast.expr, what: str) -> ConfigError:
        """The error that a piece is not what it has to be."""
        return ConfigError(f"{self.where}: '{ast.unparse(node)}' {what}.")


def kind(value: ir.Value) -> str:
    """number, text, flag, moment or missing; the engine's own word for what the language has no use for."""
    if isinstance(value, ir.NullValue):
        return MISSING
    kinds = {
        ir.BooleanValue: "flag",
        ir.NumericValue: "number",
        ir.StringValue: "text",
        ir.TimestampValue: "moment",
    }
    return next((said for type_, said in kinds.items() if isinstance(value, type_)), str(value.type()))


def is_known(found: ir.Value) -> ir.BooleanValue:
    """Whether a value is there. Of a flag it is asked by cases: SQL reads ``NOT a IS NULL`` as ``NOT (a IS NULL)``."""
    return ibis.cases((found, True), (~found, True), else_=False) if kind(found) == "flag" else found.notnull()


def value(node: ast.expr, place: Place) -> ir.Value:
    """A piece of the language on the rows of `place`; ConfigError where it mixes kinds."""
    if isinstance(node, ast.Constant):
        return ibis.literal(node.value)
    if isinstance(node, ast.Name):
        return ibis.literal(WORDS[node.id]) if node.id in WORDS else place.column(node.id)
    if isinstance(node, ast.BinOp):
        return ARITHMETIC[type(node.op)](_number(node.left, place), _number(node.right, place))
    if isinstance(node, ast.UnaryOp):
        return (
            -_number(node.operand, place) if isinstance(node.op, ast.USub) else ~_of_kind(node.operand, place, "flag")
        )
    if isinstance(node, ast.BoolOp):
        return _joined(node, place)
    if isinstance(node, ast.Compare):
        return _comparison(node, place)
    return FUNCTIONS[node.func.id].make(node, place)


def _joined(node: ast.BoolOp, place: Place) -> ir.BooleanValue:
    first, *rest = (_of_kind(part, place, "flag") for part in node.values)
    join = operator.and_ if isinstance(node.op, ast.And) else operator.or_
    for part in rest:
        first = join(first, part)
    return first


def _comparison(node: ast.Compare, place: Place) -> ir.BooleanValue:
    if asks_missing(node):
        known = is_known(value(node.left, place))
        return ~known if isinstance(node.ops[0], ast.Is) else known
    if isinstance(node.ops[0], ast.In | ast.NotIn):
        sides = [_alike(node.left, item, node, place) for item in node.comparators[0].elts]
        found = sides[0][0].isin([item for _, item in sides])
        return ~found if isinstance(node.ops[0], ast.NotIn) else found
    found, left = None, node.left
    for op, right in zip(node.ops, node.comparators, strict=True):
        part = COMPARISONS[type(op)](*_alike(left, right, node, place))
        found, left = part if found is None else found & part, right
    return found


def _alike(left: ast.expr, right: ast.expr, node: ast.expr, place: Place) -> tuple[ir.Value, ir.Value]:
    """Both sides of a comparison, if they are of one kind. A text stands for a moment of the wall clock."""
    first, second = value(left, place), value(right, place)
    if MISSING in (kind(first), kind(second)):
        raise place.wrong(node, "compares with 'missing'; write 'is missing' or 'is not missing'")
    if kind(first) == "moment" and _is_text(right):
        return _wall_clock(left, place), _moment(right, place)
    if kind(second) == "moment" and _is_text(left):
        return _moment(left, place), _wall_clock(right, place)
    if kind(first) != kind(second):
        raise place.wrong(node, f"compares a {kind(first)} with a {kind(second)}")
    return first, second


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _wall_clock(node: ast.expr, place: Place) -> ir.TimestampValue:
    if not isinstance(node, ast.Name):
        raise place.wrong(node, "is no column, so it has no wall clock to compare with a day")
    return place.wall_clock(node.id)


def _moment(node: ast.Constant, place: Place) -> ir.TimestampValue:
    try:
        moment = dt.datetime.fromisoformat(node.value.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None or not 1900 <= moment.year <= 2200:
        raise place.wrong(node, f"is no moment: write {_A_MOMENT}")
    return ibis.literal(moment, type="timestamp(6)")


def _number(node: ast.expr, place: Place) -> ir.FloatingValue:
    return _of_kind(node, place, "number").cast("float64")


def _of_kind(node: ast.expr, place: Place, wanted: str) -> ir.Value:
    found = value(node, place)
    if kind(found) != wanted:
        raise place.wrong(node, f"is a {kind(found)}, where a {wanted} is needed")
    return found


# Functions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Function:
    """A function of the language: the names of its arguments, and what makes it a value."""

    arguments: tuple[str, ...]
    make: Callable[[ast.Call, Place], ir.Value]


def _between(seconds: float) -> Callable[[ast.Call, Place], ir.Value]:
    def make(node: ast.Call, place: Place) -> ir.Value:
        begun, ended = (_of_kind(argument, place, "moment") for argument in node.args)
        return ended.delta(begun, unit="microsecond") / (1e6 * seconds)

    return make


def _local(part: Callable[[ir.TimestampValue], ir.Value]) -> Callable[[ast.Call, Place], ir.Value]:
    """A part of the wall clock of an instant column."""

    def make(node: ast.Call, place: Place) -> ir.Value:
        column = node.args[0]
        if not isinstance(column, ast.Name) or column.id in WORDS:
            raise ConfigError(f"{place.where}: {node.func.id} takes the name of a column, not an expression.")
        return part(place.wall_clock(column.id))

    return make


def _when(node: ast.Call, place: Place) -> ir.Value:
    condition, *branches = node.args
    so, otherwise = (value(branch, place) for branch in branches)
    kinds = {kind(so), kind(otherwise)} - {MISSING}
    if len(kinds) != 1:
        said = "only missing" if not kinds else f"a {kind(so)} or a {kind(otherwise)}"
        raise place.wrong(node, f"gives {said}; both of its values have to be of one kind")
    if kinds == {"number"}:
        so, otherwise = so.cast("float64"), otherwise.cast("float64")
    return ibis.ifelse(_of_kind(condition, place, "flag"), so, otherwise)


def _contains(node: ast.Call, place: Place) -> ir.Value:
    text, part = (_of_kind(argument, place, "text") for argument in node.args)
    return text.lower().contains(part.lower())


FUNCTIONS = {
    "hours_between": Function(("from", "to"), _between(3600)),
    "minutes_between": Function(("from", "to"), _between(60)),
    "days_between": Function(("from", "to"), _between(86_400)),
    "weekday": Function(("column",), _local(lambda local: local.day_of_week.index())),  # 0 is Monday
    "hour": Function(("column",), _local(lambda local: local.hour())),
    "month": Function(("column",), _local(lambda local: local.month())),
    "when": Function(("condition", "then", "else"), _when),
    "contains": Function(("text", "part"), _contains),
    "abs": Function(("number",), lambda node, place: _number(node.args[0], place).abs()),
}
