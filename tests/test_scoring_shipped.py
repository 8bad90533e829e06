"""The shipped scorecards: right, readable, each reaching its floor on what a plain CRM and a usage file hold."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sandbox_frames import plain, whole, world

from config.scorecards import Scorecard, choose
from config.words import PURPOSES
from config.workspace import card_files
from scoring.features.table import FEATURES, tabulate
from scoring.past import past
from scoring.scorecard import check, score_frame
from scoring.scorecard_facts import among, shares, warnings

FILES = {file.file.stem: file for file in card_files(Path("/nowhere"))}
RISING_IS_BAD = (
    "days_since_login", "key_feature_drop", "tickets_escalated_open", "tickets_open_old", "tickets_open_days",
    "tickets_pileup", "days_since_touch", "days_since_executive_touch", "review_overdue_days",
    "invoices_overdue_days", "pays_late_days", "milestones_overdue", "silence_ratio",
)  # fmt: skip
USAGE = ("days_since_login", "use_days_365d", "seat_use", "active_trend", "breadth")


@cache
def tables() -> dict[str, pd.DataFrame]:
    made = world()
    return {"plain": tabulate(past(plain(made))).values, "whole": tabulate(past(whole(made))).values}


def test_five_purposes_for_three_touches() -> None:
    assert sorted(FILES) == sorted(f"{purpose}{touch}" for purpose in PURPOSES for touch in ("", "-high", "-tech"))
    for name, file in FILES.items():
        purpose, _, touch = name.partition("-")
        assert file.card.purpose == purpose
        assert str(file.card.applies).removesuffix(" and days_since_login >= 0") == (
            f"touch = {touch}" if touch else "all"
        )


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_card_names_what_exists_and_makes_sense(name: str) -> None:
    file = FILES[name]
    assert check(file.card, file.document) == []
    assert warnings(file.card) == []
    assert file.text.startswith("#")
    assert len(file.text.splitlines()) < 80


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_customer_gets_a_card_of_each_purpose(purpose: str) -> None:
    assert among(of_purpose(purpose)) == []


def of_purpose(purpose: str) -> list[tuple[str, Scorecard]]:
    return [(file.file.name, file.card) for file in FILES.values() if file.card.purpose == purpose]


@pytest.mark.parametrize("data", ["plain", "whole"])
@pytest.mark.parametrize("name", FILES)
def test_a_shipped_card_reaches_its_floor_on_most_of_the_sandbox(name: str, data: str) -> None:
    scored = score_frame(tables()[data], FILES[name].card)
    assert np.mean(~np.isnan(scored.score)) >= 0.8


def test_health_needs_no_usage() -> None:
    """A company with touches and renewals only; of tech touch, too, for then the default card is tried."""
    only = pd.DataFrame({"days_since_touch": [9.0], "persons_engaged_90d": [2.0], "renewal_deal": ["open"]})
    for name in ("health", "health-high"):
        assert not np.isnan(score_frame(only, FILES[name].card).score[0])
    row = {"touch": "tech", "days_since_login": None}
    assert choose([card for _, card in of_purpose("health")], row) == FILES["health"].card
    assert (
        choose([card for _, card in of_purpose("health")], {**row, "days_since_login": 0}) == FILES["health-tech"].card
    )


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("advocacy")])
@pytest.mark.parametrize("known", [USAGE, ("days_since_login", "use_days_365d", "seat_use", "breadth")])
def test_usage_alone_gives_a_score_but_makes_no_advocate(name: str, known: Sequence[str]) -> None:
    only = pd.DataFrame({feature: [1.0] for feature in known})
    assert not np.isnan(score_frame(only, FILES[name].card).score[0])
    assert np.isnan(score_frame(only, FILES[name.replace(name.partition("-")[0], "advocacy")].card).score[0])


@pytest.mark.parametrize("name", FILES)
def test_curves_go_the_way_that_the_purpose_says(name: str) -> None:
    """Of a risk more of the bad gives more; of all others less."""
    for measure in FILES[name].card.measures.values():
        if measure.curve is not None:
            heights = [y for _, y in measure.curve]
            falls = (measure.feature in RISING_IS_BAD) != (FILES[name].card.purpose == "risk")
            assert heights == sorted(heights, reverse=falls), measure.feature


@pytest.mark.parametrize("name", FILES)
def test_the_weights_that_the_comments_state_are_those_of_the_file(name: str) -> None:
    """``# Usage: 8.5 of 18.`` before the measures of that group."""
    file = FILES[name]
    total = sum(measure.weight for measure in file.card.measures.values())
    blocks = re.split(r"\n  # ", file.text)[1:]
    for block in blocks:
        head = block.partition("\n  ")[0]
        if stated := re.match(r"[^:\n]*: (?P<part>[\d.]+[\d])(?: of (?P<whole>[\d.]*\d))?", head.replace("\n", " ")):
            weights = [float(weight) for weight in re.findall(r"weight: ([\d.]+)", block)]
            assert sum(weights) == float(stated["part"]), head
            assert total == float(stated["whole"] or total), head


def test_advocates_were_asked() -> None:
    everything = {"seat_use": 1, "breadth": 9, "days_since_login": 0, "active_trend": 2, "days_since_touch": 0,
                  "champion": "present", "customer_days": 9999, "persons_engaged_90d": 9}  # fmt: skip
    for name in ("advocacy", "advocacy-high", "advocacy-tech"):
        assert score_frame(pd.DataFrame([everything]), FILES[name].card).score[0] < 70


def test_a_measure_that_is_unknown_everywhere_is_named_by_its_feature() -> None:
    used = {measure.feature for file in FILES.values() for measure in file.card.measures.values()}
    assert used <= FEATURES.keys()


def test_shares_add_up() -> None:
    for file in FILES.values():
        assert sum(one.share for one in shares(file.card)) == pytest.approx(1)


def test_what_makes_no_sense_is_warned_of() -> None:
    flat = {"feature": "breadth", "group": "g", "weight": 1, "curve": [[0, 60], [9, 60]]}
    card = Scorecard.model_validate(
        {
            "purpose": "risk",
            "min_coverage": 0.9,
            "measures": {"a": flat, "b": {**flat, "group": "h", "curve": [[0, 50], [9, 80]]}},
            "caps": [{"if": "all", "at_most": 90, "because": "x"}],
        }
    )
    assert warnings(card) == [
        "a gives 60 whatever is measured: it says nothing of a customer",
        "b and a measure the same, breadth: it counts twice",
        "no group alone reaches the coverage floor of 90%: two sorts of data are needed",
        "nobody can be red: the worst possible score is 55",
        "of a risk high is bad: without falling: true in bands, a high risk counts as green",
        "caps[0] never changes a score: scores lie between 55 and 70 anyhow",
        "caps[0] holds for everybody",
    ]
    others = [("a.yml", card), ("b.yml", card)]
    assert among(others) == ["b.yml is never used: a.yml is tried before it and takes all of its customers"]
    some = card.model_copy(update={"applies": FILES["risk-high"].card.applies})
    assert "no file is for: all" in among([("a.yml", some)])[0]
