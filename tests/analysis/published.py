"""Published vectors, read from beside the repository where they are; without them these tests are skipped."""

import json
from functools import cache
from pathlib import Path

import pytest

PATH = Path(__file__).parents[3] / "shared" / "data" / "reference" / "spc_vectors.json"


@cache
def _all() -> dict:
    return json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}


def cases(name: str) -> list:
    """One pytest parameter per vector of `name`, or a single skipped one."""
    found = _all().get(name)
    if found is None:
        reason = "the published vectors (../shared/data/reference) are not beside this checkout"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="vectors absent")]
    return [pytest.param(case, id=str(case.get("id", number))) for number, case in enumerate(found)]


def part(name: str):
    """One part of the vectors; skips the test that asks where they are absent."""
    if not _all():
        pytest.skip("the published vectors (../shared/data/reference) are not beside this checkout")
    return _all()[name]


def close(expected):
    """`expected` to nine digits, missing values as NaN."""
    if isinstance(expected, list):
        return pytest.approx([_number(item) for item in expected], rel=1e-9, abs=1e-9, nan_ok=True)
    return pytest.approx(_number(expected), rel=1e-9, abs=1e-9, nan_ok=True)


def _number(value):
    return float("nan") if value is None else float(value)
