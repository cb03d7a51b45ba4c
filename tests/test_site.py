"""What is published: safe whatever the data says, without persons, with the numbers behind figures, and its past."""

import base64
import csv
import datetime as dt
import email
import email.policy
import io
import json
import re
import shutil
import smtplib
import socketserver
import threading
from dataclasses import replace
from decimal import Decimal

import hostile
import openpyxl
import pandas as pd
import pytest

from kpitools import cards, views
from kpitools.board import board
from kpitools.compute import compute
from kpitools.desk import Desk
from kpitools.errors import ConfigError, UnknownNameError
from kpitools.kpis import get
from kpitools.plots.data import FigureData, as_metadata
from kpitools.report import archive, digest, first_page, layout, mail, pdf, runner, site, spreadsheet, verdicts
from kpitools.report.plan import read_plan
from kpitools.scorecard import scorecard


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return hostile.publish(tmp_path_factory.mktemp("site"), mail=hostile.MAIL)


def texts_of(path) -> str:
    """All a reader of a file may see: cells of a workbook, decoded parts of a letter, files inside a page."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
        return "\n".join([*book.sheetnames, *cells])
    if path.suffix == ".eml":
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        return "\n".join(
            [message["Subject"], *(part.get_content() for part in message.walk() if not part.is_multipart())]
        )
    text = path.read_text(encoding="utf-8-sig")
    inside = re.findall(r'href="data:text/csv[^,]*,([^"]+)"', text)
    return "\n".join([text, *(base64.b64decode(code).decode("utf-8-sig") for code in inside)])


# Safe -------------------------------------------------------------------------------------------------------


def test_no_person_is_in_any_file_that_is_published(published):
    files = [path for path in published.rglob("*") if path.is_file()]

    assert {path.suffix for path in files} == {".html", ".csv", ".xlsx", ".json", ".eml"}
    for path in files:
        found = [person for person in hostile.PERSONS if person in texts_of(path)]
        assert not found, f"{path.name}: {found}"


def test_forty_ways_of_writing_a_person_are_in_no_file_of_a_report(tmp_path):
    assert len(hostile.PLANTED) == 40 and all(hostile.left_of(text) for text in hostile.PLANTED)

    out = hostile.publish(tmp_path, hostile.planted())

    files = [path for path in out.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".html", ".csv", ".xlsx", ".json", ".eml"}
    left = {path.name: found for path in files if (found := hostile.left_of(texts_of(path)))}
    assert not left
    assert not hostile.left_of(" ".join(path.name for path in files))
    assert "[tel]" in (out / "scorecard.csv").read_text() and "A-01" in (out / "scorecard.json").read_text()


def test_the_search_for_what_is_left_finds_it_in_every_kind_of_file(tmp_path):
    out = hostile.publish(tmp_path, hostile.planted(pseudonyms=False))

    found = {path.name for path in out.rglob("*") if path.is_file() and hostile.left_of(texts_of(path))}
    assert {
        "index.html",
        "first_response_time.vi.html",
        "scorecard.csv",
        "scorecard.xlsx",
        "scorecard.json",
        "site.eml",
    } <= found


def test_the_persons_are_there_where_the_desk_file_lets_them_through(tmp_path):
    out = hostile.publish(tmp_path, hostile.desk(pseudonyms=False))

    assert "lan@shop.vn" in (out / "first_response_time.en.html").read_text()


def test_no_page_holds_a_script_an_event_or_an_address_to_load_from(published):
    for page in published.rglob("*.html"):
        html = page.read_text()
        assert "default-src 'none'" in html and "script-src" not in html
        bare = re.sub(r"""=("[^"]*"|'[^']*')""", lambda found: "=" + re.sub(r"[<>= ]", "", found[0]), html)
        assert not re.search(r"<script|<[^>]*\son\w+\s*=|javascript:|<iframe|<form|<base|@import", bare, re.I)
        outside = re.findall(r"""(?:src|href)=["'](?!data:image/png|data:text/csv|#)([^"']*)""", html)
        assert all(re.fullmatch(r"[\w./]+", address) for address in outside), outside


def test_links_of_the_first_page_lead_to_files_that_are_there(published):
    for page in ("index.html", "index.vi.html"):
        links = re.findall(r'href="([^"#]+)"', (published / page).read_text())
        assert len(links) > 5
        missing = [link for link in links if not (published / link).is_file()]
        assert missing == ["run.json"]  # which the runner writes


def test_no_cell_of_the_workbook_is_a_formula_and_texts_like_one_stay_as_they_were(tmp_path):
    desk = hostile.desk(name="Desk")
    card = scorecard(desk, kpis=["first_response_time"])
    broken = type(card.standings[0])(card.standings[0].kpi, None, hostile.FORMULA)
    card = type(card)(desk, "week", "calendar", (card.standings[0], broken), card.unsupported)

    spreadsheet.write(card, tmp_path / "s.xlsx", "en", site.mask_for(desk))

    cells = [c for sheet in openpyxl.load_workbook(tmp_path / "s.xlsx") for row in sheet.iter_rows() for c in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert hostile.FORMULA in [cell.value for cell in cells]


def test_text_that_a_spreadsheet_would_run_is_defused_in_csv_and_numbers_are_left_alone():
    frame = pd.DataFrame({"=a": ["=HYPERLINK(1)", " +1", "@x", "plain", None], "n": [-1.5, 2.0, 3.0, 4.0, 5.0]})

    safe = spreadsheet.formula_safe(frame)

    assert list(safe.columns) == ["'=a", "n"]
    assert safe["'=a"].tolist()[:4] == ["'=HYPERLINK(1)", "' +1", "'@x", "plain"]
    assert safe.n.tolist() == [-1.5, 2.0, 3.0, 4.0, 5.0]


# Figures and their numbers ----------------------------------------------------------------------------------


def test_every_figure_says_its_finding_and_brings_its_numbers(published):
    for language in ("en", "vi"):
        html = (published / f"first_response_time.{language}.html").read_text()
        alts = re.findall(r"""<img alt=(?:"([^"]*)"|'[^']*')""", html)
        assert len(alts) == 3 and all(len(alt) > 20 for alt in alts[:2])
        files = re.findall(r'download="([^"]+)"', html)
        assert files == [f"first_response_time-{n}.csv" for n in (1, 2, 3)]
    assert alts[0].startswith("Thời gian phản hồi đầu tiên")


def test_the_file_of_a_figure_holds_the_very_numbers_that_were_drawn(published):
    html = (published / "first_response_time.en.html").read_text()
    code = re.search(r'download="first_response_time-1.csv" href="data:text/csv[^,]*,([^"]+)"', html)[1]
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(code).decode("utf-8-sig"))))
    kpi, desk = get("first_response_time"), hostile.desk()
    series = views.judged(compute(kpi, desk, every="week"), kpi, desk).points

    assert [row["period"] for row in rows] == [f"{day:%Y-%m-%d}" for day in series.period]
    assert [float(row["value"]) for row in rows] == pytest.approx(series.value.tolist())
    assert [int(row["n"]) for row in rows] == series.n.tolist()
    assert {row["target_high"] for row in rows} == {"2.5"}


def test_numbers_of_any_kind_become_json():
    data = FigureData(
        pd.DataFrame(
            {"a": [Decimal("1.50"), None], "b": [dt.date(2025, 3, 4), True], "c": pd.array([1, None], "Int64")}
        ),
        {},
        "en",
    )

    rows = as_metadata(data)["rows"]

    assert json.loads(json.dumps(rows)) == [[1.5, "2025-03-04", 1], [None, True, None]]


def test_group_names_in_a_figures_file_run_in_no_spreadsheet(published):
    html = (published / "first_response_time.en.html").read_text()
    code = re.search(r'download="first_response_time-2.csv" href="data:text/csv[^,]*,([^"]+)"', html)[1]
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(code).decode("utf-8-sig"))))

    assert sorted(row["team"] for row in rows) == sorted(
        [f"{hostile.PATH} [e-mail 1]", hostile.SCRIPT, f"'{hostile.FORMULA}", "Hotline [tel 2]"]
    )


# Heads and the first page -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Data from 6 Jan 2025 to 6 Jul 2025", "as of 6 Jul 2025, 02:00 (UTC)", "split by team", "Definition"]),
        (
            "vi",
            [
                "Dữ liệu từ 06/01/2025 đến 06/07/2025",
                "cập nhật đến 02:00 ngày 06/07/2025",
                "chia theo nhóm",
                "Định nghĩa",
            ],
        ),
    ],
)
def test_every_page_says_its_period_last_update_filters_and_definitions(published, language, words):
    html = (published / f"first_response_time.{language}.html").read_text()

    assert not [word for word in words if word not in html]


def test_every_kpi_of_the_first_page_links_to_its_page_and_says_what_it_means(published):
    html = (published / "index.html").read_text()

    assert re.search(r'id="first_response_time"><th scope="row"><a href="first_response_time.en.html">', html)
    assert len(re.findall(r'<tr class="kpi', html)) == len(re.findall(r"<dt>Definition</dt>", html)) > 1


def test_the_workbook_has_typed_cells_and_a_sheet_for_each_kpi(tmp_path):
    desk = hostile.desk(name="Desk")
    spreadsheet.write(scorecard(desk), tmp_path / "s.xlsx", "vi", site.mask_for(desk))
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")

    assert book.sheetnames[0] == "Bảng điểm" and "Thời gian phản hồi đầu tiên" in book.sheetnames
    assert len(book.sheetnames) == 1 + len(scorecard(desk).standings)
    sheet = book["Thời gian phản hồi đầu tiên"]
    # The first week: waits of 1, 2, 3, 4, 5, 1 and 2 hours, median 2.
    assert sheet["A2"].value == dt.datetime(2025, 1, 6) and sheet["A2"].number_format == "yyyy-mm-dd"
    assert sheet["B2"].value == 2.0 and sheet["B2"].number_format == '#,##0.00" h"'
    assert sheet.freeze_panes == "B2"


def test_sheets_get_names_that_excel_takes():
    taken: set[str] = set()

    names = [spreadsheet._sheet_name(name, taken) for name in ("a/b:c[d]?", "x" * 40, "X" * 40, "'q'", "")]

    assert names == ["a b c d", "x" * 31, "X" * 27 + " 2", "q", "KPI"]


# The archive, and what changed ------------------------------------------------------------------------------


def row(**more):
    """A row of scorecard.json: 3 hours in the week of 3 March, as usual, target 4 hours."""
    told = {"kpi": "first_response_time", "unit": "h", "every": "week", "hours": "calendar", "period": "2025-03-03"}
    told |= {"value": 3.0, "variation": "common_cause", "assurance": "inconsistent"}
    return told | {"target_low": None, "target_high": 4.0} | more


def said(before, now, language="en"):
    found = archive.changes({r["kpi"]: r for r in before}, {r["kpi"]: r for r in now}, language)
    return {change.kpi: "; ".join(change.said) for change in found}


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (row(), None),
        (row(period="2025-03-10", value=9.0), None),
        (row(variation="concern_high"), "now a signal of concern (before: only the usual ups and downs)"),
        (row(assurance="consistent_fail"), "target will keep being missed (before: met or missed by chance)"),
        (row(target_high=6.0), "target set to at most 6.0 h (before: at most 4.0 h)"),
        (row(target_high=None), "target set to none (before: at most 4.0 h)"),
        (row(value=3.4), "the value for week of 3 Mar 2025 was revised from 3.0 h to 3.4 h"),
        (row(value=3.0000001), None),
        (
            row(every="month", variation=None),
            "is now shown by the month, calendar clock (before: by the week, calendar clock)",
        ),
    ],
)
def test_what_changed_is_said_and_what_did_not_is_not(now, words):
    assert said([row()], [now]).get("first_response_time") == words


def test_kpis_that_came_and_went_are_named():
    assert said([row()], [row(kpi="csat", unit="share")]) == {
        "csat": "new in the scorecard",
        "first_response_time": "no longer in the scorecard",
    }


def clocked(monkeypatch, minute: int):
    """The next report is published at 02:MM on 4 March 2025."""

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return dt.datetime(2025, 3, 4, 2, minute, tzinfo=tz)

    monkeypatch.setattr(site.dt, "datetime", Clock)


def test_reports_are_kept_up_to_the_number_asked_for_and_the_same_numbers_count_once(tmp_path, monkeypatch):
    reports, last = [], None
    for minute, target in enumerate((2.5, 3.0, 3.0, 3.5)):
        clocked(monkeypatch, minute)
        desk = hostile.desk(targets=pd.DataFrame({"kpi": ["first_response_time"], "target": [target]}))
        last = hostile.publish_index(tmp_path, desk, last, archive=2)
        reports.append(sorted(path.name for path in (last / "archive").iterdir()))

    assert reports == [
        ["20250304T020000Z"],
        ["20250304T020000Z", "20250304T020100Z"],
        ["20250304T020000Z", "20250304T020200Z"],  # published again unchanged: it replaces its twin
        ["20250304T020200Z", "20250304T020300Z"],  # and the oldest goes
    ]
    html = (last / "index.html").read_text()
    assert "target set to at most 3.5 h (before: at most 3.0 h)" in html
    assert 'href="archive/20250304T020200Z/index.html"' in html
    old = (last / "archive/20250304T020200Z/index.html").read_text()
    assert "published 4 Mar 2025, 02:02 UTC" in old and 'href="../../index.html"' in old
    assert layout.only_ours(last)


def test_nothing_strange_is_carried_over_from_an_archive(tmp_path, monkeypatch):
    out = hostile.publish_index(tmp_path, hostile.desk())
    kept = next((out / "archive").iterdir())
    (kept / "evil.html").write_text("x")
    (kept / "index.vi.html").symlink_to("/etc/passwd")
    shutil.copytree(kept, out / "archive" / "..x", symlinks=True)
    (out / "archive" / "20250101T000000Z").mkdir()
    (out / "archive" / "20250101T000000Z" / "scorecard.json").write_text("[1]")
    (out / "archive" / "99999999T999999Z").mkdir()

    assert not layout.only_ours(out)
    other = hostile.desk(targets=pd.DataFrame({"kpi": ["first_response_time"], "target": [9.0]}))
    monkeypatch.setattr(archive, "name_of", lambda moment: "20990101T000000Z")
    again = hostile.publish_index(tmp_path, other, out)

    assert {path.name for path in (again / "archive").iterdir()} == {kept.name, "20990101T000000Z"}
    assert {path.name for path in (again / "archive" / kept.name).iterdir()} == {"index.html", "scorecard.json"}
    assert layout.only_ours(again)


@pytest.mark.parametrize("name", ["notes.txt", "archive/notes.txt", "pdf/notes.txt", "other/index.html", "desk.yml"])
def test_a_folder_with_anything_else_in_it_is_not_taken_for_a_report(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / "index.html").write_text("x")
    assert (tmp_path / name).parent != tmp_path or layout.only_ours(tmp_path)

    (tmp_path / name).write_text("mine")

    assert not layout.only_ours(tmp_path)


def test_a_scorecard_outside_a_notebook_is_a_table_of_text():
    card = scorecard(weekly(26, language="vi"), kpis=["first_response_time", "ticket_volume"])

    lines = repr(card).splitlines()
    assert lines[0] == "Tất cả KPI ở kỳ trọn vẹn gần nhất" and lines[1].split("  ")[0] == "KPI"
    assert lines[2].startswith(
        "Thời gian phản hồi đầu tiên (FRT)  4,0 giờ (tuần từ 23/06/2025)  chỉ dao động bình thường"
    )
    assert len(lines) == 4


# Not judged -------------------------------------------------------------------------------------------------


def weekly(weeks: int, **more) -> Desk:
    """A ticket a day, answered after one to five hours in turn."""
    created = pd.date_range("2025-01-06 02:00", periods=7 * weeks, freq="D")
    replied = created + pd.to_timedelta([1 + i % 5 for i in range(len(created))], unit="h")
    rows = {"ticket_id": [str(i) for i in range(len(created))], "created_at": created, "first_reply_at": replied}
    frames = {"tickets": pd.DataFrame({**rows, "status": "open"})}
    return Desk.from_frames(frames, timezone="UTC", as_of=replied[-1].to_pydatetime(), **more)


def test_a_page_of_too_little_data_says_that_nothing_is_judged_and_why(tmp_path):
    out = hostile.publish_index(tmp_path, weekly(7))

    card = scorecard(weekly(7))
    html = (out / "index.html").read_text()
    n = len(card.standings)
    assert verdicts.tiles(card) == {
        "concern": 0,
        "improving": 0,
        "usual": 0,
        "unjudged": n,
        "failing": 0,
        "mostly_missed": 0,
    }
    assert f"<b>{n}</b><span>not judged: see why below</span>" in html
    assert f"<h2>Not judged: {n} of {n} KPIs</h2>" in html
    assert re.search(r"<li>Fewer than 8 complete periods have data: [^<]*First response time", html)
    letter = email.message_from_bytes((out / "site.eml").read_bytes(), policy=email.policy.default)
    assert f", not judged: {n} (data as of" in letter["Subject"]
    assert f"Not judged: {n} of {n} KPIs:\n- Fewer than 8 complete" in letter.get_body(("plain",)).get_content()


def test_each_reason_for_no_verdict_is_named_once_and_the_tiles_add_up():
    card = scorecard(weekly(26), kpis=["first_response_time", "ticket_volume"])
    whole = card.standings[0]
    empty = replace(whole, trend=None)
    broken = replace(whole, trend=None, problem="ValueError: x", broken=True)
    short = replace(
        whole, trend=replace(whole.trend, variation=None, notes=("trend.note.small_n", "trend.note.too_few"))
    )
    rare = replace(whole, trend=replace(whole.trend, variation=None, notes=("trend.note.few_cases",)))
    neutral = replace(whole, trend=replace(whole.trend, variation="neutral_high"))
    card = replace(card, standings=(whole, empty, broken, short, rare, neutral, short))

    assert {why: len(found) for why, found in verdicts.unjudged(card).items()} == {
        "no_period": 1, "failed": 1, "too_few": 2, "few_cases": 1
    }  # fmt: skip
    tiles = verdicts.tiles(card)
    assert tiles == {
        "concern": 0,
        "improving": 0,
        "neutral": 1,
        "usual": 1,
        "unjudged": 5,
        "failing": 0,
        "mostly_missed": 0,
    }
    assert sum(tiles.values()) - tiles["failing"] - tiles["mostly_missed"] == len(card.standings)
    head, lines = verdicts.unjudged_words(card, "vi")
    assert head == "Chưa được đánh giá: 5/7 KPI" and len(lines) == 4


def test_kpis_that_mostly_missed_their_target_are_counted_found_and_told():
    card = scorecard(weekly(26), kpis=["first_response_time"])
    whole = card.standings[0]
    # assurance, met in k of n: counted where it is fewer than half of eight periods at least, and still open.
    cases = [
        ("inconsistent", 1, 12, True),
        ("inconsistent", 5, 12, True),
        ("inconsistent", 6, 12, False),
        (None, 3, 8, True),
        (None, 1, 7, False),
        ("consistent_fail", 0, 12, False),
        ("consistent_pass", 5, 12, False),
    ]
    standings = [
        replace(whole, trend=replace(whole.trend, assurance=assurance, met_k=k, met_n=n))
        for assurance, k, n, _ in cases
    ]
    card = replace(card, standings=tuple(standings))

    assert [standing.trend.mostly_missed for standing in standings] == [counted for *_, counted in cases]
    tiles = verdicts.tiles(card)
    assert (tiles["failing"], tiles["mostly_missed"]) == (1, 3)
    assert board(card, "en").count("is-mostly_missed") == 3
    news = first_page.News(None, [], [])
    html = first_page.body(card, "vi", {}, [], news, "index.html", [])
    assert 'id="show-mostly_missed"> gần đây đa số kỳ không đạt (3)' in html
    lines = digest.words(card, news, "Desk", [], "en")[1]
    names = ", ".join(["First response time"] * 3)
    assert f"Mostly missed lately (target met in fewer than half of the last 12 periods): {names}." in lines


@pytest.fixture
def quiet():
    """Twelve weeks of a ticket a day, the last of them that of 24 March, told a fortnight later."""
    desk = weekly(12)
    tickets = desk.base("tickets").to_pandas()
    return Desk.from_frames({"tickets": tickets}, timezone="UTC", as_of=pd.Timestamp("2025-04-14").to_pydatetime())


def test_an_older_value_says_what_it_lacks_and_is_not_judged(quiet):
    # On Monday 14 April the week of 7 April is over: without a ticket it has no median, and nobody knows whether there
    # was none or the export ends before.
    card = scorecard(quiet, kpis=["first_response_time", "ticket_volume"])

    rows = card.frame.set_index("kpi")[["period", "no_value_for"]].astype(object)
    assert list(rows.loc["first_response_time"]) == ["2025-03-24", "2025-04-07"]
    assert list(rows.loc["ticket_volume"]) == ["2025-03-24", "2025-04-07"]
    first, volume = card.standings
    assert first.trend.variation is None and volume.trend.variation is None
    assert verdicts.unjudged(card) == {"awaited": [first, volume]}
    assert verdicts.counts(card)["unjudged"] == 2
    english, vietnamese = (board(card, language) for language in ("en", "vi"))
    assert "no value for the last complete period (week of 7 Apr 2025)" in english
    assert "not judged: the last complete period has no value" in english
    assert "kỳ trọn vẹn gần nhất (tuần từ 07/04/2025) chưa có giá trị" in vietnamese
    lines = verdicts.unjudged_words(card, "vi")[1]
    assert lines[0].startswith("Kỳ trọn vẹn gần nhất chưa có giá trị; đang hiển thị kỳ cũ hơn: Thời gian phản hồi")


def test_the_headline_of_an_older_value_says_so_except_for_a_span_that_was_asked_for(quiet):
    words = "no value for the last complete period (week of 7 Apr 2025)"

    assert words in repr(cards.headline_card("first_response_time", quiet))
    assert words not in repr(cards.headline_card("first_response_time", quiet, end="2025-03-31"))


def test_where_all_are_judged_nothing_is_said_of_it():
    assert verdicts.unjudged_words(scorecard(weekly(26), kpis=["first_response_time"]), "en") == ("", [])


def test_the_first_page_of_sixty_kpis_stays_under_300_kb(tmp_path):
    desk = weekly(40)
    one = scorecard(desk, kpis=["first_response_time"])
    standings = tuple(
        replace(one.standings[0], kpi=replace(one.standings[0].kpi, name=f"first_response_time_{place}"))
        for place in range(60)
    )
    card, news = replace(one, standings=standings), first_page.News(None, [], [])

    for language in ("en", "vi"):
        html = site.index_page(card, [], hostile.plan(tmp_path), desk, language, news)
        assert html.count("<title>") == 1 + 60 * 24  # every point of the small lines says its value
        assert len(html.encode()) < 300_000


# The digest -------------------------------------------------------------------------------------------------


def test_the_digest_says_what_is_of_concern_in_a_few_lines_and_links_to_the_pages(published):
    message = email.message_from_bytes((published / "site.eml").read_bytes(), policy=email.policy.default)
    plain = message.get_body(("plain",)).get_content()

    assert message["To"] is None and message["X-Unsent"] == "1"
    assert message["Subject"].startswith("Desk <script>") and message["Subject"].endswith("(data as of 6 Jul 2025)")
    assert re.match(r"KPIs: \d+\. With a signal of concern: \d+;", plain)
    assert "Scorecard: https://intranet.example/kpi/index.html" in plain
    assert "https://intranet.example/kpi/first_response_time.en.html" in plain
    html = message.get_body(("html",)).get_content()
    assert "<script" not in html and "<img" not in html


class _Post(socketserver.StreamRequestHandler):
    """As much of a mail server as a letter needs (RFC 5321)."""

    letters: list[bytes] = []

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = []
                while (part := self.rfile.readline()) != b".\r\n":
                    body.append(part)
                self.letters.append(b"".join(body))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def post():
    """A mail server; its port, and the letters it got are `_Post.letters`."""
    _Post.letters.clear()
    with socketserver.TCPServer(("127.0.0.1", 0), _Post) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_digest_goes_out_to_those_the_plan_names(published, post):
    to = mail.Mail(("lead@example.org", "b@example.org"), "kpi@example.org", "127.0.0.1", post, "none")
    assert mail.send(published / "site.eml", to) == ""

    sent = email.message_from_bytes(_Post.letters[0], policy=email.policy.default)
    assert sent["To"] == "lead@example.org, b@example.org" and sent["From"] == "kpi@example.org"
    assert sent["X-Unsent"] is None
    assert "Of " in sent.get_body(("plain",)).get_content()


def test_a_mail_server_that_is_not_there_is_a_notice_and_no_error(published):
    with socketserver.TCPServer(("127.0.0.1", 0), _Post) as server:
        port = server.server_address[1]

    why = mail.send(published / "site.eml", mail.Mail(("a@b.org",), "c@d.org", "127.0.0.1", port, "none"))

    assert why.startswith(f"127.0.0.1:{port}: ConnectionRefusedError")


@pytest.mark.parametrize(
    ("told", "error", "message"),
    [
        ("mail: {to: [lead], host: h, from: a@b.org}", ConfigError, r"plan.yml:2: mail: 'lead' is no e-mail address"),
        ("mail: {to: [a@b.org], host: h}", ConfigError, r"mail: '' is no e-mail address"),
        ("mail: {to: ['a@b.org, c@d.org'], host: h, from: a@b.org}", ConfigError, "is no e-mail address"),
        ('mail: {to: ["a@b.org\\nBcc: x@y.org"], host: h, from: a@b.org}', ConfigError, "is no e-mail address"),
        ("mail: {to: [a@b.org], from: a@b.org}", ConfigError, "'host' names the mail server"),
        ("mail: {to: [a@b.org], from: a@b.org, host: h, port: x}", ConfigError, "'port' takes a number"),
        ("mail: {link: 'javascript:x'}", ConfigError, "'link' is where the report is seen"),
        ("mail: {securty: tls}", UnknownNameError, "Did you mean 'security'"),
        ("mail: yes", ConfigError, "'mail' takes to, from and host"),
        ("archive: 0", ConfigError, "'archive' takes how many reports are kept"),
    ],
)
def test_a_plan_that_cannot_send_says_why(tmp_path, told, error, message):
    hostile.plan(tmp_path)
    (tmp_path / "plan.yml").write_text(f"desk: .\n{told}\npages: [first_response_time.ipynb]\n")

    with pytest.raises(error, match=message):
        read_plan(tmp_path / "plan.yml")


def test_numbers_for_programs_are_the_scorecards_own(published):
    told = json.loads((published / "scorecard.json").read_text())
    row = next(r for r in told["kpis"] if r["kpi"] == "first_response_time")

    assert told["as_of"] == "2025-07-06T02:00:00"
    # The week of 23 June, the last complete one: waits of 4, 5, 1, 2, 3, 4 and 5 hours.
    assert (row["period"], row["value"], row["n"], row["target_high"]) == ("2025-06-23", 4.0, 7, 2.5)


def test_a_desk_without_people_or_texts_is_published_as_well(tmp_path):
    created = pd.date_range("2025-01-06", periods=70, freq="D")
    rows = pd.DataFrame({"ticket_id": [str(i) for i in range(70)], "created_at": created, "team": "A"})
    rows["first_reply_at"] = created + pd.Timedelta(hours=1)
    desk = Desk.from_frames({"tickets": rows}, timezone="UTC", as_of=created[-1].to_pydatetime())

    out = hostile.publish_index(tmp_path, desk)

    assert (out / "index.html").is_file() and layout.only_ours(out)


def test_without_a_browser_there_is_no_pdf_and_a_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "browser", lambda: None)
    asked = hostile.plan(tmp_path, pdf=True, languages=("en",))

    assert site.print_pages(asked, tmp_path)[0].startswith("No PDF was made: no Chromium or Chrome was found.")
    assert site.print_pages(hostile.plan(tmp_path), tmp_path) == []


def test_a_browser_that_prints_nothing_is_named_with_its_page(tmp_path, monkeypatch):
    monkeypatch.setenv(pdf.BROWSER, "/bin/false")
    (tmp_path / "index.html").write_text("x")

    assert pdf.write([tmp_path / "index.html"], tmp_path, "en") == ["No PDF was made of index.html: exit code 1"]
    assert layout.only_ours(tmp_path)


@pytest.fixture
def exported(tmp_path):
    """A desk's folder: twelve weeks of tickets, answered after two hours, and a plan of one page."""
    created = pd.date_range("2025-01-06 02:00", periods=84, freq="D")
    rows = {"ticket_id": range(84), "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "team": "lan@shop.vn"}
    rows["first_reply_at"] = (created + pd.Timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    pd.DataFrame(rows).to_csv(tmp_path / "tickets.csv", index=False)
    columns = ", ".join(f"{name}: {name}" for name in rows)
    files = f"files: [{{file: tickets.csv, tables: {{tickets: {{{columns}}}}}}}]"
    (tmp_path / "desk.yml").write_text(f"name: 'Desk lan@shop.vn'\ntimezone: Asia/Ho_Chi_Minh\n{files}\n")
    hostile.plan(tmp_path)
    (tmp_path / "plan.yml").write_text(
        "desk: .\npublish: out\nlanguages: [en]\npages:\n"
        "- {notebook: first_response_time.ipynb, parameters: {note: lan@shop.vn}}\n"
        "mail: {to: [a@b.org], from: c@d.org, host: 127.0.0.1, port: 9, security: none}\n"
    )
    return tmp_path


def _letters() -> list:
    return [email.message_from_bytes(letter, policy=email.policy.default) for letter in _Post.letters]


@pytest.mark.slow
def test_every_run_sends_a_digest_and_one_without_news_says_so(exported, post, monkeypatch):
    plan = read_plan(exported / "plan.yml")
    asked = replace(plan, mail=replace(plan.mail, port=post))
    monkeypatch.setattr(mail, "_server", lambda to: smtplib.SMTP("127.0.0.1", 1))
    assert "The digest was not sent" in runner.report(asked).warnings[0]
    monkeypatch.undo()

    late, again = runner.report(asked), runner.report(asked)

    assert late.is_unchanged and again.is_unchanged
    news, none = _letters()
    subject = "Desk [e-mail]: KPIs of concern: 2, improving: 0 (data as of 30 Mar 2025)"
    assert news["Subject"].strip() == subject  # what could not be sent before is news
    assert none["Subject"].strip() == f"No change: {subject}"
    for kind in ("plain", "html"):
        text, old = (letter.get_body((kind,)).get_content() for letter in (none, news))
        assert "Nothing has changed since the last report" in text and "With a signal of concern: 2;" in text
        assert "Nothing has changed" not in old and "With a signal of concern: 2;" in old


@pytest.mark.slow
def test_a_plan_may_want_no_letter_without_news(exported, post):
    plan = read_plan(exported / "plan.yml")
    asked = replace(plan, mail=replace(plan.mail, port=post, unchanged=False))

    assert [runner.report(asked).is_unchanged for _ in range(2)] == [False, True]
    assert len(_letters()) == 1


@pytest.mark.slow
def test_the_next_report_keeps_the_last_one_and_says_what_changed(exported):
    runner.report(read_plan(exported / "plan.yml"))
    (exported / "targets.csv").write_text("kpi,valid_from,valid_to,team,target,low,high\nfirst_response_time,,,,3,,\n")

    again = runner.report(read_plan(exported / "plan.yml"))

    assert again.ok and again.warnings[0].startswith("The digest was not sent: 127.0.0.1:9: ConnectionRefusedError")
    html = (exported / "out/index.html").read_text()
    assert "target set to at most 3.0 h (before: none)" in html
    assert len(list((exported / "out/archive").iterdir())) == 2
    assert layout.only_ours(exported / "out")
    for path in (exported / "out").rglob("*.*"):
        assert "lan@shop.vn" not in texts_of(path), path.name
