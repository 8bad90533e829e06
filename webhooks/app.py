"""The app of the public port: webhooks, and a sign of life.

Owns limits and wiring. Must not know the store, the scores or any vendor.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from flask import Blueprint, Flask, Response, jsonify

from webhooks.answers import harden
from webhooks.inbox import Inbox
from webhooks.proxies import Networks
from webhooks.receivers import Receiver
from webhooks.routes import Count, webhook_routes

MAX_BODY: Final = 1024 * 1024
"""Bytes of a delivery. The vendors' largest (100 events) stay far below."""


def create_public_app(
    receivers: Mapping[str, Receiver],
    inbox: Inbox,
    now: Callable[[], datetime],
    public_url: str | None = None,
    *,
    on_accepted: Callable[[], None] = lambda: None,
    count: Count = lambda connection, outcome: None,
    max_body: int = MAX_BODY,
    doors: Sequence[Blueprint] = (),
    trusted_proxies: Networks = (),
) -> Flask:
    """The WSGI app of the public port; ``receivers`` by connection name.

    ``doors``: what else is answered here. ``public_url``: where the vendors reach us, when a proxy stands in between;
    without it, what one of ``trusted_proxies`` says of that counts.
    ``on_accepted`` is called after a delivery was stored (it wakes the worker) and ``count`` once per delivery; both
    must be quick and not raise.
    """
    app = Flask("webhooks", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = max_body
    # A redirect to the tidied address would never be followed, and would be another address than the signed one.
    app.url_map.merge_slashes = False
    harden(app)
    app.register_blueprint(webhook_routes(receivers, inbox, now, public_url, on_accepted, count, trusted_proxies))
    for door in doors:
        app.register_blueprint(door)
    app.add_url_rule("/healthz", "healthz", healthz, methods=["GET"], provide_automatic_options=False)
    return app


def healthz() -> Response:
    """The process answers; nothing is said about what it depends on (that is ``/readyz`` on the admin port)."""
    return jsonify(status="ok")
