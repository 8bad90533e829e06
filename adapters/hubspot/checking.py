"""Looks round a portal for ``doctor``: who we are, what can be read, what is left of the quota."""

from collections.abc import Mapping, Sequence
from typing import Final

from adapters import schema
from adapters.contract import Finding, Report
from adapters.errors import Refused, Unauthorized
from adapters.hubspot import paths
from adapters.hubspot.client import Client
from adapters.hubspot.pace import daily_quota
from adapters.hubspot.portal import Portal
from adapters.hubspot.schemas import Schemas, narrowed
from adapters.hubspot.shapes import OWNERS, Shape
from adapters.schema import Columns
from config.connections import KindMap
from config.problems import did_you_mean
from config.words import Kind

_OPTIONAL: Final = {"deal_currency_code"}
"""It exists in multi-currency portals only: its absence is no loss."""


def check(
    client: Client,
    portal: Portal,
    schemas: Schemas,
    shapes: Mapping[Kind, Sequence[Shape]],
    written: Mapping[Kind, KindMap],
    pinned: str | None = None,
) -> Report:
    """Two calls per object. A missing right is a finding; a token that is not accepted raises Unauthorized.

    ``written``: the map as the admin has it in the file.
    """
    details, reply = portal.look()
    kinds: list[Kind] = []
    missing: dict[Kind, tuple[str, ...]] = {}
    findings: list[Finding] = []
    if pinned is not None and pinned != details.portal:
        what = f"the token is of portal {details.portal}; this connection was set up for portal {pinned}"
        findings.append(Finding("error", what, "give the other portal a connection of its own"))
    for kind, tables in shapes.items():
        seen = [shape for shape in tables if _is_readable(client, shape, findings)]
        kinds += [kind] if seen else []
        lost: set[str] = set()
        for shape in seen:
            if (there := _properties(schemas, shape, findings)) is not None:
                findings += schema.findings(kind, shape.table, there, _OPTIONAL)
                findings += schema.strange_values(kind, written.get(kind, KindMap()), shape.table, there)
                lost |= absent(shape, there)
        missing |= {kind: tuple(sorted(lost))} if lost else {}
    return Report(
        org_id=details.portal,
        user=f"{client.whom} of portal {details.portal}",
        kinds=tuple(kinds),
        missing=missing,
        quota=daily_quota(reply.headers, client.zone),
        findings=tuple(findings),
    )


def absent(shape: Shape, there: Columns) -> set[str]:
    """Canonical fields that cannot be read; a reference is no loss, the associations give it."""
    left = narrowed(shape, there)
    lost = {name for name, vendor in {**shape.mapped, **shape.extra}.items() if vendor not in _OPTIONAL}
    return lost - left.mapped.keys() - left.extra.keys() - shape.references.keys()


def _is_readable(client: Client, shape: Shape, findings: list[Finding]) -> bool:
    path, parts = (paths.OWNERS, {}) if shape.object == OWNERS else (paths.LIST, {"object": shape.object})
    try:
        client.get(path, "describe", [("limit", "1")], **parts)
    except (Unauthorized, Refused) as error:
        if error.status == 401:
            raise
        findings.append(_unreadable(client, shape, error))
        return False
    return True


def _properties(schemas: Schemas, shape: Shape, findings: list[Finding]) -> Columns | None:
    """What the map is checked against; owners are no object with properties."""
    if shape.object == OWNERS:
        return None
    there = schemas.columns(shape.object)
    if there is None:
        what = f"{shape.kind}: the properties of {shape.object} may not be listed, so that its map is not checked"
        mend = f"give the private app the scope that reads the schema of {shape.object}"
        findings.append(Finding("warning", what, mend))
    return there


def _unreadable(client: Client, shape: Shape, error: Unauthorized | Refused) -> Finding:
    what = f"{shape.kind}: {shape.object} cannot be read: {error}"
    mend = f"give the private app the scope that reads {shape.object}"
    if shape.custom and isinstance(error, Refused):
        what += did_you_mean(shape.object, _custom_objects(client))
        mend = f"name the object in map.{shape.kind}.object by its id, such as 2-123, or by its full name"
    return Finding("error" if shape.kind == "account" else "warning", what, mend)


def _custom_objects(client: Client) -> list[str]:
    """The full names of the objects that the portal made up itself; none where they may not be listed."""
    try:
        rows = client.get(paths.SCHEMAS, "describe").results
    except (Unauthorized, Refused):
        return []
    return [str(row.get("fullyQualifiedName")) for row in rows]
