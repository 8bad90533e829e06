"""Segment's own libraries for Python and Node, unchanged, send to csbridge instead: all of it counts, and once.

The one for Node needs node and the packages of ``tests/foreign``: left out where they are not.
"""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import fake_crm
import pytest
from segment.analytics import Client
from segment_messages import SOURCE
from sqlalchemy import select
from test_bridge_service import eventually, serving
from werkzeug.serving import make_server
from worlds import START, World

from adapters import registry
from bridge.inlets.streaming import drain_events
from bridge.store.inbox import StoreInbox
from bridge.store.schema import unplaced_usage, usage, usage_messages
from bridge.usage.events_door import events_door
from webhooks.app import create_public_app

Make = Callable[..., World]

KEY = "the-write-key"
FOREIGN = Path(__file__).parent / "foreign"
NODE = pytest.mark.skipif(
    shutil.which("node") is None or not (FOREIGN / "node_modules" / "@segment").is_dir(),
    reason="node, or the packages of tests/foreign, are not installed",
)


@pytest.fixture
def world(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> World:
    """One CRM, opened through the registry, and one source of events."""
    crm = {"name": "sf", "crm": "hubspot", "auth": {"flow": "private_app", "token": "t"}}
    source = {"segment": {"write_key": KEY, "name": SOURCE, "features": "all"}}
    world = make_world(connections=[crm], usage=[source])
    monkeypatch.setitem(registry.ADAPTERS, "hubspot", "fake_crm:open_connection")  # type: ignore[arg-type]
    monkeypatch.setitem(fake_crm.ORGS, "sf", world.crm)
    return world


@dataclass
class Flaky:
    """Takes every request to the app; of the first ones the sender hears nothing good: 503, or a cut connection."""

    app: Any
    faults: list[str] = field(default_factory=list)
    requests: int = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.requests += 1
        fault = self.faults.pop(0) if self.faults else None
        heard: list[Any] = []
        answer = b"".join(self.app(environ, lambda status, headers, exc=None: heard.append((status, headers))))
        if fault == "cut":
            environ["werkzeug.socket"].shutdown(2)
            raise ConnectionAbortedError("as asked")
        if fault == "503":
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        start_response(*heard[0])
        return [answer]


@contextmanager
def door(world: World, *faults: str) -> Iterator[tuple[str, Flaky]]:
    """The public app alone, where requests may go wrong; its address."""
    deliveries = StoreInbox(world.workspace.store)
    events = events_door(world.workspace, deliveries, lambda: None, lambda source, outcome: None)
    app = Flaky(create_public_app({}, deliveries, world.workspace.now, doors=[events]), list(faults))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}", app
    finally:
        server.shutdown()
        thread.join(20)


def send(url: str, gzip: bool, key: str = KEY) -> list[Exception]:
    """What a product does with the Python library; what the library could not deliver."""
    failures: list[Exception] = []
    client = Client(
        key, host=url, gzip=gzip, upload_size=20, upload_interval=0.1, on_error=lambda exc, items: failures.append(exc)
    )
    client.track(anonymous_id="visitor", event="opened")
    client.identify("py-user", {"email": "py-user@example.com"}, anonymous_id="visitor")
    client.group("py-user", "1", {"name": "Account 1"})
    for number in range(50):
        client.track("py-user", "opened", {"number": number, "note": "été 🎉"})
    client.page("py-user", name="Pricing")
    client.screen("py-user", name="Home")
    client.track("py-user", "saved", context={"groupId": "2"})
    client.alias("older-id", "py-user")
    client.shutdown()
    return failures


def held(world: World) -> dict[tuple[str, str, int], float]:
    """(account, feature, days ago) → count of the one user; nothing waits."""
    with world.workspace.store.read() as db:
        assert db.execute(select(unplaced_usage)).all() == []
        rows = db.execute(select(usage)).all()
    assert len({row.person for row in rows}) <= 1
    return {(row.account_key, row.feature, (START.date() - row.day).days): row.count for row in rows}


SENT = {("1", "opened", 0): 51, ("1", "page: Pricing", 0): 1, ("1", "screen: Home", 0): 1, ("2", "saved", 0): 1}


def messages(world: World) -> int:
    with world.workspace.store.read() as db:
        return len(db.execute(select(usage_messages.c.message)).all())


@pytest.mark.parametrize("gzip", [False, True])
@pytest.mark.parametrize("faults", [(), ("503", "cut"), ("cut", "503", "cut")], ids=["smooth", "rough", "rougher"])
def test_the_python_library_is_heard_in_full_and_once(world: World, gzip: bool, faults: tuple[str, ...]) -> None:
    with door(world, *faults) as (url, app):
        assert send(url, gzip) == []
        assert app.requests >= 3 + len(faults)
        assert app.faults == []
    drain_events(world.workspace, SOURCE)
    assert held(world) == SENT
    assert messages(world) == 57


def test_the_python_library_is_told_of_a_wrong_key_and_tries_no_more(world: World) -> None:
    with door(world) as (url, app):
        failures = send(url, gzip=False, key="guess")
        assert {getattr(exc, "status", None) for exc in failures} == {401}
        assert app.requests == len(failures)
    drain_events(world.workspace, SOURCE)
    assert held(world) == {}


@NODE
@pytest.mark.slow
@pytest.mark.parametrize("faults", [(), ("503", "cut")], ids=["smooth", "rough"])
def test_the_node_library_is_heard_in_full_and_once(world: World, faults: tuple[str, ...]) -> None:
    with door(world, *faults) as (url, app):
        said = json.dumps({"url": url, "write_key": KEY})
        command = ["node", str(FOREIGN / "segment.mjs"), said]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"delivered": 58, "failed": 0}
        assert app.faults == []
    drain_events(world.workspace, SOURCE)
    assert held(world) == SENT | {("1", "saved", 3): 1}
    assert messages(world) == 58


@pytest.mark.slow
def test_events_reach_the_score_of_their_account_through_a_serving_process(world: World) -> None:
    world.account("1")
    world.sync()
    world.score()
    assert "days_since_login" in world.decision("1").missing
    with serving(world.workspace) as up:
        assert send(up.public, gzip=True) == []
        eventually(lambda: messages(world) == 57)
        eventually(lambda: "days_since_login" not in world.decision("1").missing)
    assert held(world) == SENT
