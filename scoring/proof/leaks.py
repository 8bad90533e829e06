"""Columns that know the outcome too well: most often they were filled after it, or because of it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.proof.ranking import auc

Floats = NDArray[np.float64]

PERFECT: Final = 0.98
"""AUC of one column by itself from which it is set aside."""
STRONG: Final = 0.95
"""From which it is named."""
NAMED_LIKE: Final = 0.80
"""From which a column that is called after the outcome is set aside."""
_LEAST: Final = 20
_OUTCOME: Final = re.compile(r"churn|attrit|cancel|terminat|exited|closed|lost|left_|_left")


@dataclass(frozen=True, slots=True)
class Leak:
    column: str
    reason: str
    kept: bool


def find_leaks(frame: pd.DataFrame, happened: Floats, label: str, keep: Collection[str] = ()) -> list[Leak]:
    """Suspicious columns; those that are not ``kept`` are to be left out. ``keep``: taken whatever it looks like."""
    found = []
    for name in map(str, frame.columns):
        reason, sure = _suspicion(name, frame[name], happened, label)
        if reason:
            found.append(Leak(name, reason, kept=name in keep or not sure))
    return found


def _suspicion(name: str, column: pd.Series, happened: Floats, label: str) -> tuple[str, bool]:
    alone = alone_auc(column, happened)
    if alone >= PERFECT:
        return f"by itself it ranks the outcome almost perfectly (AUC {alone:.3f})", True
    if pure := _decides(column, happened):
        return pure, True
    called = name.casefold()
    if alone >= NAMED_LIKE and (label.casefold() in called or _OUTCOME.search(called)):
        return f"it is called after the outcome and ranks it very well by itself (AUC {alone:.3f})", True
    if alone >= STRONG:
        return f"by itself it ranks the outcome very well (AUC {alone:.3f}); kept, but ask when it is filled", False
    return "", False


def alone_auc(column: pd.Series, happened: Floats) -> float:
    """The column's own AUC, whichever way it points; a missing value is a value of its own."""
    gone = column.isna().to_numpy()
    if column.dtype != object:
        values = column.to_numpy(np.float64)
        ways = [auc(np.where(gone, edge, sign * values), happened) for sign in (1, -1) for edge in (-np.inf, np.inf)]
        return float(np.nanmax(ways)) if np.isfinite(ways).any() else 0.5
    codes, _ = pd.factorize(column, use_na_sentinel=False)
    rows, hits = np.bincount(codes), np.bincount(codes, weights=happened)
    share = (hits + happened.mean()) / (rows + 1)
    return auc(share[codes], happened)


def _decides(column: pd.Series, happened: Floats) -> str:
    """Words, or being filled at all, with which the outcome always came: many of those it came to, no other."""
    codes, words = pd.factorize(column if column.dtype == object else column.notna().map({True: "filled"}))
    least = max(_LEAST, 0.05 * happened.sum())
    if happened.mean() > 0.8 or not len(words) or len(words) > 1000:
        return ""
    rows = np.bincount(codes[codes >= 0], minlength=len(words))
    hits = np.bincount(codes[codes >= 0], weights=happened[codes >= 0], minlength=len(words))
    sure = np.flatnonzero((hits == rows) & (rows >= least))
    if not sure.size:
        return ""
    if len(words) == sure.size and (codes < 0).any():
        return f"it is filled only where the outcome came ({int(rows.sum()):,} rows)"
    at = int(sure[np.argmax(rows[sure])])
    return f"with {words[at]} the outcome always came ({int(rows[at]):,} rows)"
