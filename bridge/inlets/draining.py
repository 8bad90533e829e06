"""Acts on the inbox: re-reads the records that deliveries named, in the vendor's largest batches.

However many deliveries name a record, it is read once. Nothing but its name is believed.
"""

from collections.abc import Mapping, Sequence

from adapters.records import Item, Ref
from bridge.connecting import connect
from bridge.inlets.working_off import LEASE, Claim, Drained, claims, in_parts, renew
from bridge.persons.erasing import erase_records
from bridge.store import inbox
from bridge.store.inbox import Waiting
from bridge.store.rows import grouped
from bridge.sync.intake import take_in
from bridge.sync.relinking import relink
from bridge.sync.rereading import HALVINGS, read_kind
from bridge.workspace import Workspace

AT_ONCE = 10_000
"""Deliveries acted on together."""
RENEWED = LEASE / 5
"""After so much of it a lease is made to last again; sooner it would cost every event a write to the store."""
RELINKED = 2_000
"""Records read again because another is gone; where it is more, scores do not wait for them: the next poll has them."""


def drain(workspace: Workspace, name: str) -> Drained:
    """Act on what waits for one connection now. What comes in meanwhile is for the next time: scores are waiting."""
    drained = Drained()
    seen: set[Ref] = set()
    """Read since the last of them came in: another delivery from before that has nothing to add."""

    def acted(token: str, waiting: Sequence[Waiting]) -> None:
        erase_records(workspace, [ref for delivery in waiting for ref in delivery.erase])
        refs = dict.fromkeys(ref for delivery in waiting for ref in delivery.refs if ref not in seen)
        with workspace.purse(name).calling_for("urgent"):
            items, unread = _read(workspace, name, Claim(token, waiting), list(refs))
        kept = _keep(workspace, Claim(token, waiting), items, unread, drained)
        seen.update(ref for ref in kept if ref not in unread)

    for claim in claims(workspace, name, AT_ONCE):
        in_parts(workspace, claim, acted, most=HALVINGS)
        with workspace.purse(name).calling_for("urgent"):
            drained.taken.add(relink(workspace, connect(workspace, name), most=RELINKED))
    drained.tell(name)
    return drained


def _read(workspace: Workspace, name: str, claim: Claim, refs: Sequence[Ref]) -> tuple[list[Item], dict[Ref, str]]:
    """The records, and why some could not be read, which is no fault of the others."""
    adapter, leased = connect(workspace, name), workspace.now()
    items: list[Item] = []
    unread: dict[Ref, str] = {}
    for (_, kind), ids in grouped(refs).items():
        read, refused = read_kind(adapter, kind, ids)
        items += read
        unread |= {Ref(name, kind, id): cause for id, cause in refused.items()}
        if workspace.now() - leased > RENEWED:
            renew(workspace, claim)
            leased = workspace.now()
    return items, unread


def _keep(
    workspace: Workspace, claim: Claim, items: Sequence[Item], unread: Mapping[Ref, str], drained: Drained
) -> set[Ref]:
    """Take in what was read; deliveries about a record that was not count a try, and are parked in the end.

    What was read for deliveries that somebody else has by now is old: they read it again. Gives what is named by ours.
    """
    failed = [delivery for delivery in claim.waiting if any(ref in unread for ref in delivery.refs)]
    blamed = {delivery.id for delivery in failed}
    done = [delivery.id for delivery in claim.waiting if delivery.id not in blamed]
    cause = "; ".join(sorted(set(unread.values())))
    with workspace.store.write() as db:
        now = workspace.now()
        finished = inbox.finish(db, done, claim.token, now)
        held = finished | inbox.fail(db, failed, claim.token, cause, now, workspace.settings.inbox.attempts)
        named = {ref for delivery in claim.waiting if delivery.id in held for ref in delivery.refs}
        if len(held) < len(claim.waiting):
            items = [item for item in items if item.ref in named]
        drained.taken.add(take_in(db, workspace, items, now))
    drained.received += [delivery.received_at for delivery in claim.waiting if delivery.id in finished]
    return named
