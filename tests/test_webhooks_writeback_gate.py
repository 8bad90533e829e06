from datetime import date, timedelta

import pytest
from fake_writeback import FIELDS, START, wanting

from webhooks.writeback.comparison import differences
from webhooks.writeback.gate import publish, want

BASE = {
    "health_score": 72.5,
    "health_band": "green",
    "health_reasons": "No login for 3 days.",
    "health_coverage": 80,
    "risk_flags": ("silent",),
    "risk_since": date(2026, 2, 1),
    "risk_score": 30.0,
    "nps": 40,
    "next_action": "Call them.",
    "scored_at": START,
    "score_version": "health@1",
}
LATER = START + timedelta(days=1)
DRIFTING = {
    "health_reasons": "No login for 4 days.",
    "health_coverage": 81,
    "next_action": "Write.",
    "scored_at": LATER,
}


def changed(**values):
    decided = {**BASE, **DRIFTING, **values}
    desired = publish(BASE, decided, 1, FIELDS)
    return {name for name, value in desired.items() if value != BASE[name]}


def test_thirty_quiet_nights_write_nothing():
    desired = publish(None, BASE, 1, FIELDS)
    confirmed = desired
    for night in range(1, 31):
        decided = {
            **BASE,
            "health_score": 72.5 + (night % 3 - 1) * 0.4,
            "health_reasons": f"No login for {3 + night} days.",
            "health_coverage": 80 - night,
            "next_action": f"Call them, after {night} days.",
            "risk_score": 30 + night % 2 * 0.9,
            "scored_at": START + timedelta(days=night),
        }
        desired = publish(desired, decided, 1, FIELDS)
        assert not differences(desired, confirmed, FIELDS, {})


@pytest.mark.parametrize(
    "material",
    [
        {"health_band": "yellow"},
        {"risk_flags": ("detractor", "silent")},
        {"score_version": "health@2"},
        {"health_score": 73.5},
        {"health_score": 71.5},
        {"health_score": None},
    ],
)
def test_a_material_change_carries_the_sentences_and_figures_with_it(material):
    assert changed(**material) == {*DRIFTING, *material}


def test_the_score_creeps_until_it_has_moved_enough_from_the_last_desired_one():
    desired = publish(None, BASE, 1, FIELDS)
    seen = []
    for step in range(1, 12):
        desired = publish(desired, {**BASE, "health_score": 72.5 - 0.3 * step}, 1, FIELDS)
        seen.append(desired["health_score"])
    assert seen == [72.5] * 3 + [71.3] * 4 + [70.1] * 4


def test_facts_pass_alone_and_other_scores_by_their_own_threshold():
    assert changed() == set()
    assert changed(nps=39, risk_since=date(2026, 2, 2)) == {"nps", "risk_since"}
    assert changed(risk_score=30.9) == set()
    assert changed(risk_score=31.0) == {"risk_score"}


def test_blank_and_value_pass_in_either_direction_but_the_stamp_only_at_first():
    assert changed(health_reasons=None, scored_at=None) == {"health_reasons"}
    blank = {**BASE, "next_action": None, "scored_at": None}
    desired = publish(blank, {**BASE, **DRIFTING}, 1, FIELDS)
    assert (desired["next_action"], desired["scored_at"]) == ("Write.", LATER)
    assert desired["health_reasons"] == BASE["health_reasons"]


def test_with_no_threshold_any_change_is_material_but_the_stamp_alone_is_none():
    assert publish(BASE, {**BASE, "scored_at": LATER}, 0, FIELDS)["scored_at"] == START
    desired = publish(BASE, {**BASE, **DRIFTING}, 0, FIELDS)
    assert {name for name in desired if desired[name] != BASE[name]} == set(DRIFTING)


def test_fields_that_are_switched_off_still_decide():
    core = {name: FIELDS[name] for name in ("health_score", "next_action")}
    assert publish(BASE, {**BASE, **DRIFTING}, 1, core)["next_action"] == "Call them."
    assert publish(BASE, {**BASE, **DRIFTING, "score_version": "health@2"}, 1, core)["next_action"] == "Write."
    assert publish({**BASE, "health_coverage": None}, {**BASE, "health_coverage": float("nan")}, 1, core) == {
        **BASE,
        "health_coverage": None,
    }


def test_what_is_desired_is_what_the_fields_can_hold():
    assert publish(None, {"health_score": 72.4499, "risk_flags": ("b", "a")}, 1, FIELDS) == {
        "health_score": 72.4,
        "risk_flags": ("a", "b"),
    }


def test_accepted_drift_ends_for_the_values_that_changed():
    entry = wanting("1", nps=40, health_band="green")
    entry = want(entry, {"nps": 40, "health_band": "green"}, 1, FIELDS)
    assert entry.accepted == {}
    set_aside = type(entry)(entry.ref, desired=entry.desired, accepted={"nps": 40, "health_band": "green"})
    assert want(set_aside, {"nps": 41, "health_band": "green"}, 1, FIELDS).accepted == {"health_band": "green"}
