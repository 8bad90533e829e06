"""A table made ready to learn from: what each column is, and which are set aside, each with its reason.

Nothing is left out in silence. Leaks are ``scoring.proof.leaks``; must not know curves or weights.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.rules import as_text
from scoring.proof.columns import Kind, kind_of, numbers, words

MOST_LEVELS: Final = 100
"""Different words of a column, each frequent, up to which it is a category and not text."""
LEAST_FILLED: Final = 0.01
"""Share of rows that a column must fill."""
FEW: Final = 20

_ID_NAME: Final = re.compile(
    r"(^|.*[_\s.-])(id|ids|uuid|guid|key|nr|no|num|number|email|phone|rownumber|index|hash)$|^unnamed: \d+$|^index$|^$"
    r"|(client|customer|cust|account|acct|user|member|person|contact|employee|company|subscriber|policy|contract)"
    r"(id|key|nr|no|num|number|code)$"
)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A column that no measure may be made of, and why."""

    column: str
    reason: str


@dataclass(frozen=True)
class Intake:
    """The columns that may become measures, as numbers or words, and the others by name."""

    frame: pd.DataFrame
    """One column per candidate: float64 with NaN, or words with None. Index 0 … n − 1."""
    set_aside: tuple[SetAside, ...]
    ids: tuple[str, ...]
    """Columns that name a row or its customer."""
    groups: NDArray[np.int64] | None
    """A number per customer, where one has several rows; rows of one customer are never on both sides of a fold."""

    def is_words(self, column: str) -> bool:
        return self.frame[column].dtype == object


def take_in(
    table: pd.DataFrame, not_these: Mapping[str, str], keep: Collection[str] = (), grouped_by: str | None = None
) -> Intake:
    """Sort the columns. ``not_these``: column → why it is no candidate whatever it holds (the label, a dropped one).

    ``keep``: columns that are taken although they look like ids or text. ``grouped_by``: the customer's column.
    """
    taken: dict[str, pd.Series] = {}
    aside: list[SetAside] = []
    ids: list[str] = []
    seen: dict[str, str] = {}
    for name in map(str, table.columns):
        column = table[name].reset_index(drop=True)
        read, reason, is_id = _sorted(name, column, keep)
        reason = not_these.get(name, "the customer that a row is of" if name == grouped_by else reason)
        if (is_id and name not in not_these) or name == grouped_by:
            ids.append(name)
        if not reason and (twin := seen.setdefault(_digest(read), name)) != name:
            reason = f"the same as {twin}"
        if reason:
            aside.append(SetAside(name, reason))
        else:
            taken[name] = read
    frame = pd.DataFrame(taken, index=pd.RangeIndex(len(table)))
    return Intake(frame, tuple(aside), tuple(ids), _groups(table, ids if grouped_by is None else [grouped_by]))


def id_columns(table: pd.DataFrame) -> list[str]:
    """The columns that name a row, in the order of the table."""
    return [name for name in map(str, table.columns) if _sorted(name, table[name], ())[2]]


def digest(table: pd.DataFrame) -> tuple[str, NDArray[np.uint64]]:
    """A digest of the rows in whatever order, and a number per row by which to put them in one order."""
    plain = {
        name: column if pd.api.types.is_numeric_dtype(column.dtype) else column.astype(str)
        for name, column in table.items()
    }
    text = pd.DataFrame(plain)
    rows = pd.util.hash_pandas_object(text, index=False).to_numpy().astype(np.uint64)
    header = "\x1f".join(map(str, table.columns))
    return hashlib.sha256(header.encode() + np.sort(rows).tobytes()).hexdigest()[:16], rows


def _sorted(name: str, column: pd.Series, keep: Collection[str]) -> tuple[pd.Series, str, bool]:
    """The column as it is read, why it is no candidate (else nothing), and whether it names the row."""
    kind = kind_of(column)
    if kind == "days":
        what = "a date; put the days between it and the row's own day into a column of its own"
        return words(column), what, False
    read = pd.Series(numbers(column), name=name) if kind == "numbers" else words(column)
    filled = int(read.notna().sum())
    if filled < max(LEAST_FILLED * len(read), 1):
        return read, "empty" if not filled else f"filled in {filled:,} of {len(read):,} rows only", False
    different = int(read.nunique())
    if different == 1 and filled == len(read):
        return read, f"always {as_text(read.iloc[0])}", False
    if name in keep:
        return read, "", False
    if _names_rows(name, read, kind, different, filled):
        return read, "an id", True
    return read, _text_reason(read, different, filled) if kind != "numbers" else "", False


def _names_rows(name: str, read: pd.Series, kind: Kind, different: int, filled: int) -> bool:
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip()).casefold()
    called = _ID_NAME.fullmatch(snake) is not None
    if kind == "numbers":
        whole = bool((read.dropna() % 1 == 0).all())
        running = whole and different == filled >= FEW and float(read.max() - read.min()) == different - 1
        repeated = bool(re.fullmatch(r"(.*[_\s.-])?(id|uuid|guid)", snake)) and different > FEW
        return running or (called and whole and (different >= 0.9 * filled or repeated) and filled > 1)
    unique = different == filled >= FEW
    return unique or (called and different > min(FEW, 0.5 * filled))


def _text_reason(read: pd.Series, different: int, filled: int) -> str:
    """Why a column of words is no category; nothing when it is one."""
    counts = read.value_counts()
    frequent = counts[counts >= max(10, 0.002 * filled)] if filled >= 100 else counts[counts >= 3]
    if frequent.sum() < 0.5 * filled or len(frequent) > MOST_LEVELS:
        return f"text of {different:,} different values"
    return ""


def _digest(read: pd.Series) -> str:
    return hashlib.sha256(pd.util.hash_pandas_object(read, index=False).to_numpy().tobytes()).hexdigest()


def _groups(table: pd.DataFrame, ids: Collection[str]) -> NDArray[np.int64] | None:
    """Who a row is of: the first id that comes more than once, if any does."""
    for name in ids:
        codes, found = pd.factorize(table[name], use_na_sentinel=True)
        blank = codes < 0
        if len(found) < (~blank).sum():
            own = len(found) + np.arange(len(codes))
            return np.where(blank, own, codes).astype(np.int64)
    return None


def sort_reasons(found: Collection[SetAside]) -> Iterator[tuple[str, list[str]]]:
    """(reason, its columns), for a list that a person reads."""
    for reason in dict.fromkeys(item.reason for item in found):
        yield reason, [item.column for item in found if item.reason == reason]
