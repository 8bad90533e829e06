"""Typeform: one form as one answer to a survey.

Source: typeform.com/developers/webhooks ("Secure your webhooks", "Example payload"). ``Typeform-Signature:
sha256=<base64>`` is the HMAC-SHA256 of the body; it holds no time. Which answer is what: by ``fields`` (a question's
ref, id or title, or a hidden field), else by its type: the first nps, opinion_scale or rating question is the score, a
long text the comment, an e-mail question or the hidden field ``email`` the person, the hidden ``account`` the account.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters import times
from adapters.contract import Answer, Delivery
from config.senders import SenderConnection
from webhooks.senders import signing, values
from webhooks.senders.told import News, Told

ANSWER: Final = Answer()
SIGNATURE: Final = "typeform-signature"
PREFIX: Final = "sha256="
BY_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "score": ("nps", "opinion_scale", "rating"), "comment": ("long_text",), "email": ("email",),
}  # fmt: skip
"""What a question is that nobody named: the first of these types, in this order."""


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime, settings: SenderConnection) -> None:
    given = delivery.headers.get(SIGNATURE, "")
    signing.require([given], secrets, lambda secret: PREFIX + signing.base64_digest(secret, delivery.body))


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that was answered."""

    names: frozenset[str]
    type: str
    value: object


def read(body: bytes, settings: SenderConnection, zone: ZoneInfo) -> list[News]:
    event = values.document(body)
    if event.get("event_type") != "form_response":
        return []
    form = values.mapping(event.get("form_response"), "form_response")
    answers = list(_answers(form))
    hidden = values.mapping(form.get("hidden") or {}, "hidden")
    scored = _answer(answers, settings, "score")
    score = values.number(_said("score", answers, hidden, settings))
    comment = values.text(_said("comment", answers, hidden, settings))
    if score is None and comment is None:
        return []
    at = times.instant(form.get("submitted_at"))
    own = "nps" if scored and scored.type == "nps" else settings.survey
    survey = values.survey(_said("survey", answers, hidden, settings), own)
    return [
        Told(
            "response",
            values.identifier(form.get("token"), "token"),
            {"survey": survey, "score": score, "comment": comment, "at": at},
            at=at,
            email=values.text(_said("email", answers, hidden, settings)),
            account=values.text(_said("account", answers, hidden, settings)),
        )
    ]


def _answers(form: Mapping[str, Any]) -> Iterator[Answered]:
    definition = values.mapping(form.get("definition") or {}, "definition")
    titles = {one.get("id"): one.get("title") for one in values.rows(definition.get("fields"), "fields")}
    for answer in values.rows(form.get("answers"), "answers"):
        asked = values.mapping(answer.get("field") or {}, "field")
        names = (asked.get("ref"), asked.get("id"), titles.get(asked.get("id")))
        yield Answered(frozenset(map(str, filter(None, names))), str(asked.get("type")), _value(answer))


def _value(answer: Mapping[str, Any]) -> object:
    """An answer holds its value under the name of its type; a choice's is its label."""
    value = answer.get(str(answer.get("type")))
    if isinstance(value, dict):
        labels = value.get("labels")
        value = ", ".join(map(str, labels)) if isinstance(labels, list) else value.get("label", value.get("other"))
    return value


def _said(name: str, answers: Sequence[Answered], hidden: Mapping[str, Any], settings: SenderConnection) -> object:
    found = _answer(answers, settings, name)
    return found.value if found else hidden.get(settings.fields.get(name, name))


def _answer(answers: Sequence[Answered], settings: SenderConnection, name: str) -> Answered | None:
    wanted = settings.fields.get(name)
    if wanted is not None:
        return next((one for one in answers if wanted in one.names), None)
    return next((one for type in BY_TYPE.get(name, ()) for one in answers if one.type == type), None)
