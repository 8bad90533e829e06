"""The look round an org: what is reported, and what is not raised."""

import json
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


TYPES = {
    "NumberOfEmployees": "int", "CompletedDateTime": "datetime", "StartDateTime": "datetime", "IsClosed": "boolean",
    "Amount": "currency", "CreatedDate": "datetime", "CloseDate": "date", "ClosedDate": "datetime",
    "IsEscalated": "boolean", "IsActive": "boolean", "Due__c": "date", "Paid__c": "date", "Amount__c": "currency",
}  # fmt: skip


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
    mock.get(f"{DATA}/query/", status=400, json=error("INVALID_TYPE"), headers=HEADERS)  # the set-up is closed
    for name, fields in FIELDS.items():
        if name in without:
            mock.get(f"{DATA}/sobjects/{name}/describe", status=404, json=error("NOT_FOUND"))
        else:
            there = [*SYSTEM, *(field for field in fields if field not in hidden.get(name, ()))]
            describe(mock, name, [seen(field) for field in there])


def seen(name: str, kind: str = "", **more: Any) -> dict[str, Any]:
    """A field as describe shows it."""
    return {"name": name, "type": kind or TYPES.get(name, "string"), "label": name.replace("_", " "), **more}


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
    mends = [finding.mend for finding in report.findings if finding.level == "error"]
    assert ["api_version" in mend for mend in mends] == [True, False], "and accounts, without which nothing is synced"


def test_a_custom_object_that_is_not_there_is_a_finding(mock: responses.RequestsMock) -> None:
    org(mock)
    mock.get(f"{DATA}/sobjects", json={"sobjects": [{"name": "Account"}, {"name": "Invoice__c"}]}, headers=HEADERS)
    report = check(map={"invoice": {"object": "Invioce__c", "fields": {"amount": "Amount__c"}}})
    (what,) = told(report, "warning")
    assert "invoice is not read from Invioce__c" in what
    assert "did you mean Invoice__c?" in what
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


INVOICE = {"account": "Account__c", "due_on": "Due__c", "paid_on": "Paid__c", "amount": "Amount__c"}


def invoices(mock: responses.RequestsMock, *fields: dict[str, Any], **fields_of_map: str) -> Report:
    """What check says of an org whose invoices have these fields."""
    org(mock)
    describe(mock, "Invoice__c", [*SYSTEM, *fields])
    return check(map={"invoice": {"object": "Invoice__c", "fields": {**INVOICE, **fields_of_map}}})


LINK = seen("Account__c", "reference", referenceTo=["Account"], relationshipName="Account__r")


def test_trap_06_a_mapped_field_that_is_absent_or_hidden_is_named_with_what_may_be_meant(
    mock: responses.RequestsMock,
) -> None:
    report = invoices(mock, LINK, seen("Due_Date__c"), seen("X_1__c", label="Paid"), seen("Amount__c"))
    assert report.missing == {"invoice": ("due_on", "paid_on")}
    named = " ".join(told(report, "warning"))
    assert "invoice.due_on: Invoice__c has no field Due__c, or hides it (did you mean Due_Date__c?)" in named
    assert "invoice.paid_on: Invoice__c has no field Paid__c, or hides it (did you mean X_1__c?)" in named, "by label"


def test_a_field_that_was_made_something_else_is_not_read(mock: responses.RequestsMock) -> None:
    report = invoices(mock, LINK, seen("Due__c"), seen("Paid__c", "boolean"), seen("Amount__c", "string"))
    assert report.missing == {"invoice": ("paid_on",)}
    named = told(report, "warning")
    assert any("invoice.paid_on: Paid__c of Invoice__c holds yes or no, and a date is needed" in what for what in named)
    assert any("invoice.amount: Amount__c of Invoice__c is a text field" in what for what in named), "read, with a word"


def test_an_address_is_no_one_value(mock: responses.RequestsMock) -> None:
    org(mock)
    mock.remove("GET", f"{DATA}/sobjects/Account/describe")
    describe(mock, "Account", [*SYSTEM, *map(seen, FIELDS["Account"]), seen("BillingAddress", "address")])
    report = check(map={"account": {"fields": {"country": "BillingAddress"}}})
    assert report.missing == {"account": ("country",)}


def test_names_are_found_whatever_their_case(mock: responses.RequestsMock) -> None:
    report = invoices(mock, LINK, seen("Due__c"), seen("Paid__c"), seen("Amount__c"), amount="AMOUNT__C")
    assert report.missing == {}
    assert told(report, "warning") == []


def test_a_link_that_leads_to_no_account_is_named(mock: responses.RequestsMock) -> None:
    astray = seen("Account__c", "reference", referenceTo=["Plan__c"], relationshipName="Account__r")
    report = invoices(mock, astray, seen("Due__c"), seen("Paid__c"), seen("Amount__c"))
    (what,) = told(report, "warning")
    assert "invoice.account: Account__c of Invoice__c leads to Plan__c, not to an account" in what


def test_trap_20_a_value_that_is_no_option_of_its_pick_list_is_named(mock: responses.RequestsMock) -> None:
    org(mock)
    mock.remove("GET", f"{DATA}/sobjects/Account/describe")
    options = [{"value": value, "active": True} for value in ("Customer", "Prospect", "Lost")]
    fields = [seen(name) for name in FIELDS["Account"] if name != "Type"]
    describe(mock, "Account", [*SYSTEM, *fields, seen("Type", "picklist", picklistValues=options)])
    report = check(
        map={"account": {"values": {"status": {"Custommer": "customer", "lost": "churned", "Zzz": "churned"}}}}
    )
    assert told(report, "warning") == [
        "account.status: 'Custommer' is no option of Type that is in use (did you mean Customer?)"
    ]
    assert [what for what in told(report, "info") if "'Zzz'" in what]


def test_it_is_told_that_nobody_may_read_our_fields_until_somebody_may(mock: responses.RequestsMock) -> None:
    org(mock)
    mock.remove("GET", f"{DATA}/query/")
    answers = {
        "FROM PermissionSet ": [{"Id": "0PS2", "Name": "csbridge_user"}],
        "FROM PermissionSetAssignment": [{"Id": "0Pa1", "AssigneeId": "005", "PermissionSetId": "0PS2"}],
    }

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        rows = [row for part, some in answers.items() if part in request.params["q"] for row in some]
        return 200, HEADERS, json.dumps({"done": True, "records": rows})

    mock.add_callback("GET", f"{DATA}/query/", callback=answer)
    assert not [what for what in told(check(), "info") if "csbridge_user" in what]
    answers["FROM PermissionSetAssignment"] = []
    assert [what for what in told(check(), "info") if "nobody has the permission set csbridge_user" in what]
