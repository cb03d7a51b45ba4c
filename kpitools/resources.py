"""Where the notebooks and the made-up sample desk are: inside an installed wheel, or in the checkout."""

from pathlib import Path

from kpitools.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent


def _place(bundled: str, checkout: str) -> Path:
    for place in (_PACKAGE / "_bundled" / bundled, _PACKAGE.parent / checkout):
        if place.is_dir():
            return place
    raise ConfigError(f"this installation of kpitools holds no {bundled}: install it again from a wheel or a checkout.")


def notebooks() -> Path:
    """The folder with kpi/, reports/ and lessons/."""
    return _place("notebooks", "notebooks")


def sample() -> Path:
    """The made-up desk: a folder that `load` takes."""
    return _place("sample", "data/sample")
