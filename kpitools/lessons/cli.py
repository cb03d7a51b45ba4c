"""``kpitools lessons``: list the lessons, build the course, make exercises from an own export."""

from pathlib import Path
from typing import Annotated

import typer

from kpitools.speech import VARIABLE, speak
from kpitools.words import check_language, say

app = typer.Typer(help="A course on KPIs: notebooks, pages, slides and cards.", no_args_is_help=True)

Language = Annotated[str, typer.Option("--language", "-l", envvar=VARIABLE, callback=speak, help="en or vi")]
Names = Annotated[list[str] | None, typer.Option("--lesson", help="a lesson to take; may be given again")]
Seed = Annotated[int, typer.Option(help="another number draws other rows for every exercise")]


@app.command("list")
def list_lessons(language: Language = "en") -> None:
    """List the lessons in the order of the course: name, title, part, minutes."""
    check_language(language)
    from kpitools.lessons.catalogue import lessons
    from kpitools.terminal import table as _table

    rows = [
        (lesson.name, lesson.title(language), say(f"lessons.part.{lesson.part}", language), str(lesson.minutes))
        for lesson in lessons().values()
    ]
    heads = [say(f"lessons.cli.{name}", language) for name in ("name", "lesson", "part", "minutes")]
    _table(heads, rows, say("lessons.cli.title", language))
    _tell_broken(language)


def _tell_broken(language: str) -> int:
    """Say which lessons cannot be used, and give their number."""
    from kpitools.lessons.catalogue import broken

    for name, why in broken().items():
        typer.echo(say("lessons.broken", language, name=name, why=why), err=True)
    return len(broken())


@app.command()
def build(
    folder: Annotated[Path, typer.Argument(help="the folder to write; an earlier course there is replaced whole")],
    role: Annotated[
        str, typer.Option(help="learner, or trainer: with the trainer's paragraphs and answers")
    ] = "learner",
    lesson: Names = None,
    seed: Seed = 1,
    language: Language = "en",
) -> None:
    """Write the course: notebooks, pages to read, slides, cards to print; index.html opens without a network.

    Exit code 0: all is there; 1: a notebook did not run to its end, or a lesson cannot be used; 2: bad input.
    """
    import time

    check_language(language)
    from kpitools.lessons.build import build as build_course

    started = time.monotonic()
    told = lambda name: typer.echo(say("lessons.build.ran", language, name=name))  # noqa: E731
    built = build_course(folder, role, language, tuple(lesson or ()), seed, told)
    seconds, path = round(time.monotonic() - started), folder / "index.html"
    counts = {"n": len(built.lessons), "cards": built.cards}
    typer.echo(say("lessons.build.done", language, seconds=seconds, path=path, **counts))
    for name, why in built.failed.items():
        typer.echo(say("lessons.build.failed", language, name=name, why=why), err=True)
    unusable = 0 if lesson else _tell_broken(language)
    raise typer.Exit(1 if built.failed or unusable else 0)


@app.command()
def new(
    desk: Annotated[Path, typer.Argument(help="your export, or the folder with its desk.yml")],
    out: Annotated[Path, typer.Option(help="the folder to make")] = Path("my-lessons"),
    lesson: Names = None,
    seed: Seed = 1,
    language: Language = "en",
) -> None:
    """Make the lessons' notebooks with exercises on rows of your own export, without personal data."""
    check_language(language)
    from kpitools.lessons.own import write_own
    from kpitools.load import load
    from kpitools.said import existing

    taken = write_own(load(existing(desk)), out, tuple(lesson or ()), language, seed)
    for one in taken:
        said = {"lesson": one.lesson.title(language), "id": one.exercise.id, "n": one.rows, "why": one.why}
        line = say("lessons.new.own" if one.rows else "lessons.new.made_up", language, **said)
        typer.echo(f"{line} ({one.why})" if one.rows and one.why else line)
    n = sum(one.rows > 0 for one in taken)
    typer.echo(say("lessons.new.done", language, n=n, rows=out / "rows", path=out / "trainer"))
