"""How to state what a file does not tell: the same option in desk.yml, on the command line and in Python."""

from kpitools.errors import Told, told


def ways(key: str, value: str, where: str, python: str | None = None) -> Told:
    """The three places to state `key` for the file `where`; `python` is the value as Python writes it.

    >>> str(ways("encoding", "cp1258", "a.csv"))
    "desk.yml: files: [{file: a.csv, encoding: cp1258}]; command line: --set encoding=cp1258; Python: encoding='cp1258'"
    """
    return told("ways", key=key, value=value, where=where, python=python or repr(value))
