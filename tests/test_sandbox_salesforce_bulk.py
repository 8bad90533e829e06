"""The sandbox's Bulk API 2.0 as the unmodified client and bare HTTP see it."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from sandbox_salesforce import V, bearer, client, sandbox

from adapters.sandbox.serve import Sandbox

JOBS = f"{V}/jobs"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with sandbox(5) as opened:
        yield opened


def opened(http: requests.Session, soql: str, operation: str = "query") -> requests.Response:
    return http.post(f"{JOBS}/query", json={"operation": operation, "query": soql})


def finished(http: requests.Session, path: str) -> dict[str, Any]:
    while (job := http.get(path).json())["state"] not in ("JobComplete", "Failed", "Aborted"):
        pass
    return dict(job)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def ids(http: requests.Session) -> list[str]:
    found = http.get(f"{V}/query", params={"q": "SELECT Id FROM Account ORDER BY Id"}).json()
    return [row["Id"] for row in found["records"]]


def ingested(http: requests.Session, text: str, **asked: Any) -> tuple[str, dict[str, Any]]:
    wanted = {"object": "Account", "operation": "update", "contentType": "CSV", "lineEnding": "LF", **asked}
    made = http.post(f"{JOBS}/ingest", json=wanted).json()
    path = f"{JOBS}/ingest/{made['id']}"
    assert (made["state"], made["contentUrl"]) == ("Open", f"{path.lstrip('/')}/batches")
    put = http.put(f"{path}/batches", data=text.encode(), headers={"Content-Type": "text/csv"})
    assert (put.status_code, put.content) == (201, b"")
    assert http.patch(path, json={"state": "UploadComplete"}).json()["state"] == "UploadComplete"
    return path, finished(http, path)


def test_the_unmodified_client_queries_and_updates_in_bulk(box: Sandbox) -> None:
    org = client(box)
    pages = list(org.bulk2.Account.query("SELECT Id, Name FROM Account", max_records=2, wait=0))
    found = [row for page in pages for row in rows(page)[1:]]
    assert sorted(row[0] for row in found) == ids(bearer(box))
    (told,) = org.bulk2.Account.update(records=[{"Id": row[0], "Type": "Partner"} for row in found], wait=0)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (5, 0)


def test_a_job_moves_on_as_it_is_looked_at(box: Sandbox) -> None:
    http = bearer(box)
    made = opened(http, "SELECT Id FROM Account").json()
    assert (made["state"], made["object"], made["apiVersion"]) == ("UploadComplete", "Account", 60.0)
    path = f"{JOBS}/query/{made['id']}"
    assert http.get(f"{path}/results").status_code == 400
    assert [http.get(path).json()["state"] for _ in range(3)] == ["InProgress", "JobComplete", "JobComplete"]
    assert http.get(path).json()["numberRecordsProcessed"] == 5
    assert http.get(f"{path.replace('v60.0', 'v59.0')}/results").status_code == 409
    assert http.patch(path, json={"state": "Aborted"}).status_code == 400
    assert [job["id"] for job in http.get(f"{JOBS}/query").json()["records"]] == [made["id"]]
    assert http.delete(path).status_code == 204
    assert http.get(path).status_code == 404


def test_results_come_in_pages_with_their_header_and_a_literal_null_behind_the_last(box: Sandbox) -> None:
    http = bearer(box)
    made = opened(http, "SELECT Id, Name, SystemModstamp, IsDeleted, ParentId FROM Account").json()
    path = f"{JOBS}/query/{made['id']}"
    finished(http, path)
    first = http.get(f"{path}/results", params={"maxRecords": 3})
    assert (first.headers["Sforce-Locator"], first.headers["Sforce-NumberOfRecords"]) == ("Mw", "3")
    last = http.get(f"{path}/results", params={"maxRecords": 3, "locator": "Mw"})
    assert (last.headers["Sforce-Locator"], last.headers["Sforce-NumberOfRecords"]) == ("null", "2")
    assert first.text.partition("\n")[0] == last.text.partition("\n")[0]
    assert first.text.startswith('"Id","Name","SystemModstamp","IsDeleted","ParentId"\n')
    _, name, stamp, deleted, parent = rows(first.content.decode())[1]
    assert (name[:5], stamp, deleted, parent) == ("Größe", "2026-04-01T07:00:00.000Z", "false", "")


def test_nothing_found_is_a_result_too(box: Sandbox) -> None:
    http = bearer(box)
    made = opened(http, "SELECT Id FROM Account WHERE Name = 'nobody'").json()
    path = f"{JOBS}/query/{made['id']}"
    finished(http, path)
    reply = http.get(f"{path}/results")
    assert (reply.status_code, reply.text, reply.headers["Sforce-Locator"]) == (200, '"Id"\n', "null")


def test_query_all_sees_the_recycle_bin(box: Sandbox) -> None:
    http = bearer(box)
    http.delete(f"{V}/sobjects/Account/{ids(http)[0]}")
    for operation, count in (("query", 4), ("queryAll", 5)):
        made = opened(http, "SELECT Id FROM Account", operation).json()
        assert finished(http, f"{JOBS}/query/{made['id']}")["numberRecordsProcessed"] == count


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT COUNT() FROM Account", "API_ERROR"),
        ("SELECT Id FROM Account LIMIT 5 OFFSET 5", "API_ERROR"),
        ("SELECT Id, BillingAddress FROM Account", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT Id, Nothing__c FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Nothing__c", "INVALID_TYPE"),
        ("SELECT Id FROM Account GROUP BY Id", "MALFORMED_QUERY"),
    ],
)
def test_what_bulk_does_not_query_is_refused(box: Sandbox, soql: str, code: str) -> None:
    reply = opened(bearer(box), soql)
    assert (reply.status_code, reply.json()[0]["errorCode"]) == (400, code)


def test_a_compound_field_is_made_of_its_parts(box: Sandbox) -> None:
    http = bearer(box)
    one = ids(http)[0]
    http.patch(f"{V}/sobjects/Account/{one}", json={"BillingCity": "Zürich"})
    soql = f"SELECT BillingAddress FROM Account WHERE Id = '{one}'"
    (row,) = http.get(f"{V}/query", params={"q": soql}).json()["records"]
    assert row["BillingAddress"]["city"] == "Zürich"
    fields = {one["name"]: one for one in http.get(f"{V}/sobjects/Account/describe").json()["fields"]}
    assert (fields["BillingAddress"]["type"], fields["BillingCity"]["compoundFieldName"]) == (
        "address",
        "BillingAddress",
    )


def test_a_complete_ingest_job_has_failed_rows_in_a_file_of_their_own(box: Sandbox) -> None:
    http = bearer(box)
    one, two, three, *_ = ids(http)
    text = (
        f"Id,Type,NumberOfEmployees\n{one},Partner,#N/A\n{two},,12\n001000000000000AAA,Partner,\n{three},Partner,many\n"
    )
    path, job = ingested(http, text)
    assert (job["state"], job["numberRecordsProcessed"], job["numberRecordsFailed"]) == ("JobComplete", 4, 2)
    header, *good = rows(http.get(f"{path}/successfulResults").text)
    assert header == ["sf__Id", "sf__Created", "Id", "Type", "NumberOfEmployees"]
    assert sorted(row[:2] for row in good) == [[one, "false"], [two, "false"]]
    header, *bad = rows(http.get(f"{path}/failedResults").text)
    assert header[:2] == ["sf__Id", "sf__Error"]
    assert sorted(row[1].partition(":")[0] for row in bad) == ["INVALID_CROSS_REFERENCE_KEY", "JSON_PARSER_ERROR"]
    assert all(row[1].endswith("--") for row in bad)
    assert rows(http.get(f"{path}/unprocessedrecords").text) == [["Id", "Type", "NumberOfEmployees"]]
    soql = f"SELECT Type, NumberOfEmployees FROM Account WHERE Id IN ('{one}', '{two}') ORDER BY Id"
    found = http.get(f"{V}/query", params={"q": soql}).json()["records"]
    assert [(row["Type"], row["NumberOfEmployees"]) for row in found] == [("Partner", None), ("Customer", 12)]


def test_a_job_takes_one_upload_and_can_be_aborted(box: Sandbox) -> None:
    http = bearer(box)
    made = http.post(f"{JOBS}/ingest", json={"object": "Account", "operation": "update"}).json()
    path = f"{JOBS}/ingest/{made['id']}"
    text = f"Id,Type\n{ids(http)[0]},Partner\n"
    assert http.put(f"{path}/batches", data=text).status_code == 201
    assert http.put(f"{path}/batches", data=text).status_code == 400
    assert http.patch(path, json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert http.get(f"{path}/unprocessedrecords").text == text
    assert http.patch(path, json={"state": "UploadComplete"}).status_code == 400


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Id,Nothing__c\n001,1\n", "InvalidBatch : Field name not found : Nothing__c"),
        ("Id,Type\r\n001,Partner\r\n", "ClientInputError : LineEnding is invalid on user data"),
        ("Id,Type\n001\n", "InvalidBatch : Failed to parse CSV"),
        ("Id,Type\n001," + "x" * 32_001 + "\n", "InvalidBatch : a row exceeds"),
    ],
)  # fmt: skip
def test_text_that_is_no_upload_fails_the_job(box: Sandbox, text: str, message: str) -> None:
    _, job = ingested(bearer(box), text)
    assert (job["state"], job["numberRecordsProcessed"]) == ("Failed", 0)
    assert job["errorMessage"].startswith(message)


def test_rows_may_be_created_upserted_and_deleted_in_bulk(box: Sandbox) -> None:
    http = bearer(box)
    path, _ = ingested(http, "Name\nNew GmbH\n", operation="insert")
    made = rows(http.get(f"{path}/successfulResults").text)[1]
    assert made[1] == "true"
    _, job = ingested(http, f"Id,Name\n{made[0]},Newer GmbH\n", operation="upsert", externalIdFieldName="Id")
    assert job["numberRecordsFailed"] == 0
    ingested(http, f"Id\n{made[0]}\n", operation="delete")
    assert made[0] not in ids(http)


def test_the_day_has_so_many_query_jobs() -> None:
    with sandbox(1, options={"bulk_jobs": 1}) as box:
        http = bearer(box)
        assert opened(http, "SELECT Id FROM Account").status_code == 200
        reply = opened(http, "SELECT Id FROM Account")
        assert (reply.status_code, "per 24 hrs" in reply.json()[0]["message"]) == (400, True)
        assert http.get(f"{V}/limits").json()["DailyBulkV2QueryJobs"] == {"Max": 1, "Remaining": 0}
