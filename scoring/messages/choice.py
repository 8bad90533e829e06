"""What choosing a wording is: a function of the customer's values, with the columns that it looks at.

Must not know any message.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scoring.facts import Facts


@dataclass(frozen=True, slots=True)
class Wording:
    """A message's id, and what it says beside the customer's columns."""

    id: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """How to choose, from which columns."""

    choose: Callable[[Facts], Wording]
    reads: tuple[str, ...]


def by_sign(name: str, above: str, below: str) -> Choice:
    """``name--above`` for more than nothing, ``name--below`` for less, as the number is written: to one decimal."""

    def choose(facts: Facts) -> Wording:
        value = round(facts.number(name) or 0, 1)
        return Wording(f"{name}--{above}" if value > 0 else f"{name}--{below}" if value < 0 else name)

    return Choice(choose, (name,))


def with_known(name: str, variant: str, *needed: str) -> Choice:
    """``name--variant`` where all that it needs is known."""

    def choose(facts: Facts) -> Wording:
        known = all(facts.get(column) is not None for column in needed)
        return Wording(f"{name}--{variant}" if known else name)

    return Choice(choose, (name, *needed))
