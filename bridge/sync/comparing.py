"""Compares the ids of one kind with the CRM, and reads again what differs: the net under pulls and webhooks.

A listing is only a suspicion: what it lacks is gone when the CRM, asked for that record, says so. What a record is
associated with moves no stamp: it is compared too, where the listing tells it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from adapters.contract import Adapter
from adapters.records import Item, Ref, Tombstone
from bridge.progress import Progress, silent
from bridge.store import cursors, sightings
from bridge.store.erased import Erased
from bridge.sync.intake import Taken, take_in
from bridge.sync.rereading import read_kind
from bridge.workspace import Workspace
from config.errors import ConfigError, Problem
from config.words import Kind

MOST: Final = 0.2
FEW: Final = 5
"""A CRM that lists no more than this leaves of a kind (more than this share, and more than a few) is not believed."""

AT_ONCE: Final = 2_000
"""Records read and stored together."""


@dataclass(slots=True)
class Compared:
    """What comparing the ids of a kind found, and what came of reading again whatever differed."""

    listed: int = 0
    differing: int = 0
    """Listed, and here unknown, held to be gone, of another stamp, or associated with others."""
    unlisted: int = 0
    """Held to be living here, and not listed."""
    taken: Taken = field(default_factory=Taken)
    unread: dict[str, str] = field(default_factory=dict)
    """Ids that the CRM refused to read, and why."""


class LossDoubted(ConfigError):
    """So many records of a kind would be gone that a person has to say so first; nothing of the kind was stored."""

    def __init__(self, connection: str, kind: Kind, gone: int, of: int) -> None:
        self.gone = gone
        self.of = of
        what = f"{gone:,} of {of:,} records of the kind {kind} would be gone: the CRM no longer lists them"
        mend = "give the integration user back the right to see them; if they are really gone, accept the loss"
        command = f"csbridge reconcile --connection {connection} --accept-loss"
        super().__init__([Problem(f"connections.{connection}", what, expected=mend, example=command)])


def compare(
    workspace: Workspace, adapter: Adapter, kind: Kind, *, accept_loss: bool = False, progress: Progress = silent
) -> Compared | None:
    """Compare and repair one kind; None where the connection has no such kind. May be interrupted at any point.

    Raises LossDoubted, unless ``accept_loss``, before anything is stored; whatever listing and reading can raise; and
    StoreFailed while another process does the same.
    """
    name = adapter.connection
    busy = f"another process is comparing the ids of {name}: {kind}"
    with workspace.store.alone(f"compare-{name}-{kind}", busy):
        began = workspace.now()
        listed = _list(workspace, adapter, kind, progress)
        if listed is None:
            return None
        if not accept_loss:
            _doubt_loss(workspace, name, kind, began)
        done = Compared(listed)
        for suspects in _differing(workspace, name, kind):
            done.differing += len(suspects)
            _read_again(workspace, adapter, kind, suspects, done, progress)
        for suspects in _unlisted(workspace, name, kind, began):
            done.unlisted += len(suspects)
            _read_again(workspace, adapter, kind, suspects, done, progress)
        with workspace.store.write() as db:
            sightings.forget(db, name, kind)
            cursors.forget_facts(db, gap_fact(name, kind), loss_fact(name, kind))
        return done


def gap_fact(connection: str, kind: Kind) -> str:
    """Holds why ids have to be compared."""
    return f"gap: {connection}: {kind}"


def loss_fact(connection: str, kind: Kind) -> str:
    """Holds the loss that was not believed."""
    return f"loss: {connection}: {kind}"


def _list(workspace: Workspace, adapter: Adapter, kind: Kind, progress: Progress) -> int | None:
    """Keep what the CRM lists, page by page; how many records, and None when there is not even an empty page."""
    name = adapter.connection
    with workspace.store.write() as db:
        sightings.forget(db, name, kind)
    listed: int | None = None
    for page in adapter.ids(kind):
        with workspace.store.write() as db:
            sightings.note(db, name, kind, page)
        listed = (listed or 0) + len(page)
        progress(f"{name}: compare {kind}", len(page))
    return listed


def _doubt_loss(workspace: Workspace, name: str, kind: Kind, began: datetime) -> None:
    with workspace.store.read() as db:
        gone, of = sightings.count_unlisted(db, name, kind, began), sightings.count_living(db, name, kind)
    if gone <= FEW or gone <= of * MOST:
        return
    doubt = LossDoubted(name, kind, gone, of)
    with workspace.store.write() as db:
        sightings.forget(db, name, kind)
        cursors.forget_facts(db, gap_fact(name, kind))
        cursors.save_fact(db, loss_fact(name, kind), doubt.problems[0].what)
    raise doubt


Suspects = Mapping[str, datetime | None]
"""Ids to read again, with the stamp of those that may be gone."""


def _differing(workspace: Workspace, name: str, kind: Kind) -> Iterator[Suspects]:
    after = ""
    while True:
        with workspace.store.read() as db:
            ids = sightings.differing(db, name, kind, after, AT_ONCE)
            gone = Erased(db)
        if not ids:
            return
        after = ids[-1]
        yield dict.fromkeys(id for id in ids if not gone.record(Ref(name, kind, id)))  # erased: lacking on purpose


def _unlisted(workspace: Workspace, name: str, kind: Kind, began: datetime) -> Iterator[Suspects]:
    after = ""
    while True:
        with workspace.store.read() as db:
            found = sightings.unlisted(db, name, kind, began, after, AT_ONCE)
        if not found:
            return
        after = found[-1][0]
        yield dict(found)


def _read_again(
    workspace: Workspace, adapter: Adapter, kind: Kind, suspects: Suspects, done: Compared, progress: Progress
) -> None:
    items, unread = read_kind(adapter, kind, list(suspects))
    with workspace.store.write() as db:
        done.taken.add(take_in(db, workspace, [_believed(item, suspects) for item in items], workspace.now()))
    done.unread |= unread
    progress(f"{adapter.connection}: repair {kind}", len(suspects))


def _believed(item: Item, suspects: Suspects) -> Item:
    """What is neither listed nor readable is gone, even where the vendor dates that before its last change."""
    known = suspects.get(item.ref.id)
    return replace(item, at=max(item.at, known)) if isinstance(item, Tombstone) and known else item
