"""Risk flags: which customers carry which, and since which day. Thresholds are arguments; words are in ``messages``.

Only customers are flagged: a prospect or a churned account is nobody's risk. An unknown status counts as a customer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from config.flags import FLAG_DAYS
from config.rules import as_text
from scoring.features.sentiment import recent_answers
from scoring.nps import PASSIVE
from scoring.past import Past

_NOT_OURS: Final = ("prospect", "churned")


@dataclass(frozen=True)
class Raised:
    """``ago``: days since the flag began, per customer; NaN = not raised. ``facts``: what its sentence needs beside."""

    ago: pd.Series
    facts: Mapping[str, pd.Series] = field(default_factory=dict)


def escalated_ticket(past: Past, values: pd.DataFrame, days: int) -> Raised:
    """A ticket that was escalated is open (and has been for ``days``)."""
    age = values["tickets_escalated_open_days"].where(values["tickets_escalated_open"] > 0) - days
    return Raised(age.where(age >= 0))


def silent(past: Past, values: pd.DataFrame, days: int) -> Raised:
    """A usage source is alive, and the customer, whom it has seen before, has not used the product for ``days``."""
    over = values["days_since_login"] - days
    return Raised(over.where(over >= 0))


def detractor(past: Past, values: pd.DataFrame, days: int) -> Raised:
    """The latest NPS answer of some person is 6 or less and at most ``days`` old; since the first such answer."""
    answers = recent_answers(past, "nps", within=days)
    low = answers[answers["score"] < PASSIVE].groupby("customer")
    facts = {"detractors": low.size(), "lowest_answer": low["score"].min()}
    return Raised(
        low["ago"].max().reindex(past.index), {name: fact.reindex(past.index) for name, fact in facts.items()}
    )


def renewal_near(past: Past, values: pd.DataFrame, days: int) -> Raised:
    """The renewal is at most ``days`` ahead and not over."""
    ahead = values["days_to_renewal"]
    return Raised((days - ahead).where(ahead.between(0, days)))


def payment_late(past: Past, values: pd.DataFrame, days: int) -> Raised:
    """An invoice has been overdue for more than ``days`` and is unpaid; since the day on which the first one was."""
    late = past.overdue[past.overdue["late"].gt(days)]
    several = late.groupby("customer")
    number, oldest = several.size(), several["late"].max()
    # an amount is said only where all of it is known, and in one currency
    addable = several["amount"].count().eq(number) & several["currency"].nunique(dropna=False).eq(1)
    facts = {
        "late_invoices": number,
        "late_days": oldest,
        "late_amount": several["amount"].sum().where(addable),
        "late_currency": several["currency"].first(),
    }
    ago = (oldest - days - 1).reindex(past.index)
    return Raised(ago, {name: fact.reindex(past.index) for name, fact in facts.items()})


FLAGS: Final[Mapping[str, Callable[[Past, pd.DataFrame, int], Raised]]] = {
    "escalated_ticket": escalated_ticket,
    "silent": silent,
    "detractor": detractor,
    "payment_late": payment_late,
    "renewal_near": renewal_near,
}
"""By name, the gravest first."""


def raise_flags(past: Past, values: pd.DataFrame, thresholds: Mapping[str, int | None]) -> dict[str, Raised]:
    """Those flags of ``thresholds`` that exist, gravest first. None as threshold means the shipped number of days."""
    ours = ~past.customers["status"].map(as_text, na_action="ignore").isin(_NOT_OURS)
    raised: dict[str, Raised] = {}
    for name, rule in FLAGS.items():
        if name in thresholds:
            days = thresholds[name]
            found = rule(past, values, (FLAG_DAYS[name] or 0) if days is None else days)
            raised[name] = Raised(found.ago.where(ours.to_numpy(), np.nan), found.facts)
    return raised
