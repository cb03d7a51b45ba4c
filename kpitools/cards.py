"""What notebooks show as HTML beside the figures: definitions, accounts, headlines and tables.

Everything that comes from data is escaped. Each object has a ``_repr_html_`` for notebooks and a plain text form.
"""

from collections.abc import Sequence
from html import escape

import pandas as pd

from kpitools import views
from kpitools.analysis import trend as judging
from kpitools.analysis.targets import Target, target_for, targets_in_force
from kpitools.compute import account, compute
from kpitools.desk import Desk
from kpitools.facts import needed, origins
from kpitools.kpi import Kpi
from kpitools.kpis import get
from kpitools.lacking import named
from kpitools.plots.distribution import in_words, say_column
from kpitools.settings import OPTIONS
from kpitools.words import day, number, quantity, say, together, unit_words, with_bounds
from kpitools.words import period as period_name

SMALL = 20  # groups of fewer rows are marked and never ranked
_CELL = "padding:.25em .7em;text-align:{align};vertical-align:top"


class Table:
    """A table with a caption; cells are plain texts, escaped when shown."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str, right: Sequence[bool]):
        self.columns, self.rows, self.caption, self.right = list(columns), [list(r) for r in rows], caption, list(right)

    def _repr_html_(self) -> str:
        head = "".join(self._cell(name, i, "th") for i, name in enumerate(self.columns))
        body = "".join(f"<tr>{''.join(self._cell(c, i, 'td') for i, c in enumerate(row))}</tr>" for row in self.rows)
        caption = f'<caption style="text-align:left;font-weight:600">{escape(self.caption)}</caption>'
        return f'<table class="kt-table">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def _cell(self, text: str, column: int, tag: str) -> str:
        # A number is never broken over two lines; on a narrow screen the table is moved sideways.
        style = _CELL.format(align="right;white-space:nowrap" if self.right[column] and tag == "td" else "left")
        style = _CELL.format(align="right") if self.right[column] and tag == "th" else style
        scope = ' scope="col"' if tag == "th" else ""
        return f'<{tag}{scope} style="{style}">{escape(text)}</{tag}>'

    def __repr__(self) -> str:
        lines = [self.caption, " | ".join(self.columns), *(" | ".join(row) for row in self.rows)]
        return "\n".join(lines)


class Card:
    """A titled block of terms, paragraphs, bullets and tables.

    Parameters
    ----------
    title : heading of the card
    blocks : a text is a paragraph; a list of texts is bullets; a list of pairs is terms with what is said about them
        (a text or several); a `Table` stands as it is.
    """

    def __init__(self, title: str, *blocks):
        self.title, self.blocks = title, [block for block in blocks if not isinstance(block, list) or block]

    def _repr_html_(self) -> str:
        title = f'<p class="kt-card-title"><strong>{escape(self.title)}</strong></p>' if self.title else ""
        return f'<div class="kt-card">{title}{"".join(_html(block) for block in self.blocks)}</div>'

    def __repr__(self) -> str:
        return "\n".join([self.title, *(_plain(block) for block in self.blocks)]).strip()


class Folded:
    """Cards one below the other; all but the first folded away under their titles."""

    def __init__(self, cards: Sequence[Card]):
        self.cards = list(cards)

    def _repr_html_(self) -> str:
        first, *rest = self.cards
        folds = (f"<details><summary>{escape(c.title)}</summary>{c._repr_html_()}</details>" for c in rest)
        return first._repr_html_() + "".join(folds)

    def __repr__(self) -> str:
        return "\n\n".join(repr(card) for card in self.cards)


def _html(block) -> str:
    if isinstance(block, Table):
        return block._repr_html_()
    if isinstance(block, str):
        return f"<p>{escape(block)}</p>"
    if isinstance(block[0], tuple):
        return f"<dl>{''.join(_term(term, said) for term, said in block)}</dl>"
    return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block)}</ul>"


def _term(term: str, said) -> str:
    said = [said] if isinstance(said, str) else said
    return f"<dt><strong>{escape(term)}</strong></dt>" + "".join(f"<dd>{escape(text)}</dd>" for text in said)


def _plain(block) -> str:
    if isinstance(block, Table | str):
        return repr(block) if isinstance(block, Table) else block
    if isinstance(block[0], tuple):
        pairs = ((term, said if isinstance(said, str) else "; ".join(said)) for term, said in block)
        return "\n".join(f"{term}: {said}" for term, said in pairs)
    return "\n".join(f"- {item}" for item in block)


# Tables -----------------------------------------------------------------------------------------------------


def show_table(
    frame: pd.DataFrame,
    caption: str,
    units: dict[str, str] | None = None,
    language: str = "en",
    headings: dict[str, str] | None = None,
) -> Table:
    """A DataFrame as an escaped table: numbers right-aligned and written as the language writes them.

    Parameters
    ----------
    units : column -> unit (h, min, s, share, points, score, count) for columns of numbers
    headings : column -> heading; by default the toolkit's word for the column, else its name
    """
    units, headings = units or {}, headings or {}
    columns = list(frame.columns)
    names = [headings.get(column) or _heading(str(column), language) for column in columns]
    cells = [[_text(value, units.get(column), language) for value in frame[column]] for column in columns]
    right = [column in units or _is_number(frame[column]) for column in columns]
    rows = list(zip(*cells, strict=True))
    if not rows and names:  # an empty table would look like one that was forgotten
        rows, right = [(say("cards.none", language), *[""] * (len(names) - 1))], [False, *right[1:]]
    return Table(names, rows, caption, right)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _heading(column: str, language: str) -> str:
    from kpitools.errors import UnknownNameError

    try:
        return say(f"cards.column.{column}", language)
    except UnknownNameError:
        return say_column(column, language)


def _text(value, unit: str | None, language: str) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    if value is None or value is pd.NaT or pd.isna(value):
        return "–"
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return say("cards.yes" if value else "cards.no", language)
    if unit:
        return quantity(float(value), unit, language)
    if isinstance(value, pd.Timestamp):
        midnight = value == value.normalize()
        return day(value, language) + ("" if midnight else f" {value:%H:%M}")
    if isinstance(value, str):
        return value
    if isinstance(value, float) or hasattr(value, "dtype"):
        return number(float(value), language, 0 if float(value).is_integer() else 1)
    return number(value, language, 0) if isinstance(value, int) else str(value)


def breakdown_table(groups: pd.DataFrame, kpi: Kpi | str, by: str, language: str = "en") -> Table:
    """The groups of `views.breakdown` with value, interval and n, by name; small ones are marked, none is ranked."""
    kpi = get(kpi) if isinstance(kpi, str) else kpi
    shown = groups[[by, "value", "low", "high", "n"]].copy()
    shown["note"] = [say("cards.small", language, n=SMALL) if n < SMALL else "" for n in shown.n]
    key = "cards.breakdown.stock" if groups.attrs.get("is_stock") else "cards.breakdown"
    caption = say(key, language, title=kpi.title(language), by=say_column(by, language))
    units = dict.fromkeys(("value", "low", "high"), kpi.unit) | {"n": "count"}
    return show_table(in_words(shown, by, language), caption, units, language)


def rows_table(
    desk: Desk,
    kpi: Kpi | str,
    which: str | None = None,
    n: int = 10,
    language: str | None = None,
    hours: str = "calendar",
    start: str | None = None,
    end: str | None = None,
) -> Table:
    """The rows behind the extremes: ids, times and dimensions; people as pseudonyms, no subjects or comments.

    `which`: slowest, quickest or failed; by default the one that suits the KPI (see `views.extreme_rows`).
    """
    kpi, language = _known(kpi, desk, language)
    rows = views.extreme_rows(kpi, desk, which, n, hours=hours, start=start, end=end)
    which = which or ("slowest" if kpi.unit in ("h", "min", "s") else "failed")
    caption = say(f"cards.rows.{which}", language, title=kpi.title(language), n=number(len(rows), language, 0))
    units = {"value": kpi.unit} if kpi.unit in ("h", "min", "s") else {}
    if "has_ended" in rows:
        rows = rows.assign(has_ended=~rows.has_ended.astype(bool))
    for column in ("channel", "priority", "source"):
        rows = in_words(rows, column, language)
    return show_table(rows, caption, units, language, {"local": say("cards.column.local", language)})


def _known(kpi: Kpi | str, desk: Desk | None, language: str | None) -> tuple[Kpi, str]:
    kpi = desk.kpi(kpi) if desk else get(kpi) if isinstance(kpi, str) else kpi
    return kpi, language or (desk.language if desk else "en")


# What a KPI is and what it rests on -------------------------------------------------------------------------


def meaning(kpi: Kpi, language: str, hours: str = "calendar") -> list[tuple[str, str]]:
    """Definition, formula, statistic, unit, direction, date, clock and source of a KPI, each as a term and its text."""
    lines = [*_meaning(kpi, language, hours), ("source", kpi.source)]
    return [(say(f"cards.term.{name}", language), said) for name, said in lines]


def _meaning(kpi: Kpi, language: str, hours: str) -> list[tuple[str, str]]:
    clock = f"cards.clock.{hours}" if kpi.is_duration else "cards.clock.none"
    return [
        ("definition", kpi.definition(language)),
        ("formula", kpi.formula(language)),
        ("statistic", say(f"cards.statistic.{kpi.statistic}", language)),
        ("unit", unit_words(kpi.unit, language)),
        ("better", say(f"cards.better.{kpi.better}", language)),
        ("dated_by", _dated_by(kpi, language)),
        ("clock", say(clock, language)),
    ]


def definition_card(
    kpi: Kpi | str, desk: Desk | None = None, language: str | None = None, hours: str = "calendar"
) -> Card:
    """Definition, formula, unit, direction, date, clock, zone, statistic, needs, choices, traps, source and target."""
    kpi, language = _known(kpi, desk, language)
    lines = _meaning(kpi, language, hours)
    if desk is not None:
        lines += [("timezone", _zone(desk, language)), ("target", target_words(kpi, desk, language, hours))]
        if kpi.options:
            lines.append(("options", [_option_words(name, desk, language) for name in kpi.options]))
    lines += [("needs", named(needed(kpi)(language), language))]
    several = (("choices", kpi.choices), ("traps", kpi.traps))
    lines += [(name, [text(language) for text in texts]) for name, texts in several if texts]
    if kpi.benchmark:
        lines.append(("benchmark", kpi.benchmark(language)))
    if kpi.guards:
        lines.append(("guards", ", ".join(_title(name, language, desk) for name in kpi.guards)))
    lines.append(("source", kpi.source))
    return Card(kpi.title(language), [(say(f"cards.term.{name}", language), said) for name, said in lines])


def definitions(
    kpis: Sequence[Kpi | str], desk: Desk | None = None, language: str | None = None, hours: str = "calendar"
) -> Folded:
    """The definition cards of several KPIs, the first one open."""
    return Folded([definition_card(kpi, desk, language, hours) for kpi in kpis])


def _option_words(name: str, desk: Desk, language: str) -> str:
    """An option's value in force and its meaning: ``fcr_window_days = 7: days after ...``."""
    said = _text(desk.option(name), None, language)
    return f"{name} = {said}: {OPTIONS[name].meaning(language)}"


def _title(name: str, language: str, desk: Desk | None) -> str:
    from kpitools.kpis import CATALOGUE

    known = desk.catalogue if desk else CATALOGUE
    return known[name].title(language) if name in known else name


def _dated_by(kpi: Kpi, language: str) -> str:
    dated = _heading(kpi.dated_by, language)
    if kpi.is_duration and kpi.statistic == "median" and kpi.value.start != kpi.dated_by:
        return say("cards.dated_both", language, start=_heading(kpi.value.start, language), closed=dated)
    return dated


def _zone(desk: Desk, language: str) -> str:
    stated = desk.settings.timezone
    return stated or say("cards.zone_unstated", language)


def target_words(kpi: Kpi, desk: Desk, language: str, hours: str = "calendar") -> str:
    """The targets in force at the desk's `as_of`, in words, each with the periods it is for."""
    found = targets_in_force(desk.targets, kpi, desk.team, desk.as_of_local, hours)
    return "; ".join(_aim(target, kpi, language) for target in found) or say("cards.target.none", language)


def basis_card(kpi: Kpi | str, desk: Desk, language: str | None = None, hours: str = "calendar") -> Card:
    """What the figures rest on: files and rows, the time covered, "now", and what was left out by which rule."""
    kpi, language = _known(kpi, desk, language)
    first, last = (None, None) if desk.missing(kpi) else views.span(kpi, desk)
    lines = []
    if desk.report is not None:
        files = desk.report.files
        read, taken = (number(files[column].sum(), language, 0) for column in ("rows_read", "accepted"))
        lines.append(("files", say("cards.files", language, files=len(files), read=read, accepted=taken)))
    lines.append(("span", f"{_moment(first, language)} – {_moment(last, language)}"))
    lines.append(("as_of", f"{_moment(desk.known_now, language)} ({_zone(desk, language)})" if desk.known_now else "–"))
    terms = [(say(f"cards.term.{name}", language), said) for name, said in lines]
    rest = _lacks(kpi, desk, language) or account_table(kpi, desk, language, hours)
    return Card(say("cards.basis", language), terms, rest)


def _lacks(kpi: Kpi, desk: Desk, language: str) -> str:
    """That this data has nothing of a KPI, and what it lacks; empty where it has."""
    missing = desk.missing_in(kpi, language)
    if not missing:
        return ""
    return say(
        "cards.not.lacking", language, title=kpi.title(language), missing=say("cards.lacks", language, missing=missing)
    )


def _moment(local, language: str) -> str:
    return "–" if local is None or pd.isna(local) else f"{day(local, language)} {local:%H:%M}"


def account_table(kpi: Kpi | str, desk: Desk, language: str | None = None, hours: str = "calendar") -> Table:
    """The way from all rows to those that count, one rule a line."""
    kpi, language = _known(kpi, desk, language)
    rows = account(kpi, desk, hours)
    says = [say("cards.all_rows", language), *(words(language) for words in rows.dropped_words[1:])]
    cells = [
        [said, "" if place == 0 else number(row.dropped, language, 0), number(row.left, language, 0)]
        for place, (said, row) in enumerate(zip(says, rows.itertuples(), strict=True))
    ]
    heads = [say(f"cards.column.{name}", language) for name in ("rule", "dropped", "left")]
    return Table(heads, cells, say("cards.account", language), [False, True, True])


# The headline -----------------------------------------------------------------------------------------------


def headline_card(
    kpi: Kpi | str,
    desk: Desk,
    every: str = "week",
    hours: str = "calendar",
    language: str | None = None,
    start: str | None = None,
    end: str | None = None,
) -> Card:
    """The last complete period: value with interval and n, against its target and against the period before.

    Whether a difference is more than the usual ups and downs is the trend's judgement, in its words; the card adds
    no conclusion of its own.
    """
    kpi, language = _known(kpi, desk, language)
    if lacks := _lacks(kpi, desk, language):
        return Card(kpi.title(language), lacks)
    series = compute(kpi, desk, every=every, hours=hours, start=start, end=end)
    trend = views.judged(series, kpi, desk, every, hours)
    trend = views.current(trend, kpi, desk) if end is None else trend
    if trend is None:
        return Card(_nothing_counted(kpi, desk, start, end, language))
    if trend.last is None:
        return Card(say("cards.headline.nothing", language, title=kpi.title(language)))
    last = trend.last
    said = {"title": kpi.title(language), "period": period_name(last.period, every, language)}
    value, awaited = _with_interval(last, kpi, language), judging.awaited_words(trend, language)
    lines = [
        ("value", [value, awaited] if awaited else value),
        *_spread(last, kpi, language),
        ("target", _against_target(trend, kpi, desk, language, hours)),
        ("before", _against_before(trend.points, last, kpi, every, language)),
        ("variation", judging.variation_words(trend, language)),
    ]
    terms = [(say(f"cards.term.{name}", language), text) for name, text in lines]
    return Card(say("cards.headline", language, **said), terms, judging.note_words(trend, language))


def _nothing_counted(kpi: Kpi, desk: Desk, start: str | None, end: str | None, language: str) -> str:
    """That no row counts in what was asked for: which days, which team."""
    last = pd.Timestamp(end) - pd.Timedelta(days=1) if end else None
    ends = [("from", start), ("to", last)]
    parts = [say(f"cards.empty.{name}", language, day=day(pd.Timestamp(at), language)) for name, at in ends if at]
    parts += [say("cards.empty.team", language, team=desk.team)] if desk.team else []
    return say("cards.empty", language, title=kpi.title(language), asked=" ".join(parts)).strip()


def _with_interval(row: pd.Series, kpi: Kpi, language: str) -> str:
    n = number(row.n, language, 0)
    if pd.isna(row.get("low")) or pd.isna(row.get("high")):
        return say("cards.value_n", language, value=quantity(row.value, kpi.unit, language), n=n)
    value, low, high = with_bounds(row.value, row.low, row.high, kpi.unit, language)
    return say("cards.value", language, value=value, n=n, low=low, high=high)


def _spread(row: pd.Series, kpi: Kpi, language: str) -> list[tuple[str, str]]:
    """The figures that stand beside a headline: p90, mean and open for times, the three groups for NPS."""
    if kpi.is_duration or kpi.statistic == "median":
        names = ("median", "p90", "mean")
        texts = together([row.get(name) for name in names], kpi.unit, language)
        shown = dict(zip(names, texts, strict=True))
        beside = [say(f"cards.beside.{name}", language, value=value) for name, value in shown.items() if value != "–"]
        if row.get("open"):
            beside.append(say("cards.beside.open", language, n=number(row["open"], language, 0)))
        return [("beside", ", ".join(beside))] if beside else []
    if kpi.statistic == "nps":
        counts = {name: number(row[name], language, 0) for name in ("promoters", "passives", "detractors")}
        return [("beside", say("cards.beside.nps", language, **counts)), *_unweighted(row, kpi, language)]
    if "mean_of_ratios" in row:
        value = quantity(row.mean_of_ratios, kpi.unit, language)
        return [("beside", say("cards.beside.mean_of_ratios", language, value=value))]
    return _unweighted(row, kpi, language)


def _unweighted(row: pd.Series, kpi: Kpi, language: str) -> list[tuple[str, str]]:
    """The figure without survey weights, where they change it."""
    if not abs(row.get("unweighted", row.value) - row.value) > 1e-9:
        return []
    return [("beside", say("cards.beside.unweighted", language, value=quantity(row.unweighted, kpi.unit, language)))]


def _against_target(trend, kpi: Kpi, desk: Desk, language: str, hours: str) -> list[str]:
    last = trend.last
    target = target_for(desk.targets, kpi, desk.team, last.period, hours, trend.every)
    if target is None:
        return [judging.assurance_words(trend, language)]
    met = "" if last.met is None else say("cards.met" if last.met else "cards.missed", language)
    aim = _aim(target, kpi, language)
    return [
        f"{aim}: {met}" if met else aim,
        judging.met_words(trend, language),
        judging.assurance_words(trend, language),
    ]


def _aim(target: Target, kpi: Kpi, language: str) -> str:
    """A target in words: at most, at least, or from .. to, and the periods it is for."""
    aim = _bounds_words(target, kpi, language)
    return say(f"cards.target.every.{target.every}", language, aim=aim) if target.every else aim


def _bounds_words(target: Target, kpi: Kpi, language: str) -> str:
    if target.target is not None and target.low is None and target.high is None:
        key = {"lower": "at_most", "higher": "at_least"}.get(kpi.better, "about")
        return say(f"cards.target.{key}", language, value=quantity(target.target, kpi.unit, language))
    said = together((target.low, target.high), kpi.unit, language)
    ends = dict(zip(("low", "high"), said, strict=True))
    for side, other, key in (("low", "high", "at_least"), ("high", "low", "at_most")):
        if ends[other] == "–":
            return say(f"cards.target.{key}", language, value=ends[side])
    return say("cards.target.band", language, **ends)


def _against_before(points: pd.DataFrame, last: pd.Series, kpi: Kpi, every: str, language: str) -> str:
    """The difference to the period before; in the words of the unit, without a verdict."""
    earlier = points[(points.period < last.period) & points.complete.astype(bool) & points.value.notna()]
    if not len(earlier):
        return say("cards.before.none", language)
    before = earlier.iloc[-1]
    change = last.value - before.value
    unit = "points" if kpi.unit in ("share", "percent") else kpi.unit
    said = {
        "before": quantity(before.value, kpi.unit, language),
        "period": period_name(before.period, every, language),
        "change": quantity(abs(change), unit, language),
    }
    key = "same" if change == 0 else "up" if change > 0 else "down"
    return say(f"cards.before.{key}", language, **said)


def guards_table(kpi: Kpi | str, desk: Desk, every: str = "week", language: str | None = None) -> Table:
    """The KPIs to read beside this one: their last complete period, or what the data lacks for them."""
    kpi, language = _known(kpi, desk, language)
    heads = [say(f"cards.column.{name}", language) for name in ("title", "period", "value", "signal")]
    rows = [_guard(desk.kpi(name), kpi, desk, every, language) for name in kpi.guards]
    return Table(heads, rows, say("cards.guards", language, title=kpi.title(language)), [False, False, True, False])


def together_table(kpis: Sequence[Kpi | str], desk: Desk, every: str = "week", language: str | None = None) -> Table:
    """Several KPIs side by side at their last complete period, or what the data lacks for them."""
    language = language or desk.language
    heads = [say(f"cards.column.{name}", language) for name in ("title", "period", "value", "interval", "n", "signal")]
    rows = [_standing_row(desk.kpi(kpi), desk, every, language) for kpi in kpis]
    return Table(heads, rows, say("cards.together", language), [False, False, True, True, True, False])


def _standing_row(kpi: Kpi, desk: Desk, every: str, language: str) -> list[str]:
    title, missing = kpi.title(language), desk.missing_in(kpi, language)
    if missing:
        return [title, *"––––", say("cards.lacks", language, missing=missing)]
    trend = views.current(views.trend(kpi, desk, every=every), kpi, desk)
    if trend is None or trend.last is None:
        return [title, *"––––", say("cards.headline.nothing", language, title=title)]
    last = trend.last
    value, *ends = with_bounds(last.value, last.get("low"), last.get("high"), kpi.unit, language)
    return [
        title,
        period_name(last.period, every, language),
        value,
        "–" if "–" in ends else say("cards.interval", language, low=ends[0], high=ends[1]),
        number(last.n, language, 0),
        judging.variation_words(trend, language),
    ]


def _guard(kpi: Kpi, beside: Kpi, desk: Desk, every: str, language: str) -> list[str]:
    title, missing = kpi.title(language), desk.missing_in(kpi, language)
    if missing:
        return [title, "–", "–", say("cards.lacks", language, missing=missing)]
    # The response rate to read beside NPS is that of the NPS survey alone.
    same_survey = {"kind": beside.name} if kpi.name == "survey_response_rate" and beside.table == kpi.table else None
    series = compute(kpi, desk, every=every, where=same_survey)
    trend = views.current(views.judged(series, kpi, desk, every), kpi, desk)
    if trend is None:
        return [title, "–", "–", say("cards.headline.none", language)]
    if trend.last is None:
        return [title, "–", "–", judging.variation_words(trend, language)]
    period = period_name(trend.last.period, every, language)
    return [title, period, _with_interval(trend.last, kpi, language), judging.variation_words(trend, language)]


def ranking_table(ranks: pd.DataFrame, kpi: Kpi | str, by: str, language: str = "en") -> Table:
    """`views.ranking` in words: each group's rank and the ranks it would have by chance alone, by name."""
    kpi = get(kpi) if isinstance(kpi, str) else kpi
    units = {"value": kpi.unit, "last_by_chance": "share"}
    units |= dict.fromkeys(("n", "rank", "rank_low", "rank_high"), "count")
    caption = say("cards.ranking", language, title=kpi.title(language), by=say_column(by, language))
    return show_table(ranks, caption, units, language)


def funnel_card(points: pd.DataFrame, kpi: Kpi | str, by: str, language: str = "en") -> Card:
    """`views.group_funnel` in words: how many were tested, flagged and left out, then each group by name."""
    kpi = get(kpi) if isinstance(kpi, str) else kpi
    told = points.attrs
    if points.empty:
        return Card(say("cards.no_share", language, by=say_column(by, language)))
    counts = say(
        "cards.counted",
        language,
        few=views.SUPPRESSED,
        small=SMALL,
        faint=int(points.small.sum()),
        phi=number(told["phi"], language),
        **{name: told[name] for name in ("tested", "flagged", "suppressed")},
    )
    shown = points[[by, "value", "lower998", "upper998", "n", "q", "flag"]].copy()
    words = {flag: say(f"plots.flag.{flag}", language) for flag in ("above", "below")}
    small = say("cards.small", language, n=SMALL)
    shown["flag"] = [small if few else words.get(flag, "") for flag, few in zip(points.flag, points.small, strict=True)]
    units = dict.fromkeys(("value", "lower998", "upper998"), kpi.unit) | {"n": "count", "q": "share"}
    caption = say("cards.funnel", language, title=kpi.title(language), by=say_column(by, language))
    return Card(say("cards.counted.title", language), counts, show_table(shown, caption, units, language))


def yearly_churn_table(series: pd.DataFrame, language: str = "en", every: str = "month") -> Table:
    """`views.yearly_churn` in words: the pooled rate, the wrong sum and the right compound."""
    units = {"pooled": "share", "times": "share", "compounded": "share", "lost": "count", "at_risk": "count"}
    return show_table(
        views.yearly_churn(series, every).rename(columns={"rate": "pooled"}),
        say("cards.yearly_churn", language),
        units,
        language,
    )


# What is not shown, and the quality of the data -------------------------------------------------------------


def not_shown(
    kpi: Kpi | str, desk: Desk, language: str | None = None, every: str = "week", hours: str = "calendar"
) -> Card:
    """What the page leaves out or cannot know, as bullets with numbers."""
    kpi, language = _known(kpi, desk, language)
    if lacks := _lacks(kpi, desk, language):
        return Card(say("cards.not", language), lacks)
    rows = account(kpi, desk, hours)
    out = int(rows.left.iloc[0] - rows.left.iloc[-1])
    bullets = [say("cards.not.rules", language, n=number(out, language, 0), all=number(rows.left.iloc[0], language, 0))]
    bullets += _not_complete(kpi, desk, every, hours, language)
    if kpi.matures_after:
        bullets.append(say("cards.not.matures", language, days=int(desk.option(kpi.matures_after))))
    if desk.settings.timezone is None:
        bullets.append(say("cards.not.zone", language))
    bullets += _not_own_columns(kpi, desk, language)
    if kpi.is_duration:
        bullets.append(say(f"cards.not.clock_{hours}", language))
    bullets.append(say("cards.not.cause", language))
    if kpi.guards:
        names = ", ".join(_title(name, language, desk) for name in kpi.guards)
        bullets.append(say("cards.not.guards", language, names=names))
    return Card(say("cards.not", language), bullets)


def _not_complete(kpi: Kpi, desk: Desk, every: str, hours: str, language: str) -> list[str]:
    series = compute(kpi, desk, every=every, hours=hours)
    unfinished = series[~series.complete.astype(bool) & (series.n > 0)]
    few = series[series.complete.astype(bool) & (series.n < SMALL)]
    said = [("unfinished", len(unfinished), unfinished.n.sum()), ("few", len(few), few.n.sum())]
    if kpi.statistic in ("total", "level") or kpi.interval == "none":
        said = said[:1]
    counted = [(name, periods_, rows) for name, periods_, rows in said if periods_]
    return [
        say(f"cards.not.{name}", language, periods=periods_, rows=number(rows, language, 0), small=SMALL)
        for name, periods_, rows in counted
    ]


def _not_own_columns(kpi: Kpi, desk: Desk, language: str) -> list[str]:
    """Columns the export lacks and that were derived, as far as the KPI rests on them."""
    if kpi.table not in ("tickets", "resolutions", "waits"):
        return []
    wanted = {*kpi.needs, kpi.dated_by}
    found = {column: source for column, source in origins(desk).items() if column in wanted}
    return [
        say(
            "cards.not.closed" if source == "closed_at" else "cards.not.derived", language, column=column, source=source
        )
        for column, source in found.items()
    ]


def kpis_table(desk: Desk, language: str | None = None) -> Table:
    """Which KPIs the data supports, and what the others lack."""
    language = language or desk.language
    frame = desk.kpis().drop(columns="title")
    frame.insert(1, "title", [_title(name, language, desk) for name in frame.kpi])
    frame["missing"] = [desk.missing_in(name, language) for name in frame.kpi]
    return show_table(frame, say("cards.kpis", language), language=language)


def vendor_times_table(desk: Desk, language: str | None = None) -> Table:
    """The helpdesk's own times against ours (see `views.vendor_times`)."""
    language = language or desk.language
    units = {"n": "count", "equal": "share", "difference": "min", "p90": "min"}
    headings = {"p90": say("cards.column.p90_apart", language)}
    caption = say(f"cards.vendor_times{'.no_tickets' * bool(desk.missing_for_table('tickets'))}", language)
    return show_table(views.vendor_times(desk), caption, units, language, headings)


def files_table(desk: Desk, language: str | None = None) -> Table:
    """The files that were read: format, encoding, zone, and what became of their rows."""
    language = language or desk.language
    files = _report(desk, "files")
    if "sha256" in files:
        files = files.assign(sha256=files.sha256.astype(str).str[:12])
    return show_table(files, say("cards.quality.files", language), language=language)


def assumptions_table(desk: Desk, language: str | None = None) -> Table:
    """What was decided about each file, how, and three examples."""
    language = language or desk.language
    made = _report(desk, "assumptions") if desk.report is None else desk.report.assumptions_in(language)
    return show_table(made, say("cards.quality.assumptions", language), language=language)


def findings_table(desk: Desk, language: str | None = None) -> Table:
    """What the rules found: rows, an example and its line."""
    language = language or desk.language
    found = _report(desk, "findings")
    if len(found):
        found = _without_personal(desk.report.findings_in(language))
        found = found.assign(rule=found.text).drop(columns="text")
    return show_table(found, say("cards.quality.findings", language), language=language)


# Rules whose example is a cleaned value, not what somebody wrote.
TYPED_EXAMPLES = (
    "sentinel_date",
    "in_the_future",
    "negative_duration",
    "negative_count",
    "duration_over_a_century",
    "skipped_hour",
    "repeated_hour",
    "reply_before_created",
    "resolved_before_created",
    "closed_before_created",
    "answered_before_offered",
    "ended_before_start",
    "answered_before_sent",
    "score_outside_scale",
)


def _without_personal(found: pd.DataFrame) -> pd.DataFrame:
    """Only examples that were read as a moment or a number are shown: a raw cell or line may hold anybody's name."""
    return found.assign(example=found.example.where(found.rule.isin(TYPED_EXAMPLES), None))


def quarantine_table(desk: Desk, language: str | None = None) -> Table:
    """Rows that were set aside, counted by file and rule; the rows themselves stay in the quarantine file."""
    language = language or desk.language
    rows = _report(desk, "quarantine") if desk.report is None else desk.report.quarantine_in(language)
    counted = rows.groupby(["file", "rule", "reason"], as_index=False).agg(rows=("line", "size"), line=("line", "min"))
    return show_table(counted, say("cards.quality.quarantine", language), language=language)


def _report(desk: Desk, part: str) -> pd.DataFrame:
    empty = {"quarantine": ["file", "line", "rule", "reason", "row"]}
    if desk.report is None:
        return pd.DataFrame(columns=empty.get(part, ["file"]))
    return getattr(desk.report, part)
