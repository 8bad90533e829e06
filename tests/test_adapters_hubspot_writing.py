"""Writing and provisioning: partial answers, whole-batch refusals, properties that are there in another shape."""

from collections.abc import Mapping
from typing import Any

import pytest
from fake_hubspot import Asked, Portal, Said, adapter_for

from adapters.contract import Change, Patch, Plan
from adapters.errors import Refused, Unauthorized
from adapters.hubspot.defining import TYPES, definition
from adapters.hubspot.provisioning import difference
from adapters.records import Ref
from adapters.registry import Context
from config.fields import OwnField

BAND = OwnField("health_band", "CS Health Band", "picklist", options=("green", "red"))
NPS = OwnField("nps", "CS NPS", "number")
OWN = Context(own=(BAND, NPS))


def patches(count: int, **fields: Any) -> list[Patch]:
    return [Patch(Ref("hs", "account", str(one)), fields or {"health_band": "green"}) for one in range(1, count + 1)]


def invalid(code: str, name: str = "csb_health_band") -> dict[str, Any]:
    message = 'Property values were not valid: [{"isValid":false,"message":"no","error":"%s","name":"%s"}]'
    return {"status": "error", "category": "VALIDATION_ERROR", "message": message % (code, name)}


def test_trap_40_a_bad_value_refuses_the_batch_and_is_isolated() -> None:
    def update(asked: Asked) -> Said:
        ids = [one["id"] for one in asked.body["inputs"]]
        if "77" in ids:
            return Said(400, invalid("INVALID_OPTION"))
        return Said(200, {"status": "COMPLETE", "results": [{"id": one} for one in reversed(ids)]})

    with adapter_for(Portal(update), context=OWN) as hubspot:
        outcomes = hubspot.write(patches(100))
    assert [outcome.ref.id for outcome in outcomes] == [str(one) for one in range(1, 101)]
    assert [outcome.ref.id for outcome in outcomes if outcome.status != "written"] == ["77"]
    assert (outcomes[76].status, outcomes[76].code) == ("refused", "INVALID_OPTION")
    assert [outcome.ref.id for outcome in outcomes if outcome.definition] == ["77"]
    assert hubspot.calls.made["write"] <= 15


def test_a_partial_answer_is_read_by_id() -> None:
    errors = [
        {"category": "OBJECT_NOT_FOUND", "message": "gone", "context": {"ids": ["2"]}},
        {**invalid("INVALID_OPTION"), "context": {"id": ["3"]}},
    ]
    said = Said(207, {"results": [{"id": "1"}], "numErrors": 2, "errors": errors})
    with adapter_for(Portal(lambda _: said), context=OWN) as hubspot:
        outcomes = hubspot.write(patches(3))
    assert [(one.status, one.code) for one in outcomes] == [
        ("written", ""), ("gone", "OBJECT_NOT_FOUND"), ("refused", "INVALID_OPTION"),
    ]  # fmt: skip
    assert [one.definition for one in outcomes] == [False, False, True]


def test_a_record_that_the_answer_does_not_mention_is_read_back() -> None:
    with adapter_for(Portal(lambda _: Said(200, {"results": [{"id": "900"}]})), context=OWN) as hubspot:
        assert [one.status for one in hubspot.write(patches(1))] == ["lost"]


def test_an_error_that_names_no_record_does_not_say_which_is_gone() -> None:
    said = Said(207, {"results": [{"id": "1"}], "numErrors": 1, "errors": [{"category": "OBJECT_NOT_FOUND"}]})
    with adapter_for(Portal(lambda _: said), context=OWN) as hubspot:
        assert [one.status for one in hubspot.write(patches(2))] == ["written", "lost"]


def test_a_call_that_is_not_found_is_halved_until_the_record_that_is_gone_stands_alone() -> None:
    def update(asked: Asked) -> Said:
        ids = [one["id"] for one in asked.body["inputs"]]
        if "3" in ids:
            return Said(404, {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "resource not found"})
        return Said(200, {"results": [{"id": one} for one in ids]})

    with adapter_for(Portal(update), context=OWN) as hubspot:
        assert [one.status for one in hubspot.write(patches(4))] == ["written", "written", "gone", "written"]


def test_a_path_that_is_not_there_says_nothing_of_a_record() -> None:
    with adapter_for(Portal(lambda _: Said(404, b"<html>not found</html>")), context=OWN) as hubspot:
        assert [one.status for one in hubspot.write(patches(1))] == ["refused"]


def test_a_property_that_is_not_there_is_refused_for_all_in_one_call() -> None:
    portal = Portal(lambda _: Said(400, invalid("PROPERTY_DOESNT_EXIST")))
    with adapter_for(portal, context=OWN) as hubspot:
        outcomes = hubspot.write(patches(100))
    assert {(one.status, one.code, one.definition) for one in outcomes} == {("refused", "PROPERTY_DOESNT_EXIST", True)}
    assert len(portal.asked) == 1


def test_what_is_sent() -> None:
    portal = Portal(lambda asked: Said(200, {"results": asked.body["inputs"]}))
    with adapter_for(portal, context=OWN) as hubspot:
        first, second = patches(1, health_band=None, nps=-12.0), patches(1, nps=3)
        assert [one.status for one in hubspot.write([*first, *second])] == ["written", "written"]
    assert portal.asked[0].path == "/crm/v3/objects/companies/batch/update"
    assert portal.asked[0].body == {"inputs": [{"id": "1", "properties": {"csb_health_band": "", "csb_nps": "3"}}]}


def test_what_cannot_be_expressed_is_refused_without_a_call() -> None:
    portal = Portal(lambda asked: Said(200, {"results": asked.body["inputs"]}))
    with adapter_for(portal, context=OWN) as hubspot:
        outcomes = hubspot.write([*patches(1, name="Acme"), *patches(1, nps="many")])
        assert [one.code for one in outcomes] == ["UNWRITABLE", "UNWRITABLE"]
        assert hubspot.write([]) == []
        with pytest.raises(ValueError, match="100 patches"):
            hubspot.write(patches(101))
    assert portal.asked == []


def there(field: OwnField, **more: Any) -> dict[str, Any]:
    made = definition(field)
    return {**made, "modificationMetadata": {"readOnlyValue": False, "readOnlyDefinition": False}, **more}


@pytest.mark.parametrize("field_type", list(TYPES))
def test_what_we_create_is_what_we_need(field_type: Any) -> None:
    field = OwnField("x", "X", field_type, options=("a", "b") if "picklist" in field_type else ())
    assert difference(field, definition(field)) is None
    created = difference(field, None)
    assert created is not None
    assert (created.action, created.target, created.blocked) == ("create_field", "csb_x", "")


@pytest.mark.parametrize(
    ("definition_there", "reason"),
    [
        (there(BAND, type="string", fieldType="text"), "of type string"),
        (there(BAND, fieldType="checkbox"), "checkbox"),
        (there(BAND, calculated=True), "calculated"),
        (there(BAND, modificationMetadata={"readOnlyValue": True}), "read-only"),
        (there(BAND, options=[], modificationMetadata={"readOnlyOptions": True}), "options cannot be changed"),
    ],
)
def test_a_property_in_another_shape_blocks(definition_there: Mapping[str, Any], reason: str) -> None:
    change = difference(BAND, definition_there)
    assert change is not None
    assert reason in change.blocked


def test_the_property_that_an_admin_names_must_exist() -> None:
    change = difference(OwnField("nps", "NPS", "number", to="existing"), None)
    assert change is not None
    assert "existing" in change.blocked


def portal_with(definitions: list[dict[str, Any]], held: int = 0) -> Portal:
    def route(asked: Asked) -> Said:
        if asked.path.endswith("/groups"):
            return Said(200, {"results": [{"name": "csbridge"}]}) if asked.method == "GET" else Said(409, {})
        if asked.path.endswith("/search"):
            return Said(200, {"total": held, "results": []})
        if asked.method == "GET" and "archived=true" in asked.path:
            return Said(200, {"results": []})
        if asked.method == "GET" and asked.path.endswith("companies"):
            return Said(200, {"results": definitions})
        if asked.method == "GET":
            found = [one for one in definitions if asked.path.endswith("/" + one["name"])]
            return Said(200, found[0]) if found else Said(404, {"message": "not there"})
        return Said(409, {"category": "OBJECT_ALREADY_EXISTS", "message": "already exists"})

    return Portal(route)


@pytest.mark.parametrize(("held", "adopt", "blocked"), [(0, False, False), (4, False, True), (4, True, False)])
def test_an_admins_property_is_taken_when_blank_or_adopted(held: int, adopt: bool, blocked: bool) -> None:
    field = OwnField("nps", "CS NPS", "number", to="existing", adopt=adopt)
    portal = portal_with([there(field)], held)
    with adapter_for(portal) as hubspot:
        plan = hubspot.plan([field])
    assert bool(plan.blocked) is blocked
    assert bool(plan.changes) is blocked


def test_our_own_values_in_an_admins_property_do_not_block_the_next_plan() -> None:
    field, mark = OwnField("nps", "CS NPS", "number", to="existing"), OwnField("scored_at", "CS Scored At", "datetime")
    portal = portal_with([there(field), there(mark)])
    with adapter_for(portal) as hubspot:
        assert hubspot.plan([field, mark]).changes == ()
    (search,) = [asked for asked in portal.asked if asked.path.endswith("/search")]
    assert [(one["propertyName"], one["operator"]) for one in search.body["filterGroups"][0]["filters"]] == [
        ("existing", "HAS_PROPERTY"), ("csb_scored_at", "NOT_HAS_PROPERTY"),
    ]  # fmt: skip


def test_our_mark_says_nothing_of_a_property_that_was_lent_after_we_had_marked_the_records() -> None:
    field = OwnField("nps", "CS NPS", "number", to="existing", lent_late=True)
    mark = OwnField("scored_at", "CS Scored At", "datetime")
    portal = portal_with([there(field), there(mark)], 4)
    with adapter_for(portal) as hubspot:
        assert hubspot.plan([field, mark]).blocked
    (search,) = [asked for asked in portal.asked if asked.path.endswith("/search")]
    assert [one["propertyName"] for one in search.body["filterGroups"][0]["filters"]] == ["existing"]


def test_options_are_added_behind_those_that_are_there() -> None:
    old = [{"label": "Old", "value": "old", "displayOrder": 0, "hidden": True}]
    portal = portal_with([there(BAND, options=old)])
    with adapter_for(portal) as hubspot:
        plan = hubspot.plan([BAND])
        hubspot.provision(plan, [BAND])
    assert [change.options for change in plan.changes] == [("green", "red")]
    patched = portal.asked[-1]
    assert (patched.method, patched.path) == ("PATCH", "/crm/v3/properties/companies/csb_health_band")
    assert [option["value"] for option in patched.body["options"]] == ["old", "green", "red"]
    assert patched.body["options"][0] == old[0]


def test_a_hidden_option_is_shown_again_and_not_added_twice() -> None:
    hidden = [{"label": "Red", "value": "red", "displayOrder": 0, "hidden": True}]
    portal = portal_with([there(BAND, options=hidden)])
    with adapter_for(portal) as hubspot:
        plan = hubspot.plan([BAND])
        assert [change.options for change in plan.changes] == [BAND.options]
        hubspot.provision(plan, [BAND])
    assert [(one["value"], one["hidden"]) for one in portal.asked[-1].body["options"]] == [
        ("red", False), *((value, False) for value in BAND.options if value != "red"),
    ]  # fmt: skip


def test_what_exists_by_now_is_no_error() -> None:
    definitions: list[dict[str, Any]] = []
    portal = portal_with(definitions)
    with adapter_for(portal) as hubspot:
        plan = hubspot.plan([NPS])
        definitions.append(there(NPS))  # somebody was faster
        hubspot.provision(plan, [NPS])
    (made,) = [asked for asked in portal.asked if asked.method == "POST"]
    assert made.body["groupName"] == "csbridge"


def test_a_name_that_an_archived_property_holds_is_told() -> None:
    portal = portal_with([])
    said = r"csb_nps is held by an archived property[\s\S]*csb_health_band is held"
    with adapter_for(portal) as hubspot, pytest.raises(Refused, match=said):
        hubspot.provision(hubspot.plan([NPS, BAND]), [NPS, BAND])


def test_a_blocked_plan_is_not_carried_out() -> None:
    portal = portal_with([there(BAND, type="string")])
    with adapter_for(portal) as hubspot:
        plan = hubspot.plan([BAND])
        before = len(portal.asked)
        with pytest.raises(Refused, match="csb_health_band"):
            hubspot.provision(plan, [BAND])
    assert len(portal.asked) == before


def test_a_missing_scope_is_named() -> None:
    body = {
        "category": "MISSING_SCOPES",
        "message": "no",
        "context": {"requiredScopes": ["crm.schemas.companies.write"]},
    }
    with adapter_for(Portal(lambda _: Said(403, body))) as hubspot, pytest.raises(Unauthorized, match="schemas"):
        hubspot.provision(Plan((Change("create_field", "nps", "csb_nps"),)), [NPS])
