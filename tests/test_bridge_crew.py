"""The worker's threads: that nobody waits for another's network, and that what one does wakes the next."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import fake_crm
import pytest
from test_bridge_draining import deliver
from test_bridge_working import counted
from worlds import START, World

from adapters import registry
from bridge.workers.crew import Crew
from bridge.workers.metrics import create_metrics

SOON = 60.0


def eventually(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not look():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


@pytest.fixture
def served(make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch) -> World:
    """A CRM that was read, scored and written, and opens through the registry for each thread."""
    auth = {"flow": "private_app", "token": "t"}
    world = make_world(connections=[{"name": "sf", "crm": "hubspot", "auth": auth}])
    monkeypatch.setitem(registry.ADAPTERS, "hubspot", "fake_crm:open_connection")  # type: ignore[arg-type]
    monkeypatch.setitem(fake_crm.ORGS, "sf", world.crm)
    for id in "12":
        world.account(id)
    world.run()
    return world


@contextmanager
def at_work(crew: Crew) -> Iterator[None]:
    for runner in crew.runners:
        runner.start()
    try:
        yield
    finally:
        for runner in crew.runners:
            runner.stop(timedelta(0))
        assert all(runner.stop(timedelta(seconds=10)) for runner in crew.runners)


def escalated(world: World, id: str) -> None:
    deliver(world, world.crm.put("ticket", f"t{id}", account=id, status="open", opened_at=START, escalated=True))


def wanted(world: World, id: str) -> bool:
    entry = world.entry(id)
    return entry is not None and entry.desired is not None and bool(entry.desired["risk_flags"])


def flags(world: World, id: str) -> object:
    return world.crm.own[id].get("risk_flags")


def test_an_event_becomes_fields_by_the_wakes_alone(served: World) -> None:
    metrics = create_metrics()
    crew = Crew(served.workspace, metrics)
    with at_work(crew):
        assert crew.alive
        escalated(served, "1")
        crew.wake()
        eventually(lambda: flags(served, "1") == ("escalated_ticket",))
        eventually(lambda: counted(metrics, "event_to_field_seconds_count") == 1)
    assert not crew.alive


def test_the_next_event_is_read_and_decided_while_the_last_is_being_written(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, may_end = threading.Event(), threading.Event()
    write = type(served.crm).write

    def slow(crm: fake_crm.FakeCrm, patches: object) -> object:
        writing.set()
        assert may_end.wait(SOON)
        return write(crm, patches)  # type: ignore[arg-type]

    monkeypatch.setattr(type(served.crm), "write", slow)
    crew = Crew(served.workspace, create_metrics())
    with at_work(crew):
        escalated(served, "1")
        crew.wake()
        assert writing.wait(SOON)
        escalated(served, "2")
        crew.wake()
        try:
            eventually(lambda: wanted(served, "2"))
            assert flags(served, "1") != ("escalated_ticket",)
        finally:
            may_end.set()
        eventually(lambda: (flags(served, "1"), flags(served, "2")) == (("escalated_ticket",), ("escalated_ticket",)))
