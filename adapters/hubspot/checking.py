"""Looks round a portal for ``doctor``: who we are, what can be read, what is left of the quota."""

from collections.abc import Mapping, Sequence

from adapters.contract import Finding, Report
from adapters.errors import Refused, Unauthorized
from adapters.hubspot import paths
from adapters.hubspot.client import Client
from adapters.hubspot.pace import daily_quota
from adapters.hubspot.portal import Portal
from adapters.hubspot.shapes import BESIDE, OWNERS, Shape
from config.words import Kind


def check(client: Client, portal: Portal, shapes: Mapping[Kind, Sequence[Shape]], pinned: str | None = None) -> Report:
    """Two calls per object. A missing right is a finding; a token that is not accepted raises Unauthorized."""
    details, reply = portal.look()
    kinds: list[Kind] = []
    missing: dict[Kind, tuple[str, ...]] = {}
    findings: list[Finding] = []
    if pinned is not None and pinned != details.portal:
        what = f"the token is of portal {details.portal}; this connection was set up for portal {pinned}"
        findings.append(Finding("error", what, "give the other portal a connection of its own"))
    for kind, tables in shapes.items():
        seen = [(shape, names) for shape in tables if (names := _visible(client, shape, findings)) is not None]
        kinds += [kind] if seen else []
        hidden = {name for shape, names in seen for name in absent(shape, names)}
        missing |= {kind: tuple(sorted(hidden))} if hidden else {}
    return Report(
        org_id=details.portal,
        user=f"{client.whom} of portal {details.portal}",
        kinds=tuple(kinds),
        missing=missing,
        quota=daily_quota(reply.headers, client.zone),
        findings=tuple(findings),
    )


def absent(shape: Shape, names: frozenset[str]) -> set[str]:
    """Canonical fields whose property is not there; a reference is no loss, the associations give it."""
    spared = shape.references
    wanted = {**shape.mapped, **shape.extra}
    return {name for name, vendor in wanted.items() if vendor not in names and name not in spared}


def _visible(client: Client, shape: Shape, findings: list[Finding]) -> frozenset[str] | None:
    """Names of the properties of an object; None when its records may not be read."""
    try:
        if shape.object == OWNERS:
            client.get(paths.OWNERS, "describe", [("limit", "1")])
            return frozenset()
        client.get(paths.LIST, "describe", [("limit", "1")], object=shape.object)
        rows = client.get(paths.PROPERTIES, "describe", object=shape.object).results
    except (Unauthorized, Refused) as error:
        if error.status == 401:
            raise
        findings.append(_unreadable(shape, error))
        return None
    return frozenset(str(row.get("name")) for row in rows) | frozenset(BESIDE.get(shape.object, ()))


def _unreadable(shape: Shape, error: Unauthorized | Refused) -> Finding:
    what = f"{shape.kind}: {shape.object} cannot be read: {error}"
    mend = f"give the private app the scope that reads {shape.object}"
    return Finding("error" if shape.kind == "account" else "warning", what, mend)
