"""Asks SurveyMonkey for an answer that its webhook named, with the app's access token; and what the answer says.

Source: api.surveymonkey.com/v3/docs ("/surveys/{id}/responses/{id}/details", "Request and Response Limits", "Error
Codes": 403 may be about one survey that the token's user does not see, so that the others are still asked for). Which
question is what: by ``fields`` (its id or heading, or a custom variable), else the first one whose choices weigh
something is the score, the first open one the comment; the person is the custom variable ``email``, or the contact that
the survey was sent to; the account is the custom variable ``account``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import requests

from adapters import times
from adapters.errors import Lost, Refused, Rejected, Retry, Unauthorized
from adapters.retrying import Patience, repeat_read
from config.senders import SenderConnection
from webhooks.senders import values
from webhooks.senders.told import Told, Unread

TIMEOUT: Final = (10.0, 30.0)
"""Seconds: to be connected, and between two bytes."""
BUSY: Final = timedelta(minutes=1)
"""How long its limits a minute last, where it does not say."""
NOT_GRANTED: Final = "1014"
"""The error of a token that was never given the right: no answer may be read, whichever survey it is of."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what was answered."""

    names: frozenset[str]
    family: str
    answers: Sequence[Mapping[str, Any]]


def ask(settings: SenderConnection, unread: Unread, patience: Patience | None = None) -> list[Told]:
    """The answer as it is now; nothing while it is not complete. Raises Retry, Refused, Unauthorized."""
    found = repeat_read(lambda: _get(settings, unread), patience or Patience())
    if found is None:
        return [Told("response", unread.id, None, at=unread.at)]
    return read(found, unread, settings)


def _get(settings: SenderConnection, unread: Unread) -> dict[str, Any] | None:
    """The document; None where it is gone. No redirect is followed: the token is for this host."""
    token = settings.token.get_secret_value() if settings.token else ""
    survey, id = quote(unread.survey, safe=""), quote(unread.id, safe="")
    url = f"{settings.base_url}/v3/surveys/{survey}/responses/{id}/details"
    try:
        answer = requests.get(
            url,
            params={"simple": "true"},
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException as exc:
        raise Lost(f"SurveyMonkey does not answer: {type(exc).__name__}", connection=settings.name) from exc
    facts: dict[str, Any] = {"connection": settings.name, "status": answer.status_code}
    if answer.status_code in (404, 410):
        return None
    if answer.status_code == 429 or answer.status_code >= 500:
        after = times.retry_after(answer.headers.get("Retry-After"), datetime.now(UTC))
        if after is None and answer.status_code == 429:
            after = BUSY
        raise Retry("SurveyMonkey asks for patience", after=after, **facts)
    if answer.status_code == 200:
        return values.document(answer.content)
    facts["code"] = _error(answer.content)
    if answer.status_code == 401 or facts["code"] == NOT_GRANTED:
        raise Unauthorized("the token may not read answers", **facts)
    raise Refused("the answer cannot be read", **facts)


def _error(body: bytes) -> str:
    """The number of SurveyMonkey's error; empty where the body has none."""
    try:
        error = values.document(body).get("error")
    except Rejected:
        return ""
    return str(error.get("id") or "") if isinstance(error, dict) else ""


def read(document: Mapping[str, Any], unread: Unread, settings: SenderConnection) -> list[Told]:
    if document.get("response_status") != "completed":
        return []
    asked = list(_questions(document))
    custom = values.mapping(document.get("custom_variables") or {}, "custom_variables")

    def said(name: str, otherwise: Asked | None = None) -> object:
        wanted = settings.fields.get(name)
        if wanted is None:
            return custom.get(name) if otherwise is None else _value(otherwise)
        question = next((one for one in asked if wanted in one.names), None)
        return _value(question) if question else custom.get(wanted)

    score = values.number(said("score", next((one for one in asked if _weight(one) is not None), None)))
    comment = values.text(said("comment", next((one for one in asked if one.family == "open_ended"), None)))
    if score is None and comment is None:
        return []
    return [
        Told(
            "response",
            unread.id,
            {
                "survey": values.survey(said("survey"), settings.survey),
                "score": score,
                "comment": comment,
                "at": times.instant(document.get("date_created")),
            },
            at=times.instant(document.get("date_modified")) or unread.at,
            email=values.text(said("email")) or _contact(document),
            account=values.text(said("account")),
        )
    ]


def _questions(document: Mapping[str, Any]) -> Iterator[Asked]:
    for page in values.rows(document.get("pages"), "pages"):
        for one in values.rows(page.get("questions"), "questions"):
            names = frozenset(str(one[key]) for key in ("id", "heading") if one.get(key) is not None)
            yield Asked(names, str(one.get("family")), values.rows(one.get("answers"), "answers"))


def _weight(asked: Asked) -> float | None:
    for answer in asked.answers:
        metadata = answer.get("choice_metadata")
        if isinstance(metadata, dict) and (found := values.number(metadata.get("weight"))) is not None:
            return found
    return None


def _value(asked: Asked) -> object:
    """What a choice weighs, else the text of the first answer."""
    weight = _weight(asked)
    if weight is not None:
        return weight
    texts = (answer.get(key) for answer in asked.answers for key in ("text", "simple_text"))
    return next(filter(None, map(values.text, texts)), None)


def _contact(document: Mapping[str, Any]) -> str | None:
    """Whom the survey was sent to."""
    metadata = document.get("metadata")
    contact = metadata.get("contact") if isinstance(metadata, dict) else None
    email = contact.get("email") if isinstance(contact, dict) else None
    return values.text(email.get("value") if isinstance(email, dict) else document.get("email_address"))
