"""Answers that have to be asked for: one that may not be read holds up no other, a login that has ended all of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fake_surveymonkey import DOCUMENT, Monkey, answering
from signed import SECRET, body_of, recorded
from sqlalchemy import select
from worlds import World

from adapters.errors import Unauthorized
from bridge.inlets.hearing import hear
from bridge.store import deliveries
from bridge.store.inbox import StoreInbox
from bridge.store.schema import records

HIDDEN = "999"
ALL = 20
"""As many as are asked for together."""


@pytest.fixture
def monkey() -> Iterator[Monkey]:
    with answering() as one:
        one.say(200, DOCUMENT)
        one.hidden = HIDDEN
        yield one


@pytest.fixture
def world(make_world: Callable[..., World], monkey: Monkey) -> World:
    login = {"flow": "client_credentials", "client_id": "id", "client_secret": "secret"}
    crm = {"name": "sf", "crm": "salesforce", "login_url": "https://acme.my.salesforce.com", "auth": login}
    asked = {"name": "asked", "crm": "surveymonkey", "webhook_secret": SECRET, "token": "t", "base_url": monkey.url}
    made = make_world(connections=[crm, asked])
    made.account("1")
    made.sync()
    for number in range(ALL):
        survey = HIDDEN if number == 7 else "123"
        told = recorded("surveymonkey") | {"object_id": str(number), "resources": {"survey_id": survey}}
        StoreInbox(made.workspace.store).put("asked", body_of(told), (), made.clock.now())
    return made


def found(world: World) -> list[str]:
    with world.workspace.store.read() as db:
        mine = records.c.kind == "response", records.c.payload.is_not(None)
        return sorted(db.execute(select(records.c.id).where(*mine)).scalars())


def open_ones(world: World) -> list[dict[str, Any]]:
    with world.workspace.store.read() as db:
        return deliveries.open_deliveries(db)


def test_an_answer_that_may_not_be_read_is_parked_and_the_others_count_at_once(world: World, monkey: Monkey) -> None:
    assert hear(world.workspace, "asked").taken.changed == ALL - 1
    assert found(world) == sorted(f"@asked:{number}" for number in range(ALL) if number != 7)
    assert len(monkey.asked) == ALL, "each was asked for once"
    for _ in range(world.workspace.settings.inbox.attempts):
        world.tick(days=1)
        hear(world.workspace, "asked")
    [left] = open_ones(world)
    assert left["parked"]
    assert left["cause"] == "[asked] the answer cannot be read (HTTP 403 1015)"


def test_a_login_that_has_ended_puts_all_off_and_no_try_is_counted(world: World, monkey: Monkey) -> None:
    monkey.says.clear()
    monkey.say(401)
    with pytest.raises(Unauthorized):
        hear(world.workspace, "asked")
    assert len(monkey.asked) == 1
    assert [(row["attempts"], row["parked"]) for row in open_ones(world)] == [(0, False)] * ALL
    monkey.says.clear()
    monkey.say(200, DOCUMENT)
    world.tick(minutes=1)
    assert hear(world.workspace, "asked").taken.changed == ALL - 1
