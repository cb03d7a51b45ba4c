"""The cases of `hand.py`: every KPI on a few rows whose answer a person can check."""

import pytest
from hand import HAND

from kpitools.compute import compute

CASES = [pytest.param(name, case, id=f"{name}: {case.why}") for name, cases in HAND.items() for case in cases]


@pytest.mark.parametrize(("name", "case"), CASES)
def test_by_hand(make_desk, name, case):
    if not case.can_be_loaded:
        pytest.skip(f"no such table yet: {', '.join(case.tables)}")
    desk = make_desk(**case.tables)
    if case.settings:
        desk = make_desk(settings=_settings(**case.settings), **case.tables)
    asked = {"every": None} | case.asked
    found = compute(name, desk, options=case.options, **asked)

    assert len(found) == 1
    assert found.value.iloc[0] == pytest.approx(case.value, rel=1e-9, abs=1e-12)
    assert found.n.iloc[0] == case.n


def _settings(**given):
    from dataclasses import replace

    from kpitools.settings import read_settings

    return replace(read_settings(None), **given)
