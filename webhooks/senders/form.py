"""A form of the company's own: one answer to a survey a time, signed as Stripe signs.

``X-CSBridge-Signature: t=<seconds>,v1=<hex>``, where v1 is the HMAC-SHA256 of ``<seconds>.<body>`` under the secret.
The body is a JSON object or urlencoded: survey (nps, csat, ces), score, comment, email, account, at (ISO 8601 or
seconds), id. All but a score or a comment may be left out; ``fields`` renames them. The same id again replaces the
answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from adapters.contract import Answer, Delivery
from config.senders import SenderConnection
from webhooks.senders import signing, values
from webhooks.senders.told import News, Told, digest

ANSWER: Final = Answer(b'{"accepted":true}', content_type="application/json")
SIGNATURE: Final = "x-csbridge-signature"


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime, settings: SenderConnection) -> None:
    header = delivery.headers.get(SIGNATURE, "")
    signing.require_timed(header, delivery.body, secrets, now, settings.tolerance)


def read(body: bytes, settings: SenderConnection, zone: ZoneInfo) -> list[News]:
    said = _fields(body)

    def named(name: str) -> object:
        return said.get(settings.fields.get(name, name))

    score, comment = values.canonical("response", "score", named("score"), zone), values.text(named("comment"))
    if score is None and comment is None:
        raise values.malformed("neither a score nor a comment")
    at = values.canonical("response", "at", named("at"), zone)
    if (asked := named("survey")) and str(asked).strip().lower() not in values.SURVEYS:
        raise values.malformed("survey is one of nps, csat, ces")
    return [
        Told(
            "response",
            values.identifier(named("id") or digest(body), "id"),
            {"survey": values.survey(asked, settings.survey), "score": score, "comment": comment, "at": at},
            email=values.text(named("email")),
            account=values.text(named("account")),
        )
    ]


def _fields(body: bytes) -> dict[str, Any]:
    if body.lstrip()[:1] == b"{":
        return values.document(body)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100))
    except ValueError as exc:  # no UTF-8 is one, too
        raise values.malformed("the body is neither JSON nor urlencoded") from exc
