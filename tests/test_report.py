"""Plans are checked before anything runs, pages are safe, and nothing half-done is ever published."""

import importlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from kpitools import resources
from kpitools.desk import Desk
from kpitools.errors import ConfigError, UnknownNameError
from kpitools.report import render, runner, spreadsheet
from kpitools.report.plan import read_plan
from kpitools.report.sanitize import clean

PARAMETERS = """\
data: str = ""  # folder
language: str = "en"
rows: int = 3  # how many
share: float = 0.5
team: str | None = None"""
NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)><path d='M0 0'/></svg>"


def notebook(path: Path, *sources: str, title: str = "A page") -> Path:
    """A notebook with a parameters cell, a title in each language, and code cells."""
    cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
    cells.append(nbformat.v4.new_markdown_cell(f"# {title}\n\nIn English.", metadata={"tags": ["lang-en"]}))
    cells.append(nbformat.v4.new_markdown_cell("# Một trang\n\nTiếng Việt.", metadata={"tags": ["lang-vi"]}))
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
    return path


@pytest.fixture
def tickets(tmp_path):
    """A small export in a desk's folder: twelve weeks, one ticket a day."""
    created = pd.date_range("2025-01-06 02:00", periods=84, freq="D")
    frame = pd.DataFrame(
        {
            "ticket_id": range(84),
            "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "first_reply_at": (created + pd.Timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "team": "<img src=x onerror=alert(9)>",
        }
    )
    frame.to_csv(tmp_path / "tickets.csv", index=False)
    (tmp_path / "desk.yml").write_text(
        "name: 'Desk <script>alert(8)</script>'\ntimezone: Asia/Ho_Chi_Minh\nlanguage: vi\n"
        "files: [{file: tickets.csv, tables: {tickets: {ticket_id: ticket_id, created_at: created_at, "
        "first_reply_at: first_reply_at, team: team}}}]\n"
    )
    return tmp_path


def plan_file(folder: Path, pages: str, more: str = "languages: [en]") -> Path:
    path = folder / "plan.yml"
    path.write_text(f"desk: .\npublish: out\n{more}\npages:\n{pages}")
    return path


# Plans ------------------------------------------------------------------------------------------------------


def test_a_misspelt_parameter_is_an_error_that_names_the_file_the_line_and_the_near_miss(tickets):
    notebook(tickets / "page.ipynb")
    path = plan_file(tickets, "- notebook: page\n  parameters: {rowz: 4}\n")

    with pytest.raises(UnknownNameError, match=r"plan\.yml:5: page 1: page: no parameter named 'rowz'.*'rows'"):
        read_plan(path)


@pytest.mark.parametrize("wrong", ["rows: four", "rows: 1.5", "rows: true", "share: half", "data: 3", "team: 3"])
def test_a_parameter_of_the_wrong_type_is_an_error_before_anything_runs(tickets, wrong):
    notebook(tickets / "page.ipynb")
    path = plan_file(tickets, f"- notebook: page\n  parameters: {{{wrong}}}\n")

    with pytest.raises(ConfigError, match=rf"page 1: page: parameter '{wrong.split(':')[0]}' takes "):
        read_plan(path)


def test_parameters_of_the_right_types_are_taken_and_dates_become_text(tickets):
    notebook(tickets / "page.ipynb")
    path = plan_file(tickets, "- notebook: page\n  parameters: {rows: 4, share: 1, team: null, data: 2025-01-01}\n")

    assert read_plan(path).pages[0].parameters == {"rows": 4, "share": 1, "team": None, "data": "2025-01-01"}


def test_a_parameter_whose_name_is_code_never_reaches_the_notebook(tickets):
    notebook(tickets / "page.ipynb")
    path = plan_file(tickets, '- notebook: page\n  parameters: {"rows = 1; import os; x": 4}\n')

    with pytest.raises(UnknownNameError, match="no parameter named"):
        read_plan(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("desk: .\npages:\n- notebook: pag\n", r"plan\.yml:3: page 1: no notebook named 'pag'"),
        ("desk: .\npagse:\n- page\n", r"plan\.yml:2: no key named 'pagse'. Did you mean 'pages'"),
        ("desk: .\npages:\n- notebook: page\n  titel: x\n", r"plan\.yml:4: page 1: no key named 'titel'"),
        ("desk: nowhere\npages: [page]\n", "there is no .*nowhere"),
        ("desk: .\nlanguages: [de]\npages: [page]\n", r"plan\.yml:2: no language named 'de'"),
        ("desk: .\ndeadline: soon\npages: [page]\n", r"plan\.yml:2: 'deadline' takes the seconds"),
        ("desk: .\nevery: fortnight\npages: [page]\n", r"plan\.yml:2: no every named 'fortnight'"),
        ("desk: .\n", "'pages' takes a list"),
        ("desk: [\n", "plan.yml:2: not valid YAML"),
    ],
)
def test_a_plan_that_cannot_be_followed_says_where_and_why(tickets, text, message):
    notebook(tickets / "page.ipynb")
    (tickets / "plan.yml").write_text(text)

    with pytest.raises((ConfigError, UnknownNameError), match=message):
        read_plan(tickets / "plan.yml")


def test_two_pages_from_one_notebook_have_names_of_their_own(tickets):
    notebook(tickets / "page.ipynb")
    plan = read_plan(plan_file(tickets, "- page\n- notebook: page\n  parameters: {rows: 4}\n"))

    assert [page.slug for page in plan.pages] == ["page", "page_2"]


# Pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        NASTY,
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<style>@import url(//example.org)</style>",
        "<style></style><script>alert(1)</script>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></mtext></math>",
        "<p style='background:url(//example.org/x)'>x</p>",
        "<img src='http://example.org/x.png'>",
        "<form action='http://example.org'><input></form><base href='//example.org'>",
        "<meta http-equiv=refresh content='0; url=//example.org'>",
    ],
)
def test_html_output_keeps_nothing_that_runs_or_loads(payload):
    cleaned = clean(payload)

    assert not re.search(r"<script|\son\w+\s*=|javascript:|<iframe|<form|<base|<meta|url\(|@import", cleaned, re.I)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", cleaned)


def test_tables_drawings_and_local_styles_survive_the_cleaning():
    html = (
        '<table class="kt-table"><caption>C</caption><tbody><tr><th scope="row" style="text-align:left">a</th></tr>'
        '</tbody></table><svg viewBox="0 0 9 9" role="img" aria-label="x"><path d="M0 0" fill="none"></path></svg>'
        "<style>.a { color: red; }</style><details><summary>s</summary>t</details>"
    )

    assert clean(html) == html


def executed(*outputs, language: str = "en"):
    cell = nbformat.v4.new_code_cell("show()", outputs=list(outputs), execution_count=1)
    return render.notebook_body(nbformat.v4.new_notebook(cells=[cell]), language)[1]


def test_the_picture_carries_its_alt_text_escaped():
    data = {"image/png": "AAAA", "text/plain": "x"}
    body = executed(nbformat.v4.new_output("display_data", data, metadata={"image/png": {"alt": 'Up "fast" <script>'}}))

    assert re.search(r"""alt=['"]Up .*fast.* &lt;script&gt;['"]""", body)


@pytest.mark.parametrize(
    "output",
    [
        nbformat.v4.new_output("stream", name="stdout", text=NASTY),
        nbformat.v4.new_output("stream", name="stderr", text=NASTY),
        nbformat.v4.new_output("error", ename="E", evalue=NASTY, traceback=["\x1b[31m" + NASTY]),
        nbformat.v4.new_output("execute_result", {"text/plain": NASTY}),
        nbformat.v4.new_output("execute_result", {"text/html": NASTY}),
        nbformat.v4.new_output("execute_result", {"text/markdown": NASTY}),
        nbformat.v4.new_output("execute_result", {"text/latex": NASTY}),
        nbformat.v4.new_output("display_data", {"image/svg+xml": NASTY}),
        nbformat.v4.new_output("display_data", {"application/javascript": "alert(1)"}),
    ],
    ids=lambda output: f"{output.output_type}-{'-'.join(output.get('data', {}))}",
)
def test_no_kind_of_output_brings_markup_from_data_into_the_page(output):
    body = executed(output)

    assert not re.search(r"<script|<[^>]*\sonerror|<[^>]*\sonload", body)


def test_a_last_expression_and_a_display_both_show():
    body = executed(
        nbformat.v4.new_output("execute_result", {"text/html": "<p>result</p>"}),
        nbformat.v4.new_output("display_data", {"text/html": "<p>shown</p>"}),
    )

    assert "<p>result</p>" in body and "<p>shown</p>" in body


def test_a_page_keeps_one_language_one_heading_and_hides_parameters(tmp_path):
    node = nbformat.read(notebook(tmp_path / "n.ipynb", "1"), as_version=4)
    node.cells.append(nbformat.v4.new_markdown_cell("# Again"))

    title, body = render.notebook_body(node, "vi")
    page = render.page(body, title, "vi", render.About("D", "P", "A"), [], home="index.html")

    assert title == "Một trang"
    assert "In English" not in page and "Tiếng Việt." in page
    assert "data: str" not in page
    assert page.count("<h1") == 1
    assert '<html lang="vi">' in page
    assert "<script" not in page


def test_each_table_scrolls_by_itself_and_has_a_name_of_its_own():
    table = "<table><caption>{}</caption><tbody><tr><td>1</td></tr></tbody></table>"
    html = table.format("First") + table.format("Second")
    body = executed(nbformat.v4.new_output("display_data", {"text/html": html}))

    assert re.findall(r'tabindex="0" role="region" aria-label="([^"]+)"', body) == ["Table 1: First", "Table 2: Second"]


def test_text_that_a_spreadsheet_would_run_is_defused_and_numbers_are_left_alone():
    frame = pd.DataFrame({"=a": ["=HYPERLINK(1)", " +1", "@x", "plain", None], "n": [-1.5, 2.0, 3.0, 4.0, 5.0]})

    safe = spreadsheet.formula_safe(frame)

    assert list(safe.columns) == ["'=a", "n"]
    assert safe["'=a"].tolist()[:4] == ["'=HYPERLINK(1)", "' +1", "'@x", "plain"]
    assert safe.n.tolist() == [-1.5, 2.0, 3.0, 4.0, 5.0]


# Runs -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_failing_notebooks_leave_their_pages_and_the_others_are_published(tickets):
    notebook(tickets / "good.ipynb", f"from IPython.display import HTML\nHTML({NASTY!r})", "print(language, rows)")
    notebook(tickets / "bad.ipynb", f"raise ValueError({NASTY!r})", title=f"Bad {NASTY}")
    notebook(tickets / "slow.ipynb", "import time; time.sleep(60)")
    notebook(tickets / "dead.ipynb", "import os; os.kill(os.getpid(), 9)")
    plan = read_plan(plan_file(tickets, "- good\n- bad\n- slow\n- dead\n", "languages: [en]\ndeadline: 12"))

    published = runner.report(plan)

    assert not published.ok
    assert [outcome.status for outcome in published.outcomes] == ["ok", "failed", "timed out", "died"]
    out = tickets / "out"
    pages = {path.name: path.read_text() for path in out.glob("*.html")}
    assert set(pages) == {"index.html", "good.en.html", "bad.en.html", "slow.en.html", "dead.en.html"}
    assert "en 3" in pages["good.en.html"]
    assert "ValueError" in pages["bad.en.html"] and "ValueError" in pages["index.html"]
    for name in ("bad", "slow", "dead"):
        assert 'class="failed"' in pages[f"{name}.en.html"] and f'href="{name}.en.html"' in pages["index.html"]
    for page in pages.values():
        assert not re.search(r"<script|<[^>]*\sonerror|<[^>]*\sonload|(src|href)=.(https?:)?//", page)
    record = json.loads((out / "run.json").read_text())
    assert record["status"] == "failed"
    assert [page["status"] for page in record["pages"]] == ["ok", "failed", "timed out", "died"]
    assert record["inputs"][0]["file"] == "tickets.csv" and len(record["inputs"][0]["sha256"]) == 64
    assert (out / "scorecard.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert {row["kpi"] for row in json.loads((out / "scorecard.json").read_text())["kpis"]} >= {"first_response_time"}
    assert not list(tickets.glob(".out.building*"))


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_no_payload_runs_in_a_real_browser(tickets):
    notebook(tickets / "good.ipynb", f"from IPython.display import HTML\nHTML({NASTY!r})", "print(language, rows)")
    notebook(tickets / "bad.ipynb", f"raise ValueError({NASTY!r})", title=f"Bad {NASTY}")
    runner.report(read_plan(plan_file(tickets, "- good\n- bad\n", "languages: [en]")))

    folder = tickets / "out"
    for page in folder.glob("*.html"):
        command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        command += [f"--user-data-dir={folder.parent / 'browser'}", "--dump-dom", page.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and "<h1" in done.stdout
        assert not re.search(r"<script|\sonerror=\"|javascript:", done.stdout)


# The scorecard ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk():
    created = pd.date_range("2025-01-06", periods=140, freq="D")
    frame = pd.DataFrame({"ticket_id": range(140), "created_at": created})
    frame["ticket_id"] = frame.ticket_id.astype(str)
    frame["first_reply_at"] = created + pd.to_timedelta([1 + i % 5 for i in range(140)], unit="h")
    targets = pd.DataFrame({"kpi": ["first_response_time"], "target": [10.0]})
    return Desk.from_frames({"tickets": frame}, timezone="UTC", as_of=created[-1].to_pydatetime(), targets=targets)


def test_the_scorecard_has_a_row_per_supported_kpi_and_lists_what_the_others_lack(desk):
    from kpitools.scorecard import scorecard

    card = scorecard(desk)

    row = card.frame.set_index("kpi").loc["first_response_time"]
    assert row.n == 7 and row.target_high == 10 and row.met_k == row.met_n == 12
    assert "csat" in set(card.unsupported.kpi)
    assert not [standing for standing in card.standings if standing.broken]


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_scorecard_says_by_words_and_shape_what_it_says_by_colour(desk, language):
    from kpitools.board import board
    from kpitools.scorecard import scorecard

    html = board(scorecard(desk, kpis=["first_response_time"]), language, {"first_response_time": "frt.html"})

    assert 'href="frt.html"' in html
    assert re.search(r'<svg class="spark" role="img" aria-label="[^"]+"', html)
    assert {"en": "met in 12 of the last 12 weeks", "vi": "đạt 12/12 tuần gần nhất"}[language] in html
    assert re.search(r'class="sign (common_cause|improvement|concern)"><svg[^>]*aria-hidden="true"', html)


def test_one_broken_kpi_does_not_cost_the_page(desk, monkeypatch):
    module = importlib.import_module("kpitools.scorecard")
    monkeypatch.setattr(module, "compute", lambda *args, **kwargs: 1 / 0)

    card = module.scorecard(desk, kpis=["first_response_time"])

    assert card.standings[0].broken and "ZeroDivisionError" in card.standings[0].problem


def test_the_bundled_folders_are_found():
    assert resources.sample().is_dir() and resources.notebooks().is_dir()
