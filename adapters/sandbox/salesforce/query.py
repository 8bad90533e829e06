"""Runs a parsed query over an org as one user sees it: checks columns, finds the rows, renders them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from adapters.sandbox.salesforce import query_plan, times
from adapters.sandbox.salesforce.errors import ApiError, no_column
from adapters.sandbox.salesforce.fields import Field, ObjectType
from adapters.sandbox.salesforce.org import Actor, Org
from adapters.sandbox.salesforce.rights import Rights
from adapters.sandbox.salesforce.soql_ast import Condition, Ordering, Path, Query
from adapters.sandbox.salesforce.soql_filters import Getter, Test, compiled
from adapters.sandbox.salesforce.standard import CHILDREN
from adapters.sandbox.salesforce.tables import Row

NAME: ObjectType = ObjectType(
    "Name",
    "",
    [
        Field(name="Id", type="id", writes=""),
        *(Field(name=name, type="string", writes="") for name in ("Name", "Type", "FirstName", "LastName", "Title")),
        Field(name="Email", type="email", writes=""),
        Field(name="IsActive", type="boolean", writes=""),
    ],
)
"""What a polymorphic reference (Who, What, Owner of a case) lets a query see of whatever it points to."""

ADDRESS: Final = ("Street", "City", "State", "PostalCode", "Country")

Render = Callable[[Row], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Result:
    """The rows found, by id and in order, and how to show one. ``total`` counts them all."""

    kind: ObjectType
    ids: list[str]
    render: Render
    total: int


class Columns:
    """Resolves paths from one object on, as ``actor`` may see them (the filters' Resolver)."""

    def __init__(self, org: Org, rights: Rights, actor: Actor, kind: ObjectType) -> None:
        self._org, self._rights, self._actor, self._kind = org, rights, actor, kind
        self.today = org.clock.now().date()

    def column(self, path: Path) -> tuple[Field, Getter]:
        """The field that ``path`` ends in, and how to get it from a row; ApiError INVALID_FIELD."""
        if len(path) > 1 and path[0].casefold() == self._kind.name.casefold():
            path = path[1:]
        return self._from(self._kind, path)

    def found(self, query: Query) -> frozenset[Any]:
        """What a semi-join's inner query selects: one column."""
        if len(query.fields) != 1:
            raise ApiError(400, "MALFORMED_QUERY", "semi join sub-selects can only query id fields")
        result = run(query, self._org, self._rights, self._actor, everything=False)
        _, get = self.of(result.kind).column(query.fields[0])
        rows = self._org.tables[result.kind.name].rows
        return frozenset(value for row_id in result.ids if (value := get(rows[row_id])) is not None)

    def of(self, kind: ObjectType) -> "Columns":
        """The same, from another object on."""
        return Columns(self._org, self._rights, self._actor, kind)

    def _from(self, kind: ObjectType, path: Path) -> tuple[Field, Getter]:
        if len(path) == 1:
            return self._own(kind, path[0])
        reference = kind.relation(path[0])
        if reference is None:
            raise ApiError(
                400,
                "INVALID_FIELD",
                f"Didn't understand relationship '{path[0]}' in field path. If you are attempting to use a custom "
                "relationship, be sure to append the '__r' after the custom relationship name.",
            )
        target = NAME if reference.polymorphic else self._org.type(reference.targets[0])
        field, inner = self._from(target, path[1:])
        key, row = reference.name, self._org.row

        def through(held: Row) -> Any:
            parent = row(held[key]) if key in held else None
            return None if parent is None else inner(parent)

        return field, through

    def _own(self, kind: ObjectType, name: str) -> tuple[Field, Getter]:
        field = kind.field(name) if kind is NAME else self._rights.field(self._actor.user, kind, name)
        if field is None:
            raise no_column(name, kind.name)
        if kind is NAME and field.name == "Type":
            return field, self.type_name
        if field.type == "address":
            return field, lambda row: _address(row, name.removesuffix("Address"))
        key = field.name
        return field, lambda row: row.get(key)

    def type_name(self, row: Row) -> str | None:
        """The object that a row behind a polymorphic reference belongs to."""
        kind = self._org.type_of(row["Id"])
        return kind.name if kind else None


def _address(row: Row, prefix: str) -> dict[str, Any] | None:
    """A compound field: made of its components, null when all of them are."""
    parts = {part[0].lower() + part[1:]: row.get(prefix + part) for part in ADDRESS}
    return parts if any(parts.values()) else None


def run(
    query: Query,
    org: Org,
    rights: Rights,
    actor: Actor,
    *,
    everything: bool,
    version: str = "v60.0",
    tooling: bool = False,
) -> Result:
    """The rows that ``query`` finds; ``everything`` includes deleted and archived ones (queryAll). ApiError."""
    kind = org.type(query.object, tooling)
    columns = Columns(org, rights, actor, kind)
    render = renderer(org, kind, _selected(query, rights, actor, kind), columns, version)
    if query.children:
        render = _with_children(render, [_children(org, columns, kind, child, version) for child in query.children])
    test = compiled(query.where, columns) if query.where else None
    sorts = [(ordering, *columns.column(ordering.path)) for ordering in query.order]
    found = _ordered(_matching(org, kind, query, test, everything or query.all_rows), query, sorts)
    stop = None if query.limit is None else query.offset + query.limit
    chosen = [row["Id"] for row in islice(found, query.offset, stop)]
    return Result(kind, chosen, render, len(chosen))


def _with_children(render: Render, children: Sequence[tuple[str, Getter]]) -> Render:
    return lambda row: {**render(row), **{name: get(row) for name, get in children}}


def _children(org: Org, columns: Columns, kind: ObjectType, child: Query, version: str) -> tuple[str, Getter]:
    """The name of a child relationship, and how to get its rows: a result of its own, null when there are none."""
    known = {(parent, relation.casefold()): place for (parent, relation), place in CHILDREN.items()}
    name, key = known.get((kind.name, child.object.casefold()), ("", ""))
    if name.casefold() not in org.types:
        what = f"Didn't understand relationship '{child.object}' in FROM part of query call."
        raise ApiError(400, "INVALID_TYPE", what)
    target = org.type(name)
    render = renderer(org, target, child.fields, columns.of(target), version)

    def get(row: Row) -> dict[str, Any] | None:
        found = [render(one) for one in org.tables[name].rows.values() if one.get(key) == row["Id"]]
        return {"totalSize": len(found), "done": True, "records": found} if found else None

    return child.object, get


def _selected(query: Query, rights: Rights, actor: Actor, kind: ObjectType) -> list[Path]:
    paths = list(query.fields)
    if query.every_field:
        wanted = {"ALL": (True, False), "STANDARD": (False,), "CUSTOM": (True,)}[query.every_field]
        paths += [(field.name,) for field in rights.visible(actor.user, kind) if field.custom in wanted]
    seen = [tuple(part.casefold() for part in path) for path in paths]
    if twice := next((path for path in seen if seen.count(path) > 1), None):
        raise ApiError(400, "INVALID_FIELD", f"duplicate field selected: {'.'.join(twice)}")
    return paths


def _matching(org: Org, kind: ObjectType, query: Query, test: Test | None, everything: bool) -> Iterator[Row]:
    """Rows that pass, in the order the plan walks them."""
    rows = org.tables[kind.name].rows
    for row_id in _walk(org, kind, query.where, query.order):
        row = rows.get(row_id)
        if row is None or (not everything and (row.get("IsDeleted") or row.get("IsArchived"))):
            continue
        if test is None or test(row):
            yield row


def _walk(org: Org, kind: ObjectType, where: Condition | None, order: tuple[Ordering, ...]) -> Iterable[str]:
    table, plan = org.tables[kind.name], query_plan.plan(where)
    if plan.ids is not None:
        return sorted(plan.ids)
    if plan.bounded or query_plan.in_stamp_order(order):
        return (row_id for _, row_id in table.between(*plan.stamps))
    return table.from_id(plan.first_id)


def _ordered(rows: Iterator[Row], query: Query, sorts: list[tuple[Ordering, Field, Getter]]) -> Iterator[Row]:
    plan = query_plan.plan(query.where)
    by_stamp = plan.ids is None and query_plan.in_stamp_order(query.order)
    by_id = query_plan.in_id_order(query.order) and (plan.ids is not None or not plan.bounded)
    if not sorts or by_stamp or by_id:
        return rows
    found = list(rows)
    for ordering, field, get in reversed(sorts):
        found.sort(key=_sort_key(ordering, field, get), reverse=ordering.descending)
    return iter(found)


def _sort_key(ordering: Ordering, field: Field, get: Getter) -> Callable[[Row], tuple[bool, Any]]:
    null_flag = ordering.nulls_last != ordering.descending
    fold = field.type not in ("id", "reference", "date", "datetime")

    def key(row: Row) -> tuple[bool, Any]:
        value = get(row)
        if value is None:
            return null_flag, ""
        return not null_flag, value.casefold() if fold and isinstance(value, str) else value

    return key


def renderer(org: Org, kind: ObjectType, paths: Sequence[Path], columns: Columns, version: str) -> Render:
    """How one row shows the fields of ``paths``: plain ones first-hand, parents nested."""
    base = f"/services/data/{version}/sobjects/"
    steps: list[tuple[str, Getter]] = []
    parents: dict[str, list[Path]] = {}
    for path in paths:
        if len(path) > 1 and path[0].casefold() == kind.name.casefold() and kind.relation(path[0]) is None:
            path = path[1:]
        field, get = columns.column(path)
        if len(path) == 1:
            steps.append((field.name, get))
        elif path[0].casefold() in parents:
            parents[path[0].casefold()].append(path[1:])
        else:
            parents[path[0].casefold()] = [path[1:]]
            steps.append((path[0].casefold(), get))
    nested = {name: _parent(org, kind, name, inner, columns, version) for name, inner in parents.items()}
    plan = [nested.get(name, (name, get)) for name, get in steps]

    def render(row: Row) -> dict[str, Any]:
        place = f"{base}{kind.name if kind is not NAME else columns.type_name(row)}/{row['Id']}"
        shown: dict[str, Any] = {"attributes": {"type": kind.name, "url": place}}
        for name, get in plan:
            shown[name] = get(row)
        return shown

    return render


def _parent(
    org: Org, kind: ObjectType, name: str, paths: Sequence[Path], columns: Columns, version: str
) -> tuple[str, Getter]:
    reference = kind.relation(name)
    if reference is None or reference.relation is None:
        raise no_column(name, kind.name)
    key, relation = reference.name, reference.relation
    target = NAME if reference.polymorphic else org.type(reference.targets[0])
    inner = renderer(org, target, paths, columns.of(target), version)

    def get(row: Row) -> dict[str, Any] | None:
        parent = org.row(row[key]) if key in row else None
        return None if parent is None else inner(parent)

    return relation, get


def moment(text: str) -> str:
    """A moment from a URL as rows keep it; ApiError when it is none."""
    try:
        return times.precise(times.moment(text.replace(" ", "+")))
    except ValueError as exc:
        raise ApiError(400, "MALFORMED_QUERY", f"invalid date: {text}") from exc
