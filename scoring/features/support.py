"""Features of support tickets: how many, how old, how grave.

A customer that never had a ticket is unknown here, not happy.
"""

import pandas as pd

from scoring.features.registry import feature, per_customer
from scoring.past import Past

OLD = 14
"""Days after which an open ticket counts as old."""
WINDOW = 90


def _count(past: Past, rows: pd.DataFrame) -> pd.Series:
    distinct = rows.drop_duplicates(["customer", "ticket"])
    return per_customer(past, distinct.groupby("customer").size(), seen=past.tickets)


def _escalated(past: Past) -> pd.DataFrame:
    return past.tickets[past.tickets["open"] & past.tickets["escalated"].eq(True)]


def escalation_dated(past: Past) -> pd.Series:
    """Whether the oldest escalation counts from the day it was known (True) or from the ticket's opening (False)."""
    order = _escalated(past).sort_values(["escalated_ago", "dated"], ascending=[False, True], kind="stable")
    dated = order.drop_duplicates("customer").set_index("customer")["dated"]
    return dated.reindex(past.index).eq(True)


def _said(past: Past, escalated: pd.Series) -> pd.Series:
    """Without an escalated ticket, one open ticket that does not say leaves the number unknown.

    So it is before the first sync, and wherever the CRM has no such field: silence is not calm.
    """
    mute = past.tickets[past.tickets["open"] & past.tickets["escalated"].isna()]
    return escalated.where(escalated.gt(0) | ~past.index.isin(mute["customer"]))


@feature("tickets", "tickets")
def tickets_open(past: Past) -> pd.Series:
    """Open tickets, pending ones included."""
    return _count(past, past.tickets[past.tickets["open"]])


@feature("tickets", "tickets")
def tickets_open_old(past: Past) -> pd.Series:
    """Tickets open for more than 14 days."""
    return _count(past, past.tickets[past.tickets["open"] & past.tickets["ago"].gt(OLD)])


@feature("days", "tickets")
def tickets_open_days(past: Past) -> pd.Series:
    """Age of the oldest open ticket; 0 when none is open."""
    oldest = past.tickets[past.tickets["open"]].groupby("customer")["ago"].max()
    return per_customer(past, oldest, seen=past.tickets)


@feature("tickets", "tickets")
def tickets_escalated_open(past: Past) -> pd.Series:
    """Open tickets that were escalated; unknown where none was and an open one does not say."""
    return _said(past, _count(past, _escalated(past)))


@feature("days", "tickets")
def tickets_escalated_open_days(past: Past) -> pd.Series:
    """Days since the oldest escalation of an open ticket; 0 when there is none, unknown as the number of them.

    Where it is not known when a ticket was escalated, since its opening.
    """
    oldest = _escalated(past).groupby("customer")["escalated_ago"].max()
    known = tickets_escalated_open(past).notna()
    return per_customer(past, oldest, seen=past.tickets).where(known)


@feature("tickets", "tickets")
def tickets_90d(past: Past) -> pd.Series:
    """Tickets opened in the last 90 days, whatever became of them."""
    return _count(past, past.tickets[past.tickets["ago"].lt(WINDOW)])


@feature("tickets per person", "tickets")
def tickets_per_active_person(past: Past) -> pd.Series:
    """Tickets opened in 90 days ÷ persons active in 28 days; unknown without usage, or where nobody was active."""
    persons = past.use["persons"]
    return tickets_90d(past) / persons.where(persons.gt(0))


@feature("tickets", "tickets")
def tickets_reopened_90d(past: Past) -> pd.Series:
    """Tickets opened in 90 days that were closed and had to be opened again; unknown as escalations are."""
    recent = past.tickets[past.tickets["ago"].lt(WINDOW)]
    again = _count(past, recent[recent["reopened"].gt(0)])
    mute = recent[recent["reopened"].isna()]
    return again.where(again.gt(0) | ~past.index.isin(mute["customer"]))
