"""What can be wrong with connections that only send, and with what they told."""

from collections.abc import Iterator

from adapters.contract import Finding
from bridge.doctor.noted import Noted
from bridge.store import told
from bridge.workspace import Workspace
from config.senders import SenderConnection


def examine_senders(workspace: Workspace) -> Iterator[Noted]:
    for sender in workspace.settings.senders:
        yield from (Noted(sender.name, finding) for finding in _findings(sender, workspace.settings.public_url))
    with workspace.store.read() as db:
        number = told.longest_astray(db, 1)[1]
    if number:
        what = f"{number:,} answers, invoices or contracts are about somebody whom no CRM here knows"
        yield Noted("senders", Finding("warning", what, "csbridge inbox strays"))


def _findings(sender: SenderConnection, public_url: str | None) -> Iterator[Finding]:
    if not sender.webhook_secret:
        yield Finding("error", "it has no webhook_secret, so that nothing of it is accepted", "set webhook_secret")
    if sender.crm == "surveymonkey" and sender.token is None:
        what = "its webhooks only name answers, and without a token nobody may ask what they say"
        yield Finding("error", what, "set token to the access token of the app (scope: View Responses)")
    if public_url:
        yield Finding("info", f"sends to {public_url}/webhooks/{sender.name}")
    else:
        yield Finding("warning", "there is no public_url to which it could send", "set public_url")
