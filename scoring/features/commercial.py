"""Features of the deals and the renewal: when it is due, how it stands, what was sold beside."""

import numpy as np

from scoring.columns import filled, since
from scoring.days import days_ago
from scoring.features.registry import feature
from scoring.past import Past
from scoring.records import Column, Floats, Records, is_in


def _deals(past: Past, kind: str) -> Records:
    return past.deals.where(past.deals["kind"] == kind)


@feature("days", "customers")
def days_to_renewal(past: Past) -> Column:
    """Days until the account's renewal date, negative once it is over.

    Where the account has none: until its active contract ends; where it has none either, until its open renewal
    deal closes.
    """
    stated = -days_ago(past.said("renewal_date"), past.as_of)
    deals = _deals(past, "renewal")
    agreed = _next(past.contracts, "ends_in")
    expected = _next(deals.where(deals["status"] == "open"), "closes_in")
    return filled(filled(stated, agreed), expected)


def _next(rows: Records, days: str) -> Floats:
    """Per customer the nearest of several days ahead; else, of those that are over, the latest."""
    return filled(rows.where(rows[days] >= 0).least(days), rows.most(days))


@feature("word", "deals", words=("open", "won", "lost"))
def renewal_deal(past: Past) -> Column:
    """How the renewal deal that closes last stands; of several on one day the worst counts."""
    return _last(_deals(past, "renewal"), ("lost", "open", "won"))


@feature("word", "deals", words=("open", "won", "lost"))
def expansion_deal(past: Past) -> Column:
    """How the expansion deal that closes last stands; of several on one day an open one counts, then a won one."""
    return _last(_deals(past, "expansion"), ("open", "won", "lost"))


def _last(deals: Records, first: tuple[str, ...]) -> Column:
    """Status of the deal that closes last; ``first``: of several on one day, by which status the choice goes."""
    known = deals.where(is_in(deals["status"], first))
    rank = np.select([known["status"] == status for status in first], range(len(first)))
    return known.by(-known["closes_in"], rank).firsts("status")


@feature("days", "customers")
def customer_days(past: Past) -> Column:
    """Days since it became a customer; unknown where that is not said, or lies ahead."""
    return since(past)
