"""Which products each customer has, from the mapped account field that lists them. Must not know what peers own.

A blank field is unknown, not "owns nothing": such a customer is neither counted as a peer nor told to buy.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.rules import is_missing

OWNED_COLUMNS: Final = ["customer", "product", "name"]


def owned_products(field: pd.Series) -> pd.DataFrame:
    """A row per customer and product: ``customer``, ``product`` (for comparing: no case) and ``name`` as written.

    The field holds a list, or text separated by ``;`` (else by ``,``). Doubles count once.
    """
    codes, cells = _different(field)
    rows = [(code, name.casefold(), name) for code, cell in enumerate(cells) for name in _listed(cell)]
    split = pd.DataFrame(rows, columns=["code", "product", "name"])
    holders = pd.DataFrame({"customer": field.index, "code": codes})
    found = holders.merge(split, on="code")[OWNED_COLUMNS]
    return found.drop_duplicates(["customer", "product"]).reset_index(drop=True)


def _different(field: pd.Series) -> tuple[NDArray[np.intp], pd.Index]:
    """The place of each cell among the different ones. Our frames hold tuples; a list has to be made one first."""
    try:
        return pd.factorize(field)
    except TypeError:
        return pd.factorize(field.map(_as_tuple))


def _as_tuple(cell: object) -> object:
    if isinstance(cell, (list, set)):
        return tuple(cell)
    return cell if isinstance(cell, (str, tuple, frozenset)) else None


def _listed(cell: object) -> list[str]:
    if isinstance(cell, str):
        parts = cell.split(";" if ";" in cell else ",")
    elif isinstance(cell, (tuple, frozenset)):
        parts = sorted(str(item) for item in cell if not is_missing(item))
    else:
        parts = []
    return [" ".join(part.split()) for part in parts if part.strip()]
