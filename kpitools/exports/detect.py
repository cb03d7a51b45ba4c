"""Which format a file is in, by its headers alone, never by its name or the order of its columns."""

from kpitools.errors import LoadError, told
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
        listed, way = ", ".join(headers[:40]), ways("format", "zendesk", where)
        raise LoadError(told("no_format", where=where, headers=listed, ways=way, known=", ".join(formats())))
    if len(found) > 1 and found[0][0] == found[1][0]:
        *names, last = [name for count, name in found if count == found[0][0]]
        either = told("or", first=", ".join(names), last=last)
        raise LoadError(told("two_formats", where=where, names=either, ways=ways("format", names[0], where)))
    return formats()[found[0][1]]
