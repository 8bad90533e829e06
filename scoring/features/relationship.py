"""Features of the relationship: touches (calls, meetings, e-mails from them), and reviews held and booked.

A customer with no touch at all is unknown: its conversations may be kept elsewhere.
"""

import numpy as np

from scoring.columns import filled, number_of, since, where
from scoring.features.registry import feature
from scoring.past import Past
from scoring.records import Column, Records

WINDOW = 90


def _recent(past: Past) -> Records:
    return past.activities.where(past.activities["ago"] <= WINDOW)


def _meetings(rows: Records) -> Records:
    return rows.where(rows["kind"] == "meeting")


@feature("days", "activities")
def days_since_touch(past: Past) -> Column:
    """Days since the last call, meeting or e-mail from them; mail that only went out is no touch."""
    return past.activities.least("ago")


@feature("days", "activities")
def days_since_meeting(past: Past) -> Column:
    """Days since the last meeting; unknown for a customer whose meetings nobody knows."""
    return _meetings(past.activities).least("ago")


@feature("meetings", "activities")
def meetings_90d(past: Past) -> Column:
    """Meetings in 90 days."""
    return number_of(_meetings(_recent(past)).once("activity"), seen=past.activities)


@feature("persons", "activities")
def persons_engaged_90d(past: Past) -> Column:
    """Different persons called, met or heard from in 90 days; unknown when the touches name nobody."""
    recent = _recent(past)
    found = number_of(recent.where(recent.said("person")).once("person"), seen=past.activities)
    return where((found > 0) | ~recent.any(), found)


@feature("days", "activities", datable=False)
def meeting_booked_in(past: Past) -> Column:
    """Days until the next meeting that is booked; unknown where none is known."""
    return past.booked.least("in_days")


@feature("days", "activities", late=True)
def review_overdue_days(past: Past) -> Column:
    """Days since the last meeting less those after which the customer's segment wants one; negative: days to go.

    A customer with touches that was never met: since it has been a customer. Unknown without a cadence or any touch.
    """
    if past.cadence is None:
        return np.full(len(past.index), np.nan)
    waited = filled(days_since_meeting.column(past), where(past.activities.any(), since(past)))
    return np.asarray(waited - past.cadence.reindex(past.index).to_numpy(np.float64))
