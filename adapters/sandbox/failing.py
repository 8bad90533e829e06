"""What a call that meets a fault comes to: the vendor's own refusal, a gateway's page, silence, half an answer.

Knows HTTP and the listener underneath; what a vendor says in its own words is the vendor's.
"""

import gzip
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, Final

from flask import Response, request

from adapters.sandbox.faults import Fault
from adapters.sandbox.listener import hang_up
from adapters.sandbox.vendor import Instruments, Vendor

BODILESS: Final = (406, 420)
"""Statuses that the edge says without a word, unless the fault asks for a body."""
IN_HTML: Final = (200, 414, 431, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526)
"""Statuses that a gateway says in a page of its own, unless the fault asks for another body."""
PAGE: Final = "<html><head><title>{status}</title></head><body><h1>{message}</h1></body></html>"


def failed(fault: Fault, vendor: Vendor, instruments: Instruments, answer: Response | None = None) -> Response:
    """What goes out instead of an answer; ``answer``: of the call that was carried out, None when it was not."""
    acts: Mapping[str, Callable[[], Response]] = {
        "401": lambda: vendor.expired(fault),
        "403": lambda: vendor.forbidden(fault),
        "429": lambda: vendor.limited(fault),
        "status": lambda: _answered(fault, vendor),
        "hang": lambda: _held(fault, instruments),
        "cut": _cut,
        "broken": lambda: _broken(fault, answer or Response("{}")),
    }
    response = acts[fault.kind]()
    if fault.retry_after_s is not None:
        response.headers["Retry-After"] = _retry_after(fault, instruments)
    return response


def _answered(fault: Fault, vendor: Vendor) -> Response:
    body = fault.body or ("none" if fault.status in BODILESS else "html" if fault.status in IN_HTML else "json")
    if body == "none":
        return Response(status=fault.status)
    if body == "html":
        page = PAGE.format(status=fault.status, message=fault.message or "The service is not available")
        return Response(page, fault.status, mimetype="text/html")
    return vendor.refusal(fault)


def _held(fault: Fault, instruments: Instruments) -> Response:
    instruments.faults.hold(fault.hold_s)
    return _cut()


def _cut() -> Response:
    hang_up(request.environ)
    return Response(status=502)  # nobody hears it


def _broken(fault: Fault, answer: Response) -> Response:
    """Half the body: of a compressed one that seems whole, or under a length that never comes."""
    data: bytes = answer.get_data()
    headers: dict[str, Any] = {"Content-Type": answer.content_type}
    if fault.body == "gzip":
        data = gzip.compress(data)
        headers["Content-Encoding"] = "gzip"
    else:
        headers["Content-Length"] = str(len(data))
    broken = Response(data[: len(data) // 2], answer.status_code, headers)
    broken.automatically_set_content_length = fault.body == "gzip"
    return broken


def _retry_after(fault: Fault, instruments: Instruments) -> str:
    seconds = fault.retry_after_s or 0
    if not fault.retry_after_date:
        return f"{seconds:g}"
    return format_datetime((instruments.clock.now() + timedelta(seconds=seconds)).replace(microsecond=0), usegmt=True)
