"""HubSpot's signatures: their vectors, the escapes that it decodes, rotation, age, and forgery."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Delivery
from adapters.errors import Rejected
from adapters.hubspot.signature import check, decoded, sign, sign_v1, sign_v2
from adapters.sandbox.hubspot.hooks import signatures

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


OLD_URL = "https://www.example.com/webhook_uri"
V1 = {
    "x-hubspot-signature": "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
    "x-hubspot-signature-version": "v1",
}
V2 = {
    "x-hubspot-signature": "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900",
    "x-hubspot-signature-version": "v2",
}
FIRST = Delivery("POST", OLD_URL, V1, BODY)
SECOND = Delivery("POST", OLD_URL, V2, b'{"example_field":"example_value"}')
EMPTY = replace(
    SECOND,
    method="GET",
    body=b"",
    headers={**V2, "x-hubspot-signature": "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"},
)


@pytest.mark.parametrize("delivery", [FIRST, SECOND, EMPTY])
@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=400)])
def test_the_vendors_vectors_of_the_older_versions_are_accepted(delivery: Delivery, later: timedelta) -> None:
    check(delivery, ["newer", SECRET], NOW + later)
    with pytest.raises(Rejected):
        check(delivery, ["newer", ""], NOW)


@pytest.mark.parametrize(
    "delivery",
    [
        replace(FIRST, body=BODY + b" "),
        replace(SECOND, method="PUT"),
        replace(SECOND, url=f"{OLD_URL}?a=1"),
        replace(SECOND, body=SECOND.body + b" "),
        signed(FIRST, x_hubspot_signature_version="v2"),
        signed(SECOND, x_hubspot_signature_version="v1"),
        signed(FIRST, x_hubspot_signature_version="V1"),
        signed(FIRST, x_hubspot_signature_version="v3"),
        signed(FIRST, x_hubspot_signature_version=""),
        signed(FIRST, x_hubspot_signature=""),
        signed(FIRST, x_hubspot_signature=V1["x-hubspot-signature"].upper()),
        signed(FIRST, x_hubspot_signature=f"{V1['x-hubspot-signature']},{V1['x-hubspot-signature']}"),
        replace(FIRST, headers={"x-hubspot-signature": V1["x-hubspot-signature"]}),
        replace(FIRST, headers={"x-hubspot-signature-version": "v1"}),
    ],
)
def test_a_broken_older_one_is_rejected(delivery: Delivery) -> None:
    with pytest.raises(Rejected) as rejected:
        check(delivery, [SECRET], NOW)
    assert rejected.value.status == 401


@pytest.mark.parametrize(
    "third",
    [
        {"x_hubspot_signature_v3": ""},
        {"x_hubspot_signature_v3": "wrong", "x_hubspot_request_timestamp": TIMESTAMP},
        {"x_hubspot_signature_v3": "wrong"},
        {"x_hubspot_signature_v3": sign(SECRET, "POST", OLD_URL, BODY, "1"), "x_hubspot_request_timestamp": "1"},
    ],
)
def test_a_genuine_older_signature_does_not_help_a_bad_newest_one(third: dict[str, str]) -> None:
    check(FIRST, [SECRET], NOW)
    with pytest.raises(Rejected):
        check(signed(FIRST, **third), [SECRET], NOW)


def test_a_good_newest_signature_needs_no_older_one() -> None:
    check(signed(SIGNED, x_hubspot_signature="wrong", x_hubspot_signature_version="v1"), [SECRET], NOW)


def test_the_second_version_takes_the_address_as_it_is() -> None:
    escaped = f"{OLD_URL}?x=a%40b"
    delivery = replace(
        SECOND, url=escaped, headers={**V2, "x-hubspot-signature": sign_v2(SECRET, "POST", escaped, b"")}
    )
    check(replace(delivery, body=b""), [SECRET], NOW)
    with pytest.raises(Rejected):
        check(replace(delivery, body=b"", url=f"{OLD_URL}?x=a@b"), [SECRET], NOW)


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_every_secret_is_compared_in_constant_time_whichever_fits(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(expected: bytes, given: bytes) -> bool:
        compared.append((expected, given))
        return expected == given

    monkeypatch.setattr("adapters.hubspot.signature.hmac.compare_digest", compare)
    delivery = {"v1": FIRST, "v2": SECOND, "v3": SIGNED}[version]
    for secrets in ([SECRET, "b", "c"], ["b", SECRET, "c"], ["b", "c", SECRET]):
        compared.clear()
        check(delivery, secrets, NOW)
        assert len(compared) == 3
        assert len({given for _, given in compared}) == 1


@given(st.binary(max_size=200), st.text(max_size=70), st.sampled_from(["v1", "v2", "v3", ""]), st.text(max_size=30))
def test_no_guess_at_an_older_signature_passes(body: bytes, signature: str, version: str, path: str) -> None:
    headers = {"x-hubspot-signature": signature, "x-hubspot-signature-version": version}
    with pytest.raises(Rejected):
        check(Delivery("POST", f"{OLD_URL}/{path}", headers, body), [SECRET], NOW)


def test_the_older_signatures_are_the_sandboxs() -> None:
    assert signatures(SECRET, OLD_URL, BODY, 1)["X-HubSpot-Signature"] == sign_v1(SECRET, BODY)
