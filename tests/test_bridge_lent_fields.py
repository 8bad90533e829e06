"""Own fields that are kept in fields the admin has already: adopted once, and moved to others between two runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from fake_crm import OVERLAP, FakeCrm
from worlds import START, World

from adapters.contract import Change, Outcome, Patch, Plan
from adapters.records import Account, Item, Ref, Value
from config.errors import ConfigError
from config.fields import OwnField
from config.settings import Settings


@dataclass
class LendingCrm(FakeCrm):
    """Keeps own fields where ``targets`` says, as a real org does, and lends only fields that are blank everywhere."""

    targets: dict[str, str] = field(default_factory=dict)
    """Own field → the admin's field."""
    lent: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Account → the admin's field → value."""
    planned: list[dict[str, bool]] = field(default_factory=list)
    """Own field → ``adopt``, of each plan that was asked for."""

    def plan(self, fields: Sequence[OwnField]) -> Plan:
        mapped = {own.name: own for own in fields if own.to}
        self.planned.append({name: own.adopt for name, own in mapped.items()})
        blocked = [
            Change("create_field", own.name, own.to or "", blocked="the field holds values already")
            for own in mapped.values()
            if not own.adopt and any(held.get(own.to or "") is not None for held in self.lent.values())
        ]
        return Plan((*super().plan(fields).changes, *blocked))

    def _applied(self, patch: Patch) -> Outcome:
        moved = {self.targets[name]: value for name, value in patch.fields.items() if name in self.targets}
        self.lent.setdefault(patch.ref.id, {}).update(moved)
        kept = {name: value for name, value in patch.fields.items() if name not in self.targets}
        return super()._applied(replace(patch, fields=kept))

    def _seen(self, ref: Ref) -> Item:
        item = super()._seen(ref)
        if isinstance(item, Account):
            held = self.lent.get(ref.id, {})
            return replace(item, own={**item.own, **{name: held.get(to) for name, to in self.targets.items()}})
        return item


def mapped(settings: Settings, **own_fields: Any) -> Settings:
    """The settings with these own fields mapped, as if read from a file."""
    return Settings.model_validate(
        {**settings.model_dump(by_alias=True, exclude={"own_fields"}), "own_fields": own_fields}
    )


def next_command(world: World, crm: LendingCrm, **own_fields: Any) -> None:
    """Later than any overlap, with another map of own fields."""
    world.clock.move(OVERLAP * 2)
    settings = mapped(world.workspace.settings, **own_fields)
    world.workspace = replace(world.workspace, settings=settings, proven=set(), _adapters={"sf": crm})
    world.crm = crm
    crm.targets = {name: entry["to"] for name, entry in own_fields.items()}
    crm.writes.clear()


@pytest.fixture
def crm(world: World) -> LendingCrm:
    """Three customers with scores, once read and written into our own fields."""
    crm = LendingCrm(world.clock)
    crm.provision_all(list(world.workspace.fields.values()))
    world.crm = crm
    world.workspace._adapters["sf"] = crm
    for id in "123":
        world.account(id)
        crm.put("response", f"r{id}", account=id, survey="nps", score=9.0, at=START)
        crm.put("ticket", f"t{id}", account=id, status="closed", opened_at=START, closed_at=START, escalated=False)
        crm.put("activity", f"a{id}", accounts=(id,), kind="meeting", at=START)
    return crm


TO = {"to": "Existing_Score__c"}


def scores(crm: LendingCrm, to: str) -> dict[str, Value]:
    return {id: held.get(to) for id, held in crm.lent.items()}


def test_another_target_is_written_for_customers_that_did_not_change(world: World, crm: LendingCrm) -> None:
    world.run()
    score = world.decision("1").score
    assert score is not None
    next_command(world, crm, health_score=TO)
    assert world.run().written == 3
    written = [set(patch.fields) - {"scored_at"} for patches in crm.writes for patch in patches]
    assert written == [{"health_score"}] * 3
    assert scores(crm, "Existing_Score__c") == dict.fromkeys("123", score)
    entry = world.entry("1")
    assert entry is not None
    assert (entry.repairs, entry.contested, dict(entry.accepted)) == (0, False, {})
    next_command(world, crm, health_score=TO)
    assert world.run().calls == 0


@pytest.mark.parametrize("drift", ["repair", "accept"])
def test_a_target_is_moved_on_and_back_again(world: World, crm: LendingCrm, drift: str) -> None:
    write = world.workspace.settings.write.model_copy(update={"drift": drift})
    world.workspace.settings = world.workspace.settings.model_copy(update={"write": write})
    world.run()
    score = world.decision("1").score
    for to in ("First__c", "Second__c", "Third__c", "Fourth__c", "Fifth__c"):
        next_command(world, crm, health_score={"to": to})
        assert world.run().written == 3
        assert scores(crm, to) == dict.fromkeys("123", score)
    next_command(world, crm)
    crm.own["1"]["health_score"] = 1.0  # while nobody looked
    assert world.run().written == 1, "two hold the right value still; what was confirmed long ago is not believed"
    assert {own["health_score"] for own in crm.own.values()} == {score}
    assert world.run().calls == 0
    entry = world.entry("1")
    assert entry is not None
    assert (entry.repairs, entry.contested) == (0, False)


def test_a_target_is_moved_just_after_a_write_is_no_drift(world: World, crm: LendingCrm) -> None:
    """All accounts are read again because of the overlap; their new field is blank, which nobody did."""
    world.run()
    next_command(world, crm, health_score=TO)
    world.clock.move(-2 * OVERLAP)
    world.tick(seconds=5)
    world.account("2", name="Renamed")
    assert world.run().written == 3
    assert set(scores(crm, "Existing_Score__c").values()) == {world.decision("1").score}
    entry = world.entry("2")
    assert entry is not None
    assert (entry.repairs, entry.contested) == (0, False)


def test_a_score_that_is_unknown_leaves_no_stranger_in_an_adopted_field(world: World, crm: LendingCrm) -> None:
    world.account("9", domain=None, status="prospect")
    world.run()
    assert world.decision("9").score is None
    crm.lent["9"] = {"Existing_Score__c": 12.0}
    next_command(world, crm, health_score={**TO, "adopt": True})
    world.run()
    assert scores(crm, "Existing_Score__c")["9"] is None


# Adoption


def test_a_blank_field_is_ours_from_the_first_push_on(world: World, crm: LendingCrm) -> None:
    next_command(world, crm, health_score=TO)
    assert world.run().written == 3
    assert crm.planned == [{"health_score": False}]
    world.tick(hours=1)
    crm.put("response", "bad", account="1", survey="nps", score=0.0, at=world.clock.now())
    next_command(world, crm, health_score=TO)
    assert world.run().written == 1
    assert crm.planned[-1] == {"health_score": True}
    assert [own.adopt for own in world.workspace.fields_for("sf") if own.to] == [True]


def test_ours_in_one_org_is_not_ours_in_another_nor_in_another_field(world: World, crm: LendingCrm) -> None:
    next_command(world, crm, health_score=TO)
    world.run()
    assert [own.adopt for own in world.workspace.fields_for("hs") if own.to] == [False]
    next_command(world, crm, health_score={"to": "Other__c"})
    assert [own.adopt for own in world.workspace.fields_for("sf") if own.to] == [False]


def test_a_field_that_was_filled_is_never_ours_unless_it_is_said(world: World, crm: LendingCrm) -> None:
    crm.lent["3"] = {"Existing_Score__c": 12.0}
    next_command(world, crm, health_score=TO)
    for _ in range(2):
        with pytest.raises(ConfigError, match="Existing_Score__c"):
            world.run()
    assert crm.writes == []
    assert [own.adopt for own in world.workspace.fields_for("sf") if own.to] == [False]
    next_command(world, crm, health_score={**TO, "adopt": True})
    assert world.run().written == 3
    assert scores(crm, "Existing_Score__c")["3"] == world.decision("3").score


def test_whether_we_wrote_there_before_a_field_was_lent_is_told(world: World, crm: LendingCrm) -> None:
    """Our mark is on every record by then: it does not say that the values in the admin's field are ours."""
    world.workspace.settings = mapped(world.workspace.settings, health_score=TO)
    world.workspace = replace(world.workspace)
    assert [own.lent_late for own in world.workspace.fields_for("sf") if own.to] == [False]
    next_command(world, crm)
    world.run()
    next_command(world, crm, health_score=TO)
    assert [own.lent_late for own in world.workspace.fields_for("sf") if own.to] == [True]
    assert [own.lent_late for own in world.workspace.fields_for("hs") if own.to] == [False]


# Given back, with the purpose that filled it

ADVOCACY: dict[str, Any] = {"advocacy_score": TO}


def with_purposes(world: World, crm: LendingCrm, *purposes: str) -> None:
    """The next command, where the advocacy score is kept in the admin's field and these purposes are on."""
    settings = world.workspace.settings.model_copy(update={"scorecards": list(purposes)})
    world.workspace = replace(world.workspace, settings=settings)
    next_command(world, crm, **ADVOCACY)


def test_a_field_that_was_ours_is_blanked_when_nothing_fills_it_any_more(world: World, crm: LendingCrm) -> None:
    crm.provisioned.add("advocacy_score")
    with_purposes(world, crm, "health", "advocacy")
    assert world.run().written == 3
    assert None not in scores(crm, "Existing_Score__c").values()
    with_purposes(world, crm, "health")
    assert world.run().written == 3
    assert scores(crm, "Existing_Score__c") == dict.fromkeys("123")
    with_purposes(world, crm, "health")
    assert world.run().calls == 0


def test_a_field_that_was_never_ours_is_neither_blanked_nor_taken(world: World, crm: LendingCrm) -> None:
    crm.provisioned.add("advocacy_score")
    crm.lent = {id: {"Existing_Score__c": 12.0} for id in "123"}
    with_purposes(world, crm, "health", "advocacy")
    with pytest.raises(ConfigError, match="Existing_Score__c"):
        world.run()
    for _ in range(2):
        with_purposes(world, crm, "health")
        world.account("1", name=f"Renamed at {world.clock.now()}")
        world.run()
    with_purposes(world, crm, "health", "advocacy")
    with pytest.raises(ConfigError, match="Existing_Score__c"):
        world.run()
    assert scores(crm, "Existing_Score__c") == dict.fromkeys("123", 12.0)
