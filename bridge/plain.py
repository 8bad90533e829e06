"""Frozen results as plain data for JSON: names stay, days are ISO text, what is not known is null. Frames
are left out.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd


def plain(value: Any) -> Any:
    """The value as JSON can hold it; a number that is none (NaN, infinite) is null."""
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: plain(one) for name, one in held.items() if not isinstance(one, (pd.DataFrame, pd.Series))}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return [plain(one) for one in value]
