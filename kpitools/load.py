"""Files and settings -> a Desk: which files to load, what is said of them, and the tables they make."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpitools.build import Job, Options
from kpitools.errors import ConfigError, LoadError, telling, told
from kpitools.exports.mapping import ENTRY_KEYS, check_keys, check_plain
from kpitools.exports.read import READABLE
from kpitools.hours import check_zone
from kpitools.kept_tables import load_into
from kpitools.speech import desk_language

if TYPE_CHECKING:
    from kpitools.desk import Desk

# Files of a desk's folder that are not exports.
NOT_EXPORTS = {"desk.yml", "targets.csv", "interventions.csv", "plan.yml"}


def load(
    path: str | Path,
    *,
    format: str | None = None,
    timezone: str | None = None,
    dayfirst: bool | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    max_loss: float | None = None,
    cache: bool = True,
    language: str | None = None,
) -> "Desk":
    """The desk that exports make.

    Parameters
    ----------
    path : one export, a folder of them, or a folder with desk.yml (or the desk.yml itself).
    format : the name of a built-in format, where detection by headers is not wanted.
    timezone : IANA name of the clock on the wall: of files that do not say otherwise, and of the desk.
    dayfirst : True where 5/3 is 5 March, False where it is May 3; needed only where the values do not tell.
    decimal : the mark before decimals, "." or ","; needed only where the values do not tell whether 1,500 is 1500.
    max_loss : share of a file's rows that may be quarantined before the load refuses (0.05).
    cache : keep the cleaned tables under ``.kpitools/cache`` beside the exports, and use them when nothing changed.

    Raises
    ------
    LoadError
        If a file cannot be read, or not without guessing, or loses more than `max_loss`.
    ConfigError
        If desk.yml asks for what is not there.
    """
    path = Path(path)
    loading = {"format": format, "timezone": timezone, "dayfirst": dayfirst, "decimal": decimal, "encoding": encoding}
    with telling(language or desk_language(path)):
        return _load(path, loading | {"delimiter": delimiter}, max_loss, language, cache=cache)


def _load(path: Path, said: dict[str, Any], max_loss: float | None, language: str | None, *, cache: bool) -> "Desk":
    import ibis

    from kpitools.desk import Desk
    from kpitools.goals_check import check_goals

    folder, settings = _settings(path)
    check_plain({"decimal": said["decimal"]}, "load")
    if said["timezone"] is not None:
        settings = replace(settings, timezone=check_zone(said["timezone"]))
    if language is not None:
        settings = replace(settings, language=language)
    options = Options(
        **said,
        max_loss=settings.max_loss if max_loss is None else max_loss,
        desk_timezone=settings.timezone,
        desk_dayfirst=settings.dayfirst,
        desk_decimal=settings.decimal,
    )
    jobs = find_jobs(path, folder, settings.files)
    con = ibis.duckdb.connect()
    check_goals(settings)
    report, names = load_into(con, jobs, options, folder, cache=cache)
    for rule, column, found in _idle_goals(settings, con, names):
        report = report.with_warning("targets.csv", rule, column, len(found), ", ".join(found))
    desk = Desk(con, {name: con.table(name) for name in names}, settings, report)
    if settings.kpis:
        from kpitools.own_check import check_columns

        check_columns(desk, settings.kpis)
    return desk


def _idle_goals(settings, con, names: Iterable[str]) -> list[tuple[str, str, list[str]]]:
    """Targets that can judge nothing: the rule, the column of targets.csv, and what it holds."""
    from kpitools.goals_check import goals_of_no_clock, goals_of_no_period, goals_of_no_team

    found = [
        ("goal_of_no_period", "every", goals_of_no_period(settings)),
        ("goal_of_no_clock", "hours", goals_of_no_clock(settings)),
    ]
    if "team" in settings.targets and settings.targets.team.notna().any():
        tables = [table for name in names if "team" in (table := con.table(name)).columns]
        teams = {team for table in tables for team in table.team.cast("string").as_table().distinct().to_pandas().team}
        found.append(("goal_of_no_team", "team", goals_of_no_team(settings, teams)))
    return [idle for idle in found if idle[2]]


def _settings(path: Path):
    """The folder of the exports, and the desk's settings (the defaults where there is no desk.yml)."""
    from kpitools.settings import read_settings

    if not path.exists():
        raise LoadError(told("no_path", path=path))
    if path.is_file() and path.name != "desk.yml":
        return path.parent, read_settings(None)
    folder = path if path.is_dir() else path.parent
    return folder, read_settings(folder if (folder / "desk.yml").exists() else None)


def find_jobs(path: Path, folder: Path, entries: list[dict]) -> list[Job]:
    """The files to load: one, those that desk.yml lists, or all exports of a folder."""
    if path.is_file() and path.name != "desk.yml":
        return [Job(path, path.name, {}, True)]
    if not entries:
        found = [p for p in sorted(folder.iterdir()) if _is_export(p)]
        if not found:
            raise LoadError(told("no_export", folder=folder, known=", ".join(sorted(READABLE))))
        return [Job(p, p.name, {}, len(found) == 1) for p in found]
    jobs = []
    for number, entry in enumerate(entries, start=1):
        where = f"desk.yml: files, entry {number}"
        check_plain(check_keys(entry, ENTRY_KEYS, where), where)
        if not entry.get("file"):
            raise ConfigError(told("no_file_said", where=where))
        matched = _matched(folder, str(entry["file"]), where)
        if not matched:
            raise LoadError(told("no_such_file", where=where, file=entry["file"], folder=folder))
        jobs += [Job(p, p.relative_to(folder).as_posix(), entry, True) for p in matched]
    return jobs


def _matched(folder: Path, pattern: str, where: str) -> list[Path]:
    """The files of the desk's own folder that a name or pattern fits."""
    if Path(pattern).is_absolute():
        raise ConfigError(told("absolute", where=where, file=pattern, folder=folder))
    if ".." in Path(pattern).parts:
        raise ConfigError(told("outside", where=where, file=pattern))
    try:
        return sorted(p for p in folder.glob(pattern) if p.is_file())
    except (OSError, ValueError) as error:
        raise ConfigError(told("no_pattern", where=where, file=pattern, why=error)) from None


def _is_export(path: Path) -> bool:
    return (
        path.is_file()
        and path.suffix.lower() in READABLE
        and not path.name.startswith((".", "~$"))
        and path.name.lower() not in NOT_EXPORTS
    )
