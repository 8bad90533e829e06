"""``tooling/sobjects/CustomField``: create, read, change and delete custom fields."""

from flask import Blueprint, Response

from adapters.sandbox.salesforce import custom_fields, ids
from adapters.sandbox.salesforce.errors import not_found
from adapters.sandbox.salesforce.web import Desk, answer, body, caller, empty


def add(routes: Blueprint, desk: Desk) -> None:
    """The Tooling routes of one API version (its query lives with the other queries)."""

    @routes.post("/tooling/sobjects/CustomField/")
    def create(version: str) -> Response:
        with desk.org.lock:
            made = custom_fields.create(desk.org, caller(), body())
        return answer({"id": made, "success": True, "errors": [], "warnings": [], "infos": []}, 201)

    @routes.get("/tooling/sobjects/CustomField/<key>/")
    def read(version: str, key: str) -> Response:
        with desk.org.lock:
            return answer(custom_fields.shown(desk.org, _id(key), version))

    @routes.patch("/tooling/sobjects/CustomField/<key>/")
    def change(version: str, key: str) -> Response:
        with desk.org.lock:
            custom_fields.change(desk.org, caller(), _id(key), body())
        return empty()

    @routes.delete("/tooling/sobjects/CustomField/<key>/")
    def remove(version: str, key: str) -> Response:
        with desk.org.lock:
            custom_fields.remove(desk.org, caller(), _id(key))
        return empty()


def _id(key: str) -> str:
    found = ids.normal(key)
    if found is None:
        raise not_found()
    return found
