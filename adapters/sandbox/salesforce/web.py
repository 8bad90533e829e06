"""What the routes share: the desk they work at, the caller, JSON in and out."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson
from flask import Response, g, request

from adapters.sandbox.salesforce import ids
from adapters.sandbox.salesforce.bulk_jobs import BulkJobs
from adapters.sandbox.salesforce.errors import ApiError, not_found
from adapters.sandbox.salesforce.fields import ObjectType
from adapters.sandbox.salesforce.logins import Allowance, Logins
from adapters.sandbox.salesforce.org import Actor, Org
from adapters.sandbox.salesforce.query import Render
from adapters.sandbox.salesforce.rights import Rights
from adapters.sandbox.salesforce.rows import Rows

MOST_RECORDS: Final = 200
OPEN_CURSORS: Final = 500


@dataclass(frozen=True, slots=True)
class Cursor:
    """A query under way: the ids found when it began, and how to show their rows."""

    kind: ObjectType
    ids: list[str]
    render: Render
    path: str
    opened: str


@dataclass(slots=True)
class Desk:
    """Everything the routes of one sandbox work with."""

    org: Org
    rights: Rights
    rows: Rows
    logins: Logins
    allowance: Allowance
    bulk: BulkJobs
    attributes_first: bool = False
    """Refuse records that do not begin with ``attributes``, as some API versions are said to."""
    page_rows: int = 2000
    """Most rows of a page of query results: Salesforce may give fewer than asked for."""
    cursors: OrderedDict[str, Cursor] = field(default_factory=OrderedDict)

    def keep(self, cursor: Cursor) -> str:
        """Remember a cursor; its locator. The oldest is forgotten when there are too many."""
        locator = self.org.new_id("0r8")
        self.cursors[locator] = cursor
        while len(self.cursors) > OPEN_CURSORS:
            self.cursors.popitem(last=False)
        return locator


def caller() -> Actor:
    """Who makes this call, and by which call."""
    actor: Actor = g.actor
    return replace(actor, call=f"{request.method} {request.path}")


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, headers, mimetype="application/json")


def empty() -> Response:
    """204: done, nothing to say."""
    return Response(status=204)


def failed(error: ApiError) -> Response:
    return answer(error.body(), error.status)


def body() -> dict[str, Any]:
    """The request's JSON object; ApiError JSON_PARSER_ERROR."""
    try:
        read = orjson.loads(request.get_data() or b"{}")
    except orjson.JSONDecodeError as exc:
        raise ApiError(400, "JSON_PARSER_ERROR", f"Unexpected character or end of input: {exc}") from exc
    if not isinstance(read, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "Can not deserialize: unexpected array. At [line:1, column:1]")
    return read


def record_id(kind: ObjectType, text: str) -> str:
    """An id from a path as 18 characters; ApiError when it is malformed or of another object."""
    found = ids.normal(text)
    if found is None:
        raise ApiError(400, "MALFORMED_ID", f"malformed id {text}")
    if found[:3] != kind.prefix:
        raise not_found()
    return found
