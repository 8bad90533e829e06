"""Provisioning of one connection: planned, carried out, taken back, written out; and what the store learns of it.

What is created, and how, is the adapter's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.consent import Administered, code_in
from adapters.contract import Change, Creating, Plan
from adapters.errors import Unauthorized
from adapters.keyed import KEY_FIELDS
from bridge.connecting import connect
from bridge.setup import consenting
from bridge.setup.consenting import Asked
from bridge.store import audit, cursors
from bridge.surveys import places as survey_places
from bridge.workspace import Workspace
from config.own_fields import every_field
from webhooks.writeback import settle
from webhooks.writeback.drift import retarget
from webhooks.writeback.entry import Entry


@dataclass(frozen=True, slots=True)
class Done:
    """What was planned for a connection, whether it was carried out, and what the vendor refused of it."""

    plan: Plan
    applied: bool = False
    refused: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Browser:
    """How an administrator's browser comes back: as an address that somebody copied, or to a port within some time."""

    address: str | None
    port: int | None
    seconds: float
    tell: Callable[[str], None]


def provision(workspace: Workspace, name: str, *, apply: bool) -> Done:
    """Nothing is carried out while a change is blocked."""
    adapter = connect(workspace, name)
    fields = [*workspace.fields_for(name), *workspace.keys_for(name)]
    plan = adapter.plan(fields)
    if not (apply and plan.changes and not plan.blocked):
        return Done(plan)
    adapter.provision(plan, fields)
    _record(workspace, name, "provision", plan)
    with workspace.store.write() as db:
        cursors.adopt(db, name, (own for own in fields if own.to))
    survey_places.ask_again(workspace, name)
    workspace.ledger.refresh(settle.mended)  # what was refused for want of a field is worth another try
    return Done(plan, applied=True)


def take_back(workspace: Workspace, name: str, *, apply: bool) -> Done:
    """Everything that csbridge may have made there, whether or not it is switched on now."""
    adapter = connect(workspace, name)
    keys = KEY_FIELDS if isinstance(adapter, Creating) else ()
    plan = adapter.undoing([*every_field(workspace.settings), *keys])
    if not (apply and plan.changes):
        return Done(plan)
    refused = tuple(adapter.unprovision(plan))
    _record(workspace, name, "unprovision", plan)
    kept = {change.field for change in refused}
    _forget(workspace, name, {change.field for change in plan.changes if change.action == "delete_field"} - kept)
    return Done(plan, applied=True, refused=refused)


def exported(workspace: Workspace, name: str) -> Mapping[str, str]:
    """What an admin can deploy or review, by relative path. No network call."""
    return workspace.adapter(name).export([*workspace.fields.values(), *workspace.keys_for(name)])


def lend_admin(workspace: Workspace, name: str, token: str, browser: Browser) -> Asked | None:
    """Log an administrator in for this process. Gives a request that still waits for its browser; None when done.

    Raises Unauthorized, and ConfigError where only a token lets one in.
    """
    adapter = connect(workspace, name)
    consent = adapter.as_admin(token) if isinstance(adapter, Administered) else None
    if consent is None:
        return None
    if browser.address:
        consenting.redeem_once(workspace, name, consent, browser.address, "administration")
        return None
    port = consenting.listening_port(consent, browser.port)
    if port is None or not browser.seconds:
        return consenting.ask(workspace, name, consent, browser.port, "administration")
    request = consenting.asking(workspace, consent, browser.port)
    found = consenting.wait_for(request, port, browser.seconds, lambda: browser.tell(consent.address(request)))
    if not found:
        what = f"no browser came back to {request.redirect_uri} within {browser.seconds:g} s"
        raise Unauthorized(what, connection=name)
    consent.redeem(code_in(found, request, name), request)
    return None


def _record(workspace: Workspace, name: str, action: str, plan: Plan) -> None:
    with workspace.store.write() as db:
        detail = {"connection": name, "changes": len(plan.changes)}
        audit.record(db, "csbridge", action, detail, workspace.now())


def _forget(workspace: Workspace, name: str, gone: set[str]) -> None:
    """Nothing is known of fields that are gone: should they come back, they are blank and all is work."""

    def forgotten(entry: Entry) -> Entry:
        return retarget(entry, gone) if entry.ref.connection == name else entry

    workspace.ledger.refresh(forgotten)
    if gone:
        with workspace.store.write() as db:
            for kind in {own.on for own in every_field(workspace.settings) if own.name in gone}:
                cursors.forget_cursors(db, name, kind)
