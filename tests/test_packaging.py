"""What is installed: the wheel works outside the checkout, and the three lists of packages agree."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
# Names on conda-forge where they differ from those on PyPI.
CONDA = {"ibis-framework[duckdb]": "ibis-framework", "duckdb": "python-duckdb", "build": "python-build"}


def stated() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["dev"]]


def test_environment_yml_names_the_same_packages_and_bounds_as_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    split = [re.match(r"([\w.\[\]-]+)(.*)", requirement).groups() for requirement in stated()]

    assert sorted(environment) == sorted(
        ["python=3.11", "pip", *(CONDA.get(name, name) + rest for name, rest in split)]
    )


def test_the_lock_pins_everything_by_hash_and_names_no_address():
    text = (ROOT / "requirements.lock").read_text()
    pinned = dict(re.findall(r"^([\w.-]+)==([^ ;\\]+)", text, re.MULTILINE))

    assert {re.match(r"[\w.-]+", requirement)[0] for requirement in stated()} <= set(pinned)
    assert not re.search(r"://|--(find-links|index-url|extra-index-url)|file:", text)
    blocks = re.split(r"\n(?=[\w.-]+==)", text)
    assert all("--hash=sha256:" in block for block in blocks)


def test_every_make_target_says_what_it_does():
    text = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split()

    assert all(re.search(rf"^{name}:.*## \w", text, re.MULTILINE) for name in phony)


def test_the_readmes_name_only_files_that_are_there():
    for readme in ("README.md", "README.vi.md", "CONTRIBUTING.md"):
        links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / readme).read_text())
        missing = [link for link in links if not (ROOT / link).exists()]
        assert missing == [], readme


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return next(out.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_notebooks_sample_words_formats_and_templates_and_no_leavings(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    for wanted in (
        "_bundled/notebooks/kpi/first_response_time.ipynb",
        "_bundled/sample/desk.yml",
        "_bundled/notebooks/lessons/nps.ipynb",
        "lessons/exercises/nps.yml",
        "lessons/templates/deck/index.html.j2",
        "words/report.yml",
        "exports/formats/zendesk.yml",
        "report/templates/page.css",
        "report/templates/kpitools/index.html.j2",
    ):
        assert f"kpitools/{wanted}" in names
    assert [name for name in names if re.search(r"\.kpitools|ipynb_checkpoints|__pycache__|\.parquet$", name)] == []


@pytest.mark.slow
def test_the_installed_wheel_publishes_a_report_far_from_the_checkout(wheel, tmp_path):
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv, which makes the clean environment, is not installed")
    place = tmp_path / "env"
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(place)], check=True, env=clean)
    install = [uv, "pip", "install", "--quiet", "--python", str(place), "--require-hashes", "-r"]
    subprocess.run([*install, str(ROOT / "requirements.lock")], check=True, env=clean)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", str(place), "--no-deps", str(wheel)], check=True, env=clean
    )
    program = str(place / "bin" / "kpitools")
    subprocess.run([program, "sample", "--tickets", "200", "--out", "desk"], check=True, cwd=tmp_path, env=clean)
    (tmp_path / "plan.yml").write_text("desk: desk\nlanguages: [en]\nevery: quarter\npages: [kpi/csat]\n")

    done = subprocess.run([program, "report", "plan.yml"], cwd=tmp_path, env=clean, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "index.html").is_file() and (tmp_path / "site" / "csat.en.html").is_file()
    where = subprocess.run(
        [str(place / "bin" / "python"), "-c", "import kpitools; print(kpitools.__file__)"],
        cwd=tmp_path, env=clean, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(place) in where.stdout


@pytest.mark.parametrize("readme", ["README.md", "README.vi.md"])
def test_the_picture_of_a_readme_is_there_and_small(readme):
    (name,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / readme).read_text(encoding="utf-8"))

    data = (ROOT / name).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) < 200_000
    assert int.from_bytes(data[16:20], "big") == 1280  # its width
