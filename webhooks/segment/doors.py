"""The door for product usage in the Segment format: write key → limits → inbox row → Segment's own answer.

Counts nothing and looks into no message: that is for whoever takes them out of the inbox. Logs no key.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, jsonify, request

from webhooks.answers import error
from webhooks.inbox import Inbox
from webhooks.routes import Count, Outcome
from webhooks.segment.bodies import CALLS, Malformed, TooLarge, inflated, parsed, sent
from webhooks.segment.keys import key_in_header, source_of

log = logging.getLogger(__name__)

TYPES: Final = ("application/json", "text/plain")
"""Browsers send text/plain: that needs no preflight, and is the only type that a beacon may have."""


def segment_routes(
    keys: Mapping[str, str],
    inbox: Inbox,
    now: Callable[[], datetime],
    token: Callable[[], str],
    on_accepted: Callable[[], None],
    count: Count,
) -> Blueprint:
    """``POST /v1/<call>``; ``keys``: the write key of each source, by the name under which the inbox keeps it."""
    routes = Blueprint("segment", __name__)

    def finish(source: str, outcome: Outcome, **facts: object) -> None:
        level = {"rejected": logging.WARNING, "failed": logging.ERROR}.get(outcome, logging.INFO)
        log.log(level, "usage %s", outcome, extra={"connection": source, **facts})
        count(source, outcome)

    def refused(source: str, status: int, reason: str) -> Response:
        finish(source, "rejected", status=status, reason=reason)
        return error(status)

    @routes.route("/v1/<call>", methods=["POST", "OPTIONS"], provide_automatic_options=False)
    def receive(call: str) -> Response:
        if call not in CALLS:
            return refused("unknown", 404, "no such call")
        if request.method == "OPTIONS":
            return Response(status=204)
        source = source_of(key := key_in_header(request.headers.get("Authorization")), keys)
        if key is not None and source is None:
            return refused("unknown", 401, "unknown write key")
        if (request.mimetype or TYPES[0]) not in TYPES:
            return refused(source or "unknown", 415, "not JSON by its content type")
        try:
            plain = inflated(request.get_data(cache=False), request.headers.get("Content-Encoding", "").strip().lower())
            said = parsed(plain)
            given = said.pop("writeKey", None)
            source = source or source_of(given if isinstance(given, str) else None, keys)
            if source is None:
                return refused("unknown", 401, "no write key that is known")
            kept = sent(CALLS[call], said, plain, token)
        except TooLarge as exc:
            return refused(source or "unknown", 413, str(exc))
        except Malformed as exc:
            return refused(source or "unknown", 400, str(exc))
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

    @routes.after_request
    def cross_origin(answer: Response) -> Response:
        """Browsers send from the pages of the product. No cookie is looked at, so that any page may."""
        answer.headers["Access-Control-Allow-Origin"] = "*"
        if request.method == "OPTIONS":
            answer.headers["Access-Control-Allow-Methods"] = "POST"
            answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Content-Encoding"
            answer.headers["Access-Control-Max-Age"] = "86400"
        return answer

    return routes
