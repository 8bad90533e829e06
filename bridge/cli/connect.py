"""``csbridge connect``: a person lets csbridge into a CRM, once; for logins that need nobody, whether they work."""

from typing import Any

import click

from bridge.cli.shell import Result, Shell, verb


@click.command("connect", short_help="Let csbridge into a CRM by your browser, or check a login.")
@click.argument("connection")
@click.option("--port", type=click.IntRange(1, 65535), help="Wait for the browser here; else where redirect_uri says.")
@click.option("--code", "address", metavar="URL", help="The address that your browser was sent back to.")
@click.option(
    "--wait", "seconds", type=click.FloatRange(0), default=300, show_default=True, help="Seconds; 0: only show the URL."
)
@verb
def command(shell: Shell, connection: str, port: int | None, address: str | None, seconds: float) -> Result:
    """Log in to CONNECTION and say whose org it is, and as whom.

    Flows that begin with a person (Salesforce authorization_code, HubSpot oauth) print a URL to open in a browser and
    wait for it to come back to this machine. Where your browser runs elsewhere, open the URL there, copy the address
    that it ends at (the page need not load), and run the command again with --code 'ADDRESS', within 15 minutes.
    The tokens are kept in the store, encrypted under secret_key.
    """
    from adapters.errors import Unauthorized
    from bridge.setup import consenting

    def tell(asked: Any) -> None:
        click.echo(f"Open in a browser, and let csbridge in:\n\n  {asked.address}\n", err=True)

    with shell.workspace() as workspace:
        name = workspace.connections(connection)[0].name
        consent = consenting.consent_of(workspace, name)
        if consent is None:
            if address:
                raise click.UsageError(f"{name} logs in without a person; --code has no place there")
            return _logged_in(consenting.prove(workspace, name))
        if address is None:
            asked = consenting.ask(workspace, name, consent, port)
            listening = consenting.listening_port(consent, port)
            if listening is None or not seconds:
                return _to_be_opened(asked)
            address = consenting.wait(workspace, asked, listening, seconds, lambda: tell(asked))
            if not address:
                what = f"no browser came back to {asked.redirect_uri} within {seconds:g} s; {_by_hand(name)}"
                raise Unauthorized(what, connection=name)
        return _logged_in(consenting.redeem(workspace, name, consent, address))


def _logged_in(proven: Any) -> Result:
    data = {"connection": proven.connection, "org_id": proven.org_id, "user": proven.user or None}
    whom = f", as {proven.user}" if proven.user else ""
    return Result(data, f"{proven.connection}: the login works: org {proven.org_id}{whom}")


def _to_be_opened(asked: Any) -> Result:
    data = {"connection": asked.connection, "url": asked.address, "redirect_uri": asked.redirect_uri}
    text = f"Open in a browser, and let csbridge in:\n\n  {asked.address}\n\nThen {_by_hand(asked.connection)}"
    return Result(data, text)


def _by_hand(name: str) -> str:
    return f"copy the address that the browser ended at, and run: csbridge connect {name} --code 'ADDRESS'"
