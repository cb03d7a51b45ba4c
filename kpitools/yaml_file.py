"""YAML files that people write (desk.yml, plan.yml), read with the line of every value and within bounds.

A few lines of YAML can ask for more memory than there is: anchors that repeat one another, or that hold themselves.
What a file says when its anchors are written out is weighed before anything reads it.
"""

import reprlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kpitools.errors import ConfigError, told

MAX_DEPTH = 20
MAX_WEIGHT = 1_000_000  # characters and values, with anchors written out
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 80
_SHORT.maxlevel = 3


@dataclass(frozen=True)
class Source:
    """A file's name and the line of each of its values, by path of keys."""

    file: str
    lines: dict[tuple[str, ...], int]
    joint: str = " line "

    def at(self, *path: Any) -> str:
        """The file, and the line of the value or of the nearest thing around it."""
        keys = tuple(str(key) for key in path)
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return f"{self.file}{self.joint}{self.lines[keys]}" if keys else self.file

    def without(self, keys: Iterable[str]) -> "Source":
        """The same, for values that did not come from the file: their lines are not named."""
        return Source(self.file, {path: line for path, line in self.lines.items() if path[0] not in keys}, self.joint)


def shown(value: Any) -> str:
    """A value as an error names it: as Python writes it, and no longer than a line.

    >>> len(shown("a" * 5000))
    80
    """
    return _SHORT.repr(value)


def read_yaml(path: Path, file: str = "", joint: str = " line ") -> tuple[Any, Source]:
    """What the file at `path` says, and where; None where it says nothing.

    Parameters
    ----------
    file, joint : how errors name the file, by default without its folder, and what stands between it and the line

    Raises
    ------
    ConfigError
        Where the file is not text, not YAML, too deep or too long, or gives a key twice.
    """
    file = file or path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
        if len(text) > MAX_WEIGHT:
            raise _too_much(file)
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        if tree is None:
            return None, Source(file, {}, joint)
        _weigh(tree, (), {}, file)
        lines: dict[tuple[str, ...], int] = {}
        _collect(tree, (), lines, file, joint)
        _check_scalars(tree, {}, file, joint)
        return _constructed(tree), Source(file, lines, joint)
    except UnicodeDecodeError as error:
        raise ConfigError(told("not_utf8", file=file)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}{joint}{mark.line + 1}" if mark else file
        what = getattr(error, "problem", None) or told("unreadable")
        raise ConfigError(told("not_yaml", where=where, what=what)) from error
    except RecursionError:
        raise ConfigError(told("too_deep", file=file)) from None


def _constructed(tree: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(tree)
    finally:
        loader.dispose()


def _check_scalars(node: yaml.Node, seen: dict[int, bool], file: str, joint: str) -> None:
    """ConfigError with the line of a value that YAML takes for what it is not, such as the day 2025-02-30."""
    if id(node) in seen:
        return
    seen[id(node)] = True
    for part in _children(node):
        _check_scalars(part, seen, file, joint)
    try:
        if isinstance(node, yaml.ScalarNode) and node.tag != "tag:yaml.org,2002:merge":
            repr(_constructed(node))  # a number in hexadecimal may have more digits than Python writes
    except (ValueError, TypeError, OverflowError, AttributeError) as error:
        where, said = f"{file}{joint}{node.start_mark.line + 1}", shown(node.value)
        raise ConfigError(told("no_value", where=where, said=said, why=str(error)[:200])) from error


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _weigh(node: yaml.Node, above: tuple[int, ...], known: dict[int, int], file: str) -> int:
    """Characters and values of a node with its anchors written out; each node is weighed once."""
    if id(node) in above or len(above) > MAX_DEPTH:
        raise _too_much(file)
    if id(node) not in known:
        own = len(node.value) if isinstance(node, yaml.ScalarNode) else 0
        known[id(node)] = 1 + own + sum(_weigh(part, (*above, id(node)), known, file) for part in _children(node))
    if known[id(node)] > MAX_WEIGHT:
        raise _too_much(file)
    return known[id(node)]


def _too_much(file: str) -> ConfigError:
    return ConfigError(told("too_much", file=file))


def _collect(node: yaml.Node, path: tuple[str, ...], lines: dict[tuple[str, ...], int], file: str, joint: str) -> None:
    """Note the line of every key and item under `node`; a key given twice is an error."""
    if isinstance(node, yaml.MappingNode):
        children = [(key.value, key.start_mark.line + 1, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = [(str(i), value.start_mark.line + 1, value) for i, value in enumerate(node.value)]
    else:
        return
    for key, line, value in children:
        if not isinstance(key, str):
            raise ConfigError(told("no_key", where=f"{file}{joint}{line}"))
        here = (*path, key)
        if here in lines:
            raise ConfigError(told("twice", where=f"{file}{joint}{line}", key=key, first=lines[here]))
        lines[here] = line
        _collect(value, here, lines, file, joint)
