"""An administrator's login for one time, beside the connection's own: by their browser, or with a token of theirs.

Its tokens live in memory, and end with the process.
"""

from adapters.contract import Calls
from adapters.registry import Context
from adapters.salesforce.client import Client
from adapters.salesforce.token import Token
from adapters.vault import MemoryVault
from config.connections import SalesforceConnection
from config.logins import CALLBACK, AuthorizationCode


def administrator(settings: SalesforceConnection, calls: Calls, context: Context, token: str, daily: Client) -> Client:
    """No network call without ``token``, such as a session of the Salesforce CLI; with it, to where the org's API is.

    A browser is let in through the connection's own app, which must allow the callback.
    """
    own = settings.auth
    auth = AuthorizationCode(
        flow="authorization_code",
        client_id=own.client_id,
        client_secret=getattr(own, "client_secret", None),
        redirect_uri=getattr(own, "redirect_uri", CALLBACK),
    )
    lent = settings.model_copy(update={"auth": auth})
    client = Client(lent, calls, context.patience, context.clock, MemoryVault())
    if token:
        client.adopt(Token(token, instance_url=daily.identity().instance_url))
    return client
