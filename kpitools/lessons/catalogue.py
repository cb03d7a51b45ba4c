"""All lessons in the order of the course: every module in `exercises` that holds a LESSON.

A lesson whose words or module cannot be read stands in `broken`, and the others go on without it.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from kpitools.errors import ConfigError, unknown
from kpitools.lessons import exercises
from kpitools.lessons.record import Exercise, Lesson, Question


@cache
def _all() -> tuple[dict[str, Lesson], dict[str, ConfigError]]:
    found, failed = {}, {}
    for module in iter_modules(exercises.__path__):
        if not module.name.startswith("_"):
            try:
                found[module.name] = import_module(f"{exercises.__name__}.{module.name}").LESSON
            except ConfigError as problem:
                failed[module.name] = problem
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0]))), failed


def lessons() -> dict[str, Lesson]:
    """Name -> lesson, in the order of the course; without those in `broken`."""
    return _all()[0]


def broken() -> dict[str, ConfigError]:
    """Name -> what is wrong with the two halves of a lesson that cannot be used."""
    return _all()[1]


def lesson(name: str) -> Lesson:
    """The lesson called `name`; UnknownNameError names those that exist, ConfigError says why one cannot be used."""
    if name in broken():
        raise ConfigError(f"the lesson {name!r} cannot be used. {broken()[name]}")
    if name not in lessons():
        raise unknown("lesson", name, lessons())
    return lessons()[name]


def task(id: str) -> tuple[Lesson, Exercise | Question]:
    """The exercise or question with this id, and its lesson."""
    known = {task.id: (lesson, task) for lesson in lessons().values() for task in lesson.tasks}
    if id not in known:
        raise unknown("exercise", id, known)
    return known[id]
