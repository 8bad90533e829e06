"""Reads a search request and refuses what HubSpot refuses; running it is ``search``. Pure.

Facts: at most 5 groups of 10 filters, 25 in all; limit ≤ 200; ``after`` is an offset that ends at 10,000; only the
first sort is honoured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapters.sandbox.hubspot.errors import HubspotError, validation
from adapters.sandbox.hubspot.fields import objects_of, texts_of
from adapters.sandbox.hubspot.portal import Shelf
from adapters.sandbox.hubspot.values import comparable

CAP: Final = 10_000
LARGEST: Final = 200
FILTERS: Final = 10
FILTERS_IN_ALL: Final = 25
QUERY_LIMIT: Final = 3_000
OPERATORS: Final = (
    "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY",
    "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN",
)  # fmt: skip
Comparable = float | str


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition, its values already comparable; strings of IN stay as given (HubSpot wants lower case)."""

    name: str
    kind: str
    operator: str
    values: tuple[Comparable, ...] = ()
    high: Comparable | None = None
    tokens: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A search that HubSpot would accept."""

    groups: tuple[tuple[Filter, ...], ...]
    sort: str
    descending: bool
    text: str
    limit: int
    after: int
    properties: tuple[str, ...]


def parse(shelf: Shelf, body: Mapping[str, Any], max_groups: int) -> Query:
    """The request body as a Query; HubspotError (400) when it breaks a rule."""
    raw = [objects_of(group, "filters") for group in objects_of(body, "filterGroups")]
    if body.get("filters"):
        raw.append(objects_of(body, "filters"))
    _check_counts([len(group) for group in raw], max_groups)
    sort, descending = _sort(shelf, body.get("sorts") or [])
    text = str(body.get("query") or "")
    if len(text) > QUERY_LIMIT:
        raise validation(f"query must not exceed {QUERY_LIMIT} characters")
    return Query(
        groups=tuple(tuple(_filter(shelf, item) for item in group) for group in raw),
        sort=sort,
        descending=descending,
        text=text.lower(),
        limit=_limit(body),
        after=_after(body),
        properties=tuple(texts_of(body, "properties")),
    )


def _check_counts(sizes: Sequence[int], max_groups: int) -> None:
    if len(sizes) > max_groups:
        raise validation(f"filterGroups count {len(sizes)} exceeds the maximum of {max_groups}")
    if any(size > FILTERS for size in sizes) or sum(sizes) > FILTERS_IN_ALL:
        raise validation(f"at most {FILTERS} filters per group and {FILTERS_IN_ALL} in all are allowed")


def _limit(body: Mapping[str, Any]) -> int:
    limit = body.get("limit", 10)
    if isinstance(limit, str) and limit.isdecimal():
        limit = int(limit)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 0 <= limit <= LARGEST:
        raise validation(f"limit must be between 0 and {LARGEST}, was {limit}")
    return limit


def _after(body: Mapping[str, Any]) -> int:
    after = str(body.get("after") or 0)
    if not after.isdecimal():
        raise validation(f"after must be an offset, was {after!r}")
    if int(after) >= CAP:
        raise validation(f"Cannot page beyond {CAP} results: after was {after}")
    return int(after)


def _sort(shelf: Shelf, sorts: Any) -> tuple[str, bool]:
    """The first sort: ``{"propertyName", "direction"}`` or a text, ``-name`` for descending."""
    if not isinstance(sorts, list):
        raise validation("Invalid input JSON: sorts must be a list")
    if not sorts:
        return "hs_object_id", False
    first = sorts[0]
    if isinstance(first, dict):
        name, descending = str(first.get("propertyName", "")), first.get("direction") == "DESCENDING"
    else:
        name, descending = str(first).lstrip("-"), str(first).startswith("-")
    if name not in shelf.definitions:
        raise _unknown(shelf, name)
    return name, descending


def _unknown(shelf: Shelf, name: str) -> HubspotError:
    message = f"Property '{name}' on {shelf.kind.singular.upper()} does not exist"
    return validation("There was a problem with the request.", errors=[{"message": message}])


def _filter(shelf: Shelf, item: Mapping[str, Any]) -> Filter:
    name, operator = str(item.get("propertyName", "")), str(item.get("operator", ""))
    if operator not in OPERATORS:
        raise validation(f'Invalid input JSON: operator "{operator}" is not one of [{", ".join(OPERATORS)}]')
    if name not in shelf.definitions:
        raise _unknown(shelf, name)
    kind = shelf.definitions[name].type
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return Filter(name, kind, operator)
    if operator in ("IN", "NOT_IN"):
        return Filter(name, kind, operator, _many(name, kind, operator, item.get("values")))
    return _single(name, kind, operator, item)


def _single(name: str, kind: str, operator: str, item: Mapping[str, Any]) -> Filter:
    """A filter with one value, or two for BETWEEN."""
    if item.get("value") in (None, ""):
        raise validation(f"operator {operator} requires a value for {name}")
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return Filter(name, kind, operator, tokens=str(item["value"]).lower())
    low = _comparable(name, kind, item["value"])
    if operator == "GTE" and kind == "datetime" and low == 0:
        raise HubspotError(500, "INTERNAL_ERROR", "internal error")
    if operator != "BETWEEN":
        return Filter(name, kind, operator, (low,))
    if item.get("highValue") is None:
        raise validation(f"operator BETWEEN requires highValue for {name}")
    return Filter(name, kind, operator, (low,), high=_comparable(name, kind, item["highValue"]))


def _many(name: str, kind: str, operator: str, values: Any) -> tuple[Comparable, ...]:
    if not isinstance(values, list) or not values:
        raise validation(f"operator {operator} requires values for {name}")
    return tuple(str(value) if kind == "string" else _comparable(name, kind, value) for value in values)


def _comparable(name: str, kind: str, value: Any) -> Comparable:
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    found = comparable(kind, text)
    if found is None:
        raise validation(f"{text} is not a valid value for {name} of type {kind}")
    return found
