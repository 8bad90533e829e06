"""How a connection logs in: one model per OAuth flow, under the vendors' own names, told apart by ``flow``.

Owns types and what must stand together in one block; must not know how a token is asked for.
"""

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from config.values import CallbackAddress, Model, Secret, Text, WebAddress

CALLBACK: Final = "http://localhost:8765/callback"
"""Where ``csbridge connect`` waits for a browser, unless ``redirect_uri`` names another address."""


class ClientCredentials(Model):
    """Salesforce: an app that runs as one user; needs My Domain."""

    flow: Literal["client_credentials"]
    client_id: Text
    client_secret: Secret


class JwtBearer(Model):
    """Salesforce: a signed assertion; the app holds the certificate, and the user is pre-authorised for the app."""

    flow: Literal["jwt_bearer"]
    client_id: Text
    username: Text
    private_key: Secret | None = None
    """PEM text; line breaks may be written as ``\\n``, as they come out of an environment variable."""
    private_key_file: Text | None = None
    audience: WebAddress | None = None
    """By default login.salesforce.com, or test.salesforce.com for a sandbox org."""

    @model_validator(mode="after")
    def _one_key(self) -> "JwtBearer":
        if (self.private_key is None) == (self.private_key_file is None):
            raise ValueError("exactly one of private_key and private_key_file is needed")
        return self


class AuthorizationCode(Model):
    """Salesforce: a person lets csbridge in once, by ``csbridge connect``; PKCE always."""

    flow: Literal["authorization_code"]
    client_id: Text
    client_secret: Secret | None = None
    redirect_uri: CallbackAddress = CALLBACK
    scopes: list[Text] = Field(default_factory=list)
    """None: all that the app has."""


class RefreshToken(Model):
    """Salesforce: a refresh token that was obtained elsewhere."""

    flow: Literal["refresh_token"]
    client_id: Text
    client_secret: Secret | None = None
    refresh_token: Secret


class UsernamePassword(Model):
    """Salesforce: the OAuth password grant, which an org must allow."""

    flow: Literal["username_password"]
    client_id: Text
    client_secret: Secret
    username: Text
    password: Secret
    security_token: Secret | None = None


SalesforceLogin = Annotated[
    ClientCredentials | JwtBearer | AuthorizationCode | RefreshToken | UsernamePassword, Field(discriminator="flow")
]


class PrivateApp(Model):
    """HubSpot: a token that does not expire."""

    flow: Literal["private_app"]
    token: Secret


class HubspotOAuth(Model):
    """HubSpot: a public app; by ``csbridge connect``, or with a refresh token that was obtained elsewhere."""

    flow: Literal["oauth"]
    client_id: Text
    client_secret: Secret
    redirect_uri: CallbackAddress = CALLBACK
    scopes: list[Text] = Field(default_factory=list)
    """None: what csbridge reads and writes. Must be those that the app is set up with."""
    refresh_token: Secret | None = None


HubspotLogin = Annotated[PrivateApp | HubspotOAuth, Field(discriminator="flow")]
