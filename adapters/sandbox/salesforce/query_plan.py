"""Which rows a query must look at, and in what order they come: by id, by stamp, or all of them. Pure."""

from dataclasses import dataclass
from typing import Final

from adapters.sandbox.salesforce import ids, times
from adapters.sandbox.salesforce.soql_ast import (
    Comparison,
    Condition,
    Constant,
    Either,
    Every,
    Membership,
    Ordering,
)
from adapters.sandbox.salesforce.tables import LAST

STAMP: Final = "systemmodstamp"
_OPEN: Final = ("", LAST)


@dataclass(frozen=True, slots=True)
class Plan:
    """``ids``: only these; else rows stamped within ``stamps``; ``first_id``: only ids from there on."""

    ids: frozenset[str] | None = None
    stamps: tuple[str, str] = _OPEN
    first_id: str = ""

    @property
    def bounded(self) -> bool:
        return self.stamps != _OPEN


def plan(where: Condition | None) -> Plan:
    """The narrowest look that cannot miss a row for which ``where`` holds."""
    if where is None:
        return Plan()
    return Plan(_ids(where), _stamps(where), _first_id(where))


def in_stamp_order(order: tuple[Ordering, ...]) -> bool:
    """Whether ``order`` is that of incremental readers: SystemModstamp, then nothing or Id, ascending."""
    names = [o.path[0].casefold() for o in order if len(o.path) == 1 and not o.descending]
    return len(names) == len(order) and names in ([STAMP], [STAMP, "id"])


def in_id_order(order: tuple[Ordering, ...]) -> bool:
    return (
        len(order) == 1 and order[0].path[0].casefold() == "id" and len(order[0].path) == 1 and not order[0].descending
    )


def _on(condition: Comparison | Membership, name: str) -> bool:
    return len(condition.path) == 1 and condition.path[0].casefold() == name


def _ids(condition: Condition) -> frozenset[str] | None:
    if isinstance(condition, Every):
        found = [some for part in condition.parts if (some := _ids(part)) is not None]
        return frozenset.intersection(*found) if found else None
    if isinstance(condition, Comparison) and _on(condition, "id") and condition.op == "=":
        return _normal((condition.value,))
    if isinstance(condition, Membership) and _on(condition, "id") and condition.op == "IN":
        return _normal(condition.values) if isinstance(condition.values, tuple) else None
    return None


def _normal(constants: tuple[Constant, ...]) -> frozenset[str]:
    return frozenset(found for constant in constants if (found := ids.normal(constant.text)) is not None)


def _stamps(condition: Condition) -> tuple[str, str]:
    if isinstance(condition, Every):
        ranges = [_stamps(part) for part in condition.parts]
        return max(low for low, _ in ranges), min(high for _, high in ranges)
    if isinstance(condition, Either):
        ranges = [_stamps(part) for part in condition.parts]
        return min(low for low, _ in ranges), max(high for _, high in ranges)
    if not isinstance(condition, Comparison) or not _on(condition, STAMP) or condition.value.kind != "datetime":
        return _OPEN
    bound = times.precise(times.moment(condition.value.text))
    ranges_by_op = {"=": (bound, bound), ">": (bound, LAST), ">=": (bound, LAST), "<": ("", bound), "<=": ("", bound)}
    return ranges_by_op.get(condition.op, _OPEN)


def _first_id(condition: Condition) -> str:
    if isinstance(condition, Every):
        return max(_first_id(part) for part in condition.parts)
    if isinstance(condition, Comparison) and _on(condition, "id") and condition.op in (">", ">="):
        return ids.normal(condition.value.text) or ""
    return ""
