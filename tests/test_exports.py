"""Reading files of every kind, recognising formats, and the mapping language."""

import csv
import io
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpitools.errors import ConfigError, LoadError, UnknownNameError
from kpitools.exports import instants
from kpitools.exports.detect import detect
from kpitools.exports.mapping import find, formats, get_format, present, read_column, read_entry
from kpitools.exports.read import read, temporary_connection, tidy_headers

SHARED = Path(__file__).parents[2] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the real input files are not part of the project")


@pytest.fixture
def con():
    con, folder = temporary_connection()
    yield con
    con.close()
    folder.cleanup()


def write(folder: Path, text: str, name: str = "tickets.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def rows(con, raw):
    return con.execute(f"select * exclude (_row) from {raw.table} order by _row").fetchall()


# --- bytes to text ---


@pytest.mark.parametrize(
    ("encoding", "stated"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_the_encoding_is_decided_from_all_bytes(con, tmp_path, encoding, stated):
    text = "id,name\n" + "".join(f"{i},plain\n" for i in range(9_000)) + "9,Müller aus Düsseldorf für Größe\n"
    raw = read(con, write(tmp_path, text, encoding=encoding), "t")
    assert raw.encoding[0] == stated
    assert raw.headers == ["id", "name"]
    assert rows(con, raw)[-1] == (9_002, "9", "Müller aus Düsseldorf für Größe")


def test_vietnamese_in_cp1258_is_read_and_its_headers_are_composed(con, tmp_path):
    decomposed = (
        "id;Thơ\u0300i gian;Đa\u0301nh gia\u0301\n1;mô\u0323t;tô\u0301t\n2;hai;kha\u0301\n3;ba;kha\u0301 tô\u0301t\n"
    )
    raw = read(con, write(tmp_path, decomposed, encoding="cp1258"), "t")
    assert raw.encoding[0] == "cp1258"
    assert raw.headers == ["id", "Thời gian", "Đánh giá"]


@pytest.mark.parametrize(
    ("mark", "text"), [(",", "a,b\n1,2\n"), (";", "a;b\n1,5;2\n"), ("\t", "a\tb\n1\t2\n"), ("|", "a|b\n1|2\n")]
)
def test_the_delimiter_is_the_one_that_splits_evenly(con, tmp_path, mark, text):
    raw = read(con, write(tmp_path, text), "t")
    assert (raw.delimiter, len(raw.headers)) == ((mark, "splits_evenly"), 2)


def test_a_stated_delimiter_may_be_a_word(con, tmp_path):
    assert read(con, write(tmp_path, "a;b\n1;2\n"), "t", delimiter="semicolon").headers == ["a", "b"]


@pytest.mark.parametrize("mark", [";", "\t", "^"])
def test_the_delimiter_that_excels_first_line_names_is_honoured(con, tmp_path, mark):
    text = f"sep={mark}\r\nid{mark}a,b\r\n1{mark}x,y\r\n"
    raw = read(con, write(tmp_path, text), "t")
    assert (raw.delimiter, raw.headers) == ((mark, "sep_line"), ["id", "a,b"])
    assert rows(con, raw) == [(3, "1", "x,y")]
    assert read(con, write(tmp_path, text), "u", delimiter=",").headers[1] == "b"


def test_line_numbers_are_physical_after_line_breaks_in_quotes_and_blank_lines(con, tmp_path):
    raw = read(con, write(tmp_path, 'id,text\n1,"two\nlines"\n\n2,plain\n'), "t")
    assert rows(con, raw) == [(2, "1", "two\nlines"), (5, "2", "plain")]


def test_broken_lines_are_kept_aside_with_line_and_reason(con, tmp_path):
    raw = read(con, write(tmp_path, "id,a,b\r\n1,x,y\r\n2\r\n\r\n3,x,y\r\n4,x,y,z\r\n5,x,y\r\n"), "t")
    assert rows(con, raw) == [(2, "1", "x", "y"), (5, "3", "x", "y"), (7, "5", "x", "y")]
    assert raw.rejects == [
        (3, "too_few_fields", {"got": 1, "wanted": 3}, "2"),
        (6, "too_many_fields", {"got": 4, "wanted": 3}, "4,x,y,z"),
    ]


def test_a_quote_that_is_never_closed_costs_one_line(con, tmp_path):
    raw = read(con, write(tmp_path, 'id,a\n1,x\n2,"open\n3,z\n4,w\n'), "t")
    assert [row[1] for row in rows(con, raw)] == ["1", "3", "4"]
    assert [(r.line, r.rule, r.text) for r in raw.rejects] == [(3, "unterminated_quote", '2,"open')]


def test_lines_above_the_header_are_skipped_when_asked(con, tmp_path):
    raw = read(con, write(tmp_path, "Reporting period from 1 to 2\n\nid,a\n1,x\n"), "t", skip=2)
    assert rows(con, raw) == [(4, "1", "x")]


def test_repeated_headers_get_numbers():
    assert tidy_headers(["Variant", "Index", "Variant", "Variant"]) == (
        ["Variant", "Index", "Variant (2)", "Variant (3)"],
        ["Variant"],
    )


def test_a_numbered_header_never_takes_the_name_of_another():
    assert tidy_headers(["A", "A (2)", "A", "A"])[0] == ["A", "A (2)", "A (3)", "A (4)"]


def test_workbooks_keep_the_sheet_row(con, tmp_path):
    import datetime as dt

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["ID", "At", "n", "took"])
    book.active.append(["007", dt.datetime(2025, 3, 4, 9, 12), 3.0, dt.timedelta(hours=30)])
    book.active.append([])
    book.active.append(["008", "text", 1.5, None])
    book.save(tmp_path / "t.xlsx")
    raw = read(con, tmp_path / "t.xlsx", "t")
    assert rows(con, raw) == [(2, "007", "2025-03-04 09:12:00", "3", "30:00:00"), (4, "008", "text", "1.5", None)]


@pytest.mark.parametrize("table_at", ["A1", None])
def test_a_cell_far_from_the_table_is_refused_before_memory_is_taken(con, tmp_path, table_at):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Main"
    if table_at:
        book.active[table_at] = "id"
    book.active["XFD1048576"] = "x"
    good = book.create_sheet("Good")
    good.append(["id"])
    good.append(["7"])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(LoadError, match="'Main' reaches to row 1,048,576 and column 16,384"):
        read(con, tmp_path / "t.xlsx", "t")
    assert rows(con, read(con, tmp_path / "t.xlsx", "t", sheet="Good")) == [(2, "7")]


def test_a_damaged_sheet_is_refused_as_a_damaged_workbook(con, tmp_path):
    import zipfile

    import openpyxl

    book, path = openpyxl.Workbook(), tmp_path / "t.xlsx"
    for number in range(500):
        book.active.append([f"id{number}", f"x{number * 7919 % 1009}"])
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    held = bytearray(path.read_bytes())
    middle = part.header_offset + part.compress_size // 2
    held[middle : middle + 400] = b"\xff" * 400
    path.write_bytes(held)
    with pytest.raises(LoadError, match="cannot be read as a workbook"):
        read(con, path, "t")


def test_json_in_its_three_shapes(con, tmp_path):
    records = [{"id": 1, "by": {"name": "An"}, "tags": ["a", "b"]}, {"id": 2.50, "late": True}]
    lines = "\n".join(json.dumps({"ticket": record}) for record in records)
    wanted = [(1, "1", "An", "a,b", None), (2, "2.5", None, None, "true")]
    for name, text in (
        ("a.json", json.dumps(records)),
        ("b.json", json.dumps({"tickets": records, "n": 2})),
        ("c.ndjson", lines),
    ):
        raw = read(con, write(tmp_path, text, name), "t")
        assert raw.headers == ["id", "by.name", "tags", "late"]
        assert rows(con, raw) == wanted


def test_a_broken_json_line_is_kept_aside(con, tmp_path):
    raw = read(con, write(tmp_path, '{"id": 1}\n{"id": \n{"id": 3}\n', "a.jsonl"), "t")
    assert rows(con, raw) == [(1, "1"), (3, "3")]
    assert raw.rejects[0][:2] == (2, "not_json")


def test_half_a_character_in_json_is_replaced(con, tmp_path):
    raw = read(con, write(tmp_path, '[{"id": "1", "text": "a\\ud83d"}]', "a.json"), "t")
    assert rows(con, raw) == [(1, "1", "a?")]
    raw = read(con, write(tmp_path, '[{"id": "1", "te\\ud83d": "x", "by": {"\\ud83d": "y"}}]', "a.json"), "t")
    assert (raw.headers, rows(con, raw)) == (["id", "te?", "by.?"], [(1, "1", "x", "y")])


def test_json_nested_without_end_is_refused(con, tmp_path):
    for text in ("[" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000):
        with pytest.raises(LoadError):
            read(con, write(tmp_path, text, "a.json"), "t")


def test_the_pass_over_all_bytes_sees_what_lies_across_its_blocks(tmp_path, monkeypatch):
    """Expected: plain Python over the whole text."""
    import hashlib

    from kpitools.exports import scan

    text = "id,name\n" + "ă,e\u0302\u0301,\u00a0x\U0001f600\n" * 50
    path = write(tmp_path, text)
    for size in range(1, 12):
        monkeypatch.setattr(scan, "CHUNK", size)
        scan._scan.cache_clear()
        seen = scan.scan_bytes(path)
        assert (seen.sha256, seen.lines) == (hashlib.sha256(text.encode()).hexdigest(), 51)
        assert (seen.is_utf8, seen.marks, seen.odd_spaces) == (True, ("\u0301", "\u0302"), True)
    path.write_bytes(text.encode()[:-2] + b"\n")
    scan._scan.cache_clear()
    assert not scan.scan_bytes(path).is_utf8


def test_parquet_becomes_text(con, tmp_path):
    con.execute(
        f"copy (select '007' as id, timestamp '2025-01-02 03:04:05' as at) to '{tmp_path / 't.parquet'}' "
        f"(format parquet)"
    )
    raw = read(con, tmp_path / "t.parquet", "t")
    assert rows(con, raw) == [(1, "007", "2025-01-02 03:04:05")]


def test_a_whole_number_stored_as_a_float_has_no_point(con, tmp_path):
    con.execute(
        "copy (select 30.0::double as id, 7.000::decimal(9, 3) as d, 1.5::float as f union all "
        f"select null, 1.125::decimal(9, 3), -12.0::float) to '{tmp_path / 't.parquet'}' (format parquet)"
    )
    assert rows(con, read(con, tmp_path / "t.parquet", "t")) == [(1, "30", "7", "1.5"), (2, None, "1.1250", "-12")]
    text = '[{"id": 30.0, "d": 1e3, "f": 1.5}, {"id": null, "d": -12.00, "f": 1.125}]'
    raw = read(con, write(tmp_path, text, "t.json"), "t")
    assert rows(con, raw) == [(1, "30", "1000", "1.5"), (2, None, "-12", "1.1250")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"\xef\xbb\xbf \r\n", "the file is empty"),
        ("a.csv", b"<!DOCTYPE html><html>", "web page"),
        ("a.csv", b"PK\x03\x04aaaa", "zip archive"),
        ("a.csv", b"PK\x03\x04[Content_Types].xml", "rename it to .xlsx"),
        ("a.csv", b"id,\x00\x01\x02", "binary file"),
        ("a.xlsx", b"not a workbook", "cannot be read as a workbook"),
        ("a.parquet", b"not parquet", "cannot be read as Parquet"),
        ("a.json", b"[1, 2]", "list of JSON objects"),
        ("a.doc", b"text", "are not read"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(con, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LoadError, match=said):
        read(con, tmp_path / name, "t")


@pytest.mark.parametrize("stated", ["utf-16", "utf-32", "ascii"])
def test_text_that_is_not_in_the_stated_encoding_is_refused(con, tmp_path, stated):
    with pytest.raises(LoadError, match=f"is not {stated}.*--set encoding="):
        read(con, write(tmp_path, "id,a\n1,ü\n"), "t", encoding=stated)


def test_a_stated_encoding_that_is_none_of_text_is_refused(con, tmp_path):
    with pytest.raises(LoadError, match="no encoding is named 'base64'"):
        read(con, write(tmp_path, "id,a\n1,b\n"), "t", encoding="base64")


def test_a_wrong_encoding_is_refused(con, tmp_path):
    with pytest.raises(LoadError, match="is not utf-8"):
        read(con, write(tmp_path, "id,a\n1,ü\n", encoding="cp1252"), "t", encoding="utf-8")


@needs_shared
def test_the_broken_files():
    con, folder = temporary_connection()
    with pytest.raises(LoadError, match="web page"):
        read(con, SHARED / "broken" / "html_saved_as.csv", "t")
    raw = read(con, SHARED / "broken" / "cp1252_customers.csv", "t")
    assert raw.encoding == ("cp1252", "most_likely")
    assert con.execute("select c3 from t where c0 = '400009'").fetchone() == ("Fürstenberg",)
    con.close()
    folder.cleanup()


cells = st.text(alphabet=st.sampled_from('ab 1,;"\n\r\u1ea1'), max_size=6)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=8))
def test_every_record_is_read_or_kept_aside(con, tmp_path, records):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["id", "a", "b"])
    writer.writerows(records)
    text = stream.getvalue()
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    raw = read(con, path, "t", delimiter=",")
    parsed = [row for row in csv.reader(io.StringIO(text, newline="")) if row and (len(row) > 1 or row[0].strip())][1:]
    assert raw.read == len(parsed)
    fitting = [tuple(cell or None for cell in row[:3]) for row in parsed if len(row) >= 3 and not any(row[3:])]
    assert [tuple(cell or None for cell in row[1:]) for row in rows(con, raw)] == fitting


# --- formats ---


def test_every_format_reads_and_recognises_itself():
    for name, form in formats().items():
        headers = [group[0] for group in form.detect]
        headers += [group[0] for t in form.tables for c in t.columns.values() for group in c.sources]
        assert detect(list(dict.fromkeys(headers)), "x.csv").format == name


def test_headers_match_whatever_their_case_space_and_composition():
    headers = ["TICKET  id", unicodedata.normalize("NFD", "Đánh giá")]
    assert find(headers, ("Ticket ID",)) == 0
    assert find(tidy_headers(headers)[0], ("đánh giá",)) == 1


def test_unknown_headers_are_refused_with_the_formats_that_exist():
    with pytest.raises(LoadError, match="belong to no format known here: foo, bar.*zendesk"):
        detect(["foo", "bar"], "x.csv")


def test_an_unknown_format_names_the_near_miss():
    with pytest.raises(UnknownNameError, match="Did you mean 'zendesk'"):
        get_format("zendesc")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"fromat": "zendesk"}, "Did you mean 'format'"),
        ({"tables": {"tickts": {}}}, "Did you mean 'tickets'"),
        ({"tables": {"tickets": {"chanel": "x"}}}, "Did you mean 'channel'"),
        ({"tables": {"tickets": {"channel": {"colum": "x"}}}}, "Did you mean 'column'"),
        ({"tables": {"tickets": {"handle_s": {"column": "x", "unit": "minute"}}}}, "Did you mean 'minutes'"),
        ({"tables": {"tickets": {"status": {"column": "x", "values": {"a": "opne"}}}}}, "Did you mean 'open'"),
        ({"tables": {"tickets": {"status": {"values": {"a": "open"}}}}}, "nothing fills it"),
        ({"tables": {"tickets": {"first_reply_at": {"from": "created_at"}}}}, "needs 'plus'"),
        (
            {"tables": {"tickets": {"first_reply_at": {"from": "created", "plus": "m", "unit": "minutes"}}}},
            "not an instant",
        ),
        ({"decimal": ";"}, "decimal must be"),
        ({"dayfirst": "yes"}, "dayfirst must be"),
        ({"statuses": {"a": "open"}}, "no table of this file has a status"),
    ],
)
def test_what_a_mapping_cannot_mean_is_an_error(entry, said):
    with pytest.raises(ConfigError, match=said):
        read_entry(entry, None, "desk.yml: files, entry 1")


def test_a_column_that_a_desk_names_must_be_in_the_file():
    entry = read_entry({"tables": {"tickets": {"ticket_id": "Id", "created_at": "Opned"}}}, None, "desk.yml")
    with pytest.raises(ConfigError, match="no column named 'Opned'.*Did you mean 'Opened'"):
        present(entry.tables[0], ["Id", "Opened"], "desk.yml")


def test_an_entry_overrides_its_format_column_by_column():
    entry = read_entry({"tables": {"tickets": {"team": "Squad"}, "surveys": None}}, get_format("zendesk"), "desk.yml")
    assert [table.name for table in entry.tables] == ["tickets"]
    assert entry.tables[0].columns["team"].columns == ("Squad",)
    assert entry.tables[0].columns["ticket_id"].columns == ("ID",)


def test_a_column_may_be_one_alias_or_many():
    assert read_column("team", "text", "Group", "x", True).columns == ("Group",)
    assert read_column("team", "text", ["Group", "Nhóm"], "x", True).columns == ("Group", "Nhóm")


# --- moments ---


@pytest.mark.parametrize(
    ("shape", "dayfirst", "wanted"),
    [
        ("99/99/9999 99:99:99 PM", False, "%m/%d/%Y %I:%M:%S %p"),
        ("9/9/9999", True, "%d/%m/%Y"),
        ("9.9.99 9:99", True, "%d.%m.%y %H:%M"),
        ("99/Mar/99 9:99 AM", True, "%d/%b/%y %I:%M %p"),
        ("9 March 9999", True, "%d %B %Y"),
        ("99:99 99/99/9999", True, "%H:%M %d/%m/%Y"),
        ("99-99-9999 99:99:99.999", True, "%d-%m-%Y %H:%M:%S.%f"),
        ("Case 99", True, None),
        ("9999999999", True, None),
    ],
)
def test_shapes_of_dates(shape, dayfirst, wanted):
    assert instants.strptime_format(shape, dayfirst) == wanted


def test_changes_of_offset_are_found_to_the_second():
    import datetime as dt

    _, found = instants.changes("Europe/Berlin", 2025, 2025)
    assert found == ((dt.datetime(2025, 3, 30, 1), 3600, 7200), (dt.datetime(2025, 10, 26, 1), 7200, 3600))
