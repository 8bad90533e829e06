"""The log of deletions that Salesforce keeps per object: what left the recycle bin, and so every query, for good.

A deleted record shows in queryAll while it is in the recycle bin; one that is purged, or deleted past the bin, shows
only here, and for 15 days. Whoever looks later has missed some, and must compare ids instead.
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from adapters import times
from adapters.errors import Refused, Unauthorized
from adapters.records import Ref, Tombstone
from adapters.salesforce.client import Client
from adapters.salesforce.values import long_id
from adapters.salesforce.view import View

EVERY: Final = timedelta(hours=6)
"""How often the log is read: it costs a call per object, and polls see nearly every deletion without it."""
KEPT: Final = timedelta(days=15)

_LOST: Final = ("INVALID_REPLICATION_DATE", "EXCEEDED_ID_LIMIT")
_NO_LOG: Final = (404, 405)


@dataclass(frozen=True, slots=True)
class Gone:
    """Who is gone, up to when the log was read, and why there may be more (empty: there are not)."""

    tombstones: tuple[Tombstone, ...]
    until: datetime
    gap: str = ""


def is_due(view: View, since: datetime, now: datetime) -> bool:
    """Users, who have no recycle bin, are never deleted."""
    return "IsDeleted" in view.columns and now - since >= EVERY


def gone(client: Client, view: View, since: datetime, until: datetime) -> Gone:
    """What the log says of ``since`` to ``until``. An object without a log has nothing to say."""
    if until - since >= KEPT:
        return Gone((), until, _forgotten(view, since))
    span = urlencode({"start": times.iso_seconds(since), "end": times.iso_seconds(until)})
    try:
        answer: Mapping[str, Any] = client.read(f"sobjects/{view.object}/deleted/?{span}", "page").body or {}
    except (Refused, Unauthorized) as exc:
        if exc.status == 401:
            raise
        if exc.code in _LOST:
            return Gone((), until, _forgotten(view, since))
        return Gone((), until, "" if exc.status in _NO_LOG else f"{view.object}: {exc}")
    earliest = times.instant(answer.get("earliestDateAvailable"))
    covered = times.instant(answer.get("latestDateCovered"))
    gap = _forgotten(view, since) if earliest and earliest > since else ""
    return Gone(_tombstones(view, answer), max(min(covered or until, until), since), gap)


def _tombstones(view: View, answer: Mapping[str, Any]) -> tuple[Tombstone, ...]:
    told = answer.get("deletedRecords") or ()
    rows = ((long_id(row.get("id")), times.instant(row.get("deletedDate"))) for row in told)
    return tuple(Tombstone(Ref(view.connection, view.kind, id), at) for id, at in rows if id and at)


def _forgotten(view: View, since: datetime) -> str:
    return f"{view.object}: Salesforce no longer knows all that was deleted since {since:%Y-%m-%d %H:%M} UTC"
