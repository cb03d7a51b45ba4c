"""What a load says of itself: what was read, assumed, found and set aside."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from kpitools.words import say

FILES = [
    "file",
    "sha256",
    "format",
    "encoding",
    "delimiter",
    "timezone",
    "rows_read",
    "accepted",
    "quarantined",
    "duplicates",
    "superseded",
    "merged",
]
ASSUMPTIONS = ["file", "what", "value", "how", "examples"]
FINDINGS = ["file", "table", "rule", "column", "rows", "example", "line", "kind"]
UNUSED = ["file", "column", "kind", "table", "could_be"]
QUARANTINE = ["file", "line", "rule", "values", "row"]


@dataclass
class LoadReport:
    """What was read, assumed, found and set aside.

    Attributes
    ----------
    files : DataFrame, a row a file; rows_read = accepted + quarantined + duplicates + superseded + merged,
        always.
    assumptions : DataFrame of what was decided, how, and three examples; `how` is a key of ``how.*``.
    findings : DataFrame, a row a rule and column that fired; kind repaired, cell, quarantined, duplicate,
        superseded or warning.
    quarantine : DataFrame with every row set aside: line, rule, the values that word its reason and the original
        row, both as JSON text; `quarantine_in` words the reason.
    unused : DataFrame, a row a column that no mapping reads: what it looks like (a key of ``unused.*``) and which free
        column of `table` its header resembles, if any.
    """

    files: pd.DataFrame
    assumptions: pd.DataFrame
    findings: pd.DataFrame
    quarantine: pd.DataFrame
    unused: pd.DataFrame

    @classmethod
    def from_rows(
        cls, files: list[dict], assumptions: list, findings: list, quarantine: list, unused: list
    ) -> "LoadReport":
        """A report from lists of rows."""
        return cls(
            pd.DataFrame(files, columns=FILES),
            pd.DataFrame(assumptions, columns=ASSUMPTIONS),
            pd.DataFrame(findings, columns=FINDINGS),
            pd.DataFrame(quarantine, columns=QUARANTINE),
            pd.DataFrame(unused, columns=UNUSED),
        )

    def with_warning(self, file: str, rule: str, column: str, rows: int, example: str) -> "LoadReport":
        """The report with one more finding, of what desk.yml or targets.csv say."""
        log = Log(findings=list(self.findings.itertuples(index=False, name=None)))
        log.find(file, None, rule, column, rows, example, None, "warning")
        return replace(self, findings=pd.DataFrame(log.findings, columns=FINDINGS))

    def findings_in(self, language: str) -> pd.DataFrame:
        """`findings` with a column `text`, what the rule does in words, and `kind` in words."""
        return self.findings.assign(
            text=[say(f"rule.{rule}", language) for rule in self.findings["rule"]],
            kind=[say(f"kind.{kind}", language) for kind in self.findings["kind"]],
        )

    def quarantine_in(self, language: str) -> pd.DataFrame:
        """`quarantine` with `reason`, in words, in the place of `values`. Columns: file, line, rule, reason, row."""
        pairs = zip(self.quarantine["rule"], self.quarantine["values"], strict=True)
        reasons = [reason(rule, json.loads(values), language) for rule, values in pairs]
        return self.quarantine.assign(values=reasons).rename(columns={"values": "reason"})

    def assumptions_in(self, language: str) -> pd.DataFrame:
        """`assumptions` with `what`, `value` and `how` in words."""
        pairs = zip(self.assumptions["what"], self.assumptions["value"], strict=True)
        return self.assumptions.assign(
            value=[_valued(what, value, language) for what, value in pairs],
            what=[say(f"what.{key}", language) for key in self.assumptions["what"]],
            how=[say(f"how.{key}", language) for key in self.assumptions["how"]],
        )

    def write_quarantine(self, path: str | Path, language: str = "en") -> Path:
        """Write `quarantine` as CSV that a spreadsheet opens without running anything; the path written.

        The reasons are in English whatever the desk's language, unless another `language` is asked for.
        """
        path = Path(path)
        safe = self.quarantine_in(language).map(lambda cell: harmless(cell) if isinstance(cell, str) else cell)
        safe.to_csv(path, index=False, encoding="utf-8-sig")
        return path

    def to_json(self) -> str:
        """The report as JSON text."""
        names = ("files", "assumptions", "findings", "quarantine", "unused")
        return json.dumps({name: json.loads(getattr(self, name).to_json(orient="values")) for name in names})

    @classmethod
    def from_json(cls, text: str) -> "LoadReport":
        """The report that `to_json` wrote."""
        return cls.from_rows(**json.loads(text))


def _valued(what: str, value: str, language: str) -> str:
    """What was decided, in words where it is more than a name: an order, a unit after a header, an offset."""
    if what == "date_order":
        return say(f"value.{value}", language)
    if what == "duration_unit":
        header, _, unit = value.rpartition(": ")
        return f"{header}: {say(f'value.{unit}', language)}"
    ending = next((end for end in (", some with offset", " with offset") if value.endswith(end)), "")
    if what == "date_format" and ending:
        return value.removesuffix(ending) + say(f"value.{ending.strip(', ')}", language)
    return value


def reason(rule: str, values: dict[str, Any], language: str) -> str:
    """Why a row was set aside, in words; `values` are what the sentence names."""
    place = f"{values['table']}: " if values.get("table") else ""
    return place + say(f"reason.{rule}", language, **{k: v for k, v in values.items() if k != "table"})


def harmless(text: str) -> str:
    """`text` with a leading apostrophe where a spreadsheet would take it for a formula.

    >>> harmless("=1+1"), harmless("plain")
    ("'=1+1", 'plain')
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


@dataclass
class Log:
    """Collects what the report says; `files` holds a dict a file with the columns FILES."""

    files: list[dict] = field(default_factory=list)
    assumptions: list[tuple] = field(default_factory=list)
    findings: list[tuple] = field(default_factory=list)
    quarantine: list[tuple] = field(default_factory=list)
    unused: list[tuple] = field(default_factory=list)

    def assume(self, file: str, what: str, value: Any, how: str, examples: str = "") -> None:
        """Note a decision, once a file."""
        said = (file, what, str(value), how, examples)
        if said not in self.assumptions:
            self.assumptions.append(said)

    def find(self, file, table, rule, column, rows, example, line, kind) -> None:
        """Note that a rule fired."""
        example = None if example is None else str(example)[:200]
        self.findings.append((file, table, rule, column, int(rows), example, None if line is None else int(line), kind))

    def set_aside(self, file: str, line: int, rule: str, values: dict[str, Any], row: str) -> None:
        """Note a row that was quarantined; `values` are what its reason names."""
        self.quarantine.append((file, line, rule, json.dumps(values), row))

    def report(self) -> LoadReport:
        """The finished report."""
        return LoadReport.from_rows(self.files, self.assumptions, self.findings, self.quarantine, self.unused)
