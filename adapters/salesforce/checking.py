"""A look round one org: who we are, what is visible, what is left of the day. Reports what is missing, with mends."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapters.contract import Finding, Quota, Report
from adapters.errors import Refused, Unauthorized
from adapters.records import RECORD_TYPES
from adapters.salesforce.client import Client
from adapters.salesforce.views import Views
from config.words import Kind

_OPTIONAL: Final = {"currency"}
"""CurrencyIsoCode exists in multi-currency orgs only: its absence is no loss."""

_UNUSED_HERE: Final = {"Contract"}
"""Standard objects that many orgs do without: it is no loss that nobody was given a right to them."""

_AUDIENCE: Final = Finding(
    "info",
    "the permission set csbridge lets this connection's user see the own fields, and nobody else",
    "give CSMs and sellers read on them, and CSMs edit on the pulse, by a permission set of yours",
)


def check(client: Client, views: Views, pinned: str | None) -> Report:
    """Raises Unauthorized when the login itself fails."""
    org, user = _who(client)
    readable: dict[Kind, tuple[str, ...]] = {}
    missing: dict[Kind, tuple[str, ...]] = {}
    hidden: dict[Kind, tuple[str, ...]] = {}
    views.forget()
    for kind in views.kinds:
        seen, _ = views.look(kind)
        hidden[kind] = views.hidden(kind, seen)
        if seen:
            readable[kind] = tuple(view.object for view in seen)
        if absent := _missing(seen):
            missing[kind] = absent
    quota = _quota(client)
    findings = (
        *_org(org, pinned),
        *_nothing(readable),
        *(finding for kind, names in hidden.items() for finding in _kind(kind, names)),
        *_unmapped(views),
        *_allowance(quota),
        _AUDIENCE,
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


def _missing(seen: Any) -> tuple[str, ...]:
    return tuple(sorted({name for view in seen for name in view.missing} - _OPTIONAL))


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


def _kind(kind: Kind, hidden: tuple[str, ...]) -> Iterator[Finding]:
    for name in hidden:
        yield Finding(
            "info" if name in _UNUSED_HERE else "warning",
            f"{kind} is not read from {name}: the object is absent or hidden from the user of this connection",
            f"grant read on {name} to that user, or map {kind} to another object",
        )


def _unmapped(views: Views) -> Iterator[Finding]:
    if kinds := [kind for kind in RECORD_TYPES if kind not in views.kinds]:
        what = f"Salesforce has no standard object for {', '.join(kinds)}"
        yield Finding("info", what, f"map one that your org has: map: {{{kinds[0]}: {{object: …, fields: …}}}}")


def _allowance(quota: Quota | None) -> Iterator[Finding]:
    if quota and quota.remaining <= 0:
        yield Finding("error", "the org's daily allowance of API calls is used up", "wait, or buy API calls")
