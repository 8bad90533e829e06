"""Features of the people at the account: who stands up for us, who decides, and when we last spoke to them."""

import numpy as np

from scoring.columns import number_of
from scoring.features.registry import feature
from scoring.past import Past
from scoring.records import Column, Records, only


def _standing(past: Past, role: str) -> Column:
    those = past.persons.where(past.persons["role"] == role)
    there = those.where(~those["left"]).any()
    return only(those.any(), np.where(there, "present", "left"))


def there(past: Past, role: str | None = None) -> Records:
    """Persons who have not left, with that role."""
    persons = past.persons
    return persons.where(~persons["left"] & (True if role is None else persons["role"] == role))


@feature("word", "persons", words=("present", "left"))
def champion(past: Past) -> Column:
    """Whether a champion is still there, or all have left; unknown where nobody was marked as one."""
    return _standing(past, "champion")


@feature("word", "persons", words=("present", "left"))
def executive(past: Past) -> Column:
    """The same of executives: persons with that role, or whose role is unknown and whose title says so."""
    return _standing(past, "executive")


def _days_since_touch_of(past: Past, role: str) -> Column:
    return past.activities.of(there(past, role), "person").least("ago")


@feature("days", "activities")
def days_since_champion_touch(past: Past) -> Column:
    """Days since the last touch that names a champion who is still there; unknown where none ever did."""
    return _days_since_touch_of(past, "champion")


@feature("days", "activities")
def days_since_executive_touch(past: Past) -> Column:
    """The same of executives."""
    return _days_since_touch_of(past, "executive")


@feature("persons", "persons", datable=False)
def contacts_known(past: Past) -> Column:
    """Persons at the account who are known and still there; unknown where nobody was ever known."""
    return number_of(there(past).once("person"), seen=past.persons)
