"""HubSpot's events → the records to look at again: classic and generic, merges, associations, echoes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from fake_hubspot import connection

from adapters.contract import Delivery, Forgetting
from adapters.errors import Rejected
from adapters.hubspot.adapter import HubspotAdapter, open_connection
from adapters.hubspot.events import events
from adapters.hubspot.signature import sign
from adapters.registry import Context
from config.fields import OwnField

OWN = (
    OwnField("health_score", "CS Health Score", "number"),
    OwnField("nps", "CS NPS", "number", to="existing_nps"),
    OwnField("pulse", "CS Pulse", "picklist", written=False),
)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def adapter(org_id: str | None = "62515") -> HubspotAdapter:
    return open_connection(connection("https://api.hubapi.com"), Context(own=OWN, org_id=org_id))


def delivery(*told: dict[str, Any]) -> Delivery:
    return Delivery("POST", "https://cs.example.com/webhooks/hs", {}, orjson.dumps(told))


def named(*told: dict[str, Any]) -> list[str]:
    return [f"{ref.kind}:{ref.id}" for ref in adapter().notices(delivery(*told))]


def event(subscription: str, **more: Any) -> dict[str, Any]:
    return {"eventId": 1, "portalId": 62515, "subscriptionType": subscription, "occurredAt": 1, **more}


@pytest.mark.parametrize(
    ("told", "refs"),
    [
        (event("company.propertyChange", objectId=1, propertyName="name"), ["account:1"]),
        (event("contact.creation", objectId=2, changeFlag="NEW"), ["person:2"]),
        (event("deal.deletion", objectId="3", changeFlag="DELETED"), ["deal:3"]),
        (event("ticket.restore", objectId=4), ["ticket:4"]),
        (event("contact.privacyDeletion", objectId=5), ["person:5"]),
        (event("object.propertyChange", objectId=6, objectTypeId="0-2", propertyName="x"), ["account:6"]),
        (event("object.creation", objectId=7, objectTypeId="0-27"), ["activity:tasks:7"]),
        (event("object.creation", objectId=8, objectTypeId="0-46"), ["activity:notes:8"]),
        (event("object.creation", objectId=9, objectTypeId="0-47"), ["activity:meetings:9"]),
        (event("object.creation", objectId=10, objectTypeId="0-48"), ["activity:calls:10"]),
        (event("object.creation", objectId=11, objectTypeId="0-49"), ["activity:emails:11"]),
        (event("object.creation", objectId=12, objectTypeId="0-19"), ["response:12"]),
        (event("object.creation", objectId=13, objectTypeId="2-777"), []),
        (event("line_item.creation", objectId=14), []),
        (event("contact.privacyDeletion", objectId=16), ["person:16"]),
        (event("company.restore", objectId="17"), ["account:17"]),
        (event("conversation.newMessage", objectId=15), []),
        (event("company.propertyChange", objectId=None), []),
        (event("company.propertyChange", objectId=[1]), []),
        ({}, []),
    ],
)
def test_which_record_an_event_names(told: dict[str, Any], refs: list[str]) -> None:
    assert named(told) == refs


INVOICES = {"fields": {"due_on": "hs_due_date", "paid_on": "hs_payment_date", "amount": "hs_amount_billed"}}


def reading(**maps: Any) -> HubspotAdapter:
    return open_connection(connection("https://api.hubapi.com", map=maps), Context(own=OWN, org_id="62515"))


@pytest.mark.parametrize("name", ["invoices", "0-53"])
@pytest.mark.parametrize(
    "told",
    [
        event("object.propertyChange", objectTypeId="0-53", objectId=1, propertyName="hs_amount_billed"),
        event("object.creation", objectTypeId="0-53", objectId=1, changeFlag="CREATED"),
        event("object.deletion", objectTypeId="0-53", objectId=1, changeFlag="DELETED"),
        event("object.merge", objectTypeId="0-53", primaryObjectId=1, mergedObjectIds=[], newObjectId=1),
        event("object.restore", objectTypeId="0-53", objectId=1),
        event("invoice.creation", objectId=1),
    ],
)
def test_whatever_object_the_admin_mapped_is_looked_at(name: str, told: dict[str, Any]) -> None:
    mapped = reading(invoice={"object": name, **INVOICES})
    assert [f"{ref.kind}:{ref.id}" for ref in mapped.notices(delivery(told))] == ["invoice:1"]
    assert named(told) == [], "not where nobody mapped it"


def test_a_custom_object_is_known_by_its_type_id() -> None:
    mapped = reading(contract={"object": "2-118", "fields": {"status": "state"}})
    told = event("object.creation", objectTypeId="2-118", objectId=1)
    assert [f"{ref.kind}:{ref.id}" for ref in mapped.notices(delivery(told))] == ["contract:1"]


def test_an_object_that_two_kinds_are_read_from_is_looked_at_as_both() -> None:
    mapped = reading(contract={"object": "deals", "fields": {"status": "dealstage"}})
    refs = mapped.notices(delivery(event("deal.creation", objectId=1)))
    assert sorted(f"{ref.kind}:{ref.id}" for ref in refs) == ["contract:1", "deal:1"]


def test_an_invoice_that_gets_a_company_names_both() -> None:
    mapped = reading(invoice={"object": "invoices", **INVOICES})
    ends = {"fromObjectTypeId": "0-53", "toObjectTypeId": "0-2", "fromObjectId": 1, "toObjectId": 2}
    classic = event("invoice.associationChange", associationType="INVOICE_TO_COMPANY", fromObjectId=1, toObjectId=2)
    for told in (event("object.associationChange", **ends), classic):
        assert [f"{ref.kind}:{ref.id}" for ref in mapped.notices(delivery(told))] == ["invoice:1", "account:2"]


def test_a_full_batch_is_taken_in_full() -> None:
    kinds = ("0-1", "0-2", "0-3", "0-5", "0-19", "0-27", "0-46", "0-47", "0-48", "0-49")
    told = [event("object.creation", objectTypeId=kinds[one % 10], objectId=one) for one in range(100)]
    assert len(adapter().notices(delivery(*told))) == 100


def test_a_merge_names_everybody_involved() -> None:
    told = event("company.merge", primaryObjectId=1, mergedObjectIds=[2, 3], newObjectId=4, objectId=4)
    assert sorted(named(told)) == ["account:1", "account:2", "account:3", "account:4"]


@pytest.mark.parametrize(
    "told",
    [
        event("deal.associationChange", associationType="DEAL_TO_COMPANY", fromObjectId=1, toObjectId=2),
        event("deal.associationChange", associationType="DEAL_TO_COMPANY_UNLABELED", fromObjectId=1, toObjectId=2),
        event("object.associationChange", fromObjectTypeId="0-3", toObjectTypeId="0-2", fromObjectId=1, toObjectId=2),
    ],
)
def test_an_association_names_both_ends(told: dict[str, Any]) -> None:
    assert named(told) == ["deal:1", "account:2"]


def test_who_asked_to_be_forgotten_is_to_be_erased_besides() -> None:
    told = delivery(
        event("contact.privacyDeletion", objectId=5),
        event("object.privacyDeletion", objectId=6, objectTypeId="0-1"),
        event("contact.deletion", objectId=7),
        event("object.privacyDeletion", objectId=8, objectTypeId="2-777"),
        event("contact.privacyDeletion", objectId=5),
    )
    assert [ref.id for ref in adapter().notices(told)] == ["5", "6", "7"]
    assert [ref.id for ref in adapter().erasures(told)] == ["5", "6"]
    assert isinstance(adapter(), Forgetting)
    escaped = replace(told, body=told.body.replace(b"privacyDeletion", rb"privacyDele\u0074ion"))
    assert adapter().erasures(escaped) == adapter().erasures(told)
    assert adapter().erasures(delivery(event("contact.deletion", objectId=7))) == []


def test_doubles_are_told_once_in_order() -> None:
    first, second = (event("company.propertyChange", objectId=one, propertyName="name") for one in (2, 1))
    assert named(first, second, {**first, "attemptNumber": 3}) == ["account:2", "account:1"]


def test_our_own_echo_is_left_out_and_the_pulse_is_not() -> None:
    def change(name: str) -> dict[str, Any]:
        return event("company.propertyChange", objectId=1, propertyName=name)

    assert named(change("csb_health_score"), change("existing_nps")) == []
    assert named(change("csb_pulse")) == ["account:1"]
    assert named({**change("existing_nps"), "subscriptionType": "contact.propertyChange"}) == ["person:1"]
    generic = {**change("csb_health_score"), "subscriptionType": "object.propertyChange"}
    assert named({**generic, "objectTypeId": "0-2"}) == []
    assert named({**generic, "objectTypeId": "0-1"}) == ["person:1"], "of that name, and none of ours"
    assert named(event("company.deletion", objectId=1, propertyName="csb_health_score")) == ["account:1"]


def genuine(body: bytes) -> Delivery:
    stamp = str(int(NOW.timestamp() * 1000))
    url = "https://cs.example.com/webhooks/hs"
    headers = {"x-hubspot-signature-v3": sign("s", "POST", url, body, stamp), "x-hubspot-request-timestamp": stamp}
    return Delivery("POST", url, headers, body)


def test_events_of_another_portal_are_rejected_once_the_portal_is_pinned() -> None:
    told = orjson.dumps([{**event("company.creation", objectId=1), "portalId": 1}])
    with pytest.raises(Rejected) as rejected:
        adapter().verify(genuine(told), ["s"], NOW)
    assert rejected.value.status == 401
    adapter(None).verify(genuine(told), ["s"], NOW)


def test_of_an_app_in_several_portals_only_the_events_of_ours_count() -> None:
    theirs = [{**event(verb, objectId=1), "portalId": 1} for verb in ("company.creation", "contact.privacyDeletion")]
    told = delivery(*theirs, event("company.creation", objectId=2))
    adapter().verify(genuine(told.body), ["s"], NOW)
    assert [ref.id for ref in adapter().notices(told)] == ["2"]
    assert adapter().erasures(told) == []
    assert [ref.id for ref in adapter(None).erasures(told)] == ["1"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"null", b"[", b"\xff", b"[" * 100_000])
def test_a_signed_body_that_is_no_array_of_events_is_malformed(body: bytes) -> None:
    with pytest.raises(Rejected) as rejected:
        adapter().verify(genuine(body), ["s"], NOW)
    assert rejected.value.status == 400
    with pytest.raises(Rejected):
        events(body)


def test_a_value_cut_inside_a_character_does_not_cost_the_delivery() -> None:
    body = rb'[{"subscriptionType":"company.propertyChange","portalId":62515,"objectId":1,"propertyValue":"\ud83d"}]'
    assert [told["objectId"] for told in events(body)] == [1]


def test_the_answer_is_an_empty_200() -> None:
    answer = adapter().acknowledge(delivery())
    assert (answer.status, answer.body) == (200, b"")
