"""Outbound messages: genuine or not, which records, and the answer that ends the vendor's retries."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from fake_salesforce import NOW, ORG, connection, context
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Delivery, Discreet, Webhooks
from adapters.errors import Rejected
from adapters.records import Ref
from adapters.registry import open_adapter

SECRET = "path-secret"
SESSION = b"<SessionId>00Dxx!live-credential</SessionId>"
URL = f"https://cs.example.com/webhooks/sf/{SECRET}"


def notification(vendor: str, one: str, prefix: str = "sf") -> str:
    return (
        f'<Notification><Id>04lxx0000000001AAA</Id><sObject xsi:type="{prefix}:{vendor}" '
        f'xmlns:{prefix}="urn:sobject.enterprise.soap.sforce.com"><{prefix}:Id>{one}</{prefix}:Id>'
        f"<{prefix}:Name>Ünïcode &amp; Co</{prefix}:Name></sObject></Notification>"
    )


def envelope(*notifications: str, org: str = ORG, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        f'<notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>{org}</OrganizationId>'
        "<ActionId>04kxx0000000001AAA</ActionId><SessionId>00Dxx!live-credential</SessionId>"
        f"<EnterpriseUrl>https://acme.example.com</EnterpriseUrl>{''.join(notifications)}</notifications>"
        "</soapenv:Body></soapenv:Envelope>"
    ).encode()


def delivery(body: bytes | None = None, secret: str = SECRET) -> Delivery:
    given_body = envelope(notification("Account", "001xx000003DGb0AAG")) if body is None else body
    return Delivery("POST", URL, {"content-type": "text/xml; charset=utf-8"}, given_body, secret)


def half(org_id: str | None = ORG, **changes: object) -> Webhooks:
    return open_adapter(connection(**changes), replace(context(), org_id=org_id))


def status(message: Delivery, secrets: tuple[str, ...] = (SECRET,), org_id: str | None = ORG) -> int:
    """What the sender is told: 200, or the status of the rejection."""
    try:
        half(org_id).verify(message, secrets, NOW)
    except Rejected as exc:
        return exc.status
    return 200


def test_a_genuine_message_is_accepted_with_any_accepted_secret() -> None:
    assert status(delivery()) == 200
    assert status(delivery(), ("newer", SECRET)) == 200
    assert status(delivery(), org_id=None) == 200, "before the org is pinned, the secret alone decides"
    assert status(delivery(envelope(notification("Account", "001xx000003DGb0AAG"), org=ORG[:15]))) == 200


@pytest.mark.parametrize("secret", ["", "path-secreT", "path-secret ", "ä\ud800"])
def test_a_wrong_secret_is_401_whatever_the_body(secret: str) -> None:
    assert status(delivery(secret=secret)) == 401
    assert status(delivery(b"junk", secret=secret)) == 401


def test_no_secret_is_ever_accepted_where_none_is_configured() -> None:
    assert status(delivery(secret=""), ("",)) == 401
    assert status(delivery(), ()) == 401


def test_another_org_is_401() -> None:
    other = envelope(notification("Account", "001xx000003DGb0AAG"), org="00Dxx0000009999EAY")
    assert status(delivery(other)) == 401


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<a>" * 5000,
        b"\xff\x00",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b"<html><body>hello</body></html>",
        envelope(notification("Account", "001xx000003DGb0AAG"), head="<!DOCTYPE x>"),
        envelope(notification("Account", "&b;"), head=BOMB),
        envelope(notification("Account", "&x;"), head='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        envelope(notification("Account", "001xx000003DGb0AAG"), org=""),
        envelope(notification("Account", "001xx000003DGb0AAG"), org="nonsense"),
        envelope(),
    ],
)
def test_a_malformed_message_is_400(body: bytes) -> None:
    assert status(delivery(body)) == 400


@given(st.binary(max_size=300))
def test_no_body_raises_anything_but_a_rejection(body: bytes) -> None:
    assert status(delivery(body)) == 400


def test_a_message_names_its_records_once_each_in_long_form() -> None:
    body = envelope(
        notification("Account", "001xx000003DGb0"),
        notification("Account", "001xx000003DGb0AAG"),
        notification("Case", "500xx000001a2b3AAA", prefix="ns1"),
        notification("Task", "00Txx000001a2b3AAA"),
        notification("Event", "00Uxx000001a2b3AAA"),
        notification("Contact", "003xx000004TmiQAAS"),
        notification("Opportunity", "006xx000001a2b3AAA"),
        notification("User", "005xx000001SwiUAAS"),
        notification("Lead", "00Qxx000001a2b3AAA"),
        notification("Account", "not an id"),
    )
    assert half().notices(delivery(body)) == [
        Ref("sf", "account", "001xx000003DGb0AAG"),
        Ref("sf", "ticket", "500xx000001a2b3AAA"),
        Ref("sf", "activity", "00Txx000001a2b3AAA"),
        Ref("sf", "activity", "00Uxx000001a2b3AAA"),
        Ref("sf", "person", "003xx000004TmiQAAS"),
        Ref("sf", "deal", "006xx000001a2b3AAA"),
        Ref("sf", "user", "005xx000001SwiUAAS"),
    ]


def test_an_object_that_the_admin_mapped_is_known() -> None:
    mapped = half(map={"response": {"object": "Survey_Answer__c", "fields": {"score": "Score__c"}}})
    body = envelope(notification("Survey_Answer__c", "a01xx0000001abcAAA"))
    assert [ref.kind for ref in mapped.notices(delivery(body))] == ["response"]


def test_a_session_is_not_kept() -> None:
    message = delivery(
        envelope(notification("Account", "001xx000003DGb0AAG"), notification("Case", "500xx000001a2b3AAA"))
    )
    webhooks = half()
    assert isinstance(webhooks, Discreet)
    kept = webhooks.kept(message)
    assert b"live-credential" in message.body
    assert b"live-credential" not in kept
    assert "Ünïcode &amp; Co".encode() in kept
    again = replace(message, body=kept)
    webhooks.verify(again, (SECRET,), NOW)
    assert webhooks.notices(again) == webhooks.notices(message)
    assert webhooks.kept(again) == kept


@pytest.mark.parametrize("session", ["", "<SessionId/>", '<SessionId xsi:nil="true"/>', "<SessionId> </SessionId>"])
def test_a_message_without_session_is_kept_byte_for_byte(session: str) -> None:
    body = envelope(notification("Account", "001xx000003DGb0AAG")).replace(SESSION, session.encode())
    webhooks = half()
    assert isinstance(webhooks, Discreet)
    assert webhooks.kept(delivery(body)) == body


@pytest.mark.parametrize(
    "session",
    [
        "<SessionId>live<!-- -->-credential</SessionId>",
        "<SessionId><![CDATA[live-credential]]></SessionId>",
        '<o:SessionId xmlns:o="http://soap.sforce.com/2005/09/outbound">live-credential</o:SessionId>',
        "<SessionId><deep>live-credential</deep></SessionId>",
        "<SessionId/><SessionId>live-credential</SessionId>",
    ],
)
def test_a_session_is_not_kept_however_it_is_written(session: str) -> None:
    body = envelope(notification("Account", "001xx000003DGb0AAG")).replace(SESSION, session.encode())
    webhooks = half()
    assert isinstance(webhooks, Discreet)
    assert b"credential" not in webhooks.kept(delivery(body))


def test_the_answer_is_an_ack_in_soap() -> None:
    answer = half().acknowledge(delivery())
    root = ElementTree.fromstring(answer.body)
    (ack,) = root.iter("{http://soap.sforce.com/2005/09/outbound}Ack")
    assert (ack.text, answer.status, answer.content_type) == ("true", 200, "text/xml; charset=utf-8")


def test_no_rejection_repeats_the_secret_or_the_session(caplog: pytest.LogCaptureFixture) -> None:
    for message in (delivery(secret="guess-1234"), delivery(envelope(org="x"))):
        with pytest.raises(Rejected) as caught:
            half().verify(message, (SECRET,), NOW)
        assert not any(word in str(caught.value) for word in ("guess-1234", SECRET, "live-credential"))
    assert "live-credential" not in caplog.text
