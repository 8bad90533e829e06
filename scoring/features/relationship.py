"""Features of the relationship: touches (calls, meetings, e-mails from them), and reviews held and booked.

A customer with no touch at all is unknown: its conversations may be kept elsewhere.
"""

import pandas as pd

from scoring.days import days_before
from scoring.features.registry import feature, per_customer
from scoring.past import Past

WINDOW = 90


def _recent(past: Past) -> pd.DataFrame:
    return past.activities[past.activities["ago"].le(WINDOW)]


@feature("days", "activities")
def days_since_touch(past: Past) -> pd.Series:
    """Days since the last call, meeting or e-mail from them; mail that only went out is no touch."""
    return past.activities.groupby("customer")["ago"].min().reindex(past.index)


@feature("days", "activities")
def days_since_meeting(past: Past) -> pd.Series:
    """Days since the last meeting; unknown for a customer whose meetings nobody knows."""
    meetings = past.activities[past.activities["kind"].eq("meeting")]
    return meetings.groupby("customer")["ago"].min().reindex(past.index)


@feature("meetings", "activities")
def meetings_90d(past: Past) -> pd.Series:
    """Meetings in 90 days."""
    recent = _recent(past)
    meetings = recent[recent["kind"].eq("meeting")].drop_duplicates(["customer", "activity"])
    return per_customer(past, meetings.groupby("customer").size(), seen=past.activities)


@feature("persons", "activities")
def persons_engaged_90d(past: Past) -> pd.Series:
    """Different persons called, met or heard from in 90 days; unknown when the touches name nobody."""
    recent = _recent(past)
    named = recent[recent["person"].notna()].drop_duplicates(["customer", "person"])
    found = per_customer(past, named.groupby("customer").size(), seen=past.activities)
    return found.mask(found.eq(0) & past.index.isin(recent["customer"]))


@feature("days", "activities", datable=False)
def meeting_booked_in(past: Past) -> pd.Series:
    """Days until the next meeting that is booked; unknown where none is known."""
    return past.booked.groupby("customer")["in_days"].min().reindex(past.index)


@feature("days", "activities", late=True)
def review_overdue_days(past: Past) -> pd.Series:
    """Days since the last meeting less those after which the customer's segment wants one; negative: days to go.

    A customer with touches that was never met: since it has been a customer. Unknown without a cadence or any touch.
    """
    if past.cadence is None:
        return pd.Series(float("nan"), index=past.index)
    began = days_before(past.customers["customer_since"], past.as_of).where(lambda days: days.ge(0))
    touched = past.index.isin(past.activities["customer"])
    waited = days_since_meeting(past).fillna(began.where(touched))
    return waited - past.cadence.reindex(past.index).astype("float64")
