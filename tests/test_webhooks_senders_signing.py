"""Who gets in at the door of each sender, and who does not."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signed import BODIES, NOW, OTHER, SECRET, SIGN, ZONE, delivery, sender

from adapters.contract import Delivery
from adapters.errors import Rejected
from webhooks.receivers import Receiver, Verified, examine
from webhooks.senders.registry import SENDERS, SenderWebhooks

ALL = sorted(SENDERS)
TIMED = ("form", "stripe", "standard_webhooks")


def examined(crm: str, given: Delivery, *secrets: str, after: timedelta = timedelta()) -> Verified:
    settings = sender(crm)
    receiver = Receiver(settings.name, SenderWebhooks(settings, ZoneInfo(ZONE)), secrets or (SECRET,))
    return examine(receiver, given, NOW + after)


def refused(crm: str, given: Delivery, *secrets: str, after: timedelta = timedelta()) -> int:
    with pytest.raises(Rejected) as caught:
        examined(crm, given, *secrets, after=after)
    assert not any(secret in str(caught.value) for secret in (SECRET, OTHER))
    return caught.value.status


def test_every_sender_that_can_be_configured_is_read() -> None:
    assert set(SENDERS) == set(SIGN) == set(BODIES)


@pytest.mark.parametrize("crm", ALL)
def test_what_is_genuine_is_news(crm: str) -> None:
    told = examined(crm, delivery(crm))
    assert (told.news, list(told.refs), told.kept) == (True, [], BODIES[crm])


@pytest.mark.parametrize("crm", ALL)
def test_any_of_several_secrets_opens(crm: str) -> None:
    assert examined(crm, delivery(crm), OTHER, SECRET).news
    assert examined(crm, delivery(crm, secret=OTHER), OTHER, SECRET).news
    assert refused(crm, delivery(crm, secret=OTHER)) == 401


@pytest.mark.parametrize("crm", ALL)
def test_without_a_secret_nothing_opens(crm: str) -> None:
    assert refused(crm, delivery(crm), "") == 401


@pytest.mark.parametrize("crm", ALL)
@pytest.mark.parametrize("change", [b" ", b"\n", b"\x00"])
def test_another_body_is_not_what_was_signed(crm: str, change: bytes) -> None:
    genuine = delivery(crm)
    assert refused(crm, replace(genuine, body=genuine.body + change)) == 401
    assert refused(crm, replace(genuine, body=genuine.body[:-1])) == 401


@pytest.mark.parametrize("crm", ALL)
def test_each_header_is_needed(crm: str) -> None:
    genuine = delivery(crm)
    for name in genuine.headers:
        without = {other: value for other, value in genuine.headers.items() if other != name}
        assert refused(crm, replace(genuine, headers=without)) == 401, name
        assert refused(crm, replace(genuine, headers={**genuine.headers, name: ""})) == 401, name


@pytest.mark.parametrize("crm", TIMED)
def test_a_signature_with_a_time_is_good_for_five_minutes(crm: str) -> None:
    for minutes in (-5, 0, 5):
        assert examined(crm, delivery(crm), after=timedelta(minutes=minutes)).news
    for minutes in (-6, 6, 60 * 24 * 365):
        assert refused(crm, delivery(crm), after=timedelta(minutes=minutes)) == 401


@pytest.mark.parametrize("crm", TIMED)
def test_the_admin_says_how_old_it_may_be(crm: str) -> None:
    settings = sender(crm, tolerance="1h")
    receiver = Receiver(settings.name, SenderWebhooks(settings, ZoneInfo(ZONE)), [SECRET])
    assert examine(receiver, delivery(crm), NOW + timedelta(minutes=59)).news


@pytest.mark.parametrize("crm", TIMED)
def test_the_time_is_signed_too(crm: str) -> None:
    late, genuine = delivery(crm, at=NOW + timedelta(minutes=30)), delivery(crm)
    mixed = {name: value.replace(_stamp(genuine), _stamp(late)) for name, value in genuine.headers.items()}
    assert refused(crm, replace(genuine, headers=mixed), after=timedelta(minutes=30)) == 401


def _stamp(given: Delivery) -> str:
    parts = ",".join(given.headers.values()).replace("t=", "").split(",")
    return next(part for part in parts if part.isdigit())


@pytest.mark.parametrize("header", ["t=1,v1=", "t=,v1=x", "v1=x", "t=1,t=2,v1=x", "t=²,v1=x", "t=1e9,v1=x", ",,,", "="])
@pytest.mark.parametrize(("crm", "name"), [("form", "x-csbridge-signature"), ("stripe", "stripe-signature")])
def test_a_malformed_header_is_a_wrong_one(crm: str, name: str, header: str) -> None:
    assert refused(crm, replace(delivery(crm), headers={name: header})) == 401


@pytest.mark.parametrize("crm", ALL)
@given(text=st.text(max_size=60), body=st.binary(max_size=60))
def test_nothing_forged_opens_or_raises_anything_else(crm: str, text: str, body: bytes) -> None:
    forged = dict.fromkeys(delivery(crm).headers, text)
    assert refused(crm, replace(delivery(crm), headers=forged)) == 401
    stamped = {**delivery(crm).headers, **{name: text for name in forged if "signature" in name}}
    assert refused(crm, replace(delivery(crm), headers=stamped, body=body)) == 401


@pytest.mark.parametrize("secret", ["not base64 ü", "whsec_", "x", "====", "whsec_%%%"])
def test_a_secret_that_is_none_opens_nothing(secret: str) -> None:
    assert refused("standard_webhooks", delivery("standard_webhooks"), secret) == 401


@pytest.mark.parametrize("secret", ["whsec_", "not base64 ü", "whsec_%%%", "whsec_A"])
def test_the_admin_hears_of_a_secret_that_could_never_be_right(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_ and base64"):
        sender("standard_webhooks", webhook_secret=secret)
    assert sender("delighted", webhook_secret=secret).webhook_secret


def test_a_flood_of_signatures_is_cut_short() -> None:
    genuine = delivery("stripe")
    many = "v1=0," * 5_000
    stamp, good, _ = genuine.headers["stripe-signature"].split(",")
    assert refused("stripe", replace(genuine, headers={"stripe-signature": f"{stamp},{many}{good}"})) == 401


NONSENSE = [b"", b"{", b"[]", b"null", b"17", b'"text"', b"[" * 5_000, b'{"a":' * 5_000, b"<xml/>", b"NaN"]
NO_TEXT = b"\xff\xfe"
"""Cannot be signed in the Standard Webhooks way, which signs texts."""


@pytest.mark.parametrize("crm", ALL)
@pytest.mark.parametrize("body", NONSENSE)
def test_genuine_nonsense_is_400(crm: str, body: bytes) -> None:
    assert refused(crm, delivery(crm, body)) == 400


@pytest.mark.parametrize("crm", [crm for crm in ALL if crm != "standard_webhooks"])
def test_what_is_no_text_is_400(crm: str) -> None:
    assert refused(crm, delivery(crm, NO_TEXT)) == 400


def test_what_is_no_text_has_no_standard_signature() -> None:
    assert refused("standard_webhooks", replace(delivery("standard_webhooks"), body=NO_TEXT)) == 401
