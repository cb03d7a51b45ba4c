"""Comparing teams and people fairly: funnels, many comparisons at once, ranks by chance, the mix of work.

Groups of fewer than 20 cases are never flagged or ranked; people with fewer than 5 are not shown at all.
"""

import numpy as np
import pandas as pd

from kpitools.analysis import funnel as funnels
from kpitools.analysis.mix import kitagawa
from kpitools.compute import compute, counted_rows
from kpitools.desk import Desk
from kpitools.kpi import Kpi
from kpitools.people import hide, is_personal
from kpitools.views.common import between, series_of

SUPPRESSED = 5  # cases of one person below which the person could be recognised
FALSE_SHARE = 0.05  # of those flagged, at most this share by chance (Benjamini and Hochberg 1995)
DRAWS, SEED = 10_000, 7
# Shares by which teams and people are compared: the first that the data supports.
COMPARABLE = ("csat", "first_contact_resolution_rate", "sla_attainment", "reopen_rate", "one_touch_rate")


def comparable(desk: Desk, by: str = "agent_id", kpi: str = "") -> str:
    """`kpi` itself, or the first share that the data supports and that knows the column `by`; "" for none."""
    if kpi:
        return kpi
    for name in COMPARABLE:
        record = desk.kpi(name)
        if not desk.missing(record) and by in desk.filled(record.table):
            return name
    return ""


def can_compare(desk: Desk) -> bool:
    """Whether the data has a share of several teams or people."""
    for by in ("team", "agent_id"):
        name = comparable(desk, by)
        if name and desk.table(desk.kpi(name).table)[by].nunique().to_pandas() > 1:
            return True
    return False


def group_counts(
    kpi: Kpi | str, desk: Desk, by: str, *, start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """Cases of a share by group: the column `by`, ``k, n``; people as pseudonyms. `attrs`: ``suppressed``, how many
    people are left out for having fewer than 5."""
    found = _counts(kpi, desk, by, start, end)
    few = (found.n < SUPPRESSED) & is_personal(by)
    kept = hide(found[~few], desk).sort_values(by, ignore_index=True)
    kept.attrs["suppressed"] = int(few.sum())
    return kept


def _counts(kpi: Kpi | str, desk: Desk, by: str, start: str | None, end: str | None) -> pd.DataFrame:
    if not kpi or desk.missing(desk.kpi(kpi)):
        return pd.DataFrame({by: [], "k": [], "n": []})
    found = compute(kpi, desk, every=None, by=(by,), start=start, end=end)
    return found[(found[by] != "–") & (found.n > 0)][[by, "k", "n"]].reset_index(drop=True)


def group_funnel(
    kpi: Kpi | str, desk: Desk, by: str, *, start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """The funnel of a share by group: the column `by`, ``k, n, value, lower95, upper95, lower998, upper998, z, p, q,
    small, flag`` (above, below or None).

    A group is flagged where it has 20 cases and Benjamini and Hochberg's procedure over all such groups holds the
    share of false flags at 5 %. `z` has the spread between groups beyond chance taken into account (over-dispersion).
    `attrs`: ``target`` (the common share), ``phi, tau2, tested, flagged, alone`` (flagged if each were tested for
    itself), ``suppressed``.
    """
    counts = group_counts(kpi, desk, by, start=start, end=end)
    if counts.empty:
        return counts.assign(value=[], small=[], flag=[])
    found = funnels.funnel(counts[by], counts.k, counts.n)
    points = found.points.rename(columns={"group": by})
    points["z"] = points.z / np.sqrt(1 + 4 * points.n * found.tau2)
    points["p"] = _two_sided(points.z)
    points["q"] = _adjusted(points.p.where(~points.small))
    hit = (points.q <= FALSE_SHARE) & ~points.small
    points["flag"] = np.where(hit, np.where(points.z > 0, "above", "below"), None)
    alone = int(((points.p <= FALSE_SHARE) & ~points.small).sum())
    points.attrs.update(target=found.target, phi=found.phi, tau2=found.tau2, tested=found.tested, alone=alone)
    points.attrs.update(flagged=int(hit.sum()), suppressed=counts.attrs["suppressed"])
    return points


def _two_sided(z: pd.Series) -> pd.Series:
    """The probability of a normal deviate at least as far from zero."""
    from scipy.special import ndtr

    return 2 * ndtr(-z.abs())


def _adjusted(p: pd.Series) -> pd.Series:
    """Benjamini and Hochberg's adjusted p-values of those tested; missing for the rest."""
    from statsmodels.stats.multitest import multipletests

    tested = p.dropna()
    q = multipletests(tested, method="fdr_bh")[1] if len(tested) else []
    return pd.Series(q, index=tested.index, dtype=float).reindex(p.index)


def ranking(kpi: Kpi | str, desk: Desk, by: str, *, start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """What a league table would say, and what chance alone does to it: the column `by`, ``value, n, rank`` (1 is best),
    ``rank_low, rank_high`` (95 % of the ranks the group takes if all groups were equally good), ``last_by_chance``.

    Ranks are drawn 10,000 times from the common share with each group's own number of cases; ties count half.
    """
    kpi = desk.kpi(kpi) if kpi else None
    counts = group_counts(kpi, desk, by, start=start, end=end) if kpi else pd.DataFrame()
    if len(counts) < 2:
        return pd.DataFrame(columns=[by, "value", "n", "rank", "rank_low", "rank_high", "last_by_chance"])
    n = counts.n.to_numpy(dtype=int)
    drawn = np.random.default_rng(SEED).binomial(n, counts.k.sum() / n.sum(), size=(DRAWS, len(n))) / n
    sign = 1 if kpi.better == "lower" else -1
    ranks = pd.DataFrame(sign * drawn).rank(axis=1, method="average").to_numpy()
    low, high = np.quantile(ranks, [0.025, 0.975], axis=0)
    worst = drawn == (drawn.max(axis=1) if sign == 1 else drawn.min(axis=1))[:, None]
    last = (worst / worst.sum(axis=1)[:, None]).mean(axis=0)
    value = counts.k / counts.n
    found = counts.assign(value=value, rank=(sign * value).rank(method="min").astype("int64"))
    found = found.assign(rank_low=np.floor(low), rank_high=np.ceil(high), last_by_chance=last)
    return found.drop(columns="k").sort_values(by, ignore_index=True)


def mix_adjusted(
    kpi: Kpi | str,
    desk: Desk,
    by: str = "agent_id",
    mix: tuple[str, ...] = ("channel", "topic"),
    *,
    start: str | None = None,
    end: str | None = None,
) -> pd.DataFrame:
    """Each group's share beside the one its mix of work lets expect: the column `by`, ``n, value, expected, adjusted``.

    Indirect standardisation: `expected` is what the group would have if each of its cells of `mix` went as that cell
    goes for everybody; `adjusted` is the common share times observed by expected. Groups of 20 cases and more.
    """
    columns, kpi = [by, "n", "value", "expected", "adjusted"], desk.kpi(kpi) if kpi else None
    if kpi is None or desk.missing(kpi):
        return pd.DataFrame(columns=columns)
    rows = between(counted_rows(kpi, desk, every=None), start, end)
    cells = [c for c in mix if c in rows.columns and c != by and c in desk.filled(kpi.table)]
    keys = {c: rows[c].cast("string").fill_null("–") for c in (by, *cells)}
    rows = rows.filter(rows.value.notnull()).mutate(**keys)
    found = rows.group_by(by, *cells).agg(k=rows.value.sum(), n=rows.count()).to_pandas()
    overall = found.k.sum() / found.n.sum() if len(found) else np.nan
    rate = found.groupby(cells)[["k", "n"]].transform("sum") if cells else found[["k", "n"]].sum()
    found["expected_k"] = found.n * rate["k"] / rate["n"]
    groups = found[found[by] != "–"].groupby(by, as_index=False)[["k", "n", "expected_k"]].sum()
    groups = groups[groups.n >= funnels.SMALL]
    groups = groups.assign(value=groups.k / groups.n, expected=groups.expected_k / groups.n)
    groups["adjusted"] = overall * groups.k / groups.expected_k.where(groups.expected_k > 0)
    groups = hide(groups, desk).sort_values(by, ignore_index=True)[columns]
    groups.attrs.update(overall=float(overall), mix=tuple(cells))
    return groups


def change_parts(
    kpi: Kpi | str,
    desk: Desk,
    by: str = "channel",
    *,
    before: tuple[str, str] | None = None,
    after: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """The change of a KPI between two spans by `by`, taken apart into rate and mix (see `analysis.mix`): ``segment,
    n_before, n_after, value_before, value_after, rate, mix, total``.

    `before`, `after`: first local day and the day after the last; by default the last four complete quarters and the
    four before, else the last two. `attrs`: ``before, after, change, rate, mix`` (figures) and
    ``spans``.
    """
    columns = ["segment", "n_before", "n_after", "value_before", "value_after", "rate", "mix", "total"]
    spans = (before, after) if before and after else _halves(kpi, desk)
    sides = [compute(kpi, desk, every=None, by=(by,), start=start, end=end) for start, end in spans or ()]
    if not sides or any(side.empty or not side.n.sum() for side in sides):
        return pd.DataFrame(columns=columns)
    mix = kitagawa(*sides, by, desk.kpi(kpi), language=desk.language)
    parts = hide(mix.parts[columns].rename(columns={"segment": by}), desk).rename(columns={by: "segment"})
    figures = {name: getattr(mix, name) for name in ("before", "after", "change", "rate", "mix")}
    parts.attrs.update(figures, spans=spans)
    return parts


def _halves(kpi: Kpi | str, desk: Desk) -> tuple[tuple[str, str], ...]:
    """The last year of complete quarters and the year before; with fewer than eight, the last two quarters."""
    series = series_of(kpi, desk, every="quarter") if kpi else pd.DataFrame()
    whole = list(series.period[series.complete.astype(bool)]) if len(series) else []
    length = 4 if len(whole) >= 8 else 1
    if len(whole) < 2 * length:
        return ()
    ends = [whole[-2 * length], whole[-length], whole[-1] + pd.DateOffset(months=3)]
    days = [at.date().isoformat() for at in ends]
    return (days[0], days[1]), (days[1], days[2])


def people_in_groups(
    kpi: Kpi | str, desk: Desk, by: str = "team", *, start: str | None = None, end: str | None = None
) -> pd.DataFrame:
    """A KPI by agent within their groups, as pseudonyms: the column `by`, ``agent_id, value, low, high, n``, ordered
    by name. `attrs`: ``suppressed`` and ``overall``."""
    kpi = desk.kpi(kpi)
    if desk.missing(kpi):
        return pd.DataFrame(columns=[by, "agent_id", "value", "low", "high", "n"])
    found = compute(kpi, desk, every=None, by=(by, "agent_id"), start=start, end=end)
    found = found[found.agent_id != "–"]
    few = found.n < SUPPRESSED
    kept = hide(found[~few], desk)[[by, "agent_id", "value", "low", "high", "n"]]
    kept = kept.sort_values([by, "agent_id"], ignore_index=True)
    overall = compute(kpi, desk, every=None, start=start, end=end).value
    kept.attrs.update(suppressed=int(few.sum()), overall=float(overall.iloc[0]) if len(overall) else np.nan)
    return kept
