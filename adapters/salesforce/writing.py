"""Own fields into Salesforce: 200 records a call by the collections resource, or many in bulk; an outcome for each.

Only own fields that csbridge writes are ever sent; a name that is none of them is refused here, not there.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal

from adapters import times
from adapters.contract import Outcome, Patch
from adapters.errors import AdapterError, Locked, Lost, QuotaSpent, Refused, Retry, Unauthorized
from adapters.halving import halve
from adapters.records import Ref, Value
from adapters.retrying import Patience
from adapters.salesforce.bulk_writing import BulkWriter, fits
from adapters.salesforce.client import Client, Reply
from adapters.salesforce.failures import LOCKED
from adapters.salesforce.verdicts import DEFINITION, TOGETHER, judged
from adapters.salesforce.view import vendor_name
from config.fields import OwnField
from config.words import AnyKind

MOST_WRITTEN: Final = 200
"""Records of one collections request."""

_COLLECTION: Final = "composite/sobjects"

MOST_IN_BULK: Final = 100_000
"""Records of one write: a job of some 50 MB, which ends within minutes."""

Json = dict[str, Any]


class Unwritable(ValueError):
    """A patch that must not be sent: not our field, or a value that no field can hold."""


class Writer:
    """Writes patches of one connection."""

    def __init__(
        self, client: Client, own: Sequence[OwnField], objects: Mapping[AnyKind, str], patience: Patience,
        bulk_above: int | Literal["never"],
    ) -> None:  # fmt: skip
        self._client = client
        self._bulk = BulkWriter(client, patience)
        self._bulk_above = MOST_IN_BULK if bulk_above == "never" else bulk_above
        self._own: dict[tuple[AnyKind, str], OwnField] = {
            (field.on, field.name): field for field in own if field.written
        }
        self._objects = objects
        self._patience = patience

    def write(self, patches: Sequence[Patch]) -> list[Outcome]:
        """One outcome per patch, in order. Raises Unauthorized, QuotaSpent or Retry while nothing is decided."""
        if len(patches) > MOST_IN_BULK:
            raise ValueError(f"{len(patches)} patches are more than the {MOST_IN_BULK} of one write")
        outcomes: dict[int, Outcome] = {}
        records: dict[Ref, Json] = {}
        sendable: dict[int, Patch] = {}
        for position, patch in enumerate(patches):
            if patch.ref in records:
                outcomes[position] = Outcome(patch.ref, "later", message="the same record twice in one call")
                continue
            try:
                records[patch.ref] = self._record(patch)
                sendable[position] = patch
            except Unwritable as exc:
                outcomes[position] = Outcome(patch.ref, "refused", code="UNWRITABLE", message=str(exc))
        sent = self._sent(list(sendable.values()), records)
        outcomes.update((position, sent[patch.ref]) for position, patch in sendable.items())
        return [outcomes[position] for position in range(len(patches))]

    def in_batches(
        self, patches: Sequence[Patch], records: Mapping[Ref, Json], method: str, check: Callable[[], None]
    ) -> list[Outcome]:
        """Send ``records`` (PATCH changes them, POST creates them); ``check`` may raise before each call.

        Raises Unauthorized, QuotaSpent or Retry while nothing is decided.
        """

        def send(part: Sequence[Patch]) -> list[Outcome]:
            check()
            return self._send(part, records, method)

        return halve(patches, send, MOST_WRITTEN)

    def _sent(self, patches: Sequence[Patch], records: Mapping[Ref, Json]) -> dict[Ref, Outcome]:
        """In bulk where that pays; what bulk does not take, or leaves untouched, by batches."""
        outcomes: dict[Ref, Outcome] = {}
        if len(patches) > self._bulk_above:
            outcomes = self._in_bulk({patch.ref: records[patch.ref] for patch in patches if fits(records[patch.ref])})
        apart = _to_single_out(outcomes)
        left = [patch for patch in patches if patch.ref not in outcomes or patch.ref in apart]
        try:
            answered = halve(left, lambda part: self._send(part, records), MOST_WRITTEN)
        except (Retry, QuotaSpent, Unauthorized) as exc:
            if not outcomes:
                raise
            answered = [Outcome(patch.ref, "later", code=exc.code, message=str(exc)) for patch in left]
        return _concluded(outcomes, answered)

    def _in_bulk(self, records: Mapping[Ref, Json]) -> dict[Ref, Outcome]:
        """A job for every kind that has enough records to pay for one."""
        outcomes: dict[Ref, Outcome] = {}
        for kind, count in Counter(ref.kind for ref in records).items():
            if count <= self._bulk_above:
                continue
            try:
                some = {ref: record for ref, record in records.items() if ref.kind == kind}
                outcomes |= self._bulk.write(self._objects[kind], some)
            except AdapterError:
                if not outcomes:
                    raise
        return outcomes

    def _record(self, patch: Patch) -> Json:
        """The patch as the collections resource takes it; ``attributes`` has to come first."""
        vendor_object = self._objects.get(patch.ref.kind)
        if vendor_object is None:
            raise Unwritable(f"nothing is written to a {patch.ref.kind}")
        record: Json = {"attributes": {"type": vendor_object}, "Id": patch.ref.id}
        for name, value in patch.fields.items():
            field = self._own.get((patch.ref.kind, name))
            if field is None:
                raise Unwritable(f"{name} is no field that csbridge writes to a {patch.ref.kind}")
            record[vendor_name(field)] = encoded(field, value)
        return record

    def _send(self, part: Sequence[Patch], records: Mapping[Ref, Json], method: str = "PATCH") -> list[Outcome]:
        """One call, and one more for records that were locked. Raises what ``halve`` understands while none is decided.

        A person's or a job's lock is over in a moment or not for long: who is still locked then is left for later.
        """
        refs = [patch.ref for patch in part]
        try:
            first = self._judged(refs, self._client.change(method, _COLLECTION, "write", _body(refs, records)))
        except Refused as exc:
            return _without_column(part, records, exc)
        locked = [outcome.ref for outcome in first if outcome.status == "later"]
        again = self._again(locked, records, method) if locked else {}
        return self._singled_out(part, [again.get(outcome.ref, outcome) for outcome in first], records, method)

    def _singled_out(
        self, part: Sequence[Patch], outcomes: list[Outcome], records: Mapping[Ref, Json], method: str
    ) -> list[Outcome]:
        """``outcomes``, those that one record is guilty of for several asked for in parts. Raises what is halved."""
        if len(part) > 1 and all(outcome.code == LOCKED for outcome in outcomes):
            raise Locked(outcomes[0].message, connection=self._client.connection, code=LOCKED)
        felled = [patch for patch, outcome in zip(part, outcomes, strict=True) if _felled(outcome)]
        if len(felled) < 2:
            return outcomes
        why = next(outcome for outcome in outcomes if _felled(outcome))
        if len(felled) == len(part):
            raise Refused(why.message, connection=self._client.connection, code=why.code)
        try:
            apart = halve(felled, lambda some: self._send(some, records, method))
        except (Retry, QuotaSpent, Unauthorized) as exc:
            apart = [Outcome(patch.ref, "later", code=exc.code, message=str(exc)) for patch in felled]
        by_ref = {outcome.ref: outcome for outcome in apart}
        return [by_ref.get(outcome.ref, outcome) for outcome in outcomes]

    def _again(self, locked: Sequence[Ref], records: Mapping[Ref, Json], method: str) -> dict[Ref, Outcome]:
        """What became of locked records when they were sent once more; empty when they could not be."""
        self._patience.sleep(self._patience.first.total_seconds())
        try:
            reply = self._client.change_once(method, _COLLECTION, "write", _body(locked, records))
            return {outcome.ref: outcome for outcome in self._judged(locked, reply)}
        except Lost as exc:
            return {ref: Outcome(ref, "lost", message=str(exc)) for ref in locked}
        except AdapterError:
            return {}

    def _judged(self, refs: Sequence[Ref], reply: Reply) -> list[Outcome]:
        return outcomes(refs, reply, self._client.connection)


def _felled(outcome: Outcome) -> bool:
    """Refused by what is handed many records together: perhaps another one's fault."""
    return outcome.status == "refused" and outcome.code in TOGETHER


def _to_single_out(outcomes: Mapping[Ref, Outcome]) -> set[Ref]:
    """Whom a bulk job refused for a trigger that failed; as many as one call takes, where it failed over everybody."""
    felled = [ref for ref, outcome in outcomes.items() if _felled(outcome)]
    return set(felled[:MOST_WRITTEN] if len(felled) == len(outcomes) else felled)


def _concluded(of_jobs: Mapping[Ref, Outcome], answered: Sequence[Outcome]) -> dict[Ref, Outcome]:
    """All outcomes. A trigger that fails over every single record is the org's matter; else who was not asked for
    singly waits."""
    outcomes = {**of_jobs} | {outcome.ref: outcome for outcome in answered}
    always = len(outcomes) > 1 and all(_felled(outcome) for outcome in outcomes.values())
    asked = {outcome.ref for outcome in answered}
    for ref, outcome in outcomes.items():
        if _felled(outcome) and ref not in asked and not always:
            outcomes[ref] = replace(outcome, status="later")
        elif outcome.status == "refused":
            outcomes[ref] = replace(outcome, definition=always or outcome.code in DEFINITION)
    return outcomes


def _body(refs: Sequence[Ref], records: Mapping[Ref, Json]) -> Json:
    return {"allOrNone": False, "records": [records[ref] for ref in refs]}


def outcomes(refs: Sequence[Ref], reply: Reply, connection: str) -> list[Outcome]:
    """The outcomes of a collections answer, by position: a refused item may come without its id."""
    items = reply.body if isinstance(reply.body, list) else []
    if len(items) != len(refs):
        raise Lost(f"{len(refs)} records sent, {len(items)} answered", connection=connection)
    return [_outcome(ref, item, reply.at) for ref, item in zip(refs, items, strict=True)]


def _outcome(ref: Ref, item: Mapping[str, Any], at: datetime) -> Outcome:
    if item.get("success") is True:
        return Outcome(ref, "written", at=at)
    error: Mapping[str, Any] = next(iter(item.get("errors") or []), {})
    code = str(error.get("statusCode") or error.get("errorCode") or "")
    return judged(ref, code, str(error.get("message") or ""), ", ".join(error.get("fields") or []), at)


def _without_column(part: Sequence[Patch], records: Mapping[Ref, Json], error: Refused) -> list[Outcome]:
    """A hidden field that every record of the call carries refuses them all; halving would only cost calls."""
    column = re.search(r"No such column '(\w+)'", str(error))
    if column is None or any(column[1] not in records[patch.ref] for patch in part):
        raise error
    return [Outcome(patch.ref, "refused", code=error.code, message=str(error)) for patch in part]


def encoded(field: OwnField, value: Value) -> str | float | bool | None:
    """A canonical value as this own field takes it in JSON; None (and blank) clears. Raises Unwritable."""
    if value is None or value in ("", ()):
        return None
    if field.type in ("number", "currency"):
        return _number(field, value)
    if field.type == "multi_picklist":
        return ";".join(value) if isinstance(value, tuple) else str(value)
    if isinstance(value, datetime):
        return times.iso_seconds(value) if field.type == "datetime" else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _number(field: OwnField, value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Unwritable(f"{field.name} takes a number, not {value!r}")
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-field.scale), rounding=ROUND_HALF_UP)
    return float(rounded) + 0.0 if field.scale else int(rounded)  # + 0.0 turns -0.0 into 0.0
