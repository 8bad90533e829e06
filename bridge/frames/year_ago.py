"""What an account's ARR was a year before: from the store's own versions, else from the vendor's history.

Owns which of the two may speak; must not know what is made of the figure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bridge.knowledge import histories
from bridge.knowledge.knowledge import Fact
from bridge.moments import Moment, close_of
from bridge.store import customers, memory, past_values

YEAR: Final = timedelta(days=365)

Figures = Mapping[tuple[str, str], Any]
"""By connection and id of the account; what is not there is unknown."""


def arr_year_ago(db: Connection, accounts: Sequence[Fact], moment: Moment, zone: ZoneInfo) -> Figures:
    """As it stood at the close of the day a year before ``moment``, where it was in the currency of now."""
    then = close_of(moment.day - YEAR, zone)
    stated = {(fact.known.connection, fact.known.id): fact for fact in accounts if fact.content["arr"] is not None}
    ids: dict[str, list[str]] = {}
    for connection, id in stated:
        ids.setdefault(connection, []).append(id)
    first = customers.first_known(db)
    found: dict[tuple[str, str], Any] = {}
    for connection, some in ids.items():
        told = _told(db, connection, some, then) if moment.dated or _may_tell(db, connection, moment) else {}
        found |= {(connection, id): value for id, value in told.items()}
        if first is not None and first <= then and not moment.dated:
            for known in memory.known(db, connection, "account", some, then):
                same = known.content["currency"] == stated[connection, known.id].content["currency"]
                found[connection, known.id] = known.content["arr"] if same else None
    return found


def _may_tell(db: Connection, connection: str, moment: Moment) -> bool:
    return histories.is_told(db, connection, "account", moment.known)


def _told(db: Connection, connection: str, ids: Sequence[str], then: datetime) -> dict[str, Any]:
    held = past_values.held(db, connection, "account", ids, then)
    return {id: turns["arr"].value for id, turns in held.items() if "arr" in turns}
