"""A card written as a file and read again is the same card, whatever its columns are called."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.learnt import Learnt
from config.scorecards import Scorecard, load_scorecard, shipped_scorecard
from config.written import scorecard_text

LEARNT = {
    "label": "churned", "positive": "yes", "rows": 100, "events": 30, "base_rate": 0.3, "judged": "folds",
    "judged_rows": 100, "auc": 0.8, "auc_interval": [0.7, 0.9], "brier": 0.1, "brier_interval": [0.09, 0.12],
    "baselines": {"recency": {"auc": 0.7, "auc_interval": [0.6, 0.8], "brier": 0.2, "brier_interval": [0.1, 0.3]}},
    "verdict": "beats", "red_catches": 0.5, "ids": ["id"], "data": "0123", "calibration": [[0, 0.9], [100, 0.1]],
}  # fmt: skip


def again(card: Scorecard, folder: Path) -> Scorecard:
    file = folder / "card.yml"
    file.write_text(scorecard_text(card, ["said above", ""]), "utf-8")
    return load_scorecard(file)


def test_the_shipped_card_survives(tmp_path: Path) -> None:
    card = shipped_scorecard("health")
    assert again(card, tmp_path) == card
    assert again(card, tmp_path).version == card.version


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda name: name.strip().lower() not in ("cap", "pulse")
)


@given(
    st.dictionaries(names, st.sampled_from(["curve", "words"]), min_size=1, max_size=4),
    st.dictionaries(names, st.just(50.0), min_size=1),
)
def test_any_name_survives(
    tmp_path_factory: pytest.TempPathFactory, kinds: dict[str, str], words: dict[str, float]
) -> None:
    maps = {"curve": {"curve": [[-1.5, 0], [1e6, 33.3]]}, "words": {"categories": words, "missing": 12.5}}
    measures = {name: {"feature": name, "group": "g", "weight": 1.25, **maps[kind]} for name, kind in kinds.items()}
    card = Scorecard.model_validate({"purpose": "health", "measures": measures, "learnt": LEARNT})
    assert again(card, tmp_path_factory.mktemp("card")) == card


def test_freshness_is_written_as_it_is_read(tmp_path: Path) -> None:
    measure = {"feature": "a", "group": "g", "weight": 1, "curve": [[0, 0], [1, 100]], "fresh_for": timedelta(hours=36)}
    card = Scorecard.model_validate({"purpose": "risk", "measures": {"a": measure}})
    assert again(card, tmp_path) == card


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"calibration": [[0, 0.1], [50, 0.5], [100, 0.2]]}, "only fall, or only rise"),
        ({"calibration": [[50, 0.5], [50, 0.6]]}, "rising scores"),
        ({"events": 101}, "more than rows"),
    ],
)
def test_what_a_learnt_card_cannot_say(change: dict[str, object], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        Learnt.model_validate({**LEARNT, **change})


def test_a_mistake_in_a_learnt_card_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "card.yml"
    measures = {"a": {"feature": "a", "group": "g", "weight": 1, "curve": [[0, 0], [1, 100]]}}
    card = Scorecard.model_validate({"purpose": "health", "measures": measures, "learnt": LEARNT})
    file.write_text(scorecard_text(card).replace("events: 30", "events: many"), "utf-8")
    with pytest.raises(ConfigError, match=r"card.yml:\d+: learnt.events"):
        load_scorecard(file)
