"""Tasks and notes of ours in HubSpot: created whole, with what they hang on, by one batch; changed by their key.

The key is a property without equals, which HubSpot itself guards: of two creations with one key the second is refused.
So nothing is searched for beforehand, and a key that is taken already is read back like an answer that was lost.
(A batch/upsert takes no associations: a note would stand on no account for as long as a second call is under way.)
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from functools import partial
from typing import Any, Final

from adapters import times
from adapters.contract import Outcome, Patch
from adapters.errors import QuotaSpent, Refused, Retry, Unauthorized
from adapters.halving import halve
from adapters.hubspot import associations, paths, search, values
from adapters.hubspot.client import Client, Reply
from adapters.hubspot.failures import code_of
from adapters.hubspot.shapes import KEY
from adapters.keyed import Keyed
from adapters.records import Item, Ref, Tombstone, Value
from config.words import KeyedKind

BATCH: Final = 100
NO_KEY_FIELD: Final = "NO_KEY_FIELD"
OBJECTS: Final[Mapping[KeyedKind, str]] = {"task": "tasks", "note": "notes"}

_TAKEN: Final = "CONFLICTING_UNIQUE_VALUE"
_GONE: Final = "OBJECT_NOT_FOUND"
_DEFINITION: Final = frozenset({"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE", "INVALID_OPTION"})
_STAMP: Final = "hs_lastmodifieddate"
_STATUS: Final = {"open": "NOT_STARTED", "done": "COMPLETED"}
_LINKS: Final[Mapping[tuple[KeyedKind, str], int]] = {
    ("note", "account"): 190, ("note", "person"): 202, ("task", "account"): 192, ("task", "person"): 204,
}  # fmt: skip
"""HubSpot's own association types, from the note or task to its company and its contact."""
_READ: Final[Mapping[KeyedKind, Mapping[str, str]]] = {
    "task": {"subject": "hs_task_subject", "body": "hs_task_body", "status": "hs_task_status"},
    "note": {},
}
"""Parts that come back as they were sent. A note's text does not: it is HTML, which HubSpot tidies up."""

Json = dict[str, Any]


class KeyedWriter:
    """Those of one connection."""

    def __init__(self, client: Client, connection: str, zone: tzinfo) -> None:
        self._client, self._connection, self._zone = client, connection, zone
        self._ready: set[KeyedKind] = set()

    def write(self, kind: KeyedKind, patches: Sequence[Patch]) -> list[Outcome]:
        """One outcome per patch, in order. Raises what ``Adapter.write`` may raise."""
        if not self._is_ready(kind):
            told = f"the portal has no property {KEY} on {OBJECTS[kind]}; csbridge provision --apply"
            return [Outcome(one.ref, "refused", code=NO_KEY_FIELD, message=told, definition=True) for one in patches]
        outcomes: dict[Ref, Outcome] = {}
        inputs: dict[Ref, Json] = {}
        for patch in patches:
            try:
                inputs[patch.ref] = self._input(kind, patch)
            except ValueError as error:
                outcomes[patch.ref] = Outcome(patch.ref, "refused", code="UNWRITABLE", message=str(error))
        new = [patch for patch in patches if patch.ref in inputs and patch.new]
        known = [patch for patch in patches if patch.ref in inputs and not patch.new]
        outcomes |= self._stroke(paths.BATCH_CREATE, kind, inputs, new, decided=False)
        outcomes |= self._stroke(paths.BATCH_UPDATE, kind, inputs, known, decided=bool(new))
        return [outcomes[patch.ref] for patch in patches]

    def _stroke(
        self, path: str, kind: KeyedKind, inputs: Mapping[Ref, Json], patches: Sequence[Patch], *, decided: bool
    ) -> dict[Ref, Outcome]:
        """One kind of change. With something ``decided`` already, nothing is raised: what was not sent is for later."""
        try:
            answered = halve(patches, partial(self._send, path, kind, inputs), BATCH)
        except (Retry, QuotaSpent, Unauthorized) as error:
            if not decided:
                raise
            return {one.ref: Outcome(one.ref, "later", code=error.code, message=str(error)) for one in patches}
        return {outcome.ref: _read_again(outcome) for outcome in answered}

    def read(self, kind: KeyedKind, keys: Sequence[str]) -> list[Item]:
        """Ours with these keys. Nothing at all while there is no such property: then nobody can tell."""
        if not self._is_ready(kind):
            return []
        items: list[Item] = []
        asked = list(dict.fromkeys(keys))
        for first in range(0, len(asked), BATCH):
            items += self._read(kind, asked[first : first + BATCH])
        return items

    def _read(self, kind: KeyedKind, keys: Sequence[str]) -> list[Item]:
        wanted = [KEY, _STAMP, *_READ[kind].values()]
        body = {"properties": wanted, "idProperty": KEY, "inputs": [{"id": key} for key in keys]}
        reply = self._client.search(paths.BATCH_READ, "read", body, object=OBJECTS[kind])
        rows = {_key(row): row for row in reply.results}
        ids = [str(row.get("id")) for row in rows.values()]
        links = associations.linked(self._client, OBJECTS[kind], "companies", ids) if ids else {}
        return [
            self._keyed(Ref(self._connection, kind, key), rows[key.lower()], links)
            if key.lower() in rows
            else Tombstone(Ref(self._connection, kind, key), reply.at)
            for key in keys
        ]

    def _keyed(self, ref: Ref, row: Mapping[str, Any], links: associations.Links) -> Keyed:
        said: Mapping[str, Any] = row.get("properties") or {}
        kind: KeyedKind = "task" if ref.kind == "task" else "note"
        own: dict[str, Value] = {name: values.text(said.get(vendor)) for name, vendor in _READ[kind].items()}
        if "status" in own:
            own["status"] = "done" if own["status"] == _STATUS["done"] else "open"
        accounts = links.get(str(row.get("id")), ())
        own |= {"account": accounts[0]} if accounts else {}
        return Keyed(ref=ref, changed_at=search.changed(row, _STAMP), own=own)

    def _is_ready(self, kind: KeyedKind) -> bool:
        if kind not in self._ready:
            try:
                self._client.get(paths.PROPERTY, "describe", object=OBJECTS[kind], property=KEY)
                self._ready.add(kind)
            except (Refused, Unauthorized) as error:
                if error.status not in (403, 404):
                    raise
        return kind in self._ready

    def _send(self, path: str, kind: KeyedKind, inputs: Mapping[Ref, Json], patches: Sequence[Patch]) -> list[Outcome]:
        body = {"inputs": [inputs[patch.ref] for patch in patches]}
        try:
            reply = self._client.send("POST", path, "write", body, object=OBJECTS[kind])
        except Refused as error:
            if len(patches) == 1 and (error.status, error.code) == (404, _GONE):
                return [Outcome(patches[0].ref, "gone", code=error.code, message=str(error))]
            raise
        return outcomes(patches, reply)

    def _input(self, kind: KeyedKind, patch: Patch) -> Json:
        """Raises ValueError for what a change cannot express: a note or task stays where it was created."""
        said = {KEY: patch.ref.id, **self._properties(kind, patch)}
        linked = {name: value for name, value in patch.fields.items() if name in ("account", "person") and value}
        trace = {"objectWriteTraceId": patch.ref.id}
        if not patch.new:
            if linked:
                raise ValueError(f"a {kind} that is there stays on its {' and '.join(linked)}")
            return {"id": patch.ref.id, "idProperty": KEY, "properties": said, **trace}
        links = [{"to": {"id": str(one)}, "types": [_link(_LINKS[kind, name])]} for name, one in sorted(linked.items())]
        return {"properties": said, "associations": links, **trace}

    def _properties(self, kind: KeyedKind, patch: Patch) -> dict[str, str]:
        fields = dict(patch.fields)
        said: dict[str, str] = {}
        if "owner" in fields:
            said["hubspot_owner_id"] = str(fields["owner"] or "")
        at = fields.get("due") or fields.get("at") if kind == "task" else fields.get("at")
        if at is not None:
            said["hs_timestamp"] = _moment(at, self._zone)
        if kind == "note":
            return said | ({"hs_note_body": _html(fields["body"])} if "body" in fields else {})
        named = {"subject": "hs_task_subject", "body": "hs_task_body"}
        said |= {vendor: str(fields[name] or "") for name, vendor in named.items() if name in fields}
        said |= {"hs_task_status": _STATUS[str(fields["status"])]} if "status" in fields else {}
        return said | ({"hs_task_type": "TODO"} if patch.new else {})


def outcomes(patches: Sequence[Patch], reply: Reply) -> list[Outcome]:
    """What a 200, 201 or 207 says of each patch, by its key; results come in any order."""
    done = {_key(row) for row in reply.results}
    errors = [error for error in reply.body.get("errors") or () if isinstance(error, dict)]
    blamed = {key.lower(): error for error in errors for key in _traced(error)}
    return [_outcome(patch, reply, done, blamed.get(patch.ref.id.lower())) for patch in patches]


def _outcome(patch: Patch, reply: Reply, done: set[str], error: Mapping[str, Any] | None) -> Outcome:
    if patch.ref.id.lower() in done:
        return Outcome(patch.ref, "written", at=reply.at)
    if error is None:
        return Outcome(patch.ref, "lost", at=reply.at, message="HubSpot's answer does not mention this key")
    message, code = values.text(error.get("message")) or "refused without a message", code_of(error)
    return Outcome(patch.ref, "gone" if code == _GONE else "refused", at=reply.at, code=code, message=message)


def _read_again(outcome: Outcome) -> Outcome:
    """A key that is taken: it was created before, and nobody here knows how much of it is as it should be."""
    if outcome.status == "refused" and outcome.code == _TAKEN:
        return replace(outcome, status="lost")
    return replace(outcome, definition=outcome.code in _DEFINITION)


def _key(row: Mapping[str, Any]) -> str:
    return str((row.get("properties") or {}).get(KEY) or "").lower()


def _traced(error: Mapping[str, Any]) -> list[str]:
    context = error.get("context") or {}
    named = [context.get(name) for name in ("objectWriteTraceId", "ids", "id")]
    return [str(one) for some in named if some for one in (some if isinstance(some, list) else [some])]


def _link(number: int) -> Json:
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}


def _moment(value: Value, zone: tzinfo) -> str:
    """A day is due when it begins in the company's zone."""
    if isinstance(value, datetime):
        return times.iso_milliseconds(value)
    if isinstance(value, date):
        return times.iso_milliseconds(datetime(value.year, value.month, value.day, tzinfo=zone))
    raise ValueError(f"not a time: {value!r}")


def _html(value: Value) -> str:
    return html.escape(str(value or ""), quote=False).replace("\n", "<br>")
