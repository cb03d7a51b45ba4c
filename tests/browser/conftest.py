"""A real browser, and a site to look at: a hostile one, or the folder that KPITOOLS_SITE names."""

import os
from pathlib import Path

import hostile
import pytest

from kpitools.report import pdf

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = pdf.browser()
    if path is None:
        pytest.skip("no Chromium or Chrome on this machine")
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """A published site, two reports old."""
    given = os.environ.get("KPITOOLS_SITE")
    if given:
        return Path(given).absolute()
    room = tmp_path_factory.mktemp("hostile")
    out = hostile.publish(room)
    (out / "run.json").write_text("{}")
    return out


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return Path(package.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def open_page(browser, folder):
    """A function that opens a page of the site and gives it back with what it asked for and complained about."""
    contexts = []

    def opened(name: str, width: int = 1200, scheme: str = "light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto((folder / name).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
