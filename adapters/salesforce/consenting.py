"""A person lets csbridge into one org: the authorization code flow with PKCE, always with S256."""

from dataclasses import dataclass

from adapters.consent import ConsentRequest, with_query
from adapters.salesforce import grants
from adapters.salesforce.token import Token, TokenEndpoint, refresh_chain
from adapters.tokens import TokenProvider
from adapters.vault import Vault
from config.connections import SalesforceConnection
from config.logins import AuthorizationCode


@dataclass(frozen=True, slots=True)
class SalesforceConsent:
    """The authorization code flow with PKCE."""

    connection: SalesforceConnection
    auth: AuthorizationCode
    endpoint: TokenEndpoint
    vault: Vault
    tokens: TokenProvider[Token]

    @property
    def redirect_uri(self) -> str:
        return self.auth.redirect_uri

    def address(self, request: ConsentRequest) -> str:
        query = {
            "response_type": "code",
            "client_id": self.auth.client_id,
            "redirect_uri": request.redirect_uri,
            "state": request.state,
            "code_challenge": request.challenge,
            "code_challenge_method": "S256",
            "scope": " ".join(self.auth.scopes),
        }
        return with_query(f"{self.connection.login_url}/services/oauth2/authorize", query)

    def redeem(self, code: str, request: ConsentRequest) -> None:
        self.tokens.adopt(self.endpoint.ask(grants.code(self.auth, code, request)))

    def keep(self) -> None:
        refresh_chain(self.connection, self.vault).begin(self.tokens.current())
