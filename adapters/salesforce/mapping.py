"""Rows of Salesforce → canonical records. Pure: JSON and a view in, records out.

Field names come from the map; what is fixed here is how Salesforce's objects mean what they say (a task has
its time in one of two fields, an opportunity is won by two flags, a case is closed whatever its status).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from adapters import times
from adapters.domains import domain
from adapters.records import (
    Account,
    Activity,
    Deal,
    Fields,
    Item,
    Person,
    Record,
    Ref,
    Response,
    Ticket,
    Tombstone,
    User,
)
from adapters.salesforce import values
from adapters.salesforce.values import Reader
from adapters.salesforce.view import PULSE, STAMP, View
from config.words import PULSES, UNKNOWN, Kind

Row = Mapping[str, Any]
Raw = dict[str, Any]
"""Constructor arguments of a record, by canonical name."""

T = TypeVar("T", bound=Record)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for a stamp that the vendor left out, so that any later version of the record wins."""

_ACCOUNT: Final = "001"
_CONTACT: Final = "003"


def item(row: Row, view: View) -> Item:
    """One row as its record, or as a tombstone when it is deleted or merged away."""
    ref = Ref(view.connection, view.kind, values.long_id(row.get("Id")) or str(row.get("Id") or ""))
    at = times.instant(row.get(STAMP)) or EPOCH
    if row.get("IsDeleted") is True or row.get("IsChild") is True:  # an event's copy for an invitee is no record
        return Tombstone(ref, at, merged_into=values.long_id(row.get("MasterRecordId")))
    raw: Raw = {"ref": ref, "changed_at": at, "extra": _read(view.extra, row, view)}
    return _BUILDERS[view.kind](row, view, raw)


def stamp(row: Row) -> tuple[datetime, str]:
    """The place of a row in the order of a pull: (SystemModstamp, Id)."""
    return times.instant(row.get(STAMP)) or EPOCH, str(row.get("Id") or "")


def _read(columns: Mapping[str, tuple[str, Reader]], row: Row, view: View) -> Fields:
    return {name: reader(_value(row, vendor), view.zone) for name, (vendor, reader) in columns.items()}


def _value(row: Row, vendor: str) -> object:
    """A field, or one of a parent (``Owner.Email``), which arrives nested."""
    if "." not in vendor:
        return row.get(vendor)
    value: Any = row
    for part in vendor.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _fill(raw: Raw, row: Row, view: View, readers: Mapping[str, Reader], words: tuple[str, ...] = ()) -> Raw:
    """Add every mapped field to ``raw``: through its reader, or through its table of words."""
    for name, vendor in view.mapped.items():
        value = _value(row, vendor)
        if name in words:
            raw[name] = values.word(value, view.words.get(name, {}))
        elif name in readers:
            raw[name] = readers[name](value, view.zone)
    return raw


_ACCOUNT_FIELDS: Final[Mapping[str, Reader]] = {
    "name": values.text, "domain": lambda value, _zone: domain(value), "parent": values.identifier,
    "owner": values.identifier, "csm": values.identifier, "industry": values.text, "employees": values.whole,
    "country": values.text, "currency": values.text, "customer_since": values.day, "churned_on": values.day,
    "renewal_date": values.day, "arr": values.number, "plan": values.text, "seats_bought": values.number,
    "referred_by": values.identifier, "pulse_reason": values.text, "pulse_until": values.day,
}  # fmt: skip


def _account(row: Row, view: View, raw: Raw) -> Account:
    _fill(raw, row, view, _ACCOUNT_FIELDS, words=("status", "pulse"))
    observed = _read(view.own, row, view)
    raw |= {name: observed[name] for name in PULSE if name in observed}
    said = str(raw.get("pulse") or "").lower()
    raw["pulse"] = said if said in PULSES else None
    raw["own"] = {name: value for name, value in observed.items() if name not in PULSE}
    return Account(**raw)


_PERSON_FIELDS: Final[Mapping[str, Reader]] = {
    "email": values.text, "title": values.text, "channel": values.text, "left_on": values.day,
}  # fmt: skip


def _person(row: Row, view: View, raw: Raw) -> Person:
    _fill(raw, row, view, _PERSON_FIELDS, words=("role",))
    return Person(**raw, accounts=_ids(row, [view.mapped.get("accounts")]))


_ACTIVITY_FIELDS: Final[Mapping[str, Reader]] = {
    "owner": values.identifier, "at": values.instant, "done": values.flag,
}  # fmt: skip


def _activity(row: Row, view: View, raw: Raw) -> Activity:
    _fill(raw, row, view, _ACTIVITY_FIELDS, words=("kind", "direction"))
    raw["accounts"] = _ids(row, [view.mapped.get("accounts"), "WhatId"], _ACCOUNT)
    raw["persons"] = _ids(row, [view.mapped.get("persons")], _CONTACT)
    raw["kind"] = _activity_kind(raw.get("kind"), view.object)
    raw |= _activity_time(row, raw.get("at"))
    return Activity(**raw)


def _activity_kind(said: str | None, vendor_object: str) -> str:
    """An event is a meeting unless the map says more; a task that is no call and no e-mail is a task."""
    usual = {"Event": "meeting", "Task": "task"}.get(vendor_object, UNKNOWN)
    return said if said and said != UNKNOWN else usual


def _activity_time(row: Row, at: datetime | None) -> Raw:
    """A day, not an instant, when only ActivityDate is known or the event lasts all day (then at midnight UTC)."""
    on = times.day(row.get("ActivityDate"))
    all_day = row.get("IsAllDayEvent") is True
    if at and not all_day:
        return {"at": at, "precision": "instant"}
    on = on or (at.date() if at else None)
    return {"at": times.midnight(on), "precision": "day"} if on else {"at": None, "precision": "instant"}


_DEAL_FIELDS: Final[Mapping[str, Reader]] = {
    "account": values.identifier, "stage": values.text, "amount": values.number, "currency": values.text,
    "opened_on": values.day, "closes_on": values.day,
}  # fmt: skip


def _deal(row: Row, view: View, raw: Raw) -> Deal:
    _fill(raw, row, view, _DEAL_FIELDS, words=("kind", "status"))
    if view.mapped.get("status") == "IsClosed":
        raw["status"] = _deal_status(values.flag(row.get("IsClosed")), values.flag(row.get("IsWon")))
    return Deal(**raw)


def _deal_status(closed: bool | None, won: bool | None) -> str:
    if closed is None:
        return UNKNOWN
    if not closed:
        return "open"
    return {True: "won", False: "lost", None: UNKNOWN}[won]


_TICKET_FIELDS: Final[Mapping[str, Reader]] = {
    "account": values.identifier, "person": values.identifier, "category": values.text, "opened_at": values.instant,
    "first_reply_at": values.instant, "closed_at": values.instant, "reopened": values.whole,
    "escalated": values.flag, "subject": values.text,
}  # fmt: skip


def _ticket(row: Row, view: View, raw: Raw) -> Ticket:
    _fill(raw, row, view, _TICKET_FIELDS, words=("status", "priority"))
    raw["status"] = _ticket_status(raw.get("status"), values.flag(row.get("IsClosed")))
    return Ticket(**raw)


def _ticket_status(said: str | None, closed: bool | None) -> str | None:
    """IsClosed decides, since every org has its own words; the word only tells pending from open."""
    if closed:
        return "closed"
    if closed is False:
        return "pending" if said == "pending" else "open"
    return said


_RESPONSE_FIELDS: Final[Mapping[str, Reader]] = {
    "account": values.identifier, "person": values.identifier, "score": values.number, "comment": values.text,
    "at": values.instant,
}  # fmt: skip


def _response(row: Row, view: View, raw: Raw) -> Response:
    return Response(**_fill(raw, row, view, _RESPONSE_FIELDS, words=("survey",)))


_USER_FIELDS: Final[Mapping[str, Reader]] = {
    "name": values.text, "email": values.text, "active": values.flag,
}  # fmt: skip


def _user(row: Row, view: View, raw: Raw) -> User:
    return User(**_fill(raw, row, view, _USER_FIELDS))


def _ids(row: Row, vendors: list[str | None], prefix: str = "") -> tuple[str, ...]:
    """The ids that these fields hold, of one kind only: WhatId may name an opportunity, WhoId a lead."""
    found = (values.identifier(_value(row, vendor)) for vendor in vendors if vendor)
    return tuple(dict.fromkeys(value for value in found if value and value.startswith(prefix)))


_BUILDERS: Final[Mapping[Kind, Callable[[Row, View, Raw], Record]]] = {
    "account": _account,
    "person": _person,
    "activity": _activity,
    "deal": _deal,
    "ticket": _ticket,
    "response": _response,
    "user": _user,
}
