"""A look round one org: who we are, what is visible, what is left of the day. Reports what is missing, with mends."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from adapters import schema
from adapters.contract import Finding, Quota, Report
from adapters.errors import Refused, Unauthorized
from adapters.records import RECORD_TYPES
from adapters.salesforce.client import Client
from adapters.salesforce.describe import Described
from adapters.salesforce.permission_sets import READERS, permission_sets
from adapters.salesforce.view import ACCOUNT, OF_AN_ACCOUNT, View
from adapters.salesforce.views import Views
from config.connections import KindMap
from config.problems import did_you_mean
from config.words import Kind

_OPTIONAL: Final = {"CurrencyIsoCode"}
"""It exists in multi-currency orgs only: its absence is no loss."""

_UNUSED_HERE: Final = {"Contract"}
"""Standard objects that many orgs do without: it is no loss that nobody was given a right to them."""

_AUDIENCE: Final = Finding(
    "info",
    f"nobody has the permission set {READERS}: the own fields are seen by this connection's user only",
    f"assign {READERS} to those who shall read them, and write the pulse",
)


def check(client: Client, views: Views, pinned: str | None, written: Mapping[Kind, KindMap]) -> Report:
    """Raises Unauthorized when the login itself fails. ``written``: the map as the admin has it in the file."""
    org, user = _who(client)
    readable: dict[Kind, tuple[str, ...]] = {}
    missing: dict[Kind, tuple[str, ...]] = {}
    hidden: dict[Kind, tuple[str, ...]] = {}
    told: list[Finding] = []
    views.forget()
    for kind in views.kinds:
        seen, _ = views.look(kind)
        hidden[kind] = views.hidden(kind, seen)
        if seen:
            readable[kind] = tuple(view.object for view in seen)
        if absent := _missing(seen):
            missing[kind] = absent
        told += _drifting(seen)
        told += _schema(kind, views, written.get(kind, KindMap()))
    quota = _quota(client)
    findings = (
        *_org(org, pinned),
        *_nothing(readable),
        *_hidden(client, hidden),
        *told,
        *_unmapped(views),
        *_allowance(quota),
        *_audience(client),
    )
    return Report(org, user, tuple(readable), missing, quota, tuple(findings))


def identity(client: Client) -> tuple[str, str]:
    """(org id, user id): from the token's answer, else from userinfo."""
    token = client.identity()
    if token.org_id and token.user_id:
        return token.org_id, token.user_id
    info: dict[str, Any] = client.userinfo().body or {}
    return str(info.get("organization_id") or ""), str(info.get("user_id") or "")


def user(client: Client) -> str:
    """The user's name, or their id where the name may not be asked for."""
    return _who(client)[1]


def _who(client: Client) -> tuple[str, str]:
    """(org id, user name). Userinfo may be closed to an app with the scope ``api`` only: then the token's ids."""
    token = client.identity()
    try:
        info: dict[str, Any] = client.userinfo().body or {}
    except (Refused, Unauthorized):
        if not token.org_id:
            raise
        info = {}
    org = str(info.get("organization_id") or token.org_id)
    return org, str(info.get("preferred_username") or info.get("email") or info.get("user_id") or token.user_id)


def _missing(seen: Sequence[View]) -> tuple[str, ...]:
    """A currency is no loss: its field exists in multi-currency orgs only."""
    return tuple(sorted({name for view in seen for name in view.missing} - {"currency"}))


def _schema(kind: Kind, views: Views, written: KindMap) -> Iterator[Finding]:
    """Mapped fields and values that do not fit the objects as they are."""
    for table, seen in views.described(kind):
        yield from schema.findings(kind, table, seen.columns, _OPTIONAL)
        yield from schema.strange_values(kind, written, table, seen.columns)
        yield from _astray(kind, table, seen)


def _astray(kind: Kind, table: KindMap, seen: Described) -> Iterator[Finding]:
    """A field for the account that leads to records which have none."""
    for field in ("account", "accounts"):
        found = seen.field(table.fields.get(field, ""))
        if found and found.targets and not set(found.targets) & {ACCOUNT, *OF_AN_ACCOUNT}:
            what = (
                f"{kind}.{field}: {found.name} of {seen.object} leads to {', '.join(found.targets)}, not to an account"
            )
            yield Finding(
                "warning", what, f"map a lookup to Account, or a path such as {found.relationship}.Account__c"
            )


def _quota(client: Client) -> Quota | None:
    """The limits resource, which needs a right of its own; else what the answers' headers say."""
    try:
        daily = (client.read("limits", "other").body or {}).get("DailyApiRequests") or {}
        return Quota(int(daily["Max"]), int(daily["Remaining"]))
    except (Refused, Unauthorized, KeyError, ValueError):
        return client.quota


def _org(org: str, pinned: str | None) -> Iterator[Finding]:
    if pinned and org[:15] != pinned[:15]:
        yield Finding(
            "error",
            f"this is org {org}, but the connection was first used with org {pinned}",
            "give another org a connection of its own name, or mend login_url and the app's credentials",
        )


def _nothing(readable: Mapping[Kind, tuple[str, ...]]) -> Iterator[Finding]:
    if not readable:
        yield Finding(
            "error",
            "not one mapped object can be read",
            "check api_version, and grant the user of this connection read on the objects",
        )


def _hidden(client: Client, hidden: Mapping[Kind, tuple[str, ...]]) -> Iterator[Finding]:
    """Objects that are not there; the list of those that are is asked for only if it may hold what was meant."""
    lost = [(kind, name) for kind, names in hidden.items() for name in names]
    known = _objects(client) if any(name.endswith("__c") for _, name in lost) else []
    for kind, name in lost:
        yield Finding(
            "info" if name in _UNUSED_HERE else "error" if kind == "account" else "warning",
            f"{kind} is not read from {name}: the object is absent or hidden from the user of this connection"
            f"{did_you_mean(name, known)}",
            f"grant read on {name} to that user, or map {kind} to another object",
        )


def _audience(client: Client) -> list[Finding]:
    """Told too where the login may not look: an admin then knows whether it is so."""
    readers = (permission_sets(client) or {}).get(READERS)
    return [] if readers and readers.assignments else [_AUDIENCE]


def _objects(client: Client) -> list[str]:
    """The names of all objects that the user may see; none where the list is refused."""
    try:
        rows = (client.read("sobjects", "describe").body or {}).get("sobjects") or []
    except (Refused, Unauthorized):
        return []
    return [str(row.get("name")) for row in rows]


def _unmapped(views: Views) -> Iterator[Finding]:
    if kinds := [kind for kind in RECORD_TYPES if kind not in views.kinds]:
        what = f"Salesforce has no standard object for {', '.join(kinds)}"
        yield Finding("info", what, f"map one that your org has: map: {{{kinds[0]}: {{object: …, fields: …}}}}")


def _drifting(views: Sequence[View]) -> Iterator[Finding]:
    for view in views:
        if view.drifting:
            names = ", ".join(sorted(view.drifting))
            yield Finding(
                "info",
                f"{view.object}: {names} can change without the record's stamp, so all of {view.object} is read anew "
                "once a day",
                f"leave them out of map.{view.kind}.fields where that costs too many calls",
            )


def _allowance(quota: Quota | None) -> Iterator[Finding]:
    if quota and quota.remaining <= 0:
        yield Finding("error", "the org's daily allowance of API calls is used up", "wait, or buy API calls")
