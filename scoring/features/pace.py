"""Features of how fast support is, and whether tickets pile up against what is usual for the customer."""

from typing import Final

import numpy as np
import pandas as pd

from scoring.features.registry import feature
from scoring.past import Past

WINDOW: Final = 90
WEEK: Final = 7
MOST_WEEKS: Final = 26
LEAST_WEEKS: Final = 8
"""Weeks since the first ticket under which nothing is usual yet."""


@feature("days", "tickets")
def resolution_days(past: Past) -> pd.Series:
    """Mean days from opening to closing, of tickets closed in 90 days; unknown when none was."""
    closed = past.tickets[past.tickets["closed_ago"].le(WINDOW)]
    taken = (closed["ago"] - closed["closed_ago"]).where(lambda days: days.ge(0))
    return taken.groupby(closed["customer"]).mean().reindex(past.index)


@feature("days", "tickets")
def first_reply_days(past: Past) -> pd.Series:
    """Mean days from opening to the first reply, of tickets first replied to in 90 days; a reply that day counts 0."""
    replied = past.tickets[past.tickets["reply_ago"].lt(WINDOW)]
    return (replied["ago"] - replied["reply_ago"]).groupby(replied["customer"]).mean().reindex(past.index)


@feature("ratio", "tickets")
def tickets_pileup(past: Past) -> pd.Series:
    """Open tickets ÷ the customer's own usual number: the mean at the ends of the last 26 weeks.

    A usual number under 1 counts as 1. Weeks before the first ticket do not count; with fewer than 8 it is unknown.
    """
    tickets = past.tickets[past.tickets["open"] | past.tickets["closed_ago"].notna()]
    who, ago = tickets["customer"], tickets["ago"]
    first = past.tickets.groupby("customer")["ago"].max()
    weeks = np.floor(first / WEEK).clip(upper=MOST_WEEKS)
    # a ticket is open at the week ends from the last before its opening down to the first before its closing
    newest = (np.floor(tickets["closed_ago"] / WEEK) + 1).where(~tickets["open"], 1.0)
    ends = (np.minimum(np.floor(ago / WEEK), who.map(weeks)) - newest + 1).clip(lower=0)
    usual = ends.groupby(who).sum().reindex(weeks.index).fillna(0) / weeks.where(weeks.ge(LEAST_WEEKS))
    now = tickets["open"].groupby(who).sum().reindex(weeks.index).fillna(0)
    pile: pd.Series = now / usual.clip(lower=1)
    return pile.reindex(past.index)
