"""What is told to endpoints, and in which form: one event about one customer, frozen.

The payload is that of Standard Webhooks: ``{"type", "timestamp", "data"}``. ``data`` holds

    customer      {"records": ["sf:001…", …], "name", "segment", "stage"}; unknown values are null
    score.changed     before, after: {"score", "version"}; band; reasons; next_action
    band.changed      before, after: {"band", "score", "version"}; reasons; next_action
    flag.raised       flag, since (a day), reason, remedy
    flag.cleared      flag, since (null where it is not known any more), reason: what it last said
    stage.changed     before, after: {"stage"}
    response.received response ("hs:123"), survey, score, group (of NPS), comment, person ("hs:42"), answered_at,
                      changed: whether the same record held another answer before

and ``digest`` (once a day) ``since``, ``until``, ``customers``: [{"customer", "events": [{"id", "type", "timestamp",
"data" without the customer}, …]}, …], the most urgent first, and ``more``: customers that found no place.
No e-mail address and no name of a person is ever in it. Must not know who is told, nor how.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import orjson

DIGEST: Final = "digest"
LONGEST: Final = 500
"""Characters of a comment that are handed on."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer that an event is about. ``row``: what is known of its account, for rules; not sent."""

    records: tuple[str, ...]
    name: str | None
    segment: str | None
    stage: str | None
    row: Mapping[str, Any]

    @property
    def shown(self) -> dict[str, Any]:
        return {"records": list(self.records), "name": self.name, "segment": self.segment, "stage": self.stage}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``id`` is the same at every attempt, at every endpoint: receivers tell by it."""

    id: str
    type: str
    at: datetime
    data: Mapping[str, Any]

    @property
    def document(self) -> dict[str, Any]:
        """As it is stored and sent."""
        at = self.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"type": self.type, "timestamp": at, "data": dict(self.data)}


def event(type: str, subject: Subject, at: datetime, facts: Mapping[str, Any], key: object = "") -> Event:
    """The event of that type. Its id follows from what it says, when, and ``key``: told anew it is the same event."""
    data = {"customer": subject.shown, **facts}
    said = orjson.dumps([type, at, sorted(subject.records), facts, key], option=orjson.OPT_SORT_KEYS, default=str)
    return Event(f"evt_{blake2b(said, digest_size=16).hexdigest()}", type, at, data)
