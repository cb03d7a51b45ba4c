"""Which format a file is in, by its headers alone, never by its name or the order of its columns."""

from kpitools.errors import LoadError
from kpitools.exports.mapping import FileMap, find, formats
from kpitools.exports.remedy import ways


def candidates(headers: list[str]) -> list[tuple[int, str]]:
    """Formats whose tell-tale headers are all there, the one that explains most columns first."""
    found = []
    for name, form in formats().items():
        if form.detect and all(find(headers, group) is not None for group in form.detect):
            found.append((explained(form, headers), name))
    return sorted(found, key=lambda item: (-item[0], item[1]))


def explained(form: FileMap, headers: list[str]) -> int:
    """How many of the file's columns a format reads."""
    groups = [group for table in form.tables for column in table.columns.values() for group in column.sources]
    return len({find(headers, group) for group in groups} - {None})


def detect(headers: list[str], where: str) -> FileMap:
    """The format of a file; LoadError says what to write where none fits or two fit equally well."""
    found = candidates(headers)
    if not found:
        raise LoadError(
            f"{where}: these headers belong to no format known here: {', '.join(headers[:40])}. "
            f"Say which one it is ({ways('format', 'zendesk', where)}; known: {', '.join(formats())}), or say in "
            f"desk.yml which column is which: "
            f"files: [{{file: {where}, tables: {{tickets: {{ticket_id: ..., created_at: ...}}}}}}]."
        )
    if len(found) > 1 and found[0][0] == found[1][0]:
        names = " or ".join(name for count, name in found if count == found[0][0])
        raise LoadError(
            f"{where}: the headers fit {names} equally well. Say which ({ways('format', found[0][1], where)})."
        )
    return formats()[found[0][1]]
