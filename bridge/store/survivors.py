"""Who a person is now that the CRM has merged records of theirs: what was merged away names whom it lives on in.

Followed from who is gone only: who was restored is themselves again.
"""

from collections.abc import Collection

from sqlalchemy import Connection, select

from adapters.records import Ref
from bridge.store import lookup, references
from bridge.store.rows import among, grouped
from bridge.store.schema import links


def survivor(db: Connection, person: Ref) -> Ref | None:
    """The person themselves, or whoever they were merged into, however often; None where nobody is left, or several
    are: who was merged, came back and was merged otherwise.
    """
    living: set[Ref] = set()
    seen: set[Ref] = set()
    here = {person}
    while here:
        seen |= here
        living |= lookup.living(db, here)
        here = _heirs(db, here - living) - seen
    return living.pop() if len(living) == 1 else None


def kin(db: Connection, persons: Collection[Ref]) -> set[Ref]:
    """These, the records that they were merged into, and those that were merged into them, however often."""
    found: set[Ref] = set()
    fresh = set(persons)
    while fresh:
        found |= fresh
        fresh = _next_of_kin(db, fresh) - found
    return found


def _next_of_kin(db: Connection, persons: set[Ref]) -> set[Ref]:
    before = {
        Ref(connection, kind, id)
        for (connection, kind), ids in grouped(persons).items()
        for id in references.linked(db, connection, "person", ids, "person")
    }
    gone = before.union(persons) - lookup.living(db, before.union(persons))
    return (before & gone) | _heirs(db, gone & persons)


def _heirs(db: Connection, persons: Collection[Ref]) -> set[Ref]:
    found: set[Ref] = set()
    for (connection, kind), ids in grouped(persons).items():
        query = select(links.c.to_id).where(
            links.c.connection == connection,
            links.c.to_kind == "person",
            links.c.kind == "person",
            among(db, links.c.id, ids),
        )
        found.update(Ref(connection, kind, id) for id in db.execute(query).scalars())
    return found
