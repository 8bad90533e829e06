"""The headers of a delivery: Standard Webhooks' id, time and signatures, one for each secret while rotating."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook


def headers(id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """``at``: when this attempt is made. Without a secret nothing is signed: the address is what guards it."""
    moment = at.astimezone(UTC)
    signed = " ".join(Webhook(secret).sign(id, moment, body.decode()) for secret in secrets)
    return {
        "content-type": "application/json",
        "user-agent": "csbridge",
        "webhook-id": id,
        "webhook-timestamp": str(int(moment.timestamp())),
        **({"webhook-signature": signed} if signed else {}),
    }
