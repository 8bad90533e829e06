"""Takes records into the store, and follows what that means: new customers, affected ones, drift of own fields.

The one way in, for pulled pages and for records re-read after a webhook. One transaction, the caller's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from adapters.records import Account, Item, Person, Ref, Tombstone
from bridge.identity import joining as identity
from bridge.knowledge import usage_keys
from bridge.outbound import notifying
from bridge.persons.withholding import admitted
from bridge.senders import attributing, rehoming
from bridge.store import cursors, customers, emails, erased, records, references, vanished
from bridge.store.erased import Erased
from bridge.surveys import links as surveying
from bridge.workspace import Workspace
from webhooks.writeback import drift
from webhooks.writeback.entry import Entry


@dataclass(slots=True)
class Taken:
    """What an intake did."""

    read: int = 0
    changed: int = 0
    gone: int = 0
    drifted: int = 0

    def add(self, other: "Taken") -> None:
        self.read += other.read
        self.changed += other.changed
        self.gone += other.gone
        self.drifted += other.drifted


def take_in(db: Connection, workspace: Workspace, items: Sequence[Item], now: datetime) -> Taken:
    """Upsert, give new accounts a customer, join and part customers, mark who is affected, compare own fields with
    what was confirmed.

    A record that is gone loses its desired state. One that another was merged into, or that came out of a backup,
    starts from what it holds now: what that did to our fields is no drift.
    """
    items = _admitted(db, items, now)
    upserted = records.upsert(db, items, now)
    changed = set(upserted.changed)
    accounts = [item for item in items if isinstance(item, Account)]
    gone = [item for item in items if isinstance(item, Tombstone) and item.ref in changed]
    survivors = {item.ref: replace(item.ref, id=item.merged_into) for item in gone if item.merged_into}
    identity.hand_on(db, survivors, [account.ref for account in accounts])
    owners = _owners(db, workspace, accounts, now)
    newest = {item.ref: item for item in items}
    moves = identity.follow(db, workspace.settings, [newest[ref] for ref in upserted.changed], now)
    owners |= {ref: after for ref, (_, after) in moves.items()}
    new = {record.ref for record in upserted.new}
    emails.keep(db, [newest[ref] for ref in upserted.changed], new)
    known_before = changed - new
    concerned = references.accounts_of(db, known_before.union(survivors.values()), upserted.new)
    owners |= customers.of_accounts(db, concerned - owners.keys())
    customers.mark_affected(db, (owners[account] for account in concerned & owners.keys()), now)
    moved = {id for move in moves.values() for id in move}
    usage_keys.index(db, workspace.settings, moved.union(owners[ref] for ref in changed & owners.keys()))
    ledger = workspace.ledger
    ledger.update_in(db, [item.ref for item in gone], lambda entry: None)
    ledger.drop_about(db, [item.ref for item in gone if item.ref.kind == "account"])
    begun_anew = [*survivors.values(), *upserted.reverted]
    ledger.update_in(db, sorted(ledger.present(db, begun_anew), key=str), drift.forget)
    persons = [newest[ref] for ref in upserted.changed if ref.kind == "person"]
    surveying.follow(db, workspace, [item.ref for item in persons], persons)
    surveying.follow_accounts(db, workspace, moves)
    vanished.note(db, [item.ref for item in gone if item.ref.kind in ("account", "person")])
    notifying.tell_answers(db, workspace, [newest[ref] for ref in upserted.changed], now)
    taken = Taken(len(items), len(changed), len(gone), _observe(db, workspace, _observable(items)))
    if foreign := rehoming.hand_on(db, survivors):
        taken.add(take_in(db, workspace, foreign, now))
    if foreign := attributing.come_home(db, workspace.settings, [newest[ref] for ref in upserted.changed]):
        taken.add(take_in(db, workspace, foreign, now))
    return taken


def _admitted(db: Connection, items: Sequence[Item], now: datetime) -> Sequence[Item]:
    """Without whoever was erased. A record by which they have come back is known from now on, too."""
    gone = Erased(db)
    if not gone:
        return items
    left, again = admitted(items, gone)
    erased.note(db, (), again, now)
    return left


def _owners(db: Connection, workspace: Workspace, accounts: Sequence[Account], now: datetime) -> dict[Ref, int]:
    """The customer of each account, new ones included; their days are closed once the first sync is over."""
    complete = set(cursors.complete(db))
    yesterday = workspace.today - timedelta(days=1)
    owners: dict[Ref, int] = {}
    for connection in {account.ref.connection for account in accounts}:
        refs = [account.ref for account in accounts if account.ref.connection == connection]
        closed = yesterday if connection in complete else customers.NOT_YET
        owners |= customers.ensure(db, refs, now, closed)
    return owners


def _observable(items: Sequence[Item]) -> list[Account | Person]:
    """Records whose own fields were read; where the CRM has none of ours on persons, there is nothing to see."""
    return [item for item in items if isinstance(item, Account) or (isinstance(item, Person) and item.own)]


def _holds(record: Account | Person) -> bool:
    """Whether any own field holds something; a score of 0 is something."""
    return any(value not in (None, "", ()) for value in record.own.values())


def _observe(db: Connection, workspace: Workspace, seen: Sequence[Account | Person]) -> int:
    """Hand what own fields hold now to the ledger; how many records somebody else had changed there."""
    ledger = workspace.ledger
    newest = {record.ref: record for record in seen}
    present = ledger.present(db, list(newest))
    telling = [ref for ref, record in newest.items() if ref in present or _holds(record)]
    drifted = 0

    def observed(entry: Entry) -> Entry:
        nonlocal drifted
        record = newest[entry.ref]
        policy = workspace.settings.write.drift
        after = drift.observe(entry, record.own, record.changed_at, policy, ledger.fields, workspace.today)
        drifted += drift.verdict(entry, after) is not None
        return after

    ledger.update_in(db, telling, observed)
    return drifted
