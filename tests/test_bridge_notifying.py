"""What endpoints are told: once, with the decision that makes it true, and only what concerns them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from receiver import SECRET
from sqlalchemy import select
from worlds import DAY, START, World

from adapters.records import Ref
from bridge.store import customers
from bridge.store.notifications import held
from bridge.store.schema import notifications
from bridge.store.told_persons import forget_person
from config.rules import parse

Make = Callable[..., World]

ENDPOINT = {"name": "warehouse", "url": "https://hooks.example.com/in", "secret": SECRET}


@pytest.fixture
def told_world(make_world: Make) -> World:
    return make_world(outbound=[ENDPOINT])


def told(world: World, endpoint: str = "warehouse") -> list[tuple[str, dict[str, Any]]]:
    """What was put down for an endpoint: type and data, oldest first."""
    query = select(notifications).where(notifications.c.endpoint == endpoint).order_by(notifications.c.id)
    with world.workspace.store.read() as db:
        return [(row["type"], row["document"]["data"]) for row in db.execute(query).mappings()]


def healthy(world: World, id: str = "1") -> None:
    """An account of which enough is known to be green."""
    since, renewal = START.date() - timedelta(days=400), START.date() + timedelta(days=300)
    place = {"journey_stage": "value", "segment": "mid"}
    world.account(id, customer_since=since, renewal_date=renewal, extra=place)
    world.crm.put("person", f"p{id}", accounts=(id,), role="champion", email="csm-1@example.com")
    world.crm.put("activity", f"a{id}", accounts=(id,), kind="meeting", at=START - DAY)
    world.crm.put("response", f"r{id}", account=id, person=f"p{id}", survey="nps", score=9.0, at=START - 2 * DAY)
    world.crm.put("ticket", f"t{id}", account=id, status="closed", opened_at=START - 9 * DAY, escalated=False)


def escalate(world: World, id: str = "1") -> None:
    world.tick(minutes=1)
    world.crm.put("ticket", f"t{id}", account=id, status="open", opened_at=world.clock.now(), escalated=True)


def test_the_first_decision_is_no_event(told_world: World) -> None:
    healthy(told_world)
    told_world.run()
    assert told_world.decision("1").band == "green"
    assert told(told_world) == []


def test_a_raised_flag_is_told_once_with_its_evidence(told_world: World) -> None:
    healthy(told_world)
    told_world.run()
    escalate(told_world)
    told_world.run()
    (raised,) = [data for type, data in told(told_world) if type == "flag.raised"]
    assert raised["customer"] == {"records": ["sf:1"], "name": "Account 1", "segment": "mid", "stage": "value"}
    assert (raised["flag"], raised["since"]) == ("escalated_ticket", START.date().isoformat())
    assert raised["reason"] and raised["remedy"]
    before = told(told_world)
    told_world.score(everybody=True)
    told_world.run()
    assert told(told_world) == before


def test_a_cleared_flag_says_what_it_was(told_world: World) -> None:
    healthy(told_world)
    told_world.run()
    escalate(told_world)
    told_world.run()
    reason = next(data["reason"] for type, data in told(told_world) if type == "flag.raised")
    told_world.tick(minutes=1)
    told_world.crm.put("ticket", "t1", status="closed", closed_at=told_world.clock.now(), escalated=False)
    told_world.run()
    cleared = [data for type, data in told(told_world) if type == "flag.cleared"]
    assert [(one["flag"], one["since"], one["reason"]) for one in cleared] == [
        ("escalated_ticket", START.date().isoformat(), reason)
    ]


def test_a_score_is_told_when_it_moved_by_as_much_as_is_written(told_world: World) -> None:
    healthy(told_world)
    told_world.run()
    first = told_world.decision("1").score
    escalate(told_world)
    told_world.run()
    (moved,) = [data for type, data in told(told_world) if type == "score.changed"]
    assert (moved["before"]["score"], moved["after"]["score"]) == (first, told_world.decision("1").score)
    assert moved["reasons"] == told_world.decision("1").reasons


def test_nobody_is_told_of_anything_that_a_crash_undid(told_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy(told_world)
    told_world.run()
    escalate(told_world)
    told_world.sync()

    def crash(*_: object) -> None:
        raise RuntimeError("crash")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="crash"):
        patch.setattr(customers, "keep_scope", crash)  # in the transaction of the publication, after it
        told_world.score()
    assert told(told_world) == []
    told_world.score()
    types = [type for type, _ in told(told_world)]
    assert types.count("flag.raised") == 1


def test_only_those_whom_it_concerns_are_told(make_world: Make) -> None:
    endpoints = [
        ENDPOINT | {"name": "flags", "events": ["flag.raised"]},
        ENDPOINT | {"name": "others", "where": "name = 'Account 2'"},
        ENDPOINT | {"name": "value", "where": "journey_stage = value"},
    ]
    world = make_world(outbound=endpoints)
    healthy(world)
    world.run()
    escalate(world)
    world.run()
    assert [type for type, _ in told(world, "flags")] == ["flag.raised"]
    assert told(world, "others") == []
    assert "flag.raised" in [type for type, _ in told(world, "value")]


def test_who_only_looks_tells_nobody(make_world: Make) -> None:
    world = make_world(outbound=[ENDPOINT], write={"dry_run": True})
    healthy(world)
    world.sync()
    world.score()
    escalate(world)
    world.sync()
    world.score()
    assert told(world) == []


def test_out_of_scope_and_back_is_no_event(make_world: Make) -> None:
    world = make_world(outbound=[ENDPOINT], scope="status = customer")
    healthy(world)
    world.run()
    for status in ("churned", "customer"):
        world.tick(minutes=1)
        world.crm.put("account", "1", status=status)
        world.run()
    assert told(world) == []


# Survey answers


def answer(world: World, id: str, score: float, **fields: Any) -> None:
    world.tick(minutes=1)
    given = {"account": "1", "person": "p1", "survey": "nps", "at": world.clock.now()} | fields
    world.crm.put("response", id, score=score, **given)


def answers(world: World) -> list[dict[str, Any]]:
    return [data for type, data in told(world) if type == "response.received"]


def test_an_answer_is_told_and_a_changed_mind_too(told_world: World) -> None:
    healthy(told_world)
    told_world.run()
    answer(told_world, "new", 3.0, comment="Too slow")
    told_world.run()
    answer(told_world, "new", 8.0)
    told_world.run()
    first, second = answers(told_world)
    assert (first["response"], first["person"], first["group"], first["comment"], first["changed"]) == (
        "sf:new", "sf:p1", "detractor", "Too slow", False,
    )  # fmt: skip
    assert (second["score"], second["group"], second["changed"]) == (8.0, "passive", True)
    assert "example.com" not in str(first)


def test_an_answer_without_an_account_is_its_persons(told_world: World) -> None:
    healthy(told_world)
    told_world.run()
    answer(told_world, "new", 9.0, account=None)
    told_world.run()
    assert [one["customer"]["records"] for one in answers(told_world)] == [["sf:1"]]


@pytest.mark.parametrize("days", [15, 400])
def test_an_answer_of_long_ago_is_no_news(told_world: World, days: int) -> None:
    healthy(told_world)
    told_world.run()
    answer(told_world, "old", 3.0, at=START - days * DAY)
    told_world.run()
    assert answers(told_world) == []


def test_what_else_the_record_holds_makes_no_new_answer(told_world: World) -> None:
    healthy(told_world)
    told_world.run()
    answer(told_world, "new", 3.0)
    told_world.run()
    answer(told_world, "new", 3.0, extra={"campaign": "spring"}, at=START + timedelta(minutes=1))
    told_world.run()
    assert len(answers(told_world)) == 1


def test_answers_of_customers_out_of_scope_are_not_told(make_world: Make) -> None:
    world = make_world(outbound=[ENDPOINT], scope="status = customer")
    healthy(world)
    world.account("2", status="prospect")
    world.run()
    answer(world, "new", 3.0, account="2", person=None)
    world.run()
    assert answers(world) == []


def test_a_person_is_forgotten_in_what_was_told_and_in_what_waits(told_world: World) -> None:
    healthy(told_world)
    told_world.run()
    answer(told_world, "new", 3.0, comment="Too slow")
    answer(told_world, "other", 4.0, comment="So so", person="p2")
    told_world.run()
    with told_world.workspace.store.write() as db:
        assert forget_person(db, [Ref("sf", "person", "p1")]) == 1
    assert [(one["person"], one["comment"]) for one in answers(told_world)] == [(None, None), ("sf:p2", "So so")]
    with told_world.workspace.store.read() as db:
        assert "Too slow" not in str(held(db, "warehouse", told_world.clock.now()))


def test_where_names_are_those_of_rules(make_world: Make) -> None:
    world = make_world(outbound=[ENDPOINT | {"where": "segment = strategic and journey_stage != onboarding"}])
    assert world.workspace.settings.outbound[0].where == parse("segment = strategic and journey_stage != onboarding")
