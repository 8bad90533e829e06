"""What somebody answered: read from a form that anybody may send, cleaned, and kept as the JSON that the inbox holds.

Pure. Must not know how an answer is stored, nor what it counts for.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs

import orjson

from adapters.records import Ref
from config.surveys import SurveyName
from webhooks.survey.tokens import Invitation

SOURCE: Final = "@survey"
"""What the inbox calls answers; no connection can have such a name."""
SCALES: Final[Mapping[SurveyName, range]] = {"nps": range(11), "csat": range(1, 6), "ces": range(1, 8)}
LONGEST_COMMENT: Final = 2_000
MOST_FIELDS: Final = 20

_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what follows them, beyond the comment's end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, as it came in."""

    invitation: Invitation
    score: int
    comment: str | None
    at: datetime


def form(body: bytes) -> dict[str, str]:
    """The fields of a form, each once. Raises ValueError for what is no such form."""
    said = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    return {name: values[0] for name, values in said.items()}


def score_of(text: str | None, survey: SurveyName) -> int | None:
    """A number on the survey's scale; None for everything else."""
    if not text or len(text) > 2 or not (text.isascii() and text.isdigit()):
        return None
    return int(text) if int(text) in SCALES[survey] else None


def cleaned(comment: str | None) -> str | None:
    """Without signs that are no text, cut to its most; None when nothing is left."""
    lines = unicodedata.normalize("NFC", comment or "").replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = "".join(sign for sign in lines if sign == "\n" or not _is_noise(sign))
    return kept.strip()[:LONGEST_COMMENT].rstrip() or None


def _is_noise(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs") or sign in _TURNING


def written(answer: Answer) -> bytes:
    person = answer.invitation.person
    return orjson.dumps(
        {
            "connection": person.connection,
            "person": person.id,
            "survey": answer.invitation.survey,
            "score": answer.score,
            "comment": answer.comment,
            "at": answer.at,
        },
        option=orjson.OPT_SORT_KEYS,
    )


def read(body: bytes) -> Answer:
    """What ``written`` wrote."""
    said: dict[str, Any] = orjson.loads(body)
    invitation = Invitation(Ref(said["connection"], "person", said["person"]), said["survey"])
    return Answer(invitation, said["score"], said["comment"], datetime.fromisoformat(said["at"]))
