"""What had happened by a day: the frames without anything dated later, with ages in days.

The only place that decides what "as of" means, so that no feature can see the future. Must not know
measures or weights.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from config.product import Product
from scoring import past_rows, use
from scoring.answers import latest, valid_answers
from scoring.days import days_before
from scoring.frames import Frames
from scoring.records import Column, Records, records

NO_PRODUCT: Final = Product()


@dataclass(frozen=True)
class Past:
    """The frames up to ``as_of``. ``ago`` columns are days before it (float, 0 = that day, never negative)."""

    as_of: date
    dated: bool
    """A day before the first sync: what has no date of its own is unknown."""
    product: Product
    """What the admin said of the product."""
    customers: pd.DataFrame
    """ARR, seats and plan are completed from the active contracts where the account does not state them."""
    persons: Records
    """With ``left``: whether the person had left by then. Whose role is unknown may be an executive by title."""
    use: pd.DataFrame
    """What usage says, a row per customer: see ``scoring.use.summarise``."""
    reached: pd.DataFrame
    """Customers × (first value, milestones): days since it was reached, see ``scoring.use.reached``."""
    tickets: Records
    """Each once, with ``ago`` of the opening, ``open``, ``escalated``, ``closed_ago`` and ``reply_ago`` (the first
    reply) as they stood then.

    ``escalated_ago``: since it was known to be escalated (``dated``), else since the opening.
    """
    responses: Records
    """Every valid survey answer: see ``scoring.answers.valid_answers``."""
    answers: Records
    """The latest of each person: see ``scoring.answers.latest``."""
    activities: Records
    """Touches that took place (or whose CRM does not say whether they did)."""
    booked: Records
    """Meetings ahead that were known then, with ``in_days``."""
    deals: Records
    """With ``closes_in``: days until the closing date; it may lie in the future, which was known."""
    contracts: Records
    """The active ones that had begun (or do not say when), with ``ends_in``: days until their last day, ``days``."""
    invoices: Records
    """Those due by then, with ``late``: days since the due date; ``paid_ago``: missing where not paid by then."""
    overdue: Records
    """Of these, the ones due before that day and not paid by then."""
    cadence: pd.Series | None = None
    """Per customer, in how many days a review is wanted; set once segments are known."""

    @property
    def index(self) -> pd.Index:
        return self.customers.index

    def said(self, name: str) -> Column:
        """A column of the customers."""
        return self.customers[name].to_numpy()

    def used(self, name: str) -> Column:
        """A column of ``use``."""
        return self.use[name].to_numpy()


def past(frames: Frames, product: Product = NO_PRODUCT) -> Past:
    """The frames as they stood at the close of ``frames.as_of``. Events without a date are left out."""
    as_of = frames.as_of
    customers = frames.typed("customers")
    customers = customers[~customers.index.duplicated()]
    index = customers.index

    def told(name: str) -> Records:
        return records(frames.typed(name), index)

    answered = _answered(frames.typed("responses"), as_of)
    activities, invoices = told("activities"), past_rows.invoices(told("invoices"), as_of)
    contracts = past_rows.contracts(told("contracts"), as_of)
    customers = past_rows.completed(customers, contracts)
    usage = use.gather(frames.typed("usage"), frames.typed("sources"), index, as_of)
    return Past(
        as_of=as_of,
        dated=frames.dated,
        product=product,
        customers=customers,
        persons=past_rows.persons(told("persons"), as_of),
        use=use.summarise(usage, customers["plan"], days_before(customers["customer_since"], as_of), product),
        reached=use.reached(usage, product),
        tickets=past_rows.tickets(told("tickets"), as_of),
        responses=records(answered, index),
        answers=records(latest(answered), index),
        activities=past_rows.touches(past_rows.happened(activities, "day", as_of)),
        booked=past_rows.booked(activities, as_of),
        deals=past_rows.deals(told("deals"), as_of),
        contracts=contracts,
        invoices=invoices,
        overdue=invoices.where((invoices["late"] > 0) & ~invoices.said("paid_ago")),
    )


def _answered(responses: pd.DataFrame, as_of: date) -> pd.DataFrame:
    ago = days_before(responses["day"], as_of)
    return valid_answers(responses.assign(ago=ago)[ago.ge(0)])
