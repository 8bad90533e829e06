"""Features of the people at the account: who stands up for us, who decides, and when we last spoke to them."""

import pandas as pd

from scoring.features.registry import feature, per_customer
from scoring.past import Past
from scoring.past_rows import of_persons


def _standing(past: Past, role: str) -> pd.Series:
    those = past.persons[past.persons["role"].eq(role)]
    gone = those.groupby("customer")["left"].all().reindex(past.index)
    return gone.map({True: "left", False: "present"}).astype("object")


@feature("word", "persons", words=("present", "left"))
def champion(past: Past) -> pd.Series:
    """Whether a champion is still there, or all have left; unknown where nobody was marked as one."""
    return _standing(past, "champion")


@feature("word", "persons", words=("present", "left"))
def executive(past: Past) -> pd.Series:
    """The same of executives: persons with that role, or whose role is unknown and whose title says so."""
    return _standing(past, "executive")


def _days_since_touch_of(past: Past, role: str) -> pd.Series:
    persons = past.persons[past.persons["role"].eq(role) & ~past.persons["left"]]
    return of_persons(past.activities, persons).groupby("customer")["ago"].min().reindex(past.index)


@feature("days", "activities")
def days_since_champion_touch(past: Past) -> pd.Series:
    """Days since the last touch that names a champion who is still there; unknown where none ever did."""
    return _days_since_touch_of(past, "champion")


@feature("days", "activities")
def days_since_executive_touch(past: Past) -> pd.Series:
    """The same of executives."""
    return _days_since_touch_of(past, "executive")


@feature("persons", "persons", datable=False)
def contacts_known(past: Past) -> pd.Series:
    """Persons at the account who are known and still there; unknown where nobody was ever known."""
    there = past.persons[~past.persons["left"]].drop_duplicates(["customer", "person"])
    return per_customer(past, there.groupby("customer").size(), seen=past.persons)
