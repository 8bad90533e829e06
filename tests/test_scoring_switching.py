"""Two cards over one book: what would be decided otherwise, and why."""

from datetime import date
from typing import Any

import pytest

from scoring.decision import Contribution, Decision, RaisedFlag
from scoring.proof.switching import OUTSIDE, Tally

DAY = date(2026, 3, 1)


def part(measure: str, points: float, loss: float) -> Contribution:
    return Contribution(measure, "usage", measure.title(), 1.0, points, loss, f"About {measure}")


def decided(customer: int, band: Any, *parts: Contribution, flags: str = "", action: str = "Call") -> Decision:
    score = round(sum(one.points for one in parts), 1) if parts else None
    raised = tuple(RaisedFlag(name, DAY, name, "Do") for name in flags.split())
    return Decision(
        customer=customer, day=DAY, score=score, coverage=90.0, band=band, band_since=DAY, contributions=parts,
        missing=() if parts else ("seats",), flags=raised, top_risk=None, nps=None, nps_last=None, nps_group=None,
        reasons="", next_action=action, version="health-1",
    )  # fmt: skip


def test_moves_flags_and_actions_are_counted() -> None:
    tally = Tally()
    tally.add(decided(1, "green", part("touch", 80, 20)), decided(1, "red", part("touch", 30, 70), flags="silent"))
    tally.add(decided(2, "yellow", part("touch", 50, 50), flags="silent"), decided(2, "unknown", action="Ask"))
    tally.add(decided(3, "green", part("touch", 90, 10)), None)
    tally.add(None, None)
    assert tally.customers == 3
    assert tally.bands(0) == {"green": 2, "yellow": 1, "red": 0, "unknown": 0}
    assert tally.bands(1) == {"green": 0, "yellow": 0, "red": 1, "unknown": 1, OUTSIDE: 1}
    assert set(tally.matrix()) == {"green→red", "yellow→unknown", f"green→{OUTSIDE}"}
    assert (dict(tally.raised), dict(tally.cleared)) == ({"silent": 1}, {"silent": 1})
    assert tally.actions_changed == 2
    assert dict(tally.missing) == {"seats": 1}
    assert tally.score_changes == [-50.0]


def test_the_parts_of_a_change_add_up_and_the_costs_say_what_matters() -> None:
    """A heavier measure that is at 0 gives no points under either card; what it costs tells that it is the cause."""
    tally = Tally()
    before = decided(1, "yellow", part("touch", 0.0, 14.0), part("login", 50.3, 0.0))
    after = decided(1, "red", part("touch", 0.0, 27.0), part("login", 39.4, 0.0))
    tally.add(before, after)
    told = tally.switches[0].as_data()
    assert sum(one["points"] for one in told["why"]) == pytest.approx(-10.9)
    assert [one["measure"] for one in told["costs"]] == ["touch"]
    assert (told["costs"][0]["now"], told["costs"][0]["then"]) == (14.0, 27.0)


def test_a_measure_that_the_other_card_calls_otherwise_is_compared_all_the_same() -> None:
    tally = Tally()
    renamed = Contribution("contact", "usage", "Touch", 1.0, 10.0, 27.0, "About touch")
    tally.add(decided(1, "yellow", part("touch", 40.0, 14.0)), decided(1, "red", renamed))
    (cost,) = tally.switches[0].costs()
    assert (cost["measure"], cost["now"], cost["then"]) == ("contact", 14.0, 27.0)


def test_who_stays_in_a_band_is_no_switch() -> None:
    tally = Tally()
    tally.add(decided(1, "green", part("touch", 80, 20)), decided(1, "green", part("touch", 90, 10)))
    assert tally.switches == []
    assert tally.matrix() == {}
