"""Days of use in a year and silence against the own rhythm: point in time, and unknown where there is no rhythm."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from scoring.features.rhythm import silence_ratio, use_days_365d, usual_gap
from scoring.frames import Frames, empty_frames, frame
from scoring.past import past

TODAY = date(2026, 3, 31)


def used(*ago: int, count: float | None = 1.0, person: str = "p", more: list[dict[str, Any]] | None = None) -> Frames:
    rows = [
        {
            "customer": 1,
            "source": "s",
            "person": person,
            "feature": "f",
            "day": TODAY - timedelta(days=at),
            "count": count,
        }
        for at in ago
    ]
    given = empty_frames(TODAY)
    sources = frame("sources", [{"source": "s", "newest": TODAY}])
    customers = frame("customers", [{"customer": 1}, {"customer": 2}])
    return Frames(
        **{**given.__dict__, "customers": customers, "usage": frame("usage", rows + (more or [])), "sources": sources}
    )


def values(given: Frames) -> tuple[float, float, float]:
    then = past(given)
    days, gap, silence = (float(made(then).iloc[0]) for made in (use_days_365d, usual_gap, silence_ratio))
    return days, gap, silence


def test_days_of_use_and_the_usual_gap() -> None:
    assert values(used(10, 20, 30, 40)) == (4.0, 10.0, 1.0)
    assert values(used(30, 40, 50, 60)) == (4.0, 10.0, 3.0)


def test_a_gap_counts_as_a_week_at_least() -> None:
    assert values(used(3, 4, 5, 6))[2] == pytest.approx(3 / 7)


def test_a_day_counts_once_whoever_used_whatever() -> None:
    again = [{"customer": 1, "source": "s", "person": "q", "feature": "g", "day": TODAY, "count": 5.0}]
    assert values(used(0, 0, 30, 60, 90, more=again))[:2] == (4.0, 30.0)


def test_what_lies_ahead_or_more_than_a_year_back_does_not_count() -> None:
    assert values(used(-5, 10, 20, 30, 40, 365, 700)) == values(used(10, 20, 30, 40))


def test_fewer_than_four_days_are_no_rhythm() -> None:
    days, gap, silence = values(used(10, 20, 30))
    assert days == 3.0
    assert np.isnan([gap, silence]).all()


def test_no_use_is_zero_days_only_where_the_source_knew_the_customer() -> None:
    found = use_days_365d(past(used(10, count=0.0)))
    assert found.iloc[0] == 0.0
    assert np.isnan(found.iloc[1])


def test_nothing_known_is_unknown() -> None:
    then = past(empty_frames(TODAY))
    assert all(made(then).empty for made in (use_days_365d, usual_gap, silence_ratio))
