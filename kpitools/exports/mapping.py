"""The mapping language: which column of a file becomes which canonical column, and how its text is to be read.

The format files under ``formats/`` and the ``files:`` of a desk.yml are written in it; `docs/loading.md` shows it.
"""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from kpitools import tables
from kpitools.errors import ConfigError, Told, did_you_mean, told, unknown

ENTRY_KEYS = (
    *("file", "format", "timezone", "dayfirst", "decimal", "encoding", "delimiter"),
    *("skip", "sheet", "records", "statuses", "tables", "max_loss", "merge"),
)
FORMAT_KEYS = ("format", "title", "detect", "timezone", "dayfirst", "decimal", "skip", "records", "tables")
COLUMN_KEYS = (
    *("column", "values", "format", "unit", "decimal", "default", "constant"),
    *("from", "plus", "to", "times", "minus", "when", "has"),
)
UNITS = {"ms": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0}
MOST_SKIPPED = 1_000  # lines above a header

# Rows lacking one of these mean nothing.
REQUIRED = {
    "tickets": ("ticket_id", "created_at"),
    "messages": ("ticket_id", "at"),
    "status_changes": ("ticket_id", "at"),
    "ticket_schedules": ("ticket_id", "at", "schedule"),
    "calls": ("offered_at",),
    "queue_intervals": ("offered",),
    "surveys": ("kind",),
    "customers": ("customer_id",),
    "activity": ("customer_id", "at"),
    "agent_days": ("agent_id", "day_at"),
    "leads": ("lead_id",),
    "spend": ("at", "amount"),
    "sales": ("sold_at", "revenue"),
    "revenue_changes": ("at", "kind", "amount"),
    "balances": ("as_of",),
    "brand_surveys": ("at", "is_aware"),
    "engagement": ("at", "interactions"),
}

_YES = ["true", "yes", "y", "1", "t", "có", "đúng", "x"]
_NO = ["false", "no", "n", "0", "f", "không", "sai"]
# Words that every export may use, by column or, where tables differ, by table and column; a format's own `values` go
# before them.
VOCABULARY: dict[str, dict[str, Any]] = {
    "status": {
        **{status: status for status in tables.STATUSES},
        "solved": "resolved",
        "hold": "on_hold",
        "on-hold": "on_hold",
        "on hold": "on_hold",
        "in progress": "open",
        "reopened": "open",
        "replied": "answered",
        "waiting": "pending",
        "postponed": "pending",
        "mới": "new",
        "mở": "open",
        "đang mở": "open",
        "đang xử lý": "open",
        "đã trả lời": "answered",
        "đang chờ": "pending",
        "chờ phản hồi": "pending",
        "tạm hoãn": "on_hold",
        "tạm dừng": "on_hold",
        "đã giải quyết": "resolved",
        "đã xử lý": "resolved",
        "đã đóng": "closed",
        "đóng": "closed",
        "thư rác": "spam",
        "đã xóa": "deleted",
        "đã gộp": "merged",
    },
    "author": {
        "customer": "customer",
        "end-user": "customer",
        "end_user": "customer",
        "contact": "customer",
        "user": "customer",
        "khách hàng": "customer",
        "agent": "agent",
        "admin": "agent",
        "nhân viên": "agent",
        "tổng đài viên": "agent",
        "bot": "bot",
        "system": "system",
        "hệ thống": "system",
    },
    "opened_by": {"customer": "customer", "end-user": "customer", "agent": "agent", "admin": "agent"},
    "surveys.kind": {"csat": "csat", "nps": "nps", "ces": "ces", "rewards": "rewards"},
    "revenue_changes.kind": {
        "new": "new",
        "new business": "new",
        "mới": "new",
        "khách mới": "new",
        "expansion": "expansion",
        "upgrade": "expansion",
        "mở rộng": "expansion",
        "nâng gói": "expansion",
        "contraction": "contraction",
        "downgrade": "contraction",
        "thu hẹp": "contraction",
        "hạ gói": "contraction",
        "churn": "churn",
        "churned": "churn",
        "cancellation": "churn",
        "rời bỏ": "churn",
        "hủy": "churn",
    },
    "brand_surveys.kind": {
        "unaided": "unaided",
        "unprompted": "unaided",
        "spontaneous": "unaided",
        "không gợi ý": "unaided",
        "aided": "aided",
        "prompted": "aided",
        "có gợi ý": "aided",
    },
    "priority": {
        "low": "low",
        "normal": "normal",
        "medium": "normal",
        "high": "high",
        "urgent": "urgent",
        "thấp": "low",
        "bình thường": "normal",
        "trung bình": "normal",
        "cao": "high",
        "khẩn cấp": "urgent",
    },
    "channel": {
        "email": "email",
        "e-mail": "email",
        "mail": "email",
        "chat": "chat",
        "live chat": "chat",
        "phone": "phone",
        "phone call": "phone",
        "điện thoại": "phone",
        "web form": "form",
        "form": "form",
        "portal": "form",
        "biểu mẫu": "form",
        "facebook": "facebook",
    },
}
# Columns whose values must be in the vocabulary; in others an unlisted value stands as it is.
CLOSED = ("status", "author", "opened_by", "surveys.kind", "revenue_changes.kind", "brand_surveys.kind")
# The scale that goes with a kind of survey unless the mapping says another.
SCALES = {"csat": "1-5", "nps": "0-10", "ces": "1-7", "rewards": "0-1"}


@dataclass(frozen=True)
class ColumnMap:
    """How one canonical column is filled. `columns` are aliases; `stated` marks what a desk.yml asks for by name."""

    name: str
    type: str
    columns: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    format: str | None = None
    unit: str | None = None
    decimal: str | None = None
    default: Any = None
    constant: Any = None
    start: str | None = None
    plus: tuple[str, ...] = ()
    to: str | None = None
    times: tuple[str, ...] = ()
    minus: float | None = None
    when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    has: tuple[str, ...] = ()
    stated: bool = False
    table: str = ""

    @property
    def worded(self) -> str:
        """The name under which VOCABULARY and CLOSED know it."""
        qualified = f"{self.table}.{self.name}"
        return qualified if qualified in VOCABULARY else self.name

    @property
    def sources(self) -> tuple[tuple[str, ...], ...]:
        """Every group of aliases it reads; each group must be found for the column to exist."""
        groups = [self.columns, self.plus, self.times, *((column,) for column in self.when)]
        return tuple(group for group in groups if group)


@dataclass(frozen=True)
class TableMap:
    """How one canonical table is filled: its columns and which rows of the file it takes."""

    name: str
    columns: dict[str, ColumnMap]
    rows: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stated_rows: bool = False


@dataclass(frozen=True)
class FileMap:
    """Everything that is said about how to read one file."""

    format: str
    tables: tuple[TableMap, ...]
    detect: tuple[tuple[str, ...], ...] = ()
    timezone: str | None = None
    format_timezone: str | None = None
    dayfirst: bool | None = None
    decimal: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    skip: int = 0
    sheet: str | int | None = None
    records: str | None = None
    merge: bool = False


def fold(text: Any) -> str:
    """Text as headers and values are compared: NFC, one space, no case.

    >>> fold("  First  Reply\\u0301 ") == fold("first repl\\u1ef3 ".replace("\\u1ef3", "y\\u0301"))
    True
    """
    return " ".join(unicodedata.normalize("NFC", str(text)).casefold().split())


def check_keys(given: Any, known, where: str) -> dict:
    """`given` if it is a mapping with known keys only; ConfigError with the near miss otherwise."""
    if not isinstance(given, dict):
        raise ConfigError(told("no_mapping", where=where, given=repr(given)))
    for key in given:
        if key not in known:
            raise unknown("key", key, known, where, error=ConfigError)
    return given


@cache
def formats() -> dict[str, FileMap]:
    """The built-in formats by name, each from its file under ``formats/``."""
    found = {}
    folder = files(__package__) / "formats"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".yml"):
            said = yaml.safe_load(entry.read_text(encoding="utf-8"))
            made = _format(said, f"formats/{entry.name}")
            found[made.format] = made
    return found


def get_format(name: str) -> FileMap:
    """One built-in format; UnknownNameError names those that exist."""
    if name not in formats():
        raise unknown("format", name, formats())
    return formats()[name]


def _format(said: dict, where: str) -> FileMap:
    check_keys(said, FORMAT_KEYS, where)
    made = FileMap(said["format"], read_tables(said["tables"], where, stated=False))
    return replace(
        made,
        detect=tuple(_names(group, where) for group in said.get("detect", ())),
        format_timezone=said.get("timezone"),
        dayfirst=said.get("dayfirst"),
        decimal=said.get("decimal"),
        skip=said.get("skip", 0),
        records=said.get("records"),
    )


def read_entry(said: dict | None, base: FileMap | None, where: str) -> FileMap:
    """What a desk.yml says of a file, laid over the format `base` (None: the entry's own tables are all there is)."""
    said = check_keys(said or {}, ENTRY_KEYS, where)
    made = base or FileMap("tables", ())
    if said.get("tables") is not None:
        made = replace(
            made, tables=_merge(made.tables, read_tables(said["tables"], where, stated=True), said["tables"])
        )
    if said.get("statuses"):
        made = replace(made, tables=_with_statuses(made.tables, said["statuses"], where))
    plain = {
        key: said[key]
        for key in ENTRY_KEYS
        if key in said and key not in ("file", "format", "tables", "statuses", "max_loss")
    }
    check_plain(plain, where)
    return replace(made, **plain)


def _is(kind: type | tuple[type, ...]):
    """A check for a kind of value; true and false are no numbers here."""
    return lambda value: isinstance(value, kind) and not isinstance(value, bool)


_PLAIN = {
    **dict.fromkeys(("dayfirst", "merge"), (lambda value: isinstance(value, bool), "flag")),
    "decimal": (lambda value: value in (".", ","), "decimal"),
    "skip": (lambda value: _is(int)(value) and 0 <= value <= MOST_SKIPPED, "lines"),
    "sheet": (_is((str, int)), "sheet"),
    "max_loss": (lambda value: _is((int, float))(value) and 0 <= value <= 1, "share"),
    **dict.fromkeys(("file", "format", "timezone", "encoding", "delimiter", "records"), (_is(str), "text")),
}


def check_plain(said: dict, where: str) -> None:
    """ConfigError where a key of an entry holds what it cannot hold."""
    for key, (is_right, wanted) in _PLAIN.items():
        if said.get(key) is not None and not is_right(said[key]):
            raise ConfigError(told("must_be", where=where, key=key, wanted=told(f"is.{wanted}"), given=repr(said[key])))


def _merge(base: tuple[TableMap, ...], over: tuple[TableMap, ...], said: dict) -> tuple[TableMap, ...]:
    """Tables of `over` laid over `base` column by column; a table said to be null is left out."""
    merged = {table.name: table for table in base if not (table.name in said and said[table.name] is None)}
    for table in over:
        old = merged.get(table.name)
        if old:
            table = replace(table, columns={**old.columns, **table.columns}, rows=table.rows or old.rows)
        merged[table.name] = table
    return tuple(merged.values())


def _with_statuses(base: tuple[TableMap, ...], statuses: dict, where: str) -> tuple[TableMap, ...]:
    values = _values(statuses, "status", f"{where}: statuses")
    made, used = [], False
    for table in base:
        status = table.columns.get("status")
        if status:
            used = True
            table = replace(
                table, columns={**table.columns, "status": replace(status, values={**status.values, **values})}
            )
        made.append(table)
    if not used:
        raise ConfigError(f"{where}: statuses are given, but no table of this file has a status.")
    return tuple(made)


def read_tables(said: Any, where: str, *, stated: bool) -> tuple[TableMap, ...]:
    """The ``tables:`` of a format or of a desk.yml entry."""
    check_keys(said, tables.TABLES, f"{where}: tables")
    return tuple(
        _table(name, columns, f"{where}: {name}", stated) for name, columns in said.items() if columns is not None
    )


def _table(name: str, said: dict, where: str, stated: bool) -> TableMap:
    schema = tables.get(name)
    check_keys(said, (*schema.names, "rows"), where)
    rows = _row_filter(said.get("rows"), f"{where}.rows")
    columns = {
        column: read_column(column, schema[column].type, spec, f"{where}.{column}", stated, name)
        for column, spec in said.items()
        if column != "rows" and spec is not None
    }
    for column in columns.values():
        for other in (column.start, column.to):
            if other and (other not in schema.names or schema[other].type != "instant"):
                raise ConfigError(f"{where}.{column.name}: '{other}' is not an instant column of {name}.")
    return TableMap(name, columns, rows, stated and bool(rows))


def _row_filter(said: Any, where: str) -> dict[str, tuple[str, ...]]:
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise ConfigError(f"{where}: expected column: [values], got {said!r}.")
    return {str(column): _names(values, where) for column, values in said.items()}


def _names(said: Any, where: str) -> tuple[str, ...]:
    if said is None or isinstance(said, dict):
        raise ConfigError(f"{where}: expected a name or a list of names, got {said!r}.")
    return tuple(text for item in (said if isinstance(said, list) else [said]) for text in _texts(item))


def _texts(value: Any) -> tuple[str, ...]:
    """The words a YAML scalar may have been: a bare No is read as false, and would lose a column of that name."""
    if isinstance(value, bool):
        return ("true", "yes", "on") if value else ("false", "no", "off")
    return (str(value),)


def read_column(name: str, kind: str, said: Any, where: str, stated: bool, table: str = "") -> ColumnMap:
    """How one canonical column is filled, from an alias, a list of aliases or a mapping of COLUMN_KEYS."""
    if not isinstance(said, dict):
        return ColumnMap(name, kind, _names(said, where), stated=stated, table=table)
    check_keys(said, COLUMN_KEYS, where)
    made = ColumnMap(
        name,
        kind,
        columns=_names(said["column"], where) if "column" in said else (),
        values=_values(said.get("values") or {}, ColumnMap(name, kind, table=table).worded, where),
        format=said.get("format"),
        unit=said.get("unit"),
        decimal=said.get("decimal"),
        default=said.get("default"),
        constant=said.get("constant"),
        start=said.get("from"),
        plus=_names(said["plus"], where) if "plus" in said else (),
        to=said.get("to"),
        times=_names(said["times"], where) if "times" in said else (),
        minus=said.get("minus"),
        when=_row_filter(said.get("when"), f"{where}.when"),
        has=tuple(fold(item) for item in _names(said["has"], where)) if "has" in said else (),
        stated=stated,
        table=table,
    )
    _check_column(made, where)
    return made


def _check_column(column: ColumnMap, where: str) -> None:
    """Refuse a column whose parts do not go together."""
    if column.unit and column.unit not in (*UNITS, "hms"):
        near = get_close_matches(str(column.unit), [*UNITS, "hms"], n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ConfigError(f"{where}: no unit '{column.unit}'.{hint} Known: {', '.join(UNITS)}, hms.")
    check_plain({"decimal": column.decimal}, where)
    if column.start and not (column.plus or column.to):
        raise ConfigError(f"{where}: 'from' needs 'plus' (a duration column) or 'to' (an instant).")
    if column.plus and (not column.start or column.type != "instant"):
        raise ConfigError(f"{where}: 'plus' makes an instant and needs 'from'.")
    if column.to and (not column.start or column.type != "seconds"):
        raise ConfigError(f"{where}: 'from' and 'to' make a duration; {column.name} is {column.type}.")
    if column.plus and not column.unit:
        raise ConfigError(f"{where}: 'plus' needs a unit: {', '.join(UNITS)} or hms.")
    if not (column.columns or column.constant is not None or column.start):
        raise ConfigError(f"{where}: nothing fills it. Give 'column', 'constant' or 'from'.")


def _values(said: dict, name: str, where: str) -> dict[str, Any]:
    """A value map with folded keys; statuses and other closed words must be canonical."""
    if not isinstance(said, dict):
        raise ConfigError(f"{where}.values: expected 'their word': ours, got {said!r}.")
    allowed = sorted(set(VOCABULARY[name].values())) if name in CLOSED else None
    for value in said.values():
        if allowed and value is not None and value not in allowed:
            raise unknown("value", value, allowed, f"{where}.values", error=ConfigError)
    return {fold(text): value for key, value in said.items() for text in _texts(key)}


def find(headers: list[str], aliases: tuple[str, ...]) -> int | None:
    """Position of the first alias that the headers have, compared folded; None where none is there."""
    folded = {}
    for position, header in enumerate(headers):
        folded.setdefault(fold(header), position)
    for alias in aliases:
        if fold(alias) in folded:
            return folded[fold(alias)]
    return None


def present(table: TableMap, headers: list[str], where: str) -> TableMap:
    """`table` with only the columns that the file can fill; what a desk.yml names must be there."""
    kept: dict[str, ColumnMap] = {}
    for column in table.columns.values():
        lacking = [group for group in column.sources if find(headers, group) is None]
        if not lacking:
            kept[column.name] = column
        elif column.stated:
            raise ConfigError(
                told("at", where=f"{where}: {table.name}.{column.name}", what=no_column(lacking[0][0], headers))
            )
    for name in table.rows:
        if find(headers, (name,)) is None:
            if table.stated_rows:
                raise ConfigError(told("at", where=f"{where}: {table.name}.rows", what=no_column(name, headers)))
            return replace(table, columns={}, rows={})
    kept = {
        name: column
        for name, column in kept.items()
        if all(other is None or other in kept for other in (column.start, column.to))
    }
    return replace(table, columns=kept)


def no_column(name: str, headers: list[str]) -> Told:
    """The sentence for a header that the file does not have."""
    near = get_close_matches(fold(name), [fold(header) for header in headers], n=1)
    hint = did_you_mean(next(h for h in headers if fold(h) == near[0])) if near else ""
    return told("no_column", name=name, hint=hint, headers=", ".join(headers))


def vocabulary(column: ColumnMap) -> dict[str, Any] | None:
    """The words of a column: its own, then everybody's; None for a column without any."""
    if column.type == "flag":
        return {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False), **column.values}
    known = VOCABULARY.get(column.worded)
    if not column.values and not known:
        return None
    return {**(known or {}), **column.values}


def slug(text: str) -> str:
    """A name fit for a SQL identifier."""
    return re.sub(r"\W+", "_", text.lower()).strip("_") or "table"
