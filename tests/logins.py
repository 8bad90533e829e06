"""Logins at the sandbox CRMs: settings by flow, keys for JWTs, and a person whose browser says yes."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from adapters.consent import Consent, ConsentRequest, code_in, new_request
from adapters.registry import Context
from adapters.retrying import Patience
from adapters.sandbox.serve import Sandbox
from config.connections import HubspotConnection, SalesforceConnection

CALLBACK = "http://localhost:8765/callback"


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def private_pem() -> str:
    return rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem() -> str:
    return rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def salesforce(box: Sandbox, flow: str, **more: Any) -> SalesforceConnection:
    """A connection to the sandbox, by one flow with its right credentials, but for ``more``."""
    said = box.announcement
    app = {"client_id": said["client_id"], "client_secret": said["client_secret"]}
    facts: dict[str, dict[str, Any]] = {
        "client_credentials": app,
        "authorization_code": app,
        "refresh_token": app,
        "jwt_bearer": {"client_id": said["client_id"], "username": said["username"], "private_key": private_pem()},
        "username_password": {**app, "username": said["username"], "password": said["password"]},
    }
    auth = {"flow": flow, **facts[flow], **more}
    return SalesforceConnection.model_validate({"name": "sf", "crm": "salesforce", "login_url": box.url, "auth": auth})


def hubspot(box: Sandbox, **more: Any) -> HubspotConnection:
    said = box.announcement
    auth = {"flow": "oauth", "client_id": said["client_id"], "client_secret": said["client_secret"], **more}
    return HubspotConnection.model_validate({"name": "hs", "crm": "hubspot", "base_url": box.url, "auth": auth})


def context(box: Sandbox, **more: Any) -> Context:
    return Context(**{"clock": box.instruments.clock.now, "patience": Patience(sleep=lambda _: None), **more})


def browse(address: str) -> str:
    """Where a browser ends up that opens the address: the sandbox consents at once."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def consented(box: Sandbox, consent: Consent) -> ConsentRequest:
    """The whole way of a person's consent."""
    request = new_request(consent.redirect_uri, box.instruments.clock.now(), lambda length: "r" * length)
    consent.redeem(code_in(browse(consent.address(request)), request, "crm"), request)
    consent.keep()
    return request


def calls(box: Sandbox, path: str) -> int:
    """How often the sandbox was asked for what ends like this."""
    return sum(count for name, count in box.instruments.journal.calls().items() if urlsplit(name).path.endswith(path))
