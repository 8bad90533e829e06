"""What a client finds out about itself: the resources of a version, and the identity URL that they and tokens name."""

from typing import Final

from flask import Blueprint, Response, g, request

from adapters.sandbox.salesforce.org import Actor
from adapters.sandbox.salesforce.web import Desk, answer

RESOURCES: Final = ("composite", "jobs", "limits", "query", "queryAll", "sobjects", "tooling")


def add(routes: Blueprint, desk: Desk) -> None:
    """``routes`` lie below ``/services/data/vNN.0``."""

    @routes.get("/")
    def resources(version: str) -> Response:
        paths = {name: f"/services/data/{version}/{name}" for name in RESOURCES}
        return answer({**paths, "identity": _identity(desk, g.actor)})


def routes(desk: Desk) -> Blueprint:
    """What lies outside; the token may come as a parameter."""
    made = Blueprint("identity", __name__)

    @made.get("/id/<org>/<user>/")
    def identity(org: str, user: str) -> Response:
        _, _, bearer = request.headers.get("Authorization", "").partition(" ")
        actor = desk.logins.actor(request.args.get("oauth_token") or bearer.strip())
        if actor is None or (org, user) != (desk.org.id, actor.user):
            return Response("Bad_OAuth_Token" if actor is None else "Wrong_Org", 403, mimetype="text/plain")
        facts = {"user_id": actor.user, "organization_id": org, "username": actor.name, "active": True}
        return answer({"id": _identity(desk, actor), "asserted_user": True, **facts})

    return made


def _identity(desk: Desk, actor: Actor) -> str:
    return f"{request.host_url.rstrip('/')}/id/{desk.org.id}/{actor.user}"
