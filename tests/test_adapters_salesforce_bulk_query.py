"""Large pulls by the Bulk API 2.0 on the sandbox: the same records as page by page, whatever becomes of the job."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from fake_salesforce import OWN, Sleeps
from sandbox_salesforce import NOW, sandbox

from adapters.contract import Page
from adapters.errors import Lost, QuotaSpent
from adapters.records import Item
from adapters.registry import Context
from adapters.retrying import Patience
from adapters.salesforce import bulk_query
from adapters.salesforce.adapter import SalesforceAdapter, open_connection
from adapters.sandbox.serve import Sandbox
from config.connections import SalesforceConnection

COMPANIES = 12
PAGE_ROWS = 3


@contextmanager
def org(**options: Any) -> Iterator[Sandbox]:
    with sandbox(COMPANIES, options={"page_rows": PAGE_ROWS, **options}) as box:
        yield box


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with org() as opened:
        yield opened


def adapter(box: Sandbox, pull_above: int | str = 0, sleeps: Sleeps | None = None, **more: Any) -> SalesforceAdapter:
    said = box.announcement
    auth = {"flow": "client_credentials", "client_id": said["client_id"], "client_secret": said["client_secret"]}
    facts = {"name": "sf", "crm": "salesforce", "login_url": box.url, "auth": auth, "bulk": {"pull_above": pull_above}}
    clock = box.instruments.clock
    patience = Patience(sleep=sleeps or Sleeps())
    context = Context(own=OWN, overlap=timedelta(minutes=5), clock=clock.now, patience=patience)
    return open_connection(SalesforceConnection.model_validate({**facts, **more}), context)


def items(pages: list[Page]) -> dict[str, Item]:
    return {item.ref.id: item for page in pages for item in page.items}


def calls(box: Sandbox, part: str) -> int:
    return sum(number for call, number in box.instruments.journal.calls().items() if part in call)


@pytest.mark.parametrize("kind", ["account", "person", "activity", "deal", "ticket", "user"])
def test_a_job_gives_the_very_records_that_pages_give(box: Sandbox, kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_query, "PAGE", 4)
    by_pages = list(adapter(box, "never").pull(kind, None))
    in_bulk = list(adapter(box).pull(kind, None))
    assert items(in_bulk) == items(by_pages)
    assert json.loads(in_bulk[-1].cursor).keys() == json.loads(by_pages[-1].cursor).keys()
    assert (calls(box, "POST /services/data/<version>/jobs/query/") > 0) == (kind != "user")


def test_a_parents_fields_read_alike_by_a_job_and_by_pages(box: Sandbox) -> None:
    fields = ("CreatedDate", "NumberOfEmployees", "IsDeleted", "AnnualRevenue", "Owner.IsActive")
    map = {"person": {"fields": {f"of_{place}": f"Account.{name}" for place, name in enumerate(fields)}}}
    by_pages = items(list(adapter(box, "never", map=map).pull("person", None)))
    assert items(list(adapter(box, map=map).pull("person", None))) == by_pages
    extra = getattr(next(iter(by_pages.values())), "extra", {})
    assert [extra[f"of_{place}"] for place in range(5)] == [NOW - timedelta(days=30), "10", False, None, True]


def test_a_job_is_begun_only_for_what_pages_would_cost_more_for(box: Sandbox) -> None:
    list(adapter(box, COMPANIES - PAGE_ROWS).pull("account", None))
    assert calls(box, "jobs/query") == 0
    org = adapter(box, COMPANIES - PAGE_ROWS - 1)
    assert len(items(list(org.pull("account", None)))) == COMPANIES
    assert org.calls.made["page"] == 5, "a page, a job, two looks at it, its rows"


def test_deleted_and_merged_records_are_among_the_rows_of_a_job(box: Sandbox) -> None:
    accounts = box.vendor.desk.org.tables["Account"]  # type: ignore[attr-defined]
    loser, winner = accounts.ids[-1], accounts.ids[0]
    accounts.change(loser, {"IsDeleted": True, "MasterRecordId": winner})
    found = items(list(adapter(box).pull("account", None)))
    assert getattr(found[loser], "merged_into", None) == winner


def test_a_pull_resumes_within_its_job(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_query, "PAGE", 4)
    monkeypatch.setattr(bulk_query, "PIECE", 3)
    everything = items(list(adapter(box).pull("account", None)))
    jobs = calls(box, "POST /services/data/<version>/jobs/query/")
    pages = []
    for page in adapter(box).pull("account", None):
        pages.append(page)
        rest = items(list(adapter(box).pull("account", page.cursor)))
        assert items(pages) | rest == everything
        taken = {id for page in pages for id in items([page])}
        assert len(pages) <= 2 or not taken & rest.keys(), "nothing of the job is read twice"
    assert [len(page.items) for page in pages] == [3, 0, 3, 1, 3, 1, 1]
    # the pages before the job ask for one of their own
    assert calls(box, "POST /services/data/<version>/jobs/query/") == jobs + 2


@pytest.mark.parametrize("loss", ["deleted", "expired", "other version"])
def test_a_job_that_is_gone_is_read_again_from_where_it_began(box: Sandbox, loss: str) -> None:
    everything = items(list(adapter(box).pull("account", None)))
    first, waiting, *_ = adapter(box).pull("account", None)
    more: dict[str, Any] = {}
    if loss == "deleted":
        box.vendor.desk.bulk.jobs.clear()  # type: ignore[attr-defined]
    elif loss == "expired":
        box.instruments.clock.advance(timedelta(days=8).total_seconds())
    else:
        more = {"api_version": "61.0"}
    resumed = list(adapter(box, **more).pull("account", waiting.cursor))
    assert items([first]) | items(resumed) == everything
    assert "bulk" not in json.loads(resumed[-1].cursor)


@pytest.mark.parametrize("fault", ["job_failed", "job_stuck"])
def test_a_job_that_fails_or_never_ends_leaves_the_rest_to_pages(box: Sandbox, fault: str) -> None:
    box.instruments.faults.add({"kind": fault, "match": "jobs/query"})
    sleeps = Sleeps()
    found = items(list(adapter(box, sleeps=sleeps).pull("account", None)))
    assert len(found) == COMPANIES
    (job,) = box.vendor.desk.bulk.jobs.values()  # type: ignore[attr-defined]
    assert job.state == ("Failed" if fault == "job_failed" else "Aborted")
    assert 1800 <= sum(sleeps.taken) < 1900 or fault == "job_failed"
    assert max(sleeps.taken) <= 60


def test_a_job_whose_rows_never_arrive_whole_leaves_them_to_pages(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some proxies cut what is large, and would for as long as the job is kept."""

    def cut(*_: Any) -> Any:
        raise Lost("the answer was cut off")

    org = adapter(box)
    monkeypatch.setattr(org._client, "download_once", cut)
    assert len(items(list(org.pull("account", None)))) == COMPANIES


@pytest.mark.parametrize(
    "options",
    [{"bulk": False}, {"bulk_jobs": 0}, {"bulk_unsupported": "Account, Task"}],
    ids=["off", "spent", "object"],
)
def test_what_cannot_be_read_in_bulk_is_read_in_pages(options: dict[str, Any]) -> None:
    with org(**options) as box:
        assert len(items(list(adapter(box).pull("account", None)))) == COMPANIES
        assert calls(box, "POST /services/data/<version>/jobs/query/") == 1, "asked once, not for every page"


def test_a_torn_page_is_fetched_again(box: Sandbox) -> None:
    box.instruments.faults.add({"kind": "truncated", "times": 2})
    assert len(items(list(adapter(box).pull("account", None)))) == COMPANIES
    assert calls(box, "results") == 3


def test_pages_torn_again_and_again_are_not_believed(box: Sandbox) -> None:
    box.instruments.faults.add({"kind": "truncated", "times": 99})
    assert len(items(list(adapter(box).pull("account", None)))) == COMPANIES
    assert calls(box, "results") == Patience().attempts


def test_trap_11_compound_fields_are_not_asked_of_a_job(box: Sandbox) -> None:
    fields = {"name": "Name", "place": "BillingAddress", "city": "BillingCity"}
    in_bulk = adapter(box, map={"account": {"fields": fields}})
    by_pages = adapter(box, "never", map={"account": {"fields": fields}})
    assert items(list(in_bulk.pull("account", None))) == items(list(by_pages.pull("account", None)))
    (job,) = box.vendor.desk.bulk.jobs.values()  # type: ignore[attr-defined]
    assert (job.state, "BillingAddress" in job.asked["query"], "BillingCity" in job.asked["query"]) == (
        "JobComplete", False, True,
    )  # fmt: skip


def test_trap_12_bulk_text_is_utf8_with_newlines_quotes_and_nul(box: Sandbox) -> None:
    accounts = box.vendor.desk.org.tables["Account"]  # type: ignore[attr-defined]
    said = 'Größe „quoted“ "double"\nsecond line, 🙂; \0end'
    accounts.change(accounts.ids[-1], {"Name": said})
    found = items(list(adapter(box).pull("account", None)))
    assert getattr(found[accounts.ids[-1]], "name", "") == said.replace("\0", "")


def test_trap_13_a_token_that_expires_within_a_job_is_renewed(box: Sandbox) -> None:
    for match in ("POST /services/data/v60.0/jobs/query", "GET /services/data/v60.0/jobs/query/", "results"):
        box.instruments.faults.add({"kind": "401", "match": match})
    org = adapter(box)
    assert len(items(list(org.pull("account", None)))) == COMPANIES
    assert org.calls.made["token"] == 4


def test_spent_calls_stop_the_pull_and_it_goes_on_with_its_job(box: Sandbox) -> None:
    box.instruments.faults.add({"kind": "429", "match": "results"})
    pages: list[Page] = []
    with pytest.raises(QuotaSpent):
        pages.extend(adapter(box).pull("account", None))
    pages = []
    box.instruments.faults.add({"kind": "429", "match": "results"})
    try:
        for page in adapter(box).pull("account", None):
            pages.append(page)
    except QuotaSpent:
        pass
    jobs = calls(box, "POST /services/data/<version>/jobs/query/")
    rest = list(adapter(box).pull("account", pages[-1].cursor))
    assert len(items(pages + rest)) == COMPANIES
    assert calls(box, "POST /services/data/<version>/jobs/query/") == jobs


@pytest.mark.parametrize("fault", ["", "job_failed", "truncated"])
def test_ids_of_a_large_object_are_listed_by_a_job_in_the_fewest_calls(box: Sandbox, fault: str) -> None:
    if fault:
        box.instruments.faults.add({"kind": fault, "match": "jobs/query", "times": 9})
    org = adapter(box)
    listed = [one for page in org.ids("account") for one in page]
    by_pages = [one for page in adapter(box, "never").ids("account") for one in page]
    assert {one.id: one for one in listed} == {one.id: one for one in by_pages}
    assert len(listed) == COMPANIES or fault
    assert org.calls.made["page"] == 5 or fault


def test_stamps_in_csv_may_end_in_an_offset() -> None:
    with org(bulk_offset=True) as box:
        found = items(list(adapter(box).pull("account", None)))
        assert {getattr(item, "changed_at", NOW) for item in found.values()} == {NOW - timedelta(days=30)}
