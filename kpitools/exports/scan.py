"""One pass over all bytes of a file: its hash, its lines, whether it is UTF-8; and what is no table at all."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa

from kpitools.errors import LoadError, told

TEXT = {".csv", ".tsv", ".txt"}
SHEETS = {".xlsx", ".xls", ".xlsb", ".xlsm", ".ods"}
JSONS = {".json", ".ndjson", ".jsonl"}
READABLE = TEXT | SHEETS | JSONS | {".parquet"}
CHUNK = 1 << 22


class Scan(NamedTuple):
    """What one pass over all bytes tells."""

    sha256: str
    size: int
    lines: int
    is_utf8: bool
    marks: tuple[str, ...]
    odd_spaces: bool
    has_nul: bool
    head: bytes


def scan_bytes(path: Path) -> Scan:
    """One pass over all bytes: content hash, lines, and whether they are UTF-8."""
    try:
        stat = path.stat()
        return _scan(path.resolve(), stat.st_size, stat.st_mtime_ns, stat.st_ino)
    except OSError as error:
        raise LoadError(told("cannot_open", path=path, why=error.strerror)) from None


@lru_cache(maxsize=64)
def _scan(path: Path, *_identity: int) -> Scan:
    found, digest = _Found(), hashlib.sha256()
    with path.open("rb") as stream, ThreadPoolExecutor(1) as beside:
        for block in _blocks(stream):
            hashed = beside.submit(digest.update, block)
            found.look_at(block)
            hashed.result()
    lines = found.lines + (found.size > 0 and found.last != b"\n")
    marks = tuple(sorted(mark.decode("utf-8") for mark in found.marks))
    return Scan(
        digest.hexdigest(), found.size, lines, found.is_utf8, marks, found.odd_spaces, found.has_nul, found.head
    )


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes in blocks, none of which ends within a character of UTF-8."""
    kept = b""
    while block := stream.read(CHUNK):
        block = kept + block
        cut = next((n for n in range(len(block) - 1, max(len(block) - 5, -1), -1) if block[n] >= 0xC0), len(block))
        block, kept = block[:cut], block[cut:]
        if block:
            yield block
    if kept:
        yield kept


class _Found:
    """What the blocks looked at so far told."""

    def __init__(self):
        self.size = self.lines = 0
        self.is_utf8, self.odd_spaces, self.has_nul = True, False, False
        self.head = self.last = b""
        self.marks: set[bytes] = set()

    def look_at(self, block: bytes) -> None:
        """Take one block into account."""
        data = np.frombuffer(block, dtype=np.uint8)
        self.head, self.last = self.head or block[:65536], block[-1:]
        self.size, self.lines = self.size + len(block), self.lines + int(np.count_nonzero(data == 10))
        self.has_nul = self.has_nul or b"\0" in block
        if block.isascii():
            return
        self.odd_spaces = self.odd_spaces or (b"\xc2" in block and b"\xc2\xa0" in block)
        self.is_utf8 = self.is_utf8 and _is_utf8(block)
        if self.is_utf8:
            self.marks.update(_marks(data))


def _is_utf8(block: bytes) -> bool:
    """Whether the bytes are UTF-8; Arrow looks several times as fast as a decoder that makes text of them."""
    ends = pa.py_buffer(np.array([0, len(block)], dtype=np.int64))
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(block)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _marks(data: np.ndarray) -> set[bytes]:
    """The combining marks U+0300 to U+037F, whose UTF-8 begins with CC or CD; letters before one are not composed."""
    at = np.flatnonzero((data & 0xFE) == 0xCC)
    if not len(at):
        return set()
    pairs = np.unique(data[at].astype(np.uint16) * 256 + data[at + 1])
    return {int(pair).to_bytes(2, "big") for pair in pairs}


def refuse_impostors(path: Path, name: str, scan: Scan) -> None:
    """Refuse what is not a table whatever its name says."""
    head, suffix = scan.head, path.suffix.lower()
    if suffix not in READABLE:
        raise LoadError(told("not_read", name=name, suffix=suffix, known=", ".join(sorted(READABLE))))
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise LoadError(told("empty_file", name=name))
    if suffix in SHEETS or suffix == ".parquet":
        return
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise LoadError(told("web_page", name=name, suffix=suffix))
    if start.startswith((b"<?xml", b"<table")):
        raise LoadError(told("xml", name=name, suffix=suffix))
    if head.startswith(b"PK\x03\x04"):
        raise LoadError(told("workbook" if b"[Content_Types].xml" in head else "archive", name=name))
    if head.startswith((b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG")) or (
        scan.has_nul and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        raise LoadError(told("binary", name=name))
