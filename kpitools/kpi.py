"""The KPI record: which rows count, what each row is worth, which statistic. Everything else reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Words(NamedTuple):
    """A text in both languages of the toolkit."""

    en: str
    vi: str

    def __call__(self, language: str) -> str:
        return self.vi if language == "vi" else self.en


class Rule(NamedTuple):
    """One condition a row meets to count: ``keep`` is a deferred Ibis expression on the KPI's table,
    ``dropped`` says which rows it removes, as a phrase that stands after a number."""

    name: str
    keep: Any
    dropped: Words


class Span(NamedTuple):
    """A duration between two instant columns, measured on the calendar or the business clock.

    A row whose ``start`` is known and whose ``end`` is not is still running: it is no value, and in the
    cohort view it is censored at the desk's ``as_of``. With ``of`` the rows are stretches, and those of one `of`
    (a column, such as ticket_id) are added up; the sum runs on while the column ``is_over`` is false.
    """

    start: str
    end: str
    of: str | None = None


def chosen_by(option: str, records: "Mapping[str, Kpi]") -> "Callable[[Kpi, Mapping[str, Any]], Kpi]":
    """A `Kpi.variant`: the record that stands in `records` under the option's value, if it is of the same KPI."""

    def variant(kpi: "Kpi", options: Mapping[str, Any]) -> "Kpi":
        found = records.get(options.get(option, ""), kpi)
        return found if found.name == kpi.name else kpi

    return variant


@dataclass(frozen=True, eq=False)
class Kpi:
    """A KPI as data.

    Attributes
    ----------
    table : a canonical table or one that `facts` derives (waits, contacts, customer_periods, ticket_flow).
    dated_by : the instant column that puts a row in a period.
    statistic : median, mean, share, total, ratio, nps or level (see `compute.STATISTICS`).
    value : a deferred Ibis expression, or a Span for durations.
    per : the denominator's expression, for ``ratio`` only.
    unit : h, min, s, share (a part of a whole, shown as %), percent (a fraction that may pass 100 % or lie below 0),
        score (NPS points), points (of an answer scale), number (with decimals), count, money (the code of its currency
        on a desk that states one).
    better : lower, higher, band or neutral; colour and words follow from it alone.
    needs : columns of `table` that must hold data.
    population : the rules a row must meet to count, in the order in which removals are counted.
    demands : rules that every row of the population must meet; one that does not makes the KPI unsupported, since
        leaving it out would be a guess.
    count : what a row of a ``ratio`` stands for in n, such as the calls of an interval; None: one.
    interval : how sure a ``ratio`` is: rows (they are a sample: delta method), count (`per` counts events: Poisson) or
        none (a figure of everything there is).
    matures_after : name of the desk setting with the days that must pass after a period before it is complete.
    guards : KPIs to read beside this one.
    per_period : the figure is of one length of period, as a month's churn is no week's; see `is_of_its_period`.
    is_stock : each period's figure is a picture at its end, so one period carries over into the next.
    annual : a rate a period is shown as the rate of a year, 1 - (1 - rate) ** (periods a year).
    benchmark : what a source says is usual or good, naming the source; None where none can be trusted.
    options : names of the desk's options that the definition reads; their values in force are printed with it.
    variant : (record, options) -> the record as those options make it, where they change its words, unit, direction or
        formula; see `as_chosen`.
    """

    name: str
    family: str
    title: Words
    definition: Words
    formula: Words
    table: str
    dated_by: str
    statistic: str
    value: Any
    unit: str
    better: str
    needs: tuple[str, ...]
    source: str
    population: tuple[Rule, ...] = ()
    demands: tuple[Rule, ...] = ()
    per: Any = None
    weight: Any = None
    count: Any = None
    interval: str = "rows"
    matures_after: str | None = None
    traps: tuple[Words, ...] = ()
    choices: tuple[Words, ...] = ()
    guards: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ("team", "channel", "priority", "topic")
    parameters: dict[str, Any] = field(default_factory=dict)
    annual: bool = False
    per_period: bool = False
    is_stock: bool = False
    benchmark: Words | None = None
    options: tuple[str, ...] = ()
    variant: "Callable[[Kpi, Mapping[str, Any]], Kpi] | None" = None

    @property
    def is_duration(self) -> bool:
        """Whether the value is a span of time that has a business clock."""
        return isinstance(self.value, Span)

    @property
    def is_of_its_period(self) -> bool:
        """Whether figures of a week and of a month are no match, so that a goal is for one length of period: counts and
        rates a period."""
        return (self.statistic == "total" or self.per_period) and not self.annual

    def as_chosen(self, options: Mapping[str, Any]) -> "Kpi":
        """The record as a desk with these options means it."""
        return self.variant(self, options) if self.variant else self
