"""The control surface of a sandbox: faults, clock, edits, deliveries and their retries, what was written."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import sandbox_salesforce as sales
from defusedxml import ElementTree
from sandbox_salesforce import V

from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.faults import BadFault, Faults
from adapters.sandbox.notify import BadAddress, checked_address
from adapters.sandbox.serve import Sandbox, write_usage

ACK = (
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    b'<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>'
    b"</soapenv:Body></soapenv:Envelope>"
)


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with sales.sandbox() as made:
        yield made


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """One sandbox for tests that change nothing in it."""
    with sales.sandbox() as made:
        yield made


@pytest.fixture
def http(box: Sandbox) -> requests.Session:
    return sales.bearer(box)


class Receiver(HTTPServer):
    """Keeps what is posted to it and answers with the next of ``answers`` (the last one for ever)."""

    def __init__(self, answers: list[tuple[int, bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.bodies, self.headers = answers, list[bytes](), list[dict[str, str]]()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.headers.append(dict(self.headers))
        status, body = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def receiving(*answers: tuple[int, bytes]) -> Iterator[Receiver]:
    receiver = Receiver(list(answers))
    thread = threading.Thread(target=receiver.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        thread.join()
        receiver.server_close()


def control(box: Sandbox, path: str, body: object = None, method: str | None = None) -> Any:
    verb = method or ("GET" if body is None else "POST")
    return requests.request(verb, f"{box.url}/_sandbox/{path}", json=body, timeout=10)


def delivered(box: Sandbox, number: int, state: str) -> dict[str, Any]:
    """The delivery once it is in ``state``; fails after a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found: dict[str, Any] = control(box, "events").json()[number - 1]
        if found["state"] == state:
            return found
        time.sleep(0.01)
    raise AssertionError(f"delivery {number} did not become {state}: {found}")


def test_the_clock_runs_on_from_where_it_is_put() -> None:
    ticks = iter([0.0, 10.0, 12.5, 20.0, 21.0])
    clock = SandboxClock(datetime(2026, 5, 1, tzinfo=UTC), lambda: next(ticks))
    assert clock.now() == datetime(2026, 5, 1, 0, 0, 10, tzinfo=UTC)
    assert clock.advance(3600) == datetime(2026, 5, 1, 1, 0, 12, 500_000, tzinfo=UTC)
    clock.set(datetime(2027, 1, 1, 2, tzinfo=UTC))
    assert clock.now() == datetime(2027, 1, 1, 2, 0, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="time zone"):
        clock.set(datetime(2027, 1, 1, tzinfo=UTC).replace(tzinfo=None))


def test_the_clock_is_moved_by_call_and_stamps_the_date_header(box: Sandbox) -> None:
    told = control(box, "clock", {"now": "2026-06-01T12:00:00Z"}).json()
    assert told["now"].startswith("2026-06-01T12:00:0")
    control(box, "clock", {"advance_s": 86_400})
    answer = requests.get(f"{box.url}/services/data/", timeout=5)
    assert answer.headers["Date"].startswith("Tue, 02 Jun 2026 12:00:0")


@pytest.mark.parametrize(
    ("path", "body", "part"),
    [
        ("clock", {"now": "yesterday"}, "not a moment"),
        ("clock", {"now": "2026-06-01T12:00:00"}, "time zone"),
        ("clock", {"advance_s": "1h"}, "must be a number"),
        ("clock", {"when": 1}, "unknown keys: when"),
        ("clock", [1], "JSON object"),
        ("faults", {"kind": "flood"}, "kind must be one of"),
        ("faults", {"kind": "401", "times": 0}, "times"),
        ("faults", {"kind": "401", "hold_s": -1}, "hold_s"),
        ("faults", {"kind": "401", "speed": 1}, "unknown keys: speed"),
        ("faults", {"kind": "status", "status": 99}, "status must be a whole number from 200 to 599"),
        ("faults", {"kind": "status", "body": "xml"}, "body must be one of"),
        ("faults", {"kind": "cut", "done": 1}, "done must be true or false"),
        ("edit", {"fields": {}}, "object must name"),
        ("edit", {"object": "Nope", "fields": {}}, "INVALID_TYPE"),
        ("edit", {"object": "Account", "id": "001000000000000AAA", "fields": {}}, "there is no Account"),
        ("edit", {"object": "Account", "delete": True}, "delete needs an id"),
        ("edit", {"object": "Account", "fields": {"Name": None}}, "REQUIRED_FIELD_MISSING"),
        ("events", {"numbers": [7]}, "there is no delivery 7"),
    ],
)
def test_malformed_control_input_is_explained(shared: Sandbox, path: str, body: object, part: str) -> None:
    answer = control(shared, path, body)
    assert answer.status_code == 400
    assert part in answer.json()["error"]


def test_faults_are_taken_in_order_and_used_up() -> None:
    faults = Faults()
    faults.add({"kind": "refuse", "match": "account", "id": "1", "times": 2, "code": "A"})
    faults.add({"kind": "refuse", "code": "B"})
    taken = [faults.take(("refuse",), ("Account",), (row_id,)) for row_id in ("1", "2", "1", "1")]
    assert [fault and fault.code for fault in taken] == ["A", "B", "A", None]
    assert faults.listed() == []
    with pytest.raises(BadFault):
        faults.add({"kind": 5})


def test_a_fault_lets_as_many_calls_pass_as_it_was_told() -> None:
    faults = Faults()
    faults.add({"kind": "cut", "after": 2})
    assert [faults.take(("cut",), ("GET /",)) is not None for _ in range(4)] == [False, False, True, False]


def test_a_login_meets_only_the_faults_that_name_it(box: Sandbox) -> None:
    def asked() -> int:
        return requests.post(f"{box.url}/services/oauth2/token", timeout=5).status_code

    control(box, "faults", {"kind": "status", "status": 503})
    assert asked() == 400
    control(box, "faults", {"kind": "status", "status": 502, "match": "oauth2/token"})
    assert (asked(), asked()) == (502, 400)


def test_an_expired_session_must_be_renewed(box: Sandbox, http: requests.Session) -> None:
    control(box, "faults", {"kind": "401", "match": "GET /services/data/v60.0/limits"})
    answer = http.get(f"{V}/limits")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
    assert http.get(f"{V}/limits").status_code == 401
    assert sales.bearer(box).get(f"{V}/limits").status_code == 200


def test_the_vendors_client_renews_by_itself(box: Sandbox) -> None:
    sf = sales.client(box)
    control(box, "faults", {"kind": "401", "match": "FROM Account"})
    assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == 3


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "TotalRequests Limit exceeded."),
        ("ConcurrentRequests", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
    ],
)
def test_limits_answer_in_the_vendors_words(box: Sandbox, http: requests.Session, code: str, message: str) -> None:
    control(box, "faults", {"kind": "429", "code": code})
    answer = http.get(f"{V}/limits")
    assert (answer.status_code, answer.json()) == (403, [{"message": message, "errorCode": "REQUEST_LIMIT_EXCEEDED"}])
    assert http.get(f"{V}/limits").status_code == 200


def test_one_row_is_refused_and_the_others_pass(box: Sandbox, http: requests.Session) -> None:
    soql = {"q": "SELECT Id FROM Account"}
    rows = [row["Id"] for row in http.get(f"{V}/query", params=soql).json()["records"]]
    spec = {"kind": "refuse", "id": rows[1], "code": "UNABLE_TO_LOCK_ROW", "message": "busy"}
    assert control(box, "faults", spec).json()[0]["left"] == 1
    records = [{"attributes": {"type": "Account"}, "Id": row_id, "ARR__c": 1} for row_id in rows]
    outcomes = http.patch(f"{V}/composite/sobjects", json={"records": records}).json()
    assert [outcome["success"] for outcome in outcomes] == [True, False, True]
    assert outcomes[1]["errors"] == [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "busy", "fields": []}]
    assert [write["error"] for write in control(box, "writes").json()] == [None, "UNABLE_TO_LOCK_ROW", None]
    assert control(box, "writes", method="DELETE").json() == control(box, "writes").json() == []


def test_a_write_may_be_done_and_its_answer_never_come(box: Sandbox, http: requests.Session) -> None:
    control(box, "faults", {"kind": "timeout_after_write", "match": "Account", "hold_s": 60})
    account = sales.first_account(http)
    with pytest.raises(requests.ReadTimeout):
        http.patch(f"{V}/sobjects/Account/{account}", json={"ARR__c": 7}, timeout=0.3)
    assert http.get(f"{V}/sobjects/Account/{account}").json()["ARR__c"] == 7.0
    assert control(box, "faults").json() == []


def test_a_held_answer_does_not_hold_the_end() -> None:
    with sales.sandbox() as box:
        http = sales.bearer(box)
        control(box, "faults", {"kind": "timeout_after_write", "hold_s": 100})
        with pytest.raises(requests.ReadTimeout):
            http.post(f"{V}/sobjects/Account", json={"Name": "x"}, timeout=0.2)
        began = time.monotonic()
    assert time.monotonic() - began < 50


def test_latency_is_added_to_the_calls_that_match(box: Sandbox, http: requests.Session) -> None:
    control(box, "faults", {"kind": "latency", "ms": 200, "match": "limits"})
    undelayed = min(taken(http, "query?q=SELECT+COUNT()+FROM+Account") for _ in range(5))  # a busy machine delays, too
    assert taken(http, "limits") >= 0.2 > undelayed


def taken(http: requests.Session, path: str) -> float:
    """Seconds until the answer."""
    began = time.monotonic()
    assert http.get(f"{V}/{path}").status_code == 200
    return time.monotonic() - began


def test_an_edit_is_a_persons_and_is_told(http: requests.Session) -> None:
    with receiving((200, ACK)) as receiver:
        url = f"http://127.0.0.1:{receiver.server_port}/webhooks/sf/{{secret}}"
        with sales.sandbox(notify=url, secret="abc") as box:
            account = sales.first_account(sales.bearer(box))
            told = control(box, "edit", {"object": "Account", "id": account, "fields": {"Name": "Ä & <b>"}}).json()
            event = delivered(box, told["deliveries"][0], "delivered")
        assert told["row"]["Name"] == "Ä & <b>"
        assert told["row"]["LastModifiedById"] != told["row"]["CreatedById"]
        assert event["status"] == 200
        root = ElementTree.fromstring(receiver.bodies[0], forbid_dtd=True)
    out, sf = "{http://soap.sforce.com/2005/09/outbound}", "{urn:sobject.enterprise.soap.sforce.com}"
    assert root.findtext(f".//{out}OrganizationId") == box.announcement["org_id"]
    assert [root.findtext(f".//{sf}{name}") for name in ("Id", "Name", "AccountId")] == [account, "Ä & <b>", None]
    assert (root.findtext(f".//{out}Notification/{out}Id") or "").startswith("04l")
    assert receiver.headers[0]["Content-Type"] == "text/xml; charset=utf-8"


def test_a_delivery_without_ack_is_retried_with_current_values() -> None:
    answers = ((500, b"no"), (200, b"<Ack>false</Ack>"), (200, ACK))
    with receiving(*answers) as receiver, sales.sandbox(notify=f"http://127.0.0.1:{receiver.server_port}/") as box:
        account = sales.first_account(sales.bearer(box))
        control(box, "edit", {"object": "Account", "id": account, "fields": {"Name": "first"}})
        quiet = {"object": "Account", "id": account, "fields": {"Name": "second"}, "notify": False}
        assert control(box, "edit", quiet).json()["deliveries"] == []
        event = delivered(box, 1, "delivered")
        assert [attempt["status"] for attempt in event["tries"]] == [500, 200, 200]
        assert b"second" in receiver.bodies[2]
        identities = {body.split(b"<Id>")[1].split(b"<")[0] for body in receiver.bodies}
        assert len(identities) == 1
        assert control(box, "events", {}).json()["deliveries"] == [1]
        delivered(box, 1, "delivered")


def test_deliveries_may_be_doubled_and_deleted_rows_are_not_told() -> None:
    with receiving((200, ACK)) as receiver, sales.sandbox(notify=f"http://127.0.0.1:{receiver.server_port}/") as box:
        made = control(box, "edit", {"object": "Account", "fields": {"Name": "New"}, "notify": {"times": 2}}).json()
        assert made["deliveries"] == [1, 2]
        delivered(box, 1, "delivered")
        delivered(box, 2, "delivered")
        gone = control(box, "edit", {"object": "Account", "id": made["row"]["Id"], "delete": True}).json()
        assert (gone["row"]["IsDeleted"], gone["deliveries"]) == (True, [])
        assert receiver.bodies[0] == receiver.bodies[1]


def test_a_merge_moves_the_children_and_a_restore_brings_back(box: Sandbox, http: requests.Session) -> None:
    rows = http.get(f"{V}/query", params={"q": "SELECT Id FROM Account ORDER BY Id"}).json()["records"]
    winner, loser = rows[0]["Id"], rows[1]["Id"]
    merged = {"object": "Account", "id": loser, "delete": True, "fields": {"MasterRecordId": winner}}
    assert control(box, "edit", merged).json()["row"]["MasterRecordId"] == winner
    soql = f"SELECT COUNT() FROM Contact WHERE AccountId = '{winner}'"
    assert http.get(f"{V}/query", params={"q": soql}).json()["totalSize"] == 2
    assert http.get(f"{V}/sobjects/Account/{loser}").status_code == 404


def test_stats_count_rows_and_calls(box: Sandbox, http: requests.Session) -> None:
    http.get(f"{V}/limits")
    told = control(box, "stats").json()
    assert told["rows"]["Account"] == 3
    assert told["calls"]["GET /services/data/<version>/limits/"] == 1


def test_webhooks_stay_on_this_machine() -> None:
    with pytest.raises(BadAddress, match="this machine only"):
        checked_address("https://hooks.example.com/x")
    with pytest.raises(BadAddress, match="not an address"):
        checked_address("127.0.0.1:80")
    assert checked_address("http://localhost:8080/webhooks/sf/s") == "http://localhost:8080/webhooks/sf/s"


def test_usage_is_written_with_the_vendors_ids(box: Sandbox, http: requests.Session, tmp_path: Path) -> None:
    assert write_usage(tmp_path / "usage.csv", box.vendor) == 3
    with (tmp_path / "usage.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["account", "person", "feature", "day", "count"]
    assert rows[0]["account"] == sales.first_account(http)
    assert rows[0]["day"] == (sales.NOW - timedelta(days=30)).date().isoformat()


@pytest.mark.slow
def test_a_served_sandbox_announces_itself_and_ends_on_a_signal() -> None:
    code = (
        "import json; from adapters.sandbox.serve import serve; "
        "serve('salesforce', accounts=5, announce=lambda told: print(json.dumps(told), flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert requests.get(f"{told['url']}/services/data", timeout=5).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
