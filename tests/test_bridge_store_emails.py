"""Whose e-mail address is whose, as persons come, change, merge and go."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, text
from worlds import World

from adapters.records import Person, Ref, Tombstone
from bridge.store import cursors, emails
from bridge.store.schema import person_emails
from bridge.sync.intake import take_in

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def person(id: str, email: str | None, connection: str = "sf", **more: Any) -> Person:
    return Person(ref=Ref(connection, "person", id), changed_at=AT, email=email, **more)


def take(world: World, *items: Person | Tombstone) -> None:
    with world.workspace.store.write() as db:
        take_in(db, world.workspace, items, world.clock.now())


def found(world: World, *asked: str) -> dict[str, list[str]]:
    with world.workspace.store.read() as db:
        return {email: [str(ref) for ref in refs] for email, refs in emails.persons(db, asked).items()}


def test_persons_are_found_in_whatever_case_the_address_is_written(world: World) -> None:
    take(world, person("1", "CSM-1@Example.com"), person("2", "csm-1@example.com", "hs"), person("3", None))
    assert found(world, " csm-1@EXAMPLE.com", "nobody@example.com", "no address") == {
        "csm-1@example.com": ["hs:person:2", "sf:person:1"]
    }
    assert found(world) == {}


def test_the_index_follows_changes_and_deletions(world: World) -> None:
    take(world, person("1", "old@example.com"), person("2", "other@example.com"))
    take(world, person("1", "new@example.com"))
    assert found(world, "old@example.com", "new@example.com") == {"new@example.com": ["sf:person:1"]}
    take(world, Tombstone(Ref("sf", "person", "1"), world.clock.now(), merged_into="2"))
    assert found(world, "new@example.com", "other@example.com") == {"other@example.com": ["sf:person:2"]}
    take(world, person("2", None))
    assert found(world, "other@example.com") == {}


@pytest.mark.parametrize("name", ["hs_additional_emails", "other_emails"])
def test_further_addresses_count_where_they_are_mapped(world: World, name: str) -> None:
    take(world, person("1", "a@example.com", extra={name: "B@example.com; c@example.com;a@example.com;;"}))
    assert set(found(world, "a@example.com", "b@example.com", "c@example.com")) == {
        "a@example.com",
        "b@example.com",
        "c@example.com",
    }
    take(world, person("1", "a@example.com", extra={name: 17}))
    assert found(world, "b@example.com") == {}


def test_a_store_that_was_filled_before_is_indexed_once(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.account("1")
    world.crm.put("person", "p", accounts=("1",), email="p@example.com")
    world.sync()
    with world.workspace.store.write() as db:
        db.execute(delete(person_emails))
        cursors.forget_facts(db, emails.INDEXED)
    assert found(world, "p@example.com") == {}
    world.sync()
    assert found(world, "p@example.com") == {"p@example.com": ["sf:person:p"]}


def test_looking_up_walks_an_index(world: World) -> None:
    take(world, *(person(str(number), f"p{number}@example.com") for number in range(50)))
    with world.workspace.store.read() as db:
        if db.dialect.name == "sqlite":
            plan = db.execute(text("EXPLAIN QUERY PLAN SELECT * FROM person_emails WHERE email = 'x'")).all()
            assert "SEARCH" in str(plan)
            assert "ix_person_emails_email" in str(plan)
