"""Salesforce outbound messages: are they genuine, which records do they name, how are they acknowledged. Pure.

Facts: "Outbound Messaging" of the SOAP API guide. A message carries no signature; what proves it is the secret part
of the path and the id of the org. A SessionId in it is a live credential: it is never read, and never stored. One Ack
answers for all (up to 100) notifications of a message, which may come twice, late and out of order.
"""

from collections.abc import Iterator, Mapping, Sequence
from hmac import compare_digest
from typing import Final
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from adapters.contract import Answer, Delivery
from adapters.errors import Rejected
from adapters.records import Ref
from adapters.salesforce.values import long_id
from config.words import Kind

_SOAP: Final = "{http://schemas.xmlsoap.org/soap/envelope/}"
_OUTBOUND: Final = "{http://soap.sforce.com/2005/09/outbound}"
_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"

ACK: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    b'<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>'
    b"</soapenv:Body></soapenv:Envelope>"
)


def verify(delivery: Delivery, secrets: Sequence[str], org_id: str | None) -> None:
    """Raise Rejected unless the secret is one of ours (401), the message well formed (400) and of our org (401)."""
    if not _known(delivery.secret, secrets):
        raise Rejected("the secret part of the address is wrong", status=401)
    message = _message(delivery.body)
    org = (message.findtext(f"{_OUTBOUND}OrganizationId") or "").strip()
    if long_id(org) is None:
        raise Rejected("the message names no organisation", status=400)
    if org_id and not compare_digest(org[:15].encode(), org_id[:15].encode()):
        raise Rejected("the message comes from another organisation", status=401)
    if message.find(f"{_OUTBOUND}Notification") is None:
        raise Rejected("the message holds no notification", status=400)


def notices(delivery: Delivery, connection: str, kinds: Mapping[str, Sequence[Kind]]) -> list[Ref]:
    """The records that a verified message names; ``kinds`` by vendor object. Objects that are not read are left out."""
    named = _named(_message(delivery.body))
    refs = (Ref(connection, kind, one) for vendor, one in named for kind in kinds.get(vendor, ()))
    return list(dict.fromkeys(refs))


def kept(delivery: Delivery) -> bytes:
    """The message without session: the very bytes where it holds none (as it should), else written anew."""
    root = _document(delivery.body)
    sessions = [element for element in root.iter() if element.tag.rpartition("}")[2] == "SessionId"]
    if not any("".join(element.itertext()).strip() for element in sessions):
        return delivery.body
    for element in sessions:
        tail = element.tail
        element.clear()
        element.tail = tail
    written: bytes = tostring(root, "utf-8")
    return written


def acknowledge() -> Answer:
    return Answer(body=ACK, content_type="text/xml; charset=utf-8")


def _known(secret: str, secrets: Sequence[str]) -> bool:
    """Compared with every accepted secret, always all of them, so that the time taken tells nothing."""
    given = secret.encode("utf-8", "surrogatepass")
    matches = [compare_digest(given, accepted.encode("utf-8", "surrogatepass")) for accepted in secrets if accepted]
    return any(matches)


def _message(body: bytes) -> Element:
    """The ``notifications`` element."""
    message = _document(body).find(f"{_SOAP}Body/{_OUTBOUND}notifications")
    if message is None:
        raise Rejected("the body is not an outbound message", status=400)
    return message


def _document(body: bytes) -> Element:
    """Entities and document types are refused: they are how XML attacks its reader."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as exc:
        raise Rejected("the body is not the XML of an outbound message", status=400) from exc
    return root


def _named(message: Element) -> Iterator[tuple[str, str]]:
    """(vendor object, 18-character id) of each notification that has both."""
    for record in message.iterfind(f"{_OUTBOUND}Notification/{_OUTBOUND}sObject"):
        vendor = record.get(_TYPE, "").rpartition(":")[2]
        one = next((long_id(child.text) for child in record if child.tag.rpartition("}")[2] == "Id"), None)
        if vendor and one:
            yield vendor, one
