"""How a language is written: its digits, its punctuation, its direction. Must not know any sentence."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import bidirectional

from scoring.facts import written

ENDS: Final = "!?…؟！？"
"""What ends a sentence by itself: no full stop follows."""
STOPS: Final = ".。۔"
"""Full stops, in one script or another."""
CUT: Final = " ,;:،؛、" + STOPS
"""What must not stand before the dots of a text that was cut."""
LONG_WORD: Final = 40
"""What is longer without a space is no word, and may be cut."""

RLM: Final = "\u200f"
"""Right-to-left mark: makes a field that takes its direction from the first letter run right to left."""
RLI: Final = "\u2067"
"""Right-to-left isolate: what follows runs right to left even in a field that runs left to right."""
FSI: Final = "\u2068"
"""First strong isolate: what follows has the direction of its own first letter."""
PDI: Final = "\u2069"
"""Ends an isolate. The marks and what they do: Unicode Standard Annex 9."""

_SENTENCE: Final = re.compile(rf"(?:(?<=[{ENDS}{STOPS}])|(?<=[{ENDS}{STOPS}]{PDI}))\s+")
_RTL: Final = ("R", "AL")


@dataclass(frozen=True, slots=True)
class Style:
    """As the file of the language says it; what stands here is English."""

    digits: str = "0123456789"
    decimal_sign: str = "."
    group_sign: str = ","
    minus_sign: str = "-"
    full_stop: str = "."
    comma: str = ", "
    percent: str = " %"
    rtl: bool = False

    def number(self, value: float) -> str:
        """As a person writes it, one decimal at most, no groups: ``3.0`` → ``3``."""
        return self.signs(written(value))

    def amount(self, value: float) -> str:
        """Whole, with groups of thousands: ``1234.5`` → ``1,234``."""
        return self.signs(f"{value:,.0f}")

    def text(self, value: str) -> str:
        """Words from elsewhere: isolated where they hold letters that run against the language."""
        against = ("L",) if self.rtl else _RTL
        return f"{FSI}{value}{PDI}" if any(bidirectional(sign) in against for sign in value) else value

    def listed(self, things: Iterable[str]) -> str:
        return self.comma.join(things)

    def closed(self, text: str) -> str:
        """A sentence with what ends it: a full stop, unless it ends by itself; nothing of nothing."""
        said = tidy(text)
        return said if not said or said.rstrip(PDI).endswith(tuple(ENDS)) else said + self.full_stop

    def fit(self, sentences: Iterable[str], longest: int) -> str:
        """As many whole sentences as there is room for; a first one that is too long by itself is cut.

        Between words, unless that would take away more than a word. The marks of direction are counted.
        """
        before, after = (RLM + RLI, PDI) if self.rtl else ("", "")
        room = longest - len(before + after)
        text = ""
        for said in sentences:
            closed = self.closed(said)
            longer = f"{text} {closed}".strip()
            if len(longer) > room:
                text = text or cut(closed, room)
                break
            text = longer
        return f"{before}{text}{after}" if text else ""

    def signs(self, text: str) -> str:
        """A number's digits and signs as this language has them."""
        signs = {"-": self.minus_sign, ".": self.decimal_sign, ",": self.group_sign}
        return "".join(self.digits[int(sign)] if sign.isdecimal() else signs.get(sign, sign) for sign in text)


ENGLISH: Final = Style()


def tidy(text: str) -> str:
    """On one line, without the full stop at its end."""
    return " ".join(text.split()).rstrip(STOPS)


def bare(text: str) -> str:
    """What ``fit`` made, without the marks of direction round it."""
    return text.removeprefix(RLM + RLI).removesuffix(PDI) if text.startswith(RLM + RLI) else text


def apart(text: str) -> Sequence[str]:
    """The sentences of what ``fit`` made."""
    return _SENTENCE.split(bare(text))


def cut(text: str, longest: int) -> str:
    """The beginning of a text, with three dots, at most so long; an isolate that was begun is ended."""
    if head := _beginning(text, longest):
        if head.count(FSI) <= head.count(PDI):
            return f"{head}…"
        head = _beginning(text, longest - 1)
    return head + PDI * (head.count(FSI) - head.count(PDI)) + "…"


def _beginning(text: str, longest: int) -> str:
    """One character less than that at most, between words if that costs no more than a word."""
    head = text[:longest].rpartition(" ")[0]
    if not head or len(head) < longest - LONG_WORD:
        head = text[: longest - 1]
    return head.rstrip(CUT)
