"""What had happened by a day: the frames without anything dated later, with ages in days.

The only place that decides what "as of" means, so that no feature can see the future. Must not know
measures or weights.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from config.product import Product
from scoring import use
from scoring.answers import latest_answers
from scoring.days import days_before
from scoring.frames import Frames, typed

NO_PRODUCT: Final = Product()

TOUCHES = ("call", "email", "meeting")
"""Kinds of activity that reach a person; a task or a note does not, nor does an e-mail that only went out."""


@dataclass(frozen=True)
class Past:
    """The frames up to ``as_of``. ``ago`` columns are days before it (float, 0 = that day, never negative)."""

    as_of: date
    product: Product
    """What the admin said of the product."""
    customers: pd.DataFrame
    persons: pd.DataFrame
    """With ``left``: whether the person had left by then."""
    use: pd.DataFrame
    """What usage says, a row per customer: see ``scoring.use.summarise``."""
    use_days: pd.DataFrame
    """``customer`` and ``ago``, a row per day on which anybody of the customer used the product."""
    tickets: pd.DataFrame
    """With ``ago`` of the opening, ``open``, ``escalated`` and ``closed_ago`` as they stood then.

    ``escalated_ago``: since it was known to be escalated (``dated``), else since the opening.
    """
    answers: pd.DataFrame
    """The latest survey answer of each person: see ``scoring.answers.latest_answers``."""
    activities: pd.DataFrame
    """Touches that took place (or whose CRM does not say whether they did)."""
    deals: pd.DataFrame
    """With ``closes_in``: days until the closing date; it may lie in the future, which was known."""
    contracts: pd.DataFrame
    """The active ones that had begun (or do not say when), with ``ends_in``: days until their last day."""
    overdue: pd.DataFrame
    """Invoices that were due before that day and not paid by then, with ``late``: days since the due date."""
    invoiced: pd.Index
    """Customers with any invoice that says when it was due: without an overdue one they are known to have paid."""

    @property
    def index(self) -> pd.Index:
        return self.customers.index


def past(frames: Frames, product: Product = NO_PRODUCT) -> Past:
    """The frames as they stood at the close of ``frames.as_of``. Events without a date are left out."""
    as_of = frames.as_of
    customers = typed("customers", frames.customers)
    customers = customers[~customers.index.duplicated()]
    usage, sources = typed("usage", frames.usage), typed("sources", frames.sources)
    persons, invoices = typed("persons", frames.persons), typed("invoices", frames.invoices)
    return Past(
        as_of=as_of,
        product=product,
        customers=customers,
        persons=persons.assign(left=days_before(persons["left_on"], as_of).ge(0)),
        use=use.summarise(usage, sources, customers.index, as_of),
        use_days=_use_days(usage, as_of),
        tickets=_tickets(typed("tickets", frames.tickets), as_of),
        answers=latest_answers(_happened(typed("responses", frames.responses), "day", as_of)),
        activities=_touches(_happened(typed("activities", frames.activities), "day", as_of)),
        deals=_deals(typed("deals", frames.deals), as_of),
        contracts=_contracts(typed("contracts", frames.contracts), as_of),
        overdue=_overdue(invoices, as_of),
        invoiced=pd.Index(invoices.loc[invoices["due"].notna(), "customer"].unique()),
    )


def _happened(rows: pd.DataFrame, dated: str, as_of: date) -> pd.DataFrame:
    ago = days_before(rows[dated], as_of)
    return rows.assign(ago=ago)[ago.ge(0)]


def _use_days(usage: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """A row without a count is use; one whose count is 0 or less is none."""
    ago = days_before(usage["day"], as_of)
    used = ago.ge(0) & ~usage["count"].le(0)
    days = pd.DataFrame({"customer": usage["customer"], "ago": ago})[used]
    return days.drop_duplicates().sort_values(["customer", "ago"], ignore_index=True)


def _tickets(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """A ticket closed only later was open, one escalated only later was not; one opened again has that status."""
    rows = _happened(rows, "opened", as_of)
    closed_ago = days_before(rows["closed"], as_of)
    is_open = (
        rows["status"].isin(("open", "pending")) | closed_ago.lt(0) | (closed_ago.isna() & rows["status"].ne("closed"))
    )
    since = days_before(rows["escalated_since"], as_of)
    return rows.assign(
        open=is_open,
        closed_ago=closed_ago.where(closed_ago.ge(0) & ~is_open),
        escalated=rows["escalated"].mask(since.lt(0), False),
        escalated_ago=since.clip(upper=rows["ago"]).fillna(rows["ago"]),
        dated=since.notna(),
    )


def _touches(rows: pd.DataFrame) -> pd.DataFrame:
    one_way = rows["kind"].eq("email") & rows["direction"].eq("out")
    return rows[rows["kind"].isin(TOUCHES) & rows["done"].ne(False) & ~one_way]


def _deals(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """A deal without an opening date is known; one that was opened later is not."""
    known = ~days_before(rows["opened"], as_of).lt(0)
    return rows.assign(closes_in=-days_before(rows["closes"], as_of))[known]


def _contracts(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    begun = ~days_before(rows["starts"], as_of).lt(0)
    return rows.assign(ends_in=-days_before(rows["ends"], as_of))[begun & rows["status"].eq("active")]


def _overdue(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """On its due day an invoice is not overdue yet; one paid only later was."""
    late = days_before(rows["due"], as_of)
    paid = days_before(rows["paid"], as_of).ge(0)
    return rows.assign(late=late)[late.gt(0) & ~paid]
