"""One company in several records: which are one customer and for what reason, and which could be but are not."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from adapters.records import Ref
from bridge.identity import joining as identity
from bridge.rules.matching import SORTS, Doubt
from bridge.store import customers, identities, lookup, membership
from config.settings import Identity

WORDS: Final = {"link": "id", "domain": "domain"}
"""What a reason to join is called."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the store says of twins: how many customers have several records, and the doubts, with accounts' names."""

    joined: int
    doubts: tuple[Doubt, ...]
    names: Mapping[Ref, str]


@dataclass(frozen=True, slots=True)
class Twin:
    """One record of a customer, and the values that it has in common with another of them."""

    ref: Ref
    name: str
    shared: tuple[str, ...]


def tell(db: Connection) -> Told:
    """Everything about everybody."""
    sharing = set().union(*(identities.all_sharing(db, sort) for sort in SORTS))
    doubts = identity.matched(db, sharing).doubts
    return Told(membership.count_joint(db), doubts, lookup.names(db, {ref for one in doubts for ref in one.accounts}))


def twins(db: Connection, customer: int) -> list[Twin]:
    """The living records of a customer, and why they are together."""
    refs = sorted(lookup.living(db, customers.refs_of(db, [customer]).get(customer, [])), key=str)
    known, names = identities.of(db, refs), lookup.names(db, refs)
    common = _common(known.values())
    return [Twin(ref, names.get(ref, ref.id), _shared(known.get(ref, {}), common)) for ref in refs]


def _shared(values: Mapping[str, str], common: set[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"{WORDS[sort]} {values[sort]}" for sort in SORTS if (sort, values.get(sort)) in common)


def _common(known: Iterable[Mapping[str, str]]) -> set[tuple[str, str]]:
    seen = Counter(pair for values in known for pair in values.items())
    return {pair for pair, number in seen.items() if number > 1}


def mend(doubt: Doubt, settings: Identity) -> str:
    """What a person can do about a doubt."""
    fields = ", ".join(f"{settings.link[name]} in {name}" for name in _connections(doubt) if name in settings.link)
    if doubt.sort == "link":
        return f"leave the id to the one record of each connection that is meant ({fields})"
    if fields:
        return f"give those that are one company a common id ({fields}); mend the website of those that are not"
    return "name the fields that hold a common id in identity.link, and fill them for those that are one company"


def _connections(doubt: Doubt) -> list[str]:
    return list(dict.fromkeys(ref.connection for ref in doubt.accounts))
