"""Turns a WHERE condition into a function of a row, after checking it against the object's fields.

Text compares without regard to case, as in Salesforce; null is unequal to everything and neither more nor less.
"""

import operator
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, Protocol

from adapters.sandbox.salesforce import ids, soql_dates, times
from adapters.sandbox.salesforce.errors import ApiError, malformed
from adapters.sandbox.salesforce.fields import NUMBERS, Field
from adapters.sandbox.salesforce.soql_ast import (
    Comparison,
    Condition,
    Constant,
    Every,
    Membership,
    Negation,
    Path,
    Query,
)
from adapters.sandbox.salesforce.tables import Row

Test = Callable[[Row], bool]
Getter = Callable[[Row], Any]
_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_WORDS: Final = {"datetime": "dateTime", "reference": "ID", "id": "ID", "currency": "double", "percent": "double"}


class Resolver(Protocol):
    """What a filter must know of the org: fields as the user sees them, today, and what a sub-query finds."""

    today: date

    def column(self, path: Path) -> tuple[Field, Getter]:
        """The field at the end of ``path`` and how to get its value from a row; ApiError when there is none."""

    def found(self, query: Query) -> frozenset[Any]:
        """The values that a sub-query selects."""


def compiled(condition: Condition, resolver: Resolver) -> Test:
    """The test that ``condition`` means. ApiError for an unknown column or a literal of the wrong type."""
    if isinstance(condition, Comparison):
        return _comparison(condition, resolver)
    if isinstance(condition, Membership):
        return _membership(condition, resolver)
    if isinstance(condition, Negation):
        inner = compiled(condition.part, resolver)
        return lambda row: not inner(row)
    tests = [compiled(part, resolver) for part in condition.parts]
    return _every(tests) if isinstance(condition, Every) else _either(tests)


def _every(tests: Sequence[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda row: first(row) and second(row)
    return lambda row: all(test(row) for test in tests)


def _either(tests: Sequence[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda row: first(row) or second(row)
    return lambda row: any(test(row) for test in tests)


def _comparison(condition: Comparison, resolver: Resolver) -> Test:
    field, get = resolver.column(condition.path)
    op, constant = condition.op, condition.value
    if constant.kind == "range":
        return _within(field, get, op, constant, resolver.today)
    if op == "LIKE":
        return _like(field, get, constant)
    value = literal(field, constant)
    get = _folding(field, get)
    if op == "=":
        return lambda row: bool(get(row) == value)
    if op == "!=":
        return lambda row: bool(get(row) != value)
    if field.type in ("boolean", "multipicklist"):
        raise _bad_operator(field, op)
    ordered = _ORDERS[op]
    return lambda row: (held := get(row)) is not None and value is not None and ordered(held, value)


def _within(field: Field, get: Getter, op: str, constant: Constant, today: date) -> Test:
    bounds = soql_dates.days(constant.text, today)
    if bounds is None or field.type not in ("date", "datetime"):
        raise _wrong_literal(field) if bounds else malformed(f"unexpected token: '{constant.text}'")
    suffix = "T00:00:00.000+0000" if field.type == "datetime" else ""
    first, after = (f"{bound.isoformat()}{suffix}" for bound in bounds)
    tests: dict[str, Callable[[str], bool]] = {
        "=": lambda held: first <= held < after,
        "!=": lambda held: not first <= held < after,
        "<": lambda held: held < first,
        "<=": lambda held: held < after,
        ">": lambda held: held >= after,
        ">=": lambda held: held >= first,
    }
    if op not in tests:
        raise _bad_operator(field, op)
    test = tests[op]
    return lambda row: (held := get(row)) is not None and test(held)


def _like(field: Field, get: Getter, constant: Constant) -> Test:
    if field.type in NUMBERS or field.type in ("date", "datetime", "boolean", "id", "reference", "multipicklist"):
        raise _bad_operator(field, "LIKE")
    if constant.kind != "string":
        raise _wrong_literal(field)
    parts = re.findall(r"\\.|[%_]|[^\\%_]+", constant.text, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    pattern = "".join(wild.get(part) or re.escape(part[1:] if part[0] == "\\" else part) for part in parts)
    matches = re.compile(pattern, re.IGNORECASE | re.DOTALL).fullmatch
    return lambda row: (held := get(row)) is not None and matches(held) is not None


def _membership(condition: Membership, resolver: Resolver) -> Test:
    field, get = resolver.column(condition.path)
    if condition.op in ("INCLUDES", "EXCLUDES"):
        return _including(condition, field, get)
    if isinstance(condition.values, Query):
        wanted = resolver.found(condition.values)
    else:
        wanted = frozenset(literal(field, constant) for constant in condition.values)
    get = _folding(field, get)
    if condition.op == "IN":
        return lambda row: get(row) in wanted
    return lambda row: get(row) not in wanted


def _including(condition: Membership, field: Field, get: Getter) -> Test:
    if field.type != "multipicklist" or isinstance(condition.values, Query):
        raise _bad_operator(field, condition.op)
    sets = [frozenset(plain(c.text).casefold().split(";")) for c in condition.values if c.kind == "string"]
    wanted = condition.op == "INCLUDES"

    def test(row: Row) -> bool:
        held = frozenset((get(row) or "").casefold().split(";"))
        return any(options <= held for options in sets) == wanted

    return test


def literal(field: Field, constant: Constant) -> Any:
    """``constant`` as the rows keep such values (text folded); ApiError when its type is not the field's."""
    if constant.kind == "null":
        return None
    if field.type in NUMBERS:
        return float(constant.text) if constant.kind == "number" else _refuse(field)
    if field.type == "boolean":
        return constant.text == "TRUE" if constant.kind == "boolean" else _refuse(field)
    if field.type == "datetime":
        return times.precise(times.moment(constant.text)) if constant.kind == "datetime" else _refuse(field)
    if field.type == "date":
        return constant.text if constant.kind == "date" else _refuse(field)
    if constant.kind != "string":
        raise ApiError(
            400,
            "INVALID_FIELD",
            f"\nvalue of filter criterion for field '{field.name}' must be of type {_word(field)} and should be "
            "enclosed in quotes",
        )
    return _id(plain(constant.text)) if field.type in ("id", "reference") else plain(constant.text).casefold() or None


def plain(text: str) -> str:
    """A string literal outside LIKE: what is left of its escapes resolved."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _id(text: str) -> str | None:
    found = ids.normal(text) if text else None
    if text and found is None:
        raise ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}")
    return found


def _folding(field: Field, get: Getter) -> Getter:
    if field.type in NUMBERS or field.type in ("boolean", "date", "datetime", "id", "reference"):
        return get
    return lambda row: held.casefold() if (held := get(row)) is not None else None


def _word(field: Field) -> str:
    return _WORDS.get(field.type, field.type if field.type in ("int", "double", "date", "boolean") else "string")


def _wrong_literal(field: Field) -> ApiError:
    return ApiError(
        400,
        "INVALID_FIELD",
        f"\nvalue of filter criterion for field '{field.name}' must be of type {_word(field)} and should not be "
        "enclosed in quotes",
    )


def _refuse(field: Field) -> Any:
    raise _wrong_literal(field)


def _bad_operator(field: Field, op: str) -> ApiError:
    return ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.type} field: {field.name} {op}")
