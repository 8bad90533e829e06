"""The unmodified hubspot-api-client talks to the sandbox over plain HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests
from hubspot import HubSpot
from hubspot.crm.objects.exceptions import ApiException

from adapters.sandbox.serve import Sandbox, running

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running("hubspot", accounts=20, seed=1, clock=NOW, options={"search_limit": 0}) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> HubSpot:
    return HubSpot(access_token=sandbox.announcement["token"], host=sandbox.url)


def test_lists_every_page(client: HubSpot) -> None:
    companies = client.crm.companies.get_all(properties=["name", "arr", "no_such"])
    assert len(companies) == 20
    assert "no_such" not in companies[0].properties


def test_reads_every_kind_of_object(client: HubSpot, sandbox: Sandbox) -> None:
    for name, rows in sandbox.announcement["rows"].items():
        page = client.crm.objects.search_api.do_search(name, {"limit": 1})
        assert page.total == rows > 0


def test_writes_a_custom_property_and_reports_the_missing_record(client: HubSpot, sandbox: Sandbox) -> None:
    client.crm.properties.groups_api.create("companies", {"name": "csbridge", "label": "CS Bridge"})
    client.crm.properties.core_api.create(
        "companies",
        {
            "name": "csb_health_score",
            "label": "Health",
            "type": "number",
            "fieldType": "number",
            "groupName": "csbridge",
        },
    )
    one = client.crm.companies.basic_api.get_page(limit=1).results[0]
    inputs = [{"id": record, "properties": {"csb_health_score": "61.5"}} for record in (one.id, "999")]
    outcome = client.crm.objects.batch_api.update("companies", {"inputs": inputs})
    assert outcome.num_errors == 1
    assert outcome.errors[0].context == {"ids": ["999"]}
    again = client.crm.companies.basic_api.get_by_id(one.id, properties=["csb_health_score"])
    assert again.properties["csb_health_score"] == "61.5"
    assert again.updated_at > one.updated_at
    writes = requests.get(f"{sandbox.url}/_sandbox/writes", timeout=5).json()
    assert [(write["id"], write["error"]) for write in writes] == [(one.id, None), ("999", "OBJECT_NOT_FOUND")]


def test_raises_for_a_bad_option_with_the_vendors_words(client: HubSpot) -> None:
    one = client.crm.companies.basic_api.get_page(limit=1).results[0]
    inputs = [{"id": one.id, "properties": {"cs_status": "Customer"}}]
    with pytest.raises(ApiException) as caught:
        client.crm.objects.batch_api.update("companies", {"inputs": inputs})
    assert caught.value.status == 400
    assert "INVALID_OPTION" in caught.value.body


def test_reads_associations_owners_pipelines_and_properties(client: HubSpot) -> None:
    contacts = client.crm.contacts.basic_api.get_page(limit=5).results
    inputs = {"inputs": [{"id": contact.id} for contact in contacts]}
    found = client.crm.associations.v4.batch_api.get_page("contacts", "companies", inputs)
    assert {kind.type_id for kind in found.results[0].to[0].association_types} == {1, 279}
    assert client.crm.owners.owners_api.get_page().results[0].email == "csm-1@example.com"
    assert [owner.archived for owner in client.crm.owners.owners_api.get_page(archived=True).results] == [True]
    stages = client.crm.pipelines.pipelines_api.get_all("tickets").results[0].stages
    assert [stage.metadata["ticketState"] for stage in stages] == ["OPEN", "OPEN", "OPEN", "CLOSED"]
    known = client.crm.properties.core_api.get_by_name("companies", "cs_status")
    assert [option.value for option in known.options] == ["prospect", "customer", "churned"]


def test_refuses_a_wrong_token(sandbox: Sandbox) -> None:
    stranger = HubSpot(access_token="wrong", host=sandbox.url)
    with pytest.raises(Exception, match="INVALID_AUTHENTICATION"):
        stranger.crm.companies.basic_api.get_page()
