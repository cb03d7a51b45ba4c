"""The notebooks that treat several KPIs run where the data has only one of them, and a few rows.

Cells run in this process, without a kernel; that they run cold on the made-up desk is `test_notebooks`.
"""

import ast
import json
from unittest.mock import patch

import matplotlib

matplotlib.use("Agg")

import pytest

from kpitools import resources
from kpitools.kpis import CATALOGUE
from kpitools.report.pages import TOGETHER, kpis_on, notebook_of

FILES = {
    "tickets": "ticket_id,created_at,first_reply_at,resolved_at,status,team,agent_id,channel,priority,sla_due_at\n"
    "1,2025-03-03 09:00,2025-03-03 10:00,2025-03-03 12:00,resolved,Mail,bob,email,high,2025-03-03 13:00\n"
    "2,2025-03-04 09:00,2025-03-04 10:00,2025-03-06 12:00,resolved,Mail,eve,email,high,2025-03-05 13:00\n"
    "3,2025-03-05 09:00,,,open,Chat,eve,chat,low,2025-03-06 13:00\n"
    "4,2025-03-18 09:00,,,open,Chat,eve,chat,low,2025-03-30 13:00\n",
    "bare tickets": "ticket_id,created_at,status\n1,2025-03-03 09:00,open\n2,2025-03-20 09:00,open\n",
    "calls": "call_id,offered_at,answered_at,ended_at,wait_s,talk_s,is_abandoned\n"
    "1,2025-03-03 09:00:00,2025-03-03 09:00:10,2025-03-03 09:05:00,10,290,false\n"
    "2,2025-03-03 10:00:00,,2025-03-03 10:01:10,70,,true\n"
    "3,2025-03-12 10:00:00,2025-03-12 10:00:05,2025-03-12 10:02:00,5,115,false\n",
    "revenue_changes": "at,customer_id,kind,amount\n2025-01-05,a,new,100\n2025-02-05,b,new,50\n"
    "2025-03-05,a,contraction,20\n2025-04-02,b,churn,50\n",
    "balances": "as_of,current_assets,inventory,current_liabilities\n2025-01-31,300,200,100\n2025-02-28,310,250,100\n",
    "leads": "lead_id,created_at,qualified_at,won_at,source\n1,2025-01-01,2025-01-03,2025-02-03,web\n"
    "2,2025-01-11,2025-01-13,,web\n3,2025-03-01,2025-03-03,,fair\n",
    "sales": "order_id,sold_at,revenue,units,product\n1,2025-01-05,100,1,pen\n2,2025-02-05,150,2,pen\n"
    "3,2025-03-05,90,1,pen\n",
    "returns": "order_id,sold_at,revenue,cost,units,defective_units,product\n1,2025-01-05,100,50,10,1,pen\n"
    "2,2025-02-05,150,40,20,0,cap\n3,2025-03-05,90,95,10,10,pen\n",
    "brand_surveys": "at,respondent_id,kind,is_aware\n2025-01-05,a,unaided,true\n2025-01-05,b,unaided,false\n"
    "2025-02-05,a,unaided,true\n2025-03-01,a,unaided,true\n",
    "engagement": "at,source,interactions,reach\n2025-01-05,page,10,100\n2025-02-05,page,20,100\n"
    "2025-03-02,page,20,99\n",
    "agent_days": "agent_id,day_at,available_s,handling_s\nbob,2025-03-03,3600,7200\neve,2025-03-03,3600,3600\n"
    "bob,2025-03-12,3600,7200\n",
}
# file, notebook, a sentence that its page must hold: a figure of the data, or what the data lacks. The flow counts the
# complete weeks, so not the last ticket.
CASES = [
    ("tickets", "kpi/sla_attainment", "SLA attainment 33.3% of 3 promises; leaving out the 1 that are overdue"),
    ("tickets", "kpi/backlog", "Tickets that came: 3, done: 2, open at the end: 1."),
    ("tickets", "reports/performance", "SLA attainment"),
    ("bare tickets", "kpi/backlog", "Tickets that came: 1, done: 0, open at the end: 1."),
    ("bare tickets", "reports/performance", "the data lacks score (surveys.score)"),
    ("calls", "kpi/phone", "66.7% of all offered, 66.7% without short abandons, 100.0% of those answered"),
    ("revenue_changes", "kpi/liquidity", "the data lacks balance-sheet date (balances.as_of)"),
    ("balances", "kpi/liquidity", "Current ratio 3.10, quick ratio 0.60 (February 2025)"),
    ("leads", "kpi/leads", "No cohort is mature yet: 2 leads are still maturing"),
    ("sales", "kpi/sales", "the data lacks cost of the goods (sales.cost)"),
    ("returns", "kpi/sales", "The margin is 45.6% as a ratio of sums"),  # (50 + 110 - 5) of 340
    ("returns", "kpi/product_quality", "fewer than"),
    ("brand_surveys", "kpi/brand", "the data lacks interactions (engagement.interactions)"),
    ("engagement", "kpi/brand", "the data lacks knows the brand (brand_surveys.is_aware)"),
    ("leads", "reports/data_quality", "no tickets in this data"),
    ("agent_days", "kpi/occupancy", "the data lacks paid time (agent_days.paid_s)"),
]


def said_by(notebook, **parameters) -> str:
    """What all cells of a notebook show, as HTML, plain text and alternative texts."""
    cells = json.loads((resources.notebooks() / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    names, said = {}, []
    with patch("IPython.display.display", lambda data, **_: said.append(data["text/plain"])):
        for cell in cells:
            if cell["cell_type"] == "code":
                said.append(_shown("".join(cell["source"]), names))
                names.update(parameters if "parameters" in cell["metadata"].get("tags", ()) else {})
    return "\n".join(said)


def _shown(source: str, names: dict) -> str:
    *head, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        head, last = [*head, last], None
    exec(compile(ast.Module(head, []), "cell", "exec"), names)
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None
    if value is None:
        return ""
    assert value._repr_html_()
    return repr(value)


@pytest.mark.parametrize(("file", "notebook", "sentence"), CASES, ids=[f"{n}-{f}" for f, n, _ in CASES])
def test_the_page_of_a_small_desk_says_what_there_is_and_what_is_lacking(file, notebook, sentence, tmp_path):
    (tmp_path / f"{file.split()[-1] if file != 'returns' else 'sales'}.csv").write_text(FILES[file], encoding="utf-8")

    assert sentence in said_by(notebook, data=str(tmp_path), language="en")


SPAN = {"start": "2031-01-01", "end": "2031-02-01"}
ASKED = {"en": "nothing counted from 1 Jan 2031 to 31 Jan 2031", "vi": "từ 01/01/2031 đến 31/01/2031"}
HEADED = sorted(
    path.stem for path in (resources.notebooks() / "kpi").glob("*.ipynb") if "headline_card" in path.read_text("utf-8")
)


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("notebook", HEADED)
def test_a_span_in_which_nothing_happened_gives_a_page_that_says_so(notebook, language):
    data = str(resources.sample())

    assert ASKED[language] in said_by(f"kpi/{notebook}", data=data, language=language, **SPAN)


def test_a_team_without_a_row_in_the_span_is_named(tmp_path):
    (tmp_path / "tickets.csv").write_text(FILES["tickets"], encoding="utf-8")
    asked = {"data": str(tmp_path), "team": "Chat", "start": "2025-03-01", "end": "2025-03-04"}

    english, vietnamese = (said_by("kpi/first_response_time", language=language, **asked) for language in ("en", "vi"))
    assert "First response time: nothing counted from 1 Mar 2025 to 3 Mar 2025 in the team Chat" in english
    assert "không có trường hợp nào được tính từ 01/03/2025 đến 03/03/2025 ở nhóm Chat" in vietnamese


def test_a_span_without_a_complete_period_has_no_verdict(tmp_path):
    (tmp_path / "tickets.csv").write_text(FILES["tickets"], encoding="utf-8")
    asked = {"data": str(tmp_path), "language": "en", "team": "Chat", "start": "2025-03-04", "end": "2025-03-06"}

    assert "First response time: no complete period with data" in said_by("kpi/first_response_time", **asked)


def test_a_notebook_of_several_kpis_exists_and_names_them():
    for notebook, kpis in TOGETHER.items():
        source = (resources.notebooks() / "kpi" / f"{notebook}.ipynb").read_text(encoding="utf-8")
        assert set(kpis) <= set(CATALOGUE)
        assert all(f'\\"{kpi}\\"' in source for kpi in kpis)


def test_the_page_of_a_kpi_is_found_both_ways():
    assert notebook_of("abandonment_rate") == "phone"
    assert notebook_of("csat") == "csat"
    assert kpis_on("phone") == ("average_speed_of_answer", "service_level", "abandonment_rate")
    assert kpis_on("csat") == ("csat",)
