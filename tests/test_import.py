"""Importing the package is cheap, and its names mean what they say in whatever order modules are loaded."""

import subprocess
import sys

import pytest

import kpitools as kt


def _run(code):
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return found.stdout.strip()


def test_import_loads_no_heavy_library():
    heavy = "{'pandas', 'numpy', 'matplotlib', 'ibis', 'IPython'}"
    assert _run(f"import sys, kpitools; print(sorted({heavy} & set(sys.modules)))") == "[]"


@pytest.mark.parametrize("name", ["load", "compute", "scorecard"])
def test_a_function_wins_over_the_submodule_of_its_name(name):
    code = f"import kpitools as kt, kpitools.{name}; import kpitools.cards; print(callable(kt.{name}))"
    assert _run(code) == "True"


def test_every_promised_name_is_there():
    assert all(getattr(kt, name) is not None for name in kt.__all__)
    assert set(kt.__all__) <= set(dir(kt))


def test_an_unknown_name_says_what_exists():
    with pytest.raises(AttributeError, match="kpitools has no 'lod'; it has: .*load"):
        _ = kt.lod
