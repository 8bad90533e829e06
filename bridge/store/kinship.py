"""Which customers are above and below each other, as their accounts' ``parent`` says now, or ever said.

The index is ``links``; what an account holds now decides. Several accounts of a customer may name several parents.
"""

from collections.abc import Collection, Iterator

import orjson
from sqlalchemy import Connection, and_, select

from bridge.store.rows import chunks
from bridge.store.schema import customer_refs, links, records

above, below = customer_refs.alias("above"), customer_refs.alias("below")

_NAMED = and_(links.c.kind == "account", links.c.to_kind == "account")
_ABOVE = and_(above.c.connection == links.c.connection, above.c.account_id == links.c.to_id)
_BELOW = and_(below.c.connection == links.c.connection, below.c.account_id == links.c.id)


def children(db: Connection, ids: Collection[int]) -> Iterator[tuple[int, int]]:
    """(parent, child) of these parents, as they are now; not of a customer to itself."""
    same = and_(records.c.connection == links.c.connection, records.c.kind == "account", records.c.id == links.c.id)
    query = select(above.c.customer_id, below.c.customer_id, links.c.to_id, records.c.payload)
    joined = query.select_from(above).join(links, and_(_NAMED, _ABOVE)).join(below, _BELOW).join(records, same)
    for some in chunks(sorted(ids)):
        for parent, child, named, payload in db.execute(joined.where(above.c.customer_id.in_(some))):
            if payload and parent != child and orjson.loads(payload)["parent"] == named:
                yield parent, child


def ever_above(db: Connection, ids: Collection[int]) -> set[int]:
    """The customers that accounts of these name as their parents, or ever named."""
    found: set[int] = set()
    query = select(above.c.customer_id).select_from(below).join(links, and_(_NAMED, _BELOW)).join(above, _ABOVE)
    for some in chunks(sorted(ids)):
        found.update(db.execute(query.where(below.c.customer_id.in_(some)).distinct()).scalars())
    return found
