"""A small vendor and a small inbox for tests of the door: real checks, nothing behind them."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.contract import Answer, Delivery
from adapters.errors import Rejected
from adapters.records import Ref

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECRET = "s3cret-of-the-app"


def sign(url: str, body: bytes, at: datetime = NOON, secret: str = SECRET) -> dict[str, str]:
    """The headers of a genuine delivery."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{url}\n{stamp}\n".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Stamp": stamp, "X-Signature": digest}


class SignedWebhooks:
    """HMAC over address, stamp and body; the body is a JSON list of account ids."""

    connection = "crm"

    def verify(self, delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
        stamp = delivery.headers.get("x-stamp", "")
        if not stamp.isdecimal() or abs(now.timestamp() - int(stamp)) > timedelta(minutes=5).total_seconds():
            raise Rejected("stale", status=401)
        at = datetime.fromtimestamp(int(stamp), UTC)
        given = delivery.headers.get("x-signature", "").encode("latin-1")
        genuine = [sign(delivery.url, delivery.body, at, secret)["X-Signature"].encode() for secret in secrets]
        if not any(hmac.compare_digest(one, given) for one in genuine):
            raise Rejected(f"forged: {given!r}", status=401)

    def notices(self, delivery: Delivery) -> list[Ref]:
        return [Ref(self.connection, "account", str(one["id"])) for one in json.loads(delivery.body)]

    def acknowledge(self, delivery: Delivery) -> Answer:
        return Answer(b"thank you", content_type="text/x-thanks")


class PathWebhooks(SignedWebhooks):
    """The secret is the last part of the path, as with vendors who sign nothing."""

    def verify(self, delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
        given = delivery.secret.encode("utf-8", "surrogatepass")
        if not any(hmac.compare_digest(secret.encode(), given) for secret in secrets):
            raise Rejected("wrong secret in the path", status=401)


@dataclass
class MemoryInbox:
    """Keeps what it is given; refuses with ``broken`` when that is set."""

    broken: Exception | None = None
    rows: list[tuple[str, bytes, tuple[Ref, ...], datetime]] = field(default_factory=list)
    erase: list[Ref] = field(default_factory=list)

    def put(
        self,
        source: str,
        body: bytes,
        refs: Sequence[Ref],
        received_at: datetime,
        erase: Sequence[Ref] = (),
        mark: str = "",
    ) -> int | None:
        if self.broken:
            raise self.broken
        self.rows.append((source, body, tuple(refs), received_at))
        self.erase += erase
        return len(self.rows)
