"""A CRM and a ledger in memory for the tests of write-back: small, real, and able to fail at any step."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from adapters import keyed
from adapters.contract import Calls, Outcome, Patch
from adapters.keyed import Keyed, is_keyed
from adapters.records import Account, Fields, Item, Ref, Tombstone, Value
from config.fields import OwnField
from config.words import KEYED_KINDS, WRITE_URGENCIES, AnyKind, WriteUrgency
from webhooks.writeback.entry import Entry, Lease, has_work
from webhooks.writeback.urgency import urgency

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

FIELDS: Mapping[str, OwnField] = {
    one.name: one
    for one in (
        OwnField("health_score", "Health", "number", precision=4, scale=1),
        OwnField("health_band", "Band", "picklist", options=("green", "yellow", "red", "unknown")),
        OwnField("health_reasons", "Reasons", "text", length=255, gated=True),
        OwnField("health_coverage", "Coverage", "number", scale=0, gated=True),
        OwnField("risk_flags", "Flags", "multi_picklist"),
        OwnField("risk_since", "Since", "date"),
        OwnField("risk_count", "Risks", "number", scale=0),
        OwnField("risk_score", "Risk", "number", precision=4, scale=1),
        OwnField("nps", "NPS", "number", scale=0),
        OwnField("next_action", "Next", "text", length=255, gated=True),
        OwnField("scored_at", "Scored at", "datetime", gated=True),
        OwnField("score_version", "Version", "text", length=40),
        OwnField("pulse", "Pulse", "picklist", written=False),
    )
}


ALL: Mapping[str, OwnField] = {**keyed.FIELDS, **FIELDS}
"""What a ledger compares by: the parts of tasks and notes beside the own fields."""


def ref(id: str = "1", kind: AnyKind = "account") -> Ref:
    return Ref("sf", kind, id)


@dataclass
class Clock:
    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def tick(self, seconds: float = 1) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


Fate = Callable[[Patch], Outcome | None]
"""What happens to one row: an outcome to answer instead of applying it, or None to apply it."""


@dataclass
class FakeCrm:
    """One org. ``fates`` are used up one per call; ``raises`` likewise, before anything is applied."""

    clock: Clock
    connection: str = "sf"
    write_batch: int = 3
    write_most: int = 0
    bulk_above: int = 0
    """0: as ``write_batch``, for there is no bulk write."""
    calls: Calls = field(default_factory=Calls)
    own: dict[str, dict[str, Value]] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    changed_at: dict[str, datetime] = field(default_factory=dict)
    sent: list[list[Patch]] = field(default_factory=list)
    raises: list[BaseException | None] = field(default_factory=list)
    fates: list[Mapping[str, str]] = field(default_factory=list)
    """Per call: record id → refuse, unfit (the org's set-up refuses), later, lose (applied, answer lost) or miss (not
    applied, answer lost)."""
    read_raises: list[Exception | None] = field(default_factory=list)
    keyed: dict[Ref, dict[str, Value]] = field(default_factory=dict)
    """Tasks and notes of ours; a key that is taken is answered like a loss, as one that the vendor guards."""
    created: list[Ref] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.write_most = self.write_most or self.write_batch
        self.bulk_above = self.bulk_above or self.write_most

    def add(self, *ids: str, **own: Value) -> None:
        for id in ids:
            self.own[id] = dict.fromkeys(FIELDS) | own
            self.foreign[id] = f"the CSM's own words on {id}"
            self.changed_at[id] = self.clock()

    def edit(self, id: str, **own: Value) -> None:
        self.own[id] |= own
        self.changed_at[id] = self.clock.tick()

    def reading(self, id: str) -> Item:
        if id not in self.own:
            return Tombstone(ref(id), self.clock())
        return Account(ref=ref(id), changed_at=self.changed_at[id], own=dict(self.own[id]))

    def read(self, kind: AnyKind, ids: Sequence[str]) -> list[Item]:
        self.calls.count("read")
        if self.read_raises and (error := self.read_raises.pop(0)):
            raise error
        return [self.keyed_reading(ref(id, kind)) if kind in KEYED_KINDS else self.reading(id) for id in ids]

    def keyed_reading(self, one: Ref) -> Item:
        if one not in self.keyed:
            return Tombstone(one, self.clock())
        return Keyed(ref=one, changed_at=self.clock(), own=dict(self.keyed[one]))

    def write(self, patches: Sequence[Patch]) -> list[Outcome]:
        assert 0 < len(patches) <= self.write_most
        self.calls.count("write")
        self.sent.append(list(patches))
        if self.raises and (error := self.raises.pop(0)):
            raise error
        fates = self.fates.pop(0) if self.fates else {}
        at = self.clock.tick()
        return [self.apply(patch, fates.get(patch.ref.id, ""), at) for patch in patches]

    def apply_keyed(self, patch: Patch, fate: str, at: datetime) -> Outcome:
        if patch.new and patch.ref in self.keyed:
            return Outcome(patch.ref, "lost", message="the key is taken")
        if not patch.new and patch.ref not in self.keyed:
            return Outcome(patch.ref, "gone")
        if fate == "later":
            return Outcome(patch.ref, "later", code="UNABLE_TO_LOCK_ROW", message="locked by a job")
        if fate != "miss":
            self.created += [patch.ref] if patch.new else []
            self.keyed.setdefault(patch.ref, {}).update(patch.fields)
        return Outcome(patch.ref, "lost") if fate in ("lose", "miss") else Outcome(patch.ref, "written", at=at)

    def apply(self, patch: Patch, fate: str, at: datetime) -> Outcome:
        if is_keyed(patch.ref):
            return self.apply_keyed(patch, fate, at)
        id = patch.ref.id
        if id not in self.own:
            return Outcome(patch.ref, "gone", code="ENTITY_IS_DELETED", message="entity is deleted")
        if fate == "refuse":
            return Outcome(patch.ref, "refused", code="FIELD_CUSTOM_VALIDATION_EXCEPTION", message="not in this org")
        if fate == "unfit":
            return Outcome(patch.ref, "refused", code="NO_SUCH_FIELD", message="no field nps", definition=True)
        if fate == "later":
            return Outcome(patch.ref, "later", code="UNABLE_TO_LOCK_ROW", message="locked by a job")
        if fate != "miss":
            self.own[id] |= patch.fields
            self.changed_at[id] = at
        return Outcome(patch.ref, "lost") if fate in ("lose", "miss") else Outcome(patch.ref, "written", at=at)


@dataclass
class FakeLedger:
    entries: dict[Ref, Entry] = field(default_factory=dict)
    fields: Mapping[str, OwnField] = field(default_factory=lambda: ALL)

    def put(self, entries: Iterable[Entry]) -> None:
        self.entries |= {entry.ref: entry for entry in entries}

    def update(self, refs: Sequence[Ref], change: Callable[[Entry], Entry | None]) -> list[Entry]:
        changed = {one: change(self.entries.get(one, Entry(one))) for one in refs}
        for one, entry in changed.items():
            if entry is None:
                self.entries.pop(one, None)
            else:
                self.entries[one] = entry
        return [entry for entry in changed.values() if entry is not None]

    def claim(
        self, connection: str, limit: int, lease: Lease, now: datetime, least: WriteUrgency = "cosmetic"
    ) -> list[Entry]:
        free = [
            entry
            for entry in self.entries.values()
            if entry.ref.connection == connection
            and has_work(entry, self.fields)
            and (entry.lease is None or entry.lease.until <= now)
            and (entry.retry_at is None or entry.retry_at <= now)
        ]
        rank = {entry.ref: WRITE_URGENCIES.index(urgency(entry, self.fields)) for entry in free}
        if not any(one <= WRITE_URGENCIES.index(least) for one in rank.values()):
            return []
        free.sort(key=lambda entry: (entry.sent is None, rank[entry.ref]))
        claimed = [replace(entry, lease=lease) for entry in free if entry.ref.kind == free[0].ref.kind][:limit]
        self.put(claimed)
        return claimed


def wanting(id: str, kind: AnyKind = "account", **desired: Value) -> Entry:
    """An entry that was seen blank and wants ``desired``."""
    blank: Fields = dict.fromkeys(desired)
    return Entry(ref(id, kind), desired=desired, confirmed=blank, seen=True, observed_at=START)
