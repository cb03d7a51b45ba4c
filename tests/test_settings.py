"""desk.yml, targets.csv and interventions.csv: what is understood, and what each mistake is told."""

import datetime as dt

import pandas as pd
import pytest
import yaml

from kpitools.clock import always
from kpitools.errors import ConfigError, KpitoolsError
from kpitools.hours import DAY, parse_days, parse_weekly
from kpitools.settings import KEYS, OPTIONS, SETTINGS_HELP, Settings, read_settings
from kpitools.words import LANGUAGES

HOUR = 3600


@pytest.fixture
def desk(tmp_path):
    """A function that writes files into a folder and returns it."""

    def write(text: str = "", **files: str):
        (tmp_path / "desk.yml").write_text(text, encoding="utf-8")
        for name, content in files.items():
            (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
        return tmp_path

    return write


def message(call, *args, **more) -> str:
    with pytest.raises(ConfigError) as error:
        call(*args, **more)
    return str(error.value)


# What is understood -------------------------------------------------------------------------------


def test_a_desk_without_a_file_has_defaults():
    found = read_settings(None)

    assert (found.name, found.language, found.timezone, found.as_of) == ("Desk", "en", None, None)
    assert (found.schedules, found.default_schedule, found.files) == ({}, None, [])
    assert found.options["fcr_window_days"] == 7
    assert found.pseudonyms and len(found.targets) == len(found.interventions) == 0
    assert read_settings(None).options is not found.options


def test_a_folder_without_a_desk_file_is_named_after_itself(tmp_path):
    assert read_settings(tmp_path).name == tmp_path.name
    assert read_settings(tmp_path).root == tmp_path


def test_an_empty_desk_file_is_all_defaults(desk):
    assert read_settings(desk("# nothing yet\n")).max_loss == 0.05


def test_the_files_of_the_desk_file_are_found_from_its_folder(desk):
    folder = desk("name: Cửa hàng Sen\nfiles: [a.csv, {file: b.csv, format: zendesk}]")
    found = read_settings(folder / "desk.yml")

    assert found.name == "Cửa hàng Sen"
    assert found.root == folder
    assert found.files == [{"file": "a.csv"}, {"file": "b.csv", "format": "zendesk"}]


def test_an_export_alone_takes_no_desk_file(desk):
    folder = desk("language: vi", targets="kpi,target\ncsat,0.8\n")
    found = read_settings(folder / "targets.csv")

    assert (found.language, found.root, len(found.targets)) == ("en", folder, 0)


def test_a_byte_order_mark_is_no_part_of_the_first_key(desk):
    assert read_settings(desk("\ufefflanguage: vi")).language == "vi"


@pytest.mark.parametrize(
    "said",
    [
        '"2025-07-01 00:00"',
        "2025-07-01 00:00:00",
        '"2025-06-30T17:00Z"',
        "2025-06-30T17:00:00Z",
        '"2025-06-30T19:00+02:00"',
    ],
)
def test_now_is_kept_in_utc(desk, said):
    found = read_settings(desk(f"timezone: Asia/Ho_Chi_Minh\nas_of: {said}"))

    assert found.as_of == dt.datetime(2025, 6, 30, 17)


def test_overrides_win_and_are_checked_alike(desk):
    folder = desk("language: vi\ntimezone: UTC")

    assert read_settings(folder, language="en", timezone=None).language == "en"
    assert read_settings(folder, timezone=None).timezone == "UTC"
    assert read_settings(None, schedules={"all": always()}).default_schedule == "all"
    assert message(read_settings, folder, language="fr").startswith("desk.yml: no language named 'fr'")
    assert "no setting named 'lang'" in message(read_settings, folder, lang="en")


OFFICE = """\
timezone: Asia/Ho_Chi_Minh
schedules:
  office:
    holidays: VN
    closed: [2025-12-31, "2026-02-14..2026-02-16"]
    open: {2025-12-27: "08:00-12:00"}
    hours:
      mon-fri: ["08:00-12:00", "13:00-17:30"]
      sat: "08:00-12:00"
  night:
    timezone: Europe/London
    open: [2025-12-25]
    changes:
      - hours: {daily: "22:00-06:00"}
      - from: 2025-07-01
        hours: "24/7"
default_schedule: office
team_schedules: {VIP: night}
"""


def test_schedules_are_read(desk):
    found = read_settings(desk(OFFICE))
    office, night = found.schedules["office"], found.schedules["night"]

    assert office.timezone == "Asia/Ho_Chi_Minh"
    assert office.holiday_country == "VN"
    assert office.week(dt.date(2025, 3, 3))[0] == ((8 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR + 1800))
    assert sorted(office.closed)[-1] == dt.date(2026, 2, 16) and len(office.closed) == 4
    assert office.open_days == ((dt.date(2025, 12, 27), ((8 * HOUR, 12 * HOUR),)),)
    assert night.timezone == "Europe/London"
    assert night.open_days == ((dt.date(2025, 12, 25), None),)
    assert night.week(dt.date(2025, 6, 30))[6] == ((22 * HOUR, 30 * HOUR),)
    assert night.week(dt.date(2025, 7, 1))[6] == ((0, DAY),)
    assert (found.default_schedule, found.team_schedules) == ("office", {"VIP": "night"})


def test_the_only_schedule_is_the_default(desk):
    text = 'timezone: UTC\nschedules: {office: {hours: "24/7"}}'

    assert read_settings(desk(text)).default_schedule == "office"


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("t2-t6", [0, 1, 2, 3, 4]),
        ("T7, CN", [5, 6]),
        ("sat-mon", [5, 6, 0]),
        ("monday", [0]),
        ("weekend", [5, 6]),
        ("daily", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_days_may_be_written_in_many_ways(said, days):
    assert parse_days(said) == days


def test_a_day_may_be_closed():
    assert parse_weekly({"mon": "closed", "tue": [], "wed": False, "thu": "8-12, 13h30-17h"}) == {
        0: (),
        1: (),
        2: (),
        3: ((8 * HOUR, 12 * HOUR), (13 * HOUR + 1800, 17 * HOUR)),
    }


# What a mistake is told ---------------------------------------------------------------------------

SCHEDULE = "timezone: UTC\nschedules:\n  office:\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\ntimezon: UTC", "desk.yml line 2: no key named 'timezon'. Did you mean 'timezone'? Known: as_of,"),
        ("timezone: Asia/Hanoi", "desk.yml line 1: no time zone named 'Asia/Hanoi'. Did you mean 'Asia/Ho_Chi_Minh'?"),
        ("timezone: 7", "desk.yml line 1: no time zone named '7'."),
        ("language: fr", "desk.yml line 1: no language named 'fr'."),
        ("a: [", "desk.yml line 1: not valid YAML"),
        ("\tname: x", "desk.yml line 1: not valid YAML"),
        ("name: x\nname: y", "desk.yml line 2: 'name' stands twice, first on line 1."),
        ("- a\n- b", "desk.yml: expected 'key: value' lines"),
        ("name: x\nas_of: 2025-02-30", "desk.yml line 2: a value cannot be read: '2025-02-30'"),
        ("as_of: 2025-07-01", "'as_of' is a moment with its time"),
        ('as_of: "2025-07-01"', "'as_of' is a moment with its time"),
        ("as_of: yesterday", "'as_of' is a moment with its time"),
        ('as_of: "2025-07-01 10:00"', "has no offset and the desk no timezone"),
        ("max_loss: 5", "desk.yml line 1: 'max_loss' is a fraction from 0 to 1"),
        ("max_loss: true", "'max_loss' is a fraction"),
        ("dayfirst: often", "'dayfirst' is true or false, not 'often'"),
        ("pseudonyms: 1", "'pseudonyms' is true or false, not 1"),
        ("name: [a]", "'name' is a text"),
        ("files: tickets.csv", "'files' is a list"),
        ("files:\n  - a.csv\n  - {format: zendesk}", "desk.yml line 3: an entry needs 'file: name.csv'"),
        (
            "options:\n  fcr_widow_days: 3",
            "desk.yml line 2: no option named 'fcr_widow_days'. Did you mean 'fcr_window_",
        ),
        ("options: {fcr_window_days: -1}", "'fcr_window_days' is a number, 0 or more"),
        ("options: {fcr_window_days: 1.5}", "'fcr_window_days' is a whole number of days"),
        ("options: {fcr_needs_no_reopen: 1}", "'fcr_needs_no_reopen' is true or false"),
        ("options: {ticket_schedules: first}", "no value of 'ticket_schedules' named 'first'. Known: all, last."),
        ("options: [a]", "'options' is a block"),
        ("targets: goals.csv", "desk.yml line 1: no file 'goals.csv'"),
        ("targets: 3", "'targets' is the name of a CSV file"),
        ("default_schedule: office", "no schedule named 'office'. Known: none."),
        ('schedules: {office: {hours: "24/7"}}', "schedule 'office' needs a timezone"),
        (SCHEDULE + '    hours: {mon: "25:00-26:00"}', "desk.yml line 4, mon: '25:00' is no time of day"),
        (SCHEDULE + '    hours: {mon: "08:60-09:00"}', "'08:60' is no time of day"),
        (SCHEDULE + '    hours: {mon: "8"}', "'8' is no interval"),
        (SCHEDULE + "    hours: {mon: 08:00}", "is no interval"),
        (SCHEDULE + '    hours: {mon: "08:00-08:00"}', "holds no time. A whole day is"),
        (SCHEDULE + '    hours: {mon: ["08:00-12:00", "11:00-13:00"]}', "two of the intervals overlap"),
        (SCHEDULE + '    hours: {mno: "08:00-12:00"}', "no day named 'mno'. Did you mean 'mon'?"),
        (SCHEDULE + '    hours: {mon-fri: "8-12", t2: "8-12"}', "mon is given twice"),
        (SCHEDULE + '    hours: "08:00-17:00"', "expected days with hours"),
        (SCHEDULE + "    hour: 1", "desk.yml line 4: no key named 'hour'. Did you mean 'hours'?"),
        (SCHEDULE + "    holidays: VN", "needs either 'hours' or 'changes'"),
        (SCHEDULE + '    holidays: XX\n    hours: "24/7"', "desk.yml line 4: no holiday country named 'XX'"),
        (SCHEDULE + '    closed: [tomorrow]\n    hours: "24/7"', "desk.yml line 4: 'tomorrow' is no date"),
        (SCHEDULE + '    closed: [2025-01-02..2025-01-01]\n    hours: "24/7"', "is no stretch of days"),
        (SCHEDULE + "    changes: []", "'changes' is a list"),
        (SCHEDULE + "    changes: [{from: 2025-01-01}]", "a change needs 'hours'"),
        (
            SCHEDULE
            + '    changes:\n      - {from: 2025-01-01, hours: "24/7"}\n      - {from: 2024-01-01, hours: "24/7"}',
            "desk.yml line 6: changes stand in order of date",
        ),
        (SCHEDULE + '    hours: "24/7"\nteam_schedules: {VIP: ofice}', "line 5: no schedule named 'ofice'. Did you"),
        ("files: &a [*a]", "Write values out, without anchors"),
        ("name: " + "[" * 3000 + "]" * 3000, "nested too deeply"),
        ("options: {test_tags: 0x" + "f" * 5000 + "}", "line 1: a value cannot be read"),
        ("options: {fcr_window_days: 1" + "0" * 400 + "}", "'fcr_window_days' is a number, 0 or more"),
        (SCHEDULE + '    hours: "24/7"\ndefault_schedule: [office]', "desk.yml line 5: no schedule named"),
        (SCHEDULE + '    hours: "24/7"\nteam_schedules: {VIP: {office: 1}}', "desk.yml line 5: no schedule named"),
        ("language: [en]", "desk.yml line 1: no language named"),
        ("targets: " + "x" * 5000, "desk.yml line 1: no file 'x"),
        ("decimal: ';'", "'decimal' is the mark before decimals"),
    ],
)
def test_a_mistake_in_the_desk_file_is_told_with_its_line(desk, text, said):
    assert said in message(read_settings, desk(text))


def test_a_file_that_is_no_text_is_told(tmp_path):
    (tmp_path / "desk.yml").write_bytes("name: Cửa".encode("utf-16"))

    assert "not UTF-8" in message(read_settings, tmp_path)


def test_a_place_that_does_not_exist_is_told(tmp_path):
    assert "no such file or folder" in message(read_settings, tmp_path / "nowhere")


# Targets and interventions ------------------------------------------------------------------------

TARGETS = "kpi,valid_from,valid_to,team,target,low,high\n"


def test_targets_are_found_beside_the_desk_file(desk):
    rows = "csat,2025-01-01,2025-06-30,,0.75,,\ncsat,2025-07-01,,,0.8,,\ncsat,,,VIP,0.9,,\nticket_volume,,,,,40,75\n"
    found = read_settings(desk(targets="\ufeff" + TARGETS + rows + "\n")).targets

    assert found.columns.tolist() == [
        "kpi",
        "valid_from",
        "valid_to",
        "team",
        "target",
        "low",
        "high",
        "hours",
        "every",
    ]
    assert found["target"].fillna(-1).tolist() == [0.75, 0.8, 0.9, -1]
    assert found["team"].tolist() == [None, None, "VIP", None]
    assert found["valid_from"].tolist()[:2] == [pd.Timestamp("2025-01-01"), pd.Timestamp("2025-07-01")]
    assert found["valid_to"].isna().tolist() == [False, True, True, True]
    assert found["hours"].tolist() == [None] * 4


def test_targets_may_be_separated_by_semicolons(desk):
    assert read_settings(desk("targets: goals.csv", goals="kpi;target\ncsat;0.8\n")).targets["target"].tolist() == [0.8]


def test_no_targets_is_an_empty_table_of_the_same_kind(desk):
    none, some = read_settings(None).targets, read_settings(desk(targets=TARGETS + "csat,,,,1,,\n")).targets

    assert none.dtypes.equals(some.dtypes)


def test_one_target_by_the_calendar_and_one_by_working_hours_do_not_clash(desk):
    rows = "kpi,target,hours\nresolution_time,24,calendar\nresolution_time,8,business\n"

    assert read_settings(desk(targets=rows)).targets["hours"].tolist() == ["calendar", "business"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kpi,goal\ncsat,1\n", "targets.csv: no column named 'goal'."),
        ("kpi,kpi\ncsat,1\n", "a column stands twice"),
        ("target\n1\n", "its first line lacks kpi"),
        (TARGETS + ",,,,1,,\n", "targets.csv line 2: 'kpi' is empty"),
        (TARGETS + "csat,,,,80%,,\n", "targets.csv line 2: target '80%' is no number. Use a point"),
        (TARGETS + "csat,,,,nan,,\n", "target 'nan' is no number"),
        (TARGETS + "csat,,,,inf,,\n", "target 'inf' is no number"),
        (TARGETS + "csat,01/07/2025,,,1,,\n", "valid_from '01/07/2025' is no date"),
        (TARGETS + "csat,2025-07-01,2025-06-01,,1,,\n", "valid_from 2025-07-01 is after valid_to 2025-06-01"),
        (TARGETS + "csat,,,,,2,1\n", "low 2 is above high 1"),
        (TARGETS + "csat,,,,,,\n", "no goal"),
        (TARGETS + "csat,,,,0,85,,\n", "8 cells under 7 columns"),
        ("kpi,target,hours\ncsat,1,night\n", "no clock named 'night'"),
        (
            TARGETS + "csat,2025-01-01,2025-06-30,,1,,\nnps,,,,1,,\ncsat,2025-06-30,,,1,,\n",
            "targets.csv line 2 and targets.csv line 4: two targets of csat for everybody are in force at once",
        ),
        (TARGETS + "csat,,,VIP,1,,\ncsat,,,VIP,1,,\n", "for team VIP"),
    ],
)
def test_a_mistake_in_the_targets_is_told_with_its_line(desk, text, said):
    assert said in message(read_settings, desk(targets=text))


DONE = "on,kind,team,what,kpi,rebase\n"


def test_interventions_are_sorted_by_day(desk):
    rows = "2025-09-01,technology,,Chatbot,csat,yes\n2025-05-12,Training,Đổi trả,Tập huấn,,\n"
    found = read_settings(desk(interventions=DONE + rows)).interventions

    assert found["on"].tolist() == [pd.Timestamp("2025-05-12"), pd.Timestamp("2025-09-01")]
    assert found["kind"].tolist() == ["training", "technology"]
    assert found["team"].tolist() == ["Đổi trả", None]
    assert found["kpi"].tolist() == [None, "csat"]
    assert found["rebase"].tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DONE + "2025-05-12,meeting,,x,,\n", "interventions.csv line 2: no kind named 'meeting'. Known: process,"),
        (DONE + "2025-05-12,process,,x,csat,perhaps\n", "rebase is yes or no, not 'perhaps'"),
        (DONE + "2025-05-12,process,,x,,yes\n", "no kpi says whose usual range starts anew"),
        (DONE + ",process,,x,,\n", "'on' is empty"),
        (DONE + "12/05/2025,process,,x,,\n", "on '12/05/2025' is no date"),
    ],
)
def test_a_mistake_in_the_interventions_is_told_with_its_line(desk, text, said):
    assert said in message(read_settings, desk(interventions=text))


def test_a_table_that_is_not_utf8_is_told(desk):
    folder = desk()
    (folder / "targets.csv").write_bytes("kpi,team,target\ncsat,é,1\n".encode("cp1252"))

    assert "targets.csv: not UTF-8" in message(read_settings, folder)


# The template and the options ---------------------------------------------------------------------


def test_the_template_is_a_valid_desk_file_that_states_no_working_hours(desk):
    found = read_settings(desk(SETTINGS_HELP))

    assert (found.schedules, found.default_schedule) == ({}, None)
    assert found.options == Settings().options


def test_the_template_is_still_valid_with_its_examples_switched_on(desk):
    lines = SETTINGS_HELP.splitlines()
    on = [i for i, line in enumerate(lines) if line.startswith(("# files:", "# schedules:", "# default_schedule:"))]
    on = [i for start, count in zip(on, (5, 14, 1), strict=True) for i in range(start, start + count)]
    text = "\n".join(line.replace("# ", "", 1) if i in on else line for i, line in enumerate(lines))
    for key in ("as_of", "dayfirst", "team_schedules", "  Night team"):
        text = text.replace(f"# {key}:", f"{key}:")
    found = read_settings(desk(text))

    assert [entry["file"] for entry in found.files] == ["tickets.csv", "messages.csv"]
    assert found.default_schedule == "office"
    assert found.team_schedules == {"Night team": "night"}
    assert len(found.schedules["office"].closed) == 10
    assert len(found.schedules["night"].changes) == 2


def test_the_template_names_every_key_and_option():
    for name in (*KEYS, *OPTIONS):
        assert f"{name}:" in SETTINGS_HELP


def test_every_option_says_what_it_means_in_both_languages():
    for option in OPTIONS.values():
        assert all(option.meaning(language) for language in LANGUAGES)


def test_test_tags_may_be_one_or_many(desk):
    assert read_settings(desk("options: {test_tags: thử}")).options["test_tags"] == ("thử",)
    assert read_settings(desk("options: {test_tags: [a, b]}")).options["test_tags"] == ("a", "b")
    assert read_settings(desk("options: {test_tags: }")).options["test_tags"] == ()


def test_values_of_the_template_are_plain():
    assert isinstance(yaml.safe_load(SETTINGS_HELP), dict)
    assert issubclass(ConfigError, KpitoolsError)


@pytest.mark.parametrize("name", ["targets", "interventions"])
def test_a_cell_as_long_as_a_book_is_told_with_its_line(desk, name):
    head = {"targets": "kpi,target", "interventions": "on,kind,what"}[name]
    folder = desk("", **{name: f'{head}\n"{"x" * 200_000}",1\n'})
    with pytest.raises(ConfigError, match=rf"^{name}.csv line 2: the line cannot be split into cells"):
        read_settings(folder)


def test_a_message_leaves_out_what_no_reader_would_read(desk):
    with pytest.raises(ConfigError) as error:
        read_settings(desk("language: " + "y" * 100_000))
    assert len(str(error.value)) < 500 and "desk.yml line 1" in str(error.value)
