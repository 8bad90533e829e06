"""Tickets whose subject tells of a wish for more. Words are the admin's; whole words count, whatever their case."""

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from scoring.past import Past

WINDOW: Final = 90


def hinting(past: Past, hints: Sequence[str]) -> pd.DataFrame:
    """Tickets of 90 days with such a word: ``customer``, ``ago`` and the ``hint``, as the admin wrote it."""
    recent = past.tickets.loc[past.tickets["ago"].le(WINDOW), ["customer", "ticket", "ago", "subject"]]
    recent = recent[recent["subject"].map(lambda subject: isinstance(subject, str)).astype("bool")]
    wanted = {_bare(hint): hint for hint in reversed(hints) if _bare(hint)}
    if recent.empty or not wanted:
        return recent.assign(hint=None).iloc[:0]
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in sorted(wanted, key=_longest_first)))
    said = recent["subject"].map(_bare).map(lambda subject: found[0] if (found := pattern.search(subject)) else None)
    return recent.assign(hint=said.map(wanted))[said.notna()]


def _bare(text: str) -> str:
    """Without case, single spaces: how subjects and hints are compared."""
    return " ".join(text.casefold().split())


def _longest_first(word: str) -> tuple[int, str]:
    return -len(word), word
