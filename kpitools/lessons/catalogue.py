"""All lessons in the order of the course: every module in `exercises` that holds a LESSON."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from kpitools.errors import unknown
from kpitools.lessons import exercises
from kpitools.lessons.record import Exercise, Lesson, Question


@cache
def lessons() -> dict[str, Lesson]:
    """Name -> lesson, in the order of the course."""
    names = [module.name for module in iter_modules(exercises.__path__) if not module.name.startswith("_")]
    found = [import_module(f"{exercises.__name__}.{name}").LESSON for name in names]
    return {lesson.name: lesson for lesson in sorted(found, key=lambda lesson: (lesson.order, lesson.name))}


def lesson(name: str) -> Lesson:
    """The lesson called `name`; UnknownNameError names those that exist."""
    if name not in lessons():
        raise unknown("lesson", name, lessons())
    return lessons()[name]


def task(id: str) -> tuple[Lesson, Exercise | Question]:
    """The exercise or question with this id, and its lesson."""
    known = {task.id: (lesson, task) for lesson in lessons().values() for task in lesson.tasks}
    if id not in known:
        raise unknown("exercise", id, known)
    return known[id]
