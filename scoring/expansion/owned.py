"""Which products each customer has, from the mapped account field that lists them. Must not know what peers own.

A blank field is unknown, not "owns nothing": such a customer is neither counted as a peer nor told to buy.
"""

from typing import Final

import pandas as pd

from config.rules import is_missing

OWNED_COLUMNS: Final = ["customer", "product", "name"]


def owned_products(field: pd.Series) -> pd.DataFrame:
    """A row per customer and product: ``customer``, ``product`` (for comparing: no case) and ``name`` as written.

    The field holds a list, or text separated by ``;`` (else by ``,``). Doubles count once.
    """
    codes, cells = pd.factorize(field.map(_as_text), use_na_sentinel=True)
    rows = [(code, name.casefold(), name) for code, cell in enumerate(cells) for name in _split(cell)]
    split = pd.DataFrame(rows, columns=["code", "product", "name"])
    holders = pd.DataFrame({"customer": field.index, "code": codes})
    found = holders.merge(split, on="code")[OWNED_COLUMNS]
    return found.drop_duplicates(["customer", "product"]).reset_index(drop=True)


def _as_text(value: object) -> str | None:
    if isinstance(value, (list, tuple, set, frozenset)):
        return ";".join(sorted(str(item) for item in value if not is_missing(item))) or None
    return value if isinstance(value, str) and _split(value) else None


def _split(text: str) -> list[str]:
    parts = text.split(";" if ";" in text else ",")
    return [" ".join(part.split()) for part in parts if part.strip()]
