"""kpitools: customer-service KPIs from helpdesk exports.

Notebooks say ``import kpitools as kt`` and use the names below. Each is imported on first use, so that
importing the package costs nothing.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

# name -> the module that holds it; an empty attribute means the module itself.
_NAMES = {
    "load": ("kpitools.load", "load"),
    "Desk": ("kpitools.desk", "Desk"),
    "get": ("kpitools.kpis", "get"),
    "compute": ("kpitools.compute", "compute"),
    "account": ("kpitools.compute", "account"),
    "judge": ("kpitools.analysis.trend", "judge"),
    "show": ("kpitools.plots", "show"),
    "show_table": ("kpitools.cards", "show_table"),
    "data_folder": ("kpitools.notebook", "data_folder"),
    "scorecard": ("kpitools.scorecard", "scorecard"),
    "plots": ("kpitools.plots", ""),
    "cards": ("kpitools.cards", ""),
    "views": ("kpitools.views", ""),
    "words": ("kpitools.words", ""),
    "analysis": ("kpitools.analysis", ""),
    "lessons": ("kpitools.lessons", ""),
}

__all__ = list(_NAMES)


class _Package(ModuleType):
    """The package itself: ``kt.load`` is the function, also once the submodule of that name is imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        # The import system binds each submodule to its package; where a function of that name is promised, it wins.
        attribute = _NAMES.get(name, ("", ""))[1]
        if attribute and isinstance(value, ModuleType):
            value = getattr(value, attribute)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"kpitools has no '{name}'; it has: {', '.join(sorted(_NAMES))}")
    module, attribute = _NAMES[name]
    loaded = import_module(module)
    globals()[name] = found = getattr(loaded, attribute) if attribute else loaded
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_NAMES])
