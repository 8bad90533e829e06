"""What the accounts of the book own, by segment and industry: gathered from the store for cross-sell.

Gathers only; who is alike, and what stands out, is in ``scoring.expansion``.
"""

from typing import Any

from sqlalchemy import Connection

from bridge.frames import customer_rows
from bridge.moments import Moment
from bridge.store import customers, decisions
from bridge.workspace import Workspace
from scoring.expansion import NO_PEERS, Peers, peers_of

PIECE = 2_000
"""Customers read at a time."""


def book_peers(db: Connection, workspace: Workspace, moment: Moment) -> Peers:
    """The peer groups of everybody in scope, as known at the moment; segments as decided at the close before it.

    Without ``product.owned`` there is nothing to compare, and nothing is read.
    """
    owned = workspace.settings.product.owned
    if owned is None:
        return NO_PEERS
    book: dict[int, dict[str, Any]] = {}
    for ids in customers.all_ids(db, PIECE):
        inside = customers.inside(db, ids)
        before = decisions.latest(db, inside, before=moment.day)
        rows, _ = customer_rows(db, workspace.settings, inside, moment)
        for id, row in rows.items():
            segment = before[id].segment if id in before else None
            told = {"status": row.get("status"), "industry": row.get("industry"), owned: row.get(owned)}
            book[id] = {**told, "segment": segment}
    return peers_of(book, owned)
