"""Associations between records, both directions, with HubSpot's type ids. Knows ids only, not records."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from adapters.sandbox.hubspot.schema import TYPES

LinkType = tuple[str, int]
"""(category, typeId), such as ("HUBSPOT_DEFINED", 279)."""
Link = tuple[int, tuple[LinkType, ...]]
"""(id of the other record, types)."""

DEFINED: Final = "HUBSPOT_DEFINED"
_ENGAGEMENTS: Final[Mapping[str, tuple[int, int, int, int]]] = {
    "notes": (202, 190, 214, 228),
    "calls": (194, 182, 206, 220),
    "emails": (198, 186, 210, 224),
    "meetings": (200, 188, 212, 226),
    "tasks": (204, 192, 216, 230),
}
"""To contacts, companies, deals, tickets; the reverse direction is the number less 1."""

DEFAULT_TYPES: Final[dict[tuple[str, str], int]] = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("deals", "contacts"): 3,
    ("contacts", "deals"): 4,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("companies", "tickets"): 340,
    ("tickets", "companies"): 339,
    ("contacts", "tickets"): 15,
    ("tickets", "contacts"): 16,
    ("deals", "tickets"): 27,
    ("tickets", "deals"): 28,
    ("feedback_submissions", "contacts"): 98,
    ("contacts", "feedback_submissions"): 97,
    ("feedback_submissions", "tickets"): 100,
    ("tickets", "feedback_submissions"): 99,
}
for _name, _numbers in _ENGAGEMENTS.items():
    for _other, _number in zip(("contacts", "companies", "deals", "tickets"), _numbers, strict=True):
        DEFAULT_TYPES[_name, _other] = _number
        DEFAULT_TYPES[_other, _name] = _number - 1

PRIMARY_TYPES: Final[Mapping[tuple[str, str], int]] = {
    ("contacts", "companies"): 1,
    ("companies", "contacts"): 2,
    ("deals", "companies"): 5,
    ("companies", "deals"): 6,
    ("companies", "tickets"): 25,
    ("tickets", "companies"): 26,
}
_SINGULAR: Final = {kind.name: kind.singular for kind in TYPES}


def types_of(pair: tuple[str, str], primary: bool = False) -> tuple[LinkType, ...]:
    """The types of an ordinary or a primary link; () when the pair cannot be linked."""
    if pair not in DEFAULT_TYPES:
        return ()
    plain = (DEFINED, DEFAULT_TYPES[pair])
    return ((DEFINED, PRIMARY_TYPES[pair]), plain) if primary and pair in PRIMARY_TYPES else (plain,)


def is_primary(pair: tuple[str, str], kind: LinkType) -> bool:
    return kind == (DEFINED, PRIMARY_TYPES.get(pair, -1))


def label(pair: tuple[str, str], kind: LinkType) -> str | None:
    """What v4 shows beside a type."""
    return "Primary" if is_primary(pair, kind) else None


def inline_name(pair: tuple[str, str], kind: LinkType) -> str:
    """What v3 calls a type: ``deal_to_company`` for the primary one, with ``_unlabeled`` for the plain one."""
    name = f"{_SINGULAR[pair[0]]}_to_{_SINGULAR[pair[1]]}"
    return f"{name}_unlabeled" if pair in PRIMARY_TYPES and not is_primary(pair, kind) else name


class Links:
    """Which records are associated with which. Not locked: the portal's lock covers it."""

    def __init__(self) -> None:
        self._links: dict[tuple[str, str], dict[int, list[Link]]] = {}
        self._shared: dict[tuple[LinkType, ...], tuple[LinkType, ...]] = {}

    def of(self, pair: tuple[str, str], from_id: int) -> list[Link]:
        """Links from one record, in the order they were made."""
        return self._links.get(pair, {}).get(from_id, [])

    def add(self, pair: tuple[str, str], from_id: int, to_id: int, types: Iterable[LinkType]) -> None:
        """Link both ways; the reverse carries the matching type ids. Types that are there stay."""
        wanted = tuple(types)
        back = (pair[1], pair[0])
        self._put(pair, from_id, to_id, wanted)
        self._put(back, to_id, from_id, types_of(back, any(is_primary(pair, kind) for kind in wanted)))

    def _put(self, pair: tuple[str, str], from_id: int, to_id: int, types: tuple[LinkType, ...]) -> None:
        found = self._links.setdefault(pair, {}).setdefault(from_id, [])
        place = next((i for i, link in enumerate(found) if link[0] == to_id), None)
        old = found[place][1] if place is not None else ()
        merged = tuple(dict.fromkeys((*old, *types)))
        merged = self._shared.setdefault(merged, merged)
        if place is None:
            found.append((to_id, merged))
        else:
            found[place] = (to_id, merged)

    def remove(self, pair: tuple[str, str], from_id: int, to_id: int) -> None:
        for one, left, right in ((pair, from_id, to_id), ((pair[1], pair[0]), to_id, from_id)):
            kept = [link for link in self.of(one, left) if link[0] != right]
            self._links.setdefault(one, {})[left] = kept

    def forget(self, name: str, record: int) -> None:
        """Drop every link of a record that is archived."""
        for pair, other in list(self.around(name, record)):
            self.remove(pair, record, other)

    def around(self, name: str, record: int) -> Iterator[tuple[tuple[str, str], int]]:
        for pair, rows in self._links.items():
            if pair[0] == name:
                for other, _ in rows.get(record, []):
                    yield pair, other
