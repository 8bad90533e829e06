"""Own fields as the CRM shows them: a first reading, a stale one, or drift — repaired or accepted by policy.

Pure. Must not know how a reading was made. Only fields that csbridge writes take part; a name that is missing
from a reading was not readable and stays as it was.
"""

from collections.abc import Collection, Mapping, Set
from dataclasses import replace
from datetime import date, datetime
from typing import Final, Literal, TypeVar

from adapters.records import Fields, Value
from config.fields import OwnField
from webhooks.writeback.comparison import fit, same
from webhooks.writeback.entry import Entry, OwnFields

T = TypeVar("T")

Policy = Literal["repair", "accept"]
Verdict = Literal["repaired", "accepted", "contested"]

MAX_REPAIRS: Final = 3
"""Repairs of one record in a day; one more, and somebody's automation fights us."""


def observe(
    entry: Entry,
    own: Fields,
    changed_at: datetime,
    policy: Policy,
    fields: OwnFields,
    today: date,
    max_repairs: int = MAX_REPAIRS,
) -> Entry:
    """The entry after a reading of the record's own fields, which is as old as ``changed_at``.

    ``today`` is the workspace's day, by which repairs are counted. With a write in flight, or an unknown one,
    the reading is kept aside until it is known what became of the write.
    """
    if entry.sent is not None:
        newer = entry.pending_at is None or changed_at >= entry.pending_at
        return replace(entry, pending=own, pending_at=changed_at) if newer else entry
    if entry.observed_at is not None and changed_at < entry.observed_at:
        return entry
    return read(entry, own, changed_at, policy, fields, today, max_repairs)


def read(
    entry: Entry,
    own: Fields,
    changed_at: datetime,
    policy: Policy,
    fields: OwnFields,
    today: date,
    max_repairs: int = MAX_REPAIRS,
    surely: Set[str] = frozenset(),
) -> Entry:
    """``observe`` of the newest reading, with no write in flight.

    A difference in a field named in ``surely`` is drift, whatever its age. A refusal ends when somebody changed the
    record since: perhaps they mended what the CRM objected to, so the patch is tried once more.
    """
    ours = {name: value for name, value in own.items() if name in fields and fields[name].written}
    first = {name for name in ours.keys() - surely if _never_read(entry, name)}
    news = {
        name: fit(value, fields[name])
        for name, value in ours.items()
        if name in first or name in surely or _news(entry, name, value, changed_at, fields[name])
    }
    known = {name: value for name, value in entry.confirmed.items() if name in fields} | news
    refusal = None if _changed_by_others(entry, changed_at) else entry.refusal
    seen = replace(entry, confirmed=known, seen=True, observed_at=changed_at, refusal=refusal)
    differing = {name for name, value in news.items() if not same(value, entry.confirmed.get(name), fields[name])}
    return _judge(seen, differing - first, policy, fields, today, max_repairs)


def forget(entry: Entry) -> Entry:
    """After a merge into this record, or a restored backup: what is read next is where we start, not drift."""
    return replace(entry, seen=False, confirmed_at={}, observed_at=None)


def retarget(entry: Entry, names: Collection[str]) -> Entry:
    """These own fields are kept in other fields of the CRM now, of which nothing is known: all of it is work again.

    What their new fields are found to hold is where we start, not drift; and an answer that is still out tells
    of the old ones. ``observed_at`` ends, so that a record that did not change since can be read again.
    """
    if not names:
        return entry

    def others(values: Mapping[str, T]) -> dict[str, T]:
        return {name: value for name, value in values.items() if name not in names}

    return replace(
        entry,
        confirmed=others(entry.confirmed),
        confirmed_at=others(entry.confirmed_at),
        accepted=others(entry.accepted),
        sent=None if entry.sent is None else others(entry.sent),
        pending=None if entry.pending is None else others(entry.pending),
        seen=False,
        observed_at=None,
    )


def verdict(before: Entry, after: Entry) -> Verdict | None:
    """What a reading was judged to be, for counting; None when there was no drift that mattered."""
    if after.contested and not before.contested:
        return "contested"
    if (after.repairs, after.repaired_on) != (before.repairs, before.repaired_on):
        return "repaired"
    accepted = any(
        name not in before.accepted or before.accepted[name] != value for name, value in after.accepted.items()
    )
    return "accepted" if accepted else None


def _changed_by_others(entry: Entry, changed_at: datetime) -> bool:
    """Whether the record was changed since it was last read, or else refused, and not by a write of ours.

    A refused write does not move the record's stamp.
    """
    since = entry.observed_at or (entry.refusal.at if entry.refusal else changed_at)
    ours = max(entry.confirmed_at.values(), default=None)
    return changed_at > since and (ours is None or _later_second(changed_at, ours))


def _later_second(changed_at: datetime, written_at: datetime) -> bool:
    """The vendor's Date header has whole seconds: within the same second a reading may be older than the write."""
    return changed_at.replace(microsecond=0) > written_at.replace(microsecond=0)


def _never_read(entry: Entry, name: str) -> bool:
    """Whether this is the first reading of the field: of the whole record, or since the field was switched on.

    Seen without a reading kept: all its fields were seen to be blank.
    """
    if name in entry.confirmed:
        return not entry.seen and name not in entry.confirmed_at
    return not entry.seen or entry.observed_at is not None


def _news(entry: Entry, name: str, value: Value, changed_at: datetime, field: OwnField) -> bool:
    """Whether the reading says something of this field that is younger than our own last write of it."""
    if name in entry.confirmed and same(value, entry.confirmed[name], field):
        return False
    written_at = entry.confirmed_at.get(name)
    return written_at is None or _later_second(changed_at, written_at)


def _judge(entry: Entry, drifted: Set[str], policy: Policy, fields: OwnFields, today: date, max_repairs: int) -> Entry:
    """Apply the policy to fields that somebody else changed; ``entry.confirmed`` holds their values already."""
    desired = entry.desired or {}
    against = {
        name: desired[name]
        for name in drifted
        if name in desired and not same(entry.confirmed[name], desired[name], fields[name])
    }
    if not against or entry.contested:
        return entry
    if policy == "accept":
        return replace(entry, accepted={**entry.accepted, **against})
    repairs = entry.repairs + 1 if entry.repaired_on == today else 1
    if repairs > max_repairs:
        return replace(entry, contested=True)
    kept = {name: value for name, value in entry.accepted.items() if name not in against}
    return replace(entry, accepted=kept, repairs=repairs, repaired_on=today)
