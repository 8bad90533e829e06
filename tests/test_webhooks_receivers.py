"""The vendors' own checks behind the real door: what an attacker may send, and what comes of it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from fake_webhooks import NOON, MemoryInbox, PathWebhooks
from flask.testing import FlaskClient

from adapters.contract import Delivery
from adapters.errors import Rejected
from adapters.records import Ref
from adapters.registry import Context, open_adapter
from config.connections import HubspotConnection, SalesforceConnection
from webhooks.app import create_public_app
from webhooks.receivers import Receiver, examine

ORG = "00D000000000001EAA"
ACCOUNT = "001000000000001AAA"
MESSAGE = f"""<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">
  <OrganizationId>{ORG}</OrganizationId><ActionId>04k000000000001AAA</ActionId><SessionId xsi:nil="true"/>
  <Notification><Id>04l000000000001AAA</Id>
   <sObject xsi:type="sf:Account" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>{ACCOUNT}</sf:Id></sObject>
  </Notification>
 </notifications></soapenv:Body>
</soapenv:Envelope>""".encode()

CLIENT_SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
EVENT = {
    "eventId": 1, "subscriptionId": 12345, "portalId": 62515, "occurredAt": 1564113600000, "attemptNumber": 0,
    "subscriptionType": "company.propertyChange", "objectId": 1246965, "propertyName": "name",
    "propertyValue": "Acme", "changeSource": "CRM_UI", "sourceId": "userId:1", "appId": 54321,
}  # fmt: skip

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9))
    + b"]><b>&j;</b>"
)


def salesforce() -> Receiver:
    login = {"flow": "client_credentials", "client_id": "id", "client_secret": "not-the-hook"}
    settings = SalesforceConnection(name="sf", crm="salesforce", login_url="http://127.0.0.1:9", auth=login)
    return Receiver("sf", open_adapter(settings, Context(org_id=ORG)), ["hook"])


def hubspot() -> Receiver:
    settings = HubspotConnection(name="hs", crm="hubspot", auth={"flow": "private_app", "token": "not-the-secret"})
    return Receiver("hs", open_adapter(settings, Context(org_id="62515")), ["old-secret", CLIENT_SECRET])


@pytest.fixture
def inbox() -> MemoryInbox:
    return MemoryInbox()


@pytest.fixture
def client(inbox: MemoryInbox) -> FlaskClient:
    receivers = {receiver.connection: receiver for receiver in (salesforce(), hubspot())}
    return create_public_app(receivers, inbox, lambda: NOON, "https://cs.example.com").test_client()


def test_outbound_message_is_acknowledged_in_soap_once_it_is_stored(client: FlaskClient, inbox: MemoryInbox) -> None:
    answer = client.post("/webhooks/sf/hook", data=MESSAGE, content_type="text/xml; charset=utf-8")
    assert answer.status_code == 200
    assert answer.content_type == "text/xml; charset=utf-8"
    assert b"<Ack>true</Ack>" in answer.data
    assert inbox.rows[0][2] == (Ref("sf", "account", ACCOUNT),)


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("entities that grow to gigabytes", BOMB, 400),
        (
            "a file of ours",
            b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
            + MESSAGE.split(b"?>", 1)[1].replace(ACCOUNT.encode(), b"&f;"),
            400,
        ),
        ("an address of theirs", b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>', 400),
        ("deep nesting", b"<a>" * 200_000, 400),
        ("deep and closed", b"<a>" * 100_000 + b"</a>" * 100_000, 400),
        ("cut off", MESSAGE[:-20], 400),
        ("not UTF-8", MESSAGE.replace(b"Account", b"\xff\xfe\xfa"), 400),
        ("an encoding that nobody knows", MESSAGE.replace(b"UTF-8", b"x-none"), 400),
        ("an encoding that lies", MESSAGE.replace(b"UTF-8", b"UTF-16"), 400),
        ("JSON", b"[]", 400),
        ("nothing", b"", 400),
        ("NUL bytes", b"\x00" * 1000, 400),
        ("another org", MESSAGE.replace(ORG.encode(), b"00D000000000002EAA"), 401),
        ("no org", MESSAGE.replace(ORG.encode(), b""), 400),
    ],
)
def test_hostile_messages_are_refused_and_not_stored(
    client: FlaskClient, inbox: MemoryInbox, name: str, body: bytes, status: int
) -> None:
    assert client.post("/webhooks/sf/hook", data=body, content_type="text/xml").status_code == status, name
    assert inbox.rows == []


@pytest.mark.parametrize("path", ["/webhooks/sf", "/webhooks/sf/hoo", "/webhooks/sf/hook/", "/webhooks/sf/Hook"])
def test_outbound_message_without_the_secret_is_401(client: FlaskClient, inbox: MemoryInbox, path: str) -> None:
    assert client.post(path, data=MESSAGE, content_type="text/xml").status_code == 401
    assert inbox.rows == []


def signed(url: str, body: bytes, at: datetime = NOON, secret: str = CLIENT_SECRET) -> dict[str, str]:
    """The v3 headers of a request, written from the vendor's description and not from the adapter."""
    stamp = str(int(at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"POST{url}".encode() + body + stamp.encode(), hashlib.sha256).digest()
    return {"X-HubSpot-Signature-v3": base64.b64encode(digest).decode(), "X-HubSpot-Request-Timestamp": stamp}


@pytest.mark.parametrize("query", ["", "?a=1&b=2", "?x=a@b:c", "?x=%20y%C3%BC"])
def test_signed_events_are_stored(client: FlaskClient, inbox: MemoryInbox, query: str) -> None:
    body = json.dumps([EVENT, EVENT]).encode()
    target = f"/webhooks/hs{query}"
    headers = signed(f"https://cs.example.com{target}", body)
    answer = client.post(target, data=body, headers=headers, environ_overrides={"REQUEST_URI": target})
    assert answer.status_code == 200
    assert inbox.rows[0][2] == (Ref("hs", "account", "1246965"),)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[1]",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'[{"a":' * 50_000 + b"1" + b"}]" * 50_000,
        b'[{"objectId": 1e999}]',
        b'[{"portalId": "\xff"}]',
        b'\xef\xbb\xbf[{"objectId": 1}]',
    ],
)
def test_signed_nonsense_is_4xx_and_not_stored(client: FlaskClient, inbox: MemoryInbox, body: bytes) -> None:
    answer = client.post("/webhooks/hs", data=body, headers=signed("https://cs.example.com/webhooks/hs", body))
    assert answer.status_code in (400, 401)
    assert inbox.rows == []


@pytest.mark.parametrize(
    "event",
    [
        {"portalId": 62515},
        {"portalId": 62515, "subscriptionType": 7, "objectId": {"a": 1}},
        {"portalId": 62515, "subscriptionType": "company.creation", "objectId": None},
        {"portalId": 62515, "subscriptionType": "object.creation", "objectTypeId": "9-9", "objectId": 1},
        {"portalId": 62515, "subscriptionType": "company.merge", "mergedObjectIds": "12"},
    ],
)
def test_events_that_name_nothing_we_read_are_acknowledged(
    client: FlaskClient, inbox: MemoryInbox, event: dict[str, object]
) -> None:
    body = json.dumps([event]).encode()
    answer = client.post("/webhooks/hs", data=body, headers=signed("https://cs.example.com/webhooks/hs", body))
    assert answer.status_code == 200
    assert inbox.rows == []


FORGERIES = {
    "by another app": signed("https://cs.example.com/webhooks/hs", b"[]", secret="another"),
    "for another host": signed("https://evil.example/webhooks/hs", b"[]"),
    "for http": signed("http://cs.example.com/webhooks/hs", b"[]"),
    "six minutes old": signed("https://cs.example.com/webhooks/hs", b"[]", NOON - timedelta(minutes=6)),
    "six minutes ahead": signed("https://cs.example.com/webhooks/hs", b"[]", NOON + timedelta(minutes=6)),
    "of the year 300000": {"X-HubSpot-Signature-v3": "x", "X-HubSpot-Request-Timestamp": "9" * 400},
    "with a stamp before time": {"X-HubSpot-Signature-v3": "x", "X-HubSpot-Request-Timestamp": "-1"},
    "of the first version": {"X-HubSpot-Signature": hashlib.sha256(CLIENT_SECRET.encode() + b"[]").hexdigest()},
    "not ASCII": {"X-HubSpot-Signature-v3": "ÿ", "X-HubSpot-Request-Timestamp": str(int(NOON.timestamp() * 1000))},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_and_stale_signatures_are_401(client: FlaskClient, inbox: MemoryInbox, forgery: str) -> None:
    assert client.post("/webhooks/hs", data=b"[]", headers=FORGERIES[forgery]).status_code == 401
    assert inbox.rows == []


def test_a_genuine_request_with_another_body_or_query_is_401(client: FlaskClient, inbox: MemoryInbox) -> None:
    body = json.dumps([EVENT]).encode()
    headers = signed("https://cs.example.com/webhooks/hs", body)
    assert client.post("/webhooks/hs", data=body + b"\n", headers=headers).status_code == 401
    assert client.post("/webhooks/hs?", data=body[:-1], headers=headers).status_code == 401
    assert client.post("/webhooks/hs?a=1", data=body, headers=headers).status_code == 401
    assert inbox.rows == []


@pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
def test_without_a_secret_nothing_is_even_looked_at(secrets: list[str]) -> None:
    class Credulous(PathWebhooks):
        def verify(self, delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
            raise AssertionError("asked without a secret")

    delivery = Delivery("POST", "http://x/webhooks/crm", {}, b"[]")
    with pytest.raises(Rejected, match="no webhook_secret") as caught:
        examine(Receiver("crm", Credulous(), secrets), delivery, NOON)
    assert caught.value.status == 401
