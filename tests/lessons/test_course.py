"""What `kpitools lessons` makes: variants for role and language, pages, slides and cards that open without a network,
and exercises on an own export."""

import json
import re
import shutil
import subprocess

import nbformat
import pandas as pd
import pytest
from typer.testing import CliRunner

from kpitools import cli, resources
from kpitools.errors import ConfigError, NotSupportedError, UnknownNameError
from kpitools.kpis import CATALOGUE
from kpitools.lessons import slides
from kpitools.lessons.build import build, check_replaceable
from kpitools.lessons.catalogue import lessons
from kpitools.lessons.drawing import drawn, equal, read_pool
from kpitools.lessons.exercises._own import customer_months
from kpitools.lessons.kpi_card import all_kpis, cards_page, kpis_of, lesson_of, sheet
from kpitools.lessons.own import write_own
from kpitools.lessons.variant import source, tags, variant, with_defaults
from kpitools.load import load
from kpitools.words import LANGUAGES, keys, say

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
QUIET = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
QUIET += " --disable-component-update --disable-sync"
ADDRESS = re.compile(r"""(?:src|href)=["']?(?:https?:)?//|@import|url\(""", re.IGNORECASE)


def run(*arguments):
    return CliRunner().invoke(cli.app, ["lessons", *map(str, arguments)])


# Variants ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(lessons()))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_variant_keeps_one_language_and_a_learners_one_nothing_of_the_trainers(name, language):
    node = nbformat.read(source(name), as_version=4)
    other = "vi" if language == "en" else "en"

    learner, trainer = (variant(node, role, language, seed=7) for role in ("learner", "trainer"))

    for made in (learner, trainer):
        assert not any(f"lang-{other}" in tags(cell) for cell in made.cells)
        assert "seed: int = 7  # " in made.cells[0].source
        said = {"en": "# en or vi", "vi": "# en hoặc vi"}[language]
        assert f'language: str = "{language}"  {said}' in made.cells[0].source
    assert not any("trainer" in tags(cell) or "lesson.answers" in cell.source for cell in learner.cells)
    extra = [cell for cell in trainer.cells if "trainer" in tags(cell)]
    assert len(trainer.cells) - len(learner.cells) == len(extra) > 0
    nbformat.validate(learner)


def test_defaults_of_a_parameters_cell_are_replaced_and_comments_stay():
    cell = 'language: str = "en"  # en or vi\nown: str = ""  # a "folder"\nseed: int = 1'

    assert with_defaults(cell, language="vi", own='a"b', seed=2) == (
        'language: str = "vi"  # en or vi\nown: str = "a\\"b"  # a "folder"\nseed: int = 2'
    )
    with pytest.raises(UnknownNameError, match="no parameter named 'sead'. Did you mean 'seed'"):
        with_defaults(cell, sead=2)


# Slides -----------------------------------------------------------------------------------------------------


def test_a_slide_shows_heading_first_paragraph_and_a_list_right_after_it_and_the_rest_is_said():
    assert slides.cut("## A\n\nfirst\n\nsecond") == ("## A\n\nfirst", "second")
    assert slides.cut("## A\n\nfirst\n\n- one\n- two\n\nlast") == ("## A\n\nfirst\n\n- one\n- two", "last")
    assert slides.cut("## A\n\n- one\n\nlast") == ("## A\n\n- one", "last")
    assert slides.cut("no heading") == ("", "no heading")


def notebook(*made):
    """A notebook of (text, tags...) cells: code where the text begins with >, of which each printed its source."""
    node = nbformat.v4.new_notebook(metadata={"title": "T"})
    for text, *marks in made:
        is_code = text.startswith("> ")
        cell = nbformat.v4.new_code_cell(text[2:]) if is_code else nbformat.v4.new_markdown_cell(text)
        cell.metadata["tags"] = list(marks)
        if is_code:
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"[{text[2:]}]")]
        node.cells.append(cell)
    return node


LITTLE = notebook(
    ("# Title\n\nlead\n\nthe tale",),
    ("### For the trainer\n\nsecret", "trainer"),
    ("> seed = 1", "parameters"),
    ("> a",),
    ("> b",),
    ("> c", "quiet"),
    ('> kt.lessons.ask("x")',),
    ('> kt.lessons.check("x", ...)', "check"),
    ("> lesson.answers()", "trainer"),
)


def shown_on(html):
    """The text of each slide."""
    parts = re.findall(r'<section class="slide">(.*?)</section>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in parts]


def test_each_further_code_cell_is_a_slide_under_its_heading_and_answers_are_on_none():
    html = slides.deck(LITTLE, "en", "trainer", "index.html")

    assert shown_on(html) == [
        "Title lead the tale For the trainer secret a [a]",
        "Title b [b]",
        "Title [c]",
        '[kt.lessons.ask("x")]',
    ]


def test_learners_slides_hold_no_notes():
    html = slides.deck(LITTLE, "en", "learner", "index.html")

    assert "secret" not in html and "the tale" not in html and 'id="notes"' not in html
    assert "lead" in html


def test_text_from_a_notebook_cannot_run_on_a_slide():
    html = slides.deck(
        notebook(("# T\n\n<script>alert(1)</script><img src=x onerror=alert(2)>",)), "en", "learner", "i"
    )

    body = html.split("<main>")[1].split("</main>")[0]
    assert "<script" not in body and "onerror" not in body
    assert html.count("<script") == 1 and "script-src 'sha256-" in html


# The whole course -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """One lesson, for the trainer, in Vietnamese; built once."""
    folder = tmp_path_factory.mktemp("course") / "out"
    done = run("build", folder, "--role", "trainer", "-l", "vi", "--lesson", "open_tickets", "--seed", "3")
    assert done.exit_code == 0, done.output
    return folder


@pytest.mark.slow
def test_a_course_has_notebook_page_slides_cards_glossary_and_a_first_page_that_links_them(course):
    names = {path.relative_to(course).as_posix() for path in course.rglob("*") if path.is_file()}

    assert {f"{kind}/340_open_tickets.{'ipynb' if kind == 'notebooks' else 'html'}" for kind in
            ("notebooks", "pages", "slides")} <= names  # fmt: skip
    assert {name for name in names if name.startswith("cards/")} == {"cards/all.html", "cards/resolution_time.html"}
    links = re.findall(r'href="([^"#]+)"', (course / "index.html").read_text())
    assert links and all((course / link).is_file() for link in links)
    record = json.loads((course / "lessons.json").read_text())
    assert (record["role"], record["language"], record["seed"], record["failed"]) == ("trainer", "vi", 3, {})


@pytest.mark.slow
def test_nothing_of_a_course_leads_out_of_it_and_every_picture_is_described(course):
    for path in course.rglob("*.html"):
        html = path.read_text()
        head = html.split("<style>")[0] + html.split("</style>")[-1]
        assert not ADDRESS.search(head), path.name
        assert "default-src 'none'" in html
        assert f'<html lang="{"vi"}">' in html
        assert all(len(alt) > 20 for alt in re.findall(r'<img[^>]*alt="([^"]*)"', html)), path.name


@pytest.mark.slow
def test_the_trainers_page_has_board_plan_and_answers_and_the_notebook_no_outputs(course):
    page = (course / "pages" / "340_open_tickets.html").read_text()
    node = nbformat.read(course / "notebooks" / "340_open_tickets.ipynb", as_version=4)

    assert "Dành cho giảng viên" in page and "Đáp án dành cho giảng viên" in page
    assert "For the trainer" not in page
    assert all(not cell.get("outputs") for cell in node.cells)


@pytest.mark.slow
def test_a_course_is_replaced_by_a_newer_one_and_never_a_folder_somebody_added_to(course):
    check_replaceable(course)
    (course / "my-notes.txt").write_text("precious")

    with pytest.raises(ConfigError, match="not a course of kpitools"):
        build(course)
    (course / "my-notes.txt").unlink()


@pytest.mark.slow
@BROWSER
def test_the_slides_turn_in_a_real_browser(course, tmp_path):
    deck = course / "slides" / "340_open_tickets.html"
    command = [CHROMIUM, *QUIET.split(), f"--user-data-dir={tmp_path}", "--dump-dom", f"{deck.as_uri()}#3"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout

    assert 'class="js"' in shown, "the script did not run: does its digest match?"
    slides_there = re.findall(r'<section class="(slide(?: here)?)"', shown)
    assert slides_there[2] == "slide here" and slides_there.count("slide here") == 1
    assert f"Trang 3/{len(slides_there)}" in shown


# Cards ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_says_definition_formula_unit_traps_and_the_ten_rows_with_their_figure(language):
    kpi = CATALOGUE["nps"]
    html = sheet(kpi, language)

    for text in (kpi.title, kpi.definition, kpi.formula, kpi.traps[0]):
        assert text(language).split(":")[0] in html
    assert html.count("<tr>") == 11
    assert {"en": "gives 25.0", "vi": "cho kết quả 25,0"}[language] in html


def test_a_lesson_brings_its_own_card_with_its_ten_rows_also_where_it_bears_another_name():
    fcr, mix = lessons()["first_contact_resolution"], lessons()["simpsons_paradox"]

    assert [kpi.name for kpi in kpis_of([fcr, mix])] == ["first_contact_resolution_rate"]
    assert lesson_of(CATALOGUE["first_contact_resolution_rate"]) is fcr
    assert "gives 60.0%" in sheet(CATALOGUE["first_contact_resolution_rate"], "en")


def test_the_terms_of_the_glossary_stand_in_order_so_that_new_ones_find_their_place():
    names = [key.split(".")[1] for key in keys("glossary.") if not key.endswith(".means")]

    assert names == sorted(names)
    assert len(names) == len(set(names)) > 40


@pytest.mark.slow
@BROWSER
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_card_fits_one_sheet_of_paper(tmp_path, language):
    (tmp_path / "all.html").write_text(cards_page(all_kpis(), language), encoding="utf-8")
    command = [CHROMIUM, *QUIET.split(), f"--user-data-dir={tmp_path / 'user'}", "--no-pdf-header-footer"]
    command += [f"--print-to-pdf={tmp_path / 'all.pdf'}", (tmp_path / "all.html").as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)

    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", (tmp_path / "all.pdf").read_bytes()))
    assert pages == len(all_kpis())


# One's own export -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample():
    return load(resources.sample())


@pytest.fixture(scope="module")
def own(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("own") / "mine"
    return folder, write_own(sample, folder, language="vi")


def test_own_exercises_stand_in_two_notebooks_a_lesson_with_rows_beside_them(own):
    folder, taken = own
    files = {path.stem for path in (folder / "rows").glob("*.csv")}

    assert files == {one.exercise.id for one in taken if one.rows}
    assert {"frt-1", "nps-1", "open-2"} <= files
    for role in ("learner", "trainer"):
        node = nbformat.read(folder / role / "170_nps.ipynb", as_version=4)
        assert 'own: str = "../rows"' in node.cells[0].source


def test_own_rows_hold_no_personal_data_and_numbers_of_their_own(own, sample):
    folder, _ = own
    people = {"agent_id", "subject", "comment", "tags", "author_id", "email"}
    tickets = sample.base("tickets").select("ticket_id", "customer_id").to_pandas()
    known = {*tickets.ticket_id, *tickets.customer_id.dropna()}

    for path in (folder / "rows").glob("*.csv"):
        rows = pd.read_csv(path, dtype=str)
        assert not people & set(rows), path.name
        for column in {"ticket_id", "customer_id"} & set(rows):
            assert rows[column].str.fullmatch(r"K?\d+|[A-L]").all() and not set(rows[column]) & known, path.name


def test_own_rows_give_answers_that_the_toolkit_gives_too(own, sample):
    """The instants are moved so that the desk's export falls on the lesson's: open requests then have the same age."""
    folder, taken = own
    compared = set()
    for one in taken:
        for seed in (1, 2, 3) if one.rows else ():
            rows = drawn(one.exercise, seed, read_pool(folder / "rows", one.exercise.id))
            by_week = one.exercise.id == "hours-2"  # whose answer depends on the day of the week
            moved = pd.Timestamp(sample.as_of) - pd.Timestamp(one.lesson.now)
            moved = moved.ceil("7D") if by_week else moved
            then = rows.assign(**{name: rows[name] - moved for name in rows.select_dtypes("datetime")})
            assert equal(one.exercise, one.exercise.right(rows), one.exercise.truth(then), 1e-3), one.exercise.id
        compared |= {one.exercise.id} if one.rows else set()
    assert len(compared) >= 40


def test_own_counts_of_months_are_those_of_plain_pandas(own, sample):
    surveys = sample.base("surveys").to_pandas()
    answers = surveys[(surveys.kind == "nps") & surveys.score.notna()]
    march = answers[answers.answered_local.dt.strftime("%Y-%m") == "2025-03"].score
    customers = sample.base("customers").to_pandas()
    start, end = pd.Timestamp("2025-03-01"), pd.Timestamp("2025-04-01")
    at_start = customers[(customers.started_local < start) & ~(customers.ended_local < start)]

    nps = read_pool(own[0] / "rows", "nps-2").query("month == '2025-03'").iloc[0]
    months = customer_months(sample).set_index("month")

    assert (nps.promoters, nps.passives, nps.detractors) == (
        (march >= 9).sum(), ((march == 7) | (march == 8)).sum(), (march <= 6).sum()
    )  # fmt: skip
    assert months.at_start["2025-03"] == len(at_start)
    assert months.lost["2025-03"] == (at_start.ended_local < end).sum()
    assert months.won["2025-03"] == ((customers.started_local >= start) & (customers.started_local < end)
                                     & ~(customers.ended_local < end)).sum()  # fmt: skip


def test_rows_that_belong_together_are_taken_together(own):
    task = next(one.exercise for one in own[1] if one.exercise.id == "churn-1")
    months = [drawn(task, seed, read_pool(own[0] / "rows", "churn-1")).month.tolist() for seed in range(1, 9)]

    for run in months:
        assert run == [str(month) for month in pd.period_range(run[0], periods=3, freq="M")]
    assert len({run[0] for run in months}) > 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_exercise_takes_own_rows_or_says_why_not(language):
    for lesson in lessons().values():
        for task in lesson.exercises:
            assert (task.pool is None) == bool(task.made_up), task.id
            assert task.pool or len(say(f"lessons.new.why.{task.made_up}", language)) > 20


def test_own_rows_of_first_responses_give_the_figure_of_the_desk_itself(own, sample):
    from kpitools.compute import compute
    from kpitools.desk import Desk

    task = next(one.exercise for one in own[1] if one.exercise.id == "frt-1")
    for seed in (1, 2, 3):
        rows = drawn(task, seed, read_pool(own[0] / "rows", "frt-1"))
        desk = Desk.from_frames({"tickets": rows}, timezone="UTC", as_of=sample.as_of)
        assert task.right(rows) == pytest.approx(compute("first_response_time", desk, every=None).value.iloc[0])


def test_a_session_on_own_rows_takes_them(own):
    import kpitools as kt

    lesson = kt.lessons.start("nps", seed=1, own=str(own[0] / "rows"))
    there = pd.read_csv(own[0] / "rows" / "nps-1.csv", dtype={"survey_id": "str"})

    assert set(lesson.rows("nps-1").survey_id) <= set(there.survey_id)
    ours = read_pool(own[0] / "rows", "nps-2").drop(columns="block")
    assert lesson.rows("nps-2").merge(ours).drop_duplicates(ignore_index=True).equals(lesson.rows("nps-2"))
    assert lesson.rows("ret-1").equals(drawn(lessons()["customer_retention_rate"].exercises[0], 1))  # made up
    with pytest.raises(ConfigError, match="no folder nowhere"):
        kt.lessons.start("nps", own="nowhere").rows("nps-1")


def test_a_desk_without_the_columns_says_which_exercise_lacks_what(make_desk, tmp_path):
    desk = make_desk(tickets=[{"ticket_id": "1", "created_at": pd.Timestamp("2025-03-03"), "status": "open"}])

    with pytest.raises(
        NotSupportedError,
        match="no exercise can take rows of this desk. .*frt-1: your export gives 1 rows for it, 30 are",
    ):
        write_own(desk, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


# The command line -------------------------------------------------------------------------------------------


def test_list_names_the_lessons_in_both_languages():
    assert "open_tickets" in run("list").output
    assert "Phiếu còn mở" in run("list", "-l", "vi").output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("build", "out", "--role", "pupil"), "no role named 'pupil'. Known: learner, trainer"),
        (("build", "out", "--lesson", "nsp"), "no lesson named 'nsp'. Did you mean 'nps'"),
        (("build", "out", "--language", "de"), "no language named 'de'"),
        (("new", "nowhere.csv"), "there is no file or folder nowhere.csv"),
        (("new", str(resources.sample()), "--out", "."), "is there already"),
    ],
)
def test_what_cannot_be_done_is_said_in_the_users_words(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    error = run(*arguments).exception

    assert message in str(error)
    assert not (tmp_path / "out").exists()
