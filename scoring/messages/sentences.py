"""What is said of a customer's features and flags: the wording that fits, with the customer's numbers in it.

Must not decide whether anything is said, nor in which order.
"""

from collections.abc import Hashable
from functools import cache, lru_cache
from typing import Final

from scoring.facts import Facts
from scoring.messages.catalogue import REMEMBERED, Catalogue, sayable
from scoring.messages.choice import Wording
from scoring.messages.wordings import CHOICES

FLAG: Final = "flag-"
SIGNAL: Final = "signal-"


def feature_sentence(words: Catalogue, feature: str, title: str, facts: Facts) -> str:
    """What a value means. Only where the feature is known; without a message of its own, or without a number that the
    message needs: the ``title`` and the value."""
    said = sentence(words, feature, facts)
    if said is not None:
        return said
    value = facts.get(feature)
    return words.say("plain", label=title, value="" if value is None else words.written(value))


def flag_sentence(words: Catalogue, flag: str, facts: Facts) -> str:
    return sentence(words, FLAG + flag, facts) or label(words, FLAG + flag, flag)


def signal_sentence(words: Catalogue, signal: str, facts: Facts) -> str:
    """What hints at a wish for more, with its evidence."""
    return sentence(words, SIGNAL + signal, facts) or label(words, SIGNAL + signal, signal)


def feature_remedy(words: Catalogue, feature: str, title: str, facts: Facts) -> str:
    """What to do when the feature costs the most points."""
    return sentence(words, f"{feature}.remedy", facts) or words.say("look-into", label=title)


def flag_remedy(words: Catalogue, flag: str, facts: Facts) -> str:
    said = sentence(words, f"{FLAG}{flag}.remedy", facts)
    return said or words.say("look-into", label=label(words, FLAG + flag, flag))


def label(words: Catalogue, id: str, name: str) -> str:
    """What to call a message's subject in a list; without a label, the ``name`` as words."""
    return words.said(f"{id}.label", {}) or name.replace("_", " ").capitalize()


def sentence(words: Catalogue, name: str, facts: Facts) -> str | None:
    """The wording of a message that fits the customer; None where there is none, or a value that it says is missing."""
    values = [facts.get(column) for column in columns(words, name)]
    try:
        return _said(words, name, tuple(values))
    except TypeError:  # a list from a field of the admin's
        return _said(words, name, tuple(value if isinstance(value, Hashable) else str(value) for value in values))


@cache
def columns(words: Catalogue, name: str) -> tuple[str, ...]:
    """What a message may look at in a customer."""
    return CHOICES[name].reads if name in CHOICES else tuple(sorted(words.asks(name)))


@lru_cache(maxsize=REMEMBERED)
def _said(words: Catalogue, name: str, values: tuple[object, ...]) -> str | None:
    given = zip(columns(words, name), values, strict=True)
    known = {column: value if sayable(value) else None for column, value in given}
    facts = Facts({column: [value] for column, value in known.items()}, 0)
    wording = CHOICES[name].choose(facts) if name in CHOICES else Wording(name)
    chosen = {**known, **wording.values}
    return words.said(wording.id, {column: chosen.get(column) for column in sorted(words.asks(wording.id))})
