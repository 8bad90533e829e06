"""Whose use it is when a usage file names accounts by domain."""

from collections.abc import Callable

import pytest
from worlds import DAY, START, World

from bridge.store import keys

Make = Callable[..., World]

USED = "days_since_login"
DOMAIN = "same.example.com"


@pytest.fixture
def world(make_world: Make) -> World:
    return make_world(usage=[{"file": "usage.csv", "account_key": "domain"}])


def used(world: World, id: str) -> bool:
    """Whether the last decision about the customer knew of any use."""
    return USED not in world.decision(id).missing


def read(world: World, *rows: str) -> None:
    world.sync()
    world.write_usage(*rows)
    world.take_in_usage()
    world.score()


def owner(world: World, domain: str) -> int | None:
    with world.workspace.store.read() as db:
        return keys.customers_of(db, "domain", [domain]).get(domain)


def rename(world: World, id: str, **fields: object) -> None:
    world.tick(hours=1)
    world.account(id, **fields)
    world.sync()
    world.score()


def test_two_customers_of_one_domain_have_no_use_together_nor_alone(world: World) -> None:
    for id in "12":
        world.account(id, domain=DOMAIN)
    world.account("3", domain="other.example.com")
    read(world, f"{DOMAIN},p,login,2026-03-01,3", "other.example.com,p,login,2026-03-01,3")
    assert [used(world, id) for id in "123"] == [False, False, True]
    for id in "12":
        rename(world, id, name=f"Renamed {id}", industry="Tools", domain=DOMAIN)
        assert not used(world, id), "scored alone"
    world.next_day()
    world.score()
    assert [used(world, id) for id in "123"] == [False, False, True]


def test_the_index_follows_a_domain_that_changes(world: World) -> None:
    world.account("1", domain=DOMAIN)
    read(world, f"{DOMAIN},p,login,2026-03-01,3")
    assert used(world, "1")
    assert owner(world, DOMAIN) == world.customer("1")
    rename(world, "1", domain="moved.example.com")
    assert not used(world, "1")
    assert owner(world, DOMAIN) is None
    assert owner(world, "moved.example.com") == world.customer("1")
    rename(world, "2", domain=DOMAIN)
    assert used(world, "2")
    rename(world, "1", domain=DOMAIN)
    assert owner(world, DOMAIN) is None, "two have it now"
    rename(world, "1", domain=None)
    assert owner(world, DOMAIN) == world.customer("2")
    world.next_day()
    world.score()
    assert (used(world, "1"), used(world, "2")) == (False, True)


def test_a_customer_that_joins_a_domain_takes_its_use_from_whoever_had_it(world: World) -> None:
    world.account("1", domain=DOMAIN)
    read(world, f"{DOMAIN},p,login,2026-03-01,3")
    rename(world, "2", domain=DOMAIN)
    assert not used(world, "2")
    world.next_day()
    world.score()
    assert not used(world, "1")


def test_a_deleted_account_does_not_make_its_domain_ambiguous(world: World) -> None:
    for id in "12":
        world.account(id, domain=DOMAIN)
    read(world, f"{DOMAIN},p,login,2026-03-01,3")
    world.tick(hours=1)
    world.crm.delete("account", "2")
    world.sync()
    world.next_day()
    world.score()
    assert used(world, "1")


@pytest.mark.parametrize(
    "spelled",
    ["same.example.com", "www.same.example.com", "SAME.Example.COM", "https://www.same.example.com/en?x=1",
     "  same.example.com. ", "http://user@Same.example.com:8080/"],
)  # fmt: skip
def test_a_domain_is_the_same_however_a_file_spells_it(world: World, spelled: str) -> None:
    world.account("1", domain=DOMAIN)
    world.sync()
    world.write_usage(f'"{spelled}",p,login,2026-03-01,3')
    (taken,) = world.take_in_usage()
    assert (taken.unknown, taken.ambiguous, taken.bad) == (0, 0, 0)
    world.score()
    assert used(world, "1")


def test_use_that_comes_later_affects_its_customer_only(world: World) -> None:
    for id in "12":
        world.account(id)
    read(world)
    world.tick(hours=1)
    world.write_usage(f"https://WWW.a2.example.com/,p,login,{(START - DAY).date()},3")
    world.take_in_usage()
    assert world.affected() == {world.customer("2")}
