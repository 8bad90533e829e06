"""The seam to the budget: every call is asked for before it is made, and what vendors say of their day is handed on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import responses
from fake_hubspot import Portal, Said, adapter_for
from fake_salesforce import DATA, HEADERS, adapter, error, token

from adapters.budget import Purpose, Quota
from adapters.errors import QuotaSpent
from adapters.registry import Context

UNTIL = datetime(2026, 5, 2, tzinfo=UTC)
DAILY = {"X-HubSpot-RateLimit-Daily": "1000", "X-HubSpot-RateLimit-Daily-Remaining": "7"}
DETAILS = {"portalId": 62515, "timeZone": "Europe/Berlin"}


@dataclass
class FakeBudget:
    """Lets ``left`` calls pass, and remembers what it was told."""

    left: int = 99
    asked: list[Purpose] = field(default_factory=list)
    told: list[Quota] = field(default_factory=list)
    refusals: list[datetime | None] = field(default_factory=list)

    def before(self, purpose: Purpose) -> None:
        if self.left == 0:
            raise QuotaSpent("our share is spent", until=UNTIL)
        self.left -= 1
        self.asked.append(purpose)

    def heard(self, quota: Quota) -> None:
        self.told.append(quota)

    def refused(self, until: datetime | None) -> datetime | None:
        self.refusals.append(until)
        return UNTIL


@responses.activate(registry=responses.registries.OrderedRegistry)
def test_salesforce_asks_before_each_call_and_tells_what_the_answer_says() -> None:
    mock, budget = responses.mock, FakeBudget(left=2)
    token(mock)
    mock.get(f"{DATA}/limits", json={}, headers=HEADERS)
    org = adapter()
    org.calls.budget = budget
    org._client.read("limits", "other")
    with pytest.raises(QuotaSpent):
        org._client.read("limits", "other")
    assert budget.asked == ["token", "other"]
    assert budget.told == [Quota(5000, 4982)]
    assert org.calls.made.total() == len(mock.calls) == 2


@responses.activate
def test_trap_18_a_spent_day_in_salesforce_trips_the_budget_at_once() -> None:
    mock, budget = responses.mock, FakeBudget()
    token(mock)
    spent = error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    mock.get(f"{DATA}/limits", status=403, json=spent, headers={"Sforce-Limit-Info": "api-usage=5000/5000"})
    org = adapter()
    org.calls.budget = budget
    with pytest.raises(QuotaSpent) as raised:
        org._client.read("limits", "other")
    assert (budget.refusals, raised.value.until) == ([None], UNTIL)
    assert budget.told == [Quota(5000, 0)]
    assert budget.asked == ["token", "other"], "it is not asked again"


@responses.activate
def test_too_many_calls_at_once_in_salesforce_are_no_spent_day() -> None:
    mock, budget = responses.mock, FakeBudget()
    token(mock)
    busy = error("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
    mock.get(f"{DATA}/limits", status=403, json=busy)
    mock.get(f"{DATA}/limits", json={"a": 1})
    org = adapter()
    org.calls.budget = budget
    assert org._client.read("limits", "other").body == {"a": 1}
    assert budget.refusals == []


def test_hubspot_asks_before_each_call_and_tells_when_its_day_ends() -> None:
    budget = FakeBudget(left=1)
    with adapter_for(Portal(lambda _: Said(200, DETAILS, DAILY)), context=Context()) as hubspot:
        hubspot.calls.budget = budget
        assert hubspot.identify() == "62515"
        with pytest.raises(QuotaSpent):
            hubspot.check()
    assert budget.told[-1] == Quota(1000, 7, ZoneInfo("Europe/Berlin"))


def test_hubspots_daily_limit_trips_the_budget_until_the_portals_midnight() -> None:
    budget = FakeBudget()
    spent = Said(429, {"message": "You have reached your daily limit.", "policyName": "DAILY"})
    portal = Portal(lambda _: Said(200, DETAILS))
    with adapter_for(portal) as hubspot:
        hubspot.calls.budget = budget
        hubspot.identify()
        portal.script = [spent]
        with pytest.raises(QuotaSpent) as raised:
            hubspot.check()
    assert budget.refusals == [datetime(2026, 3, 1, 23, tzinfo=UTC)]
    assert raised.value.until == UNTIL
    assert len(portal.asked) == 2
