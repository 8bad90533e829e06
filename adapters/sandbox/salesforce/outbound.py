"""Outbound messages: the SOAP envelope of up to 100 notifications, and whether it was acknowledged."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

from adapters.sandbox.journal import Write
from adapters.sandbox.notify import Change
from adapters.sandbox.salesforce import ids
from adapters.sandbox.salesforce.org import Org

SHOWN: Final = ("Id", "Name", "Subject", "AccountId", "SystemModstamp")
"""The fields that the made-up workflow rule sends, where the object has them; a null one is left out."""
NOTIFICATION: Final = "04l"
HEADERS: Final = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
_ACK: Final = re.compile(rb"<(?:\w+:)?Ack>\s*(?:true|1)\s*</")
_ENVELOPE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"\
 xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>{org}</OrganizationId>
   <ActionId>{action}</ActionId>
   <SessionId xsi:nil="true"/>
   <EnterpriseUrl>https://sandbox.example.com/services/Soap/c/60.0/{short}</EnterpriseUrl>
   <PartnerUrl>https://sandbox.example.com/services/Soap/u/60.0/{short}</PartnerUrl>
{notifications}
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>
"""


def message(org: Org, changes: Sequence[Change]) -> tuple[Mapping[str, str], bytes]:
    """Headers and body of one delivery; each attempt reads the rows afresh, as Salesforce does."""
    notifications = "\n".join(_notification(org, change) for change in changes)
    text = _ENVELOPE.format(org=org.id, short=org.id[:15], action=ids.made("04k", 1), notifications=notifications)
    return HEADERS, text.encode()


def echoes(org: Org, writes: Sequence[Write]) -> list[Change]:
    """What a flow without entry conditions sends for these writes by the API; setup records have no flows."""
    told = [write for write in writes if write.id and write.action != "delete" and _has_flows(org, write.object)]
    return [
        Change(write.object, str(write.id), f"{write.action}d", write.fields, write.at, "api", org.new_id(NOTIFICATION))
        for write in told
    ]


def _has_flows(org: Org, name: str) -> bool:
    kind = org.types.get(name.casefold())
    return kind is not None and not kind.setup and not kind.tooling


def acknowledged(status: int, body: bytes) -> bool:
    """Only 200 with ``<Ack>true</Ack>`` ends the retries."""
    return status == 200 and _ACK.search(body) is not None


def _notification(org: Org, change: Change) -> str:
    row = org.row(change.id) or {"Id": change.id}
    values = "".join(f"<sf:{n}>{escape(str(row[n]))}</sf:{n}>" for n in SHOWN if row.get(n) is not None)
    shown = (
        f'<sObject xsi:type="sf:{change.object}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{values}</sObject>'
    )
    return f"   <Notification>\n    <Id>{change.event}</Id>\n    {shown}\n   </Notification>"
