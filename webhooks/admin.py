"""The app of the admin port: is it alive, is it ready, what has it counted, and what the public port answers.

Meant for loopback or a private network. Asks what it is told through callables; must not know the store.
"""

from collections.abc import Callable, Collection, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from webhooks.answers import harden
from webhooks.app import healthz
from webhooks.description import description

ANY_HOST = "*"


def create_admin_app(
    ready: Callable[[], Mapping[str, str | bool]],
    metrics: CollectorRegistry,
    hosts: Collection[str] = (),
) -> Flask:
    """The WSGI app of the admin port.

    ``ready`` names each check with True or False, or a text for what is only told (the last poll); one False, or an
    exception, is 503. ``hosts``: names under which the port is called, besides localhost and addresses;
    ``ANY_HOST`` among them turns the check off.
    """
    app = Flask("admin", static_folder=None, template_folder=None)
    harden(app)

    @app.before_request
    def only_our_names() -> None:
        if not is_our_name(request.environ.get("HTTP_HOST", ""), hosts):
            abort(421)

    @app.get("/readyz")
    def readyz() -> Response:
        checks = _checks(ready)
        healthy = all(value is not False for value in checks.values())
        answer = jsonify(ready=healthy, checks=checks)
        answer.status_code = 200 if healthy else 503
        return answer

    @app.get("/metrics")
    def numbers() -> Response:
        return Response(generate_latest(metrics), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    @app.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(description())

    app.add_url_rule("/healthz", "healthz", healthz, methods=["GET"])
    return app


def is_our_name(host: str, names: Collection[str]) -> bool:
    """Whether a Host header is one that we answer to.

    A page elsewhere can point a name of its own at 127.0.0.1 (DNS rebinding) and read us through the reader's
    browser, but then the browser sends that name; an address in the header cannot be brought about so.
    """
    if ANY_HOST in names or not host:
        return True
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or name in {known.lower() for known in names} or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _checks(ready: Callable[[], Mapping[str, str | bool]]) -> dict[str, str | bool]:
    """An exception is an answer too: this is asked most when things are broken. Its text stays in the log's care."""
    try:
        return dict(ready())
    except Exception as exc:
        return {"checks": False, "cause": type(exc).__name__}
