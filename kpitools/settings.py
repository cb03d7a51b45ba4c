"""desk.yml, targets.csv and interventions.csv: what a desk says about itself, checked, errors with their line."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import yaml

from kpitools.clock import Schedule, check_country
from kpitools.errors import ConfigError, told, unknown
from kpitools.goals import read_interventions, read_targets
from kpitools.hours import Intervals, check_zone, parse_intervals, parse_weekly, zone
from kpitools.kpi import Kpi, Words
from kpitools.words import LANGUAGES
from kpitools.yaml_file import Source, read_yaml, shown

FILE = "desk.yml"
DEFAULT_MAX_LOSS = 0.05
MOST = 1_000_000_000  # an option's or a level's number


class Option(NamedTuple):
    """A choice that a KPI's definition leaves to the desk. A given value has the type of `default`."""

    default: Any
    meaning: Words
    choices: tuple[str, ...] = ()


OPTIONS: dict[str, Option] = {
    "fcr_window_days": Option(
        7,
        Words(
            "days after a resolution in which a reopening or a further request undoes first contact resolution",
            "số ngày sau khi giải quyết mà việc mở lại hoặc yêu cầu mới làm mất tính giải quyết ngay lần đầu",
        ),
    ),
    "fcr_needs_single_reply": Option(
        True,
        Words(
            "first contact resolution asks for at most one public reply by a person",
            "giải quyết ngay lần đầu đòi hỏi nhân viên trả lời công khai nhiều nhất một lần",
        ),
    ),
    "fcr_needs_no_reopen": Option(
        True,
        Words(
            "first contact resolution asks that the ticket was not reopened",
            "giải quyết ngay lần đầu đòi hỏi phiếu không bị mở lại",
        ),
    ),
    "fcr_needs_no_repeat": Option(
        True,
        Words(
            "first contact resolution asks for no further ticket of the customer on the topic within the window",
            "giải quyết ngay lần đầu đòi hỏi khách không gửi thêm phiếu cùng chủ đề trong khoảng thời gian đó",
        ),
    ),
    "reopen_window_days": Option(
        7,
        Words(
            "days to wait before the reopen rate of a period counts as complete",
            "số ngày phải chờ trước khi tỷ lệ mở lại của một kỳ được coi là đầy đủ",
        ),
    ),
    "service_level_seconds": Option(
        20,
        Words(
            "seconds within which a call should be answered",
            "số giây mà một cuộc gọi cần được trả lời",
        ),
    ),
    "service_level_denominator": Option(
        "offered",
        Words(
            "what service level is a share of: every contact offered, offered without the short abandons, or answered "
            "ones only",
            "mẫu số của mức độ phục vụ: offered – mọi cuộc gọi đến; offered_minus_short_abandons – trừ các cuộc gác "
            "máy rất sớm; answered – chỉ cuộc được trả lời",
        ),
        ("offered", "offered_minus_short_abandons", "answered"),
    ),
    "short_abandon_seconds": Option(
        5,
        Words(
            "a caller who gives up within these seconds is a short abandon: a wrong number, nobody's failure",
            "khách gác máy trong số giây này được coi là gác máy sớm: gọi nhầm số, không phải lỗi của ai",
        ),
    ),
    "requester_wait_counts_on_hold": Option(
        True,
        Words(
            "requester wait time includes the time a ticket is on hold (waiting for a third party)",
            "thời gian khách phải chờ gồm cả lúc phiếu tạm giữ (chờ bên thứ ba)",
        ),
    ),
    "transfer_of": Option(
        "team",
        Words(
            "a transfer is a change of team, or of agent",
            "chuyển tiếp nghĩa là đổi nhóm (team) hay đổi nhân viên (agent)",
        ),
        ("team", "agent"),
    ),
    "csat_method": Option(
        "top_two",
        Words(
            "which of five answers count as satisfied: top_two (4 and 5), top_one (5), or two_way (4 and 5 against 1 "
            "and 2, the neutral 3 left out)",
            "câu trả lời nào trên thang năm mức là hài lòng: top_two (4 và 5), top_one (chỉ 5), two_way (4–5 so với "
            "1–2, bỏ mức trung lập 3)",
        ),
        ("top_two", "top_one", "two_way"),
    ),
    "ces_version": Option(
        "2.0",
        Words(
            "customer effort score 2.0 (1-7, “made it easy”, higher is better) or 1.0 (1-5, effort, lower is better)",
            "CES phiên bản 2.0 (thang 1–7, “giúp tôi dễ dàng”, cao là tốt) hay 1.0 (thang 1–5, mức công sức, thấp là "
            "tốt)",
        ),
        ("2.0", "1.0"),
    ),
    "retention_by": Option(
        "auto",
        Words(
            "who is a customer: one with a relationship, one who was active, or auto: relationships where the data "
            "has them, else activity",
            "ai là khách hàng: relationship – người đang có quan hệ; activity – người có mua; auto – theo quan hệ nếu "
            "dữ liệu có, không thì theo mua hàng",
        ),
        ("auto", "relationship", "activity"),
    ),
    "churn_annualised": Option(
        False,
        Words(
            "churn is shown as a year's rate: 1 − (1 − rate of the period) to the power of the periods in a year",
            "tỷ lệ rời bỏ quy ra cả năm: 1 − (1 − tỷ lệ của kỳ) lũy thừa số kỳ trong một năm",
        ),
    ),
    "ticket_schedules": Option(
        "all",
        Words(
            "business time of a ticket that had several schedules: all adds up each in its span, last takes the last",
            "giờ làm việc của phiếu có nhiều lịch: all cộng từng lịch trong khoảng của nó, last chỉ dùng lịch cuối",
        ),
        ("all", "last"),
    ),
    "test_tags": Option(
        ("test",),
        Words(
            "tags that mark a test ticket, which never counts",
            "nhãn đánh dấu phiếu thử nghiệm, không bao giờ được tính",
        ),
    ),
    "lead_maturity_days": Option(
        180,
        Words(
            "days after a cohort of leads is full before its conversion counts as final; until then more may be won",
            "số ngày phải chờ sau khi một lứa khách tiềm năng đã đủ thì tỷ lệ chuyển đổi mới coi là chung cuộc; "
            "trước đó vẫn có thể chốt thêm",
        ),
    ),
    "lead_wins_within_maturity": Option(
        False,
        Words(
            "only wins within lead_maturity_days of qualification count, so that old and young cohorts are alike",
            "chỉ tính các lần chốt trong vòng lead_maturity_days kể từ khi đạt chuẩn, để lứa cũ và lứa mới so được với "
            "nhau",
        ),
    ),
    "cac_lag_months": Option(
        0,
        Words(
            "months by which spending precedes the customers it wins; 0 sets both in the same period",
            "số tháng mà chi phí đi trước khách hàng nó mang về; 0 nghĩa là tính trong cùng kỳ",
        ),
    ),
    "cac_customers": Option(
        "auto",
        Words(
            "whose winning the cost is divided by: won leads, new customers, or auto: won leads where the data has "
            "them, else new customers",
            "chia chi phí cho ai: leads – khách tiềm năng đã chốt; customers – khách hàng mới; auto – theo khách tiềm "
            "năng đã chốt nếu dữ liệu có, không thì theo khách hàng mới",
        ),
        ("auto", "leads", "customers"),
    ),
    "sales_growth_base": Option(
        "period",
        Words(
            "what revenue is compared with: the period before, or the same period a year before (weeks and days: 52 "
            "weeks before)",
            "doanh thu được so với: period – kỳ liền trước; year – cùng kỳ năm trước (tuần và ngày: 52 tuần trước)",
        ),
        ("period", "year"),
    ),
    "returns_window_days": Option(
        30,
        Words(
            "days after a sale in which a defect or a return can still come to light",
            "số ngày sau khi bán mà lỗi hoặc hàng trả lại vẫn có thể phát sinh",
        ),
    ),
    "defect_opportunities_per_unit": Option(
        1,
        Words(
            "ways in which one unit can be defective, for defects per million opportunities",
            "số khả năng có thể phát sinh lỗi trên mỗi sản phẩm, dùng cho số lỗi trên một triệu cơ hội (DPMO)",
        ),
    ),
    "engagement_denominator": Option(
        "reach",
        Words(
            "what interactions are divided by: reach (people who saw it), impressions (times it was seen) or followers",
            "lượt tương tác chia cho: reach – số người tiếp cận; impressions – số lượt hiển thị; followers – số người "
            "theo dõi",
        ),
        ("reach", "impressions", "followers"),
    ),
}

KEYS = (
    "name",
    "language",
    "timezone",
    "as_of",
    "max_loss",
    "dayfirst",
    "decimal",
    "files",
    "schedules",
    "default_schedule",
    "team_schedules",
    "team_levels",
    "options",
    "targets",
    "interventions",
    "pseudonyms",
    "currency",
    "kpis",
)
SCHEDULE_KEYS = ("timezone", "holidays", "closed", "open", "hours", "changes")


@dataclass(frozen=True)
class Settings:
    """What a desk says about itself.

    Attributes
    ----------
    timezone : IANA zone of its wall clock; None where nobody stated one.
    as_of : "now" as a naive UTC datetime; None: the last event in the data.
    max_loss : share of rows that may be quarantined before a load refuses.
    dayfirst : whether 01/02 is 1 February in every file; None: decided per file.
    decimal : the mark before decimals in every file, "." or ","; None: decided per file.
    files : what desk.yml says of each export, as mappings for the loader; empty: every export in the folder.
    team_levels : support level of each team, a whole number; a move to a higher one is an escalation.
    default_schedule : for rows of no team with its own; None: business hours only where a ticket or team has one.
    currency : code of the money in the exports, such as VND; None: nobody said, and amounts are bare numbers.
    kpis : records of the desk's own KPIs by name (`own`).
    options : every name of OPTIONS with the desk's value or the default.
    root : the folder that relative names start from.
    """

    name: str = "Desk"
    language: str = "en"
    timezone: str | None = None
    as_of: dt.datetime | None = None
    max_loss: float = DEFAULT_MAX_LOSS
    dayfirst: bool | None = None
    decimal: str | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    team_schedules: dict[str, str] = field(default_factory=dict)
    team_levels: dict[str, int] = field(default_factory=dict)
    default_schedule: str | None = None
    options: dict[str, Any] = field(default_factory=lambda: {name: o.default for name, o in OPTIONS.items()})
    targets: pd.DataFrame = field(default_factory=lambda: read_targets(None))
    interventions: pd.DataFrame = field(default_factory=lambda: read_interventions(None))
    pseudonyms: bool = True
    currency: str | None = None
    kpis: dict[str, Kpi] = field(default_factory=dict)
    root: Path = Path()


def read_settings(path: Path | str | None = None, **overrides: Any) -> Settings:
    """The settings of a desk.

    Parameters
    ----------
    path : a folder (its desk.yml is read where there is one, with targets.csv and interventions.csv beside it), a
        desk.yml by whatever name, an export (then all is default), or None.
    overrides : keys of desk.yml with values that replace what the file says; None replaces nothing. `schedules`
        may be a dict of `Schedule`, `targets` and `interventions` may be DataFrames.

    Raises
    ------
    ConfigError
        For anything the file says that cannot be followed; the message names the file, the line and what is known.
    """
    place, root = _locate(path)
    said, source = _read(place) if place else ({}, Source("settings", {}))
    given = {key: value for key, value in overrides.items() if value is not None}
    _known(given, KEYS, "setting", Source("settings", {}))
    _known(said, KEYS, "key", source)
    has_folder = path is not None and (place is not None or Path(path).is_dir())
    return _settings(said | given, source.without(given), root, has_folder)


def _locate(path: Path | str | None) -> tuple[Path | None, Path]:
    """The desk.yml, if there is one, and the folder that its names start from."""
    if path is None:
        return None, Path()
    path = Path(path)
    if path.is_dir():
        place = path / FILE
        return (place if place.is_file() else None), path
    if not path.exists():
        raise ConfigError(told("no_such_path", path=path))
    return (path if path.suffix.lower() in (".yml", ".yaml") else None), path.parent


# Reading ------------------------------------------------------------------------------------------


def _read(place: Path) -> tuple[dict[str, Any], Source]:
    said, source = read_yaml(place)
    if said is None:
        return {}, source
    if not isinstance(said, dict):
        raise ConfigError(told("no_lines", file=place.name))
    return said, source


def _known(said: Mapping, known: Iterable[str], what: str, source: Source, *path: str) -> None:
    for key in said:
        if key not in known:
            raise unknown(what, key, known, where=source.at(*path, key), error=ConfigError)


# Values -------------------------------------------------------------------------------------------


def _settings(said: Mapping[str, Any], source: Source, root: Path, has_folder: bool) -> Settings:
    timezone = said.get("timezone")
    if timezone is not None:
        check_zone(timezone, source.at("timezone"))
    schedules = _schedules(said.get("schedules"), timezone, source)
    return Settings(
        name=_text(said, "name", source) or (root.resolve().name if has_folder else "Desk"),
        language=_one_of(said.get("language", "en"), LANGUAGES, "language", source),
        timezone=timezone,
        as_of=_instant(said.get("as_of"), timezone, source),
        max_loss=_share(said.get("max_loss", DEFAULT_MAX_LOSS), "max_loss", source),
        dayfirst=_flag(said.get("dayfirst"), source, "dayfirst"),
        decimal=_decimal(said.get("decimal"), source),
        files=_files(said.get("files"), source),
        schedules=schedules,
        team_schedules=_team_schedules(said.get("team_schedules"), schedules, source),
        team_levels=_team_levels(said.get("team_levels"), source),
        default_schedule=_default_schedule(said.get("default_schedule"), schedules, source),
        options=_options(said.get("options"), source),
        targets=_goals(said, "targets", read_targets, root, source, has_folder),
        interventions=_goals(said, "interventions", read_interventions, root, source, has_folder),
        pseudonyms=_flag(said.get("pseudonyms", True), source, "pseudonyms"),
        currency=_currency(said.get("currency"), source),
        kpis=_own(said.get("kpis"), source, root),
        root=root,
    )


def _wrong(source: Source, path: tuple, value: Any, wanted: str) -> ConfigError:
    """The error for a value that is not what its key takes; `wanted` is a key of ``errors.wanted.*``."""
    return ConfigError(
        told("wrong", where=source.at(*path), key=path[-1], wanted=told(f"wanted.{wanted}"), value=shown(value))
    )


def _text(said: Mapping[str, Any], key: str, source: Source) -> str | None:
    value = said.get(key)
    if value is None or isinstance(value, str | int | float):
        return None if value is None else str(value)
    raise _wrong(source, (key,), value, "text")


def _one_of(value: Any, known: Iterable[str], what: str, source: Source, *path: str) -> str:
    """`value` when it is one of the `known`, else an error at `path` (by default the key `what`)."""
    if not isinstance(value, str) or value not in known:
        raise unknown(what, value, known, where=source.at(*(path or (what,))), error=ConfigError)
    return value


def _own(value: Any, source: Source, root: Path) -> dict[str, Kpi]:
    said = _mapping(value, source, "kpis")
    if not said:
        return {}
    from kpitools.own import read_own

    return read_own(said, source, root)


def _currency(value: Any, source: Source) -> str | None:
    from babel.numbers import is_currency

    if value is None or (isinstance(value, str) and is_currency(value)):
        return value
    raise _wrong(source, ("currency",), value, "currency")


def _flag(value: Any, source: Source, *path: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise _wrong(source, path, value, "flag")


def _decimal(value: Any, source: Source) -> str | None:
    if value in (None, ".", ","):
        return value
    raise _wrong(source, ("decimal",), value, "decimal")


def _share(value: Any, key: str, source: Source) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _wrong(source, (key,), value, "share")
    return float(value)


def _mapping(value: Any, source: Source, *path: str) -> Mapping:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong(source, path, value, "block")
    return value


def _instant(value: Any, timezone: str | None, source: Source) -> dt.datetime | None:
    """Naive UTC from an ISO text or a YAML timestamp; without an offset it is the desk's wall clock."""
    if value is None:
        return None
    try:
        moment = value if isinstance(value, dt.date) else dt.datetime.fromisoformat(str(value).strip())
    except ValueError as error:
        raise _wrong(source, ("as_of",), value, "moment") from error
    if not isinstance(moment, dt.datetime) or (isinstance(value, str) and ":" not in value):
        raise _wrong(source, ("as_of",), str(value), "moment")
    if moment.tzinfo is None:
        if timezone is None:
            raise ConfigError(
                f"{source.at('as_of')}: 'as_of' {value} has no offset and the desk no timezone. Add either."
            )
        moment = moment.replace(tzinfo=zone(timezone))
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


def _files(value: Any, source: Source) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise _wrong(source, ("files",), value, "list")
    found = []
    for i, entry in enumerate(value):
        if isinstance(entry, str):
            entry = {"file": entry}
        if not isinstance(entry, Mapping) or not isinstance(entry.get("file"), str):
            raise ConfigError(told("no_entry", where=source.at("files", i), given=repr(entry)))
        found.append(dict(entry))
    return found


def _options(value: Any, source: Source) -> dict[str, Any]:
    said = _mapping(value, source, "options")
    _known(said, OPTIONS, "option", source, "options")
    return {name: _option(name, said[name], source) if name in said else o.default for name, o in OPTIONS.items()}


def checked_option(name: str, value: Any) -> Any:
    """`value` as the option `name` takes it; ConfigError for what it cannot be, UnknownNameError for no option."""
    if name not in OPTIONS:
        raise unknown("option", name, OPTIONS)
    return _option(name, value, Source("options", {}))


def _option(name: str, value: Any, source: Source) -> Any:
    default, choices = OPTIONS[name].default, OPTIONS[name].choices
    path = ("options", name)
    if choices:
        # A version such as 2.0 is a number to YAML.
        value = str(value) if isinstance(value, float) else value
        return _one_of(value, choices, f"value of '{name}'", source, *path)
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise _wrong(source, path, value, "flag")
        return value
    if isinstance(default, tuple):
        items = value if isinstance(value, list | tuple) else [] if value is None else [value]
        return tuple(str(item) for item in items)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST:
        raise _wrong(source, path, value, "number")
    for ending in ("days", "months"):
        if name.endswith(f"_{ending}") and value != int(value):
            raise _wrong(source, path, value, f"whole_{ending}")
    if name.endswith("_per_unit") and value < 1:
        raise _wrong(source, path, value, "positive")
    return value


def _goals(said: Mapping[str, Any], key: str, read, root: Path, source: Source, has_folder: bool) -> pd.DataFrame:
    """What `read` makes of the file that desk.yml names, or of ``key.csv`` where the folder has one."""
    value = said.get(key)
    if isinstance(value, pd.DataFrame):
        return value
    if value is None:
        usual = root / f"{key}.csv"
        return read(usual if has_folder and usual.is_file() else None)
    if not isinstance(value, str | Path):
        raise _wrong(source, (key,), value, "csv")
    place = root / value
    if not _is_file(place):
        raise ConfigError(told("no_goals", where=source.at(key), file=value, folder=root.resolve().name))
    return read(place)


def _is_file(place: Path) -> bool:
    """Whether there is such a file; a name that no file can have names none."""
    try:
        return place.is_file()
    except (OSError, ValueError):
        return False


# Schedules ----------------------------------------------------------------------------------------


def _schedules(value: Any, timezone: str | None, source: Source) -> dict[str, Schedule]:
    said = _mapping(value, source, "schedules")
    return {str(name): _schedule(str(name), raw, timezone, source) for name, raw in said.items()}


def _schedule(name: str, raw: Any, timezone: str | None, source: Source) -> Schedule:
    if isinstance(raw, Schedule):
        return dataclasses.replace(raw, name=name)
    path = ("schedules", name)
    said = _mapping(raw, source, *path)
    _known(said, SCHEDULE_KEYS, "key", source, *path)
    where = source.at(*path)
    own = said.get("timezone", timezone)
    if own is None:
        raise ConfigError(f"{where}: schedule '{name}' needs a timezone, its own or the desk's.")
    country = said.get("holidays") or None
    if country:
        check_country(country, source.at(*path, "holidays"))
    return Schedule(
        name=name,
        timezone=check_zone(own, source.at(*path, "timezone")),
        changes=_changes(said, source, *path),
        holiday_country=country,
        closed=frozenset(_days(said.get("closed"), source, *path, "closed")),
        open_days=_open_days(said.get("open"), source, *path, "open"),
    )


def _changes(said: Mapping, source: Source, *path: str) -> tuple:
    """The timeline of a schedule's weeks, from ``hours`` or from ``changes``."""
    if ("hours" in said) == ("changes" in said):
        raise ConfigError(
            f"{source.at(*path)}: schedule '{path[-1]}' needs either 'hours' or 'changes' ('from' and 'hours' each)."
        )
    if "hours" in said:
        return ((None, parse_weekly(said["hours"], source.at(*path, "hours"))),)
    entries = said["changes"]
    if not isinstance(entries, list) or not entries:
        raise _wrong(source, (*path, "changes"), entries, "changes")
    found = []
    for i, entry in enumerate(entries):
        here = (*path, "changes", str(i))
        entry = _mapping(entry, source, *here)
        _known(entry, ("from", "hours"), "key", source, *here)
        if "hours" not in entry:
            raise ConfigError(f"{source.at(*here)}: a change needs 'hours'.")
        since = None if entry.get("from") is None else _day(entry["from"], source, *here, "from")
        if found and (since is None or (found[-1][0] or dt.date.min) >= since):
            raise ConfigError(f"{source.at(*here)}: changes stand in order of date; this one begins too early.")
        found.append((since, parse_weekly(entry["hours"], source.at(*here, "hours"))))
    return tuple(found)


def _day(value: Any, source: Source, *path: str) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise ConfigError(f"{source.at(*path)}: '{value}' is no date. Write year-month-day: 2025-07-01.") from error


def _days(value: Any, source: Source, *path: str) -> list[dt.date]:
    """Days from a list of dates and of stretches ``2025-01-25..2025-02-02``, both ends included."""
    if value is None:
        return []
    items = value if isinstance(value, list | tuple | set | frozenset) else [value]
    return [day for i, item in enumerate(items) for day in _stretch(item, source, *path, str(i))]


def _stretch(item: Any, source: Source, *path: str) -> list[dt.date]:
    first, dots, last = str(item).partition("..")
    begin = _day(item if not dots else first, source, *path)
    end = _day(last, source, *path) if dots else begin
    if end < begin or (end - begin).days > 366:
        raise ConfigError(f"{source.at(*path)}: '{item}' is no stretch of days within a year.")
    return [begin + dt.timedelta(days=step) for step in range((end - begin).days + 1)]


def _open_days(value: Any, source: Source, *path: str) -> tuple[tuple[dt.date, Intervals | None], ...]:
    """Extra open days: a list (the weekday's usual hours) or ``date: hours``."""
    if isinstance(value, Mapping):
        pairs = [
            (_day(day, source, *path, day), parse_intervals(hours, source.at(*path, day)))
            for day, hours in value.items()
        ]
    else:
        pairs = [(day, None) for day in _days(value, source, *path)]
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


def _team_schedules(value: Any, schedules: Mapping[str, Schedule], source: Source) -> dict[str, str]:
    said = _mapping(value, source, "team_schedules")
    return {
        str(team): _one_of(name, schedules, "schedule", source, "team_schedules", team) for team, name in said.items()
    }


def _team_levels(value: Any, source: Source) -> dict[str, int]:
    said = _mapping(value, source, "team_levels")
    for team, level in said.items():
        if isinstance(level, bool) or not isinstance(level, int) or abs(level) > MOST:
            raise _wrong(source, ("team_levels", team), level, "level")
    return {str(team): level for team, level in said.items()}


def _default_schedule(value: Any, schedules: Mapping[str, Schedule], source: Source) -> str | None:
    """The schedule named, or the only one there is."""
    if value is None:
        return next(iter(schedules)) if len(schedules) == 1 else None
    return _one_of(value, schedules, "schedule", source, "default_schedule")


# The template -------------------------------------------------------------------------------------

SETTINGS_HELP = """\
# desk.yml: what this desk says about itself. Every key may be left out.
# desk.yml: mô tả bộ phận hỗ trợ này. Mục nào cũng có thể bỏ qua.

name: My desk                      # on every report / tên trên báo cáo
language: en                       # en or vi
timezone: Asia/Ho_Chi_Minh         # IANA name of the desk's clock / múi giờ
# as_of: "2025-07-01 00:00"        # when the export was taken; default: its last event / thời điểm xuất dữ liệu
max_loss: 0.05                     # refuse a file that loses more rows than this share / tỷ lệ dòng lỗi tối đa
# dayfirst: true                   # 01/02/2025 is 1 February; default: decided per file / ngày trước tháng
# decimal: ","                     # 1,5 is one and a half; default: decided per file / dấu thập phân
# currency: VND                    # of all amounts of money / đơn vị tiền tệ của mọi khoản tiền
pseudonyms: true                   # agents appear as A-07 / ẩn tên nhân viên

# The exports to read; default: every export in this folder.
# Các tệp cần đọc; mặc định: mọi tệp trong thư mục này.
# files:
#   - file: tickets.csv
#     format: zendesk
#     timezone: Asia/Ho_Chi_Minh
#   - messages.csv

# Working hours, for the business clock. Days: mon..sun or t2..t7, cn. Past midnight: "22:00-06:00". Always: "24/7".
# Giờ làm việc. Ngày: mon..sun hoặc t2..t7, cn. Qua nửa đêm: "22:00-06:00". Suốt ngày đêm: "24/7".
# schedules:
#   office:
#     holidays: VN                     # public holidays, days off in lieu included / ngày lễ, kể cả nghỉ bù
#     closed: [2025-12-31, 2026-02-14..2026-02-22]   # further closed days / ngày nghỉ thêm
#     open: {2025-12-27: "08:00-12:00"}              # extra working days / ngày làm bù
#     hours:
#       mon-fri: ["08:00-12:00", "13:00-17:30"]
#       sat: "08:00-12:00"
#   # Hours that changed: the week from each date on. / Giờ thay đổi theo thời gian:
#   night:
#     timezone: Europe/London          # default: the desk's / mặc định: múi giờ ở trên
#     changes:
#       - {from: 2024-01-01, hours: {daily: "22:00-06:00"}}
#       - {from: 2025-07-01, hours: {weekdays: "21:00-06:00"}}
# default_schedule: office
# team_schedules:                  # teams with hours of their own / giờ riêng của từng nhóm
#   Night team: night
# team_levels:                     # a move to a higher level is an escalation / chuyển lên cấp cao hơn là leo thang
#   First line: 1
#   Specialists: 2

# targets: targets.csv             # goals; that name is the default / mục tiêu
# interventions: interventions.csv # what was done to improve / các biện pháp cải thiện

# KPIs of your own, shown like any other; docs/own_kpis.md / KPI tự đặt, hiển thị như mọi KPI khác.
# kpis:
#   urgent_reopen_rate:
#     title: {en: Urgent tickets reopened, vi: Phiếu khẩn bị mở lại}
#     definition: Resolved urgent tickets that were reopened, as a share of those resolved.
#     table: tickets
#     dated_by: resolved_at
#     statistic: share
#     value: reopens > 0
#     where: priority = "urgent"
#     better: lower

options:
@OPTIONS@
"""


def _options_help() -> str:
    """One commented line an option, with its default."""
    lines = []
    for name, (default, meaning, _) in OPTIONS.items():
        given = yaml.safe_dump(list(default) if isinstance(default, tuple) else default, default_flow_style=True)
        lines += [f"  # {meaning.en}", f"  # {meaning.vi}", f"  {name}: {given.splitlines()[0]}"]
    return "\n".join(lines)


SETTINGS_HELP = SETTINGS_HELP.replace("@OPTIONS@", _options_help())
