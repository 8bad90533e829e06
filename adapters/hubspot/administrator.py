"""An administrator's login for one time, beside the connection's own: a private app's token, or by their browser.

Its tokens live in memory, and end with the process.
"""

from dataclasses import replace

from adapters.contract import Calls
from adapters.hubspot.client import Client
from adapters.hubspot.provisioning import WRITING_SCOPES
from adapters.hubspot.token import SCOPES
from adapters.registry import Context
from adapters.vault import MemoryVault
from config.connections import HubspotConnection
from config.errors import ConfigError, Problem
from config.logins import HubspotLogin, HubspotOAuth, PrivateApp


def administrator(settings: HubspotConnection, context: Context, calls: Calls, token: str) -> Client:
    """No network call. Raises ConfigError where only a token can let an administrator in."""
    lent = settings.model_copy(update={"auth": _login(settings, token)})
    return Client(lent, replace(context, vault=MemoryVault()), calls)


def _login(settings: HubspotConnection, token: str) -> HubspotLogin:
    if token:
        return PrivateApp.model_validate({"flow": "private_app", "token": token})
    if isinstance(settings.auth, HubspotOAuth):
        scopes = dict.fromkeys([*(settings.auth.scopes or SCOPES), *WRITING_SCOPES])
        return settings.auth.model_copy(update={"refresh_token": None, "scopes": list(scopes)})
    what = "a private app has no login by a browser"
    expected = f"the token of a private app with the scopes {' and '.join(WRITING_SCOPES)}, in CSBRIDGE_ADMIN_TOKEN"
    raise ConfigError([Problem(f"connections.{settings.name}.auth", what, expected=expected)])
