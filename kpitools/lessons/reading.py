"""A lesson from its two halves: the module with rows and answers, the YAML file beside it with all its words.

The file names the tasks in the order of the notebook::

    title: {en: ..., vi: ...}
    shared:                      # words that several mistakes use, by YAML anchors
      forgot: &forgot {en: ..., vi: ...}
    tasks:
      frt-1:                     # an exercise: the module holds a Work of the same id
        ask: {en: ..., vi: ...}
        mistakes:
          mean: {en: ..., vi: ...}
          forgot_waiting: *forgot
        hints: [{en: ..., vi: ...}]
        praise: {en: ..., vi: ...}
      frt-3:                     # a question with choices
        ask: {en: ..., vi: ...}
        choices:
          - right: true          # or the name of a function of the rows, which the module gives in `rights`;
                                 # then with `when_right`, the word for those who chose it and are right
            text: {en: ..., vi: ...}
            says: {en: ..., vi: ...}
          - text: {en: ..., vi: ...}
            says: {en: ..., vi: ...}
"""

from collections.abc import Callable
from dataclasses import fields
from importlib.resources import files
from typing import Any

import yaml

from kpitools.errors import ConfigError
from kpitools.kpi import Words
from kpitools.lessons.record import Choice, Exercise, Lesson, Question, Rows, Work

_EXERCISE = {"ask", "mistakes", "hints", "praise"}
_QUESTION = {"ask", "choices", "hints"}


def read_lesson(
    module: str,
    *,
    work: dict[str, Work],
    draws: dict[str, Callable] | None = None,
    rights: dict[str, Callable[[Rows], bool]] | None = None,
    **about: Any,
) -> Lesson:
    """The lesson of `module` (its ``__name__``).

    Parameters
    ----------
    work : id -> the computing half of each exercise
    draws : id -> rows of a question, for questions about rows
    rights : name -> function of the rows that says whether a choice is right
    about : the remaining attributes of `Lesson`: order, part, minutes, board, now, kpi

    Raises
    ------
    ConfigError
        Where the two halves do not fit: an exercise without words, a mistake without feedback, a text without a
        language, a question without exactly one right choice.
    """
    package, name = module.rpartition(".")[::2]
    said = read_words((files(package) / f"{name}.yml").read_text(encoding="utf-8"), f"{name}.yml")
    build = _Builder(f"{name}.yml", work, draws or {}, rights or {})
    tasks = tuple(build.task(id, words) for id, words in said["tasks"].items())
    build.check_all_used([task.id for task in tasks])
    return Lesson(name=name, title=build.words(said["title"], "title"), tasks=tasks, **about)


def read_words(text: str, file: str) -> dict[str, Any]:
    """The words of a lesson's file; ConfigError names `file` and the line that cannot be read."""
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        at = f", line {mark.line + 1}: {text.splitlines()[mark.line].strip()[:60]!r}" if mark else ""
        what = getattr(problem, "problem", None) or "no YAML"
        advice = "Put a text that holds a colon, or begins with a quotation mark or `, in double quotes."
        raise ConfigError(f"{file}{at}: {what}. {advice}") from problem
    if not isinstance(said, dict) or not isinstance(said.get("tasks"), dict) or "title" not in said:
        raise ConfigError(f"{file}: wants 'title' and, under 'tasks', the exercises by their ids.")
    return said


class _Builder:
    def __init__(self, file: str, work: dict[str, Work], draws: dict[str, Callable], rights: dict[str, Callable]):
        self.file, self.work, self.draws, self.rights = file, work, draws, rights

    def fail(self, where: str, what: str) -> ConfigError:
        return ConfigError(f"{self.file}, {where}: {what}")

    def words(self, said: Any, where: str) -> Words:
        if not isinstance(said, dict) or set(said) != {"en", "vi"} or not all(said.values()):
            raise self.fail(where, f"wants a text in both languages (en and vi), got {said!r}")
        return Words(str(said["en"]), str(said["vi"]))

    def all_words(self, said: list | None, where: str) -> tuple[Words, ...]:
        return tuple(self.words(one, f"{where} {i}") for i, one in enumerate(said or (), 1))

    def task(self, id: str, said: dict) -> Exercise | Question:
        if not isinstance(said, dict):
            raise self.fail(id, f"wants its parts, such as ask and hints, got {said!r}")
        known = _QUESTION if "choices" in said else _EXERCISE
        if set(said) - known:
            raise self.fail(id, f"knows {', '.join(sorted(known))}, not {', '.join(sorted(set(said) - known))}")
        return self.question(id, said) if "choices" in said else self.exercise(id, said)

    def exercise(self, id: str, said: dict) -> Exercise:
        if id not in self.work:
            raise self.fail(id, "has neither choices nor a Work of this id in the module")
        work = self.work[id]
        says = {name: self.words(text, f"{id}, mistake {name}") for name, text in said.get("mistakes", {}).items()}
        if set(says) != set(work.mistakes):
            raise self.fail(id, f"words for the mistakes {sorted(says)}, functions for {sorted(work.mistakes)}")
        return Exercise(
            **{part.name: getattr(work, part.name) for part in fields(Work)},
            id=id,
            ask=self.words(said.get("ask"), f"{id}, ask"),
            hints=self.all_words(said.get("hints"), f"{id}, hint"),
            praise=self.words(said.get("praise"), f"{id}, praise"),
            says=says,
        )

    def question(self, id: str, said: dict) -> Question:
        choices = tuple(self.choice(f"{id}, choice {i}", one) for i, one in enumerate(said["choices"], 1))
        if sum(choice.right is True for choice in choices) != 1 and id not in self.draws:
            raise self.fail(id, "wants exactly one choice with 'right: true'")
        ask, hints = self.words(said.get("ask"), f"{id}, ask"), self.all_words(said.get("hints"), f"{id}, hint")
        return Question(id, ask, choices, hints, self.draws.get(id))

    def choice(self, where: str, said: dict) -> Choice:
        right, when_right = said.get("right", False), None
        if isinstance(right, str):
            if right not in self.rights:
                raise self.fail(where, f"'right: {right}' is no function in `rights`")
            right = self.rights[right]
            when_right = self.words(said.get("when_right"), f"{where}, when_right")
        text, says = self.words(said.get("text"), where), self.words(said.get("says"), where)
        return Choice(text, says, right, when_right)

    def check_all_used(self, ids: list[str]) -> None:
        unused = sorted((set(self.work) | set(self.draws)) - set(ids))
        if unused:
            raise self.fail("tasks", f"no words for {', '.join(unused)}")
