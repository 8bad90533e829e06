"""``query``, ``queryAll`` and their locators."""

import re
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, Response, request

from adapters.sandbox.salesforce import setup_rules, times
from adapters.sandbox.salesforce.errors import ApiError, malformed
from adapters.sandbox.salesforce.query import Result, run
from adapters.sandbox.salesforce.soql_parser import parse
from adapters.sandbox.salesforce.web import Cursor, Desk, answer, caller

LARGEST: Final = 2000
SMALLEST: Final = 200
LIFETIME: Final = timedelta(days=2)
_LOCATOR: Final = re.compile(r"(?P<id>0r8\w{15})-(?P<start>\d+)")
_BATCH: Final = re.compile(r"batchSize\s*=\s*(\d+)")


def add(routes: Blueprint, desk: Desk) -> None:
    """The query routes of one API version."""

    @routes.get("/query/")
    def query(version: str) -> Response:
        return _first(desk, version, everything=False)

    @routes.get("/queryAll/")
    def query_all(version: str) -> Response:
        return _first(desk, version, everything=True)

    @routes.get("/query/<locator>/")
    @routes.get("/queryAll/<locator>/")
    def more(version: str, locator: str) -> Response:
        match = _LOCATOR.fullmatch(locator)
        cursor = desk.cursors.get(match["id"]) if match else None
        if match is None or cursor is None or _expired(desk, cursor) or int(match["start"]) > len(cursor.ids):
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        with desk.org.lock:
            return answer(_page(desk, cursor, match["id"], int(match["start"])))

    @routes.get("/tooling/query/")
    def tooling_query(version: str) -> Response:
        return _tooling(desk, version)


def _first(desk: Desk, version: str, everything: bool) -> Response:
    parsed = parse(_soql())
    with desk.org.lock:
        setup_rules.tell_rights(desk.org, caller())
        result = run(parsed, desk.org, desk.rights, caller(), everything=everything, version=version)
        if parsed.counts:
            return answer({"totalSize": result.total, "done": True, "records": []})
        cursor = _cursor(desk, result, f"/services/data/{version}/query")
        return answer(_page(desk, cursor, None, 0))


def _tooling(desk: Desk, version: str) -> Response:
    parsed = parse(_soql())
    with desk.org.lock:
        result = run(parsed, desk.org, desk.rights, caller(), everything=False, version=version, tooling=True)
        heavy = {path[-1].casefold() for path in parsed.fields} & {"metadata", "fullname"}
        if heavy and result.total > 1:
            raise malformed(
                "When retrieving results with Metadata or FullName fields, the query qualifications must specify no "
                "more than one row for retrieval."
            )
        cursor = _cursor(desk, result, f"/services/data/{version}/tooling/query")
        shown = _rendered(desk, cursor, cursor.ids)
    return answer({"size": len(shown), "totalSize": len(shown), "done": True, "queryLocator": None, "records": shown})


def _soql() -> str:
    soql = request.args.get("q")
    if not soql:
        raise malformed("A query string has to be specified")
    return soql


def _cursor(desk: Desk, result: Result, path: str) -> Cursor:
    return Cursor(result.kind, result.ids, result.render, path, desk.org.now())


def _expired(desk: Desk, cursor: Cursor) -> bool:
    return desk.org.clock.now() - times.moment(cursor.opened) > LIFETIME


def _page(desk: Desk, cursor: Cursor, locator: str | None, start: int) -> dict[str, Any]:
    """One page from ``start`` on; the cursor is kept only when a further page exists."""
    end = start + min(_page_size(), desk.page_rows)
    total = len(cursor.ids)
    page: dict[str, Any] = {"totalSize": total, "done": end >= total}
    if end < total:
        page["nextRecordsUrl"] = f"{cursor.path}/{locator or desk.keep(cursor)}-{end}"
    page["records"] = _rendered(desk, cursor, cursor.ids[start:end])
    return page


def _rendered(desk: Desk, cursor: Cursor, row_ids: list[str]) -> list[dict[str, Any]]:
    rows = desk.org.tables[cursor.kind.name].rows
    return [cursor.render(rows[row_id]) for row_id in row_ids if row_id in rows]


def _page_size() -> int:
    match = _BATCH.search(request.headers.get("Sforce-Query-Options", ""))
    return min(max(int(match[1]), SMALLEST), LARGEST) if match else LARGEST
