"""One file -> an all-text DuckDB table that knows the line of every row; nothing is interpreted here."""

import tempfile
from pathlib import Path

import duckdb

from kpitools.errors import LoadError
from kpitools.exports.csv_file import read_csv
from kpitools.exports.json_file import read_json
from kpitools.exports.raw import Raw, from_rows, tidy_headers
from kpitools.exports.scan import JSONS, READABLE, SHEETS, Scan, refuse_impostors, scan_bytes
from kpitools.exports.sheets import sheet_rows

__all__ = ["READABLE", "Raw", "read", "scan_bytes", "temporary_connection", "tidy_headers"]


def read(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    table: str,
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    skip: int = 0,
    sheet: str | int | None = None,
    records: str | None = None,
) -> Raw:
    """Read one export file into the view `table`.

    Parameters
    ----------
    skip : lines (sheet rows) above the header.
    sheet : name or number (1 is the first) of a workbook's sheet.
    records : the key that holds the list of records in a JSON file, or each record in NDJSON.

    Raises
    ------
    LoadError
        If the file is empty, is not the kind of file its name says, or cannot be decoded.
    """
    name = name or path.name
    scan = scan_bytes(path)
    refuse_impostors(path, name, scan)
    suffix = path.suffix.lower()
    if suffix in SHEETS:
        return from_rows(con, table, name, scan, sheet_rows(path, name, sheet), skip)
    if suffix in JSONS:
        return read_json(con, path, table, name, scan, encoding, records)
    if suffix == ".parquet":
        return _read_parquet(con, path, table, name, scan)
    return read_csv(con, path, table, name, scan, encoding, delimiter, skip)


def _read_parquet(con, path: Path, table: str, name: str, scan: Scan) -> Raw:
    try:
        described = con.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()
    except duckdb.Error as error:
        raise LoadError(f"{name}: this cannot be read as Parquet ({str(error).splitlines()[0]}).") from None
    headers, repeated = tidy_headers([row[0] for row in described])
    quoted = ", ".join(f"{_text(name, kind)} as c{i}" for i, (name, kind, *_) in enumerate(described))
    con.execute(f"create or replace table {table}_0 as select {quoted} from read_parquet(?)", [str(path)])
    con.execute(f"create or replace view {table} as select rowid as _row, rowid + 1 as _line, * from {table}_0")
    rows = con.table(f"{table}_0").shape[0]
    return Raw(name, table, scan.sha256, headers, rows, repeated=repeated)


def _text(name: str, kind: str) -> str:
    """SQL: the text of a Parquet column; of a number as `raw.number_text` writes it."""
    text = f'"{name.replace(chr(34), chr(34) * 2)}"::VARCHAR'
    if not kind.startswith(("DOUBLE", "FLOAT", "DECIMAL")):
        return text
    whole = f"regexp_replace({text}, '^([+-]?\\d{{1,15}})\\.0+$', '\\1')"
    return f"regexp_replace({whole}, '^([+-]?\\d{{1,3}}\\.\\d{{3}})$', '\\10')"


def temporary_connection() -> tuple[duckdb.DuckDBPyConnection, tempfile.TemporaryDirectory]:
    """A DuckDB connection in memory that spills to a temporary folder, and that folder."""
    folder = tempfile.TemporaryDirectory(prefix="kpitools_")
    con = duckdb.connect(config={"temp_directory": folder.name})
    con.execute("set TimeZone='UTC'")
    return con, folder
