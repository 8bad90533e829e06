"""What Salesforce says of a call that is refused on request (a fault): 401, the many kinds of 403, any other status."""

from collections.abc import Mapping
from typing import Final

from adapters.sandbox.faults import Fault
from adapters.sandbox.salesforce.errors import ApiError, RowError

INCURABLE: Final = "incurable"
NOT_ATTACHED: Final = "Connected app is not attached to Agent"
FORBIDDEN: Final[Mapping[str, str]] = {
    "REQUEST_LIMIT_EXCEEDED": "TotalRequests Limit exceeded.",
    "API_DISABLED_FOR_ORG": "API is not enabled for this Organization or Partner",
    "API_CURRENTLY_DISABLED": "API is currently disabled for the User or Organization.",
    "INSUFFICIENT_ACCESS": "insufficient access rights on object id",
    "FUNCTIONALITY_NOT_ENABLED": "Functionality not enabled",
    "TXN_SECURITY_METERING_ERROR": "Transaction security metering has stopped this request",
}
"""What a 403 says, by errorCode."""
STATUSES: Final[Mapping[int, str]] = {
    400: "UNKNOWN_EXCEPTION", 404: "NOT_FOUND", 500: "UNKNOWN_EXCEPTION", 503: "SERVER_UNAVAILABLE",
}  # fmt: skip
TRIGGER: Final = RowError(
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "AccountTrigger: execution of BeforeUpdate caused by: System.NullPointerException: Attempt to de-reference a null "
    "object Trigger.AccountTrigger: line 12, column 1",
)
"""An exception that a trigger does not catch fails every record of its call, whichever of them caused it."""


def no_session() -> ApiError:
    return ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")


def unauthorized(fault: Fault) -> ApiError:
    return ApiError(401, "INVALID_SESSION_ID", NOT_ATTACHED) if fault.code == INCURABLE else no_session()


def limited(fault: Fault) -> ApiError:
    """403 REQUEST_LIMIT_EXCEEDED: of the day, or (code ConcurrentRequests) of the moment. Never a Retry-After."""
    concurrent = "concurrent" in fault.code.casefold()
    kind = "ConcurrentRequests (Concurrent API Requests)" if concurrent else "TotalRequests"
    return ApiError(403, "REQUEST_LIMIT_EXCEEDED", fault.message or f"{kind} Limit exceeded.")


def forbidden(fault: Fault) -> ApiError:
    code = fault.code or "INSUFFICIENT_ACCESS"
    return ApiError(403, code, fault.message or FORBIDDEN.get(code, "This is not allowed"))


def any_status(fault: Fault) -> ApiError:
    code = fault.code or STATUSES.get(fault.status, "UNKNOWN_EXCEPTION")
    return ApiError(fault.status, code, fault.message or "An unexpected error occurred")
