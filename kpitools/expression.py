"""A small language for a KPI of one's own: arithmetic, comparisons and words over the columns of a table.

    reopens > 0 and priority in ["high", "urgent"]
    (revenue - cost) / units
    hours_between(created_at, first_reply_at) <= 4
    customer_id is not missing

It is read with Python's own parser and translated piece by piece; nothing in it is ever run as Python.
"""

import ast
import unicodedata
import warnings
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from kpitools.errors import ConfigError, KpitoolsError, unknown
from kpitools.expression_values import ARITHMETIC, COMPARISONS, FUNCTIONS, WORDS, Place, asks_missing, is_known, value

LONGEST, DEEPEST = 2_000, 40
LARGEST = 1e15  # whole numbers up to it are exact
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
        """The value on these rows; ConfigError where they lack a column, or a piece is not of the kind it has to be."""
        try:
            return value(self.tree, Place(rows, self.where))
        except KpitoolsError:
            raise
        except Exception:
            # What an engine says may hold cells of the data.
            raise ConfigError(f"{self.where}: '{self.text}' cannot be computed.") from None


@dataclass(frozen=True, eq=False)
class Known:
    """A condition: that all of `parts` have a value, and a finite one."""

    parts: tuple[Expression, ...]

    def resolve(self, rows: ir.Table) -> ir.BooleanValue:
        """The condition on these rows."""
        first, *rest = (_has_value(part.resolve(rows)) for part in self.parts)
        for part in rest:
            first = first & part
        return first


def _has_value(found: ir.Value) -> ir.BooleanValue:
    is_fraction = isinstance(found, ir.FloatingValue)
    return is_known(found) & ~found.isinf() & ~found.isnan() if is_fraction else is_known(found)


def parse(text: Any, where: str) -> Expression:
    """The expression that `text` is; ConfigError, with the place in it, for what is not of the language."""
    text = str(text).strip()
    if len(text) > LONGEST:
        raise ConfigError(f"{where}: an expression of over {LONGEST:,} characters. Say it shorter.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python does not know
            tree = ast.parse(_as_python(text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = getattr(error, "offset", None)
        at = f" near '{text[max(place - 6, 0) : place + 5]}'" if place else ""
        raise ConfigError(f"{where}: '{text}' cannot be read{at}. Known are: {KNOWN}.") from None
    _check(tree, where, 0)
    return Expression(text, where, tree, *_columns(tree))


def _as_python(text: str) -> str:
    """A single = compares, as it does for people; inside quotes it stays."""
    made, quote, is_escaped = [], "", False
    for i, c in enumerate(text):
        if is_escaped or (quote and c == "\\"):
            is_escaped = not is_escaped
        elif quote or c in "'\"":
            quote = "" if c == quote else quote or c
        elif c == "=" and text[i - 1 : i] not in ("=", "<", ">", "!") and text[i + 1 : i + 2] != "=":
            c = "=="
        made.append(c)
    return " ".join("".join(made).split("\n"))


def _columns(tree: ast.expr) -> tuple[tuple[str, ...], tuple[str, ...]]:
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    asked = {node.left for node in ast.walk(tree) if asks_missing(node)}
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id not in WORDS and n not in called]
    unique = tuple(dict.fromkeys(name.id for name in names))
    return unique, tuple(dict.fromkeys(name.id for name in names if name not in asked))


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
        _check_constant(node.value, where)
        return []
    if isinstance(node, ast.Name):
        return []
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
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
    if asks_missing(node):
        return [node.left]
    if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
        listed = node.comparators[0]
        if isinstance(listed, ast.List | ast.Tuple) and listed.elts and all(map(_is_plain, listed.elts)):
            return [node.left, *listed.elts]
        raise ConfigError(f"{where}: 'in' needs a list of values: priority in ['high', 'urgent'].")
    if all(type(op) in COMPARISONS for op in node.ops):
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


def _is_plain(node: ast.expr) -> bool:
    """A number, also one below zero, a text or a truth value."""
    node = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id in ("true", "false"))


def _check_constant(said: bool | float | str, where: str) -> None:
    if isinstance(said, str) and any(unicodedata.category(c) in ("Cc", "Cs") for c in said):
        raise ConfigError(f"{where}: the text {said!r} holds a character that cannot be read, such as a line break.")
    if not isinstance(said, str) and not abs(said) <= LARGEST:
        raise ConfigError(f"{where}: {str(said)[:20]} is too large a number; up to {LARGEST:.0e} are exact.")
