"""A CRM in memory that keeps the adapter contract: for tests of the engine, which need no wire.

Simpler than the sandboxes on purpose: records are handed in as canonical ones, every failure is asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from adapters.contract import Answer, Calls, Change, Delivery, Outcome, Page, Past, Patch, Plan, Quota, Report, Sighting
from adapters.errors import Rejected
from adapters.keyed import Keyed, is_keyed
from adapters.records import RECORD_TYPES, Account, Item, Person, Record, Ref, Tombstone, Value
from adapters.registry import Context
from bridge.clock import MovableClock
from config.connections import ConnectionSettings
from config.fields import OwnField
from config.own_fields import survey_links
from config.words import KEYED_KINDS, KeyedKind, Kind

KINDS: tuple[Kind, ...] = (
    "user", "account", "person", "deal", "contract", "ticket", "activity", "response", "invoice", "usage",
)  # fmt: skip
OVERLAP = timedelta(minutes=5)


@dataclass
class FakeCrm:
    """One org. ``failing[verb]``: errors that the next calls of a verb raise, in order; None lets one pass."""

    clock: MovableClock
    connection: str = "sf"
    creates: tuple[KeyedKind, ...] = KEYED_KINDS
    org_id: str = "org-1"
    write_batch: int = 3
    write_most: int = 0
    bulk_above: int = 0
    """0: as ``write_batch``, for there is no bulk write."""
    page_size: int = 2
    kinds: tuple[Kind, ...] = KINDS
    calls: Calls = field(default_factory=Calls)
    items: dict[Ref, Item] = field(default_factory=dict)
    own: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Own fields by account id; a field is there once it was provisioned."""
    own_of_persons: dict[str, dict[str, Value]] = field(default_factory=dict)
    provisioned: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    """Accounts whose writes the org refuses."""
    lost: set[str] = field(default_factory=set)
    """Accounts whose next write is applied without an answer."""
    failing: dict[str, list[Exception | None]] = field(default_factory=dict)
    writes: list[list[Patch]] = field(default_factory=list)
    reads: list[tuple[Kind, list[str]]] = field(default_factory=list)
    quota: Quota | None = None
    past: list[Past] = field(default_factory=list)
    keyed: dict[Ref, dict[str, Value]] = field(default_factory=dict)
    """Tasks and notes of ours, by their keys."""
    created: list[Ref] = field(default_factory=list)
    """Each creation, in order."""
    closed: bool = False

    def __post_init__(self) -> None:
        self.write_most = self.write_most or self.write_batch
        self.bulk_above = self.bulk_above or self.write_most

    # What happens in the org

    def put(self, kind: Kind, id: str, /, **fields: Any) -> Ref:
        """A record as it is from now on; fields that are not given stay as they were."""
        ref = Ref(self.connection, kind, id)
        before = self.items.get(ref)
        if isinstance(before, Record):
            self.items[ref] = replace(before, changed_at=self.clock.now(), **fields)
        else:
            self.items[ref] = RECORD_TYPES[kind](ref=ref, changed_at=self.clock.now(), **fields)
        return ref

    def delete(self, kind: Kind, id: str, merged_into: str | None = None) -> None:
        ref = Ref(self.connection, kind, id)
        self.items[ref] = Tombstone(ref, self.clock.now(), merged_into)
        self.own.pop(id, None)

    def edit_own(self, id: str, kind: Kind = "account", **values: Value) -> None:
        """Somebody changes our fields in the org."""
        self._own(kind).setdefault(id, {}).update(values)
        self.put(kind, id)

    def provision_all(self, fields: Sequence[OwnField]) -> None:
        self.provisioned |= {one.name for one in fields}

    def fail(self, verb: str, *errors: Exception | None) -> None:
        self.failing.setdefault(verb, []).extend(errors)

    @property
    def written(self) -> list[Ref]:
        return [patch.ref for patches in self.writes for patch in patches]

    # The adapter contract

    def identify(self) -> str:
        self._perhaps_fail("identify")
        return self.org_id

    def check(self) -> Report:
        self.calls.count("describe")
        self._perhaps_fail("check")
        return Report(self.org_id, "integration@example.com", self.kinds, {}, self.quota)

    def pull(self, kind: Kind, cursor: str | None, until: datetime | None = None) -> Iterator[Page]:
        bound = until or self.clock.now()
        after = orjson.loads(cursor) if cursor else ["", ""]
        found = sorted((_stamp(item), item.ref.id) for item in self.items.values() if item.ref.kind == kind)
        found = [place for place in found if list(place) > after and place[0] <= bound.isoformat()]
        pages = [found[start : start + self.page_size] for start in range(0, len(found), self.page_size)] or [[]]
        if kind not in self.kinds:
            return
        for number, places in enumerate(pages, start=1):
            self.calls.count("page")
            self._perhaps_fail(f"pull {kind}")
            last = [(bound - OVERLAP).isoformat(), ""] if number == len(pages) else list(places[-1])
            refs = [Ref(self.connection, kind, id) for _, id in places]
            yield Page(tuple(self._seen(ref) for ref in refs), orjson.dumps(last).decode())

    def read(self, kind: Kind, ids: Sequence[str]) -> list[Item]:
        self.calls.count("read")
        self.reads.append((kind, list(ids)))
        self._perhaps_fail("read")
        return [self._seen(Ref(self.connection, kind, id)) for id in ids]

    def ids(self, kind: Kind) -> Iterator[Sequence[Sighting]]:
        living = [item for item in self.items.values() if isinstance(item, Record) and item.ref.kind == kind]
        if kind not in self.kinds:
            return
        for start in range(0, max(len(living), 1), self.page_size):
            self.calls.count("page")
            self._perhaps_fail(f"ids {kind}")
            yield [Sighting(item.ref.id, item.changed_at) for item in living[start : start + self.page_size]]

    def history(self, kind: Kind, ids: Sequence[str], fields: Sequence[str]) -> list[Past]:
        self.calls.count("read")
        self._perhaps_fail("history")
        return [past for past in self.past if past.ref.kind == kind and past.ref.id in ids and past.field in fields]

    def plan(self, fields: Sequence[OwnField]) -> Plan:
        self.calls.count("describe")
        self._perhaps_fail("plan")
        missing = [one for one in fields if one.name not in self.provisioned]
        return Plan(tuple(Change("create_field", one.name, f"CSB_{one.name}__c") for one in missing))

    def provision(self, plan: Plan, fields: Sequence[OwnField]) -> None:
        self.calls.count("provision")
        self.provisioned |= {change.field for change in plan.changes}

    def undoing(self, fields: Sequence[OwnField]) -> Plan:
        self.calls.count("describe")
        there = [one for one in fields if one.name in self.provisioned and not one.to]
        return Plan(tuple(Change("delete_field", one.name, f"CSB_{one.name}__c") for one in there))

    def unprovision(self, plan: Plan) -> list[Change]:
        self.calls.count("provision")
        self.provisioned -= {change.field for change in plan.changes}
        for values in self.own.values():
            for change in plan.changes:
                values.pop(change.field, None)
        return []

    def export(self, fields: Sequence[OwnField]) -> Mapping[str, str]:
        return {f"fields/{one.name}.txt": f"{one.label}\n" for one in fields}

    def write(self, patches: Sequence[Patch]) -> list[Outcome]:
        assert 0 < len(patches) <= self.write_most
        self.calls.count("write")
        self._perhaps_fail("write")
        self.writes.append(list(patches))
        return [self._applied(patch) for patch in patches]

    def write_calls(self, count: int) -> int:
        return -(-count // self.write_batch)

    def verify(self, delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
        if delivery.secret not in secrets:
            raise Rejected("not signed", status=401)

    def notices(self, delivery: Delivery) -> list[Ref]:
        return [Ref(self.connection, kind, id) for kind, id in orjson.loads(delivery.body)]

    def acknowledge(self, delivery: Delivery) -> Answer:
        return Answer(b"ok")

    def close(self) -> None:
        self.closed = True

    def _applied_keyed(self, patch: Patch) -> Outcome:
        id = patch.ref.id
        account = Ref(self.connection, "account", str(patch.fields.get("account", "")))
        if patch.ref not in self.keyed and not patch.new:
            return Outcome(patch.ref, "gone")
        if patch.ref not in self.keyed and not isinstance(self.items.get(account), Record):
            return Outcome(patch.ref, "refused", code="INVALID_CROSS_REFERENCE_KEY", message="no such account")
        if id in self.refused:
            return Outcome(patch.ref, "refused", code="FIELD_CUSTOM_VALIDATION_EXCEPTION", message="not in this org")
        if patch.ref not in self.keyed:
            self.created.append(patch.ref)
        self.keyed.setdefault(patch.ref, {}).update(patch.fields)
        if id in self.lost:
            self.lost.discard(id)
            return Outcome(patch.ref, "lost")
        return Outcome(patch.ref, "written", at=self.clock.now())

    def _applied(self, patch: Patch) -> Outcome:
        if is_keyed(patch.ref):
            return self._applied_keyed(patch)
        id = patch.ref.id
        if id in self.refused or not isinstance(self.items.get(patch.ref), Record):
            return Outcome(patch.ref, "refused", code="FIELD_CUSTOM_VALIDATION_EXCEPTION", message="not in this org")
        if not patch.fields.keys() <= self._places(patch.ref.kind):
            return Outcome(patch.ref, "refused", code="INVALID_FIELD", message="no such field", definition=True)
        self._own(patch.ref.kind).setdefault(id, {}).update(patch.fields)
        self.put(patch.ref.kind, id)
        if id in self.lost:
            self.lost.discard(id)
            return Outcome(patch.ref, "lost")
        return Outcome(patch.ref, "written", at=self.clock.now())

    def _seen(self, ref: Ref) -> Item:
        if is_keyed(ref) and ref in self.keyed:
            return Keyed(ref=ref, changed_at=self.clock.now(), own=self.keyed[ref])
        item = self.items.get(ref) or Tombstone(ref, self.clock.now())
        if isinstance(item, (Account, Person)):
            held = self._own(ref.kind).get(ref.id, {})
            return replace(item, own={name: held.get(name) for name in sorted(self._places(ref.kind))})
        return item

    def _own(self, kind: Kind) -> dict[str, dict[str, Value]]:
        return self.own_of_persons if kind == "person" else self.own

    def _places(self, kind: Kind) -> set[str]:
        """The fields that records of a kind have."""
        links = set(survey_links())
        return self.provisioned & links if kind == "person" else self.provisioned - links

    def _perhaps_fail(self, verb: str) -> None:
        waiting = self.failing.get(verb)
        if waiting and (error := waiting.pop(0)):
            raise error


def _stamp(item: Item) -> str:
    return (item.at if isinstance(item, Tombstone) else item.changed_at).isoformat()


ORGS: dict[str, FakeCrm] = {}
"""By the name of the connection: what ``open_connection`` opens."""


def open_connection(connection: ConnectionSettings, context: Context) -> FakeCrm:
    """The factory that tests of the command line put into the registry."""
    return ORGS[connection.name]
