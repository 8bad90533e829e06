"""What doctor says of a connection whose CRM tells of no change."""

from typing import Any

import pytest

from bridge.doctoring_connection import unheard
from config.connections import ConnectionSettings, CsvConnection, HubspotConnection, SalesforceConnection

SALESFORCE: dict[str, Any] = {
    "login_url": "http://127.0.0.1:9", "auth": {"flow": "client_credentials", "client_id": "a", "client_secret": "b"},
}  # fmt: skip
HUBSPOT: dict[str, Any] = {"auth": {"flow": "private_app", "token": "c"}}


def addresses(model: type[ConnectionSettings], **keys: Any) -> list[str]:
    settings = model.model_validate({"name": "one", **keys})
    return [noted.finding.mend.rpartition(" ")[2] for noted in unheard(settings)]


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_a_connection_with_a_secret_is_told_of_changes(crm: str) -> None:
    model, keys = (SalesforceConnection, SALESFORCE) if crm == "salesforce" else (HubspotConnection, HUBSPOT)
    assert addresses(model, crm=crm, webhook_secret="s", **keys) == []


def test_the_address_that_the_crm_would_call_has_salesforces_secret_in_it() -> None:
    assert addresses(SalesforceConnection, crm="salesforce", **SALESFORCE) == [
        "<public_url>/webhooks/one/<webhook_secret>"
    ]
    assert addresses(HubspotConnection, crm="hubspot", **HUBSPOT) == ["<public_url>/webhooks/one"]


def test_a_folder_of_spreadsheets_calls_nobody() -> None:
    assert addresses(CsvConnection, crm="csv", folder="data") == []
