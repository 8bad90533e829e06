"""Features of the relationship: touches (calls, meetings, e-mails from them) and who stands up for us.

A customer with no touch at all is unknown: its conversations may be kept elsewhere.
"""

import pandas as pd

from scoring.features.registry import feature, per_customer
from scoring.past import Past

WINDOW = 90


def _recent(past: Past) -> pd.DataFrame:
    return past.activities[past.activities["ago"].le(WINDOW)]


@feature("days", "activities")
def days_since_touch(past: Past) -> pd.Series:
    """Days since the last call, meeting or e-mail from them; mail that only went out is no touch."""
    return past.activities.groupby("customer")["ago"].min().reindex(past.index)


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


@feature("word", "persons", words=("present", "left"))
def champion(past: Past) -> pd.Series:
    """Whether a champion is still there, or all have left; unknown where nobody was marked as one."""
    champions = past.persons[past.persons["role"].eq("champion")]
    gone = champions.groupby("customer")["left"].all().reindex(past.index)
    return gone.map({True: "left", False: "present"}).astype("object")
