from collections.abc import Callable

import pytest
from worlds import START, World

from adapters.records import Ref
from bridge.pipeline.explaining import explain, find
from config.errors import ConfigError

Make = Callable[..., World]


def ref(id: str) -> Ref:
    return Ref("sf", "account", id)


@pytest.fixture
def scored(world: World) -> World:
    world.account("1", name="Acme", domain="acme.example.com")
    world.account("2", name="Same name")
    world.account("3", name="Same name")
    world.account("4", name="sf: not a connection's id")
    world.crm.put("response", "r", account="1", survey="nps", score=9.0, at=START)
    world.crm.put("activity", "a", accounts=("1",), kind="call", at=START)
    world.crm.put("ticket", "t", account="1", status="closed", opened_at=START, closed_at=START, escalated=False)
    world.sync()
    world.score()
    return world


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("sf:1", ["1"]), ("1", ["1"]), ("acme.example.com", ["1"]), ("Acme", ["1"]), ("Same name", ["2", "3"]),
        ("sf:9", []), ("hs:1", []), ("acme", []), ("sf:", []), ("sf: not a connection's id", ["4"]),
    ],
)  # fmt: skip
def test_accounts_are_found_by_what_people_call_them(scored: World, word: str, ids: list[str]) -> None:
    assert find(scored.workspace, word) == [ref(id) for id in ids]


def test_the_parts_add_up_to_the_score(scored: World) -> None:
    data = explain(scored.workspace, ref("1"))
    decision = data["decision"]
    assert (data["account"], data["name"], data["in_scope"]) == ("sf:1", "Acme", True)
    assert decision["score"] == pytest.approx(sum(part["points"] for part in decision["contributions"]), abs=1e-9)
    assert "since" not in data


def test_what_changed_since_a_day_adds_up_to_the_change(scored: World) -> None:
    day = scored.workspace.today
    scored.next_day(3)
    scored.crm.put("response", "r", score=2.0, at=scored.clock.now())
    scored.sync()
    scored.score()
    since = explain(scored.workspace, ref("1"), day)["since"]
    assert since["change"] < 0
    assert since["change"] == pytest.approx(sum(part["points"] for part in since["parts"]), abs=1e-9)
    with pytest.raises(ConfigError, match="nothing was decided about Acme up to"):
        explain(scored.workspace, ref("1"), day.replace(year=2020))


def test_who_is_not_scored_yet_has_no_decision(world: World) -> None:
    world.account("1")
    world.sync()
    assert explain(world.workspace, ref("1"))["decision"] is None


def test_who_left_the_scope_is_said_to_be_out(make_world: Make) -> None:
    world = make_world(scope="status = customer")
    world.account("1")
    world.run()
    world.tick()
    world.account("1", status="churned")
    world.run()
    data = explain(world.workspace, ref("1"))
    assert data["in_scope"] is False
    assert data["decision"]
