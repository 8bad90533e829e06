import pytest
from fake_writeback import FIELDS, wanting

from adapters.records import Fields
from config.words import WriteUrgency
from webhooks.writeback.entry import Entry
from webhooks.writeback.urgency import of_patch, urgency


@pytest.mark.parametrize(
    ("patch", "before", "expected"),
    [
        ({"risk_flags": ("silent",)}, {}, "urgent"),
        ({"risk_flags": None}, {"risk_flags": ("silent",)}, "urgent"),
        ({"health_band": "red", "health_score": 20.0}, {"health_band": "green"}, "urgent"),
        ({"health_band": "green"}, {"health_band": "red"}, "urgent"),
        ({"health_band": "red", "health_score": 20.0}, {}, "urgent"),
        ({"health_band": "green", "health_score": 80.0, "next_action": "Call"}, {}, "ordinary"),
        ({"health_score": 80.0, "health_reasons": "Uses 9 of 10 seats"}, {}, "ordinary"),
        ({"nps": 10}, {"nps": 20}, "ordinary"),
        ({"health_reasons": "Uses 9 of 10 seats", "scored_at": None}, {}, "cosmetic"),
        ({"health_coverage": 80}, {"health_coverage": 70}, "cosmetic"),
    ],
)
def test_red_flags_go_first_and_sentences_wait(patch: Fields, before: Fields, expected: WriteUrgency) -> None:
    assert of_patch(patch, before, FIELDS) == expected


def test_an_answer_that_is_to_be_found_out_about_is_as_urgent_as_what_was_sent() -> None:
    entry = wanting("1", health_reasons="Fine", risk_flags=("silent",))
    assert urgency(entry, FIELDS) == "urgent"
    assert urgency(Entry(entry.ref, desired=entry.desired, sent={"health_reasons": "Fine"}), FIELDS) == "cosmetic"


def test_what_is_not_to_be_written_makes_nothing_urgent() -> None:
    entry = wanting("1", risk_flags=("silent",), pulse="red")
    assert urgency(Entry(entry.ref, desired=entry.desired, contested=True), FIELDS) == "ordinary"
