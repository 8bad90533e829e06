"""The turns in an entry's life round a write: sent, answered, found out about, left, taken up again.

Pure: an entry and what happened in, the next entry out (None: drop it). The token fences: whoever lost the
lease changes nothing.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from adapters.contract import Outcome
from adapters.keyed import Keyed, is_keyed
from adapters.records import Account, Fields, Item, Person, Tombstone
from webhooks.writeback import drift
from webhooks.writeback.comparison import same
from webhooks.writeback.entry import Entry, Lease, OwnFields, Refusal, has_work, prepare, shape

PAUSE: Final = timedelta(minutes=1)
"""How long a record rests that was put off, was tried often enough in one push, or could not be read back."""


def holds(entry: Entry, token: str) -> bool:
    """Whether the lease is still that worker's."""
    return entry.lease is not None and entry.lease.token == token


def mark_sent(entry: Entry, lease: Lease, fields: OwnFields) -> Entry | None:
    """Record what is about to be sent, and renew the lease for the call. Nothing to send: the lease ends.

    A lease that ran out but was not taken over is still ours: rows are locked, so nobody is taking it now.
    """
    if not holds(entry, lease.token):
        return _kept(entry)
    patch = prepare(entry, fields) if entry.sent is None else {}
    return replace(entry, sent=patch, lease=lease) if patch else rest(replace(entry, lease=None), fields)


def settle(
    entry: Entry, token: str, outcome: Outcome, now: datetime, policy: drift.Policy, fields: OwnFields, today: date
) -> Entry | None:
    """What became of the write. Ends the lease; a lost answer leaves the entry unknown, a gone record drops it."""
    if not holds(entry, token) or entry.sent is None:
        return _kept(entry)
    free = replace(entry, lease=None)
    match outcome.status:
        case "lost":
            return free
        case "gone":
            return None
        case "written":
            answered = _confirmed(free, entry.sent, outcome.at or now)
        case "refused":
            refusal = Refusal(outcome.code, outcome.message, now, entry.sent, shape(fields, list(entry.sent)))
            answered = replace(free, sent=None, retry_at=None, refusal=refusal)
        case "later":
            answered = replace(free, sent=None, retry_at=now + (PAUSE if outcome.after is None else outcome.after))
    return rest(_judge_pending(answered, policy, fields, today), fields)


def resolve(
    entry: Entry, token: str, item: Item | None, now: datetime, policy: drift.Policy, fields: OwnFields, today: date
) -> Entry | None:
    """Find out about an unknown write from a reading made after it. Keeps the lease while there is work left.

    Field by field: as sent → confirmed; as confirmed before (blank at first) → it never arrived; anything
    else → drift. A field that cannot be read counts as not arrived: to send it twice is harmless. A record
    that is gone is dropped; one that the CRM says nothing about stays unknown for a while.
    """
    if not holds(entry, token):
        return _kept(entry)
    if item is None:
        return replace(entry, lease=None, retry_at=now + PAUSE)
    if is_keyed(entry.ref):
        return _resolved_keyed(entry, item, fields)
    if isinstance(item, Tombstone):
        return None
    own = item.own if isinstance(item, (Account, Person)) else {}
    sent = {name: value for name, value in (entry.sent or {}).items() if name in fields and name in own}
    arrived = {name: value for name, value in sent.items() if same(own[name], value, fields[name])}
    others = {
        name for name in sent.keys() - arrived.keys() if not same(own[name], entry.confirmed.get(name), fields[name])
    }
    known = _confirmed(entry, arrived, item.changed_at)
    read = drift.read(known, own, item.changed_at, policy, fields, today, surely=others)
    judged = _judge_pending(read, policy, fields, today)
    return rest(judged if has_work(judged, fields) else replace(judged, lease=None), fields)


def _resolved_keyed(entry: Entry, item: Item, fields: OwnFields) -> Entry | None:
    """The same of a task or a note, found by its key or not. What people do to it is theirs, and no drift.

    A creation is whole or not there; one that is not there never arrived, unless it was confirmed before: then
    somebody deleted it, and it is not made again.
    """
    is_new = not entry.confirmed
    if not isinstance(item, Keyed):
        return replace(entry, sent=None) if is_new else None
    arrived = {
        name: value
        for name, value in (entry.sent or {}).items()
        if (same(item.own[name], value, fields[name]) if name in item.own else is_new)
    }
    known = _confirmed(entry, arrived, item.changed_at)
    return rest(known if has_work(known, fields) else replace(known, lease=None), fields)


def leave(entry: Entry) -> Entry:
    """The record left the scope: what csbridge wrote there is blanked, once; after that nothing is wanted.

    Whoever fought over its values, and whatever was refused, does not keep them there: the blanking is tried.
    """
    if entry.desired is None:
        return entry
    held = any(value is not None for value in entry.confirmed.values())
    blank: Fields = dict.fromkeys([*entry.desired, *entry.confirmed, *(entry.sent or {})])
    if entry.sent is None and not held:
        return replace(entry, desired=None, accepted={}, contested=False, refusal=None)
    if entry.desired == blank:  # it has left before: what the CRM said to that stands
        return entry
    return replace(entry, desired=blank, accepted={}, contested=False, refusal=None)


def clear(entry: Entry, names: Collection[str]) -> Entry:
    """Nothing decides these fields any more: where something was wanted of them, they are to be blank."""
    desired = entry.desired or {}
    wanted = {name for name in names if desired.get(name) is not None}
    return replace(entry, desired={**desired, **dict.fromkeys(wanted)}) if wanted else entry


def rest(entry: Entry, fields: OwnFields) -> Entry:
    """Forget what is over: the refusal of a patch that is not wanted any more, and a blanking that is done."""
    if entry.desired is None or entry.sent is not None or entry.contested:
        return entry
    if prepare(replace(entry, refusal=None), fields):
        return entry
    blanked = all(value is None for value in entry.desired.values())
    return replace(entry, refusal=None, desired=None if blanked else entry.desired)


def release(entry: Entry, token: str, until: datetime | None = None) -> Entry | None:
    """Give the lease back; not to be claimed again before ``until``. What was recorded as sent stays so."""
    return replace(entry, lease=None, retry_at=until or entry.retry_at) if holds(entry, token) else _kept(entry)


def retry(entry: Entry) -> Entry:
    """A person says: try again. Takes up what was refused, contested or put off."""
    return replace(entry, refusal=None, contested=False, retry_at=None, repairs=0, repaired_on=None)


def mended(entry: Entry) -> Entry:
    """The org's set-up was mended: what it refused is tried again. What people contest stays with them."""
    return entry if entry.refusal is None else replace(entry, refusal=None, retry_at=None)


def _confirmed(entry: Entry, values: Fields, at: datetime) -> Entry:
    """The CRM holds ``values`` since ``at``; what was sent is settled, and what was refused before is past."""
    return replace(
        entry,
        confirmed={**entry.confirmed, **values},
        confirmed_at={**entry.confirmed_at, **dict.fromkeys(values, at)},
        accepted={name: value for name, value in entry.accepted.items() if name not in values},
        sent=None,
        retry_at=None,
        refusal=None if values else entry.refusal,
    )


def _judge_pending(entry: Entry, policy: drift.Policy, fields: OwnFields, today: date) -> Entry:
    """Judge the reading that had to wait for the answer; it counts for nothing if a younger one was taken since."""
    if entry.pending is None or entry.pending_at is None:
        return entry
    free = replace(entry, pending=None, pending_at=None)
    return drift.observe(free, entry.pending, entry.pending_at, policy, fields, today)


def _kept(entry: Entry) -> Entry | None:
    """The entry as it is; no row for a record that was dropped meanwhile."""
    return None if entry == Entry(entry.ref) else entry
