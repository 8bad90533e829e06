"""HubSpot's refusals in HubSpot's own shapes. Raised anywhere below the routes, turned into answers by the server.

HubspotError(status, category, message)      one JSON object with correlationId
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any


class HubspotError(Exception):
    """An answer that is not a success."""

    def __init__(
        self,
        status: int,
        category: str,
        message: str,
        *,
        sub_category: str = "",
        errors: Sequence[Mapping[str, Any]] = (),
        context: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.status = status
        self.category = category
        self.message = message
        self.sub_category = sub_category
        self.errors = tuple(errors)
        self.context = context
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        super().__init__(message)

    def body(self, correlation_id: str) -> dict[str, Any]:
        """The JSON body; keys that are empty are left out, as HubSpot does."""
        body: dict[str, Any] = {"status": "error", "message": self.message, "correlationId": correlation_id}
        if self.category:
            body["category"] = self.category
        if self.sub_category:
            body["subCategory"] = self.sub_category
        if self.errors:
            body["errors"] = list(self.errors)
        if self.context:
            body["context"] = {key: list(values) for key, values in self.context.items()}
        return body | self.extra


def validation(message: str, **facts: Any) -> HubspotError:
    return HubspotError(400, "VALIDATION_ERROR", message, **facts)


def not_found(message: str = "resource not found") -> HubspotError:
    return HubspotError(404, "OBJECT_NOT_FOUND", message)


def missing_scopes(*scopes: str) -> HubspotError:
    return HubspotError(
        403,
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
        "https://developers.hubspot.com/scopes.",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
        extra={"links": {"scopes": "https://developers.hubspot.com/scopes"}},
    )


def rate_limited(policy: str, retry_after: float | None = None) -> HubspotError:
    """429; ``policy`` is TEN_SECONDLY_ROLLING, SECONDLY or DAILY. Without ``retry_after`` the header is absent."""
    words = {"TEN_SECONDLY_ROLLING": "ten_secondly_rolling", "SECONDLY": "secondly", "DAILY": "daily"}
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    return HubspotError(
        429,
        "",
        f"You have reached your {words.get(policy, policy.lower())} limit.",
        headers=headers,
        extra={
            "errorType": "RATE_LIMIT",
            "policyName": policy,
            "groupName": "publicapi:private-apps-api-calls-to-account",
        },
    )


def unauthenticated() -> HubspotError:
    return HubspotError(
        401,
        "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
        "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
    )


def expired_authentication(at: datetime, now: datetime) -> HubspotError:
    minutes = max(0, (now - at) // timedelta(minutes=1))
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return HubspotError(
        401,
        "EXPIRED_AUTHENTICATION",
        f"The OAuth token used to make this call expired {minutes} minute(s) ago.",
        context={"expire time": [moment]},
    )


def invalid_values(problems: Sequence["Problem"], portal_id: int) -> HubspotError:
    """400 for property values; HubSpot puts the list as JSON text into the message."""
    listed = [problem.shown(portal_id) for problem in problems]
    return validation(f"Property values were not valid: {json.dumps(listed, ensure_ascii=False)}")


class Problem(Exception):
    """One property value that cannot be written. ``code``: PROPERTY_DOESNT_EXIST, INVALID_OPTION, …"""

    def __init__(self, name: str, code: str, message: str) -> None:
        self.name = name
        self.code = code
        self.message = message
        super().__init__(message)

    def shown(self, portal_id: int) -> dict[str, Any]:
        return {
            "isValid": False,
            "message": self.message,
            "error": self.code,
            "name": self.name,
            "localizedErrorMessage": self.message,
            "portalId": portal_id,
        }
