"""Pulls and reads beyond usual days: association pages, merges, gone ids, missing rights, the fewest calls."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import orjson
import pytest
from fake_hubspot import Asked, Portal, Said, adapter_for

from adapters.errors import Unauthorized
from adapters.hubspot import together
from adapters.hubspot.associations import ordered
from adapters.hubspot.search import changed, milliseconds
from adapters.records import Account, Deal, Person, Ticket, Tombstone, User
from adapters.registry import Context
from adapters.times import iso_milliseconds

STAMP = "2026-02-01T00:00:00.000Z"


def row(one: int, **properties: Any) -> dict[str, Any]:
    stamps = {"hs_lastmodifieddate": STAMP, "lastmodifieddate": STAMP}
    return {"id": str(one), "properties": {**stamps, **properties}, "updatedAt": STAMP}


def target(one: int | str, *, primary: bool = False) -> dict[str, Any]:
    kinds = [{"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None}]
    kinds += [{"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"}] if primary else []
    return {"toObjectId": one, "associationTypes": kinds}


def answers(table: dict[str, Callable[[Asked], Said]]) -> Portal:
    """A portal that answers by the end of the path, query aside."""

    def route(asked: Asked) -> Said:
        path = asked.path.partition("?")[0]
        return next((said(asked) for end, said in table.items() if path.endswith(end)), Said(404, {"message": path}))

    return Portal(route)


def searched(*rows: dict[str, Any]) -> Callable[[Asked], Said]:
    return lambda _: Said(200, {"total": len(rows), "results": list(rows)})


def test_once_a_call_has_failed_no_further_one_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are under way go on until the rest was called off."""
    over, begun = threading.Event(), []

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            over.set()
            super().shutdown(wait=wait)

    def call(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise Unauthorized("no")
        assert over.wait(30)

    monkeypatch.setattr(together, "ThreadPoolExecutor", Pool)
    with pytest.raises(Unauthorized):
        together.together([partial(call, number) for number in range(20)])
    assert len(begun) <= together.MOST + 1


def test_the_associations_of_a_batch_are_asked_for_at_once() -> None:
    """Each answer waits until the other was asked for, too."""
    both = threading.Barrier(2, timeout=30)

    def linked(asked: Asked) -> Said:
        both.wait()
        return Said(200, {"results": [{"from": {"id": "1"}, "to": [target(9 if "companies" in asked.path else 8)]}]})

    table = {"tickets/batch/read": lambda _: Said(200, {"results": [row(1)]}), "companies/batch/read": linked}
    portal = answers({**table, "contacts/batch/read": linked})
    with adapter_for(portal) as hubspot:
        (ticket,) = hubspot.read("ticket", ["1"])
    assert isinstance(ticket, Ticket)
    assert (ticket.account, ticket.person) == ("9", "8")
    assert hubspot.calls.made["association"] == 2


def test_several_companies_come_over_pages_with_the_primary_first() -> None:
    def linked(asked: Asked) -> Said:
        if asked.body["inputs"][0].get("after"):
            return Said(200, {"results": [{"from": {"id": "1"}, "to": [target("5")]}]})
        first = {"from": {"id": "1"}, "to": [target(9), target(30, primary=True), target(9)]}
        errors = [{"category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}]
        return Said(207, {"results": [first | {"paging": {"next": {"after": "x"}}}], "numErrors": 1, "errors": errors})

    portal = answers({"contacts/search": searched(row(1), row(2)), "companies/batch/read": linked})
    with adapter_for(portal) as hubspot:
        (page,) = hubspot.pull("person", None)
    first, second = page.items
    assert isinstance(first, Person)
    assert isinstance(second, Person)
    assert (first.accounts, second.accounts) == (("30", "5", "9"), ())
    assert portal.asked[1].body == {"inputs": [{"id": "1"}, {"id": "2"}]}


def test_the_order_of_links() -> None:
    assert ordered({"10": False, "9": False, "77": True}) == ("77", "9", "10")


def test_a_reference_that_a_property_names_is_not_asked_for_again() -> None:
    rows = row(1, hs_contact_id="5"), row(2, hs_contact_id="")
    linked = {"results": [{"from": {"id": "2"}, "to": [target(6)]}]}
    portal = answers(
        {"feedback_submissions/search": searched(*rows), "contacts/batch/read": lambda _: Said(200, linked)}
    )
    with adapter_for(portal) as hubspot:
        (page,) = hubspot.pull("response", None)
    assert [getattr(item, "person", None) for item in page.items] == ["5", "6"]
    assert portal.asked[1].body == {"inputs": [{"id": "2"}]}


def test_deals_without_their_flags_ask_the_pipelines_once_and_the_currency_once() -> None:
    stages = [{"id": "a", "metadata": {"isClosed": "true", "probability": "1.0"}}]
    portal = answers(
        {
            "deals/search": searched(row(1, dealstage="a", amount="5"), row(2, dealstage="b")),
            "companies/batch/read": lambda _: Said(200, {"results": []}),
            "pipelines/deals": lambda _: Said(200, {"results": [{"stages": stages}]}),
            "account-info/v3/details": lambda _: Said(200, {"companyCurrency": "EUR"}),
        }
    )
    with adapter_for(portal) as hubspot:
        (page,) = hubspot.pull("deal", None)
    won, odd = page.items
    assert isinstance(won, Deal)
    assert isinstance(odd, Deal)
    assert (won.status, won.currency, odd.status, odd.currency) == ("won", "EUR", "unknown", None)
    assert hubspot.calls.made == {"page": 1, "association": 1, "describe": 2}


def test_stages_are_remembered_until_one_is_named_that_was_not_among_them() -> None:
    stages = [{"id": "1", "metadata": {"ticketState": "OPEN"}}]
    portal = answers(
        {
            "tickets/batch/read": lambda asked: Said(
                200, {"results": [row(int(one["id"]), hs_pipeline_stage=one["id"]) for one in asked.body["inputs"]]}
            ),
            "companies/batch/read": lambda _: Said(200, {"results": []}),
            "contacts/batch/read": lambda _: Said(200, {"results": []}),
            "pipelines/tickets": lambda _: Said(200, {"results": [{"stages": stages}]}),
        }
    )
    with adapter_for(portal) as hubspot:
        said = [hubspot.read("ticket", [one]) for one in ("1", "1", "2", "2")]
        assert hubspot.calls.made["describe"] == 2, "once, and once for the stage 2, of which that tells nothing"
    assert [getattr(item, "status", None) for (item,) in said] == ["open", "open", "unknown", "unknown"]


def test_read_finds_survivors_of_merges_and_what_is_gone() -> None:
    rows = [row(1), row(9, hs_merged_object_ids="2;3")]
    portal = answers({"companies/batch/read": lambda _: Said(207, {"results": rows, "numErrors": 1, "errors": [{}]})})
    with adapter_for(portal) as hubspot:
        found = {item.ref.id: item for item in hubspot.read("account", ["1", "2", "4", "1"])}
    assert isinstance(found["1"], Account)
    assert isinstance(found["9"], Account)
    assert found["2"] == Tombstone(found["2"].ref, datetime(2026, 3, 1, 12, tzinfo=UTC), "9")
    assert isinstance(found["4"], Tombstone)
    assert found["4"].merged_into is None
    assert portal.asked[0].body["inputs"] == [{"id": "1"}, {"id": "2"}, {"id": "4"}]


def test_one_id_that_came_back_as_another_was_merged() -> None:
    portal = answers({"companies/batch/read": lambda _: Said(200, {"results": [row(9)]})})
    with adapter_for(portal) as hubspot:
        gone, survivor = hubspot.read("account", ["2"])
    assert isinstance(gone, Tombstone)
    assert (gone.merged_into, survivor.ref.id) == ("9", "9")


def test_reads_go_in_hundreds() -> None:
    portal = answers({"companies/batch/read": lambda asked: Said(200, {"results": asked.body["inputs"]})})
    with adapter_for(portal) as hubspot:
        assert len(hubspot.read("account", [str(one) for one in range(250)])) == 250
    assert sorted(len(asked.body["inputs"]) for asked in portal.asked) == [50, 100, 100], "at once, in any order"


def test_activities_are_read_from_the_object_that_their_id_names() -> None:
    portal = answers(
        {
            "objects/calls/batch/read": lambda _: Said(200, {"results": [row(1)]}),
            "objects/tasks/batch/read": lambda _: Said(200, {"results": []}),
            "batch/read": lambda _: Said(200, {"results": []}),
        }
    )
    with adapter_for(portal) as hubspot:
        found = {item.ref.id: type(item) for item in hubspot.read("activity", ["calls:1", "tasks:2", "17", "faxes:3"])}
    assert found.pop("calls:1").__name__ == "Activity"
    assert found == {"tasks:2": Tombstone, "17": Tombstone, "faxes:3": Tombstone}


def test_an_id_that_cannot_be_hubspots_is_gone_without_a_call() -> None:
    portal = Portal()
    with adapter_for(portal) as hubspot:
        found = hubspot.read("account", ["001000000000001AAA", "calls:1", ""])
    assert [type(item) for item in found] == [Tombstone] * 3
    assert [item.ref.id for item in found] == ["001000000000001AAA", "calls:1", ""]
    assert portal.asked == []


def test_merged_records_are_told_by_a_pull_too() -> None:
    with adapter_for(answers({"companies/search": searched(row(9, hs_merged_object_ids="2"))})) as hubspot:
        (page,) = hubspot.pull("account", None)
    survivor, gone = page.items
    assert isinstance(survivor, Account)
    assert isinstance(gone, Tombstone)
    assert (gone.ref.id, gone.merged_into) == ("2", "9")


@pytest.mark.parametrize(
    "said",
    [
        Said(403, {"category": "MISSING_SCOPES"}),
        Said(404, {"message": "unknown"}),
        Said(400, {"message": "Unable to infer object type from: feedback_submissions"}),
    ],
)
def test_an_object_that_is_not_there_or_hidden_yields_nothing(said: Said) -> None:
    with adapter_for(Portal(lambda _: said)) as hubspot:
        assert list(hubspot.pull("response", None)) == []
        assert list(hubspot.pull("contract", None)) == []


def test_companies_that_may_not_be_read_are_an_error() -> None:
    portal = Portal(lambda _: Said(403, {"category": "MISSING_SCOPES"}))
    with adapter_for(portal) as hubspot, pytest.raises(Unauthorized):
        list(hubspot.pull("account", None))


def test_a_pull_goes_on_where_its_cursor_says() -> None:
    portal = answers({"companies/search": searched()})
    with adapter_for(portal) as hubspot:
        list(hubspot.pull("account", '{"companies":{"from":5000,"until":9000,"id":17}}'))
        list(hubspot.pull("account", None, datetime(1970, 1, 1, 0, 1, tzinfo=UTC)))
    filters = [asked.body["filterGroups"][0]["filters"] for asked in portal.asked]
    assert [(one["operator"], one["value"]) for one in filters[0]] == [("EQ", "5000"), ("GT", "17")]
    assert [(one["operator"], one["value"]) for one in filters[1]] == [("GTE", "5001"), ("LTE", "9000")]
    assert [(one["operator"], one["value"]) for one in filters[2]] == [("GTE", "1000"), ("LTE", "60000")]


def test_a_pull_that_was_cut_in_its_middle_ends_as_one_that_was_not() -> None:
    """Rows that the vendor shows late are found by the overlap, which a resumed walk must not shorten."""

    def search(asked: Asked) -> Said:
        offset = int(asked.body.get("after", 0))
        since = int(asked.body["filterGroups"][0]["filters"][0]["value"])
        stamps = [f"2026-03-01T11:5{one // 60}:{one % 60:02d}Z" for one in range(400)]
        rows = [row(one, hs_lastmodifieddate=stamp) for one, stamp in enumerate(stamps)]
        left = [one for one in rows if milliseconds(changed(one, "hs_lastmodifieddate")) >= since]
        more = {"paging": {"next": {"after": str(offset + 200)}}} if offset + 200 < len(left) else {}
        return Said(200, {"total": len(left), "results": left[offset : offset + 200], **more})

    with adapter_for(answers({"companies/search": search}), context=Context(overlap=timedelta(minutes=15))) as hubspot:
        first, *_, last = hubspot.pull("account", None)
        assert orjson.loads(first.cursor)["companies"]["until"]
        assert list(hubspot.pull("account", first.cursor))[-1].cursor == last.cursor
    assert orjson.loads(last.cursor)["companies"]["from"] == milliseconds(datetime(2026, 3, 1, 11, 45, tzinfo=UTC))


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""What the fake's ``Date`` says."""


def running(stamps: dict[int, datetime], between: Callable[[int], None] = lambda _: None) -> Callable[[Asked], Said]:
    """Search over companies (id → stamp) that change while it is asked: ``between(n)`` after the n-th answer."""
    answered: list[Said] = []

    def holds(at: int, test: dict[str, str]) -> bool:
        return at >= int(test["value"]) if test["operator"] == "GTE" else at <= int(test["value"])

    def search(asked: Asked) -> Said:
        tests, offset = asked.body["filterGroups"][0]["filters"], int(asked.body.get("after", 0))
        found = sorted((at, one) for one, at in stamps.items() if all(holds(milliseconds(at), test) for test in tests))
        stamped = ((one, iso_milliseconds(at)) for at, one in found[offset : offset + 200])
        rows = [row(one, hs_lastmodifieddate=at, lastmodifieddate=at) for one, at in stamped]
        more = {"paging": {"next": {"after": str(offset + 200)}}} if offset + 200 < len(found) else {}
        answered.append(Said(200, {"total": len(found), "results": rows, **more}))
        between(len(answered))
        return answered[-1]

    return search


def test_the_associations_of_a_thousand_rows_are_one_call() -> None:
    stamps = {one: NOON - timedelta(days=1) + timedelta(seconds=one) for one in range(1, 1101)}
    nothing = {"companies/batch/read": lambda _: Said(200, {"results": []})}
    with adapter_for(answers({"contacts/search": running(stamps), **nothing})) as hubspot:
        pages = list(hubspot.pull("person", None))
    assert [len(page.items) for page in pages] == [200, 199, 199, 199, 199, 104]
    assert hubspot.calls.made == {"page": 6, "association": 2}


def test_rows_that_change_within_the_second_of_the_first_answer_make_no_other_be_skipped() -> None:
    stamps = {one: NOON - timedelta(hours=1) + timedelta(seconds=one) for one in range(1, 451)}

    def edit(answers: int) -> None:
        if answers == 1:
            stamps.update({one: NOON + timedelta(milliseconds=400 + one) for one in range(1, 6)})

    portal = answers({"companies/search": running(stamps, edit)})
    with adapter_for(portal, context=Context(overlap=timedelta(minutes=5))) as hubspot:
        *pages, last = hubspot.pull("account", None)
        found = [item.ref.id for page in (*pages, last) for item in page.items]
        assert sorted(found, key=int) == [str(one) for one in range(1, 451)]
        assert orjson.loads(last.cursor)["companies"]["from"] == milliseconds(NOON - timedelta(minutes=5))
        (later,) = hubspot.pull("account", last.cursor)
    assert [item.ref.id for item in later.items] == ["1", "2", "3", "4", "5"]


def test_a_window_of_several_answers_ends_before_the_running_second_and_the_next_begins_with_it() -> None:
    stamps = {one: NOON - timedelta(seconds=one) for one in range(1, 202)} | {900: NOON + timedelta(milliseconds=7)}
    with adapter_for(answers({"companies/search": running(stamps)}), context=Context(overlap=timedelta())) as hubspot:
        *pages, last = hubspot.pull("account", None)
        found = {item.ref.id for page in (*pages, last) for item in page.items}
        assert found == {str(one) for one in range(1, 202)}
        (later,) = hubspot.pull("account", last.cursor)
    assert [item.ref.id for item in later.items] == ["900"]


def test_one_answer_that_is_the_whole_window_brings_the_running_second_too() -> None:
    stamps = {1: NOON + timedelta(milliseconds=7)}
    with adapter_for(answers({"companies/search": running(stamps)}), context=Context(overlap=timedelta())) as hubspot:
        (page,) = hubspot.pull("account", None)
    assert [item.ref.id for item in page.items] == ["1"]
    assert orjson.loads(page.cursor)["companies"] == {"from": milliseconds(NOON)}


@pytest.mark.parametrize("status", [400, 403, 404])
def test_an_object_without_a_list_of_the_deleted_is_read_nevertheless(status: int) -> None:
    def archived(asked: Asked) -> Said:
        message = "Paging through deleted objects is not yet supported"
        return Said(status, {"message": message, "category": "VALIDATION_ERROR"})

    table = {"feedback_submissions/search": searched(row(1)), "objects/feedback_submissions": archived}
    nothing = {"contacts/batch/read": lambda _: Said(200, {"results": []})}
    with adapter_for(answers(table | nothing)) as hubspot:
        *_, first = hubspot.pull("response", None)
        *_, last = hubspot.pull("response", first.cursor)
    assert hubspot.calls.made["page"] == 3
    assert orjson.loads(last.cursor)["feedback_submissions archived"]["pages"] == 1


def owners(asked: Asked) -> Said:
    if "archived=true" in asked.path:
        return Said(200, {"results": [{"id": "3", "archived": True, "updatedAt": "2026-02-20T00:00:00Z"}]})
    if "after=2" in asked.path:
        return Said(200, {"results": [{"id": "2", "updatedAt": "2026-02-10T00:00:00Z"}]})
    first = {"id": "1", "email": "csm-1@example.com", "updatedAt": "2026-01-01T00:00:00Z"}
    return Said(200, {"results": [first], "paging": {"next": {"after": "2"}}})


def test_owners_come_whole_and_later_only_the_changed() -> None:
    with adapter_for(answers({"owners": owners}), context=Context(overlap=timedelta(days=12))) as hubspot:
        pages = list(hubspot.pull("user", None))
        users = [item for page in pages for item in page.items if isinstance(item, User)]
        assert [(one.ref.id, one.active) for one in users] == [("1", True), ("2", True), ("3", False)]
        assert orjson.loads(pages[0].cursor) == {"owners": {"from": 0}}
        (later,) = hubspot.pull("user", pages[-1].cursor)
    assert [item.ref.id for item in later.items] == ["3"]


def test_owners_are_read_from_the_list() -> None:
    with adapter_for(answers({"owners": owners})) as hubspot:
        first, gone = hubspot.read("user", ["1", "99"])
    assert isinstance(first, User)
    assert isinstance(gone, Tombstone)


def test_check_reports_what_is_hidden_and_missing() -> None:
    def route(asked: Asked) -> Said:
        if "details" in asked.path:
            headers = {"X-HubSpot-RateLimit-Daily": "1000", "X-HubSpot-RateLimit-Daily-Remaining": "900"}
            return Said(200, {"portalId": 62515}, headers)
        if "tickets" in asked.path or "emails" in asked.path:
            return Said(403, {"category": "MISSING_SCOPES", "message": "no scope"})
        return Said(200, {"results": [{"name": "name"}, {"name": "hs_timestamp", "type": "datetime"}]})

    with adapter_for(Portal(route), context=Context(org_id="1")) as hubspot:
        report = hubspot.check()
    assert report.org_id == "62515"
    assert set(report.kinds) == {"account", "person", "activity", "deal", "response", "user"}
    assert "domain" in report.missing["account"]
    assert "name" not in report.missing["account"]
    assert report.quota is not None
    assert (report.quota.limit, report.quota.remaining) == (1000, 900)
    unfit = [finding for finding in report.findings if "has no field" in finding.what]
    assert {finding.what.split(":")[0] for finding in unfit} >= {"account.domain", "deal.amount", "activity.direction"}
    others = [finding for finding in report.findings if finding not in unfit]
    levels = sorted((finding.level, finding.what.split(":")[0]) for finding in others)
    assert [level for level, _ in levels] == ["error", "warning", "warning"]


def test_check_raises_when_the_token_is_not_accepted() -> None:
    portal = Portal(lambda _: Said(401, {"category": "INVALID_AUTHENTICATION"}))
    with adapter_for(portal) as hubspot, pytest.raises(Unauthorized):
        hubspot.check()


def test_a_history_is_ascending_and_says_only_what_changed() -> None:
    versions = [
        {"value": "", "timestamp": "2026-02-03T00:00:00Z", "sourceType": "CRM_UI"},
        {"value": "customer", "timestamp": "2026-02-02T00:00:00.5Z"},
        {"value": "evangelist", "timestamp": "2026-02-01T00:00:00.000Z"},
        {"value": "lead", "timestamp": "2026-01-01T00:00:00.000Z"},
        {"value": "lead", "timestamp": None},
    ]
    told = row(1) | {"propertiesWithHistory": {"lifecyclestage": versions, "domain": []}}
    portal = answers({"companies/batch/read": lambda _: Said(200, {"results": [told, row(9)]})})
    with adapter_for(portal) as hubspot:
        (past,) = hubspot.history("account", ["1", "2", "1", "x"], ["status", "domain", "no such field"])
        assert hubspot.history("account", ["1"], ["no such field"]) == []
        assert hubspot.history("user", ["1"], ["name"]) == []
    assert (past.ref.id, past.field) == ("1", "status")
    assert [(at.isoformat(), value) for at, value in past.turns] == [
        ("2026-01-01T00:00:00+00:00", "prospect"),
        ("2026-02-01T00:00:00+00:00", "customer"),
        ("2026-02-03T00:00:00+00:00", None),
    ]
    (asked,) = portal.asked
    assert asked.body["propertiesWithHistory"] == ["lifecyclestage", "domain"]
    assert asked.body["inputs"] == [{"id": "1"}, {"id": "2"}]


def test_a_stage_of_the_past_is_what_its_pipeline_says_of_it() -> None:
    stages = [{"id": "a", "metadata": {"isClosed": "true", "probability": "1.0"}}]
    versions = [{"value": "a", "timestamp": "2026-02-02T00:00:00Z"}]
    told = row(1) | {"propertiesWithHistory": {"dealstage": versions}}
    portal = answers(
        {
            "deals/batch/read": lambda _: Said(200, {"results": [told]}),
            "pipelines/deals": lambda _: Said(200, {"results": [{"stages": stages}]}),
        }
    )
    with adapter_for(portal) as hubspot:
        status, stage = hubspot.history("deal", ["1"], ["status", "stage"])
    assert (status.turns[0][1], stage.turns[0][1]) == ("won", "a")
