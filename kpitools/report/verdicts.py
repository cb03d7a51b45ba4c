"""The KPIs of a scorecard by their verdict: of concern, improving, sure to miss the target, or not judged and why."""

from collections.abc import Callable

from kpitools.scorecard import Scorecard, Standing
from kpitools.words import say


def _varies(kind: str) -> Callable[[Standing], bool]:
    return lambda standing: standing.trend is not None and (standing.trend.variation or "").startswith(kind)


def _is_missed(standing: Standing) -> bool:
    return standing.trend is not None and standing.trend.assurance == "consistent_fail"


def _is_mostly_missed(standing: Standing) -> bool:
    return standing.trend is not None and standing.trend.mostly_missed


def is_unjudged(standing: Standing) -> bool:
    """Whether nothing is said of its course, neither good nor bad."""
    return standing.trend is None or standing.last is None or standing.trend.variation is None


# What the first page can be narrowed to.
FILTERS: dict[str, Callable[[Standing], bool]] = {
    "concern": _varies("concern"),
    "improvement": _varies("improvement"),
    "missed": _is_missed,
    "mostly_missed": _is_mostly_missed,
    "unjudged": is_unjudged,
}
_USUAL, _NEUTRAL = _varies("common_cause"), _varies("neutral")
_NOTES = ("too_few", "new_level", "few_cases")  # notes of a trend that say why there is no verdict


def counts(card: Scorecard) -> dict[str, int]:
    """How many KPIs each of `FILTERS` lets through."""
    return {name: sum(map(test, card.standings)) for name, test in FILTERS.items()}


def tiles(card: Scorecard) -> dict[str, int]:
    """The numbers at the top of the first page.

    All but the two of the targets, "failing" and "mostly_missed", are of different KPIs, and together all there are.
    """
    found = counts(card)
    usual, neutral = (sum(map(test, card.standings)) for test in (_USUAL, _NEUTRAL))
    shown = {"concern": found["concern"], "improving": found["improvement"]}
    shown |= {"neutral": neutral} if neutral else {}
    shown |= {"usual": usual, "unjudged": found["unjudged"]}
    return shown | {"failing": found["missed"], "mostly_missed": found["mostly_missed"]}


def unjudged(card: Scorecard) -> dict[str, list[Standing]]:
    """Why -> the KPIs that are not judged for that reason."""
    found: dict[str, list[Standing]] = {}
    for standing in filter(is_unjudged, card.standings):
        found.setdefault(_why(standing), []).append(standing)
    return found


def _why(standing: Standing) -> str:
    if standing.problem:
        return "failed"
    if standing.trend is None or standing.last is None:
        return "no_period"
    if standing.trend.awaited is not None:
        return "awaited"
    notes = {note.removeprefix("trend.note.") for note in standing.trend.notes}
    return next((note for note in _NOTES if note in notes), "other")


def unjudged_words(card: Scorecard, language: str) -> tuple[str, list[str]]:
    """How many are not judged, and a line for each reason with their names; empty where all are."""
    reasons = unjudged(card)
    n = sum(map(len, reasons.values()))
    if not n:
        return "", []
    lines = []
    for why, standings in reasons.items():
        names = "; ".join(standing.kpi.title(language) for standing in standings)
        lines.append(say("site.unjudged.line", language, why=say(f"site.unjudged.{why}", language), names=names))
    return say("site.unjudged", language, n=n, total=len(card.standings)), lines
