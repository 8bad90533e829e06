"""JWT bearer assertions: signed by the private key whose certificate the org was given at its start."""

import json
from datetime import datetime
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

AUDIENCES: Final = ("https://login.salesforce.com", "https://test.salesforce.com")


class BadAssertion(Exception):
    """Why it is not taken, in Salesforce's words."""


def public_key(pem: str) -> RSAPublicKey:
    """The key of a certificate, or a public key as it is; ValueError."""
    held = pem.encode()
    key = load_pem_x509_certificate(held).public_key() if b"CERTIFICATE" in held else load_pem_public_key(held)
    if not isinstance(key, RSAPublicKey):
        raise ValueError("an RSA key is needed")
    return key


def asserted(assertion: str, key: RSAPublicKey | None, here: str, now: datetime) -> tuple[str, str]:
    """(client id, user name) of an assertion that holds. ``exp`` may be a number or the text of one."""
    claims = _claims(assertion, key)
    if claims.get("aud") not in (*AUDIENCES, here):
        raise BadAssertion("audience is invalid")
    try:
        expires = float(claims["exp"])
    except (KeyError, TypeError, ValueError) as exc:
        raise BadAssertion("invalid assertion") from exc
    if expires <= now.timestamp():
        raise BadAssertion("assertion has expired")
    return str(claims.get("iss", "")), str(claims.get("sub", ""))


def _claims(assertion: str, key: RSAPublicKey | None) -> dict[str, Any]:
    if key is None:
        raise BadAssertion("no certificate was given for this app")
    try:
        claims: Any = json.loads(jwt.PyJWS(algorithms=["RS256"]).decode(assertion, key, algorithms=["RS256"]))
    except (jwt.PyJWTError, ValueError) as exc:
        raise BadAssertion("invalid assertion") from exc
    return claims if isinstance(claims, dict) else {}
