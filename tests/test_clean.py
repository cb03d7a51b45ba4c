"""Every cleaning rule with a row that trips it; what must come out is written by hand."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from kpitools.build import Job, Options, build
from kpitools.errors import ConfigError, LoadError
from kpitools.loadreport import LoadReport, harmless

HEADER = "id,opened,replied,solved,state,minutes,n,updated"
MAPPING = {
    "ticket_id": "id",
    "created_at": "opened",
    "first_reply_at": "replied",
    "resolved_at": "solved",
    "status": "state",
    "handle_s": {"column": "minutes", "unit": "minutes"},
    "reopens": "n",
    "updated_at": "updated",
}


class Loaded:
    """What a text loads as: tables as frames, and the report."""

    def __init__(self, folder: Path, said: dict, options: Options, *names: str):
        out = folder / "out"
        out.mkdir(exist_ok=True)
        self.report = build([Job(folder / name, name, said, True) for name in names], options, out)
        self.frames = {path.stem: pd.read_parquet(path) for path in out.glob("*.parquet")}
        for path in out.glob("*.parquet"):
            path.unlink()

    @property
    def tickets(self) -> pd.DataFrame:
        return self.frames["tickets"]

    def rules(self) -> list[tuple]:
        """Rule, column, rows, first line and kind of every finding but warnings about the zone."""
        wanted = self.report.findings[self.report.findings["rule"] != "timezone_unknown"]
        line = wanted["line"].astype(object).where(wanted["line"].notna(), None)
        column = wanted["column"].astype(object).where(wanted["column"].notna(), None)
        return list(zip(wanted["rule"], column, wanted["rows"], line, wanted["kind"], strict=True))

    def account(self, file: int = 0) -> list[int]:
        """Rows read, accepted, quarantined, duplicates and superseded of a file."""
        row = self.report.files.iloc[file]
        return [int(row[key]) for key in ("rows_read", "accepted", "quarantined", "duplicates", "superseded")]


@pytest.fixture
def clean(tmp_path):
    """Load lines under HEADER (or a whole text) by MAPPING (or another)."""

    def run(*lines: str, tables=None, header=HEADER, said=None, **options) -> Loaded:
        (tmp_path / "t.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        entry = {"tables": tables or {"tickets": MAPPING}, **(said or {})}
        return Loaded(tmp_path, entry, Options(**{"max_loss": 1.0, "timezone": "UTC", **options}), "t.csv")

    return run


GOOD = "1,2025-03-04 09:00,2025-03-04 10:00,2025-03-05 09:00,closed,5,0,2025-03-06"


def test_a_clean_row_passes_untouched(clean):
    loaded = clean(GOOD)
    row = loaded.tickets.iloc[0]
    assert loaded.rules() == []
    assert loaded.account() == [1, 1, 0, 0, 0]
    assert row["ticket_id"] == "1"
    assert row["created_at"] == pd.Timestamp("2025-03-04 09:00")
    assert row["handle_s"] == 300.0


def test_ids_stay_text(clean):
    assert clean(GOOD.replace("1,", "007,", 1)).tickets["ticket_id"].tolist() == ["007"]


def test_an_unreadable_cell_is_missing_and_the_row_stays(clean):
    loaded = clean(GOOD, "2,2025-03-04 09:00,soon,2025-03-05 09:00,closed,five,1.5,2025-03-06")
    assert loaded.rules() == [
        ("not_a_date", "first_reply_at", 1, 3, "cell"),
        ("not_a_duration", "handle_s", 1, 3, "cell"),
        ("not_a_number", "reopens", 1, 3, "cell"),
    ]
    assert loaded.report.findings["example"].tolist() == ["soon", "five", "1.5"]
    assert loaded.tickets.loc[1, ["first_reply_at", "handle_s", "reopens"]].isna().all()


def test_words_for_nothing_are_missing_without_a_finding(clean):
    loaded = clean("1,2025-03-04 09:00,N/A,--,open,null,-,2025-03-06")
    assert loaded.rules() == []
    assert loaded.tickets.loc[0, ["first_reply_at", "resolved_at", "handle_s", "reopens"]].isna().all()


@pytest.mark.parametrize("day", ["1900-01-01", "1970-01-01 00:00:00", "9999-12-31", "0001-01-01"])
def test_a_date_that_stands_for_nothing_is_missing(clean, day):
    loaded = clean(f"1,2025-03-04 09:00,,{day},closed,5,0,2025-03-06")
    assert loaded.rules() == [("sentinel_date", "resolved_at", 1, 2, "cell")]
    assert loaded.tickets["resolved_at"].isna().all()


def test_a_moment_that_has_not_come_yet_is_missing(clean):
    loaded = clean("1,2025-03-04 09:00,,2162-05-01 10:00,closed,5,0,2025-03-06")
    assert loaded.rules() == [("in_the_future", "resolved_at", 1, 2, "cell")]
    assert loaded.tickets["resolved_at"].isna().all()


def test_rows_without_key_or_creation_time_are_quarantined_with_the_original(clean):
    loaded = clean(GOOD, ",2025-03-04 09:00,,,open,,,", "3,,,,open,,,", "4,32/13/2025,,,open,,,")
    assert loaded.account() == [4, 1, 3, 0, 0]
    assert loaded.report.quarantine_in("en")[["line", "rule", "reason"]].values.tolist() == [
        [3, "missing_key", "ticket_id is missing or unknown"],
        [4, "missing_time", "created_at is missing or is no date"],
        [5, "missing_time", "created_at is missing or is no date"],
    ]
    assert json.loads(loaded.report.quarantine["row"][2])["opened"] == "32/13/2025"


def test_exact_duplicates_go_and_versions_give_way_to_the_newest(clean):
    older = GOOD.replace("closed", "open").replace("2025-03-06", "2025-03-05")
    loaded = clean(GOOD, GOOD, older)
    assert loaded.account() == [3, 1, 0, 1, 1]
    assert loaded.tickets["status"].tolist() == ["closed"]


def test_without_a_version_time_the_last_in_the_file_stays(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened", "status": "state"}}
    loaded = clean("1,2025-03-04,closed", "1,2025-03-04,open", tables=tables, header="id,opened,state")
    assert loaded.tickets["status"].tolist() == ["open"]
    assert loaded.account() == [2, 1, 0, 0, 1]


def test_a_reply_or_solution_before_creation_is_missing(clean):
    loaded = clean("1,2025-03-04 09:00,2025-03-03 10:00,2025-03-01,closed,5,0,2025-03-06")
    assert loaded.rules() == [
        ("reply_before_created", "first_reply_at", 1, 2, "cell"),
        ("resolved_before_created", "resolved_at", 1, 2, "cell"),
    ]
    assert loaded.tickets.loc[0, ["first_reply_at", "resolved_at"]].isna().all()


def test_a_ticket_closed_in_zero_seconds_is_kept(clean):
    loaded = clean("1,2025-03-04 09:00,,2025-03-04 09:00,closed,,,")
    assert loaded.tickets["resolved_at"].tolist() == [pd.Timestamp("2025-03-04 09:00")]


def test_a_solving_time_on_an_open_ticket_is_its_first_solving(clean):
    loaded = clean(GOOD.replace("closed", "open"))
    assert loaded.rules() == [("unsolved_with_solving_time", "resolved_at", 1, 2, "repaired")]
    assert loaded.tickets["resolved_at"].isna().all()
    assert loaded.tickets["first_resolved_at"].tolist() == [pd.Timestamp("2025-03-05 09:00")]


def test_negative_durations_and_counts_are_missing(clean):
    loaded = clean(GOOD.replace(",5,0,", ",-5,-1,"))
    assert loaded.rules() == [
        ("negative_duration", "handle_s", 1, 2, "cell"),
        ("negative_count", "reopens", 1, 2, "cell"),
    ]
    assert loaded.tickets.loc[0, ["handle_s", "reopens"]].isna().all()


def test_an_unknown_status_is_missing_and_named(clean):
    loaded = clean(GOOD, GOOD.replace("1,", "2,", 1).replace("closed", "Dreaming"))
    assert loaded.rules() == [("unknown_word", "status", 1, 3, "cell")]
    assert loaded.report.findings["example"].tolist() == ["Dreaming"]
    assert loaded.tickets["status"].isna().tolist() == [False, True]


def test_vietnamese_words_are_known_composed_or_not(clean):
    import unicodedata

    loaded = clean(
        GOOD.replace("closed", "Đã giải quyết"),
        GOOD.replace("1,", "2,", 1).replace("closed", unicodedata.normalize("NFD", "Mới")),
    )
    assert loaded.tickets["status"].tolist() == ["resolved", "new"]


def test_blank_lines_are_no_rows_and_totals_are_set_aside(clean):
    loaded = clean(GOOD, "", "Total,,,,,5,0,")
    assert loaded.account() == [2, 1, 1, 0, 0]
    assert loaded.report.quarantine[["line", "rule"]].values.tolist() == [[4, "footer_row"]]


def test_a_suspicious_row_count_is_a_warning(clean):
    loaded = clean(*(GOOD.replace("1,", f"{n},", 1) for n in range(40)))
    assert loaded.rules() == [("truncated", None, 40, None, "warning")]


def test_a_header_without_rows_is_reported(clean):
    loaded = clean()
    assert loaded.rules() == [("no_rows", None, 0, None, "warning")]
    assert len(loaded.tickets) == 0


def test_too_many_losses_are_refused_with_the_reasons(clean):
    with pytest.raises(
        LoadError, match=r"1 of 2 rows \(50.0%\).*created_at is missing or is no date \(1 rows, first line 3\)"
    ):
        clean(GOOD, "3,,,,open,,,", max_loss=0.05)


# --- dates, zones ---


def test_day_and_month_are_told_apart_by_a_number_over_12(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened"}}
    loaded = clean("1,5/3/2025 9:05", "2,13/3/2025 9:05", tables=tables, header="id,opened")
    assert loaded.tickets["created_at"].tolist() == [pd.Timestamp("2025-03-05 09:05"), pd.Timestamp("2025-03-13 09:05")]
    decided = loaded.report.assumptions.set_index("what").loc["date_order"]
    assert (decided["value"], decided["how"]) == ("day first", "a_number_over_12")


def test_one_column_decides_for_all_of_a_file(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened", "closed_at": "closed"}}
    loaded = clean("1,3/5/2025,03/25/2025", tables=tables, header="id,opened,closed")
    assert loaded.tickets["created_at"].tolist() == [pd.Timestamp("2025-03-05")]


def test_day_and_month_that_cannot_be_told_apart_are_refused_until_said(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened"}}
    with pytest.raises(LoadError, match="no number is over 12. Say whether 5/3 is 5 March"):
        clean("1,5/3/2025", tables=tables, header="id,opened")
    loaded = clean("1,5/3/2025", tables=tables, header="id,opened", dayfirst=False)
    assert loaded.tickets["created_at"].tolist() == [pd.Timestamp("2025-05-03")]


def test_both_orders_in_one_file_are_refused(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened"}}
    with pytest.raises(LoadError, match="some dates have the day first"):
        clean("1,25/3/2025", "2,3/25/2025", tables=tables, header="id,opened")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2025-03-04T09:12:00Z", "2025-03-04 09:12:00"),
        ("2025-03-04T09:12:00+07:00", "2025-03-04 02:12:00"),
        ("2025-05-15T11:44:18.434-0500", "2025-05-15 16:44:18.434"),
        ("2025-03-04 09:12:00 +0700", "2025-03-04 02:12:00"),
        ("2025-03-04 09:12 UTC", "2025-03-04 09:12:00"),
        ("2025/03/04 09:12:00.000", "2025-03-04 08:12:00"),
        ("13/03/2025 02:05 CH", "2025-03-13 13:05:00"),
        ("05/Mar/24 2:07 PM", "2024-03-05 13:07:00"),
        ("14:30 25/03/2025", "2025-03-25 13:30:00"),
        ("25.03.25", "2025-03-24 23:00:00"),
    ],
)
def test_ways_to_write_a_moment(clean, text, wanted):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened"}}
    loaded = clean(f"1,{text}", tables=tables, header="id,opened", timezone="Europe/Berlin")
    assert loaded.tickets["created_at"].tolist() == [pd.Timestamp(wanted)]


def test_offsets_are_honoured_beside_wall_clock_times(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened"}}
    loaded = clean(
        "1,2025-07-01T12:00:00Z", "2,2025-07-01 12:00", tables=tables, header="id,opened", timezone="Europe/Berlin"
    )
    assert loaded.tickets["created_at"].tolist() == [pd.Timestamp("2025-07-01 12:00"), pd.Timestamp("2025-07-01 10:00")]


@pytest.mark.parametrize(
    ("form", "text"), [("epoch", "1741079520"), ("epoch_ms", "1741079520000"), ("%Y%m%d %H%M", "20250304 0912")]
)
def test_stated_forms_of_a_moment(clean, form, text):
    tables = {"tickets": {"ticket_id": "id", "created_at": {"column": "opened", "format": form}}}
    assert clean(f"1,{text}", tables=tables, header="id,opened").tickets["created_at"].tolist() == [
        pd.Timestamp("2025-03-04 09:12")
    ]


def test_numbers_where_moments_should_be_are_refused(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened"}}
    with pytest.raises(LoadError, match="none of 1 values is a date.*'1741079520' in line 2.*epoch"):
        clean("1,1741079520", tables=tables, header="id,opened")


def test_daylight_saving_gaps_and_repeats_are_counted(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened"}}
    loaded = clean(
        "1,2025-03-30 02:30",
        "2,2025-10-26 02:30",
        "3,2025-07-01 12:00",
        tables=tables,
        header="id,opened",
        timezone="Europe/Berlin",
    )
    assert loaded.rules() == [
        ("skipped_hour", "created_at", 1, 2, "warning"),
        ("repeated_hour", "created_at", 1, 3, "warning"),
    ]
    assert loaded.tickets["created_at"].tolist() == [
        pd.Timestamp(t) for t in ("2025-03-30 01:30", "2025-10-26 00:30", "2025-07-01 10:00")
    ]


def test_local_columns_are_on_the_desks_clock(clean):
    loaded = clean(GOOD, timezone="UTC", desk_timezone="Asia/Ho_Chi_Minh")
    assert loaded.tickets["created_local"].tolist() == [pd.Timestamp("2025-03-04 16:00")]


def test_an_unknown_time_zone_is_utc_with_a_loud_warning(clean):
    loaded = clean(GOOD, timezone=None)
    assert loaded.report.findings["rule"].tolist() == ["timezone_unknown"]
    assert loaded.report.files["timezone"].tolist() == ["UTC"]
    zone = loaded.report.assumptions.set_index("what").loc["timezone"]
    assert (zone["value"], zone["how"]) == ("UTC", "nobody_said")


def test_a_zone_that_does_not_exist_is_an_error(clean):
    with pytest.raises(ConfigError, match="no time zone named 'Asia/Hanoi'"):
        clean(GOOD, timezone="Asia/Hanoi")


def test_every_decision_has_three_examples(clean):
    said = clean(GOOD, timezone="Asia/Ho_Chi_Minh").report.assumptions
    shown = said[said["value"].str.startswith("opened")]["examples"].tolist()
    assert shown == ["2025-03-04 09:00 = 2025-03-04 02:00:00 UTC"]


# --- numbers and durations ---


@pytest.mark.parametrize(
    ("unit", "text", "seconds"),
    [
        ("minutes", "90", 5400),
        ("hours", "1.5", 5400),
        ("seconds", "90", 90),
        ("ms", "90000", 90),
        ("hms", "30:00:05", 108005),
    ],
)
def test_units_of_durations(clean, unit, text, seconds):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened", "handle_s": {"column": "took", "unit": unit}}}
    assert clean(f"1,2025-03-04,{text}", tables=tables, header="id,opened,took").tickets["handle_s"].tolist() == [
        seconds
    ]


def test_clock_durations_are_recognised_and_bare_numbers_refused(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened", "handle_s": "took"}}
    loaded = clean("1,2025-03-04,0:01:30", tables=tables, header="id,opened,took")
    assert loaded.tickets["handle_s"].tolist() == [90.0]
    with pytest.raises(LoadError, match="do not tell their unit"):
        clean("1,2025-03-04,90", tables=tables, header="id,opened,took")


@pytest.mark.parametrize(
    ("decimal", "text", "wanted"),
    [
        (".", "1234.5", 1234.5),
        (".", '"1,234.5"', 1234.5),
        (".", '"1,500"', 1500.0),
        (",", '"1,500"', 1.5),
        (".", "94.01%", 0.9401),
        (",", '"1.234,5"', 1234.5),
        (",", '"94,01%"', 0.9401),
    ],
)
def test_numbers_by_their_decimal_mark(clean, decimal, text, wanted):
    tables = {"customers": {"customer_id": "id", "mrr": "m"}}
    loaded = clean(f"1,{text}", tables=tables, header="id,m", said={"decimal": decimal})
    assert loaded.frames["customers"]["mrr"].tolist() == [pytest.approx(wanted)]


MONEY = {"customers": {"customer_id": "id", "mrr": "m"}}


@pytest.mark.parametrize(
    ("texts", "mark", "wanted"),
    [
        (["1,500", "1,500.25"], ".", [1500.0, 1500.25]),
        (["1,500", "0.25"], ".", [1500.0, 0.25]),
        (["1,500", "1,234,567"], ".", [1500.0, 1234567.0]),
        (["1,500", "12,34"], ",", [1.5, 12.34]),
        (["1,500", "0,125"], ",", [1.5, 0.125]),
        (["1,500", "1.234,5"], ",", [1.5, 1234.5]),
        (["1,500", "1500,125"], ",", [1.5, 1500.125]),
        (["1,500", "1.234.567"], ",", [1.5, 1234567.0]),
        (["1.500", "12,34"], ",", [1500.0, 12.34]),
        (["850.000", "1.250.000"], ",", [850000.0, 1250000.0]),
        (["-1,500", "76,5%"], ",", [-1.5, 0.765]),
    ],
)
def test_one_number_that_can_only_be_read_one_way_decides_for_the_file(clean, texts, mark, wanted):
    lines = [f'{n},"{text}"' for n, text in enumerate(texts)]
    loaded = clean(*lines, tables=MONEY, header="id,m")
    assert loaded.frames["customers"].sort_values("customer_id").mrr.tolist() == wanted
    said = loaded.report.assumptions.set_index("what").loc["decimal"]
    assert (said["value"], said["how"]) == (mark, "a_number_that_tells")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1,500", "is 1500 with a decimal point and 1.500 with a decimal comma"),
        ("1.500", "is 1.500 with a decimal point and 1500 with a decimal comma"),
    ],
)
def test_a_number_that_can_be_read_two_ways_is_asked_about(clean, text, meant):
    with pytest.raises(LoadError) as error:
        clean("1,900", f'2,"{text}"', tables=MONEY, header="id,m")
    assert f"t.csv: column 'm': '{text}' in line 3 {meant}, and no number of the file tells" in str(error.value)
    assert 'desk.yml: files: [{file: t.csv, decimal: ","}]; command line: --set decimal=","' in str(error.value)


@pytest.mark.parametrize(("mark", "wanted"), [(",", 1.5), (".", 1500.0)])
def test_the_decimal_mark_is_stated_for_a_file_for_all_or_for_a_column(clean, mark, wanted):
    lines, header = ['1,"1,500"', "2,7"], "id,m"
    of_column = {"customers": {"customer_id": "id", "mrr": {"column": "m", "decimal": mark}}}
    ways = [
        clean(*lines, tables=MONEY, header=header, said={"decimal": mark}),
        clean(*lines, tables=MONEY, header=header, decimal=mark),
        clean(*lines, tables=MONEY, header=header, desk_decimal=mark),
        clean(*lines, tables=of_column, header=header),
    ]
    assert [loaded.frames["customers"].mrr[0] for loaded in ways] == [wanted] * 4


def test_numbers_of_both_kinds_in_one_file_are_asked_about_and_a_column_may_state_its_own(clean):
    tables = {
        "customers": {"customer_id": "id", "mrr": "m"},
        "activity": {"customer_id": "id", "at": "t", "amount": "a"},
    }
    lines, header = ['1,"12,5",2025-03-04,0.25'], "id,m,t,a"
    with pytest.raises(
        LoadError, match=r"comma \(column 'm': '12,5' in line 2\).*point \(column 'a': '0.25' in line 2\)"
    ):
        clean(*lines, tables=tables, header=header)
    tables["customers"]["mrr"] = {"column": "m", "decimal": ","}
    loaded = clean(*lines, tables=tables, header=header)
    assert loaded.frames["customers"].mrr.tolist() == [12.5]
    assert loaded.frames["activity"].amount.tolist() == [0.25]


@pytest.mark.parametrize("kind", ["json", "xlsx", "parquet"])
def test_a_number_that_a_file_stores_as_one_is_never_thousands(tmp_path, kind):
    rows = pd.DataFrame({"id": ["1", "2"], "m": [19.125, 19.125]})
    {"json": lambda p: rows.to_json(p, orient="records"), "parquet": rows.to_parquet}.get(
        kind, lambda p: rows.to_excel(p, index=False)
    )(tmp_path / f"t.{kind}")
    loaded = Loaded(tmp_path, {"tables": MONEY}, Options(timezone="UTC"), f"t.{kind}")
    assert loaded.frames["customers"].mrr.tolist() == [19.125, 19.125]
    stated = Loaded(tmp_path, {"tables": MONEY, "decimal": ","}, Options(timezone="UTC"), f"t.{kind}")
    assert stated.frames["customers"].mrr.isna().all()  # said to be commas: no number, and never 19125
    assert ("not_a_number", "mrr", 2, stated.report.findings.line[0], "cell") in stated.rules()


def test_a_whole_number_over_a_thousand_tells_which_mark_parts_thousands(clean):
    tables = {"queue_intervals": {"started_at": "t", "offered": "n", "talk_s": {"column": "s", "unit": "minutes"}}}
    loaded = clean('2025-03-04,"1,217","2,500"', tables=tables, header="t,n,s")
    row = loaded.frames["queue_intervals"].iloc[0]
    assert (row.offered, row.talk_s) == (1217, 150000.0)  # 2500 minutes
    loaded = clean('2025-03-04,1.217,"2,500"', tables=tables, header="t,n,s")
    row = loaded.frames["queue_intervals"].iloc[0]
    assert (row.offered, row.talk_s) == (1217, 150.0)  # two and a half minutes


def test_an_interval_with_more_answered_than_offered_is_pointed_out_and_kept(clean):
    tables = {"queue_intervals": {"started_at": "t", "offered": "n", "answered": "a", "answered_in_target": "q"}}
    loaded = clean("2025-03-04,10,12,15", "2025-03-05,10,9,9", tables=tables, header="t,n,a,q")
    assert loaded.frames["queue_intervals"].answered.tolist() == [12, 9]
    assert set(loaded.rules()) == {
        ("part_over_whole", "answered", 1, 2, "warning"),
        ("part_over_whole", "answered_in_target", 1, 2, "warning"),
    }


def test_averages_are_multiplied_back(clean):
    tables = {
        "queue_intervals": {
            "offered": "in",
            "answered": "ok",
            "wait_s": {"column": "avg", "unit": "hms", "times": "ok"},
        }
    }
    loaded = clean("10,8,00:00:15", tables=tables, header="in,ok,avg")
    assert loaded.frames["queue_intervals"]["wait_s"].tolist() == [120.0]


def test_columns_made_of_others(clean):
    tables = {
        "tickets": {
            "ticket_id": "id",
            "created_at": "opened",
            "first_reply_at": {"from": "created_at", "plus": "m", "unit": "minutes"},
            "transfers": {"column": "stations", "minus": 1},
            "channel": {"constant": "email"},
            "team": {"column": "team", "default": "none"},
            "is_test": {"column": "tags", "has": ["test"]},
        }
    }
    loaded = clean(
        "1,2025-03-04 09:00,90,3,,a test b",
        "2,2025-03-04 09:00,-1,1,VIP,latest",
        tables=tables,
        header="id,opened,m,stations,team,tags",
    )
    rows = loaded.tickets
    assert rows["first_reply_at"].tolist()[0] == pd.Timestamp("2025-03-04 10:30")
    assert rows["first_reply_at"].isna().tolist() == [False, True]
    assert rows["transfers"].tolist() == [2, 0]
    assert rows["channel"].tolist() == ["email", "email"]
    assert rows["team"].tolist() == ["none", "VIP"]
    assert rows["is_test"].tolist() == [True, False]
    assert loaded.rules() == [("negative_duration", "first_reply_at", 1, 3, "cell")]


# --- other tables ---


def test_scores_outside_their_scale_are_missing(clean):
    tables = {"surveys": {"kind": "kind", "score": "score", "answered_at": "at"}}
    loaded = clean(
        "csat,5,2025-01-01",
        "csat,6,2025-01-01",
        "nps,0,2025-01-01",
        "nps,11,2025-01-01",
        "ces,,2025-01-01",
        tables=tables,
        header="kind,score,at",
    )
    assert loaded.rules() == [("score_outside_scale", "score", 2, 3, "cell")]
    assert loaded.frames["surveys"]["score"].isna().tolist() == [False, True, False, True, True]
    assert loaded.frames["surveys"]["scale"].tolist() == ["1-5", "1-5", "0-10", "0-10", "1-7"]


def test_words_may_stand_for_scores(clean):
    tables = {
        "surveys": {
            "rows": {"r": ["Great", "Okay", "Bad", "Asked"]},
            "kind": {"constant": "csat"},
            "score": {"column": "r", "values": {"great": 5, "okay": 3, "bad": 1, "asked": None}},
            "answered_at": {"column": "at", "when": {"r": ["Great", "Okay", "Bad"]}},
        }
    }
    loaded = clean("Great,2025-01-01", "Asked,2025-01-01", "None,2025-01-01", tables=tables, header="r,at")
    assert loaded.frames["surveys"]["score"].isna().tolist() == [False, True]
    assert loaded.frames["surveys"]["answered_at"].isna().tolist() == [False, True]
    assert loaded.rules() == [("rows_filtered", None, 1, None, "warning")]
    assert loaded.account() == [2, 2, 0, 0, 0]


def test_equal_figures_of_unknown_days_are_two_intervals(clean):
    tables = {"queue_intervals": {"offered": "in", "answered": "ok"}}
    assert clean("10,8", "10,8", tables=tables, header="in,ok").account() == [2, 2, 0, 0, 0]


def test_events_that_are_no_status_keep_their_rows(clean):
    tables = {"status_changes": {"ticket_id": "id", "at": "at", "status": "what"}}
    said = {"statuses": {"Resolve ticket": "resolved"}}
    loaded = clean("1,2025-01-01,Resolve ticket", "1,2025-01-02,Noted", tables=tables, header="id,at,what", said=said)
    assert loaded.frames["status_changes"]["status"].tolist()[0] == "resolved"
    assert loaded.frames["status_changes"]["status"].isna().tolist() == [False, True]
    assert loaded.rules() == [("event_without_status", "status", 1, 3, "warning")]


def test_a_call_cannot_be_answered_before_it_came(clean):
    tables = {
        "calls": {
            "offered_at": "a",
            "answered_at": "b",
            "ended_at": "c",
            "talk_s": {"from": "answered_at", "to": "ended_at"},
        }
    }
    loaded = clean(
        "2025-01-01 09:00,2025-01-01 08:00,2025-01-01 09:10",
        "2025-01-01 09:00,2025-01-01 09:01,2025-01-01 09:10",
        tables=tables,
        header="a,b,c",
    )
    assert loaded.rules() == [("answered_before_offered", "answered_at", 1, 2, "cell")]
    talked = loaded.frames["calls"]["talk_s"]
    assert talked[1] == 540.0  # 09:01 to 09:10
    assert pd.isna(talked[0])  # what ran from a moment that cannot be is not known either


SILLY = {
    "tickets": {
        "ticket_id": "id",
        "created_at": "opened",
        "first_reply_at": {"from": "created_at", "plus": "m", "unit": "minutes"},
        "handle_s": {"column": "m", "unit": "minutes"},
        "reopens": "n",
        "agent_replies": {"column": "n", "times": "m"},
        "updated_at": {"column": "u", "format": "epoch"},
    }
}


@pytest.mark.parametrize(
    ("minutes", "count", "epoch", "rules"),
    [
        ("1e300", "1", "", ["duration_over_a_century", "duration_over_a_century", "not_a_number"]),
        ("1", "1e300", "", ["not_a_number", "not_a_number"]),
        ("1", "9" * 18, "", ["not_a_number"]),
        ("1", "1", "1e18", ["not_a_date"]),
        ("52600000", "1", "", ["duration_over_a_century", "duration_over_a_century"]),  # 100.008 years of minutes
        ("52500000", "1", "", ["in_the_future"]),  # 99.8 years: a long time, but one; the reply would be in 2124
        ("1", "1", "1741079520", []),
    ],
)
def test_numbers_beyond_reason_cost_a_cell_and_nothing_more(clean, minutes, count, epoch, rules):
    loaded = clean(f"1,2025-03-04,{minutes},{count},{epoch}", tables=SILLY, header="id,opened,m,n,u")
    assert sorted(rule for rule, *_ in loaded.rules()) == rules
    assert loaded.account() == [1, 1, 0, 0, 0]


def test_a_year_before_the_first_stands_for_nothing(clean):
    loaded = clean("1,2025-03-04 09:00,,2025-03-04 (BC),closed,5,0,2025-03-06")
    assert loaded.rules() == [("sentinel_date", "resolved_at", 1, 2, "cell")]


# --- ids ---

IDS = {"tickets": {"ticket_id": "id", "created_at": "opened", "customer_id": "who"}}


def test_ids_that_a_spreadsheet_spoilt_are_found_and_kept_as_written(clean):
    lines = ["1.23E+05,2025-03-04,x", "1e5,2025-03-04,E+12", "ABCE+01,2025-03-04,9,", '7,2025-03-04,"8,4E+11"']
    loaded = clean(*lines, tables=IDS, header="id,opened,who")
    assert loaded.rules() == [
        ("id_in_scientific_notation", "ticket_id", 1, 2, "warning"),
        ("id_in_scientific_notation", "customer_id", 1, 5, "warning"),
    ]
    assert loaded.tickets["ticket_id"].tolist() == ["1.23E+05", "1e5", "ABCE+01", "7"]


def test_ids_that_are_an_address_or_a_phone_number_are_found(clean):
    whos = ["lan@example.com", "+84 912 345 678", "0912345678", "900082561", "0000123456", "@lan", "007"]
    lines = [f"{n},2025-03-04,{who}" for n, who in enumerate(whos)]
    loaded = clean(*lines, tables=IDS, header="id,opened,who")
    assert loaded.rules() == [
        ("id_is_an_address", "customer_id", 1, 2, "warning"),
        ("id_is_a_phone_number", "customer_id", 2, 3, "warning"),
    ]


# --- one file, several tables ---


def test_a_moment_that_a_ticket_loses_is_lost_to_the_survey_of_the_same_row(clean):
    tables = {
        "tickets": {"ticket_id": "id", "created_at": "opened", "resolved_at": "solved"},
        "surveys": {"ticket_id": "id", "kind": {"constant": "csat"}, "answered_at": "solved", "sent_at": "opened"},
    }
    loaded = clean("1,2025-03-04,2025-03-01", "2,2025-03-04,2025-03-05", tables=tables, header="id,opened,solved")
    assert loaded.rules() == [
        ("resolved_before_created", "resolved_at", 1, 2, "cell"),
        ("resolved_before_created", "answered_at", 1, 2, "cell"),
    ]
    surveys = loaded.frames["surveys"].set_index("ticket_id")
    assert pd.isna(surveys.loc["1", "answered_at"])
    assert surveys.loc["2", "answered_at"] == pd.Timestamp("2025-03-05")
    assert surveys["sent_at"].notna().all()


# --- several files ---


def two_files(folder, header, first, second, tables):
    (folder / "a.csv").write_text(f"{header}\n{first}\n", encoding="utf-8")
    (folder / "b.csv").write_text(f"{header}\n{second}\n", encoding="utf-8")
    return Loaded(folder, {"tables": tables}, Options(timezone="UTC"), "a.csv", "b.csv")


def test_a_later_file_that_wins_by_its_name_alone_is_said(tmp_path):
    plain = {"tickets": {"ticket_id": "id", "created_at": "opened", "status": "state"}}
    loaded = two_files(tmp_path, "id,opened,state", "1,2025-03-04,open", "1,2025-03-04,closed", plain)
    assert loaded.tickets["status"].tolist() == ["closed"]
    assert loaded.rules() == [
        ("older_version", None, 1, 2, "superseded"),
        ("later_file_won", None, 1, 2, "warning"),
    ]
    said = loaded.report.findings.iloc[1]
    assert (said["file"], said["example"]) == ("a.csv", "b.csv")


@pytest.mark.parametrize(("second", "is_said"), [("2025-03-07", False), ("2025-03-06", True)])
def test_a_time_of_change_decides_without_a_word_unless_it_is_the_same(tmp_path, second, is_said):
    changed = GOOD.replace("closed", "open").replace("2025-03-06", second)
    loaded = two_files(tmp_path, HEADER, GOOD, changed, {"tickets": MAPPING})
    assert loaded.tickets["status"].tolist() == ["open"]
    assert ("later_file_won" in loaded.report.findings["rule"].tolist()) == is_said


def test_the_newest_version_counts_across_files(tmp_path):
    lines = {
        "a.csv": [GOOD, GOOD.replace("1,", "2,", 1)],
        "b.csv": [GOOD.replace("closed", "open").replace("2025-03-06", "2025-03-09"), GOOD.replace("1,", "2,", 1)],
    }
    for name, rows in lines.items():
        (tmp_path / name).write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    loaded = Loaded(tmp_path, {"tables": {"tickets": MAPPING}}, Options(timezone="UTC"), "a.csv", "b.csv")
    assert loaded.account(0) == [2, 1, 0, 0, 1]
    assert loaded.account(1) == [2, 1, 0, 1, 0]
    assert loaded.tickets.set_index("ticket_id")["status"].to_dict() == {"1": "open", "2": "closed"}


def test_files_of_one_table_are_joined_by_column_name(tmp_path):
    (tmp_path / "a.csv").write_text("id,opened,team\n1,2025-01-01,x\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("opened,id\n2025-01-02,2\n", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    both = {"ticket_id": "id", "created_at": "opened"}
    jobs = [
        Job(tmp_path / "a.csv", "a.csv", {"tables": {"tickets": {**both, "team": "team"}}}, True),
        Job(tmp_path / "b.csv", "b.csv", {"tables": {"tickets": both}}, True),
    ]
    build(jobs, Options(timezone="UTC"), out)
    rows = pd.read_parquet(out / "tickets.parquet")
    assert rows["ticket_id"].tolist() == ["1", "2"]
    assert rows["team"].isna().tolist() == [False, True]


# --- the report ---


def test_the_report_survives_being_written_down(clean):
    report = clean(GOOD, "3,,,,open,,,").report
    again = LoadReport.from_json(report.to_json())
    for name in ("files", "assumptions", "findings", "quarantine"):
        assert getattr(again, name).to_json() == getattr(report, name).to_json()


def test_the_quarantine_file_cannot_run_a_formula(clean, tmp_path):
    report = clean("=cmd()|x,,,,open,,,").report
    text = report.write_quarantine(tmp_path / "q.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert [harmless(cell) for cell in ("=1", "+1", "-1", "@a", "\tx", "\rx", "a=1", "")] == [
        "'=1", "'+1", "'-1", "'@a", "'\tx", "'\rx", "a=1", "",
    ]  # fmt: skip


def test_findings_have_words_in_both_languages(clean):
    report = clean(GOOD, "3,,,,open,,,").report
    assert report.findings_in("en")["text"].tolist() == ["a row without the time that dates it"]
    assert report.findings_in("vi")["text"].tolist() == ["dòng thiếu thời điểm của nó"]
    assert (
        "mã hóa" in report.assumptions_in("vi")["what"].tolist()
        or "bảng mã" in report.assumptions_in("vi")["what"].tolist()
    )


def test_what_was_decided_is_in_words_in_both_languages(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened", "handle_s": {"column": "took", "unit": "minutes"}}}
    report = clean("1,13/03/2025 09:00,3", "2,2025-03-14 09:00+07:00,4", tables=tables, header="id,opened,took").report
    said = report.assumptions_in("vi").set_index("what")["value"]
    assert said["thứ tự ngày và tháng"] == "ngày trước"
    assert said["đơn vị thời gian"] == "took: phút"
    assert said["cách viết ngày giờ"] == "opened: %d/%m/%Y %H:%M, một số kèm độ lệch so với UTC"
    assert report.assumptions_in("en")["value"].tolist() == report.assumptions["value"].tolist()


def test_kinds_and_reasons_have_words_in_both_languages(clean, tmp_path):
    report = clean(GOOD, "3,,,,open,,,", "4,2025-03-04").report
    assert report.findings_in("en")["kind"].tolist() == ["row set aside", "row set aside"]
    assert report.findings_in("vi")["kind"].tolist() == ["dòng bị tách riêng", "dòng bị tách riêng"]
    assert sorted(report.quarantine_in("vi")["reason"]) == [
        "2 trường trong khi tiêu đề có 8",
        "thiếu created_at hoặc không phải ngày giờ",
    ]
    written = report.write_quarantine(tmp_path / "q.csv").read_text(encoding="utf-8-sig")
    assert "created_at is missing or is no date" in written and "2 fields where the header has 8" in written


def test_every_rule_of_the_code_has_words():
    import yaml

    import kpitools.exports.read

    package = Path(kpitools.exports.read.__file__).parents[1]
    known = yaml.safe_load((package / "words" / "loading.yml").read_text(encoding="utf-8"))
    named = [key.removeprefix("rule.") for key in known if key.startswith("rule.")]
    modules = [
        package / name
        for name in ("clean.py", "autumn.py", "ids.py", "build.py", "quarantine.py", "rules.py", "unite.py")
    ]
    code = "".join(module.read_text(encoding="utf-8") for module in [*modules, *(package / "exports").glob("*.py")])
    assert [rule for rule in named if f'"{rule}"' not in code] == []
    keys = [key for key in known if key.startswith(("rule.", "kind.", "reason."))]
    assert [key for key in keys if known[key]["en"] == known[key]["vi"]] == []
    set_aside = {"missing_key", "missing_time", "empty_row", "footer_row", "not_json", "unterminated_quote"}
    set_aside |= {"too_few_fields", "too_many_fields"}
    assert {key.removeprefix("reason.") for key in known if key.startswith("reason.")} == set_aside


def test_midnight_is_kept_to_the_microsecond(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened"}}
    loaded = clean("1,2025-03-04T00:00:00.000001Z", tables=tables, header="id,opened")
    assert loaded.tickets["created_at"].dt.to_pydatetime().tolist() == [dt.datetime(2025, 3, 4, 0, 0, 0, 1)]


@pytest.mark.parametrize(
    ("offset", "utc"),
    [
        ("+14:00", "2025-03-03 19:00"),
        ("-12:00", "2025-03-04 21:00"),
        ("+0545", "2025-03-04 03:15"),
        ("Z", "2025-03-04 09:00"),
    ],
)
@pytest.mark.parametrize("wild", ["+15:00", "-23:00", "+99:00", "+14:30", "+07:99", "+1500", " +15:00"])
def test_an_offset_that_no_clock_has_makes_no_moment(clean, offset, utc, wild):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened", "resolved_at": "solved"}}
    lines = [f"1,2025-03-04T09:00:00{offset},", f"2,2025-03-04T09:00:00Z,2025-03-05 09:00:00{wild}"]
    loaded = clean(*lines, tables=tables, header="id,opened,solved")
    assert loaded.tickets.created_at[0] == pd.Timestamp(utc)
    assert loaded.tickets.resolved_at.isna().tolist() == [True, True]
    assert loaded.rules() == [("not_a_date", "resolved_at", 1, 3, "cell")]
    assert loaded.report.findings.example.tolist() == [f"2025-03-05 09:00:00{wild}"]


# --- autumn's repeated hour: in Berlin 02:00 to 03:00 of 26 October 2025 happened twice, first in UTC+2 ---


def test_the_second_pass_of_the_repeated_hour_is_taken_where_the_order_says_so(clean):
    tables = {
        "tickets": {"ticket_id": "id", "created_at": "opened", "first_reply_at": "replied", "resolved_at": "solved"},
        "surveys": {"ticket_id": "id", "kind": {"constant": "csat"}, "answered_at": "solved"},
    }
    lines = [
        "1,2025-10-26 02:50,2025-10-26 02:10,2025-10-26 02:20",  # 00:50 UTC, then 01:10 and 01:20: in the second pass
        "2,2025-10-26 02:10,2025-10-26 02:50,2025-10-26 03:30",  # either pass fits: the first, 00:10 and 00:50
        "3,2025-10-26 03:30,2025-10-26 02:10,",  # neither pass fits
        "4,2025-10-26 02:50,2025-10-25 02:10,",  # no repeated hour, and before the ticket was there
    ]
    loaded = clean(*lines, tables=tables, header="id,opened,replied,solved", timezone="Europe/Berlin")
    rows = loaded.tickets.set_index("ticket_id")
    assert rows.created_at["1"] == pd.Timestamp("2025-10-26 00:50")
    assert rows.first_reply_at["1"] == pd.Timestamp("2025-10-26 01:10")
    assert rows.resolved_at["1"] == pd.Timestamp("2025-10-26 01:20")
    assert rows.first_reply_at["2"] == pd.Timestamp("2025-10-26 00:50")
    assert rows.first_reply_at[["3", "4"]].isna().all()
    surveys = loaded.frames["surveys"].set_index("ticket_id")
    assert surveys.answered_at["1"] == pd.Timestamp("2025-10-26 01:20")
    assert [r for r in loaded.rules() if r[0] != "repeated_hour"] == [
        ("second_pass", "first_reply_at", 1, 2, "repaired"),
        ("second_pass", "resolved_at", 1, 2, "repaired"),
        ("reply_before_created", "first_reply_at", 2, 4, "cell"),
    ]
    assert ("repeated_hour", "first_reply_at", 3, 2, "warning") in loaded.rules()


def test_a_call_answered_in_the_second_pass_has_a_short_wait(clean):
    tables = {
        "calls": {
            "call_id": "id",
            "offered_at": "rang",
            "answered_at": "picked",
            "wait_s": {"from": "offered_at", "to": "answered_at"},
        }
    }
    loaded = clean(
        "1,2025-11-02 01:59:50,2025-11-02 01:00:05", tables=tables, header="id,rang,picked", timezone="America/New_York"
    )
    call = loaded.frames["calls"].iloc[0]
    assert call.wait_s == 15.0


# --- ids that stand for none ---


@pytest.mark.parametrize("word", ["#N/A", "N/A", "NULL", "null", "-", "NaN", "None", "#REF!", "không có"])
def test_tickets_without_a_number_are_set_aside_and_not_taken_for_versions_of_one(clean, word):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened"}}
    lines = ["1,2025-03-04 09:00", f"{word},2025-03-05 09:00", f"{word},2025-03-06 09:00", "NA-17,2025-03-07 09:00"]
    loaded = clean(*lines, tables=tables, header="id,opened", max_loss=0.6)
    assert loaded.tickets.ticket_id.tolist() == ["1", "NA-17"]
    assert loaded.account() == [4, 2, 2, 0, 0]
    assert ("placeholder_id", "ticket_id", 2, 3, "cell") in loaded.rules()
    assert ("missing_key", "ticket_id", 2, 3, "quarantined") in loaded.rules()
    assert json.loads(loaded.report.quarantine.row[0]) == {"id": word, "opened": "2025-03-05 09:00"}


def test_a_word_that_may_be_an_id_is_one_unless_it_names_tickets_of_different_times(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened", "updated_at": "updated"}}
    lines = [
        "NA,2025-03-04 09:00,2025-03-04 09:00",  # two versions of one ticket
        "NA,2025-03-04 09:00,2025-03-05 09:00",
        "0,2025-03-04 09:00,2025-03-04 09:00",  # two tickets
        "0,2025-03-06 09:00,2025-03-06 09:00",
        "1,2025-03-06 09:00,2025-03-06 09:00",
    ]
    loaded = clean(*lines, tables=tables, header="id,opened,updated", max_loss=0.6)
    assert sorted(loaded.tickets.ticket_id) == ["1", "NA"]
    assert loaded.account() == [5, 2, 2, 0, 1]
    assert ("placeholder_id", "ticket_id", 2, 4, "cell") in loaded.rules()
    assert ("doubtful_id", "ticket_id", 2, 2, "warning") in loaded.rules()


def test_where_a_table_needs_no_time_a_repeated_word_is_no_key_but_zero_may_be(clean):
    lines = ["unknown,10", "unknown,20", "0,30", "0,40", "nil,50"]
    loaded = clean(*lines, tables={"customers": {"customer_id": "id", "mrr": "m"}}, header="id,m")
    assert sorted(loaded.frames["customers"].customer_id) == ["0", "nil"]
    assert loaded.account() == [5, 2, 2, 0, 1]


def test_customers_without_an_id_are_not_one_customer(clean):
    tables = {"tickets": {"ticket_id": "id", "created_at": "opened", "customer_id": "who", "agent_id": "by"}}
    lines = ["1,2025-03-04 09:00,NULL,Na", "2,2025-03-05 09:00,null,Na", "3,2025-03-05 09:00,K7,Na"]
    loaded = clean(*lines, tables=tables, header="id,opened,who,by")
    assert loaded.tickets.customer_id.isna().tolist() == [True, True, False]
    assert loaded.tickets.agent_id.tolist() == ["Na", "Na", "Na"]
    assert ("placeholder_id", "customer_id", 2, 2, "cell") in loaded.rules()
    assert ("doubtful_id", "agent_id", 3, 2, "warning") in loaded.rules()


def test_not_a_number_in_json_is_no_id(tmp_path):
    text = (
        "[" + ",".join(f'{{"id": {n}, "at": "2025-03-0{d}T09:00Z"}}' for n, d in (("NaN", 4), ("NaN", 5), (7, 5))) + "]"
    )
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    said = {"tables": {"tickets": {"ticket_id": "id", "created_at": "at"}}}
    loaded = Loaded(tmp_path, said, Options(max_loss=0.9), "t.json")
    assert loaded.tickets.ticket_id.tolist() == ["7"]
    assert loaded.account() == [3, 1, 2, 0, 0]
