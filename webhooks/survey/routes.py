"""The door of our own survey: ``GET /s/<token>`` shows the question, ``POST`` is the vote.

Looking never votes: scanners and previews of mail programs open every link that a mail holds. A link for a single score
therefore only chooses it (``?score=9``), and the reader's one click is the button. No cookie is set: the token is what
entitles, so that there is nothing to forge in another's name.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, request

from adapters.records import Ref
from config.surveys import SurveyName, SurveyPages, SurveySettings
from webhooks.answers import error
from webhooks.inbox import Inbox
from webhooks.survey import page, texts
from webhooks.survey.answers import SOURCE, Answer, cleaned, form, score_of, written
from webhooks.survey.pace import WITHIN, Pace
from webhooks.survey.tokens import Invitation, Tokens

log = logging.getLogger(__name__)

MOST_BYTES: Final = 16 * 1024
"""Of a form: a comment of 2,000 letters fits, each of them six bytes as browsers send it."""
FORM: Final = "application/x-www-form-urlencoded"
HEADERS: Final = {"Content-Security-Policy": page.CONTENT_SECURITY, "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True)
class Desk:
    """Who is asked, what, and where answers go."""

    tokens: Tokens
    surveys: Mapping[SurveyName, SurveySettings]
    pages: SurveyPages
    language: str
    """The workspace's."""
    is_there: Callable[[Ref], bool]
    """Whether the person is still known, or lives on in another record."""
    inbox: Inbox
    now: Callable[[], datetime]
    on_accepted: Callable[[], None]
    pace: Pace = field(default_factory=Pace)


def survey_routes(desk: Desk) -> Blueprint:
    routes = Blueprint("survey", __name__)

    @routes.get("/s/<token>", provide_automatic_options=False)
    def show(token: str) -> Response:
        invitation = desk.tokens.read(token)
        return _shown(desk, invitation) if invitation else _ended(desk, "unknown", 404)

    @routes.post("/s/<token>", provide_automatic_options=False)
    def vote(token: str) -> Response:
        invitation = desk.tokens.read(token)
        return _voted(desk, invitation) if invitation else _ended(desk, "unknown", 404)

    return routes


def _shown(desk: Desk, invitation: Invitation) -> Response:
    if _is_over(desk, invitation):
        return _ended(desk, "over", 410)
    score = score_of(request.args.get("score"), invitation.survey)
    return _page(page.question(_asked(desk, invitation, score), _words(desk)))


def _voted(desk: Desk, invitation: Invitation) -> Response:
    if request.mimetype != FORM:
        return error(415)
    request.max_content_length = MOST_BYTES
    try:
        said = form(request.get_data(cache=False))
    except ValueError:
        return error(400)
    if _is_over(desk, invitation):
        return _ended(desk, "over", 410)
    score, comment = score_of(said.get("score"), invitation.survey), cleaned(said.get("comment"))
    if score is None:
        return _page(page.question(_asked(desk, invitation, None, comment, missing=True), _words(desk)), 422)
    now = desk.now()
    if not desk.pace.allows(invitation, now):
        return _ended(desk, "busy", 429)
    return _kept(desk, Answer(invitation, score, comment, now))


def _kept(desk: Desk, answer: Answer) -> Response:
    try:
        desk.inbox.put(SOURCE, written(answer), (), answer.at)
    except Exception as exc:
        # The first line only: what a database adds below it quotes the row, and so personal data.
        reason = (str(exc).splitlines() or [""])[0][:200]
        log.error("survey answer failed", extra={"cause": type(exc).__name__, "reason": reason})
        return _ended(desk, "failed", 503)
    log.info("survey answer accepted", extra={"connection": answer.invitation.person.connection})
    desk.on_accepted()
    return _ended(desk, "thanks", 200)


def _is_over(desk: Desk, invitation: Invitation) -> bool:
    """The survey is asked no more, or the person is known no more."""
    return invitation.survey not in desk.surveys or not desk.is_there(invitation.person)


def _asked(
    desk: Desk, invitation: Invitation, score: int | None, comment: str | None = None, *, missing: bool = False
) -> page.Asked:
    own = desk.surveys[invitation.survey].question
    return page.Asked(invitation.survey, own, desk.pages.company, score, comment or "", missing)


def _ended(desk: Desk, ending: page.Ending, status: int) -> Response:
    answer = _page(page.message(ending, _words(desk), desk.pages.company), status)
    if status in (429, 503):
        answer.headers["Retry-After"] = str(int(WITHIN.total_seconds()))
    return answer


def _words(desk: Desk) -> texts.Words:
    asked, settled = request.args.get("lang"), desk.pages.language
    return texts.words(texts.chosen(asked, settled, request.accept_languages, desk.language))


def _page(html: str, status: int = 200) -> Response:
    answer = Response(html, status=status, content_type="text/html; charset=utf-8", headers=HEADERS)
    answer.headers["Vary"] = "Accept-Language"
    return answer
