"""Features of how fast support is, and whether tickets pile up against what is usual for the customer."""

from typing import Final

import numpy as np

from scoring.columns import where
from scoring.features.registry import feature
from scoring.past import Past
from scoring.records import Column

WINDOW: Final = 90
WEEK: Final = 7
MOST_WEEKS: Final = 26
LEAST_WEEKS: Final = 8
"""Weeks since the first ticket under which nothing is usual yet."""


@feature("days", "tickets")
def resolution_days(past: Past) -> Column:
    """Mean days from opening to closing, of tickets closed in 90 days; unknown when none was."""
    closed = past.tickets.where(past.tickets["closed_ago"] <= WINDOW)
    taken = closed["ago"] - closed["closed_ago"]
    return closed.having(taken=where(taken >= 0, taken)).mean("taken")


@feature("days", "tickets")
def first_reply_days(past: Past) -> Column:
    """Mean days from opening to the first reply, of tickets first replied to in 90 days; a reply that day counts 0."""
    replied = past.tickets.where(past.tickets["reply_ago"] < WINDOW)
    return replied.having(waited=replied["ago"] - replied["reply_ago"]).mean("waited")


@feature("ratio", "tickets")
def tickets_pileup(past: Past) -> Column:
    """Open tickets ÷ the customer's own usual number: the mean at the ends of the last 26 weeks.

    A usual number under 1 counts as 1. Weeks before the first ticket do not count; with fewer than 8 it is unknown.
    """
    tickets = past.tickets.where(past.tickets["open"] | past.tickets.said("closed_ago"))
    weeks = np.minimum(np.floor(past.tickets.most("ago") / WEEK), MOST_WEEKS)
    # a ticket is open at the week ends from the last before its opening down to the first before its closing
    newest = np.where(tickets["open"], 1.0, np.floor(tickets["closed_ago"] / WEEK) + 1)
    oldest = np.minimum(np.floor(tickets["ago"] / WEEK), weeks[tickets.place])
    ends = np.bincount(tickets.place, weights=np.maximum(oldest - newest + 1, 0), minlength=tickets.size)
    usual = ends / where(weeks >= LEAST_WEEKS, weeks)
    return tickets.where(tickets["open"]).number() / np.maximum(usual, 1)
