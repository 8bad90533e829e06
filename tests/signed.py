"""Deliveries of every sender, signed as they sign: recorded bodies with made-up values, and what is made of them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from adapters.contract import Delivery
from config.senders import SenderConnection

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"a secret of a sender, long enough").decode()
OTHER = "whsec_" + base64.b64encode(b"the secret that was in use before").decode()
ZONE = "Europe/Berlin"


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "recorded" / f"{name}.json").read_text("utf-8"))
    return found


def sender(crm: str, **keys: Any) -> SenderConnection:
    return SenderConnection.model_validate({"name": crm.replace("_", "-"), "crm": crm, "webhook_secret": SECRET} | keys)


def body_of(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document).encode()


def _sha256(secret: str, message: bytes) -> Any:
    return hmac.new(secret.encode(), message, hashlib.sha256)


def _delighted(body: bytes, secret: str, at: datetime) -> dict[str, str]:
    return {"x-delighted-webhook-signature": "sha256=" + _sha256(secret, body).hexdigest()}


def _typeform(body: bytes, secret: str, at: datetime) -> dict[str, str]:
    return {"typeform-signature": "sha256=" + base64.b64encode(_sha256(secret, body).digest()).decode()}


def _surveymonkey(body: bytes, secret: str, at: datetime) -> dict[str, str]:
    digest = hmac.new(b"client-7&" + secret.encode(), body, hashlib.sha1).digest()
    return {"sm-apikey": "client-7", "sm-signature": base64.b64encode(digest).decode()}


def _timed(header: str) -> Callable[[bytes, str, datetime], dict[str, str]]:
    def signed(body: bytes, secret: str, at: datetime) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        return {header: f"t={stamp},v1={_sha256(secret, stamp.encode() + b'.' + body).hexdigest()},v0=ignored"}

    return signed


def _standard(body: bytes, secret: str, at: datetime) -> dict[str, str]:
    signature = Webhook(secret).sign("msg_1", at, body.decode())
    stamp = str(int(at.timestamp()))
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": f"v1a,x {signature}"}


SIGN: Mapping[str, Callable[[bytes, str, datetime], dict[str, str]]] = {
    "delighted": _delighted,
    "typeform": _typeform,
    "surveymonkey": _surveymonkey,
    "form": _timed("x-csbridge-signature"),
    "stripe": _timed("stripe-signature"),
    "standard_webhooks": _standard,
}

FORM: Mapping[str, Any] = {"id": "f-1", "survey": "nps", "score": 9, "email": "csm-1@example.com"}
STANDARD: Mapping[str, Any] = {
    "type": "response.created",
    "timestamp": "2026-03-02T09:00:00Z",
    "data": {"id": "r-1", "survey": "csat", "score": 4, "email": "csm-1@example.com", "at": "2026-03-02T08:59:00Z"},
}

BODIES: Mapping[str, bytes] = {
    "delighted": body_of(recorded("delighted")),
    "typeform": body_of(recorded("typeform")),
    "surveymonkey": body_of(recorded("surveymonkey")),
    "form": body_of(FORM),
    "stripe": body_of(recorded("stripe_invoice")),
    "standard_webhooks": body_of(STANDARD),
}


def headers(crm: str, body: bytes, secret: str = SECRET, at: datetime = NOW) -> dict[str, str]:
    return SIGN[crm](body, secret, at)


def delivery(crm: str, body: bytes | None = None, secret: str = SECRET, at: datetime = NOW) -> Delivery:
    body = BODIES[crm] if body is None else body
    url = f"https://cs.example.com/webhooks/{crm}"
    return Delivery("POST", url, headers(crm, body, secret, at), body)
