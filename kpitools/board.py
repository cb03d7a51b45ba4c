"""The scorecard as HTML: one row a KPI, with a sparkline and icons whose shape says what their colour says."""

from html import escape

import numpy as np
import pandas as pd

from kpitools.analysis.trend import FEWEST_MET, Trend, assurance_words, awaited_words, met_words, variation_words
from kpitools.kpi import Kpi
from kpitools.scorecard import Scorecard, Standing, families
from kpitools.words import period, quantity, say, together, with_bounds

WIDTH, HEIGHT, POINTS = 120, 35, 24
# Verdict -> colour where no style sheet rules, and the path of its shape in a box of 16 by 16.
_SHAPES = {
    "improvement_high": ("#00639a", "M8 2 15 14H1Z"),
    "improvement_low": ("#00639a", "M8 14 1 2H15Z"),
    "concern_high": ("#a84300", "M8 1 15 8H11V15H5V8H1Z"),
    "concern_low": ("#a84300", "M8 15 1 8H5V1H11V8H15Z"),
    "neutral_high": ("#490092", "M8 1 15 8 8 15 1 8Z"),
    "neutral_low": ("#490092", "M8 1 15 8 8 15 1 8Z"),
    "common_cause": ("#59636e", "M1 8c2-5 5-5 7 0s5 5 7 0v3c-2 5-5 5-7 0S3 6 1 11Z"),
    "consistent_pass": ("#00639a", "M2 8.5 4 6.5 6.5 9 12.5 3 14.5 5 6.5 13Z"),
    "consistent_fail": ("#a84300", "M3 1 8 6 13 1 15 3 10 8 15 13 13 15 8 10 3 15 1 13 6 8 1 3Z"),
    "inconsistent": ("#59636e", "M4 2 4 11 1 11 5.5 15.5 10 11 7 11 7 2ZM12 14 12 5 15 5 10.5.5 9 2 9 9 9 14Z"),
}


def board(card: Scorecard, language: str, links: dict[str, str] | None = None) -> str:
    """The table of all KPIs of `card`; `links` leads from KPI names to their pages."""
    groups = [(family, [s for s in card.standings if s.kpi.family == family]) for family in families(card.desk)]
    body = "".join(_family(name, rows, language, links or {}) for name, rows in groups if rows)
    columns = ("kpi", "value", "spark", "change", "target", "n")
    head = "".join(f'<th scope="col"{_number(c)}>{escape(say(f"board.{c}", language))}</th>' for c in columns)
    caption = escape(say("board.caption", language))
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table class="scorecard">'
        f'<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )  # fmt: skip


def plain(card: Scorecard, language: str) -> str:
    """The same as text, for a terminal: a line a KPI."""
    rows = [_plain_row(standing, language) for standing in card.standings]
    heads = [say(f"board.{column}", language) for column in ("kpi", "value", "change", "target")]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (heads, *rows))
    return "\n".join([say("board.caption", language), *(line.rstrip() for line in lines)])


def _plain_row(standing: Standing, language: str) -> list[str]:
    title, trend, last = standing.kpi.title(language), standing.trend, standing.last
    if trend is None or last is None:
        return [title, "–", standing.problem or say("board.nothing_yet", language), ""]
    value = f"{quantity(last['value'], standing.kpi.unit, language)} ({period(last['period'], trend.every, language)})"
    return [title, value, variation_words(trend, language), assurance_words(trend, language)]


def _number(column: str) -> str:
    return ' class="number"' if column == "n" else ""


def _family(name: str, rows: list[Standing], language: str, links: dict[str, str]) -> str:
    words = escape(family_words(name, language))
    head = f'<tr class="family" id="family-{escape(name)}"><th scope="colgroup" colspan="6">{words}</th></tr>'
    return head + "".join(_row(row, language, links.get(row.kpi.name)) for row in rows)


def family_words(name: str, language: str) -> str:
    """The name of a family of KPIs; its own name where no words were written for it."""
    from kpitools.errors import UnknownNameError

    try:
        return say(f"family.{name}", language)
    except UnknownNameError:
        return name.replace("_", " ")


def _row(standing: Standing, language: str, link: str | None) -> str:
    title = escape(standing.kpi.title(language))
    name = f'<a href="{escape(link)}">{title}</a>' if link else title
    head = f'<th scope="row">{name}</th>'
    trend, last = standing.trend, standing.last
    if trend is None or last is None:
        why = standing.problem or say("board.nothing_yet", language)
        return f'<tr class="kpi is-unjudged" id="{standing.kpi.name}">{head}<td colspan="5">{escape(why)}</td></tr>'
    cells = (
        ("value", _value(last, standing.kpi, trend, language)),
        ("spark", sparkline(trend, standing.kpi, language)),
        ("change", sign(trend.variation, variation_words(trend, language))),
        ("target", _target(trend, language)),
        ("n", f"{int(last['n']):,}".replace(",", "." if language == "vi" else ",")),
    )
    said = "".join(_cell(column, html, language) for column, html in cells)
    return f'<tr class="{_kinds(trend)}" id="{standing.kpi.name}">{head}{said}</tr>'


def _kinds(trend: Trend) -> str:
    """Classes of a row by which the first page's filters find it."""
    missed = " is-missed" if trend.assurance == "consistent_fail" else ""
    missed += " is-mostly_missed" if trend.mostly_missed else ""
    return f"kpi is-{_kind(trend.variation or 'unjudged')}{missed}"


def _cell(column: str, html: str, language: str) -> str:
    label = escape(say(f"board.{column}", language))
    kind = f' class="{column}"' if column in ("value", "target") else _number(column)
    return f'<td{kind} data-label="{label}">{html}</td>'


def _value(last: pd.Series, kpi: Kpi, trend: Trend, language: str) -> str:
    low, high = last.get("low", np.nan), last.get("high", np.nan)
    span = ""
    if pd.notna(low) and pd.notna(high):
        _, low, high = with_bounds(last["value"], low, high, kpi.unit, language)
        span = f'<span class="under">{escape(say("board.interval", language, low=low, high=high))}</span>'
    when = f'<span class="under">{escape(period(last["period"], trend.every, language))}</span>'
    awaited = awaited_words(trend, language)
    awaited = f' <span class="under">{escape(awaited)}</span>' if awaited else ""
    return f"<b>{escape(quantity(last['value'], kpi.unit, language))}</b> {span} {when}{awaited}"


def _standing_word(trend: Trend) -> str:
    """The assurance in a word; where the limits leave it open, how it went lately: mostly met or mostly missed."""
    if trend.mostly_missed:
        return "mostly_missed"
    if trend.assurance != "inconsistent" or trend.met_n < FEWEST_MET:
        return trend.assurance or "none"
    return "mostly_met" if trend.met_k / trend.met_n >= 0.75 else "inconsistent"


def _target(trend: Trend, language: str) -> str:
    """The assurance in a word or two, the target, and how often it was met; the whole sentence as a tip."""
    goal = _goal(trend, language)
    if goal is None:
        return f'<span class="none">{escape(assurance_words(trend, language))}</span>'
    said = say(f"board.assurance.{_standing_word(trend)}", language)
    under = [say("board.goal", language, goal=goal)]
    if trend.met_n:
        periods = say(f"trend.periods.{trend.every}", language)
        under.append(say("board.met", language, k=trend.met_k, n=trend.met_n, periods=periods))
    if trend.assurance and trend.provisional:
        under.append(say("board.provisional", language))
    lines = "".join(f' <span class="under">{escape(line)}</span>' for line in under)
    tip = escape(f"{assurance_words(trend, language)}. {met_words(trend, language)}")
    return f'<span title="{tip}">{sign(trend.assurance, said)}</span>{lines}'


def _goal(trend: Trend, language: str) -> str | None:
    low, high = trend.last["target_low"], trend.last["target_high"]
    said = dict(zip(("low", "high"), together((low, high), trend.unit, language), strict=True))
    if pd.isna(low) and pd.isna(high):
        return None
    key = (
        "trend.target.band"
        if pd.notna(low) and pd.notna(high)
        else "trend.target.low"
        if pd.isna(high)
        else "trend.target.high"
    )
    return say(key, language, **said)


def sign(verdict: str | None, text: str) -> str:
    """An icon and its words; without a verdict, the words alone."""
    if verdict not in _SHAPES:
        return f'<span class="none">{escape(text)}</span>'
    colour, path = _SHAPES[verdict]
    kind = _kind(verdict)
    return (
        f'<span class="sign {kind}"><svg viewBox="0 0 16 16" width="16" height="16" fill="currentColor" '
        f'aria-hidden="true"><path d="{path}"/></svg><span>{escape(text)}</span></span>'
    )


def _kind(verdict: str) -> str:
    return verdict.rsplit("_", 1)[0] if verdict.endswith(("_high", "_low")) else verdict


def sparkline(trend: Trend, kpi: Kpi, language: str) -> str:
    """The last complete periods as a small drawing: usual range, values, target, and the last point by its verdict."""
    points = trend.points[trend.points["complete"]].tail(POINTS).reset_index(drop=True)
    values = points["value"].astype(float)
    if values.notna().sum() < 2:
        return ""
    up = _scale(pd.concat([values, points["lower"], points["upper"]]).astype(float), trend.scale)
    right = np.linspace(3, WIDTH - 5, len(points))
    parts = [
        _band(points, right, up),
        _lines(points, right, up),
        _aim(points, right, up),
        _dot(trend, values, right, up),
        _tips(points, kpi, trend.every, right, language),
    ]
    shown = values.dropna()
    said = together((shown.iloc[0], shown.iloc[-1], shown.min(), shown.max()), kpi.unit, language)
    said = dict(zip(("first", "last", "low", "high"), said, strict=True))
    label = say("board.spark_alt", language, title=kpi.title(language), n=len(points), **said)
    return (
        f'<svg class="spark" role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{"".join(parts)}</svg>'
    )


def _scale(values: pd.Series, scale: str):
    """A function from values to heights in the drawing."""
    turn = np.log if scale == "log" and values.min() > 0 else np.asarray
    ends = turn(values.dropna().to_numpy(dtype=float))
    low, high = float(np.min(ends)), float(np.max(ends))
    reach = (high - low) or 1.0

    def up(value: float) -> float:
        if turn is np.log and not value > 0:
            return HEIGHT + 10.0
        return float(HEIGHT - 4 - (float(turn(value)) - low) / reach * (HEIGHT - 8))

    return up


def _band(points: pd.DataFrame, right: np.ndarray, up) -> str:
    last = points[points["lower"].notna() & points["upper"].notna()].tail(1)
    if last.empty:
        return ""
    rows = points["segment"] == last["segment"].iloc[0]
    top, bottom = up(last["upper"].iloc[0]), up(last["lower"].iloc[0])
    top, bottom = max(top, 0), min(bottom, HEIGHT)
    start, end = right[rows.to_numpy()][0], right[rows.to_numpy()][-1]
    place = f'x="{start:.1f}" y="{top:.1f}" width="{end - start:.1f}" height="{max(bottom - top, 0):.1f}"'
    return f'<rect class="band" {place} fill="#e3e8ee"/>'


def _lines(points: pd.DataFrame, right: np.ndarray, up) -> str:
    """The values, broken where a period has none; one that stands alone is a dot."""
    path, joined, values = [], False, points["value"].astype(float).to_numpy()
    for x, value, following in zip(right, values, [*values[1:], np.nan], strict=True):
        if np.isnan(value):
            joined = False
            continue
        dot = "h0" if not joined and np.isnan(following) else ""
        path.append(f"{'L' if joined else 'M'}{x:.1f} {up(value):.1f}{dot}")
        joined = True
    look = 'fill="none" stroke="#59636e" stroke-width="1.4" stroke-linecap="round"'
    return f'<path class="path" d="{"".join(path)}" {look}/>'


def _aim(points: pd.DataFrame, right: np.ndarray, up) -> str:
    drawn = []
    for side in ("target_low", "target_high"):
        value = points[side].iloc[-1]
        height = up(value) if pd.notna(value) else -1
        if 0 <= height <= HEIGHT:
            drawn.append(
                f'<line class="aim" x1="{right[0]:.1f}" x2="{right[-1]:.1f}" y1="{height:.1f}" y2="{height:.1f}" '
                'stroke="#a3122a" stroke-dasharray="3 2"/>'
            )
    return "".join(drawn)


def _tips(points: pd.DataFrame, kpi: Kpi, every: str, right: np.ndarray, language: str) -> str:
    """Over each point a clear line, as wide as the points are apart, that tells its period and value to a mouse."""
    width = (right[-1] - right[0]) / max(len(points) - 1, 1)
    # A week by its first day alone: the words beside it, two dozen times a row, would be a tenth of the page.
    named = "day" if every == "week" else every
    said = (
        f'<path d="M{x:.0f} 0V{HEIGHT}"><title>{escape(period(point.period, named, language))}: '
        f"{escape(quantity(point.value, kpi.unit, language))}</title></path>"
        for x, point in zip(right, points.itertuples(), strict=True)
    )
    return f'<g class="tip" stroke="transparent" stroke-width="{width:.1f}">{"".join(said)}</g>'


def _dot(trend: Trend, values: pd.Series, right: np.ndarray, up) -> str:
    at = int(values.last_valid_index())
    verdict = trend.variation or "common_cause"
    colour = _SHAPES[verdict][0]
    circle = f'<circle cx="{right[at]:.1f}" cy="{up(values[at]):.1f}" r="3.2" fill="{colour}"/>'
    return f'<g class="{_kind(verdict)}">{circle}</g>'
