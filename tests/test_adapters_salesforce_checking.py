"""The look round an org: what is reported, and what is not raised."""

from typing import Any

import pytest
import responses
from fake_salesforce import DATA, HEADERS, INSTANCE, ORG, TOKEN, composite, connection, context, describe, error, token

from adapters.contract import Quota, Report
from adapters.errors import Unauthorized
from adapters.registry import open_adapter

SYSTEM = ("Id", "SystemModstamp", "IsDeleted")
FIELDS = {
    "Account": ("Name", "Website", "ParentId", "OwnerId", "Industry", "NumberOfEmployees", "BillingCountry", "Type"),
    "Contact": ("AccountId", "Email", "Title"),
    "Task": ("AccountId", "WhoId", "OwnerId", "TaskSubtype", "CallType", "CompletedDateTime", "IsClosed"),
    "Event": ("AccountId", "WhoId", "OwnerId", "StartDateTime"),
    "Opportunity": ("AccountId", "Type", "IsClosed", "StageName", "Amount", "CreatedDate", "CloseDate"),
    "Case": (
        "AccountId",
        "ContactId",
        "Status",
        "Priority",
        "Type",
        "CreatedDate",
        "ClosedDate",
        "IsEscalated",
        "Subject",
    ),
    "User": ("Name", "Email", "IsActive"),
}


@pytest.fixture
def mock() -> Any:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        token(mocked)
        composite(mocked)
        yield mocked


def org(mock: responses.RequestsMock, *, without: tuple[str, ...] = (), **hidden: tuple[str, ...]) -> None:
    info = {"organization_id": ORG, "preferred_username": "integration@example.com"}
    mock.get(f"{INSTANCE}/services/oauth2/userinfo", json=info)
    mock.get(f"{DATA}/limits", json={"DailyApiRequests": {"Max": 15000, "Remaining": 14000}}, headers=HEADERS)
    for name, fields in FIELDS.items():
        if name in without:
            mock.get(f"{DATA}/sobjects/{name}/describe", status=404, json=error("NOT_FOUND"))
        else:
            describe(mock, name, [*SYSTEM, *(field for field in fields if field not in hidden.get(name, ()))])


def check(pinned: str | None = None, **changes: Any) -> Report:
    return open_adapter(connection(**changes), context(org_id=pinned)).check()


def told(report: Report, level: str) -> list[str]:
    return [finding.what for finding in report.findings if finding.level == level]


def test_an_org_where_all_is_open(mock: responses.RequestsMock) -> None:
    org(mock)
    report = check(ORG)
    assert (report.org_id, report.user) == (ORG, "integration@example.com")
    assert report.kinds == ("account", "person", "activity", "deal", "ticket", "user")
    assert report.missing == {}, "CurrencyIsoCode exists in multi-currency orgs only"
    assert report.quota == Quota(15000, 14000)
    assert told(report, "error") == told(report, "warning") == []
    assert len(told(report, "info")) == 3, "no contracts; no invoices and the like; and who sees the own fields"


def test_hidden_objects_and_fields_are_reported_with_a_mend(mock: responses.RequestsMock) -> None:
    org(mock, without=("Case", "Event"), Account=("Website",))
    report = check()
    assert "ticket" not in report.kinds
    assert "activity" in report.kinds, "tasks are still read"
    assert report.missing == {"account": ("domain",)}
    warnings = told(report, "warning")
    assert [kind in " ".join(warnings) for kind in ("ticket", "Event")] == [True, True]
    assert all(finding.mend for finding in report.findings)


def test_another_org_under_the_same_name_is_an_error(mock: responses.RequestsMock) -> None:
    org(mock)
    (error_,) = told(check("00Dxx0000009999EAY"), "error")
    assert ORG in error_


def test_where_nothing_is_visible_there_is_an_error(mock: responses.RequestsMock) -> None:
    org(mock, without=tuple(FIELDS))
    report = check()
    assert report.kinds == ()
    assert ["api_version" in finding.mend for finding in report.findings if finding.level == "error"] == [True]


def test_a_custom_object_that_is_not_there_is_a_finding(mock: responses.RequestsMock) -> None:
    org(mock)
    report = check(map={"invoice": {"object": "Invoice__c", "fields": {"amount": "Amount__c"}}})
    assert [what for what in told(report, "warning") if "invoice" in what]
    assert "invoice" not in report.kinds


def test_an_app_that_may_not_ask_who_it_is_still_knows_its_org(mock: responses.RequestsMock) -> None:
    org(mock)
    mock.replace("GET", f"{INSTANCE}/services/oauth2/userinfo", status=403, body="Missing_OAuth_Token")
    mock.replace("GET", f"{DATA}/limits", status=403, json=error("INSUFFICIENT_ACCESS"), headers=HEADERS)
    report = check()
    assert report.org_id == ORG
    assert report.quota == Quota(5000, 4982), "from the header of the answers"


def test_a_failed_login_is_raised(mock: responses.RequestsMock) -> None:
    mock.replace(
        "POST", TOKEN, status=400, json={"error": "invalid_client_id", "error_description": "identifier invalid"}
    )
    with pytest.raises(Unauthorized, match="identifier invalid"):
        check()
