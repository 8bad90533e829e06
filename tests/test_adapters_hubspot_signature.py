"""HubSpot's v3 signature: its vectors, the escapes that it decodes, rotation, age, and forgery."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Delivery
from adapters.errors import Rejected
from adapters.hubspot.signature import check, decoded, sign

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
BODY = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
    b'"changeFlag":"NEW","appId":54321}]'
)
URL = "https://www.example.com/webhook_uri?x=a@b:c"
TIMESTAMP = "1564113600000"
NOW = datetime(2019, 7, 26, 4, 0, tzinfo=UTC)
SIGNED = Delivery(
    "POST",
    URL,
    {
        "x-hubspot-signature-v3": "Uuz6b+jim/aeMboJRT4a6ityzSnWJEV/t+UAbs21mFo=",
        "x-hubspot-request-timestamp": TIMESTAMP,
    },
    BODY,
)


def signed(delivery: Delivery, **headers: str) -> Delivery:
    return replace(delivery, headers={**delivery.headers, **{k.replace("_", "-"): v for k, v in headers.items()}})


def test_the_known_vector_is_accepted() -> None:
    assert sign(SECRET, "POST", URL, BODY, TIMESTAMP) == SIGNED.headers["x-hubspot-signature-v3"]
    check(SIGNED, [SECRET], NOW)


def test_escapes_that_hubspot_decodes_sign_alike_and_others_do_not() -> None:
    escaped = URL.replace("@", "%40").replace(":c", "%3Ac")
    check(replace(SIGNED, url=escaped), [SECRET], NOW)
    assert decoded("https://h/p%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B?q=%20%26%3D%2B%25") == (
        "https://h/p:/?@!$'()*,;?q=%20%26%3D%2B%25"
    )


@pytest.mark.parametrize(
    "delivery",
    [
        replace(SIGNED, body=json.dumps(json.loads(BODY)).encode()),
        replace(SIGNED, url=URL.replace("www.example.com", "10.0.0.7:8080")),
        signed(SIGNED, x_hubspot_request_timestamp=f"{TIMESTAMP}.0"),
        replace(SIGNED, headers={"x-hubspot-signature": SIGNED.headers["x-hubspot-signature-v3"]}),
    ],
    ids=["JSON written anew", "the address behind a proxy", "a time as a float", "another header"],
)
def test_trap_34_what_was_signed_is_the_bytes_and_the_address_as_they_came(delivery: Delivery) -> None:
    check(SIGNED, [SECRET], NOW)
    with pytest.raises(Rejected):
        check(delivery, [SECRET], NOW)


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_five_minutes_either_way_are_accepted(seconds: int) -> None:
    check(SIGNED, ["older", SECRET], NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_older_and_far_future_ones_are_not(seconds: int) -> None:
    with pytest.raises(Rejected) as rejected:
        check(SIGNED, [SECRET], NOW + timedelta(seconds=seconds))
    assert rejected.value.status == 401


@pytest.mark.parametrize(
    "delivery",
    [
        replace(SIGNED, body=BODY + b" "),
        replace(SIGNED, method="PUT"),
        replace(SIGNED, url=URL.replace("https", "http")),
        replace(SIGNED, headers={}),
        signed(SIGNED, x_hubspot_request_timestamp="1564113600001"),
        signed(SIGNED, x_hubspot_request_timestamp="soon"),
        signed(SIGNED, x_hubspot_request_timestamp="-1"),
        signed(SIGNED, x_hubspot_request_timestamp="9" * 5000),
        signed(SIGNED, x_hubspot_signature_v3=""),
        signed(SIGNED, x_hubspot_signature_v3="not base64 ü \ud800"),
    ],
)
def test_a_forged_or_broken_one_is_rejected(delivery: Delivery) -> None:
    with pytest.raises(Rejected) as rejected:
        check(delivery, [SECRET], NOW)
    assert rejected.value.status == 401


@pytest.mark.parametrize("secrets", [[], ["another"], [""]])
def test_without_the_secret_nothing_is_accepted(secrets: list[str]) -> None:
    with pytest.raises(Rejected):
        check(SIGNED, secrets, NOW)


@given(st.binary(max_size=200), st.text(max_size=50), st.text(max_size=50))
def test_whatever_arrives_only_rejected_comes_out(body: bytes, signature: str, timestamp: str) -> None:
    headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": timestamp}
    with pytest.raises(Rejected):
        check(Delivery("POST", URL, headers, body), [SECRET], NOW)
