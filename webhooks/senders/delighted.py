"""Delighted: answers to its surveys, as they are given and as their comments follow.

Source: app.delighted.com/docs/api/webhooks. ``X-Delighted-Webhook-Signature: sha256=<hex>`` is the HMAC-SHA256 of the
body; it holds no time. ``survey_response.created`` and ``.updated`` have the answer whole in ``event_data``, its times
in seconds. Scores stay as Delighted has them: NPS 0–10, CSAT, CES, smileys and stars 1–5, thumbs 0 or 1.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.contract import Answer, Delivery
from config.senders import SenderConnection
from config.words import Survey
from webhooks.senders import signing, values
from webhooks.senders.told import News, Told

ANSWER: Final = Answer(b"{}", content_type="application/json")
SIGNATURE: Final = "x-delighted-webhook-signature"
PREFIX: Final = "sha256="
EVENTS: Final = ("survey_response.created", "survey_response.updated")
SURVEYS: Final[Mapping[str, Survey]] = {
    "nps": "nps", "csat": "csat", "smileys": "csat", "five_star": "csat", "stars": "csat", "thumbs": "csat",
    "ces": "ces",
}  # fmt: skip
"""Its surveys in our words. Not here: those of employees (enps) and of product-market fit (pmf)."""


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime, settings: SenderConnection) -> None:
    given = delivery.headers.get(SIGNATURE, "")
    signing.require([given], secrets, lambda secret: PREFIX + signing.hex_digest(secret, delivery.body))


def read(body: bytes, settings: SenderConnection, zone: ZoneInfo) -> list[News]:
    event = values.document(body)
    if event.get("event_type") not in EVENTS:
        return []
    answer = values.mapping(event.get("event_data"), "event_data")
    survey = SURVEYS.get(str(answer.get("survey_type") or settings.survey))
    if survey is None:
        return []
    given_at = values.seconds(answer.get("created_at"))
    person = values.mapping(answer.get("person") or {}, "person")
    properties = values.mapping(answer.get("person_properties") or {}, "person_properties")
    return [
        Told(
            "response",
            values.identifier(answer.get("id"), "id"),
            {
                "survey": survey,
                "score": values.number(answer.get("score")),
                "comment": values.text(answer.get("comment")),
                "at": given_at,
            },
            at=values.seconds(answer.get("updated_at")) or given_at,
            email=values.text(person.get("email")) or _named(properties, settings, "email"),
            account=_named(properties, settings, "account"),
        )
    ]


def _named(properties: Mapping[str, Any], settings: SenderConnection, name: str) -> str | None:
    """A property that the admin named. Delighted tidies their names in some places: ``Company domain``,
    ``company_domain``."""
    wanted = settings.fields.get(name)
    if wanted is None:
        return None
    return next((values.text(value) for key, value in properties.items() if _tidy(key) == _tidy(wanted)), None)


def _tidy(name: str) -> str:
    return name.strip().lower().replace(" ", "_")
