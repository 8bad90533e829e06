"""Peers of a workspace: who is gathered, in which groups, from which close."""

from pathlib import Path
from typing import Any

import pytest
from worlds import World, open_world

from bridge.moments import present
from bridge.peering import book_peers
from bridge.store.engine import Store
from scoring.expansion import NO_PEERS, PeerGroup, Peers

MAP = {"account": {"fields": {"products": "Products__c"}}}


def peers_now(world: World) -> Peers:
    with world.workspace.store.read() as db:
        return book_peers(db, world.workspace, present(world.workspace.now(), world.workspace.settings.zone))


def book(store: Store, folder: Path, **product: Any) -> World:
    world = open_world(store, folder, map=MAP, product=product)
    for number in range(3):
        account = {"industry": "Health", "arr": 50_000.0, "currency": "EUR"}
        world.account(str(number), **account, extra={"products": "Core;API" if number else "Core"})
    world.account("p", status="prospect", extra={"products": "API"})
    world.account("u", industry="Health", arr=50_000.0, extra={})
    world.sync()
    world.score()
    return world


def test_the_book_by_segment_and_industry_once_a_close_has_told_segments(store: Store, tmp_path: Path) -> None:
    world = book(store, tmp_path, owned="products")
    everybody = PeerGroup(None, None, 3, {"api": 2, "core": 3})
    assert peers_now(world).groups == (everybody,), "no close yet"
    world.next_day()
    world.score()
    groups = peers_now(world).groups
    assert groups == (
        PeerGroup("mid", "health", 3, everybody.owners), PeerGroup("mid", None, 3, everybody.owners), everybody,
    )  # fmt: skip


@pytest.mark.parametrize("product", [{}, {"owned": "nothing"}])
def test_without_a_field_that_lists_products_nobody_owns_any(
    store: Store, tmp_path: Path, product: dict[str, str]
) -> None:
    made = peers_now(book(store, tmp_path, **product))
    assert made == NO_PEERS if not product else made.groups == (PeerGroup(None, None, 0, {}),)
