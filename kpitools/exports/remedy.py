"""How to state what a file does not tell: the same option in desk.yml, on the command line and in Python."""


def ways(key: str, value: str, where: str, python: str | None = None) -> str:
    """The three places to state `key` for the file `where`; `python` is the value as Python writes it.

    >>> ways("encoding", "cp1258", "a.csv")
    "desk.yml: files: [{file: a.csv, encoding: cp1258}]; command line: --set encoding=cp1258; Python: encoding='cp1258'"
    """
    return (
        f"desk.yml: files: [{{file: {where}, {key}: {value}}}]; "
        f"command line: --set {key}={value}; Python: {key}={python or repr(value)}"
    )
