"""What a changed rule may do to a book of customers, and which names a rule may use."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from config_files import CONNECTIONS, ENVIRON
from worlds import START, World

from adapters.records import Ref
from bridge.workspace import open_workspace
from config.errors import ConfigError
from config.shipped import shipped_path

Make = Callable[..., World]


def book(world: World, customers: int, others: int = 0) -> World:
    """So many customers and others, all read, scored and written."""
    for number in range(customers + others):
        id = str(number)
        world.account(id, status="customer" if number < customers else "churned")
        world.crm.put("response", f"r{id}", account=id, survey="nps", score=9.0, at=START)
    world.run()
    world.crm.writes.clear()
    return world


def rule(world: World, scope: str) -> None:
    """The next command is run with another scope."""
    settings = world.workspace.settings.model_copy(update={"scope": scope})
    world.workspace = replace(world.workspace, settings=settings, proven=set())


def shown(world: World) -> list[str]:
    return sorted(id for id, own in world.crm.own.items() if own.get("health_band"))


def decided(world: World) -> int:
    with world.workspace.store.read() as db:
        return int(db.exec_driver_sql("SELECT count(*) FROM decisions").scalar_one())


def test_a_typo_that_leaves_out_the_book_is_refused_and_nothing_is_blanked(world: World) -> None:
    book(world, 12)
    before, held = decided(world), shown(world)
    rule(world, "status = custmer")
    world.next_day()
    world.sync()
    for _ in range(2):
        with pytest.raises(ConfigError, match="leave out 12 of 12 customers that were scored until now"):
            world.score()
    assert world.push().written == 0
    assert (decided(world), shown(world), world.crm.writes) == (before, held, [])
    rule(world, "status = customer")
    assert world.score().customers >= 12
    assert shown(world) == held


def test_another_language_is_said_of_everybody_and_moves_no_score(world: World) -> None:
    book(world, 3)
    english = {id: dict(own) for id, own in world.crm.own.items()}
    for language in ("fa", "en"):
        settings = world.workspace.settings.model_copy(update={"language": language})
        world.workspace = replace(world.workspace, settings=settings, proven=set())
        world.run()
        world.crm.writes.clear()
        world.run()
        assert world.crm.writes == []
        persian = {id for id, own in world.crm.own.items() if "دادهٔ کافی" in str(own["health_reasons"])}
        assert len(persian) == (3 if language == "fa" else 0)
    assert {id: {**own, "scored_at": None} for id, own in world.crm.own.items()} == {
        id: {**own, "scored_at": None} for id, own in english.items()
    }


def test_who_means_it_can_have_it(world: World) -> None:
    book(world, 12)
    rule(world, "status = churned")
    with pytest.raises(ConfigError) as caught:
        world.score()
    assert "score --all" in caught.value.problems[0].expected
    assert world.score(everybody=True).outside == 12
    assert world.push().written == 12
    assert shown(world) == []
    assert world.score().customers == 0, "it is the rule from now on"


@pytest.mark.parametrize(("customers", "scope"), [(9, "status = custmer"), (1, "name = Nobody")])
def test_a_small_book_is_believed(world: World, customers: int, scope: str) -> None:
    book(world, customers)
    rule(world, scope)
    assert world.score().outside == customers


def test_a_rule_that_leaves_out_a_minority_is_believed(world: World) -> None:
    book(world, 14, others=12)
    rule(world, "status = customer")
    assert world.score().outside == 12
    world.push()
    assert len(shown(world)) == 14


def test_a_rule_that_leaves_out_just_more_than_half_is_not(world: World) -> None:
    book(world, 12, others=13)
    rule(world, "status = customer")
    with pytest.raises(ConfigError, match="leave out 13 of 25"):
        world.score()


def test_a_customer_that_changes_is_not_a_rule_that_changes(make_world: Make) -> None:
    world = book(make_world(scope="status = customer"), 12)
    world.tick(hours=1)
    for number in range(12):
        world.account(str(number), status="churned")
    world.sync()
    assert world.score().outside == 12


def test_those_of_the_first_sync_are_no_book_yet(world: World) -> None:
    for number in range(12):
        world.account(str(number), status="prospect")
    rule(world, "status = customer")
    world.sync()
    assert world.score().customers == 0
    assert world.entry("1") is None


# Names in rules


def workspace(folder: Path, scope: str, card: str = "", mapped: str = "") -> None:
    """Open a workspace with this scope, card rule and mapped field; closed at once."""
    text = CONNECTIONS.replace("  - name: hs\n", f"{mapped}  - name: hs\n") + f"scope: {scope}\n"
    (folder / "csbridge.yml").write_text(text, "utf-8")
    if card:
        shipped = Path(str(shipped_path("scorecards/health.yml"))).read_text("utf-8")
        (folder / "scorecards").mkdir()
        (folder / "scorecards" / "health.yml").write_text(shipped.replace("for: all", f"for: {card}"), "utf-8")
    open_workspace(folder / "csbridge.yml", ENVIRON, lambda: START).close()


MAPPED = "    map: {account: {fields: {tier: Tier__c}}}\n"


def problem(folder: Path, scope: str = "all", card: str = "", mapped: str = "") -> tuple[str, str]:
    with pytest.raises(ConfigError) as caught:
        workspace(folder, scope, card, mapped)
    (found,) = caught.value.problems
    return found.where, found.what


def test_a_scope_by_an_unknown_field_says_what_may_be_meant(tmp_path: Path) -> None:
    assert problem(tmp_path, "statsu = customer") == (
        "scope", "there is no account field 'statsu' (did you mean status?)",
    )  # fmt: skip


def test_a_card_for_an_unknown_field_says_what_may_be_meant(tmp_path: Path) -> None:
    assert problem(tmp_path, card="tire = gold", mapped=MAPPED) == (
        "for", "there is no feature or account field tire (did you mean tier?)",
    )  # fmt: skip


def test_a_field_that_is_not_mapped_is_unknown(tmp_path: Path) -> None:
    assert problem(tmp_path, "tier = gold")[0] == "scope"


@pytest.mark.parametrize("where", ["scope", "card"])
def test_a_mapped_field_is_known(tmp_path: Path, where: str) -> None:
    workspace(tmp_path, "tier = gold" if where == "scope" else "all", "tier = gold" if where == "card" else "", MAPPED)


def test_a_rule_by_a_mapped_field_chooses_customers(make_world: Make) -> None:
    world = make_world(scope="tier = gold")
    world.account("1", extra={"tier": "gold"})
    world.account("2", extra={"tier": "tin"})
    world.run()
    assert world.crm.written == [Ref("sf", "account", "1")]
