"""What each OAuth flow of Salesforce sends to the token end point. Pure, but for reading the key of a JWT.

help.salesforce.com "OAuth Authorization Flows". Nothing here shows in a repr.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from adapters.consent import ConsentRequest
from config.errors import ConfigError, Problem
from config.logins import AuthorizationCode, ClientCredentials, JwtBearer, RefreshToken, UsernamePassword

JWT_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTED_FOR: Final = timedelta(minutes=3)
"""Salesforce takes no assertion that is good for longer."""
_MY_DOMAIN: Final = ".my.salesforce.com"

Unattended = ClientCredentials | JwtBearer | UsernamePassword


@dataclass(frozen=True, slots=True)
class Grant:
    """A request to the token end point."""

    form: dict[str, str] = field(repr=False)
    basic: tuple[str, str] | None = field(default=None, repr=False)
    """Client id and secret by HTTP Basic, where the flow wants them so."""


def unattended(auth: Unattended, connection: str, login_url: str, now: datetime) -> Grant:
    """The grant of a flow that needs nothing but its settings. Raises ConfigError for a key that cannot be used."""
    if isinstance(auth, ClientCredentials):
        basic = (auth.client_id, auth.client_secret.get_secret_value())
        return Grant({"grant_type": "client_credentials"}, basic)
    if isinstance(auth, UsernamePassword):
        return _password(auth)
    claims = {
        "iss": auth.client_id,
        "sub": auth.username,
        "aud": auth.audience or audience(login_url),
        "exp": int((now + ASSERTED_FOR).timestamp()),
    }
    assertion = jwt.encode(claims, _private_key(auth, connection), algorithm="RS256")
    return Grant({"grant_type": JWT_GRANT, "assertion": assertion})


def refresh(auth: AuthorizationCode | RefreshToken, refresh_token: str) -> Grant:
    return Grant({"grant_type": "refresh_token", "refresh_token": refresh_token, **_client(auth)})


def code(auth: AuthorizationCode, given: str, request: ConsentRequest) -> Grant:
    form = {"grant_type": "authorization_code", "code": given, **_client(auth)}
    return Grant(form | {"redirect_uri": request.redirect_uri, "code_verifier": request.verifier})


def audience(login_url: str) -> str:
    """Whom an assertion is for: Salesforce's own login host, also where the login goes to My Domain."""
    host = urlsplit(login_url).hostname or ""
    if not host.endswith(_MY_DOMAIN):
        return login_url
    sandbox = "--" in host or host.endswith(f".sandbox{_MY_DOMAIN}")
    return f"https://{'test' if sandbox else 'login'}.salesforce.com"


def _password(auth: UsernamePassword) -> Grant:
    token = auth.security_token.get_secret_value() if auth.security_token else ""
    secrets = {
        "client_secret": auth.client_secret.get_secret_value(),
        "password": auth.password.get_secret_value() + token,
    }
    return Grant({"grant_type": "password", "client_id": auth.client_id, "username": auth.username, **secrets})


def _client(auth: AuthorizationCode | RefreshToken) -> dict[str, str]:
    """An app may be set up to ask for its secret, or not."""
    secret = {"client_secret": auth.client_secret.get_secret_value()} if auth.client_secret else {}
    return {"client_id": auth.client_id, **secret}


def _private_key(auth: JwtBearer, connection: str) -> RSAPrivateKey:
    key = "private_key" if auth.private_key else "private_key_file"
    try:
        loaded = load_pem_private_key(_pem(auth), password=None)
    except OSError as exc:
        raise _unusable(connection, key, f"the file cannot be read: {exc.strerror}") from exc
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise _unusable(connection, key, "this is no private key in PEM format, or it is encrypted") from exc
    if not isinstance(loaded, RSAPrivateKey):
        raise _unusable(connection, key, "this is no RSA key, which Salesforce wants (RS256)")
    return loaded


def _pem(auth: JwtBearer) -> bytes:
    if auth.private_key is None:
        return Path(auth.private_key_file or "").read_bytes()
    return auth.private_key.get_secret_value().replace("\\n", "\n").encode()


def _unusable(connection: str, key: str, what: str) -> ConfigError:
    expected = "the unencrypted RSA private key whose certificate the connected app holds"
    return ConfigError([Problem(f"connections.{connection}.auth.{key}", what, expected=expected)])
