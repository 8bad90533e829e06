"""Writing to the sandbox Salesforce: outcomes per record, field types, rights, custom fields, stamps."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import sandbox_salesforce as sales
from sandbox_salesforce import V
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceRefusedRequest

from adapters.sandbox.serve import Sandbox

UNKNOWN = "001000000000000AAA"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with sales.sandbox() as made:
        yield made


@pytest.fixture(scope="module")
def shared() -> Iterator[requests.Session]:
    """One sandbox for tests that do not mind what the others wrote."""
    with sales.sandbox() as made:
        yield sales.bearer(made)


@pytest.fixture
def http(box: Sandbox) -> requests.Session:
    return sales.bearer(box)


def patch(http: requests.Session, *records: dict[str, Any], together: bool = False) -> requests.Response:
    body = {"allOrNone": together, "records": [{"attributes": {"type": "Account"}, **record} for record in records]}
    return http.patch(f"{V}/composite/sobjects", json=body)


def codes(answer: requests.Response) -> list[str | None]:
    assert answer.status_code == 200, answer.text
    return [None if outcome["success"] else outcome["errors"][0]["statusCode"] for outcome in answer.json()]


def value(http: requests.Session, row_id: str, field: str) -> Any:
    return http.get(f"{V}/sobjects/Account/{row_id}", params={"fields": field}).json()[field]


def accounts(http: requests.Session) -> list[str]:
    return [r["Id"] for r in http.get(f"{V}/query", params={"q": "SELECT Id FROM Account"}).json()["records"]]


def make_field(http: requests.Session, name: str, on: str = "Account", **metadata: Any) -> requests.Response:
    body = {"FullName": f"{on}.{name}", "Metadata": {"label": name, **metadata}}
    return http.post(f"{V}/tooling/sobjects/CustomField", json=body)


def grant(http: requests.Session, *fields: str, edit: bool = True) -> str:
    made = http.post(f"{V}/sobjects/PermissionSet", json={"Name": "csbridge", "Label": "csbridge"}).json()["id"]
    for field in fields:
        right = {
            "SobjectType": field.partition(".")[0],
            "Field": field,
            "PermissionsRead": True,
            "PermissionsEdit": edit,
        }
        assert http.post(f"{V}/sobjects/FieldPermissions", json={"ParentId": made, **right}).status_code == 201
    me = http.get("/services/oauth2/userinfo").json()["user_id"]
    assignment = {"AssigneeId": me, "PermissionSetId": made}
    assert http.post(f"{V}/sobjects/PermissionSetAssignment", json=assignment).status_code == 201
    return str(made)


def test_each_record_of_a_collection_has_its_own_outcome(http: requests.Session) -> None:
    first, second, _ = accounts(http)
    answer = patch(
        http, {"Id": first, "ARR__c": 7}, {"Id": UNKNOWN}, {"Id": "nope"}, {"Id": first}, {"Id": second, "X": 1}
    )
    assert codes(answer) == [None, "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID", "DUPLICATE_VALUE", "INVALID_FIELD"]
    assert answer.json()[0] == {"id": first, "success": True, "errors": []}
    assert "id" not in answer.json()[1]
    assert value(http, first, "ARR__c") == 7.0


def test_all_or_none_takes_everything_back(box: Sandbox, http: requests.Session) -> None:
    first, second, _ = accounts(http)
    before = value(http, first, "SystemModstamp")
    box.instruments.clock.advance(60)
    answer = patch(http, {"Id": first, "ARR__c": 7}, {"Id": second, "ARR__c": "much"}, together=True)
    assert codes(answer) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "JSON_PARSER_ERROR"]
    assert (value(http, first, "ARR__c"), value(http, first, "SystemModstamp")) == (1000.5, before)
    assert [write.error for write in box.instruments.journal.writes()] == codes(answer)
    found = http.get(f"{V}/query", params={"q": f"SELECT Id FROM Account WHERE SystemModstamp = {before[:19]}Z"})
    assert found.json()["totalSize"] == 3


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([{"Id": UNKNOWN}] * 201, "EXCEEDED_ID_LIMIT"),
        (
            [{"Id": UNKNOWN, "attributes": {"type": kind}} for kind in ["Account", "Task"] * 6],
            "EXCEEDED_MAX_TYPES_LIMIT",
        ),
        ([{"Id": UNKNOWN, "attributes": {}}], "JSON_PARSER_ERROR"),
    ],
)
def test_a_collection_that_breaks_a_limit_is_refused_whole(
    shared: requests.Session, records: list[dict[str, Any]], code: str
) -> None:
    answer = patch(shared, *records)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


@pytest.mark.parametrize(
    ("field", "sent", "held"),
    [
        ("ARR__c", 72.555, 72.56),
        ("ARR__c", None, None),
        ("NumberOfEmployees", 12.6, 13),
        ("Plan__c", "  team ", "team"),
        ("Plan__c", "", None),
        ("Renewal_Date__c", "2026-05-01T23:30:00.000+0000", "2026-05-01"),
        ("CS_Status__c", "Churned", "Churned"),
        ("Type", "something of their own", "something of their own"),
    ],
)
def test_a_field_keeps_what_it_can_hold(shared: requests.Session, field: str, sent: Any, held: Any) -> None:
    account = sales.first_account(shared)
    assert codes(patch(shared, {"Id": account, field: sent})) == [None]
    assert value(shared, account, field) == held


@pytest.mark.parametrize(
    ("field", "sent", "code"),
    [
        ("Plan__c", "x" * 81, "STRING_TOO_LONG"),
        ("NumberOfEmployees", 100_000_000, "NUMBER_OUTSIDE_VALID_RANGE"),
        ("ARR__c", 1e60, "NUMBER_OUTSIDE_VALID_RANGE"),
        ("Seats__c", "many", "JSON_PARSER_ERROR"),
        ("Seats__c", True, "JSON_PARSER_ERROR"),
        ("CS_Status__c", "Lost", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("Renewal_Date__c", "01.05.2026", "JSON_PARSER_ERROR"),
        ("SystemModstamp", "2026-05-01T00:00:00Z", "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Name", None, "REQUIRED_FIELD_MISSING"),
        ("ParentId", "nope", "MALFORMED_ID"),
        ("ParentId", "003000000000000AAA", "FIELD_INTEGRITY_EXCEPTION"),
        ("ParentId", UNKNOWN, "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(shared: requests.Session, field: str, sent: Any, code: str) -> None:
    assert codes(patch(shared, {"Id": sales.first_account(shared), field: sent})) == [code]


def test_a_write_moves_the_stamps_and_names_the_writer(box: Sandbox, http: requests.Session) -> None:
    account = sales.first_account(http)
    box.instruments.clock.advance(90)
    patch(http, {"Id": account, "ARR__c": 7})
    row = http.get(f"{V}/sobjects/Account/{account}").json()
    assert row["SystemModstamp"] == row["LastModifiedDate"] == "2026-05-01T07:01:30.000+0000"
    assert row["CreatedDate"] == "2026-04-01T07:00:00.000+0000"
    assert row["LastModifiedById"] == http.get("/services/oauth2/userinfo").json()["user_id"]
    [write] = box.instruments.journal.writes()
    assert (write.object, write.id, write.user) == ("Account", account, "integration@example.com")
    assert write.fields == {"ARR__c": 7}


def test_the_vendors_client_creates_updates_and_deletes(box: Sandbox) -> None:
    sf = sales.client(box)
    contact = sf.query("SELECT Id, AccountId FROM Contact LIMIT 1")["records"][0]
    made = sf.Task.create({"Subject": "Call them", "WhoId": contact["Id"], "Status": "Not Started", "Priority": "High"})
    task = sf.Task.get(made["id"])
    assert (task["AccountId"], task["IsClosed"], task["IsHighPriority"]) == (contact["AccountId"], False, True)
    assert sf.Task.update(made["id"], {"Status": "Completed"}) == 204
    assert sf.Task.get(made["id"])["CompletedDateTime"] == "2026-05-01T07:00:00.000+0000"
    assert sf.Task.delete(made["id"]) == 204
    gone = sf.query(f"SELECT Id, IsDeleted FROM Task WHERE Id = '{made['id']}'", include_deleted=True)
    assert gone["records"][0]["IsDeleted"] is True
    with pytest.raises(SalesforceMalformedRequest, match="REQUIRED_FIELD_MISSING"):
        sf.Task.create({"Subject": "No status"})


def test_a_custom_field_is_invisible_until_granted(http: requests.Session) -> None:
    account = sales.first_account(http)
    assert make_field(http, "CSB_Health_Score__c", type="Number", precision=4, scale=1).status_code == 201
    soql = {"q": "SELECT CSB_Health_Score__c FROM Account"}
    assert http.get(f"{V}/query", params=soql).json()[0]["errorCode"] == "INVALID_FIELD"
    assert codes(patch(http, {"Id": account, "CSB_Health_Score__c": 1})) == ["INVALID_FIELD"]
    grant(http, "Account.CSB_Health_Score__c")
    assert codes(patch(http, {"Id": account, "CSB_Health_Score__c": 72.55})) == [None]
    assert value(http, account, "CSB_Health_Score__c") == 72.6
    assert codes(patch(http, {"Id": account, "CSB_Health_Score__c": 1000})) == ["NUMBER_OUTSIDE_VALID_RANGE"]
    described = {f["name"]: f for f in http.get(f"{V}/sobjects/Account/describe").json()["fields"]}
    assert described["CSB_Health_Score__c"]["updateable"] is True


def test_read_without_edit_shows_the_field_and_refuses_to_write_it(http: requests.Session) -> None:
    make_field(http, "CSB_Pulse__c", type="Text", length=20)
    grant(http, "Account.CSB_Pulse__c", edit=False)
    account = sales.first_account(http)
    assert value(http, account, "CSB_Pulse__c") is None
    assert codes(patch(http, {"Id": account, "CSB_Pulse__c": "green"})) == ["INVALID_FIELD_FOR_INSERT_UPDATE"]


def test_a_field_on_activity_lands_on_tasks_and_events_and_serves_as_key(http: requests.Session) -> None:
    made = make_field(http, "CSB_Key__c", "Activity", type="Text", length=64, unique=True, externalId=True)
    assert made.status_code == 201
    grant(http, "Task.CSB_Key__c")
    body = {"Subject": "Call", "Status": "Not Started", "Priority": "Normal"}
    first = http.patch(f"{V}/sobjects/Task/CSB_Key__c/a%2Fb", json=body)
    again = http.patch(f"{V}/sobjects/Task/CSB_Key__c/A%2FB", json={"Subject": "Call again"})
    assert (first.status_code, first.json()["created"]) == (201, True)
    assert (again.status_code, again.json()["created"]) == (200, False)
    assert again.json()["id"] == first.json()["id"]
    records = [{"attributes": {"type": "Task"}, "CSB_Key__c": key, **body} for key in ("a/b", "c")]
    outcomes = http.patch(f"{V}/composite/sobjects/Task/CSB_Key__c", json={"records": records}).json()
    assert [outcome["created"] for outcome in outcomes] == [False, True]
    refused = http.post(f"{V}/sobjects/Task", json={**body, "CSB_Key__c": "c"})
    assert refused.json()[0]["errorCode"] == "DUPLICATE_VALUE"


def test_options_are_added_through_the_metadata(http: requests.Session) -> None:
    def value_set(*names: str) -> dict[str, Any]:
        values = [{"fullName": name, "label": name, "default": False} for name in names]
        return {"restricted": True, "valueSetDefinition": {"sorted": False, "value": values}}

    multi = {"type": "MultiselectPicklist", "visibleLines": 4}
    field = make_field(http, "CSB_Risk_Flags__c", **multi, valueSet=value_set("silent")).json()["id"]
    grant(http, "Account.CSB_Risk_Flags__c")
    account = sales.first_account(http)
    both = {"Id": account, "CSB_Risk_Flags__c": "detractor;silent"}
    assert codes(patch(http, both)) == ["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"]
    metadata = http.get(f"{V}/tooling/sobjects/CustomField/{field}").json()["Metadata"]
    changed = {"Metadata": {**metadata, "valueSet": value_set("silent", "detractor")}}
    assert http.patch(f"{V}/tooling/sobjects/CustomField/{field}", json=changed).status_code == 204
    assert codes(patch(http, both)) == [None]
    assert value(http, account, "CSB_Risk_Flags__c") == "silent;detractor"


def test_the_tooling_query_finds_fields_and_deleting_one_takes_its_values(http: requests.Session) -> None:
    field = make_field(http, "CSB_Nps__c", type="Number", precision=3, scale=0).json()["id"]
    soql = "SELECT Id, DeveloperName, TableEnumOrId FROM CustomField WHERE DeveloperName LIKE 'CSB\\_%'"
    found = http.get(f"{V}/tooling/query", params={"q": soql}).json()
    assert [(r["Id"], r["DeveloperName"], r["TableEnumOrId"]) for r in found["records"]] == [
        (field, "CSB_Nps", "Account")
    ]
    several = http.get(f"{V}/tooling/query", params={"q": "SELECT FullName FROM CustomField"})
    assert several.json()[0]["errorCode"] == "MALFORMED_QUERY"
    grant(http, "Account.CSB_Nps__c")
    patch(http, {"Id": sales.first_account(http), "CSB_Nps__c": 5})
    assert http.delete(f"{V}/tooling/sobjects/CustomField/{field}").status_code == 204
    assert http.get(f"{V}/query", params={"q": "SELECT Id FROM FieldPermissions"}).json()["totalSize"] == 0
    assert "CSB_Nps__c" not in http.get(f"{V}/sobjects/Account/{sales.first_account(http)}").json()


@pytest.mark.parametrize(
    ("name", "metadata", "code"),
    [
        ("ARR__c", {"type": "Number", "precision": 3, "scale": 0}, "DUPLICATE_DEVELOPER_NAME"),
        ("NoSuffix", {"type": "Date"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("A__c", {"type": "Number"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("A__c", {"type": "Text", "length": 256}, "FIELD_INTEGRITY_EXCEPTION"),
        ("A__c", {"type": "Picklist"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("A__c", {"type": "Checkbox"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("A__c", {"type": "Wish"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
    ],
)
def test_a_field_that_cannot_be_is_refused(
    shared: requests.Session, name: str, metadata: dict[str, Any], code: str
) -> None:
    answer = make_field(shared, name, **metadata)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_permission_sets_have_rules_of_their_own(http: requests.Session) -> None:
    made = grant(http, "Account.ARR__c")
    post = {"ParentId": made, "SobjectType": "Account", "Field": "Account.ARR__c", "PermissionsRead": True}
    answers = [
        http.post(f"{V}/sobjects/PermissionSet", json={"Name": "CSBridge", "Label": "again"}),
        http.post(f"{V}/sobjects/FieldPermissions", json=post),
        http.post(f"{V}/sobjects/FieldPermissions", json={**post, "Field": "Account.Nope__c"}),
        http.post(
            f"{V}/sobjects/FieldPermissions",
            json={**post, "Field": "Account.Plan__c", "PermissionsRead": False, "PermissionsEdit": True},
        ),
    ]
    assert [answer.json()[0]["errorCode"] for answer in answers] == [
        "DUPLICATE_VALUE",
        "DUPLICATE_VALUE",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "FIELD_INTEGRITY_EXCEPTION",
    ]
    assert http.delete(f"{V}/sobjects/PermissionSet/{made}").status_code == 204
    left = http.get(f"{V}/query", params={"q": "SELECT COUNT() FROM PermissionSetAssignment"}).json()
    assert left["totalSize"] == 0


def test_without_admin_rights_nothing_is_customised_but_an_admin_may() -> None:
    with sales.sandbox(options={"admin": False}) as box:
        daily, admin = sales.bearer(box), sales.bearer(box, "admin_")
        refused = make_field(daily, "CSB_A__c", type="Date")
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (403, "INSUFFICIENT_ACCESS")
        with pytest.raises(SalesforceRefusedRequest, match="INSUFFICIENT_ACCESS"):
            sales.client(box).PermissionSet.create({"Name": "csbridge", "Label": "csbridge"})
        assert make_field(admin, "CSB_A__c", type="Date").status_code == 201


def test_one_batch_may_create_and_delete(http: requests.Session) -> None:
    records = [{"attributes": {"type": "Account"}, "Name": name} for name in ("One", "", "Two")]
    made = http.post(f"{V}/composite/sobjects", json={"records": records})
    assert codes(made) == [None, "REQUIRED_FIELD_MISSING", None]
    listed = ",".join([made.json()[0]["id"], UNKNOWN])
    gone = http.delete(f"{V}/composite/sobjects", params={"ids": listed, "allOrNone": "false"})
    assert codes(gone) == [None, "INVALID_CROSS_REFERENCE_KEY"]
    assert codes(patch(http, {"Id": made.json()[0]["id"], "Name": "x"})) == ["ENTITY_IS_DELETED"]
    single = http.patch(f"{V}/sobjects/Account/{made.json()[0]['id']}", json={"Name": "x"})
    assert (single.status_code, single.json()[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")


def test_a_composite_call_hands_results_on(http: requests.Session) -> None:
    calls = [
        {"method": "POST", "url": f"{V}/sobjects/Account", "referenceId": "new", "body": {"Name": "Acme"}},
        {"method": "GET", "url": f"{V}/sobjects/Account/@{{new.id}}", "referenceId": "read"},
    ]
    made, read = http.post(f"{V}/composite", json={"compositeRequest": calls}).json()["compositeResponse"]
    assert (made["httpStatusCode"], read["httpStatusCode"]) == (201, 200)
    assert read["body"]["Name"] == "Acme"
