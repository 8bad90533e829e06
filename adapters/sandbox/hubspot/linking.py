"""Associations asked for in a request: ids and type ids checked against the portal before anything is linked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.sandbox.hubspot.errors import validation
from adapters.sandbox.hubspot.links import DEFAULT_TYPES, DEFINED, PRIMARY_TYPES, LinkType
from adapters.sandbox.hubspot.portal import Portal, Row, Shelf
from adapters.sandbox.hubspot.writing import link

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One link to make from a record that is about to exist."""

    pair: Pair
    to: int
    types: tuple[LinkType, ...]


def check_associations(portal: Portal, shelf: Shelf, asked: Any) -> list[Wanted]:
    """The ``associations`` of a create; 400 when a type id or a record is unknown."""
    if not isinstance(asked or [], list):
        raise validation("Invalid input JSON: associations must be a list")
    return [_wanted(portal, shelf, item) for item in asked or []]


def _wanted(portal: Portal, shelf: Shelf, item: Any) -> Wanted:
    if not isinstance(item, dict) or not isinstance(item.get("to"), dict):
        raise validation("Invalid input JSON: an association needs to and types")
    types = link_types(item.get("types"))
    pair = pair_of(shelf.kind.name, types)
    return Wanted(pair, live_id(portal, pair[1], item["to"].get("id")), types)


def link_types(asked: Any) -> tuple[LinkType, ...]:
    """``[{"associationCategory", "associationTypeId"}]`` as types; 400 when there is none or one is malformed."""
    types = []
    for item in asked if isinstance(asked, list) else []:
        number = item.get("associationTypeId") if isinstance(item, dict) else None
        if not isinstance(number, int):
            raise validation("Some required fields were not set: [associationTypeId]")
        types.append((str(item.get("associationCategory") or DEFINED), number))
    if not types:
        raise validation("Some required fields were not set: [types]")
    return tuple(types)


def pair_of(name: str, types: Sequence[LinkType]) -> Pair:
    """Which two object types the type ids join; 400 when they do not start at ``name``."""
    number = types[0][1]
    for table in (DEFAULT_TYPES, PRIMARY_TYPES):
        for pair, known in table.items():
            if known == number and pair[0] == name:
                return pair
    raise validation(f"Association type {number} is not valid from {name}")


def check_types(pair: Pair, types: Sequence[LinkType]) -> None:
    """400 unless every HubSpot-defined type id belongs to this pair."""
    allowed = {DEFAULT_TYPES.get(pair), PRIMARY_TYPES.get(pair)}
    for category, number in types:
        if category == DEFINED and number not in allowed:
            raise validation(f"Invalid association type id {number} between {pair[0]} and {pair[1]}")


def live_id(portal: Portal, name: str, key: Any) -> int:
    """The id of a record that exists; 400 otherwise."""
    row = portal.shelves[name].live(int(key)) if str(key).isdecimal() else None
    if row is None:
        raise validation(f"{name} {key} is not valid or does not exist")
    return row.id


def associate_new(portal: Portal, shelf: Shelf, row: Row, wanted: Sequence[Wanted]) -> None:
    """Link a new record as its request asked."""
    for item in wanted:
        link(portal, item.pair, row.id, item.to, item.types)
