"""The door for the vendors' webhooks: raw bytes → verify → inbox row → the vendor's own acknowledgement.

Calls no CRM, scores nothing, logs no secret and no path.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal

from flask import Blueprint, Response, request

from adapters.contract import Delivery
from adapters.errors import Rejected
from webhooks.addresses import called_url
from webhooks.answers import error
from webhooks.inbox import Inbox
from webhooks.proxies import Networks
from webhooks.receivers import Receiver, examine

log = logging.getLogger(__name__)

Outcome = Literal["accepted", "empty", "rejected", "failed"]
"""accepted: stored · empty: genuine, names no record · rejected: answered 4xx · failed: the inbox did not take it"""

Count = Callable[[str, Outcome], None]
"""Told the connection (``unknown`` for a name that is not configured) and what became of a delivery."""


def webhook_routes(
    receivers: Mapping[str, Receiver],
    inbox: Inbox,
    now: Callable[[], datetime],
    public_url: str | None,
    on_accepted: Callable[[], None],
    count: Count,
    trusted_proxies: Networks = (),
) -> Blueprint:
    """``POST /webhooks/<connection>``, or ``/webhooks/<connection>/<secret>`` where the secret is part of the path."""
    routes = Blueprint("webhooks", __name__)

    def finish(connection: str, outcome: Outcome, **facts: object) -> None:
        """The one line and the one count of a delivery."""
        level = {"rejected": logging.WARNING, "failed": logging.ERROR}.get(outcome, logging.INFO)
        log.log(level, "webhook %s", outcome, extra={"connection": connection, **facts})
        count(connection, outcome)

    @routes.post("/webhooks/<connection>", provide_automatic_options=False)
    @routes.post("/webhooks/<connection>/<path:secret>", provide_automatic_options=False)
    def receive(connection: str, secret: str = "") -> Response:
        receiver = receivers.get(connection)
        if receiver is None:
            finish("unknown", "rejected", status=404)
            return error(404)
        delivery = _delivery(called_url(request.environ, public_url, trusted_proxies), secret)
        received_at = now()
        try:
            told = examine(receiver, delivery, received_at)
        except Rejected as exc:
            status = exc.status if 400 <= exc.status < 500 else 400
            finish(connection, "rejected", status=status, reason=str(exc))
            return error(status)
        if told.refs or told.news:
            try:
                inbox.put(connection, told.kept, told.refs, received_at, told.erase)
            except Exception as exc:
                # The first line only: what a database adds below it quotes the row, and so personal data.
                reason = (str(exc).splitlines() or [""])[0][:200]
                finish(connection, "failed", status=503, cause=type(exc).__name__, reason=reason)
                return error(503)
            on_accepted()
        finish(connection, "accepted" if told.refs or told.news else "empty", records=len(told.refs))
        answer = receiver.webhooks.acknowledge(delivery)
        return Response(answer.body, status=answer.status, content_type=answer.content_type)

    return routes


def _delivery(url: str, secret: str) -> Delivery:
    """The request as it arrived. Raises 413 when the body is longer than the app's limit, however it is framed."""
    return Delivery(
        method=request.method,
        url=url,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(cache=False),
        secret=secret,
    )
