"""The short way for signed deliveries: to the reception without Flask, whose routing and request would cost the most.

Takes ``POST /webhooks/<connection>`` of a known connection with a body of a told length; all else goes the usual way,
which must come to the same answers.
"""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication

from adapters.contract import Answer, Delivery
from webhooks.answers import HEADERS, plain_error
from webhooks.reception import Reception, headers_of

DIGITS: Final = 7
"""Of a length that is looked at: any limit of ours is shorter."""


def shortcut(
    usual: WSGIApplication, reception: Reception, url: Callable[[Mapping[str, Any]], str], max_body: int
) -> WSGIApplication:
    """``url``: the address that the sender of a request called."""
    paths = {f"/webhooks/{name}": receiver for name, receiver in reception.receivers.items()}

    def called(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        receiver = paths.get(environ["PATH_INFO"])
        length = _length(environ)
        if receiver is None or length is None or length > max_body or environ["REQUEST_METHOD"] != "POST":
            return usual(environ, start_response)
        body = environ["wsgi.input"].read(length)
        if len(body) < length:
            return _said(plain_error(400), start_response)
        delivery = Delivery(method="POST", url=url(environ), headers=headers_of(environ), body=body, secret="")
        return _said(reception.receive(receiver, delivery), start_response)

    return called


def _length(environ: Mapping[str, Any]) -> int | None:
    """The told length of the body; None where it is framed in another way, or mounted under another path."""
    told = environ.get("CONTENT_LENGTH") or ""
    plain = told.isascii() and told.isdigit() and len(told) <= DIGITS
    return int(told) if plain and "HTTP_TRANSFER_ENCODING" not in environ and not environ.get("SCRIPT_NAME") else None


def _said(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body))), *HEADERS.items()]
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
    return [answer.body]
