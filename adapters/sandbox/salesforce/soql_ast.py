"""What a SOQL query says, as data. Names are as written; nothing here knows an object or a row."""

from dataclasses import dataclass
from typing import Literal

Path = tuple[str, ...]
"""``Owner.Name`` is ("Owner", "Name")."""

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "LIKE"]
LiteralKind = Literal["string", "number", "boolean", "null", "date", "datetime", "range"]


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal. ``range`` is a relative date such as LAST_N_DAYS:30 (``text`` as written, in capitals)."""

    kind: LiteralKind
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    path: Path
    op: Operator
    value: Constant


@dataclass(frozen=True, slots=True)
class Membership:
    """``IN``, ``NOT IN`` (one of) and ``INCLUDES``, ``EXCLUDES`` (multi-select)."""

    path: Path
    op: Literal["IN", "NOT IN", "INCLUDES", "EXCLUDES"]
    values: "tuple[Constant, ...] | Query"


@dataclass(frozen=True, slots=True)
class Every:
    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Negation:
    part: "Condition"


Condition = Comparison | Membership | Every | Either | Negation


@dataclass(frozen=True, slots=True)
class Ordering:
    path: Path
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """``fields`` is empty for COUNT(); ``every_field`` holds the word of FIELDS(…).

    ``children`` are queries of child rows, whose ``object`` is the name of a relationship.
    """

    object: str
    fields: tuple[Path, ...] = ()
    counts: bool = False
    every_field: str | None = None
    where: Condition | None = None
    order: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int = 0
    all_rows: bool = False
    children: tuple["Query", ...] = ()
