"""What a scorecard names and scoring does not have: features, fields, words. Must not score anything.

With the file's document, every problem has its line.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Final, get_args

from config.document import Document
from config.errors import Problem
from config.journey import TOUCHES
from config.problems import did_you_mean
from config.rules import Rule, as_text
from config.scorecards import Action, Measure, Scorecard
from config.words import UNKNOWN, AccountStatus
from scoring.features.registry import Feature
from scoring.features.table import FEATURES, FIELDS

DECIDED = ("segment", "touch", "journey_stage")
"""What is decided about a customer before a scorecard is chosen, beside features and fields."""
STATUSES: Final = tuple(word for word in get_args(AccountStatus) if word != UNKNOWN)


def check(
    card: Scorecard,
    document: Document | None = None,
    mapped: Collection[str] | None = (),
    features: Mapping[str, Feature] = FEATURES,
) -> list[Problem]:
    """Every name in the card that means nothing.

    ``mapped``: the account fields that the workspace maps beside ours; None = any name may be one (a spreadsheet
    brings its own columns).
    """
    found = [problem for name, measure in card.measures.items() for problem in _measure(name, measure, features)]
    if mapped is not None:
        known = (*features, *FIELDS, *DECIDED, *sorted(mapped))
        found += _rule(("for",), card.applies, known)
        for position, cap in enumerate(card.caps):
            found += _rule(("caps", position, "if"), cap.condition, known)
    return [_placed(problem, document) for problem in found]


def columns_needed(card: Scorecard, features: Mapping[str, Feature] = FEATURES) -> list[str]:
    """Where any name may be a column of the admin's own: those in the card's rules that have to be one, in words."""
    known = (*features, *FIELDS, *DECIDED)
    fields = dict.fromkeys(field for rule in _rules(card) for field in rule.fields)
    return [
        f"{field} is neither a feature nor a field of csbridge{did_you_mean(field, known)}: it never holds, unless the "
        "accounts have a column of that name"
        for field in fields
        if field not in known
    ]


def never_said(card: Scorecard, segments: Collection[str], stages: Collection[str]) -> list[str]:
    """The words that the card's rules ask for and that their field never holds, in words: such a rule never holds,
    or always.

    ``segments``, ``stages``: the names that the workspace's rules give.
    """
    words = {
        **{name: found.words for name, found in FEATURES.items() if found.words},
        "status": STATUSES,
        "touch": TOUCHES,
        "segment": tuple(segments),
        "journey_stage": tuple(stages),
    }
    asked = (condition for rule in _rules(card) for condition in rule.conditions if condition.field in words)
    return [
        f"{one.field} is never {as_text(word)}{did_you_mean(as_text(word), words[one.field])}: "
        f"{one.field} is one of {', '.join(words[one.field])}"
        for one in asked
        for word in (one.value if isinstance(one.value, tuple) else (one.value,))
        if as_text(word) not in map(as_text, words[one.field])
    ]


def _rules(card: Scorecard) -> tuple[Rule, ...]:
    return (card.applies, *(cap.condition for cap in card.caps))


def _measure(name: str, measure: Measure, features: Mapping[str, Feature]) -> Iterator[Problem]:
    where = f"measures.{name}"
    yield from _spans(where, measure)
    if isinstance(measure, Action) and measure.action is not None:
        return
    if (known := features.get(measure.feature)) is None:
        what = f"there is no feature {measure.feature}{did_you_mean(measure.feature, tuple(features))}"
        yield Problem(f"{where}.feature", what, expected=f"one of {', '.join(features)}")
    elif isinstance(measure, Action):
        if known.words:
            what = f"{known.name} is a word ({', '.join(known.words)}), and an index counts numbers"
            yield Problem(f"{where}.feature", what, expected="a feature that is a number, or an action")
    else:
        yield from _map(where, measure, known)


def _spans(where: str, measure: Measure) -> Iterator[Problem]:
    """Scoring counts whole days, and a bare number is seconds: 14 for 14d makes every input stale."""
    for name in ("fresh_for", "window"):
        if (span := getattr(measure, name, None)) is not None and span < timedelta(days=1):
            what = "is less than a day; a bare number means seconds"
            yield Problem(f"{where}.{name}", what, expected="a day or more", example=f"{name}: 14d")


def _map(where: str, measure: Measure, known: Feature) -> Iterator[Problem]:
    if known.words and measure.categories is None:
        example = "categories: {" + ", ".join(f"{word}: 50" for word in known.words) + "}"
        yield Problem(f"{where}.curve", f"{known.name} is a word, not a number", expected="categories", example=example)
    elif not known.words and measure.curve is None:
        what = f"{known.name} is a number ({known.unit})"
        yield Problem(f"{where}.categories", what, expected="a curve", example="curve: [[0, 0], [10, 100]]")
    else:
        for word in measure.categories or {}:
            if word not in known.words:
                what = f"{known.name} is never {word}{did_you_mean(word, known.words)}"
                yield Problem(f"{where}.categories.{word}", what, expected=f"one of {', '.join(known.words)}")


def _rule(path: tuple[str | int, ...], rule: Rule, known: tuple[str, ...]) -> Iterator[Problem]:
    where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")
    for field in rule.fields:
        if field not in known:
            what = f"there is no feature or account field {field}{did_you_mean(field, known)}"
            yield Problem(where, what, expected=f"one of {', '.join(known)}")


def _placed(problem: Problem, document: Document | None) -> Problem:
    """The problem with the file and line of the key it names."""
    if document is None:
        return problem
    path = [int(key) if key.isdigit() else key for key in problem.where.replace("[", ".").replace("]", "").split(".")]
    line = document.line(tuple(path))
    return Problem(problem.where, problem.what, document.file, line, problem.expected, problem.example)
