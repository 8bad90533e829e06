"""Refusals in Salesforce's own shapes: of a whole request (``errorCode``), or of one row (``statusCode``)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


class ApiError(Exception):
    """A request that is refused as a whole; answered as ``[{"message", "errorCode"}]`` with ``status``."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] | None = None) -> None:
        self.status, self.code, self.fields = status, code, fields
        super().__init__(message)

    def body(self) -> list[dict[str, Any]]:
        extra = {} if self.fields is None else {"fields": list(self.fields)}
        return [{"message": str(self), "errorCode": self.code, **extra}]


@dataclass(slots=True)
class RowError(Exception):
    """One row that is refused; ``code`` is Salesforce's status code."""

    code: str
    message: str
    fields: Sequence[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}

    def as_request_error(self) -> ApiError:
        """The same refusal as the answer to a call about a single record."""
        status = {"ENTITY_IS_DELETED": 404, "NOT_FOUND": 404, "INSUFFICIENT_ACCESS": 403}.get(self.code, 400)
        return ApiError(status, self.code, self.message, self.fields)


def malformed(message: str) -> ApiError:
    return ApiError(400, "MALFORMED_QUERY", message)


def no_column(name: str, entity: str) -> ApiError:
    """Unknown, or hidden from the user: Salesforce does not tell the two apart."""
    return ApiError(
        400,
        "INVALID_FIELD",
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append "
        "the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate "
        "names.",
    )


def no_type(name: str) -> ApiError:
    return ApiError(
        400,
        "INVALID_TYPE",
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the "
        "'__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
    )


def not_found() -> ApiError:
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")
