"""Figures: DataFrame and Axes in, Axes out. Each sets its finding as the title, which is also its alt text."""

from kpitools.plots.customers import cohort_triangle, cohorts_headline
from kpitools.plots.distribution import (
    breakdown,
    breakdown_headline,
    durations,
    durations_headline,
    handle_parts,
    handle_parts_headline,
)
from kpitools.plots.run_chart import trend, trend_headline
from kpitools.plots.service import (
    backlog_age,
    backlog_age_headline,
    first_contact_headline,
    first_contact_parts,
    hour_of_week,
    hour_of_week_headline,
    km_curve,
    km_headline,
    waits_headline,
    waits_per_ticket,
)
from kpitools.plots.show import alt_of, show
from kpitools.plots.survey import answer_distribution, answers_headline, nps_groups, nps_headline

__all__ = [
    "alt_of",
    "answer_distribution",
    "answers_headline",
    "backlog_age",
    "backlog_age_headline",
    "breakdown",
    "breakdown_headline",
    "cohort_triangle",
    "cohorts_headline",
    "durations",
    "durations_headline",
    "first_contact_headline",
    "first_contact_parts",
    "handle_parts",
    "handle_parts_headline",
    "hour_of_week",
    "hour_of_week_headline",
    "km_curve",
    "km_headline",
    "nps_groups",
    "nps_headline",
    "show",
    "trend",
    "trend_headline",
    "waits_headline",
    "waits_per_ticket",
]
