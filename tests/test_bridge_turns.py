from datetime import UTC, datetime, timedelta

import pytest

from bridge.workers.turns import Turns

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_reading_rests_without_keeping_what_was_read_from_being_written() -> None:
    turns = Turns()
    turns.rest("sf", "read", NOW + MINUTE)
    turns.rest("sf", "read", NOW)
    assert not turns.is_awake("sf", "read", NOW)
    assert turns.is_awake("sf", "write", NOW)
    assert (turns.left("sf", "read", NOW), turns.left("sf", "write", NOW)) == (MINUTE, None)
    assert turns.is_awake("sf", "read", NOW + MINUTE)


def test_a_turn_costs_what_its_reading_and_its_writing_cost() -> None:
    turns = Turns()
    assert turns.cost("sf") == 0
    turns.note("sf", "read", NOW, 3)
    turns.note("sf", "write", NOW + MINUTE, 1)
    assert (turns.cost("sf"), turns.cost("hs")) == (4, 0)
    assert turns.last_written("sf") == NOW + MINUTE


def test_events_read_while_others_are_decided_about_wait_for_the_next_scoring() -> None:
    turns = Turns()
    turns.came("sf", [NOW])
    with turns.scoring():
        turns.came("sf", [NOW + MINUTE])
        assert turns.decided("sf") == []
    assert turns.decided("sf") == [NOW]
    assert turns.decided("sf") == [], "each is counted once"
    with turns.scoring():
        pass
    assert turns.decided("sf") == [NOW + MINUTE]


def test_a_scoring_that_fails_has_decided_nothing() -> None:
    turns = Turns()
    turns.came("sf", [NOW])
    with pytest.raises(RuntimeError), turns.scoring():
        raise RuntimeError
    assert turns.decided("sf") == []
    with turns.scoring():
        pass
    assert turns.decided("sf") == [NOW]
