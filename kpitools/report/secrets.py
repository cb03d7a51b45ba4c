"""Passwords and tokens stay out of whatever is written: pages, records and logs.

A notebook takes a secret from the environment, never from a plan. Should one show all the same, in a traceback say, its
value is replaced by ``***NAME***``.
"""

import os
import re
from collections.abc import Mapping
from typing import Any

_NAME = re.compile(r"(^|_)(pass(word|wd|phrase)?|pwd|secret|token|api_?key|credentials?|private_?key)(_|s?$)", re.I)
SHORTEST = 6  # a shorter value would blot out ordinary words


def is_secret_name(name: str) -> bool:
    """Whether a parameter or variable of this name holds a secret.

    >>> is_secret_name("CRM_API_KEY"), is_secret_name("keyboard"), is_secret_name("token_count_limit")
    (True, False, True)

    PWD is where the program runs, not a password.
    """
    return name != "PWD" and _NAME.search(name) is not None


def secrets_of(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Value -> name of every variable that looks like a secret; long values first, so that none is cut by another."""
    environment = os.environ if environment is None else environment
    found = {value: name for name, value in environment.items() if is_secret_name(name) and len(value) >= SHORTEST}
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def masked(thing: Any, secrets: Mapping[str, str]) -> Any:
    """`thing` (text, or lists and mappings of it, changed in place) without the values of `secrets`."""
    if not secrets:
        return thing
    if isinstance(thing, str):
        for value, name in secrets.items():
            thing = thing.replace(value, f"***{name}***")
        return thing
    if isinstance(thing, list):
        thing[:] = [masked(part, secrets) for part in thing]
    elif isinstance(thing, dict):
        for key, part in thing.items():
            thing[key] = masked(part, secrets)
    return thing
