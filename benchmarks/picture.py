"""Take the pictures of README anew: ``python benchmarks/picture.py SITE``, SITE being a published report of the sample.

A Chromium or Chrome takes them (KPITOOLS_BROWSER names another); few colours keep the files small.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from kpitools.report.pdf import browser, quietly

WIDTH, HEIGHT, COLOURS = 1280, 1180, 64
IMAGES = Path(__file__).parent.parent / "docs" / "images"
PICTURES = {"index.html": "report.png", "index.vi.html": "report.vi.png"}


def main(site: Path) -> None:
    program = browser()
    if program is None:
        sys.exit("No Chromium or Chrome was found. Install one, or name it in KPITOOLS_BROWSER.")
    for page, name in PICTURES.items():
        take(program, (site / page).resolve(), IMAGES / name)


def take(program: str, page: Path, picture: Path) -> None:
    """A picture of the top of `page` as seen on a light screen of 1280 pixels."""
    with tempfile.TemporaryDirectory() as room:
        shot = Path(room) / "shot.png"
        options = ["--hide-scrollbars", f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={shot}", page.as_uri()]
        subprocess.run(
            [*quietly(program, Path(room) / "profile"), *options], check=True, capture_output=True, timeout=120
        )
        Image.open(shot).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
    print(f"{picture.name}: {picture.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "site"))
