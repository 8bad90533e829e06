"""Scorecard files: the shipped one, what is refused and where, versions that name the content."""

from pathlib import Path

import pytest

from config.document import read_yaml
from config.errors import ConfigError
from config.scorecards import (
    ADDED,
    RESERVED,
    AdditiveCard,
    CardFile,
    Scorecard,
    choose,
    load_card_file,
    load_scorecard,
    load_scorecards,
    shipped_scorecard,
)
from config.words import PURPOSES
from config.workspace import card_files
from scoring.additive import BASE, CLAMP
from scoring.decision import CAP, PULSE
from scoring.scorecard import check
from scoring.scorecard_check import columns_needed

CARD = """\
purpose: health
form: weighted
for: plan = pro
min_coverage: 0.5
bands: {green: 80, yellow: 50, margin: 1, dwell_days: 2}
measures:
  seats: {feature: seat_use, group: usage, weight: 3, curve: [[0, 0], [0.9, 100]], missing: unknown, fresh_for: 14d}
  contract: {feature: renewal_deal, group: commercial, weight: 1, categories: {won: 100, lost: 0}, missing: 50}
caps:
  - {if: tickets_escalated_open_days > 7, at_most: 40, because: an escalation is open}
"""


def written(folder: Path, text: str, name: str = "health.yml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_reads_a_file(tmp_path: Path) -> None:
    card = load_scorecard(written(tmp_path, CARD))
    assert card.measures["seats"].curve == ((0, 0), (0.9, 100))
    assert card.measures["contract"].missing == 50
    assert card.caps[0].condition.holds({"tickets_escalated_open_days": 8})
    assert card.applies.holds({"plan": "Pro"})
    assert check(card) == []


def test_version_names_the_content_not_its_looks(tmp_path: Path) -> None:
    lines = CARD.splitlines()
    reordered = "\n".join(["# a comment", *lines[:6], lines[7], lines[6], *lines[8:]]).replace(
        "weight: 3", "weight: 3.0"
    )
    first, same, other = (
        load_scorecard(written(tmp_path, text)) for text in (CARD, reordered, CARD.replace("weight: 3", "weight: 4"))
    )
    assert first.version == same.version != other.version
    assert first.version.startswith("health-")
    assert len(first.version) == len("health-3f2a91c0")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("form: weighted", "form: additive", "curve belongs to form: weighted"),
        ("form: weighted", "form: additve", "did you mean additive"),
        ("form: weighted", "form: weighted\nrange: [0, 10]", "range belongs to an index"),
        ("weight: 3", "weight: 3, value: 3", "value belongs to form: additive"),
        ("weight: 3", "weight: 3, cap: 3", "a measure has no cap"),
        ("at_most: 40", "at_most: 40, at_least: 10", "exactly one of at_most and at_least"),
        ("at_most: 40, ", "", "exactly one of at_most and at_least"),
        ("yellow: 50", "yellow: 50, falling: true", "yellow must lie above green"),
        ("weight: 3", "weight: 0", "greater than 0"),
        ("missing: 50", "missing: 500", "or the score from 0 to 100"),
        ("{won: 100, lost: 0}", "{}", "at least one word"),
        ("purpose: health", "purpose: wealth", "wealth"),
        ("[[0, 0], [0.9, 100]]", "[[0, 0], [0, 100]]", "must rise"),
        ("[[0, 0], [0.9, 100]]", "[[0, 0], [0.9, 101]]", "from 0 to 100"),
        ("[[0, 0], [0.9, 100]]", "[[0, 0]]", "two points"),
        ("curve: [[0, 0], [0.9, 100]], ", "", "exactly one of curve"),
        ("weight: 3", "wieght: 3", "unknown key"),
        ("missing: 50", "missing: 150", "measures.contract.missing"),
        ("for: plan = pro", "for: plan pro", "no condition"),
        ("yellow: 50", "yellow: 90", "yellow must lie"),
        ("green: 80", "green: 99.5", "never be reached"),
        ("min_coverage: 0.5", "min_coverage: 50", "min_coverage"),
        ("at_most: 40", "at_most: much", "at_most"),
        ("  seats:", "  Cap:", "Cap is what a score calls its own cap; choose another name"),
        ("  contract:", "  pulse:", "choose another name"),
        ("group: usage", "group: cap", "choose another name"),
        ("group: commercial", "group: pulse", "choose another name"),
    ],
)
def test_refuses_and_says_where(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in CARD
    path = written(tmp_path, CARD.replace(old, new))
    with pytest.raises(ConfigError, match=said) as caught:
        load_scorecard(path)
    assert all(problem.line and problem.file == str(path) for problem in caught.value.problems)


INDEX = """\
purpose: health
form: additive
range: [-20, 180]
measures:
  reports: {action: usage.reports, value: 2, window: 28d, half_life: 14d, cap: 40}
  meetings: {action: meeting, value: 10, window: 90d, group: relationship}
  open: {feature: tickets_open, value: -5, weight: 2, missing: 0}
"""


def test_an_index_is_the_same_format(tmp_path: Path) -> None:
    card = load_scorecard(written(tmp_path, INDEX))
    assert isinstance(card, AdditiveCard)
    assert card.scale == (-20, 180)
    assert card.measures["reports"].feature == "action usage.reports window 28d half_life 14d"
    assert [card.measures[name].group for name in ("reports", "meetings")] == ["actions", "relationship"]
    assert card.version.startswith("health-")
    assert card == Scorecard.model_validate(read_yaml(tmp_path / "health.yml").data)
    assert check(card) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("usage.reports", "usge.reports", 5, "there is no action usge.reports"),
        ("action: meeting", "action: meting", 6, "did you mean meeting?"),
        ("value: 10", "value: 0", 6, "counts nothing"),
        ("value: 10, ", "", 6, "this key is missing"),
        ("value: 10", "weigth: 10, value: 10", 6, "did you mean weight?"),
        ("range: [-20, 180]", "range: [20, 10]", 3, "a low and a higher number"),
        ("feature: tickets_open", "feature: tickets_open, window: 9d", 7, "a feature has its own window"),
        ("feature: tickets_open, ", "", 7, "what is counted is missing"),
        ("feature: tickets_open", "feature: tickets_open, action: ticket", 7, "exclude each other"),
        ("  open:", "  clamp:", 7, "clamp is what an index calls its own"),
        ("half_life: 14d", "half_life: 0d", 5, "more than no time"),
        ("value: 10", "missing: none, value: 10", 6, "or the count that is taken instead"),
        ("cap: 40", "curve: [[0, 0], [1, 1]]", 5, "curve belongs to form: weighted"),
        ("form: additive", "form: weighted", 3, "range belongs to an index"),
    ],
)
def test_what_is_wrong_with_an_index_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in INDEX
    with pytest.raises(ConfigError, match=said) as caught:
        load_scorecard(written(tmp_path, INDEX.replace(old, new)))
    assert caught.value.problems[0].line == line


@pytest.mark.parametrize(
    ("old", "new", "where", "line", "said"),
    [
        ("seat_use", "seats_use", "measures.seats.feature", 7, "did you mean seat_use?"),
        ("{won: 100", "{wno: 100", "measures.contract.categories.wno", 8, "did you mean won?"),
        (
            "tickets_escalated_open_days >",
            "tickets_escalated_days >",
            "caps[0].if",
            10,
            "did you mean tickets_escalated",
        ),
        ("plan = pro", "pln = pro", "for", 3, "did you mean plan?"),
        ("fresh_for: 14d", "fresh_for: 14", "measures.seats.fresh_for", 7, "a bare number means seconds"),
    ],
)
def test_names_that_mean_nothing_are_told_with_their_line(
    tmp_path: Path, old: str, new: str, where: str, line: int, said: str
) -> None:
    assert old in CARD
    file = load_card_file(written(tmp_path, CARD.replace(old, new)))
    (problem,) = check(file.card, file.document)
    assert (problem.where, problem.line, problem.file) == (where, line, str(tmp_path / "health.yml"))
    assert said in problem.what


def test_a_rule_may_name_what_the_workspace_maps_and_what_is_decided_before(tmp_path: Path) -> None:
    rule = "plan = pro and touch = high and journey_stage != onboarding and segment = mid and tier__c > 2"
    file = load_card_file(written(tmp_path, CARD.replace("plan = pro", rule)))
    assert [problem.where for problem in check(file.card, file.document)] == ["for"]
    assert check(file.card, file.document, ("tier__c",)) == check(file.card, file.document, None) == []
    assert [said.split()[0] for said in columns_needed(file.card)] == ["tier__c"]


def test_an_index_counts_numbers_only(tmp_path: Path) -> None:
    text = INDEX.replace("tickets_open", "champion")
    assert "is a word (present, left)" in check(load_scorecard(written(tmp_path, text)))[0].what


def test_the_reserved_names_are_those_of_the_parts_that_no_measure_gives() -> None:
    assert set(RESERVED) == {CAP, PULSE}
    assert set(ADDED) == {BASE, CLAMP}


def test_a_key_is_called_as_it_is_written_in_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_scorecard(written(tmp_path, CARD.replace("for:", "fo:")))
    problem = caught.value.problems[0]
    assert "did you mean for?" in problem.what
    assert problem.expected.startswith("one of purpose, form, for, ")


@pytest.mark.parametrize(("text", "said"), [("", "the file is empty"), ("- a", "not a mapping")])
def test_what_is_no_card_at_all_is_told_as_a_card(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        load_scorecard(written(tmp_path, text))
    assert caught.value.problems[0].example == "purpose: health"


def test_a_card_without_measures_is_told_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_scorecard(written(tmp_path, "purpose: health\nmeasures: {}\n"))
    assert caught.value.problems[0].expected == "at least one entry"


def test_all_problems_at_once(tmp_path: Path) -> None:
    broken = (
        CARD.replace("weight: 1", "weight: -1").replace("at_most: 40", "at_most: 400").replace("margin: 1", "margin: x")
    )
    with pytest.raises(ConfigError) as caught:
        load_scorecard(written(tmp_path, broken))
    assert len(caught.value.problems) == 3


def test_several_files_are_tried_in_name_order(tmp_path: Path) -> None:
    paths = [
        written(tmp_path, CARD.replace("for: plan = pro", "for: all"), "health_z.yml"),
        written(tmp_path, CARD, "health_a.yml"),
        written(tmp_path, CARD.replace("health", "risk"), "risk.yml"),
    ]
    cards = load_scorecards(paths)
    assert {purpose: len(found) for purpose, found in cards.items()} == {"health": 2, "risk": 1}
    first, last = cards["health"]
    assert choose(cards["health"], {"plan": "pro"}) == first
    assert choose(cards["health"], {"plan": "basic"}) == last
    assert choose((first,), {"plan": "basic"}) is None


def test_problems_of_several_files_come_together(tmp_path: Path) -> None:
    paths = [written(tmp_path, "purpose: x\n", "a.yml"), tmp_path / "gone.yml"]
    with pytest.raises(ConfigError) as caught:
        load_scorecards(paths)
    assert {Path(problem.file).name for problem in caught.value.problems} == {"a.yml", "gone.yml"}


def test_shipped_card_is_right_and_each_kind_of_data_reaches_its_floor() -> None:
    card = shipped_scorecard("health")
    assert check(card) == []
    weight = {name: measure.weight for name, measure in card.measures.items()}
    floor = card.min_coverage * sum(weight.values())
    used = weight["days_since_login"] + weight["use_days"] + weight["breadth"]
    assert used + weight["active_trend"] >= floor
    assert weight["days_since_touch"] + weight["persons_engaged"] + weight["renewal"] >= floor
    assert used + weight["seat_use"] >= floor
    assert all(cap.at_most < card.bands.yellow for cap in card.caps)
    groups = {measure.group for measure in card.measures.values()}
    assert groups == {"usage", "support", "sentiment", "relationship", "commercial"}


def test_unknown_names_are_told_with_the_nearest(tmp_path: Path) -> None:
    text = CARD.replace("feature: seat_use", "feature: seats_use").replace(
        "tickets_escalated_open_days", "escalated_days"
    )
    problems = check(load_scorecard(written(tmp_path, text)))
    assert [problem.where for problem in problems] == ["measures.seats.feature", "caps[0].if"]
    assert "did you mean seat_use?" in problems[0].what


def test_a_curve_on_a_word_and_a_word_never_said(tmp_path: Path) -> None:
    text = CARD.replace("feature: seat_use", "feature: champion").replace("won: 100", "win: 100")
    said = [problem.what for problem in check(load_scorecard(written(tmp_path, text)))]
    assert said == ["champion is a word, not a number", "renewal_deal is never win (did you mean won?)"]


def test_example_of_the_design() -> None:
    minimal = {
        "purpose": "risk",
        "measures": {"m": {"feature": "f", "group": "g", "weight": 1, "categories": {"yes": 1}}},
    }
    assert Scorecard.model_validate(minimal).bands.green == 70


@pytest.mark.parametrize("file", card_files(Path("/nowhere"), PURPOSES), ids=lambda file: file.file.name)
def test_every_shipped_card_reads_back_from_what_is_kept_of_it(file: CardFile) -> None:
    kept = Scorecard.model_validate_json(file.card.content)
    assert (kept, kept.version) == (file.card, file.card.version)
