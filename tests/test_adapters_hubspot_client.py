"""HubSpot's HTTP edge over a real socket: time-outs, limits, gateways and odd bodies become error families."""

import gzip
import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from fake_hubspot import DATE, TOKEN, Asked, Portal, Said, adapter_for, connection

from adapters.contract import Patch
from adapters.errors import AdapterError, Locked, Lost, QuotaSpent, Refused, Retry, Unauthorized
from adapters.hubspot.adapter import open_connection
from adapters.records import Account, Ref
from adapters.registry import Context
from adapters.retrying import Patience
from config.fields import OwnField

EMPTY = Said(200, {"total": 0, "results": []})
DETAILS = Said(200, {"portalId": 62515, "timeZone": "Europe/Berlin", "companyCurrency": "EUR"})
NPS = OwnField("nps", "NPS", "number")
OWN = Context(own=(NPS,))


def error(message: str = "no", **more: Any) -> dict[str, Any]:
    return {"status": "error", "message": message, **more}


def patches(count: int = 1) -> list[Patch]:
    return [Patch(Ref("hs", "account", str(number + 1)), {"nps": 10}) for number in range(count)]


def test_a_read_is_repeated_after_limits_and_faults_and_every_request_is_counted() -> None:
    waits: list[float] = []
    portal = Portal()
    portal.script = [
        Said(429, error(policyName="SECONDLY", errorType="RATE_LIMIT")),
        Said(503, b"<html>unavailable</html>", {"Content-Type": "text/html"}),
        Said(cut=True),
        EMPTY,
    ]
    with adapter_for(portal, waits) as hubspot:
        pages = list(hubspot.pull("account", None))
    assert [len(page.items) for page in pages] == [0]
    assert hubspot.calls.made == {"page": 4}
    assert waits[0] == 1.0


@pytest.mark.parametrize(
    ("body", "headers", "waited"),
    [
        (error(policyName="TEN_SECONDLY_ROLLING"), {}, 10.0),
        (error(policyName="SECONDLY"), {}, 1.0),
        (error(policyName="SECONDLY"), {"Retry-After": "3"}, 3.0),
        (error(), {}, 10.0),
    ],
)
def test_how_long_a_limit_is_waited_for(body: dict[str, Any], headers: dict[str, str], waited: float) -> None:
    waits: list[float] = []
    portal = Portal()
    portal.script = [Said(429, body, headers), EMPTY]
    with adapter_for(portal, waits) as hubspot:
        list(hubspot.pull("account", None))
    assert waits[0] == waited, "what is waited after that is the pace, which nobody's sleep has moved here"


def test_the_daily_limit_ends_at_midnight_in_the_portals_zone() -> None:
    portal = Portal()
    portal.script = [DETAILS, Said(429, error(policyName="DAILY"))]
    with adapter_for(portal) as hubspot:
        hubspot._portal.look()
        with pytest.raises(QuotaSpent) as spent:
            list(hubspot.pull("account", None))
    assert spent.value.until == datetime(2026, 3, 1, 23, tzinfo=UTC)


def test_until_the_portals_zone_is_known_the_daily_limit_ends_at_midnight_in_the_workspaces() -> None:
    limited = Said(429, error(policyName="DAILY"), {"Retry-After": "1"})
    context = Context(zone=ZoneInfo("Asia/Tokyo"))
    with adapter_for(Portal(lambda _: limited), context=context) as hubspot, pytest.raises(QuotaSpent) as spent:
        list(hubspot.pull("account", None))
    assert spent.value.until == datetime(2026, 3, 1, 15, tzinfo=UTC)
    assert hubspot.calls.made == {"page": 1}
    portal = Portal()
    portal.script = [Said(200, {"portalId": 1, "timeZone": "Mars/Base"}), limited]
    with adapter_for(portal, context=context) as hubspot:
        hubspot.identify()
        with pytest.raises(QuotaSpent) as spent:
            list(hubspot.pull("account", None))
    assert spent.value.until == datetime(2026, 3, 1, 15, tzinfo=UTC)


def test_a_text_cut_inside_a_character_does_not_cost_the_page() -> None:
    row = (
        rb'{"id":"1","properties":{"name":"cut \ud83d","numberofemployees":"1e20"},"updatedAt":"2026-02-01T00:00:00Z"}'
    )
    with adapter_for(Portal(lambda _: Said(200, b'{"total":1,"results":[%s]}' % row))) as hubspot:
        (page,) = hubspot.pull("account", None)
    (account,) = page.items
    assert isinstance(account, Account)
    assert (account.name, account.employees) == ("cut \N{REPLACEMENT CHARACTER}", None)


@pytest.mark.parametrize(
    ("said", "family"),
    [
        (Said(401, error(category="EXPIRED_AUTHENTICATION")), Unauthorized),
        (Said(403, error(category="MISSING_SCOPES")), Unauthorized),
        (Said(400, error(category="VALIDATION_ERROR")), Refused),
        (Said(423, error()), Locked),
        (Said(477, error(), {"Retry-After": "86400"}), Retry),
        (Said(500, error()), Lost),
        (Said(502, b"<html>\xff\xfe</html>"), Lost),
        (Said(521, b""), Retry),
        (Said(524, b"<html/>"), Lost),
        (Said(200, b"<html>login</html>"), Lost),
        (Said(200, b"[1]"), Lost),
        (Said(200, b"[" * 100_000), Lost),
    ],
)
def test_answers_become_families(said: Said, family: type[AdapterError]) -> None:
    with adapter_for(Portal(lambda _: said)) as hubspot, pytest.raises(AdapterError) as raised:
        list(hubspot.pull("account", None))
    assert type(raised.value) is family
    assert TOKEN not in str(raised.value)


def test_a_missing_scope_is_named() -> None:
    body = error("This app hasn't been granted all required scopes.", category="MISSING_SCOPES")
    body["errors"] = [{"message": "x", "context": {"requiredGranularScopes": ["crm.objects.companies.read"]}}]
    with (
        adapter_for(Portal(lambda _: Said(403, body))) as hubspot,
        pytest.raises(Unauthorized, match=r"crm\.objects\.companies\.read"),
    ):
        list(hubspot.pull("account", None))


def test_a_write_without_an_answer_is_lost_and_not_sent_again() -> None:
    portal = Portal(lambda _: Said(200, {"results": []}, delay=0.6))
    with adapter_for(portal, timeout=timedelta(seconds=0.1), context=OWN) as hubspot:
        outcomes = hubspot.write(patches(2))
    assert [outcome.status for outcome in outcomes] == ["lost", "lost"]
    assert len(portal.asked) == 1


@pytest.mark.parametrize("said", [Said(500, error()), Said(504, b"<html/>"), Said(cut=True)])
def test_a_write_that_a_gateway_gave_up_on_is_lost(said: Said) -> None:
    portal = Portal(lambda _: said)
    with adapter_for(portal, context=OWN) as hubspot:
        assert [outcome.status for outcome in hubspot.write(patches())] == ["lost"]
    assert len(portal.asked) == 1


@pytest.mark.parametrize("status", [423, 429, 503])
def test_a_write_that_was_not_applied_is_sent_again(status: int) -> None:
    portal = Portal()
    portal.script = [Said(status, error()), Said(200, {"results": [{"id": "1"}]})]
    with adapter_for(portal, context=OWN) as hubspot:
        assert [outcome.status for outcome in hubspot.write(patches())] == ["written"]
    assert hubspot.calls.made == {"write": 2}


def test_a_write_that_is_never_admitted_raises_while_nothing_was_applied() -> None:
    with adapter_for(Portal(lambda _: Said(429, error())), context=OWN) as hubspot, pytest.raises(Retry):
        hubspot.write(patches(3))


def test_a_refused_connection_means_not_applied() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        hubspot = open_connection(connection(url), Context(own=(NPS,), patience=Patience(sleep=lambda _: None)))
        with pytest.raises(Retry) as raised:
            hubspot.write(patches())
        hubspot.close()
    assert not isinstance(raised.value, Lost)


def test_requests_carry_the_token_and_ask_for_gzip() -> None:
    zipped = Said(200, gzip.compress(b'{"total": 0, "results": []}'), {"Content-Encoding": "gzip"})
    portal = Portal(lambda _: zipped)
    with adapter_for(portal) as hubspot:
        assert len(list(hubspot.pull("account", None))) == 1
    assert portal.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert portal.asked[0].headers["accept-encoding"] == "gzip"


def test_an_exhausted_window_is_waited_out_before_the_next_call() -> None:
    waits: list[float] = []
    spent = {"X-HubSpot-RateLimit-Remaining": "0", "X-HubSpot-RateLimit-Interval-Milliseconds": "10000"}
    portal = Portal(lambda _: Said(200, {"results": []}, spent))
    with adapter_for(portal, waits) as hubspot:
        list(hubspot.pull("account", None))
        list(hubspot.pull("account", None))
    assert len(waits) == 1
    assert waits[0] == pytest.approx(10, abs=0.5)


def test_one_connection_serves_many_calls_and_nothing_is_sent_on_opening() -> None:
    portal = Portal(lambda _: EMPTY)
    with adapter_for(portal) as hubspot:
        assert portal.asked == []
        for _ in range(3):
            list(hubspot.pull("account", None))
        pool = hubspot._client._api.rest_client.pool_manager.connection_from_url(
            hubspot._client._api.configuration.host
        )
        assert pool.num_connections == 1


def test_the_date_of_the_answer_is_the_vendors_now() -> None:
    with adapter_for(Portal(lambda _: EMPTY), context=Context(overlap=timedelta(minutes=5))) as hubspot:
        (page,) = hubspot.pull("account", None)
    assert DATE == "Sun, 01 Mar 2026 12:00:00 GMT"
    until = datetime(2026, 3, 1, 11, 55, tzinfo=UTC)
    assert orjson.loads(page.cursor)["companies"] == {"from": int(until.timestamp() * 1000)}


def test_a_path_part_is_encoded() -> None:
    portal = Portal(lambda asked: EMPTY if isinstance(asked, Asked) else Said())
    with adapter_for(portal, map={"response": {"object": "p_survey/../x", "fields": {}}}) as hubspot:
        list(hubspot.pull("response", None))
    assert portal.asked[0].path == "/crm/v3/objects/p_survey%2F..%2Fx/search"
