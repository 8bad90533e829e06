"""Signals that a customer may want more: which customers show which, and since when. Hints, never probabilities.

Owns the rules and their evidence; words are in the catalogue, worth is in ``scoring.expansion.amount``.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from scoring.answers import PASSIVE, PROMOTER
from scoring.expansion import cross_sell as offering
from scoring.expansion.hints import hinting
from scoring.expansion.peers import NO_PEERS, Peers
from scoring.flags.scene import NOTHING_BEFORE, Before, Found, Raised, Scene, of_ours, scene, yes_or_no
from scoring.past import Past
from scoring.records import Flags, is_said, plain

NEAR, NEAR_HELD = 0.8, 0.75
"""Share of a plan's limit from which on it is near; what was near at yesterday's close stays so down to the second."""
FILLING, FILLING_HELD = 0.85, 0.8
"""Share of seats in use, likewise."""
GROWTH, GROWTH_HELD, MORE_PERSONS = 1.2, 1.1, 3
"""Active persons ÷ those of the 28 days before, and how many more there must be."""
CSAT_HIGH = 80.0
SEATS_HIGH, BREADTH_HIGH = 0.7, 5
MILD: Final = ("renewal_near", "single_threaded", "no_executive_touch", "review_overdue", "data_stale")
"""Flags that say nothing against a customer's being happy; any other does."""

Signal = Callable[[Scene, Peers, Flags], Found]
"""The third argument: who carries a flag that is not mild."""


def near_limit(scene: Scene, known: Peers, troubled: Flags) -> Found:
    """Use of 28 days is 80 % or more of some limit of the plan."""
    use = np.round(scene.number("plan_limit_use"), 6)
    holds = scene.reaches("near_limit", use, NEAR, NEAR_HELD)
    return Found(scene.carried("near_limit", holds), {"plan_limit_percent": np.round(100 * use)})


def seats_filling(scene: Scene, known: Peers, troubled: Flags) -> Found:
    """85 % or more of the seats are in use and their number rises, or all are."""
    use = np.round(scene.number("seat_use"), 6)
    rising = scene.number("active_persons") > scene.number("active_persons_before")
    still = ~np.isnan(scene.lasted("seats_filling")) & (use >= FILLING_HELD)
    holds = ((use >= FILLING) & rising) | (use >= 1) | still
    return Found(scene.carried("seats_filling", holds), {"seats_over": yes_or_no(use > 1)})


def users_growing(scene: Scene, known: Peers, troubled: Flags) -> Found:
    """A fifth more persons are active than in the 28 days before, and three or more of them."""
    more = scene.number("active_persons") - scene.number("active_persons_before")
    growth = np.round(scene.number("active_growth"), 6)
    holds = scene.reaches("users_growing", growth, GROWTH, GROWTH_HELD)
    enough = (more >= MORE_PERSONS) | ((more >= 1) & ~np.isnan(scene.lasted("users_growing")))
    return Found(scene.carried("users_growing", holds & enough), {"persons_more": more})


def locked_tried(scene: Scene, known: Peers, troubled: Flags) -> Found:
    """A feature that the plan does not unlock was tried."""
    return Found(scene.carried("locked_tried", scene.number("locked_features_tried") >= 1))


def ticket_hint(scene: Scene, known: Peers, troubled: Flags) -> Found:
    """A ticket of 90 days has one of the admin's words in its subject; since the first such ticket."""
    found = hinting(scene.past, scene.past.product.hints)
    return Found(found.most("ago"), {"hint": found.firsts("hint"), "hint_days": found.least("ago")})


def happy_adopted(scene: Scene, known: Peers, troubled: Flags) -> Found:
    """Content (NPS of 9 or more, or CSAT of 80 or more and no low NPS), using much of what it has, in no trouble."""
    nps, csat = scene.number("nps_latest"), scene.number("csat_latest")
    seats, breadth = scene.number("seat_use"), scene.number("breadth")
    content = (nps >= PROMOTER) | ((csat >= CSAT_HIGH) & ~(nps < PASSIVE))
    adopted = (seats >= SEATS_HIGH) | (breadth >= BREADTH_HIGH)
    # said by the marks and the share that speak for it
    facts = {
        "happy_by": np.where(nps >= PROMOTER, "nps", "csat").astype(object),
        "adopted_by": np.where(seats >= SEATS_HIGH, "seats", "breadth").astype(object),
        "seats_percent": np.round(100 * seats),
    }
    return Found(scene.carried("happy_adopted", content & adopted & ~troubled), facts)


def cross_sell(scene: Scene, known: Peers, troubled: Flags) -> Found:
    """Many accounts like this one have a product that it has not."""
    held = pd.Series(~np.isnan(scene.lasted("cross_sell")), index=scene.values.index)
    best = offering.cross_sell(scene.values, scene.past.product.owned, known, held).reindex(scene.values.index)
    facts = {f"cross_sell_{name}": plain(best[name]) for name in best.columns}
    return Found(scene.carried("cross_sell", is_said(best["product"].to_numpy())), facts)


SIGNALS: Final[Mapping[str, Signal]] = MappingProxyType(
    {
        "near_limit": near_limit,
        "seats_filling": seats_filling,
        "users_growing": users_growing,
        "locked_tried": locked_tried,
        "ticket_hint": ticket_hint,
        "happy_adopted": happy_adopted,
        "cross_sell": cross_sell,
    }
)
"""By name (which is the CRM's option value), in the order in which they are shown."""


def find_signals(
    past: Past,
    values: pd.DataFrame,
    flags: Mapping[str, Raised],
    before: Before = NOTHING_BEFORE,
    known: Peers = NO_PEERS,
) -> dict[str, Raised]:
    """Every signal, in order, of customers alone. ``flags``: those of today; ``before``: signals of yesterday's close.

    A column that ``values`` lacks is unknown, and unknown signals nothing.
    """
    there = scene(past, values, before)
    troubled = np.zeros(len(values), dtype=np.bool_)
    for name, flag in flags.items():
        troubled |= flag.ago.notna().to_numpy() & (name not in MILD)
    return of_ours(there, {name: signal(there, known, troubled) for name, signal in SIGNALS.items()})
