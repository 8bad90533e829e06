"""Limits, faults, edits by a person and webhooks of the HubSpot sandbox."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hubspot.utils.signature import Signature
from sandbox_portal import FIRST_COMPANY, FIRST_CONTACT, NOW, TOKEN, Portal, portal

from adapters.contract import Delivery
from adapters.hubspot.signature import check
from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.control import parse_edit
from adapters.sandbox.generator import generate
from adapters.sandbox.hubspot.errors import HubspotError
from adapters.sandbox.hubspot.hooks import delivery, signatures
from adapters.sandbox.hubspot.limits import Limits
from adapters.sandbox.hubspot.options import Options, read_options
from adapters.sandbox.notify import Change
from adapters.sandbox.serve import assemble

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
BODY = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
    b'"changeFlag":"NEW","appId":54321}]'
)
URL = "https://cs.example.com/webhooks/hs"


@pytest.fixture
def hub() -> Portal:
    return portal()


def edit(hub: Portal, **body: Any) -> tuple[int, Any]:
    answer = hub.client.post("/_sandbox/edit", json=body)
    return answer.status_code, answer.get_json()


def fault(hub: Portal, **spec: Any) -> None:
    assert hub.client.post("/_sandbox/faults", json=spec).status_code == 200


BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 11, 21, 23, tzinfo=BERLIN)


def refusal(limits: Limits, search: bool = False) -> HubspotError:
    with pytest.raises(HubspotError) as caught:
        limits.enter(search, EVENING)
    return caught.value


def test_ten_seconds_roll_and_searches_have_their_own_second() -> None:
    now = [0.0]
    limits = Limits(Options(rate_limit=7, search_limit=2), lambda: now[0])
    assert limits.enter(True, EVENING).remaining == 6
    limits.enter(True, EVENING)
    assert refusal(limits, search=True).extra["policyName"] == "SECONDLY"
    for _ in range(5):
        limits.enter(False, EVENING)
    error = refusal(limits)
    assert (error.status, error.extra["policyName"], error.headers) == (429, "TEN_SECONDLY_ROLLING", {})
    now[0] = 10.1
    assert limits.enter(True, EVENING).remaining == 6


def test_the_day_ends_the_allowance_until_the_next() -> None:
    limits = Limits(Options(daily_limit=1, retry_after=True))
    limits.enter(False, EVENING)
    error = refusal(limits)
    assert (error.extra["policyName"], error.headers["Retry-After"]) == ("DAILY", "3600")
    assert limits.enter(False, EVENING + timedelta(hours=1)).daily_remaining == 0


def test_the_day_ends_at_the_portals_midnight_and_is_told_of(hub: Portal) -> None:
    assert hub.instruments.clock.now().hour == 12
    hub.client.post("/_sandbox/quota", json={"limit": 10, "used": 8})
    listed = hub.client.get("/crm/v3/objects/companies", headers=TOKEN).headers
    assert (listed["X-HubSpot-RateLimit-Daily"], listed["X-HubSpot-RateLimit-Daily-Remaining"]) == ("10", "1")
    _, usage = hub.call("GET", "/account-info/v3/api-usage/daily/private-apps")
    assert (usage["results"][0]["currentUsage"], usage["results"][0]["resetsAt"]) == (10, "2026-11-21T23:00:00+00:00")
    status, refused = hub.call("GET", "/crm/v3/objects/companies")
    assert (status, refused["policyName"]) == (429, "DAILY")
    hub.instruments.clock.advance(11 * 3600)
    assert hub.call("GET", "/crm/v3/objects/companies")[0] == 200
    assert hub.client.get("/_sandbox/quota").get_json() == {"limit": 10, "used": 1}


def test_an_app_without_a_daily_allowance_is_told_of_none() -> None:
    hub = portal(rate_limit=100, daily_limit=0, search_headers=True)
    searched = hub.client.post("/crm/v3/objects/companies/search", json={}, headers=TOKEN).headers
    assert searched["X-HubSpot-RateLimit-Max"] == "100"
    assert "X-HubSpot-RateLimit-Daily" not in searched


def test_custom_properties_have_a_limit_that_can_be_asked_for() -> None:
    hub = portal(custom_properties=40)
    _, limits = hub.call("GET", "/crm/v3/limits/custom-properties")
    companies = next(row for row in limits["byObjectType"] if row["objectTypeId"] == "0-2")
    assert companies["limit"] == 40
    for number in range(40 - companies["usage"]):
        assert hub.add_property(name=f"p_{number}")[0] == 201
    status, refused = hub.add_property(name="one_too_many")
    assert (status, refused["category"]) == (400, "VALIDATION_ERROR")
    assert portal(limits_api=False).call("GET", "/crm/v3/limits/custom-properties")[0] == 403


def test_headers_tell_what_is_left_but_not_on_searches() -> None:
    hub = portal(rate_limit=100)
    token = {"Authorization": "Bearer pat-na1-sandbox"}
    listed = hub.client.get("/crm/v3/objects/companies", headers=token).headers
    assert listed["X-HubSpot-RateLimit-Max"] == "100"
    assert listed["X-HubSpot-RateLimit-Remaining"] == "99"
    assert listed["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert listed["Date"] == "Sat, 21 Nov 2026 12:00:00 GMT"
    searched = hub.client.post("/crm/v3/objects/companies/search", json={}, headers=token).headers
    assert not [name for name, _ in searched if name.lower().startswith("x-hubspot-ratelimit")]


@pytest.mark.parametrize("header", [None, "Bearer nope", "Basic pat-na1-sandbox", "Bearer"])
def test_without_the_token_nothing_is_answered(hub: Portal, header: str | None) -> None:
    answer = hub.client.get("/account-info/v3/details", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.get_json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_the_account_names_itself(hub: Portal) -> None:
    _, body = hub.call("GET", "/account-info/v3/details")
    assert (body["portalId"], body["companyCurrency"], body["timeZone"]) == (62_515, "EUR", "Europe/Berlin")


def test_unknown_paths_and_long_ones(hub: Portal) -> None:
    assert hub.call("GET", "/crm/v3/nothing/here")[0] == 404
    assert hub.call("PUT", "/crm/v3/objects/companies")[0] == 405
    assert hub.call("GET", "/crm/v3/objects/companies", properties="x" * 17_000)[0] == 414


def test_faults_answer_in_hubspots_words_and_pass(hub: Portal) -> None:
    fault(hub, kind="401")
    fault(hub, kind="429", retry_after_s=3, code="DAILY")
    assert hub.call("GET", "/crm/v3/owners")[1]["category"] == "INVALID_AUTHENTICATION"
    answer = hub.client.get("/crm/v3/owners", headers={"Authorization": "Bearer pat-na1-sandbox"})
    assert (answer.status_code, answer.headers["Retry-After"], answer.get_json()["policyName"]) == (429, "3", "DAILY")
    assert hub.call("GET", "/crm/v3/owners")[0] == 200


def test_a_refused_row_fails_its_batch_and_is_journalled(hub: Portal) -> None:
    fault(hub, kind="refuse", id=str(FIRST_COMPANY + 1), times=2, message="no")
    inputs = [{"id": str(FIRST_COMPANY + place), "properties": {"name": "x"}} for place in range(3)]
    assert hub.update(*inputs)[0] == 400
    assert hub.update(inputs[0], inputs[2])[0] == 200
    status, body = hub.update(inputs[1])
    assert (status, body["message"]) == (400, "no")
    assert hub.update(inputs[1])[0] == 200
    written = [write["id"] for write in hub.client.get("/_sandbox/writes").get_json() if write["error"] is None]
    assert written == [str(FIRST_COMPANY + place) for place in (0, 2, 1)]


def test_a_person_edits_creates_and_deletes(hub: Portal) -> None:
    status, body = edit(hub, object="companies", id=str(FIRST_COMPANY), fields={"cs_status": "churned", "arr": None})
    assert (status, body["row"]["properties"]["cs_status"]) == (200, "churned")
    status, body = edit(
        hub,
        object="ticket",
        fields={"subject": "Help", "hs_pipeline_stage": "1", "associations": {"companies": [str(FIRST_COMPANY)]}},
    )
    _, links = hub.call("GET", f"/crm/v4/objects/tickets/{body['row']['id']}/associations/companies")
    assert (status, links["results"][0]["toObjectId"]) == (200, FIRST_COMPANY)
    assert edit(hub, object="companies", id=str(FIRST_COMPANY), delete=True)[0] == 200
    assert hub.call("GET", f"/crm/v3/objects/companies/{FIRST_COMPANY}")[0] == 404
    assert hub.instruments.journal.writes() == []


@pytest.mark.parametrize(
    "body",
    [
        {"object": "spaceships", "fields": {}},
        {"object": "companies", "id": "99", "fields": {"name": "x"}},
        {"object": "companies", "id": str(FIRST_COMPANY), "fields": {"nope": "x"}},
        {"object": "tickets", "fields": {"associations": {"companies": ["99"]}}},
        {"object": "tickets", "fields": {"associations": ["99"]}},
        {"object": "feedback_submissions", "fields": {"hs_value": "many"}},
        {"object": "feedback_submissions", "fields": {"hs_value": 3, "hs_contact_id": "99"}},
        {"object": "feedback_submissions", "fields": {"hs_value": 3, "hs_contact_id": "x"}},
    ],
)
def test_an_edit_that_cannot_be_done_is_refused_and_does_nothing(hub: Portal, body: dict[str, Any]) -> None:
    before = hub.client.get("/_sandbox/stats").get_json()["rows"]
    status, answer = edit(hub, **body)
    assert (status, bool(answer["error"])) == (400, True)
    assert hub.client.get("/_sandbox/stats").get_json()["rows"] == before


def test_an_answer_is_completed_and_linked_to_its_contact(hub: Portal) -> None:
    fields = {"hs_survey_type": "NPS", "hs_value": 2, "associations": {"contacts": [str(FIRST_CONTACT)]}}
    _, body = edit(hub, object="feedback_submissions", fields=fields)
    assert body["row"]["properties"]["hs_response_group"] == "DETRACTOR"
    assert body["row"]["properties"]["hs_contact_id"] == str(FIRST_CONTACT)
    inputs = {"inputs": [{"id": body["row"]["id"]}]}
    _, links = hub.call("POST", "/crm/v4/associations/feedback_submissions/contacts/batch/read", inputs)
    assert links["results"][0]["to"][0] == {
        "toObjectId": FIRST_CONTACT,
        "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 98, "label": None}],
    }


def test_signatures_are_those_of_the_vendors_vectors() -> None:
    headers = signatures(SECRET, "https://www.example.com/webhook_uri?x=a@b:c", BODY, 1_564_113_600_000)
    assert headers["X-HubSpot-Signature"] == "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    assert headers["X-HubSpot-Signature-v3"] == "Uuz6b+jim/aeMboJRT4a6ityzSnWJEV/t+UAbs21mFo="


def test_the_vendors_own_library_accepts_a_delivery() -> None:
    now = int(datetime.now(UTC).timestamp() * 1000)
    change = Change("companies", "7", "updated", {"name": "Ægir 🌬️"}, NOW)
    headers, body = delivery(URL, [change], 0, SECRET, Options(), now)
    assert Signature.is_valid(
        signature=headers["X-HubSpot-Signature-v3"],
        client_secret=SECRET,
        request_body=body.decode(),
        http_uri=URL,
        signature_version="v3",
        timestamp=headers["X-HubSpot-Request-Timestamp"],
    )


def events(changes: list[Change], options: Options) -> list[dict[str, Any]]:
    return list(json.loads(delivery(URL, changes, 2, SECRET, options, 0)[1]))


def test_events_are_classic_or_generic() -> None:
    updated = Change("companies", "7", "updated", {"name": "New"}, NOW)
    created = Change("tickets", "8", "created", {}, NOW, "api")
    answered = Change("feedback_submissions", "9", "created", {}, NOW)
    one, two, three = events([updated, created, answered], Options())
    assert (one["subscriptionType"], one["propertyName"], one["propertyValue"]) == (
        "company.propertyChange",
        "name",
        "New",
    )
    assert (one["objectId"], one["attemptNumber"], one["changeSource"], one["occurredAt"]) == (
        7,
        2,
        "CRM_UI",
        1_795_262_400_000,
    )
    assert (two["subscriptionType"], two["changeSource"], two["sourceId"]) == (
        "ticket.creation",
        "INTEGRATION",
        "1160452",
    )
    assert (three["subscriptionType"], three["objectTypeId"]) == ("object.creation", "0-19")
    generic = events([updated], replace(Options(), generic_events=True))[0]
    assert (generic["subscriptionType"], generic["objectTypeId"]) == ("object.propertyChange", "0-2")
    assert generic["eventId"] == one["eventId"]


def test_options_are_understood_from_the_command_line() -> None:
    given = read_options({"rate_limit": "0", "retry_after": "yes", "missing_scopes": "a,b", "token": "t"})
    assert (given.rate_limit, given.retry_after, given.missing_scopes, given.token) == (0, True, ("a", "b"), "t")
    for bad in ({"nope": 1}, {"rate_limit": "x"}, {"retry_after": "maybe"}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            read_options(bad)


def test_own_writes_come_back_only_when_asked() -> None:
    for echo, expected in ((False, 0), (True, 1)):
        hub = portal(echo_api_writes=echo)
        hub.instruments.notifier.url = "http://127.0.0.1:9/"
        hub.update({"id": str(FIRST_COMPANY), "properties": {"name": "x"}})
        assert len(hub.instruments.notifier.listed()) == expected


EXTRA = ("merge", "restore", "privacyDeletion", "associationChange")


@pytest.mark.parametrize("generic", [False, True])
def test_an_app_hears_of_merges_restores_erasures_and_associations_where_it_subscribed(generic: bool) -> None:
    vendor, _ = assemble(
        "hubspot",
        generate(12, 1, NOW, False),
        clock=SandboxClock(NOW, lambda: 0.0),
        options={"generic_events": generic, "subscribed": EXTRA},
    )

    def told(number: int, **body: Any) -> dict[str, Any]:
        """The one event of an edit, as the vendor posts it."""
        edited = vendor.edit(parse_edit({"object": "contacts", "id": FIRST_CONTACT + number, **body})[0])
        [event] = json.loads(vendor.compose(URL, edited.changes, 0)[1])
        subject, _, verb = event["subscriptionType"].partition(".")
        assert subject == ("object" if generic else "contact")
        return {**event, "verb": verb}

    merged = told(1, delete=True, fields={"merged_into": str(FIRST_CONTACT)})
    ids = [merged["primaryObjectId"], *merged["mergedObjectIds"], merged["newObjectId"]]
    assert (merged["verb"], ids) == ("merge", [FIRST_CONTACT, FIRST_CONTACT + 1, FIRST_CONTACT])
    forgotten = told(0, delete=True, fields={"gdpr": True})
    assert (forgotten["verb"], forgotten["objectId"]) == ("privacyDeletion", FIRST_CONTACT)
    assert told(2, delete=True)["verb"] == "deletion"
    assert told(2, fields={"archived": False})["verb"] == "restore"
    links = {"companies": [str(FIRST_COMPANY)]}
    for key, removed in (("associations", False), ("dissociate", True)):
        event = told(2, fields={key: links})
        assert (event["verb"], event["associationType"]) == ("associationChange", "CONTACT_TO_COMPANY")
        assert (event["fromObjectId"], event["toObjectId"]) == (FIRST_CONTACT + 2, FIRST_COMPANY)
        assert event["associationRemoved"] is removed
        assert ("fromObjectTypeId" in event) is generic


@pytest.mark.parametrize("newest", ["v1", "v2", "v3"])
def test_webhooks_are_signed_as_the_app_is_old(newest: str) -> None:
    change = Change("companies", "1", "created", {}, NOW)
    headers, body = delivery(URL, [change], 0, SECRET, Options(signature=newest), int(NOW.timestamp() * 1000))
    lower = {name.lower(): value for name, value in headers.items()}
    assert ("x-hubspot-signature-v3" in lower) == (newest == "v3")
    check(Delivery("POST", URL, lower, body), [SECRET], NOW)
