"""The canonical tables: one schema each, the single place where a column's type, unit and meaning stand.

Types
-----
id       text that names a thing; never a number, so a leading zero stays
text     free or categorical text from the data; hostile until escaped
instant  a moment, stored as a naive UTC timestamp; on loaded desks ``x_at`` has a sibling ``x_local``,
         the same moment on the desk's wall clock
day      a local calendar day
seconds  a duration in seconds
number   a real number
count    a whole number, 0 or more
flag     true or false
"""

from dataclasses import dataclass

from kpitools.errors import unknown

TYPES = {
    "id": "string",
    "text": "string",
    "instant": "timestamp(6)",
    "day": "date",
    "seconds": "float64",
    "number": "float64",
    "count": "int64",
    "flag": "boolean",
}

# The statuses every export's own words are mapped to.
STATUSES = ("new", "open", "answered", "pending", "on_hold", "resolved", "closed", "spam", "deleted", "merged")
UNSOLVED = ("new", "open", "answered", "pending", "on_hold")
DONE = ("resolved", "closed")
UNCOUNTED = ("spam", "deleted", "merged")


@dataclass(frozen=True)
class Column:
    """One column: its type (a key of TYPES) and what it means, with the unit."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """One canonical table: what a row is, its key (empty: rows have no identity) and its columns."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise unknown("column", name, self.names, where=self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(column.name for column in self.columns)


def _table(name: str, row: str, key: str, columns: str) -> Table:
    """Read a schema from lines of ``name type meaning``."""
    parsed = (line.split(None, 2) for line in columns.strip().splitlines())
    return Table(name, row, tuple(key.split()), tuple(Column(*parts) for parts in parsed))


TICKETS = _table(
    "tickets",
    "a request",
    "ticket_id",
    """
    ticket_id id the helpdesk's own number
    created_at instant when the request arrived
    updated_at instant when the row last changed; of several versions of a ticket the newest counts
    first_reply_at instant first public reply by a person
    first_resolved_at instant the first time it became resolved
    resolved_at instant the last time it became resolved; empty while unsolved
    closed_at instant when it was closed, often automatically, days after it was resolved
    status text where it stands
    channel text email, chat, phone, form, facebook, ...
    priority text low, normal, high, urgent
    type text question, incident, problem, task, ...
    team text the group that holds it
    agent_id id who holds it
    customer_id id who asked
    topic text what it is about
    subject text the customer's own words
    tags text as exported, separated by commas
    opened_by text customer or agent
    agent_replies count public replies by people
    customer_messages count public messages by the customer
    reopens count changes from resolved or closed back to an unsolved status
    transfers count changes of team after the first assignment
    agent_transfers count changes of agent after the first assignment
    handle_s seconds time that agents spent on it
    requester_wait_s seconds time spent new, open or on hold, as the vendor computed it
    sla_due_at instant when the promise falls due
    sla_met flag whether the vendor says the promise was kept
    vendor_first_reply_s seconds the vendor's own first reply time, calendar; kept to reconcile, never mixed in
    vendor_first_reply_business_s seconds the same by the vendor's business hours
    vendor_resolution_s seconds the vendor's own full resolution time, calendar
    vendor_resolution_business_s seconds the same by the vendor's business hours
    is_test flag a test ticket, as the desk file defines one
    """,
)
MESSAGES = _table(
    "messages",
    "a message on a ticket",
    "message_id",
    """
    message_id id the helpdesk's own number
    ticket_id id the ticket it stands on
    at instant when it was sent
    author text customer, agent, bot or system
    agent_id id who wrote it, where an agent did
    is_public flag whether the customer sees it
    """,
)
STATUS_CHANGES = _table(
    "status_changes",
    "a ticket enters a status, team or agent",
    "",
    """
    ticket_id id the ticket
    at instant when
    status text where it stands
    team text the team it is with from then on
    agent_id id the agent it is with from then on
    """,
)
TICKET_SCHEDULES = _table(
    "ticket_schedules",
    "a ticket comes under a schedule of working hours",
    "",
    """
    ticket_id id the ticket
    at instant from when
    schedule text a schedule named in desk.yml
    """,
)
CALLS = _table(
    "calls",
    "a call or chat offered",
    "call_id",
    """
    call_id id the phone system's own number
    ticket_id id the ticket it belongs to
    offered_at instant when it entered the queue
    answered_at instant when a person answered
    ended_at instant when it ended
    wait_s seconds in the queue
    talk_s seconds talking
    hold_s seconds on hold
    wrap_s seconds of work after the call
    channel text phone, chat
    team text the queue
    agent_id id who answered
    customer_id id who called
    is_abandoned flag the caller gave up
    """,
)
QUEUE_INTERVALS = _table(
    "queue_intervals",
    "a pre-aggregated interval of a phone report",
    "",
    """
    started_at instant start of the interval; may be missing, then only overall figures exist
    team text the queue
    agent_id id the agent, where the report is by agent
    offered count contacts offered
    answered count contacts answered
    abandoned count contacts abandoned
    short_abandoned count abandoned within the desk's short_abandon_seconds, as the phone system counted them
    answered_in_target number answered within the target seconds; a rounded share multiplied back need not be whole
    wait_s seconds total wait of answered contacts
    talk_s seconds total talk
    hold_s seconds total hold
    wrap_s seconds total work after the call
    """,
)
SURVEYS = _table(
    "surveys",
    "an answer, or an invitation nobody answered",
    "survey_id",
    """
    survey_id id the answer's own number
    kind text csat, nps, ces or rewards
    sent_at instant when asked
    answered_at instant when answered; empty for an unanswered invitation
    score number the answer on its scale
    scale text 1-5, 0-10, 1-7, 0-1 (bad or good)
    comment text the customer's own words
    weight number survey weight; empty means 1
    ticket_id id the ticket asked about
    customer_id id who was asked
    agent_id id who had helped
    team text the team that had helped
    channel text how the request came
    topic text what it was about
    """,
)
CUSTOMERS = _table(
    "customers",
    "a customer relationship",
    "customer_id",
    """
    customer_id id the customer
    started_at instant when the relationship began
    ended_at instant when it ended; empty while it lasts
    segment text kind of customer
    mrr number recurring revenue a month
    """,
)
ACTIVITY = _table(
    "activity",
    "a purchase or visit",
    "",
    """
    customer_id id the customer
    at instant when
    amount number money
    """,
)
AGENT_DAYS = _table(
    "agent_days",
    "an agent's working day, by the phone or planning system",
    "",
    """
    agent_id id the agent
    day_at instant the day, its first moment on the desk's clock
    team text the team the agent worked in
    logged_in_s seconds logged in
    available_s seconds free and waiting for a contact
    handling_s seconds at work on contacts: talk, hold and wrap-up
    paid_s seconds paid, breaks and training included
    """,
)

LEADS = _table(
    "leads",
    "a lead: someone who may become a customer",
    "lead_id",
    """
    lead_id id the marketing or sales system's own number
    created_at instant when it came in
    qualified_at instant when it met the marketing criteria; empty while it does not
    won_at instant when it became a customer; empty while it has not
    source text where it came from: a campaign or a channel
    """,
)
SPEND = _table(
    "spend",
    "money spent to win customers",
    "",
    """
    at instant when it was spent
    source text the campaign or channel it was spent on
    kind text advertising, salaries, tools, ...
    amount number money
    """,
)
SALES = _table(
    "sales",
    "an order line",
    "",
    """
    order_id id the order it stands on
    sold_at instant when it was sold
    revenue number money, without tax
    cost number money, what the goods of the line cost
    units count pieces sold
    defective_units count pieces of them found defective or returned since
    product text what was sold
    region text where
    """,
)
REVENUE_CHANGES = _table(
    "revenue_changes",
    "a movement of recurring revenue",
    "",
    """
    at instant when it took effect
    customer_id id the customer
    kind text new, expansion, contraction or churn
    amount number money a month; the kind tells the direction, so a loss may be written with or without its minus
    """,
)
BALANCES = _table(
    "balances",
    "a balance-sheet date",
    "",
    """
    as_of instant the date of the balance sheet
    current_assets number money, what turns into cash within a year
    inventory number money, the stock among the current assets
    current_liabilities number money, what falls due within a year
    """,
)
BRAND_SURVEYS = _table(
    "brand_surveys",
    "a respondent's answer on knowing the brand",
    "",
    """
    at instant when asked
    respondent_id id who was asked
    kind text unaided (named it unprompted) or aided (knew it when shown)
    is_aware flag whether the respondent knew the brand
    weight number survey weight; empty means 1
    segment text kind of respondent
    """,
)
ENGAGEMENT = _table(
    "engagement",
    "a source's day",
    "",
    """
    at instant the day
    source text the page, channel or campaign
    interactions count likes, comments, shares, clicks
    reach count people who saw it
    impressions count times it was seen
    followers count who followed it on that day
    """,
)

TABLES = {
    table.name: table
    for table in (
        TICKETS,
        MESSAGES,
        STATUS_CHANGES,
        TICKET_SCHEDULES,
        CALLS,
        QUEUE_INTERVALS,
        SURVEYS,
        CUSTOMERS,
        ACTIVITY,
        AGENT_DAYS,
        LEADS,
        SPEND,
        SALES,
        REVENUE_CHANGES,
        BALANCES,
        BRAND_SURVEYS,
        ENGAGEMENT,
    )
}


def get(name: str) -> Table:
    """The schema of one canonical table; UnknownNameError names those that exist."""
    if name not in TABLES:
        raise unknown("table", name, TABLES)
    return TABLES[name]


def local(column: str) -> str:
    """The wall-clock sibling of an instant column: created_at -> created_local, at -> at_local."""
    return column.removesuffix("_at") + "_local"
