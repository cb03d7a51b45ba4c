"""What we measure against: the same work as a competent person would write it in plain pandas or DuckDB."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

DATES = ["Created at", "Updated at", "Solved at", "Assigned at", "Due date", "Initially assigned at"]


def bare_read_csv(path) -> int:
    """DuckDB's own reader into a table of text (with types it stops at the first bad date); the number of rows."""
    import duckdb

    con = duckdb.connect()
    con.read_csv(str(path), all_varchar=True, quotechar='"', escapechar='"').create("raw")
    return con.execute("select count(*) from raw").fetchone()[0]


def pandas_load(path) -> pd.DataFrame:
    """Read, parse, drop duplicates and older versions, blank impossible times: a usual cleaning script."""
    raw = pd.read_csv(path, dtype=str, keep_default_na=False).drop_duplicates()
    for column in DATES:
        local = pd.to_datetime(raw[column], format="%Y-%m-%d %H:%M:%S", errors="coerce")
        raw[column] = local.dt.tz_localize("Asia/Ho_Chi_Minh").dt.tz_convert("UTC").dt.tz_localize(None)
    for column in [c for c in raw.columns if " in minutes" in c] + ["Reopens", "Replies", "Group stations"]:
        raw[column] = pd.to_numeric(raw[column], errors="coerce")
    raw = raw[raw["Created at"].notna() & (raw["ID"] != "")]
    raw = raw.sort_values("Updated at", kind="stable").drop_duplicates("ID", keep="last")
    raw.loc[raw["Solved at"] < raw["Created at"], "Solved at"] = pd.NaT
    return raw


def _median_interval(values: np.ndarray) -> tuple[float, float]:
    if len(values) < 6:
        return np.nan, np.nan
    interval = stats.quantile_test(values, p=0.5).confidence_interval()
    return interval.low, interval.high


def _durations(rows: pd.DataFrame, start: str, end: str, now, keys) -> pd.DataFrame:
    """Kaplan-Meier median, its interval and p90 by group."""
    hours = (rows[end].fillna(now) - rows[start]).dt.total_seconds() / 3600
    work = rows[keys].assign(hours=hours, ended=rows[end].notna().astype(int))
    found = {}
    for key, group in work.groupby(keys, dropna=False):
        curve = SurvfuncRight(group.hours, group.ended)
        with np.errstate(all="ignore"):
            low, high = curve.quantile_ci(0.5)
        found[key] = (curve.quantile(0.5), len(group), low, high, curve.quantile(0.9))
    return pd.DataFrame.from_dict(found, orient="index", columns=["value", "n", "low", "high", "p90"])


def _shares(rows: pd.DataFrame, flag: pd.Series, keys) -> pd.DataFrame:
    grouped = rows[keys].assign(flag=flag.astype(float)).groupby(keys, dropna=False).flag.agg(["sum", "count"])
    low, high = proportion_confint(grouped["sum"], grouped["count"], method="wilson")
    return grouped.assign(value=grouped["sum"] / grouped["count"], low=low, high=high)


def pandas_kpis(tables: dict[str, pd.DataFrame], zone: str, now: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """The ticket KPIs by week and team, from frames with canonical columns; the same definitions as ours."""
    t = tables["tickets"]
    counts = ~t.status.isin(["spam", "deleted", "merged"]) & ~t.is_test.fillna(False).astype(bool)
    uncounted, t = t.ticket_id[~counts], t[counts]

    def weeks(instants: pd.Series) -> pd.Series:
        local = instants.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
        return local - pd.to_timedelta(local.dt.weekday, unit="D")

    done = t.resolved_at.fillna(t.closed_at)
    first = t.first_resolved_at.fillna(t.resolved_at)
    t = t.assign(done=done, first=first, ever=t.resolved_at.fillna(first), team=t.team.fillna("–"))
    created = t.assign(week=weeks(t.created_at))
    keys = ["week", "team"]
    replied = created[created.first_reply_at.notna() | created.done.isna()]
    result = {
        "first_response_time": _durations(replied, "created_at", "first_reply_at", now, keys),
        "resolution_time": _durations(created, "created_at", "resolved_at", now, keys),
        "first_resolution_time": _durations(created, "created_at", "first", now, keys),
        "ticket_volume": created.groupby(keys).size().to_frame("value"),
    }
    solved = t[t.ever.notna()]
    solved = solved.assign(week=weeks(solved.ever))
    result["reopen_rate"] = _shares(solved, solved.reopens > 0, keys)
    ordered = t.sort_values(["created_at", "ticket_id"])
    coming = ordered.groupby(["customer_id", ordered.topic.fillna("")]).created_at.shift(-1)
    repeated = coming.reindex(solved.index) <= solved.ever + pd.Timedelta(days=7)
    one_contact = (solved.agent_replies <= 1) & (solved.reopens == 0) & ~repeated
    known = solved.agent_replies.notna() & solved.reopens.notna() & solved.customer_id.notna()
    result["first_contact_resolution_rate"] = _shares(solved[known], one_contact[known], keys)
    flow = pd.concat(
        [
            pd.DataFrame({"week": weeks(t.created_at), "team": t.team, "change": 1}),
            pd.DataFrame({"week": weeks(t.done.dropna()), "team": t.team[t.done.notna()], "change": -1}),
        ]
    )
    result["backlog"] = flow.groupby(keys).change.sum().unstack("team", fill_value=0).sort_index().cumsum()
    s = tables["surveys"]
    s = s[(s.kind == "csat") & s.score.notna() & s.answered_at.notna() & ~s.ticket_id.isin(uncounted)]
    s = s.assign(week=weeks(s.answered_at), team=s.team.fillna("–"))
    result["csat"] = _shares(s, s.score >= 1, keys)
    return result


OURS = (
    "first_response_time",
    "resolution_time",
    "first_resolution_time",
    "ticket_volume",
    "reopen_rate",
    "first_contact_resolution_rate",
    "backlog",
    "csat",
)
