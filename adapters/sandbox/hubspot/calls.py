"""What every HubSpot route shares: the request read strictly, JSON out, the portal at hand. Thin over Flask."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request

from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.faults import Fault
from adapters.sandbox.hubspot.errors import HubspotError, missing_scopes, not_found, validation
from adapters.sandbox.hubspot.hooks import changes_of
from adapters.sandbox.hubspot.portal import Portal, Row, Shelf
from adapters.sandbox.hubspot.schema import object_type
from adapters.sandbox.hubspot.values import epoch_ms, iso
from adapters.sandbox.journal import Write
from adapters.sandbox.vendor import Instruments

USER = "private-app"


@dataclass(frozen=True, slots=True)
class Desk:
    """What a route works with."""

    portal: Portal
    instruments: Instruments

    @property
    def clock(self) -> SandboxClock:
        return self.instruments.clock

    def now(self) -> int:
        return epoch_ms(self.clock.now())

    def shelf(self, word: str) -> Shelf:
        """The type named in a path; 400 when there is none, as HubSpot answers."""
        kind = object_type(word)
        if kind is None:
            raise validation(f"Unable to infer object type from: {word}")
        return self.portal.shelves[kind.name]

    def may(self, scope: str) -> None:
        """403 unless the app has the scope."""
        if scope in self.portal.options.missing_scopes:
            raise missing_scopes(scope)

    def readable(self, word: str) -> Shelf:
        shelf = self.shelf(word)
        self.may(f"crm.objects.{shelf.kind.name}.read")
        return shelf

    def writable(self, word: str) -> Shelf:
        shelf = self.shelf(word)
        if shelf.kind.read_only:
            raise HubspotError(405, "METHOD_NOT_ALLOWED", f"{shelf.kind.name} are read only")
        self.may(f"crm.objects.{shelf.kind.name}.write")
        return shelf

    def refusal(self, shelf: Shelf, record: str) -> HubspotError | None:
        """The fault "refuse", if one was asked for that means this record."""
        if not self.instruments.faults.waits("refuse"):
            return None
        subjects = (f"{request.method} {request.path}", shelf.kind.name)
        fault: Fault | None = self.instruments.faults.take(("refuse",), subjects, {record})
        if fault is None:
            return None
        return validation(
            fault.message or f"{record} was refused", extra={"category": fault.code or "VALIDATION_ERROR"}
        )

    def note(
        self, shelf: Shelf, record: str | None, fields: Mapping[str, Any], action: str, error: str | None = None
    ) -> None:
        """Keep a write in the journal."""
        name = shelf.kind.name
        write = Write(self.clock.now(), name, record, dict(fields), user=USER, action=action, error=error)
        self.instruments.journal.record(write)

    def tell(self, shelf: Shelf, row: Row, action: str, changed: Mapping[str, str | None]) -> None:
        """Webhooks for the app's own writes, when they are switched on."""
        if self.portal.options.echo_api_writes:
            changes = changes_of(shelf.kind.name, row.id, action, changed, self.clock.now(), "api")
            self.instruments.notifier.send(changes)


Handler = Callable[..., Response]


def answer(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status=status, content_type="application/json;charset=utf-8")


def nothing() -> Response:
    return Response(status=204)


def correlation_id() -> str:
    return str(uuid.uuid4())


def body_of(required: bool = True) -> dict[str, Any]:
    """The request's JSON object; 400 when it is not one."""
    body = _json() if request.data or required else {}
    if not isinstance(body, dict):
        raise validation("Invalid input JSON on line 1, column 1: Cannot deserialize value: an object is needed")
    return body


def list_body() -> list[Any]:
    """The request's JSON list; 400 when it is not one."""
    body = _json()
    if not isinstance(body, list):
        raise validation("Invalid input JSON on line 1, column 1: Cannot deserialize value: a list is needed")
    return body


def _json() -> Any:
    try:
        return orjson.loads(request.data)
    except orjson.JSONDecodeError as exc:
        raise validation(f"Invalid input JSON on line {exc.lineno}, column {exc.colno}: {exc.msg}") from exc


def names(key: str) -> list[str]:
    """A query parameter that lists names: repeated or joined by commas."""
    return [name.strip() for text in request.args.getlist(key) for name in text.split(",") if name.strip()]


def flag(key: str) -> bool:
    return request.args.get(key, "false").lower() == "true"


def limit_of(default: int, largest: int) -> int:
    text = request.args.get("limit", str(default))
    if not text.isdecimal() or not 1 <= int(text) <= largest:
        raise validation(f"limit must be between 1 and {largest}, was {text}")
    return int(text)


def offset_of() -> int:
    """``after`` of a listing: opaque to the caller, a number to us."""
    text = request.args.get("after", "0") or "0"
    if not text.isdecimal():
        raise validation(f"after is not a cursor of this listing: {text}")
    return int(text)


def next_page(after: int) -> dict[str, Any]:
    """``paging`` of a listing, with the link to follow."""
    pairs = [(key, value) for key, value in request.args.items(multi=True) if key != "after"]
    query = "&".join(f"{key}={value}" for key, value in [*pairs, ("after", str(after))])
    return {"next": {"after": str(after), "link": f"{request.base_url}?{query}"}}


def found(shelf: Shelf, key: str, id_property: str | None, archived: bool = False) -> Row | None:
    """A record by id or by another property's value; None when there is none."""
    if id_property and id_property != "hs_object_id":
        if id_property not in shelf.definitions:
            raise validation(f"Property '{id_property}' does not exist")
        return shelf.by_value(id_property, key)
    if not key.isdecimal():
        return None
    if archived:
        row = shelf.rows.get(int(key))
        return row if row is not None and row.archived is not None else None
    return shelf.live(int(key))


def required(shelf: Shelf, key: str, id_property: str | None, archived: bool = False) -> Row:
    row = found(shelf, key, id_property, archived)
    if row is None:
        raise not_found("resource not found")
    return row


def unique_ids(ids: Sequence[str]) -> None:
    """400 when a batch names a record twice."""
    doubled = sorted({record for record in ids if ids.count(record) > 1})
    if doubled:
        raise validation(f"Duplicate IDs found in batch input: [{', '.join(doubled)}]. IDs must be unique")


def batch_answer(
    results: Sequence[Any], errors: Sequence[Mapping[str, Any]], began: int, ended: int, status: int = 200
) -> Response:
    """A batch's answer: 207 with ``errors`` when some inputs failed."""
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": list(results),
        "startedAt": iso(began),
        "completedAt": iso(ended),
    }
    if errors:
        body |= {"numErrors": len(errors), "errors": list(errors)}
    return answer(body, 207 if errors else status)
