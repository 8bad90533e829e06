"""What is kept for every CRM record that csbridge writes to, and what of it is work. Pure data; no store, no clock.

The life of an entry (``sent`` and ``lease`` say where it stands):

                    desired ≠ confirmed                     recorded before the call
       ┌─ quiet ───────────────────────► work ── claim ──► leased ── mark_sent ──► in flight
       │    ▲                             ▲ ▲                 │                        │
       │    │                             │ └── lease ends ◄──┘       written: confirmed := sent ──► quiet
       │    │                             ├──────────────────── later: not applied ◄───┤
       │    │                             │                                            ├── refused ──► parked until
       │  equal to what was sent          │ as it was before                           │     patch or record change
       │    │                             │                                            └── gone ──► dropped
       │    └──────────── unknown: read back, field by field ◄── lost, or the lease ended
       │                             │
       └── observed ≠ confirmed ──►  drift: repaired (work), accepted (quiet), or contested (parked)
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from adapters.contract import Patch
from adapters.keyed import is_keyed
from adapters.records import Fields, Ref
from config.fields import OwnField
from config.words import WriteUrgency
from webhooks.writeback.comparison import differences, same

OwnFields = Mapping[str, OwnField]
"""The own fields that are switched on, by canonical name."""

Standing = Literal["quiet", "waiting", "unknown", "refused", "contested"]


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one record until then. The token fences off whoever comes back too late."""

    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """The vendor's no. The same patch is not sent again until it, its fields' definition or the record changes."""

    code: str
    message: str
    at: datetime
    fields: Fields
    shape: str = ""
    """Fingerprint of how the refused fields were defined."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record's write-back, or that of a task or a note of ours, by its key.

    Never in scope: ``desired`` None. To be blanked: every desired value None.
    """

    ref: Ref
    desired: Fields | None = None
    confirmed: Fields = field(default_factory=dict)
    """What the CRM last confirmed or showed. A name that is missing was never read nor written: blank at first."""
    confirmed_at: Mapping[str, datetime] = field(default_factory=dict)
    """Per field, the vendor's ``Date`` of the answer that confirmed our last write of it."""
    seen: bool = False
    """Own fields of this record have been read at least once."""
    observed_at: datetime | None = None
    """``changed_at`` of the newest reading that was taken; older readings are stale."""
    sent: Fields | None = None
    """Recorded before the call. Not None without a live lease: unknown."""
    pending: Fields | None = None
    """A reading that came while a write was under way; judged once the answer is known."""
    pending_at: datetime | None = None
    """``changed_at`` of that reading."""
    accepted: Fields = field(default_factory=dict)
    """Accepted drift: the desired values that are set aside until desired changes."""
    repairs: int = 0
    """Repairs of drift on the day ``repaired_on``."""
    repaired_on: date | None = None
    contested: bool = False
    refusal: Refusal | None = None
    retry_at: datetime | None = None
    """Not to be claimed before then."""
    lease: Lease | None = None


class Ledger(Protocol):
    """Where entries are kept. Every call is one durable transaction."""

    def update(self, refs: Sequence[Ref], change: Callable[[Entry], Entry | None]) -> list[Entry]:
        """Apply a pure change to each entry (a fresh one where there is none), rows locked; None drops it.

        Returns the new entries, without the dropped ones.
        """

    def claim(
        self, connection: str, limit: int, lease: Lease, now: datetime, least: WriteUrgency = "cosmetic"
    ) -> list[Entry]:
        """Lease up to ``limit`` entries of one kind that have work, no live lease and no ``retry_at`` ahead.

        Unknown ones first, then the most urgent. Returns them with the lease. None unless one of them is at least as
        urgent as ``least``; a call that is made for that one has room for others.
        """


def prepare(entry: Entry, fields: OwnFields) -> Fields:
    """The patch that would be sent now; empty when nothing is wanted, the record is contested or it was refused."""
    if entry.desired is None or entry.contested:
        return {}
    patch = differences(entry.desired, entry.confirmed, fields, entry.accepted)
    return {} if entry.refusal and _refused_before(patch, entry.refusal, fields) else patch


def patch_of(entry: Entry, fields: Fields) -> Patch:
    """What goes to the adapter. A task or a note of which nothing was ever confirmed may not be there yet."""
    return Patch(entry.ref, fields, new=is_keyed(entry.ref) and not entry.confirmed)


def has_work(entry: Entry, fields: OwnFields) -> bool:
    """Whether a push has anything to do here: a patch to send, or an answer to find out about."""
    return entry.sent is not None or bool(prepare(entry, fields))


def standing(entry: Entry, fields: OwnFields) -> Standing:
    """Where the entry stands, for lists and reports."""
    if entry.sent is not None:
        return "unknown"
    if entry.contested:
        return "contested"
    if prepare(entry, fields):
        return "waiting"
    if entry.desired is not None and differences(entry.desired, entry.confirmed, fields, entry.accepted):
        return "refused"
    return "quiet"


def shape(fields: OwnFields, names: Sequence[str]) -> str:
    """Fingerprint of what decides whether the CRM takes a value: type, size and options of these fields."""
    parts = [
        (f.name, f.type, f.precision, f.scale, f.length, f.options, f.to) for n in sorted(names) if (f := fields.get(n))
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _refused_before(patch: Fields, refusal: Refusal, fields: OwnFields) -> bool:
    if patch.keys() != refusal.fields.keys() or refusal.shape != shape(fields, list(patch)):
        return False
    return all(same(value, refusal.fields[name], fields[name]) for name, value in patch.items())
