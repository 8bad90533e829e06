"""The door for the vendors' webhooks, as Flask sees it: the request in, what the reception answers out.

Signed deliveries seldom come this way; see ``webhooks.shortcut``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, request

from adapters.contract import Delivery
from webhooks.answers import response
from webhooks.reception import Count, Outcome, Reception, headers_of

__all__ = ("Count", "Outcome", "webhook_routes")


def webhook_routes(reception: Reception, url: Callable[[Mapping[str, Any]], str]) -> Blueprint:
    """``POST /webhooks/<connection>``, or ``/webhooks/<connection>/<secret>`` where the secret is part of the path.

    ``url``: the address that the sender of a request called.
    """
    routes = Blueprint("webhooks", __name__)

    @routes.post("/webhooks/<connection>", provide_automatic_options=False)
    @routes.post("/webhooks/<connection>/<path:secret>", provide_automatic_options=False)
    def receive(connection: str, secret: str = "") -> Response:
        receiver = reception.receivers.get(connection)
        if receiver is None:
            return response(reception.turn_away())
        return response(reception.receive(receiver, _delivery(url(request.environ), secret)))

    @routes.route("/webhooks/<connection>", methods=["HEAD"], provide_automatic_options=False)
    def found(connection: str) -> Response:
        """SurveyMonkey takes an address only where this is answered with 200 (its docs, "subscription_url")."""
        return Response() if connection in reception.receivers else response(reception.turn_away())

    return routes


def _delivery(url: str, secret: str) -> Delivery:
    """The request as it arrived. Raises 413 when the body is longer than the app's limit, however it is framed."""
    return Delivery(
        method=request.method,
        url=url,
        headers=headers_of(request.environ),
        body=request.get_data(cache=False),
        secret=secret,
    )
