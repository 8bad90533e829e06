"""Every risk flag by name, gravest first, and the one way in which they are raised.

Only customers are flagged. Thresholds are arguments (``config.flags``); words are in the catalogue.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from config.flags import FLAGS, FlagSettings, settled
from scoring.columns import where
from scoring.flags import contract, people, use, voice
from scoring.flags.scene import NOTHING_BEFORE, Before, Found, Raised, Scene, of_ours, scene
from scoring.past import Past

Rule = Callable[[Scene, FlagSettings], Found]

_KNOWN: Final[Mapping[str, Rule]] = {**voice.RULES, **use.RULES, **people.RULES, **contract.RULES}
RULES: Final[Mapping[str, Rule]] = MappingProxyType({name: _KNOWN[name] for name in FLAGS})
"""By name, the gravest first."""

IMPLIED: Final = {"usage_falling": "silent", "key_feature_dropped": "silent"}
"""Flag → the graver one that implies it."""


def raise_flags(
    past: Past,
    values: pd.DataFrame,
    thresholds: Mapping[str, FlagSettings | int | None],
    before: Before = NOTHING_BEFORE,
    band: pd.Series | None = None,
) -> dict[str, Raised]:
    """Those flags of ``thresholds`` that exist, gravest first. A number means days; what is not given is as shipped.

    ``values``: the table of features and fields; a column it lacks is unknown, and unknown raises nothing.
    ``before``: what was raised at the close of the day before, and since when; ``band``: the health band of today.
    """
    there = scene(past, values, before, band)
    chosen = {name: rule for name, rule in RULES.items() if name in thresholds}
    found = {name: rule(there, settled(name, thresholds[name])) for name, rule in chosen.items()}
    return of_ours(there, {name: _unsaid(name, one, found) for name, one in found.items()})


def _unsaid(name: str, one: Found, found: Mapping[str, Found]) -> Found:
    """Not raised where a graver flag says the same already: who has gone silent uses everything less."""
    said = found.get(IMPLIED.get(name, ""))
    return one if said is None else replace(one, ago=where(np.isnan(said.ago), one.ago))
