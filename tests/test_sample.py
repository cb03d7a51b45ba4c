"""The made-up shop: the same bytes every time, real formats, stories that plain pandas can find."""

import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from kpitools import sample
from kpitools.clock import open_intervals
from kpitools.sample import stories
from kpitools.sample.clock import World, seconds
from kpitools.sample.texts import HOSTILE
from kpitools.settings import read_settings

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
FIRST_REPLY = "First reply time in minutes"
RESOLUTION = "Full resolution time in minutes"
SCORED = ["Good", "Bad"]


@pytest.fixture(scope="module")
def export():
    """The Zendesk export as text, rows as they are."""
    return pd.read_csv(SAMPLE / "zendesk_tickets.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def tickets(export):
    """One clean row a ticket: newest version, dates that make sense, deleted ones out."""
    t = export[export["Status"] != "Deleted"].drop_duplicates().sort_values("Updated at", kind="stable")
    t = t.drop_duplicates("ID", keep="last").replace("", None)
    for column in ("Created at", "Solved at", "Due date"):
        t[column] = pd.to_datetime(t[column], errors="coerce")
    for column in (FIRST_REPLY, RESOLUTION, "Reopens", "Replies"):
        t[column] = pd.to_numeric(t[column])
    t["Group"] = t["Group"].map(lambda name: unicodedata.normalize("NFC", name), na_action="ignore")
    return t[(t["Created at"] < "2026-07-01") & ~(t["Solved at"] < t["Created at"])]


@pytest.fixture(scope="module")
def surveys():
    return pd.read_csv(SAMPLE / "surveys.csv")


def between(rows, column, start, end):
    return rows[(rows[column] >= start) & (rows[column] < end)]


def backlog(tickets, day):
    return int(((tickets["Created at"] < day) & ~(tickets["Solved at"] < day)).sum())


def csat(rows):
    rated = rows[rows["Satisfaction Score"].isin(SCORED)]
    return (rated["Satisfaction Score"] == "Good").mean()


# The stories


@pytest.mark.parametrize(("before", "reopening", "slow"), [
    ("2025-01-20", "2025-02-03", ("2025-01-25", "2025-02-10")),
    ("2026-02-09", "2026-02-23", ("2026-02-14", "2026-03-02")),
])  # fmt: skip
def test_at_tet_backlog_and_first_response_jump(tickets, before, reopening, slow):
    assert backlog(tickets, reopening) - backlog(tickets, before) >= 25

    usual = between(tickets, "Created at", "2024-07-01", "2026-07-01")[FIRST_REPLY].median() / 60
    tet = between(tickets, "Created at", *slow)[FIRST_REPLY].median() / 60
    assert usual < 4
    assert tet > 24


def test_the_chatbot_lifts_csat_in_every_channel_and_lowers_it_in_total(tickets):
    after = tickets["Created at"] >= "2025-09-01"
    change = {
        via: csat(rows[after[rows.index]]) - csat(rows[~after[rows.index]]) for via, rows in tickets.groupby("Via")
    }

    assert len(change) == 5
    assert min(change.values()) > 0.02
    assert -0.12 < csat(tickets[after]) - csat(tickets[~after]) < -0.04

    is_chat = tickets["Via"] == "Chat"
    assert is_chat[~after].mean() == pytest.approx(0.12, abs=0.02)
    assert is_chat[after].mean() == pytest.approx(0.60, abs=0.03)


def test_the_training_lifts_first_contact_resolution_of_one_team_only(tickets):
    solved = tickets[tickets["Solved at"].notna()]
    settled = (solved["Replies"] <= 1) & (solved["Reopens"] == 0)
    after = solved["Created at"] >= "2025-05-12"
    calm = solved["Created at"] < "2026-03-23"  # the macro comes then
    change = {
        team: settled[rows.index][after & calm].mean() - settled[rows.index][~after].mean()
        for team, rows in solved.groupby("Group")
    }

    assert 0.12 < change["Đổi trả"] < 0.25
    assert abs(change["Bán hàng"]) < 0.05
    assert abs(change["Kỹ thuật"]) < 0.05


def test_the_tool_changes_nothing(tickets):
    hours = between(tickets[tickets["Group"] == "Kỹ thuật"], "Created at", "2025-07-01", "2026-02-09")
    after = hours["Created at"] >= "2025-10-13"
    before, since = (hours[rows][RESOLUTION].dropna() / 60 for rows in (~after, after))

    assert min(len(before), len(since)) > 150
    assert 0.85 < since.median() / before.median() < 1.18  # a median of 200 such times is this uncertain


def test_the_small_team_is_last_in_csat_within_what_chance_does(tickets):
    rated = tickets[tickets["Satisfaction Score"].isin(SCORED)]
    good = rated["Satisfaction Score"].eq("Good").groupby(rated["Group"]).agg(["mean", "size"])
    overall = csat(tickets)

    assert good["mean"].idxmin() == "VIP"
    assert 40 < good.loc["VIP", "size"] < 100
    assert good["size"].drop("VIP").min() > 400
    spread = (overall * (1 - overall) / good.loc["VIP", "size"]) ** 0.5
    assert 0.5 < (overall - good.loc["VIP", "mean"]) / spread < 1.96


def test_the_discontented_answer_more_often(tickets, surveys):
    asked = tickets[tickets["Satisfaction Score"].isin([*SCORED, "Offered"])]
    answered = asked["Satisfaction Score"] != "Offered"
    created = asked["Created at"]
    slow = created.between("2025-01-25", "2025-02-16") | created.between("2026-02-14", "2026-03-08")
    assert answered[slow].mean() - answered[~slow].mean() > 0.05
    assert csat(asked[~slow]) - csat(asked[slow]) > 0.25

    nps = surveys[surveys["kind"] == "nps"]
    score = nps["score"].dropna()
    points = ((score >= 9).astype(int) - (score <= 6)).groupby(nps["channel"]).mean() * 100
    rate = nps["score"].notna().groupby(nps["channel"]).mean()
    assert rate["email"] < 0.32
    assert rate["phone"] > 0.88
    assert points["phone"] - points["email"] > 15


def test_the_purge_makes_one_week_look_slow_and_empties_the_backlog(tickets):
    purge = between(tickets, "Solved at", "2025-12-01", "2025-12-06")
    usual = between(tickets, "Solved at", "2025-11-10", "2025-11-29")

    assert purge[RESOLUTION].mean() > 20 * usual[RESOLUTION].mean()
    assert (purge["Created at"] < "2025-09-16").sum() >= 40
    assert backlog(tickets, "2025-11-30") - backlog(tickets, "2025-12-07") >= 35


def test_freshdesk_closes_by_itself_days_after_the_solving():
    f = pd.read_csv(SAMPLE / "freshdesk" / "freshdesk_tickets.csv", parse_dates=["Resolved time", "Closed time"])
    late = (f["Closed time"] - f["Resolved time"]).dropna()

    assert len(late) > 200
    assert late.min() >= pd.Timedelta(days=3)
    assert late.mean() > pd.Timedelta(days=8)


def test_the_macro_answers_fast_and_doubles_the_reopenings(tickets):
    sales = tickets[(tickets["Group"] == "Bán hàng") & (tickets["Created at"] >= "2025-09-01")]
    tet = sales["Created at"].between("2026-02-14", "2026-03-08")
    macro = sales["Created at"] >= "2026-03-23"
    first = sales.loc[macro, FIRST_REPLY].median() / sales.loc[~macro & ~tet, FIRST_REPLY].median()
    reopened = sales["Reopens"] > 0

    assert first < 0.5
    assert reopened[macro].mean() > 2 * reopened[~macro].mean()
    others = tickets[(tickets["Group"] != "Bán hàng") & (tickets["Created at"] >= "2026-03-23")]
    assert (others["Reopens"] > 0).mean() < 0.12


# Marketing, sales and money


def read(name, **options):
    return pd.read_csv(SAMPLE / name, **options)


@pytest.fixture(scope="module")
def leads():
    return read("leads.csv", parse_dates=["created_at", "qualified_at", "won_at"])


def by_month(rows, column):
    return rows.groupby(rows[column].dt.strftime("%Y-%m"))


def test_the_campaign_fills_the_funnel_with_leads_who_do_not_buy(leads):
    qualified = by_month(leads[leads["qualified_at"].notna()], "qualified_at")
    count, rate = qualified.size(), qualified["won_at"].agg(lambda won: won.notna().mean())
    usual = [f"2025-{month:02}" for month in (7, 8, 9, 10)]

    assert count["2025-11"] > 4 * count[usual].mean()
    assert rate["2025-11"] < 0.5 * rate[usual].mean()
    others = leads[leads["qualified_at"].notna() & (leads["source"] != "TikTok 11.11")]
    calm = by_month(others, "qualified_at")["won_at"].agg(lambda won: won.notna().mean())
    assert abs(calm["2025-11"] - rate[usual].mean()) < 0.05


def test_after_the_fair_customers_look_cheap_because_its_leads_mature(leads):
    spend = read("spend.csv", parse_dates=["Ngày"])
    spent = by_month(spend, "Ngày")["Số tiền"].sum()
    won = by_month(leads[leads["won_at"].notna()], "won_at").size()
    cost = (spent / won)[won.index >= "2024-09"]  # the first months lack the wins of leads from before the file

    usual = cost.drop([f"2025-{month:02}" for month in range(3, 8)]).median()
    assert cost.idxmax() == "2025-03"
    assert cost["2025-03"] > 3.5 * usual
    assert (cost[["2025-04", "2025-05", "2025-06", "2025-07"]] < 0.75 * usual).all()
    of_fair = leads[(leads["source"] == "Hội chợ xuân") & leads["won_at"].notna()]
    assert of_fair["won_at"].between("2025-04-01", "2025-08-01").mean() > 0.8
    assert spend[spend["Nguồn"] == "Hội chợ xuân"]["Ngày"].max() < pd.Timestamp("2025-03-20")


@pytest.fixture(scope="module")
def sales():
    return read("sales.csv", parse_dates=["sold_at"])


def test_the_discount_lifts_sales_and_cuts_the_margin(sales):
    money = by_month(sales, "sold_at")[["revenue", "cost"]].sum()
    margin = 1 - money["cost"] / money["revenue"]
    growth = money["revenue"].pct_change()

    assert 0.2 < growth["2025-06"] < 0.5
    assert growth["2025-07"] < -0.15
    assert margin["2025-06"] < 0.10
    assert margin.drop("2025-06").between(0.29, 0.33).all()


def test_tet_moves_from_january_to_february(sales):
    revenue = by_month(sales, "sold_at")["revenue"].sum()

    assert revenue["2026-01"] / revenue["2025-01"] - 1 < -0.05
    assert revenue["2026-02"] / revenue["2025-02"] - 1 > 0.3
    both = revenue[["2026-01", "2026-02"]].sum() / revenue[["2025-01", "2025-02"]].sum() - 1
    assert 0.0 < both < 0.15


def test_one_batch_of_one_product_comes_back(sales):
    sold = sales["sold_at"]
    batch = sold.between("2025-10-06", "2025-11-02") & (sales["product"] == "Tai nghe")
    rate = sales["defective_units"].groupby(batch).sum() / sales["units"].groupby(batch).sum()
    assert rate[True] > 0.18
    assert rate[False] < 0.03

    last = sold >= "2026-06-01"  # what was sold then is not all back yet
    assert sales[last]["defective_units"].sum() / sales[last]["units"].sum() < 0.6 * rate[False]
    assert (sales["defective_units"] <= sales["units"]).all()


def test_stock_on_credit_pulls_the_quick_ratio_below_one_and_not_the_current_one():
    b = read("balances.csv", index_col="Ngày lập")
    quick = (b["Tài sản ngắn hạn"] - b["Hàng tồn kho"]) / b["Nợ ngắn hạn"]

    assert quick[quick < 1].index.str[:7].tolist() == ["2025-10", "2025-11", "2025-12"]
    assert (b["Tài sản ngắn hạn"] / b["Nợ ngắn hạn"]).min() > 1.5


def test_expansion_of_a_few_hides_what_many_take_back():
    changes = read("revenue_changes.csv", parse_dates=["at"])
    quarter = between(changes, "at", "2026-01-01", "2026-04-01")
    size = quarter["amount"].abs().groupby(quarter["kind"]).sum()
    lost = size["churn"] + size["contraction"]

    assert size["new"] / lost < 0.8
    assert (size["new"] + size["expansion"]) / lost > 1.1
    grown = quarter[quarter["kind"] == "expansion"].groupby("customer_id")["amount"].sum()
    assert grown.nlargest(7).sum() > 0.9 * grown.sum()
    cut = quarter[quarter["kind"] == "contraction"]["customer_id"].nunique()
    assert cut > 100


def test_revenue_movements_add_up_to_what_customers_pay():
    changes = read("revenue_changes.csv")
    customers = read("customers.csv").set_index("customer_id")
    level = changes.groupby("customer_id")["amount"].sum().reindex(customers.index)

    there = customers["ended_at"].isna()
    assert (level[there] == customers["mrr"][there]).all()
    assert (level[~there] == 0).all()
    assert (changes[changes["kind"].isin(["new", "expansion"])]["amount"] > 0).all()
    assert (changes[changes["kind"].isin(["contraction", "churn"])]["amount"] < 0).all()


def test_the_panel_is_too_young_and_the_campaign_was_for_the_young():
    answers = read("brand_surveys.csv", parse_dates=["at"])
    unaided = answers[answers["kind"] == "unaided"]
    after = unaided["at"] >= "2025-11-01"
    plain = unaided["is_aware"].groupby(after).mean()
    weighted = (unaided["is_aware"] * unaided["weight"]).groupby(after).sum() / unaided["weight"].groupby(after).sum()

    assert 0.05 < plain[True] - plain[False] < 0.09
    assert 0.02 < weighted[True] - weighted[False] < 0.06
    assert (weighted < plain).all()
    both = answers.pivot(index="respondent_id", columns="kind", values="is_aware")
    assert both["aided"][both["unaided"]].all()  # who names it unprompted knows it when shown


def test_wider_reach_is_cooler():
    days = read("engagement.csv", parse_dates=["at"])
    sums = by_month(days, "at")[["interactions", "reach"]].sum()
    rate = sums["interactions"] / sums["reach"]

    assert sums.loc["2025-11", "interactions"] > 1.3 * sums.loc["2025-10", "interactions"]
    assert rate["2025-11"] < 0.7 * rate["2025-10"]


def test_one_team_works_above_the_band():
    days = read("agent_days.csv", parse_dates=["day"])
    short = days["day"].between("2026-04-06", "2026-05-31")
    sums = days.groupby([days["team"], short])[["handling_s", "available_s"]].sum()
    occupancy = (sums["handling_s"] / sums.sum(axis=1)).unstack()

    assert occupancy.loc["Kỹ thuật", True] > 0.9
    assert occupancy.loc["Kỹ thuật", False] < 0.85
    assert occupancy.drop("Kỹ thuật").max().max() < 0.85
    assert (days["handling_s"] + days["available_s"] == days["logged_in_s"]).all()
    assert (days["logged_in_s"] <= days["paid_s"]).all()


def test_requests_go_up_a_level_before_their_answer():
    moves = read("liveagent/liveagent_transfers.csv", parse_dates=["date_from"])
    history = read("liveagent/liveagent_history.csv", parse_dates=["date_from"])
    answered = history[history["status"] == "A"].set_index("conversation_code")["date_from"]
    at = moves.set_index("conversation_code")["date_from"]

    assert set(moves["department_name"]) == {"Kỹ thuật"}
    assert 20 <= len(moves) <= 40
    assert (at < answered.reindex(at.index)).all()


def test_requests_of_two_stations_changed_their_team_and_one_in_nine_of_the_second_level_came_from_below(tickets):
    ways = read("team_changes.csv", dtype={"ticket_id": str}, parse_dates=["at"])
    stations = ways.groupby("ticket_id").size()
    counted = tickets.set_index("ID")["Group stations"].astype(int)
    assert (stations.reindex(counted.index) == counted).all()
    assert ways.groupby("ticket_id")["at"].is_monotonic_increasing.all()

    first, last = (getattr(ways.groupby("ticket_id")["team"], end)() for end in ("first", "last"))
    up = (last == "Kỹ thuật") & (first != "Kỹ thuật")
    assert 0.09 < up.sum() / (last == "Kỹ thuật").sum() < 0.13
    assert (first[last == "VIP"].isin(["VIP", "Bán hàng"])).all()


def test_slow_chats_are_blamed_and_the_trial_of_five_points_lasted_a_quarter():
    given = read("feedback.csv", parse_dates=["answered_at"])
    rewards, trial = given[given["kind"] == "rewards"], given[given["kind"] == "csat"]

    assert 0.7 < rewards["score"].mean() < 0.9
    assert rewards["sent_at"].isna().all() and trial["sent_at"].isna().all()
    assert (len(trial), set(trial["scale"])) == (75, {"1-5"})
    assert trial["answered_at"].dt.strftime("%Y-%m-%d").between("2024-07-01", "2024-09-30").all()


# The files


def test_the_repository_holds_what_make_writes(tmp_path):
    made = sample.make(tmp_path / "sample")

    files = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    kept = [path.relative_to(SAMPLE) for path in SAMPLE.rglob("*") if path.is_file()]
    assert files == sorted(path for path in kept if ".kpitools" not in path.parts)
    different = [str(name) for name in files if (made / name).read_bytes() != (SAMPLE / name).read_bytes()]
    assert different == []


def test_another_seed_is_another_shop(tmp_path):
    one, two = (sample.make(tmp_path / str(seed), tickets=300, seed=seed) for seed in (1, 2))

    assert (one / "zendesk_tickets.csv").read_bytes() != (two / "zendesk_tickets.csv").read_bytes()
    assert (one / "targets.csv").read_bytes() == (two / "targets.csv").read_bytes()


def test_the_sample_stays_small():
    kept = [path for path in SAMPLE.rglob("*") if path.is_file() and ".kpitools" not in path.parts]
    assert sum(path.stat().st_size for path in kept) < 10_000_000


def test_a_week_has_fifty_odd_tickets(tickets):
    weeks = tickets.resample("W", on="Created at").size()

    assert 50 < weeks.mean() < 62
    assert weeks[1:-1].min() > 25


def test_the_dirt_is_there_and_little(export):
    twice = export.duplicated().sum()
    versions = export.drop_duplicates()["ID"].duplicated().sum()
    created = pd.to_datetime(export["Created at"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    backwards = (export["Solved at"] != "") & (export["Solved at"] < export["Created at"]) & created.notna()

    assert twice == 12
    assert versions == 24
    assert created.isna().sum() >= 3
    assert backwards.sum() >= 4
    assert (twice + versions + created.isna().sum() + backwards.sum()) / len(export) < 0.03
    assert (export["Group"] == "").any()
    assert export["Tags"].str.contains("spam").any()
    assert export["Tags"].str.contains("closed_by_merge").any()
    assert export["Subject"].str.startswith("TEST").any()
    assert (export["Status"] == "Deleted").any()


def test_hostile_text_is_planted(export):
    assert set(HOSTILE) <= set(export["Subject"])


def test_nobody_answers_before_being_asked(tickets):
    assert (tickets[FIRST_REPLY].dropna() >= 0).all()
    business = pd.to_numeric(tickets[f"{RESOLUTION} within business hours"])
    assert (business.dropna() <= tickets[RESOLUTION][business.notna()]).all()
    both = tickets[tickets[FIRST_REPLY].notna() & tickets[RESOLUTION].notna()]
    assert (both[FIRST_REPLY] <= both[RESOLUTION]).all()


def test_agents_reply_within_their_working_hours(tickets):
    first = tickets["Created at"] + pd.to_timedelta(tickets[FIRST_REPLY], unit="min")
    office = first[(tickets["Group"] != "VIP") & first.notna()]

    assert office.dt.day_of_week.max() <= 5
    assert not office.between("2025-01-25", "2025-02-02 23:59").any()
    minute = office.dt.hour * 60 + office.dt.minute
    assert minute.between(7 * 60 + 59, 18 * 60).all()


def test_the_first_human_message_is_the_first_reply(tickets):
    messages = pd.read_csv(SAMPLE / "messages.csv", dtype={"Ticket ID": str}, parse_dates=["Created at"])
    people = messages[(messages["Author"] == "agent") & messages["Public"]]
    opened = tickets[tickets["Submitter"] == tickets["Requester"]].set_index("ID")
    first = people.groupby("Ticket ID")["Created at"].min().dt.tz_convert("Asia/Ho_Chi_Minh").dt.tz_localize(None)
    minutes = (first.reindex(opened.index) - opened["Created at"]).dt.total_seconds() / 60

    assert set(messages["Author"]) == {"customer", "agent", "bot", "system"}
    assert (minutes // 1).fillna(-1).tolist() == opened[FIRST_REPLY].fillna(-1).tolist()


def test_customers_are_the_same_in_every_table(tickets):
    customers = set(pd.read_csv(SAMPLE / "customers.csv", dtype=str)["customer_id"])

    assert set(tickets["Requester ID"]) <= customers
    for name in ("surveys.csv", "activity.csv"):
        assert set(pd.read_csv(SAMPLE / name, dtype=str)["customer_id"]) <= customers


def test_addresses_go_nowhere(export):
    assert export["Requester email"].str.endswith("@example.com").all()


def test_calls_add_up():
    calls = pd.read_csv(SAMPLE / "calls.csv", parse_dates=["Offered at", "Answered at", "Ended at"])
    answered = calls[~calls["Abandoned"]]
    spoken = answered["Talk seconds"] + answered["Hold seconds"]

    assert (answered["Ended at"] - answered["Answered at"]).dt.total_seconds().equals(spoken.astype(float))
    assert calls.loc[calls["Abandoned"], "Answered at"].isna().all()
    assert 0.05 < calls["Abandoned"].mean() < 0.15


def test_every_folder_has_settings_that_can_be_read():
    settings = {
        folder: read_settings(SAMPLE / folder) for folder in (".", "liveagent", "freshdesk", "eventlog", "phone")
    }

    assert all(s.timezone == "Asia/Ho_Chi_Minh" for s in settings.values())
    assert all(s.as_of == pd.Timestamp("2026-06-30 17:00") for s in settings.values())
    for folder, s in settings.items():
        assert all((SAMPLE / folder / entry["file"]).is_file() for entry in s.files)
    shop = settings["."]
    assert shop.language == "vi"
    assert shop.team_schedules == {"VIP": "extended"}
    first = shop.targets[shop.targets["kpi"] == "first_response_time"]
    assert first["valid_from"].nunique() == 2
    assert shop.interventions["on"].dt.date.astype(str).tolist() == [
        stories.SPRING_FAIR, stories.TRAINING, stories.DISCOUNT[0], stories.NEW_HOURS, stories.CHATBOT, stories.TOOL,
        stories.CAMPAIGN[0], "2025-11-10", stories.PURGE[0], stories.MACRO,
    ]  # fmt: skip


def test_the_sample_works_the_hours_its_desk_file_states():
    schedules = read_settings(SAMPLE).schedules
    world = World(7, seconds("2024-07-01"), seconds("2026-07-01"))
    for name, team in (("office", stories.SALES), ("extended", stories.VIP)):
        spans = open_intervals(schedules[name], pd.Timestamp("2024-07-01").date(), pd.Timestamp("2026-06-30").date())
        stated = (spans["end_at"] - spans["start_at"]).sum().total_seconds()
        first, last = world.hours(team).elapsed(pd.Series([world.start, world.end]).to_numpy())
        assert stated == pytest.approx(last - first, abs=5 * 3600)  # a UTC day begins at 7 o'clock


def test_a_small_desk_loads_too(tmp_path):
    from kpitools.load import load

    desk = load(sample.make(tmp_path, tickets=60), cache=False)
    assert desk.kpis().supported.sum() >= 16
