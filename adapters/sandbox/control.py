"""The control surface ``/_sandbox``: what was written, faults, clock, the day's calls, edits, deliveries, counts.

Not part of any vendor's protocol: it is how a test or a demo plays the people and the weather around a CRM.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from adapters.sandbox.faults import BadFault
from adapters.sandbox.vendor import Edit, EditRefused, Instruments, Vendor


class BadControl(ValueError):
    """The control call is malformed; the message says what was expected."""


def blueprint(vendor: Vendor, instruments: Instruments) -> Blueprint:
    """The routes under ``/_sandbox``; malformed input is answered with 400 and ``{"error": …}``."""
    control = Blueprint("control", __name__, url_prefix="/_sandbox")
    for problem in (BadControl, BadFault, EditRefused):
        control.register_error_handler(problem, _refused)
    control.register_error_handler(HTTPException, _http_refused)
    _add_writes(control, instruments)
    _add_faults(control, instruments)
    _add_clock(control, instruments)
    _add_quota(control, vendor)
    _add_edit(control, vendor, instruments)
    _add_events(control, instruments)

    @control.get("/stats")
    def stats() -> Response:
        return jsonify(rows=dict(vendor.counts()), calls=instruments.journal.calls())

    return control


def _add_writes(control: Blueprint, instruments: Instruments) -> None:
    @control.get("/writes")
    def writes() -> Response:
        return jsonify([write.shown() for write in instruments.journal.writes()])

    @control.delete("/writes")
    def forget_writes() -> Response:
        instruments.journal.forget_writes()
        return jsonify([])


def _add_faults(control: Blueprint, instruments: Instruments) -> None:
    @control.get("/faults")
    def faults() -> Response:
        return jsonify(instruments.faults.listed())

    @control.post("/faults")
    def add_faults() -> Response:
        body = request.get_json(force=True)
        specs = body if isinstance(body, list) else [body]
        for spec in specs:
            instruments.faults.add(_object(spec))
        return jsonify(instruments.faults.listed())

    @control.delete("/faults")
    def clear_faults() -> Response:
        instruments.faults.clear()
        return jsonify([])


def _add_clock(control: Blueprint, instruments: Instruments) -> None:
    @control.get("/clock")
    def clock() -> Response:
        return jsonify(now=instruments.clock.now().isoformat())

    @control.post("/clock")
    def set_clock() -> Response:
        body = _object(request.get_json(force=True))
        _only(body, "now", "advance_s")
        if "now" in body:
            instruments.clock.set(_moment(body["now"]))
        if "advance_s" in body:
            instruments.clock.advance(_number(body, "advance_s", 0))
        return jsonify(now=instruments.clock.now().isoformat())


def _add_quota(control: Blueprint, vendor: Vendor) -> None:
    @control.get("/quota")
    def quota() -> Response:
        return jsonify(vendor.allow())

    @control.post("/quota")
    def set_quota() -> Response:
        body = _object(request.get_json(force=True))
        _only(body, "limit", "used")
        for name, value in body.items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise BadControl(f"{name} must be a whole number from 0")
        return jsonify(vendor.allow(**body))


def _add_edit(control: Blueprint, vendor: Vendor, instruments: Instruments) -> None:
    @control.post("/edit")
    def edit() -> Response:
        body = _object(request.get_json(force=True))
        order, tell = parse_edit(body)
        edited = vendor.edit(order)
        sent: list[int] = []
        if tell is not None:
            sent = instruments.notifier.send(edited.changes, *tell)
        return jsonify(row=dict(edited.row), deliveries=sent)


def _add_events(control: Blueprint, instruments: Instruments) -> None:
    @control.get("/events")
    def events() -> Response:
        return jsonify(instruments.notifier.listed())

    @control.post("/events")
    def redeliver() -> Response:
        body = _object(request.get_json(force=True)) if request.data else {}
        _only(body, "numbers")
        numbers = body.get("numbers", [])
        if not isinstance(numbers, list) or not all(isinstance(number, int) for number in numbers):
            raise BadControl("numbers must be a list of delivery numbers")
        try:
            return jsonify(deliveries=instruments.notifier.redeliver(numbers))
        except KeyError as exc:
            raise BadControl(f"there is no delivery {exc.args[0]}") from exc


def parse_edit(body: Mapping[str, Any]) -> tuple[Edit, tuple[float, int] | None]:
    """The edit, and (delay in seconds, copies) of its webhook, None when nobody is told. BadControl when malformed.

    ``notify`` is true, false, or ``{"delay_s": 3, "times": 2}`` for a late or doubled delivery.
    """
    _only(body, "object", "id", "fields", "delete", "notify")
    name, row_id = body.get("object"), body.get("id")
    if not isinstance(name, str) or not name:
        raise BadControl("object must name the kind of record, such as Account or companies")
    if row_id is not None and not isinstance(row_id, (str, int)):
        raise BadControl("id must be a text")
    delete = body.get("delete", False)
    if not isinstance(delete, bool):
        raise BadControl("delete must be true or false")
    if delete and row_id is None:
        raise BadControl("delete needs an id")
    order = Edit(name, None if row_id is None else str(row_id), _object(body.get("fields") or {}), delete)
    return order, _telling(body.get("notify", True))


def _telling(notify: object) -> tuple[float, int] | None:
    if isinstance(notify, bool):
        return (0.0, 1) if notify else None
    wanted = _object(notify)
    _only(wanted, "delay_s", "times")
    return _number(wanted, "delay_s", 0), int(_number(wanted, "times", 1))


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadControl("a JSON object is needed")
    return value


def _only(body: Mapping[str, Any], *allowed: str) -> None:
    unknown = sorted(set(body) - set(allowed))
    if unknown:
        raise BadControl(f"unknown keys: {', '.join(unknown)}; known are {', '.join(allowed)}")


def _number(body: Mapping[str, Any], key: str, default: float) -> float:
    value = body.get(key, default)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise BadControl(f"{key} must be a number")
    return float(value)


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as exc:
        raise BadControl(f"{value!r} is not a moment such as 2026-05-01T07:00:00Z") from exc
    if moment.tzinfo is None:
        raise BadControl("the moment needs a time zone, such as 2026-05-01T07:00:00Z")
    return moment


def _refused(exc: Exception) -> tuple[Response, int]:
    return jsonify(error=str(exc)), 400


def _http_refused(exc: HTTPException) -> tuple[Response, int]:
    return jsonify(error=exc.description), exc.code or 400
