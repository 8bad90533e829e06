from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from test_bridge_draining import deliver
from worlds import START, World

from adapters.budget import Quota
from adapters.errors import Retry
from bridge.workers.coalescing import LONGEST
from bridge.workers.metrics import Metrics, create_metrics
from bridge.workers.working import Job, Poller, Worker
from config.errors import ConfigError

Make = Callable[..., World]


@pytest.fixture
def metrics() -> Metrics:
    return create_metrics()


def equipped(job: Job, worlds: Sequence[World]) -> None:
    """Jobs open adapters of their own; here these are the worlds' fakes."""
    for world in worlds:
        job.workspace._adapters[world.crm.connection] = world.crm


def working(world: World, metrics: Metrics) -> Worker:
    worker = Worker(world.workspace, metrics)
    equipped(worker, [world])
    return worker


def counted(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"csbridge_{name}", labels) or 0.0


def test_a_job_has_adapters_of_its_own(world: World, metrics: Metrics) -> None:
    assert world.workspace._adapters
    assert Worker(world.workspace, metrics).workspace._adapters == {}
    assert world.workspace._adapters


def test_an_event_becomes_fields_in_one_run(world: World, metrics: Metrics) -> None:
    world.account("1")
    world.run()
    world.tick(minutes=1)
    deliver(world, world.crm.put("ticket", "t", account="1", status="open", opened_at=START, escalated=True))
    working(world, metrics)()
    assert world.crm.own["1"]["risk_flags"] == ("escalated_ticket",)
    assert counted(metrics, "event_to_field_seconds_count") == 1
    assert counted(metrics, "decisions_total", purpose="health", band="unknown") + counted(
        metrics, "decisions_total", purpose="health", band="red"
    )
    assert counted(metrics, "fields_written_total", connection="sf") > 0
    assert counted(metrics, "api_calls_total", connection="sf", purpose="write") == 1


def test_a_rehearsal_writes_nothing(make_world: Make, metrics: Metrics) -> None:
    world = make_world(write={"dry_run": True})
    world.account("1")
    world.sync()
    working(world, metrics)()
    assert world.crm.writes == []


def test_the_fields_are_looked_for_until_they_were_seen(world: World, metrics: Metrics) -> None:
    """A refusal is remembered; so nothing is sent to a CRM that cannot hold it yet."""
    world.account("1")
    world.sync()
    world.crm.provisioned.clear()
    worker = working(world, metrics)
    worker()
    assert world.crm.writes == []
    world.crm.provision_all(list(world.workspace.fields.values()))
    worker()
    assert world.crm.writes == [], "it rests: a person has to do something first"
    world.clock.move(world.workspace.settings.schedule.poll)
    worker()
    assert world.crm.own["1"]["health_band"]
    before = world.crm.calls.made["describe"]
    world.account("2")
    world.sync()
    worker()
    assert world.crm.own["2"]["health_band"]
    assert world.crm.calls.made["describe"] == before


def test_a_refusal_is_counted_by_its_code(world: World, metrics: Metrics) -> None:
    world.account("1")
    world.sync()
    world.crm.refused.add("1")
    working(world, metrics)()
    assert counted(metrics, "refusals_total", connection="sf", code="FIELD_CUSTOM_VALIDATION_EXCEPTION") == 1


def test_what_was_acted_on_is_forgotten_after_a_while(world: World, metrics: Metrics) -> None:
    deliver(world, world.account("1"))
    worker = working(world, metrics)
    worker()
    rows = world.workspace.store.read
    with rows() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one() == 1
    world.clock.move(world.workspace.settings.inbox.keep * 2)
    worker()
    with rows() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one() == 0


def test_one_connection_that_fails_does_not_keep_the_others_from_their_turn(make_world: Make, metrics: Metrics) -> None:
    def connection(name: str) -> dict[str, object]:
        auth = {"flow": "private_app", "token": "t"}
        return {"name": name, "crm": "hubspot", "auth": auth}

    world = make_world(connections=[connection("hs"), connection("sf")])
    broken = replace(world.crm, connection="hs", failing={"identify": [Retry("down"), Retry("down")]})
    world.account("1")
    woken: list[int] = []
    poller = Poller(world.workspace, metrics, wake=lambda: woken.append(1))
    equipped(poller, [world, replace(world, crm=broken)])
    with pytest.raises(Retry):
        poller()
    assert woken == [1]
    assert world.customer("1")
    assert counted(metrics, "records_read_total", connection="sf", kind="account") == 1


def test_a_usage_file_that_is_missing_does_not_keep_the_worker_asleep(make_world: Make, metrics: Metrics) -> None:
    world = make_world(usage=[{"file": "missing.csv"}])
    world.account("1")
    woken: list[int] = []
    poller = Poller(world.workspace, metrics, wake=lambda: woken.append(1))
    equipped(poller, [world])
    with pytest.raises(ConfigError, match=r"missing\.csv"):
        poller()
    assert woken == [1]
    assert world.customer("1")


def leave(world: World, own: int, limit: int = 1000) -> None:
    """So many calls of our day are made already."""
    meter = world.workspace.meter("sf")
    meter.heard(Quota(limit, limit))
    meter.settle()
    day = meter.day()
    assert day is not None
    for _ in range(own - day.own):
        meter.take("other", "urgent")
    meter.settle()


def event(world: World, id: str, **fields: object) -> None:
    deliver(world, world.crm.put("ticket", f"t{id}", account=id, status="open", opened_at=START, **fields))


def test_at_full_budget_every_event_is_acted_on_at_once(world: World, metrics: Metrics) -> None:
    for id in "123":
        world.account(id)
    world.run()
    leave(world, 0)
    worker = working(world, metrics)
    for id in "123":
        event(world, id, escalated=True)
        assert worker() is None
        assert world.crm.own[id]["risk_flags"] == ("escalated_ticket",)


def test_events_are_gathered_while_calls_run_short(world: World, metrics: Metrics) -> None:
    for id in "123":
        world.account(id)
    world.run()
    leave(world, 400)
    worker = working(world, metrics)
    event(world, "1", escalated=True)
    rest = worker()
    assert rest is not None
    assert timedelta(minutes=1) < rest <= LONGEST
    for id in "23":
        event(world, id, escalated=True)
        assert worker() == rest
    made = world.crm.calls.made.total()
    world.clock.move(rest)
    worker()
    assert {id: world.crm.own[id]["risk_flags"] for id in "123"} == dict.fromkeys("123", ("escalated_ticket",))
    assert world.crm.calls.made.total() == made + 2, "one read and one write for both"
    assert counted(metrics, "quota_calls_left", connection="sf") > 0


def test_spent_calls_are_no_error_storm(world: World, metrics: Metrics, caplog: pytest.LogCaptureFixture) -> None:
    world.account("1")
    world.run()
    leave(world, 500)
    event(world, "1", escalated=True)
    worker, poller = working(world, metrics), Poller(world.workspace, metrics)
    equipped(poller, [world])
    made = world.crm.calls.made.total()
    for _ in range(5):
        worker()
        poller()
    assert world.crm.calls.made.total() == made
    assert len([record for record in caplog.records if "API calls" in record.getMessage()]) == 2, "each said it once"
    world.clock.set(max(worker.turns.resting.values()))
    poller()
    worker()
    assert world.crm.own["1"]["risk_flags"] == ("escalated_ticket",)
