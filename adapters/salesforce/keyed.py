"""Tasks and notes of ours in Salesforce: found by their key, then changed or created. A note is a completed task.

Notes and ContentNotes cannot carry a key: they take no custom fields, where a field of Activity is every task's.
Whether such a field may be an External ID, by which one could upsert, is not documented: so every creation is preceded
by a search for its key, and one that was held up in between searches again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, Final

from adapters import times
from adapters.contract import Outcome, Patch
from adapters.errors import QuotaSpent, Retry, Unauthorized
from adapters.keyed import Keyed
from adapters.records import Item, Ref, Tombstone, Value
from adapters.salesforce import soql, values
from adapters.salesforce.answers import records
from adapters.salesforce.client import Client
from adapters.salesforce.describing import describe
from adapters.salesforce.view import KEY
from adapters.salesforce.writing import Unwritable, Writer
from config.words import KeyedKind

TASK: Final = "Task"
SEARCHED_FOR: Final = 30.0
"""Seconds for which a search is believed: far less than a lease, after which another worker may create the same."""
NO_KEY_FIELD: Final = "NO_KEY_FIELD"
AT_ONCE: Final = 100
"""Keys of one query: as many as the longest keys leave room for in an address."""

_READ: Final = ("Id", "SystemModstamp", KEY, "WhatId", "WhoId", "OwnerId", "Subject", "Description", "IsClosed")
_STATUS: Final = {"open": "Not Started", "done": "Completed"}
_TEXTS: Final = {
    "account": "WhatId",
    "person": "WhoId",
    "owner": "OwnerId",
    "subject": "Subject",
    "body": "Description",
}

Json = dict[str, Any]
Row = Mapping[str, Any]


class KeyedWriter:
    """Those of one connection. ``on_found``: told when the key field has come to be visible."""

    def __init__(self, client: Client, writer: Writer, zone: tzinfo, on_found: Callable[[], None]) -> None:
        self._client, self._writer, self._zone, self._on_found = client, writer, zone, on_found
        self._has_field = False

    def write(self, patches: Sequence[Patch]) -> list[Outcome]:
        """One outcome per patch, in order. Raises what ``Adapter.write`` may raise."""
        if not self._is_ready():
            told = f"the org does not show Activity.{KEY} to the user of this connection; csbridge provision --apply"
            return [Outcome(one.ref, "refused", code=NO_KEY_FIELD, message=told, definition=True) for one in patches]
        outcomes: dict[Ref, Outcome] = {}
        bodies: dict[Ref, Json] = {}
        for patch in patches:
            try:
                bodies[patch.ref] = self._body(patch)
            except Unwritable as exc:
                outcomes[patch.ref] = Outcome(patch.ref, "refused", code="UNWRITABLE", message=str(exc))
        sendable = [patch for patch in patches if patch.ref in bodies]
        outcomes |= self._sent(sendable, bodies)
        return [outcomes[patch.ref] for patch in patches]

    def read(self, kind: KeyedKind, keys: Sequence[str]) -> list[Item]:
        """Ours with these keys. Nothing at all while the key field is hidden: then nobody can tell."""
        if not self._is_ready():
            return []
        found, at = self._found(keys)
        return [
            self._keyed(Ref(self._client.connection, kind, key), found[key])
            if key in found
            else Tombstone(Ref(self._client.connection, kind, key), at)
            for key in dict.fromkeys(keys)
        ]

    def _is_ready(self) -> bool:
        if not self._has_field:
            seen, _ = describe(self._client, TASK)
            self._has_field = seen is not None and seen.field(KEY) is not None
            if self._has_field:
                self._on_found()
        return self._has_field

    def _sent(self, patches: Sequence[Patch], bodies: Mapping[Ref, Json]) -> dict[Ref, Outcome]:
        looked = time.monotonic()
        found, at = self._found([patch.ref.id for patch in patches])
        known = [patch for patch in patches if patch.ref.id in found]
        new = [patch for patch in patches if patch.ref.id not in found and patch.new]
        gone = [patch for patch in patches if patch.ref.id not in found and not patch.new]
        outcomes = {one.ref: Outcome(one.ref, "gone", at=at, message="there is no task with this key") for one in gone}
        changed = {one.ref: {**bodies[one.ref], "Id": str(found[one.ref.id]["Id"])} for one in known}
        created = {one.ref: bodies[one.ref] | {KEY: one.ref.id} | _birth(one) for one in new}
        outcomes |= self._stroke("PATCH", known, changed, bool(outcomes))
        return outcomes | self._stroke("POST", new, created, bool(outcomes), lambda: self._believed(looked))

    def _stroke(
        self, method: str, patches: Sequence[Patch], bodies: Mapping[Ref, Json], decided: bool,
        check: Callable[[], None] = lambda: None,
    ) -> dict[Ref, Outcome]:  # fmt: skip
        """One kind of change. With something ``decided`` already, nothing is raised: what was not sent is for later."""
        try:
            return {one.ref: one for one in self._writer.in_batches(patches, bodies, method, check)}
        except (Retry, QuotaSpent, Unauthorized) as exc:
            if not decided:
                raise
            return {one.ref: Outcome(one.ref, "later", code=exc.code, message=str(exc)) for one in patches}

    def _believed(self, looked: float) -> None:
        """Before a creation goes out: a process that was stopped since its search must not trust it any more."""
        if time.monotonic() - looked > SEARCHED_FOR:
            raise Retry("too long since the search for these keys", connection=self._client.connection)

    def _found(self, keys: Sequence[str]) -> tuple[dict[str, Row], datetime]:
        """The living tasks with these keys (of several with one, the first), and the vendor's time."""
        rows: list[Row] = []
        asked = list(dict.fromkeys(keys))
        for first in range(0, len(asked), AT_ONCE):
            listed = soql.listed(asked[first : first + AT_ONCE])
            columns = ", ".join((*_READ, "ActivityDate"))
            reply = self._client.query(f"SELECT {columns} FROM {TASK} WHERE {KEY} IN ({listed}) ORDER BY Id", "read")
            rows += records(reply)
        by_key = {str(row.get(KEY)).casefold(): row for row in reversed(rows)}
        return {key: by_key[key.casefold()] for key in asked if key.casefold() in by_key}, reply.at

    def _keyed(self, ref: Ref, row: Row) -> Keyed:
        own: dict[str, Value] = {name: values.text(row.get(vendor)) for name, vendor in _TEXTS.items()}
        if ref.kind == "task":
            own |= {"status": "done" if row.get("IsClosed") else "open", "due": times.day(row.get("ActivityDate"))}
        at = times.instant(row.get("SystemModstamp"))
        return Keyed(ref=ref, changed_at=at or times.midnight(date(1970, 1, 1)), own=own)

    def _body(self, patch: Patch) -> Json:
        """``attributes`` has to come first. Raises Unwritable for what a task cannot hold."""
        body: Json = {"attributes": {"type": TASK}}
        for name, value in patch.fields.items():
            if name in _TEXTS:
                body[_TEXTS[name]] = value
            elif name == "status":
                body["Status"] = _STATUS[str(value)] if patch.ref.kind == "task" else _STATUS["done"]
            elif name == ("due" if patch.ref.kind == "task" else "at"):
                body["ActivityDate"] = _day(value, self._zone)
            elif name not in ("at", "due"):
                raise Unwritable(f"{name} is no part of a {patch.ref.kind}")
        return body


def _birth(patch: Patch) -> Json:
    """What a new task needs besides."""
    return {"Priority": "Normal", **({"Status": _STATUS["done"]} if patch.ref.kind == "note" else {})}


def _day(value: Value, zone: tzinfo) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(zone).date().isoformat()
    return value.isoformat() if isinstance(value, date) else None
