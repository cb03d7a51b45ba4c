"""``--set key=value`` of the command line: the same options that `load` takes in Python."""

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
