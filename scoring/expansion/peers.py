"""What similar accounts own: for groups of customers alike in segment and industry, how many have each product.

Computed over the whole book, kept by the caller as plain data, and used for one customer at a time afterwards.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import pandas as pd

from config.journey import Segment
from config.rules import as_text, is_missing
from scoring.columns import series
from scoring.expansion.owned import owned_products
from scoring.flags.scene import NOT_OURS
from scoring.frames import extra_frame
from scoring.journey import with_segments
from scoring.records import by_value

LEAST: Final = 20
"""Accounts, the customer itself not counted, below which a group says nothing."""


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Customers of one segment and industry (None = of any). ``owners``: product → how many have it."""

    segment: str | None
    industry: str | None
    accounts: int
    """Those of whom it is known what they own."""
    owners: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Peers:
    """``groups``: by segment and industry, by segment, and all. ``names``: product → how most accounts write it."""

    groups: tuple[PeerGroup, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As plain data that JSON can hold."""
        return asdict(self)

    @classmethod
    def restored(cls, document: Mapping[str, Any]) -> "Peers":
        """The peers that were kept as this document."""
        return cls(tuple(PeerGroup(**group) for group in document["groups"]), document["names"])


NO_PEERS: Final = Peers()


def peers(values: pd.DataFrame, owned: str | None) -> Peers:
    """The peer groups of a book. ``values``: a row per customer with ``segment``, ``industry``, ``status``.

    ``owned``: the column that lists a customer's products; without it there are no peers. Only customers count.
    """
    if owned is None or owned not in values:
        return NO_PEERS
    values = values[~likeness(values, "status").isin(NOT_OURS)]
    products = owned_products(values[owned])
    known = values[values.index.isin(products["customer"])]
    alike = pd.DataFrame({name: likeness(known, name) for name in ("segment", "industry")}, index=known.index)
    groups = [group for keys in (["segment", "industry"], ["segment"], []) for group in _groups(alike, products, keys)]
    spelt = products.groupby(["product", "name"]).size().rename("times").reset_index()
    usual = spelt.sort_values(["times", "name"], ascending=[False, True]).drop_duplicates("product")
    return Peers(tuple(groups), dict(sorted(zip(usual["product"], usual["name"], strict=True))))


def peers_of(
    pieces: Iterable[Mapping[int, Mapping[str, object]]], segments: Sequence[Segment], owned: str | None
) -> Peers:
    """The same from account fields, customer by customer, a piece of the book at a time. Segments that are made by
    features are none here.
    """
    found = [_likenesses(rows, segments, owned) for rows in pieces if rows]
    return peers(pd.concat(found), owned) if found else NO_PEERS


def _likenesses(
    rows: Mapping[int, Mapping[str, object]], segments: Sequence[Segment], owned: str | None
) -> pd.DataFrame:
    """Only the columns that make accounts alike, and what they own."""
    values = with_segments(extra_frame(rows), segments)
    return values.reindex(columns=[name for name in ("segment", "industry", "status", owned) if name is not None])


def likeness(values: pd.DataFrame, column: str) -> pd.Series:
    """A column of words as groups compare them: without case; None where it is absent or blank."""
    if column not in values:
        return pd.Series(None, index=values.index, dtype=object)
    return series(
        by_value(values[column].to_numpy(), lambda value: None if is_missing(value) else as_text(value)), values.index
    )


def _groups(alike: pd.DataFrame, products: pd.DataFrame, keys: list[str]) -> Iterator[PeerGroup]:
    """The groups by those keys; a customer that lacks one of them is in none."""
    if not keys:
        yield _group(alike.index, products, None, None)
        return
    for key, some in alike.dropna(subset=keys).groupby(keys, sort=True):
        segment, industry = (*map(str, key), None)[:2]
        yield _group(some.index, products, segment, industry)


def _group(customers: pd.Index, products: pd.DataFrame, segment: str | None, industry: str | None) -> PeerGroup:
    owners = products.loc[products["customer"].isin(customers), "product"].value_counts()
    return PeerGroup(segment, industry, len(customers), dict(sorted((str(k), int(n)) for k, n in owners.items())))
