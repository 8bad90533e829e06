"""Reading back what was written: every record in time, what differs is counted and treated as any other drift."""

from collections.abc import Callable

from worlds import World

from bridge.cli.push import sampled
from bridge.doctor.connection import _read_back
from bridge.pipeline.sampling import last, sample
from bridge.store.schema import audit
from bridge.workers.metrics import create_metrics
from bridge.workers.nightly import Nightly

Make = Callable[..., World]


def written(world: World, count: int) -> list[str]:
    ids = [f"{number:02}" for number in range(count)]
    for id in ids:
        world.account(id)
        world.crm.put("response", f"r{id}", account=id, survey="nps", score=8.0, at=world.clock.now())
    world.run()
    return ids


def asked(world: World) -> list[str]:
    return [id for kind, ids in world.crm.reads for id in ids if kind == "account"]


def test_a_rotating_window_comes_to_every_record(make_world: Make) -> None:
    world = make_world(write={"sample": 3})
    ids = written(world, 7)
    world.crm.reads.clear()
    for _ in range(3):
        assert sample(world.workspace, "sf").differing == ()
    assert asked(world) == [*ids, *ids[:2]]
    assert world.crm.calls.made["read"] == 3, "each in one call"


def test_no_more_is_read_than_there_is_and_nothing_where_it_is_switched_off(make_world: Make) -> None:
    world = make_world(write={"sample": 50})
    ids = written(world, 4)
    world.crm.reads.clear()
    assert sample(world.workspace, "sf").read == 4
    assert asked(world) == ids
    assert sample(world.workspace, "sf", 0).read == 0
    assert asked(world) == ids


def test_what_differs_is_counted_and_repaired_like_other_drift(world: World) -> None:
    ids = written(world, 5)
    world.tick(hours=1)
    world.crm.edit_own(ids[2], nps=-100)
    found = sample(world.workspace, "sf")
    assert (found.read, [ref.id for ref in found.differing], found.gone) == (5, [ids[2]], 0)
    entry = world.entry(ids[2])
    assert entry is not None
    assert entry.repairs == 1
    world.push()
    assert world.crm.own[ids[2]]["nps"] == world.decision(ids[2]).nps
    assert sample(world.workspace, "sf").differing == ()
    with world.workspace.store.read() as db:
        told = last(db, "sf")
        assert told is not None
        assert (told["sampled"], told["differing"]) == (5, 0)
        actions = [row.action for row in db.execute(audit.select()) if row.action == "read back"]
    assert len(actions) == 2


def test_a_record_that_is_gone_is_taken_in_as_gone(world: World) -> None:
    ids = written(world, 3)
    world.tick(hours=1)
    world.crm.delete("account", ids[0])
    assert sample(world.workspace, "sf").gone == 1
    assert world.entry(ids[0]) is None


def test_every_night_takes_a_sample_and_counts_it(make_world: Make) -> None:
    world = make_world(write={"sample": 2})
    ids = written(world, 4)
    world.next_day(2)
    metrics, woken = create_metrics(), []
    nightly = Nightly(world.workspace, metrics, wake=lambda: woken.append(1))
    nightly.workspace._adapters["sf"] = world.crm
    world.crm.edit_own(ids[0], nps=-100)
    world.sync()
    world.crm.own[ids[1]]["nps"] = -100  # no stamp moves
    nightly()
    value = metrics.registry.get_sample_value
    labels = {"connection": "sf", "outcome": "differing"}
    assert value("csbridge_records_read_back_total", labels) == 1
    assert woken


def test_it_is_seen_from_the_command_line_and_by_doctor(world: World) -> None:
    ids = written(world, 3)
    assert sampled(world.workspace, None, 2).code == 0
    (told,) = _read_back(world.workspace, "sf")
    assert (told.finding.level, "2 written records read back" in told.finding.what) == ("info", True)
    world.crm.own[ids[2]]["nps"] = -100
    result = sampled(world.workspace, "sf", 3)
    assert result.code == 1
    assert result.text.splitlines() == [
        "sf: 3 records read back, 1 hold something else", f"  sf:account:{ids[2]}",
    ]  # fmt: skip
    (told,) = _read_back(world.workspace, "sf")
    assert told.finding.level == "warning"
