"""Features of support tickets: how many, how old, how grave.

A customer that never had a ticket is unknown here, not happy.
"""

import numpy as np

from scoring.columns import number_of, ratio, seen, where
from scoring.features.registry import feature
from scoring.past import Past
from scoring.records import Column, Floats, Records, is_marked

OLD = 14
"""Days after which an open ticket counts as old."""
WINDOW = 90


def _count(past: Past, rows: Records) -> Floats:
    return number_of(rows.once("ticket"), seen=past.tickets)


def _open(past: Past) -> Records:
    return past.tickets.where(past.tickets["open"])


def _escalated(past: Past) -> Records:
    opened = _open(past)
    return opened.where(is_marked(opened["escalated"], True))


def _recent(past: Past) -> Records:
    return past.tickets.where(past.tickets["ago"] < WINDOW)


def escalation_dated(past: Past) -> Column:
    """Whether the oldest escalation counts from the day it was known (True) or from the ticket's opening (False)."""
    rows = _escalated(past)
    oldest = rows.by(-rows["escalated_ago"], rows["dated"])
    return np.asarray(oldest.having(dated=oldest["dated"].astype(np.float64)).firsts("dated") == 1)


def _said(past: Past, escalated: Floats) -> Floats:
    """Without an escalated ticket, one open ticket that does not say leaves the number unknown.

    So it is before the first sync, and wherever the CRM has no such field: silence is not calm.
    """
    opened = _open(past)
    return where((escalated > 0) | ~opened.where(~opened.said("escalated")).any(), escalated)


@feature("tickets", "tickets")
def tickets_open(past: Past) -> Column:
    """Open tickets, pending ones included."""
    return _count(past, _open(past))


@feature("tickets", "tickets")
def tickets_open_old(past: Past) -> Column:
    """Tickets open for more than 14 days."""
    return _count(past, past.tickets.where(past.tickets["open"] & (past.tickets["ago"] > OLD)))


@feature("days", "tickets")
def tickets_open_days(past: Past) -> Column:
    """Age of the oldest open ticket; 0 when none is open."""
    return seen(_open(past).most("ago"), by=past.tickets)


@feature("tickets", "tickets")
def tickets_escalated_open(past: Past) -> Column:
    """Open tickets that were escalated; unknown where none was and an open one does not say."""
    return _said(past, _count(past, _escalated(past)))


@feature("days", "tickets")
def tickets_escalated_open_days(past: Past) -> Column:
    """Days since the oldest escalation of an open ticket; 0 when there is none, unknown as the number of them.

    Where it is not known when a ticket was escalated, since its opening.
    """
    known = ~np.isnan(tickets_escalated_open.column(past))
    return where(known, seen(_escalated(past).most("escalated_ago"), by=past.tickets))


@feature("tickets", "tickets")
def tickets_90d(past: Past) -> Column:
    """Tickets opened in the last 90 days, whatever became of them."""
    return _count(past, _recent(past))


@feature("tickets per person", "tickets")
def tickets_per_active_person(past: Past) -> Column:
    """Tickets opened in 90 days ÷ persons active in 28 days; unknown without usage, or where nobody was active."""
    return ratio(tickets_90d.column(past), past.used("persons"))


@feature("tickets", "tickets")
def tickets_reopened_90d(past: Past) -> Column:
    """Tickets opened in 90 days that were closed and had to be opened again; unknown as escalations are."""
    recent = _recent(past)
    again = _count(past, recent.where(recent["reopened"] > 0))
    return where((again > 0) | ~recent.where(~recent.said("reopened")).any(), again)
