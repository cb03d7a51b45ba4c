"""What options of the command line say: ``--set key=value`` as `load` takes it, ``--option name=value``, a day."""

import datetime as dt
from pathlib import Path
from typing import Any

from kpitools.errors import ConfigError, told, unknown

KEYS = ("format", "timezone", "dayfirst", "decimal", "encoding", "delimiter", "max_loss")
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}


def load_options(given: list[str] | None) -> dict[str, Any]:
    """The arguments of `load` that a list of "key=value" texts states.

    >>> load_options(["timezone=Asia/Ho_Chi_Minh", "dayfirst=true", "max_loss=0.2"])
    {'timezone': 'Asia/Ho_Chi_Minh', 'dayfirst': True, 'max_loss': 0.2}
    """
    found: dict[str, Any] = {}
    for text in given or []:
        key, equals, value = text.partition("=")
        key = key.strip()
        if key not in KEYS:
            raise unknown("--set key", key, KEYS)
        if not equals or not value:
            raise ConfigError(told("set_pair", text=text))
        found[key] = _READERS.get(key, str)(value)
    return found


def _flag(value: str) -> bool:
    if value.lower() not in _FLAGS:
        raise ConfigError(told("set_flag", value=value))
    return _FLAGS[value.lower()]


def _share(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ConfigError(told("set_share", value=value))
    return share


def _decimal(value: str) -> str:
    if value not in (".", ","):
        raise ConfigError(told("set_decimal", value=value))
    return value


_READERS = {"dayfirst": _flag, "decimal": _decimal, "max_loss": _share}


def one_of(value: str, known: tuple[str, ...], option: str) -> None:
    """UnknownNameError for a value that `option` does not take."""
    if value not in known:
        raise unknown(f"{option} choice", value, known)


def kpi_options(said: list[str] | None) -> dict[str, Any]:
    """``["fcr_window_days=14"]`` as names and values, each read as YAML reads it."""
    import yaml

    pairs = [text.partition("=") for text in said or ()]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise ConfigError(told("option_pair", text=f"{name}{equals}{value}"))
    try:
        return {name: yaml.safe_load(value) for name, _, value in pairs}
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ConfigError(told("option_value", text=" ".join(said or ()))) from None


def check_day(option: str, value: str | None) -> None:
    """ConfigError for a text that is no day."""
    try:
        if value is not None:
            dt.date.fromisoformat(value)
    except ValueError:
        raise ConfigError(told("day_option", option=option, value=value)) from None


def existing(path: Path) -> Path:
    """`path` itself, or ConfigError."""
    if not path.exists():
        raise ConfigError(told("no_file", path=path))
    return path
