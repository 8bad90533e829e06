"""What similar accounts own, day by day: found once from the whole book, kept, and the same when a day is rebuilt."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from bridge.frames.frames import customer_rows
from bridge.moments import Moment, closed, present
from bridge.store import customers
from bridge.store.schema import peers as table
from bridge.workspace import Workspace
from scoring.expansion import NO_PEERS, Peers
from scoring.expansion.peers import peers_of

PIECE = 2_000


def peers_on(workspace: Workspace, moment: Moment) -> Peers:
    """What counts on a day: the book as it stood at the close of the day before; on the first day, as it stands.

    Nothing where no field lists what accounts own, or no expansion is scored, nor before the first sync: what
    accounts own today they may have bought since.
    """
    policy, day = workspace.policy, moment.day
    if moment.dated or policy.product.owned is None or "expansion" not in policy.cards:
        return NO_PEERS
    if day not in workspace.peers:
        workspace.peers[day] = _kept(workspace, day) or _found(workspace, day)
    return workspace.peers[day]


def _kept(workspace: Workspace, day: date) -> Peers | None:
    with workspace.store.read() as db:
        document = db.execute(_of(day)).scalar()
    return None if document is None else Peers.restored(document)


def _found(workspace: Workspace, day: date) -> Peers:
    zone, policy = workspace.settings.zone, workspace.policy
    with workspace.store.read() as db:
        before = closed(day - timedelta(days=1), zone)
        moment = before if _is_known(db, before) else present(workspace.now(), zone)
        found = peers_of(_rows(db, workspace, moment), policy.segments, policy.product.owned)
    with workspace.store.write() as db:
        document = db.execute(_of(day)).scalar()
        if document is None:
            db.execute(insert(table).values(day=day, document=found.document()))
    return found if document is None else Peers.restored(document)  # another process was first


def _of(day: date) -> Select[tuple[Any]]:
    return select(table.c.document).where(table.c.day == day)


def _is_known(db: Connection, moment: Moment) -> bool:
    first = customers.first_known(db)
    return first is not None and first <= moment.at


def _rows(db: Connection, workspace: Workspace, moment: Moment) -> Iterator[dict[int, Any]]:
    """The customers in scope, piece by piece."""
    for ids in customers.all_ids(db, PIECE):
        rows, _ = customer_rows(db, workspace.settings, ids, moment)
        yield {id: row for id, row in rows.items() if workspace.scope.holds(row)}
