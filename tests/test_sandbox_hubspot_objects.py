"""Listing, single records and batches of the sandbox: HubSpot's shapes, limits and refusals."""

import json
from typing import Any

import pytest
from sandbox_portal import FIRST_COMPANY, FIRST_CONTACT, Portal, portal

COMPANIES = "/crm/v3/objects/companies"


@pytest.fixture(scope="module")
def hub() -> Portal:
    return portal(history=True)


@pytest.fixture
def fresh() -> Portal:
    made = portal()
    assert made.add_property(name="csb_health_score")[0] == 201
    assert made.add_property(
        name="csb_risk_flags", type="enumeration", fieldType="checkbox",
        options=[{"label": word, "value": word, "hidden": False} for word in ("silent", "detractor")],
    )[0] == 201  # fmt: skip
    return made


def problems(body: Any) -> list[tuple[str, str]]:
    listed = json.loads(body["message"].partition(": ")[2])
    return [(problem["name"], problem["error"]) for problem in listed]


def test_listing_pages_by_id_and_ends_without_paging(hub: Portal) -> None:
    seen, after = [], "0"
    while after:
        _, page = hub.call("GET", COMPANIES, limit=5, after=after)
        seen += [row["id"] for row in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after")
    assert seen == [str(FIRST_COMPANY + place) for place in range(12)]


def test_listing_refuses_more_than_a_hundred_and_fifty_with_history(hub: Portal) -> None:
    assert hub.call("GET", COMPANIES, limit=101)[0] == 400
    assert hub.call("GET", COMPANIES, limit=51, propertiesWithHistory="name")[0] == 400
    assert hub.call("GET", COMPANIES, limit=50, propertiesWithHistory="name")[0] == 200


def test_values_are_texts_or_null_and_defaults_are_given(hub: Portal) -> None:
    _, page = hub.call("GET", COMPANIES, limit=100)
    assert set(page["results"][0]["properties"]) == {
        "createdate",
        "domain",
        "hs_lastmodifieddate",
        "hs_object_id",
        "name",
    }
    _, page = hub.call("GET", COMPANIES, limit=100, properties="arr,seats,renewal_date,unknown_word")
    values = [row["properties"] for row in page["results"]]
    assert all(value is None or isinstance(value, str) for row in values for value in row.values())
    assert "unknown_word" not in values[0]
    assert any(row["arr"] is None for row in values)


def test_inline_associations_double_their_types_and_page_at_a_hundred(hub: Portal) -> None:
    _, page = hub.call("GET", COMPANIES, limit=100, associations="contacts,tickets")
    for row in page["results"]:
        entries = row["associations"]["contacts"]["results"]
        assert len(entries) <= 100
        assert {entry["type"] for entry in entries} == {"company_to_contact", "company_to_contact_unlabeled"}


def test_types_go_by_plural_singular_and_id(hub: Portal) -> None:
    bodies = [hub.call("GET", f"/crm/v3/objects/{word}/{FIRST_COMPANY}")[1] for word in ("companies", "company", "0-2")]
    assert bodies[0] == bodies[1] == bodies[2]
    assert hub.call("GET", "/crm/v3/objects/spaceships")[0] == 400


def test_archived_records_are_listed_apart_and_can_be_deleted_twice(fresh: Portal) -> None:
    path = f"{COMPANIES}/{FIRST_COMPANY}"
    assert fresh.call("DELETE", path)[0] == fresh.call("DELETE", path)[0] == 204
    assert fresh.call("GET", path)[0] == 404
    _, gone = fresh.call("GET", COMPANIES, archived="true")
    assert [(row["id"], row["archived"], "archivedAt" in row) for row in gone["results"]] == [
        (str(FIRST_COMPANY), True, True)
    ]
    assert fresh.search("companies")[1]["total"] == 11
    _, read = fresh.call("POST", f"{COMPANIES}/batch/read", {"inputs": [{"id": str(FIRST_COMPANY)}]}, archived="true")
    assert read["results"][0]["archived"] is True


def test_a_change_moves_the_stamp_and_an_equal_value_does_not(fresh: Portal) -> None:
    path = f"{COMPANIES}/{FIRST_COMPANY}"
    before = fresh.call("GET", path)[1]["updatedAt"]
    _, after = fresh.call("PATCH", path, {"properties": {"csb_health_score": 61.5}})
    assert after["properties"]["csb_health_score"] == "61.5"
    assert after["updatedAt"] == "2026-11-21T12:00:00.000Z" > before
    fresh.instruments.clock.advance(60)
    assert fresh.call("PATCH", path, {"properties": {"csb_health_score": "61.5"}})[1]["updatedAt"] == after["updatedAt"]


def test_blank_clears_and_null_is_ignored(fresh: Portal) -> None:
    path = f"{COMPANIES}/{FIRST_COMPANY}"
    fresh.call("PATCH", path, {"properties": {"csb_health_score": "5"}})
    fresh.call("PATCH", path, {"properties": {"csb_health_score": None}})
    assert fresh.call("GET", path, properties="csb_health_score")[1]["properties"]["csb_health_score"] == "5"
    fresh.call("PATCH", path, {"properties": {"csb_health_score": ""}})
    assert fresh.call("GET", path, properties="csb_health_score")[1]["properties"]["csb_health_score"] is None


def test_a_leading_semicolon_appends_to_a_set(fresh: Portal) -> None:
    path = f"{COMPANIES}/{FIRST_COMPANY}"
    fresh.call("PATCH", path, {"properties": {"csb_risk_flags": "silent"}})
    _, row = fresh.call("PATCH", path, {"properties": {"csb_risk_flags": ";detractor"}})
    assert row["properties"]["csb_risk_flags"] == "silent;detractor"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("nope", "1", "PROPERTY_DOESNT_EXIST"),
        ("csb_health_score", "high", "INVALID_INTEGER"),
        ("csb_risk_flags", "silent;Detractor", "INVALID_OPTION"),
        ("cs_status", "Customer", "INVALID_OPTION"),
        ("renewal_date", "2026-11-21T05:00:00Z", "INVALID_DATE"),
        ("renewal_date", "soon", "INVALID_DATE"),
        ("hs_lastmodifieddate", "2026-11-21", "READ_ONLY_VALUE"),
        ("name", ["a"], "INVALID_STRING"),
    ],
)
def test_one_bad_value_fails_the_whole_batch(fresh: Portal, name: str, value: object, code: str) -> None:
    good = {"id": str(FIRST_COMPANY), "properties": {"csb_health_score": "7"}}
    status, body = fresh.update(good, {"id": str(FIRST_COMPANY + 1), "properties": {name: value}})
    assert (status, body["category"], problems(body)) == (400, "VALIDATION_ERROR", [(name, code)])
    _, row = fresh.call("GET", f"{COMPANIES}/{FIRST_COMPANY}", properties="csb_health_score")
    assert row["properties"]["csb_health_score"] is None
    assert all(write.error for write in fresh.instruments.journal.writes())


def test_partial_updates_can_be_switched_on() -> None:
    hub = portal(partial_updates="true")
    good = {"id": str(FIRST_COMPANY), "properties": {"cs_status": "customer"}}
    status, body = hub.update(good, {"id": str(FIRST_COMPANY + 1), "properties": {"cs_status": "Nope"}})
    assert (status, body["numErrors"], body["errors"][0]["category"]) == (207, 1, "VALIDATION_ERROR")
    assert body["errors"][0]["context"]["ids"] == [str(FIRST_COMPANY + 1)]
    assert [row["id"] for row in body["results"]] == [str(FIRST_COMPANY)]


@pytest.mark.parametrize(
    ("value", "kept"),
    [("2026-03-09", "2026-03-09"), (1_773_014_400_000, "2026-03-09"), ("2026-03-09T00:00:00Z", "2026-03-09")],
)
def test_dates_are_taken_as_text_or_milliseconds(fresh: Portal, value: object, kept: str) -> None:
    _, row = fresh.call("PATCH", f"{COMPANIES}/{FIRST_COMPANY}", {"properties": {"renewal_date": value}})
    assert row["properties"]["renewal_date"] == kept


def test_batches_have_limits_and_no_doubles(fresh: Portal) -> None:
    one = {"id": str(FIRST_COMPANY), "properties": {"name": "A"}}
    assert fresh.update(one, one)[0] == 400
    assert "Duplicate IDs" in fresh.update(one, one)[1]["message"]
    many = [{"id": str(number), "properties": {}} for number in range(101)]
    assert fresh.update(*many)[0] == 400
    assert fresh.update()[0] == 400


def test_missing_ids_are_absent_and_named(fresh: Portal) -> None:
    inputs = [{"id": str(FIRST_COMPANY)}, {"id": "99"}]
    status, body = fresh.call("POST", f"{COMPANIES}/batch/read", {"inputs": inputs, "properties": ["name"]})
    assert (status, [row["id"] for row in body["results"]]) == (207, [str(FIRST_COMPANY)])
    assert body["errors"][0]["context"]["ids"] == ["99"]
    assert "Could not get some COMPANY objects" in body["errors"][0]["message"]


def test_upsert_by_a_unique_property_updates_what_is_there(fresh: Portal) -> None:
    assert fresh.add_property(name="csb_key", type="string", fieldType="text", hasUniqueValue=True)[0] == 201
    inputs = [{"id": "k1", "idProperty": "csb_key", "properties": {"name": "One"}}]
    path = f"{COMPANIES}/batch/upsert"
    first = fresh.call("POST", path, {"inputs": inputs})[1]["results"][0]
    second = fresh.call("POST", path, {"inputs": inputs})[1]["results"][0]
    assert (first["id"], first["new"], second["new"]) == (second["id"], True, False)
    inputs[0]["idProperty"] = "domain"
    assert fresh.call("POST", path, {"inputs": inputs})[0] == 400


def test_a_contacts_address_is_unique(fresh: Portal) -> None:
    body = {"properties": {"email": "New@nordwind-1.example"}}
    status, made = fresh.call("POST", "/crm/v3/objects/contacts", body)
    assert (status, made["properties"]["email"]) == (201, "new@nordwind-1.example")
    status, refused = fresh.call("POST", "/crm/v3/objects/contacts", body)
    assert (status, refused["category"]) == (409, "CONFLICT")
    assert made["id"] in refused["message"]
    _, row = fresh.call("GET", "/crm/v3/objects/contacts/new@nordwind-1.example", idProperty="email")
    assert row["id"] == made["id"]


def test_activities_need_their_time_and_are_linked_at_birth(fresh: Portal) -> None:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 190}]
    links = [{"to": {"id": str(FIRST_COMPANY)}, "types": types}]
    status, body = fresh.call("POST", "/crm/v3/objects/notes", {"properties": {"hs_note_body": "x"}})
    assert (status, body["context"]) == (400, {"properties": ["hs_timestamp"]})
    props = {"hs_note_body": "x", "hs_timestamp": "2026-11-20T10:00:00Z"}
    _, note = fresh.call("POST", "/crm/v3/objects/notes", {"properties": props, "associations": links})
    _, found = fresh.call("GET", f"/crm/v4/objects/notes/{note['id']}/associations/companies")
    assert [link["toObjectId"] for link in found["results"]] == [FIRST_COMPANY]


def test_survey_answers_are_read_only(hub: Portal) -> None:
    assert hub.call("POST", "/crm/v3/objects/feedback_submissions", {"properties": {"hs_value": "1"}})[0] == 405


@pytest.mark.parametrize("new_id", [False, True])
def test_merged_ids_find_the_survivor(new_id: bool) -> None:
    hub = portal(merge_new_id=new_id)
    body = {"primaryObjectId": str(FIRST_COMPANY), "objectIdToMerge": str(FIRST_COMPANY + 1)}
    _, survivor = hub.call("POST", f"{COMPANIES}/merge", body)
    assert (survivor["id"] != str(FIRST_COMPANY)) is new_id
    assert hub.call("GET", f"{COMPANIES}/{FIRST_COMPANY + 1}")[1]["id"] == survivor["id"]
    _, row = hub.call("GET", f"{COMPANIES}/{survivor['id']}", properties="hs_merged_object_ids")
    assert str(FIRST_COMPANY + 1) in row["properties"]["hs_merged_object_ids"].split(";")


def test_history_keeps_old_values_newest_first(fresh: Portal) -> None:
    path = f"{COMPANIES}/{FIRST_COMPANY}"
    for score in ("1", "2"):
        fresh.instruments.clock.advance(10)
        fresh.call("PATCH", path, {"properties": {"csb_health_score": score}})
    _, row = fresh.call("GET", path, propertiesWithHistory="csb_health_score")
    assert [version["value"] for version in row["propertiesWithHistory"]["csb_health_score"]] == ["2", "1"]


def test_closing_a_ticket_sets_its_closing_time(hub: Portal) -> None:
    _, page = hub.search("tickets", [{"propertyName": "hs_pipeline_stage", "operator": "NEQ", "value": "4"}], limit=1)
    path = f"/crm/v3/objects/tickets/{page['results'][0]['id']}"
    hub.call("PATCH", path, {"properties": {"hs_pipeline_stage": "4"}})
    _, row = hub.call("GET", path, properties="closed_date,hs_is_closed")
    assert row["properties"]["closed_date"] == "2026-11-21T12:00:00.000Z"
    assert row["properties"]["hs_is_closed"] == "true"


def test_malformed_bodies_are_400_never_500(fresh: Portal) -> None:
    for body in ("", "{", "[]", '{"inputs": 5}', '{"inputs": [1]}', '{"inputs": [{}]}', '{"inputs": [{"id": null}]}'):
        for verb in ("read", "create", "update", "upsert", "archive"):
            answer = fresh.client.post(
                f"{COMPANIES}/batch/{verb}", data=body, headers={"Authorization": "Bearer pat-na1-sandbox"}
            )
            assert (verb, body, answer.status_code) == (verb, body, 400)
            assert answer.get_json()["correlationId"]


def test_contacts_name_their_primary_company(hub: Portal) -> None:
    _, row = hub.call("GET", f"/crm/v3/objects/contacts/{FIRST_CONTACT}", properties="associatedcompanyid")
    assert row["properties"]["associatedcompanyid"] == str(FIRST_COMPANY)
