"""JSON files: a list of records, an object with one such list, or a record a line."""

import json
from collections.abc import Callable
from pathlib import Path

from kpitools.errors import LoadError, told
from kpitools.exports.encoding import decide_encoding, wrong_encoding
from kpitools.exports.raw import Raw, Reject, Sink, cell_text, number_text, tidy_headers
from kpitools.exports.scan import Scan


def read_json(con, path: Path, table: str, name: str, scan: Scan, encoding: str | None, records: str | None) -> Raw:
    """Read a JSON file into the view `table`; nested objects become columns named by their path."""
    encoding, how = decide_encoding(path, name, scan, encoding)
    try:
        text = path.read_text(encoding=encoding)
    except UnicodeError as error:
        raise wrong_encoding(name, encoding, error) from None
    rejects: list[Reject] = []
    try:
        whole = _parse_json(text)
        if whole is not None:
            found = list(enumerate(_records(whole, name, records), start=1))
        else:
            found = _json_lines(text, rejects, records)
        twice: dict[str, list[int]] = {}
        flat = [(number, _flatten(record, _noted(twice, number))) for number, record in found]
    except RecursionError:
        raise LoadError(f"{name}: its objects are nested too deeply to be records.") from None
    if not any(record for _, record in flat):
        raise LoadError(told("no_record", name=name))
    headers, repeated = tidy_headers(list(dict.fromkeys(key for _, record in flat for key in record)))
    keys = list(dict.fromkeys(key for _, record in flat for key in record))
    raw = Raw(name, table, scan.sha256, headers, 0, rejects, (encoding, how), repeated=repeated, twice=twice)
    sink = Sink(con, raw)
    for number, record in flat:
        sink.add(number, [record.get(key) for key in keys])
    sink.close()
    return raw


class _Repeating(dict):
    """An object that gave some key twice with different values; the last one stands."""

    twice: tuple[str, ...] = ()


def _object(pairs: list[tuple]) -> dict:
    """The object of its keys and values, marked where a key stands twice."""
    pairs = [(_whole(key), value) for key, value in pairs]
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    marked = _Repeating(made)
    marked.twice = tuple(dict.fromkeys(key for key, value in pairs if value != made[key]))
    return marked


def _parse_json(text: str):
    """The parsed text with numbers left as they are written, or None where it is not one JSON value."""
    try:
        return json.loads(text, parse_int=str, parse_float=number_text, parse_constant=str, object_pairs_hook=_object)
    except ValueError:
        return None


def _records(value, name: str, records: str | None) -> list[dict]:
    """The list of records in a JSON value."""
    if records and isinstance(value, dict):
        value = value.get(records, value)
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)]
        value = lists[0] if len(lists) == 1 else [value]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise LoadError(
            f"{name}: expected a list of JSON objects, or an object with one such list. Say the key of the list in "
            f"desk.yml: files: [{{file: {name}, records: tickets}}]."
        )
    return [_unwrap(item) for item in value]


def _unwrap(record: dict) -> dict:
    """The inner record of ``{"ticket": {...}}``."""
    inner = next(iter(record.values()), None)
    return inner if len(record) == 1 and isinstance(inner, dict) else record


def _json_lines(text: str, rejects: list[Reject], records: str | None) -> list[tuple[int, dict]]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        record = _parse_json(line)
        if isinstance(record, dict):
            inner = record.get(records) if records else None
            found.append((number, inner if isinstance(inner, dict) else _unwrap(record)))
        else:
            rejects.append(Reject(number, "not_json", {}, line.strip("\r")))
    return found


def _noted(twice: dict[str, list[int]], number: int) -> Callable[[str], None]:
    return lambda key: twice.setdefault(key, []).append(number)


def _flatten(record: dict, told: Callable[[str], None], prefix: str = "") -> dict[str, str | None]:
    """Columns by their path of keys; `told` hears of each key that the record gave twice."""
    flat = {}
    for key in record.twice if isinstance(record, _Repeating) else ():
        told(f"{prefix}{key}")
    for key, value in record.items():
        if isinstance(value, dict):
            flat.update(_flatten(value, told, f"{prefix}{key}."))
        else:
            text = cell_text(value)
            flat[f"{prefix}{key}"] = text and _whole(text)
    return flat


def _whole(text: str) -> str:
    """`text` with ? for an escape such as \\ud83d alone: half a character, which no text can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
