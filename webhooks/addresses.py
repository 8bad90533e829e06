"""The address that the vendor called, rebuilt byte for byte: signatures are made over it.

Pure. Must not decode or normalise: one escape written another way is another signature.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from webhooks.proxies import Networks, told

SAFE_IN_PATH = "/:@!$&'()*+,;=~"
"""What a server that keeps no raw target has decoded without loss (RFC 3986, pchar)."""


def called_url(environ: Mapping[str, Any], public_url: str | None, trusted: Networks = ()) -> str:
    """The URL of a WSGI request as its sender wrote it, query included.

    ``public_url`` is scheme, host and perhaps a path before which a proxy has put us, without a closing
    slash; None: this server's own scheme and Host header are the sender's, but for what one of the ``trusted``
    proxies says of them.
    """
    return (public_url or _origin(environ, trusted)) + _target(environ)


def _origin(environ: Mapping[str, Any], trusted: Networks) -> str:
    forwarded = told(environ, trusted)
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{forwarded.scheme or environ['wsgi.url_scheme']}://{forwarded.host or host}"


def _target(environ: Mapping[str, Any]) -> str:
    """Path and query. waitress, gunicorn and werkzeug keep the raw request target under one of two names."""
    for name in ("REQUEST_URI", "RAW_URI"):
        raw = environ.get(name)
        if isinstance(raw, str) and raw.startswith("/"):
            return raw
    path = quote(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), safe=SAFE_IN_PATH, encoding="latin-1")
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path
