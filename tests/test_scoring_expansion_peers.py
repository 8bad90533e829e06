"""Cross-sell by what similar accounts own: groups, their least size, what stands out, and who is told."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from flag_scenes import ago, story

from scoring.expansion import NO_PEERS, Peers, find_signals, peers
from scoring.expansion.cross_sell import offers, wilson_low
from scoring.expansion.owned import owned_products
from scoring.expansion.peers import PeerGroup

CUSTOMER = {"status": "customer", "segment": "mid", "industry": "Health"}


def many(count: int, products: Any, **more: Any) -> list[dict[str, Any]]:
    return [{**CUSTOMER, "products": products, **more} for _ in range(count)]


def told(book: Sequence[dict[str, Any]], asked: dict[str, Any], known: Peers | None = None, **more: Any) -> Any:
    """(product, owners, others, group) that a customer is offered, or None."""
    table = pd.DataFrame([*book, asked])
    then, values = story(*book, asked, product={"owned": "products"})
    found = find_signals(then, values, {}, known=peers(table, "products") if known is None else known, **more)
    signal, last = found["cross_sell"], len(book)
    if pd.isna(signal.ago[last]):
        return None
    return tuple(signal.facts[f"cross_sell_{name}"][last] for name in ("product", "owners", "others", "group"))


@pytest.mark.parametrize(
    ("cell", "owned"),
    [
        ("Core; API;;core ", ["core", "api"]),
        ("Core, API", ["core", "api"]),
        ("Core, with comma; API", ["core, with comma", "api"]),
        (["API", "Core", None, ""], ["api", "core"]),
        (("x",), ["x"]),
        ("", []),
        (" ; ", []),
        (None, []),
        (float("nan"), []),
        (7.0, []),
        ([], []),
    ],
)
def test_what_a_field_lists(cell: Any, owned: list[str]) -> None:
    found = owned_products(pd.Series([cell, "Other"], index=[3, 4], dtype=object))
    assert found.loc[found["customer"].eq(3), "product"].tolist() == owned
    assert found.loc[found["customer"].eq(4), "name"].tolist() == ["Other"]


MID = [*many(14, "Core;API"), *many(6, "Core")]
REST = many(30, "core", segment="small", industry="Retail")
LACKS = {**CUSTOMER, "products": "Core"}


def test_a_product_that_most_accounts_like_it_own() -> None:
    assert told([*MID, *REST], LACKS) == ("API", 14, 20, "both")
    assert told([*MID, *REST], {**LACKS, "segment": "MID ", "industry": "health"}) == ("API", 14, 20, "both")


@pytest.mark.parametrize(
    "unlike",
    [
        {"products": "core;api"},
        {"products": None},
        {"products": ""},
        {"status": "prospect"},
        {"segment": "small", "industry": "Retail"},
    ],
)
def test_who_is_told_nothing(unlike: dict[str, Any]) -> None:
    assert told([*MID, *REST], {**LACKS, **unlike}) is None


def test_a_group_that_is_too_small_gives_way_to_a_wider_one() -> None:
    other = many(10, "Core;API", industry="Banking")
    assert told([*MID[:10], *other, *REST], {**LACKS, "industry": "Banking"}) == ("API", 20, 20, "segment")
    assert told([*MID[:10], *other, *REST], {**LACKS, "industry": None}) == ("API", 20, 20, "segment")
    assert told([*many(12, "Core;API"), *many(8, "Core;API", segment=None)], {**LACKS}) == ("API", 20, 20, "all")
    assert told([*many(12, "Core;API"), *many(7, "Core;API", segment=None)], {**LACKS}) is None, "19 others"


def test_what_everybody_owns_alike_says_nothing_about_a_group() -> None:
    alike = many(60, "Core;API", segment="small", industry="Retail")
    assert told([*MID, *alike], LACKS) is None
    assert told([*many(7, "Core;API"), *many(13, "Core"), *REST], LACKS) is None, "35 % own it"


def test_chance_is_not_likeness() -> None:
    """8 of 20 against 9 of 30: a lift of 1.33, but 20 accounts cannot tell."""
    mid = [*many(8, "Core;API"), *many(12, "Core")]
    rest = [*many(9, "Core;API", segment="small", industry="R"), *many(21, "Core", segment="small", industry="R")]
    assert told([*mid, *rest], LACKS) is None


def test_the_offer_holds_while_the_book_moves_a_little() -> None:
    book = [*many(7, "Core;API"), *many(13, "Core"), *REST]
    assert told(book, LACKS, before={len(book): {"cross_sell": ago(3)}}) == ("API", 7, 20, "both")
    assert told([*many(6, "Core;API"), *many(14, "Core"), *REST], LACKS, before={50: {"cross_sell": ago(3)}}) is None


def test_the_best_founded_offer_that_it_does_not_own() -> None:
    book = [*many(12, "Core;API;BI"), *many(4, "Core;BI"), *many(4, "Core"), *REST]
    assert told(book, LACKS) == ("BI", 16, 20, "both")
    assert told(book, {**LACKS, "products": "core;bi"}) == ("API", 12, 20, "both")


def test_peers_are_plain_data_and_do_not_depend_on_the_order_of_rows() -> None:
    table = pd.DataFrame([*MID, *REST, *many(3, None), *many(3, "API", status="churned")])
    made = peers(table, "products")
    assert Peers.restored(json.loads(json.dumps(made.document()))) == made
    assert peers(table.sample(frac=1, random_state=3), "products") == made
    assert made.groups[-1] == PeerGroup(None, None, 50, {"api": 14, "core": 50})
    assert made.names == {"api": "API", "core": "core"}, "as most accounts write it"


def test_without_the_field_there_are_no_peers() -> None:
    table = pd.DataFrame(MID)
    assert peers(table, None) == peers(table, "gone") == NO_PEERS
    assert told(MID, LACKS, known=NO_PEERS) is None
    empty = peers(table.iloc[:0], "products")
    assert [group.accounts for group in empty.groups] == [0]
    assert told(MID, LACKS, known=empty) is None


def test_wilson() -> None:
    assert wilson_low(0, 0) == 0.0
    assert wilson_low(14, 20) == pytest.approx(0.4810, abs=1e-4)
    (everybody,) = offers(PeerGroup("a", None, 21, {"x": 21}), PeerGroup(None, None, 60, {"x": 21}))
    assert (everybody.owners, everybody.others) == (21, 21), "for one that has come since"
