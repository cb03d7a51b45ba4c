"""What the numbers say: intervals, process limits, targets, comparisons. pandas in, pandas out, no
drawing.

Its modules are imported on first use, so that ``kt.analysis.xmr.limits(...)`` works in a notebook without further
imports.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

__all__ = sorted(module.name for module in iter_modules(__path__))


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(f"kpitools.analysis has no '{name}'; it has: {', '.join(__all__)}")
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
