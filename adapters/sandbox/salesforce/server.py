"""The sandbox Salesforce as one Flask app over a seeded org; fulfils the Vendor contract of the shared parts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from adapters.sandbox.faults import Fault
from adapters.sandbox.notify import Change
from adapters.sandbox.oauth import Consents
from adapters.sandbox.salesforce import (
    batch_api,
    bulk_ingest_api,
    bulk_query_api,
    collections_api,
    features,
    identity_api,
    oauth_api,
    outbound,
    query_api,
    refusals,
    sobjects_api,
    tooling_api,
)
from adapters.sandbox.salesforce.assertions import public_key
from adapters.sandbox.salesforce.bulk_jobs import MOST_QUERIES, BulkJobs
from adapters.sandbox.salesforce.editing import edited
from adapters.sandbox.salesforce.errors import ApiError, RowError
from adapters.sandbox.salesforce.logins import SECURITY_TOKEN, Allowance, App, Logins
from adapters.sandbox.salesforce.org import Actor, Org
from adapters.sandbox.salesforce.reshaping import reshaped
from adapters.sandbox.salesforce.rights import Rights
from adapters.sandbox.salesforce.rows import Rows
from adapters.sandbox.salesforce.seeding import Seeded, seed, usage_rows
from adapters.sandbox.salesforce.web import Desk, failed
from adapters.sandbox.vendor import Edit, Edited, Instruments, Setup, UsageRow
from adapters.sandbox.world import World

DATA: Final = "/services/data/"
LONGEST_URI: Final = 16_384
DAILY_CALLS: Final = 115_000
VERSIONS: Final = range(31, 68)
_VERSION: Final = re.compile(r"v(\d\d)\.0")
TOO_LONG: Final = "<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>"


@dataclass(frozen=True, slots=True)
class Salesforce:
    """One sandbox Salesforce."""

    app: Flask
    desk: Desk
    apps: Mapping[str, App]
    seeded: Seeded
    world: World
    spared: tuple[str, ...] = ("/services/oauth2/",)

    def announcement(self) -> Mapping[str, Any]:
        """Credentials of the two connected apps (the daily user's and an admin's), and the org's id."""
        daily, admin = self.apps["integration"], self.apps["admin"]
        return {
            "org_id": self.desk.org.id,
            "client_id": daily.client_id,
            "client_secret": daily.client_secret,
            "username": daily.actor.name,
            "admin_client_id": admin.client_id,
            "admin_client_secret": admin.client_secret,
            "password": daily.client_secret,
            "security_token": SECURITY_TOKEN,
            "api_version": "60.0",
        }

    def counts(self) -> Mapping[str, int]:
        return self.desk.org.counts()

    def edit(self, edit: Edit) -> Edited:
        with self.desk.org.lock:
            if edit.object == "CustomField":
                return reshaped(self.desk.org, self.seeded.admin, edit)
            return edited(self.desk, self.seeded.person, edit)

    def usage(self) -> Iterable[UsageRow]:
        return usage_rows(self.world, self.seeded)

    def allow(self, limit: int | None = None, used: int | None = None) -> Mapping[str, int]:
        most, made = self.desk.allowance.set(self.desk.org.clock.now(), limit, used)
        return {"limit": most, "used": made}

    def expired(self, fault: Fault) -> Response:
        if fault.code != refusals.INCURABLE:
            self.desk.logins.close(_token())
        return failed(refusals.unauthorized(fault))

    def limited(self, fault: Fault) -> Response:
        return failed(refusals.limited(fault))

    def forbidden(self, fault: Fault) -> Response:
        return failed(refusals.forbidden(fault))

    def refusal(self, fault: Fault) -> Response:
        return failed(refusals.any_status(fault))

    def compose(self, url: str, changes: Sequence[Change], attempt: int) -> tuple[Mapping[str, str], bytes]:
        with self.desk.org.lock:
            return outbound.message(self.desk.org, changes)

    def accepted(self, status: int, body: bytes) -> bool:
        return outbound.acknowledged(status, body)


def build(world: World, instruments: Instruments, setup: Setup) -> Salesforce:
    """A sandbox Salesforce that holds ``world``.

    Options: ``admin`` (True: the integration user may customise the org), ``daily_calls``, ``attributes_first``,
    ``page_rows`` (most rows of a query page); ``bulk`` (False: the org has no Bulk API), ``bulk_jobs`` (most query jobs
    a day), ``bulk_unsupported`` (names of objects, with commas between), ``bulk_early`` (status of results asked for
    too early), ``bulk_offset`` (True: stamps in CSV end in +0000); ``rotate_refresh_tokens``, ``certificate`` (PEM, of
    both apps: for JWT); ``commit_delay_s`` (how long after its stamp a change becomes visible), ``multi_currency``
    (False: one currency, EUR), ``person_accounts`` and ``shared_activities`` (True: switched on);
    ``custom_fields`` (most of an object), ``referenced`` (full names of fields that cannot be deleted),
    ``reserve_deleted`` (True: a deleted field keeps its name), ``consents_as`` (admin: whoever logs in by a browser is
    an administrator), ``echo_api_writes`` (True: outbound messages for what the API wrote, too).
    """
    org = Org(instruments.clock, instruments.journal, instruments.faults)
    features.switch(org, setup.options)
    seeded = seed(org, world, integration_admin=bool(setup.options.get("admin", True)))
    apps = {
        name: App(f"sandbox-{name}", f"sandbox-{name}-secret", actor)
        for name, actor in (("integration", seeded.integration), ("admin", seeded.admin))
    }
    rights = Rights(org)
    desk = Desk(
        org,
        rights,
        Rows(org, rights),
        _logins(org, tuple(apps.values()), setup.options, seeded.admin),
        Allowance(int(setup.options.get("daily_calls", DAILY_CALLS))),
        _bulk(org, setup.options),
        bool(setup.options.get("attributes_first", False)),
        int(setup.options.get("page_rows", 2000)),
    )
    app = _app(desk)
    if setup.options.get("echo_api_writes"):
        app.after_request(lambda response: _echoed(desk, instruments, response))
    told = World(seed=world.seed, now=world.now, users=(), companies=(), contacts=(), usage=world.usage)
    return Salesforce(app, desk, apps, seeded, told)


def _bulk(org: Org, options: Mapping[str, Any]) -> BulkJobs:
    unsupported = str(options.get("bulk_unsupported", "")).casefold().split(",")
    return BulkJobs(
        org,
        off=not options.get("bulk", True),
        most_queries=int(options.get("bulk_jobs", MOST_QUERIES)),
        unsupported=frozenset(name.strip() for name in unsupported if name.strip()),
        early=int(options.get("bulk_early", 400)),
        offset=bool(options.get("bulk_offset", False)),
    )


def _logins(org: Org, apps: tuple[App, ...], options: Mapping[str, Any], admin: Actor) -> Logins:
    consents: Consents[Actor] = Consents(org.clock, bool(options.get("rotate_refresh_tokens", False)))
    certificate = options.get("certificate")
    person = admin if options.get("consents_as") == "admin" else None
    return Logins(org.id, apps, consents, public_key(str(certificate)) if certificate else None, person)


def _app(desk: Desk) -> Flask:
    app = Flask("sandbox-salesforce", static_folder=None)
    app.url_map.strict_slashes = False
    parts = {
        "query": query_api, "sobjects": sobjects_api, "collections": collections_api, "tooling": tooling_api,
        "bulk_query": bulk_query_api, "bulk_ingest": bulk_ingest_api, "identity": identity_api,
    }  # fmt: skip
    for name, part in parts.items():
        routes = Blueprint(name, __name__, url_prefix=f"{DATA}<version>")
        part.add(routes, desk)
        app.register_blueprint(routes)
    nested = Blueprint("batch", __name__, url_prefix=f"{DATA}<version>")
    batch_api.add(nested, app, lambda: desk.allowance.spend(desk.org.clock.now()))
    app.register_blueprint(nested)
    app.register_blueprint(oauth_api.routes(desk, VERSIONS))
    app.register_blueprint(identity_api.routes(desk), name="identity_url")
    app.before_request(lambda: _entrance(desk))
    app.after_request(lambda response: _counted(desk, response))
    app.register_error_handler(ApiError, failed)
    app.register_error_handler(RowError, lambda error: failed(error.as_request_error()))
    app.register_error_handler(HTTPException, _http_failed)
    return app


def _entrance(desk: Desk) -> Response | None:
    """The length of the address, the session, the version and the day's allowance, in that order."""
    if len(request.path) + len(request.query_string) + 1 > LONGEST_URI:
        return Response(TOO_LONG, 414, mimetype="text/html")
    if not request.path.startswith(DATA) or request.path.rstrip("/") == DATA.rstrip("/"):
        return None
    actor = desk.logins.actor(_token())
    if actor is None:
        return failed(refusals.no_session())
    g.actor = actor
    match = _VERSION.fullmatch(request.path.removeprefix(DATA).partition("/")[0])
    if match is None or int(match[1]) not in VERSIONS:
        raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
    with desk.org.lock:
        desk.org.sweep()
    if not desk.allowance.spend(desk.org.clock.now()):
        raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    return None


def _counted(desk: Desk, response: Response) -> Response:
    used = desk.allowance.used(desk.org.clock.now())
    if request.path.startswith("/services/"):
        response.headers["Sforce-Limit-Info"] = f"api-usage={used}/{desk.allowance.most}"
    return response


def _echoed(desk: Desk, instruments: Instruments, response: Response) -> Response:
    """As a flow sends it that does not ask who changed what."""
    if request.path.startswith(DATA):  # the control surface begins no call of its own
        with desk.org.lock:
            instruments.notifier.send(outbound.echoes(desk.org, desk.org.journal.written_here()))
    return response


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() in ("bearer", "oauth") else ""


def _http_failed(error: HTTPException) -> Response:
    if error.code == 405:
        return failed(ApiError(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{request.method}' not allowed"))
    if error.code == 404:
        return failed(ApiError(404, "NOT_FOUND", "The requested resource does not exist"))
    return failed(ApiError(error.code or 500, "UNKNOWN_EXCEPTION", error.description or "unknown"))
