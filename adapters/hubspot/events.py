"""HubSpot's webhook events → the records to look at again. Pure; an event's values are never believed.

Classic subscriptions (``company.propertyChange``) and generic ones (``object.propertyChange`` with an
objectTypeId) are met, of every object that is mapped; what is not known is ignored. A change of a property that only
csbridge writes is our own echo: it is left out, and a person's edit of one is seen by the next poll.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from adapters.errors import Rejected
from adapters.hubspot import bodies
from adapters.hubspot.shapes import TYPE_IDS, Shape
from adapters.records import Ref

Event = Mapping[str, Any]

_PLURALS: Final[Mapping[str, str]] = {
    "company": "companies", "meeting_event": "meetings", "postal_mail": "postal_mail",
}  # fmt: skip
"""Of the words by which subscription types and association types name the objects: the others take an s."""

_FORGOTTEN: Final = "privacyDeletion"
_IDS: Final = ("objectId", "primaryObjectId", "newObjectId")


def events(body: bytes) -> list[Event]:
    """The array of a delivery. Raises ``Rejected`` (400) for anything else."""
    try:
        said = bodies.read(body)
    except ValueError as exc:
        raise Rejected("the body is not JSON", status=400) from exc
    if not isinstance(said, list) or not all(isinstance(event, dict) for event in said):
        raise Rejected("the body is not an array of events", status=400)
    return said


def ours(told: Sequence[Event], org_id: str | None) -> list[Event]:
    """Those of the portal that was pinned; all of them while none is. An app has one address for all portals in which
    it is installed, a test account perhaps.
    """
    return [event for event in told if org_id in (None, str(event.get("portalId")))]


def belongs(told: Sequence[Event], org_id: str | None) -> None:
    """Raise ``Rejected`` (401) where every event is of another portal than the one that was pinned."""
    if told and not ours(told, org_id):
        raise Rejected("the events are of another portal", status=401)


def refs(told: Sequence[Event], shapes: Sequence[Shape], echoes: Collection[tuple[str, str]]) -> list[Ref]:
    """The records that these events name, each once, in order.

    ``echoes``: object and property of what only csbridge writes.
    """
    by_object: dict[str, list[Shape]] = {}
    for shape in shapes:
        by_object.setdefault(shape.name, []).append(shape)
    found = (
        Ref(shape.connection, shape.kind, shape.id(one))
        for event in told
        if not _is_echo(event, echoes)
        for vendor_object, one in _named(event)
        for shape in by_object.get(vendor_object, ())
    )
    return list(dict.fromkeys(found))


def forgotten(body: bytes, org_id: str | None, shapes: Sequence[Shape]) -> list[Ref]:
    """The records that were deleted because somebody asked to be forgotten. Seldom any, so that most is not parsed."""
    if _FORGOTTEN.encode() not in body and b"\\u" not in body:  # a letter may be written as an escape
        return []
    return refs([event for event in ours(events(body), org_id) if _type(event)[1] == _FORGOTTEN], shapes, ())


def _is_echo(event: Event, echoes: Collection[tuple[str, str]]) -> bool:
    subject, verb = _type(event)
    changed = (_object(event.get("objectTypeId"), subject), str(event.get("propertyName")))
    return verb == "propertyChange" and changed in echoes


def _type(event: Event) -> tuple[str, str]:
    subject, _, verb = str(event.get("subscriptionType") or "").partition(".")
    return subject, verb


def _named(event: Event) -> Iterator[tuple[str, str]]:
    """Object and id of every record that an event is about."""
    subject, verb = _type(event)
    if verb == "associationChange":
        yield from _ends(event, subject)
        return
    vendor_object = _object(event.get("objectTypeId"), subject)
    for one in (*(event.get(name) for name in _IDS), *_list(event.get("mergedObjectIds"))):
        if vendor_object and _is_id(one):
            yield vendor_object, str(one)


def _ends(event: Event, subject: str) -> Iterator[tuple[str, str]]:
    """Both records of an association; ``associationType`` says ``CONTACT_TO_COMPANY``."""
    first, _, second = str(event.get("associationType") or "").lower().partition("_to_")
    source = _object(event.get("fromObjectTypeId") or event.get("objectTypeId"), first or subject)
    target = _object(event.get("toObjectTypeId"), second.removesuffix("_unlabeled"))
    for vendor_object, one in ((source, event.get("fromObjectId")), (target, event.get("toObjectId"))):
        if vendor_object and _is_id(one):
            yield vendor_object, str(one)


def _object(type_id: object, word: str) -> str:
    """An object's name by its type id (a custom object keeps it, ``2-123``), else by the word for it."""
    if type_id:
        return TYPE_IDS.get(str(type_id), str(type_id))
    return _PLURALS.get(word, f"{word}s") if word and word != "object" else ""


def _is_id(value: object) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, str) and value.isdigit())


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
