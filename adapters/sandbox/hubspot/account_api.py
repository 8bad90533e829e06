"""The small read-only parts of the API: account details, daily usage, owners and pipelines."""

from datetime import datetime

from flask import Response, request

from adapters.sandbox.hubspot import shapes
from adapters.sandbox.hubspot.calls import Desk, answer, flag, limit_of, next_page, offset_of
from adapters.sandbox.hubspot.errors import not_found, validation
from adapters.sandbox.hubspot.schema import object_type

OWNERS_PAGE = 500


def details(desk: Desk) -> Response:
    options = desk.portal.options
    return answer(
        {
            "portalId": options.portal_id,
            "accountType": "STANDARD",
            "timeZone": options.time_zone,
            "companyCurrency": options.currency,
            "additionalCurrencies": [],
            "utcOffset": "+00:00",
            "utcOffsetMilliseconds": 0,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
    )


def daily_usage(limit: int, used: int, now: datetime, resets_at: datetime) -> Response:
    """``/account-info/v3/api-usage/daily/private-apps``."""
    usage = {"name": "private-apps-api-calls-daily", "usageLimit": limit, "currentUsage": used,
             "collectedAt": now.isoformat(), "fetchStatus": "SUCCESS", "resetsAt": resets_at.isoformat()}  # fmt: skip
    return answer({"results": [usage]})


def list_owners(desk: Desk) -> Response:
    """Active owners, or those deactivated (``archived=true``); by ``email`` when given."""
    desk.may("crm.objects.owners.read")
    archived, email = flag("archived"), request.args.get("email")
    owners = [item for _, item in sorted(desk.portal.owners.items()) if item.active is not archived]
    owners = [item for item in owners if email is None or item.email == email.lower()]
    start, limit = offset_of(), limit_of(100, OWNERS_PAGE)
    rest = [item for item in owners if item.id > start]
    body: dict[str, object] = {"results": [shapes.owner(item) for item in rest[:limit]]}
    if len(rest) > limit:
        body["paging"] = next_page(rest[limit - 1].id)
    return answer(body)


def get_owner(desk: Desk, key: str) -> Response:
    """By owner id, or by user id with ``idProperty=userId``."""
    desk.may("crm.objects.owners.read")
    by_user = request.args.get("idProperty") == "userId"
    for item in desk.portal.owners.values():
        if str(item.user_id if by_user else item.id) == key and item.active is not flag("archived"):
            return answer(shapes.owner(item))
    raise not_found(f"Could not find an owner with ID {key}")


def list_pipelines(desk: Desk, word: str) -> Response:
    kind = object_type(word)
    if kind is None or kind.name not in desk.portal.pipelines:
        raise validation(f"{word} has no pipelines")
    return answer({"results": desk.portal.pipelines[kind.name]})


def get_pipeline(desk: Desk, word: str, key: str) -> Response:
    kind = object_type(word)
    for pipeline in desk.portal.pipelines.get(kind.name if kind else "", []):
        if pipeline["id"] == key:
            return answer(pipeline)
    raise not_found(f"Pipeline {key} does not exist")


def list_stages(desk: Desk, word: str, key: str) -> Response:
    kind = object_type(word)
    for pipeline in desk.portal.pipelines.get(kind.name if kind else "", []):
        if pipeline["id"] == key:
            return answer({"results": pipeline["stages"]})
    raise not_found(f"Pipeline {key} does not exist")
