"""Tickets whose subject tells of a wish for more. Words are the admin's; whole words count, whatever their case."""

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from scoring.flags.scene import by_value
from scoring.past import Past

WINDOW: Final = 90


def hinting(past: Past, hints: Sequence[str]) -> pd.DataFrame:
    """Tickets of 90 days with such a word: ``customer``, ``ago`` and the ``hint``, as the admin wrote it."""
    recent = past.tickets.loc[past.tickets["ago"].le(WINDOW), ["customer", "ticket", "ago", "subject"]]
    wanted = {_bare(hint): hint for hint in reversed(hints) if _bare(hint)}
    if recent.empty or not wanted:
        return recent.assign(hint=None).iloc[:0]
    words = (r"\s+".join(map(re.escape, word.split())) for word in sorted(wanted, key=_longest_first))
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)

    def hint(subject: object) -> str | None:
        found = pattern.search(subject) if isinstance(subject, str) else None
        return wanted.get(_bare(found[0])) if found else None

    said = by_value(recent["subject"], hint)
    return recent.assign(hint=said)[said.notna()]


def _bare(text: str) -> str:
    """Without case, single spaces: how subjects and hints are compared."""
    return " ".join(text.casefold().split())


def _longest_first(word: str) -> tuple[int, str]:
    return -len(word), word
