"""Which job titles are an executive's, for persons whose role the CRM does not tell. Words only, no names.

A title is free text: what is counted is a person who decides about budgets (chief officers, presidents, directors,
heads of a department), not who assists one.
"""

import re
from typing import Final

import numpy as np
import pandas as pd

from scoring.records import Column, Flags

_WORDS: Final = (
    "chief", "ceo", "cto", "cfo", "coo", "cio", "cmo", "cro", "cpo", "cso", "ciso", "chro", "president", "vp", "svp",
    "evp", "avp", "head of", "director", "founder", "co-founder", "cofounder", "managing partner", "general manager",
    "directora", "directeur", "directrice", "président", "geschäftsführer", "geschäftsführerin", "vorstand",
    "مدیرعامل", "مدیر عامل",
)  # fmt: skip
_NOT: Final = ("assistant", "secretary", "office of", "to the", "intern", "coordinator", "deputy to")

_EXECUTIVE: Final = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _WORDS))})(?!\w)", re.IGNORECASE)
_SERVING: Final = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _NOT))})(?!\w)", re.IGNORECASE)


def is_executive(title: str) -> bool:
    return bool(_EXECUTIVE.search(title)) and not _SERVING.search(title)


def are_executive(titles: Column) -> Flags:
    """Per title; each different one is read once."""
    codes, found = pd.factorize(titles)
    return np.array([*(is_executive(str(title)) for title in found), False], dtype=np.bool_)[codes]
