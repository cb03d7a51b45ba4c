"""What a published folder may hold; by this a folder is known to be ours, and nothing else is carried over.

*.html *.json *.csv *.xlsx *.eml      pages, numbers, workbooks, the digest
archive/20250304T021500Z/             scorecard.json, index.html, index.vi.html ...: an earlier report
pdf/*.pdf
"""

import re
from pathlib import Path

MOST = 30  # reports kept in the archive, this one included
ENDINGS = {".html", ".json", ".csv", ".xlsx", ".eml"}
ARCHIVE, PDF, NUMBERS, DIGEST = "archive", "pdf", "scorecard.json", "site.eml"
STAMP, STAMP_FORMAT = re.compile(r"\d{8}T\d{6}Z"), "%Y%m%dT%H%M%SZ"
_FIRST_PAGE = re.compile(r"index(\.[a-z]{2})?\.html")


def only_ours(folder: Path) -> bool:
    """Whether a folder holds nothing but what a report of ours holds."""
    return all(_is_ours(path) for path in folder.iterdir())


def _is_ours(path: Path) -> bool:
    if path.is_symlink():
        return False
    if path.is_dir():
        parts = list(path.iterdir())
        if path.name == ARCHIVE:
            return all(_is_edition(part) for part in parts)
        return path.name == PDF and all(part.is_file() and part.suffix == ".pdf" for part in parts)
    return path.suffix in ENDINGS and path.name != "desk.yml"


def _is_edition(folder: Path) -> bool:
    is_one = folder.is_dir() and not folder.is_symlink() and STAMP.fullmatch(folder.name)
    return bool(is_one) and all(is_kept(part) for part in folder.iterdir())


def is_kept(path: Path) -> bool:
    """Whether a file is part of an earlier report: its numbers or one of its first pages."""
    named = path.name == NUMBERS or _FIRST_PAGE.fullmatch(path.name)
    return bool(named) and path.is_file() and not path.is_symlink()
