"""A made-up online shop, "Cửa hàng Sen", as the exports its systems would give, with known stories in it.

`make` draws the truth first (who asked, when a person answered, when it was solved), then writes what each
system would export about it, dirt included. Times are seconds of the shop's wall clock (UTC+7, no summer
time) as floats, NaN where something has not happened; every chance comes from a generator of its own, so that
changing one file leaves the others as they are. The stories and their dates stand in `stories`; `files.README` tells
them to trainers.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from kpitools.sample import files
from kpitools.sample.clock import World, as_text, seconds, write_csv
from kpitools.sample.customers import activity_csv, customers_csv, make_customers
from kpitools.sample.feedback import feedback_csv, teams_csv
from kpitools.sample.marketing import brand_surveys_csv, engagement_csv, leads_csv, make_leads, spend_csv
from kpitools.sample.messages import make_messages, messages_csv
from kpitools.sample.money import balances_csv, revenue_changes_csv, sales_csv
from kpitools.sample.opinion import surveys_csv
from kpitools.sample.phone import calls_csv, phone_intervals_csv
from kpitools.sample.requests import make_tickets
from kpitools.sample.small import event_log_csv, freshdesk_csvs, liveagent_csvs
from kpitools.sample.staff import agent_days_csv
from kpitools.sample.zendesk import zendesk_csv


def make(folder, *, tickets: int = 6000, seed: int = 7, start: str = "2024-07-01", months: int = 24) -> Path:
    """Write the made-up shop's exports and return their folder; one seed gives the same bytes every time.

    Parameters
    ----------
    folder : str or Path
        Created if missing; files of the same names are overwritten.
    tickets : int
        At least 40. Requests in the main helpdesk; calls, surveys, customers, leads and sales grow with it. The
        three small desks (``liveagent``, ``freshdesk``, ``eventlog``) stay at 300 tickets, the panels and balances
        as they are.
    start, months : str, int
        First day and length. The stories stand at fixed dates in the default span.
    """
    folder = Path(folder)
    begin = pd.Timestamp(start)
    world = World(seed, seconds(begin), seconds(begin + pd.DateOffset(months=months)))
    customers = make_customers(world, max(40, tickets // 4))
    leads = make_leads(world, tickets)
    truth = make_tickets(world, tickets, customers)
    messages = make_messages(world, truth)
    export = zendesk_csv(world, truth, messages, customers)
    rows = {
        "zendesk_tickets.csv": export,
        "team_changes.csv": teams_csv(world, truth, export),
        "feedback.csv": feedback_csv(world, truth, customers),
        "messages.csv": messages_csv(messages),
        "calls.csv": calls_csv(world, int(tickets * 0.6)),
        "surveys.csv": surveys_csv(world, int(tickets * 0.6), customers, truth),
        "customers.csv": customers_csv(customers),
        "activity.csv": activity_csv(world, int(tickets * 1.2), customers),
        "leads.csv": leads_csv(world, leads),
        "spend.csv": spend_csv(world, leads, tickets),
        "sales.csv": sales_csv(world, int(tickets * 1.5)),
        "balances.csv": balances_csv(world),
        "revenue_changes.csv": revenue_changes_csv(world, customers),
        "brand_surveys.csv": brand_surveys_csv(world),
        "engagement.csv": engagement_csv(world),
        "agent_days.csv": agent_days_csv(world),
        "phone/phone_intervals.csv": phone_intervals_csv(world),
        **liveagent_csvs(world),
        **freshdesk_csvs(world),
        "eventlog/event_log.csv": event_log_csv(world),
    }
    for name, frame in rows.items():
        write_csv(folder / name, frame)
    as_of = f"{as_text(np.array([world.end]), 'T')[0]}+07:00"
    counts = {name: f"{len(frame):,}" for name, frame in rows.items()}
    for name, text in files.texts_of(as_of=as_of, seed=seed, tickets=tickets, start=start, months=months, rows=counts):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder
