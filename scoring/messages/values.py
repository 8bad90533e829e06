"""Values as a message takes them: numbers and words that know how the language writes them, and what can be done
with them in a message (``AMOUNT``, ``PERCENT`` …). Must not know any message.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from babel import Locale
from fluent.runtime.types import FluentFloat, FluentType

from scoring.messages.style import Style

DECIMALS: Final = 1


class Number(FluentFloat):
    """A number that compares (and counts, in plurals) as it is written. ``exact``: before rounding."""

    exact: float
    shown: str

    def format(self, locale: Locale) -> str:
        return self.shown


class Words(FluentType, str):
    """Text from elsewhere: compares as it is, is shown so that its direction disturbs nobody."""

    shown: str

    def format(self, locale: Locale) -> str:
        return self.shown


def number(value: float, style: Style, decimals: int = DECIMALS) -> Number:
    rounded = round(float(value), decimals) + 0.0  # never −0
    made = Number(rounded)
    made.exact, made.shown = float(value), style.number(rounded)
    return made


def text(value: object, style: Style) -> Words:
    made = Words(value)
    made.shown = style.text(made)
    return made


def argument(value: object, style: Style) -> FluentType:
    """A value of Python's as a message takes it. Not for None, and days come as text already."""
    return number(value, style) if isinstance(value, (int, float)) else text(value, style)


def functions(style: Style) -> Mapping[str, Callable[..., Any]]:
    """What a message may call, in a language of that style."""

    def amount(value: Number) -> Number:
        made = number(value.exact, style, 0)
        made.shown = style.amount(value.exact)
        return made

    def lower(value: Words) -> Words:
        """An abbreviation (its second letter is a capital, too) keeps its capitals."""
        return text(value if value[:2].isupper() else value[:1].lower() + value[1:], style)

    return {
        "AMOUNT": amount,
        "PERCENT": lambda value: number(100 * value.exact, style),
        "WHOLE": lambda value: number(value.exact, style, 0),
        "ABS": lambda value: number(abs(value.exact), style),
        "LOWER": lower,
    }
