"""Properties, groups and associations of the sandbox."""

import pytest
from sandbox_portal import FIRST_COMPANY, FIRST_CONTACT, Portal, portal

PROPERTIES = "/crm/v3/properties/companies"
PAIR = "/crm/v4/associations/companies/contacts"


@pytest.fixture
def hub() -> Portal:
    return portal()


def option(word: str, **more: object) -> dict[str, object]:
    return {"label": word, "value": word, "hidden": False, **more}


def test_a_property_is_made_once(hub: Portal) -> None:
    assert hub.call("POST", f"{PROPERTIES}/groups", {"name": "csbridge", "label": "CS Bridge"})[0] == 201
    assert hub.call("POST", f"{PROPERTIES}/groups", {"name": "csbridge", "label": "CS Bridge"})[0] == 409
    facts = {"name": "csb_band", "type": "enumeration", "fieldType": "select", "groupName": "csbridge"}
    status, made = hub.add_property(**facts, options=[option("green")])
    assert (status, made["modificationMetadata"]["readOnlyValue"], made["calculated"]) == (201, False, False)
    status, refused = hub.add_property(**facts, options=[option("green")])
    assert (status, refused["category"]) == (409, "OBJECT_ALREADY_EXISTS")


def test_options_are_added_by_patch_and_values_keep_their_case(hub: Portal) -> None:
    hub.add_property(name="csb_band", type="enumeration", fieldType="select", options=[option("green")])
    patch = {"properties": {"csb_band": "red"}}
    assert hub.call("PATCH", f"/crm/v3/objects/companies/{FIRST_COMPANY}", patch)[0] == 400
    _, changed = hub.call("PATCH", f"{PROPERTIES}/csb_band", {"options": [option("green"), option("red")]})
    assert [item["value"] for item in changed["options"]] == ["green", "red"]
    assert hub.call("PATCH", f"/crm/v3/objects/companies/{FIRST_COMPANY}", patch)[0] == 200


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Csb"},
        {"name": "1csb"},
        {"name": "csb_x", "groupName": "nowhere"},
        {"name": "csb_x", "fieldType": "checkbox"},
        {"name": "csb_x", "type": "enumeration", "fieldType": "select", "options": [{"label": "a", "value": "a"}]},
        {"name": "csb_x", "type": "enumeration", "fieldType": "select", "options": [option("a"), option("a")]},
        {"name": "csb_x", "type": "bool", "fieldType": "booleancheckbox", "options": []},
        {"name": None},
    ],
)
def test_a_malformed_property_is_refused(hub: Portal, facts: dict[str, object]) -> None:
    status, body = hub.add_property(**facts)
    assert (status, body["category"]) == (400, "VALIDATION_ERROR")


def test_batch_create_keeps_the_good_ones(hub: Portal) -> None:
    base = {"label": "x", "type": "number", "fieldType": "number", "groupName": "companyinformation"}
    inputs = [{**base, "name": "csb_a"}, {**base, "name": "arr"}]
    status, body = hub.call("POST", f"{PROPERTIES}/batch/create", {"inputs": inputs})
    assert (status, [item["name"] for item in body["results"]], body["numErrors"]) == (207, ["csb_a"], 1)


def test_hubspots_own_cannot_be_changed_or_removed(hub: Portal) -> None:
    assert hub.call("PATCH", f"{PROPERTIES}/name", {"label": "x"})[0] == 400
    assert hub.call("DELETE", f"{PROPERTIES}/name")[0] == 400
    assert hub.call("GET", f"{PROPERTIES}/name")[1]["modificationMetadata"]["archivable"] is False
    assert hub.call("GET", f"{PROPERTIES}/nope")[0] == 404


def test_a_removed_property_takes_its_values_along(hub: Portal) -> None:
    hub.add_property(name="csb_x")
    path = f"/crm/v3/objects/companies/{FIRST_COMPANY}"
    hub.call("PATCH", path, {"properties": {"csb_x": "1"}})
    assert hub.call("DELETE", f"{PROPERTIES}/csb_x")[0] == 204
    assert "csb_x" not in hub.call("GET", path, properties="csb_x")[1]["properties"]
    assert hub.call("PATCH", path, {"properties": {"csb_x": "1"}})[0] == 400


def test_a_missing_scope_is_named() -> None:
    hub = portal(missing_scopes="crm.schemas.companies.write, crm.objects.feedback_submissions.read")
    status, body = hub.add_property(name="csb_x")
    assert (status, body["category"]) == (403, "MISSING_SCOPES")
    assert body["errors"][0]["context"]["requiredGranularScopes"] == ["crm.schemas.companies.write"]
    assert hub.call("GET", PROPERTIES)[0] == 200
    assert hub.call("GET", "/crm/v3/objects/feedback_submissions")[0] == 403


def test_associations_are_read_in_batches_and_the_lonely_are_named(hub: Portal) -> None:
    inputs = [{"id": str(FIRST_COMPANY)}, {"id": "99"}]
    status, body = hub.call("POST", f"{PAIR}/batch/read", {"inputs": inputs})
    assert (status, [item["from"]["id"] for item in body["results"]]) == (207, [str(FIRST_COMPANY)])
    assert body["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    first = body["results"][0]["to"][0]
    assert first["toObjectId"] == FIRST_CONTACT
    assert [(kind["typeId"], kind["label"]) for kind in first["associationTypes"]] == [(2, "Primary"), (280, None)]


def test_long_lists_of_associations_continue_with_after() -> None:
    hub = portal(history=True, association_page=2, string_ids=True)
    seen: list[str] = []
    item = {"id": str(FIRST_COMPANY)}
    while item:
        _, body = hub.call("POST", f"{PAIR}/batch/read", {"inputs": [item]})
        row = body["results"][0]
        seen += [link["toObjectId"] for link in row["to"]]
        after = row.get("paging", {}).get("next", {}).get("after")
        item = {"id": str(FIRST_COMPANY), "after": after} if after else {}
    _, whole = hub.call("GET", f"/crm/v4/objects/companies/{FIRST_COMPANY}/associations/contacts")
    assert seen == [link["toObjectId"] for link in whole["results"]]
    assert len(seen) > 2


def test_links_are_made_and_taken_back_from_either_side(hub: Portal) -> None:
    other = FIRST_COMPANY + 5
    path = f"/crm/v4/objects/contacts/{FIRST_CONTACT}/associations"
    assert hub.call("PUT", f"{path}/default/companies/{other}")[0] == 200
    _, body = hub.call("GET", f"{path}/companies")
    assert [link["toObjectId"] for link in body["results"]] == [FIRST_COMPANY, other]
    assert [kind["typeId"] for kind in body["results"][1]["associationTypes"]] == [279]
    ends = {"from": {"id": str(other)}, "to": [{"id": str(FIRST_CONTACT)}]}
    assert hub.call("POST", f"{PAIR}/batch/archive", {"inputs": [ends]})[0] == 204
    assert [link["toObjectId"] for link in hub.call("GET", f"{path}/companies")[1]["results"]] == [FIRST_COMPANY]


def test_a_wrong_type_id_is_refused(hub: Portal) -> None:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    ends = {"from": {"id": str(FIRST_COMPANY)}, "to": {"id": str(FIRST_CONTACT)}, "types": types}
    assert hub.call("POST", f"{PAIR}/batch/create", {"inputs": [ends]})[0] == 400


def test_an_association_moves_no_stamp(hub: Portal) -> None:
    path = f"/crm/v3/objects/contacts/{FIRST_CONTACT}"
    before = hub.call("GET", path)[1]["updatedAt"]
    hub.call("PUT", f"/crm/v4/objects/contacts/{FIRST_CONTACT}/associations/default/companies/{FIRST_COMPANY + 3}")
    assert hub.call("GET", path)[1]["updatedAt"] == before


def test_labels_name_both_types(hub: Portal) -> None:
    _, body = hub.call("GET", f"{PAIR}/labels")
    assert [(item["typeId"], item["label"]) for item in body["results"]] == [(2, "Primary"), (280, None)]
