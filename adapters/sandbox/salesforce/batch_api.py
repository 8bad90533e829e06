"""``composite/batch`` and ``composite``: up to 25 calls inside one, each answered as if it had come alone."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from adapters.sandbox.salesforce.errors import ApiError, RowError
from adapters.sandbox.salesforce.web import answer, body

MOST: Final = 25
_REFERENCE: Final = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])*)\}")


def add(routes: Blueprint, app: Flask, spend: Callable[[], bool]) -> None:
    """The two routes of one API version; inner calls run with the outer call's session.

    ``composite`` costs one call of the day, ``composite/batch`` one for every part.
    """

    @routes.post("/composite/batch/")
    def batch(version: str) -> Response:
        asked = body()
        results: list[dict[str, Any]] = []
        halted = False
        for place, call in enumerate(_calls(asked, "batchRequests")):
            if halted:
                skipped = [{"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted"}]
                results.append({"statusCode": 412, "result": skipped})
                continue
            if place and not spend():  # the first part is the call itself
                spent = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
                results.append({"statusCode": 403, "result": spent})
                continue
            status, result = _inner(app, call, "richInput")
            results.append({"statusCode": status, "result": result})
            halted = bool(asked.get("haltOnError")) and status >= 400
        return answer({"hasErrors": any(r["statusCode"] >= 400 for r in results), "results": results})

    @routes.post("/composite/")
    def composite(version: str) -> Response:
        results: list[dict[str, Any]] = []
        bodies: dict[str, Any] = {}
        for call in _calls(body(), "compositeRequest"):
            name = str(call.get("referenceId", ""))
            status, result = _inner(app, _resolved(call, bodies), "body")
            bodies[name] = result
            results.append({"body": result, "httpHeaders": {}, "httpStatusCode": status, "referenceId": name})
        return answer({"compositeResponse": results})


def _calls(asked: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    calls = asked.get(key)
    if not isinstance(calls, list) or not all(isinstance(call, dict) and call.get("url") for call in calls):
        raise ApiError(400, "JSON_PARSER_ERROR", f"{key} must be a list of calls with method and url")
    if len(calls) > MOST:
        raise ApiError(400, "LIMIT_EXCEEDED", f"The number of subrequests must not exceed {MOST}")
    return calls


def _resolved(call: Mapping[str, Any], bodies: Mapping[str, Any]) -> dict[str, Any]:
    """The call with ``@{reference.field}`` replaced from earlier answers."""

    def value(match: re.Match[str]) -> str:
        found = bodies.get(match[1])
        for part in re.findall(r"\w+", match[2]):
            found = found[int(part)] if isinstance(found, list) else (found or {}).get(part)
        return str(found)

    spelt = orjson.dumps(call).decode()
    resolved: dict[str, Any] = orjson.loads(_REFERENCE.sub(value, spelt))
    return resolved


def _inner(app: Flask, call: Mapping[str, Any], payload: str) -> tuple[int, Any]:
    url = str(call["url"])
    path = url if url.startswith("/services/") else f"/services/data/{url.lstrip('/')}"
    headers = {"Authorization": request.headers.get("Authorization", ""), "Content-Type": "application/json"}
    data = orjson.dumps(call[payload]) if call.get(payload) is not None else None
    actor = g.actor
    with app.test_request_context(path, method=str(call.get("method", "GET")), headers=headers, data=data):
        g.actor = actor
        try:
            made = app.dispatch_request()
        except (ApiError, RowError, HTTPException) as exc:
            made = app.handle_user_exception(exc)
        answered = app.make_response(made)
    text = answered.get_data()
    return answered.status_code, orjson.loads(text) if text else None
