"""The HubSpot sandbox: routes, the guard before them (token, limits), and what the shared parts ask of a vendor."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from adapters.sandbox.faults import Fault
from adapters.sandbox.hubspot import (
    account_api,
    associations_api,
    batch_api,
    oauth_api,
    objects_api,
    properties_api,
)
from adapters.sandbox.hubspot.calls import Desk, answer, correlation_id
from adapters.sandbox.hubspot.edits import apply_edit
from adapters.sandbox.hubspot.errors import HubspotError, missing_scopes, rate_limited, unauthenticated
from adapters.sandbox.hubspot.hooks import delivery
from adapters.sandbox.hubspot.limits import INTERVAL_S, Allowance, Limits, midnight_after
from adapters.sandbox.hubspot.oauth_api import OAuthDesk
from adapters.sandbox.hubspot.options import Options, read_options
from adapters.sandbox.hubspot.seed import company_id, contact_id, seeded
from adapters.sandbox.hubspot.tokens import Installation, Tokens
from adapters.sandbox.notify import Change
from adapters.sandbox.oauth import Consents
from adapters.sandbox.vendor import Edit, Edited, Instruments, Setup, UsageRow
from adapters.sandbox.world import World

DEFAULT_SECRET: Final = "sandbox-client-secret"
SEARCH: Final = "/crm/v3/objects/<word>/search"
DATED: Final = "2026-03"
"""The version whose paths the sandbox serves, too: dated ones stand behind the area (``/crm/objects/2026-03``)."""
_OBJECTS: Final = "/crm/v3/objects/<word>"
_PROPERTIES: Final = "/crm/v3/properties/<word>"
_PAIR: Final = "/crm/v4/associations/<left>/<right>"
_LINK: Final = "/crm/v4/objects/<left>/<key>/associations"

ROUTES: Final[Sequence[tuple[str, str, Callable[..., Response]]]] = (
    ("GET", _OBJECTS, objects_api.list_records),
    ("POST", _OBJECTS, objects_api.create_record),
    ("POST", SEARCH, objects_api.search_records),
    ("POST", f"{_OBJECTS}/merge", objects_api.merge_records),
    ("POST", f"{_OBJECTS}/batch/read", batch_api.read_batch),
    ("POST", f"{_OBJECTS}/batch/create", batch_api.create_batch),
    ("POST", f"{_OBJECTS}/batch/update", batch_api.update_batch),
    ("POST", f"{_OBJECTS}/batch/upsert", batch_api.upsert_batch),
    ("POST", f"{_OBJECTS}/batch/archive", batch_api.archive_batch),
    ("GET", f"{_OBJECTS}/<key>", objects_api.get_record),
    ("PATCH", f"{_OBJECTS}/<key>", objects_api.update_record),
    ("DELETE", f"{_OBJECTS}/<key>", objects_api.archive_record),
    ("GET", f"{_OBJECTS}/<key>/associations/<target>", objects_api.linked_records),
    ("GET", _PROPERTIES, properties_api.list_properties),
    ("POST", _PROPERTIES, properties_api.create_property),
    ("POST", f"{_PROPERTIES}/batch/create", properties_api.create_properties),
    ("POST", f"{_PROPERTIES}/batch/read", properties_api.read_properties),
    ("GET", f"{_PROPERTIES}/groups", properties_api.list_groups),
    ("POST", f"{_PROPERTIES}/groups", properties_api.create_group),
    ("GET", f"{_PROPERTIES}/groups/<name>", properties_api.get_group),
    ("DELETE", f"{_PROPERTIES}/groups/<name>", properties_api.archive_group),
    ("GET", f"{_PROPERTIES}/<name>", properties_api.get_property),
    ("PATCH", f"{_PROPERTIES}/<name>", properties_api.change_property),
    ("DELETE", f"{_PROPERTIES}/<name>", properties_api.archive_property),
    ("POST", f"{_PAIR}/batch/read", associations_api.read_links),
    ("POST", f"{_PAIR}/batch/create", associations_api.create_links),
    ("POST", f"{_PAIR}/batch/archive", associations_api.archive_links),
    ("POST", f"{_PAIR}/batch/associate/default", associations_api.create_default_links),
    ("GET", f"{_PAIR}/labels", associations_api.labels),
    ("POST", "/crm/v3/associations/<left>/<right>/batch/read", associations_api.read_links_v3),
    ("GET", "/crm/v4/objects/<word>/<key>/associations/<target>", associations_api.list_links),
    ("PUT", f"{_LINK}/default/<right>/<other>", associations_api.put_default),
    ("PUT", f"{_LINK}/<right>/<other>", associations_api.put_labelled),
    ("DELETE", f"{_LINK}/<right>/<other>", associations_api.delete_links),
    ("GET", "/crm/v3/owners", account_api.list_owners),
    ("GET", "/crm/v3/owners/<key>", account_api.get_owner),
    ("GET", "/crm/v3/pipelines/<word>", account_api.list_pipelines),
    ("GET", "/crm/v3/pipelines/<word>/<key>", account_api.get_pipeline),
    ("GET", "/crm/v3/pipelines/<word>/<key>/stages", account_api.list_stages),
    ("GET", "/account-info/v3/details", account_api.details),
    ("GET", "/crm/v3/limits/custom-properties", properties_api.custom_property_limits),
)

SAID: Final[Mapping[int, tuple[str, str]]] = {
    400: ("VALIDATION_ERROR", "Invalid input"),
    423: ("", "The resource is locked: a high volume of requests to it is being worked off"),
    477: ("", "This account is being moved between data centers"),
}
"""Category and message of statuses that nothing in the portal leads to."""

SUPERSEDED: Final = (objects_api.linked_records, associations_api.read_links_v3)
"""What version 4 of the associations replaced: the dated versions have it no more."""


def dated(path: str) -> str:
    """``/crm/v3/objects/…`` as the dated versions of the API call it: ``/crm/objects/2026-03/…``."""
    area = re.sub(r"^/crm/v[34]/([a-z]+)", rf"/crm/\1/{DATED}", path)
    return area.replace("/account-info/v3/", f"/account-info/{DATED}/")


class HubspotServer:
    """One sandbox portal behind its API."""

    spared: tuple[str, ...] = ("/oauth/",)

    def __init__(self, world: World, instruments: Instruments, setup: Setup) -> None:
        self.options: Options = read_options(setup.options)
        self.secret = setup.secret or DEFAULT_SECRET
        self.portal = seeded(world, self.options)
        self.instruments = instruments
        self._desk = Desk(self.portal, instruments)
        self._tokens = Tokens(instruments.clock, self.options.token)
        self._limits = Limits(self.options)
        self._usage = world.usage
        self.app = self._make_app()

    def _make_app(self) -> Flask:
        app = Flask("sandbox-hubspot")
        app.url_map.strict_slashes = False
        app.register_error_handler(HubspotError, self._refused)
        app.register_error_handler(HTTPException, self._http_refused)
        app.after_request(self._with_limits)
        for method, path, handler in ROUTES:
            for alias in (path, *(() if handler in SUPERSEDED else (dated(path),))):
                app.add_url_rule(alias, f"{method} {alias}", self._guarded(handler), methods=[method])
        consents: Consents[Installation] = Consents(self.instruments.clock, self.options.rotate_refresh_tokens)
        app.register_blueprint(oauth_api.routes(OAuthDesk(self.options, self.secret, self._tokens, consents)))
        app.add_url_rule(
            "/account-info/v3/api-usage/daily/private-apps", "daily", self._guarded(self._daily), methods=["GET"]
        )
        return app

    def _guarded(self, handler: Callable[..., Response]) -> Callable[..., Response]:
        """A route behind token and limits, alone with the portal while it runs."""

        def route(**parts: str) -> Response:
            self._admit()
            with self.portal.lock:
                return handler(self._desk, **parts)

        return route

    def _admit(self) -> None:
        if len(request.full_path) > self.options.url_limit:
            raise HubspotError(414, "", "URI Too Long")
        self._tokens.check(_bearer())
        search = request.url_rule is not None and request.url_rule.rule in (SEARCH, dated(SEARCH))
        allowance = self._limits.enter(search, self._local())
        g.allowance = None if search and not self.options.search_headers else allowance

    def _local(self) -> datetime:
        """The sandbox's present where the portal is."""
        return self.instruments.clock.now().astimezone(ZoneInfo(self.options.time_zone))

    def allow(self, limit: int | None = None, used: int | None = None) -> Mapping[str, int]:
        most, made = self._limits.set(self._local().date(), limit, used)
        return {"limit": most, "used": made}

    def _daily(self, desk: Desk) -> Response:
        allowance: Allowance = g.allowance
        used = allowance.daily_limit - allowance.daily_remaining
        return account_api.daily_usage(
            allowance.daily_limit, used, self.instruments.clock.now(), midnight_after(self._local())
        )

    def _with_limits(self, response: Response) -> Response:
        """The rate-limit headers: searches do not have them, and OAuth apps none of the day."""
        allowance: Allowance | None = g.pop("allowance", None)
        if allowance is not None:
            response.headers["X-HubSpot-RateLimit-Max"] = str(self.options.rate_limit)
            response.headers["X-HubSpot-RateLimit-Remaining"] = str(max(0, allowance.remaining))
            response.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = str(int(INTERVAL_S * 1000))
        if allowance is not None and allowance.daily_limit:
            response.headers["X-HubSpot-RateLimit-Daily"] = str(allowance.daily_limit)
            response.headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(max(0, allowance.daily_remaining))
        return response

    def _refused(self, error: HubspotError) -> Response:
        number = correlation_id()
        response = answer(error.body(number), error.status)
        response.headers.update({**error.headers, "X-HubSpot-Correlation-Id": number})
        return response

    def _http_refused(self, error: HTTPException) -> Response:
        code = error.code or 500
        category = {404: "OBJECT_NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(code, "")
        return self._refused(HubspotError(code, category, error.description or "error"))

    def announcement(self) -> Mapping[str, Any]:
        return {
            "token": self.options.token,
            "portal_id": self.options.portal_id,
            "app_id": self.options.app_id,
            "client_id": self.options.client_id,
            "client_secret": self.secret,
        }

    def counts(self) -> Mapping[str, int]:
        with self.portal.lock:
            return self.portal.counts()

    def edit(self, edit: Edit) -> Edited:
        return apply_edit(self.portal, self.instruments.clock, edit)

    def usage(self) -> Iterable[UsageRow]:
        for use in self._usage:
            yield str(company_id(use.company)), str(contact_id(use.contact)), use.feature, use.day, use.count

    def expired(self, fault: Fault) -> Response:
        """401 for this call; the token of an OAuth app has expired for good, a private app's works again."""
        if fault.code in ("invalid", "incurable"):
            return self._refused(unauthenticated())
        return self._refused(self._tokens.expire(_bearer()))

    def limited(self, fault: Fault) -> Response:
        """429; the fault's ``code`` may name the policy."""
        return self._refused(rate_limited(fault.code or "TEN_SECONDLY_ROLLING"))

    def forbidden(self, fault: Fault) -> Response:
        """403: of a scope that the app lacks, or of the category that ``code`` names."""
        if fault.code in ("", "MISSING_SCOPES"):
            return self._refused(missing_scopes(fault.message or "crm.objects.companies.read"))
        return self._refused(HubspotError(403, fault.code, fault.message or "This is not allowed"))

    def refusal(self, fault: Fault) -> Response:
        said = SAID.get(fault.status, ("", "internal error"))
        return self._refused(HubspotError(fault.status, fault.code or said[0], fault.message or said[1]))

    def compose(self, url: str, changes: Sequence[Change], attempt: int) -> tuple[Mapping[str, str], bytes]:
        now = self._desk.now()
        return delivery(url, changes, attempt, self.secret, self.options, now)

    def accepted(self, status: int, body: bytes) -> bool:
        return 200 <= status < 300


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def build(world: World, instruments: Instruments, setup: Setup) -> HubspotServer:
    """The HubSpot sandbox over ``world``; ValueError names an unknown or malformed option."""
    return HubspotServer(world, instruments, setup)
