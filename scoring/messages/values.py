"""Values as a message takes them: numbers and words that know how the language writes them, and what can be done
with them in a message (``AMOUNT``, ``PERCENT`` …). Must not know any message.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from babel import Locale
from fluent.runtime.types import FluentFloat, FluentType

from scoring.messages.style import Style

DECIMALS: Final = 1
"""Of a number as it is shown."""


class Number(FluentFloat):
    """A number that compares as it is, so that 0.04 is not 0, and is shown as the language writes it."""

    shown: str

    def format(self, locale: Locale) -> str:
        return self.shown


class Words(FluentType, str):
    """Text from elsewhere: compares as it is, is shown so that its direction disturbs nobody."""

    shown: str

    def format(self, *args: object, **kwargs: object) -> str:
        return self.shown


def number(value: float, style: Style) -> Number:
    made = Number(float(value) + 0.0)  # never −0
    made.shown = style.number(made)
    return made


def rounded(value: float, style: Style, decimals: int) -> Number:
    """Compares as it is shown, too."""
    return number(round(float(value), decimals), style)


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
        made = rounded(value, style, 0)
        made.shown = style.amount(value)
        return made

    def formatted(value: Number, **options: Any) -> Number:
        """Fluent's own NUMBER, of whose options these count: style, maximumFractionDigits, useGrouping."""
        percent = options.get("style") == "percent"
        made = rounded(100 * value if percent else value, style, int(options.get("maximumFractionDigits", DECIMALS)))
        made.shown = style.amount(value) if options.get("useGrouping") else made.shown
        return percented(made) if percent else made

    def percented(value: Number) -> Number:
        value.shown += style.percent
        return value

    def lower(value: Words) -> Words:
        """An abbreviation (its second letter is a capital, too) keeps its capitals."""
        return text(value if value[:2].isupper() else value[:1].lower() + value[1:], style)

    return {
        "AMOUNT": amount,
        "NUMBER": formatted,
        "PERCENT": lambda value: number(100 * value, style),
        "WHOLE": lambda value: rounded(value, style, 0),
        "ROUND": lambda value: rounded(value, style, DECIMALS),
        "ABS": lambda value: number(abs(value), style),
        "LOWER": lower,
    }
