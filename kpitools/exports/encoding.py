"""Which encoding a text file is in, from all of its bytes."""

import codecs
from pathlib import Path

from kpitools.errors import LoadError, told
from kpitools.exports.remedy import ways
from kpitools.exports.scan import Scan


def decide_encoding(path: Path, name: str, scan: Scan, stated: str | None = None) -> tuple[str, str]:
    """The encoding and how it was decided (a key of ``how.*``), from all bytes of the file."""
    if stated:
        try:
            "".encode(stated)
            return codecs.lookup(stated).name, "stated"
        except (LookupError, ValueError):  # ValueError: a NUL in the name
            raise LoadError(told("no_encoding", name=name, encoding=stated)) from None
    if scan.head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", "byte_order_mark"
    if scan.is_utf8:
        marked = scan.head.startswith(codecs.BOM_UTF8)
        return ("utf-8-sig", "byte_order_mark") if marked else ("utf-8", "all_bytes_valid")
    return _guess_encoding(path, name), "most_likely"


def wrong_encoding(name: str, encoding: str, error: UnicodeError) -> LoadError:
    """The error for text that is not in the encoding it was said or thought to be in."""
    why = f"{error.reason} at byte {error.start}" if isinstance(error, UnicodeDecodeError) else str(error)
    return LoadError(
        told("wrong_encoding", name=name, encoding=encoding, why=why, ways=ways("encoding", "cp1252", name))
    )


def _guess_encoding(path: Path, name: str) -> str:
    """The likeliest single-byte encoding; Windows' Western and Vietnamese ones are preferred where they fit as well."""
    from charset_normalizer import from_bytes

    data = path.read_bytes()
    lines = [line for line in data.splitlines() if not line.isascii()]
    found = from_bytes(b"\n".join(lines[:5000]), cp_isolation=["cp1252", "cp1258", "cp1250", "cp1251", "utf_8"])
    ranked = [match.encoding for match in found]
    if "cp1258" in ranked and _tone_marks(data):
        ranked.insert(0, "cp1258")
    western = _decoded(data, "cp1252")
    for encoding in [*ranked, "cp1252", "latin_1"]:
        text = _decoded(data, encoding)
        if text is not None:
            return "cp1252" if text == western else codecs.lookup(encoding).name
    raise LoadError(
        f"{name}: the text is in no encoding that is known here. Say which ({ways('encoding', 'cp1258', name)})."
    )


def _decoded(data: bytes, encoding: str) -> str | None:
    """The text in `encoding`, or None where the bytes are not valid in it."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _tone_marks(data: bytes) -> bool:
    """Whether bytes that are combining tone marks in cp1258 follow vowels, as Vietnamese does throughout."""
    marks = sum(data.count(bytes([mark])) for mark in (0xCC, 0xEC, 0xD2, 0xDE, 0xF2))
    others = sum(byte >= 0x80 for byte in data) - marks
    return marks > 0 and marks * 5 > others
