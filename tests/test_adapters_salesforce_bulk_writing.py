"""Large writes by the Bulk API 2.0: an outcome for every patch, whatever becomes of the job."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
import responses
from fake_salesforce import DATA, HEADERS, NOW, OWN, Sleeps, account_id, error, token
from fake_salesforce import adapter as canned
from sandbox_salesforce import sandbox

from adapters.contract import Outcome, Patch
from adapters.errors import QuotaSpent, Retry
from adapters.records import Account, Fields, Ref, Value
from adapters.registry import Context
from adapters.retrying import Patience
from adapters.salesforce.adapter import SalesforceAdapter, open_connection
from adapters.salesforce.bulk_csv import uploads
from adapters.salesforce.verdicts import judged_text
from adapters.sandbox.serve import Sandbox
from config.connections import SalesforceConnection

INGEST = f"{DATA}/jobs/ingest"
JOB = f"{INGEST}/750xx0000000001AAA"


@contextmanager
def org(companies: int = 8, **options: Any) -> Iterator[tuple[Sandbox, SalesforceAdapter]]:
    with sandbox(companies, options=options) as box:
        said = box.announcement
        auth = {"flow": "client_credentials", "client_id": said["client_id"], "client_secret": said["client_secret"]}
        facts = {"name": "sf", "crm": "salesforce", "login_url": box.url, "auth": auth, "bulk": {"write_above": 3}}
        context = Context(own=OWN, clock=box.instruments.clock.now, patience=Patience(sleep=Sleeps()))
        adapter = open_connection(SalesforceConnection.model_validate(facts), context)
        adapter.provision(adapter.plan(OWN), OWN)
        yield box, adapter


def accounts(box: Sandbox) -> list[str]:
    return list(box.vendor.desk.org.tables["Account"].ids)  # type: ignore[attr-defined]


def jobs(box: Sandbox) -> list[Any]:
    return list(box.vendor.desk.bulk.jobs.values())  # type: ignore[attr-defined]


def patches(ids: list[str], **fields: Value) -> list[Patch]:
    changed: Fields = fields or {"health_score": 50.0}
    return [Patch(Ref("sf", "account", id), changed) for id in ids]


def statuses(outcomes: list[Outcome]) -> list[str]:
    return [outcome.status for outcome in outcomes]


def own(adapter: SalesforceAdapter, ids: list[str], name: str) -> list[Value]:
    found = {item.ref.id: item for item in adapter.read("account", ids)}
    return [item.own[name] for id in ids if isinstance(item := found[id], Account)]


def collection_calls(box: Sandbox) -> int:
    calls = box.instruments.journal.calls()
    return sum(number for call, number in calls.items() if call.startswith("PATCH") and "composite/sobjects" in call)


def test_many_records_are_one_job_and_few_are_one_call() -> None:
    with org() as (box, adapter):
        before = adapter.calls.made["write"]
        ids = accounts(box)
        assert statuses(adapter.write(patches(ids[:3]))) == ["written"] * 3
        assert (adapter.calls.made["write"] - before, jobs(box)) == (1, [])
        outcomes = adapter.write(patches(ids, health_score=71.25))
        assert statuses(outcomes) == ["written"] * 8
        assert [outcome.ref.id for outcome in outcomes] == ids, "in the order of the patches, not of the result"
        assert len(jobs(box)) == 1
        assert adapter.calls.made["write"] - before == 1 + 7, "open, upload, close, two looks, two files"
        assert own(adapter, ids, "health_score") == [71.3] * 8


def test_trap_15_rows_that_failed_within_a_complete_job_are_told() -> None:
    with org() as (box, adapter):
        ids = accounts(box)
        box.vendor.desk.org.tables["Account"].change(ids[1], {"IsDeleted": True})  # type: ignore[attr-defined]
        box.instruments.faults.add({"kind": "refuse", "id": ids[2], "code": "UNABLE_TO_LOCK_ROW", "message": "a: b"})
        box.instruments.faults.add({"kind": "refuse", "id": ids[3], "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION"})
        wanted = patches(ids)
        wanted[4] = Patch(wanted[4].ref, {"health_band": "purple"})
        wanted[5] = Patch(Ref("sf", "account", "001000000000000AAA"), {"health_score": 1.0})
        outcomes = adapter.write(wanted)
        assert jobs(box)[0].state == "JobComplete"
        assert statuses(outcomes) == ["written", "gone", "later", "refused", "refused", "refused", "written", "written"]
        assert [one.code for one in outcomes[1:6]] == [
            "ENTITY_IS_DELETED", "UNABLE_TO_LOCK_ROW", "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "INVALID_CROSS_REFERENCE_KEY",
        ]  # fmt: skip
        assert (outcomes[2].message, outcomes[4].definition, outcomes[3].definition) == ("a: b", True, False)


def test_trap_16_a_cleared_field_is_blank_and_an_absent_one_is_untouched() -> None:
    with org() as (box, adapter):
        ids = accounts(box)
        adapter.write(patches(ids, health_reasons="because", health_score=40.0))
        wanted = patches(ids[:4], health_reasons=None) + patches(ids[4:7], health_score=None)
        wanted += patches(ids[7:], health_reasons="#N/A")
        assert statuses(adapter.write(wanted)) == ["written"] * 8
        assert own(adapter, ids, "health_reasons") == [None] * 4 + ["because"] * 3 + ["#N/A"]
        assert own(adapter, ids, "health_score") == [40.0] * 4 + [None] * 3 + [40.0]
        assert collection_calls(box) == 1, "#N/A as a text cannot be said in CSV"


def test_an_upload_says_null_and_nothing_apart_and_numbers_as_they_are() -> None:
    one, two = (Ref("sf", "account", account_id(n)) for n in (1, 2))
    records = {
        one: {"attributes": {"type": "Account"}, "Id": one.id, "A__c": 72.5, "B__c": None, "T__c": 'a "b",\nü'},
        two: {"attributes": {"type": "Account"}, "Id": two.id, "A__c": 1e16, "C__c": True},
    }
    ((refs, content),) = uploads(records.items())
    assert refs == [one, two]
    assert list(csv.reader(io.StringIO(content.decode(), newline=""))) == [
        ["Id", "A__c", "B__c", "C__c", "T__c"],
        [one.id, "72.5", "#N/A", "", 'a "b",\nü'],
        [two.id, "10000000000000000", "", "true", ""],
    ]


@pytest.mark.parametrize(
    ("text", "code", "message", "status"),
    [
        ("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to 1 records: 001xx:--", "UNABLE_TO_LOCK_ROW",
         "unable to obtain exclusive access to 1 records: 001xx", "later"),
        ("STRING_TOO_LONG:Reasons: data value too large:CSB_Reasons__c --", "STRING_TOO_LONG",
         "Reasons: data value too large [CSB_Reasons__c]", "refused"),
        ("ENTITY_IS_DELETED:entity is deleted:--", "ENTITY_IS_DELETED", "entity is deleted", "gone"),
        ("CUSTOM_CODE:no end: here", "CUSTOM_CODE", "no end: here", "refused"),
        ("something else", "", "something else", "refused"),
    ],
)  # fmt: skip
def test_an_error_of_a_row_is_read(text: str, code: str, message: str, status: str) -> None:
    outcome = judged_text(Ref("sf", "account", "1"), text, NOW)
    assert (outcome.code, outcome.message, outcome.status) == (code, message, status)


def test_a_hidden_field_refuses_those_that_carry_it_and_no_other() -> None:
    with org() as (box, adapter):
        ids = accounts(box)
        rows = box.vendor.desk.org.tables["FieldPermissions"].rows  # type: ignore[attr-defined]
        hidden = [row["Id"] for row in rows.values() if row["Field"].endswith("CSB_Nps__c")]
        for id in hidden:
            box.vendor.desk.org.tables["FieldPermissions"].drop(id)  # type: ignore[attr-defined]
        box.vendor.desk.org.rights_changed()  # type: ignore[attr-defined]
        outcomes = adapter.write(patches(ids[:4], nps=3) + patches(ids[4:]))
        assert statuses(outcomes) == ["refused"] * 4 + ["written"] * 4
        assert [(one.code, one.definition) for one in outcomes[:4]] == [("INVALID_FIELD", True)] * 4


def test_a_job_that_fails_leaves_what_it_did_not_begin_to_batches() -> None:
    with org() as (box, adapter):
        box.instruments.faults.add({"kind": "job_failed", "match": "jobs/ingest"})
        ids = accounts(box)
        assert statuses(adapter.write(patches(ids))) == ["written"] * 8
        (job,) = jobs(box)
        assert (job.state, len(job.successful), len(job.unprocessed), collection_calls(box)) == ("Failed", 4, 4, 1)


def test_a_job_that_never_ends_is_aborted_and_its_records_wait() -> None:
    with org() as (box, adapter):
        box.instruments.faults.add({"kind": "job_stuck", "match": "jobs/ingest"})
        outcomes = adapter.write(patches(accounts(box)))
        assert statuses(outcomes) == ["later"] * 8
        assert (jobs(box)[0].state, outcomes[0].code) == ("Aborted", "Aborted")


def test_an_org_without_bulk_is_written_to_in_batches() -> None:
    with org(bulk=False) as (box, adapter):
        assert statuses(adapter.write(patches(accounts(box)))) == ["written"] * 8
        assert collection_calls(box) == 1


def test_a_torn_result_file_is_fetched_again() -> None:
    with org() as (box, adapter):
        box.instruments.faults.add({"kind": "truncated", "match": "successfulResults", "times": 2})
        assert statuses(adapter.write(patches(accounts(box)))) == ["written"] * 8


def test_what_no_result_file_tells_is_lost_not_guessed() -> None:
    with org() as (box, adapter):
        box.instruments.faults.add({"kind": "truncated", "match": "successfulResults", "times": 99})
        assert statuses(adapter.write(patches(accounts(box)))) == ["lost"] * 8


def test_trap_13_a_token_that_expires_within_a_job_is_renewed() -> None:
    with org() as (box, adapter):
        for match in ("jobs/ingest", "batches", "PATCH /services/data/v60.0/jobs", "GET /services/data/v60.0/jobs"):
            box.instruments.faults.add({"kind": "401", "match": match})
        assert statuses(adapter.write(patches(accounts(box)))) == ["written"] * 8
        assert len(jobs(box)) == 1


def test_spent_calls_before_the_job_runs_are_raised_and_after_that_nothing_is() -> None:
    with org() as (box, adapter):
        ids = accounts(box)
        for match in ("POST /services/data/v60.0/jobs/ingest", "batches", "PATCH /services/data/v60.0/jobs"):
            box.instruments.faults.add({"kind": "429", "match": match})
            with pytest.raises(QuotaSpent):
                adapter.write(patches(ids))
        assert own(adapter, ids, "health_score") == [None] * 8
        box.instruments.faults.add({"kind": "429", "match": "GET /services/data/v60.0/jobs"})
        assert statuses(adapter.write(patches(ids))) == ["lost"] * 8


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        token(mocked)
        yield mocked


def job(state: str, **more: Any) -> dict[str, Any]:
    return {"json": {"id": JOB.rpartition("/")[2], "state": state, **more}, "headers": HEADERS}


def written(count: int) -> str:
    return '"sf__Id","sf__Created","Id"\n' + "".join(
        f'"{account_id(n)}","false","{account_id(n)}"\n' for n in range(count)
    )


def cut(mock: responses.RequestsMock, method: str, url: str) -> None:
    mock.add(method, url, body=requests.ConnectionError("cut"))


def test_a_lost_upload_is_made_again_with_another_job(mock: responses.RequestsMock) -> None:
    """The first may have arrived, and a job takes one: nothing is applied before it is closed."""
    mock.post(INGEST, **job("Open"))
    cut(mock, "PUT", f"{JOB}/batches")
    mock.put(f"{JOB}/batches", status=201, headers=HEADERS)
    mock.patch(JOB, **job("UploadComplete"))
    mock.get(JOB, **job("JobComplete", numberRecordsProcessed=4, numberRecordsFailed=0))
    mock.get(f"{JOB}/successfulResults", body=written(4), headers=HEADERS)
    mock.get(f"{JOB}/failedResults", body='"sf__Id","sf__Error","Id"\n', headers=HEADERS)
    outcomes = canned(bulk={"write_above": 3}).write(patches([account_id(n) for n in range(4)]))
    assert statuses(outcomes) == ["written"] * 4
    assert [call.request.method for call in mock.calls].count("PUT") == 2
    turns = [json.loads(call.request.body) for call in mock.calls if call.request.method == "PATCH"]
    assert turns == [{"state": "Aborted"}, {"state": "UploadComplete"}]


@pytest.mark.parametrize(("state", "closes"), [("Open", 2), ("InProgress", 1)])
def test_after_a_lost_close_the_job_says_whether_it_runs(mock: responses.RequestsMock, state: str, closes: int) -> None:
    mock.post(INGEST, **job("Open"))
    mock.put(f"{JOB}/batches", status=201, headers=HEADERS)
    cut(mock, "PATCH", JOB)
    mock.patch(JOB, **job("UploadComplete"))
    mock.get(JOB, **job(state))
    mock.get(JOB, **job("JobComplete", numberRecordsProcessed=4))
    mock.get(f"{JOB}/successfulResults", body=written(4), headers=HEADERS)
    mock.get(f"{JOB}/failedResults", body="", headers=HEADERS)
    outcomes = canned(bulk={"write_above": 3}).write(patches([account_id(n) for n in range(4)]))
    assert statuses(outcomes) == ["written"] * 4
    assert [call.request.method for call in mock.calls].count("PATCH") == closes


def test_when_nobody_knows_whether_a_job_runs_its_records_are_lost(mock: responses.RequestsMock) -> None:
    mock.post(INGEST, **job("Open"))
    mock.put(f"{JOB}/batches", status=201, headers=HEADERS)
    cut(mock, "PATCH", JOB)
    cut(mock, "GET", JOB)
    outcomes = canned(bulk={"write_above": 3}).write(patches([account_id(n) for n in range(4)]))
    assert statuses(outcomes) == ["lost"] * 4


def test_an_org_that_is_away_is_told_while_nothing_was_applied(mock: responses.RequestsMock) -> None:
    mock.post(INGEST, status=503, json=error("SERVER_UNAVAILABLE"))
    with pytest.raises(Retry):
        canned(bulk={"write_above": 3}).write(patches([account_id(n) for n in range(4)]))
    assert len(mock.calls) == 1 + Patience().attempts
