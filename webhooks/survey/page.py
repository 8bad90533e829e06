"""The pages as HTML: a question, and the messages that end a visit. No script, nothing from elsewhere.

Pure. Must not know who reads them, nor how an answer is kept.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, Literal
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from config.languages import survey_languages
from config.surveys import SurveyName
from webhooks.survey.answers import LONGEST_COMMENT, SCALES
from webhooks.survey.texts import Words, words

Ending = Literal["thanks", "over", "unknown", "busy", "failed"]

TEXTS: Final[dict[Ending, Sequence[str]]] = {
    "thanks": ("thanks.text", "thanks.again"),
    "over": ("over.text",),
    "unknown": ("unknown.text",),
    "busy": ("busy.text",),
    "failed": ("failed.text",),
}
_PACKAGE: Final = "webhooks.survey"
_STYLE: Final = files(_PACKAGE).joinpath("templates", "page.css").read_text("utf-8")
_HASH: Final = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()

CONTENT_SECURITY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Our one style by its hash, and a form to where the page came from: nothing else runs, loads or leaves."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands on a page."""

    survey: SurveyName
    question: str | None = None
    """Of the admin's own; None: that of the language."""
    company: str | None = None
    score: int | None = None
    """Chosen already, by a link of the e-mail or before an error."""
    comment: str = ""
    is_missing: bool = False
    """Sent without a number."""


def question(asked: Asked, said: Words) -> str:
    lowest, highest = said.say(f"{asked.survey}.lowest"), said.say(f"{asked.survey}.highest")
    scale = SCALES[asked.survey]
    meanings = {scale[0]: lowest, scale[-1]: highest}
    scores = [
        {"value": score, "shown": said.number(score), "meaning": meanings.get(score), "chosen": score == asked.score}
        for score in scale
    ]
    ends = {"lowest": said.number(scale[0]) + " – " + lowest, "highest": said.number(scale[-1]) + " – " + highest}
    return _rendered(
        "question.html",
        said,
        title=asked.question or _question(asked, said),
        company=asked.company,
        score=asked.score,
        scores=scores,
        lowest=ends["lowest"],
        highest=ends["highest"],
        scale=said.say("scale", **ends),
        chosen="" if asked.score is None or asked.is_missing else said.say("chosen", score=said.number(asked.score)),
        missing=said.say("missing") if asked.is_missing else "",
        comment=said.say("comment"),
        optional=said.say("comment.optional"),
        typed=asked.comment,
        longest=LONGEST_COMMENT,
        send=said.say("send"),
    )


def _question(asked: Asked, said: Words) -> str:
    return said.say(f"{asked.survey}.company", company=asked.company) if asked.company else said.say(asked.survey)


def message(ending: Ending, said: Words, company: str | None = None) -> str:
    texts = [said.say(text) for text in TEXTS[ending]]
    return _rendered("message.html", said, title=said.say(ending), company=company, score=None, texts=texts)


def _rendered(template: str, said: Words, score: int | None, **values: Any) -> str:
    others = [words(one) for one in survey_languages() if one != said.language]
    return (
        _templates()
        .get_template(template)
        .render(
            language=said.language,
            direction=said.direction,
            languages=said.say("languages"),
            others=[_link(other, score) for other in others],
            style=Markup(_STYLE),
            **values,
        )
    )


def _link(other: Words, score: int | None) -> dict[str, str]:
    query = {"lang": other.language} | ({} if score is None else {"score": str(score)})
    return {
        "address": f"?{urlencode(query)}",
        "language": other.language,
        "direction": other.direction,
        "name": other.say("name"),
    }


@cache
def _templates() -> Environment:
    loader = PackageLoader(_PACKAGE)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
