"""What parent accounts were told of themselves and the accounts below them: a document per customer and day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, delete, func, select

from bridge.store.rows import chunks, insert_or_update
from bridge.store.schema import rollups

Document = Mapping[str, Any]


def keep(db: Connection, day: date, told: Mapping[int, Document]) -> None:
    """Of one day the last one counts."""
    rows = [{"customer_id": id, "day": day, "document": document} for id, document in told.items()]
    insert_or_update(db, rollups, rows)


def forget(db: Connection, ids: Sequence[int]) -> None:
    """These have no accounts below them any more: what they are told begins anew when they have."""
    for some in chunks(ids):
        db.execute(delete(rollups).where(rollups.c.customer_id.in_(some)))


def last(db: Connection, ids: Sequence[int], before: date = date.max) -> dict[int, Document]:
    """The last one of a day before ``before``, for those who have any."""
    found: dict[int, Document] = {}
    for some in chunks(ids):
        newest = select(rollups.c.customer_id, func.max(rollups.c.day).label("day"))
        newest = newest.where(rollups.c.customer_id.in_(some), rollups.c.day < before)
        day = newest.group_by(rollups.c.customer_id).subquery()
        same = and_(rollups.c.customer_id == day.c.customer_id, rollups.c.day == day.c.day)
        query = select(rollups.c.customer_id, rollups.c.document).join(day, same)
        found.update((id, document) for id, document in db.execute(query))
    return found
