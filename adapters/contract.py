"""The adapter contract: everything the engine knows of a CRM. One connection = one org = one adapter.

A new CRM is one package, one registry line and its run of the shared contract tests (``adapters.testing``).
An adapter owns HTTP, paging, batching, rate limits and the vendor's words; it must not know the store,
scores or Flask. Every call has a time-out. Transient failures are retried inside (tenacity); what comes
out is an error family of ``adapters.errors`` or an outcome per record. One whose logins begin with a person
is ``adapters.consent.Consenting``, too.
"""

import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, runtime_checkable

from adapters.budget import Budget, Purpose, Quota, Unlimited
from adapters.records import Fields, Item, Record, Ref, Value
from config.fields import OwnField
from config.words import AnyKind, KeyedKind, Kind

LONGEST_WRITE: Final = timedelta(minutes=40)
"""No ``write`` takes longer: an adapter that still waits for an answer then gives it up as lost."""


@dataclass(slots=True)
class Calls:
    """API calls made through one adapter, by purpose; every HTTP request counts, retries included.

    An adapter may make several at once.
    """

    made: Counter[Purpose] = field(default_factory=Counter)
    budget: Budget = field(default_factory=Unlimited)
    _counting: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def count(self, purpose: Purpose) -> None:
        """One call that is about to be made. Raises QuotaSpent when the budget does not allow it."""
        self.budget.before(purpose)
        with self._counting:
            self.made[purpose] += 1


@dataclass(frozen=True, slots=True)
class Finding:
    """Something ``doctor`` tells the admin. ``level``: error stops work, warning costs data, info is neither."""

    level: Literal["error", "warning", "info"]
    what: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Who we are in which org, and what we may see. ``kinds``: those readable with the present map."""

    org_id: str
    user: str
    kinds: tuple[Kind, ...]
    missing: Mapping[Kind, tuple[str, ...]]
    """Canonical fields whose mapped vendor field is absent or hidden, per kind."""
    quota: Quota | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, and the cursor (opaque JSON text) to resume after them once they are stored."""

    items: tuple[Item, ...]
    cursor: str
    gap: str = ""
    """Why records may have gone without a word since the last pull (empty: none did): this kind's ids need comparing.

    Said with the page whose cursor is past the gap, and only once: whoever takes the page in remembers it.
    """


@dataclass(frozen=True, slots=True)
class Sighting:
    """A living record as a listing of ids shows it."""

    id: str
    changed_at: datetime
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Reference field → the ids it may hold, where the listing tells them anyway: no stamp moves for those."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the vendor kept of the earlier values of one field of one record."""

    ref: Ref
    field: str
    """Canonical."""
    turns: tuple[tuple[datetime, Value], ...]
    """(since when, value), ascending: before the first nothing is known, the last is what it holds now."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that provisioning, or taking it back, would do. ``blocked``: it cannot (wrong type there), and why."""

    action: Literal[
        "create_group", "create_field", "add_options", "grant", "assign", "delete_field", "unassign", "delete_group"
    ]
    field: str
    """The canonical own-field name; empty for a group or a permission set."""
    target: str
    """The vendor's name of what is created or changed."""
    detail: str = ""
    options: tuple[str, ...] = ()
    blocked: str = ""
    group: str = ""
    """What it belongs to, where the target does not say: the permission set that grants, the object of a property."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is missing or differs between our fields and the org, in the order it is to be done."""

    changes: tuple[Change, ...] = ()
    lacking: tuple[str, ...] = ()
    """Rights that this needs and the login is known not to have, as the vendor calls them."""
    note: str = ""
    """What a person should know besides."""

    @property
    def blocked(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.blocked)


@dataclass(frozen=True, slots=True)
class Patch:
    """Own fields of one record, by canonical name; None clears a field.

    Or parts of a task or a note (``adapters.keyed``), whose id is its key.
    """

    ref: Ref
    fields: Fields
    new: bool = False
    """A task or a note that the CRM never confirmed to have: to be created, unless it turns out to be there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one patch.

    written  applied; ``at`` is the vendor's ``Date`` of the confirming answer
    refused  the vendor's ``code`` and ``message``; nothing of this record was applied
    later    certainly not applied; may be sent again after ``after`` (None: the vendor does not say), and why not now
    gone     the record no longer exists there
    lost     no answer: it may or may not have been applied, and must be read back
    """

    ref: Ref
    status: Literal["written", "refused", "later", "gone", "lost"]
    at: datetime | None = None
    code: str = ""
    message: str = ""
    after: timedelta | None = None
    definition: bool = False
    """Refused for the org's set-up (a field, an option or a right is missing there), not for this record's sake."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook request as it arrived. ``url`` is the public URL the vendor called, query included."""

    method: str
    url: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    secret: str = ""
    """The secret part of the path (``/webhooks/<connection>/<secret>``), if there was one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The vendor's own kind of acknowledgement."""

    body: bytes = b""
    content_type: str = "text/plain"
    status: int = 200


class Webhooks(Protocol):
    """The receiving half of an adapter: pure, needs no connection to the CRM."""

    def verify(self, delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
        """Raise ``Rejected`` unless the vendor sent this, recently, to this org. Never raises anything else."""

    def notices(self, delivery: Delivery) -> list[Ref]:
        """The records to look at again, without doubles. ``delivery`` was verified."""

    def acknowledge(self, delivery: Delivery) -> Answer: ...


@runtime_checkable
class Forgetting(Protocol):
    """Webhooks that also tell of people who asked to be forgotten."""

    def erasures(self, delivery: Delivery) -> list[Ref]:
        """Those of ``notices`` that are to be erased, and not only looked at again. ``delivery`` was verified."""


@runtime_checkable
class Discreet(Protocol):
    """Webhooks whose deliveries carry what nobody may keep."""

    def kept(self, delivery: Delivery) -> bytes:
        """What of a verified delivery may be stored: it names the same records, and opens nothing."""


@runtime_checkable
class Telling(Protocol):
    """Webhooks that name no records of a CRM: what their bodies say is itself the news."""

    def tells(self, delivery: Delivery) -> bool:
        """Whether there is news in a verified delivery. Raises ``Rejected`` for what nobody could read later either."""

    def mark(self, delivery: Delivery) -> str:
        """The same for a delivery that is sent again, and for no other; empty where the body says it."""


class Adapter(Webhooks, Protocol):
    """A connection to one org."""

    connection: str
    calls: Calls
    write_batch: int
    """Most patches of one kind that fit one API call."""
    write_most: int
    """Most patches that one ``write`` takes; more than ``write_batch`` only where the CRM has a bulk write."""
    bulk_above: int
    """More patches than this are cheaper in one ``write`` than in batches; ``write_most`` where there is no bulk."""
    page_size: int
    """Most records that the vendor returns in one page of a pull."""

    def identify(self) -> str:
        """The org's id, in the fewest calls: what every sync begins with. Raises Unauthorized, Retry."""

    def check(self) -> Report:
        """Look round; a missing right is reported, not raised. Raises Unauthorized when the login fails."""

    def pull(self, kind: Kind, cursor: str | None, until: datetime | None = None) -> Iterator[Page]:
        """Stream what changed since ``cursor`` (None: everything) up to ``until`` (None: the vendor's now).

        Holds one page. The last page's cursor is the upper bound less the overlap. A kind that the
        connection does not have yields nothing; one that the login may not read raises Unauthorized or Refused.
        """

    def read(self, kind: AnyKind, ids: Sequence[str]) -> list[Item]:
        """Those records now, in the vendor's largest batches; a Tombstone for one that is gone.

        Of tasks and notes, for a connection that creates them: ours with these keys, a Tombstone where there is none.
        """

    def ids(self, kind: Kind) -> Iterator[Sequence[Sighting]]:
        """Every living record of a kind, in pages of any size, in no order: what a reconcile compares.

        An empty page where there is none, no page for a kind that the connection does not have. Raises like
        ``pull``, and never ends early in silence: whoever is not listed is suspected to be gone.
        """

    def history(self, kind: Kind, ids: Sequence[str], fields: Sequence[str]) -> list[Past]:
        """What the vendor kept of the past of these canonical fields; nothing where it keeps no history."""

    def plan(self, fields: Sequence[OwnField]) -> Plan: ...

    def provision(self, plan: Plan, fields: Sequence[OwnField]) -> None:
        """Carry out a plan that is not blocked. Idempotent; options are added, never removed."""

    def undoing(self, fields: Sequence[OwnField]) -> Plan:
        """What csbridge created for these fields and would take back: fields by our names, never an admin's own."""

    def unprovision(self, plan: Plan) -> list[Change]:
        """Take it back, and the values with it. Idempotent. Gives what the vendor refused, ``blocked`` by its words."""

    def export(self, fields: Sequence[OwnField]) -> Mapping[str, str]:
        """What an admin can review or deploy instead: relative path → text. No network call; always the same text."""

    def write(self, patches: Sequence[Patch]) -> list[Outcome]:
        """Apply at most ``write_most`` patches, in batches or in bulk; one outcome per patch, in order.

        A key names one task or note: what may be there already (``Patch.new``) is found, or guarded by the vendor,
        and never created twice.
        A whole-batch refusal is halved until the bad record stands alone. Raises (Unauthorized,
        QuotaSpent, Retry) only while nothing can have been applied.
        """

    def write_calls(self, count: int) -> int:
        """API calls that one ``write`` of so many patches takes when nothing goes wrong: what a dry run says."""

    def close(self) -> None: ...


@runtime_checkable
class Paced(Protocol):
    """An adapter whose vendor limits the calls of a short time, beside those of the day."""

    @property
    def calls_per_second(self) -> float | None:
        """What may be called in the long run; None while that is not known."""


@runtime_checkable
class Foreseeing(Protocol):
    """An adapter that can say in fewer calls than ``plan`` takes what keeps own fields from being written."""

    def missing(self, fields: Sequence[OwnField]) -> Plan:
        """The part of the plan without which a push would be refused; what is other people's affair is not in it."""


@runtime_checkable
class Keeping(Protocol):
    """An adapter that keeps what it writes to persons in a file of its own, beside the records of the CRM."""

    def forget_persons(self, ids: Collection[str]) -> int:
        """Take these persons out of that file, whether the CRM still has them or not; how many. Raises Retry."""


@runtime_checkable
class Creating(Protocol):
    """An adapter that creates tasks and notes of ours by their keys (``adapters.keyed``)."""

    creates: tuple[KeyedKind, ...]


__all__ = [
    "LONGEST_WRITE", "Adapter", "Answer", "Budget", "Calls", "Change", "Creating", "Delivery", "Discreet", "Finding",
    "Foreseeing", "Forgetting", "Item", "Keeping", "Outcome", "Paced", "Page", "Past", "Patch", "Plan", "Purpose",
    "Quota", "Record", "Report", "Sighting", "Telling", "Webhooks",
]  # fmt: skip
