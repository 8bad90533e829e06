from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from worlds import START, World

from adapters.errors import QuotaSpent, Retry
from bridge.pipeline import outbox, pushing
from bridge.store.schema import audit
from config.errors import ConfigError

Make = Callable[..., World]


@pytest.fixture
def five(world: World) -> World:
    """Five customers whose fields are to be written, three to a call."""
    return prepared(world)


def prepared(world: World) -> World:
    for number in range(5):
        world.account(str(number))
    world.sync()
    world.score()
    return world


def held(world: World) -> list[str]:
    return sorted(id for id, own in world.crm.own.items() if own.get("health_band"))


def test_what_is_wanted_is_written_in_the_fewest_calls(five: World) -> None:
    summary = five.push()
    assert (summary.written, summary.calls, summary.refused) == (5, 2, ())
    assert held(five) == list("01234")
    assert [len(patches) for patches in five.crm.writes] == [3, 2]
    assert five.push().calls == 0


def test_the_settings_may_lower_the_batch(make_world: Make) -> None:
    world = prepared(make_world(write={"batch": 2}))
    assert world.push().calls == 3
    assert prepared(make_world(write={"batch": 99})).push().calls == 0


def test_a_push_is_audited_without_personal_data(five: World) -> None:
    five.push()
    five.push()
    with five.workspace.store.read() as db:
        (row,) = db.execute(select(audit)).mappings()
    assert (row["action"], row["detail"]) == ("push", {"connection": "sf", "written": 5, "refused": 0})


def test_a_missing_field_stops_the_push_before_any_write(five: World) -> None:
    five.crm.provisioned -= {"health_reasons", "nps"}
    with pytest.raises(ConfigError, match=r"CSB_health_reasons__c, CSB_nps__c") as caught:
        five.push()
    assert "provision --apply --connection sf" in caught.value.problems[0].example
    assert five.crm.writes == []
    five.crm.provision_all(list(five.workspace.fields.values()))
    assert five.push().written == 5


def test_a_missing_field_that_people_write_stops_nothing(five: World) -> None:
    five.crm.provisioned -= {"pulse", "pulse_reason"}
    assert five.push().written == 5


def test_a_refused_record_is_reported_and_kept_and_stops_no_other(five: World) -> None:
    five.crm.refused.add("3")
    summary = five.push()
    assert summary.written == 4
    assert [(one.ref.id, one.code) for one in summary.refused] == [("3", "FIELD_CUSTOM_VALIDATION_EXCEPTION")]
    assert outbox.pending(five.workspace) == [
        {"record": "sf:account:3", "standing": "refused", "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
         "message": "not in this org"}
    ]  # fmt: skip
    five.crm.refused.clear()
    assert five.push().calls == 0, "the same patch is not sent again by itself"
    outbox.retry(five.workspace, ["sf:account:3"])
    assert five.push().written == 1
    assert outbox.pending(five.workspace) == []


def test_what_was_refused_can_be_set_aside_until_it_changes(five: World) -> None:
    five.crm.refused.add("3")
    five.push()
    outbox.drop(five.workspace, ["sf:account:3"])
    assert outbox.pending(five.workspace) == []
    five.crm.refused.clear()
    assert five.push().calls == 0
    five.tick()
    five.crm.put("response", "r", account="3", survey="nps", score=1.0, at=START)
    assert five.run().written == 1
    assert five.crm.own["3"]["risk_flags"] == ("detractor",)


def test_a_lost_answer_is_read_back_before_anything_is_sent_again(five: World) -> None:
    five.crm.lost.add("1")
    summary = five.push()
    assert summary.written == 5
    assert five.crm.reads == [("account", ["1"])]
    assert [ref.id for ref in five.crm.written] == list("01234")


def test_a_spent_quota_ends_the_push_and_the_rest_is_written_later(five: World) -> None:
    five.crm.fail("write", None, QuotaSpent("spent", until=START + timedelta(hours=1)))
    with pytest.raises(QuotaSpent):
        five.push()
    assert held(five) == list("012")
    assert [row["standing"] for row in outbox.pending(five.workspace)] == ["waiting", "waiting"]
    five.clock.move(timedelta(hours=2))
    assert five.push().written == 2


def test_a_busy_crm_gets_its_records_later(five: World) -> None:
    five.crm.fail("write", Retry("locked", after=timedelta(minutes=2)))
    summary = five.push()
    assert (summary.written, len(summary.later)) == (2, 3)
    assert five.push().calls == 0
    five.clock.move(timedelta(minutes=3))
    assert five.push().written == 3


def test_a_deleted_record_is_refused_and_then_forgotten(five: World) -> None:
    five.crm.delete("account", "4")
    assert [one.ref.id for one in five.push().refused] == ["4"]
    five.tick()
    five.sync()
    assert outbox.pending(five.workspace) == []


def test_the_plan_shows_what_a_push_would_do_and_touches_nothing(five: World) -> None:
    plan = pushing.plan(five.workspace, "sf")
    assert ([patch.ref.id for patch in plan.patches], plan.calls) == (list("01234"), 2)
    assert "pulse" not in plan.patches[0].fields
    assert five.crm.calls.made["write"] == 0
    five.push()
    assert pushing.plan(five.workspace, "sf").patches == ()


def test_a_dead_pushers_lease_does_not_hold_up_the_next(five: World) -> None:
    class Killed(BaseException):
        pass

    def killed(patches: Any) -> Any:
        raise Killed

    plain, five.crm.write = five.crm.write, killed  # type: ignore[method-assign]
    with pytest.raises(Killed):
        five.push()
    five.crm.write = plain  # type: ignore[method-assign]
    assert five.push().written == 5
    assert held(five) == list("01234")
