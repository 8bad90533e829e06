"""Explains one customer's score from what is stored: nothing is scored anew, so it shows what the CRM was told."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from adapters.records import Ref
from bridge.identity import families
from bridge.identity.twins import twins
from bridge.store import customers, decisions, lookup
from bridge.workspace import Workspace
from config.errors import ConfigError, Problem
from scoring.decision import Decision
from scoring.explanation import difference


def find(workspace: Workspace, word: str) -> list[Ref]:
    """The accounts that ``connection:id``, an id, a domain or an exact name means; of one customer's, the first."""
    connection, _, id = word.partition(":")
    names = {settings.name for settings in workspace.settings.crms}
    with workspace.store.read() as db:
        if id and connection in names:
            exact = [ref for ref in lookup.find_accounts(db, id) if (ref.connection, ref.id) == (connection, id)]
            if exact:
                return exact
        found = lookup.find_accounts(db, word)
        owners = customers.of_accounts(db, found)
    first = {owners.get(ref, ref): ref for ref in reversed(found)}
    return sorted(first.values(), key=str)


def explain(workspace: Workspace, account: Ref, since: date | None = None) -> dict[str, Any]:
    """The account's last decision and, with ``since``, what changed after the close of that day."""
    with workspace.store.read() as db:
        name = lookup.names(db, [account]).get(account, account.id)
        customer = customers.of_accounts(db, [account]).get(account)
        history = decisions.history(db, customer) if customer is not None else []
        in_scope = customer is not None and bool(customers.inside(db, [customer]))
        together = twins(db, customer) if customer is not None else []
        rolled = families.last_told(db, workspace, customer) if customer is not None else None
    data: dict[str, Any] = {
        "account": f"{account.connection}:{account.id}",
        "name": name,
        "in_scope": in_scope,
        "records": [
            {"account": f"{twin.ref.connection}:{twin.ref.id}", "name": twin.name, "joined_by": list(twin.shared)}
            for twin in together
        ],
        "decision": asdict(history[-1]) if history else None,
        "rolled_up": rolled,
    }
    if since is not None:
        before = [decision for decision in history if decision.day <= since]
        if not before:
            raise ConfigError([Problem("--since", f"nothing was decided about {name} up to {since}")])
        data["since"] = _since(before[-1], history[-1])
    return data


def _since(before: Decision, after: Decision) -> Mapping[str, Any]:
    known = before.score is not None and after.score is not None
    return {
        "day": before.day,
        "score": before.score,
        "change": round((after.score or 0) - (before.score or 0), 1) if known else None,
        "parts": [asdict(part) for part in difference(before, after)],
    }
