"""What is computed before a word is said is all that decides; what else is said is the same as with everything."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sandbox_frames import whole, world

from config.flags import FLAGS
from config.journey import Segment
from config.scorecards import Scorecard, load_scorecards
from config.words import PURPOSES, Purpose
from config.workspace import scorecard_paths
from scoring.decision import Decision
from scoring.engine import decide, told
from scoring.evaluation import evaluate
from scoring.features.table import FACTS, FEATURES
from scoring.flags.scene import Scene
from scoring.frames import Frames, frame
from scoring.messages import catalogue
from scoring.needs import OF_FLAGS, OF_SIGNALS, needed
from scoring.policy import Policy


@cache
def frames() -> Frames:
    return whole(world(40))


@cache
def cards() -> Mapping[Purpose, tuple[Scorecard, ...]]:
    return load_scorecards(scorecard_paths(Path("no-folder")))


def policy(*purposes: Purpose, **more: Any) -> Policy:
    return Policy({purpose: cards()[purpose] for purpose in purposes}, dict.fromkeys(FLAGS), **more)


POLICIES = {
    "health": lambda: policy("health"),
    "all": lambda: policy(*PURPOSES),
    "segments": lambda: policy("health", segments=(Segment(name="big", **{"if": "tickets_90d > 2"}),)),
    "persian": lambda: policy("health", "risk", language="fa"),
}


def with_everything(by: Policy, some: Frames) -> list[Decision]:
    return told(evaluate(some, by, {}), catalogue(by.language))


@pytest.mark.parametrize("name", POLICIES)
def test_decisions_are_the_same_as_with_every_feature(name: str) -> None:
    by = POLICIES[name]()
    made = decide(frames(), by, {})
    assert made == with_everything(by, frames())
    assert any(decision.flags for decision in made)


def test_a_mapped_field_does_not_take_the_place_of_a_fact() -> None:
    """A spreadsheet's column "seats" stands beside those of the contracts, which sentences name."""
    by = policy("health")
    extra = pd.DataFrame(dict.fromkeys(FACTS, 777.0), index=frames().customers.index)
    assert decide(replace(frames(), extra=extra), by, {}) == decide(frames(), by, {})


def test_what_is_missing_is_said_as_with_every_feature() -> None:
    by, nothing = policy("health"), {name: frame(name) for name in ("usage", "activities", "persons", "deals")}
    few = replace(frames(), **nothing)
    made = decide(few, by, {})
    assert any(decision.score is None for decision in made)
    assert made == with_everything(by, few)


def test_most_features_are_computed_only_when_they_are_said() -> None:
    wanted = needed(policy("health"))
    assert len(wanted) < 0.6 * len(FEATURES)
    assert "tickets_90d" not in wanted
    assert "tickets_90d" in needed(POLICIES["segments"]())


@pytest.mark.parametrize(("purpose", "known"), [("health", OF_FLAGS), ("expansion", OF_FLAGS | OF_SIGNALS)])
def test_what_flags_and_signals_look_at_is_listed(
    purpose: Purpose, known: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    number, word = Scene.number, Scene.word
    monkeypatch.setattr(Scene, "number", lambda scene, name: (asked.add(name), number(scene, name))[1])
    monkeypatch.setattr(Scene, "word", lambda scene, name: (asked.add(name), word(scene, name))[1])
    evaluate(frames(), policy(*dict.fromkeys(("health", purpose))), {})
    assert len(asked) > 10
    assert asked & FEATURES.keys() <= known
