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
    persons: pd.DataFrame
    """With ``left``: whether the person had left by then. Whose role is unknown may be an executive by title."""
    use: pd.DataFrame
    """What usage says, a row per customer: see ``scoring.use.summarise``."""
    reached: pd.DataFrame
    """Customers × (first value, milestones): days since it was reached, see ``scoring.use.reached``."""
    tickets: pd.DataFrame
    """Each once, with ``ago`` of the opening, ``open``, ``escalated``, ``closed_ago`` and ``reply_ago`` (the first
    reply) as they stood then.

    ``escalated_ago``: since it was known to be escalated (``dated``), else since the opening.
    """
    responses: pd.DataFrame
    """Every valid survey answer: see ``scoring.answers.valid_answers``."""
    answers: pd.DataFrame
    """The latest of each person: see ``scoring.answers.latest``."""
    activities: pd.DataFrame
    """Touches that took place (or whose CRM does not say whether they did)."""
    booked: pd.DataFrame
    """Meetings ahead that were known then, with ``in_days``."""
    deals: pd.DataFrame
    """With ``closes_in``: days until the closing date; it may lie in the future, which was known."""
    contracts: pd.DataFrame
    """The active ones that had begun (or do not say when), with ``ends_in``: days until their last day, ``days``."""
    invoices: pd.DataFrame
    """Those due by then, with ``late``: days since the due date; ``paid_ago``: missing where not paid by then."""
    overdue: pd.DataFrame
    """Of these, the ones due before that day and not paid by then."""
    cadence: pd.Series | None = None
    """Per customer, in how many days a review is wanted; set once segments are known."""

    @property
    def index(self) -> pd.Index:
        return self.customers.index

    @property
    def invoiced(self) -> pd.Index:
        """Customers with any invoice that was due by then: without an overdue one they are known to have paid."""
        billed: pd.Index = pd.Index(self.invoices["customer"])
        return billed


def past(frames: Frames, product: Product = NO_PRODUCT) -> Past:
    """The frames as they stood at the close of ``frames.as_of``. Events without a date are left out."""
    as_of = frames.as_of
    customers = frames.typed("customers")
    customers = customers[~customers.index.duplicated()]
    responses = valid_answers(past_rows.happened(frames.typed("responses"), "day", as_of))
    activities = frames.typed("activities")
    contracts = past_rows.contracts(frames.typed("contracts"), as_of)
    invoices = past_rows.invoices(frames.typed("invoices"), as_of)
    customers = past_rows.completed(customers, contracts)
    usage = use.gather(frames.typed("usage"), frames.typed("sources"), customers.index, as_of)
    return Past(
        as_of=as_of,
        dated=frames.dated,
        product=product,
        customers=customers,
        persons=past_rows.persons(frames.typed("persons"), as_of),
        use=use.summarise(usage, customers["plan"], days_before(customers["customer_since"], as_of), product),
        reached=use.reached(usage, product),
        tickets=past_rows.tickets(frames.typed("tickets"), as_of),
        responses=responses,
        answers=latest(responses),
        activities=past_rows.touches(past_rows.happened(activities, "day", as_of)),
        booked=past_rows.booked(activities, as_of),
        deals=past_rows.deals(frames.typed("deals"), as_of),
        contracts=contracts,
        invoices=invoices,
        overdue=invoices[invoices["late"].gt(0) & invoices["paid_ago"].isna()],
    )
