"""Own fields that nothing decides any more, because the settings were changed, are blanked in the CRM, once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from worlds import START, World, settings_of

from adapters.records import Value
from bridge.pipeline import pushing
from config.own_fields import own_fields

Make = Callable[..., World]
RULES: dict[str, Any] = {
    "scorecards": ["health", "advocacy"],
    "flags": {"escalated_ticket": {}, "renewal_near": {"days": 90}},
    "stages": [{"name": "whole", "enter": "all", "exit": ["arr < 0"]}],
}


def held(world: World) -> dict[str, Value]:
    return {name: value for name, value in world.crm.own["1"].items() if value is not None}


def other_rules(world: World, **change: Any) -> None:
    """The next command, after the admin changed the settings."""
    world.tick(hours=1)
    settings = settings_of(world.workspace.folder, **RULES | change)
    world.workspace = replace(world.workspace, settings=settings)
    world.crm.writes.clear()


def next_command(world: World) -> None:
    world.workspace = replace(world.workspace)
    world.crm.writes.clear()


@pytest.fixture
def written(make_world: Make) -> World:
    """Two customers with every field that the rules decide, in a CRM that took them."""
    world = make_world(**RULES)
    for id in "12":
        world.account(id, renewal_date=START.date())
        world.crm.put("ticket", f"t{id}", account=id, status="open", opened_at=START, escalated=True)
        world.crm.put("response", f"r{id}", account=id, survey="nps", score=9.0, at=START)
        world.crm.put("activity", f"a{id}", accounts=(id,), kind="meeting", at=START)
    world.run()
    assert held(world).keys() >= {"advocacy_score", "health_score", "risk_flags", "top_risk", "journey_stage"}
    return world


CHANGES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a purpose that is off": ({"scorecards": ["health"]}, {"advocacy_score"}),
    "no flag at all": ({"flags": {}}, {"risk_flags", "top_risk"}),
    "no stage at all": ({"stages": []}, {"journey_stage"}),
}


@pytest.mark.parametrize(("change", "names"), CHANGES.values(), ids=CHANGES)
def test_what_nothing_decides_any_more_is_blanked_once(written: World, change: dict[str, Any], names: set[str]) -> None:
    before = held(written).keys()
    other_rules(written, **change)
    assert written.run().written == 2
    assert not names & held(written).keys()
    assert held(written).keys() >= before - names - {"risk_since"}
    for _ in range(3):
        next_command(written)
        assert written.run().calls == 0
    assert not written.workspace.leaving
    assert not names & {own.name for own in own_fields(written.workspace.settings)}


def test_a_process_that_goes_on_asks_the_crm_no_more_once_they_are_blank(written: World) -> None:
    """``serve`` keeps its workspace, and trusts that the CRM has the fields: no describe is spent on a push."""
    other_rules(written, scorecards=["health"])
    written.run()
    written.score()
    written.crm.put("response", "r1", account="1", survey="nps", score=1.0, at=START)
    written.sync()
    written.score()
    before = written.crm.calls.made.copy()
    assert pushing.push(written.workspace, "sf", trusted=True).written == 1
    assert written.crm.calls.made - before == {"write": 1}


def test_they_are_blanked_without_another_sync_and_after_one_that_read_the_records_again(written: World) -> None:
    other_rules(written, scorecards=["health"])
    written.account("1", name="Renamed")
    written.sync()
    next_command(written)
    written.score()
    next_command(written)
    assert written.push().written == 2
    assert [own.get("advocacy_score") for own in written.crm.own.values()] == [None, None]


def test_a_purpose_that_is_on_again_before_the_push_is_written_as_if_nothing_had_been(written: World) -> None:
    score = held(written)["advocacy_score"]
    other_rules(written, scorecards=["health"])
    written.score()
    other_rules(written)
    written.run()
    assert held(written)["advocacy_score"] == score
    next_command(written)
    assert written.run().calls == 0


def test_a_field_that_the_admin_deleted_with_its_purpose_stops_nothing(written: World) -> None:
    other_rules(written, scorecards=["health"], flags={"escalated_ticket": {}})
    written.crm.provisioned.discard("advocacy_score")
    for own in written.crm.own.values():
        del own["advocacy_score"]
    assert written.run().written == 2
    assert not any("advocacy_score" in patch.fields for patches in written.crm.writes for patch in patches)
    next_command(written)
    assert written.run().calls == 0


def test_the_option_of_a_flag_that_is_off_leaves_the_records(written: World) -> None:
    assert held(written)["risk_flags"] == ("escalated_ticket", "renewal_near")
    other_rules(written, flags={"escalated_ticket": {}})
    assert written.run().written == 2
    assert held(written)["risk_flags"] == ("escalated_ticket",)
    next_command(written)
    assert written.run().calls == 0


def test_fields_that_the_admin_no_longer_has_written_stay_as_they_are(written: World) -> None:
    other_rules(written, write={"fields": ["health_score"]})
    written.run()
    assert held(written)["advocacy_score"] is not None
    assert not written.workspace.leaving
