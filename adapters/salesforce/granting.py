"""Grants rights by our permission sets, many in one call, and assigns or removes them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from adapters.errors import Refused, Unauthorized
from adapters.salesforce.client import Client
from adapters.salesforce.permission_sets import PermissionSet

MOST: Final = 200
"""Rows of one call of the collections resource."""

_THERE: Final = "DUPLICATE_VALUE"
_GONE: Final = ("ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY")

Wanted = Mapping[str, bool]
"""Full name of a field, or name of an object → whether it may be edited as well as read."""
Row = dict[str, Any]


def grant(client: Client, there: PermissionSet, wanted: Wanted) -> None:
    """Rights that are there already are raised, never lowered. Raises Refused with all that the vendor refuses."""
    rows = [_row(there, name, edit) for name, edit in wanted.items()]
    for method, some in (("PATCH", [row for row in rows if "Id" in row]), ("POST", [r for r in rows if "Id" not in r])):
        for part in _parts(some):
            body = {"allOrNone": False, "records": part}
            answer = client.change(method, "composite/sobjects", "provision", body).body
            _judge(client, list(_refusals(answer, [_name(there, row) for row in part], (_THERE,))))


def remove(client: Client, ids: Sequence[str]) -> None:
    """Delete rows; those that are gone are done. Raises Refused with all that the vendor refuses."""
    for part in _parts(ids):
        path = f"composite/sobjects?ids={','.join(part)}&allOrNone=false"
        answer = client.change("DELETE", path, "provision", None).body
        _judge(client, list(_refusals(answer, part, _GONE)))


def _row(there: PermissionSet, name: str, edit: bool) -> Row:
    is_field = "." in name
    attributes = {"type": "FieldPermissions" if is_field else "ObjectPermissions"}
    right = there.rights.get(name)
    rights = {"PermissionsRead": True, "PermissionsEdit": edit or bool(right and right.edit)}
    if right:
        return {"attributes": attributes, "Id": right.id, **rights}
    named = {"SobjectType": name.partition(".")[0], **({"Field": name} if is_field else {})}
    return {"attributes": attributes, "ParentId": there.id, **named, **rights}


def _name(there: PermissionSet, row: Row) -> str:
    known = {right.id: name for name, right in there.rights.items()}
    return known.get(row.get("Id", ""), "") or str(row.get("Field") or row.get("SobjectType"))


def _parts(rows: Sequence[Any]) -> Iterator[list[Any]]:
    return (list(rows[first : first + MOST]) for first in range(0, len(rows), MOST))


def _refusals(answer: Any, names: Sequence[str], fine: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(code, what) of every row that was refused for another reason than being done already."""
    for name, outcome in zip(names, answer or (), strict=False):
        errors = outcome.get("errors") or []
        if not outcome.get("success") and errors and str(errors[0].get("statusCode")) not in fine:
            yield str(errors[0].get("statusCode")), f"{name}: {errors[0].get('message')}"


def _judge(client: Client, refused: Sequence[tuple[str, str]]) -> None:
    if not refused:
        return
    code = refused[0][0]
    kind = Unauthorized if code.startswith("INSUFFICIENT_ACCESS") else Refused
    raise kind("; ".join(what for _, what in refused), connection=client.connection, code=code)
