"""What every call passes, whatever the vendor: latency, faults, the sandbox's ``Date``, the count of calls."""

from collections.abc import Callable

from flask import Flask, Response, g, request

from adapters.sandbox.failing import failed
from adapters.sandbox.faults import AT_THE_DOOR, OF_A_CALL, Fault, Faults
from adapters.sandbox.vendor import Instruments, Vendor

CONTROL = "/_sandbox"


def install(app: Flask, instruments: Instruments, vendor: Vendor, latency_ms: float = 0) -> None:
    """Put the gate before and after every route of ``app``; the control surface passes untouched."""
    app.before_request_funcs.setdefault(None, []).insert(0, _entrance(instruments, vendor, latency_ms))
    app.after_request(_exit(instruments, vendor))


def _entrance(instruments: Instruments, vendor: Vendor, latency_ms: float) -> Callable[[], Response | None]:
    def entrance() -> Response | None:
        if request.path.startswith(CONTROL):
            return None
        instruments.journal.begin()
        instruments.journal.count(f"{request.method} {request.url_rule or request.path}")
        subjects = (_call(),)
        slow = instruments.faults.take(("latency",), subjects)
        instruments.faults.hold((latency_ms + (slow.ms if slow else 0)) / 1000)
        fault = _met(instruments.faults, subjects, request.path.startswith(vendor.spared))
        if fault and (fault.done or fault.kind == "broken"):
            g.fault = fault  # the call is carried out first
            return None
        return failed(fault, vendor, instruments) if fault else None

    return entrance


def _met(faults: Faults, subjects: tuple[str, ...], spared: bool) -> Fault | None:
    """The fault that means this call; the token endpoint meets only what names it."""
    if not spared:
        return faults.take(OF_A_CALL, subjects)
    return faults.take(AT_THE_DOOR, subjects, named=True)


def _exit(instruments: Instruments, vendor: Vendor) -> Callable[[Response], Response]:
    def leave(response: Response) -> Response:
        written = [] if request.path.startswith(CONTROL) else instruments.journal.written_here()
        if written:
            subjects = {_call(), *(write.object for write in written)}
            fault = instruments.faults.take(("timeout_after_write",), subjects, {write.id or "" for write in written})
            if fault:
                instruments.faults.hold(fault.hold_s)
        if broken := g.pop("fault", None):
            response = failed(broken, vendor, instruments, response)
        response.headers["Date"] = instruments.clock.http_date()
        return response

    return leave


def _call() -> str:
    """``METHOD path?query``, decoded: what a fault's ``match`` is looked for in."""
    query = " ".join(request.args.values())
    return f"{request.method} {request.path} {query}".rstrip()
