"""Rows of HubSpot → canonical records. Pure: JSON, a shape and what is known beside the row in, records out.

Property names come from the map; what is fixed here is how HubSpot's objects mean what they say (a deal is won
by two flags or by its stage, a ticket is closed by what its pipeline says of the stage).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.domains import domain
from adapters.hubspot import values
from adapters.hubspot.search import changed
from adapters.hubspot.shapes import ACTIVITIES, MERGED, PULSE, Shape, vendor_name
from adapters.hubspot.values import Reader
from adapters.readers import UNREAD
from adapters.records import (
    Account,
    Activity,
    Contract,
    Deal,
    Invoice,
    Item,
    Person,
    Record,
    Ref,
    Response,
    Ticket,
    Tombstone,
    Usage,
    User,
    Value,
)
from adapters.roles import strongest
from adapters.vocabulary import words_of
from config import words
from config.checks import MAPPED_WORDS
from config.words import UNKNOWN, Kind

Row = Mapping[str, Any]
Raw = dict[str, Any]
"""Constructor arguments of a record, by canonical name."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a pipeline says of one of its stages: texts, as HubSpot keeps them."""

    label: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside a row."""

    links: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Canonical field → record id → the ids it refers to, primary first."""
    stages: Mapping[str, Stage] = field(default_factory=dict)
    """By stage id."""
    currency: str | None = None
    """The portal's own, for amounts that name none."""


def record(row: Row, shape: Shape, beside: Beside) -> Record:
    """One row of the objects API as its record."""
    one = str(row.get("id"))
    ref = Ref(shape.connection, shape.kind, shape.id(one))
    said: Row = row.get("properties") or {}
    extra = {name: values.text(said.get(vendor)) for name, vendor in shape.extra.items()}
    raw: Raw = {"ref": ref, "changed_at": changed(row, shape.stamp), "extra": extra}
    linked = {name: targets.get(one, ()) for name, targets in beside.links.items()}
    built = _BUILDERS[shape.kind](said, shape, raw | _fields(said, shape), linked, beside)
    extra |= {name + UNREAD: text for name, text in _unread(said, shape) if getattr(built, name) == UNKNOWN}
    return built


def _unread(said: Row, shape: Shape) -> Iterator[tuple[str, str]]:
    """What the properties hold that ought to be words of ours; what the map calls unknown itself is no news."""
    for name in _OURS.get(shape.kind, ()):
        if (text := _said(said, shape, name)) and text not in shape.words.get(name, {}):
            yield name, text


_OURS: Final[Mapping[Kind, list[str]]] = {
    kind: [name for other, name in MAPPED_WORDS if other == kind] for kind, _ in MAPPED_WORDS
}
"""Per kind, the fields that hold words of ours."""


def value_of(shape: Shape, name: str, said: object, beside: Beside) -> Value:
    """What a mapped field would be, if its property held this and nothing else of the record were known."""
    vendor = shape.mapped.get(name) or shape.extra[name]
    alone = record({"properties": {vendor: said}}, shape, beside)
    value: Value = getattr(alone, name) if name in shape.mapped else alone.extra[name]
    return value


def no_touch(row: Row, shape: Shape) -> Tombstone:
    """What csbridge created is no activity of the customer's: for whoever asks, it is not there."""
    return Tombstone(Ref(shape.connection, shape.kind, shape.id(str(row.get("id")))), changed(row, shape.stamp))


def merged_away(row: Row, shape: Shape) -> list[Item]:
    """Tombstones of the records that were merged into this one."""
    said: Row = row.get("properties") or {}
    gone = {*values.ids(said.get(MERGED)), *values.ids(said.get("hs_calculated_merged_vids"))} - {str(row.get("id"))}
    at, survivor = changed(row, shape.stamp), shape.id(str(row.get("id")))
    return [Tombstone(Ref(shape.connection, shape.kind, shape.id(one)), at, survivor) for one in sorted(gone)]


def user(row: Row, connection: str) -> User:
    """One owner, as ``/crm/v3/owners`` gives it. Records name an owner by its id, not by its userId."""
    name = " ".join(part for key in ("firstName", "lastName") if (part := values.text(row.get(key))))
    return User(
        ref=Ref(connection, "user", str(row.get("id"))),
        changed_at=changed(row, ""),
        name=name or None,
        email=values.text(row.get("email")),
        active=not row.get("archived", False),
    )


STAGED: Final = frozenset({("deal", "status"), ("ticket", "status")})
"""Fields that hold a word of ours which the pipelines decide, not one property alone."""

_READERS: Final[Mapping[str, Reader]] = {
    "domain": lambda value, _zone: domain(value),
    "employees": values.whole, "reopened": values.whole,
    "arr": values.number, "seats_bought": values.number, "amount": values.number, "score": values.number,
    "customer_since": values.day, "churned_on": values.day, "renewal_date": values.day, "left_on": values.day,
    "opened_on": values.day, "closes_on": values.day, "pulse_until": values.day,
    "opened_at": values.instant, "first_reply_at": values.instant, "closed_at": values.instant, "at": values.instant,
    "escalated": values.flag, "auto_renew": values.flag,
    "starts_on": values.day, "ends_on": values.day, "due_on": values.day, "paid_on": values.day, "day": values.day,
    "seats": values.number, "count": values.number, "seconds": values.number,
}  # fmt: skip
"""Every other mapped field is text."""

_APART: Final = frozenset({"status", "accounts", "account", "persons", "person", "done"})
"""Fields that more than one property, or the associations, decide; accounts' status aside."""


def _fields(said: Row, shape: Shape) -> Raw:
    """The mapped fields that one property decides."""
    raw: Raw = {}
    for name, vendor in shape.mapped.items():
        ours = () if (shape.kind, name) in STAGED else words_of(shape.kind).get(name, ())
        if ours:
            raw[name] = _word(name, said.get(vendor), shape.words.get(name, {}), ours)
        elif name not in _APART:
            value: object = said.get(vendor)
            table = shape.words.get(name, {})
            raw[name] = _READERS.get(name, values.text)(table.get(str(value), value), shape.zone)
    return raw | {name: value for name, value in shape.constants.items() if raw.get(name) is None}


def _word(name: str, value: object, table: Mapping[str, str], ours: tuple[str, ...]) -> str | None:
    """Through the table of the map; a role (``hs_buying_role``) is a multiple checkbox."""
    if name == "role":
        return strongest(value, lambda said: values.word(said, table, ours))
    return values.word(value, table, ours)


def _said(said: Row, shape: Shape, name: str) -> str | None:
    vendor = shape.mapped.get(name)
    return values.text(said.get(vendor)) if vendor else None


Linked = Mapping[str, tuple[str, ...]]


def _many(said: Row, shape: Shape, linked: Linked, name: str) -> tuple[str, ...]:
    """The ids of a mapped property first, then those of the associations."""
    named = values.ids(_said(said, shape, name))
    return tuple(dict.fromkeys((*named, *linked.get(name, ()))))


def _one(said: Row, shape: Shape, linked: Linked, name: str) -> str | None:
    return next(iter(_many(said, shape, linked, name)), None)


def _account(said: Row, shape: Shape, raw: Raw, _linked: Linked, beside: Beside) -> Account:
    observed = _observed(said, shape)
    raw |= {name: observed[name] for name in PULSE if name in observed}
    raw["pulse"] = raw["pulse"] if raw.get("pulse") in words.PULSES else None
    raw["own"] = {name: value for name, value in observed.items() if name not in PULSE}
    if raw.get("arr") is not None and not raw.get("currency"):
        raw["currency"] = beside.currency
    return Account(**raw)


def _observed(said: Row, shape: Shape) -> Raw:
    """What our own fields hold now."""
    return {item.name: values.OWN_READERS[item.type](said.get(vendor_name(item)), shape.zone) for item in shape.own}


def _person(said: Row, shape: Shape, raw: Raw, linked: Linked, _beside: Beside) -> Person:
    return Person(**raw, accounts=_many(said, shape, linked, "accounts"), own=_observed(said, shape))


def _activity(said: Row, shape: Shape, raw: Raw, linked: Linked, _beside: Beside) -> Activity:
    kind = raw.get("kind")
    raw["kind"] = kind if kind and kind != UNKNOWN else ACTIVITIES.get(shape.object, UNKNOWN)
    raw["at"] = raw.get("at") or values.instant(said.get("hs_timestamp"))
    raw["precision"] = raw.get("precision") or "instant"
    raw["accounts"] = _many(said, shape, linked, "accounts")
    raw["persons"] = _many(said, shape, linked, "persons")
    return Activity(**raw, done=_done(said, shape))


def _done(said: Row, shape: Shape) -> bool | None:
    """A call, an e-mail or a note is logged because it took place; a meeting or a task says so itself."""
    if "done" not in shape.mapped:
        return True if shape.object in ("calls", "emails", "notes") else None
    outcome = _said(said, shape, "done")
    return None if outcome is None else values.flag(shape.words.get("done", {}).get(outcome, outcome))


def _deal(said: Row, shape: Shape, raw: Raw, linked: Linked, beside: Beside) -> Deal:
    raw["currency"] = raw.get("currency") or (None if raw.get("amount") is None else beside.currency)
    raw["account"] = _one(said, shape, linked, "account")
    raw["status"] = _deal_status(said, shape, beside)
    return Deal(**raw)


def _deal_status(said: Row, shape: Shape, beside: Beside) -> str | None:
    """The admin's table, else HubSpot's two flags, else what the pipeline says of the stage."""
    word = _said(said, shape, "status")
    if word is not None and word in (table := shape.words.get("status", {})):
        return table[word]
    if values.flag(said.get("hs_is_closed_won")):
        return "won"
    closed = values.flag(said.get("hs_is_closed"))
    if closed is not None:
        return "lost" if closed else "open"
    return None if word is None else deal_stage(beside.stages.get(word))


def deal_stage(stage: Stage | None) -> str:
    """A stage's metadata: ``{"isClosed": "true", "probability": "1.0"}`` is won."""
    closed = None if stage is None else values.flag(stage.metadata.get("isClosed"))
    if stage is None or closed is None:
        return UNKNOWN
    if not closed:
        return "open"
    return "won" if (values.number(stage.metadata.get("probability")) or 0) >= 1 else "lost"


def _ticket(said: Row, shape: Shape, raw: Raw, linked: Linked, beside: Beside) -> Ticket:
    raw["account"] = _one(said, shape, linked, "account")
    raw["person"] = _one(said, shape, linked, "person")
    word = _said(said, shape, "status")
    table = shape.words.get("status", {})
    raw["status"] = None if word is None else table.get(word) or ticket_stage(beside.stages.get(word))
    return Ticket(**raw)


def ticket_stage(stage: Stage | None) -> str:
    """A stage's ``ticketState``; open ones that wait for the other side, by their label, are pending."""
    state = "" if stage is None else str(stage.metadata.get("ticketState", "")).upper()
    if stage is None or state not in ("OPEN", "CLOSED"):
        return UNKNOWN
    if state == "CLOSED":
        return "closed"
    label = stage.label.lower()
    return "pending" if "waiting" in label and "waiting on us" not in label else "open"


def _contract(said: Row, shape: Shape, raw: Raw, linked: Linked, _beside: Beside) -> Contract:
    raw["account"] = _one(said, shape, linked, "account")
    return Contract(**raw)


def _invoice(said: Row, shape: Shape, raw: Raw, linked: Linked, beside: Beside) -> Invoice:
    """Whether it is paid cannot be told where that property is hidden or not mapped: then nothing is said to be due."""
    raw["account"] = _one(said, shape, linked, "account")
    raw["currency"] = raw.get("currency") or (None if raw.get("amount") is None else beside.currency)
    raw["due_on"] = raw.get("due_on") if "paid_on" in shape.mapped else None
    return Invoice(**raw)


def _usage(said: Row, shape: Shape, raw: Raw, linked: Linked, _beside: Beside) -> Usage:
    raw["account"] = _one(said, shape, linked, "account")
    raw["person"] = _one(said, shape, linked, "person")
    return Usage(**raw)


def _response(said: Row, shape: Shape, raw: Raw, linked: Linked, _beside: Beside) -> Response:
    raw["account"] = _one(said, shape, linked, "account")
    raw["person"] = _one(said, shape, linked, "person")
    return Response(**raw)


_BUILDERS: Final[Mapping[Kind, Callable[[Row, Shape, Raw, Linked, Beside], Record]]] = {
    "account": _account,
    "person": _person,
    "activity": _activity,
    "deal": _deal,
    "ticket": _ticket,
    "contract": _contract,
    "response": _response,
    "invoice": _invoice,
    "usage": _usage,
}
