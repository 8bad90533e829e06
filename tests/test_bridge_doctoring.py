"""What doctor says of a connection whose CRM tells of no change, and of a whole book."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.doctor.connection import unheard
from bridge.doctor.doctoring import examine
from bridge.pipeline.deciding import score
from bridge.sync.syncing import sync
from bridge.workspace import open_workspace
from config.connections import ConnectionSettings, CsvConnection, HubspotConnection, SalesforceConnection

SALESFORCE: dict[str, Any] = {
    "login_url": "http://127.0.0.1:9", "auth": {"flow": "client_credentials", "client_id": "a", "client_secret": "b"},
}  # fmt: skip
HUBSPOT: dict[str, Any] = {"auth": {"flow": "private_app", "token": "c"}}


def addresses(
    model: type[ConnectionSettings], public_url: str | None = None, level: str = "info", **keys: Any
) -> list[str]:
    settings = model.model_validate({"name": "one", **keys})
    found = [noted.finding for noted in unheard(settings, public_url)]
    assert all(finding.level == level for finding in found)
    return [finding.mend.rpartition(" ")[2] for finding in found]


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_a_connection_with_a_secret_is_told_of_changes(crm: str) -> None:
    model, keys = (SalesforceConnection, SALESFORCE) if crm == "salesforce" else (HubspotConnection, HUBSPOT)
    assert addresses(model, crm=crm, webhook_secret="s", **keys) == []


def test_the_address_that_the_crm_would_call_has_salesforces_secret_in_it() -> None:
    assert addresses(SalesforceConnection, crm="salesforce", **SALESFORCE) == [
        "<public_url>/webhooks/one/<webhook_secret>"
    ]
    assert addresses(HubspotConnection, crm="hubspot", **HUBSPOT) == ["<public_url>/webhooks/one"]


def test_a_crm_that_may_call_and_is_turned_away_is_a_warning() -> None:
    url = "https://cs.example.com"
    assert addresses(SalesforceConnection, url, "warning", crm="salesforce", **SALESFORCE) == [
        "https://cs.example.com/webhooks/one/<webhook_secret>"
    ]
    assert addresses(HubspotConnection, url, "warning", crm="hubspot", **HUBSPOT) == [
        "https://cs.example.com/webhooks/one"
    ]
    assert addresses(CsvConnection, url, crm="csv", folder="data") == []


def test_a_folder_of_spreadsheets_calls_nobody() -> None:
    assert addresses(CsvConnection, crm="csv", folder="data") == []


def test_the_whole_book_is_looked_at_where_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "csbridge.yml").write_text("connections: [{name: book, crm: csv, folder: data}]\n", "utf-8")
    rows = [f"a{number},A{number},customer,0,2026-07-{number + 1:02}" for number in range(12)]
    table = "\n".join(["id,name,status,seats_bought,renewal_date", *rows])
    (tmp_path / "data" / "accounts.csv").write_text(table + "\n", "utf-8")
    workspace = open_workspace(tmp_path / "csbridge.yml", {}, lambda: datetime(2026, 6, 1, tzinfo=UTC))
    try:
        sync(workspace, "book")
        score(workspace)
        said = {(noted.place, noted.finding.level, noted.finding.what) for noted in examine(workspace, book=True)}
        quiet = [noted.place for noted in examine(workspace)]
    finally:
        workspace.close()
    assert ("flags", "info", "flags on 12 of 12 customers: renewal_near 12 (100%)") in said
    assert ("data", "warning", "No seat bought: the share of seats used is unknown (0); of 12 customers") in said
    assert any(place == "flags" and level == "warning" for place, level, _ in said), "of so many flags nobody looks"
    assert not {"flags", "data"} & set(quiet)
