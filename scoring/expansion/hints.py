"""Tickets whose subject tells of a wish for more. Words are the admin's; whole words count, whatever their case."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from scoring.past import Past
from scoring.records import Records, by_value, is_said

WINDOW: Final = 90


def hinting(past: Past, hints: Sequence[str]) -> Records:
    """Tickets of 90 days with such a word, the latest first, with the ``hint``, as the admin wrote it."""
    recent = past.tickets.where(past.tickets["ago"] <= WINDOW)
    wanted = {_bare(hint): hint for hint in reversed(hints) if _bare(hint)}
    if not len(recent) or not wanted:
        nobody = np.zeros(len(recent), dtype=np.bool_)
        return recent.having(hint=np.full(len(recent), None, dtype=object)).where(nobody)
    words = (r"\s+".join(map(re.escape, word.split())) for word in sorted(wanted, key=_longest_first))
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)

    def hint(subject: object) -> str | None:
        found = pattern.search(subject) if isinstance(subject, str) else None
        return wanted.get(_bare(found[0])) if found else None

    said = by_value(recent["subject"], hint)
    found = recent.having(hint=said).where(is_said(said))
    return found.by(found["ago"], pd.factorize(found["hint"], sort=True)[0])


def _bare(text: str) -> str:
    """Without case, single spaces: how subjects and hints are compared."""
    return " ".join(text.casefold().split())


def _longest_first(word: str) -> tuple[int, str]:
    return -len(word), word
