"""Golden accounts of the other purposes, and of an additive index (tests/golden/purposes.yml, index.yml)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML
from test_scoring_golden import AS_OF, all_frames

from config.scorecards import Scorecard, load_card_file, shipped_scorecard
from config.shipped import shipped_path
from scoring.bands import decide_bands
from scoring.decision import Decision
from scoring.engine import decide
from scoring.policy import Policy, one_card
from scoring.ranking import largest
from scoring.scorecard import score_frame

FOLDER = Path(__file__).parent / "golden"
PURPOSES: Mapping[str, Mapping[str, Any]] = YAML(typ="safe").load((FOLDER / "purposes.yml").read_text("utf-8"))
INDEX: Mapping[str, Any] = YAML(typ="safe").load((FOLDER / "index.yml").read_text("utf-8"))


@pytest.mark.parametrize("name", PURPOSES)
def test_golden_account_of_a_purpose(name: str) -> None:
    told = PURPOSES[name]
    expected = told["expect"]
    card = load_card_file(Path(str(shipped_path(f"scorecards/{told['card']}")))).card
    scored = score_frame(pd.DataFrame([told["knows"]]), card)
    score, banded = scored.score[0], decide_bands(scored, card.bands, {}, AS_OF)
    assert (None if np.isnan(score) else score) == expected["score"]
    assert banded.band == [expected["band"]]
    assert round(100 * scored.coverage[0], 1) == expected.get("coverage", round(100 * scored.coverage[0], 1))
    assert scored.capped[0] / 10 == expected.get("cap", 0)
    amounts = scored.points if card.purpose == "risk" else scored.losses
    ranked = [scored.measures[at] for at in largest(amounts)[0] if at >= 0]
    assert ranked == expected.get("first", [])


@pytest.fixture(scope="module")
def decisions() -> dict[str, Decision]:
    card = Scorecard.model_validate(INDEX["card"])
    made = decide(all_frames(INDEX["accounts"]), one_card(card), {})
    return dict(zip(INDEX["accounts"], made, strict=True))


@pytest.mark.parametrize("name", INDEX["accounts"])
def test_golden_account_of_an_index(name: str, decisions: Mapping[str, Decision]) -> None:
    expected, decision = INDEX["accounts"][name]["expect"], decisions[name]
    points = {part.measure: part.points for part in decision.contributions}
    assert points == {**points, **expected["parts"]}
    assert (decision.score, decision.band) == (expected["score"], expected["band"])
    assert decision.coverage == expected.get("coverage", decision.coverage)
    assert round(sum(points.values()), 1) == (decision.score or 0)
    assert decision.reasons
    assert decision.next_action


def test_of_a_risk_what_raises_it_is_said_first_and_a_cap_keeps_it_up() -> None:
    accounts = {
        "lost": {
            "account": {"status": "customer", "seats_bought": 10},
            "usage": [{"persons": 2, "features": 1, "from": 60, "to": 16}],
            "renewals": [{"status": "lost", "closes": 5}],
        }
    }
    cards = {"health": (shipped_scorecard("health"),), "risk": (shipped_scorecard("risk"),)}
    (decision,) = decide(all_frames(accounts), Policy(cards), {})
    (risk,) = decision.verdicts
    assert (risk.score, risk.band) == (85.0, "red")
    assert risk.reasons.startswith("Not under 85: the renewal is lost. Use down 57 % against its own average.")
    assert round(sum(part.points for part in risk.contributions), 1) == 85.0
    assert all(part.loss >= 0 for part in risk.contributions)
