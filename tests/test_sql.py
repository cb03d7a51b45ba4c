"""A KPI written as SQL for other engines; where a PostgreSQL server is at hand, run there too."""

import io
import os
import subprocess

import numpy as np
import pandas as pd
import pytest
from test_catalogue import EVERY_KPI, supported

from kpitools import sql, tables
from kpitools.aggregates import aggregated
from kpitools.compute import prepared
from kpitools.errors import UnknownNameError
from kpitools.kpis import CATALOGUE

SERVER = os.environ.get("KPITOOLS_TEST_POSTGRES")  # such as "host=/tmp port=5432 user=postgres"
TYPES = {"string": "text", "float64": "double precision", "int64": "bigint", "boolean": "boolean", "date": "date"}


def test_an_unknown_dialect_says_which_there_are():
    with pytest.raises(UnknownNameError, match="no dialect named 'postgre'. Did you mean 'postgres'"):
        sql.statement("ticket_volume", supported("ticket_volume"), "postgre")


def test_a_statement_names_no_view_of_the_desk_and_is_the_same_each_time():
    desk = supported("customer_retention_rate")
    texts = {sql.statement("customer_retention_rate", desk, "snowflake", every="month") for _ in range(2)}

    assert len(texts) == 1
    assert 'WITH "kpitools_periods_0" AS' in texts.pop()


def psql(text: str, given: str | None = None) -> str:
    command = ["psql", SERVER, "--quiet", "--no-align", "--csv", "-v", "ON_ERROR_STOP=1", "-c", text]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def warehouse():
    """The sample's tables and calendar on the server."""
    desk = supported("ticket_volume")
    given = {name: desk.base(name) for name in tables.TABLES if desk.has(name)}
    for name, rows in (given | {"kpitools_calendar": desk.calendar()}).items():
        kinds = {column: TYPES.get(str(kind).lstrip("!"), "timestamp(6)") for column, kind in rows.schema().items()}
        columns = ", ".join(f'"{column}" {kind}' for column, kind in kinds.items())
        frame = rows.to_pandas()
        frame = frame.astype({column: "Int64" for column, kind in kinds.items() if kind == "bigint"})
        psql(f'drop table if exists "{name}"')
        psql(f'create table "{name}" ({columns})')
        psql(f'copy "{name}" from stdin csv header', frame.to_csv(index=False))
    return desk


@pytest.mark.skipif(not SERVER, reason="KPITOOLS_TEST_POSTGRES names no PostgreSQL server")
@pytest.mark.parametrize("asked", [{}, {"view": "closed"}, {"hours": "business"}], ids=["plain", "closed", "business"])
@EVERY_KPI
def test_postgres_gives_the_same_sums(warehouse, name, asked):
    desk, kpi = supported(name), CATALOGUE[name]
    if asked and not kpi.is_duration:
        pytest.skip("no duration")
    if asked.get("hours") and name == "requester_wait_time":
        pytest.skip("the sample has the export's own figure only, without a business clock")
    text = sql.statement(name, desk, "postgres", every="month", **asked)
    found = pd.read_csv(io.StringIO(psql(text))).sort_values("period", ignore_index=True)
    hours, view = asked.get("hours", "calendar"), asked.get("view")
    wanted = aggregated(*prepared(desk.kpi(name), desk, "month", (), hours, view, None, None, None)).to_pandas()
    wanted = wanted.sort_values("period", ignore_index=True)

    assert len(found) == len(wanted) > 0
    for column in wanted.columns:
        if column in ("period", "first_local"):
            assert (pd.to_datetime(found[column]) == pd.to_datetime(wanted[column])).all(), column
        else:
            mine = wanted[column].astype(float)
            assert np.allclose(pd.to_numeric(found[column]), mine, equal_nan=True, rtol=1e-6), column
