"""KPIs of a desk's own, from the ``kpis:`` of its desk.yml: written there, or as a record in a Python file it names."""

import re
import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from kpitools import facts, tables
from kpitools.errors import ConfigError, KpitoolsError, unknown
from kpitools.expression import Expression, parse
from kpitools.kpi import Kpi, Rule, Span, Words
from kpitools.kpis import CATALOGUE
from kpitools.kpis.rules import COUNTABLE
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


@dataclass(frozen=True, eq=False)
class OwnKpi(Kpi):
    """A KPI written in desk.yml; `lines` says where each of its keys stands."""

    lines: Mapping[str, str] = field(default_factory=dict)


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
    return found


def check_columns(desk, kpis: Mapping[str, Kpi]) -> None:
    """ConfigError where a KPI of the desk's own reads a column that its table does not have, or a text as a number."""
    for kpi in kpis.values():
        if not desk.missing_for_table(kpi.table):
            _check_names(kpi, desk.table(kpi.table, "month"))


def _check_names(kpi: Kpi, rows: ir.Table) -> None:
    for rule in kpi.population:
        _check_kind(rule.keep, rows, ir.BooleanValue, "true or false")
    wanted = (ir.BooleanValue, "true or false") if kpi.statistic == "share" else (ir.NumericValue, "a number")
    for part in (kpi.value, kpi.per):
        _check_kind(part, rows, *wanted)
    lines = getattr(kpi, "lines", {})
    spans = (kpi.value.start, kpi.value.end) if isinstance(kpi.value, Span) else ()
    named = [("dated_by", kpi.dated_by), *(("value", c) for c in spans), *(("needs", c) for c in kpi.needs)]
    for key, column in named:
        if column not in rows.columns:
            known = [c for c in rows.columns if not c.endswith("_local")]
            raise unknown("column", column, known, lines.get(key, f"desk.yml: kpis: {kpi.name}"), error=ConfigError)


def _check_kind(part: Any, rows: ir.Table, kind: type, words: str) -> None:
    if isinstance(part, Expression) and not isinstance(part.resolve(rows), kind):
        raise ConfigError(f"{part.where}: '{part.text}' has to be {words}.")


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
        weight = self._expression("weight") if "weight" in self.said and statistic == "share" else None
        dated_by, table = self._text("dated_by"), self._table()
        population = self._population(table)
        read = [part for part in (value, per, *(rule.keep for rule in population)) if isinstance(part, Expression)]
        return OwnKpi(
            name=self.name,
            family=self.said.get("family") or FAMILY,
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

    def _population(self, table: str) -> tuple[Rule, ...]:
        countable = () if self.said.get("every_row") else COUNTABLE
        rules = list(countable if table in ("tickets", "resolutions", "waits", "ticket_flow") else ())
        for i, condition in enumerate(self._list("where"), start=1):
            kept = parse(condition, self.at("where"))
            not_so = Words(f"not: {kept.text}", f"không thỏa: {kept.text}")
            rules.append(Rule(f"where_{i}", kept, not_so))
        return tuple(rules)

    def _needs(self, dated_by: str, value: Any, read: list[Expression]) -> tuple[str, ...]:
        if "needs" in self.said:
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
        if value not in known:
            raise unknown(key, value, known, self.at(key), error=ConfigError)
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
        if isinstance(said, Mapping) and set(said) <= {"en", "vi"} and said:
            first = str(next(iter(said.values())))
            return Words(str(said.get("en", first)), str(said.get("vi", first)))
        if isinstance(said, str | int | float):
            return Words(str(said), str(said))
        raise self._wrong(key, f"'{key}' is a text or {{en: .., vi: ..}}")

    def _list(self, key: str) -> list:
        said = self.said.get(key)
        return said if isinstance(said, list) else [] if said is None else [said]

    def _names(self, key: str) -> tuple[str, ...]:
        return tuple(str(item) for item in self._list(key))

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
        except Exception as error:
            raise self._wrong("python", f"{file} stops with {type(error).__name__}: {error}") from error
        records = {value.name: value for value in held.values() if isinstance(value, Kpi)}
        if self.name not in records:
            raise unknown("record", self.name, records, f"{self.at('python')}: {file}", error=ConfigError)
        return records[self.name]
