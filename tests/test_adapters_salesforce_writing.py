"""Writes against canned answers: what is sent, and what became of each patch."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests
import responses
from fake_salesforce import DATA, HEADERS, NOW, OWN, Sleeps, account_id, adapter, error, token

from adapters.contract import Patch
from adapters.errors import QuotaSpent, Retry, Unauthorized
from adapters.records import Fields, Ref, Value
from adapters.salesforce.writing import encoded

COLLECTION = f"{DATA}/composite/sobjects"
Answer = tuple[int, dict[str, str], str]


@pytest.fixture
def mock() -> Any:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        token(mocked)
        yield mocked


def patch(number: int, **fields: Value) -> Patch:
    changed: Fields = fields or {"health_score": 50.0}
    return Patch(Ref("sf", "account", account_id(number)), changed)


def collection(mock: responses.RequestsMock, judge: Callable[[list[str]], Any]) -> list[list[str]]:
    """The collections resource; ``judge`` gives (status, body) for the ids of a call. Returns the ids of each call."""
    sent: list[list[str]] = []

    def answer(request: Any) -> Answer:
        ids = [record["Id"] for record in json.loads(request.body)["records"]]
        sent.append(ids)
        status, body = judge(ids)
        return status, HEADERS, json.dumps(body)

    mock.add_callback("PATCH", COLLECTION, callback=answer)
    return sent


def good(one: str) -> dict[str, Any]:
    return {"id": one, "success": True, "errors": []}


def bad(code: str) -> dict[str, Any]:
    return {"success": False, "errors": [{"statusCode": code, "message": "no", "fields": ["Name"]}]}


def statuses(outcomes: Sequence[Any]) -> list[str]:
    return [outcome.status for outcome in outcomes]


def test_what_is_sent_is_what_salesforce_takes(mock: responses.RequestsMock) -> None:
    collection(mock, lambda ids: (200, [good(one) for one in ids]))
    org = adapter()
    (outcome,) = org.write(
        [
            patch(
                1, health_score=72.449, nps=-12.6, risk_flags=("detractor", "silent"), risk_since=date(2026, 4, 30),
                scored_at=datetime(2026, 4, 30, 22, 0, 5, 999, tzinfo=UTC), health_reasons=None, health_band="red",
            )
        ]
    )  # fmt: skip
    request = mock.calls[-1].request
    assert request.headers["Sforce-Call-Options"] == "client=csbridge"
    text = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
    assert text.index("attributes") < text.index('"Id"') < text.index("CSB_")
    assert json.loads(text) == {
        "allOrNone": False,
        "records": [
            {
                "attributes": {"type": "Account"},
                "Id": account_id(1),
                "CSB_Health_Score__c": 72.4,
                "CSB_Nps__c": -13,
                "CSB_Risk_Flags__c": "detractor;silent",
                "CSB_Risk_Since__c": "2026-04-30",
                "CSB_Scored_At__c": "2026-04-30T22:00:05Z",
                "CSB_Health_Reasons__c": None,
                "CSB_Health_Band__c": "red",
            }
        ],
    }
    assert (outcome.status, outcome.at) == ("written", NOW)
    assert org.calls.made == {"token": 1, "write": 1}


def test_outcomes_are_matched_by_position(mock: responses.RequestsMock) -> None:
    second = account_id(2)
    collection(
        mock, lambda ids: (200, [bad("INVALID_CROSS_REFERENCE_KEY") if one == second else good(one) for one in ids])
    )
    outcomes = adapter().write([patch(1), patch(2), patch(3)])
    assert statuses(outcomes) == ["written", "refused", "written"]
    assert (outcomes[1].code, outcomes[1].message) == ("INVALID_CROSS_REFERENCE_KEY", "no [Name]")


def test_two_hundred_go_in_one_call(mock: responses.RequestsMock) -> None:
    sent = collection(mock, lambda ids: (200, [good(one) for one in ids]))
    org = adapter()
    assert set(statuses(org.write([patch(n) for n in range(200)]))) == {"written"}
    assert len(sent) == 1
    assert set(statuses(org.write([patch(n) for n in range(401)]))) == {"written"}
    assert [len(ids) for ids in sent[1:]] == [200, 200, 1]


def test_more_than_one_write_takes_are_not_taken(mock: responses.RequestsMock) -> None:
    with pytest.raises(ValueError, match="100001"):
        adapter().write([patch(1)] * 100_001)


def test_only_own_fields_that_csbridge_writes_are_ever_sent(mock: responses.RequestsMock) -> None:
    sent = collection(mock, lambda ids: (200, [good(one) for one in ids]))
    deal = Patch(Ref("sf", "deal", "006xx000001a2b3AAA"), {"health_score": 1.0})
    outcomes = adapter().write([patch(1, pulse="red"), patch(2, name="x"), deal, patch(3), patch(4, nps=float("nan"))])
    assert statuses(outcomes) == ["refused", "refused", "refused", "written", "refused"]
    assert sent == [[account_id(3)]]


def test_the_same_record_twice_in_one_call_waits_for_the_next(mock: responses.RequestsMock) -> None:
    sent = collection(mock, lambda ids: (200, [good(one) for one in ids]))
    outcomes = adapter().write([patch(1, nps=1), patch(2), patch(1, nps=2)])
    assert statuses(outcomes) == ["written", "written", "later"]
    assert sent == [[account_id(1), account_id(2)]]


def test_a_locked_row_is_sent_again_alone_and_once(mock: responses.RequestsMock) -> None:
    calls: list[int] = []

    def judge(ids: list[str]) -> Any:
        calls.append(len(ids))
        locked = account_id(2) if len(calls) < 2 else ""
        return 200, [bad("UNABLE_TO_LOCK_ROW") if one == locked else good(one) for one in ids]

    sent = collection(mock, judge)
    sleeps = Sleeps()
    assert statuses(adapter(sleeps=sleeps).write([patch(1), patch(2)])) == ["written", "written"]
    assert sent == [[account_id(1), account_id(2)], [account_id(2)]]
    assert sleeps.taken == [0.5]


def test_a_row_that_stays_locked_may_be_sent_later(mock: responses.RequestsMock) -> None:
    sent = collection(
        mock, lambda ids: (200, [bad("UNABLE_TO_LOCK_ROW") if one == account_id(2) else good(one) for one in ids])
    )
    outcomes = adapter().write([patch(1), patch(2)])
    assert statuses(outcomes) == ["written", "later"]
    assert (outcomes[1].code, outcomes[1].message) == ("UNABLE_TO_LOCK_ROW", "no [Name]")
    assert len(sent) == 2


def test_a_busy_org_leaves_a_locked_row_for_later(mock: responses.RequestsMock) -> None:
    mock.patch(COLLECTION, json=[good(account_id(1)), bad("UNABLE_TO_LOCK_ROW")], headers=HEADERS)
    mock.patch(COLLECTION, status=503, json=error("SERVER_UNAVAILABLE"), headers=HEADERS)
    org = adapter()
    outcomes = org.write([patch(1), patch(2)])
    assert statuses(outcomes) == ["written", "later"]
    assert outcomes[1].code == "UNABLE_TO_LOCK_ROW"
    assert org.calls.made["write"] == 2


def test_a_record_that_was_deleted_is_gone(mock: responses.RequestsMock) -> None:
    gone = account_id(2)
    collection(mock, lambda ids: (200, [bad("ENTITY_IS_DELETED") if one == gone else good(one) for one in ids]))
    outcomes = adapter().write([patch(1), patch(2)])
    assert statuses(outcomes) == ["written", "gone"]
    assert (outcomes[1].code, outcomes[1].at) == ("ENTITY_IS_DELETED", NOW)


def test_a_lost_answer_leaves_all_of_the_call_lost(mock: responses.RequestsMock) -> None:
    mock.patch(COLLECTION, body=requests.ReadTimeout("slow"))
    org = adapter()
    assert statuses(org.write([patch(1), patch(2)])) == ["lost", "lost"]
    assert org.calls.made["write"] == 1


def test_an_answer_of_another_length_tells_nothing(mock: responses.RequestsMock) -> None:
    collection(mock, lambda ids: (200, [good(ids[0])]))
    assert statuses(adapter().write([patch(1), patch(2)])) == ["lost", "lost"]


def test_a_lock_then_a_cut_leaves_only_the_locked_one_lost(mock: responses.RequestsMock) -> None:
    first = [good(account_id(1)), bad("UNABLE_TO_LOCK_ROW")]
    mock.patch(COLLECTION, json=first, headers=HEADERS)
    mock.patch(COLLECTION, body=requests.ConnectionError("reset"))
    assert statuses(adapter().write([patch(1), patch(2)])) == ["written", "lost"]


def test_a_batch_that_is_refused_whole_is_halved_until_the_bad_record_stands_alone(
    mock: responses.RequestsMock,
) -> None:
    poison = account_id(5)

    def judge(ids: list[str]) -> Any:
        if poison in ids:
            return 400, error("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "trigger: Too many SOQL queries: 101")
        return 200, [good(one) for one in ids]

    sent = collection(mock, judge)
    outcomes = adapter().write([patch(n) for n in range(8)])
    assert statuses(outcomes) == ["written"] * 5 + ["refused"] + ["written"] * 2
    assert "Too many SOQL" in outcomes[5].message
    assert len(sent) == 7


def test_a_column_that_was_hidden_refuses_all_that_carry_it_without_halving(mock: responses.RequestsMock) -> None:
    refusal = error("INVALID_FIELD", "No such column 'CSB_Health_Score__c' on sobject of type Account")
    sent = collection(mock, lambda ids: (400, refusal))
    outcomes = adapter().write([patch(n) for n in range(200)])
    assert {(outcome.status, outcome.code) for outcome in outcomes} == {("refused", "INVALID_FIELD")}
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("status", "body", "family"),
    [
        (503, error("SERVER_UNAVAILABLE"), Retry),
        (401, error("INVALID_SESSION_ID"), Unauthorized),
        (403, error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), QuotaSpent),
    ],
)
def test_while_nothing_is_applied_the_family_is_raised(
    mock: responses.RequestsMock, status: int, body: Any, family: type[Exception]
) -> None:
    collection(mock, lambda ids: (status, body))
    with pytest.raises(family):
        adapter().write([patch(1), patch(2)])


def test_once_a_part_is_applied_the_rest_is_later(mock: responses.RequestsMock) -> None:
    def judge(ids: list[str]) -> Any:
        if len(ids) > 1:
            return 400, error("JSON_PARSER_ERROR")
        if ids == [account_id(1)]:
            return 200, [good(ids[0])]
        return 403, error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")

    collection(mock, judge)
    assert statuses(adapter().write([patch(1), patch(2)])) == ["written", "later"]


def test_blank_is_null_and_a_flag_is_no_number() -> None:
    reasons = next(field for field in OWN if field.name == "health_reasons")
    score = next(field for field in OWN if field.name == "health_score")
    flags = next(field for field in OWN if field.name == "risk_flags")
    assert (encoded(reasons, ""), encoded(flags, ()), encoded(score, None)) == (None, None, None)
    with pytest.raises(ValueError, match="takes a number"):
        encoded(score, True)


def test_nothing_to_write_makes_no_call() -> None:
    org = adapter()
    assert org.write([]) == []
    assert sum(org.calls.made.values()) == 0


def test_a_refusal_of_one_record_is_no_exception(mock: responses.RequestsMock) -> None:
    collection(mock, lambda ids: (400, error("JSON_PARSER_ERROR", "bad")))
    (outcome,) = adapter().write([patch(1)])
    assert (outcome.status, outcome.code) == ("refused", "JSON_PARSER_ERROR")
