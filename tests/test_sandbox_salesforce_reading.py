"""Reading from the sandbox Salesforce over HTTP: logins, pages, describe, limits, deleted ids, errors in its shapes."""

from collections.abc import Iterator

import pytest
import requests
import sandbox_salesforce as sales
from sandbox_salesforce import V
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceMalformedRequest

from adapters.sandbox.serve import Sandbox


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with sales.sandbox(450) as made:
        yield made


@pytest.fixture(scope="module")
def http(box: Sandbox) -> requests.Session:
    return sales.bearer(box)


def error(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()[0]["errorCode"]


def query(http: requests.Session, soql: str, **headers: str) -> requests.Response:
    return http.get(f"{V}/query/", params={"q": soql}, headers=headers)


def test_the_vendors_client_logs_in_pages_and_counts(box: Sandbox) -> None:
    sf = sales.client(box)
    rows = list(sf.query_all_iter("SELECT Id, Owner.Name FROM Task", include_deleted=True))
    assert len(rows) == 450 * 4
    assert rows[0]["Owner"]["Name"] == "CSM 1"
    assert sf.query("SELECT COUNT() FROM Account") == {"totalSize": 450, "done": True, "records": []}
    assert sf.api_usage["api-usage"].total == 115_000


def test_a_wrong_secret_is_refused_as_the_vendor_does(box: Sandbox) -> None:
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_client"):
        sales.Salesforce(
            consumer_key="sandbox-integration",
            consumer_secret="no",
            domain="a.my",
            session=sales.RoutedSession(box.url),
        )
    form = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "no"}
    answer = requests.post(f"{box.url}/services/oauth2/token", data=form, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_id")


def test_the_token_answer_names_this_server_and_userinfo_the_org(box: Sandbox, http: requests.Session) -> None:
    form = {"grant_type": "client_credentials"}
    form |= {key: box.announcement[key] for key in ("client_id", "client_secret")}
    granted = requests.post(f"{box.url}/services/oauth2/token", data=form, timeout=5).json()
    assert granted["instance_url"] == box.url
    assert granted["token_type"] == "Bearer"
    told = http.get("/services/oauth2/userinfo").json()
    assert told["organization_id"] == box.announcement["org_id"]
    assert len(told["user_id"]) == 18


def test_versions_are_public_and_data_is_not(box: Sandbox) -> None:
    versions = requests.get(f"{box.url}/services/data/", timeout=5).json()
    assert {"label": "v60.0", "url": V, "version": "60.0"} in versions
    answer = requests.get(f"{box.url}{V}/limits", headers={"Authorization": "Bearer x"}, timeout=5)
    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_pages_follow_the_locator_and_the_batch_size(http: requests.Session) -> None:
    page = query(http, "SELECT Id FROM Account", **{"Sforce-Query-Options": "batchSize=10"}).json()
    assert (len(page["records"]), page["totalSize"], page["done"]) == (200, 450, False)
    seen = [row["Id"] for row in page["records"]]
    while not page["done"]:
        page = http.get(page["nextRecordsUrl"], headers={"Sforce-Query-Options": "batchSize=200"}).json()
        seen += [row["Id"] for row in page["records"]]
    assert "nextRecordsUrl" not in page
    assert len(set(seen)) == len(seen) == 450


@pytest.mark.parametrize("locator", ["nonsense", "0r8Sx000000000zAAA-2000", "0r8Sx000000000zAAA"])
def test_an_unknown_locator_is_refused(http: requests.Session, locator: str) -> None:
    assert error(http.get(f"{V}/query/{locator}")) == (400, "INVALID_QUERY_LOCATOR")


def test_a_cursor_dies_after_two_days() -> None:
    with sales.sandbox(250) as box:
        http = sales.bearer(box)
        page = query(http, "SELECT Id FROM Account", **{"Sforce-Query-Options": "batchSize=200"}).json()
        box.instruments.clock.advance(2 * 86_400 + 1)
        assert error(http.get(page["nextRecordsUrl"])) == (400, "INVALID_QUERY_LOCATOR")


def test_a_uri_over_16384_bytes_meets_the_edge(http: requests.Session) -> None:
    long = ",".join(f"'{n:018d}'" for n in range(900))
    answer = query(http, f"SELECT Id FROM Account WHERE Id IN ({long})")
    assert answer.status_code == 414
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "URI Too Long" in answer.text


def test_values_are_spelt_as_the_vendor_spells_them(http: requests.Session) -> None:
    fields = "Name, ARR__c, Seats__c, NumberOfEmployees, Renewal_Date__c, ParentId, SystemModstamp"
    [row] = query(http, f"SELECT {fields} FROM Account LIMIT 1").json()["records"]
    assert row.pop("attributes")["type"] == "Account"
    assert row == {
        "Name": "Größe 1 GmbH",
        "ARR__c": 1000.5,
        "Seats__c": 5.0,
        "NumberOfEmployees": 10,
        "Renewal_Date__c": "2027-01-01",
        "ParentId": None,
        "SystemModstamp": "2026-04-01T07:00:00.000+0000",
    }


def test_archived_activities_show_only_in_query_all(http: requests.Session) -> None:
    soql = "SELECT COUNT() FROM Task"
    assert query(http, soql).json()["totalSize"] == 450 * 3
    assert http.get(f"{V}/queryAll", params={"q": soql}).json()["totalSize"] == 450 * 4


def test_activities_know_their_account_and_kind(http: requests.Session) -> None:
    fields = "TaskSubtype, CallType, Who.Type, AccountId, IsClosed, CompletedDateTime"
    [row] = query(http, f"SELECT {fields} FROM Task WHERE Subject = 'call 1'").json()["records"]
    assert (row["TaskSubtype"], row["CallType"], row["Who"]["Type"]) == ("Call", "Inbound", "Contact")
    assert row["AccountId"] == sales.first_account(http)
    assert (row["IsClosed"], row["CompletedDateTime"]) == (True, "2026-04-28T07:00:00.000+0000")
    [event] = query(http, "SELECT StartDateTime, EndDateTime FROM Event WHERE Subject = 'meeting 1'").json()["records"]
    assert event["EndDateTime"] == "2026-04-23T08:00:00.000+0000"


def test_describe_tells_types_rights_and_options(http: requests.Session) -> None:
    told = http.get(f"{V}/sobjects/Account/describe").json()
    fields = {field["name"]: field for field in told["fields"]}
    assert fields["SystemModstamp"]["updateable"] is False
    assert (fields["ARR__c"]["precision"], fields["ARR__c"]["scale"], fields["ARR__c"]["type"]) == (18, 2, "currency")
    assert [option["value"] for option in fields["CS_Status__c"]["picklistValues"]] == [
        "Prospect",
        "Customer",
        "Churned",
    ]
    assert (fields["CS_Status__c"]["restrictedPicklist"], fields["Type"]["restrictedPicklist"]) == (True, False)
    assert (fields["OwnerId"]["referenceTo"], fields["OwnerId"]["relationshipName"]) == (["User"], "Owner")
    assert error(http.get(f"{V}/sobjects/Nope/describe")) == (404, "NOT_FOUND")
    listed = {entry["name"] for entry in http.get(f"{V}/sobjects").json()["sobjects"]}
    assert {"Account", "Task", "User", "PermissionSet"} <= listed
    assert "CustomField" not in listed


def test_single_records_and_their_errors(http: requests.Session) -> None:
    account = sales.first_account(http)
    row = http.get(f"{V}/sobjects/Account/{account[:15]}", params={"fields": "Name,Website"}).json()
    assert row["Name"] == "Größe 1 GmbH"
    assert error(http.get(f"{V}/sobjects/Account/001000000000000AAA")) == (404, "NOT_FOUND")
    assert error(http.get(f"{V}/sobjects/Account/nope")) == (400, "MALFORMED_ID")
    assert error(http.get(f"{V}/sobjects/Account/{account}", params={"fields": "Nope"})) == (400, "INVALID_FIELD")
    assert error(http.get(f"{V}/nowhere")) == (404, "NOT_FOUND")
    assert error(http.put(f"{V}/query/")) == (405, "METHOD_NOT_ALLOWED")
    assert error(http.get("/services/data/v12.0/limits")) == (404, "NOT_FOUND")


def test_collections_retrieve_in_the_order_asked_with_null_for_the_unknown(http: requests.Session) -> None:
    account = sales.first_account(http)
    asked = {"ids": ["001000000000000AAA", account], "fields": ["Name"]}
    unknown, known = http.post(f"{V}/composite/sobjects/Account", json=asked).json()
    assert unknown is None
    assert known["Name"] == "Größe 1 GmbH"
    again = http.get(f"{V}/composite/sobjects/Account", params={"ids": account, "fields": "Name"}).json()
    assert again == [known]


def test_deleted_and_updated_ids_and_their_windows() -> None:
    with sales.sandbox() as box:
        http = sales.bearer(box)
        account = sales.first_account(http)
        box.instruments.clock.advance(3600)
        assert http.delete(f"{V}/sobjects/Account/{account}").status_code == 204
        box.instruments.clock.advance(3600)
        window = {"start": "2026-05-01T07:30:00Z", "end": "2026-05-01T09:00:00+00:00"}
        gone = http.get(f"{V}/sobjects/Account/deleted/", params=window).json()
        assert [entry["id"] for entry in gone["deletedRecords"]] == [account]
        assert gone["latestDateCovered"] == "2026-05-01T09:00:00.000+0000"
        assert http.get(f"{V}/sobjects/Account/updated", params=window).json()["ids"] == []
        early = {"start": "2026-04-01T07:30:00Z", "end": "2026-05-01T09:00:00Z"}
        assert error(http.get(f"{V}/sobjects/Account/deleted", params=early)) == (400, "INVALID_REPLICATION_DATE")
        assert error(http.get(f"{V}/sobjects/Account/{account}")) == (404, "ENTITY_IS_DELETED")
        with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
            sales.client(box).query("SELECT Nope FROM Account")


def test_a_batch_costs_a_call_for_every_part(http: requests.Session) -> None:
    before = http.get(f"{V}/limits").json()["DailyApiRequests"]["Remaining"]
    calls = [{"method": "GET", "url": "v60.0/sobjects/Account/describe"}, {"method": "GET", "url": "v60.0/nowhere"}]
    told = http.post(f"{V}/composite/batch", json={"batchRequests": calls}).json()
    assert told["hasErrors"] is True
    assert [result["statusCode"] for result in told["results"]] == [200, 404]
    assert told["results"][0]["result"]["name"] == "Account"
    assert http.get(f"{V}/limits").json()["DailyApiRequests"]["Remaining"] == before - 3


def test_the_daily_allowance_ends_and_comes_back_with_time() -> None:
    with sales.sandbox(options={"daily_calls": 2}) as box:
        http = sales.bearer(box)
        first = http.get(f"{V}/limits")
        assert first.headers["Sforce-Limit-Info"] == "api-usage=1/2"
        http.get(f"{V}/limits")
        refused = http.get(f"{V}/limits")
        assert error(refused) == (403, "REQUEST_LIMIT_EXCEEDED")
        assert refused.json()[0]["message"] == "TotalRequests Limit exceeded."
        box.instruments.clock.advance(25 * 3600)
        assert http.get(f"{V}/limits").status_code == 200
