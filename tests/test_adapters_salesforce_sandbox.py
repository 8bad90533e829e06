"""The adapter against a sandbox org that misbehaves: expired sessions, lost answers, locks, thousands of equal stamps.

What every adapter keeps is in ``test_adapters_contract.py``; this is what only Salesforce does.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
import requests
from fake_salesforce import OWN, context

from adapters.contract import Patch
from adapters.errors import QuotaSpent
from adapters.records import Account, Ref
from adapters.registry import open_adapter
from adapters.salesforce.adapter import SalesforceAdapter
from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.generator import generate
from adapters.sandbox.serve import Sandbox, running
from config.connections import SalesforceConnection


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with running("salesforce", world=generate(6, 1, SandboxClock().now(), False)) as sandbox:
        with closing(opened(sandbox)) as org:
            org.provision(org.plan(OWN), OWN)
        yield sandbox


@pytest.fixture
def org(box: Sandbox) -> Iterator[SalesforceAdapter]:
    box.instruments.faults.clear()
    with closing(opened(box)) as adapter:
        yield adapter


def opened(sandbox: Sandbox, **changes: Any) -> SalesforceAdapter:
    said = sandbox.announcement
    auth = {
        "flow": "client_credentials",
        "client_id": said["client_id"],
        "client_secret": said["client_secret"],
    }
    facts = {"name": "sf", "crm": "salesforce", "login_url": sandbox.url, "auth": auth, "timeout": 1}
    settings = SalesforceConnection.model_validate({**facts, **changes})
    adapter = open_adapter(settings, replace(context(), clock=sandbox.instruments.clock.now))
    assert isinstance(adapter, SalesforceAdapter)
    return adapter


def accounts(org: SalesforceAdapter) -> list[Account]:
    found = [item for page in org.pull("account", None) for item in page.items]
    assert found
    return [item for item in found if isinstance(item, Account)]


def score(org: SalesforceAdapter, ref: Ref) -> object:
    (record,) = org.read("account", [ref.id])
    assert isinstance(record, Account)
    return record.own["health_score"]


def test_a_session_that_expires_in_the_middle_costs_one_login(box: Sandbox, org: SalesforceAdapter) -> None:
    everything = accounts(org)
    box.instruments.faults.add({"kind": "401", "match": "/query"})
    assert accounts(org) == everything
    assert org.calls.made["token"] == 2


def test_a_lost_answer_is_lost_although_the_write_was_done(box: Sandbox, org: SalesforceAdapter) -> None:
    ref = accounts(org)[0].ref
    box.instruments.faults.add({"kind": "timeout_after_write", "match": "composite/sobjects", "hold_s": 2})
    (outcome,) = org.write([Patch(ref, {"health_score": 12.5})])
    assert outcome.status == "lost"
    assert org.calls.made["write"] == 1, "not sent again on suspicion"
    assert score(org, ref) == 12.5, "reading back tells"


def test_one_row_that_is_refused_keeps_the_vendors_words(box: Sandbox, org: SalesforceAdapter) -> None:
    first, second, third = (account.ref for account in accounts(org)[:3])
    box.instruments.faults.add(
        {"kind": "refuse", "id": second.id, "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Ask finance"}
    )
    outcomes = org.write([Patch(ref, {"health_score": 30.0}) for ref in (first, second, third)])
    assert [outcome.status for outcome in outcomes] == ["written", "refused", "written"]
    assert outcomes[1].code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert "Ask finance" in outcomes[1].message


def test_a_spent_day_stops_at_once(box: Sandbox, org: SalesforceAdapter) -> None:
    box.instruments.faults.add({"kind": "429", "match": "composite"})
    with pytest.raises(QuotaSpent):
        list(org.pull("account", None))
    assert org.calls.made["describe"] == 1


def test_a_wrong_secret_is_told_from_a_wrong_right(box: Sandbox) -> None:
    auth = {"flow": "client_credentials", "client_id": "sandbox-integration", "client_secret": "wrong-one"}
    with closing(opened(box, auth=auth)) as stranger, pytest.raises(Exception, match="refused the login") as caught:
        stranger.check()
    assert type(caught.value).__name__ == "Unauthorized"
    assert "wrong-one" not in str(caught.value)


def test_more_rows_of_one_stamp_than_fit_a_page_are_all_read_and_resumable(
    box: Sandbox, org: SalesforceAdapter
) -> None:
    token = org._client.identity()
    for first in range(0, 2200, 200):
        records = [
            {
                "attributes": {"type": "Contact"},
                "LastName": f"Tester {first + n}",
                "Email": f"tester-{first + n}@example.com",
            }
            for n in range(200)
        ]
        answer = requests.post(
            f"{box.url}/services/data/v60.0/composite/sobjects",
            json={"allOrNone": True, "records": records},
            headers={"Authorization": f"Bearer {token.access}"},
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
    pages = list(org.pull("person", None))
    everything = [item.ref.id for page in pages for item in page.items]
    assert len(pages) == 2
    assert len(pages[0].items) == 2000
    assert len(everything) == len(set(everything)) > 2200
    resumed = [item.ref.id for page in org.pull("person", pages[0].cursor) for item in page.items]
    assert resumed == everything[2000:]
    assert [item.ref.id for item in org.read("person", everything)] == everything
