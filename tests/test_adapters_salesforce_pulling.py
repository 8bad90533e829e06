"""Pulls and reads against canned answers: the queries asked, the cursors left, what is told of deletions."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from fake_salesforce import (
    DATA,
    HEADERS,
    NOW,
    account_id,
    account_row,
    adapter,
    composite,
    describe,
    error,
    own_rows,
    page,
    soql,
    token,
)

from adapters.contract import Page
from adapters.errors import Lost, Refused, Unauthorized
from adapters.records import Account, Ref, Tombstone

QUERY_ALL = f"{DATA}/queryAll/"
SYSTEM = ("Id", "SystemModstamp", "IsDeleted")
MERGEABLE = (*SYSTEM, "MasterRecordId")


@pytest.fixture
def mock() -> Any:
    with responses.RequestsMock() as mocked:
        token(mocked)
        composite(mocked)
        yield mocked


def place(one: Page) -> dict[str, Any]:
    """Where a cursor stands, without what it covers."""
    return {name: fact for name, fact in json.loads(one.cursor).items() if name not in ("covered", "deletions")}


def queries(mock: responses.RequestsMock) -> list[str]:
    return [soql(call) for call in mock.calls if "q" in getattr(call.request, "params", {})]


def test_a_first_pull_takes_everything_up_to_the_vendors_now(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*MERGEABLE, "Name", "Type"])
    mock.get(QUERY_ALL, json=page([account_row(1), account_row(2, IsDeleted=True, MasterRecordId=account_id(1))]))
    org = adapter()
    (only,) = org.pull("account", None)
    assert queries(mock) == [
        "SELECT Id, SystemModstamp, IsDeleted, MasterRecordId, Name, Type FROM Account "
        "WHERE SystemModstamp <= 2026-05-01T12:00:00Z ORDER BY SystemModstamp ASC, Id ASC"
    ]
    first, second = only.items
    assert isinstance(first, Account)
    assert first.name == "Company 1"
    assert second == Tombstone(
        Ref("sf", "account", account_id(2)), datetime(2026, 4, 1, 8, tzinfo=UTC), merged_into=account_id(1)
    )
    assert place(only) == {"from": "2026-05-01T11:55:00+00:00"}
    assert org.calls.made == {"token": 1, "describe": 1, "page": 1}


def test_the_next_pull_starts_inclusively_where_the_last_one_left_off(mock: responses.RequestsMock) -> None:
    describe(mock, "User", ["Id", "SystemModstamp", "Name"])
    mock.get(QUERY_ALL, json=page([]))
    (only,) = adapter().pull("user", '{"from": "2026-05-01T11:00:00+00:00"}')
    assert only.items == ()
    assert (
        "WHERE SystemModstamp >= 2026-05-01T11:00:00Z AND SystemModstamp <= 2026-05-01T12:00:00Z ORDER"
        in queries(mock)[0]
    )
    assert place(only) == {"from": "2026-05-01T11:55:00+00:00"}


def test_every_page_can_be_resumed_exactly_behind_its_last_row(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*SYSTEM, "Name"])
    same = "2026-04-01T08:00:00.000+0000"
    mock.get(QUERY_ALL, json=page([account_row(1, same), account_row(2, same)], "0r8A-2000"))
    mock.get(f"{DATA}/query/0r8A-2000", json=page([account_row(3, same)]))
    first, last = adapter().pull("account", None)
    assert [len(first.items), len(last.items)] == [2, 1]
    assert place(last) == {"from": "2026-05-01T11:55:00+00:00"}
    mock.get(QUERY_ALL, json=page([account_row(3, same)]))
    (resumed,) = adapter().pull("account", first.cursor, until=NOW - timedelta(days=30))
    asked = queries(mock)[-1]
    assert (
        f"WHERE ((SystemModstamp = 2026-04-01T08:00:00Z AND Id > '{account_id(2)}') "
        "OR SystemModstamp > 2026-04-01T08:00:00Z) AND SystemModstamp <= 2026-05-01T12:00:00Z ORDER"
    ) in asked, "the bound of the pull that was under way is kept"
    assert resumed.cursor == last.cursor


def test_an_expired_locator_is_asked_again_from_the_last_row(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*SYSTEM, "Name"])
    mock.get(QUERY_ALL, json=page([account_row(1, "2026-04-01T08:00:00.123+0000")], "0r8A-2000"))
    mock.get(f"{DATA}/query/0r8A-2000", status=400, json=error("INVALID_QUERY_LOCATOR"))
    mock.get(QUERY_ALL, json=page([account_row(2)]))
    pages = list(adapter().pull("account", None))
    assert [item.ref.id for one in pages for item in one.items] == [account_id(1), account_id(2)]
    assert f"(SystemModstamp = 2026-04-01T08:00:00.123Z AND Id > '{account_id(1)}')" in queries(mock)[-1]


def test_a_row_that_changed_behind_the_first_page_is_no_place_to_resume_from(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*SYSTEM, "Name"])
    edited = account_row(3, "2026-05-01T12:00:30.000+0000")
    mock.get(QUERY_ALL, json=page([account_row(1)], "0r8A-2000"))
    mock.get(f"{DATA}/query/0r8A-2000", json=page([account_row(2), edited], "0r8A-4000"))
    pages = adapter().pull("account", None)
    behind = [next(pages), next(pages)][-1]
    mock.get(QUERY_ALL, json=page([account_row(4)]))
    list(adapter().pull("account", behind.cursor))
    assert f"(SystemModstamp = 2026-04-01T08:00:00Z AND Id > '{account_id(2)}')" in queries(mock)[-1]


def test_an_empty_page_is_not_the_last_one_unless_it_says_so(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*SYSTEM, "Name"])
    mock.get(QUERY_ALL, json=page([account_row(1)], "0r8A-2000"))
    mock.get(f"{DATA}/query/0r8A-2000", json=page([], "0r8A-4000"))
    mock.get(f"{DATA}/query/0r8A-4000", json=page([account_row(4)]))
    pages = list(adapter().pull("account", None))
    assert [item.ref.id for one in pages for item in one.items] == [account_id(1), account_id(4)]


@pytest.mark.parametrize("body", [{}, ["x"], {"records": []}, {"records": [], "done": False}])
def test_an_answer_that_does_not_say_it_is_the_last_moves_no_cursor(mock: responses.RequestsMock, body: object) -> None:
    describe(mock, "User", ["Id", "SystemModstamp", "Name"])
    mock.get(QUERY_ALL, json=body)
    with pytest.raises(Lost):
        list(adapter().pull("user", None))


def test_a_record_that_a_broken_answer_leaves_out_is_not_gone(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*SYSTEM, "Name"])
    mock.get(QUERY_ALL, json={"totalSize": 2, "done": False, "records": [account_row(1)]})
    with pytest.raises(Lost):
        adapter().read("account", [account_id(1), account_id(2)])


def test_a_pull_up_to_a_moment_before_the_cursor_asks_nothing(mock: responses.RequestsMock) -> None:
    describe(mock, "User", ["Id", "SystemModstamp", "Name"])
    cursor = '{"from": "2026-05-01T11:00:00+00:00"}'
    (only,) = adapter().pull("user", cursor, until=NOW - timedelta(hours=2))
    assert (only.items, json.loads(only.cursor)) == ((), json.loads(cursor))
    assert queries(mock) == []


def test_a_cursor_never_goes_back(mock: responses.RequestsMock) -> None:
    describe(mock, "User", ["Id", "SystemModstamp", "Name"])
    mock.get(QUERY_ALL, json=page([]))
    (only,) = adapter().pull("user", '{"from": "2026-05-01T11:59:00+00:00"}')
    assert place(only) == {"from": "2026-05-01T11:59:00+00:00"}


def test_activities_are_tasks_then_events_under_one_bound(mock: responses.RequestsMock) -> None:
    describe(mock, "Task", [*SYSTEM, "WhoId", "WhatId", "ActivityDate", "IsClosed"])
    describe(mock, "Event", [*SYSTEM, "WhoId", "StartDateTime", "IsChild"])
    task = {"Id": "00Txx000001a2b3AAA", "SystemModstamp": "2026-04-01T08:00:00.000+0000", "IsDeleted": False}
    event = {**task, "Id": "00Uxx000001a2b3AAA"}
    mock.get(QUERY_ALL, json=page([task]))
    mock.get(QUERY_ALL, json=page([event]))
    tasks, events = adapter().pull("activity", None)
    assert [item.ref.id for item in (*tasks.items, *events.items)] == [task["Id"], event["Id"]]
    assert "FROM Event WHERE SystemModstamp <= 2026-05-01T12:00:00Z AND IsChild = false ORDER" in queries(mock)[1]
    mock.get(QUERY_ALL, json=page([event]))
    (resumed,) = adapter().pull("activity", tasks.cursor)
    assert resumed.cursor == events.cursor
    assert "FROM Event" in queries(mock)[-1]


def test_an_object_without_rows_adds_no_page_but_the_last_one_moves_the_cursor(mock: responses.RequestsMock) -> None:
    describe(mock, "Task", SYSTEM)
    describe(mock, "Event", SYSTEM)
    mock.get(QUERY_ALL, json=page([]))
    (only,) = adapter().pull("activity", None)
    assert (only.items, place(only)) == ((), {"from": "2026-05-01T11:55:00+00:00"})


def test_own_fields_are_observed_where_they_are_visible(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*SYSTEM, "Name", *own_rows(["health_score", "pulse"])])
    mock.get(QUERY_ALL, json=page([account_row(1, CSB_Health_Score__c=71.5, CSB_Pulse__c="green")]))
    (only,) = adapter().pull("account", None)
    (record,) = only.items
    assert isinstance(record, Account)
    assert (record.own, record.pulse) == ({"health_score": 71.5}, "green")
    assert "CSB_Nps__c" not in queries(mock)[0]


def test_a_kind_that_is_not_there_yields_nothing(mock: responses.RequestsMock) -> None:
    org = adapter()
    assert list(org.pull("ticket", None)) == []
    assert list(org.pull("response", None)) == []
    assert list(org.pull("contract", None)) == []


def test_accounts_that_are_hidden_are_no_empty_crm(mock: responses.RequestsMock) -> None:
    with pytest.raises(Unauthorized, match=r"Account is absent or hidden; grant .* read"):
        list(adapter().pull("account", None))


@pytest.mark.parametrize(
    "cursor",
    ["", "[]", "{bad", '{"from": "yesterday"}', '{"stamp": "2026-05-01T11:00:00Z"}', "7", '{"covered": {"Task": 1}}'],
)
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Refused, match="not a cursor"):
        list(adapter().pull("account", cursor))


def test_few_records_are_read_by_one_query_that_sees_deleted_ones(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*MERGEABLE, "Name"])
    rows = [account_row(2, IsDeleted=True, MasterRecordId=account_id(1)), account_row(1)]
    answered = {"Date": "Fri, 01 May 2026 12:00:07 GMT"}
    mock.get(QUERY_ALL, json=page(rows), headers=answered)
    org = adapter()
    first, merged, gone, nonsense = org.read("account", [account_id(n) for n in (1, 2, 3)] + ["x' OR Id != '"])
    assert isinstance(first, Account)
    assert isinstance(merged, Tombstone)
    assert merged.merged_into == account_id(1)
    assert gone == Tombstone(Ref("sf", "account", account_id(3)), NOW + timedelta(seconds=7)), "the vendor's time"
    assert isinstance(nonsense, Tombstone)
    assert queries(mock)[0].endswith(
        f"FROM Account WHERE Id IN ('{account_id(1)}','{account_id(2)}','{account_id(3)}')"
    )
    assert org.calls.made == {"token": 1, "describe": 1, "read": 1}
    org_reads_again = org.read("account", [account_id(1)[:15], account_id(1)])
    assert [item.ref.id for item in org_reads_again] == [account_id(1)]
    assert org.calls.made["describe"] == 1


def retrieve(mock: responses.RequestsMock, absent: set[str]) -> list[int]:
    """The collections resource: rows by id, null for an absent one. Returns the sizes asked for."""
    sizes: list[int] = []

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        ids = json.loads(request.body)["ids"]
        sizes.append(len(ids))
        rows = [None if one in absent else account_row(int(one[5:15])) for one in ids]
        return 200, {}, json.dumps(rows)

    mock.add_callback("POST", f"{DATA}/composite/sobjects/Account", callback=answer)
    return sizes


def test_many_records_are_read_2000_a_call_and_the_nulls_asked_for_once_more(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*MERGEABLE, "Name"])
    sizes = retrieve(mock, {account_id(7), account_id(8)})
    mock.get(QUERY_ALL, json=page([account_row(7, IsDeleted=True, MasterRecordId=account_id(9))]))
    org = adapter()
    items = org.read("account", [account_id(n) for n in range(4500)])
    assert sizes == [2000, 2000, 500]
    assert [item.ref.id for item in items] == [account_id(n) for n in range(4500)]
    gone = [item for item in items if isinstance(item, Tombstone)]
    assert [(item.ref.id, item.merged_into) for item in gone] == [(account_id(7), account_id(9)), (account_id(8), None)]
    assert org.calls.made["read"] == 4


def test_an_org_without_the_collections_resource_is_read_by_queries(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*MERGEABLE, "Name"])
    mock.post(f"{DATA}/composite/sobjects/Account", status=404, json=error("NOT_FOUND"))

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        ids = re.findall(r"'(\w{18})'", request.params["q"])
        assert len(ids) <= 200
        assert len(request.url) < 16_000
        return 200, HEADERS, json.dumps(page([account_row(int(one[5:15])) for one in ids]))

    mock.add_callback("GET", QUERY_ALL, callback=answer)
    org = adapter()
    assert all(isinstance(item, Account) for item in org.read("account", [account_id(n) for n in range(450)]))
    assert org.calls.made["read"] == 4
    org.read("account", [account_id(n) for n in range(450)])
    assert org.calls.made["read"] == 7, "the org is not asked twice for what it does not have"


def test_a_field_hidden_since_the_last_look_is_left_out_when_reading(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*SYSTEM, "Name"])
    mock.get(QUERY_ALL, status=400, json=error("INVALID_FIELD", "No such column 'Name' on entity 'Account'"))
    describe(mock, "Account", SYSTEM)
    mock.get(QUERY_ALL, json=page([account_row(1)]))
    (record,) = adapter().read("account", [account_id(1)])
    assert isinstance(record, Account)
    assert "Name" not in queries(mock)[-1]


def test_activity_ids_go_to_the_object_of_their_prefix(mock: responses.RequestsMock) -> None:
    describe(mock, "Task", SYSTEM)
    describe(mock, "Event", SYSTEM)
    mock.get(QUERY_ALL, json=page([{"Id": "00Txx000001a2b3AAA", "SystemModstamp": "2026-04-01T08:00:00.000+0000"}]))
    mock.get(QUERY_ALL, json=page([{"Id": "00Uxx000001a2b3AAA", "SystemModstamp": "2026-04-01T08:00:00.000+0000"}]))
    items = adapter().read("activity", ["00Uxx000001a2b3AAA", "00Txx000001a2b3AAA"])
    assert [item.ref.id for item in items] == ["00Uxx000001a2b3AAA", "00Txx000001a2b3AAA"]
    assert queries(mock)[0].endswith("FROM Task WHERE Id IN ('00Txx000001a2b3AAA')")


EVENT = "00Uxx000001a2b3AAA"


def test_nothing_is_said_to_be_gone_of_an_object_that_is_hidden(mock: responses.RequestsMock) -> None:
    describe(mock, "Task", SYSTEM)
    mock.get(QUERY_ALL, json=page([]))
    org = adapter()
    with pytest.raises(Unauthorized, match=r"Event is absent or hidden; grant .* read"):
        org.read("activity", [EVENT])
    with pytest.raises(Unauthorized, match="Account"):
        org.read("account", [account_id(1)])
    (task,) = org.read("activity", ["00Txx000001a2b3AAA"])
    assert isinstance(task, Tombstone), "of a visible object, who is absent is gone"


def test_an_object_that_becomes_visible_is_read_from_the_beginning_beside_the_changes_of_others(
    mock: responses.RequestsMock,
) -> None:
    describe(mock, "Task", SYSTEM)
    mock.get(QUERY_ALL, json=page([]))
    (before,) = adapter().pull("activity", None)
    describe(mock, "Event", SYSTEM)
    list(adapter().pull("activity", before.cursor))
    tasks, events = queries(mock)[-2:]
    assert "FROM Task WHERE SystemModstamp >= " in tasks
    assert "FROM Event WHERE SystemModstamp <= " in events


def pulled(mock: responses.RequestsMock, fields: list[Any], cursor: str | None, *rows: dict[str, Any]) -> list[Page]:
    """The pages of a pull of users, as one sees the object with these fields besides the usual ones."""
    mock.remove("GET", f"{DATA}/sobjects/User/describe")
    mock.remove("GET", QUERY_ALL)
    describe(mock, "User", ["Id", "SystemModstamp", *fields])
    mock.get(QUERY_ALL, json=page(list(rows)))
    return list(adapter().pull("user", cursor))


def is_whole(mock: responses.RequestsMock) -> bool:
    return "SystemModstamp >=" not in queries(mock)[-1]


def test_a_column_that_becomes_visible_is_read_of_records_that_did_not_change(mock: responses.RequestsMock) -> None:
    (first,) = pulled(mock, ["Name"], None)
    (same,) = pulled(mock, ["Name"], first.cursor)
    assert not is_whole(mock)
    (grown,) = pulled(mock, ["Name", "Email"], same.cursor)
    assert is_whole(mock)
    (after,) = pulled(mock, ["Name", "Email"], grown.cursor)
    assert not is_whole(mock), "once is enough"
    (shrunk,) = pulled(mock, ["Name"], after.cursor)
    assert is_whole(mock), "nobody keeps a value that cannot be seen any more"
    (less,) = pulled(mock, ["Name"], shrunk.cursor)
    assert not is_whole(mock)
    pulled(mock, ["Name", "Email"], less.cursor)
    assert is_whole(mock)


def test_a_column_that_appears_in_mid_pull_is_read_of_all_by_the_next_one(mock: responses.RequestsMock) -> None:
    rows = [{"Id": f"005xx000001a2b{n}AAA", "SystemModstamp": "2026-04-01T08:00:00.000+0000"} for n in range(2)]
    mock.get(f"{DATA}/query/0r8-1", json=page([rows[1]]))
    describe(mock, "User", ["Id", "SystemModstamp", "Name"])
    mock.get(QUERY_ALL, json=page(rows[:1], "0r8-1"))
    halfway, _ = adapter().pull("user", None)
    (resumed,) = pulled(mock, ["Name", "Email"], halfway.cursor, rows[1])
    assert f"Id > '{rows[0]['Id']}'" in queries(mock)[-1], "it goes on where it stood"
    (again,) = pulled(mock, ["Name", "Email"], resumed.cursor)
    assert is_whole(mock), "the first rows were read without the column"
    pulled(mock, ["Name", "Email"], again.cursor)
    assert not is_whole(mock)


def test_own_fields_are_no_reason_to_read_all_again_but_the_pulse_is(mock: responses.RequestsMock) -> None:
    def pull(fields: list[Any], cursor: str | None) -> str:
        mock.remove("GET", f"{DATA}/sobjects/Account/describe")
        describe(mock, "Account", [*SYSTEM, "Name", *fields])
        (only,) = adapter().pull("account", cursor)
        return only.cursor

    mock.get(QUERY_ALL, json=page([]))
    first = pull([], None)
    scored = pull(own_rows(["health_score"]), first)
    assert not is_whole(mock)
    pull(own_rows(["health_score", "pulse"]), scored)
    assert is_whole(mock)


def test_a_cursor_of_old_covers_what_is_visible_also_when_nothing_is_asked(mock: responses.RequestsMock) -> None:
    (kept,) = pulled(mock, ["Name"], '{"from": "2026-05-01T13:00:00+00:00"}')
    assert json.loads(kept.cursor) == {"from": "2026-05-01T13:00:00+00:00"}
    pulled(mock, ["Name"], '{"from": "2026-05-01T11:00:00+00:00"}')
    assert not is_whole(mock)


def test_a_right_lost_between_describe_and_query_costs_one_more_look(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*SYSTEM, "Name"])
    mock.get(QUERY_ALL, json=page([account_row(1)], "0r8-1"))
    mock.get(f"{DATA}/query/0r8-1", status=400, json=error("INVALID_FIELD", "No such column 'Name'"))
    describe(mock, "Account", SYSTEM)
    mock.get(QUERY_ALL, json=page([account_row(2)]))
    org = adapter()
    pages = list(org.pull("account", None))
    assert [item.ref.id for one in pages for item in one.items] == [account_id(1), account_id(2)]
    assert f"Id > '{account_id(1)}'" in queries(mock)[-1]
    assert "Name" not in queries(mock)[-1]
    assert org.calls.made["describe"] == 2


def test_a_query_that_stays_refused_is_refused(mock: responses.RequestsMock) -> None:
    describe(mock, "Account", [*SYSTEM, "Name"])
    mock.get(QUERY_ALL, status=400, json=error("INVALID_FIELD"))
    with pytest.raises(Refused, match="INVALID_FIELD"):
        list(adapter().pull("account", None))
    assert len(queries(mock)) == 2
