"""Carries the difference between desired and confirmed to one CRM, until nothing is left that can be done now.

The thin part: claims, reads back, records, writes, settles; what each means is decided in ``settle`` and
``drift``. Knows the CRM only as something that reads and writes, and the store only as a ledger.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from typing import Final, Protocol, TypeVar

from adapters.contract import LONGEST_WRITE, Calls, Outcome, Patch
from adapters.errors import AdapterError, Lost, QuotaSpent, Retry, Unauthorized
from adapters.keyed import is_keyed
from adapters.records import Fields, Item, Ref
from config.words import AnyKind, WriteUrgency
from webhooks.writeback import settle
from webhooks.writeback.drift import Policy, Verdict, verdict
from webhooks.writeback.entry import Entry, Lease, Ledger, OwnFields, patch_of
from webhooks.writeback.sizes import Sizes, sizes
from webhooks.writeback.summary import Summary, Tally

LEASE: Final = timedelta(minutes=5)
"""Longer than a call with its retries takes; who takes longer is fenced off."""
PIECE: Final = 2_000
"""Entries in one transaction with the ledger, so that a bulk write does not keep others out of the store."""
ATTEMPTS: Final = 3
"""How often one record is taken up in one push."""
DEAF: Final = 5
"""Writes in a row of which nothing was decided, after which the CRM is left alone."""

T = TypeVar("T")

log = logging.getLogger(__name__)

Progress = Callable[[int], None]
"""Told how many more records have been dealt with."""


class Crm(Protocol):
    """What a push needs of an adapter."""

    connection: str
    calls: Calls
    write_batch: int
    write_most: int
    bulk_above: int

    def read(self, kind: AnyKind, ids: Sequence[str]) -> list[Item]: ...

    def write(self, patches: Sequence[Patch]) -> list[Outcome]: ...


def push(
    adapter: Crm,
    ledger: Ledger,
    fields: OwnFields,
    *,
    policy: Policy,
    now: Callable[[], datetime],
    new_token: Callable[[], str],
    batch: int | None = None,
    zone: tzinfo = UTC,
    lease: timedelta = LEASE,
    on_progress: Progress = lambda done: None,
    tally: Tally | None = None,
    least: Callable[[], WriteUrgency] = lambda: "cosmetic",
) -> Summary:
    """Write what is wanted and not confirmed in ``adapter``'s org, in as few calls as ``batch`` allows.

    ``batch``: most records to a write, at most the adapter's own (None). ``zone``: the workspace's, whose
    days repairs are counted by. Ends when nothing is left to claim; no record is taken up more than
    ``ATTEMPTS`` times, unless something else is wanted each time, and none again that the CRM put off by
    itself. Ends early (``Summary.stopped``) when a whole batch was refused for the org's set-up: the rest
    would be, too. ``least`` is asked before every claim how urgent one of its records has to be; what is
    left then waits for another push. Raises QuotaSpent, Unauthorized and Retry from the adapter, once what
    is known has been settled and all leases are given back; what was done until then is in ``tally``, if
    the caller hands one in.
    """
    size = sizes(adapter, batch)
    count = Tally() if tally is None else tally
    return _Push(adapter, ledger, fields, policy, now, new_token(), size, zone, lease, on_progress, count, least).run()


class _Push:
    """One run of ``push``: the leases it holds and what it counts."""

    def __init__(
        self,
        crm: Crm,
        ledger: Ledger,
        fields: OwnFields,
        policy: Policy,
        now: Callable[[], datetime],
        token: str,
        size: Sizes,
        zone: tzinfo,
        lease: timedelta,
        on_progress: Progress,
        tally: Tally,
        least: Callable[[], WriteUrgency],
    ) -> None:
        self.crm = crm
        self.ledger = ledger
        self.fields = fields
        self.policy: Policy = policy
        self.now = now
        self.token = token
        self.size = size
        self.zone = zone
        self.lease = lease
        self.on_progress = on_progress
        self.ready: dict[AnyKind, list[Ref]] = {}
        self.attempts: Counter[Ref] = Counter()
        self.again: dict[Ref, Fields] = {}
        """What was written last to a record that had more than one turn."""
        self.deaf = 0
        self.tally = tally
        self.least = least

    def run(self) -> Summary:
        before = self.crm.calls.made.copy()
        try:
            self._drain()
        except BaseException:
            self._abandon()
            raise
        finally:
            made = self.crm.calls.made
            self.tally.calls += made["write"] - before["write"]
            self.tally.reads += made["read"] - before["read"]
        self._give_back(self._held())
        return self.tally.summary(self.crm.connection)

    def _drain(self) -> None:
        """Fill writes across claims, so that read-backs leave no call half empty, and bulk is seen to pay."""
        while True:
            if self.deaf >= DEAF:
                log.warning("%s: %d writes in a row came to nothing; stopping here", self.crm.connection, self.deaf)
                return
            claimed = self._claim()
            self._take_in(claimed)
            full = self.size.most if claimed else 1
            batches = [refs for refs in self.ready.values() if len(refs) >= full]
            if not claimed and not batches:
                return
            for refs in batches:
                size = min(self.size.batch, len(refs)) if is_keyed(refs[0]) else self.size.next(len(refs))
                self._write(refs[:size])
                del refs[:size]
                if self.tally.stopped:
                    log.warning("%s: stopped here: %s", self.crm.connection, self.tally.stopped)
                    return

    def _claim(self) -> list[Entry]:
        """Lease some more. Records that had their turns in this push rest for a while, so that the loop ends."""
        while True:
            least = self.least()
            most = min(self.size.most, PIECE) if least == "cosmetic" else self.size.batch  # what one call has room for
            claimed = self.ledger.claim(self.crm.connection, most, self._lease(), self.now(), least)
            self.attempts.update(entry.ref for entry in claimed)
            fresh = [entry for entry in claimed if self.attempts[entry.ref] <= ATTEMPTS]
            tired = [entry.ref for entry in claimed if self.attempts[entry.ref] > ATTEMPTS]
            self._give_back(tired, self.now() + settle.PAUSE)
            newly_tired = any(self.attempts[ref] == ATTEMPTS + 1 for ref in tired)
            if fresh or not newly_tired:
                return fresh

    def _take_in(self, claimed: Sequence[Entry]) -> None:
        unknown = [entry for entry in claimed if entry.sent is not None]
        for entry in claimed:
            if entry.sent is None:
                self.ready.setdefault(entry.ref.kind, []).append(entry.ref)
        if unknown:
            self._find_out(unknown[0].ref.kind, unknown)

    def _find_out(self, kind: AnyKind, unknown: Sequence[Entry]) -> None:
        """Read back writes whose answer was lost; those that still need one join the ready ones."""
        refs = [entry.ref for entry in unknown]
        try:
            items = {item.ref: item for item in self.crm.read(kind, [ref.id for ref in refs])}
        except Retry as exc:
            log.warning("%s: could not read back %d records: %s", self.crm.connection, len(refs), exc)
            self.deaf += 1
            self._give_back(refs, self.now() + (exc.after or settle.PAUSE))
            for ref in refs:
                self.tally.answered(Outcome(ref, "lost", message=str(exc)), {})
            return
        except BaseException:
            self._give_back(refs)
            raise
        now = self.now()
        after = {
            entry.ref: entry for entry in self.ledger.update(refs, lambda entry: self._resolved(entry, items, now))
        }
        for entry in unknown:
            self._found_out(entry, after.get(entry.ref))

    def _resolved(self, entry: Entry, items: dict[Ref, Item], now: datetime) -> Entry | None:
        return settle.resolve(entry, self.token, items.get(entry.ref), now, self.policy, self.fields, self._today())

    def _found_out(self, before: Entry, after: Entry | None) -> None:
        self.tally.resolved(before, after)
        if after and settle.holds(after, self.token):  # a record without more work has given it back
            self.ready.setdefault(after.ref.kind, []).append(after.ref)

    def _write(self, refs: Sequence[Ref]) -> None:
        """Record what is sent, send it in one write, settle what became of it.

        A process that was held up in between for longer than its lease sends nothing: others write these records now.
        """
        lease = Lease(self.token, self.now() + self._longest(len(refs)))
        patches = [patch for some in _pieces(refs) for patch in self._marked(some, lease)]
        if patches:
            outcomes = self._send(patches) if self.now() < lease.until else _put_off(patches, Retry("held up"))
            self._settle(patches, outcomes)
            if not is_keyed(refs[0]):  # a CRM without a place for keys still takes own fields
                self.tally.stopped = _hopeless(outcomes, self.size.batch)
        self.on_progress(len(refs))

    def _marked(self, refs: Sequence[Ref], lease: Lease) -> list[Patch]:
        marked = self.ledger.update(refs, partial(settle.mark_sent, lease=lease, fields=self.fields))
        held = [entry for entry in marked if settle.holds(entry, self.token)]
        return [patch_of(entry, entry.sent) for entry in held if entry.sent is not None]

    def _send(self, patches: Sequence[Patch]) -> list[Outcome]:
        try:
            outcomes = self.crm.write(patches)
        except Lost as exc:
            outcomes = [Outcome(patch.ref, "lost", message=str(exc)) for patch in patches]
        except Retry as exc:
            outcomes = _put_off(patches, exc, exc.after)
            self.deaf += 1
            if self.deaf >= DEAF:
                self._settle(patches, outcomes)
                raise
            return outcomes
        except (QuotaSpent, Unauthorized) as exc:
            self._settle(patches, _put_off(patches, exc))
            raise
        except BaseException as exc:  # nobody knows how far it came, an interrupt included
            self._settle(patches, [Outcome(patch.ref, "lost", message=repr(exc)) for patch in patches])
            raise
        answered = {outcome.ref: outcome for outcome in outcomes}
        complete = [answered.get(patch.ref, Outcome(patch.ref, "lost")) for patch in patches]
        # the adapter has been patient with each of these: their turns in this push are over
        self.attempts |= Counter({outcome.ref: ATTEMPTS for outcome in complete if outcome.status == "later"})
        self.deaf = self.deaf + 1 if all(outcome.status in ("lost", "later") for outcome in complete) else 0
        return complete

    def _settle(self, patches: Sequence[Patch], outcomes: Sequence[Outcome]) -> None:
        by_ref = {outcome.ref: outcome for outcome in outcomes}
        for some in _pieces(patches):
            self._keep(some, {patch.ref: by_ref[patch.ref] for patch in some})

    def _keep(self, patches: Sequence[Patch], by_ref: dict[Ref, Outcome]) -> None:
        """Keep every outcome: if the store does not take them together, one by one."""
        now, today = self.now(), self._today()
        verdicts: dict[Ref, Verdict | None] = {}

        def change(entry: Entry) -> Entry | None:
            after = settle.settle(entry, self.token, by_ref[entry.ref], now, self.policy, self.fields, today)
            verdicts[entry.ref] = verdict(entry, after) if after else None
            return after

        try:
            self.ledger.update(list(by_ref), change)
            unkept: list[Ref] = []
        except Exception:
            log.exception("%s: %d outcomes could not be kept together", self.crm.connection, len(by_ref))
            unkept = self._settle_singly(list(by_ref), change)
        for patch in patches:
            known = by_ref[patch.ref] if patch.ref not in unkept else Outcome(patch.ref, "lost")
            self.tally.answered(known, patch.fields)
            self.tally.judged(patch.ref, verdicts.get(patch.ref))
            if known.status == "written" and self.attempts[patch.ref] > 1:
                self._moved_on(patch)

    def _moved_on(self, patch: Patch) -> None:
        """A record of which something else is wanted each time is no attempt in vain: events come faster than calls."""
        if self.again.get(patch.ref, patch.fields) != patch.fields:
            self.attempts[patch.ref] = 2
        self.again[patch.ref] = patch.fields

    def _settle_singly(self, refs: Sequence[Ref], change: Callable[[Entry], Entry | None]) -> list[Ref]:
        """The refs whose outcome could not be kept: they stay recorded as sent, and will be read back."""
        unkept: list[Ref] = []
        for ref in refs:
            try:
                self.ledger.update([ref], change)
            except Exception:
                log.exception("%s: the outcome could not be kept; it will be read back", ref)
                unkept.append(ref)
        return unkept

    def _held(self) -> list[Ref]:
        return [ref for refs in self.ready.values() for ref in refs]

    def _abandon(self) -> None:
        """Give the leases back on the way out. Should that fail too, they run out by themselves."""
        try:
            self._give_back(self._held())
        except Exception:
            log.exception("%s: leases could not be given back; they run out", self.crm.connection)

    def _give_back(self, refs: Sequence[Ref], until: datetime | None = None) -> None:
        for some in _pieces(refs):
            self.ledger.update(some, partial(settle.release, token=self.token, until=until))

    def _lease(self) -> Lease:
        return Lease(self.token, self.now() + self.lease)

    def _longest(self, records: int) -> timedelta:
        """A bulk write is waited for: its records are leased for as long as that may take."""
        return self.lease + LONGEST_WRITE if self.size.in_bulk(records) else self.lease

    def _today(self) -> date:
        return self.now().astimezone(self.zone).date()


def _pieces(some: Sequence[T]) -> Iterator[Sequence[T]]:
    return (some[first : first + PIECE] for first in range(0, len(some), PIECE))


def _put_off(patches: Sequence[Patch], why: AdapterError, after: timedelta | None = None) -> list[Outcome]:
    """A call that came to nothing says nothing of its records: unless told to wait, they may go out with the next."""
    code, message, after = why.code, str(why), after or timedelta(0)
    return [Outcome(patch.ref, "later", code=code, message=message, after=after) for patch in patches]


def _hopeless(outcomes: Sequence[Outcome], size: int) -> str:
    """The refusal of a full batch, every record of it, for one and the same flaw of the org's set-up; else ""."""
    first = outcomes[0]
    alike = all(one.status == "refused" and one.definition and one.code == first.code for one in outcomes)
    # one record alone says nothing of the others, even where it is a full batch
    return f"{first.code}: {first.message}" if alike and len(outcomes) >= max(size, 2) else ""
