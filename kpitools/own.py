"""KPIs of a desk's own, from the ``kpis:`` of its desk.yml: written there, or as a record in a Python file it names."""

import re
import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis

from kpitools import facts, tables
from kpitools.errors import ConfigError, KpitoolsError, unknown
from kpitools.expression import Expression, Known, parse
from kpitools.kpi import Kpi, Rule, Span, Words
from kpitools.kpis import CATALOGUE
from kpitools.kpis.rules import COUNTABLE, ON_COUNTABLE, ON_NO_TEST
from kpitools.periods import UNITS as PERIODS
from kpitools.settings import OPTIONS

FAMILY = "own"
STATISTICS = ("median", "mean", "share", "total", "ratio")
BETTER = ("lower", "higher", "band", "neutral")
UNITS = ("h", "min", "s", "share", "percent", "number", "count", "money")
# Units that go with a statistic; the first is taken where none is said.
FITTING = {
    "share": ("share",),
    "total": ("count", "money", "number"),
    "ratio": UNITS[3:] + UNITS[:3],
    "mean": ("number", "money", "percent", "h", "min", "s"),
    "median": ("number", "money", "percent", "h", "min", "s"),
}
KEYS = (
    *("title", "definition", "formula", "table", "dated_by", "statistic", "value", "per", "weight", "unit", "better"),
    *("where", "every_row", "needs", "guards", "dimensions", "every", "matures_after", "traps", "benchmark", "source"),
    *("family", "python"),
)
NAME = re.compile(r"[a-z][a-z0-9_]{1,60}")
# Which rows do not count unless `every_row` says so, by what the tables know of tickets.
_COUNTABLE = (
    dict.fromkeys(("tickets", "resolutions", "waits", "waiting_stretches", "escalations"), COUNTABLE)
    | dict.fromkeys(("ticket_flow", "backlog_periods"), COUNTABLE)
    | dict.fromkeys(("surveys", "contacts"), ON_COUNTABLE)
    | {"offers": (ON_NO_TEST,)}
)


@dataclass(frozen=True, eq=False)
class OwnKpi(Kpi):
    """A KPI written in desk.yml; `lines` says where each of its keys stands, `said` which of them are there."""

    lines: Mapping[str, str] = field(default_factory=dict)
    said: frozenset[str] = frozenset()


def read_own(said: Mapping[str, Any], source, root: Path) -> dict[str, Kpi]:
    """The records that a desk.yml's ``kpis:`` make, by name.

    Parameters
    ----------
    said : name -> what is said of it, by KEYS
    source : says the file and line of each key (`settings`)
    root : the desk's folder, where Python files are looked for

    Raises
    ------
    ConfigError
        For whatever cannot be followed, with file, line and what is known.
    """
    found = {}
    for name, entry in said.items():
        reader = _Reader(str(name), entry, source, root)
        found[str(name)] = reader.from_python() if "python" in reader.said else reader.record()
    known = CATALOGUE | found
    for kpi in found.values():
        for guard in kpi.guards:
            if guard not in known:
                raise unknown("KPI", guard, known, source.at("kpis", kpi.name, "guards"), error=ConfigError)
    return found


class _Reader:
    """One entry of ``kpis:``, read with its lines."""

    def __init__(self, name: str, said: Any, source, root: Path):
        self.name, self.source, self.root = name, source, root
        if not NAME.fullmatch(name):
            raise self._wrong(None, f"'{name}' is no name for a KPI: small letters, digits and _, such as vip_share")
        if name in CATALOGUE:
            raise self._wrong(None, f"'{name}' is a KPI of the toolkit. Choose another name")
        if not isinstance(said, Mapping):
            raise self._wrong(None, f"'{name}' needs a block of 'title:', 'table:', 'statistic:', 'value:'")
        self.said = said
        for key in said:
            if key not in KEYS:
                raise unknown("key", key, KEYS, self.at(key), error=ConfigError)

    def at(self, key: str | None) -> str:
        return self.source.at("kpis", self.name, *([key] if key else []))

    def _wrong(self, key: str | None, what: str) -> ConfigError:
        return ConfigError(f"{self.at(key)}: {what}.")

    # --- a record in YAML ---

    def record(self) -> Kpi:
        statistic = self._one_of("statistic", STATISTICS)
        unit = self._unit(statistic)
        value = self._value(statistic, unit)
        per = self._expression("per") if statistic == "ratio" else None
        weight = self._expression("weight") if "weight" in self.said else None
        for key, fitting in (("per", "ratio"), ("weight", "share")):
            if key in self.said and statistic != fitting:
                raise self._wrong(key, f"'{key}' goes with statistic: {fitting}, not with {statistic}")
        dated_by, table = self._text("dated_by"), self._table()
        worth = tuple(part for part in (value, per, weight) if isinstance(part, Expression))
        population = self._population(table, worth)
        read = [*worth, *(rule.keep for rule in population if isinstance(rule.keep, Expression))]
        return OwnKpi(
            name=self.name,
            family=self._family(),
            title=self._words("title", self.name.replace("_", " ").capitalize()),
            definition=self._words("definition"),
            formula=self._words("formula", self._formula(value, per)),
            table=table,
            dated_by=dated_by,
            statistic=statistic,
            value=value,
            per=per,
            weight=weight,
            unit=unit,
            better=self._one_of("better", BETTER, "neutral"),
            needs=self._needs(dated_by, value, read),
            population=population,
            matures_after=self._matures(),
            guards=self._names("guards"),
            dimensions=self._names("dimensions") if "dimensions" in self.said else self._usual_dimensions(table),
            parameters={"every": self._one_of("every", PERIODS)} if "every" in self.said else {},
            traps=tuple(self._as_words(trap, "traps") for trap in self._list("traps")),
            benchmark=self._words("benchmark") if "benchmark" in self.said else None,
            source=str(self.said.get("source") or self.source.file),
            lines={key: self.at(key) for key in KEYS},
            said=frozenset(self.said),
        )

    def _unit(self, statistic: str) -> str:
        fitting = FITTING[statistic]
        unit = self._one_of("unit", UNITS, fitting[0] if statistic in ("share", "total") else None)
        if unit not in fitting:
            raise self._wrong("unit", f"a {statistic} is no '{unit}'; it is {' or '.join(fitting)}")
        return unit

    def _value(self, statistic: str, unit: str) -> Any:
        said = self.said.get("value")
        if isinstance(said, Mapping):
            if statistic not in ("median", "mean") or unit not in ("h", "min", "s") or set(said) != {"from", "to"}:
                raise self._wrong("value", "'{from: .., to: ..}' is for a median or mean in h, min or s")
            return Span(str(said["from"]), str(said["to"]))
        if statistic in ("median", "mean") and unit in ("h", "min", "s"):
            raise self._wrong("value", "a time is written {from: created_at, to: first_reply_at}")
        if statistic == "total" and said is None:
            return ibis.literal(1)
        return self._expression("value")

    def _expression(self, key: str) -> Expression:
        if self.said.get(key) is None:
            raise self._wrong(None, f"'{self.name}' needs '{key}', such as {key}: reopens > 0")
        return parse(self.said[key], self.at(key))

    def _table(self) -> str:
        return self._one_of("table", sorted({*tables.TABLES, *facts.FACTS}))

    def _family(self) -> str:
        family = self.said.get("family", FAMILY)
        if not isinstance(family, str) or not NAME.fullmatch(family):
            raise self._wrong(
                "family", f"'{family}' is no name of a family: small letters, digits and _, such as speed"
            )
        return family

    def _population(self, table: str, worth: tuple[Expression, ...]) -> tuple[Rule, ...]:
        rules = list(() if self._flag("every_row") else _COUNTABLE.get(table, ()))
        for i, condition in enumerate(self._list("where"), start=1):
            kept = parse(condition, self.at("where"))
            not_so = Words(f"not: {kept.text}", f"không thỏa: {kept.text}")
            rules.append(Rule(f"where_{i}", kept, not_so))
        if worth:
            texts = ", ".join(part.text for part in worth)
            rules.append(
                Rule("no_value", Known(worth), Words(f"without a value of {texts}", f"không có giá trị {texts}"))
            )
        return tuple(rules)

    def _flag(self, key: str) -> bool:
        said = self.said.get(key, False)
        if not isinstance(said, bool):
            raise self._wrong(key, f"'{key}' is true or false, not {said!r}")
        return said

    def _needs(self, dated_by: str, value: Any, read: list[Expression]) -> tuple[str, ...]:
        if "needs" in self.said:
            if not self._list("needs"):
                raise self._wrong("needs", "'needs' names at least one column; leave it out to take all that are read")
            return self._names("needs")
        columns = [dated_by]
        columns += [value.start, value.end] if isinstance(value, Span) else []
        columns += [column for part in read for column in part.needed]
        return tuple(dict.fromkeys(columns))

    def _formula(self, value: Any, per: Any) -> str:
        if isinstance(value, Span):
            return f"{value.end} − {value.start}"
        text = value.text if isinstance(value, Expression) else "1"
        return f"sum of ({text}) / sum of ({per.text})" if per is not None else text

    def _matures(self) -> str | None:
        if "matures_after" not in self.said:
            return None
        return self._one_of("matures_after", [name for name in OPTIONS if name.endswith("_days")])

    def _usual_dimensions(self, table: str) -> tuple[str, ...]:
        columns = tables.TABLES[table].names if table in tables.TABLES else tables.TICKETS.names
        wanted = ("team", "channel", "priority", "topic", "source", "product", "region", "segment", "kind")
        return tuple(column for column in wanted if column in columns)

    def _one_of(self, key: str, known, default: str | None = None) -> str:
        value = self.said.get(key, default)
        if value is None:
            raise self._wrong(None, f"'{self.name}' needs '{key}': {', '.join(known)}")
        if not isinstance(value, str) or value not in known:
            raise unknown(key, str(value), known, self.at(key), error=ConfigError)
        return value

    def _text(self, key: str) -> str:
        value = self.said.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key if key in self.said else None, f"'{self.name}' needs '{key}', a text")
        return value.strip()

    def _words(self, key: str, default: str | None = None) -> Words:
        if self.said.get(key) is None and default is not None:
            return Words(default, default)
        if self.said.get(key) is None:
            raise self._wrong(None, f"'{self.name}' needs '{key}', a text or {{en: .., vi: ..}}")
        return self._as_words(self.said[key], key)

    def _as_words(self, said: Any, key: str) -> Words:
        """A text in both languages, or one that stands for both."""
        texts = dict(said) if isinstance(said, Mapping) else {"en": said, "vi": said}
        is_text = all(isinstance(text, str | int | float) and str(text).strip() for text in texts.values())
        if not texts or not set(texts) <= {"en", "vi"} or not is_text:
            raise self._wrong(key, f"'{key}' is a text or {{en: .., vi: ..}}")
        first = next(iter(texts.values()))
        return Words(str(texts.get("en", first)), str(texts.get("vi", first)))

    def _list(self, key: str) -> list:
        said = self.said.get(key)
        return said if isinstance(said, list) else [] if said is None else [said]

    def _names(self, key: str) -> tuple[str, ...]:
        for item in self._list(key):
            if not isinstance(item, str):
                raise self._wrong(key, f"'{key}' is a list of names, not {item!r}")
        return tuple(self._list(key))

    # --- a record in Python ---

    def from_python(self) -> Kpi:
        """The record of that name in the file that the entry names: the only code of a desk that is ever run."""
        others = [key for key in self.said if key != "python"]
        if others:
            raise self._wrong(others[0], f"'{others[0]}' beside 'python': the record says it all. Leave it out")
        file = self._text("python")
        path = (self.root / file).resolve()
        if not path.is_relative_to(self.root.resolve()) or path.suffix != ".py":
            raise self._wrong("python", f"'{file}' is not a .py file in the desk's folder")
        if not path.is_file():
            raise self._wrong("python", f"no file '{file}' beside {self.source.file}")
        try:
            held = runpy.run_path(str(path))
        except KpitoolsError:
            raise
        except (Exception, SystemExit) as error:
            raise self._wrong("python", f"{file} stops with {type(error).__name__}: {error}") from error
        records = {str(value.name): value for value in held.values() if isinstance(value, Kpi)}
        if self.name not in records:
            raise unknown("record", self.name, records, f"{self.at('python')}: {file}", error=ConfigError)
        self._check_record(records[self.name], file)
        return records[self.name]

    def _check_record(self, kpi: Kpi, file: str) -> None:
        """ConfigError for a record that cannot be one, before anything reads it."""
        texts = (kpi.title, kpi.definition, kpi.formula)
        columns = (kpi.dated_by, *kpi.needs) if isinstance(kpi.needs, tuple) else ()
        wrong = {
            "name": not isinstance(kpi.name, str),
            "family": not isinstance(kpi.family, str) or not NAME.fullmatch(kpi.family),
            "title, definition and formula (Words)": not all(isinstance(text, Words) for text in texts),
            "table": kpi.table not in (*tables.TABLES, *facts.FACTS),
            "statistic": kpi.statistic not in (*STATISTICS, "nps", "level"),
            "better": kpi.better not in BETTER,
            "needs (a tuple of columns, at least one) and dated_by": len(columns) < 2
            or not all(isinstance(column, str) for column in columns),
            "per (with ratio, and with nothing else)": (kpi.per is not None) != (kpi.statistic == "ratio"),
            "population (a tuple of Rule)": not all(isinstance(rule, Rule) for rule in kpi.population),
        }
        if found := [what for what, is_wrong in wrong.items() if is_wrong]:
            raise self._wrong("python", f"{file}: the record '{self.name}' is not right in its {', '.join(found)}")
