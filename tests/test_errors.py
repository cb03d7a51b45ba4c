"""Errors in the reader's language: English unless the run, the environment or the desk says otherwise."""

import pickle
import re
from importlib.resources import files

import pytest
import yaml

from kpitools.errors import SHORT_NAMES, ConfigError, KpitoolsError, LoadError, did_you_mean, telling, told, unknown
from kpitools.kpis import CATALOGUE, get
from kpitools.load import load
from kpitools.speech import desk_language, speaking

SENTENCES = yaml.safe_load((files("kpitools") / "words" / "errors.yml").read_text(encoding="utf-8"))
TICKETS = "ticket_id,created_at,status\n1,2025-03-04 09:00,open\n"


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_names_the_same_fields_in_both_languages(key):
    fields = {lang: set(re.findall(r"(?<!{){(\w+)}(?!})", text)) for lang, text in SENTENCES[key].items()}
    assert fields["en"] == fields["vi"]
    assert SENTENCES[key]["vi"].strip()


def test_a_message_is_english_unless_a_language_was_chosen(monkeypatch):
    error = unknown("column", "chanel", ["channel"], where="tickets")
    assert str(error) == "tickets: no column named 'chanel'. Did you mean 'channel'? Known: channel."
    vietnamese = "tickets: không có cột nào tên 'chanel'. Có phải ý bạn là 'channel'? Các tên có sẵn: channel."
    with speaking("vi"):
        assert str(error) == vietnamese
    assert str(error).startswith("tickets: no column")
    monkeypatch.setenv("KPITOOLS_LANGUAGE", "vi")
    assert str(error) == vietnamese
    assert str(pickle.loads(pickle.dumps(error))) == vietnamese


def test_a_text_that_was_never_translated_stays_english():
    assert ConfigError("plan.yml: {odd} text").in_language("vi") == "plan.yml: {odd} text"


def test_what_the_run_chose_goes_before_what_the_desk_says():
    def raised(chosen):
        with speaking(chosen), pytest.raises(KpitoolsError) as error, telling("vi"):
            raise LoadError(told("empty_file", name="a.csv"))
        return str(error.value)

    assert raised(None).startswith("a.csv: tệp trống.")
    assert raised("en").startswith("a.csv: the file is empty.")


def test_braces_in_a_name_are_text():
    error = ConfigError(told("at", where="{where}", what=did_you_mean("{x}")))
    assert error.in_language("vi") == "{where}:  Có phải ý bạn là '{x}'?"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("language: vi\n", "vi"),
        ("name: x\nlanguage: 'vi'  # comment\nfiles: [\n", "vi"),
        ("language: de\n", None),
        ("kpis:\n  language: vi\n", None),
        ("", None),
    ],
)
def test_the_language_of_a_desk_is_known_also_where_its_file_cannot_be_read(tmp_path, text, language):
    (tmp_path / "desk.yml").write_text(text, encoding="utf-8")
    assert desk_language(tmp_path) == desk_language(tmp_path / "desk.yml") == language


@pytest.mark.parametrize(
    ("name", "text", "more", "said"),
    [
        ("a.csv", "", "", "a.csv: tệp trống. Hãy xuất lại"),
        ("a.csv", "<!doctype html><html>", "", "a.csv: đây là một trang web (HTML) được lưu với đuôi .csv"),
        ("a.csv", "a,b\n1,2\n", "", "các tiêu đề cột này không thuộc định dạng nào đã biết: a, b. Hãy cho biết"),
        (
            "a.csv",
            TICKETS.replace("2025-03-04", "03/04/2025"),
            "",
            "không phân biệt được ngày và tháng ở cột created_at",
        ),
        ("a.csv", TICKETS, "files: [b.csv]", "desk.yml: files, mục 1: không có tệp nào tên 'b.csv'"),
        ("a.csv", TICKETS, "timezone: Hanoi", "không có múi giờ nào tên 'Hanoi'. Có phải ý bạn là 'Asia/Ho_Chi_Minh'?"),
        (
            "a.csv",
            TICKETS,
            "tarjets: x",
            "desk.yml dòng 2: không có mục nào tên 'tarjets'. Có phải ý bạn là 'targets'?",
        ),
        ("a.csv", TICKETS, "max_loss: 5", "desk.yml dòng 2: 'max_loss' phải là một tỷ lệ từ 0 đến 1"),
        ("a.csv", TICKETS, "files: [", "desk.yml dòng 3: không đúng cú pháp YAML"),
        (
            "a.csv",
            TICKETS,
            "files: [{file: a.csv, tables: {tickets: {team: Grup}}}]",
            "desk.yml: a.csv: tickets.team: tệp không có cột nào tên 'Grup'",
        ),
        (
            "a.csv",
            TICKETS.replace("1,2025-03-04 09:00", "1,soon").replace("\n1", "\n2,2025-03-04 09:00,open\n1"),
            "",
            "1 trên 2 dòng (50.0%) không dùng được, vượt quá max_loss=0.05: "
            "thiếu created_at hoặc không phải ngày giờ (1 dòng, đầu tiên là dòng 3)",
        ),
    ],
)
def test_the_errors_that_users_meet_most_come_in_the_desks_language(tmp_path, name, text, more, said):
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "desk.yml").write_text(f"language: vi\n{more or f'files: [{name}]'}\n", encoding="utf-8")
    with pytest.raises(KpitoolsError) as error:
        load(tmp_path, cache=False)
    assert said in str(error.value)
    assert not re.search("[àáảãạăắâấđêếôốơớưứ]", error.value.in_language("en"))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("CSAT", "csat"),
        ("NPS", "nps"),
        ("First_Response_Time", "first_response_time"),
        ("FRT", "first_response_time"),
        ("frt", "first_response_time"),
        ("FCR", "first_contact_resolution_rate"),
        ("AHT", "average_handle_time"),
        ("CAC", "customer_acquisition_cost"),
        ("MQL", "marketing_qualified_leads"),
        ("SLA", "sla_attainment"),
    ],
)
def test_a_kpis_short_name_in_any_case_leads_to_its_code_name(given, meant):
    with pytest.raises(KpitoolsError, match=f"no KPI named '{given}'. Did you mean '{meant}'\\?"):
        get(given)


def test_short_names_are_those_of_kpis_there_are():
    assert set(SHORT_NAMES.values()) <= set(CATALOGUE)


def test_what_a_kpi_lacks_is_said_in_the_desks_words(tmp_path):
    from kpitools.compute import compute

    (tmp_path / "t.csv").write_text(TICKETS, encoding="utf-8")
    with pytest.raises(KpitoolsError) as error:
        compute("csat", load(tmp_path, timezone="UTC", cache=False))
    assert error.value.in_language("vi").startswith("csat: dữ liệu không có điểm (surveys.score)")
    assert str(error.value).startswith("csat: the data lacks score (surveys.score)")
