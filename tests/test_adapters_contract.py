"""Both shipped adapters keep the adapter contract, on the sandbox CRMs."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from adapters.contract import Delivery
from adapters.records import Ref
from adapters.registry import Context, open_adapter
from adapters.retrying import Patience
from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.generator import generate
from adapters.sandbox.serve import Sandbox, running
from adapters.sandbox.vendor import Edit
from adapters.sandbox.world import World
from adapters.testing import URL, AdapterContract, Bench, CreatingContract
from config.connections import ConnectionSettings, HubspotConnection, SalesforceConnection
from config.fields import OwnField

OWN = (
    OwnField("health_score", "CS Health Score", "number", precision=4, scale=1),
    OwnField("nps", "CS NPS", "number", precision=3),
    OwnField("health_band", "CS Health Band", "picklist", options=("green", "yellow", "red", "unknown")),
    OwnField("risk_flags", "CS Risk Flags", "multi_picklist", options=("silent", "detractor")),
    OwnField("health_reasons", "CS Health Reasons", "text"),
    OwnField("risk_since", "CS Risk Since", "date"),
    OwnField("scored_at", "CS Scored At", "datetime"),
    OwnField("pulse", "CS Pulse", "picklist", options=("green", "yellow", "red"), written=False),
    OwnField("survey_link_nps", "CS Survey Link NPS", "url", on="person"),
)
OVERLAP = timedelta(minutes=5)
INVOICES = {
    "invoice": {
        "object": "Invoice__c",
        "fields": {"account": "Account__c", "due_on": "Due__c", "paid_on": "Paid__c", "amount": "Amount__c"},
    }
}


@cache
def world() -> World:
    return generate(9, 1, SandboxClock().now(), True)


def connection(box: Sandbox, **more: Any) -> ConnectionSettings:
    said = box.announcement
    if said["crm"] == "hubspot":
        auth: dict[str, Any] = {"flow": "private_app", "token": said["token"]}
        return HubspotConnection(name="crm", crm="hubspot", base_url=box.url, auth=auth, **more)
    auth = {"flow": "client_credentials", "client_id": said["client_id"], "client_secret": said["client_secret"]}
    return SalesforceConnection(name="crm", crm="salesforce", login_url=box.url, auth=auth, map=INVOICES, **more)


def bench_on(box: Sandbox, account: str, org_id: str, absent_id: str, secret: str, **more: Any) -> Bench:
    clock = box.instruments.clock
    context = Context(own=OWN, overlap=OVERLAP, org_id=org_id, clock=clock.now, patience=Patience(sleep=lambda _: None))

    def rename(ref: Ref, name: str) -> Delivery:
        # the change comes twice, as events may
        changes = box.vendor.edit(Edit(account, ref.id, {box_name: name})).changes
        headers, body = box.vendor.compose(URL, [*changes, *changes], 0)
        return Delivery("POST", URL, {name.lower(): value for name, value in headers.items()}, body, secret)

    box_name = "name" if account == "companies" else "Name"
    return Bench(
        adapter=open_adapter(connection(box, **more), context),
        own=OWN,
        overlap=OVERLAP,
        absent_id=absent_id,
        secrets=(secret,),
        rename=rename,
        delete=lambda ref: box.vendor.edit(Edit(account, ref.id, {}, delete=True)) and None,
        advance=lambda by: clock.advance(by.total_seconds()) and None,
        now=clock.now,
    )


class TestHubspot(AdapterContract, CreatingContract):
    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with running("hubspot", world=world(), options={"search_limit": 0, "rate_limit": 0}) as box:
            said = box.announcement
            bench = bench_on(box, "companies", str(said["portal_id"]), "99999999999", str(said["client_secret"]))
            yield bench
            bench.adapter.close()


class TestSalesforce(AdapterContract, CreatingContract):
    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with running("salesforce", world=world(), secret="path-secret") as box:
            bench = bench_on(box, "Account", str(box.announcement["org_id"]), "001000000000000AAA", "path-secret")
            yield bench
            bench.adapter.close()


class TestSalesforceInBulk(AdapterContract, CreatingContract):
    """Whatever is behind the first page, and every write, by a job."""

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with running("salesforce", world=world(), secret="path-secret", options={"page_rows": 2}) as box:
            org_id, bulk = str(box.announcement["org_id"]), {"pull_above": 0, "write_above": 0}
            bench = bench_on(box, "Account", org_id, "001000000000000AAA", "path-secret", bulk=bulk)
            yield bench
            bench.adapter.close()
