"""Where a pull stands, as opaque JSON text: between two pulls, or behind a page of one that is under way."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from adapters import times
from adapters.errors import Refused
from adapters.salesforce.soql import After


@dataclass(frozen=True, slots=True)
class JobPlace:
    """Where a pull stands in the result of a bulk job, which is kept unchanged for seven days."""

    job: str
    locator: str = ""
    """Of the result page; empty: the first."""
    row: int = 0
    """Rows of that page that were taken."""
    seen: int = 0
    """Rows of the pages before it."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """``start``: everything changed from there on (None: ever). The rest is set while a pull is under way."""

    start: datetime | None = None
    until: datetime | None = None
    """The upper bound that the pull keeps to, however long it takes or often it is resumed."""
    object: str = ""
    """The vendor object it has come to; those before it are done."""
    after: After | None = None
    """The last row taken of that object."""
    covered: Mapping[str, frozenset[str]] | None = None
    """The columns with which each object was read: all of it up to ``start``, or to the place of a pull under way.

    None in a cursor that does not say so, as they once were: then whatever is visible counts as covered.
    """
    deletions: Mapping[str, datetime] = field(default_factory=dict)
    """Up to when the log of deletions of each object was read."""
    reread: Mapping[str, datetime] = field(default_factory=dict)
    """When each object whose values drift was last read as a whole."""
    bulk: JobPlace | None = None
    """How far it is in a job that reads what is behind ``after``, in no order; should it vanish, ``after`` stands."""


def encoded(cursor: Cursor) -> str:
    facts = {
        "from": cursor.start and cursor.start.isoformat(),
        "until": cursor.until and cursor.until.isoformat(),
        "object": cursor.object,
        "stamp": cursor.after and cursor.after.stamp.isoformat(),
        "id": cursor.after and cursor.after.id,
    }
    said: dict[str, Any] = {name: fact for name, fact in facts.items() if fact}
    if cursor.bulk:
        said["bulk"] = asdict(cursor.bulk)
    if cursor.covered is not None:
        said["covered"] = {name: sorted(columns) for name, columns in cursor.covered.items()}
    for name, moments in (("deletions", cursor.deletions), ("reread", cursor.reread)):
        if moments:
            said[name] = {vendor_object: moment.isoformat() for vendor_object, moment in moments.items()}
    return json.dumps(said)


def decoded(text: str | None) -> Cursor:
    """Raises Refused for what is not one of our cursors: guessing would lose records."""
    if text is None:
        return Cursor()
    try:
        facts = json.loads(text)
        start, until, stamp = (_time(facts, name) for name in ("from", "until", "stamp"))
        after = After(stamp, str(facts["id"])) if stamp else None
        deletions, reread = (_times(facts, name) for name in ("deletions", "reread"))
        bulk = JobPlace(**facts["bulk"]) if "bulk" in facts else None
        return Cursor(start, until, str(facts.get("object", "")), after, _covered(facts), deletions, reread, bulk)
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise Refused(f"not a cursor of the salesforce adapter: {text[:100]}") from exc


def _covered(facts: Mapping[str, Any]) -> dict[str, frozenset[str]] | None:
    if "covered" not in facts:
        return None
    return {name: frozenset(map(str, columns)) for name, columns in facts["covered"].items()}


def _times(facts: Mapping[str, Any], name: str) -> dict[str, datetime]:
    """One moment per object."""
    kept: Mapping[str, Any] = facts.get(name) or {}
    return {str(vendor_object): moment for vendor_object in kept if (moment := _time(kept, vendor_object))}


def _time(facts: Mapping[str, Any], name: str) -> datetime | None:
    if name not in facts:
        return None
    read = times.instant(facts[name])
    if read is None:
        raise ValueError(name)
    return read
