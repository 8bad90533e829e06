"""A serving process tells its endpoints by itself, each in a thread of its own, and counts that."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import fake_crm
import pytest
from receiver import SECRET, Receiver, receiving
from test_bridge_service import asked, connections, eventually, metric, serving
from worlds import World

from adapters import registry
from bridge.store import notifications
from bridge.workers.metrics import create_metrics
from bridge.workers.outbound_runner import sending
from webhooks.outbound.event import Subject, event

Make = Callable[..., World]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_events_are_told_while_another_endpoint_hangs(
    make_world: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as slow:
        released = threading.Event()
        slow.before = lambda: assert_released(released)
        endpoint = {"secret": SECRET, "allow_private": True, "events": "flag.raised"}
        endpoints = [endpoint | {"name": "slow", "url": slow.url}, endpoint | {"name": "quick", "url": receiver.url}]
        world = make_world(connections=connections("sf"), outbound=endpoints, schedule={"poll": "1s"})
        monkeypatch.setitem(registry.ADAPTERS, "hubspot", "fake_crm:open_connection")  # type: ignore[arg-type]
        monkeypatch.setitem(fake_crm.ORGS, "sf", world.crm)
        world.account("1")
        with serving(world.workspace) as up:
            eventually(lambda: bool(world.crm.own.get("1", {}).get("health_band")))
            world.tick()
            now = world.clock.now()
            world.crm.put("ticket", "t", account="1", status="open", opened_at=now, escalated=True)
            eventually(lambda: bool(receiver.got and slow.got))
            eventually(lambda: delivered(up.admin, "quick") == 1)
            assert delivered(up.admin, "slow") == 0
            released.set()
            eventually(lambda: delivered(up.admin, "slow") == 1)
            numbers = asked(f"{up.admin}/metrics")[1]
            assert metric(numbers, "outbound_open") == metric(numbers, "outbound_disabled") == 0
        (told,) = receiver.got
        assert told.is_signed()
        assert told.json["data"]["flag"] == "escalated_ticket"
        assert told.id == slow.got[0].id


def test_a_stop_waits_for_one_delivery_and_not_for_all(make_world: Make, receiver: Receiver) -> None:
    endpoint = {"name": "quick", "url": receiver.url, "secret": SECRET, "allow_private": True}
    world = make_world(outbound=[endpoint])
    subject = Subject(("sf:1",), None, None, None, {})
    facts = {"before": {"stage": "a"}, "after": {"stage": "b"}}
    events = [("quick", event("stage.changed", subject, world.clock.now(), facts, key)) for key in range(20)]
    with world.workspace.store.write() as db:
        notifications.put(db, events, world.clock.now())
    (configured,) = world.workspace.settings.outbound
    runner = sending(world.workspace, configured, create_metrics(), timedelta(seconds=30))
    asked = threading.Event()

    def stop() -> None:
        if len(receiver.got) == 2:
            threading.Thread(target=lambda: (runner.stop(timedelta(0)), asked.set())).start()
            assert_released(asked)

    receiver.before = stop
    runner.start()
    assert asked.wait(60)
    assert runner.stop()
    assert len(receiver.got) == 2


def assert_released(event: threading.Event) -> None:
    assert event.wait(60)


def delivered(admin: str, endpoint: str) -> float:
    numbers = asked(f"{admin}/metrics")[1]
    return metric(numbers, "outbound_deliveries_total", endpoint=endpoint, outcome="delivered")
