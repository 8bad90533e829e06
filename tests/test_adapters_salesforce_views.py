"""How often an org is asked what it looks like: once a round of pulls, and for reads every five minutes."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import responses
from fake_salesforce import (
    DATA,
    HEADERS,
    NOW,
    account_id,
    account_row,
    composite,
    connection,
    context,
    describe,
    error,
    page,
    token,
)

from adapters.errors import QuotaSpent
from adapters.records import Account
from adapters.registry import open_adapter
from adapters.salesforce.adapter import SalesforceAdapter
from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.generator import generate
from adapters.sandbox.serve import Sandbox, running
from config.connections import SalesforceConnection
from config.words import Kind

KINDS: tuple[Kind, ...] = ("user", "account", "person", "deal", "ticket", "activity")
OBJECTS = ("Account", "Contact", "Task", "Event", "Opportunity", "Case", "User")
COMPOSITE = f"{DATA}/composite"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mock() -> Any:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        token(mocked)
        for name in OBJECTS:
            describe(mocked, name, ["Id", "SystemModstamp", "Name"])
        mocked.get(f"{DATA}/queryAll/", json=page([account_row(1, Email="a@example.com")]), headers=HEADERS)
        yield mocked


def opened(clock: Clock) -> SalesforceAdapter:
    adapter = open_adapter(connection(), context(clock=clock))
    assert isinstance(adapter, SalesforceAdapter)
    return adapter


def pull_all(org: SalesforceAdapter) -> dict[str, str]:
    return {kind: list(org.pull(kind, None))[-1].cursor for kind in KINDS}


def test_a_round_of_pulls_describes_everything_in_one_call_and_has_one_bound(
    mock: responses.RequestsMock, clock: Clock
) -> None:
    composite(mock)
    org = opened(clock)
    cursors = pull_all(org)
    assert org.calls.made == {"token": 1, "describe": 1, "page": len(OBJECTS)}
    assert len({json.loads(cursor)["from"] for cursor in cursors.values()}) == 1
    pull_all(org)
    assert org.calls.made["describe"] == 2, "the next round looks again"


def test_a_round_that_takes_long_looks_again(mock: responses.RequestsMock, clock: Clock) -> None:
    composite(mock)
    org = opened(clock)
    list(org.pull("user", None))
    clock.now += timedelta(minutes=5)
    list(org.pull("account", None))
    assert org.calls.made["describe"] == 2


@pytest.mark.parametrize(("status", "code"), [(404, "NOT_FOUND"), (405, "METHOD_NOT_ALLOWED"), (400, "INVALID_TYPE")])
def test_an_org_without_the_composite_resource_is_asked_for_one_object_after_the_other(
    mock: responses.RequestsMock, clock: Clock, status: int, code: str
) -> None:
    mock.post(COMPOSITE, status=status, json=error(code))
    org = opened(clock)
    pull_all(org)
    assert org.calls.made["describe"] == 1 + len(OBJECTS)
    pull_all(org)
    assert org.calls.made["describe"] == 1 + 2 * len(OBJECTS), "nor is it asked twice for what it does not have"


def test_what_a_composite_answer_does_not_say_clearly_is_asked_for_alone(
    mock: responses.RequestsMock, clock: Clock
) -> None:
    parts = [
        {"referenceId": "object0", "httpStatusCode": 500, "body": error("UNKNOWN_EXCEPTION")},
        {"referenceId": "object1", "httpStatusCode": 403, "body": error("INSUFFICIENT_ACCESS")},
        {"referenceId": "object99", "httpStatusCode": 200, "body": {}},
    ]
    mock.post(COMPOSITE, json={"compositeResponse": parts}, headers=HEADERS)
    org = opened(clock)
    assert list(org.pull("account", None))
    assert org.calls.made["describe"] == 2
    assert list(org.pull("person", None)) == [], "the second object is hidden, as it says"
    assert org.calls.made["describe"] == 2


def test_a_spent_allowance_is_no_missing_resource(mock: responses.RequestsMock, clock: Clock) -> None:
    spent = error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    mock.post(COMPOSITE, status=403, json=spent)
    org = opened(clock)
    with pytest.raises(QuotaSpent):
        list(org.pull("account", None))
    assert org.calls.made["describe"] == 1


def test_a_process_that_only_reads_sees_within_five_minutes_what_became_visible(
    mock: responses.RequestsMock, clock: Clock
) -> None:
    composite(mock)
    org = open_adapter(connection(map={"account": {"fields": {"contact": "Email"}}}), context(clock=clock))

    def contact() -> object:
        (record,) = org.read("account", [account_id(1)])
        assert isinstance(record, Account)
        return record.extra.get("contact")

    assert contact() is None
    mock.remove("GET", f"{DATA}/sobjects/Account/describe")
    describe(mock, "Account", ["Id", "SystemModstamp", "Name", "Email"])
    clock.now += timedelta(minutes=4)
    assert contact() is None
    assert org.calls.made["describe"] == 1
    clock.now += timedelta(minutes=1)
    assert contact() == "a@example.com"
    assert org.calls.made["describe"] == 2


def test_a_pull_does_not_stop_at_the_time_of_a_look_that_a_read_took(
    mock: responses.RequestsMock, clock: Clock
) -> None:
    composite(mock)
    org = opened(clock)
    org.read("account", [account_id(1)])
    clock.now += timedelta(minutes=4)
    list(org.pull("account", None))
    assert org.calls.made["describe"] == 2


def test_the_sandbox_counts_a_look_at_all_objects_as_one_call() -> None:
    with running("salesforce", world=generate(2, 1, SandboxClock().now(), False)) as box, closing(on(box)) as org:
        org.identify()
        used = _used(org)
        pull_all(org)
        assert _used(org) - used == 1 + len(OBJECTS) + 1, "one look, a query for each object, and this question"


def on(box: Sandbox) -> SalesforceAdapter:
    said = box.announcement
    auth = {"flow": "client_credentials", "client_id": said["client_id"], "client_secret": said["client_secret"]}
    settings = SalesforceConnection(name="sf", crm="salesforce", login_url=box.url, auth=auth)
    adapter = open_adapter(settings, replace(context(), clock=box.instruments.clock.now))
    assert isinstance(adapter, SalesforceAdapter)
    return adapter


def _used(org: SalesforceAdapter) -> int:
    allowance = org._client.read("limits", "other").body["DailyApiRequests"]
    return int(allowance["Max"] - allowance["Remaining"])


def test_the_currency_of_an_org_outlives_a_look_that_does_not_tell_it(
    mock: responses.RequestsMock, clock: Clock
) -> None:
    told = [[{"DefaultCurrencyIsoCode": "EUR"}], None]

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        *_, last = (part["referenceId"] for part in json.loads(request.body)["compositeRequest"])
        rows = told.pop(0)
        said = {"records": rows} if rows else error("SERVER_UNAVAILABLE")
        part = {"referenceId": last, "httpStatusCode": 200 if rows else 503, "body": said}
        return 200, HEADERS, json.dumps({"compositeResponse": [part]})

    mock.add_callback("POST", COMPOSITE, callback=answer)
    org = opened(clock)
    found = [next(iter(org.pull("account", None))).items[0] for _ in told[:]]
    assert [item.currency for item in found if isinstance(item, Account)] == ["EUR", "EUR"]
