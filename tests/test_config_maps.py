import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.connections import KindMap
from config.errors import ConfigError
from config.maps import Maps, default_maps, merged
from config.words import Kind

ACCOUNT = KindMap(object="Account", fields={"name": "Name", "arr": "Arr__c"}, values={"status": {"A": "customer"}})
TASK = KindMap(object="Task", fields={"owner": "OwnerId"})
EVENT = KindMap(object="Event", fields={"owner": "OwnerId", "at": "StartDateTime"})
DEFAULTS: Maps = {"account": (ACCOUNT,), "activity": (TASK, EVENT)}


def test_nothing_overridden_is_the_default() -> None:
    assert merged(DEFAULTS, {}) == DEFAULTS


def test_an_override_wins_key_by_key() -> None:
    override = KindMap(
        fields={"arr": "Acv__c", "tier": "Tier__c"}, values={"status": {"B": "churned"}, "x": {"1": "y"}}
    )
    (account,) = merged(DEFAULTS, {"account": override})["account"]
    assert account.object == "Account"
    assert account.fields == {"name": "Name", "arr": "Acv__c", "tier": "Tier__c"}
    assert account.values == {"status": {"A": "customer", "B": "churned"}, "x": {"1": "y"}}


def test_a_field_mapped_to_nothing_is_switched_off() -> None:
    (account,) = merged(DEFAULTS, {"account": KindMap(fields={"arr": ""})})["account"]
    assert account.fields == {"name": "Name"}


def test_a_kind_of_several_objects() -> None:
    task, event = merged(DEFAULTS, {"activity": KindMap(fields={"owner": "Csm__c"})})["activity"]
    assert (task.fields["owner"], event.fields["owner"]) == ("Csm__c", "Csm__c")
    task, event = merged(DEFAULTS, {"activity": KindMap(object="Event", fields={"owner": "Csm__c"})})["activity"]
    assert (task.fields["owner"], event.fields["owner"]) == ("OwnerId", "Csm__c")


def test_another_object_takes_the_place_of_a_default() -> None:
    (account,) = merged(DEFAULTS, {"account": KindMap(object="Company__c")})["account"]
    assert (account.object, account.fields) == ("Company__c", ACCOUNT.fields)
    touch = KindMap(object="Touch__c", fields={"at": "At__c"})
    assert merged(DEFAULTS, {"activity": touch})["activity"] == (touch,)


def test_a_kind_without_a_default_is_taken_as_it_is() -> None:
    invoice = KindMap(object="Invoice__c", fields={"account": "Account__c"})
    assert merged(DEFAULTS, {"invoice": invoice})["invoice"] == (invoice,)


def test_a_kind_without_default_and_object_is_a_problem() -> None:
    with pytest.raises(ConfigError) as caught:
        merged(DEFAULTS, {"invoice": KindMap(), "contract": KindMap(fields={"arr": "Arr__c"})})
    assert [problem.where for problem in caught.value.problems] == ["map.invoice.object", "map.contract.object"]


FIELDS = st.dictionaries(st.sampled_from(["name", "arr", "owner"]), st.sampled_from(["", "A__c", "B__c"]))


@settings(deadline=None)
@given(FIELDS)
def test_merging_twice_changes_nothing_more(fields: dict[str, str]) -> None:
    override: dict[Kind, KindMap] = {"account": KindMap(fields=fields)}
    once = merged(DEFAULTS, override)
    assert merged(once, override) == once


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_the_shipped_maps(crm: str) -> None:
    maps = default_maps(crm)
    assert {"account", "person", "activity", "deal", "ticket", "user"} <= maps.keys()
    assert all(item.object for items in maps.values() for item in items)


def test_a_crm_without_shipped_maps_has_none() -> None:
    assert default_maps("other") == default_maps("../own_fields") == {}
