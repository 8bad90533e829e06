"""The note on an account when its published health band changes: where it is asked for, once, in its language."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from worlds import START, World

from adapters.errors import Lost
from adapters.records import Ref
from bridge.pipeline import outbox, pushing

Make = Callable[..., World]
NOTES = {"history": "note"}

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
"""Many nights are scored here, and no statement is of this file alone: one database is enough."""


def healthy(world: World, *ids: str) -> None:
    """Answered, touched and renewing late: green."""
    for id in ids:
        world.account(id, renewal_date=START.date() + timedelta(days=300))
        world.crm.put("activity", f"a{id}", accounts=(id,), kind="call", at=START - timedelta(days=2), done=True)
        world.crm.put("response", f"r{id}", account=id, survey="nps", score=10.0, at=START - timedelta(days=2))
        at = START - timedelta(days=40)
        world.crm.put("ticket", f"t{id}", account=id, status="closed", opened_at=at, closed_at=at, escalated=False)


def falls(world: World, id: str) -> None:
    """Everything at once, so that the band follows."""
    world.tick(hours=1)
    at = world.clock.now() - timedelta(minutes=5)
    world.crm.put("response", f"r{id}", account=id, survey="nps", score=0.0, at=at)
    for number in range(6):
        world.crm.put("ticket", f"t{id}{number}", account=id, status="open", escalated=True, opened_at=at)


def turn(world: World, id: str) -> tuple[str, str]:
    """The bands before and after a fall that takes some nights to show."""
    before = world.decision(id).band
    falls(world, id)
    world.run()
    for _ in range(20):
        if world.decision(id).band != before:
            return before, world.decision(id).band
        world.next_day()
        world.run()
    raise AssertionError("the band never changed")


def test_a_first_decision_makes_no_note(make_world: Make) -> None:
    world = make_world(write=NOTES)
    healthy(world, "1", "2")
    world.run()
    assert world.crm.keyed == {}
    assert world.entry("1") is not None


def test_a_change_of_band_is_one_note_with_both_scores_and_the_reasons(make_world: Make) -> None:
    world = make_world(write=NOTES)
    healthy(world, "1", "2")
    world.run()
    before, after = turn(world, "1")
    ((ref, note),) = world.crm.keyed.items()
    decision = world.decision("1")
    assert ref == Ref("sf", "note", f"band:1:{decision.day.isoformat()}:{after}")
    assert note["account"] == "1"
    assert note["status"] == "done"
    assert f"Health {before} → {after}: " in str(note["subject"])
    assert str(note["subject"]).endswith(f"→ {decision.score:g}")
    assert str(note["body"]) == f"{note['subject']}. {decision.reasons}"
    assert world.crm.created == [ref]
    world.score(everybody=True)
    world.push()
    world.next_day()
    world.run()
    assert world.crm.created == [ref], "a repeated run makes no second one"


def test_nothing_is_noted_unless_it_is_asked_for(world: World) -> None:
    healthy(world, "1")
    world.run()
    turn(world, "1")
    assert world.crm.keyed == {}
    assert [entry.ref.kind for entry in world.workspace.ledger.entries("sf")] == ["account"]


def test_bands_of_missed_days_are_history_and_no_notes(make_world: Make) -> None:
    """Between two runs the band may have changed twice: what the page is told is the change since it was told last."""
    world = make_world(write=NOTES)
    healthy(world, "1")
    world.run()
    before = world.decision("1").band
    falls(world, "1")
    world.sync()
    world.next_day(6)
    world.run()
    bands = [before, *(made.band for made in world.history("1"))]
    assert len(world.crm.keyed) == (bands[-1] != before)
    assert bands[-1] != before


def test_the_note_is_in_the_workspaces_language(make_world: Make) -> None:
    world = make_world(write=NOTES, language="fa")
    healthy(world, "1")
    world.run()
    turn(world, "1")
    ((_, note),) = world.crm.keyed.items()
    assert str(note["subject"]).startswith("سلامت از ")


@pytest.mark.parametrize("arrived", [True, False])
def test_after_a_lost_answer_the_note_is_looked_for_and_never_doubled(arrived: bool, make_world: Make) -> None:
    world = make_world(write=NOTES)
    healthy(world, "1")
    world.run()
    before = world.decision("1").band
    falls(world, "1")
    world.sync()
    world.score()
    while world.decision("1").band == before:
        world.push()
        world.next_day()
        world.sync()
        world.score()
    (note,) = [entry.ref for entry in world.workspace.ledger.entries("sf") if entry.ref.kind == "note"]
    if arrived:
        world.crm.lost.add(note.id)
    else:
        world.crm.fail("write", None, Lost("no answer", connection="sf"))
    world.push()
    world.tick(minutes=10)
    world.push()
    assert world.crm.created == [note]
    assert set(world.crm.keyed) == {note}
    assert not [row for row in outbox.pending(world.workspace) if row["record"] == str(note)]


def test_a_note_that_the_crm_refuses_is_parked_with_the_cause_and_retried(make_world: Make) -> None:
    world = make_world(write=NOTES)
    healthy(world, "1")
    world.run()
    day = world.decision("1").day
    keys = [f"band:1:{day + timedelta(days=n)}:{band}" for n in range(25) for band in ("yellow", "red", "unknown")]
    world.crm.refused |= set(keys)
    turn(world, "1")
    assert world.crm.keyed == {}
    (parked,) = outbox.pending(world.workspace)
    assert (parked["standing"], parked["code"]) == ("refused", "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert parked["record"].startswith("sf:note:band:1:")
    world.crm.refused.clear()
    world.push()
    assert world.crm.keyed == {}, "the same is not tried again by itself"
    outbox.retry(world.workspace, [parked["record"]])
    world.push()
    assert [str(ref) for ref in world.crm.keyed] == [parked["record"]]
    assert outbox.pending(world.workspace) == []


def test_a_note_for_an_account_that_is_gone_is_dropped(make_world: Make) -> None:
    world = make_world(write=NOTES)
    healthy(world, "1", "2")
    world.run()
    before = world.decision("1").band
    falls(world, "1")
    world.sync()
    world.score()
    while world.decision("1").band == before:
        world.next_day()
        world.score()
    assert [patch.ref.kind for patch in pushing.plan(world.workspace, "sf").patches].count("note") == 1
    world.tick(hours=1)
    world.crm.delete("account", "1")
    world.sync()
    world.push()
    assert world.crm.keyed == {}
    assert [entry.ref.id for entry in world.workspace.ledger.entries("sf")] == ["2"]
