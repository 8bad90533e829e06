"""A person lets csbridge into a CRM: what was asked of whom is kept until the browser, or its user, brings the answer.

Owns the order of the steps; addresses and exchanges are the adapter's, and nothing is kept before its org is proven.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urlsplit

from adapters.consent import Consent, Consenting, ConsentRequest, answers, code_in, new_request
from adapters.errors import Unauthorized
from bridge.connecting import connect
from bridge.setup.redirects import RedirectListener, port_of
from bridge.workspace import Workspace

Purpose = Literal["consent", "administration"]
"""A login for good, or an administrator's for once."""

_BEGINNINGS: Final[Mapping[Purpose, str]] = {
    "consent": "csbridge connect {}",
    "administration": "csbridge provision --as-admin --connection {}",
}


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Whose org a connection leads to, and as whom (empty where the vendor does not say)."""

    connection: str
    org_id: str
    user: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for a person: where their browser goes, and where it will be sent back to."""

    connection: str
    address: str
    redirect_uri: str


def consent_of(workspace: Workspace, name: str) -> Consent | None:
    """None when the connection logs in without a person."""
    adapter = workspace.adapter(name)
    return adapter.consent() if isinstance(adapter, Consenting) else None


def prove(workspace: Workspace, name: str) -> LoggedIn:
    """Log in, hold the org against the pinned one, and tell which it is. Raises what the login can end in."""
    adapter = connect(workspace, name)
    user = adapter.user() if isinstance(adapter, Consenting) else ""
    return LoggedIn(name, adapter.identify(), user)


def ask(workspace: Workspace, name: str, consent: Consent, port: int | None, purpose: Purpose = "consent") -> Asked:
    """Begin anew: earlier requests are void. ``port`` replaces the one of the app's callback on this machine."""
    request = asking(workspace, consent, port)
    workspace.vault.save(_place(name, purpose), _written(request))
    return Asked(name, consent.address(request), request.redirect_uri)


def asking(workspace: Workspace, consent: Consent, port: int | None) -> ConsentRequest:
    """A new request, which nobody remembers."""
    return new_request(_with_port(consent.redirect_uri, port), workspace.now(), secrets.token_urlsafe)


def wait(workspace: Workspace, asked: Asked, port: int, seconds: float, tell: Callable[[], None]) -> str:
    """The address that the browser came back to; empty when it did not in time. ``tell`` is called once we listen."""
    return wait_for(_pending(workspace, asked.connection), port, seconds, tell)


def wait_for(request: ConsentRequest, port: int, seconds: float, tell: Callable[[], None]) -> str:
    """``wait``, for a request that is at hand."""
    path = urlsplit(request.redirect_uri).path or "/"
    with RedirectListener(port, lambda found: urlsplit(found).path == path and answers(found, request)) as listener:
        tell()
        return listener.wait(seconds)


def redeem(workspace: Workspace, name: str, consent: Consent, address: str) -> LoggedIn:
    """Exchange the code in the address that the browser came back to. Until it is proven, an earlier login stays."""
    redeem_once(workspace, name, consent, address)
    connect(workspace, name)
    consent.keep()
    return prove(workspace, name)


def redeem_once(workspace: Workspace, name: str, consent: Consent, address: str, purpose: Purpose = "consent") -> None:
    """The same for this process only: nothing of the login is kept."""
    request = _pending(workspace, name, purpose)
    code = code_in(address, request, name)
    workspace.vault.save(_place(name, purpose), "")  # a code is good once
    consent.redeem(code, request)


def listening_port(consent: Consent, port: int | None) -> int | None:
    """Where to wait for the browser: as asked, else where the callback leads; None when that is another machine."""
    return port or port_of(consent.redirect_uri)


def _pending(workspace: Workspace, name: str, purpose: Purpose = "consent") -> ConsentRequest:
    """The request that was made last. Raises Unauthorized when there is none, or a person took too long."""
    text = workspace.vault.load(_place(name, purpose))
    request = _read(text) if text else None
    if request is None or request.expired(workspace.now()):
        what = "nobody was asked within the last minutes" if request is None else "the person took too long"
        raise Unauthorized(f"{what}; begin with `{_BEGINNINGS[purpose].format(name)}`", connection=name)
    return request


def _with_port(redirect_uri: str, port: int | None) -> str:
    """A callback on another machine stays: its proxy leads to the port."""
    if port is None or port_of(redirect_uri) is None:
        return redirect_uri
    parts = urlsplit(redirect_uri)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return parts._replace(netloc=f"{host}:{port}").geturl()


def _place(name: str, purpose: Purpose) -> str:
    """In the vault, beside the connection's own; no connection can be called so."""
    return f"{name} {purpose}"


def _written(request: ConsentRequest) -> str:
    facts = {"state": request.state, "verifier": request.verifier, "redirect_uri": request.redirect_uri}
    return json.dumps(facts | {"asked_at": request.asked_at.isoformat()})


def _read(text: str) -> ConsentRequest:
    facts = json.loads(text)
    return ConsentRequest(**facts | {"asked_at": datetime.fromisoformat(facts["asked_at"])})
