"""Which product most accounts like this one have and it has not, with the evidence for saying so.

A product is named when a good share of the group owns it, and more of the group than of all others: by Wilson's
lower bound and by lift. Must not know how groups were made.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
import pandas as pd

from scoring.expansion.owned import owned_products
from scoring.expansion.peers import LEAST, PeerGroup, Peers, likeness

SHARE: Final = 0.4
LIFT: Final = 1.3
"""How many times more of the group than of the others must own it."""
HELD_SHARE: Final = 0.35
HELD_LIFT: Final = 1.2
"""What is enough where a product was suggested at yesterday's close: the book moves a little every day."""
_Z: Final = 1.96


@dataclass(frozen=True, slots=True)
class Offer:
    """``owners`` of the ``others`` in the group have the product. ``strength``: Wilson's lower bound of that share."""

    product: str
    owners: int
    others: int
    strength: float


def wilson_low(successes: int, trials: int) -> float:
    """Lower end of the 95 % interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22, 209–212)."""
    if trials <= 0:
        return 0.0
    share, square = successes / trials, _Z**2 / trials
    return (share + square / 2 - _Z * sqrt(share * (1 - share) / trials + square / 4 / trials)) / (1 + square)


def offers(group: PeerGroup, whole: PeerGroup, *, held: bool = False) -> list[Offer]:
    """What a member of the group that lacks it may want, the best founded first. ``whole``: the group of all.

    ``held``: the eased thresholds. Where too few accounts are outside the group to compare with, the share alone
    must be beyond doubt.
    """
    share, lift = (HELD_SHARE, HELD_LIFT) if held else (SHARE, LIFT)
    outside = whole.accounts - group.accounts
    found: list[Offer] = []
    for product, owners in group.owners.items():
        others = max(group.accounts - 1, owners)  # all own it: who does not was no customer when they were counted
        strength = wilson_low(owners, others)
        if outside < LEAST:
            stands_out = strength >= share
        else:
            elsewhere = (whole.owners.get(product, 0) - owners) / outside
            stands_out = owners / others >= lift * elsewhere and (held or strength > elsewhere)
        if owners / others >= share and stands_out:
            found.append(Offer(product, owners, others, strength))
    return sorted(found, key=lambda offer: (-offer.strength, offer.product))


def cross_sell(values: pd.DataFrame, owned: str | None, known: Peers, held: pd.Series) -> pd.DataFrame:
    """Per customer the best offer of its group: ``product`` (as written), ``owners``, ``others``, ``group``.

    ``held``: who was told of one at yesterday's close. No row for a customer without an offer, of whom it is not
    known what it owns, or whose every group has fewer than 20 others.
    """
    columns = ["product", "owners", "others", "group"]
    if owned is None or owned not in values or not known.groups:
        return pd.DataFrame(columns=columns, index=values.index[:0])
    has = owned_products(values[owned])
    whole = known.groups[-1]
    number = _numbers(values, known)
    groups = [group for group in range(len(known.groups)) if known.groups[group].accounts > LEAST]
    rows = [
        (group, eased, place, offer.product, offer.owners, offer.others)
        for group in groups
        for eased in (False, True)
        for place, offer in enumerate(offers(known.groups[group], whole, held=eased))
    ]
    table = pd.DataFrame(rows, columns=["number", "held", "place", "product", "owners", "others"])
    members = pd.DataFrame({"customer": values.index, "number": number, "held": held.reindex(values.index).eq(True)})
    members = members[members["customer"].isin(has["customer"])]
    able = members.merge(table, on=["number", "held"]).merge(
        has[["customer", "product"]].assign(has=True), on=["customer", "product"], how="left"
    )
    best = able[able["has"].isna()].sort_values(["customer", "place"]).drop_duplicates("customer")
    best = best.assign(group=best["number"].map(dict(enumerate(map(_likeness, known.groups)))))
    return best.assign(product=best["product"].map(known.names)).set_index("customer")[columns]


def _numbers(values: pd.DataFrame, known: Peers) -> pd.Series:
    """Per customer the narrowest of its groups that is large enough, by number; −1 where none is."""
    large = {(one.segment, one.industry): n for n, one in enumerate(known.groups) if one.accounts > LEAST}
    (segment, segments), (industry, industries) = (
        pd.factorize(likeness(values, name)) for name in ("segment", "industry")
    )
    words = [*map(str, segments), None], [*map(str, industries), None]  # code −1, the last one, is nothing
    alike, different = pd.factorize(segment * len(words[1]) + industry % len(words[1]))
    found = [
        next((large[group] for group in _widening(words[0][one], words[1][other]) if group in large), -1)
        for one, other in (divmod(int(pair), len(words[1])) for pair in different)
    ]
    return pd.Series(np.array([*found, -1])[alike], index=values.index)


def _widening(segment: str | None, industry: str | None) -> list[tuple[str | None, str | None]]:
    """The groups that a customer is in, the narrowest first."""
    both = [(segment, industry)] if segment is not None and industry is not None else []
    return [*both, *([(segment, None)] if segment is not None else []), (None, None)]


def _likeness(group: PeerGroup) -> str:
    """In what the accounts of a group are alike, as a word: both, segment, or all."""
    return "both" if group.industry is not None else "segment" if group.segment is not None else "all"
