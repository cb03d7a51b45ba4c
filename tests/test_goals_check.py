"""Targets and interventions that name what does not exist, or cannot be, are refused."""

import pytest

from kpitools.errors import ConfigError, UnknownNameError
from kpitools.load import load

TICKETS = "ticket_id,created_at,status\n1,2025-03-03 09:00:00,open\n"
TARGETS = "kpi,valid_from,valid_to,team,target,low,high\n"


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "tickets.csv").write_text(TICKETS)
    (tmp_path / "desk.yml").write_text("timezone: UTC\n")
    return tmp_path


def test_a_misspelt_kpi_in_targets_says_what_was_meant(desk):
    (desk / "targets.csv").write_text(TARGETS + "first_respons_time,,,,4,,\n")
    with pytest.raises(UnknownNameError, match="targets.csv: no KPI named .*Did you mean 'first_response_time'"):
        load(desk, cache=False)


def test_a_share_in_per_cent_says_how_to_write_it(desk):
    (desk / "targets.csv").write_text(TARGETS + "csat,,,,85,,\n")
    with pytest.raises(ConfigError, match="For 85 % write 0.85"):
        load(desk, cache=False)


def test_a_misspelt_kpi_in_interventions_is_refused(desk):
    (desk / "interventions.csv").write_text(
        "on,kind,team,what,kpi,rebase\n2025-03-03,training,,Course,resolution_tim,yes\n"
    )
    with pytest.raises(UnknownNameError, match="interventions.csv"):
        load(desk, cache=False)
