"""Rows of Salesforce → canonical records. Pure: JSON and a view in, records out.

Field names come from the map; what is fixed here is how Salesforce's objects mean what they say (a task has
its time in one of two fields, an opportunity is won by two flags, a case is closed whatever its status).
"""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

from adapters import times
from adapters.domains import domain
from adapters.readers import UNREAD
from adapters.records import (
    RECORD_TYPES,
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
)
from adapters.roles import strongest
from adapters.salesforce import values
from adapters.salesforce.values import Reader
from adapters.salesforce.view import KEY, PULSE, STAMP, View
from adapters.vocabulary import words_of
from config.words import PULSES, UNKNOWN, Kind

Row = Mapping[str, Any]
Raw = dict[str, Any]
"""Constructor arguments of a record, by canonical name."""

Columns = tuple[tuple[str, str, Reader], ...]
"""(canonical name, vendor field, reader)."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for a stamp that the vendor left out, so that any later version of the record wins."""

_ACCOUNT: Final = "001"
_CONTACT: Final = "003"
_LONGEST_TERM: Final = 1200
"""Months."""

_READERS: Final[Mapping[str, Reader]] = {
    "name": values.text, "domain": lambda value, _zone: domain(value), "parent": values.identifier,
    "owner": values.user, "csm": values.identifier, "industry": values.text, "employees": values.whole,
    "country": values.text, "currency": values.text, "customer_since": values.day, "churned_on": values.day,
    "renewal_date": values.day, "arr": values.number, "plan": values.text, "seats_bought": values.number,
    "referred_by": values.identifier, "pulse_reason": values.text, "pulse_until": values.day,
    "email": values.text, "title": values.text, "channel": values.text, "left_on": values.day,
    "at": values.instant, "done": values.flag, "account": values.identifier, "person": values.identifier,
    "stage": values.text, "amount": values.number, "opened_on": values.day, "closes_on": values.day,
    "category": values.text, "opened_at": values.instant, "first_reply_at": values.instant,
    "closed_at": values.instant, "reopened": values.whole, "escalated": values.flag, "subject": values.text,
    "score": values.number, "comment": values.text, "active": values.flag, "starts_on": values.day,
    "ends_on": values.day, "seats": values.number, "auto_renew": values.flag, "due_on": values.day,
    "paid_on": values.day, "feature": values.text, "day": values.day, "count": values.number, "seconds": values.number,
}  # fmt: skip
"""How each canonical field is read; a name means the same in every kind."""

_WORDS: Final = {"status", "role", "kind", "direction", "priority", "survey", "pulse"}
"""Fields whose vendor values meet ours in a table of the map."""


def mapper(view: View) -> Callable[[Row], Item]:
    """What turns the rows of a view into records, or into tombstones where they are deleted or merged away."""
    mapped, extra, own = _mapped(view), _columns(view.extra), _columns(view.own)
    observed = tuple(column for column in own if column[0] not in PULSE)
    nested = tuple(column for column in view.columns if "." in column)
    said = tuple((name, vendor) for name, vendor, _ in mapped if name in _WORDS or name == "owner")
    currency = view.currency if "currency" in RECORD_TYPES[view.kind].__dataclass_fields__ else None
    build = _BUILDERS[view.kind]

    def to_item(row: Row) -> Item:
        ref = Ref(view.connection, view.kind, values.long_id(row.get("Id")) or str(row.get("Id") or ""))
        at = times.instant(row.get(STAMP)) or EPOCH
        # an event's copy for an invitee is no record, and what csbridge created no touch
        if row.get("IsDeleted") is True or row.get("IsChild") is True or row.get(KEY):
            return Tombstone(ref, at, merged_into=values.long_id(row.get("MasterRecordId")))
        if nested:
            row = {**row, **{name: _nested(row, name) for name in nested}}
        raw = _read(mapped, row, view.zone)
        if view.constants:
            raw |= {name: value for name, value in view.constants.items() if raw.get(name) is None}
        kept = _read(extra, row, view.zone)
        raw |= {"ref": ref, "changed_at": at, "extra": kept}
        if currency and raw.get("currency") is None:
            raw["currency"] = currency
        if view.kind in ("account", "person"):
            raw["own"] = _read(observed, row, view.zone)
        record = build(row, view, raw)
        for name, vendor in said:
            if getattr(record, name) in (None, UNKNOWN) and (word := _spoken(row.get(vendor))):
                kept[name + UNREAD] = word
        return record

    return to_item


def stamp(row: Row) -> tuple[datetime, str]:
    """The place of a row in the order of a pull: (SystemModstamp, Id)."""
    return times.instant(row.get(STAMP)) or EPOCH, str(row.get("Id") or "")


def readers(view: View) -> dict[str, tuple[str, Reader]]:
    """By canonical name, the vendor field and how its values are read."""
    return {name: (vendor, reader) for name, vendor, reader in (*_mapped(view), *_columns(view.extra))}


def _mapped(view: View) -> Columns:
    """The mapped fields with their readers; the pulse comes from its own field where that is visible."""
    found = {
        name: (vendor, _word(view.kind, name, view.words.get(name, {})) if name in _WORDS else _READERS[name])
        for name, vendor in view.mapped.items()
        if name in _WORDS or name in _READERS
    }
    pulse = {name: (vendor, reader) for name, (vendor, reader) in view.own.items() if name in PULSE}
    if "pulse" in pulse:
        pulse["pulse"] = (pulse["pulse"][0], _word("account", "pulse", {}))
    return _columns(found | pulse)


def _word(kind: Kind, name: str, table: Mapping[str, str]) -> Reader:
    """Through the table of the map; what is no pulse is no pulse, where other fields say ``unknown``.

    A role may be a multi-select.
    """
    ours = words_of(kind).get(name, ())
    if name == "pulse":
        return lambda value, _zone: said if (said := values.word(value, table, ours)) in PULSES else None
    if name == "role":
        return lambda value, _zone: strongest(value, lambda said: values.word(said, table, ours))
    return lambda value, _zone: values.word(value, table, ours)


def _columns(fields: Mapping[str, tuple[str, Reader]]) -> Columns:
    return tuple((name, vendor, reader) for name, (vendor, reader) in fields.items())


def _read(columns: Columns, row: Row, zone: tzinfo) -> Raw:
    return {
        name: None if (value := row.get(vendor)) is None else reader(value, zone) for name, vendor, reader in columns
    }


def _spoken(value: object) -> str | None:
    """What the CRM says where we have no word for it: unknown, but it stays visible in ``extra``."""
    return values.text(value) if isinstance(value, str) else None


def _nested(row: Row, path: str) -> object:
    """A parent's field (``Owner.Email``) arrives in an object of its own."""
    value: Any = row
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _account(_row: Row, _view: View, raw: Raw) -> Account:
    return Account(**raw)


def _person(row: Row, view: View, raw: Raw) -> Person:
    return Person(**raw, accounts=_ids(row, (view.mapped.get("accounts"),)))


def _activity(row: Row, view: View, raw: Raw) -> Activity:
    raw["accounts"] = _ids(row, (view.mapped.get("accounts"), "WhatId"), _ACCOUNT)
    raw["persons"] = _ids(row, (view.mapped.get("persons"),), _CONTACT)
    if view.within:
        shared = (row.get(view.within) or {}).get("records") or ()
        others = (id for other in shared for id in _ids(other, ("RelationId",), _CONTACT))
        raw["persons"] = tuple(dict.fromkeys((*raw["persons"], *others)))
    raw["kind"] = _activity_kind(raw.get("kind"), view.object)
    raw |= _activity_time(row, raw.get("at"))
    return Activity(**raw)


def _activity_kind(said: str | None, vendor_object: str) -> str:
    """An event is a meeting unless the map says more; a task that is no call and no e-mail is a task."""
    usual = {"Event": "meeting", "Task": "task"}.get(vendor_object, UNKNOWN)
    return said if said and said != UNKNOWN else usual


def _activity_time(row: Row, at: datetime | None) -> Raw:
    """A day, not an instant, when only ActivityDate is known or the event lasts all day (then at midnight UTC)."""
    if at and row.get("IsAllDayEvent") is not True:
        return {"at": at, "precision": "instant"}
    on = times.day(row.get("ActivityDate")) or (at.date() if at else None)
    return {"at": times.midnight(on), "precision": "day"} if on else {"at": None, "precision": "instant"}


def _deal(row: Row, view: View, raw: Raw) -> Deal:
    if view.mapped.get("status") == "IsClosed":
        raw["status"] = _deal_status(values.flag(row.get("IsClosed")), values.flag(row.get("IsWon")))
    return Deal(**raw)


def _deal_status(closed: bool | None, won: bool | None) -> str:
    if closed is None:
        return UNKNOWN
    if not closed:
        return "open"
    return {True: "won", False: "lost", None: UNKNOWN}[won]


def _ticket(row: Row, _view: View, raw: Raw) -> Ticket:
    raw["status"] = _ticket_status(raw.get("status"), values.flag(row.get("IsClosed")))
    return Ticket(**raw)


def _ticket_status(said: str | None, closed: bool | None) -> str | None:
    """IsClosed decides, since every org has its own words; the word only tells pending from open."""
    if closed:
        return "closed"
    if closed is False:
        return "pending" if said == "pending" else "open"
    return said


def _contract(row: Row, _view: View, raw: Raw) -> Contract:
    raw["status"] = _contract_status(raw.get("status"), values.text(row.get("StatusCode")))
    raw["ends_on"] = raw.get("ends_on") or _end_of_term(raw.get("starts_on"), values.whole(row.get("ContractTerm")))
    return Contract(**raw)


def _contract_status(said: str | None, code: str | None) -> str | None:
    """An org has its own words, each of one of Salesforce's three states: that tells where the map does not."""
    states = {"Draft": "draft", "InApproval": "draft", "Activated": "active"}
    return states.get(code or "", said) if said in (None, UNKNOWN) else said


def _end_of_term(start: date | None, months: int | None) -> date | None:
    """The last day of a term, as Salesforce counts it: twelve months from the 1st of May end on the 30th of April."""
    if start is None or months is None or not 0 < months <= _LONGEST_TERM:
        return None
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > date.max.year:
        return None
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])) - timedelta(days=1)


def _invoice(_row: Row, view: View, raw: Raw) -> Invoice:
    """Whether it is paid cannot be told where that field is hidden or not mapped: then nothing is said to be due."""
    raw["due_on"] = raw.get("due_on") if "paid_on" in view.mapped else None
    return Invoice(**raw)


def _usage(_row: Row, _view: View, raw: Raw) -> Usage:
    return Usage(**raw)


def _response(_row: Row, _view: View, raw: Raw) -> Response:
    return Response(**raw)


def _user(_row: Row, _view: View, raw: Raw) -> User:
    return User(**raw)


def _ids(row: Row, vendors: Sequence[str | None], prefix: str = "") -> tuple[str, ...]:
    """The ids that these fields hold, of one kind only: WhatId may name an opportunity, WhoId a lead."""
    found: list[str] = []
    for vendor in vendors:
        id = values.identifier(row.get(vendor)) if vendor else None
        if id and id.startswith(prefix) and id not in found:
            found.append(id)
    return tuple(found)


_BUILDERS: Final[Mapping[Kind, Callable[[Row, View, Raw], Record]]] = {
    "account": _account,
    "person": _person,
    "activity": _activity,
    "deal": _deal,
    "ticket": _ticket,
    "contract": _contract,
    "response": _response,
    "invoice": _invoice,
    "usage": _usage,
    "user": _user,
}
