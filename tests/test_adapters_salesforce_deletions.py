"""The log of deletions on the wire: when it is asked, what its refusals mean, and when it has forgotten."""

import json
from datetime import timedelta
from typing import Any

import pytest
import responses
from fake_salesforce import DATA, HEADERS, NOW, account_id, adapter, composite, describe, error, page, token

from adapters.contract import Page
from adapters.errors import Refused
from adapters.records import Account, Ref, Tombstone

QUERY_ALL = f"{DATA}/queryAll/"
DELETED = f"{DATA}/sobjects/Account/deleted/"
FIELDS = ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId", "Name")


@pytest.fixture
def mock() -> Any:
    with responses.RequestsMock() as mocked:
        token(mocked)
        composite(mocked)
        describe(mocked, "Account", FIELDS)
        mocked.get(QUERY_ALL, json=page([]))
        yield mocked


def pull(since: str) -> list[Page]:
    cursor = {"from": "2026-05-01T11:00:00+00:00", "deletions": {"Account": since}}
    return list(adapter().pull("account", json.dumps(cursor)))


def log(*ids: str, earliest: str = "2026-04-16T12:00:00.000+0000") -> dict[str, Any]:
    rows = [{"id": one, "deletedDate": "2026-05-01T08:00:00.000+0000"} for one in ids]
    covered = "2026-05-01T11:58:00.000+0000"
    return {"deletedRecords": rows, "earliestDateAvailable": earliest, "latestDateCovered": covered}


def test_it_is_read_from_where_it_was_read_to(mock: responses.RequestsMock) -> None:
    asked = mock.get(DELETED, json=log(account_id(7)), headers=HEADERS)
    (only,) = pull("2026-05-01T05:00:00+00:00")
    assert "start=2026-05-01T05%3A00%3A00Z&end=2026-05-01T12%3A00%3A00Z" in str(asked.calls[0].request.url)
    assert only.items == (Tombstone(Ref("sf", "account", account_id(7)), NOW - timedelta(hours=4)),)
    assert json.loads(only.cursor)["deletions"] == {"Account": "2026-05-01T11:58:00+00:00"}
    assert not only.gap


def test_it_is_not_read_again_before_its_time(mock: responses.RequestsMock) -> None:
    (only,) = pull("2026-05-01T07:00:00+00:00")
    assert json.loads(only.cursor)["deletions"] == {"Account": "2026-05-01T07:00:00+00:00"}


def test_more_deletions_than_a_page_holds_come_in_pages_that_can_be_resumed(mock: responses.RequestsMock) -> None:
    mock.get(DELETED, json=log(*map(account_id, range(4500))))
    pages = pull("2026-05-01T05:00:00+00:00")
    assert [len(one.items) for one in pages] == [2000, 2000, 500]
    assert json.loads(pages[0].cursor)["deletions"] == {"Account": "2026-05-01T05:00:00+00:00"}
    resumed = list(adapter().pull("account", pages[0].cursor))
    assert sum(len(one.items) for one in resumed) == 4500


def test_a_log_that_begins_later_than_we_stopped_has_forgotten_some(mock: responses.RequestsMock) -> None:
    mock.get(DELETED, json=log(account_id(7), earliest="2026-05-01T06:00:00.000+0000"))
    (only,) = pull("2026-05-01T05:00:00+00:00")
    assert len(only.items) == 1
    assert "Salesforce no longer knows all that was deleted since 2026-05-01 05:00" in only.gap


@pytest.mark.parametrize("code", ["INVALID_REPLICATION_DATE", "EXCEEDED_ID_LIMIT"])
def test_a_log_that_cannot_say_it_leaves_a_gap(mock: responses.RequestsMock, code: str) -> None:
    mock.get(DELETED, status=400, json=error(code))
    (only,) = pull("2026-05-01T05:00:00+00:00")
    assert only.gap
    assert json.loads(only.cursor)["deletions"] == {"Account": NOW.isoformat()}


def test_after_15_days_it_is_not_even_asked(mock: responses.RequestsMock) -> None:
    (only,) = pull("2026-04-15T05:00:00+00:00")
    assert "2026-04-15" in only.gap


def test_a_right_that_is_missing_is_a_gap_and_no_end_of_the_pull(mock: responses.RequestsMock) -> None:
    mock.get(DELETED, status=403, json=error("INSUFFICIENT_ACCESS", "no replication for you"))
    (only,) = pull("2026-05-01T05:00:00+00:00")
    assert "no replication for you" in only.gap


def test_an_object_without_a_log_has_nothing_to_say(mock: responses.RequestsMock) -> None:
    mock.get(DELETED, status=404, json=error("NOT_FOUND"))
    (only,) = pull("2026-05-01T05:00:00+00:00")
    assert (only.items, only.gap) == ((), "")


def test_a_listing_that_breaks_off_goes_on_behind_its_last_id(mock: responses.RequestsMock) -> None:
    mock.remove("GET", QUERY_ALL)
    row = {"Id": account_id(1), "SystemModstamp": "2026-04-01T08:00:00.000+0000"}
    mock.get(QUERY_ALL, json={"totalSize": 2, "done": False, "records": [row]})
    second = mock.get(QUERY_ALL, json=page([{**row, "Id": account_id(2)}]))
    listed = [one.id for some in adapter().ids("account") for one in some]
    assert listed == [account_id(1), account_id(2)]
    assert f"Id > '{account_id(1)}'" in str(second.calls[0].request.params["q"])  # type: ignore[attr-defined]


def test_a_listing_that_says_nothing_at_all_is_no_empty_org(mock: responses.RequestsMock) -> None:
    mock.remove("GET", QUERY_ALL)
    mock.get(QUERY_ALL, json={})
    with pytest.raises(Exception, match="broke off"):
        list(adapter().ids("account"))


@pytest.mark.parametrize("status", [414, 431])
def test_trap_09_an_edge_that_takes_less_is_asked_in_smaller_parts(mock: responses.RequestsMock, status: int) -> None:
    names = [f"Custom_Field_{number:03d}__c" for number in range(150)]
    mock.remove("GET", f"{DATA}/sobjects/Account/describe")
    mock.remove("GET", QUERY_ALL)
    describe(mock, "Account", [*FIELDS, *names])
    lengths = []

    def edge(request: Any) -> tuple[int, dict[str, str], str]:
        if len(request.url) > 3000:
            return status, {"Content-Type": "text/html"}, "<h1>Bad Message</h1><pre>reason: too long</pre>"
        lengths.append(len(request.url))
        columns = request.params["q"].removeprefix("SELECT ").partition(" FROM ")[0].split(", ")
        held = {"Id": account_id(1), "SystemModstamp": "2026-04-01T08:00:00.000+0000", "IsDeleted": False}
        return 200, HEADERS, json.dumps(page([{name: held.get(name, name[-6:-3]) for name in columns}]))

    mock.add_callback("GET", QUERY_ALL, callback=edge)
    org = adapter(map={"account": {"fields": {name.lower(): name for name in names}}})
    (only,) = org.pull("account", None)
    (record,) = only.items
    assert isinstance(record, Account)
    assert set(record.extra.values()) == {f"{number:03d}" for number in range(150)}
    assert len(lengths) == 2


def test_trap_09_an_edge_that_takes_nothing_is_a_refusal(mock: responses.RequestsMock) -> None:
    mock.remove("GET", QUERY_ALL)
    mock.get(QUERY_ALL, status=414, body="<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>")
    with pytest.raises(Refused, match="longer than this org takes"):
        list(adapter().pull("account", None))
