"""SurveyMonkey: its webhooks name an answer, and do not say what it is; that is asked for (``surveymonkey_answers``).

Source: api.surveymonkey.com/v3/docs ("Webhook Callbacks"). ``Sm-Signature`` is base64 of the HMAC-SHA1 of the body
under ``<client id>&<client secret>``; the id comes along as ``Sm-Apikey``, so that the secret alone is configured. It
holds no time.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha1
from typing import Final
from zoneinfo import ZoneInfo

from adapters import times
from adapters.contract import Answer, Delivery
from config.senders import SenderConnection
from webhooks.senders import signing, values
from webhooks.senders.told import News, Told, Unread

ANSWER: Final = Answer()
EVENTS: Final = ("response_completed", "response_updated", "response_deleted")
"""What counts; an answer that was begun, or refused by the survey, does not."""


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime, settings: SenderConnection) -> None:
    key, given = delivery.headers.get("sm-apikey", ""), delivery.headers.get("sm-signature", "")
    signing.require([given], secrets, lambda secret: sign(key, secret, delivery.body))


def sign(key: str, secret: str, body: bytes) -> str:
    digest = hmac.digest(f"{key}&{secret}".encode("utf-8", "replace"), body, sha1)
    return b64encode(digest).decode()


def read(body: bytes, settings: SenderConnection, zone: ZoneInfo) -> list[News]:
    event = values.document(body)
    type = event.get("event_type")
    if type not in EVENTS:
        return []
    id = values.identifier(event.get("object_id"), "object_id")
    at = times.instant(event.get("event_datetime"))
    if type == "response_deleted":
        return [Told("response", id, None, at=at)]
    resources = values.mapping(event.get("resources"), "resources")
    return [Unread(values.identifier(resources.get("survey_id"), "survey_id"), id, at)]
