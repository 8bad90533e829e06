"""The door for product usage in the Segment format: write key → limits → inbox row → Segment's own answer.

Counts nothing and looks into no message: that is for whoever takes them out of the inbox. Logs no key.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from flask import Blueprint, Response, jsonify, request

from webhooks.answers import error
from webhooks.inbox import Inbox
from webhooks.routes import Count, Outcome
from webhooks.segment.requests import Request, Turned, examine

log = logging.getLogger(__name__)


def segment_routes(
    keys: Mapping[str, Sequence[str]],
    inbox: Inbox,
    now: Callable[[], datetime],
    token: Callable[[], str],
    on_accepted: Callable[[], None],
    count: Count,
) -> Blueprint:
    """``POST /v1/<call>``; ``keys``: the write keys of each source, by the name under which the inbox keeps it.

    ``token``: makes a name for a request whose messages have none.
    """
    routes = Blueprint("segment", __name__)

    def finish(source: str, outcome: Outcome, **facts: object) -> None:
        """The one line and the one count of a request."""
        level = {"rejected": logging.WARNING, "failed": logging.ERROR}.get(outcome, logging.INFO)
        log.log(level, "usage %s", outcome, extra={"connection": source, **facts})
        count(source, outcome)

    @routes.post("/v1/<call>", provide_automatic_options=False)
    def receive(call: str) -> Response:
        try:
            source, kept = examine(_request(call), keys, token)
        except Turned as exc:
            finish(exc.source, "rejected", status=exc.status, reason=str(exc))
            return error(exc.status)
        if kept.messages:
            try:
                inbox.put(source, kept.body, (), now())
            except Exception as exc:
                # The type only: what a database says may quote the row.
                finish(source, "failed", status=503, cause=type(exc).__name__)
                return error(503)
            on_accepted()
        finish(source, "accepted" if kept.messages else "empty", messages=kept.messages)
        return jsonify(success=True)

    @routes.route("/v1/<call>", methods=["OPTIONS"], provide_automatic_options=False)
    def preflight(call: str) -> Response:
        answer = Response(status=204)
        answer.headers["Access-Control-Allow-Methods"] = "POST"
        answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Content-Encoding"
        answer.headers["Access-Control-Max-Age"] = "86400"
        return answer

    @routes.after_request
    def cross_origin(answer: Response) -> Response:
        """Browsers send from the pages of the product. No cookie is looked at, so that any page may."""
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    return routes


def _request(call: str) -> Request:
    """Raises 413 when the body is longer than the app's limit, however it is framed."""
    return Request(
        call=call,
        authorization=request.headers.get("Authorization"),
        content_type=request.mimetype,
        encoding=request.headers.get("Content-Encoding", "").strip().lower(),
        body=request.get_data(cache=False),
    )
