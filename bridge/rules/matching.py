"""Which accounts are one customer: by a common id, else by an unambiguous domain, never by guess. Pure.

The answer depends on what the accounts are now, not on the order in which they came. Must not know the store.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from adapters.records import Ref

Sort = Literal["link", "domain"]
SORTS: Final[tuple[Sort, ...]] = ("link", "domain")

DOUBLED: Final = "several accounts of {} have it"
DIFFERENT: Final = "their common ids differ: {}"
UNCLEAR: Final = "the common id of one of them is not unique"
CROSSED: Final = "it would put several accounts of {} into one customer"


@dataclass(frozen=True, slots=True)
class Identified:
    """A living account, and by what it can be found to be somebody else's twin."""

    ref: Ref
    link: str | None = None
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that several accounts have, although they are not one customer for it; and why not."""

    sort: Sort
    value: str
    accounts: tuple[Ref, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Matched:
    """Every account is in exactly one group; what is in one group is one customer."""

    groups: tuple[tuple[Ref, ...], ...]
    doubts: tuple[Doubt, ...]


Group = list[Identified]


def match(accounts: Iterable[Identified]) -> Matched:
    """Join what a link joins; then what a domain joins without a contradiction. Doubt joins nothing."""
    ordered = sorted(accounts, key=lambda one: _place(one.ref))
    linked = {value: some for value, some in _by(ordered, "link").items() if len(some) > 1}
    doubts = [_doubt("link", value, some, why) for value, some in linked.items() if (why := _doubled(some))]
    unclear = {ref for doubt in doubts for ref in doubt.accounts}
    groups: dict[Ref, Group] = {one.ref: [one] for one in ordered}
    for some in linked.values():
        if some[0].ref not in unclear:
            _join(groups, some)
    twins = {ref for ref, group in groups.items() if len(group) > 1}
    bridging: dict[str, Group] = {}
    for value, some in _by(ordered, "domain").items():
        if len({id(groups[one.ref]) for one in some}) == 1:
            continue
        if why := _contradiction(some, unclear):
            if not all(one.ref in twins for one in some):
                doubts.append(_doubt("domain", value, some, why))
        else:
            bridging[value] = some
    doubts += _join_by_domains(groups, bridging)
    found = {id(group): group for group in groups.values()}
    return Matched(tuple(_refs(group) for group in found.values()), tuple(doubts))


def _join_by_domains(groups: dict[Ref, Group], bridging: Mapping[str, Group]) -> list[Doubt]:
    """Join what hangs together by domains, unless the whole of it contradicts itself.

    A pair that a link joined may have two domains, and so a neighbour on either side.
    """
    doubts: list[Doubt] = []
    for values in _chains(groups, bridging):
        whole = {one.ref: one for value in values for near in bridging[value] for one in groups[near.ref]}
        if why := _contradiction(list(whole.values()), set(), CROSSED):
            doubts += [_doubt("domain", value, bridging[value], why) for value in values]
        else:
            _join(groups, list(whole.values()))
    return doubts


def _chains(groups: Mapping[Ref, Group], bridging: Mapping[str, Group]) -> list[list[str]]:
    """The domains, those together that have a group in common."""
    touching: dict[int, list[str]] = {}
    for value, some in bridging.items():
        for one in some:
            touching.setdefault(id(groups[one.ref]), []).append(value)
    chains: list[list[str]] = []
    seen: set[str] = set()
    for first in bridging:
        chain = [] if first in seen else [first]
        seen.add(first)
        for value in chain:  # grows while it is walked along
            near = {other for one in bridging[value] for other in touching[id(groups[one.ref])]}
            chain += sorted(near - seen)
            seen |= near
        chains += [chain] if chain else []
    return chains


def _join(groups: dict[Ref, Group], some: Sequence[Identified]) -> None:
    joined = list({one.ref: one for near in some for one in groups[near.ref]}.values())
    for one in joined:
        groups[one.ref] = joined


def _contradiction(some: Sequence[Identified], unclear: set[Ref], doubled: str = DOUBLED) -> str:
    """Why these cannot be one customer; nothing when they can."""
    links = sorted({one.link for one in some if one.link is not None})
    if why := _doubled(some, doubled):
        return why
    if any(one.ref in unclear for one in some):
        return UNCLEAR
    return DIFFERENT.format(", ".join(links)) if len(links) > 1 else ""


def _doubled(some: Sequence[Identified], why: str = DOUBLED) -> str:
    connections = Counter(one.ref.connection for one in some)
    several = sorted(name for name, number in connections.items() if number > 1)
    return why.format(" and ".join(several)) if several else ""


def _by(ordered: Iterable[Identified], sort: Sort) -> dict[str, Group]:
    found: dict[str, Group] = {}
    for one in ordered:
        if (value := getattr(one, sort)) is not None:
            found.setdefault(value, []).append(one)
    return found


def _doubt(sort: Sort, value: str, some: Sequence[Identified], why: str) -> Doubt:
    return Doubt(sort, value, tuple(one.ref for one in some), why)


def _refs(group: Group) -> tuple[Ref, ...]:
    return tuple(sorted((one.ref for one in group), key=_place))


def _place(ref: Ref) -> tuple[str, str]:
    return ref.connection, ref.id
