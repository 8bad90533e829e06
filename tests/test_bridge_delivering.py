"""Notifications on their way: signed, in order, tried again, parked, and never two at a time to one endpoint."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from receiver import SECRET, Receiver, receiving
from worlds import START, World

from bridge.doctor.outbound import examine_outbound
from bridge.outbound import delivering, subscriptions
from bridge.outbound.delivering import LEASE, STUCK, Sent, deliver, health_of, line_to, until_next
from bridge.store import notifications
from config.outbound import Endpoint
from webhooks.outbound.backoff import WAITS
from webhooks.outbound.event import Event, Subject, event
from webhooks.outbound.sending import Answer
from webhooks.outbound.verdict import FAILING

Make = Callable[..., World]

OTHER = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@dataclass
class Line:
    """A world with one endpoint, and the hand that puts events down for it."""

    world: World
    receiver: Receiver
    made: int = 0

    @property
    def endpoint(self) -> Endpoint:
        return self.world.workspace.settings.outbound[0]

    def tell(self, number: int = 1, customer: str = "1", **facts: Any) -> list[str]:
        """Put flags down, raised just now; their ids."""
        subject = Subject((f"sf:{customer}",), f"Account {customer}", "mid", "value", {})
        now, events = self.world.clock.now(), []
        for _ in range(number):
            self.made += 1
            flag = {"flag": "silent", "since": "2026-03-02", "reason": "No login for 21 days", "remedy": "Call"}
            events.append(event("flag.raised", subject, now, flag | facts, self.made))
        self.put(*events)
        return [one.id for one in events]

    def put(self, *events: Event) -> None:
        with self.world.workspace.store.write() as db:
            notifications.put(db, [(self.endpoint.name, one) for one in events], self.world.clock.now())

    def deliver(self, **options: Any) -> Sent:
        return deliver(self.world.workspace, self.endpoint, chance=lambda: 0.0, **options)

    def ids(self) -> list[str]:
        return [one.id for one in self.receiver.take()]

    @property
    def open(self) -> list[dict[str, Any]]:
        return subscriptions.waiting(self.world.workspace)


@pytest.fixture
def make_line(make_world: Make, receiver: Receiver) -> Callable[..., Line]:
    def make(**settings: Any) -> Line:
        endpoint = {"name": "warehouse", "url": receiver.url, "secret": SECRET, "allow_private": True} | settings
        return Line(make_world(outbound=[endpoint]), receiver)

    return make


@pytest.fixture
def line(make_line: Callable[..., Line]) -> Line:
    return make_line()


def test_what_is_due_is_delivered_signed_and_in_order(line: Line) -> None:
    ids = line.tell(5)
    assert line.deliver() == Sent(delivered=5)
    got = line.receiver.take()
    assert [one.id for one in got] == ids
    assert all(one.is_signed() for one in got)
    assert got[0].headers["content-type"] == "application/json"
    assert got[0].json["type"] == "flag.raised"
    assert got[0].json["timestamp"] == "2026-03-02T09:00:00Z"
    assert got[0].json["data"]["customer"] == {
        "records": ["sf:1"], "name": "Account 1", "segment": "mid", "stage": "value",
    }  # fmt: skip
    assert line.open == []
    assert line.deliver() == Sent()


def test_an_event_that_is_known_is_not_told_again(line: Line) -> None:
    subject = Subject(("sf:1",), None, None, None, {})
    same = [event("stage.changed", subject, START, {"before": {"stage": "a"}, "after": {"stage": "b"}})] * 2
    line.put(*same)
    line.deliver()
    line.put(*same)
    assert line.deliver() == Sent()
    assert len(line.receiver.got) == 1


def test_while_secrets_rotate_all_of_them_sign(make_line: Callable[..., Line]) -> None:
    line = make_line(secret=[SECRET, OTHER])
    line.tell()
    line.deliver()
    (got,) = line.receiver.got
    assert got.is_signed(SECRET)
    assert got.is_signed(OTHER)


def test_a_failure_is_tried_again_later_with_the_same_id_and_bytes(line: Line) -> None:
    ids = line.tell(2)
    line.receiver.answer(500)
    assert line.deliver() == Sent(failed=1)
    assert line.deliver() == Sent(), "the endpoint rests, and what comes behind waits, too"
    first = line.receiver.take()
    line.world.tick(seconds=5)
    assert line.deliver() == Sent(delivered=2)
    again = line.receiver.take()
    assert [one.id for one in again] == ids
    assert again[0].body == first[0].body
    assert again[0].headers["webhook-timestamp"] != first[0].headers["webhook-timestamp"]
    assert again[0].is_signed()


def test_one_that_is_refused_for_good_does_not_keep_back_the_others(line: Line) -> None:
    line.tell()
    line.receiver.answer(400, 400)
    line.deliver()
    line.world.tick(seconds=5)
    line.deliver()
    (refused, _) = line.ids()
    later = line.tell(3)
    line.world.tick(seconds=10)
    line.receiver.answer(200, 400)
    assert line.deliver() == Sent(delivered=1, failed=1), "two failures might have been the endpoint's: once more"
    line.world.tick(seconds=5)
    assert line.deliver() == Sent(delivered=2)
    assert line.ids() == [later[0], refused, *later[1:]]
    assert [row["attempts"] for row in line.open] == [3]


def test_one_that_cannot_be_worded_does_not_keep_back_the_others(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    (odd,), (plain,) = line.tell(flag="odd"), line.tell(flag="plain")
    monkeypatch.setattr(delivering, "body", lambda document, *_, **__: {"plain": b"{}"}[document["data"]["flag"]])
    assert line.deliver() == Sent(failed=1)
    line.world.clock.move(timedelta(seconds=5))
    assert line.deliver() == Sent(failed=1)
    line.world.clock.move(timedelta(seconds=10))
    assert line.deliver().delivered == 1
    assert line.ids() == [plain]
    assert [row["event"] for row in line.open] == [odd]
    assert "bug" in line.open[0]["cause"]


def test_after_three_days_it_is_parked_and_a_person_may_send_it_again(line: Line) -> None:
    (id,) = line.tell()
    line.receiver.otherwise = (503, {}, b"")
    began = line.world.clock.now()
    while not line.open[0]["parked"]:
        wait = until_next(line.world.workspace, line.endpoint)
        assert wait is not None
        line.world.clock.move(wait)
        line.deliver()
    assert timedelta(days=2.9) < line.world.clock.now() - began < timedelta(days=3.2)
    assert len(line.receiver.take()) == 12
    assert line.open[0]["cause"] == "503"
    assert until_next(line.world.workspace, line.endpoint) is None
    line.receiver.otherwise = (200, {}, b"")
    subscriptions.retry(line.world.workspace, [line.open[0]["notification"]])
    assert line.deliver() == Sent(delivered=1)
    assert line.ids() == [id]


def test_an_endpoint_that_asks_for_time_gets_it(line: Line) -> None:
    line.tell(2)
    line.receiver.answer(429, retry_after="3600")
    line.deliver()
    for _ in range(3):
        line.world.tick(minutes=19)
        assert line.deliver() == Sent()
    assert until_next(line.world.workspace, line.endpoint) == timedelta(minutes=3)
    line.world.tick(minutes=3)
    assert line.deliver() == Sent(delivered=2)


def test_410_disables_at_once_and_retry_enables_and_sends(line: Line) -> None:
    ids = line.tell(3)
    line.receiver.answer(200, 410)
    assert line.deliver() == Sent(delivered=1, failed=1, disabled=True)
    assert health_of(line.world.workspace, "warehouse").disabled_at == line.world.clock.now()
    ids += line.tell()
    line.world.tick(days=1)
    assert line.deliver() == Sent()
    assert until_next(line.world.workspace, line.endpoint) is None
    (noted,) = [one for one in examine_outbound(line.world.workspace) if one.finding.level == "error"]
    assert "disabled since 2026-03-02 09:00 UTC: 410" in noted.finding.what
    assert "3 notifications wait" in noted.finding.what
    assert subscriptions.retry(line.world.workspace, ["warehouse"]) == 3
    line.receiver.take()
    assert line.deliver() == Sent(delivered=3)
    assert line.ids() == ids[1:]


def test_five_days_of_failure_disable(line: Line) -> None:
    line.receiver.otherwise = (500, {}, b"")
    line.tell()
    began, disabled = line.world.clock.now(), False
    while not disabled:
        wait = until_next(line.world.workspace, line.endpoint)
        line.world.clock.move(wait if wait is not None else timedelta(minutes=10))
        if wait is None:
            line.tell()
        disabled = line.deliver().disabled
    assert FAILING <= line.world.clock.now() - began <= FAILING + WAITS[-1], "at the first try after five days"


def test_one_failure_after_a_quiet_week_does_not_disable(line: Line) -> None:
    line.tell()
    line.receiver.answer(500)
    line.deliver()
    line.world.tick(days=8)
    subscriptions.drop(line.world.workspace, ["warehouse"])
    line.tell()
    line.receiver.answer(500)
    assert line.deliver() == Sent(failed=1)


def test_what_an_outage_put_off_is_sent_in_order_once_it_is_over(line: Line) -> None:
    line.receiver.otherwise = (502, {}, b"")
    ids = line.tell(3)
    while line.world.clock.now() < START + timedelta(hours=1):
        wait = until_next(line.world.workspace, line.endpoint)
        assert wait is not None
        line.world.clock.move(wait)
        line.deliver()
    line.receiver.otherwise = (200, {}, b"")
    line.receiver.take()
    line.world.tick(minutes=5)
    sent = line.deliver()
    assert sent == Sent(delivered=3)
    assert sorted(line.ids()) == sorted(ids)


def test_only_one_is_under_way_at_a_time(line: Line) -> None:
    """Another process looks while a delivery is being answered."""
    line.tell(2)
    meanwhile: list[Sent] = []
    line.receiver.before = lambda: meanwhile.append(line.deliver())
    assert line.deliver() == Sent(delivered=2)
    assert meanwhile == [Sent(), Sent()]
    assert len(line.receiver.got) == 2


def test_while_another_sends_nobody_asks_without_pause(line: Line) -> None:
    """Of two processes one sends; of one that was killed the lease remains for a while."""
    line.tell()
    waits: list[timedelta | None] = []
    line.receiver.before = lambda: waits.append(until_next(line.world.workspace, line.endpoint))
    line.deliver()
    assert waits == [LEASE]


def test_a_process_that_died_is_followed_by_another_with_the_same_id(line: Line) -> None:
    ids = line.tell(2)

    def dies(*_: Any, **__: Any) -> Answer:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.deliver(post=dies)
    assert line.deliver() == Sent(), "it may still be under way"
    line.world.clock.move(LEASE)
    assert line.deliver() == Sent(delivered=2)
    assert line.ids() == ids


def test_who_comes_too_late_changes_nothing(line: Line) -> None:
    line.tell()

    def slow(*args: Any, **options: Any) -> Answer:
        line.world.clock.move(LEASE)
        assert line.deliver() == Sent(delivered=1)
        return Answer(500, "500")

    line.deliver(post=slow)
    assert line.open == []


def test_to_private_addresses_nothing_is_sent_unless_allowed(make_world: Make, receiver: Receiver) -> None:
    url = receiver.url.replace("http://", "https://")
    world = make_world(outbound=[{"name": "warehouse", "url": url, "secret": SECRET}])
    line = Line(world, receiver)
    line.tell()
    assert line.deliver() == Sent(failed=1)
    assert receiver.got == []
    assert "allow_private" in line.open[0]["cause"]
    assert "secret-path" not in str(line.open)
    (noted,) = [one for one in examine_outbound(world.workspace) if one.finding.level == "error"]
    assert "private network or on this machine" in noted.finding.what


# Digests


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_a_digest_is_one_message_a_day(make_line: Callable[..., Line]) -> None:
    line = make_line(digest=time(8))
    line.tell(1, "1")
    line.tell(1, "2", flag="detractor")
    assert line.deliver() == Sent()
    assert until_next(line.world.workspace, line.endpoint) == timedelta(hours=23)
    line.world.clock.set(at(8, day=3))
    assert line.deliver() == Sent(delivered=1)
    (got,) = line.receiver.take()
    assert got.json["type"] == "digest"
    assert [one["customer"]["name"] for one in got.json["data"]["customers"]] == ["Account 1", "Account 2"]
    assert got.is_signed()
    assert line.open == []
    line.world.clock.set(at(8, day=4))
    assert line.deliver() == Sent(), "nothing happened"


def test_missed_digests_are_one_and_a_failed_one_keeps_its_id(make_line: Callable[..., Line]) -> None:
    line = make_line(digest=time(8))
    line.tell()
    line.world.clock.set(at(12, day=3))
    line.tell(customer="2")
    line.world.clock.set(at(9, day=6))
    line.receiver.answer(500)
    assert line.deliver() == Sent(failed=1)
    line.tell(customer="3")
    line.world.tick(seconds=5)
    assert line.deliver() == Sent(delivered=1)
    first, second = line.receiver.take()
    assert (first.id, first.body) == (second.id, second.body)
    assert len(second.json["data"]["customers"]) == 2
    assert [one["type"] for one in line.open] == ["flag.raised"]


def test_what_was_held_is_sent_singly_once_digests_are_off(make_line: Callable[..., Line]) -> None:
    line = make_line(digest=time(8))
    ids = line.tell(2)
    line.deliver()
    single = line.endpoint.model_copy(update={"digest": None})
    assert deliver(line.world.workspace, single) == Sent(delivered=2)
    assert line.ids() == ids


# Retention, and what a person sees


def test_what_was_delivered_is_forgotten_after_a_while(line: Line) -> None:
    (id,) = line.tell()
    line.deliver()
    with line.world.workspace.store.read() as db:
        assert notifications.is_known(db, "warehouse", id)
    line.world.tick(days=8)
    line.deliver()
    with line.world.workspace.store.read() as db:
        assert not notifications.is_known(db, "warehouse", id)


def test_what_nobody_takes_is_given_up_in_the_end(line: Line) -> None:
    line.tell()
    line.receiver.answer(410)
    line.deliver()
    line.world.clock.move(STUCK + timedelta(days=1))
    line.deliver()
    assert line.open == []


def test_an_endpoint_that_is_no_longer_configured_is_shown_and_can_be_dropped(line: Line) -> None:
    line.tell(2)
    workspace = line.world.workspace
    workspace.settings = workspace.settings.model_copy(update={"outbound": []})
    (row,) = subscriptions.standing(workspace)
    assert (row["state"], row["waiting"]) == (subscriptions.NOWHERE, 2)
    assert subscriptions.unknown(workspace, ["warehouse", "nobody", "warehouse:99"]) == ["nobody", "warehouse:99"]
    assert subscriptions.drop(workspace, ["warehouse"]) == 2
    assert subscriptions.standing(workspace) == []


def test_a_round_takes_one_connection_and_so_do_the_rounds_of_one_runner(line: Line) -> None:
    line.tell(5)
    line.deliver()
    assert len({one.line for one in line.receiver.take()}) == 1
    with closing(line_to(line.endpoint)) as kept:
        for _ in range(3):
            line.tell(2)
            assert line.deliver(post=kept.post) == Sent(delivered=2)
    assert len({one.line for one in line.receiver.take()}) == 1
