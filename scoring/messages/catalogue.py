"""A language's messages: which there are, which variables each names, and how one is said with values.

Must not know what any message is about. A message that a language lacks is said in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isinf
from typing import Final

from fluent.runtime import FluentBundle
from fluent.runtime.resolver import CurrentEnvironment, Pattern, ResolverEnvironment

from scoring.messages.style import Style
from scoring.messages.values import argument

REMEMBERED: Final = 1 << 16
"""Sentences kept ready: the same is said of thousands of customers."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """One language. A message's id is its name, an attribute's ``name.attribute``. Values missing = not given."""

    language: str
    style: Style
    variables: Mapping[str, frozenset[str]]
    """Of every message and attribute, those of messages that it refers to included."""
    patterns: Mapping[str, Pattern]
    bundle: FluentBundle
    english: "Catalogue | None"
    """What says the messages that this language lacks; None for English itself."""

    def __contains__(self, id: str) -> bool:
        return id in self.patterns or (self.english is not None and id in self.english)

    def asks(self, id: str) -> frozenset[str]:
        """The variables of a message, by whichever language says it; none where there is no such message."""
        if id in self.patterns or self.english is None:
            return self.variables.get(id, frozenset())
        return self.english.asks(id)

    def say(self, id: str, **values: object) -> str:
        """The message with its values. LookupError where there is none, or where a value that it says is missing."""
        if (said := self.said(id, values)) is None:
            raise LookupError(f"{self.language}: {id} cannot be said with {sorted(values)}")
        return said

    def said(self, id: str, values: Mapping[str, object]) -> str | None:
        """The same; None instead of an error. An infinite number is missing: nobody says it."""
        return _formatted(self, id, tuple(values.items()))

    def written(self, value: object) -> str:
        """A value by itself: a number with one decimal at most, a day as the language writes days, else as it is."""
        if isinstance(value, date):
            parts = {"year": f"{value:%Y}", "month": f"{value:%m}", "day": f"{value:%d}"}
            return self.say("date", **{name: self.style.signs(digits) for name, digits in parts.items()})
        return self.style.number(value) if isinstance(value, (int, float)) else str(value)


def sayable(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and isinf(value))


@lru_cache(maxsize=REMEMBERED)
def _formatted(words: Catalogue, id: str, values: tuple[tuple[str, object], ...]) -> str | None:
    if (pattern := words.patterns.get(id)) is None:
        return words.english.said(id, dict(values)) if words.english else None
    shown = {name: words.written(value) if isinstance(value, date) else value for name, value in values}
    given = {name: argument(value, words.style) for name, value in shown.items() if sayable(value)}
    # not bundle.format_pattern, which would make plain numbers of ours (fluent.runtime 0.4, utils.native_to_fluent)
    asked = ResolverEnvironment(context=words.bundle, current=CurrentEnvironment(args=given), errors=[])
    said = pattern(asked)
    return None if asked.errors else str(said)
