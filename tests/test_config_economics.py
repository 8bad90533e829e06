"""The block ``economics``: what it takes, and what it says of a mistake."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from config.economics import Economics


def test_nothing_is_needed_and_nothing_is_guessed() -> None:
    found = Economics()
    assert found.gross_margin is None
    assert found.cac is None
    assert set(found.costs.model_dump().values()) == {None}
    assert found.targets == {}


def test_a_programme_starts_on_a_day_or_as_a_field_says() -> None:
    assert Economics.model_validate({"programme": {"started": "cs_since"}}).programme is not None
    day = Economics.model_validate({"programme": {"started": date(2026, 1, 20), "accounts": "plan = pro"}}).programme
    assert day is not None
    assert day.started == date(2026, 1, 20)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"gross_margin": 80}, "less than or equal to 1"),
        ({"costs": {"people": -1}}, "greater than or equal to 0"),
        ({"costs": {"peple": 1}}, "Extra inputs"),
        ({"targets": {"nnr": 1.1}}, "did you mean nrr?"),
        ({"programme": {"started": "next week"}}, "a day such as 2026-01-31"),
        ({"programme": {"started": "cs_since", "accounts": "plan ="}}, "needs a field"),
        ({"cac": float("inf")}, "finite"),
        ({"least_n": 1}, "greater than or equal to 2"),
    ],
)
def test_a_mistake_is_said(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Economics.model_validate(given)
    assert said in str(caught.value)
