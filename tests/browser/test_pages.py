"""The published pages in a real Chromium: accessible, quiet, usable without a script, and deaf to payloads."""

import base64
import os
from pathlib import Path

import pytest

from kpitools.report import pdf

pytestmark = pytest.mark.slow

# WCAG 2.2 AA holds what its forerunners ask for; "best-practice" is axe's own.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN_ALL = "document.querySelectorAll('details').forEach(part => part.open = true)"


def pages(folder: Path) -> list[str]:
    """Every page, and of the archive the newest report."""
    shown = sorted(path.name for path in folder.glob("*.html"))
    kept = sorted((folder / "archive").iterdir())[-1:] if (folder / "archive").is_dir() else []
    return shown + [path.relative_to(folder).as_posix() for one in kept for path in sorted(one.glob("*.html"))]


def test_axe_finds_nothing_on_any_page_in_light_on_a_desk_and_in_dark_on_a_phone(open_page, folder, axe):
    found = []
    for name in pages(folder):
        looks = [(1200, "light")] if ".en." in name else [(1200, "light"), (390, "dark")]
        for width, scheme in looks:
            page = open_page(name, width, scheme)
            page.evaluate(OPEN_ALL)
            page.evaluate(axe)
            told = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
            assert len(told["passes"]) > 15  # it did look
            found += [(name, scheme, rule["id"], rule["nodes"][0]["html"][:200]) for rule in told["violations"]]
            page.context.close()
    assert found == []


def test_no_payload_runs_nothing_is_loaded_and_the_console_stays_empty(open_page, folder):
    for name in pages(folder):
        page = open_page(name)
        page.wait_for_timeout(100)
        assert page.evaluate("window.hit") is None, name
        assert [url for url in page.asked if not url.startswith("data:")] == [(folder / name).as_uri()]
        assert page.said == [], name
        page.context.close()


def test_the_policy_stops_a_script_and_a_picture_that_got_in_all_the_same(open_page):
    page = open_page("index.html")
    page.evaluate(
        """() => {
          const script = document.createElement('script'); script.textContent = 'window.hit = 1';
          document.body.append(script);
          const box = document.createElement('div'); box.innerHTML = '<img src="x" onerror="window.hit = 2">';
          document.body.append(box);
        }"""
    )
    page.wait_for_timeout(300)

    assert page.evaluate("window.hit") is None
    assert any("Content Security Policy" in line for line in page.said)


@pytest.mark.parametrize("width", [390, 320])
def test_no_page_is_wider_than_a_phone(open_page, folder, width):
    for name in pages(folder):
        page = open_page(name, width)
        page.evaluate(OPEN_ALL)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over == 0, name
        page.context.close()


def test_two_clicks_lead_from_any_page_to_a_kpi(open_page):
    page = open_page("first_response_time.vi.html")

    page.click(".bar .desk a")
    assert page.url.endswith(("index.vi.html", "index.html"))
    page.click("#first_response_time th a")

    assert page.url.endswith("first_response_time.vi.html")
    assert page.inner_text("h1").startswith("Thời gian phản hồi đầu tiên") or page.inner_text("h1") != ""


def test_a_kpi_without_a_page_leads_to_what_it_means(open_page, folder):
    page = open_page("index.html")
    link = page.locator("tr.kpi th a[href^='#meaning-']").first
    if not link.count():
        pytest.skip("every KPI of this site has a page")

    link.click()

    assert page.locator(f"dl{link.get_attribute('href')}").is_visible()


def test_the_language_switch_leads_to_the_same_page_in_the_other_language(open_page):
    page = open_page("first_response_time.en.html")
    page.click(".languages a")

    assert page.url.endswith("first_response_time.vi.html")
    assert page.get_attribute("html", "lang") == "vi"


@pytest.mark.parametrize("name", ["improvement", "concern", "missed"])
def test_a_filter_leaves_the_rows_it_names_and_works_by_keyboard(open_page, name):
    page = open_page("index.html")
    shown = "[...document.querySelectorAll('tr.kpi')].filter(row => row.offsetParent !== null)"
    wanted = page.locator(f"tr.kpi.is-{name}").count()
    if not wanted:
        assert page.is_disabled(f"#show-{name}")
        return

    page.focus("#show-all")
    page.keyboard.press("ArrowLeft" if name == "missed" else "ArrowRight")
    page.check(f"#show-{name}")

    assert page.evaluate(f"{shown}.length") == wanted
    page.check("#show-all")
    assert page.evaluate(f"{shown}.length") == page.locator("tr.kpi").count()


def test_the_numbers_of_a_figure_download_without_a_server(open_page, tmp_path):
    page = open_page("first_response_time.en.html")
    page.locator("details.data summary").first.click()
    link = page.locator("details.data a[download]").first

    with page.expect_download() as waiting:
        link.click()

    waiting.value.save_as(tmp_path / "got.csv")
    assert waiting.value.suggested_filename == "first_response_time-1.csv"
    assert (tmp_path / "got.csv").read_bytes() == base64.b64decode(link.get_attribute("href").partition(",")[2])
    assert (tmp_path / "got.csv").read_bytes().startswith(b"\xef\xbb\xbfperiod,value")


def test_every_figure_has_words_and_a_table_of_its_numbers(open_page, folder):
    for path in folder.glob("first_response_time.*.html"):
        page = open_page(path.name)
        alts = page.eval_on_selector_all("figure img", "all => all.map(one => one.alt)")
        assert alts and all(len(alt) > 20 for alt in alts)
        assert page.locator("figure + details.data table").count() == len(alts)


def test_pages_print_where_there_is_a_browser(folder, tmp_path):
    notices = pdf.write([folder / "index.html"], tmp_path, "en")

    assert notices == []
    assert (tmp_path / "pdf" / "index.pdf").stat().st_size > 10_000


@pytest.mark.skipif("KPITOOLS_SITE" in os.environ, reason="sizes of a given site are its own")
def test_pages_stay_small(folder):
    assert max(path.stat().st_size for path in folder.glob("*.html")) < 1_000_000
    assert max(path.stat().st_size for path in folder.glob("index*.html")) < 300_000
