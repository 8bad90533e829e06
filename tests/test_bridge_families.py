"""Parents in the CRM: what their fields say, as accounts below them change, come and go."""

from collections.abc import Callable

import pytest
from worlds import World

from adapters.records import Ref
from bridge.pipeline.explaining import explain

Make = Callable[..., World]


def scores(world: World, **scored: float) -> None:
    """Make each account's score differ by its latest NPS answer; ``_1=9`` is account 1."""
    for name, nps in scored.items():
        id = name[1:]
        world.crm.put("response", f"r{id}", account=id, survey="nps", score=float(nps), at=world.clock.now())
        world.crm.put("activity", f"a{id}", accounts=(id,), kind="call", at=world.clock.now())
        world.crm.put(
            "ticket", f"t{id}", account=id, status="closed", opened_at=world.clock.now(),
            closed_at=world.clock.now(), escalated=False,
        )  # fmt: skip


def family(world: World, **more: object) -> None:
    """1 above 2 above 3; 4 by itself."""
    world.account("1")
    world.account("2", parent="1", **more)
    world.account("3", parent="2")
    world.account("4")
    scores(world, _1=10, _2=9, _3=0, _4=10)


def own(world: World, id: str) -> float:
    score = world.decision(id).score
    assert score is not None
    return score


def written(world: World, id: str, field: str = "health_score") -> object:
    return world.crm.own[id].get(field)


@pytest.fixture
def worst(make_world: Make) -> World:
    world = make_world(identity={"parents": "worst"})
    family(world)
    world.run()
    return world


def test_nothing_is_rolled_up_unasked(world: World) -> None:
    family(world)
    world.run()
    assert written(world, "1") == own(world, "1") > own(world, "3")


def test_the_worst_below_is_told_to_all_above(worst: World) -> None:
    low = own(worst, "3")
    assert [written(worst, id) for id in "123"] == [low, low, low]
    assert written(worst, "4") == own(worst, "4") > low
    assert str(written(worst, "1", "health_reasons")).startswith(f"Worst of 3 accounts: Account 3 {low:g}")
    assert own(worst, "1") > low, "each keeps its own decision"
    told = explain(worst.workspace, Ref("sf", "account", "1"))["rolled_up"]
    assert (told["how"], told["score"], [part["name"] for part in told["parts"]]) == (
        "worst", low, ["Account 1", "Account 2", "Account 3"],
    )  # fmt: skip


def test_a_child_that_changes_reaches_its_elders(worst: World) -> None:
    worst.tick(hours=1)
    scores(worst, _3=10)
    worst.crm.writes.clear()
    worst.run()
    assert written(worst, "1") == min(own(worst, id) for id in "123") > 50
    assert {ref.id for ref in worst.crm.written} == {"1", "2", "3"}


def test_a_child_that_moves_or_goes_leaves_its_elders(worst: World) -> None:
    worst.tick(hours=1)
    worst.crm.put("account", "3", parent="4")
    worst.run()
    assert written(worst, "4") == own(worst, "3")
    assert written(worst, "1") == min(own(worst, "1"), own(worst, "2"))
    worst.tick(hours=1)
    worst.crm.delete("account", "3")
    worst.run()
    assert written(worst, "4") == own(worst, "4")
    assert explain(worst.workspace, Ref("sf", "account", "4"))["rolled_up"] is None


def test_whoever_is_out_of_scope_does_not_count(make_world: Make) -> None:
    world = make_world(identity={"parents": "worst"}, scope="status = customer")
    family(world)
    world.crm.put("account", "3", status="churned")
    world.run()
    assert written(world, "1") == min(own(world, "1"), own(world, "2"))


def test_a_ring_of_parents_ends(make_world: Make) -> None:
    world = make_world(identity={"parents": "mean"})
    family(world)
    world.crm.put("account", "1", parent="3")
    world.crm.put("account", "4", parent="4")
    world.run()
    mean = round(sum(own(world, id) for id in "123") / 3, 1)
    assert [written(world, id) for id in "123"] == [mean, mean, mean]
    assert written(world, "4") == own(world, "4")


@pytest.mark.parametrize(("currency", "rates", "counts"), [
    ("EUR", {}, True), ("USD", {"USD": 0.5}, True), ("USD", {}, False), (None, {}, True),
])  # fmt: skip
def test_arr_is_weighed_in_one_currency(make_world: Make, currency: str | None, rates: object, counts: bool) -> None:
    world = make_world(identity={"parents": "arr"}, currency={"report": "EUR", "rates": rates})
    family(world, arr=3000.0, currency=currency)
    world.crm.put("account", "1", arr=1000.0, currency="EUR")
    world.run()
    worth = {"USD": 1500.0}.get(str(currency), 3000.0)
    mean = (1000.0 * own(world, "1") + worth * own(world, "2")) / (1000.0 + worth)
    assert written(world, "1") == pytest.approx(mean if counts else own(world, "1"), abs=0.051)


def test_the_night_keeps_parents_as_they_are(worst: World) -> None:
    before = written(worst, "1"), written(worst, "1", "health_band")
    for _ in range(3):
        worst.next_day()
        worst.run()
        assert worst.affected() == set()
    since = explain(worst.workspace, Ref("sf", "account", "1"))["rolled_up"]["band_since"]
    assert (written(worst, "1", "health_band"), since) == (before[1], str(worst.workspace.today.replace(day=2)))
