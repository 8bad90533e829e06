"""Answers that both ports share: errors as short JSON without details, and headers that suit no browser's trust.

Must not know what a route does.
"""

import logging
from http import HTTPStatus

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from adapters.contract import Answer

log = logging.getLogger(__name__)

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def plain_error(status: int) -> Answer:
    """``{"error": "unauthorized"}``: the status in words. Why is for the log, not for who knocks."""
    body = f'{{"error":"{HTTPStatus(status).phrase.lower()}"}}\n'
    return Answer(body.encode(), status=status, content_type="application/json")


def response(answer: Answer) -> Response:
    return Response(answer.body, status=answer.status, content_type=answer.content_type)


def error(status: int) -> Response:
    """``plain_error`` for a Flask view."""
    return response(plain_error(status))


def harden(app: Flask) -> None:
    """Give an app the shared errors and headers. What an app sets itself is kept."""

    @app.errorhandler(HTTPException)
    def refused(exc: HTTPException) -> Response:
        answer = error(exc.code or 500)
        answer.headers.extend(
            (name, value) for name, value in exc.get_headers() if name.lower() in ("allow", "retry-after")
        )
        return answer

    @app.errorhandler(Exception)
    def broken(exc: Exception) -> Response:
        log.error("a request could not be answered", exc_info=exc)
        return error(500)

    @app.after_request
    def headers(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer
