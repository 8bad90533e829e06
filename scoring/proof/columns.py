"""What a column of somebody's export holds: numbers, words, days, and what counts as missing.

Owns the reading of values, the same when a card is learnt and when a table is scored. Must not know labels.
"""

import re
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.rules import as_text

Kind = Literal["numbers", "words", "days", "empty"]
Floats = NDArray[np.float64]

BLANKS: Final = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "nat", "<na>", "-", "--", "?", "."})
"""What exports write where nothing is known; case does not matter."""
NO_NUMBER: Final = BLANKS | {"none", "unknown", "inf", "-inf", "infinity", "-infinity", "missing"}
"""Beside them, what stands for no number in a column of numbers (in one of words it may well be a word)."""
ENOUGH: Final = 0.95
"""Share of the filled values that must read as numbers, or as days, for the column to be one of them."""
_SAMPLE: Final = 2_000

_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([T ].*)?|\d{4}-\d{2}")
_GROUPED = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_POINTED = re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+,\d+")
_COMMA = re.compile(r"-?\d+,\d+")
_ORNAMENT = re.compile(r"[\s\u00a0$€£¥%_]")


def names(table: pd.DataFrame) -> list[str]:
    """The columns' names as text, without the blanks round them; one that comes again gets a number, as pandas does."""
    said = [str(name).strip() for name in table.columns]
    return [f"{name}.{said[:at].count(name)}" if name in said[:at] else name for at, name in enumerate(said)]


def kind_of(column: pd.Series) -> Kind:
    """What the column is read as."""
    dtype = column.dtype
    if not column.notna().any():
        return "empty"
    if pd.api.types.is_bool_dtype(dtype):
        return "words"
    if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_timedelta64_dtype(dtype):
        return "numbers"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "days"
    return _kind_of_text(column)


def numbers(column: pd.Series) -> Floats:
    """The column as numbers; NaN for what is none. Thousands, decimal commas, currency and per-cent signs are read."""
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return np.asarray(column.dt.total_seconds() / 86_400, dtype=np.float64)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return np.full(len(column), np.nan)
    if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        return _finite(column.to_numpy(dtype=np.float64, na_value=np.nan))
    plain = pd.Series(pd.to_numeric(column, errors="coerce")).to_numpy(dtype=np.float64, na_value=np.nan)
    odd = np.isnan(plain) & column.notna().to_numpy()
    if odd.any():
        plain = plain.copy()
        plain[odd] = _written(column[odd])
    return _finite(plain)


def words(column: pd.Series) -> pd.Series:
    """The column as words, compared without regard to case; None where nothing is known."""
    try:
        codes, found = pd.factorize(column)
    except TypeError:  # lists and the like, from a data frame
        codes, found = pd.factorize(column.astype(str).where(column.notna()))
    said = [as_text(word.item() if isinstance(word, np.generic) else word) for word in found]
    table = np.array([None if word in BLANKS else word for word in said] + [None], dtype=object)
    return pd.Series(table[codes], index=column.index, name=column.name, dtype=object)


def moments(column: pd.Series) -> Floats:
    """The column as points in time that can be put in order: numbers as they are, days since 1970; NaN for neither."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return numbers(column)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _days(column)
    codes, found = pd.factorize(column)
    text = pd.Series([str(value).strip() for value in found], dtype=object)
    plain = pd.Series(pd.to_numeric(text, errors="coerce")).to_numpy(dtype=np.float64)
    quarter = text.str.extract(r"^(?P<year>\d{4})[-\s]?[Qq](?P<quarter>[1-4])$").astype("float64")
    by_quarter = ((quarter["year"] - 1970) * 365.25 + (quarter["quarter"] - 1) * 91.3).to_numpy()
    if np.isfinite(plain).mean() < ENOUGH:
        others = text.mask(np.isfinite(by_quarter))
        dated = _days(pd.Series(pd.to_datetime(others, errors="coerce", format="mixed", utc=True)))
        plain = np.where(np.isfinite(by_quarter), by_quarter, dated)
    return np.append(plain, np.nan)[codes]


def are_numbers(column: pd.Series) -> bool:
    """Whether the moments of a column are numbers that rise, and not days."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return False
    return bool(pd.Series(pd.to_numeric(column.dropna(), errors="coerce")).notna().mean() > 0.5)


def _days(column: pd.Series) -> Floats:
    naive = pd.Series(pd.to_datetime(column, utc=True)).dt.tz_localize(None)
    return np.asarray((naive - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1), dtype=np.float64)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _written(column: pd.Series) -> Floats:
    """Numbers as people write them: ``1,234.50``, ``12,5``, ``$ 12``, ``85 %``."""
    codes, found = pd.factorize(column)
    bare = [_ORNAMENT.sub("", str(value)) for value in found]
    decimal = any(_COMMA.fullmatch(text) and not _GROUPED.fullmatch(text) for text in bare)
    return np.append(np.array([_number(text, decimal) for text in bare], dtype=np.float64), np.nan)[codes]


def _number(text: str, decimal_comma: bool) -> float:
    if _GROUPED.fullmatch(text) and not decimal_comma:
        text = text.replace(",", "")
    elif _POINTED.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _kind_of_text(column: pd.Series) -> Kind:
    filled = column.dropna()
    if len(filled) > _SAMPLE:
        filled = filled.iloc[:: len(filled) // _SAMPLE]
    if filled.map(lambda value: isinstance(value, bool)).all():
        return "words"
    text = filled.astype(str).str.strip()
    folded = text.str.casefold()
    if folded.isin(BLANKS).all() and folded.size == column.notna().sum():
        return "empty"
    sensible = ~folded.isin(NO_NUMBER)
    if not sensible.any():
        return "words"
    readable = np.isfinite(numbers(text[sensible])).mean()
    if readable >= ENOUGH:
        return "numbers"
    return "days" if text[sensible].map(lambda value: bool(_DAY.fullmatch(value))).mean() >= ENOUGH else "words"
