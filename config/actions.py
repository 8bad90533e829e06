"""The actions that an additive index can count: what customers do, and what is done with them.

Owns the names and what each counts; how they are counted is scoring's (``scoring.actions``).
"""

from collections.abc import Mapping
from typing import Final

USAGE: Final = "usage"
"""``usage.FEATURE`` counts one feature of the product; ``usage`` all of them."""

ACTIONS: Final[Mapping[str, str]] = {
    "usage": "uses of the product (usage.FEATURE: of one feature, as the usage source names it)",
    "usage_day": "days on which a person used the product",
    "call": "calls",
    "email": "e-mails from them",
    "meeting": "meetings",
    "ticket": "tickets opened",
    "escalation": "tickets escalated",
    "ticket_closed": "tickets closed",
    "response": "survey answers",
    "promoter": "NPS answers of 9 or 10",
    "detractor": "NPS answers of 0 to 6",
    "invoice_late": "invoices that went past their due date unpaid",
    "invoice_paid": "invoices paid by their due date",
    "renewal_won": "renewals won",
    "renewal_lost": "renewals lost",
    "expansion_won": "expansion deals won",
    "person_left": "champions and executives who left",
}


def family(action: str) -> str:
    """``usage.reports`` → ``usage``; every other action is a family of its own."""
    head, dot, feature = action.partition(".")
    return head if head == USAGE and dot and feature else action
