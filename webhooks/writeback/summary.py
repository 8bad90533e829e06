"""What a push did, in numbers and names, and what one would do. Pure data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from adapters.contract import Outcome, Patch
from adapters.records import Fields, Ref
from config.words import KEYED_KINDS
from webhooks.writeback.drift import Verdict, verdict
from webhooks.writeback.entry import Entry, OwnFields, patch_of, prepare
from webhooks.writeback.sizes import Sizes, calls


@dataclass(frozen=True, slots=True)
class Summary:
    """One push to one connection, each record by how it ended; ``later`` and ``lost`` are left for the next push."""

    connection: str
    written: int = 0
    """Records."""
    fields: int = 0
    """Field values that the CRM confirmed."""
    refused: tuple[Outcome, ...] = ()
    """With the vendor's code and message."""
    later: tuple[Outcome, ...] = ()
    """Certainly not applied; put off, with the vendor's code and message."""
    lost: tuple[Ref, ...] = ()
    """No answer yet: to be read back."""
    repaired: int = 0
    """Records whose drift a read-back of this push found and left to be repaired; what pulls found is not counted."""
    accepted: int = 0
    """Records whose drift a read-back of this push found and accepted; what pulls found is not counted."""
    contested: tuple[Ref, ...] = ()
    """Records that a read-back of this push found to be contested; those that pulls found are not among them."""
    dropped: tuple[Ref, ...] = ()
    """Gone from the CRM, as a write or a read-back told."""
    calls: int = 0
    """API calls made to write, the adapter's own retries and halvings included."""
    reads: int = 0
    """API calls made to find out about unknown ones."""
    stopped: str = ""
    """Why the push ended before its work did: the vendor's code and message; empty when it did not."""
    held: int = 0
    """Records whose change is not urgent enough for the calls that are left; those of ``later`` may be among them."""
    held_until: datetime | None = None
    waiting: str = ""
    """What the CRM has to have before a kind of record can be written to, and nothing was tried; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push would do now."""

    patches: tuple[Patch, ...]
    unknown: tuple[Ref, ...]
    """To be read back first; what they need is not known before."""
    calls: int
    """Write calls for ``patches``, when nothing is refused."""


def plan_push(entries: Iterable[Entry], fields: OwnFields, size: Sizes, calls_of: Callable[[int], int]) -> Plan:
    """Decide what a push of these entries would write, without touching anything.

    ``calls_of``: the adapter's own estimate for one write of so many records.
    """
    patches: list[Patch] = []
    unknown: list[Ref] = []
    for entry in entries:
        if entry.sent is not None:
            unknown.append(entry.ref)
        elif changes := prepare(entry, fields):
            patches.append(patch_of(entry, changes))
    groups: dict[tuple[str, str], int] = {}
    for change in patches:
        key = (change.ref.connection, change.ref.kind)
        groups[key] = groups.get(key, 0) + 1
    small = Sizes(size.batch, size.batch, size.batch)
    made = sum(calls(n, small if kind in KEYED_KINDS else size, calls_of) for (_, kind), n in groups.items())
    return Plan(tuple(patches), tuple(unknown), made)


@dataclass(slots=True)
class Tally:
    """Counts while a push runs. Whoever hands in one of their own can still read it after an exception."""

    written: set[Ref] = field(default_factory=set)
    values: int = 0
    open: dict[Ref, Outcome] = field(default_factory=dict)
    """How records that are not written stand so far."""
    verdicts: dict[Verdict, list[Ref]] = field(default_factory=dict)
    dropped: list[Ref] = field(default_factory=list)
    calls: int = 0
    reads: int = 0
    """API calls; known once the push ended, in whichever way."""
    stopped: str = ""

    def answered(self, outcome: Outcome, sent: Fields) -> None:
        """The CRM's answer to a write, or that there was none."""
        if outcome.status == "written":
            self.open.pop(outcome.ref, None)
            self.written.add(outcome.ref)
            self.values += len(sent)
        elif outcome.status == "gone":
            self.open.pop(outcome.ref, None)
            self.dropped.append(outcome.ref)
        else:
            self.open[outcome.ref] = outcome

    def resolved(self, before: Entry, after: Entry | None) -> None:
        """A read-back: ``before`` was unknown; None: the record is gone."""
        self.open.pop(before.ref, None)
        if after is None:
            self.dropped.append(before.ref)
            return
        if after.sent is not None:
            self.open[before.ref] = Outcome(before.ref, "lost")
            return
        arrived = [name for name in before.sent or {} if after.confirmed_at.get(name) != before.confirmed_at.get(name)]
        if arrived:
            self.written.add(before.ref)
            self.values += len(arrived)
        self.judged(before.ref, verdict(before, after))

    def judged(self, ref: Ref, judged: Verdict | None) -> None:
        """A reading was taken, and this is what it was found to be."""
        if judged:
            self.verdicts.setdefault(judged, []).append(ref)

    def summary(self, connection: str) -> Summary:
        return Summary(
            connection=connection,
            written=len(self.written),
            fields=self.values,
            refused=tuple(outcome for outcome in self.open.values() if outcome.status == "refused"),
            later=tuple(outcome for outcome in self.open.values() if outcome.status == "later"),
            lost=tuple(outcome.ref for outcome in self.open.values() if outcome.status == "lost"),
            repaired=len(self.verdicts.get("repaired", ())),
            accepted=len(self.verdicts.get("accepted", ())),
            contested=tuple(self.verdicts.get("contested", ())),
            dropped=tuple(self.dropped),
            calls=self.calls,
            reads=self.reads,
            stopped=self.stopped,
        )
